"""What we do with the same deliveries, as the door does it: from the request's bytes to the events, or to the proof."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from shared.connectors.slack import signature as slack
from shared.models import Delivery, Message, Request
from shared.platforms import Verify, load

type Once = Callable[[], object]
type Case = Mapping[str, Any]


def normalise(case: Case) -> Once:
    """Return what reads one message: who wrote what, and when."""
    vendor, body, now = load(case["platform"]), b64decode(case["body"]), datetime.now(UTC)

    def once() -> object:
        (message,) = vendor.normalise(Delivery(vendor.name, case["account"], body, {}, now))
        assert isinstance(message, Message)
        assert message.author
        return [message.author.name, message.text, int(message.occurred_at.timestamp())]

    return once


def mail(case: Case) -> Once:
    """Return what reads one mail: who wrote under which subject, and the first line."""
    vendor, body, now = load(case["platform"]), b64decode(case["body"]), datetime.now(UTC)

    def once() -> object:
        (message,) = vendor.normalise(Delivery(vendor.name, case["account"], body, {}, now))
        assert isinstance(message, Message)
        return [message.identity.rpartition(":")[2], message.title, message.text.splitlines()[0]]

    return once


def verify(case: Case) -> Once:
    return _verifying(load(case["platform"]).verify, case)


def slack_signature(case: Case) -> Once:
    return _verifying(slack.verify, case)


def _verifying(verify: Verify, case: Case) -> Once:
    request, secrets = Request("POST", case["url"], case["headers"], {}, b64decode(case["body"])), (case["secret"],)

    def once() -> object:
        verify(request, secrets, datetime.now(UTC))
        return True

    return once
