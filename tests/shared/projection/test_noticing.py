"""What becomes of an answer that a department asked for by its queue is told there, in whatever order it is heard."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import orjson
import pytest

from shared.casework.cases import BY_OURSELVES
from shared.casework.steps import Agent, ReplyAsked, ReplyMove, reply_id
from shared.models import Delivery, Message, PersonalEvent, Receipt
from shared.notice import Notice
from shared.projection import replies
from shared.store import journal, keys, steps
from shared.store.table import Item
from tests.services.connectors.shop import ANA, CASE, SLACK, Shop, working_in

QUEUE = {"kind": "queue"}
PRINCIPAL = Agent(subject="aws:AIDAEXAMPLE", department="billing")
IDA = Agent(subject="ida", department="care")
REPLY = "rpl_answer"
WHY = "the customer has blocked the account: answer on another channel"


def asked(shop: Shop, by: Agent = PRINCIPAL, **said: Any) -> str:
    """Let somebody ask for an answer about Ana's complaint; return the reply's id."""
    step = ReplyAsked(
        id="stp_answer",
        identity=ANA,
        at=shop.world.now(),
        by=by,
        channel="telegram",
        account="tienda_bot",
        text="Ya está devuelto.",
        **({"escalation_id": CASE} | said),
    )
    steps.keep(shop.table, step)
    return reply_id(step)


@pytest.fixture
def shop() -> Shop:
    shop = Shop(QUEUE)
    asked(shop)
    shop.world.settle()
    shop.world.clock += timedelta(seconds=1)
    return shop


def becomes(shop: Shop, act: Any, by: Agent = BY_OURSELVES, **said: Any) -> None:
    """Write down what became of the answer, which the stream has not brought yet."""
    head = replies.read(shop.table, ANA, REPLY)
    assert head is not None
    number = head.number + 1
    steps.keep(
        shop.table,
        ReplyMove(
            id=f"stp_{number}", identity=ANA, at=shop.world.now(), by=by, reply_id=REPLY, number=number, act=act, **said
        ),
    )


def hears(shop: Shop, event: type[Message | Receipt], **said: Any) -> None:
    """Let the platform tell something, which the stream has not brought yet."""
    about: dict[str, Any] = {"identity": ANA, "account": "tienda_bot", "channel": "telegram"}
    told: PersonalEvent = event(occurred_at=shop.world.now(), **about, **said)
    shop.table.insert(journal.expanded_item(Delivery("telegram", "tienda_bot", b"", {}, shop.world.now()), told))


def fails(shop: Shop) -> None:
    hears(shop, Receipt, external_id="r1", target="77", status="failed", error="131047")


def notices(shop: Shop, department: str = "billing") -> list[Notice]:
    seen = shop.cloud.look().messages(shop.world.queues[department])
    assert {each.group for each in seen if "notice" in orjson.loads(each.body)} <= {CASE}
    return [Notice.model_validate_json(each.body) for each in seen if "notice" in orjson.loads(each.body)]


def told(shop: Shop) -> list[str]:
    return [each.notice for each in notices(shop)]


def later(shop: Shop) -> None:
    """Let the queue forget what it was told, and the stream bring everything once more, as after a death."""
    shop.world.clock += timedelta(minutes=6)
    shop.world.projector().project([item for item in shop.world.scan() if is_step(item) or is_event(item)])


def is_step(item: Item) -> bool:
    return str(item["sk"]["S"]).startswith(keys.STEP_PREFIX)


def is_event(item: Item) -> bool:
    return str(item["sk"]["S"]).startswith(keys.EVENT_PREFIX)


def test_that_it_is_sent_is_told_to_whoever_asked_for_it(shop: Shop) -> None:
    becomes(shop, "attempted")
    shop.world.settle()
    assert told(shop) == []
    becomes(shop, "sent", external_id="77")
    shop.world.settle()
    (notice,) = notices(shop)
    assert notice == Notice(
        notice="sent",
        notice_id=f"{REPLY}-sent",
        id=CASE,
        department="billing",
        at=shop.world.now(),
        why="",
        act="replied",
        reply=REPLY,
    )


@pytest.mark.parametrize(
    ("act", "by", "notice"),
    [("refused", BY_OURSELVES, "failed"), ("unknown", BY_OURSELVES, "unconfirmed"), ("given_up", IDA, "given_up")],
)
def test_what_the_customer_does_not_have_is_told_with_the_reason_and_what_to_do(
    shop: Shop, act: str, by: Agent, notice: str
) -> None:
    becomes(shop, "attempted")
    becomes(shop, act, by, code="403", why=WHY)
    shop.world.settle()
    (found,) = notices(shop)
    assert (found.notice, found.reply, found.act, found.code) == (notice, REPLY, "replied", "403")
    assert found.notice_id == f"{REPLY}-{notice}-2"
    assert WHY in found.why
    assert len(found.why) > len(WHY), "and what to do"
    assert found.at == shop.world.now()


def test_nobody_has_to_say_why_it_is_given_up(shop: Shop) -> None:
    becomes(shop, "given_up", IDA)
    shop.world.settle()
    (notice,) = notices(shop)
    assert notice.why.startswith("ida of care gave it up")


@pytest.mark.parametrize("act", ["later", "not_there"])
def test_while_it_is_seen_to_there_is_nothing_to_tell(shop: Shop, act: str) -> None:
    becomes(shop, "attempted")
    becomes(shop, act, why="the platform takes nothing more for now")
    shop.world.settle()
    assert told(shop) == []


def test_what_is_refused_goes_out_again_and_is_refused_again_is_told_twice_under_ids_of_their_own(shop: Shop) -> None:
    for act in ("refused", "not_there", "refused"):
        becomes(shop, act, why=WHY)
        shop.world.settle()
    assert told(shop) == ["failed", "failed"]
    assert [each.notice_id for each in notices(shop)] == [f"{REPLY}-failed-1", f"{REPLY}-failed-3"]


def test_what_nobody_knew_and_is_found_is_told_in_that_order(shop: Shop) -> None:
    for act in ("attempted", "unknown", "sent"):
        becomes(shop, act, external_id="77" if act == "sent" else None)
        shop.world.settle()
    assert told(shop) == ["unconfirmed", "sent"]


@pytest.mark.parametrize("act", ["attempted", "unknown"])
def test_the_platforms_own_word_that_it_has_it_is_told_too(shop: Shop, act: str) -> None:
    becomes(shop, "attempted")
    if act == "unknown":
        becomes(shop, "unknown", why=WHY)
    shop.world.settle()
    hears(shop, Message, external_id="77", text="Ya está devuelto.", direction="outbound", reply_id=REPLY)
    shop.world.settle()
    assert told(shop)[-1] == "sent"
    (sent,) = (each for each in notices(shop) if each.notice == "sent")
    assert sent.notice_id == f"{REPLY}-sent"


@pytest.mark.parametrize("status", ["sent", "delivered", "read"])
def test_a_receipt_that_gives_our_own_id_back_says_that_it_is_sent_too(shop: Shop, status: str) -> None:
    becomes(shop, "attempted")
    shop.world.settle()
    hears(shop, Receipt, external_id="r1", status=status, reply_id=REPLY)
    shop.world.settle()
    (notice,) = notices(shop)
    assert (notice.notice, notice.at) == ("sent", shop.world.now())


def test_what_was_sent_and_did_not_arrive_is_told_with_the_platforms_code(shop: Shop) -> None:
    becomes(shop, "attempted")
    becomes(shop, "sent", external_id="77")
    shop.world.settle()
    fails(shop)
    shop.world.settle()
    assert told(shop) == ["sent", "failed"]
    failed = notices(shop)[-1]
    assert (failed.code, failed.notice_id) == ("131047", f"{REPLY}-failed")
    assert "did not reach the customer" in failed.why


@pytest.mark.parametrize("status", ["sent", "delivered", "read"])
def test_that_it_arrived_and_was_read_is_no_news(shop: Shop, status: str) -> None:
    becomes(shop, "attempted")
    becomes(shop, "sent", external_id="77")
    shop.world.settle()
    shop.world.clock += timedelta(minutes=6)
    hears(shop, Receipt, external_id="r1", target="77", status=status)
    shop.world.settle()
    assert told(shop) == ["sent"]


def test_in_whatever_order_the_stream_brings_it_the_last_word_is_that_it_did_not_arrive() -> None:
    for order in permutations(range(3)):
        shop = Shop(QUEUE)
        asked(shop)
        shop.world.settle()
        becomes(shop, "attempted")
        becomes(shop, "sent", external_id="77")
        fails(shop)
        items = shop.world.undone()
        assert len(items) == 3
        for place in order:
            shop.world.projector().project([items[place]])
        assert told(shop)[-1] == "failed", order
        assert {each.notice_id for each in notices(shop)} <= {f"{REPLY}-sent", f"{REPLY}-failed"}


@pytest.mark.parametrize("acts", [["attempted", "sent"], ["refused"], ["attempted", "unknown"], ["given_up"]])
def test_what_is_told_again_after_a_death_is_told_under_the_same_id(shop: Shop, acts: list[str]) -> None:
    for act in acts:
        becomes(shop, act, external_id="77" if act == "sent" else None)
    shop.world.settle()
    first = notices(shop)
    later(shop)
    assert len(notices(shop)) == 2 * len(first)
    assert {each.notice_id for each in notices(shop)} == {each.notice_id for each in first}


def test_what_is_over_by_the_time_that_its_record_comes_is_not_told_any_more(shop: Shop) -> None:
    for act in ("attempted", "unknown", "sent"):
        becomes(shop, act, external_id="77" if act == "sent" else None)
    shop.world.settle()
    assert told(shop) == ["sent"]


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (Agent(subject="ida", department="billing"), {}),
        (Agent(subject="slack:T0SHOP:U1", department="billing"), {}),
        (Agent(subject="aws:AIDAEXAMPLE", department="care"), {}),
        (PRINCIPAL, {"escalation_id": None}),
        (BY_OURSELVES, {"automatic": True}),
    ],
    ids=["at the desk", "in a tool", "of a department without a queue", "about no case", "by ourselves"],
)
def test_what_nobody_asked_for_by_a_queue_is_told_on_none(by: Agent, said: dict[str, Any]) -> None:
    shop = Shop(QUEUE)
    asked(shop, by, **said)
    shop.world.settle()
    becomes(shop, "refused", why=WHY)
    shop.world.settle()
    assert [notices(shop, name) for name in ("billing", "care", "technical")] == [[], [], []]


@pytest.mark.parametrize("tool", [None, SLACK])
def test_a_department_that_left_its_queue_is_told_on_it_no_more(shop: Shop, tool: dict[str, Any] | None) -> None:
    shop.publish(working_in(6, billing=tool))
    becomes(shop, "refused", why=WHY)
    shop.world.settle()
    assert told(shop) == []


def test_where_no_department_works_by_its_queue_no_reply_is_looked_up_for_it() -> None:
    shop = Shop(SLACK)
    asked(shop)
    shop.world.settle()
    becomes(shop, "refused", why=WHY)
    before = len(shop.world.calls)
    shop.world.settle()
    without = len(shop.world.calls) - before
    shop = Shop(QUEUE)
    asked(shop)
    shop.world.settle()
    becomes(shop, "refused", why=WHY)
    before = len(shop.world.calls)
    shop.world.settle()
    assert len(shop.world.calls) - before > without
