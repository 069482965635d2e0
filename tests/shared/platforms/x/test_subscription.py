"""Whether X delivers, and what it sends again: every answer of its webhooks' endpoints, over HTTP."""

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from shared.calling import drive
from shared.platforms import backfill, subscription
from shared.ports import Call, Filling, Gap, Presence, Subscription
from tests.apis.server import Said, serving
from tests.apis.x import BEARER, SUBSCRIPTION, WEBHOOK, X
from tests.conftest import NOW

HOUR = timedelta(hours=1)
ACTIVITY, ACCOUNT_ACTIVITY, STREAM = (
    "/2/activity/subscriptions",
    f"/2/account_activity/webhooks/{WEBHOOK['id']}/subscriptions/all/list",
    "/2/tweets/search/webhooks",
)
NONE, BROKEN = Said(200, {"meta": {"result_count": 0}}), Said(503, raw=b"")


def who(token: str = BEARER) -> Presence:
    return Presence("x", "2244994945", token)


def asked(api: Any, token: str = BEARER) -> Subscription:
    port = subscription("x")
    assert port is not None
    with serving(api) as pool:
        found = drive(port.ask(who(token), NOW), pool, hosts=port.hosts)
    assert isinstance(found, Subscription)
    return found


def filled(api: Any, since: datetime, until: datetime = NOW, *, dry: bool = False) -> Filling | Call:
    port = backfill("x")
    assert port is not None
    with serving(api) as pool:
        return drive(port.fill(who(), Gap(since, until), NOW), pool, hosts=port.hosts, dry=dry)


@pytest.mark.parametrize(
    "products",
    [
        {ACTIVITY: Said(200, {"data": [SUBSCRIPTION | {"webhook_id": "9"}, SUBSCRIPTION]})},
        {ACTIVITY: NONE, ACCOUNT_ACTIVITY: Said(200, {"data": {"subscriptions": [{"user_id": "2244994945"}]}})},
        {ACTIVITY: NONE, STREAM: Said(200, {"data": [{"webhook_id": WEBHOOK["id"]}]})},
        {ACTIVITY: BROKEN, STREAM: Said(200, {"links": [{"webhook_id": WEBHOOK["id"]}]})},
    ],
    ids=["activity", "account activity", "stream", "stream, in the quickstart's shape"],
)
def test_a_valid_webhook_that_something_is_subscribed_to_is_active(products: dict[str, Said]) -> None:
    assert asked(X(products=products)) == Subscription("active", "")


@pytest.mark.parametrize(
    "products",
    [
        {},
        {ACTIVITY: NONE, ACCOUNT_ACTIVITY: Said(200, {"data": {"subscriptions": []}}), STREAM: NONE},
        {ACTIVITY: Said(200, {"data": [SUBSCRIPTION | {"webhook_id": "9"}]})},
    ],
    ids=["no product at all", "none in any", "another webhook's"],
)
def test_a_webhook_that_nothing_is_subscribed_to_gets_nothing(products: dict[str, Said]) -> None:
    found = asked(X(products=products))
    assert found.state == "inactive"
    assert "subscribe again" in found.sentence


def test_no_verdict_is_given_while_one_of_the_products_does_not_answer() -> None:
    found = asked(X(products={ACTIVITY: BROKEN}))
    assert found.state == "unknown"
    assert "503" in found.sentence


@pytest.mark.parametrize(
    "webhooks", [[], [WEBHOOK | {"url": "https://door.example/webhooks/x/1"}]], ids=["none", "another's"]
)
def test_without_a_webhook_of_ours_nothing_comes(webhooks: list[dict[str, Any]]) -> None:
    found = asked(X(webhooks=webhooks))
    assert (found.state, "register it" in found.sentence) == ("inactive", True)


def test_a_webhook_that_x_switched_off_says_how_to_switch_it_on() -> None:
    found = asked(X(webhooks=[WEBHOOK | {"valid": False}]))
    assert found.state == "failing"
    assert f"PUT /2/webhooks/{WEBHOOK['id']}" in found.sentence


@pytest.mark.parametrize(
    ("api", "sentence"),
    [
        (X(limited=True), "rate limit"),
        (lambda _: Said(403, {"status": 403}), "not the app's own"),
        (lambda _: Said(500, raw=b""), "answered 500"),
        (lambda _: Said(200, {"data": [{"id": "1"}]}), "a shape that we do not know"),
        (lambda _: Said(200, {"data": "none"}), "a shape that we do not know"),
    ],
)
def test_what_is_no_answer_is_unknown_and_never_a_verdict(api: Any, sentence: str) -> None:
    found = asked(api)
    assert (found.state, sentence in found.sentence) == ("unknown", True), found.sentence


def test_a_token_that_x_does_not_accept_is_named_as_the_cause() -> None:
    found = asked(X(), token="expired")
    assert (found.state, "bearer token" in found.sentence) == ("unknown", True)


@pytest.mark.parametrize("wrapped", [True, False], ids=["as in the schema", "as in the example"])
def test_a_gap_is_asked_for_in_the_whole_minutes_around_it(wrapped: bool) -> None:
    api = X(wrapped=wrapped)
    filling = filled(api, NOW - 3 * HOUR + timedelta(seconds=20), NOW - HOUR + timedelta(seconds=20))
    assert isinstance(filling, Filling)
    assert api.replays == [(NOW - 3 * HOUR, NOW - HOUR + timedelta(minutes=1))]
    assert (filling.bodies, filling.complete) == ((), True)
    assert "1915510368169844736" in filling.sentence


def test_what_is_older_than_a_day_is_said_to_be_gone() -> None:
    api = X()
    filling = filled(api, NOW - 30 * HOUR)
    assert isinstance(filling, Filling)
    ((first, last),) = api.replays
    assert (first, last) == (NOW - 24 * HOUR + timedelta(minutes=1), NOW)
    assert not filling.complete
    assert "2026-11-21T12:01Z X no longer has" in filling.sentence


def test_a_gap_of_last_week_is_refused_without_a_call() -> None:
    filling = filled(X(), NOW - 200 * HOUR, NOW - 150 * HOUR)
    assert isinstance(filling, Filling)
    assert (filling.complete, "last 24 hours" in filling.sentence) == (False, True)


def test_a_dry_run_shows_what_would_be_asked_and_does_not_ask() -> None:
    api = X()
    call = filled(api, NOW - HOUR, dry=True)
    assert isinstance(call, Call)
    asked_for = {"webhook_id": WEBHOOK["id"], "from_date": "202611221100", "to_date": "202611221200"}
    assert (call.method, orjson.loads(call.body)) == ("POST", asked_for)
    assert api.replays == []


@pytest.mark.parametrize(
    ("api", "sentence"),
    [
        (X(webhooks=[]), "register it first"),
        (X(webhooks=[WEBHOOK | {"valid": False}]), "PUT /2/webhooks/"),
        (X(limited=True), "rate limit"),
    ],
)
def test_a_replay_that_cannot_be_asked_for_says_why(api: X, sentence: str) -> None:
    filling = filled(api, NOW - HOUR)
    assert isinstance(filling, Filling)
    assert (filling.complete, sentence in filling.sentence) == (False, True)
    assert api.replays == []
