"""Escalations: for what there is one, for whom, until when, and always the same one for the same message."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from shared.casework.commitments import CommitmentHead, Ended, Made, Moved
from shared.casework.steps import Agent
from shared.escalation import Escalation, Stage, State, escalate, outdated, remind, stage
from shared.ids import customer_id, escalation_id, reminder_id
from shared.models import Message
from shared.playbook import parse

PLAYBOOK = parse((Path(__file__).parents[2] / "infra" / "playbook.example.toml").read_text(encoding="utf-8"))
RECEIVED = datetime(2026, 3, 2, 9, 30, 1, tzinfo=UTC)


def message(text: str, **changes: object) -> Message:
    plain = {
        "external_id": "12",
        "occurred_at": RECEIVED - timedelta(days=1),
        "identity": "telegram:teleprado_bot:4711",
        "account": "teleprado_bot",
        "channel": "telegram",
        "text": text,
    }
    return Message.model_validate(plain | changes)


def offer(said: Message, received_at: datetime = RECEIVED) -> Escalation | None:
    return escalate(said, received_at=received_at, event_key="event#2026#12", playbook=PLAYBOOK)


@pytest.mark.parametrize(
    ("text", "department", "priority", "minutes"),
    [
        ("mi factura", "billing", "normal", 240),
        ("mi factura, es urgente", "billing", "high", 60),
        ("el router echa humo", "technical", "urgent", 10),
        ("¡echa humo!", "care", "urgent", 15),
        ("asap please", "care", "high", 60),
    ],
)
def test_who_is_offered_what_until_when(text: str, department: str, priority: str, minutes: int) -> None:
    offered = offer(message(text))
    assert offered is not None
    assert (offered.department, offered.priority, offered.state) == (department, priority, "offered")
    assert offered.offered_at == RECEIVED
    assert offered.accept_by == RECEIVED + timedelta(minutes=minutes)
    assert offered.playbook_version == PLAYBOOK.version
    assert offered.event_key == "event#2026#12"
    assert offered.reasons


@pytest.mark.parametrize(
    "said",
    [message("hola"), message(""), message("mi factura, urgente", direction="outbound")],
    ids=["hola", "", "ours"],
)
def test_what_names_no_department_and_presses_nobody_is_none(said: Message) -> None:
    assert offer(said) is None


def test_the_same_message_makes_the_same_escalation() -> None:
    assert offer(message("mi factura")) == offer(message("mi factura"))
    elsewhere = RECEIVED.astimezone(timezone(timedelta(hours=-5)))
    assert offer(message("mi factura"), elsewhere) == offer(message("mi factura"))


def test_its_ids_are_derived_from_the_message_and_the_department() -> None:
    offered = offer(message("mi factura"))
    assert offered is not None
    identity = "telegram:teleprado_bot:4711"
    assert offered.id == escalation_id(identity=identity, external_id="12", department="billing")
    assert offered.customer_id == customer_id(identity)


def test_it_can_be_kept_and_read_again() -> None:
    offered = offer(message("mi factura, es urgente"))
    assert offered is not None
    for state in get_args(State):
        kept = Escalation.model_validate(offered.model_dump() | {"state": state})
        assert Escalation.model_validate_json(kept.model_dump_json(exclude_defaults=True)) == kept


def test_there_is_no_other_state() -> None:
    offered = offer(message("mi factura"))
    assert offered is not None
    with pytest.raises(ValidationError):
        Escalation.model_validate(offered.model_dump() | {"state": "lost"})


# --- what reminds of a promise --------------------------------------------------------------------------------------

ANA, BY = "telegram:teleprado_bot:4711", Agent(subject="u1", department="billing")
HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)


def promise(**changes: object) -> CommitmentHead:
    made = Made(at=RECEIVED, by=BY, stance="promise", matter="la cuota", text="Sí.", until=RECEIVED + 10 * HOUR)
    return CommitmentHead(id="com_a", identity=ANA, made=made).model_copy(update=changes)


def reminder(at: Stage, now: datetime = RECEIVED) -> Escalation:
    return remind(promise(), at, event_key="event#2026#12", playbook=PLAYBOOK, now=now)


MOVED = (Moved(at=RECEIVED + HOUR, step_id="stp_m", by=BY, until=RECEIVED + 20 * HOUR),)
ENDED = Ended(at=RECEIVED + 2 * HOUR, step_id="stp_e", by=BY, outcome="kept")
NOTICE = PLAYBOOK.commitments.notice


@pytest.mark.parametrize(
    ("head", "after", "expected"),
    [
        (promise(), 10 * HOUR - NOTICE - timedelta(microseconds=1), None),
        (promise(), 10 * HOUR - NOTICE, "due"),
        (promise(), 10 * HOUR, "due"),
        (promise(), 10 * HOUR + timedelta(microseconds=1), "broken"),
        (promise(moved=MOVED), 10 * HOUR, None),
        (promise(moved=MOVED), 20 * HOUR, "due"),
        (promise(ended=ENDED), 20 * HOUR, None),
        (promise(made=None), 20 * HOUR, None),
        (promise(made=None, moved=MOVED), 30 * HOUR, None),
    ],
)
def test_when_a_promise_is_raised(head: CommitmentHead, after: timedelta, expected: str | None) -> None:
    assert stage(head, RECEIVED + after, PLAYBOOK) == expected


def test_the_same_promise_makes_the_same_reminder_and_names_itself() -> None:
    due = reminder("due")
    assert due == reminder("due")
    assert (due.id, due.commitment_id, due.identity) == (reminder_id(term_id="com_a", stage="due"), "com_a", ANA)
    assert (due.customer_id, due.playbook_version, due.state) == (customer_id(ANA), PLAYBOOK.version, "offered")
    assert Escalation.model_validate_json(due.model_dump_json(exclude_defaults=True)) == due


def test_a_reminder_is_to_be_accepted_before_the_promise_is_broken_and_the_broken_one_by_its_own_deadline() -> None:
    due, broken = (reminder(at) for at in ("due", "broken"))
    until = RECEIVED + 10 * HOUR
    assert (due.offered_at, due.accept_by) == (until - NOTICE, until)
    within = PLAYBOOK.department("care").accept_within.of("high")
    assert (broken.offered_at, broken.accept_by) == (until, until + within)


def test_however_late_a_promise_is_raised_there_is_time_to_accept_that() -> None:
    until, late = RECEIVED + 10 * HOUR, RECEIVED + 30 * HOUR
    within = PLAYBOOK.department("care").accept_within.of("high")
    assert (reminder("broken", late).offered_at, reminder("broken", late).accept_by) == (until, late + within)
    assert reminder("due", until - TICK).accept_by == until, "and it is still to be kept by then"


def test_what_holds_no_more_is_outdated_and_what_holds_is_not() -> None:
    first, then = ({reminder_id(term_id=term, stage=at) for at in ("due", "broken")} for term in ("com_a", "stp_m"))
    assert set(outdated(promise())) == set()
    assert set(outdated(promise(moved=MOVED))) == first
    assert set(outdated(promise(ended=ENDED))) == first
    assert set(outdated(promise(moved=MOVED, ended=ENDED))) == first | then
