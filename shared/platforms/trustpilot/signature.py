"""Trustpilot's webhooks carry no proof that is documented: what they would tell is asked for (`poll.py`), and no
request can prove to speak for it."""

from collections.abc import Sequence
from datetime import datetime

from shared.errors import SignatureError
from shared.models import Request


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG001
    """Raise `SignatureError`, whatever was sent and whatever secrets somebody keeps for the account."""
    raise SignatureError("Trustpilot is asked for its reviews: nobody is let in here")
