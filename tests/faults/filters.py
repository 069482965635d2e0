"""Lambda's event filtering, as far as a template may use it: what it has no word for here is an error."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Filter:
    """One pattern of a source's `FilterCriteria`
    (https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html)."""

    pattern: Mapping[str, Any] = field(hash=False)

    @classmethod
    def parse(cls, pattern: str) -> "Filter":
        """Return a pattern; raises `NotImplementedError` for one that nobody plays."""
        said = orjson.loads(pattern)
        _fits(said, {})
        return cls(said)

    def lets_through(self, record: Mapping[str, Any]) -> bool:
        return _fits(self.pattern, record)


_MISSING = object()


def _fits(pattern: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    """Return whether every field of a pattern is met; looks at all of them, so that a word unknown here is found."""
    met = [_field_fits(wanted, value.get(name, _MISSING)) for name, wanted in pattern.items()]
    return all(met)


def _field_fits(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, dict):
        return _fits(wanted, found if isinstance(found, dict) else {})
    met = [_one_fits(each, found) for each in wanted]
    return any(met)


def _one_fits(wanted: Any, found: Any) -> bool:
    if not isinstance(wanted, dict):
        return bool(wanted == found)
    ((word, argument),) = wanted.items()
    if word not in _WORDS:
        raise NotImplementedError(f"nobody plays the filter {word}")
    return _WORDS[word](argument, found)


_WORDS: dict[str, Callable[[Any, Any], bool]] = {
    "prefix": lambda start, found: isinstance(found, str) and found.startswith(start),
    "suffix": lambda end, found: isinstance(found, str) and found.endswith(end),
    "exists": lambda wanted, found: (found is not _MISSING) is wanted,
    "anything-but": lambda others, found: (
        found is not _MISSING
        and found not in (others if isinstance(others, Sequence) and not isinstance(others, str) else [others])
    ),
}
