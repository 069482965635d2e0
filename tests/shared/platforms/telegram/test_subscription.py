"""Whether Telegram delivers: every answer of `getWebhookInfo`, over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.calling import drive
from shared.platforms import backfill, subscription
from shared.ports import Call, Gap, Presence, Subscription
from tests.apis.server import Said, serving
from tests.apis.telegram import TOKEN, Telegram
from tests.conftest import NOW

LATELY = int((NOW - timedelta(minutes=3)).timestamp())


def asked(api: Any, token: str = TOKEN) -> Subscription:
    port = subscription("telegram")
    assert port is not None
    with serving(api) as pool:
        found = drive(port.ask(Presence("telegram", "shop_bot", token), NOW), pool, hosts=port.hosts)
    assert isinstance(found, Subscription)
    return found


def told(**info: Any) -> Subscription:
    api = Telegram()
    api.info |= info
    return asked(api)


def test_a_webhook_that_works_is_active() -> None:
    assert told() == Subscription("active", "")


@pytest.mark.parametrize(
    "info",
    [
        {"pending_update_count": 3},
        {"last_error_date": LATELY, "last_error_message": "Connection timed out"},
        {
            "pending_update_count": 1,
            "last_error_date": LATELY - 86_400,
            "last_error_message": "Wrong response from the webhook: 500 Internal Server Error",
        },
        {"url": "https://another.example/stage/webhooks/telegram/shop_bot"},
    ],
    ids=["just came in", "got through at last", "yesterday's error", "by another domain"],
)
def test_what_is_over_or_only_just_waiting_is_no_failure(info: dict[str, Any]) -> None:
    assert told(**info).state == "active"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("Wrong response from the webhook: 401 Unauthorized", "secret token was changed on one side"),
        ("Wrong response from the webhook: 403 Forbidden", "secret token was changed on one side"),
        ("Wrong response from the webhook: 404 Not Found", "does not know the account"),
        ("Wrong response from the webhook: 503 Service Unavailable", "log of the webhooks function"),
        ("SSL error {error:0A000086:SSL routines::certificate verify failed}", "certificate"),
        ("Connection timed out", "too late"),
        ("Read timeout expired", "too late"),
        ("Failed to resolve host: Name or service not known", "cannot reach our door"),
        ("", "cannot reach our door"),
    ],
)
def test_deliveries_that_fail_say_why_and_what_to_do(said: str, sentence: str) -> None:
    found = told(pending_update_count=12, last_error_date=LATELY, last_error_message=said)
    assert (found.state, found.since) == ("failing", datetime.fromtimestamp(LATELY, UTC))
    assert found.sentence.startswith("12 updates wait")
    assert sentence in found.sentence


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "no webhook is set"),
        ("https://door.example/webhooks/telegram/other_bot", "another URL"),
        ("https://door.example/webhooks/telegram/shop_bot?x=/webhooks/telegram/shop_bot/", "active"),
        ("https://thief.example/?/webhooks/telegram/shop_bot", "another URL"),
    ],
)
def test_a_webhook_that_is_not_ours_delivers_nothing_to_us(url: str, sentence: str) -> None:
    found = told(url=url)
    assert found.state == ("active" if sentence == "active" else "inactive")
    assert sentence == "active" or sentence in found.sentence


def refusals() -> list[tuple[Any, str]]:
    return [
        (Telegram(wait=True), "asks us to wait"),
        (lambda _: Said(502, raw=b"<html>Bad Gateway</html>"), "answered 502"),
        (lambda _: Said(200, raw=b"[]"), "answered 200"),
        (lambda _: Said(200, {"ok": True, "result": {"url": None}}), "answered 200"),
        (lambda _: Said(404, {"ok": False, "error_code": 404}), "copy all of it"),
    ]


@pytest.mark.parametrize(("api", "sentence"), refusals())
def test_what_is_no_answer_is_unknown_and_never_a_verdict(api: Any, sentence: str) -> None:
    found = asked(api)
    assert found.state == "unknown"
    assert sentence in found.sentence


def test_a_token_that_was_withdrawn_is_named_as_the_cause_and_never_repeated() -> None:
    found = asked(Telegram(), token="4711:withdrawn")
    assert found.state == "unknown"
    assert "/token at @BotFather" in found.sentence
    assert "withdrawn" not in found.sentence


def test_there_is_no_history_and_nobody_is_called_to_say_so() -> None:
    port = backfill("telegram")
    assert port is not None
    assert port.hosts == frozenset()
    asking = port.fill(Presence("telegram", "shop_bot", TOKEN), Gap(NOW - timedelta(hours=3), NOW), NOW)
    with pytest.raises(StopIteration) as ended:
        pytest.fail(f"asked for {next(asking)}")
    filling = ended.value.value
    assert (filling.bodies, filling.complete) == ((), False)
    assert "cannot read the past" in filling.sentence


def test_a_call_shows_neither_its_token_nor_its_url() -> None:
    assert TOKEN not in repr(Call("GET", f"https://api.telegram.org/bot{TOKEN}/getWebhookInfo"))
    assert TOKEN not in repr(Presence("telegram", "shop_bot", TOKEN, {"1": TOKEN}))
