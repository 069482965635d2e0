"""The tools in which departments work: how a hand-off is given to one, and what comes back from it.

One module or folder for each kind, named as in the playbook (`shared/playbook/connectors.py`). Like the other ports
(`shared/ports.py`) they are pure: what is to be asked of a tool they yield as `Call`s, and they return an `Outcome`.
"""

from dataclasses import dataclass, field
from datetime import datetime

from shared.handoff import HandOff
from shared.notice import Notice


@dataclass(frozen=True, slots=True)
class Giving:
    """A hand-off on its way to a tool. `token` is what the tool's API is asked with, `signing` what is signed with, the
    current secret first.

    `since` is when the tool was first asked to take it, where that may have worked without our learning of it; none
    where the tool cannot have it yet. `time_zone` is the department's, an IANA name.
    """

    hand_off: HandOff
    now: datetime
    time_zone: str
    signing: tuple[str, ...] = field(repr=False)
    token: str = field(default="", repr=False)
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """News of a hand-off on its way to the tool that was given it: that it is over. `line` says so to people.

    `place` is the tool's own name of the hand-off; none where nobody can tell whether it has it, and then it was first
    asked to take it at `since`. `signing` and `token` are as in `Giving`.
    """

    notice: Notice
    claim: str
    place: str | None
    since: datetime
    line: str
    now: datetime
    signing: tuple[str, ...] = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Given:
    """The tool has it, and knows it as `place`."""

    place: str


@dataclass(frozen=True, slots=True)
class NotGiven:
    """The tool has not taken it, for the reason and with the remedy of `sentence`, which holds nothing personal.

    `gone` is whether it says that it will take nothing any more.
    """

    sentence: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Unsure:
    """Nobody can tell whether the tool has it: no answer came, or one that says neither."""

    sentence: str


type Outcome = Given | NotGiven | Unsure
