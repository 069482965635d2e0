"""What somebody of a department answers a customer in their own tool: asked for here, to be said on the customer's
channel.

What the channel does not let through is refused before anything is kept, with what to do. Should the process die
between the two writes, the tool or the queue brings the answer again, and both are met under their keys.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from services.connectors.acts import Acts, What, in_the_way, used_before
from shared.casework.places import may_say, place_of
from shared.casework.steps import Agent, ReplyAsked, Step
from shared.connectors.claims import Claim
from shared.errors import Conflict
from shared.escalation import Escalation
from shared.models import Message, PersonalEvent
from shared.projection.asking import last_message
from shared.projection.conversation import Conversation
from shared.projection.going_on import goes_on, head, must_be_named, other_talk, talk_of
from shared.replying import Draft, Refusal
from shared.store import journal, keys, steps
from shared.store.keys import Key
from shared.store.table import Table


class RefusedError(Exception):
    """It is not said to the customer; `refusal` says why and what to do to whoever wrote it, until when it was possible
    where time is against it, and what would be let through instead."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.sentence)
        self.refusal = refusal


_NOWHERE = Refusal(code="not_reachable", sentence="there is no conversation of theirs to answer in: answer at the desk")


_IN_PRIVATE = Refusal(
    code="not_reachable",
    sentence="it began in public and was answered in private, where the customer has not written since: answer at the "
    "desk, which asks for the conversation",
)


class _Where(NamedTuple):
    """A conversation, and what of it is answered, if that is a message, with its key in the journal."""

    conversation: Conversation
    reply_to: str | None = None
    said: PersonalEvent | None = None

    @property
    def answered(self) -> Message | None:
        return self.said if isinstance(self.said, Message) else None


@dataclass(frozen=True, slots=True)
class Answering:
    """Asks for answers; `now` returns an aware instant."""

    acts: Acts
    table: Table
    now: Callable[[], datetime]

    def answer(self, claim: Claim, by: Agent, text: str, *, key: str) -> ReplyAsked:
        """Ask for an answer, once under its key, and return it as it was asked for; whoever answers what was only
        offered accepts it by that.

        Raises `RefusedError` for what may not be said there now, `Conflict` when the escalation is elsewhere by now, or
        was taken back, and `InvalidParameter` for a key under which something else was done.
        """
        own = self.acts.own_id(claim, by, key)
        if there := self.acts.kept(claim, own):
            return _asked(there)
        case = self._theirs(claim)
        where = self._where(case)
        place = place_of(where.conversation, where.answered, accounts=self.acts.cases.playbook().accounts)
        if refusal := may_say(Draft(text=text), place, self.now()):
            raise RefusedError(refusal)
        if case.state == "offered":
            with suppress(Conflict):  # a colleague may have accepted it meanwhile
                self.acts.do(claim, What("accepted"), by, key=f"{key}#accept")
            if self._theirs(claim).state == "offered":
                raise Conflict(in_the_way(case, claim.department))
        asked = ReplyAsked(
            id=own,
            identity=where.conversation.identity,
            at=self.now(),  # not before it was accepted: only then does it answer the case
            by=by,
            channel=where.conversation.channel,
            account=where.conversation.account,
            thread=where.conversation.thread,
            text=text,
            reply_to=where.reply_to,
            escalation_id=case.id,
        )
        return _asked(steps.keep(self.table, asked))

    def _theirs(self, claim: Claim) -> Escalation:
        """Return how an escalation stands, where the department may answer it."""
        case = self.acts.standing(claim)
        # Whoever answers and closes in one go, as people do in Zendesk, is heard in either order.
        if case.department != claim.department or case.state == "withdrawn":
            raise Conflict(in_the_way(case, claim.department))
        return case

    def _where(self, case: Escalation) -> _Where:
        """Return where an escalation is answered: in the conversation in which it goes on, and there what the customer
        said last; otherwise where it began, and there what it rests on."""
        said = self.table.get(Key(keys.identity(case.identity), case.event_key))
        event = journal.entry(said).event if said else None
        own = head(self.table, talk_of(event)) if event else None
        other = other_talk(self.table, case)
        there = head(self.table, other) if other else None
        if there is not None and goes_on(own, there):
            last = last_message(self.table, there)
            return _Where(there, last.key.sk, last.event) if last else _Where(there)
        if must_be_named(case, own, there):
            raise RefusedError(_IN_PRIVATE)
        if event is None or own is None:
            raise RefusedError(_NOWHERE)
        return _Where(own, case.event_key, event) if isinstance(event, Message) else _Where(own)


def _asked(kept: Step) -> ReplyAsked:
    if isinstance(kept, ReplyAsked):
        return kept
    raise used_before()
