"""What is new below a blog's articles: its comments of the last days, told apart from what was there the last time.

WordPress tells of no change and of no removal, so that what was seen of each comment stands in the cursor, as digests.
Asked for are all of them, also those that are held for moderation, spam and what lies in the trash: who asks has to be
a moderator, and learns so that something was taken away.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
from pydantic import ValidationError

from shared.hosts import KIND as HOST_KIND
from shared.platforms.wordpress.api import FOLDER_KIND, NO_BLOG, Blog, blog, listed, pages, reason
from shared.platforms.wordpress.payload import KEPT, Comment
from shared.ports import Answer, Asking, Found, PollPort, Presence

FIRST_LOOK = timedelta(days=3)
"""What was there before, when a blog is read for the first time, is history: nobody waits for an answer to it."""

WINDOW = timedelta(days=7)
"""So old a comment is looked at again, whether it changed."""

_OVERLAP = timedelta(hours=1)
_PAGE, _MOST_PAGES = 100, 20
_MOST_ANSWERED = 20
_SHOWN = frozenset({"approved", "hold"})
_GONE = "gone"

_REFUSED = "{host} cannot be read ({status}): {reason}"
_TOO_MANY = "{host} has more than {most} comments of the last days, of which the rest is not read"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a blog was left: `at` is when it was read, none before the first look; `seen` has of each comment how often
    it was told of, and which version of it was seen, by its number."""

    at: datetime | None = None
    seen: Mapping[str, tuple[int, str]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, text: str) -> "Cursor":
        """Return the cursor that a text is; one that cannot be read is that of a first look."""
        try:
            match orjson.loads(text):
                case {"at": str(at), "seen": dict(seen)}:
                    known = {number: (int(times), str(mark)) for number, (times, mark) in seen.items()}
                    return cls(datetime.fromisoformat(at).astimezone(UTC), known)
        except (ValueError, TypeError):
            pass
        return cls()

    def to_json(self) -> str:
        return orjson.dumps({"at": self.at, "seen": self.seen}).decode()


def hosts(presence: Presence) -> frozenset[str]:
    """Return the one host of the account's blog."""
    own = blog(presence)
    return frozenset({own.host}) if own else frozenset()


def poll(presence: Presence, cursor: str, now: datetime) -> Asking[Found]:
    """Read the comments of the account's blog."""
    own, before = blog(presence), Cursor.of(cursor)
    if own is None:
        return Found((), cursor, NO_BLOG, failing=True)
    staff = yield from _all(own, "users", {"who": "authors", "_fields": "id"})
    if isinstance(staff, Answer):
        return _refused(own, staff, cursor, now)
    since = min(now - WINDOW, (before.at or now) - _OVERLAP)
    asked = {"after": f"{since:%Y-%m-%dT%H:%M:%SZ}", "orderby": "date_gmt", "order": "desc"}
    whole = {"status": "any", "context": "edit", "_embed": "up"}
    found = yield from _all(own, "comments", asked | whole)
    if isinstance(found, Answer):
        return _refused(own, found, cursor, now)
    ours = {each.get("id") for each in staff}
    told = list(_told(found, before, now))
    answered = yield from _answered(own, [raw for _, _, raw, _ in told if raw.get("author") in ours], found)
    bodies = [
        _envelope(name, version, raw, is_staff=raw.get("author") in ours, answered=answered.get(raw.get("parent")))
        for name, version, raw, _ in reversed(told)  # the newest comes first
    ]
    after = Cursor(now, _seen(found, before, now))
    too_many = _TOO_MANY.format(host=own.host, most=_PAGE * _MOST_PAGES) if len(found) >= _PAGE * _MOST_PAGES else ""
    return Found(tuple(bodies), after.to_json(), too_many)


