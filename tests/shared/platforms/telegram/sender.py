"""Plays Telegram: a bot's webhook with a `secret_token`."""

from datetime import datetime

ACCOUNT = "tienda_bot"
SECRETS = ("Current_secret-token_for_tests_1", "Previous_secret-token_for_tests_0")
SIGNS_TIME = False
CORPUS = ("telegram",)
HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = ()


def sign(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """Return the headers of a delivery; Telegram sends its token and signs neither the body nor the time."""
    return {"content-type": "application/json", "x-telegram-bot-api-secret-token": secret}
