"""The head of a conversation: who spoke first and last, how the customer sounded, and since when they wait.

Every field is a minimum or a maximum over the journal (`tones`: of each day), so events may come late, twice and in any
order. One question a maximum cannot answer, "what did the customer ask first after the company's last word", is put to
the journal itself, and only when a late answer makes it a question. Whoever folds writes the result and folds again
until nothing changes: a message that was journalled between the question and the write is then seen by the second
question.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import Field

from shared.clocks.thanks import needs_no_answer
from shared.listening import Heard, Hears, deaf, is_overheard
from shared.models import Call, Count, Direction, Frozen, Instant, Message, PersonalEvent, Visibility
from shared.projection import tones
from shared.projection.known import Known, join, said
from shared.projection.tones import Felt
from shared.store import keys
from shared.store.keys import Key

type FirstInboundAfter = Callable[[datetime], datetime | None]
"""Ask the journal for the instant of the first thing after an instant that the customer said in this conversation; to
`fold`, of those that ask for an answer (`asks`)."""


type CallEnd = Literal["answered", "missed", "failed", "rejected", "completed"]

CALL_ENDS: tuple[CallEnd, ...] = ("answered", "missed", "failed", "rejected", "completed")
"""How far a call can get that was more than ringing. Of one call a platform tells several at the same instant: the
later in this order says more."""


class LastCall(NamedTuple):
    """A call as the last that was told of it; `duration` in seconds where the platform gives it. Kept as a list, since
    heads are written with every message."""

    at: Instant
    direction: Direction
    status: CallEnd
    duration: Count | None = None

    @property
    def rank(self) -> tuple[datetime, int, bool, int, str]:
        """What is greater for the later, and at the same instant for the one that says more; of no two the same."""
        known = self.duration is not None
        return self.at, CALL_ENDS.index(self.status), known, self.duration or 0, self.direction


class Contact(Frozen):
    """A message or a call, in either direction; `status` and `duration` are a call's."""

    at: Instant
    direction: Direction
    kind: Literal["message", "call"]
    status: CallEnd | None = None
    duration: Count | None = None


class Overheard(Frozen):
    """What nobody said to the company, and what was made of it when it was projected: by which of the playbook's
    listenings, which of its `words` stand there, and which `without` exclude it; `taken_up` is whether a department was
    offered it."""

    at: Instant
    by: str
    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    taken_up: bool = False

    @property
    def rank(self) -> tuple[bool, datetime, str]:
        """What is greater for what was taken up, then for the later; of no two the same."""
        return self.taken_up, self.at, self.model_dump_json()


class Conversation(Frozen):
    """A conversation's head. `waiting_since` is the instant of the first message that nobody has answered yet, or
    none: what only thanks us asks for no answer, whether it comes before or after what it thanks for. `visibility` is
    public as soon as one message was; `tones` are the newest days on which the customer's words had a tone; `last_call`
    is the last call that did more than ring; `acknowledged_at` is when we last told the customer by ourselves that
    somebody will answer. It is `overheard` as long as neither side has spoken to the other, and `heard_by` is by what
    it was: of several messages the last that a department was offered, else the last. `listened` is whether anything in
    it was overheard, whatever came after it."""

    identity: str
    account: str
    channel: str
    thread: str
    visibility: Visibility
    opened_at: Instant
    last_inbound_at: Instant | None = None
    last_outbound_at: Instant | None = None
    waiting_since: Instant | None = None
    known: dict[str, Known] = Field(default_factory=dict)
    tones: tuple[Felt, ...] = ()
    last_call: LastCall | None = None
    acknowledged_at: Instant | None = None
    overheard: bool = False
    listened: bool = False
    heard_by: Overheard | None = None

    @property
    def heard(self) -> Literal["addressed", "listening"]:
        """Whether it was said to the company, or only heard by listening."""
        return "listening" if self.overheard else "addressed"

    @property
    def last_contact(self) -> Contact:
        """The last message or call, whoever's it was. At the same instant a call comes after a message, and an answer
        after what it answers."""
        found = [Contact(kind="call", **self.last_call._asdict())] if self.last_call else []
        if self.last_outbound_at:
            found.append(Contact(at=self.last_outbound_at, direction="outbound", kind="message"))
        if self.last_inbound_at:
            found.append(Contact(at=self.last_inbound_at, direction="inbound", kind="message"))
        return max(found, key=lambda contact: contact.at)  # of equals, the first


