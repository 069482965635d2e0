"""What was said through the desk, in the timeline: once, and as it stands."""

from itertools import count
from typing import Any

import pytest

from services.customer360 import contract_history
from services.customer360.access import Access, Caller
from services.customer360.asked import TimelineQuery
from services.customer360.history import Chronicle
from services.customer360.said import Said
from shared.casework.replies import ReplyHead
from shared.casework.steps import Agent, ReplyAsked, ReplyMove
from shared.ids import customer_id
from shared.models import Receipt
from tests.conftest import NOW
from tests.services.customer360.counter import ANA, LUIS, Counter, ago, answered, said
from tests.services.customer360.rows import Rows

BILLING = Agent(subject="marta", department="billing")
WHERE: dict[str, Any] = {"account": "tienda_bot", "channel": "telegram", "thread": "direct"}


@pytest.fixture
def counter() -> Counter:
    counter = Counter(Rows())
    counter.hear(said("41", "¿Hasta cuándo abrís?", at=ago(minutes=30)))
    return counter


def asked(counter: Counter, text: str = "Hasta las ocho.", **rest: Any) -> str:
    step = counter.take(ReplyAsked, ANA, at=ago(minutes=20), by=BILLING, text=text, **WHERE | rest)
    return f"rpl_{step.partition('_')[2]}"


def sent(counter: Counter, reply: str, **answer: Any) -> None:
    by = Agent(subject="mostrador")
    for number, (act, rest) in enumerate((("attempted", {}), ("sent", answer)), start=1):
        counter.take(ReplyMove, ANA, at=ago(minutes=20 - number), by=by, reply_id=reply, number=number, act=act, **rest)


def receipt(target: str, status: Any, at: Any, **rest: Any) -> Receipt:
    return Receipt(
        external_id=f"{target}:{status}", occurred_at=at, identity=ANA, target=target, status=status, **WHERE | rest
    )


_requests = map(str, count())


def page(counter: Counter, access: Access | None = None, **query: Any) -> list[contract_history.Entry]:
    caller = Caller("marta", access or Access(), request_id=next(_requests))
    return list(Chronicle(counter.lookup).timeline(customer_id(ANA), TimelineQuery(**query), caller).entries)


def kinds(entries: list[contract_history.Entry]) -> list[str]:
    return [entry.kind for entry in entries]


def test_what_was_said_through_the_desk_is_there_once_whatever_the_platform_repeats(counter: Counter) -> None:
    reply = asked(counter)
    sent(counter, reply, external_id="42")
    counter.hear(answered("42", "Hasta las ocho.", at=ago(minutes=18)))
    entries = page(counter)
    assert kinds(entries) == ["reply_move", "reply_move", "reply", "message"]
    assert entries[-1].event is not None
    assert entries[-1].event.external_id == "41"
    (there,) = [entry.reply for entry in entries if entry.reply]
    assert (there.id, there.state) == (reply, "sent")


def test_its_echo_is_known_by_our_own_id_while_no_answer_has_come(counter: Counter) -> None:
    reply = asked(counter)
    counter.hear(answered("42", "Hasta las ocho.", at=ago(minutes=18), reply_id=reply))
    assert kinds(page(counter)) == ["reply", "message"]


def test_who_asks_for_messages_gets_the_echo_and_whose_it_is(counter: Counter) -> None:
    reply = asked(counter)
    sent(counter, reply, external_id="42")
    counter.hear(answered("42", "Hasta las ocho.", at=ago(minutes=18)))
    echo, heard = page(counter, kind="message")
    assert echo.reply is not None
    assert (echo.reply.id, heard.reply) == (reply, None)


def test_what_somebody_typed_on_the_platform_s_own_screen_is_no_reply_of_ours(counter: Counter) -> None:
    sent(counter, asked(counter), external_id="42")
    counter.hear(answered("43", "Hasta las ocho.", at=ago(minutes=10)))
    first, *_ = page(counter)
    assert (first.kind, first.reply) == ("message", None)


def test_the_id_of_a_message_to_somebody_else_is_no_echo(counter: Counter) -> None:
    sent(counter, asked(counter), external_id="42")
    counter.hear(said("1", who=LUIS, at=ago(minutes=40)))
    counter.link(ANA, LUIS)
    counter.hear(answered("42", "Hola, Luis.", who=LUIS, at=ago(minutes=10)))
    assert "Hola, Luis." in [getattr(entry.event, "text", "") for entry in page(counter)]


def test_it_says_how_far_the_platform_has_got(counter: Counter) -> None:
    reply = asked(counter)
    sent(counter, reply, external_id="42", sent_at=ago(minutes=18))
    counter.hear(receipt("42", "read", ago(minutes=5)), receipt("42", "delivered", ago(minutes=17)))
    (there,) = [entry.reply for entry in page(counter) if entry.reply]
    assert there == contract_history.Reply(
        id=reply,
        state="read",
        sent_at=ago(minutes=18),
        delivered_at=ago(minutes=17),
        read_at=ago(minutes=5),
        error=None,
    )


def test_it_says_why_it_did_not_arrive(counter: Counter) -> None:
    sent(counter, asked(counter), external_id="42")
    counter.hear(receipt("42", "failed", ago(minutes=17), error="131026"))
    (there,) = [entry.reply for entry in page(counter) if entry.reply]
    assert (there.state, there.error) == ("failed", "131026")


def test_who_may_not_read_the_reply_still_reads_what_the_platform_says_was_said(counter: Counter) -> None:
    sent(counter, asked(counter), external_id="42")
    counter.hear(answered("42", "Hasta las ocho.", at=ago(minutes=18)))
    entries = page(counter, Access(departments=frozenset({"technical"})))
    assert "Hasta las ocho." in [getattr(entry.event, "text", "") for entry in entries]
    (withheld,) = [entry for entry in entries if entry.kind == "reply"]
    assert (withheld.withheld, withheld.step, withheld.reply) == (True, None, None)


def test_an_echo_is_there_for_whom_the_reply_is_filtered_out(counter: Counter) -> None:
    sent(counter, asked(counter), external_id="42")
    counter.hear(answered("42", "Hasta las ocho.", at=ago(minutes=18)))
    on_the_channel = page(counter, channel="telegram")
    assert kinds(on_the_channel) == ["message", "message"]


def test_replies_cost_a_call_only_where_there_are_any(counter: Counter) -> None:
    rows = counter.table
    assert isinstance(rows, Rows)

    def calls() -> int:
        before = rows.calls
        page(counter)
        return rows.calls - before

    without = calls()
    asked(counter)
    assert calls() == without + 1


def test_a_private_answer_is_known_under_the_address_that_it_made_known() -> None:
    head = ReplyHead.model_validate(
        {
            "id": "rpl_a",
            "identity": "facebook:1:comment",
            "moves": [
                {"number": 1, "act": "attempted", "at": NOW, "by": BILLING},
                {
                    **{"number": 2, "act": "sent", "at": NOW, "by": BILLING},
                    **{"external_id": "m_1", "address": "messenger:1:2"},
                },
            ],
        }
    )
    assert set(Said.of([head]).named) == {("messenger:1:2", "m_1")}
