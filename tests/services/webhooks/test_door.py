"""The door's own decisions; what holds for every platform is in `tests/contract`."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest

from shared.errors import ConfigurationError, MalformedRequest, SignatureError, UnknownAccount
from shared.models import Call, Handshake, Receipt, Request
from shared.store import journal
from tests.conftest import NOW, TABLE
from tests.shared.platforms.twilio import sender as twilio
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


URL = "https://door.example/webhooks/twilio/tienda"


def test_of_a_urls_parameters_those_are_kept_that_events_are_read_with_and_the_proof_covers_them() -> None:
    own = "rpl_abcdefghijklmnopqrstuvwxyz"
    world = World({"twilio/tienda": {"signing": [twilio.SECRETS[0]]}})
    body = b"AccountSid=AC1&MessageSid=SM1&MessageStatus=delivered&From=%2B34910000001&To=%2B34600000001"
    url = f"{URL}?reply={own}&colour=red"
    headers = twilio.sign(body, twilio.SECRETS[0], NOW, url=url)

    def answer(called: str) -> object:
        request = Request("POST", called, headers, dict(parse_qsl(urlsplit(called).query)), body)
        return world.door().answer(platform="twilio", account="tienda", request=request, request_id="r1")

    with pytest.raises(SignatureError):
        answer(url.replace("rpl_a", "rpl_b"))
    assert answer(url)
    (entry,) = [journal.entry(item) for item in world.cloud.look().items(TABLE) if "event#" in item["sk"]["S"]]
    assert isinstance(entry.event, Receipt)
    assert entry.event.reply_id == own


def test_words_of_a_call_are_journalled_as_whose_the_signed_url_says_once_however_often_they_come() -> None:
    world = World({"twilio/tienda": {"signing": [twilio.SECRETS[0]]}})
    said = {"transcript": "Buenos días", "confidence": 0.9}
    body = twilio.written(
        orjson.dumps(
            {
                "AccountSid": "AC1",
                "CallSid": "CA1",
                "TranscriptionSid": "GT1",
                "TranscriptionEvent": "transcription-content",
                "TranscriptionData": orjson.dumps(said).decode(),
                "SequenceId": "3",
                "Timestamp": "2026-09-21T14:13:20.123Z",
                "Track": "inbound_track",
                "Final": "true",
            }
        )
    )
    url = f"{URL}?From=+34600111222&To=%2B34910000001&Direction=inbound"
    headers = twilio.sign(body, twilio.SECRETS[0], NOW, url=url)

    def answer(called: str) -> object:
        request = Request("POST", called, headers, dict(parse_qsl(urlsplit(called).query)), body)
        return world.door().answer(platform="twilio", account="tienda", request=request, request_id="r1")

    with pytest.raises(SignatureError):
        answer(url.replace("600111222", "600111223"))
    assert answer(url)
    assert answer(url)
    (entry,) = [journal.entry(item) for item in world.cloud.look().items(TABLE) if "event#" in item["sk"]["S"]]
    assert isinstance(entry.event, Call)
    assert (entry.event.identity, entry.event.transcript) == ("phone:+34910000001:+34600111222", "Buenos días")
