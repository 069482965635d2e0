"""What the matrix did, told at the end of a run: a matrix that explored nothing would show here."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.faults.wire import Call, modes_of


@dataclass
class Figures:
    """What one part of the matrix did. `runs` are the paths that were covered; `steps` the invocations that it took;
    `doubled` and `lost` are replies, counted before anything is asserted of them."""

    handlers: set[str] = field(default_factory=set)
    points: dict[tuple[str, int, str], int] = field(default_factory=dict)
    runs: int = 0
    steps: int = 0
    ends: int = 0
    schedules: int = 0
    events: int = 0
    faults: int = 0
    mutants: int = 0
    sent: int = 0
    refused: int = 0
    left_to_people: int = 0
    doubled: int = 0
    lost: int = 0

    def was_called(self, step: str, calls: Sequence[Call]) -> None:
        """Take down the calls of a step: each is a point at which things go wrong, in so many ways."""
        self.handlers |= {step.split(" ", 1)[0]} if calls else set()
        for number, call in enumerate(calls, start=1):
            self.points[step, number, str(call)] = len(modes_of(call))


_parts: defaultdict[str, Figures] = defaultdict(Figures)


def of(part: str) -> Figures:
    """Return the figures of a part of the matrix, to be added to."""
    return _parts[part]


def lines() -> Iterator[str]:
    """Yield a line for each part of the matrix that was run."""
    return (line(part, said) for part, said in sorted(_parts.items()))


def line(part: str, said: Figures) -> str:
    """Return what a part did, in words; a difference would have failed it, and so would a reply that is in two places
    or in none."""
    told = {
        "handlers": len(said.handlers),
        "calls": len(said.points),
        "fault points": sum(said.points.values()),
        "runs covered": said.runs,
        "schedules covered": said.schedules,
        "invocations": said.steps,
        "distinct ends": said.ends,
        "random events": said.events,
        "faults injected": said.faults,
        "mutants caught": said.mutants,
        "replies sent once": said.sent,
        "refused and shown": said.refused,
        "left to somebody": said.left_to_people,
    }
    named = ", ".join(f"{number:,} {name}" for name, number in told.items() if number)
    is_of_replies = said.sent or said.doubled or said.lost
    found = f"{said.doubled:,} doubled, {said.lost:,} lost" if is_of_replies else "0 differences"
    return f"fault matrix, {part}: {named}, {found}"
