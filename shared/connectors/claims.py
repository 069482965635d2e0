"""How far a hand-off has got on its way to a department's tool, kept under its claim, so that the tool gets it once.

One attempt: it is noted that it begins, the tool is asked, and what came of it is noted. A process that dies in between
leaves `busy_until` behind. Whoever comes after that instant knows that the tool may have it, and asks accordingly.
"""

from datetime import datetime, timedelta

from shared.connectors import Given, Outcome, Unsure
from shared.handoff import HandOff
from shared.models import Frozen, Identifier, Instant

LEASE = timedelta(seconds=60)
"""For how long an attempt has the hand-off to itself: longer than the function may run."""


class Claim(Frozen):
    """A hand-off that a department's tool is to have; `place` is the tool's own name of it, once it has it.

    It finds the escalation again from what the tool tells us, which is the claim alone. `may_be_there` is whether the
    tool was asked to take it and nobody can tell whether it did, `over` whether it was told since that it is over.
    """

    claim: Identifier
    department: Identifier
    kind: Identifier
    identity: Identifier
    escalation_id: Identifier
    since: Instant
    tries: int = 0
    busy_until: Instant | None = None
    may_be_there: bool = False
    place: str | None = None
    over: bool = False


def claimed(hand_off: HandOff, kind: str, now: datetime) -> Claim:
    """Return the claim of a hand-off that no tool was asked to take."""
    return Claim(
        claim=hand_off.claim,
        department=hand_off.department,
        kind=kind,
        identity=hand_off.identity,
        escalation_id=hand_off.id,
        since=now,
    )


def is_busy(claim: Claim, now: datetime) -> bool:
    """Return whether another attempt is under way."""
    return claim.busy_until is not None and now < claim.busy_until


def has_or_may_have(claim: Claim) -> bool:
    """Return whether the tool has the hand-off, or may have it without our knowing."""
    return claim.place is not None or claim.may_be_there or claim.busy_until is not None


def begun(claim: Claim, kind: str, now: datetime) -> Claim:
    """Return the claim with one more attempt begun, after one that left no word if there is a trace of such.

    A tool of another kind than before cannot have it.
    """
    same = kind == claim.kind
    return claim.model_copy(
        update={
            "kind": kind,
            "tries": claim.tries + 1,
            "busy_until": now + LEASE,
            "may_be_there": same and (claim.may_be_there or claim.busy_until is not None),
        }
    )


def ended(claim: Claim, outcome: Outcome) -> Claim:
    """Return the claim with what came of the attempt."""
    changes: dict[str, object] = {"busy_until": None}
    match outcome:
        case Given(place):
            changes |= {"place": place, "may_be_there": False}
        case Unsure():
            changes["may_be_there"] = True
    return claim.model_copy(update=changes)
