"""A round over the accounts: real ports against stand-ins of the platforms' APIs, a real table, and what is counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from services.channels.checks import Checks
from shared import telemetry
from shared.accounts import Account, AccountThing
from shared.channels import Health
from shared.errors import ConfigurationError
from shared.models import Delivery
from shared.playbook import Playbook, parse
from shared.polling import Polled
from shared.secrets import ApiToken
from shared.store import health as store
from shared.store import polls
from shared.store.journal import delivery_item
from shared.store.keys import Key
from shared.store.refusals import RefusalNotes
from shared.store.table import Table
from tests.apis import meta, telegram, x
from tests.apis.meta import PAGE, Meta
from tests.apis.server import Asked, Loopback, Said, serving
from tests.apis.telegram import Telegram
from tests.apis.x import X
from tests.conftest import NOW
from tests.template import ROOT

MINUTE = timedelta(minutes=1)
PLAYBOOK = parse((ROOT / "infra" / "playbook.example.toml").read_text())
BOT = Account(platform="telegram", account="shop_bot", silent_at_most_minutes=60)
SHOP = Account(platform="meta", account="shop", things=(AccountThing(kind="page", id=PAGE),))
BRAND = Account(platform="x", account="2244994945")
OWN_APP = Account(platform="standard_webhooks", account="shop_app")
TOKENS = {
    "telegram/shop_bot": ApiToken(token=telegram.TOKEN),
    "meta/shop": ApiToken(token=meta.TOKEN),
    "x/2244994945": ApiToken(token=x.BEARER),
}


@dataclass
class World:
    """The platforms' APIs behind one port, the table, and a clock."""

    table: Table
    telegram: Telegram = field(default_factory=Telegram)
    meta: Meta = field(default_factory=lambda: Meta(edges={f"{PAGE}/subscribed_apps": meta.FIELDS["data"]}))
    x: X = field(default_factory=X)
    now: datetime = NOW
    tokens: dict[str, ApiToken] = field(default_factory=lambda: dict(TOKENS))
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Said:
        self.asked.append(asked)
        match asked.host:
            case "api.telegram.org":
                return self.telegram(asked)
            case "graph.facebook.com":
                return self.meta(asked)
            case "api.x.com":
                return self.x(asked)
        raise AssertionError(f"nobody is at {asked.host}")

    @contextmanager
    def serving(self) -> Iterator[Loopback]:
        with serving(self) as pool:
            yield pool

    def round(self, *accounts: Account) -> dict[str, int]:
        playbook: Playbook = PLAYBOOK.model_copy(update={"accounts": accounts})
        with self.serving() as pool:
            return dict(Checks(self.table, lambda: playbook, lambda: self.tokens, pool, lambda: self.now).round())

    def health(self, account: Account) -> Health:
        found = store.last_judgement(self.table, account)
        assert found is not None
        return found

    def comes(self, account: Account, at: datetime) -> None:
        item = delivery_item(
            Delivery(account.platform, account.account, at.isoformat().encode(), {}, at, at.isoformat())
        )
        assert isinstance(item, dict)
        assert self.table.insert(item) is None

    def refuses(self, account: Account, at: datetime) -> None:
        notes = RefusalNotes(self.table, clock=lambda: 0.0)
        assert notes.note(platform=account.platform, account=account.account, reason="signature", at=at)


@pytest.fixture
def world(table: Table) -> World:
    return World(table)


def counted() -> dict[str, float]:
    return {name: sum(found["Value"]) for name, found in telemetry.metrics().metric_set.items()}


