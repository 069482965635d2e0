"""A conversation's head is what the journal says, however its events came: late, twice, at once, in any order.

The model below plays the projector's processes against one head: each journals its events first, then reads the
head, folds, writes on the condition that the head is still the one it read, and folds again until nothing changes. Any
of them may stop at any step, die, and begin again.
"""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from bench.capacity import write_units
from shared.clocks.happenings import of_event
from shared.models import Author, Call, Deletion, Delivery, Edit, Message, PersonalEvent, Reaction, Receipt
from shared.platforms import load
from shared.projection.conversation import CALL_ENDS, Contact, Conversation, LastCall, asks, fold, speaks, touches
from shared.projection.known import join, said
from shared.projection.tones import Felt
from shared.store import keys
from shared.triage.tone import Name, tone
from tests import strategies
from tests.conftest import NOW
from tests.template import ROOT

COMMON = {"identity": "counter:shop:ana", "account": "shop", "channel": "counter", "thread": "direct"}

WRITTEN = ("", "Gracias", "Estoy encantada con vosotros", "No estoy contenta", "Sois unos ladrones", "😡")
STATUSES = ("ringing", "answered", "missed", "failed", "rejected", "completed")

moments = st.builds(
    lambda day, second: NOW + timedelta(days=day, seconds=second), st.sampled_from((0, 0, 0, 1, 2)), st.integers(0, 5)
)
common: dict[str, SearchStrategy[Any]] = {name: st.just(value) for name, value in COMMON.items()} | {
    "external_id": st.just("1"),
    "occurred_at": moments,
    "author": st.none() | st.builds(Author, name=st.sampled_from(("Ana", "Ana Torres"))),
}
spoken = st.builds(
    Message,
    direction=strategies.directions,
    visibility=strategies.visibilities,
    text=st.sampled_from(WRITTEN),
    **common,
) | st.builds(
    Call,
    direction=strategies.directions,
    status=st.sampled_from(STATUSES),
    duration=st.sampled_from((None, 0, 7)),
    **common,
)
anything = spoken | strategies.events(**common)


def message(second: int, direction: str = "inbound", **fields: object) -> Message:
    at = NOW + timedelta(seconds=second)
    return Message.model_validate(
        COMMON | {"external_id": f"{direction} {second}", "occurred_at": at, "direction": direction} | fields
    )


def call(second: int, direction: str, status: str, duration: int | None = None) -> Call:
    at = NOW + timedelta(seconds=second)
    told = {"direction": direction, "status": status, "duration": duration}
    return Call.model_validate(COMMON | {"external_id": f"call {second}", "occurred_at": at} | told)


# ---------------------------------------------------------------------------------------------------- the specification


def specified(events: Iterable[PersonalEvent]) -> Conversation | None:
    """Return the head of a conversation in which exactly this was said, by its definition."""
    events = list(events)
    messages = [event for event in events if isinstance(event, Message)]
    calls = [event for event in events if isinstance(event, Call) and _is_a_contact(event)]
    told: list[PersonalEvent] = [*messages, *calls]
    if not told:
        return None
    inbound = [event.occurred_at for event in told if speaks(event) == "inbound"]
    outbound = [event.occurred_at for event in told if speaks(event) == "outbound"]
    asked = [event.occurred_at for event in told if asks(event)]
    waiting = [at for at in asked if not outbound or at > max(outbound)]
    public = any(message.visibility == "public" for message in messages)
    last_call = max(calls, key=_says_more, default=None)
    return Conversation(
        **COMMON,
        visibility="public" if public else "private",
        opened_at=min(event.occurred_at for event in told),
        last_inbound_at=max(inbound, default=None),
        last_outbound_at=max(outbound, default=None),
        waiting_since=min(waiting, default=None),
        known=join(*map(said, told)),
        tones=_felt(message for message in messages if message.direction == "inbound"),
        last_call=last_call and _last(last_call),
    )


def _is_a_contact(call: Call) -> bool:
    said = (call.speaker, call.transcript, call.summary)
    return call.status != "ringing" and said == (None, None, None)  # what was said in a call is only a part of it


def _says_more(call: Call) -> tuple[datetime, int, bool, int, bool]:
    known = call.duration is not None
    return call.occurred_at, STATUSES.index(call.status), known, call.duration or 0, call.direction == "outbound"


def _last(call: Call) -> LastCall:
    assert call.status != "ringing"
    return LastCall(call.occurred_at, call.direction, call.status, call.duration)


def _own(call: Call) -> dict[str, object]:
    return call.model_dump(include={"direction", "status", "duration"})


