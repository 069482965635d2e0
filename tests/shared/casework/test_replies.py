"""Replies: the same head in whatever order their steps and the platform's words come, and who has to look when."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.casework import replies
from shared.casework.deciding import _DECIDABLE, Decision, decide
from shared.casework.replies import (
    Act,
    ReplyHead,
    State,
    Told,
    as_message,
    fold,
    hear,
    open_since,
    reached,
)
from shared.casework.steps import OURSELVES, Agent, ReplyAsked, ReplyMove
from shared.errors import Conflict
from shared.models import Message, Receipt
from shared.replying import Draft, Template

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANA, ID = "telegram:shop:ana", "rpl_a"
AGENT, WE = Agent(subject="u1", department="care"), Agent(subject=OURSELVES)
COMMON: dict[str, Any] = {"identity": ANA, "account": "shop", "channel": "telegram"}

type Thing = ReplyAsked | ReplyMove | Message | Receipt


def asked(**said: Any) -> ReplyAsked:
    plain = {"channel": "telegram", "account": "shop", "text": "Hasta las dos."}
    return ReplyAsked(id="stp_a", identity=ANA, at=NOON, by=AGENT, **plain | said)


def moved(number: int, act: Act, **said: Any) -> ReplyMove:
    return ReplyMove(
        id=f"stp_{number}", identity=ANA, at=NOON + number * MINUTE, by=WE, reply_id=ID, number=number, act=act, **said
    )


def echo(name: str = "m-1", minute: int = 9, **said: Any) -> Message:
    return Message(external_id=name, occurred_at=NOON + minute * MINUTE, direction="outbound", **COMMON | said)


def receipt(status: str, minute: int = 9, **said: Any) -> Receipt:
    of = {"external_id": f"{status}{minute}", "occurred_at": NOON + minute * MINUTE, "status": status, "target": "m-1"}
    return Receipt.model_validate(COMMON | of | said)


def head(*things: Thing) -> ReplyHead:
    def taken(before: ReplyHead, thing: Thing) -> ReplyHead:
        return fold(before, thing) if isinstance(thing, ReplyAsked | ReplyMove) else hear(before, thing)

    return reduce(taken, things, ReplyHead(id=ID, identity=ANA))


def acts(*names: Act, **last: Any) -> list[ReplyMove]:
    made = [moved(number, act) for number, act in enumerate(names, start=1)]
    return [*made[:-1], made[-1].model_copy(update=last)] if made else []


# -------------------------------------------------------------------------------------------------------------- folds

things = st.one_of(
    st.builds(moved, st.integers(1, 6), st.sampled_from(get_args(Act)), external_id=st.sampled_from([None, "m-1"])),
    st.builds(echo, st.sampled_from(["m-1", "m-2"]), st.integers(1, 9)),
    st.builds(
        receipt,
        st.sampled_from(["sent", "delivered", "read", "played", "failed"]),
        st.integers(1, 9),
        error=st.sampled_from([None, "131026", "131047"]),
        reply_id=st.sampled_from([None, ID]),
    ),
)
histories = st.lists(
    things,
    max_size=8,
    unique_by=lambda thing: thing.number if isinstance(thing, ReplyMove) else thing.model_dump_json(),
).map(lambda found: [asked(), *found])


@given(histories, st.data())
def test_any_order_and_any_repetition_come_to_the_same_head(history: list[Thing], data: st.DataObject) -> None:
    expected = head(*history)
    repeated = data.draw(st.lists(st.sampled_from(history), max_size=4))
    order = data.draw(st.permutations(history + repeated))
    assert head(*order).model_dump_json() == expected.model_dump_json()


@given(histories)
def test_a_head_is_kept_and_read_again(history: list[Thing]) -> None:
    for count in range(1, len(history) + 1):
        found = head(*history[-count:])
        assert ReplyHead.model_validate_json(found.model_dump_json(exclude_defaults=True)) == found


@given(histories)
def test_what_was_sent_once_is_never_called_anything_less(history: list[Thing]) -> None:
    for count in range(len(history)):
        before, after = head(*history[: count + 1]), head(*history)
        if before.state in ("sent", "delivered", "read"):
            assert after.state in ("sent", "delivered", "read", "failed", "given_up")
        if before.external_id is not None:
            assert after.external_id is not None
            assert not after.is_in_flight


@given(histories, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=1)))
def test_somebody_has_to_look_exactly_at_what_does_not_go_on_by_itself(
    history: list[Thing], patience: timedelta
) -> None:
    found = head(*history)
    assert (open_since(found, patience) is not None) is (found.state in replies.NEEDS_SOMEBODY)
    by_itself = head(*[asked(automatic=True), *history[1:]])
    assert open_since(by_itself, patience) is None


# ------------------------------------------------------------------------------------------------------------- states


@pytest.mark.parametrize(
    ("history", "state"),
    [
        ([], "queued"),
        (acts("attempted"), "sending"),
        (acts("attempted", "sent"), "sent"),
        (acts("attempted", "refused"), "refused"),
        (acts("refused"), "refused"),
        (acts("attempted", "later"), "queued"),
        (acts("attempted", "later", "attempted"), "sending"),
        (acts("attempted", "unknown"), "unconfirmed"),
        (acts("attempted", "unknown", "not_there"), "queued"),
        (acts("attempted", "unknown", "given_up"), "given_up"),
        (acts("given_up"), "given_up"),
        (acts("attempted", "unknown", "sent"), "sent"),
        ([*acts("attempted", "unknown"), echo()], "sent"),
        ([*acts("attempted", "unknown", "given_up"), echo()], "sent"),
        ([*acts("attempted"), receipt("sent", reply_id=ID)], "sent"),
        ([*acts("attempted", "sent"), receipt("delivered")], "delivered"),
        ([*acts("attempted", "sent"), receipt("read", 2), receipt("delivered", 9)], "read"),
        ([*acts("attempted", "sent"), receipt("played")], "read"),
        ([*acts("attempted", "sent"), receipt("failed", error="131026")], "failed"),
        ([*acts("attempted", "sent"), receipt("failed"), receipt("delivered")], "delivered"),
        ([*acts("attempted", "sent", "given_up"), receipt("failed")], "given_up"),
        ([*acts("attempted", "refused", "given_up")], "given_up"),
    ],
)
def test_a_reply_stands_as_the_last_word_says_and_what_was_sent_is_sent(history: Sequence[Thing], state: State) -> None:
    assert head(asked(), *history).state == state


def test_who_fails_says_why() -> None:
    found = head(asked(), *acts("attempted", "sent"), receipt("failed", error="131026"))
    assert found.told == (Told(status="failed", at=NOON + 9 * MINUTE, error="131026"),)
    assert open_since(found, timedelta(0)) == NOON + 9 * MINUTE


def test_a_reply_was_said_when_the_platform_says_so_and_otherwise_when_it_was_tried() -> None:
    told_when = head(asked(), *acts("attempted", "sent", sent_at=NOON + timedelta(seconds=61)))
    assert told_when.sent_at == NOON + timedelta(seconds=61)
    assert head(asked(), *acts("attempted", "later", "attempted", "sent")).sent_at == NOON + 3 * MINUTE
    assert head(asked(), *acts("attempted", "unknown"), echo(minute=2)).sent_at == NOON + 2 * MINUTE
    assert head(asked(), *acts("attempted", "unknown")).sent_at is None


def test_what_the_platform_calls_it_is_known_by_its_answer_its_echo_or_a_receipt_that_has_our_id() -> None:
    sent = acts("attempted", "sent", external_id="m-7")
    assert head(asked(), *sent, echo("m-7")).external_id == "m-7"
    assert head(asked(), *acts("attempted", "unknown"), echo("m-8")).external_id == "m-8"
    assert head(asked(), *acts("attempted"), receipt("delivered", target="m-9", reply_id=ID)).external_id == "m-9"
    assert head(asked(), *acts("attempted"), receipt("failed", target="m-9", reply_id=ID)).external_id is None


def test_it_is_in_flight_from_the_attempt_until_its_name_is_known_or_it_surely_was_not_taken() -> None:
    assert not head(asked()).is_in_flight
    assert head(asked(), *acts("attempted")).is_in_flight
    assert head(asked(), *acts("attempted", "unknown")).is_in_flight
    assert not head(asked(), *acts("attempted", "later")).is_in_flight
    assert not head(asked(), *acts("attempted", "sent", external_id="m-1")).is_in_flight
    assert not head(asked(), *acts("attempted"), echo()).is_in_flight


def test_what_somebody_gave_up_may_still_turn_out_to_be_sent() -> None:
    assert head(asked(), *acts("attempted", "unknown", "given_up")).is_doubtful
    assert not head(asked(), *acts("attempted", "refused", "given_up")).is_doubtful
    assert not head(asked(), *acts("attempted", "unknown", "not_there")).is_doubtful
    assert not head(asked(), *acts("attempted", "unknown"), echo()).is_doubtful


# ------------------------------------------------------------------------------------------------------- conversations


def test_a_reply_is_to_its_conversation_what_the_company_said() -> None:
    found = as_message(head(asked(thread="t"), *acts("attempted", "sent", external_id="m-7")))
    assert found is not None
    assert (found.direction, found.external_id, found.occurred_at) == ("outbound", "m-7", NOON + MINUTE)
    assert (found.identity, found.channel, found.thread, found.reply_id) == (ANA, "telegram", "t", ID)


@pytest.mark.parametrize(
    "history",
    [
        [asked(), *acts("attempted")],
        [asked(), *acts("attempted", "unknown")],
        [asked(), *acts("attempted", "refused")],
        [asked(), *acts("attempted", "unknown"), receipt("failed", reply_id=ID)],
        [asked(automatic=True), *acts("attempted", "sent", external_id="m-7")],
        acts("attempted", "sent", external_id="m-7"),
    ],
)
def test_what_was_not_said_or_by_no_person_is_none(history: Sequence[Thing]) -> None:
    assert as_message(head(*history)) is None


def test_what_only_a_receipt_tells_of_was_said_when_it_was_tried() -> None:
    found = as_message(head(asked(), *acts("attempted", "unknown"), receipt("read", reply_id=ID)))
    assert found is not None
    assert found.occurred_at == NOON + MINUTE


def test_a_draft_says_whether_a_person_wrote_it() -> None:
    template = Template(name="aviso", language="es", parameters=("Ana",))
    found = head(asked(template=template, privately=True)).asked
    assert found is not None
    assert found.draft == Draft(text="Hasta las dos.", template=template, privately=True, by_a_person=True)
    automatic = head(asked(automatic=True)).asked
    assert automatic is not None
    assert automatic.draft.by_a_person is False


# ---------------------------------------------------------------------------------------------------------- decisions


@given(histories, st.sampled_from(get_args(Decision)))
def test_a_decision_is_the_next_thing_that_becomes_of_a_reply_or_is_refused(
    history: list[Thing], what: Decision
) -> None:
    before = head(*history)
    if before.state not in _DECIDABLE[what]:
        with pytest.raises(Conflict, match=before.state):
            decide(before, what, step_id="stp_x", at=NOON, by=AGENT)
        return
    step = decide(before, what, step_id="stp_x", at=NOON, by=AGENT, why="Lo dice ella.")
    assert step.number == before.number + 1
    after = fold(before, step)
    assert after.state == {"again": "queued", "give_up": "given_up"}[what]
    assert open_since(after, timedelta(0)) is None


@pytest.mark.parametrize("state", ["sending", "sent"])
@pytest.mark.parametrize("what", get_args(Decision))
def test_about_what_is_being_sent_or_is_sent_nobody_decides(state: State, what: Decision) -> None:
    found = head(asked(), *(acts("attempted") if state == "sending" else acts("attempted", "sent")))
    with pytest.raises(Conflict, match=state):
        decide(found, what, step_id="stp_x", at=NOON, by=AGENT)


def test_the_first_instant_of_each_status_counts() -> None:
    found = ReplyHead(id=ID, identity=ANA)
    for minute in (5, 3, 8):
        found = reached(found, Told(status="read", at=NOON + minute * MINUTE))
    assert found.told == (Told(status="read", at=NOON + 3 * MINUTE),)
