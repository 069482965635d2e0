"""What Zendesk's webhooks tell of a ticket (https://developer.zendesk.com/api-reference/webhooks/event-types/
ticket-events/): subscribe to the event types of `_READERS`.

What the token's own user did is ours, and comes back as an echo; so does what a trigger or an automation did, in
nobody's name.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from shared.connectors.told import Told
from shared.errors import MalformedRequest
from shared.playbook.connectors import Zendesk

PREFIX = "zen:event-type:ticket."

_ENDED = frozenset({"SOLVED", "CLOSED"})


def read(body: bytes, tool: Zendesk) -> Told | None:
    """Return what somebody of the department did, or none for what is nothing of ours, or not of theirs.

    Raises `MalformedRequest` for what is no ticket event.
    """
    try:
        said = orjson.loads(body)
        detail, event, name = said["detail"], said["event"], str(said["type"]).removeprefix(PREFIX)
        reader = _READERS.get(name)
        return reader(said, detail, event, tool) if reader and detail.get("external_id") else None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedRequest(f"this is no ticket event of Zendesk's ({type(error).__name__})") from None


def _commented(said: Any, detail: Any, event: Any, tool: Zendesk) -> Told | None:
    comment = event["comment"]
    author = comment["author"]
    who = str(author["id"])
    if not comment["is_public"] or not author["is_staff"] or who == tool.user:
        return None
    return _told("said", said, detail, who, key=f"comment:{comment['id']}", text=comment["body"])


def _status_changed(said: Any, detail: Any, event: Any, tool: Zendesk) -> Told | None:
    return _told("ended", said, detail, _actor(detail, tool)) if event["current"] in _ENDED else None


def _group_changed(said: Any, detail: Any, event: Any, tool: Zendesk) -> Told | None:
    left = str(event["previous"]) == tool.group != str(event["current"])
    return _told("gave_back", said, detail, _actor(detail, tool)) if left else None


def _agent_changed(said: Any, detail: Any, event: Any, tool: Zendesk) -> Told | None:
    """Assigned to our user, it is given back; to anybody else, they have taken it."""
    current = str(event["current"] or "")
    if current == tool.user:
        return _told("gave_back", said, detail, _actor(detail, tool))
    return _told("took", said, detail, current) if current else None


def _told(what: Any, said: Any, detail: Any, who: str, *, key: str = "", text: str = "") -> Told | None:
    if not who:
        return None
    return Told(what, str(detail["external_id"]), str(detail["id"]), who, key or f"event:{said['id']}", text)


def _actor(detail: Any, tool: Zendesk) -> str:
    """Return who did it; nobody for ourselves, and for Zendesk's own rules, whose user is -1."""
    who = str(detail.get("actor_id") or "")
    return "" if who in (tool.user, "-1") else who


type _Reader = Callable[[Any, Any, Any, Zendesk], Told | None]

_READERS: Mapping[str, _Reader] = {
    "comment_added": _commented,
    "status_changed": _status_changed,
    "group_assignment_changed": _group_changed,
    "agent_assignment_changed": _agent_changed,
}
