"""Only what Meta signed gets in, and only Meta learns that the URL is ours."""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from shared.errors import ConfigurationError, MalformedRequest, SignatureError
from shared.models import Handshake, Request
from shared.platforms.meta.signature import handshake, verify
from tests.shared.platforms.meta.cases import SAMPLES
from tests.shared.platforms.meta.sender import HANDSHAKE_SECRETS, HANDSHAKES, SECRETS, sign

NOW = datetime(2026, 11, 3, 10, tzinfo=UTC)
BODY = SAMPLES["non_ascii"]
GOOD = sign(BODY, SECRETS[0], NOW)["x-hub-signature-256"]
URL = "https://counter.example/webhooks/meta/tienda"


def posted(headers: Mapping[str, str], body: bytes = BODY) -> Request:
    return Request("POST", URL, headers, {}, body)


def got(query: Mapping[str, str], method: str = "GET") -> Request:
    return Request(method, URL, {}, query, b"")


@pytest.mark.parametrize(
    "claimed",
    [
        "",
        "sha256=",
        GOOD.removeprefix("sha256="),
        GOOD.replace("sha256=", "SHA256="),
        GOOD.replace("sha256=", "sha1="),
        GOOD.upper(),
        "sha256=" + GOOD.removeprefix("sha256=").upper(),
        GOOD[:-1],
        GOOD + "0",
        GOOD + " ",
        " " + GOOD,
        f"{GOOD},{GOOD}",
        f"{GOOD}, sha256={'0' * 64}",
        "sha256=" + "0" * 64,
        "sha256=⚠️",
        "sha256=" + "\ud83d" * 64,
        "sha256=" + "\x00" * 64,
    ],
)
def test_a_garbled_proof_is_refused(claimed: str) -> None:
    with pytest.raises(SignatureError):
        verify(posted({"X-Hub-Signature-256": claimed}), SECRETS, NOW)


def test_the_old_sha1_header_counts_only_without_the_new_one() -> None:
    sha1 = f"sha1={hmac.digest(SECRETS[0].encode(), BODY, 'sha1').hex()}"
    verify(posted({"X-Hub-Signature": sha1}), SECRETS, NOW)
    for headers in (
        {"X-Hub-Signature": sha1, "X-Hub-Signature-256": sha1},
        {"X-Hub-Signature": sha1, "X-Hub-Signature-256": ""},
        {"X-Hub-Signature": sha1[:-1]},
        {"X-Hub-Signature": GOOD},
        {"X-Hub-Signature-256": sha1},
    ):
        with pytest.raises(SignatureError):
            verify(posted(headers), SECRETS, NOW)


def test_the_raw_bytes_are_signed_and_not_what_they_say() -> None:
    escaped = json.dumps(json.loads(BODY)).encode()
    assert json.loads(escaped) == json.loads(BODY)
    verify(posted(sign(escaped, SECRETS[0], NOW), escaped), SECRETS, NOW)
    with pytest.raises(SignatureError):
        verify(posted({"X-Hub-Signature-256": GOOD}, escaped), SECRETS, NOW)


@pytest.mark.parametrize("secrets", [[], [""], ["  "], [SECRETS[0], ""], ["", SECRETS[0]]])
def test_an_unusable_secret_closes_the_door(secrets: list[str]) -> None:
    empty = sign(BODY, "", NOW)
    for headers in (empty, {"X-Hub-Signature-256": GOOD}, {}):
        with pytest.raises(ConfigurationError):
            verify(posted(headers), secrets, NOW)
    with pytest.raises(ConfigurationError):
        handshake(got({"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"}), secrets)


def test_no_error_repeats_what_was_sent() -> None:
    with pytest.raises(SignatureError) as refused:
        verify(posted({"X-Hub-Signature-256": "sha256=canary"}), SECRETS, NOW)
    assert "canary" not in str(refused.value)
    with pytest.raises(MalformedRequest) as malformed:
        handshake(got({**HANDSHAKES[0][0], "hub.challenge": "<canary>"}), HANDSHAKE_SECRETS)
    assert "canary" not in str(malformed.value)


@pytest.mark.parametrize(("query", "status", "body"), HANDSHAKES)
def test_the_challenge_is_given_back_to_whoever_knows_the_token(
    query: dict[str, str], status: int, body: str | None
) -> None:
    if status == 200:
        assert body is not None
        assert handshake(got(query), HANDSHAKE_SECRETS) == Handshake(body, "text/plain")
        return
    with pytest.raises((SignatureError, MalformedRequest)) as refused:
        handshake(got(query), HANDSHAKE_SECRETS)
    assert refused.value.status == status


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT"])
def test_only_a_get_is_a_handshake(method: str) -> None:
    assert handshake(got(HANDSHAKES[0][0], method), HANDSHAKE_SECRETS) is None