def _felt(messages: Iterable[Message]) -> tuple[Felt, ...]:
    order: tuple[Name, ...] = ("pleased", "unhappy", "angry")
    heard = [(message.occurred_at, one) for message in messages if (one := tone(message.text))]
    days = sorted({at.date() for at, _ in heard}, reverse=True)[:6]
    found: list[Felt] = []
    for day in days:
        own = [(order.index(one.name), len(one.evidence), at, one.evidence) for at, one in heard if at.date() == day]
        name, _, at, evidence = max(own)
        found.append(Felt(at, order[name], evidence))
    return tuple(found)


def specified_contact(events: Iterable[PersonalEvent]) -> Contact | None:
    """Return the last contact of a conversation in which exactly this happened, by its definition."""
    found: list[tuple[Any, Contact]] = []
    for event in events:
        if isinstance(event, Message):
            shown = Contact(at=event.occurred_at, direction=event.direction, kind="message")
            found.append(((event.occurred_at, False, event.direction == "outbound"), shown))
        elif isinstance(event, Call) and _is_a_contact(event):
            shown = Contact.model_validate({"at": event.occurred_at, "kind": "call", **_own(event)})
            found.append(((event.occurred_at, True, *_says_more(event)), shown))
    return max(found, key=lambda each: each[0])[1] if found else None


# ------------------------------------------------------------------------------------------------------------ the model


@dataclass
class World:
    """One journal and one head."""

    journalled: list[PersonalEvent] = field(default_factory=list)
    head: Conversation | None = None

    def first_inbound_after(self, at: datetime) -> datetime | None:
        found = (event.occurred_at for event in self.journalled if asks(event))
        return min((found_at for found_at in found if found_at > at), default=None)

    def project(self, events: Sequence[PersonalEvent]) -> Generator[None]:
        """Journal events and bring the head up to them, one step at a time."""
        for event in events:
            self.journalled.append(event)
            yield
        before = self.head
        while True:
            yield
            after = before
            for event in events:
                after = fold(after, event, self.first_inbound_after)
            yield
            if after == before:
                return
            written = self.head == before
            if written:
                self.head = after
            yield
            before = after if written else self.head


def calm(events: Iterable[PersonalEvent]) -> Conversation | None:
    world = World()
    for event in events:
        finish(world.project([event]))
    return world.head


def finish(process: Iterable[None]) -> None:
    for _ in process:
        pass


batches = st.lists(st.lists(spoken, min_size=1, max_size=3), min_size=1, max_size=4)


# ------------------------------------------------------------------------------------------------------- the properties


