"""Who is let in: whoever has signed these very bytes, just now."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import SignatureError
from shared.models import Request
from shared.platforms import load
from shared.platforms.tiktok.signature import HEADER, TOLERANCE, verify
from tests.shared.platforms.tiktok.sender import ACCOUNT, SECRETS, signature

NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)
SECOND = int(NOW.timestamp())
CURRENT = SECRETS[0]
BODY = '{"event": "im_receive_msg", "content": "{\\"ñ\\": 1}"}'.encode()
GOOD = signature(BODY, CURRENT, SECOND)


def ask(headers: Mapping[str, str], secrets: Sequence[str] = SECRETS, body: bytes = BODY, now: datetime = NOW) -> None:
    verify(Request("POST", f"https://care.example/webhooks/tiktok/{ACCOUNT}", headers, {}, body), secrets, now=now)


TIME, DIGEST = GOOD.split(",")


@pytest.mark.parametrize(
    "given",
    [
        "",
        TIME,
        DIGEST,
        f"{DIGEST},{TIME}",
        f"{TIME}, {DIGEST}",
        f"{TIME},{DIGEST.upper()}",
        GOOD.upper(),
        GOOD[:-1],
        f"{GOOD}0",
        f"{GOOD},{DIGEST}",
        f"{TIME},{TIME},{DIGEST}",
        f" {GOOD}",
        f"{GOOD}\n",
        GOOD.replace("t=", "t=0"),
        GOOD.replace("t=", "t=+"),
        GOOD.replace("t=", "t=-"),
        GOOD.replace(TIME, f"t={SECOND}.0"),
        GOOD.replace(TIME, f"t={SECOND + 1}"),
        GOOD.replace(TIME, f"t={'9' * 5000}"),
        GOOD.replace(TIME, "t=١٧٩٠٠٠٠٠٠٠"),
        GOOD.replace(TIME, "t="),
        signature(BODY + b"\n", CURRENT, SECOND),
        signature(BODY, f"{CURRENT}x", SECOND),
        "t=ñ,s=ñ",
        "\ud800",
        "\x00",
    ],
)
def test_anything_but_the_signature_is_refused(given: str) -> None:
    with pytest.raises(SignatureError):
        ask({HEADER: given})


@pytest.mark.parametrize("away", [-1, 0, 1])
def test_the_window_ends_after_five_minutes_either_way(away: int) -> None:
    for side in (-1, 1):
        now = NOW + side * timedelta(seconds=TOLERANCE + away)
        if away > 0:
            with pytest.raises(SignatureError, match="away from our clock"):
                ask({HEADER: GOOD}, now=now)
        else:
            ask({HEADER: GOOD}, now=now)


@given(seconds=st.integers(0, 10**12 - 1))
def test_a_time_that_was_not_signed_is_refused(seconds: int) -> None:
    forged = {HEADER: f"t={seconds},{DIGEST}"}
    if seconds == SECOND:
        ask(forged)
    else:
        with pytest.raises(SignatureError):
            ask(forged)


def test_there_is_no_handshake() -> None:
    assert load("tiktok").handshake is None
