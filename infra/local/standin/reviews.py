"""What the APIs have in common through which reviews are answered. A review is there once somebody is known to have
written it, and has one answer, which the next one replaces.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from infra.local.standin.state import Arrived, Limit, Public, Request, Response, State
from shared.replying import Place
from shared.reviews import answer_id

TOKEN = "standin-review-token"  # noqa: S105 - of accounts that there are not


class Kept(NamedTuple):
    """A review, and its answer."""

    id: str
    review: Public
    answer: Arrived | None


@dataclass(frozen=True, slots=True)
class ReviewApi:
    """One of the APIs. `path` is where a review is, with its id in a group, `every` where those of a presence are, with
    the presence's, and `answering` where one is answered, with its id in a group unless `said` finds it in the body;
    `said` returns the id, where it does, and the words. `shown`, `listed` and `taken` are what is answered; `fits` is
    whether the words are let through."""

    platform: str
    channel: str
    host: str
    path: str
    every: str
    answering: tuple[str, str]
    said: Callable[[Mapping[str, Any]], tuple[str | None, object]]
    shown: Callable[[Kept], Any]
    listed: Callable[[list[Any]], Any]
    taken: Callable[[Kept], Response]
    fits: Callable[[str], bool]
    limit: Limit

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset({self.host})

    def know(self, state: State, place: Place, now: datetime) -> None:
        """Learn of a review."""
        person = place.identity.rsplit(":", 1)[-1]
        if place.reply_to == place.thread and person != place.account:
            at = place.reply_to_at or now
            state.public[self._key(place.thread)] = Public(self.channel, place.account, person, place.thread, at)

    def block(self, state: State, place: Place) -> None:
        """Take the review away, as its author may."""
        state.public.pop(self._key(place.thread), None)

    def answer(self, state: State, request: Request, now: datetime) -> Response:
        if request.bearer != TOKEN:
            return _error(401, "Request had invalid authentication credentials.")
        if seconds := state.wait(now, {self.platform: self.limit}):
            return self.limited(seconds, now)
        method, path = self.answering
        if request.method == method and (found := re.fullmatch(path, request.path)):
            return self._answered(state, request.json(), found.groups(), now)
        if request.method == "GET" and (found := re.fullmatch(self.path, request.path)):
            kept = self._kept(state, found[1])
            return Response(200, self.shown(kept)) if kept else _gone()
        if request.method == "GET" and (found := re.fullmatch(self.every, request.path)):
            return Response(200, self.listed([self.shown(kept) for kept in self._of(state, found[1])]))
        return _gone()

    def limited(self, seconds: int, now: datetime) -> Response:  # noqa: ARG002 - every platform's is asked alike
        return Response(429, {"error": {"message": "Quota exceeded."}}, {"retry-after": str(seconds)})

    def _answered(self, state: State, body: Mapping[str, Any], named: tuple[str, ...], now: datetime) -> Response:
        in_body, words = self.said(body)
        kept = self._kept(state, in_body or next(iter(named), ""))
        if kept is None:
            return _gone()
        if not isinstance(words, str) or not words.strip() or not self.fits(words):
            return _error(400, "The reply is empty or too long.")
        arrived = Arrived(
            platform=self.platform,
            channel=self.channel,
            account=kept.review.account,
            to=kept.review.author,
            external_id=answer_id(kept.id, words),
            at=now,
            text=words,
            reply_to=kept.id,
        )
        state.arrived.append(arrived)
        return self.taken(kept._replace(answer=arrived))

    def _kept(self, state: State, review: str) -> Kept | None:
        found = state.public.get(self._key(review))
        if found is None:
            return None
        answers: Iterator[Arrived] = state.of(self.channel, found.account)
        return Kept(review, found, next((each for each in answers if each.reply_to == review), None))

    def _of(self, state: State, account: str) -> Iterator[Kept]:
        """Yield the reviews of a presence, the newest first."""
        newest = sorted(state.public.items(), key=lambda entry: entry[1].at, reverse=True)
        names = [key for key, each in newest if (each.channel, each.account) == (self.channel, account)]
        yield from (kept for name in names if (kept := self._kept(state, name.removeprefix(self._key("")))))

    def _key(self, review: str) -> str:
        return f"{self.platform} {review}"


def _error(status: int, words: str) -> Response:
    return Response(status, {"error": {"code": status, "message": words}})


def _gone() -> Response:
    return _error(404, "Requested entity was not found.")


def stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def listed(shown: list[Any]) -> Any:
    """Return a list as Google has it, who leaves out an empty one."""
    return {"reviews": shown} if shown else {}
