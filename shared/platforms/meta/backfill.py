"""What was written in Messenger and Instagram Direct while nobody listened, from the Conversations API.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations

Each message becomes the delivery that the webhook would have made of it (`history.py`). A history dates messages to
the second and webhooks to the millisecond, so the keys of the two differ: whoever journals looks first whether the
message is there, and nothing is fetched that Meta may still deliver by itself. Comments, reviews, receipts, reactions,
edits and deletions are not in a history, and WhatsApp has none.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from shared.platforms.meta import graph, history
from shared.ports import Asking, BackfillPort, Filling, Gap, Presence, Thing

REPEATS = timedelta(hours=36)
"""For how long Meta goes on delivering what failed (https://developers.facebook.com/docs/graph-api/webhooks/getting-started)."""

MOST_CALLS = 2000
"""A page of messages each; above that the gap is to be filled in parts."""

_PAGE = "50"
_NEWEST_ON_INSTAGRAM = 20
"""Of a conversation on Instagram no more can be read; of older messages Meta says that they are deleted."""

_CHANNELS = {"page": "messenger", "instagram": "instagram"}

_WHATSAPP = "WhatsApp has no history to read: what Meta gave up after seven days is only on the customer's telephone"
_NOTHING = "the playbook names no `things` of this account, so there is nothing to ask Meta about: add its Page's id"


class _Stopped(Exception):
    """The rest cannot be read; the text says why."""


def fill(presence: Presence, gap: Gap, now: datetime) -> Asking[Filling]:
    """Read the messages of a gap, thing by thing, conversation by conversation."""
    until = min(gap.until, now - REPEATS)
    notes = [] if presence.things else [_NOTHING]
    if until < gap.until:
        later = f"{gap.until + REPEATS:%Y-%m-%dT%H:%MZ}"
        notes.append(f"Meta may still deliver what is younger than 36 hours: ask again for it at {later}")
    bodies: list[bytes] = []
    for thing in presence.things if gap.since < until else ():
        if thing.kind not in _CHANNELS:
            notes.append(f"{thing.kind} {thing.id}: {_WHATSAPP}")
            continue
        reader = _Reader(presence, thing, Gap(gap.since, until))
        try:
            yield from reader.read(bodies)
        except _Stopped as stopped:
            notes.append(f"{thing.kind} {thing.id}: {stopped}")
        notes.extend(reader.notes())
    return Filling(tuple(bodies), complete=not notes, sentence="; ".join(notes))


class _Reader:
    """One thing's conversations, read within a budget of calls."""

    def __init__(self, presence: Presence, thing: Thing, gap: Gap) -> None:
        self._presence = presence
        self._thing = thing
        self._gap = gap
        self._calls = MOST_CALLS
        self._cut = 0
        self._unread = 0

    def read(self, bodies: list[bytes]) -> Asking[None]:
        """Add the delivery of every message in the gap; raises `_Stopped` when Meta gives no more."""
        # The list of conversations cannot be asked for by time, and its order is not documented: all of it is read.
        platform = _CHANNELS[self._thing.kind]
        talks = yield from self._pages(
            f"{graph.node(self._thing)}/conversations", platform=platform, fields="id,updated_time"
        )
        for talk in chain.from_iterable(talks):
            last = history.instant(talk.get("updated_time"))
            if isinstance(talk.get("id"), str) and (last is None or last >= self._gap.since):
                yield from self._talk(talk["id"], bodies)

    def _talk(self, talk: str, bodies: list[bytes]) -> Asking[None]:
        pages = yield from self._pages(f"{talk}/messages", fields=history.FIELDS, newest_first=True)
        seen = 0
        oldest: datetime | None = None
        for message in chain.from_iterable(pages):
            at, body = history.instant(message.get("created_time")), None
            if at is not None:
                seen, oldest = seen + 1, at if oldest is None else min(oldest, at)
                if self._gap.since <= at < self._gap.until:
                    body = history.delivery(message, at, self._thing)
            if body:
                bodies.append(body)
            elif at is None or self._gap.since <= at < self._gap.until:
                self._unread += 1
        if self._thing.kind == "instagram" and seen >= _NEWEST_ON_INSTAGRAM and oldest and oldest > self._gap.since:
            self._cut += 1

    def _pages(self, path: str, *, newest_first: bool = False, **query: str) -> Asking[list[list[Mapping[str, Any]]]]:
        """Read a list to its end; one that has the newest first no further than the gap goes back.

        By the cursor, never by the answer's own `next`, which has the token in its URL.
        """
        pages: list[list[Mapping[str, Any]]] = []
        after: Mapping[str, str] = {}
        while True:
            if self._calls == 0:
                raise _Stopped("there is more than fits into one run: ask for a shorter time")
            self._calls -= 1
            answer = yield graph.get(self._presence, self._thing, path, limit=_PAGE, **query, **after)
            said = answer.json()
            if answer.status != 200 or not isinstance(said.get("data"), list):
                raise _Stopped(f"{graph.refusal(answer)} (what was read until then is kept; asking again goes on)")
            pages.append([each for each in said["data"] if isinstance(each, dict)])
            cursor = _cursor(said)
            dates = [at for each in pages[-1] if (at := history.instant(each.get("created_time")))]
            if cursor is None or (newest_first and dates and max(dates) < self._gap.since):
                return pages
            after = {"after": cursor}

    def notes(self) -> Iterator[str]:
        if self._cut:
            yield (
                f"of {self._cut} conversations Instagram shows only the newest {_NEWEST_ON_INSTAGRAM} messages, "
                "and there may be older ones in the gap: read them in the Instagram app"
            )
        if self._unread:
            yield f"{self._unread} messages cannot be told apart or dated, as Meta says too little of them"


def _cursor(said: Mapping[str, Any]) -> str | None:
    paging = said.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) else None


PORT = BackfillPort(graph.HOSTS, fill, ("messenger", "instagram_dm"))
