"""What the suites of this folder and the fuzz targets counted, told at the end of a run."""

_lines: list[str] = []


def tell(line: str) -> None:
    _lines.append(line)


def lines() -> list[str]:
    return sorted(_lines)
