"""Proof that a request comes from the webhook that we set (https://core.telegram.org/bots/api#setwebhook)."""

import re
from collections.abc import Sequence
from datetime import datetime

from shared.errors import ConfigurationError, SignatureError
from shared.models import Request
from shared.proofs import is_one_of

HEADER = "X-Telegram-Bot-Api-Secret-Token"

_SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG001 - Telegram signs no time
    """Return when the request carries one of our secret tokens.

    Telegram sends the token itself and signs neither the body nor a time, so the token is all there is: nothing here
    stops a replay, the journal's keys do. Raises `SignatureError` for a missing or another token, `ConfigurationError`
    when there is no secret or one that `setWebhook` would refuse.
    """
    if not secrets or not all(_SECRET_TOKEN.fullmatch(secret) for secret in secrets):
        raise ConfigurationError("telegram: a secret_token is 1 to 256 of A-Z, a-z, 0-9, _ and -")
    given = request.headers.get(HEADER)
    if given is None:
        raise SignatureError(f"{HEADER} is missing")
    if not is_one_of(given, [secret.encode() for secret in secrets]):
        raise SignatureError(f"{HEADER} is not ours")
