"""Whether X delivers: it must find our webhook valid, and have at least one subscription to send there.

https://docs.x.com/x-api/webhooks/introduction
https://docs.x.com/x-api/activity/get-x-activity-subscriptions
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from shared.platforms.x.api import HOST, get, own_webhook, refusal
from shared.ports import Asking, Presence, Subscription, SubscriptionPort

_README = "(shared/platforms/x/README.md)"

_NO_ACCESS = frozenset({401, 403, 404})
"""How an app is answered about a product that it has no access to, and so no subscriptions of."""


def ask(presence: Presence, now: datetime) -> Asking[Subscription]:  # noqa: ARG001
    """Find out whether X has our URL, whether that passed its last challenge, and whether anything is subscribed."""
    webhook = yield from own_webhook(presence)
    if isinstance(webhook, str):
        return Subscription("unknown", webhook)
    if webhook is None:
        return Subscription("inactive", f"X has no webhook with our URL: register it and subscribe again {_README}")
    if not webhook.valid:
        return Subscription(
            "failing",
            "X switched the webhook off, since its challenges failed: is the consumer secret still the app's? Then "
            f"call PUT /2/webhooks/{webhook.id}, and ask for what was missed with `python -m infra.backfill`",
        )
    return (yield from _subscribed(presence, webhook.id))


def _subscribed(presence: Presence, webhook_id: str) -> Asking[Subscription]:
    """Look through the products that use a webhook, the current one first, until one of them does."""
    unanswered = ""
    for path, uses in _PRODUCTS:
        answer = yield get(presence, path.format(webhook_id=webhook_id))
        if answer.status == 200 and uses(answer.json(), webhook_id):
            return Subscription("active", "")
        if answer.status != 200 and answer.status not in _NO_ACCESS:
            unanswered = refusal(answer)
    if unanswered:
        return Subscription(
            "unknown", f"X finds our webhook valid; what is subscribed to it is not known: {unanswered}"
        )
    return Subscription("inactive", f"X has our webhook, and nothing is subscribed to it: subscribe again {_README}")


def _activity(said: Mapping[str, Any], webhook_id: str) -> bool:
    return _any(said.get("data"), lambda found: str(found.get("webhook_id")) == webhook_id)


def _account_activity(said: Mapping[str, Any], webhook_id: str) -> bool:  # noqa: ARG001 - it is in the path
    data = said.get("data")
    return isinstance(data, dict) and _any(data.get("subscriptions"), lambda _: True)


def _stream(said: Mapping[str, Any], webhook_id: str) -> bool:
    # The reference has the links under `data`, the quickstart under `links`.
    return any(
        _any(said.get(name), lambda found: str(found.get("webhook_id")) == webhook_id) for name in ("data", "links")
    )


def _any(found: Any, fits: Callable[[Mapping[str, Any]], bool]) -> bool:
    return isinstance(found, list) and any(isinstance(each, dict) and fits(each) for each in found)


_PRODUCTS: tuple[tuple[str, Callable[[Mapping[str, Any], str], bool]], ...] = (
    ("/2/activity/subscriptions?max_results=1000", _activity),
    ("/2/account_activity/webhooks/{webhook_id}/subscriptions/all/list", _account_activity),
    ("/2/tweets/search/webhooks", _stream),
)

PORT = SubscriptionPort(frozenset({HOST}), ask)
