"""Who may speak for X, and whom we answer."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from hmac import digest

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ConfigurationError, MalformedRequest, SignatureError
from shared.models import Handshake, Request
from shared.platforms.x.signature import handshake, verify
from tests.shared.platforms.x.sender import HANDSHAKES, SECRETS, sign, signature

URL = "https://hooks.example/webhooks/x/2244000001"
NOW = datetime(2026, 9, 21, 15, tzinfo=UTC)
BODY = b'{"data":{"event_type":"dm.received","payload":{"text":"\xc3\xb1"}}}'
CURRENT, PREVIOUS = SECRETS


def post(body: bytes, headers: dict[str, str], url: str = URL) -> Request:
    return Request("POST", url, headers, {}, body)


def get(query: dict[str, str], headers: dict[str, str] | None = None, url: str = URL) -> Request:
    return Request("GET", url, headers or {}, query, b"")


GOOD = signature(BODY, CURRENT)
HEX = digest(CURRENT.encode(), BODY, "sha256").hex()


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "sha256=",
        GOOD.removeprefix("sha256="),
        GOOD.replace("sha256=", "SHA256="),
        GOOD.replace("sha256=", "sha1="),
        GOOD.upper(),
        GOOD.lower(),
        GOOD[:-1],
        GOOD + "!!!",
        GOOD + "=",
        f" {GOOD}",
        f"{GOOD}\n",
        f"{GOOD}, {GOOD}",
        f"{GOOD},{signature(BODY, PREVIOUS)}",
        f"sha256={HEX}",
        f"sha256={b64encode(HEX.encode()).decode()}",
        signature(BODY, "another secret"),
        signature(BODY + b"\n", CURRENT),
        "sha256=ñ",
        "sha256=\ud800",
        "sha256=\x00",
    ],
)
def test_anything_but_the_signature_is_refused(given: str | None) -> None:
    headers = {} if given is None else {"x-twitter-webhooks-signature": given}
    with pytest.raises(SignatureError):
        verify(post(BODY, headers), SECRETS, NOW)


@pytest.mark.parametrize("secrets", [[], [""], ["  "], [CURRENT, ""], ["", PREVIOUS]])
def test_without_a_usable_secret_nothing_is_proven(secrets: Sequence[str]) -> None:
    with pytest.raises(ConfigurationError):
        verify(post(BODY, sign(BODY, "", NOW)), secrets, NOW)
    with pytest.raises(ConfigurationError):
        handshake(get({"crc_token": "a" * 32}), secrets)


@pytest.mark.parametrize(("query", "status", "body"), HANDSHAKES)
def test_handshake(query: dict[str, str], status: int, body: str | None) -> None:
    if body is None:
        assert status == MalformedRequest.status
        with pytest.raises(MalformedRequest):
            handshake(get(query), SECRETS)
    else:
        assert handshake(get(query), SECRETS) == Handshake(body, "application/json")


@pytest.mark.parametrize("token", ["\ud800" * 16, "a" * 16 + "\ud800", "a" * 16 + "\x00", "a" * 16 + " "])
def test_a_token_that_no_query_string_can_hold_is_refused(token: str) -> None:
    with pytest.raises(MalformedRequest):
        handshake(get({"crc_token": token}), SECRETS)


def test_a_delivery_is_no_handshake() -> None:
    request = Request("POST", f"{URL}?crc_token={'a' * 32}", sign(BODY, CURRENT, NOW), {"crc_token": "a" * 32}, BODY)
    assert handshake(request, SECRETS) is None
    verify(request, SECRETS, NOW)


# The token's alphabet and more, so that many of what is tried is a token.
TOKENS = st.text(st.sampled_from("AZaz09+/=_-"), min_size=16, max_size=128)


@given(token=TOKENS | st.text(max_size=140))
def test_no_answer_of_ours_is_the_signature_of_a_delivery(token: str) -> None:
    try:
        answer = handshake(get({"crc_token": token}), SECRETS)
    except MalformedRequest:
        return
    assert answer is not None
    forged = {"x-twitter-webhooks-signature": orjson.loads(answer.body)["response_token"]}
    with pytest.raises(SignatureError):
        verify(post(token.encode(), forged), SECRETS, NOW)


QUERY = "crc_token=NGQ3YzE5YmUtMDAwMS00MDAyLTgwMDMtYWJjZGVmMDEyMzQ1&nonce=MTc5MDAwMDAwMDAwMA"


def test_a_signed_get_is_proven_by_its_query_string_as_sent() -> None:
    signed = {"x-twitter-webhooks-signature": signature(QUERY.encode(), CURRENT)}
    verify(get({}, signed, f"{URL}?{QUERY}"), SECRETS, NOW)
    for other in (URL, f"{URL}?{QUERY}&more=1", f"{URL}?{QUERY.replace('=', '%3D')}", f"{URL}?"):
        with pytest.raises(SignatureError):
            verify(get({}, signed, other), SECRETS, NOW)


def test_the_signature_of_a_get_proves_no_delivery_and_the_other_way_round() -> None:
    signed = {"x-twitter-webhooks-signature": signature(QUERY.encode(), CURRENT)}
    with pytest.raises(SignatureError):
        verify(post(BODY, signed, f"{URL}?{QUERY}"), SECRETS, NOW)
    with pytest.raises(SignatureError):
        verify(Request("GET", f"{URL}?{QUERY}", sign(BODY, CURRENT, NOW), {}, BODY), SECRETS, NOW)
