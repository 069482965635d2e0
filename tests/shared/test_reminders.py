"""What reminds of a promise: when there is one, for whom, and always the same one for the same promise."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.casework.commitments import CommitmentHead, Ended, Made, Moved
from shared.casework.steps import Agent
from shared.escalation import Escalation
from shared.ids import customer_id, reminder_id
from shared.playbook import parse
from shared.reminders import Stage, outdated, remind, stage
from tests.template import ROOT

PLAYBOOK = parse((ROOT / "infra" / "playbook.example.toml").read_text())
RECEIVED = datetime(2026, 3, 2, 9, 30, 1, tzinfo=UTC)
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
