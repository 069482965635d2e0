"""Proof that Jira made a request (https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks).

No instant is signed, so what was heard once can be sent again for ever: what it says is done once by its own ids.
"""

import hmac
from collections.abc import Sequence
from datetime import datetime

from shared.errors import SignatureError
from shared.models import Request

SIGNATURE = "x-hub-signature"


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG001
    """Return when the request was signed with one of our secrets, as it is; raises `SignatureError`."""
    given = request.headers.get(SIGNATURE, "").encode(errors="surrogatepass")
    ours = [b"sha256=" + hmac.digest(secret.encode(), request.body, "sha256").hex().encode() for secret in secrets]
    if not sum(hmac.compare_digest(given, own) for own in ours):
        raise SignatureError(f"{SIGNATURE} is missing or does not fit")
