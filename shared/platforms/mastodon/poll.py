"""What an instance's webhook does not tell: who of another server speaks to the company, and who speaks of it.

- `GET /api/v1/notifications`, of all that mentions or answers the company's account, from wherever: read forwards, by
  the notifications' own ids (https://docs.joinmastodon.org/methods/notifications/#get);
- `GET /api/v2/search`, for each of the playbook's words: read again from an hour before the last time, since a status
  of another server comes late and has the id of when it was written (https://docs.joinmastodon.org/methods/search/).

What is found is handed over as the webhook would, so that a status has one key, whichever way it came.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson

from shared.hosts import KIND, host_of
from shared.platforms.mastodon.api import NO_INSTANCE, Instance, instance
from shared.platforms.mastodon.normalise import FOUND
from shared.polling import QUERY
from shared.ports import Answer, Asking, Found, PollPort, Presence

FIRST_LOOK = timedelta(days=3)
"""What was there before, when an account is asked for the first time, is history: nobody waits for an answer to it."""

OVERLAP = timedelta(hours=1)

MOST_SEEN = 5000
"""Of more, the oldest are forgotten: they would be journalled again, under the same keys."""

_MENTIONS = "status.created"
_NONE_YET = "0"
_LIMIT, _SEARCH_LIMIT = 80, 40
_MOST_PAGES = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHANGES = frozenset({"favourites_count", "reblogs_count", "replies_count", "quotes_count", "card", "application"})
"""What of a status is otherwise at the next look, though it says the same."""
_OF_WHO_ASKS = frozenset({"favourited", "reblogged", "muted", "bookmarked", "pinned", "filtered"})

_REFUSALS: Mapping[int, str] = {
    0: "the instance does not answer over TLS at a public address in time; try again later",
    401: "the instance does not accept the token: make an application as the company's account (Preferences, "
    "Development) and publish its token with `python -m infra.publish tokens`",
    403: "the instance does not let the token ask: it needs the scopes read:notifications and read:search",
    422: "the instance does not understand the question: is its Mastodon older than 3.5?",
    429: "the instance asks us to come less often (429): set poll_every_minutes in the playbook",
}
_REFUSED = "the instance cannot be asked now ({status})"
_STRANGE = "the instance answers in a shape that we do not know: look whether it runs Mastodon"
_TOO_MANY = (
    "more was said of the company than is read at a time, and the rest is read at the next polls: where that does not "
    "end, set poll_every_minutes lower"
)


class Walk(NamedTuple):
    """A search on its way from the newest down to `floor`: it goes on below the id `most`, from the newest where
    that is empty; `began` is until when was searched once it has come to its end."""

    most: str
    floor: datetime
    began: datetime


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where an account was left: the last notification, until when was searched for each word, the ids of the statuses
    that were found in the hour before that, and the walks that broke off; none before the first look."""

    told: str = ""
    searched: Mapping[str, datetime] = field(default_factory=dict)
    seen: tuple[str, ...] = field(default=(), repr=False)
    rest: Mapping[str, Walk] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> "Cursor":
        """Return the cursor that a text is; one that cannot be read is that of a first look."""
        try:
            match orjson.loads(text):
                case {
                    "told": str(told),
                    "searched": dict(searched),
                    "seen": list(seen),
                    "rest": dict(rest),
                } if _is_id(told) or not told:
                    instants = {query: _instant(at) for query, at in searched.items()}
                    walks = {
                        query: Walk(str(most), _instant(floor), _instant(began))
                        for query, (most, floor, began) in rest.items()
                    }
                    return cls(told, instants, tuple(map(str, seen)), walks)
        except (ValueError, TypeError):
            pass
        return cls()

    def to_json(self) -> str:
        rest = {query: tuple(walk) for query, walk in self.rest.items()}
        return orjson.dumps({"told": self.told, "searched": self.searched, "seen": self.seen, "rest": rest}).decode()

    def walk(self, query: str, now: datetime) -> Walk:
        """Return how a word is searched for: on from where a walk broke off, else down to what is known."""
        if query not in self.rest:
            return Walk("", self.searched[query] - OVERLAP if query in self.searched else now - FIRST_LOOK, now)
        rest = self.rest[query]
        return rest if rest.most else rest._replace(began=now)


