"""HTTP headers, whatever letters they are written in."""

from collections.abc import Iterator, Mapping


class Headers(Mapping[str, str]):
    """HTTP headers, read without regard to case (RFC 9110, section 5.1)."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = {name.lower(): value for name, value in values.items()}

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    # Mapping's own makes two calls more and catches an error for each header that is missing; every proof asks.
    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        return self._values.get(name.lower(), default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
