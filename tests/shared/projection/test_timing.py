"""What clocks go by is the same in whatever order it is read, and counts what we sent once."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.casework.cases import Doing, move
from shared.casework.steps import OURSELVES, Agent, ReplyAsked, ReplyMove, Step, reply_id
from shared.escalation import Escalation, escalate
from shared.models import Delivery, Message
from shared.projection.timing import Talk, talks
from shared.store import journal, keys, steps
from shared.store.table import Item
from tests.conftest import NOW
from tests.world import playbook

ANA = "telegram:tienda_bot:5150001"
HERE = {"identity": ANA, "account": "tienda_bot", "channel": "telegram"}
LENA = Agent(subject="lena", department="billing")


def event(name: str, minutes: int, **said: Any) -> Item:
    message = Message.model_validate(
        HERE | {"external_id": name, "occurred_at": NOW + timedelta(minutes=minutes)} | said
    )
    return journal.expanded_item(Delivery("telegram", "tienda_bot", b"", {}, NOW), message)


def case() -> Escalation:
    item = event("1", 0, text="No reconozco este cobro duplicado")
    entry = journal.entry(item)
    assert isinstance(entry.event, Message)
    found = escalate(entry.event, received_at=NOW, event_key=entry.key.sk, playbook=playbook())
    assert found is not None
    return found


def asked(name: str, *, automatic: bool) -> ReplyAsked:
    by = Agent(subject=OURSELVES) if automatic else LENA
    said = {"channel": "telegram", "account": "tienda_bot", "text": "Le contestamos.", "automatic": automatic}
    return ReplyAsked.model_validate({"id": f"stp_{name}", "identity": ANA, "at": NOW, "by": by} | said)


def sent(of: ReplyAsked, minutes: int, name: str) -> ReplyMove:
    at = NOW + timedelta(minutes=minutes)
    return ReplyMove(
        id=f"stp_{name}", identity=ANA, at=at, by=LENA, reply_id=reply_id(of), number=2, act="sent", external_id=name
    )


def escalation_item(case: Escalation) -> Item:
    key = keys.escalation(identity_name=ANA, escalation_id=case.id)
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "state": {"S": case.model_dump_json(exclude_defaults=True)}}


ACK, REAL = asked("ack", automatic=True), asked("real", automatic=False)
TAKEN: tuple[Step, ...] = (ACK, sent(ACK, 1, "7"), REAL, sent(REAL, 30, "8"))
ITEMS: list[Item] = [
    event("1", 0, text="No reconozco este cobro duplicado"),
    event("9", 5, text="¿Hay alguien?", thread="otro"),
    event("8", 31, text="Le contestamos.", direction="outbound"),
    event("2", 40, text="gracias"),
    event("3", 50, text="Ya lo arreglo yo", direction="outbound"),
    escalation_item(case()),
    steps.item(move(case(), Doing("accepted", NOW + timedelta(minutes=3), LENA), playbook())),
    *map(steps.item, TAKEN),
]


@given(st.permutations(ITEMS))
def test_the_order_of_reading_changes_nothing(items: list[Item]) -> None:
    def sorted_talks(found: Any) -> dict[Talk, list[Any]]:
        return {talk: sorted(each, key=lambda one: one.model_dump_json()) for talk, each in found.items()}

    assert sorted_talks(talks(items, playbook())) == sorted_talks(talks(ITEMS, playbook()))


def test_each_thing_is_what_it_was_in_its_own_conversation() -> None:
    found = talks(ITEMS, playbook())
    assert set(found) == {Talk("telegram", "direct"), Talk("telegram", "otro")}
    here = sorted(found[Talk("telegram", "direct")], key=lambda each: (each.at, each.what))
    assert [(each.what, each.screen) for each in here] == [
        ("offered", None),
        ("spoke", None),
        ("acknowledged", "ours"),
        ("accepted", None),
        ("answered", "ours"),
        ("thanked", None),
        ("answered", "native"),
    ]
    (answer,) = (each for each in here if each.id == reply_id(REAL))
    assert answer.at == NOW + timedelta(minutes=31), "the platform's own word on when it was said"


def test_what_the_platform_never_told_of_counts_by_our_own_word() -> None:
    (here,) = [
        each
        for each in talks([item for item in ITEMS if "#8" not in item["sk"]["S"]], playbook())[
            Talk("telegram", "direct")
        ]
        if each.id == reply_id(REAL)
    ]
    assert (here.at, here.what) == (NOW + timedelta(minutes=30), "answered")
