"""Proof that a request comes from the instance (mastodon/mastodon, app/workers/webhooks/delivery_worker.rb)."""

from collections.abc import Sequence
from datetime import datetime

from shared.errors import SignatureError
from shared.models import Request
from shared.proofs import is_proven, macs

HEADER = "X-Hub-Signature"


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG001 - Mastodon signs no time
    """Return when the request carries a signature of its raw body made with one of the webhook's secrets.

    The header is WebSub's, the digest SHA-256. Mastodon signs no time: nothing here stops a replay, the journal's keys
    do. Raises `SignatureError` when the signature is missing or wrong, `ConfigurationError` when there is no secret or
    an empty one.
    """
    ours = macs(secrets, "mastodon: the webhook's secret is missing or empty")
    given = request.headers.get(HEADER)
    if given is None:
        raise SignatureError(f"{HEADER} is missing")
    if not is_proven(given, request.body, ours, b"sha256="):
        raise SignatureError(f"{HEADER} does not fit the body")
