"""What we raised by ourselves is needed as long as its grounds hold, and then only while nobody has accepted it."""

from datetime import timedelta
from typing import Any

import pytest

from shared.casework.commitments import CommitmentHead, Ended, Made, Moved
from shared.casework.steps import Agent
from shared.escalation import Escalation, Unanswered
from shared.ids import reminder_id
from shared.projection.conversation import Conversation
from shared.projection.grounds import IS_ANSWERED, IS_BROKEN, TERM_IS_OVER, groundless, grounds
from shared.reminders import Stage
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item
from tests.conftest import NOW

ANA, BY = "telegram:shop:ana", Agent(subject="u1", department="billing")
HOUR = timedelta(hours=1)
UNTIL = NOW + 10 * HOUR
TALK = "conversation#telegram#direct"


def case(**changes: Any) -> Escalation:
    plain = {"department": "billing", "priority": "normal", "reasons": (), "offered_at": NOW, "accept_by": UNTIL}
    about = {"identity": ANA, "event_key": "event#1", "customer_id": "cus_1", "playbook_version": 1}
    return Escalation.model_validate({"id": "esc_1", **plain, **about, **changes})


def reminder(stage: Stage, **changes: Any) -> Escalation:
    return case(id=reminder_id(term_id="com_a", stage=stage), commitment_id="com_a", **changes)


def asking(**changes: Any) -> Escalation:
    return case(unanswered=Unanswered(conversation=TALK, since=NOW), **changes)


def item(state: Any) -> Item:
    return {"state": {"S": state.model_dump_json(exclude_defaults=True)}}


def promise(**changes: Any) -> Item:
    made = Made(at=NOW, by=BY, stance="promise", matter="la cuota", text="Sí.", until=UNTIL)
    return item(CommitmentHead(id="com_a", identity=ANA, made=made).model_copy(update=changes))


def talk(**changes: Any) -> Item:
    plain = {"identity": ANA, "account": "shop", "channel": "telegram", "thread": "direct", "visibility": "private"}
    return item(Conversation.model_validate(plain | {"opened_at": NOW} | changes))


MOVED = (Moved(at=NOW + HOUR, step_id="stp_m", by=BY, until=UNTIL + 10 * HOUR),)
KEPT = Ended(at=NOW + HOUR, step_id="stp_e", by=BY, outcome="kept")


def test_where_the_grounds_are() -> None:
    assert grounds(case()) is None
    assert grounds(reminder("due")) == keys.commitment(identity_name=ANA, commitment_id="com_a")
    assert grounds(asking()) == Key(keys.identity(ANA), TALK)


@pytest.mark.parametrize(
    ("raised", "found", "after", "expected"),
    [
        (case(), None, HOUR, None),
        (reminder("due"), promise(), HOUR, None),
        (reminder("due"), promise(), 10 * HOUR, None),
        (reminder("due"), promise(), 11 * HOUR, IS_BROKEN),
        (reminder("broken"), promise(), 11 * HOUR, None),
        (reminder("due"), promise(moved=MOVED), HOUR, TERM_IS_OVER),
        (reminder("broken"), promise(ended=KEPT), 11 * HOUR, TERM_IS_OVER),
        (reminder("due"), None, HOUR, None),
        (asking(), talk(waiting_since=NOW), HOUR, None),
        (asking(), talk(waiting_since=NOW - HOUR), HOUR, None),
        (asking(), talk(), HOUR, IS_ANSWERED),
        (asking(), talk(waiting_since=NOW + HOUR), HOUR, IS_ANSWERED),
        (asking(), None, HOUR, IS_ANSWERED),
    ],
    ids=[
        "what the customer said stands",
        "a promise that is to be kept",
        "at the very instant it may still be kept",
        "broken by now",
        "broken, and raised as that",
        "moved",
        "kept",
        "a promise that is not known yet",
        "who waits",
        "who has waited longer than was known",
        "who waits no more",
        "who was answered, and asked again",
        "a conversation that is none",
    ],
)
def test_why_it_is_needed_no_more(
    raised: Escalation, found: Item | None, after: timedelta, expected: str | None
) -> None:
    assert groundless(raised, found, NOW + after) == expected


@pytest.mark.parametrize("state", ["accepted", "answered", "closed", "withdrawn"])
def test_what_somebody_has_accepted_is_theirs(state: str) -> None:
    assert groundless(asking(state=state), talk(), NOW) is None
    assert groundless(reminder("due", state=state), promise(ended=KEPT), NOW) is None
