"""Clocks and the heads of conversations say the same of whether the company has answered, whatever happened."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.casework.replies import ReplyHead
from shared.casework.steps import OURSELVES, Agent, ReplyAsked, ReplyMove, Step
from shared.models import Call, Message, PersonalEvent, Receipt
from shared.projection.computed import compute
from shared.projection.timing import Talk
from shared.store import journal, keys, steps
from shared.store.table import Item
from tests import counter, waits
from tests.conftest import NOW
from tests.shared.repair.house import PLAYBOOK

ANA = "counter:shop:ana"
LENA, WE = Agent(subject="lena", department="care"), Agent(subject=OURSELVES)
COMMON: dict[str, Any] = {"identity": ANA, "account": "shop", "channel": "counter"}
LOST = ("attempted", "unknown")
ENDS = (
    *((), ("attempted",), ("attempted", "sent"), ("attempted", "refused"), LOST, (*LOST, "given_up"), (*LOST, "sent")),
    *((*LOST, "not_there", "attempted", "sent"), ("attempted", "later"), ("given_up",)),
)
TEXT = "Hasta las dos."


def at(minute: int) -> datetime:
    return NOW - timedelta(minutes=60 - minute)


def message(name: str, minute: int, **said: Any) -> Message:
    return Message(external_id=name, occurred_at=at(minute), **COMMON | said)


def receipt(name: str, minute: int, status: str, **said: Any) -> Receipt:
    about = {"external_id": name, "occurred_at": at(minute), "status": status}
    return Receipt.model_validate(COMMON | about | said)


def reply(name: str, minute: int, ends: Iterable[str], **said: Any) -> list[Step]:
    """Return what was asked for at a minute, and what became of it in the minutes after."""
    by = WE if said.get("automatic") else LENA
    where = {"account": "shop", "channel": "counter", "text": TEXT}
    asked = ReplyAsked.model_validate({"id": f"stp_{name}", "identity": ANA, "at": at(minute), "by": by} | where | said)
    moves = [
        ReplyMove.model_validate(
            {"id": f"stp_{name}{number}", "identity": ANA, "at": at(minute + number), "by": WE, "act": act}
            | {"reply_id": f"rpl_{name}", "number": number, "external_id": f"m-{name}" if act == "sent" else None}
        )
        for number, act in enumerate(ends, start=1)
    ]
    return [asked, *moves]


def table(events: Iterable[PersonalEvent], taken: Iterable[Step]) -> list[Item]:
    """Return the journal's items; each event was received when it happened."""
    told = (journal.expanded_item(replace(counter.delivery(), received_at=each.occurred_at), each) for each in events)
    return [*{str(item["sk"]): item for item in told}.values(), *map(steps.item, taken)]


def heads(items: Iterable[Item], kept: Iterable[ReplyHead] = ()) -> dict[Talk, datetime]:
    """Return since when the customer waits, by the heads that the journal makes."""
    rows = list(items)
    entries = [journal.entry(row) for row in rows if row["sk"]["S"].startswith(keys.EVENT_PREFIX)]
    taken = [steps.read(row) for row in rows if row["sk"]["S"].startswith(keys.STEP_PREFIX)]
    found = compute(entries, lambda: PLAYBOOK, taken, kept).heads.values()
    return {Talk(head.channel, head.thread): head.waiting_since for head in found if head.waiting_since}


def clocks(items: Iterable[Item]) -> dict[Talk, datetime]:
    return waits.waiting(items, PLAYBOOK, NOW + timedelta(days=1))


HERE = Talk("counter", "direct")
ASKED = message("in", 0, text="¿Hasta cuándo abren?")


@pytest.mark.parametrize("automatic", [False, True])
@pytest.mark.parametrize("ends", [("attempted",), LOST], ids=["dies after", "answer lost"])
@pytest.mark.parametrize(
    "word",
    [
        message("m-a", 11, direction="outbound", text=TEXT, reply_id="rpl_a"),
        receipt("r", 11, "delivered", target="m-a", reply_id="rpl_a"),
        receipt("r", 11, "read", target="m-a", reply_id="rpl_a"),
        receipt("r", 11, "sent", reply_id="rpl_a"),
    ],
    ids=["its echo", "delivered", "read", "sent"],
)
def test_what_the_platform_s_own_word_alone_shows_to_be_said_is_an_answer(
    word: PersonalEvent, ends: tuple[str, ...], automatic: bool
) -> None:
    items = table([ASKED, word], reply("a", 9, ends, automatic=automatic))
    assert clocks(items) == heads(items) == ({HERE: ASKED.occurred_at} if automatic else {})
    (run,) = waits.answers(items, PLAYBOOK, NOW)[HERE]
    assert run.screen == (None if automatic else "ours")


def test_an_acknowledgement_that_is_known_by_its_words_alone_is_no_answer() -> None:
    echo = message("m-a", 11, direction="outbound", text=TEXT)
    items = table([ASKED, echo], reply("a", 9, LOST, automatic=True))
    assert clocks(items) == heads(items) == {HERE: ASKED.occurred_at}
    of_a_person = table([ASKED, echo], reply("a", 9, LOST))
    assert clocks(of_a_person) == heads(of_a_person) == {}
    (run,) = waits.answers(of_a_person, PLAYBOOK, NOW)[HERE]
    assert (run.stopped_at, run.screen) == (at(11), "ours")


