"""One look at the comments below a channel's videos.

The newest threads come first, page by page, until one has nothing that is not known. YouTube keeps a thread in its
place when somebody replies in it, so those that are no longer among the newest are looked at again by their ids, a few
each time (https://developers.google.com/youtube/v3/docs/commentThreads/list).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.platforms.youtube import api, memory
from shared.platforms.youtube.api import Door, Trouble
from shared.platforms.youtube.memory import FIRST_LOOK, Memory
from shared.platforms.youtube.threads import Reading, begun, named, seconds
from shared.ports import Answer, Asking, Call, Found

MOST_PAGES = 10
"""So many pages are walked in one look; the next one goes on where this one broke off."""

AGAIN = 50
"""So many of the threads that are no longer among the newest are looked at again each time, in one call."""

MOST_CALLS = 20
"""So many are made for them where YouTube says that one of them is gone, and not which."""

_WHOLE = {"part": "snippet,replies", "textFormat": "plainText"}


def look(door: Door, channel: str, cursor: str, now: datetime) -> Asking[Found]:
    """Find what is new; what was found until something went wrong is found all the same."""
    before = Memory.of(cursor)
    since = seconds(now - FIRST_LOOK) if before.since is None else before.since
    reading = Reading(door, channel, since, now, dict(before.threads), before.newest)
    walk = _Walk(reading, before, set(), before.rest, before.floor)
    wrong = (yield from walk.down()) or (yield from walk.again())
    threads = memory.kept(reading.threads, walk.shown, now)
    after = Memory(since, reading.newest, walk.rest, walk.floor, threads).to_cursor()
    if wrong is None:
        return Found(reading.bodies(), after)
    return Found(reading.bodies(), after, wrong.sentence, failing=True, not_before=wrong.not_before)


@dataclass(slots=True)
class _Walk:
    """A walk through the pages; `rest` and `floor` are what it leaves to the next one (`memory.Memory`)."""

    reading: Reading
    before: Memory
    shown: set[str]
    rest: str
    floor: int | None
    calls: int = 0

    def down(self) -> Asking[Trouble | None]:
        """Go through the newest threads down to what is known, and then through what an earlier walk left behind."""
        page, rest = "", self.before.rest
        down_to = None if rest else self.before.floor
        for _ in range(MOST_PAGES):
            answer = yield self._page(page)
            listed = api.items(answer)
            if listed is None:
                return self._broken_off(page, answer)
            self.shown |= {name for item in listed if (name := named(item))}
            if wrong := (yield from self.reading.read(listed)):
                self._leave(page)
                return wrong
            page = api.next_page(answer)
            if page and self._goes_on(listed, down_to):
                continue
            if not rest:
                self.rest, self.floor = "", None
                return None
            page, rest, down_to = rest, "", self.before.floor
        self._leave(page)
        return None

    def again(self) -> Asking[Trouble | None]:
        """Look again at the threads that were not looked at for longest; what is not shown any more is forgotten."""
        wanted = [name for name in self.reading.threads if name not in self.shown][:AGAIN]
        return (yield from self._named(wanted)) if wanted else None

    def _named(self, wanted: list[str]) -> Asking[Trouble | None]:
        if self.calls >= MOST_CALLS:
            return None
        self.calls += 1
        threads, ids = self.reading.threads, ",".join(wanted)
        answer = yield self.reading.door.get("commentThreads", **_WHOLE, id=ids)
        if answer.status == 404 and len(wanted) > 1:  # one of them may be gone
            half = len(wanted) // 2
            return (yield from self._named(wanted[:half])) or (yield from self._named(wanted[half:]))
        listed = [] if answer.status == 404 else api.items(answer)
        if listed is None:
            return api.trouble(answer, self.reading.now)
        there = {named(item) for item in listed}
        looked_at = {name: threads.pop(name) for name in wanted}
        threads.update({name: each for name, each in looked_at.items() if name in there})
        return (yield from self.reading.read(listed))

    def _page(self, page: str) -> Call:
        return self.reading.door.get(
            "commentThreads",
            **_WHOLE,
            allThreadsRelatedToChannelId=self.reading.channel,
            order="time",
            maxResults=api.PAGE,
            **({"pageToken": page} if page else {}),
        )

    def _goes_on(self, listed: list[Any], down_to: int | None) -> bool:
        """Whether there may be something further down: as long as a page has threads that were not known, or down to
        an instant, and never into history."""
        seen = [each for item in listed if (each := begun(item))]
        if down_to is not None:
            return any(at >= max(down_to, self.reading.since) for _, at in seen)
        return any(at >= self.reading.since and name not in self.before.threads for name, at in seen)

    def _broken_off(self, page: str, answer: Answer) -> Trouble | None:
        if page and "invalidPageToken" in api.reasons(answer):
            self._leave("")  # the next walk goes all the way down
            return None
        if page:
            self._leave(page)
        return api.trouble(answer, self.reading.now)

    def _leave(self, page: str) -> None:
        """Note where a walk breaks off, and down to when it had still to go: a page of its own leads down to the rest
        of an earlier one, too."""
        self.rest = page
        if self.floor is None:
            self.floor = self.before.newest or self.reading.since
