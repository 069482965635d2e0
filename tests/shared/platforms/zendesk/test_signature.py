"""Who is let in: whoever has signed these very bytes, just now."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import SignatureError
from shared.models import Request
from shared.platforms import load
from shared.platforms.zendesk.signature import SIGNATURE, TIMESTAMP, TOLERANCE, verify
from tests.shared.platforms.zendesk.sender import ACCOUNT, SECRETS, signature

NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)
CURRENT = SECRETS[0]
BODY = '{"type": "zen:event-type:ticket.created", "ñ": 1}'.encode()
SAID = "2026-09-21T12:00:00Z"
GOOD = signature(BODY, CURRENT, SAID)


def ask(headers: Mapping[str, str], secrets: Sequence[str] = SECRETS, body: bytes = BODY, now: datetime = NOW) -> None:
    verify(Request("POST", f"https://care.example/webhooks/zendesk/{ACCOUNT}", headers, {}, body), secrets, now=now)


@pytest.mark.parametrize("said", [SAID, "2026-09-21T12:00:00.5Z", "2026-09-21T12:00:00.123456789Z", "1790078400"])
def test_an_instant_is_read_as_zendesk_and_as_others_write_it(said: str) -> None:
    at = datetime.fromtimestamp(1790078400, UTC) if said.isdigit() else NOW
    ask({SIGNATURE: signature(BODY, CURRENT, said), TIMESTAMP: said}, now=at)


@pytest.mark.parametrize(
    "given",
    [
        "",
        GOOD.lower(),
        GOOD.swapcase(),
        GOOD[:-1],
        f"{GOOD}=",
        f" {GOOD}",
        f"{GOOD}\n",
        f"{GOOD},{GOOD}",
        f"sha256={GOOD}",
        signature(BODY + b"\n", CURRENT, SAID),
        signature(BODY, f"{CURRENT}x", SAID),
        signature(BODY, CURRENT, ""),
        "ñ",
        "\ud800",
        "\x00",
    ],
)
def test_anything_but_the_signature_is_refused(given: str) -> None:
    with pytest.raises(SignatureError):
        ask({SIGNATURE: given, TIMESTAMP: SAID})


@pytest.mark.parametrize(
    "said",
    [
        "",
        "now",
        "2026-09-21",
        "2026-09-21T12:00:00",
        "2026-09-21 12:00:00Z",
        "2026-09-21T12:00:00+00:00",
        "2026-09-21T12:00:61Z",
        "2026-13-21T12:00:00Z",
        "20260921T120000Z",
        "-1790078400",
        "1790078400.0",
        "9" * 30,
        "١٧٩٠٠٧٨٤٠٠",
        f" {SAID}",
        f"{SAID}{{",
        "\ud800",
    ],
)
def test_no_instant_is_refused_though_it_is_signed(said: str) -> None:
    with pytest.raises(SignatureError):
        ask({SIGNATURE: GOOD if said == "\ud800" else signature(BODY, CURRENT, said), TIMESTAMP: said})


def test_an_instant_and_a_body_lend_each_other_nothing() -> None:
    """Without anything between them, what is signed is one text; where one ends and the other begins is not."""
    for length in range(len(SAID)):
        with pytest.raises(SignatureError):
            ask({SIGNATURE: GOOD, TIMESTAMP: SAID[:length]}, body=SAID[length:].encode() + BODY)
    with pytest.raises(SignatureError):
        ask({SIGNATURE: GOOD, TIMESTAMP: SAID + BODY.decode()[:1]}, body=BODY[1:])


@pytest.mark.parametrize("away", [-1, 0, 1])
def test_the_window_ends_after_five_minutes_either_way(away: int) -> None:
    for side in (-1, 1):
        now = NOW + side * timedelta(seconds=TOLERANCE + away)
        if away > 0:
            with pytest.raises(SignatureError, match="away from our clock"):
                ask({SIGNATURE: GOOD, TIMESTAMP: SAID}, now=now)
        else:
            ask({SIGNATURE: GOOD, TIMESTAMP: SAID}, now=now)


def test_there_is_no_handshake() -> None:
    assert load("zendesk").handshake is None
