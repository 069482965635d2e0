"""Who is let in: whoever has signed these very bytes, just now."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import SignatureError
from shared.models import Request
from shared.platforms import load
from shared.platforms.chatwoot.signature import SIGNATURE, TIMESTAMP, TOLERANCE, verify
from tests.shared.platforms.chatwoot.sender import ACCOUNT, SECRETS, signature

NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)
SECOND = int(NOW.timestamp())
CURRENT = SECRETS[0]
BODY = '{"event": "message_created", "content": "ñ"}'.encode()
GOOD = signature(BODY, CURRENT, SECOND)


def ask(headers: Mapping[str, str], secrets: Sequence[str] = SECRETS, body: bytes = BODY, now: datetime = NOW) -> None:
    verify(Request("POST", f"https://care.example/webhooks/chatwoot/{ACCOUNT}", headers, {}, body), secrets, now=now)


def test_what_was_signed_elsewhere_by_hand_is_let_in() -> None:
    """Made with `printf '1790000000.{}' | openssl dgst -sha256 -hmac 0123456789abcdef`."""
    digest = "3d02334942fff50e279f641c1b104ff5f49380d94ff307bb92b1e03f5aee6ff0"
    at = datetime.fromtimestamp(1790000000, UTC)
    ask({SIGNATURE: f"sha256={digest}", TIMESTAMP: "1790000000"}, ["0123456789abcdef"], b"{}", at)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "sha256=",
        GOOD.removeprefix("sha256="),
        GOOD.upper(),
        GOOD.replace("sha256=", "sha1="),
        GOOD[:-1],
        f"{GOOD}0",
        f" {GOOD}",
        f"{GOOD}\n",
        f"{GOOD},{GOOD}",
        signature(BODY + b"\n", CURRENT, SECOND),
        signature(BODY, f"{CURRENT}x", SECOND),
        signature(BODY, CURRENT, SECOND + 1),
        signature(BODY, CURRENT, ""),
        "sha256=ñ",
        "sha256=\ud800",
        "\x00",
    ],
)
def test_anything_but_the_signature_is_refused(given: str) -> None:
    with pytest.raises(SignatureError):
        ask({SIGNATURE: given, TIMESTAMP: str(SECOND)})


@pytest.mark.parametrize(
    "said", ["", "now", f"-{SECOND}", f"+{SECOND}", f"{SECOND}.0", f" {SECOND}", f"{SECOND}\n", "9" * 30, "١٧٩٠٠٠٠٠٠٠"]
)
def test_no_instant_is_refused_though_it_is_signed(said: str) -> None:
    with pytest.raises(SignatureError):
        ask({SIGNATURE: signature(BODY, CURRENT, said), TIMESTAMP: said})


@pytest.mark.parametrize("headers", [{}, {SIGNATURE: GOOD}, {TIMESTAMP: str(SECOND)}, {"authorization": GOOD}])
def test_half_a_proof_is_none(headers: dict[str, str]) -> None:
    with pytest.raises(SignatureError, match="has the webhook a secret"):
        ask(headers)


@pytest.mark.parametrize("away", [-1, 0, 1])
def test_the_window_ends_after_five_minutes_either_way(away: int) -> None:
    for side in (-1, 1):
        now = NOW + side * timedelta(seconds=TOLERANCE + away)
        if away > 0:
            with pytest.raises(SignatureError, match="away from our clock"):
                ask({SIGNATURE: GOOD, TIMESTAMP: str(SECOND)}, now=now)
        else:
            ask({SIGNATURE: GOOD, TIMESTAMP: str(SECOND)}, now=now)


@given(seconds=st.integers(0, 10**12 - 1))
def test_a_time_that_was_not_signed_is_refused(seconds: int) -> None:
    forged = {SIGNATURE: GOOD, TIMESTAMP: str(seconds)}
    if seconds == SECOND:
        ask(forged)
    else:
        with pytest.raises(SignatureError):
            ask(forged)


def test_there_is_no_handshake() -> None:
    assert load("chatwoot").handshake is None
