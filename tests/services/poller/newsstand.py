"""Feeds on hosts of their own, each as long as a test wants it, and a poller that reads them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import httpx

from services.poller.rounds import Poller
from shared.accounts import Account, AccountThing
from shared.models import Message
from shared.playbook import Playbook, parse
from shared.polling import Polled
from shared.secrets import ApiToken
from shared.store import journal, polls
from shared.store.journal import Bucket, Journal
from shared.store.keys import EVENT_PREFIX
from shared.store.table import Item, Table
from tests.conftest import NOW
from tests.template import ROOT

PLAYBOOK = parse((ROOT / "infra" / "playbook.example.toml").read_text())


def feed(*names: str, text: str = "said by") -> bytes:
    """Return a feed with these entries, the newest first, each a minute older than the one before."""
    items = "".join(
        f"<item><guid isPermaLink='false'>urn:{name}</guid><title>{name}</title><dc:creator>{name}</dc:creator>"
        f"<pubDate>Sun, 22 Nov 2026 11:{50 - number}:00 GMT</pubDate><description>{text} {name}</description></item>"
        for number, name in enumerate(names)
    )
    return (
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>t</title>"
        f"{items}</channel></rss>"
    ).encode()


def account(name: str, *hosts: str, **more: int) -> Account:
    things = tuple(AccountThing(kind="feed", id=f"https://{host}/feed") for host in hosts)
    return Account(platform="feeds", account=name, things=things, **more)


@dataclass
class Stand:
    """The feeds by host, who asked for which, a clock, and what is polled."""

    table: Table
    bucket: Bucket
    accounts: list[Account] = field(default_factory=lambda: [account("prensa", "a.example.com")])
    feeds: dict[str, bytes | httpx.Response | Exception] = field(default_factory=dict)
    now: datetime = NOW
    asked: list[httpx.Request] = field(default_factory=list)
    tokens: dict[str, ApiToken] = field(default_factory=dict)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        match self.feeds[request.url.host]:
            case Exception() as error:
                raise error
            case httpx.Response() as answer:
                return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
            case bytes(body):
                return httpx.Response(200, content=body)

    def poller(self, *, at_once: int = 1) -> Poller:
        """Return a poller as a fresh process has it."""
        return Poller(
            table=self.table,
            journal=Journal(self.table, self.bucket),
            playbook=partial(self._playbook),
            tokens=lambda: self.tokens,
            client=httpx.Client(transport=httpx.MockTransport(self)),
            now=lambda: self.now,
            at_once=at_once,
        )

    def _playbook(self) -> Playbook:
        changed: Playbook = PLAYBOOK.model_copy(update={"accounts": tuple(self.accounts)})
        return changed

    def round(
        self, time_is_left: Callable[[], bool] = lambda: True, may_go_on: Callable[[], bool] = lambda: True
    ) -> dict[str, int]:
        return dict(self.poller().round(time_is_left=time_is_left, may_go_on=may_go_on))

    def cursor(self, host: str = "a.example.com", name: str = "prensa") -> Polled | None:
        return polls.last(self.table, polls.key(account(name), f"https://{host}/feed"))

    @property
    def hosts(self) -> list[str]:
        return [request.url.host for request in self.asked]


def texts(items: Iterable[Item]) -> list[str]:
    """Return what the journal's messages say."""
    events = [journal.entry(item).event for item in items if item["sk"]["S"].startswith(EVENT_PREFIX)]
    return sorted(event.text for event in events if isinstance(event, Message))