def _all(own: Blog, path: str, asked: Mapping[str, Any]) -> Asking[list[Mapping[str, Any]] | Answer]:
    """Return all that a list has, page by page; the answer, where one is a refusal."""
    found: dict[Any, Mapping[str, Any]] = {}
    for page in range(1, _MOST_PAGES + 1):
        answer = yield own.get(path, {**asked, "per_page": _PAGE, "page": page})
        items = listed(answer)
        if items is None:
            return answer
        found |= {each["id"]: each for each in items if isinstance(each.get("id"), int)}
        if page >= pages(answer):
            break
    return list(found.values())


def _refused(own: Blog, answer: Answer, cursor: str, now: datetime) -> Found:
    wait = answer.retry_after(now) if answer.status in (429, 503) else None
    sentence = _REFUSED.format(host=own.host, status=answer.status, reason=reason(answer))
    return Found((), cursor, sentence, failing=True, not_before=wait)


type _Change = tuple[str, int, Mapping[str, Any], str]
"""What became of a comment, how often it was told of then, the comment, and which version of it this is."""


def _changes(found: Sequence[Mapping[str, Any]], before: Cursor, now: datetime) -> Iterator[_Change]:
    """Yield of each comment what became of it since the last look; an empty name where nothing did."""
    for raw in found:
        times, seen = before.seen.get(str(raw["id"]), (0, ""))
        mark = _mark(raw)
        if before.at is None and mark != _GONE and not _is_young(raw, now):
            yield "", 1, raw, mark
        elif mark == seen or (mark == _GONE and times == 0):
            yield "", times, raw, mark
        else:
            name = "removed" if mark == _GONE else "changed" if times else "new"
            yield name, times + 1, raw, mark


def _told(found: Sequence[Mapping[str, Any]], before: Cursor, now: datetime) -> Iterator[_Change]:
    yield from (change for change in _changes(found, before, now) if change[0])


def _seen(found: Sequence[Mapping[str, Any]], before: Cursor, now: datetime) -> dict[str, tuple[int, str]]:
    return {str(raw["id"]): (times, mark) for _, times, raw, mark in _changes(found, before, now)}


def _mark(raw: Mapping[str, Any]) -> str:
    """Return which version of a comment this is: what it says, or that nobody sees it any more."""
    if raw.get("status") not in _SHOWN:
        return _GONE
    content = raw.get("content")
    said = (content.get("raw") or content.get("rendered")) if isinstance(content, dict) else None
    return sha256(str(said).encode(errors="replace")).hexdigest()[:12]


def _is_young(raw: Mapping[str, Any], now: datetime) -> bool:
    try:
        return Comment.model_validate(raw).date >= now - FIRST_LOOK
    except ValidationError:
        return True  # it is kept, and shows as what cannot be read


def _answered(
    own: Blog, answers: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]
) -> Asking[Mapping[Any, Mapping[str, Any]]]:
    """Return the comments that the company's answer, by their numbers: those of today are at hand."""
    known = {each["id"]: each for each in found}
    wanted = {each.get("parent") for each in answers if each.get("parent")} - known.keys()
    for number in sorted(each for each in wanted if isinstance(each, int))[:_MOST_ANSWERED]:
        answer = yield own.get(f"comments/{number}", {"context": "edit"})
        if answer.status == 200 and answer.json().get("id") == number:
            known[number] = answer.json()
    return known


def _envelope(
    name: str, version: int, raw: Mapping[str, Any], *, is_staff: bool, answered: Mapping[str, Any] | None
) -> bytes:
    said = {
        "as": name,
        "version": version,
        "staff": is_staff,
        "title": _title(raw),
        "comment": _kept(raw),
        "answered": _kept(answered) if is_staff and answered else None,
    }
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def _kept(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: raw[name] for name in KEPT if name in raw}


def _title(raw: Mapping[str, Any]) -> str:
    match raw.get("_embedded"):
        case {"up": [{"title": {"rendered": str(title)}}, *_]}:
            return title
    return ""


PORT = PollPort(hosts, poll, every=timedelta(minutes=5), also=(HOST_KIND, FOLDER_KIND))
