"""The platforms of reviews, played: their samples, a poll that is given answers, and how tests speak on them."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from infra.local.standin.reviews import Kept, ReviewApi
from infra.local.standin.state import Public
from shared import platforms
from shared.models import Delivery, Edit, Event, Message
from shared.ports import Answer, Call, Found, Presence, Thing
from shared.replying import Place
from tests.conftest import NOW
from tests.spoken import ANA, Spoken
from tests.template import ROOT

_TWINS = ROOT / "tests" / "shared" / "platforms"


class Played(NamedTuple):
    """A platform of reviews, with what of the company's is reviewed there."""

    name: str
    account: str
    thing: Thing

    @property
    def readme(self) -> Path:
        return ROOT / "shared" / "platforms" / self.name / "README.md"

    def presence(self, token: str = "a-token") -> Presence:
        return Presence(self.name, self.account, token, things=(self.thing,))

    def sample(self, name: str) -> Any:
        return orjson.loads((_TWINS / self.name / "samples" / f"{name}.json").read_bytes())

    def raw(self, name: str = "text") -> Any:
        """Return a sample's review in the platform's own shape."""
        return self.sample(name)["review"]

    def events(self, body: bytes) -> list[Event]:
        return platforms.load(self.name).normalise(Delivery(self.name, self.account, body, {}, NOW))

    def event(self, name: str) -> Event:
        (found,) = self.events(orjson.dumps(self.sample(name)))
        return found

    def message(self, name: str) -> Message:
        found = self.event(name)
        assert isinstance(found, Message)
        return found

    def edit(self, name: str = "edited") -> Edit:
        found = self.event(name)
        assert isinstance(found, Edit)
        return found

    def polled(self, *answers: Answer, cursor: str = "", who: Presence | None = None) -> tuple[Found, list[Call]]:
        """Return what a poll found, given these answers, and what it asked."""
        port = platforms.poll(self.name)
        assert port
        own = who or self.presence()
        asking, calls, left = port.poll(own, cursor, NOW), list[Call](), list(answers)
        try:
            calls.append(next(asking))
            while True:
                calls.append(asking.send(left.pop(0)))
        except StopIteration as ended:
            found: Found = ended.value
            assert not left, "it asked for less"
            assert {call.url.split("/")[2] for call in calls} <= port.hosts(own)
            return found, calls


def told(found: Found) -> list[str]:
    """Return what the bodies of a poll are."""
    return [str(orjson.loads(body)["as"]) for body in found.bodies]


def rows(readme: Path) -> dict[str, str]:
    """Return a README's table of events: what becomes of each."""
    return dict(re.findall(r"^\| `(\w+)` \| (.+?) \| .*\|$", readme.read_text(), re.MULTILINE))


def outcomes(played: Played, samples: Mapping[str, str]) -> dict[str, str]:
    """Return the same by the code, by one sample for each event."""
    events = {name: played.event(sample) for name, sample in samples.items()}
    return {
        name: f"ignored: {event.reason}" if event.kind == "ignored" else f"`{event.kind}`"
        for name, event in events.items()
    }


def reviewed(account: str) -> Spoken:
    """Return how tests speak on a channel of reviews."""
    one = "review-1"
    return Spoken(
        account=account,
        thread=one,
        answered=one,
        visibility="public",
        one_answer=True,
        reads_first=True,
        says_when=True,
        others=(
            (one, one, "public", one),
            (account, one, "public", one),
            (ANA, one, "public", f"{one}:answer:0a"),
            (ANA, "direct", "private", one),
        ),
    )


def unanswered(api: ReviewApi, where: Place) -> Any:
    """Return how a review is shown that nobody has answered."""
    review = Public(api.channel, where.account, ANA, where.thread, NOW - timedelta(hours=1))
    return api.shown(Kept(where.thread, review, None))
