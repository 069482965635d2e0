"""What somebody of a department answers a customer in their own tool: asked for here, to be said on the customer's
channel.

What the channel does not let through is refused before anything is kept, with what to do. Should the process die
between the two writes, the tool or the queue brings the answer again, and both are met under their keys.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from services.connectors.acts import Acts, What, in_the_way, used_before
from shared.casework.places import AT_FAULT, may_say
from shared.casework.said import Where
from shared.casework.steps import Agent, ReplyAsked, Step
from shared.connectors.claims import Claim
from shared.errors import Conflict, InvalidParameter
from shared.escalation import Escalation
from shared.projection import saying, talks
from shared.projection.conversation import Conversation
from shared.projection.talks import Talk, Talks
from shared.replying import Draft, Refusal
from shared.store import steps
from shared.store.table import Table


class RefusedError(Exception):
    """It is not said to the customer; `refusal` says why and what to do to whoever wrote it, until when it was possible
    where time is against it, and what would be let through instead."""

    def __init__(self, refusal: Refusal, elsewhere: Sequence[Conversation] = ()) -> None:
        super().__init__(refusal.sentence)
        self.refusal = refusal
        self.elsewhere = elsewhere

    @property
    def field(self) -> str | None:
        """Return what of an act is to be mended; none where time or the place is against it."""
        return AT_FAULT.get(self.refusal.code)


_AT_THE_DESK = "{reason}; that is done at the desk"


@dataclass(frozen=True, slots=True)
class Answering:
    """Asks for answers; `now` returns an aware instant."""

    acts: Acts
    table: Table
    now: Callable[[], datetime]

    def answer(
        self, claim: Claim, by: Agent, draft: Draft, *, key: str, where: Where | None = None, why: str = ""
    ) -> ReplyAsked:
        """Ask for an answer, once under its key, and return it as it was asked for; whoever answers what was only
        offered accepts it by that. Without a place it is said where the case is.

        Raises `RefusedError` for what may not be said there now, and by who cannot name a place where nobody may guess
        it; `Conflict` when the escalation is elsewhere by now, or was taken back; and `InvalidParameter` for a place
        that is none, and for a key under which something else was done.
        """
        own = self.acts.own_id(claim, by, key)
        if there := self.acts.kept(claim, own):
            return _asked(there)
        case = self._theirs(claim)
        talk = self._sayable(case, draft, where)
        if case.state == "offered":
            with suppress(Conflict):  # a colleague may have accepted it meanwhile
                self.acts.do(claim, What("accepted"), by, key=f"{key}#accept")
            if self._theirs(claim).state == "offered":
                raise Conflict(in_the_way(case, claim.department))
        # Not before it was accepted: only then does it answer the case.
        asked = saying.asked(talk, draft, step_id=own, at=self.now(), by=by, why=why, case=case.id)
        return _asked(steps.keep(self.table, asked))

    def _theirs(self, claim: Claim) -> Escalation:
        """Return how an escalation stands, where the department may answer it."""
        case = self.acts.standing(claim)
        # Whoever answers and closes in one go, as people do in Zendesk, is heard in either order.
        if case.department != claim.department or case.state == "withdrawn":
            raise Conflict(in_the_way(case, claim.department))
        return case

    def _sayable(self, case: Escalation, draft: Draft, where: Where | None) -> Talk:
        """Return the conversation in which a draft may be said now."""
        theirs = talks.of_customer(self.table, case.identity)
        known = Talks(self.table, self.acts.cases.playbook().accounts, theirs)
        try:
            talk = known.to_answer(case, where or Where(), privately=draft.privately, quotes=True)
        except InvalidParameter as error:
            if where is not None:
                raise
            sentence = _AT_THE_DESK.format(reason=error.reason)
            raise RefusedError(Refusal(code="not_reachable", sentence=sentence)) from None
        now = self.now()
        if refusal := may_say(draft, known.place(talk, privately=draft.privately), now):
            raise RefusedError(refusal, known.elsewhere(talk, now))
        return talk


def _asked(kept: Step) -> ReplyAsked:
    if isinstance(kept, ReplyAsked):
        return kept
    raise used_before()
