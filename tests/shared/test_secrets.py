"""Webhook secrets: two may live, none may be empty, none may leak, and a failing fetch harms nobody."""

import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import orjson
import pytest
from botocore.config import Config

from shared.errors import ConfigurationError, StoreUnavailable, UnknownAccount
from shared.secrets import (
    AccountSecrets,
    ApiToken,
    ConnectorSecrets,
    WebhookSecrets,
    api_tokens,
    parse,
    parse_tokens,
    parse_tools,
)
from tests.injection import Injected, refusal

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

NAME = "webhook-secrets"
CANARY = "canary-4711-secret"
SHOP = {"telegram/shop_bot": {"signing": ["current", "previous"]}}
META = {"meta/shop": {"signing": ["app secret"], "handshake": ["verify token"]}}


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def manager(aws: None) -> "Iterator[SecretsManagerClient]":
    client = boto3.client("secretsmanager", config=Config(retries={"total_max_attempts": 1}))
    client.create_secret(Name=NAME, SecretString=orjson.dumps(SHOP).decode())
    yield client
    client.close()


@pytest.fixture
def secrets(manager: "SecretsManagerClient", clock: Clock) -> WebhookSecrets:
    return WebhookSecrets(manager, NAME, clock=clock)


def keep(manager: "SecretsManagerClient", document: Any) -> None:
    manager.put_secret_value(SecretId=NAME, SecretString=orjson.dumps(document).decode())


# ------------------------------------------------------------------------------------------------------ the document


def test_two_secrets_may_live_the_current_one_first() -> None:
    found = parse(orjson.dumps(SHOP | META).decode())
    assert found["telegram/shop_bot"].signing == ("current", "previous")
    assert found["meta/shop"].signing == ("app secret",)


def test_a_handshake_may_have_secrets_of_its_own() -> None:
    found = parse(orjson.dumps(SHOP | META).decode())
    assert found["meta/shop"].handshake == ("verify token",)
    assert found["telegram/shop_bot"].handshake == ()


@pytest.mark.parametrize(
    "account",
    [
        {"signing": []},
        {"signing": [""]},
        {"signing": [" \t\n"]},
        {"signing": [CANARY, ""]},
        {"signing": [CANARY, CANARY, CANARY]},
        {"signing": CANARY},
        {"signing": [4711]},
        {"signing": None},
        {"signing": [CANARY], "handshake": [""]},
        {"signing": [CANARY], "handshake": [CANARY] * 3},
        {"signing": [CANARY], "verify_token": CANARY},
        {"handshake": [CANARY]},
        {},
        None,
        CANARY,
        [CANARY],
    ],
)
def test_anything_but_one_or_two_secrets_is_refused_by_the_accounts_name(account: Any) -> None:
    with pytest.raises(ConfigurationError, match="telegram/shop_bot") as refused:
        parse(orjson.dumps(META | {"telegram/shop_bot": account}).decode())
    printed = "".join(traceback.format_exception(refused.value))
    assert CANARY not in printed
    assert "meta/shop" not in str(refused.value)


@pytest.mark.parametrize("document", ["", "[]", "null", f'"{CANARY}"', f'{{"telegram/shop_bot": "{CANARY}', "{'a': 1}"])
def test_what_is_no_document_is_refused_without_quoting_it(document: str) -> None:
    with pytest.raises(ConfigurationError, match="the document") as refused:
        parse(document)
    assert CANARY not in "".join(traceback.format_exception(refused.value))


def test_secrets_are_not_printed() -> None:
    secrets = AccountSecrets(signing=(CANARY,), handshake=(CANARY,))
    assert CANARY not in f"{secrets!r} {secrets}"


# --------------------------------------------------------------------------------------------------------- fetching


def test_the_document_is_fetched_once(secrets: WebhookSecrets, manager: "SecretsManagerClient") -> None:
    fetched = Injected(manager, "GetSecretValue")
    for _ in range(3):
        assert secrets.of("telegram", "shop_bot").signing == ("current", "previous")
    assert fetched.calls == 1


@pytest.mark.parametrize(("platform", "account"), [("telegram", "other"), ("x", "shop_bot"), ("telegram", "")])
def test_nobody_knows_another_account(secrets: WebhookSecrets, platform: str, account: str) -> None:
    with pytest.raises(UnknownAccount) as refused:
        secrets.of(platform, account)
    assert refused.value.status == 404


def test_an_account_and_its_platform_are_told_apart(secrets: WebhookSecrets, manager: "SecretsManagerClient") -> None:
    """A slash in a URL's segment arrives decoded: it must not reach into another platform's secrets."""
    keep(manager, {"a/b/c": {"signing": ["secret"]}})
    assert secrets.of("a", "b/c") == secrets.of("a/b", "c")


def test_strangers_cause_one_fetch_a_minute(
    secrets: WebhookSecrets, manager: "SecretsManagerClient", clock: Clock
) -> None:
    fetched = Injected(manager, "GetSecretValue")
    for minute in range(1, 4):
        for _ in range(5):
            with pytest.raises(UnknownAccount):
                secrets.of("telegram", "stranger")
        assert fetched.calls == minute
        clock.now += 60


def test_a_new_account_is_known_within_a_minute(
    secrets: WebhookSecrets, manager: "SecretsManagerClient", clock: Clock
) -> None:
    secrets.of("telegram", "shop_bot")
    keep(manager, SHOP | META)
    clock.now += 59.9
    with pytest.raises(UnknownAccount):
        secrets.of("meta", "shop")
    clock.now += 0.1
    assert secrets.of("meta", "shop").signing == ("app secret",)


