"""The head of a reply: what is to be said, how far it has got, and what became of it at the platform.

Every field is a join over the steps and the events that name the reply, so they may come late, twice and in any order.
What was `sent` once is sent, whatever else was told: no later word takes it back.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from shared.casework.arrival import STATUSES, Status, furthest, is_watermark, status_of
from shared.casework.steps import Agent, ReplyAsked, ReplyMove, Talk, reply_id
from shared.models import Frozen, Identifier, Instant, Message, Receipt
from shared.replying import Draft, Template

State = Literal["queued", "sending", "sent", "delivered", "read", "failed", "refused", "unconfirmed", "given_up"]
"""How a reply stands. `unconfirmed` may have been sent, and nobody can tell; `refused` was not taken, and `failed` was
taken by the platform and did not reach the customer. Only `queued` and `sending` are seen to without anybody's help."""

Act = Literal["attempted", "sent", "refused", "later", "unknown", "not_there", "given_up"]

_STANDS: Mapping[Act, State] = {
    "attempted": "sending",
    "sent": "sent",
    "refused": "refused",
    "later": "queued",
    "unknown": "unconfirmed",
    "not_there": "queued",
    "given_up": "given_up",
}

NEEDS_SOMEBODY: frozenset[State] = frozenset({"unconfirmed", "refused", "failed"})
"""The states in which somebody of the company has to look."""

PENDING: frozenset[State] = frozenset({"queued", "sending"})
"""The states in which it is still being seen to."""


class Asked(Frozen):
    """What is to be said, where, by whom, and since when."""

    at: Instant
    by: Agent
    channel: Identifier
    account: Identifier
    thread: Identifier = "direct"
    text: str = ""
    template: Template | None = None
    privately: bool = False
    reply_to: str | None = None
    escalation_id: str | None = None
    automatic: bool = False

    @property
    def draft(self) -> Draft:
        return Draft(text=self.text, template=self.template, privately=self.privately, by_a_person=not self.automatic)


class Move(Frozen):
    """One thing that became of it; `address` is the customer's private identity, where that was only now known, and
    `channel` and `thread` are where a private answer can be read, `next_at` is when it is to be tried, or looked into,
    next, as far as that was known."""

    number: int
    act: Act
    at: Instant
    by: Agent
    why: str = ""
    external_id: str | None = None
    sent_at: Instant | None = None
    address: str | None = None
    channel: str | None = None
    thread: str | None = None
    code: str | None = None
    next_at: Instant | None = None


class Told(Frozen):
    """What the platform told of it afterwards: first at an instant of the platform's, and the error where it failed;
    `of_all` is what it told of everything up to that instant."""

    status: Status
    at: Instant
    error: str | None = None
    of_all: bool = False


class Echo(Frozen):
    """The platform's own word that it has it, under which id, and in which conversation, where it says that."""

    at: Instant
    external_id: Identifier
    talk: Talk | None = None


class ReplyHead(Frozen):
    """A reply; `asked` is none while only what became of it is known. `moves` are in their order; `told` has each
    status once, at its first instant, and once more where it was told of all; `echo` is the first that names the reply
    by our own id."""

    id: str
    identity: str
    asked: Asked | None = None
    moves: tuple[Move, ...] = ()
    told: tuple[Told, ...] = ()
    echo: Echo | None = None

    @property
    def sent(self) -> Move | None:
        """Return the answer by which the platform said that it has it, if it gave one."""
        return next((move for move in self.moves if move.act == "sent"), None)

    @property
    def talk(self) -> Talk | None:
        """Return where it can be read: in private, not where it was asked for; none while what was asked is unknown."""
        asked, answer = self.asked, self.sent
        if asked and asked.privately and answer and answer.channel:
            at = answer.address or self.identity
            return Talk(identity=at, channel=answer.channel, thread=answer.thread or "direct")
        if asked and asked.privately and self.echo and self.echo.talk:
            return self.echo.talk
        return Talk(identity=self.identity, channel=asked.channel, thread=asked.thread) if asked else None

    @property
    def last(self) -> Move | None:
        return self.moves[-1] if self.moves else None

    @property
    def number(self) -> int:
        """Return how many things became of it; the next one has the number after it."""
        return self.moves[-1].number if self.moves else 0

    @property
    def attempts(self) -> tuple[Move, ...]:
        return tuple(move for move in self.moves if move.act == "attempted")

    @property
    def first_attempt_at(self) -> datetime | None:
        return self.attempts[0].at if self.attempts else None

    @property
    def state(self) -> State:
        told = self._furthest
        is_given_up = self.last is not None and self.last.act == "given_up"
        if told in ("delivered", "read") or (told == "failed" and not is_given_up):
            return told
        if told == "sent" or (told is None and (self.sent or self.echo)):
            return "sent"
        return _STANDS[self.last.act] if self.last else "queued"

    @property
    def has_failed(self) -> bool:
        """Return whether it did not reach the customer, says the platform, whatever somebody decided since."""
        return self._furthest == "failed"

    @property
    def _furthest(self) -> Status | None:
        named, of_all = ([each.status for each in self.told if each.of_all is all_] for all_ in (False, True))
        return furthest(named, of_all)

    @property
    def objection(self) -> str | None:
        """Return what the platform has against it: why it failed or, of what arrived, what the customer said of it."""
        failed = self.has_failed
        return next((each.error for each in self.told if each.error and (each.status == "failed") is failed), None)

    @property
    def external_id(self) -> str | None:
        """Return the platform's id for it, where that is known."""
        answer = self.sent
        return (answer.external_id if answer else None) or (self.echo.external_id if self.echo else None)

    @property
    def answered_at(self) -> datetime | None:
        """Return when it was said, by the answer of the platform: its own instant where it gave one, else that of the
        attempt, which is not later; none while no answer says that it was."""
        answer = self.sent
        if answer is None:
            return None
        before = [move.at for move in self.attempts if move.number < answer.number]
        return answer.sent_at or (before[-1] if before else answer.at)

    @property
    def sent_at(self) -> datetime | None:
        """Return when it was said, by the answer of the platform or by its echo, the earlier; none while neither says
        that it was."""
        return min(filter(None, (self.answered_at, self.echo.at if self.echo else None)), default=None)

    @property
    def is_in_flight(self) -> bool:
        """Return whether the platform may have it under an id that we do not know."""
        return self.external_id is None and self.state in ("sending", "unconfirmed") and bool(self.attempts)

    @property
    def is_doubtful(self) -> bool:
        """Return whether the platform may have it, and nobody can tell, whatever somebody decided since."""
        last = next((move for move in reversed(self.moves) if move.act != "given_up"), None)
        return self.external_id is None and last is not None and last.act == "unknown" and bool(self.attempts)


