"""Nothing that is posted to us is Amazon Connect's: it signs nothing, and calls nobody.

What it tells comes through EventBridge and Kinesis, and the proof is AWS's own: nobody but these may invoke the
function that takes it (`services/calls`), as its permission and its role say (`template.yaml`).
"""

from collections.abc import Sequence
from datetime import datetime

from shared.errors import SignatureError
from shared.models import Request


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG001 - whatever it is
    """Raise `SignatureError`, whatever is in the request: no secret proves what Connect never sends."""
    raise SignatureError("Amazon Connect posts to nobody: what it tells comes through EventBridge and Kinesis")