def touches(event: PersonalEvent) -> bool:
    """Return whether an event is a contact, and so is in its conversation's head: a message, or a call that did more
    than ring. Whatever speaks does; so does our call that nobody took, or a machine of theirs, though it neither asks
    nor answers. That a machine of ours took a call says nothing of whether anybody else did, nor does what was said in
    it of how it went."""
    match event:
        case Message():
            return True
        case Call(direction="inbound", by_machine=True) | Call(is_words=True):
            return False
        case Call(status=status):
            return status != "ringing"
        case _:
            return False


def by_conversation(events: Iterable[PersonalEvent]) -> dict[Key, list[PersonalEvent]]:
    """Return the contacts among events, by the keys of the heads that they are in."""
    found: dict[Key, list[PersonalEvent]] = defaultdict(list)
    for event in events:
        if touches(event):
            found[keys.conversation(event)].append(event)
    return found


def speaks(event: PersonalEvent) -> Literal["inbound", "outbound"] | None:
    """Return who spoke, if the event is one that waits for an answer or is one.

    A missed call waits for an answer like any message; one that a person took answers itself.
    """
    match event:
        case Message(direction=direction):
            return direction
        case Call(by_machine=True) | Call(is_words=True):
            return None
        case Call(direction="inbound", status="missed" | "rejected" | "failed"):
            return "inbound"
        case Call(status="answered" | "completed"):
            return "outbound"
        case _:
            return None


def asks(event: PersonalEvent, hears: Hears = deaf) -> bool:
    """Return whether the customer said something that waits for an answer: what clocks call `spoke`. A mere thank you
    does not, nor what nobody said to the company, unless by what is listened for (`hears`) an answer is owed."""
    if speaks(event) != "inbound" or (isinstance(event, Message) and needs_no_answer(event)):
        return False
    return not is_overheard(event) or ((heard := hears(event)) is not None and heard.asks)


def fold(
    head: Conversation | None, event: PersonalEvent, first_inbound_after: FirstInboundAfter, hears: Hears = deaf
) -> Conversation | None:
    """Return the head with one more event in it; the same head for an event that is in it already."""
    if not touches(event):
        return head
    at = event.occurred_at
    head = head or Conversation(
        identity=event.identity,
        account=event.account,
        channel=event.channel,
        thread=event.thread,
        visibility="private",
        opened_at=at,
        overheard=True,
    )
    changes: dict[str, object] = {"opened_at": min(head.opened_at, at), "known": join(head.known, said(event))}
    if isinstance(event, Message) and event.visibility == "public":
        changes["visibility"] = "public"
    if felt := tones.felt(event):
        changes["tones"] = tones.join((*head.tones, felt))
    if isinstance(event, Call) and event.status != "ringing":
        call = LastCall(at, event.direction, event.status, event.duration)
        changes["last_call"] = max(call, head.last_call or call, key=lambda each: each.rank)
    if not is_overheard(event):
        changes["overheard"] = False
    else:
        changes["listened"] = True
        if heard := hears(event):
            changes["heard_by"] = max(last := _noted(heard, at), head.heard_by or last, key=lambda each: each.rank)
    direction = speaks(event)
    if direction == "inbound":
        changes["last_inbound_at"] = _latest(head.last_inbound_at, at)
        if (head.last_outbound_at is None or at > head.last_outbound_at) and asks(event, hears):
            changes["waiting_since"] = _earliest(head.waiting_since, at)
    elif direction == "outbound" and (head.last_outbound_at is None or at >= head.last_outbound_at):
        changes["last_outbound_at"] = at
        answered = head.last_inbound_at is None or head.last_inbound_at <= at
        changes["waiting_since"] = None if answered else first_inbound_after(at)
    return head.model_copy(update=changes)


def _noted(heard: Heard, at: datetime) -> Overheard:
    return Overheard(at=at, by=heard.by, words=heard.words, without=heard.without, taken_up=heard.taken_up)


def acknowledged(head: Conversation, at: datetime) -> Conversation:
    """Return the head with one more acknowledgement in it; the same head for one that is in it already."""
    return head.model_copy(update={"acknowledged_at": _latest(head.acknowledged_at, at)})


def _latest(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else max(one, other)


def _earliest(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)
