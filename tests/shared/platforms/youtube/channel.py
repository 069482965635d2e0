"""A channel on YouTube as its Data API shows it, for what is asked of it: threads page by page, the newest first, each
with some of its replies and the number of all."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from shared.ports import Answer, Asking, Call, Found, Presence, Thing
from tests.conftest import NOW
from tests.shared.platforms.youtube.sender import ACCOUNT, CHANNEL

API_KEY = f"AIza{'k' * 35}"
MINUTE = timedelta(minutes=1)


def presence(token: str = API_KEY, *things: Thing, **tokens: str) -> Presence:
    return Presence("youtube", ACCOUNT, token, tokens, things or (Thing("channel", CHANNEL),))


@dataclass
class Said:
    text: str
    at: datetime
    changed: datetime
    likes: int = 0
    replies: dict[str, "Said"] = field(default_factory=dict)


@dataclass
class Channel:
    """`shows` is how many replies come with a thread, and `shows_newest` whether they are the newest."""

    shows: int = 5
    shows_newest: bool = True
    page: int = 100
    missing_is_404: bool = False
    clock: datetime = NOW
    threads: dict[str, Said] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    fails: dict[int, Answer] = field(default_factory=dict)

    def write(self, name: str, text: str = "Hola", *, below: str = "", at: datetime | None = None) -> None:
        at = at or self.clock
        (self.threads[below].replies if below else self.threads)[name] = Said(text, at, at)

    def change(self, name: str, text: str, *, below: str = "") -> None:
        said = (self.threads[below].replies if below else self.threads)[name]
        said.text, said.changed = text, self.clock

    def poll(self, poll: Any, cursor: str, who: Presence | None = None) -> Found:
        """Answer a port until it has a finding."""
        asking: Asking[Found] = poll(who or presence(), cursor, self.clock)
        self.calls = []
        try:
            call = next(asking)
            while True:
                call = asking.send(self.answer(call))
        except StopIteration as ended:
            found: Found = ended.value
            return found

    def answer(self, call: Call) -> Answer:
        self.calls.append(call)
        if (failure := self.fails.get(len(self.calls))) is not None:
            return failure
        target = urlsplit(call.url)
        asked = dict(parse_qsl(target.query))
        assert (target.netloc, call.method) == ("www.googleapis.com", "GET")
        if target.path == "/youtube/v3/comments":
            replies = self.threads.get(asked["parentId"], Said("", NOW, NOW)).replies
            if asked["parentId"] not in self.threads:
                return error(404, "commentNotFound")
            return self._paged([_comment(name, said, asked["parentId"]) for name, said in replies.items()], asked)
        assert target.path == "/youtube/v3/commentThreads"
        if "id" in asked:
            assert not {"maxResults", "order", "pageToken"} & asked.keys(), "not supported with ids"
            wanted = asked["id"].split(",")
            if self.missing_is_404 and not all(name in self.threads for name in wanted):
                return error(404, "commentThreadNotFound")
            return ok([self._thread(name) for name in wanted if name in self.threads])
        assert asked["allThreadsRelatedToChannelId"] == CHANNEL
        newest = sorted(self.threads, key=lambda name: (self.threads[name].at, name), reverse=True)
        return self._paged([self._thread(name) for name in newest], asked)

    def _paged(self, every: list[Any], asked: dict[str, str]) -> Answer:
        assert asked["maxResults"] == "100"
        start = int(asked.get("pageToken", "p0").removeprefix("p"))
        more = {"nextPageToken": f"p{start + self.page}"} if start + self.page < len(every) else {}
        return ok(every[start : start + self.page], **more)

    def _thread(self, name: str) -> dict[str, Any]:
        said = self.threads[name]
        ordered = sorted(said.replies.items(), key=lambda each: each[1].at, reverse=self.shows_newest)
        shown = [_comment(reply, each, name) for reply, each in ordered[: self.shows]]
        top = {"videoId": "dQ4711tiend", "topLevelComment": _comment(name, said), "totalReplyCount": len(said.replies)}
        return {
            "id": name,
            "etag": str(said.likes),
            "snippet": top,
            **({"replies": {"comments": shown}} if shown else {}),
        }


def _comment(name: str, said: Said, parent: str = "") -> dict[str, Any]:
    snippet = {
        "textDisplay": said.text,
        "authorDisplayName": "@anatorres",
        "authorChannelId": {"value": "UCana_torres_00000000001"},
        "likeCount": said.likes,
        "publishedAt": said.at.isoformat(),
        "updatedAt": said.changed.isoformat(),
    }
    return {"id": name, "etag": str(said.likes), "snippet": snippet | ({"parentId": parent} if parent else {})}


def ok(items: list[Any], **more: str) -> Answer:
    return Answer(200, orjson.dumps({"items": items, **more}))


def error(status: int, reason: str) -> Answer:
    return Answer(status, orjson.dumps({"error": {"code": status, "errors": [{"reason": reason}]}}))


def names(found: Found) -> list[tuple[str, str]]:
    said = [orjson.loads(body) for body in found.bodies]
    return [(each["as"], each["comment"]["id"]) for each in said]
