"""What X tells of something that it has just taken."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from infra.local.standin.echoes import Notice, milliseconds, notice
from infra.local.standin.platforms.x.showing import shown
from infra.local.standin.state import Arrived


def _post(arrived: Arrived) -> Iterator[Notice]:
    """https://docs.x.com/x-api/activity/event-payloads (`post.create`)"""
    text = shown(arrived.text, arrived.to)
    named = f"@user{arrived.to}"
    payload = {
        "id": arrived.external_id,
        "author_id": arrived.account,
        "conversation_id": arrived.tag or arrived.external_id,
        "created_at": f"{arrived.at:%Y-%m-%dT%H:%M:%S}.000Z",
        "text": text,
        "edit_history_tweet_ids": [arrived.external_id],
        "display_text_range": [len(named) + 1, len(text)],
        "in_reply_to_tweet_id": arrived.reply_to,
        "in_reply_to_user_id": arrived.to,
        "referenced_tweets": [{"type": "replied_to", "id": arrived.reply_to}],
        "entities": {"mentions": [{"start": 0, "end": len(named), "username": named[1:], "id": arrived.to}]},
    }
    if arrived.reply_to:
        yield _activity("post.create", arrived, payload)


def _direct(arrived: Arrived) -> Iterator[Notice]:
    """https://docs.x.com/x-api/activity/event-payloads (`dm.sent`)"""
    created = {
        "target": {"recipient_id": arrived.to},
        "sender_id": arrived.account,
        "message_data": {"text": shown(arrived.text, "")},
    }
    event = {
        "type": "message_create",
        "id": arrived.external_id,
        "created_timestamp": str(milliseconds(arrived.at)),
        "message_create": created,
    }
    yield _activity("dm.sent", arrived, {"direct_message_events": [event], "users": {}})


def _activity(name: str, arrived: Arrived, payload: Mapping[str, Any]) -> Notice:
    about = {"event_uuid": f"-{arrived.external_id}", "filter": {"user_id": arrived.account}, "event_type": name}
    return notice(arrived, {"data": {**about, "tag": "standin", "payload": payload}})


ECHOES: Mapping[str, Callable[[Arrived], Iterator[Notice]]] = {"x_mention": _post, "x_dm": _direct}
