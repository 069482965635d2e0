"""What is new among the reviews of something of the company's: how each platform's list is asked for, and read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError

from shared.newest_first import Item, Listing, Page, Part, poll, refused
from shared.oauth import NoTokenError
from shared.ports import Answer, Asking, Call, Found, PollPort, Presence, Thing
from shared.reviews import Read, Review, answer_id, envelope


class Shown(NamedTuple):
    """What a page shows: reviews in the platform's own shape, and the name of the page after it, empty for the last."""

    reviews: Sequence[Mapping[str, Any]]
    after: str = ""


@dataclass(frozen=True, slots=True)
class ReviewList:
    """How a platform named `name` is asked for the reviews of a thing of the kind `kind`. `sign_in` gets a token,
    `call` asks for a page with it, `page` returns what the answer to that shows, or none for a shape that it does not
    know, and `read` reads one review. `refusals` say what to do, by the status of an answer; 0 is none. It calls none
    but `host` and `let_in_by`."""

    name: str
    kind: str
    host: str
    sign_in: Callable[[Presence, datetime], Asking[str | Answer]]
    call: Callable[[str, Thing, str], Call]
    page: Callable[[Answer, str], Shown | None]
    read: Read
    refusals: Mapping[int, str]
    let_in_by: str = ""

    def port(self, *, every: timedelta) -> PollPort:
        hosts = frozenset(filter(None, (self.host, self.let_in_by)))
        return PollPort(lambda _: hosts, self.poll, every=every, things=(self.kind,))

    def poll(self, presence: Presence, cursor: str, now: datetime) -> Asking[Found]:
        """Read what is new of the one thing of a presence."""
        things = [thing for thing in presence.things if thing.kind == self.kind]
        if not things:
            return Found((), cursor, _NOTHING_NAMED.format(kind=self.kind), failing=True)
        (thing,) = things
        try:
            token = yield from self.sign_in(presence, now)
        except NoTokenError:
            return Found((), cursor, f"{self.name} {_NO_TOKEN}", failing=True)
        if not isinstance(token, str):
            return refused(cursor, self._let_in_not(token), token, now)
        listing = Listing(
            lambda page: self.call(token, thing, page),
            lambda answer, page: self._page(answer, page, thing),
            self._refusal,
        )
        return (yield from poll(listing, cursor, now))

    def _page(self, answer: Answer, page: str, thing: Thing) -> Page | None:
        shown = self.page(answer, page)
        if shown is None:
            return None
        return Page(list(self._items(shown.reviews, thing.id)), shown.after)

    def _items(self, reviews: Sequence[Mapping[str, Any]], of: str) -> Iterator[Item]:
        for raw in reviews:
            try:
                review = self.read(raw)
            except ValidationError:
                # It is journalled all the same, and read after the fix.
                body = envelope("review", of, raw)
                yield Item(None, (Part(sha256(body).hexdigest(), body),))
            else:
                yield Item(review.last_said_at, parts(of, raw, review))

    def _refusal(self, answer: Answer) -> str:
        if answer.status == 200:
            return f"{self.name} {_UNKNOWN_SHAPE}"
        return f"{self.name} {self.refusals.get(answer.status) or _REFUSED.format(status=answer.status)}"

    def _let_in_not(self, answer: Answer) -> str:
        is_refused = answer.refuses and answer.status != 429
        return f"{self.name} {_NOT_LET_IN}" if is_refused else self._refusal(answer)


def parts(of: str, raw: Mapping[str, Any], review: Review) -> tuple[Part, ...]:
    """Return what is to be journalled of a review, by the ids of the events that it becomes.

    What nobody knows to have been changed is an edit only where another version was, or may have been, seen before.
    """
    found = [
        Part(review.id, envelope("review", of, raw)),
        Part(review.edit_id, envelope("edit", of, raw), only_after=None if review.is_said_anew() else review.id),
    ]
    if review.answered:
        found.append(Part(answer_id(review.id, review.answered.text), envelope("answer", of, raw)))
    return tuple(found)


def objects(answer: Answer, name: str, *, may_lack: bool = False) -> list[dict[str, Any]] | None:
    """Return the objects of a list in an answer's object; none where it has no such list, unless it `may_lack` one."""
    try:
        said = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None
    found = said.get(name, [] if may_lack else None) if isinstance(said, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else None


_PUBLISH = "make it anew, as the platform's README says, and publish it with `python -m infra.publish tokens`"
_NOTHING_NAMED = 'the playbook names nothing that is reviewed: `things = [{{ kind = "{kind}", id = "..." }}]`'
_NO_TOKEN = f"cannot be asked: what was published for it has none of the forms that a token may have; {_PUBLISH}"
_NOT_LET_IN = f"does not let us in by what was published: {_PUBLISH}"
_UNKNOWN_SHAPE = "answered in a shape that we do not know"
_REFUSED = "cannot be asked now ({status}); it is asked again"