def test_what_may_be_an_acknowledgement_answers_nobody_until_it_is_known_that_it_is_none() -> None:
    elsewhere = message("m-x", 11, direction="outbound", text="Ya lo miro yo")
    items = table([ASKED, elsewhere], reply("a", 9, ("attempted",), automatic=True))
    assert clocks(items) == heads(items) == {HERE: ASKED.occurred_at}
    items = table([ASKED, elsewhere], reply("a", 9, ("attempted", "refused"), automatic=True))
    assert clocks(items) == heads(items) == {}


def test_what_is_told_of_a_private_answer_under_the_other_address_answers_what_was_said_in_public() -> None:
    """The public conversation's partition has the word of it on the reply alone."""
    taken = reply("a", 9, LOST, privately=True)
    there = ReplyHead.model_validate(
        {"id": "rpl_a", "identity": ANA, "echo": {"at": at(11), "external_id": "m-a"}},
    )
    key = keys.reply(identity_name=ANA, reply_id="rpl_a")
    stands: Item = {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "state": {"S": there.model_dump_json()}}
    items = table([ASKED], taken)
    assert clocks(items) == heads(items) == {HERE: ASKED.occurred_at}
    assert clocks([*items, stands]) == heads(items, [there]) == {}


@pytest.mark.parametrize(("automatic", "screen"), [(False, "ours"), (True, None)])
def test_a_private_answer_is_ours_where_it_was_given_too(automatic: bool, screen: str | None) -> None:
    echo = message("m-a", 11, direction="outbound", text=TEXT)
    key = keys.sent(identity_name=ANA, external_id="m-a")
    ours = f'{{"reply_id":"rpl_a","identity":"counter:shop:in-public","automatic":{str(automatic).lower()}}}'
    row: Item = {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "state": {"S": ours}}
    (run,) = waits.answers([*table([ASKED, echo], ()), row], PLAYBOOK, NOW)[HERE]
    assert (run.stopped_at is None, run.screen) == (automatic, screen)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[PersonalEvent], list[Step]]:
    """Anything that can be told of three conversations of somebody, and up to three replies in them."""
    minutes, threads = st.integers(0, 9), st.sampled_from(("direct", "direct", "otro"))
    events: list[PersonalEvent] = []
    taken: list[Step] = []
    for number in range(draw(st.integers(0, 5))):
        name = draw(st.sampled_from((f"in-{number}", "in")))
        text = draw(st.sampled_from(("Hola", "Me han cobrado dos veces", "gracias")))
        events.append(message(name, draw(minutes), text=text, thread=draw(threads)))
    for number in range(draw(st.integers(0, 3))):
        status = draw(st.sampled_from(("ringing", "missed", "rejected", "answered", "completed", "failed")))
        call = {"external_id": f"call-{number}", "occurred_at": at(draw(minutes)), "thread": draw(threads)}
        how = {"status": status, "direction": draw(st.sampled_from(("inbound", "outbound")))}
        events.append(Call.model_validate(COMMON | call | how | {"by_machine": draw(st.booleans())}))
    for number in range(draw(st.integers(0, 2))):
        said = {"text": draw(st.sampled_from((TEXT, "Desde la aplicación"))), "thread": draw(threads)}
        events.append(message(f"native-{number}", draw(minutes), direction="outbound", **said))
    for name in draw(st.lists(st.sampled_from("abc"), unique=True)):
        began, thread, ends = draw(minutes), draw(threads), draw(st.sampled_from(ENDS))
        taken += reply(name, began, ends, thread=thread, automatic=draw(st.booleans()))
        for word in draw(st.lists(st.sampled_from(("echo", "named", "sent", "failed", "delivered", "read", "up to")))):
            own = draw(st.sampled_from(({}, {"reply_id": f"rpl_{name}"})))
            when, which = began + draw(st.integers(-2, 9)), f"{word}-{name}-{draw(st.integers(0, 2))}"
            if word in ("echo", "named"):
                told = f"m-{name}" if word == "named" else which
                events.append(message(told, when, direction="outbound", text=TEXT, thread=thread, **own))
            elif word == "up to":
                events.append(receipt(which, when, "read", thread=thread))
            else:
                events.append(receipt(which, when, word, thread=thread, target=f"m-{name}", **own))
    return events, taken


def arrived(events: Iterable[PersonalEvent]) -> list[PersonalEvent]:
    """Return events with word that all arrived of which it was said that it did not."""
    events = list(events)
    failed = [each for each in events if isinstance(each, Receipt) and each.status == "failed"]
    told = (each.model_copy(update={"status": "read", "external_id": f"{each.external_id}-read"}) for each in failed)
    return [*events, *told]


@settings(max_examples=400, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_clocks_and_heads_agree_on_whether_the_company_has_answered(
    history: tuple[list[PersonalEvent], list[Step]], chance: Any
) -> None:
    """But for what did not reach the customer: heads have no more of it than that it was said."""
    events, taken = history
    items = table(arrived(events), taken)
    once = clocks(items)
    assert once == heads(items)
    chance.shuffle(items)
    assert clocks(items) == once
    if all(event in events for event in arrived(events)):
        return
    as_told = table(events, taken)
    by_heads, by_clocks = heads(as_told), clocks(as_told)
    assert all(by_clocks[talk] <= since for talk, since in by_heads.items())
    if not any(run.unreached for found in waits.answers(as_told, PLAYBOOK, NOW).values() for run in found):
        assert by_clocks == by_heads
