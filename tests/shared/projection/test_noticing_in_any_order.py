"""What a department believes of its answers in the end is how they stand, in whatever order that was heard."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import count, permutations
from typing import Any

import pytest

from shared.casework.cases import BY_OURSELVES, Doing, move
from shared.casework.replies import ReplyHead, State
from shared.casework.steps import ReplyAsked, ReplyMove
from shared.models import Delivery, Message, Receipt
from shared.projection import replies
from shared.store import journal, steps
from tests.services.connectors.shop import ANA, CASE, DiesAt, Shop
from tests.shared.projection.test_noticing import PRINCIPAL, QUEUE, later, notices

SECOND = timedelta(seconds=1)
WORDS = "Ya está devuelto."
TOLD: Mapping[State, str] = {
    **dict.fromkeys(("sent", "delivered", "read"), "sent"),
    **dict.fromkeys(("failed", "refused"), "failed"),
    **{state: state for state in ("unconfirmed", "given_up")},
}

type Happens = Callable[[Shop], None]


def asked(shop: Shop, name: str) -> None:
    step = ReplyAsked(
        id=f"stp_{name}", identity=ANA, at=shop.world.now(), by=PRINCIPAL, channel="telegram", account="tienda_bot",
        text=WORDS, escalation_id=CASE,
    )  # fmt: skip
    steps.keep(shop.table, step)


def becomes(name: str, act: Any, external_id: str | None = None) -> Happens:
    """Return a step of what becomes of an answer, which whoever sends it takes in before it calls the platform."""

    def happens(shop: Shop) -> None:
        number = head(shop, name).number + 1
        became = ReplyMove(
            id=f"stp_{name}{number}", identity=ANA, at=shop.world.now(), by=BY_OURSELVES, reply_id=f"rpl_{name}",
            number=number, act=act, external_id=external_id,
        )  # fmt: skip
        steps.keep(shop.table, became)
        replies.take(became, table=shop.table, now=shop.world.now)

    return happens


def hears(event: type[Message | Receipt], name: str, **said: Any) -> Happens:
    def happens(shop: Shop) -> None:
        about: dict[str, Any] = {"identity": ANA, "account": "tienda_bot", "channel": "telegram"}
        told = event(occurred_at=shop.world.now(), external_id=name, **about, **said)
        shop.table.insert(journal.expanded_item(Delivery("telegram", "tienda_bot", b"", {}, shop.world.now()), told))

    return happens


def status(said: str, **about: Any) -> Happens:
    return hears(Receipt, f"r-{said}", status=said, error="131047" if said == "failed" else None, **about)


def echo(name: str) -> Happens:
    return hears(Message, name, text=WORDS, direction="outbound")


def head(shop: Shop, name: str) -> ReplyHead:
    found = replies.read(shop.table, ANA, f"rpl_{name}")
    assert found is not None
    return found


def believed(shop: Shop, name: str) -> str | None:
    """Return the last that a department was told of an answer, which passes over what it knows."""
    told = {each.notice_id: each.notice for each in notices(shop) if each.reply == f"rpl_{name}"}
    return list(told.values())[-1] if told else None


def orders(*stories: Sequence[Happens]) -> Iterator[list[Happens]]:
    """Yield every order in which stories can happen at once, each in its own."""
    if not any(stories):
        yield []
    for place, story in enumerate(stories):
        if story:
            rest = [*stories[:place], story[1:], *stories[place + 1 :]]
            yield from ([story[0], *order] for order in orders(*rest))


def begun(*names: str) -> Callable[[], Shop]:
    """Return what gives a shop in which these answers were just asked for, as often as wanted."""
    shop = Shop(QUEUE)
    accepted = move(shop.case, Doing("accepted", shop.world.now(), PRINCIPAL), shop.cases.playbook())
    steps.keep(shop.table, accepted)
    for name in names:
        asked(shop, name)
    shop.world.settle()
    as_it_was, done = shop.as_it_was(), set(shop.world._done)

    def again() -> Shop:
        as_it_was()
        shop.world._done = set(done)
        return shop

    return again


def happen(shop: Shop, order: Sequence[Happens], *, at_once: bool) -> None:
    """Let everything happen, and the stream bring each at once or all of it in the end."""
    for each in order:
        shop.world.clock += SECOND
        each(shop)
        if at_once:
            shop.world.settle()
    shop.world.settle()


def told_as_it_stands(shop: Shop, *names: str) -> None:
    for name in names:
        state = head(shop, name).state
        assert believed(shop, name) == TOLD.get(state), (name, state, [each.notice_id for each in notices(shop)])


LATE: Mapping[str, Happens] = {
    "by the platform's id": status("delivered", target="77"),
    "by our own": status("read", target="77", reply_id="rpl_a"),
    "up to an instant": status("read"),
}


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "in the end"])
@pytest.mark.parametrize("arrives", LATE)
def test_that_it_arrived_after_all_takes_back_that_it_did_not(arrives: str, at_once: bool) -> None:
    shop_again = begun("a")
    sent = [becomes("a", "attempted"), becomes("a", "sent", "77")]
    for order in orders(sent, [status("failed", target="77")], [LATE[arrives]]):
        shop = shop_again()
        happen(shop, order, at_once=at_once)
        told_as_it_stands(shop, "a")
        known = {each.notice_id for each in notices(shop)}
        later(shop)
        told_as_it_stands(shop, "a")
        assert {each.notice_id for each in notices(shop)} == known, "what is told again is known"


def test_in_whatever_order_the_stream_brings_it_the_last_word_is_that_it_arrived() -> None:
    shop_again = begun("a")
    for order in permutations(range(4)):
        shop = shop_again()
        for each in (
            becomes("a", "attempted"),
            becomes("a", "sent", "77"),
            status("failed", target="77"),
            *LATE.values(),
        ):
            each(shop)
        items = shop.world.undone()
        for place in order:
            shop.world.projector().project([items[place]])
        told_as_it_stands(shop, "a")


def test_that_it_arrived_takes_back_that_somebody_gave_it_up() -> None:
    shop = begun("a")()
    order = [
        becomes("a", "attempted"),
        becomes("a", "sent", "77"),
        status("failed", target="77"),
        becomes("a", "given_up"),
    ]
    happen(shop, [*order, LATE["by the platform's id"]], at_once=True)
    told_as_it_stands(shop, "a")
    told = notices(shop)
    assert [each.notice for each in told] == ["sent", "failed", "given_up", "sent"]
    assert (told[-1].at, told[-1].code) == (shop.world.now(), None)
    assert told[-1].notice_id not in {each.notice_id for each in told[:-1]}
    assert "says now that it did" in told[-1].why


ENDS: Mapping[str, Happens] = {
    "sent": becomes("b", "sent", "78"),
    "refused": becomes("b", "refused"),
    "given up": becomes("b", "given_up"),
    "unknown": becomes("b", "unknown"),
}


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "in the end"])
@pytest.mark.parametrize("end", ENDS)
def test_of_two_in_the_same_words_each_is_told_as_it_stands(end: str, at_once: bool) -> None:
    shop_again = begun("a", "b")
    doubt = [becomes("a", "attempted"), becomes("a", "unknown")]
    other, came = [becomes("b", "attempted"), ENDS[end]], echo("77")
    for order in orders(doubt, other, [came]):
        if order.index(doubt[0]) < order.index(came):  # nothing comes back before it was tried
            shop = shop_again()
            happen(shop, order, at_once=at_once)
            told_as_it_stands(shop, "a", "b")
            assert (shop.case.state == "answered") is (TOLD.get(head(shop, "a").state) == "sent" or end == "sent")


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_whoever_dies_while_it_is_found_out_whose_echo_it_was_tells_it_when_it_is_done_again(done: bool) -> None:
    shop_again = begun("a", "b")
    for number in count():
        shop = shop_again()
        in_doubt = [becomes("a", "attempted"), becomes("a", "unknown"), becomes("b", "attempted"), echo("77")]
        happen(shop, in_doubt, at_once=True)
        ENDS["refused"](shop)
        (last,) = shop.world.undone()
        death = DiesAt(number, done=done)
        shop.cloud.hooks.append(death)
        with suppress(RuntimeError):
            shop.world.projector().project([last])
        shop.cloud.hooks.remove(death)
        shop.world.projector().project([last])
        told_as_it_stands(shop, "a", "b")
        assert shop.case.state == "answered"
        if not death.died:
            break
    assert number > 5, "there are calls at which it dies"
