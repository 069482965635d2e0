"""How a conversation sounded day by day, by the strongest tone of what the customer wrote on each.

It is a join, so that events may come in any order and any number of times: of each day the greatest, of all days the
newest. A day that was dropped stays dropped, since newer days only become more. The tone is the one of the message as
it was first sent; what was edited or deleted later was felt all the same.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from shared.models import Instant, Message, PersonalEvent
from shared.triage.tone import NAMES, Name, tone

MOST_DAYS = 6
"""How many days with a tone are kept: with all of them, an ordinary head fits into one write unit."""


class Felt(NamedTuple):
    """The tone of one message, with the signs of it. Kept as a list, since heads are written with every message."""

    at: Instant
    name: Name
    evidence: tuple[str, ...]

    @property
    def day(self) -> date:
        """The day in UTC on which it was felt."""
        return self.at.date()

    @property
    def rank(self) -> tuple[int, int, Instant, tuple[str, ...]]:
        """What is greater for the stronger: the tone, then the number of its signs, then the later one."""
        return NAMES.index(self.name), len(self.evidence), self.at, self.evidence


def felt(event: PersonalEvent) -> Felt | None:
    """Return what an event says of how the customer feels: mostly nothing."""
    if not isinstance(event, Message) or event.direction != "inbound":
        return None
    found = tone(event.text, event.rating)
    return None if found is None else Felt(event.occurred_at, found.name, found.evidence)


def join(felt: Iterable[Felt]) -> tuple[Felt, ...]:
    """Return the strongest of each day, the newest days first."""
    strongest: dict[date, Felt] = {}
    for each in felt:
        strongest[each.day] = max(each, strongest.get(each.day, each), key=lambda found: found.rank)
    return tuple(strongest[day] for day in sorted(strongest, reverse=True)[:MOST_DAYS])
