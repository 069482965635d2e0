"""Replies, their echoes and their receipts come to the same in whatever order, and to what the journal alone says."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.casework.steps import OURSELVES, Agent, ReplyAsked, ReplyMove, Step
from shared.models import Message, PersonalEvent, Receipt
from shared.projection import replies
from shared.projection.computed import compute
from shared.store import journal, keys, steps
from shared.store.keys import Key
from shared.store.table import Item
from tests import counter
from tests.conftest import NOW
from tests.shared.repair.house import PLAYBOOK, House

MINUTE = timedelta(minutes=1)
ANA = "counter:shop:ana"
AGENT = Agent(subject="colleague-1", department="care")
WE = Agent(subject=OURSELVES)
COMMON: dict[str, Any] = {"identity": ANA, "account": "shop", "channel": "counter"}

ENDS = (
    (),
    ("attempted",),
    ("attempted", "sent"),
    ("attempted", "later", "attempted", "sent"),
    ("attempted", "refused"),
    ("attempted", "unknown"),
    ("attempted", "unknown", "sent"),
    ("attempted", "unknown", "given_up"),
    ("attempted", "unknown", "not_there", "attempted", "sent"),
    ("given_up",),
)


def at(minute: int) -> datetime:
    return NOW - 60 * MINUTE + minute * MINUTE


def asked(name: str, minute: int, **said: Any) -> ReplyAsked:
    plain = {"account": "shop", "channel": "counter", "thread": "direct", "text": f"respuesta {name}"}
    return ReplyAsked(id=f"stp_{name}", identity=ANA, at=at(minute), by=AGENT, **plain | said)


def moves(name: str, minute: int, acts: Iterable[str], *, tells_when: bool = False) -> list[ReplyMove]:
    made = []
    for number, act in enumerate(acts, start=1):
        said: dict[str, Any] = {"external_id": f"ext-{name}"} if act == "sent" else {}
        said |= {"sent_at": at(minute + number - 1)} if act == "sent" and tells_when else {}
        made.append(
            ReplyMove(
                id=f"stp_{name}{number}", identity=ANA, at=at(minute + number), by=WE, reply_id=f"rpl_{name}",
                number=number, act=act, **said,
            )
        )  # fmt: skip
    return made


def inbound(name: str, minute: int) -> Message:
    return Message(external_id=f"in-{name}", occurred_at=at(minute), text="Hola", **COMMON)


def outbound(name: str, minute: int, **said: Any) -> Message:
    return Message(external_id=name, occurred_at=at(minute), direction="outbound", **COMMON | said)


def receipt(name: str, minute: int, status: str, **said: Any) -> Receipt:
    return Receipt.model_validate(COMMON | {"external_id": name, "occurred_at": at(minute), "status": status} | said)


def shuffled(things: Sequence[PersonalEvent | Step], chance: random.Random) -> list[PersonalEvent | Step]:
    """Return things in any order in which they can be journalled: first what opens the conversation, what becomes of a
    reply one after the other, and nothing that the platform tells of a reply before the attempt that came to it."""
    mixed = list(things[1:])
    chance.shuffle(mixed)
    own = iter([thing for thing in things if isinstance(thing, ReplyAsked | ReplyMove)])
    ordered: list[PersonalEvent | Step] = [things[0]]
    held: list[PersonalEvent | Step] = []
    attempted: set[str] = set()
    tries = [thing for thing in things if isinstance(thing, ReplyMove) and thing.act == "attempted"]
    last_attempts = {move.reply_id: move.number for move in tries}
    for each in mixed:
        thing = next(own) if isinstance(each, ReplyAsked | ReplyMove) else each
        if isinstance(thing, ReplyMove) and thing.number == last_attempts.get(thing.reply_id):
            attempted.add(thing.reply_id[-1])
        (ordered if about(thing) <= attempted else held).append(thing)
        ordered += [thing for thing in held if about(thing) <= attempted]
        held = [thing for thing in held if not about(thing) <= attempted]
    return ordered


def about(thing: PersonalEvent | Step) -> set[str]:
    """Return the reply that a platform tells of, if it does."""
    names = {thing.external_id, thing.target} if isinstance(thing, Receipt) else {getattr(thing, "external_id", None)}
    return {name[-1] for name in names if name and name.startswith("ext-") and isinstance(thing, Message | Receipt)}


def told(things: Sequence[PersonalEvent | Step], chance: random.Random) -> House:
    """Journal things as they come, a minute after one another, and project each once or twice, some of them late and in
    another order. Whoever sends sees to it that the reply's head says so before anything else can come of it."""
    house = House()
    waiting: list[Item] = []
    every: list[Item] = []
    for minute, thing in enumerate(things):
        if isinstance(thing, Message | Receipt):
            delivery = replace(counter.delivery(), received_at=at(minute))
            event = thing.model_copy(update={"occurred_at": at(minute)}) if about(thing) else thing
            item = journal.expanded_item(delivery, event)
        else:
            assert isinstance(thing, ReplyAsked | ReplyMove)
            step = thing.model_copy(update={"at": at(minute)})
            item = steps.item(step)
        house.table.insert(item)
        if isinstance(thing, ReplyMove) and thing.act == "attempted":
            replies.take(step, table=house.table, now=lambda: NOW)
        waiting.append(item)
        every.append(item)
        chance.shuffle(waiting)
        while waiting and (minute == 0 or chance.random() < 0.6):
            house.projector().project([waiting.pop()])
    for item in [*waiting, *chance.sample(every, len(every) // 2)]:
        house.projector().project([item])
    return house


def picture(house: House) -> dict[Key, Item]:
    left_out = (keys.EVENT_PREFIX, keys.STEP_PREFIX, keys.ESCALATION_PREFIX)
    own = {key: item for key, item in house.items().items() if not key.pk.startswith(keys.PLAYBOOK)}
    return {key: lasting(item) for key, item in own.items() if not key.sk.startswith(left_out)}


def lasting(item: Item) -> Item:
    return {name: value for name, value in item.items() if name != "projected_at"}


@st.composite
def stories(draw: st.DrawFn) -> list[PersonalEvent | Step]:
    """What happens in a conversation with one or two replies: what is said, echoed and received."""
    things: list[PersonalEvent | Step] = [inbound("0", 0)]
    things += [inbound(str(minute), minute) for minute in draw(st.lists(st.integers(1, 40), max_size=2, unique=True))]
    for name in draw(st.sampled_from(["a", "ab"])):
        start = draw(st.integers(5, 30))
        own = asked(name, start, automatic=draw(st.booleans()), text=f"eso {name}")
        ends = moves(name, start, draw(st.sampled_from(ENDS)), tells_when=draw(st.booleans()))
        things += [own, *ends]
        came = any(move.act == "sent" for move in ends)
        echo = draw(st.sampled_from(["none", "named", "by our id", "by its words"]))
        if echo == "named" and came:
            things.append(outbound(f"ext-{name}", start + 2, text=own.text))
        elif echo == "by our id" and ends and ends[-1].act != "refused":
            things.append(outbound(f"ext-{name}", start + 2, text=own.text, reply_id=f"rpl_{name}"))
        elif echo == "by its words" and ends and not came:
            things.append(outbound(f"ext-{name}", start + 2, text=own.text))
        for status in draw(st.lists(st.sampled_from(["sent", "delivered", "read", "failed"]), unique=True, max_size=3)):
            if came:
                by = draw(
                    st.sampled_from([{"target": f"ext-{name}"}, {"reply_id": f"rpl_{name}", "target": f"ext-{name}"}])
                )
                things.append(receipt(f"{status}-{name}", start + draw(st.integers(2, 9)), status, **by))
    for minute in draw(st.lists(st.integers(1, 50), max_size=2, unique=True)):
        things.append(receipt(f"up-to-{minute}", minute, draw(st.sampled_from(["delivered", "read"]))))
    if draw(st.booleans()):
        things.append(outbound("elsewhere", draw(st.integers(1, 50)), text="Desde la aplicación"))
    return things


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(stories(), st.randoms(use_true_random=False))
def test_any_order_comes_to_what_the_journal_alone_says(things: list[PersonalEvent | Step], chance: Any) -> None:
    house = told(shuffled(things, chance), chance)
    items = house.items().values()
    entries = [journal.entry(item) for item in items if item["sk"]["S"].startswith(keys.EVENT_PREFIX)]
    taken = [steps.read(item) for item in items if item["sk"]["S"].startswith(keys.STEP_PREFIX)]
    computed = compute(entries, lambda: PLAYBOOK, taken)
    assert picture(house) == {key: lasting(item) for key, item in computed.items.items()}
    assert house.reproject("ana", do=False) == []


class AtOnce(random.Random):
    """No chance at all: everything is projected once, as it comes."""

    def random(self) -> float:
        return 0.0

    def shuffle(self, x: Any) -> None:
        pass

    def sample(self, *_: Any, **__: Any) -> list[Any]:
        return []


def test_a_platform_whose_clock_is_behind_answers_no_earlier_by_its_answer_than_by_its_receipt() -> None:
    attempted, sent = moves("a", 5, ("attempted", "sent"))
    early = sent.model_copy(update={"sent_at": at(1)})
    delivered = receipt("r", 6, "delivered", target="ext-a", reply_id="rpl_a")
    house = told([inbound("0", 0), asked("a", 5), inbound("1", 2), attempted, delivered, early], AtOnce())
    assert house.reproject("ana", do=False) == []


def test_what_was_held_for_an_acknowledgement_counts_once_another_message_is_known_to_be_it() -> None:
    ack = asked("a", 2, automatic=True, text="Le contestamos.")
    attempted, unknown = moves("a", 2, ("attempted", "unknown"))
    elsewhere, echo = outbound("elsewhere", 1, text="Ya lo miro yo"), outbound("ext-a", 4, text=ack.text)
    house = told([inbound("0", 0), ack, attempted, elsewhere, echo, unknown], AtOnce())
    (head,) = (item for key, item in house.items().items() if key.sk.startswith(keys.CONVERSATION_PREFIX))
    assert "waiting_since" not in head["state"]["S"]
    assert house.reproject("ana", do=False) == []