@dataclass(slots=True)
class _Round:
    """One poll: what it found, by the statuses' ids, how far it came with each word, and what stood in its way:
    sentences, with the words that they are about, none for all else."""

    instance: Instance
    now: datetime
    queries: frozenset[str]
    searched: dict[str, datetime]
    rest: dict[str, Walk]
    bodies: dict[str, bytes] = field(default_factory=dict)
    troubles: dict[str, list[str]] = field(default_factory=dict)
    failing: bool = False
    wait: datetime | None = None

    def take(self, event: str, status: Mapping[str, Any]) -> None:
        """Take a status down once: what mentions the company is read first."""
        kept = {name: value for name, value in status.items() if name not in _CHANGES | _OF_WHO_ASKS}
        told = {"event": event, "created_at": status.get("created_at"), "object": kept}
        self.bodies.setdefault(str(status["id"]), orjson.dumps(told, option=orjson.OPT_SORT_KEYS))

    def refused(self, answer: Answer, *queries: str) -> None:
        self.failing = True
        sentence = _STRANGE if answer.status == 200 else _REFUSALS.get(answer.status)
        self.troubles.setdefault(sentence or _REFUSED.format(status=answer.status), []).extend(queries)
        self.wait = self.wait or (answer.retry_after(self.now) if answer.status in (429, 503) else None)

    def sentences(self) -> Iterator[str]:
        for sentence, queries in self.troubles.items():
            yield f"{sentence} (searching for {', '.join(map(repr, queries))})" if queries else sentence


def hosts(presence: Presence) -> frozenset[str]:
    """Return the one host of the account's instance, if the playbook names one."""
    named = host_of(presence)
    return frozenset({named} if named else ())


def poll(presence: Presence, cursor: str, now: datetime) -> Asking[Found]:
    """Ask for who has spoken to the company since the cursor, and who has used one of its words."""
    there = instance(presence)
    if there is None:
        return Found((), cursor, NO_INSTANCE.sentence, failing=True)
    before, queries = Cursor.of(cursor), frozenset(thing.id for thing in presence.things if thing.kind == QUERY)
    searched = {query: at for query, at in before.searched.items() if query in queries}
    round_ = _Round(there, now, queries, searched, {q: walk for q, walk in before.rest.items() if q in queries})
    told = yield from _notifications(round_, before)
    seen = yield from _searches(round_, before)
    return Found(
        tuple(round_.bodies.values()),
        Cursor(told, round_.searched, seen, round_.rest).to_json(),
        "; ".join(round_.sentences()),
        failing=round_.failing,
        not_before=round_.wait,
    )


def _notifications(round_: _Round, before: Cursor) -> Asking[str]:
    """Read who mentions the account, and return the last notification that was read; those from strangers, too, which
    the account's settings may hold back."""
    told = before.told
    for _ in range(_MOST_PAGES):
        asked: dict[str, Any] = {"types[]": "mention", "limit": _LIMIT, "include_filtered": "true"}
        answer = yield round_.instance.get(
            f"/api/v1/notifications?{urlencode(asked | ({'min_id': told} if told else {}))}"
        )
        page = _list(answer.body)
        if answer.status != 200 or page is None:
            round_.refused(answer)
            return told
        known = [each for each in page if _is_id(str(each.get("id", "")))]
        for each in sorted(known, key=lambda each: _order(str(each["id"]))):
            status = each.get("status")
            if isinstance(status, dict) and "id" in status and (before.told or _is_new(status, round_.now)):
                round_.take(_MENTIONS, status)
        told = max((told or _NONE_YET, *(str(each["id"]) for each in known)), key=_order)
        # Without an id to go on from, Mastodon gives the newest, and what is older is history.
        if len(page) < _LIMIT or not before.told:
            return told
    round_.troubles[_TOO_MANY] = []
    return told


