"""Who is let in: the secret token, the whole token and nothing but the token."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.errors import ConfigurationError, SignatureError
from shared.models import Request
from shared.platforms.telegram.signature import HEADER, verify
from tests.shared.platforms.telegram.sender import SECRETS, sign

CURRENT, PREVIOUS = SECRETS
NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)
VECTORS = Path(__file__).parents[4].parent / "shared" / "payloads" / "signature_vectors.json"


def ask(headers: Mapping[str, str], secrets: Sequence[str] = SECRETS, body: bytes = b"{}") -> None:
    verify(Request("POST", "https://care.example/webhooks/telegram/tienda_bot", headers, {}, body), secrets, now=NOW)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\x00"])
def test_either_live_secret_opens(secret: str, body: bytes) -> None:
    ask(sign(body, secret, NOW), body=body)


@pytest.mark.parametrize("name", [HEADER, HEADER.lower(), HEADER.upper()])
def test_the_header_is_read_in_any_case(name: str) -> None:
    ask({name: CURRENT})


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


def test_errors_do_not_name_the_tokens() -> None:
    with pytest.raises(SignatureError) as refused:
        ask({HEADER: "guessed-token"})
    assert not any(token in str(refused.value) for token in (*SECRETS, "guessed-token"))


def vectors() -> list[dict[str, str | dict[str, str]]]:
    if not VECTORS.exists():
        return []
    return [vector for vector in json.loads(VECTORS.read_bytes())["vectors"] if vector["platform"] == "telegram"]


@pytest.mark.skipif(not VECTORS.exists(), reason="the published vectors are not beside this checkout")
def test_published_vectors() -> None:
    assert vectors()
    for vector in vectors():
        headers, secret, body = vector["headers"], str(vector["secret"]), str(vector["body"]).encode()
        assert isinstance(headers, dict)
        assert vector["expected"] == "valid"
        ask(headers, [secret], body)
        with pytest.raises(SignatureError):
            ask({name: f"{value}x" for name, value in headers.items()}, [secret], body)
