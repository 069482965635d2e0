"""Who may speak for LinkedIn, and whom we answer."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ConfigurationError, MalformedRequest, SignatureError
from shared.models import Handshake, Request
from shared.platforms.linkedin.signature import HEADER, handshake, verify
from tests.shared.platforms.linkedin.sender import ACCOUNT, CHALLENGE, HANDSHAKES, SECRETS, sign, signature

URL = f"https://care.example/webhooks/linkedin/{ACCOUNT}"
NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)
CURRENT = SECRETS[0]
BODY = '{"type": "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS", "notifications": [], "ñ": 1}'.encode()
GOOD = signature(b"hmacsha256=" + BODY, CURRENT)


def ask(headers: Mapping[str, str], secrets: Sequence[str] = SECRETS, body: bytes = BODY) -> None:
    verify(Request("POST", URL, headers, {}, body), secrets, now=NOW)


def challenge(query: Mapping[str, str], secrets: Sequence[str] = SECRETS) -> Handshake | None:
    return handshake(Request("GET", URL, {}, query, b""), secrets)


@pytest.mark.parametrize(
    "given",
    [
        "",
        f"hmacsha256={GOOD}",
        f"sha256={GOOD}",
        GOOD.upper(),
        GOOD[:-1],
        f"{GOOD}0",
        f" {GOOD}",
        f"{GOOD}\n",
        f"{GOOD},{GOOD}",
        signature(BODY, CURRENT),
        signature(b"hmacsha256=" + BODY + b"\n", CURRENT),
        signature(b"hmacsha256=" + BODY, f"{CURRENT}x"),
        "ñ",
        "\ud800",
        "\x00",
    ],
)
def test_anything_but_the_signature_is_refused(given: str) -> None:
    with pytest.raises(SignatureError):
        ask({HEADER: given})


@pytest.mark.parametrize("secrets", [[], [""], ["  "], [CURRENT, ""]])
def test_without_a_usable_secret_nothing_is_proven(secrets: list[str]) -> None:
    with pytest.raises(ConfigurationError):
        ask(sign(BODY, "", NOW), secrets)
    with pytest.raises(ConfigurationError):
        challenge({"challengeCode": CHALLENGE}, secrets)


@pytest.mark.parametrize(("query", "status", "body"), HANDSHAKES)
def test_handshake(query: dict[str, str], status: int, body: str | None) -> None:
    if body is None:
        assert status == MalformedRequest.status
        with pytest.raises(MalformedRequest):
            challenge(query)
    else:
        assert challenge(query) == Handshake(body, "application/json")


def test_a_delivery_is_no_handshake() -> None:
    request = Request("POST", f"{URL}?challengeCode={CHALLENGE}", sign(BODY, CURRENT, NOW), {}, BODY)
    assert handshake(request, SECRETS) is None
    verify(request, SECRETS, NOW)


UUIDS = st.uuids().map(str) | st.uuids().map(lambda found: str(found).upper())
BODIES = st.binary(max_size=60) | UUIDS.map(str.encode)


@given(code=UUIDS | st.text(max_size=60) | st.text(max_size=60).map("hmacsha256=".__add__), body=BODIES)
def test_no_answer_of_ours_is_the_signature_of_a_delivery(code: str, body: bytes) -> None:
    try:
        answer = challenge({"challengeCode": code})
    except MalformedRequest:
        return
    assert answer is not None
    response = orjson.loads(answer.body)["challengeResponse"]
    for forged in (body, code.encode(), code.removeprefix("hmacsha256=").encode()):
        with pytest.raises(SignatureError):
            ask({HEADER: response}, body=forged)
