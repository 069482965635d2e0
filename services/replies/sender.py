"""Sending a reply once: our own word that it is tried stands in the journal before the platform is called, and what
became of it after; what has no such end is looked into, and never simply sent again but where the platform takes what
comes twice once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from services.replies import doubts
from services.replies.confirming import confirmed
from services.replies.sending import Voice, place, voice
from shared import telemetry
from shared.calling import NothingDoneError, do, drive
from shared.casework import cases
from shared.casework.cases import BY_OURSELVES
from shared.casework.places import said_on
from shared.casework.replies import Act, Asked, Move, ReplyHead
from shared.casework.steps import ReplyMove
from shared.errors import StoreUnavailable
from shared.escalation import ENDED
from shared.playbook import Playbook
from shared.ports import Call
from shared.projection import outbound, replies
from shared.projection.answering import Answering
from shared.queues import ReplyWaiting
from shared.replying import Later, NotThere, Refusal, Refused, Reply, Sent, Unknown
from shared.secrets import ApiToken
from shared.store import rates, steps
from shared.store.rates import Sending
from shared.store.table import Table

SAFE_PAUSE = timedelta(minutes=5)
"""So long after an attempt nobody is still at it (a function is stopped after a minute), a platform's own lists show
what it took, and the echo would have come."""

_AT_IT = timedelta(minutes=1)
"""How long after its attempt was journalled a reply may still be sent."""

LONGEST = timedelta(hours=24)
"""For how long a platform may put a reply off before the agent is told."""

MOST_ATTEMPTS = 10
"""How often a reply is tried of which nobody could tell at first whether it was sent; where it is known at once that
nothing was done, only the time counts."""

_LOOKED_FOR = timedelta(hours=1)
"""For how long a platform is asked again that could not say whether it has a reply."""

_FIRST_PAUSE = timedelta(seconds=15)
_LONGEST_PAUSE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Sender:
    """`tokens` are the API tokens by `<platform>/<account>`, `now` returns an aware instant, `name` an id that nobody
    else has, and `jitter` a number from 0 to 1. `things` are what holds for accounts of which the playbook names no
    thing of that kind, the ids by their kinds. `door` is where our webhooks are reached from outside."""

    table: Table
    playbook: Callable[[], Playbook]
    tokens: Callable[[], Mapping[str, ApiToken]]
    client: httpx.Client
    now: Callable[[], datetime]
    name: Callable[[], str]
    jitter: Callable[[], float]
    things: Mapping[str, str] = field(default_factory=dict)
    door: str = ""

    def send(self, waiting: ReplyWaiting) -> timedelta | None:
        """See to a reply that waits; return after how long it is to be seen to again, or none when nothing is left to
        do.

        Raises what the table raises; whoever calls again then finds in the journal how far it had come.
        """
        head = replies.read(self.table, waiting.identity, waiting.reply_id)
        if head is None or head.asked is None:
            raise StoreUnavailable("the journal does not have yet what is to be sent")
        if head.state == "queued":
            return self._attempt(head, head.asked)
        if head.state in ("sending", "unconfirmed"):
            return self._look_into(head, head.asked)
        return None

    def _attempt(self, head: ReplyHead, asked: Asked) -> timedelta | None:
        """Send it, unless it is known beforehand that it must not be."""
        speaker, now = self._voice(asked), self.now()
        if speaker is None or speaker.presence is None:
            telemetry.count("ReplyRefused")
            code, why = _NOBODY_SPEAKS if speaker is None else _no_presence(speaker)
            return self._not_sent(head, asked, code, why)
        where = place(self.table, head, asked, self.playbook().accounts)
        code, why = _too_late(head, asked, now) or _not_allowed(speaker.port.check(asked.draft, where, now))
        if code:
            return self._not_sent(head, asked, code, why)
        if elsewhere := self._is_elsewhere(head, asked):
            return self._not_sent(head, asked, "case_moved", elsewhere)
        limits = speaker.rules.limits_of(asked.draft)
        wait = rates.take(self.table, self._whose(speaker, asked), limits.rates, now)
        if wait is not None:
            return self._jittered(wait)
        attempt = self._move(head, "attempted")
        if not self._keep(attempt):
            return SAFE_PAUSE  # somebody else is at it
        head = replies.take(attempt, table=self.table, now=self.now)
        if self.now() - attempt.at > _AT_IT:
            return SAFE_PAUSE  # held up for so long that others may soon take it to be dead
        telemetry.count("ReplyAttempted")
        reply = Reply(id=head.id, place=where, draft=asked.draft, asked_at=asked.at)
        asking = speaker.port.send(reply, speaker.presence, self.now())
        try:
            found = do(asking, self.client, hosts=speaker.port.hosts_of(speaker.presence))
        except NothingDoneError:
            why = "the platform was not reached"
            return self._outcome(head, doubts.undone(head), self._backoff(head), code=doubts.NO_CONNECTION, why=why)
        return self._came_of(found, head, self._whose(speaker, asked))

    def _is_elsewhere(self, head: ReplyHead, asked: Asked) -> str | None:
        """Return with whom the case is by now that a reply is about, if it was taken from the department that says it:
        the customer would be told two things. What a department says and then passes on is said all the same."""
        if asked.escalation_id is None:
            return None
        case, own = Answering(self.table, self.playbook, self.now).known(head.identity, asked.escalation_id), asked.by
        if case is None:
            return "it is about a case of somebody who is no longer taken for this customer: look both of them up"
        if case.state in ENDED or own.department in (None, case.department):
            return None
        left = next((stop for stop in reversed(case.path) if stop.department == own.department), None)
        if left is not None and left.by.department == own.department and left.at >= asked.at:
            return None
        return f"{cases.standing(case)}; they answer the customer now: tell them, by a note on the case"

    def _came_of(self, found: Sent | Refused | Later | Unknown, head: ReplyHead, whose: Sending) -> timedelta | None:
        """Keep what became of an attempt."""
        telemetry.count(f"Reply{found.outcome.capitalize()}")
        match found:
            case Sent():
                return self._outcome(head, "sent", **_as_sent(found, head))
            case Refused() if doubts.is_left(head):
                return self._outcome(head, "unknown", SAFE_PAUSE, why=found.sentence)
            case Refused():
                return self._outcome(head, "refused", code=found.code, why=found.sentence)
            case Unknown():
                return self._outcome(head, "unknown", SAFE_PAUSE, why=found.sentence)
            case Later():
                pause = max(self._jittered(timedelta(seconds=found.seconds or 0)), self._backoff(head))
                if found.account:
                    rates.pause(self.table, whose, self.now() + (timedelta(seconds=found.seconds or 0) or pause))
                why = "the platform takes nothing more for now"
                return self._outcome(head, doubts.undone(head), pause, code=doubts.PUT_OFF, why=why)

    def _not_sent(self, head: ReplyHead, asked: Asked, code: str, why: str) -> timedelta | None:
        """Keep that a reply is refused; one that the platform may have all the same stays in doubt."""
        return self._left(head, asked) if head.is_doubtful else self._outcome(head, "refused", code=code, why=why)

    def _left(self, head: ReplyHead, asked: Asked) -> timedelta | None:
        """Leave a reply to somebody, of which nobody can tell whether it was sent."""
        if not asked.automatic:
            return None
        # nobody is asked to decide about what nobody wrote
        return self._outcome(head, "given_up", why="it may have been sent, and is not sent twice")

    def _look_into(self, head: ReplyHead, asked: Asked) -> timedelta | None:
        """Find out whether a reply was sent of which nobody knows; send it again only when it certainly was not."""
        attempt = head.attempts[-1]
        waits = attempt.at + SAFE_PAUSE - self.now()
        if waits > timedelta(0):
            return waits
        if head.last == attempt:
            unknown = self._move(head, "unknown", why="whoever sent it did not live to see the answer")
            if not self._keep(unknown):
                return _FIRST_PAUSE  # it has come after all, or somebody else is at it
            head = replies.take(unknown, table=self.table, now=self.now)
        if self._has_come_back(head):
            return None
        speaker = self._voice(asked)
        if speaker is not None and speaker.port.repeatable:
            return self._attempt(head, asked)
        found = self._asked(head, asked, attempt)
        if isinstance(found, Sent):
            return self._outcome(head, "sent", **_as_sent(found, head), why="the platform was asked, and has it")
        if isinstance(found, NotThere):
            nothing = self._move(head, "not_there", why="the platform was asked, and does not have it")
            if not self._keep(nothing):
                return _FIRST_PAUSE
            return self._attempt(replies.take(nothing, table=self.table, now=self.now), asked)
        if isinstance(found, Unknown) and not found.for_good and self.now() - attempt.at < _LOOKED_FOR:
            return SAFE_PAUSE
        return self._left(head, asked)

    def _has_come_back(self, head: ReplyHead) -> bool:
        """Return whether the journal has the platform's own word of it, which was not projected yet."""
        entries = replies.since_attempt(self.table, head)
        if replies.catch_up(head, entries, table=self.table, now=self.now).sent_at is not None:
            return True
        seen = self.table.get_many(replies.pointing(entry.event for entry in entries))
        found = outbound.sort_out(entries, seen, self.table)
        return any(own.reply_id == head.id for own in found.ours.values())

    def _asked(self, head: ReplyHead, asked: Asked, attempt: Move) -> Sent | NotThere | Unknown | None:
        """Return what the platform says when it is asked; none where it cannot be."""
        speaker = self._voice(asked)
        if speaker is None or speaker.port.find is None:
            return None
        if speaker.presence is None:
            return Unknown(sentence=_no_presence(speaker)[1])
        reply = Reply(id=head.id, place=place(self.table, head, asked, self.playbook().accounts), draft=asked.draft)
        others = replies.sent_by_others(self.table, head)
        asking = speaker.port.find(reply, speaker.presence, attempt.at, self.now(), others)
        found = drive(asking, self.client, hosts=speaker.port.hosts_of(speaker.presence))
        assert not isinstance(found, Call), "only a dry run ends with a call"
        return confirmed(found, head, self.table)

    def _voice(self, asked: Asked) -> Voice | None:
        return voice(asked.channel, asked.account, self.playbook(), self.tokens(), self.things, self.door)

    def _whose(self, speaker: Voice, asked: Asked) -> Sending:
        return Sending(speaker.platform, asked.account, said_on(asked.channel, privately=asked.privately))

    def _outcome(self, head: ReplyHead, act: Act, pause: timedelta | None = None, **said: Any) -> timedelta | None:
        """Keep what became of a reply, and return the pause. That it was sent is kept whatever else was written in its
        place."""
        move = self._move(head, act, next_at=self.now() + pause if pause else None, **said)
        while not self._keep(move) and act == "sent":
            move = move.model_copy(update={"number": move.number + 1})
        replies.take(move, table=self.table, now=self.now)
        return pause

    def _move(self, head: ReplyHead, act: Act, **said: Any) -> ReplyMove:
        return ReplyMove(
            id=f"stp_{self.name()}",
            identity=head.identity,
            at=self.now(),
            by=BY_OURSELVES,
            reply_id=head.id,
            number=head.number + 1,
            act=act,
            **said,
        )

    def _keep(self, move: ReplyMove) -> bool:
        """Journal a move; return whether it is ours that stands there, and nobody else's."""
        return steps.keep(self.table, move).id == move.id

    def _backoff(self, head: ReplyHead) -> timedelta:
        return self._jittered(min(_FIRST_PAUSE * (1 << min(len(head.attempts), 10)), _LONGEST_PAUSE))

    def _jittered(self, wait: timedelta) -> timedelta:
        """Return a wait with up to half as much again, so that not all who wait come back at once."""
        return wait * (1 + self.jitter() / 2)


