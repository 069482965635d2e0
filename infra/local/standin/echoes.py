"""What the platforms tell our door of something that they have just taken, in the form of their samples: its echo, or
how far it got. Comments and mail are not told of here, and neither is what a platform tells nobody.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson

from infra.local.standin import mastodon, twilio, x
from infra.local.standin.state import Arrived
from shared.platforms.twilio.messages import OUR_ID

_SECOND = timedelta(seconds=1)
_NUMBER = 15
"""So many digits a telephone number has at most; a longer one is a group's."""


class Notice(NamedTuple):
    """One delivery: the JSON of a sample, and what stands behind the webhook's URL after a `?`."""

    platform: str
    body: bytes
    query: str = ""


def of(arrived: Arrived) -> Iterator[Notice]:
    """Yield what is told of something that arrived, in its order."""
    tells = _OF.get(arrived.channel)
    for value in tells(arrived) if tells else ():
        yield Notice(arrived.platform, orjson.dumps(value), _query(arrived))


def _query(arrived: Arrived) -> str:
    """Return our own id as the callback has it that was asked for, where only Twilio asks."""
    own = arrived.platform == "twilio" and arrived.reply_id
    return urlencode({OUR_ID: arrived.reply_id}) if own else ""


type _Told = Iterator[Mapping[str, Any]]


def _messaging(arrived: Arrived) -> _Told:
    """https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-echoes"""
    if not arrived.to.isdigit():
        return  # a guest of a website, of whom the echo has no id
    own = {"metadata": arrived.reply_id} if arrived.reply_id else {}
    item = {
        "sender": {"id": arrived.account},
        "recipient": {"id": arrived.to},
        "timestamp": _milliseconds(arrived.at),
        "message": {"mid": arrived.external_id, "text": arrived.text, "is_echo": True, **own},
    }
    entry = {"id": arrived.account, "time": _milliseconds(arrived.at), "messaging": [item]}
    yield {"object": "page" if arrived.channel == "messenger" else "instagram", "entry": [entry]}


def _whatsapp(arrived: Arrived) -> _Told:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status"""
    if arrived.to.isdigit() and len(arrived.to) > _NUMBER:
        return  # in a group each participant has statuses of their own
    own = {"biz_opaque_callback_data": arrived.reply_id} if arrived.reply_id else {}
    to = {"recipient_id": arrived.to} if arrived.to.isdigit() else {"recipient_user_id": arrived.to}
    about = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "34910000001", "phone_number_id": arrived.account},
    }
    for later, status in enumerate(("sent", "delivered", "read")):
        at = str(int((arrived.at + later * _SECOND).timestamp()))
        told = {"id": arrived.external_id, "status": status, "timestamp": at, **to, **own}
        change = {"field": "messages", "value": {**about, "statuses": [told]}}
        yield {"object": "whatsapp_business_account", "entry": [{"id": "102000000000001", "changes": [change]}]}


def _post(arrived: Arrived) -> _Told:
    """https://docs.x.com/x-api/activity/event-payloads (`post.create`)"""
    text = x.shown(arrived.text, arrived.to)
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


def _direct(arrived: Arrived) -> _Told:
    """https://docs.x.com/x-api/activity/event-payloads (`dm.sent`)"""
    created = {
        "target": {"recipient_id": arrived.to},
        "sender_id": arrived.account,
        "message_data": {"text": x.shown(arrived.text, "")},
    }
    event = {
        "type": "message_create",
        "id": arrived.external_id,
        "created_timestamp": str(_milliseconds(arrived.at)),
        "message_create": created,
    }
    yield _activity("dm.sent", arrived, {"direct_message_events": [event], "users": {}})


def _activity(name: str, arrived: Arrived, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    about = {"event_uuid": f"-{arrived.external_id}", "filter": {"user_id": arrived.account}, "event_type": name}
    return {"data": {**about, "tag": "standin", "payload": payload}}


def _callbacks(arrived: Arrived) -> _Told:
    """https://www.twilio.com/docs/messaging/guides/track-outbound-message-status"""
    chat = arrived.channel == "twilio_whatsapp"
    prefix = "whatsapp:" if chat else ""
    for status in ("sent", "delivered", *(["read"] if chat else [])):
        yield {
            "SmsSid": arrived.external_id,
            "SmsStatus": status,
            "MessageStatus": status,
            "To": f"{prefix}{arrived.to}",
            "MessageSid": arrived.external_id,
            "AccountSid": twilio.ACCOUNT,
            "From": f"{prefix}{arrived.account}",
            "ApiVersion": "2010-04-01",
        }


def _status(arrived: Arrived) -> _Told:
    """https://docs.joinmastodon.org/admin/webhooks/"""
    at = arrived.at.isoformat(timespec="milliseconds")
    yield {"event": "status.created", "created_at": at, "object": mastodon.own(arrived)}


def _inbox(arrived: Arrived) -> _Told:
    """chatwoot/chatwoot, app/models/message.rb (`webhook_data`)"""
    own = {"mostrador_reply_id": arrived.reply_id} if arrived.reply_id else {}
    quoted = {"in_reply_to": int(arrived.reply_to)} if arrived.reply_to else {}
    yield {
        "event": "message_created",
        "id": int(arrived.external_id),
        "content": arrived.text,
        "content_type": "text",
        "content_attributes": own | quoted,
        "created_at": arrived.at.isoformat(timespec="milliseconds"),
        "message_type": "outgoing",
        "private": False,
        "sender": {"id": 9, "name": "Soporte", "type": "user"},
        "conversation": {"id": int(str(arrived.tag)), "meta": {"sender": {"id": int(arrived.to), "type": "contact"}}},
    }


def _tiktok(arrived: Arrived) -> _Told:
    """https://business-api.tiktok.com/portal/docs?id=1832190670631937 (`im_send_msg`)"""
    content = {
        "timestamp": _milliseconds(arrived.at),
        "from_user": {"id": arrived.account, "role": "business_account"},
        "to_user": {"id": arrived.to, "role": "personal_account"},
        "conversation_id": arrived.tag,
        "message_id": arrived.external_id,
        "type": "text",
        "text": {"body": arrived.text},
    }
    yield {
        "event": "im_send_msg",
        "create_time": int(arrived.at.timestamp()),
        "user_openid": arrived.account,
        "content": orjson.dumps(content).decode(),
    }


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


_OF: Mapping[str, Callable[[Arrived], _Told]] = {
    "messenger": _messaging,
    "instagram_dm": _messaging,
    "whatsapp": _whatsapp,
    "x_mention": _post,
    "x_dm": _direct,
    "sms": _callbacks,
    "twilio_whatsapp": _callbacks,
    "mastodon_mention": _status,
    "mastodon_dm": _status,
    "chatwoot_conversation": _inbox,
    "tiktok_dm": _tiktok,
}
