"""Nobody is let in for WordPress: what its own hooks post is signed by nobody, so that anybody may write it
(https://wordpress.com/support/webhooks/). WooCommerce does sign what it posts (`X-WC-Webhook-Signature`), and has none
for comments. They are asked for instead (`poll.py`)."""

from collections.abc import Sequence
from datetime import datetime

from shared.errors import SignatureError
from shared.models import Request


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG001
    """Raise `SignatureError`, whatever was sent and whatever secrets somebody keeps for the account."""
    raise SignatureError("WordPress signs no hook about comments: nobody is let in here")
