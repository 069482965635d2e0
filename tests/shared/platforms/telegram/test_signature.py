"""Who is let in: the secret token, the whole token and nothing but the token."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from shared.errors import ConfigurationError, SignatureError
from shared.models import Request
from shared.platforms.telegram.signature import HEADER, verify
from tests.shared.platforms.telegram.sender import SECRETS

CURRENT, PREVIOUS = SECRETS
NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)


def ask(headers: Mapping[str, str], secrets: Sequence[str] = SECRETS, body: bytes = b"{}") -> None:
    verify(Request("POST", "https://care.example/webhooks/telegram/tienda_bot", headers, {}, body), secrets, now=NOW)


@pytest.mark.parametrize(
    "token",
    [
        "",
        " ",
        CURRENT[:-1],
        f"{CURRENT}x",
        f" {CURRENT}",
        f"{CURRENT}\n",
        CURRENT.upper(),
        CURRENT.replace("-", "\N{EN DASH}"),
        f"{CURRENT}, {CURRENT}",
        f"{CURRENT}{PREVIOUS}",
        "\N{PILE OF POO}",
        "\ud800",
        "\x00",
    ],
)
def test_another_token_is_refused(token: str) -> None:
    with pytest.raises(SignatureError):
        ask({HEADER: token})


@pytest.mark.parametrize("headers", [{}, {"x-telegram-bot-api-secret": CURRENT}, {"authorization": CURRENT}])
def test_no_token_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(SignatureError):
        ask(headers)


@pytest.mark.parametrize("secrets", [[], [""], [CURRENT, ""], ["two words"], ["ñ"], ["a" * 257], [f"{CURRENT}\n"]])
@pytest.mark.parametrize("token", [CURRENT, "", "two words"])
def test_an_unusable_secret_closes_the_door(secrets: list[str], token: str) -> None:
    with pytest.raises(ConfigurationError):
        ask({HEADER: token}, secrets)
