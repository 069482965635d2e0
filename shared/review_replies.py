"""How the company answers a review, which has one answer: what stands there is read first, and nothing is put in the
place of an answer that its author has not written since."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.lengths import CHARACTERS, LengthUnit
from shared.oauth import NoTokenError
from shared.permitted import check_by_rules, refused
from shared.ports import Answer, Asking, Call, Presence
from shared.replying import (
    Draft,
    Later,
    NotThere,
    Place,
    Refusal,
    Refused,
    Reply,
    ReplyPort,
    Rules,
    Sent,
    Unknown,
)
from shared.reviews import Answered, Review, answer_id

_CLOCKS_DIFFER = timedelta(minutes=1)
_TAKEN = frozenset({200, 201, 202, 204})


@dataclass(frozen=True, slots=True)
class ReviewApi:
    """A platform's API as far as answers go. `sign_in(presence, now)` gets a token, `shown` is the call that reads the
    review of a place and `said` the one that answers it, each with that token; none where the playbook does not name
    what they need. `read` returns the review that is shown, `taken` the answer that was taken, as the platform says it:
    none where it does not say so, and the review is then read again. `sentences` say what to do about a refusal, by its
    status."""

    platform: str
    name: str
    channel: str
    rules: Rules
    sign_in: Callable[[Presence, datetime], Asking[str | Answer]]
    shown: Callable[[str, Presence, Place], Call | None]
    said: Callable[[str, Presence, Reply], Call | None]
    read: Callable[[Answer], Review | None]
    taken: Callable[[Answer, Reply], Answered | None]
    sentences: Mapping[int, str]

    def check(self, draft: Draft, place: Place, now: datetime) -> Refusal | None:
        """Return why the platform would not take it, or none, as far as that is known beforehand."""
        if place.channel != self.channel:
            return check_by_rules(None, draft, place, now)
        return check_by_rules(self.rules, draft, place, now) or self._not_its_review(place)

    def _not_its_review(self, place: Place) -> Refusal | None:
        person = place.identity.removeprefix(f"{self.platform}:{place.account}:")
        if person not in (place.identity, place.account) and place.reply_to == place.thread:
            return None
        return Refusal(
            code="not_reachable",
            sentence="only a customer's review can be answered here, and this is none: name the review itself",
        )

    def send(
        self, reply: Reply, presence: Presence, now: datetime | None = None
    ) -> Asking[Sent | Refused | Later | Unknown]:
        """Say it, in one call, after those that sign in and read what stands there."""
        at = now or datetime.now(UTC)
        if refusal := self.check(reply.draft, reply.place, at):
            return refused(refusal)
        token = yield from self._token(presence, at)
        if not isinstance(token, str):
            return token
        shown, said = self.shown(token, presence, reply.place), self.said(token, presence, reply)
        if shown is None or said is None:
            return self._unnamed()
        answer = yield shown
        review = self.read(answer) if answer.status == 200 else None
        if review is None:
            found = self.failed(answer, at)
            return Later() if isinstance(found, Unknown) else found  # nothing was said yet
        if _is_answered(review):
            return _ANSWERED
        answer = yield said
        if answer.status not in _TAKEN:
            return self.failed(answer, at)
        taken = self.taken(answer, reply) or self._there(reply, (yield shown))
        return _sent(reply, taken) if taken else self.failed(answer, at)

    def _there(self, reply: Reply, answer: Answer) -> Answered | None:
        """Return the answer that a review is shown with, if it has these words."""
        review = self.read(answer) if answer.status == 200 else None
        there = review.answered if review else None
        return there if there and there.text.split() == reply.draft.text.split() else None

    def _token(self, presence: Presence, now: datetime) -> Asking[str | Refused | Later]:
        try:
            token = yield from self.sign_in(presence, now)
        except NoTokenError:
            return self._no_token()
        if isinstance(token, str):
            return token
        found = self.failed(token, now)
        return found if isinstance(found, Later) else self._no_token() if isinstance(found, Refused) else Later()

    def _no_token(self) -> Refused:
        return Refused(code="no_token", sentence=f"{self.name} does not let us in: {_PUBLISH}")

    def _unnamed(self) -> Refused:
        return Refused(
            code="unnamed",
            sentence="the playbook does not name what of the company's was reviewed: write it among the account's "
            "things, as the platform's README says, publish it, then send again",
        )

    def failed(self, answer: Answer, now: datetime) -> Refused | Later | Unknown:
        """Return what an answer means that does not say that something was taken."""
        if answer.status == 429:
            wait = answer.retry_after(now)
            return Later(seconds=int((wait - now).total_seconds()) if wait else None)
        if not answer.refuses:
            sentence = f"{self.name} did not say whether it has it (status {answer.status}): look at the review there"
            return Unknown(sentence=sentence)
        sentence = self.sentences.get(answer.status) or _REFUSALS.get(answer.status) or _REFUSED
        return Refused(code=str(answer.status), sentence=f"{self.name} {sentence}")

    def find(
        self,
        reply: Reply,
        presence: Presence,
        since: datetime,
        now: datetime | None = None,
        others: Collection[str] = (),
    ) -> Asking[Sent | NotThere | Unknown]:
        """Find out whether a reply is the answer that stands below the review."""
        unshown = Unknown(sentence=f"{self.name} did not show the review: look there whether it is answered")
        if self.check(reply.draft, reply.place, now or since):
            return unshown
        token = yield from self._token(presence, now or datetime.now(UTC))
        shown = self.shown(token, presence, reply.place) if isinstance(token, str) else None
        answer = (yield shown) if shown else Answer(0)
        if answer.status != 200 or self.read(answer) is None:
            return unshown
        there = self._there(reply, answer)
        if there is None:
            return NotThere()
        is_ours = there.at is None or there.at >= since - _CLOCKS_DIFFER
        sent = _sent(reply, there)
        return sent if is_ours and sent.external_id not in others else NotThere()

    def port(self, *hosts: str, things: tuple[str, ...]) -> ReplyPort:
        """Return the port, which calls these hosts."""
        rules = {self.channel: self.rules}
        return ReplyPort(frozenset(hosts), rules, self.check, self.send, self.find, things=things)


def rules(longest: int, unit: LengthUnit = CHARACTERS, **more: Any) -> Rules:
    """Return what every channel of reviews lets through: an answer to a review, for ever, which comes back to us."""
    return Rules(longest=longest, unit=unit, answers=True, echoes=True, **more)


def _is_answered(review: Review) -> bool:
    """Return whether a review has its answer, and its author has said nothing since."""
    there, last = review.answered, review.last_said_at
    return there is not None and (last is None or there.at is None or last <= there.at)


def _sent(reply: Reply, answered: Answered) -> Sent:
    return Sent(external_id=answer_id(reply.place.thread, answered.text), at=answered.at)


_ANSWERED = Refused(
    code="answered_already",
    sentence="the review has its one answer already, and its author has written nothing since: change that answer on "
    "the platform's own screen",
)

_PUBLISH = "make its token anew, as the platform's README says, and publish it with `python -m infra.publish tokens`"

_REFUSALS: Mapping[int, str] = {
    401: f"does not accept the token: {_PUBLISH}",
    403: "does not let us answer: give whom the token belongs to the right to answer reviews, and publish it again",
    404: "has no such review for us: its author or the platform took it away, or the playbook names another place",
    413: "finds the text too long: shorten it",
}
_REFUSED = "refused it: look at the review there, and whether it can be answered at all"
