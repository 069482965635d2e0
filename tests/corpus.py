"""What was read of the published payloads beside the checkout, told at the end of a run."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

_files: Counter[str] = Counter()
_units: defaultdict[str, Counter[str]] = defaultdict(Counter)


def was_read(platform: str, *, outcomes: Iterable[str]) -> None:
    """Take down one file and what became of each of its units."""
    _files[platform] += 1
    _units[platform].update(outcome.partition(":")[0].rstrip(">") for outcome in outcomes)


def lines() -> Iterator[str]:
    """Yield a line for each platform of which anything was read."""
    for platform, number in sorted(_files.items()):
        units = _units[platform]
        told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(units.items()))
        yield f"published payloads of {platform}: {number} files, {units.total()} units: {told}"
