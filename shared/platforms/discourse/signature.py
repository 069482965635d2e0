"""Proof that a request comes from the forum (discourse/discourse, app/jobs/regular/emit_web_hook_event.rb)."""

from collections.abc import Sequence
from datetime import datetime

from shared.errors import SignatureError
from shared.models import Request
from shared.proofs import is_proven, macs

HEADER = "X-Discourse-Event-Signature"


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG001 - Discourse signs no time
    """Return when the request carries a signature of its raw body made with one of the webhook's secrets.

    Discourse signs neither a time nor its other headers: nothing here stops a replay, the journal's keys do. A webhook
    without a secret is not signed at all and gets nothing in. Raises `SignatureError` when the signature is missing or
    wrong, `ConfigurationError` when there is no secret or an empty one.
    """
    ours = macs(secrets, "discourse: the webhook's secret is missing or empty")
    given = request.headers.get(HEADER)
    if given is None:
        raise SignatureError(f"{HEADER} is missing: has the webhook a secret?")
    if not is_proven(given, request.body, ours, b"sha256="):
        raise SignatureError(f"{HEADER} does not fit the body")
