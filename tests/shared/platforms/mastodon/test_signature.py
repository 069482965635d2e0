"""Who is let in: whoever has signed these very bytes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from shared.errors import SignatureError
from shared.models import Request
from shared.platforms import load
from shared.platforms.mastodon.signature import HEADER, verify
from tests.shared.platforms.mastodon.sender import ACCOUNT, SECRETS, signature

NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)
CURRENT = SECRETS[0]
BODY = '{"event": "status.created", "ñ": 1}'.encode()
GOOD = signature(BODY, CURRENT)


def ask(headers: Mapping[str, str], secrets: Sequence[str] = SECRETS, body: bytes = BODY) -> None:
    verify(Request("POST", f"https://care.example/webhooks/mastodon/{ACCOUNT}", headers, {}, body), secrets, now=NOW)


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
        signature(BODY + b"\n", CURRENT),
        signature(BODY, f"{CURRENT}x"),
        "sha256=ñ",
        "sha256=\ud800",
        "\x00",
    ],
)
def test_anything_but_the_signature_is_refused(given: str) -> None:
    with pytest.raises(SignatureError):
        ask({HEADER: given})


def test_there_is_no_handshake() -> None:
    assert load("mastodon").handshake is None


def test_what_was_signed_elsewhere_by_hand_is_let_in() -> None:
    """Made with `printf '{}' | openssl dgst -sha256 -hmac 0123456789abcdef`."""
    ask(
        {HEADER: "sha256=f91e3e9f05cc2df64ac1c26f8adccdffda8d1e4a7a8c50a1a08eeadac6ddfec5"}, ["0123456789abcdef"], b"{}"
    )
