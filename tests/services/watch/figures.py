"""What was found of the watch, told at the end of a run."""

_lines: list[str] = []


def tell(line: str) -> None:
    _lines.append(line)


def lines() -> list[str]:
    return sorted(_lines)
