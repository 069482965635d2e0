"""Proof that Jira made a request (https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks).

No instant is signed, so what was heard once can be sent again for ever: what it says is done once by its own ids.
"""

from collections.abc import Sequence
from datetime import datetime

from shared.errors import SignatureError
from shared.models import Request
from shared.proofs import is_proven, keyed

SIGNATURE = "x-hub-signature"


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG001
    """Return when the request was signed with one of our secrets, as it is; raises `SignatureError`."""
    ours = [keyed(secret.encode()) for secret in secrets]
    if not is_proven(request.headers.get(SIGNATURE, ""), request.body, ours, b"sha256="):
        raise SignatureError(f"{SIGNATURE} is missing or does not fit")
