"""Refusals that say to machines, too, what is in the way (RFC 9457, section 3.2)."""

from collections.abc import Iterable
from typing import Any

from services.desk.contract_cases import Standing
from services.desk.contract_replies import Refusal, Talk
from shared.casework.places import AT_FAULT
from shared.errors import Conflict, InvalidParameter
from shared.escalation import Escalation
from shared.projection.conversation import Conversation
from shared.replying import Refusal as InTheWay


class CaseConflict(Conflict):
    """What is asked for cannot be done with a case as it stands."""

    def __init__(self, reason: str, case: Escalation, *, field: str | None = None) -> None:
        super().__init__(reason, field=field)
        self.extensions = {"stands": Standing.model_validate(case).model_dump(mode="json")}


class NotThere(Conflict):
    """Something may not be said in a place, as things are there now."""

    def __init__(self, refusal: InTheWay, elsewhere: Iterable[Conversation]) -> None:
        super().__init__(refusal.sentence)
        self.extensions = _told(refusal, elsewhere)


class NotLikeThat(InvalidParameter):
    """Something may not be said in a place as it is written; `field` names what would have to be otherwise."""

    def __init__(self, field: str, refusal: InTheWay, elsewhere: Iterable[Conversation]) -> None:
        super().__init__(field, refusal.sentence)
        self.extensions = _told(refusal, elsewhere)


def not_sayable(refusal: InTheWay, elsewhere: Iterable[Conversation]) -> Conflict | InvalidParameter:
    """Return the refusal of something that may not be said in a place, with where else a text is let through."""
    field = AT_FAULT.get(refusal.code)
    return NotLikeThat(field, refusal, elsewhere) if field else NotThere(refusal, elsewhere)


def _told(refusal: InTheWay, elsewhere: Iterable[Conversation]) -> dict[str, Any]:
    return {
        "refusal": Refusal.model_validate(refusal).model_dump(mode="json"),
        "elsewhere": [Talk.model_validate(each).model_dump(mode="json") for each in elsewhere],
    }