def test_a_rotated_secret_is_fetched_when_the_old_one_did_not_fit(
    secrets: WebhookSecrets, manager: "SecretsManagerClient", clock: Clock
) -> None:
    assert secrets.refresh()
    keep(manager, {"telegram/shop_bot": {"signing": ["next", "current"]}})
    assert not secrets.refresh()
    assert secrets.of("telegram", "shop_bot").signing == ("current", "previous")
    clock.now += 60
    assert secrets.refresh()
    assert secrets.of("telegram", "shop_bot").signing == ("next", "current")


def test_a_removed_account_is_forgotten(secrets: WebhookSecrets, manager: "SecretsManagerClient", clock: Clock) -> None:
    secrets.of("telegram", "shop_bot")
    keep(manager, META)
    clock.now += 60
    assert secrets.refresh()
    with pytest.raises(UnknownAccount):
        secrets.of("telegram", "shop_bot")


def test_a_failing_fetch_leaves_what_is_known_and_is_tried_again_a_minute_later(
    secrets: WebhookSecrets, manager: "SecretsManagerClient", clock: Clock
) -> None:
    secrets.of("telegram", "shop_bot")
    clock.now += 60
    Injected(manager, "GetSecretValue", refusal("ThrottlingException"))
    with pytest.raises(StoreUnavailable):
        secrets.refresh()
    assert secrets.of("telegram", "shop_bot").signing == ("current", "previous")
    keep(manager, {"telegram/shop_bot": {"signing": ["next"]}})
    assert not secrets.refresh(), "whoever sends wrong proofs must not make us ask at each of them"
    clock.now += 60
    assert secrets.refresh()
    assert secrets.of("telegram", "shop_bot").signing == ("next",)


def test_a_document_that_became_wrong_leaves_what_is_known(
    secrets: WebhookSecrets, manager: "SecretsManagerClient", clock: Clock
) -> None:
    secrets.of("telegram", "shop_bot")
    clock.now += 60
    keep(manager, {"telegram/shop_bot": {"signing": [""]}})
    with pytest.raises(ConfigurationError, match="telegram/shop_bot"):
        secrets.refresh()
    assert secrets.of("telegram", "shop_bot").signing == ("current", "previous")


def test_a_first_fetch_that_fails_makes_nobody_unknown(
    secrets: WebhookSecrets, manager: "SecretsManagerClient"
) -> None:
    """A platform that is told 404 gives up; with an error of ours it comes again."""
    Injected(manager, "GetSecretValue", refusal("InternalServiceError", 500))
    with pytest.raises(StoreUnavailable):
        secrets.of("telegram", "shop_bot")
    assert secrets.of("telegram", "shop_bot").signing == ("current", "previous")


# --- API tokens


def test_an_account_has_one_token_and_others_for_single_things() -> None:
    found = parse_tokens('{"meta/shop": {"token": "a", "things": {"100": "b"}}, "x/1": {"token": "c"}}')
    assert found == {"meta/shop": ApiToken(token="a", things={"100": "b"}), "x/1": ApiToken(token="c")}
    assert parse_tokens("{}") == {}


@pytest.mark.parametrize(
    "document",
    [
        CANARY,
        f'["{CANARY}"]',
        f'{{"meta/shop": "{CANARY}"}}',
        '{"meta/shop": {}}',
        '{"meta/shop": {"token": ""}}',
        f'{{"meta/shop": {{"token": "{CANARY}", "things": {{"1": ""}}}}}}',
        f'{{"meta/shop": {{"token": "{CANARY}", "page": "1"}}}}',
    ],
)
def test_tokens_that_are_none_are_refused_without_being_repeated(document: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_tokens(document)
    assert CANARY not in "".join(traceback.format_exception(refused.value))


def test_a_token_does_not_show_itself() -> None:
    assert CANARY not in repr(ApiToken(token=CANARY, things={"1": CANARY}))


def test_tokens_that_cannot_be_read_now_are_no_empty_document(aws: None) -> None:
    client = boto3.client("secretsmanager")
    with pytest.raises(StoreUnavailable, match="cannot be read now"):
        api_tokens(client, "tokens")
    client.create_secret(Name="tokens", SecretString='{"x/1": {"token": "c"}}')
    assert api_tokens(client, "tokens") == {"x/1": ApiToken(token="c")}


# ------------------------------------------------------------------------------------------- the tools of departments


def test_the_secrets_of_a_tool_are_by_department_and_say_nothing_of_themselves() -> None:
    found = parse_tools(f'{{"billing": {{"signing": ["{CANARY}", "previous"], "token": "{CANARY}"}}}}')
    assert (found["billing"].signing, found["billing"].token) == ((CANARY, "previous"), CANARY)
    assert CANARY not in repr(found)


@pytest.mark.parametrize(
    "tool",
    [{}, {"signing": []}, {"signing": [""]}, {"signing": [CANARY, "b", "c"]}, {"signing": CANARY}, {"tokens": "x"}],
)
def test_secrets_of_tools_that_cannot_be_meant_are_refused_by_the_departments_name(tool: Any) -> None:
    with pytest.raises(ConfigurationError, match="billing") as refused:
        parse_tools(orjson.dumps({"billing": tool}).decode())
    assert CANARY not in str(refused.value)


def test_those_of_a_tool_are_looked_for_again_once_a_minute(manager: "SecretsManagerClient", clock: Clock) -> None:
    keep(manager, {"billing": {"signing": ["a"]}})
    tools = ConnectorSecrets(manager, NAME, clock=clock)
    assert tools.of("billing").signing == ("a",)
    keep(manager, {"billing": {"signing": ["b", "a"]}, "care": {"signing": ["c"]}})
    with pytest.raises(ConfigurationError, match="care"):
        tools.of("care")
    clock.now += 60
    assert tools.of("care").signing == ("c",)
    assert tools.of("billing").signing == ("b", "a")
