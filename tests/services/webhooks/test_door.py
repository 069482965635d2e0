"""The door's own decisions; what holds for every platform is in `tests/contract`."""

from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from shared.errors import ConfigurationError, MalformedRequest, SignatureError, UnknownAccount
from shared.models import Handshake, Request
from tests.world import World

SUBSCRIBE = {"hub.mode": "subscribe", "hub.challenge": "42"}


def asked(secrets: dict[str, Any], query: Mapping[str, str], method: str = "GET") -> object:
    request = Request(method, "https://door.example/webhooks/meta/shop", {}, query, b"")
    return World(secrets).door().answer(platform="meta", account="shop", request=request, request_id="r1")


def test_a_handshake_is_checked_with_the_platforms_own_secret() -> None:
    secrets = {"meta/shop": {"signing": ["app secret"], "handshake": ["verify token"]}}
    assert asked(secrets, SUBSCRIBE | {"hub.verify_token": "verify token"}) == Handshake("42")
    with pytest.raises(SignatureError):
        asked(secrets, SUBSCRIBE | {"hub.verify_token": "app secret"})


def test_the_app_secret_never_stands_in_for_a_verify_token_that_is_missing() -> None:
    with pytest.raises(ConfigurationError):
        asked({"meta/shop": {"signing": ["app secret"]}}, SUBSCRIBE | {"hub.verify_token": "app secret"})


def test_an_account_without_secrets_is_unknown() -> None:
    with pytest.raises(UnknownAccount):
        asked({"telegram/shop": {"signing": ["token"]}}, SUBSCRIBE)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD"])
def test_a_delivery_is_a_post(method: str) -> None:
    with pytest.raises(MalformedRequest):
        asked({"meta/shop": {"signing": ["app secret"], "handshake": ["verify token"]}}, {}, method)


def test_a_secret_rotated_on_both_sides_is_found_without_a_restart() -> None:
    """The new secret is asked for at the first proof that does not fit, once a minute has passed."""
    world = World({"telegram/shop": {"signing": ["old"]}})
    clock = [0.0]
    door = world.door()
    door.secrets._clock = lambda: clock[0]
    body = orjson.dumps({"update_id": 1, "poll": {}})

    def answer(token: str) -> object:
        headers = {"X-Telegram-Bot-Api-Secret-Token": token}
        request = Request("POST", "https://door.example/", headers, {}, body)
        return door.answer(platform="telegram", account="shop", request=request, request_id="r1")

    assert answer("old")
    world.set_secrets({"telegram/shop": {"signing": ["new", "old"]}})
    with pytest.raises(SignatureError):
        answer("new")
    clock[0] += 60
    assert answer("new")
    assert answer("old")
