"""Who is let in: whoever has signed these very bytes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from shared.errors import SignatureError
from shared.models import Request
from shared.platforms import load
from shared.platforms.discourse.signature import HEADER, verify
from tests.shared.platforms.discourse.sender import ACCOUNT, SECRETS, signature, told

NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)
CURRENT = SECRETS[0]
BODY = '{"post": {"raw": "¿Qué?"}}'.encode()
GOOD = signature(BODY, CURRENT)


def ask(headers: Mapping[str, str], secrets: Sequence[str] = SECRETS, body: bytes = BODY) -> None:
    verify(Request("POST", f"https://care.example/webhooks/discourse/{ACCOUNT}", headers, {}, body), secrets, now=NOW)


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


@pytest.mark.parametrize("headers", [{}, told("post_created"), {"x-hub-signature-256": GOOD}])
def test_a_webhook_without_a_secret_gets_nothing_in(headers: dict[str, str]) -> None:
    with pytest.raises(SignatureError):
        ask(headers)


def test_there_is_no_handshake() -> None:
    assert load("discourse").handshake is None
