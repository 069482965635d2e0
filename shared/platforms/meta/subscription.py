"""Whether Meta delivers: each Page, Instagram account and WhatsApp account must let the app in.

Meta unsubscribes an app from a Page or an Instagram account after about an hour of failures, and does not subscribe it
again (https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps/,
https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account/subscribed_apps/).
"""

from datetime import datetime
from typing import Any

from shared.platforms.meta import graph
from shared.ports import Asking, Presence, Subscription, SubscriptionPort, Thing

_NONE = "the playbook names no `things` of this account, so there is nothing to ask Meta about: add its Page's id"

_GRAVITY = ("inactive", "unknown", "active")
"""Of several things, the worst is said of the account: one that is closed is worse than one that cannot be seen."""


def ask(presence: Presence, now: datetime) -> Asking[Subscription]:  # noqa: ARG001
    """Find out whether every thing of the account still has an app subscribed to it."""
    if not presence.things:
        return Subscription("unknown", _NONE)
    found = []
    for thing in presence.things:
        found.append((yield from _about(presence, thing)))  # noqa: PERF401 - no comprehension can ask
    worst = min(_GRAVITY.index(each.state) for each in found)
    same = [each for each in found if each.state == _GRAVITY[worst]]
    return Subscription(same[0].state, "; ".join(dict.fromkeys(each.sentence for each in same if each.sentence)))


def _about(presence: Presence, thing: Thing) -> Asking[Subscription]:
    answer = yield graph.get(presence, thing, f"{graph.node(thing)}/subscribed_apps")
    apps = answer.json().get("data")
    if answer.status != 200 or not isinstance(apps, list):
        return Subscription("unknown", f"{thing.kind} {thing.id}: {graph.refusal(answer)}")
    if any(_listens(app, presence.app) for app in apps):
        return Subscription("active", "")
    return Subscription(
        "inactive",
        f"{thing.kind} {thing.id} no longer lets the app in: mend what failed, then POST /{graph.node(thing)}"
        "/subscribed_apps (shared/platforms/meta/README.md), and fetch what was missed with `python -m infra.backfill`",
    )


def _listens(app: Any, ours: str | None) -> bool:
    """Return whether an app of the list gets anything, and is ours where the playbook says which one is.

    A WhatsApp account wraps the app and names no fields: they are the app's own.
    """
    if not isinstance(app, dict) or app.get("subscribed_fields", True) in ([], None):
        return False
    inner = app.get("whatsapp_business_api_data", app)
    known = str(inner["id"]) if isinstance(inner, dict) and "id" in inner else None
    return ours is None or known in (None, ours)


PORT = SubscriptionPort(graph.HOSTS, ask, graph.THINGS)