def as_message(head: ReplyHead) -> Message | None:
    """Return what a reply is to its conversation: something that the company said; none for what no person wrote, or is
    not known to be said. It was said when it was last tried, or when the platform says that it was, the later: a
    receipt may tell of it before the platform's answer is known, and does not know when that was."""
    asked, last = head.asked, head.attempts[-1].at if head.attempts else None
    is_told = last is not None and (head.echo or any(each.status != "failed" for each in head.told))
    at = max(filter(None, (head.answered_at, last)), default=None) if is_told or head.sent else None
    if asked is None or asked.automatic or at is None:
        return None
    return Message(
        external_id=head.external_id or head.id,
        occurred_at=at,
        identity=head.identity,
        account=asked.account,
        channel=asked.channel,
        thread=asked.thread,
        direction="outbound",
        reply_id=head.id,
    )


def fold(head: ReplyHead | None, step: ReplyAsked | ReplyMove) -> ReplyHead:
    """Return the head with one more step in it; the same head for a step that is in it already."""
    match step:
        case ReplyAsked():
            head = head or ReplyHead(id=reply_id(step), identity=step.identity)
            return head.model_copy(update={"asked": Asked.model_validate(_of(step, Asked))})
        case ReplyMove():
            head = head or ReplyHead(id=step.reply_id, identity=step.identity)
            known = {move.number: move for move in head.moves}
            known[step.number] = Move.model_validate(_of(step, Move))
            return head.model_copy(update={"moves": tuple(known[number] for number in sorted(known))})


def _of(step: ReplyAsked | ReplyMove, model: type[Frozen]) -> dict[str, Any]:
    return step.model_dump(include=set(model.model_fields))


def hear(head: ReplyHead, event: Message | Receipt) -> ReplyHead:
    """Return the head with one more echo or receipt in it, which is known to be this reply's."""
    match event:
        case Message():
            talk = Talk(identity=event.identity, channel=event.channel, thread=event.thread)
            return echoed(head, Echo(at=event.occurred_at, external_id=event.external_id, talk=talk))
        case Receipt():
            if event.reply_id and event.target and event.status != "failed":
                head = echoed(head, Echo(at=event.occurred_at, external_id=event.target))
            about = {"at": event.occurred_at, "error": event.error, "of_all": is_watermark(event)}
            return reached(head, Told.model_validate(about | {"status": status_of(event)}))


def echoed(head: ReplyHead, echo: Echo) -> ReplyHead:
    """Return the head with one more of the platform's words on what its id is."""
    first = min(filter(None, (head.echo, echo)), key=_first)
    return head.model_copy(update={"echo": first})


def _first(echo: Echo) -> tuple[datetime, str, str]:
    return echo.at, echo.external_id, echo.talk.model_dump_json() if echo.talk else "~"  # what says where before that


def reached(head: ReplyHead, told: Told) -> ReplyHead:
    """Return the head with one more of the platform's words in it."""
    known = {_rank(each): each for each in head.told}
    known[_rank(told)] = min(known.get(_rank(told), told), told, key=lambda each: (each.at, each.error or ""))
    return head.model_copy(update={"told": tuple(known[rank] for rank in sorted(known))})


def _rank(told: Told) -> tuple[int, bool]:
    return STATUSES.index(told.status), not told.of_all


def open_since(head: ReplyHead, patience: timedelta) -> datetime | None:
    """Return from when on somebody has to look at a reply: for one that nobody can confirm once there was time for the
    platform's own word, for one that was not taken at once; none while nobody has to.

    Nobody is asked about what no person wrote.
    """
    if head.state not in NEEDS_SOMEBODY or head.asked is None or head.asked.automatic:
        return None
    if head.state == "failed":
        return next(each.at for each in head.told if each.status == "failed")
    assert head.last is not None, "without a move it is queued"
    return head.last.at + (patience if head.state == "unconfirmed" else timedelta(0))