@given(st.lists(anything, max_size=6), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_give_the_calm_head(events: list[PersonalEvent], random: Random) -> None:
    shuffled = [*events, *random.choices(events, k=len(events))] if events else []
    random.shuffle(shuffled)
    assert calm(shuffled) == calm(events) == specified(events)


@given(st.lists(anything, max_size=6))
def test_the_last_contact_is_the_last_message_or_call(events: list[PersonalEvent]) -> None:
    head = calm(events)
    assert (head and head.last_contact) == specified_contact(events)


@given(anything)
def test_whatever_speaks_is_a_contact(event: PersonalEvent) -> None:
    assert touches(event) or not speaks(event)


@given(batches, st.lists(st.integers(0, 9)), st.data())
def test_any_interleaving_of_processes_that_may_die_gives_the_calm_head(
    work: list[list[PersonalEvent]], schedule: list[int], data: st.DataObject
) -> None:
    world = World()
    running = [world.project(events) for events in work]
    deaths = data.draw(st.lists(st.integers(0, len(work) - 1), max_size=3), label="deaths")
    for step in schedule:
        process = step % len(running)
        next(running[process], None)
        if step == 9 and deaths:
            dead = deaths.pop()
            running[dead] = world.project(work[dead])
    for left in running:
        finish(left)
    assert world.head == specified(event for events in work for event in events)


@given(st.lists(spoken, max_size=5))
def test_the_head_survives_being_kept_as_text(events: list[PersonalEvent]) -> None:
    """The table compares texts: an equal head must be an equal text, after any number of times through the table."""
    head = calm(events)
    if head is not None:
        text = head.model_dump_json(exclude_defaults=True)
        again = Conversation.model_validate_json(text)
        assert again == head
        assert again.model_dump_json(exclude_defaults=True) == text


@given(st.lists(spoken, min_size=1, max_size=5), anything)
def test_an_event_that_is_in_the_head_already_changes_nothing(
    events: list[PersonalEvent], other: PersonalEvent
) -> None:
    world = World()
    for event in events:
        finish(world.project([event]))
    assert all(fold(world.head, event, world.first_inbound_after) == world.head for event in events)
    if not touches(other):
        assert fold(world.head, other, world.first_inbound_after) == world.head


# ---------------------------------------------------------------------------------------------------------- known cases


@pytest.mark.parametrize(
    ("events", "waiting_since"),
    [
        ([message(1)], 1),
        ([message(1), message(2)], 1),
        ([message(1), message(2, "outbound")], None),
        ([message(2, "outbound")], None),
        ([message(1), message(2, "outbound"), message(3)], 3),
        ([message(1), message(2), message(3), message(2, "outbound")], 3),
        ([message(1), message(1, "outbound")], None),
        ([message(1), message(3), message(4), message(2, "outbound"), message(3, "outbound")], 4),
        ([call(1, "inbound", "missed")], 1),
        ([message(1), call(2, "inbound", "answered")], None),
        ([message(1), call(2, "outbound", "completed")], None),
        ([message(1), call(2, "outbound", "missed")], 1),
        ([message(1), call(2, "inbound", "ringing")], 1),
    ],
)
def test_who_waits_and_since_when(events: list[PersonalEvent], waiting_since: int | None) -> None:
    expected = None if waiting_since is None else NOW + timedelta(seconds=waiting_since)
    for order in permutations(events):
        head = calm(order)
        assert head is not None
        assert head.waiting_since == expected


@pytest.mark.parametrize(
    ("direction", "status", "speaker"),
    [
        ("inbound", "ringing", None),
        ("inbound", "missed", "inbound"),
        ("inbound", "rejected", "inbound"),
        ("inbound", "failed", "inbound"),
        ("inbound", "answered", "outbound"),
        ("inbound", "completed", "outbound"),
        ("outbound", "ringing", None),
        ("outbound", "missed", None),
        ("outbound", "rejected", None),
        ("outbound", "failed", None),
        ("outbound", "answered", "outbound"),
        ("outbound", "completed", "outbound"),
    ],
)
def test_who_speaks_in_a_call(direction: str, status: str, speaker: str | None) -> None:
    """The caller who reached nobody waits; two who talked to each other are both answered."""
    assert speaks(call(1, direction, status)) == speaker


@pytest.mark.parametrize("status", ["missed", "rejected", "failed"])
def test_a_call_of_ours_that_nobody_took_is_a_contact_and_no_answer(status: str) -> None:
    head = calm([call(3, "outbound", status)])
    assert head is not None
    assert (head.opened_at, head.visibility) == (NOW + timedelta(seconds=3), "private")
    assert (head.waiting_since, head.last_inbound_at, head.last_outbound_at) == (None, None, None)
    assert head.last_contact == Contact.model_validate(
        {"at": NOW + timedelta(seconds=3), "kind": "call", "direction": "outbound", "status": status}
    )
    before, after = calm([message(1)]), calm([message(1), call(3, "outbound", status)])
    assert before is not None
    assert after is not None
    assert after.model_copy(update={"last_call": None}) == before
    assert after.last_contact == head.last_contact


@pytest.mark.parametrize(
    ("events", "kind", "direction", "status", "duration"),
    [
        ([message(1), message(2, "outbound")], "message", "outbound", None, None),
        ([message(2), message(1, "outbound")], "message", "inbound", None, None),
        ([message(2), message(2, "outbound")], "message", "outbound", None, None),
        ([message(1), call(2, "inbound", "ringing")], "message", "inbound", None, None),
        ([message(1), call(2, "inbound", "missed")], "call", "inbound", "missed", None),
        ([call(1, "inbound", "missed"), message(2)], "message", "inbound", None, None),
        ([call(2, "inbound", "missed"), message(2)], "call", "inbound", "missed", None),
        ([call(1, "inbound", "ringing"), call(2, "inbound", "completed", 61)], "call", "inbound", "completed", 61),
        ([call(2, "outbound", "answered"), call(2, "outbound", "completed", 9)], "call", "outbound", "completed", 9),
        ([call(2, "outbound", "rejected"), call(2, "outbound", "failed")], "call", "outbound", "rejected", None),
        ([call(2, "outbound", "completed"), call(2, "outbound", "completed", 0)], "call", "outbound", "completed", 0),
        ([call(1, "outbound", "completed", 9), call(5, "outbound", "missed")], "call", "outbound", "missed", None),
    ],
)
def test_which_contact_was_the_last(
    events: list[PersonalEvent], kind: str, direction: str, status: str | None, duration: int | None
) -> None:
    for order in permutations(events):
        head = calm(order)
        assert head is not None
        last = head.last_contact
        assert (last.kind, last.direction, last.status, last.duration) == (kind, direction, status, duration)


@pytest.mark.parametrize(
    ("sample", "identity", "status", "direction", "duration"),
    [
        ("whatsapp_calls", "wacid.1", "completed", "inbound", 7),
        ("whatsapp_calls", "wacid.2", "missed", "inbound", None),
        ("whatsapp_calls", "wacid.3", "failed", "outbound", None),
        ("whatsapp_calls", "wacid.4", None, None, None),
    ],
)
def test_what_whatsapp_tells_of_one_call_is_one_contact(
    sample: str, identity: str, status: str | None, direction: str | None, duration: int | None
) -> None:
    """A call is told of when it begins to ring and when it ends; only the end, with its duration, is shown."""
    body = (ROOT / f"tests/shared/platforms/meta/samples/{sample}.json").read_bytes()
    events = load("meta").normalise(Delivery("meta", "shop", body, {}, NOW))
    own = [event for event in events if isinstance(event, Call) and event.external_id.startswith(f"{identity}:")]
    for order in permutations(own):
        head = calm(order)
        last = head.last_call if head else None
        assert (last and (last.status, last.direction, last.duration)) == (status and (status, direction, duration))


def test_a_call_of_ours_is_one_contact_from_its_ringing_to_its_end() -> None:
    """WhatsApp's word for each step of a call that the company makes, and the end that Meta tells of separately."""
    rings, taken = call(1, "outbound", "ringing"), call(4, "outbound", "answered")
    ends = call(120, "outbound", "completed", 116)
    for order in permutations([rings, taken, ends]):
        head = calm(order)
        assert head is not None
        assert head.last_call == LastCall(at=ends.occurred_at, direction="outbound", status="completed", duration=116)
        assert head.last_outbound_at == ends.occurred_at


def test_a_call_that_a_machine_took_neither_asks_nor_answers() -> None:
    missed = call(1, "inbound", "missed")
    ours, theirs = (
        call(minute, direction, "completed", 30).model_copy(update={"by_machine": True})
        for minute, direction in ((2, "inbound"), (3, "outbound"))
    )
    assert calm([ours]) is None, "that a menu was heard is no contact with anybody"
    for order in permutations([missed, ours, theirs]):
        head = calm(order)
        assert head is not None
        assert (head.waiting_since, head.last_outbound_at) == (missed.occurred_at, None)
        assert head.last_call == LastCall(theirs.occurred_at, "outbound", "completed", 30), "we did call"


def test_only_what_the_customer_wrote_has_a_tone() -> None:
    ours = message(1, "outbound", text="Estamos encantados con usted, sois los mejores")
    neutral = message(2, text="Gracias")
    edited = Edit.model_validate(COMMON | {"external_id": "9", "occurred_at": NOW, "target": "2", "text": "😡"})
    head = calm([ours, neutral, edited, call(3, "inbound", "missed")])
    assert head is not None
    assert head.tones == ()


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_thank_you_waits_for_nothing_before_or_after_what_it_thanks_for(order: tuple[int, ...]) -> None:
    thanks = message(2, text="Gracias Ana"), message(4, text="Muchas gracias, Ana")
    said_so = [message(1), message(3, "outbound"), *thanks]
    head = calm([said_so[place] for place in order])
    assert head is not None
    assert (head.waiting_since, head.last_inbound_at) == (None, NOW + timedelta(seconds=4))
    asking = calm([*(said_so[place] for place in order), message(6, text="¿Y la factura?"), message(5, text="ok")])
    assert asking is not None
    assert asking.waiting_since == NOW + timedelta(seconds=6)


def test_what_asks_is_what_clocks_take_for_a_question() -> None:
    told: list[Message | Call] = [
        message(1), message(1, text="gracias"), message(1, text="gracias por nada"), message(1, "outbound"),
        message(1, text="gracias", attachments=({"type": "image"},)), message(1, "outbound", text="gracias"),
        *(call(1, way, end) for way in ("inbound", "outbound") for end in (*CALL_ENDS, "ringing")),
    ]  # fmt: skip
    for event in told:
        happened = of_event(event)
        assert asks(event) == (happened is not None and happened.what == "spoke"), event


def test_a_neutral_conversation_does_not_grow_by_a_byte() -> None:
    """The very text that heads had before there were tones and calls in them."""
    head = calm([message(1, text="Hola"), message(2, "outbound", text="Dígame"), message(3, text="¿Y bien?")])
    assert head is not None
    assert head.model_dump_json(exclude_defaults=True) == (
        '{"identity":"counter:shop:ana","account":"shop","channel":"counter","thread":"direct","visibility":"private",'
        f'"opened_at":"{_text(1)}","last_inbound_at":"{_text(3)}","last_outbound_at":"{_text(2)}","waiting_since":"{_text(3)}"}}'
    )


def test_the_strongest_tone_of_each_day_is_kept_with_what_says_so() -> None:
    day = 24 * 60 * 60
    events = [
        message(1, text="Estoy encantada con vosotros"),
        message(2, text="No estoy contenta"),
        message(3, text="Gracias"),
        message(day, text="Sois geniales"),
    ]
    for order in permutations(events):
        head = calm([*order, *order])
        assert head is not None
        assert head.tones == (
            Felt(NOW + timedelta(seconds=day), "pleased", ("geniales",)),
            Felt(NOW + timedelta(seconds=2), "unhappy", ("no contenta",)),
        )


LONGEST: dict[str, Any] = {
    "identity": "whatsapp:109000000000001:ES.ENT.11815799212886844830",
    "account": "109000000000001",
    "channel": "whatsapp",
    "author": Author(name="María Fernanda Torres Domínguez", handle="mariafernandatorres"),
}
ORDINARY: dict[str, Any] = {
    "identity": "whatsapp:109000000000001:ES.13491208655302741918",
    "account": "109000000000001",
    "channel": "whatsapp",
    "author": Author(name="Ana Torres", handle="anatorres"),
}


@pytest.mark.parametrize(("common", "calls"), [(ORDINARY, 1), (LONGEST, 0)], ids=["with_a_call", "of_the_longest_ids"])
def test_a_head_with_all_its_tones_fits_into_one_write_unit(common: dict[str, Any], calls: int) -> None:
    """A customer with a tone on more days than are kept, angry on one of them, and waiting: keys and index included."""
    events: list[PersonalEvent] = [message(day * 86400, text="No estoy contenta", **common) for day in range(11)]
    events.append(message(11 * 86400, text="Sigo sin línea. ESTOY HARTA Y ME VOY", **common))
    events.append(message(9 * 86400 + 60, "outbound", text="La llamamos", **common))
    head = calm([*events, *[call(8 * 86400, "outbound", "completed", 61).model_copy(update=common)] * calls])
    assert head is not None
    assert (len(head.tones), len(head.last_call or ())) == (6, 4 * calls)
    key, at = keys.conversation(events[0]), {"S": keys.instant(NOW)}
    item = {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "state": {"S": head.model_dump_json(exclude_defaults=True)}}
    listed = {"projected_at": at, "open": {"S": keys.shard("waiting", key.pk)}, "open_at": at}
    assert write_units(item | listed) == 1


def _text(second: int) -> str:
    return f"{NOW + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("kind", [Edit, Deletion, Reaction, Receipt])
def test_what_says_nothing_opens_no_conversation(kind: type[PersonalEvent]) -> None:
    fields = COMMON | {"external_id": "1", "occurred_at": NOW, "target": "2", "status": "read"}
    event = kind.model_validate({name: value for name, value in fields.items() if name in kind.model_fields})
    assert fold(None, event, _nobody_asks) is None


def test_the_journal_is_asked_only_when_a_late_answer_makes_it_a_question() -> None:
    """The question costs a query; an ordinary dialogue never needs it."""
    head = None
    for second in range(5):
        head = fold(head, message(2 * second), _nobody_asks)
        head = fold(head, message(2 * second + 1, "outbound"), _nobody_asks)
        head = fold(head, message(0, "outbound"), _nobody_asks)
    head = fold(fold(head, message(11), _nobody_asks), message(11, "outbound"), _nobody_asks)
    asked: list[datetime] = []

    def first_inbound_after(at: datetime) -> datetime | None:
        asked.append(at)
        return None

    fold(fold(head, message(20), _nobody_asks), message(15, "outbound"), first_inbound_after)
    assert asked == [NOW + timedelta(seconds=15)]


def test_a_message_journalled_between_the_question_and_the_write_is_seen_by_the_second_question() -> None:
    """Why the projector folds until nothing changes: the head must not say 5 when the journal says 3."""
    world = World()
    for event in (message(1), message(5)):
        finish(world.project([event]))
    late = world.project([message(2, "outbound")])
    for _ in range(3):  # journalled, read, asked: the journal's answer is 5
        next(late)
    finish(world.project([message(3)]))  # changes nothing in the head: somebody waits since 1 already
    finish(late)
    assert world.head is not None
    assert world.head.waiting_since == NOW + timedelta(seconds=3)


def _nobody_asks(at: datetime) -> datetime | None:
    raise AssertionError("nothing had to be asked")