def logged(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """Return the one line of a round."""
    (line,) = [record for record in caplog.records if record.name == "test"]
    assert line.getMessage() == "channels"
    return vars(line)


def test_accounts_that_are_heard_are_healthy_and_say_so_in_one_line(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    for account in (BOT, SHOP, BRAND, OWN_APP):
        world.comes(account, NOW - MINUTE)
    assert world.round(BOT, SHOP, BRAND, OWN_APP) == {"healthy": 4}
    assert counted() == {"ChannelHealthy": 4, "ChannelUnhealthy": 0, "ChannelUnanswered": 0}
    line = logged(caplog)
    assert (line["levelname"], line["states"], line["unhealthy"]) == ("INFO", {"healthy": 4}, {})
    assert world.health(SHOP).facts.subscription == "active"
    assert world.health(OWN_APP).facts.subscription_says.startswith("this platform cannot be asked")


def test_each_way_to_go_unheard_is_found_named_and_counted(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.refuses(BOT, NOW)
    world.meta.edges = {f"{PAGE}/subscribed_apps": []}
    world.x.webhooks[0]["valid"] = False
    silent = OWN_APP.model_copy(update={"silent_at_most_minutes": 5})
    world.comes(silent, NOW - 6 * MINUTE)
    assert world.round(BOT, SHOP, BRAND, silent) == {"refusing": 2, "unsubscribed": 1, "silent": 1}
    assert counted() == {
        "ChannelRefusing": 2,
        "ChannelUnsubscribed": 1,
        "ChannelSilent": 1,
        "ChannelUnhealthy": 4,
        "ChannelUnanswered": 0,
    }
    line = logged(caplog)
    assert line["levelname"] == "WARNING"
    assert set(line["unhealthy"]) == {BOT.name, SHOP.name, BRAND.name, silent.name}
    assert "put the new one first" in line["unhealthy"][BOT.name]
    assert "subscribed_apps" in line["unhealthy"][SHOP.name]


def test_an_account_without_a_token_is_not_asked_about_and_that_is_no_alarm(world: World) -> None:
    world.tokens = {}
    assert world.round(BOT, SHOP, BRAND) == {"unknown": 3}
    assert world.asked == []
    assert counted() == {"ChannelUnknown": 3, "ChannelUnhealthy": 0, "ChannelUnanswered": 0}
    assert "Give an API token" in world.health(SHOP).sentence


def test_a_token_that_no_longer_works_is_counted_and_the_account_judged_by_what_comes(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.tokens["meta/shop"] = ApiToken(token="expired")
    world.comes(SHOP, NOW - MINUTE)
    assert world.round(SHOP) == {"healthy": 1}
    assert counted()["ChannelUnanswered"] == 1
    line = logged(caplog)
    assert "expired or was withdrawn" in line["unanswered"][SHOP.name]


def test_no_token_reaches_the_log_the_record_or_another_host(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.tokens["x/2244994945"] = ApiToken(token="hush-hush")
    world.round(BOT, SHOP, BRAND)
    said = "".join(str(vars(record)) for record in caplog.records)
    records = [world.health(account).model_dump_json() for account in (BOT, SHOP, BRAND)]
    for secret in (telegram.TOKEN, meta.TOKEN, "hush-hush"):
        assert secret not in said + "".join(records)
    for asked in world.asked:
        own = {"api.telegram.org": telegram.TOKEN, "graph.facebook.com": meta.TOKEN, "api.x.com": "hush-hush"}[
            asked.host
        ]
        assert own in asked.path + asked.bearer
        assert not any(
            other in asked.path + asked.bearer for other in {telegram.TOKEN, meta.TOKEN, "hush-hush"} - {own}
        )


def test_an_account_goes_through_its_states_and_comes_back(world: World) -> None:
    first = NOW - 10 * MINUTE
    world.comes(BOT, first)
    seen = []
    for minutes in (0, 5, 10, 60, 65, 70):
        world.now = NOW + minutes * MINUTE
        if minutes == 5:
            world.refuses(BOT, world.now)
        if minutes == 10:
            world.comes(BOT, world.now)
        world.round(BOT)
        seen.append((minutes, world.health(BOT).state, world.health(BOT).since))
    world.now = NOW + 75 * MINUTE
    world.telegram.info["url"] = ""
    world.round(BOT)
    seen.append((75, world.health(BOT).state, world.health(BOT).since))
    assert seen == [
        (0, "healthy", first),
        (5, "refusing", NOW + 5 * MINUTE),
        (10, "healthy", NOW + 10 * MINUTE),
        (60, "healthy", NOW + 10 * MINUTE),
        (65, "healthy", NOW + 10 * MINUTE),
        (70, "healthy", NOW + 10 * MINUTE),
        (75, "unsubscribed", NOW + 75 * MINUTE),
    ]


def test_a_silence_that_is_longer_than_the_ledger_is_looked_back_is_still_known(world: World) -> None:
    came = NOW - 13 * 24 * 60 * MINUTE
    world.comes(BOT, came)
    world.round(BOT)
    world.now = NOW + 5 * 24 * 60 * MINUTE
    world.round(BOT)
    assert (world.health(BOT).state, world.health(BOT).since) == ("silent", came)
    assert world.health(BOT).facts.last_delivery == came


def test_a_record_is_written_only_when_it_changed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Key] = []
    replace = world.table.replace

    def noted(key: Key, **said: Any) -> bool:
        written.append(key)
        return replace(key, **said)

    monkeypatch.setattr(world.table, "replace", noted)
    world.comes(BOT, NOW - MINUTE)
    for minutes in range(0, 30, 5):
        world.now = NOW + minutes * MINUTE
        world.round(BOT)
    assert len(written) == 1
    world.comes(BOT, world.now)
    world.round(BOT)
    assert len(written) == 2


def test_an_account_that_cannot_be_checked_is_a_failure_and_stops_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(table: Table, account: Account) -> object:
        if account.platform == "meta":
            raise EndpointConnectionError(endpoint_url="https://dynamodb.invalid")
        return {}

    monkeypatch.setattr(store, "last_refusals", broken)
    assert world.round(BOT, SHOP, BRAND) == {"healthy": 2}
    assert counted()["Failure"] == 1


def test_a_platform_that_is_down_makes_nobody_unhealthy(world: World) -> None:
    account = BOT.model_copy(update={"silent_at_most_minutes": None})
    with world.serving() as pool:
        pass
    playbook = PLAYBOOK.model_copy(update={"accounts": (account,)})
    found = Checks(world.table, lambda: playbook, lambda: world.tokens, pool, lambda: NOW).round()
    assert dict(found) == {"unknown": 1}
    assert counted()["ChannelUnanswered"] == 1


def test_many_accounts_are_asked_at_once(world: World) -> None:
    accounts = [BOT.model_copy(update={"account": f"bot_{number}"}) for number in range(10)]
    assert sum(world.round(*accounts).values()) == 10


def test_without_a_playbook_there_is_no_round(world: World) -> None:
    def none() -> Playbook:
        raise ConfigurationError("no playbook is published; publish one")

    with world.serving() as pool, pytest.raises(ConfigurationError, match="publish one"):
        Checks(world.table, none, lambda: TOKENS, pool, lambda: NOW).round()


FEED = Account(
    platform="feeds", account="prensa", things=(AccountThing(kind="feed", id="https://blog.example.com/feed"),)
)


def polled(world: World, polled: Polled) -> None:
    where = polls.key(FEED, FEED.things[0].id)
    assert polls.move(world.table, where, polled, before=polls.last(world.table, where))


def test_an_account_that_is_polled_is_heard_when_its_polls_are_answered(world: World) -> None:
    assert world.round(FEED) == {"unknown": 1}
    assert "not been asked" in world.health(FEED).sentence
    polled(world, Polled(at=NOW))
    assert world.round(FEED) == {"healthy": 1}
    world.comes(FEED, NOW - MINUTE)
    assert world.round(FEED) == {"healthy": 1}


def test_an_account_whose_polls_fail_is_unheard_even_if_something_came_a_moment_ago(world: World) -> None:
    world.comes(FEED, NOW - MINUTE)
    polled(
        world, Polled(at=NOW, failures=3, failing_since=NOW - 45 * MINUTE, says="blog.example.com/feed is not there")
    )
    assert world.round(FEED) == {"refusing": 1}
    found = world.health(FEED)
    assert (found.since, "blog.example.com/feed is not there" in found.sentence) == (NOW - 45 * MINUTE, True)
    assert counted()["ChannelUnhealthy"] == 1
    polled(world, Polled(at=NOW))
    assert world.round(FEED) == {"healthy": 1}


def test_an_account_that_nobody_polls_any_more_is_unheard(world: World) -> None:
    polled(world, Polled(at=NOW - timedelta(hours=1)))
    assert world.round(FEED) == {"refusing": 1}
    assert "poller" in world.health(FEED).sentence