def _as_sent(found: Sent, head: ReplyHead) -> dict[str, Any]:
    address = found.identity if found.identity != head.identity else None
    said = {"external_id": found.external_id, "sent_at": found.at, "address": address}
    if head.asked is None or not head.asked.privately:
        return said
    return said | {"channel": said_on(head.asked.channel, privately=True), "thread": found.thread}


type _InTheWay = tuple[str, str]
"""A code, and what to do; both empty when nothing is."""


def _too_late(head: ReplyHead, asked: Asked, now: datetime) -> _InTheWay | None:
    """Return whether a platform has put a reply off for too long since somebody wanted it sent: since it was asked for,
    or since somebody decided that it goes out again."""
    since = doubts.wanted_since(head, asked)
    return _TOO_LATE if now - since > LONGEST or doubts.lost(head) >= MOST_ATTEMPTS else None


def _not_allowed(refusal: Refusal | None) -> _InTheWay:
    return (refusal.code, refusal.sentence) if refusal else ("", "")


def _no_presence(speaker: Voice) -> _InTheWay:
    return _NOT_LISTED if speaker.port.own_credentials else _NO_TOKEN


_NOBODY_SPEAKS = (
    "unknown_channel",
    "nothing can be sent through this channel: answer where the customer wrote, or where else they are known",
)
_TOO_LATE = (
    "too_late",
    f"the platform did not take it within {LONGEST // timedelta(hours=1)} hours, or lost it {MOST_ATTEMPTS} times: "
    "look whether it works, and whether this is still to be said",
)
_NOT_LISTED = (
    "no_account",
    "the playbook lists no account by which this is said, or it cannot be told which one it is: list it under "
    "`accounts`, with what the customer wrote to as one of its things, publish the playbook, then send it again",
)
_NO_TOKEN = (
    "no_token",
    "there is no API token for the account, or it cannot be told which account it is: publish it (infra/README.md, "
    "Give an API token), then send it again",
)
