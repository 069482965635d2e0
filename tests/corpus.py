"""The published payloads beside the checkout: whose each file is, what became of its units, told at the end of a run.

A twin's `sender.py` names in `CORPUS` what its platform's corpus test reads: folders, or patterns of files.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from shared.errors import UnreadableDelivery
from shared.models import Event
from tests.template import SHARED_PAYLOADS

VECTORS = SHARED_PAYLOADS / "signature_vectors.json"
ABSENT = "the published payloads are not beside this checkout"

_files: Counter[str] = Counter()
_crashed: Counter[str] = Counter()
_units: defaultdict[str, Counter[str]] = defaultdict(Counter)
_judged: Counter[bool] = Counter()
_not_judged: list[str] = []


def files(claims: Iterable[str]) -> list[Path]:
    """Return the published files that a twin's `CORPUS` names, sorted; none where they are not beside the checkout."""
    found: set[Path] = set()
    for claim in claims:
        folder = SHARED_PAYLOADS / claim
        found.update(path for path in (folder.rglob("*") if folder.is_dir() else SHARED_PAYLOADS.glob(claim)))
    return sorted(path for path in found if path.is_file())


def read(platform: str, events: Callable[[], Iterable[Event]]) -> list[str]:
    """Return what became of each unit of one file, and take it down: the kind of an event (`message>` when the company
    said it), `ignored:` and the reason, or `unreadable:` and where. Whatever else is raised is a crash."""
    try:
        outcomes = [outcome(event) for event in events()]
    except UnreadableDelivery as error:
        outcomes = [f"unreadable: {error}"]
    except BaseException:
        _crashed[platform] += 1
        raise
    was_read(platform, outcomes=outcomes)
    return outcomes


def outcome(event: Event) -> str:
    """Return what an event is, in the words of the corpus tests' tables."""
    if event.kind == "ignored":
        return f"ignored: {event.reason}"
    return f"{event.kind}>" if getattr(event, "direction", None) == "outbound" else event.kind


def was_read(platform: str, *, outcomes: Iterable[str]) -> None:
    """Take down one file and what became of each of its units."""
    _files[platform] += 1
    _units[platform].update(outcomes)


def was_judged(*, as_expected: bool) -> None:
    """Take down one signature vector."""
    _judged[as_expected] += 1


def was_not_judged(vector: str, why: str) -> None:
    _not_judged.append(f"{vector}: {why}")


def lines() -> Iterator[str]:
    """Yield a line for each platform of which anything was read, and one for the signatures."""
    for platform in sorted({*_files, *_crashed}):
        units = _units[platform]
        ignored = {name: count for name, count in units.items() if name.startswith("ignored: ")}
        unreadable = {name for name in units if name.startswith(("unreadable", "recorded: "))}
        kept = {name: count for name, count in units.items() if name not in {*ignored, *unreadable}}
        claimed = _claimed(platform)
        of = f"{_files[platform]} of {claimed}" if claimed else str(_files[platform])
        yield (
            f"published payloads of {platform}: {of} files, {units.total()} units: "
            f"{_told(kept, 'recorded')}, {_told(ignored, 'ignored')}, "
            f"{sum(units[name] for name in unreadable)} kept unread, {_crashed[platform]} crashed"
        )
    if _judged or _not_judged:
        beside = f"; not judged: {'; '.join(_not_judged)}" if _not_judged else ""
        total = _judged.total() + len(_not_judged)
        yield f"published signature vectors: {_judged[True]} of {total} have the expected verdict{beside}"


def _told(counted: dict[str, int], what: str) -> str:
    """Return how many came to this, and to what: `40 ignored (26 which app holds the thread; 14 ...)`."""
    ranked = sorted(counted.items(), key=lambda found: (-found[1], found[0]))
    said = "; ".join(f"{count} {name.removeprefix('ignored: ')}" for name, count in ranked)
    return f"{sum(counted.values())} {what}" + (f" ({said})" if said else "")


def _claimed(platform: str) -> int:
    with suppress(ModuleNotFoundError):
        claims: Collection[str] = import_module(f"tests.shared.platforms.{platform}.sender").CORPUS
        return len(files(claims))
    return 0
