"""Whether a reply whose answer was lost is in its conversation, by our own id, and by its words where an older Chatwoot
has not kept that (https://developers.chatwoot.com/api-reference/messages/get-messages).
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.platforms.chatwoot.api import Inbox
from shared.platforms.chatwoot.payload import OUR_ID
from shared.ports import Answer, Asking
from shared.replying import NotThere, Reply, Sent, Unknown

_CLOCKS_DIFFER = timedelta(minutes=1)
_PAGE = 20
_MOST_PAGES = 5
_OUTGOING = (1, "outgoing")

UNSHOWN = Unknown(sentence="Chatwoot did not show what was written since: look at the conversation there")


def look(
    reply: Reply, inbox: Inbox, since: datetime, others: Collection[str] = ()
) -> Asking[Sent | NotThere | Unknown]:
    """Look through the conversation, the newest first, as far as the time goes back; `others` are ids of which it is
    known that they are not the reply's."""
    since -= _CLOCKS_DIFFER
    path = f"/conversations/{reply.place.thread}/messages"
    before = ""
    for _ in range(_MOST_PAGES):
        answer = yield inbox.get(f"{path}{before}")
        shown = _messages(answer)
        if shown is None or not (shown or before):
            return UNSHOWN  # a conversation has at least what the customer wrote
        for message in _ours(shown, since, others):
            if _is(message, reply):
                return written(message)
        if len(shown) < _PAGE or any(at is not None and at < since for at in map(_instant, shown)):
            return NotThere()
        before = f"?before={min(message['id'] for message in shown)}"
    return UNSHOWN


def is_message(said: Mapping[str, Any]) -> bool:
    """Return whether something is a message that has its id."""
    number = said.get("id")
    return isinstance(number, int) and not isinstance(number, bool) and number > 0


def written(message: Mapping[str, Any]) -> Sent:
    """Return what is known of a message that is there."""
    return Sent(external_id=str(message["id"]), at=_instant(message))


def _messages(answer: Answer) -> list[Mapping[str, Any]] | None:
    """Return the messages of a page; none where they cannot be read."""
    listed = answer.json().get("payload")
    if answer.status != 200 or not isinstance(listed, list):
        return None
    return listed if all(isinstance(each, dict) and is_message(each) for each in listed) else None


def _ours(messages: list[Mapping[str, Any]], since: datetime, others: Collection[str]) -> Iterator[Mapping[str, Any]]:
    """Yield what agents have written to the customer since."""
    for message in messages:
        at = _instant(message)
        is_said = message.get("message_type") in _OUTGOING and not message.get("private")
        if is_said and str(message["id"]) not in others and (at is None or at >= since):
            yield message


def _is(message: Mapping[str, Any], reply: Reply) -> bool:
    attributes = message.get("content_attributes")
    own = attributes.get(OUR_ID) if isinstance(attributes, dict) else None
    if own:
        return bool(own == reply.id)
    return str(message.get("content") or "").split() == reply.draft.text.split()


def _instant(message: Mapping[str, Any]) -> datetime | None:
    """Return when a message was written: Chatwoot counts seconds here."""
    with suppress(KeyError, TypeError, ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(int(message["created_at"]), UTC)
    return None
