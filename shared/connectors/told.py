"""What a tool with tickets tells of a hand-off: somebody took it, answered the customer, ended it or gave it back."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Told:
    """`who` is the tool's id of whoever did it, `key` tells it from all else that the tool tells of this hand-off, and
    is the same when the tool tells it again. `place` is the tool's name of the ticket."""

    what: Literal["took", "said", "ended", "gave_back"]
    claim: str
    place: str
    who: str
    key: str
    text: str = field(default="", repr=False)