def _searches(round_: _Round, before: Cursor) -> Asking[tuple[str, ...]]:
    """Search for each word, those first that wait longest; return what was found lately. A word that is refused holds
    up no other, unless the instance asks us to come less often."""
    found: dict[str, Mapping[str, Any]] = {}
    for query in sorted(round_.queries, key=lambda query: (before.searched.get(query, _EPOCH), query)):
        refusal = yield from _search(round_, before.walk(query, round_.now), query, found)
        if refusal is not None:
            round_.refused(refusal, query)
        if refusal is not None and refusal.status == 429:
            break
    for number in sorted(found.keys() - set(before.seen), key=_order):
        round_.take(FOUND, found[number])
    floors = [*(at - OVERLAP for at in round_.searched.values()), *(walk.floor for walk in round_.rest.values())]
    lately = _order(_number(min(floors, default=round_.now - OVERLAP)))
    seen = sorted((number for number in {*before.seen, *found} if _order(number) >= lately), key=_order)
    return tuple(seen[-MOST_SEEN:])


def _search(round_: _Round, walk: Walk, query: str, found: dict[str, Mapping[str, Any]]) -> Asking[Answer | None]:
    """Find the statuses with a word that are new, and return what refused them, if anything did. Where a walk broke
    off, it is brought to its end first, and then what came since it began is read."""
    kept = walk
    asked: dict[str, Any] = {"q": f'"{query}"' if " " in query else query, "type": "statuses", "limit": _SEARCH_LIMIT}
    for _ in range(_MOST_PAGES):
        between = {"min_id": _number(walk.floor), **({"max_id": walk.most} if walk.most else {})}
        answer = yield round_.instance.get(f"/api/v2/search?{urlencode(asked | between)}")
        said = answer.json().get("statuses")
        if answer.status != 200 or not isinstance(said, list):
            # What is refused twice may be refused for ever: then the walk begins anew, with the same floor.
            if walk.most:
                round_.rest[query] = walk._replace(most="") if walk == kept else walk
            return answer
        page = [each for each in said if isinstance(each, dict) and _is_id(str(each.get("id", "")))]
        found |= {str(each["id"]): each for each in page if (_written(each) or walk.floor) >= walk.floor}
        if page:  # a short page is not the last: what the account may not see is taken out of it afterwards
            walk = walk._replace(most=min((str(each["id"]) for each in page), key=_order))
            round_.rest[query] = walk
            continue
        round_.searched[query] = walk.began
        round_.rest.pop(query, None)
        if walk.began >= round_.now:
            return None
        walk = Walk("", walk.began - OVERLAP, round_.now)
    if walk.most:
        round_.troubles[_TOO_MANY] = []
    return None


def _list(body: bytes) -> list[dict[str, Any]] | None:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return [each for each in said if isinstance(each, dict)] if isinstance(said, list) else None


def _is_new(status: Mapping[str, Any], now: datetime) -> bool:
    return (_written(status) or now) >= now - FIRST_LOOK


def _written(status: Mapping[str, Any]) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(status.get("created_at")))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _instant(said: Any) -> datetime:
    return datetime.fromisoformat(said).astimezone(UTC)


def _is_id(number: str) -> bool:
    return number.isascii() and number.isdecimal() and len(number) <= 20


def _order(number: str) -> int:
    return int(number or 0)


def _number(at: datetime) -> str:
    """Return the least id of a status of an instant: ids are milliseconds and sixteen bits more
    (mastodon/mastodon, lib/mastodon/snowflake.rb)."""
    return str((at - _EPOCH) // timedelta(milliseconds=1) << 16)


PORT = PollPort(hosts, poll, every=timedelta(minutes=5), also=(KIND, QUERY))
