"""Proof that a request comes from Chatwoot (chatwoot/chatwoot, lib/webhooks/trigger.rb)."""

import re
from collections.abc import Sequence
from datetime import datetime

from shared.errors import SignatureError
from shared.models import Request
from shared.proofs import is_proven, macs

SIGNATURE, TIMESTAMP = "X-Chatwoot-Signature", "X-Chatwoot-Timestamp"
TOLERANCE = 300
"""Seconds by which Chatwoot's clock may differ from ours, either way. Chatwoot leaves the choice to us."""

_SECONDS = re.compile(r"[0-9]{1,12}")


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:
    """Return when the request carries a signature of its instant and its raw body, made lately with one of the
    webhook's secrets.

    An older Chatwoot, and a webhook without a secret, sign nothing and get nothing in. Raises `SignatureError` when the
    signature or its instant is missing, malformed, wrong, or more than five minutes away from `now`;
    `ConfigurationError` when there is no secret or an empty one.
    """
    ours = macs(secrets, "chatwoot: the webhook's secret is missing or empty")
    said, given = request.headers.get(TIMESTAMP), request.headers.get(SIGNATURE)
    if said is None or given is None:
        raise SignatureError(f"{SIGNATURE} or {TIMESTAMP} is missing: has the webhook a secret?")
    if not _SECONDS.fullmatch(said) or abs(now.timestamp() - int(said)) > TOLERANCE:
        raise SignatureError(f"{TIMESTAMP} is no instant, or more than {TOLERANCE} seconds away from our clock")
    if not is_proven(given, said.encode() + b"." + request.body, ours, b"sha256="):
        raise SignatureError(f"{SIGNATURE} does not fit the body")
