"""Proof that Slack made a request (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""

import re
from collections.abc import Sequence
from datetime import datetime

from shared.errors import SignatureError
from shared.models import Request
from shared.proofs import is_proven, keyed

TIMESTAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"
TOLERANCE = 300
"""Seconds by which Slack's clock may differ from ours, either way; what Slack advises."""

_UNIX_TIME = re.compile(r"[0-9]{1,12}")


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:
    """Return when the request was signed with one of our secrets, as it is, and lately; raises `SignatureError`."""
    timestamp, signature = request.headers.get(TIMESTAMP, ""), request.headers.get(SIGNATURE, "")
    if not _UNIX_TIME.fullmatch(timestamp):
        raise SignatureError(f"{TIMESTAMP} is missing, or no number of seconds")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE:
        raise SignatureError(f"{TIMESTAMP} is more than {TOLERANCE} seconds away from our clock")
    what = b":".join((b"v0", timestamp.encode(), request.body))
    if not is_proven(signature, what, [keyed(secret.encode()) for secret in secrets], b"v0="):
        raise SignatureError(f"{SIGNATURE} does not fit")
