"""What is new in a list that a platform shows page by page, the newest first: every poll reads its top, and one page of
what stands below.

So what is new is found at once, however long the list, and what changes below (an answer from another screen, a version
that does not come to the top) within one sweep of the last days. The cursor is what was journalled, as digests, and how
far down the sweep has come. It never claims what was not found: a sweep counts from when it began, and only when it has
come to the end.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from shared.ports import Answer, Asking, Call, Found

FIRST_LOOK = timedelta(days=3)
"""What was there before, when a list is read for the first time, is history: nobody waits for an answer to it."""

LOOK_BACK = timedelta(days=7)
"""For so long it is looked whether anything has changed."""

MOST_KEPT = 4000
"""Of so many things it is remembered that they were journalled: all have to fit into the cursor."""

_ASKED_TO_WAIT = frozenset({429, 503})
_STALE = frozenset({400, 404, 410, 422})
"""What platforms answer to the name of a page that is no longer."""


class Part(NamedTuple):
    """Something to be journalled once under an id, `only_after` something else that an earlier poll has found: by
    itself it is then only remembered."""

    id: str
    body: bytes
    only_after: str | None = None


class Item(NamedTuple):
    """Something in a list, at the instant by which the list is in order; none where that cannot be read."""

    at: datetime | None
    parts: tuple[Part, ...]


class Page(NamedTuple):
    """A page of a list, and the platform's name for the one after it; empty for the last."""

    items: Sequence[Item]
    after: str = ""

    def goes_on(self, floor: datetime) -> bool:
        """Return whether what is as young as that may stand below; nobody goes on blindly."""
        dated = [item.at for item in self.items if item.at]
        return bool(self.after) and not self.is_blind and all(at >= floor for at in dated[-1:])

    @property
    def is_blind(self) -> bool:
        """Return whether nobody can say from it how far down what stands below is: the shape of a list may have
        changed, and then all of its history would be read."""
        return bool(self.after and self.items) and not any(item.at for item in self.items)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: `call(page)` asks for a page by its name, an empty one being the first; `read(answer, page)` returns what
    an answer of 200 shows, or none for a shape that it does not know; `refusal` says to operators what to do about any
    other."""

    call: Callable[[str], Call]
    read: Callable[[Answer, str], Page | None]
    refusal: Callable[[Answer], str]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a list was left. `since` is before when all is history, `swept` when the last sweep that came to its end
    began; of the one that is under way `began` and `page`. `seen` has by its digest when what was journalled was said,
    in seconds since 1970, and what was said until `forgot` may have been journalled and be no longer among that."""

    since: datetime
    swept: datetime
    began: datetime | None = None
    page: str = ""
    seen: Mapping[str, int] = field(default_factory=dict, repr=False)
    forgot: int = 0

    @classmethod
    def of(cls, text: str, now: datetime) -> "Cursor":
        """Return the cursor that a text is; one that cannot be read is a first look's, and has forgotten all."""
        first = now - FIRST_LOOK
        none = cls(first, first, forgot=int(now.timestamp()) if text else 0)
        try:
            said: Any = orjson.loads(text)
            match said:
                case {"since": str(since), "swept": str(swept), "began": began, "page": str(page), "seen": dict(seen)}:
                    forgot, under_way = said.get("forgot", 0), _instant(began) if began else None
                    own = cls(_instant(since), _instant(swept), under_way, page, seen, forgot)
                    return own if all(isinstance(at, int) for at in (forgot, *seen.values())) else none
        except (orjson.JSONDecodeError, ValueError, TypeError):
            pass
        return none

    def to_json(self) -> str:
        newest = sorted(self.seen.items(), key=lambda entry: -entry[1])
        kept, forgot = dict(newest[:MOST_KEPT]), max([self.forgot, *(at for _, at in newest[MOST_KEPT:])])
        under_way = {"began": self.began, "page": self.page}
        said = {"since": self.since, "swept": self.swept, **under_way, "seen": kept, "forgot": forgot}
        return orjson.dumps(said, option=orjson.OPT_UTC_Z).decode()

    def floor(self, now: datetime) -> datetime:
        """Return how far back it is to be looked: the last days, and all since the last whole sweep."""
        return max(self.since, min(now - LOOK_BACK, self.swept))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def poll(listing: Listing, cursor: str, now: datetime) -> Asking[Found]:
    """Read the top of a list, and what is to be read below it, in two calls at most."""
    before = Cursor.of(cursor, now)
    floor = before.floor(now)
    answer = yield listing.call("")
    top = _page(listing, answer, "")
    if top is None:
        return refused(cursor, listing.refusal(answer), answer, now)
    begun = replace(before, page=before.page or top.after, began=before.began if before.page else now)
    if not top.goes_on(floor):
        return _found([top], _ended(begun, top), floor, now)
    answer = yield listing.call(begun.page)
    below = _page(listing, answer, begun.page)
    if below is None and answer.status in _STALE and before.page:
        return _found([top], replace(before, page="", began=None), floor, now)  # the next poll begins the sweep anew
    if below is None:
        found = _found([top], begun, floor, now)
        return replace(refused(found.cursor, listing.refusal(answer), answer, now), bodies=found.bodies)
    after = replace(begun, page=below.after) if below.goes_on(floor) else _ended(begun, below)
    return _found([top, below], after, floor, now)


def refused(cursor: str, sentence: str, answer: Answer, now: datetime) -> Found:
    """Return that a platform did not let itself be asked."""
    wait = answer.retry_after(now) if answer.status in _ASKED_TO_WAIT else None
    return Found((), cursor, sentence, failing=True, not_before=wait)


def _page(listing: Listing, answer: Answer, page: str) -> Page | None:
    return listing.read(answer, page) if answer.status == 200 else None


def _ended(under_way: Cursor, last: Page) -> Cursor:
    """Return where a sweep ends; one that ends at a blind page is none."""
    return replace(under_way, page="", began=None if last.is_blind else under_way.began)


def _found(pages: Iterable[Page], after: Cursor, floor: datetime, now: datetime) -> Found:
    """Return what is new on pages, in the order in which it was said.

    What may have been forgotten is told with what would come only after it: the journal knows it by its key, and the
    other version would never be heard.
    """
    items = [(item.at or now, item.parts) for page in pages for item in page.items]
    seen, bodies = dict(after.seen), list[bytes]()
    for at, parts in sorted((item for item in items if item[0] >= floor), key=lambda item: item[0]):
        said = int(at.timestamp())
        known = {part.id for part in parts if _short(part.id) in seen}
        for part in parts:
            follows = part.only_after is None or part.only_after in known or said <= after.forgot
            if part.id not in known and follows:
                bodies.append(part.body)
            seen[_short(part.id)] = said
    whole = replace(after, swept=after.began, began=None) if after.began and not after.page else after
    return Found(tuple(bodies), replace(whole, seen=seen).to_json())


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:14]
