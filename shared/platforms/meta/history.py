"""One message of a Messenger or Instagram history, as the webhook would have delivered it.

https://developers.facebook.com/docs/graph-api/reference/message
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from shared.ports import Thing

FIELDS = (
    "id,created_time,from,to,message,sticker,attachments{id,mime_type,name,image_data,video_data,file_url},"
    "shares{link,name},story,is_unsupported"
)

_MEDIA = {"image_data": "image", "video_data": "video", "audio_data": "audio"}
_INSTANT: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


def delivery(message: Mapping[str, Any], at: datetime, thing: Thing) -> bytes | None:
    """Return the webhook's body for a message, or none if it does not say whose it is."""
    sender = _ids(message.get("from"))
    recipients = _ids(message.get("to"))
    if not message.get("id") or len(sender) != 1 or not recipients:
        return None
    ours = {thing.id, thing.through}
    by_us = sender[0] in ours
    if by_us is bool(ours & set(recipients)):
        return None  # neither side bears an id that we know for ours, or both do
    customer = recipients[0] if by_us else sender[0]
    sender_id, recipient_id = (thing.id, customer) if by_us else (customer, thing.id)
    milliseconds = round(at.timestamp() * 1000)
    item = {
        "sender": {"id": sender_id},
        "recipient": {"id": recipient_id},
        "timestamp": milliseconds,
        "message": _content(message) | ({"is_echo": True} if by_us else {}),
    }
    return orjson.dumps({"object": thing.kind, "entry": [{"id": thing.id, "time": milliseconds, "messaging": [item]}]})


def _content(message: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"mid": str(message["id"])}
    if isinstance(message.get("message"), str):
        content["text"] = message["message"]
    if attachments := [attachment for read in _ATTACHED for attachment in read(message)]:
        content["attachments"] = attachments
    if told := _story(message, "reply_to"):
        content["reply_to"] = {"story": {"id": told.get("id"), "url": told.get("link")}}
    return content


def _files(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for file in _members(message.get("attachments")):
        spoken = str(file.get("mime_type", "")).partition("/")[0]
        kind, url = (spoken if spoken in _MEDIA.values() else "file"), file.get("file_url")
        for name, word in _MEDIA.items():
            if isinstance(file.get(name), dict):
                kind, url = word, file[name].get("url")
        payload = {"url": url, "attachment_id": file.get("id")}
        yield {"type": kind, "title": file.get("name"), "payload": payload}


def _shares(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for share in _members(message.get("shares")):
        yield {"type": "share", "title": share.get("name"), "payload": {"url": share.get("link")}}


def _sticker(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if isinstance(message.get("sticker"), str):
        yield {"type": "image", "payload": {"url": message["sticker"]}}


def _mention(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if told := _story(message, "mention"):
        yield {"type": "story_mention", "payload": {"id": told.get("id"), "url": told.get("link")}}


def _story(message: Mapping[str, Any], how: str) -> Mapping[str, Any] | None:
    story = message.get("story")
    found = story.get(how) if isinstance(story, dict) else None
    return found if isinstance(found, dict) else None


_ATTACHED = (_files, _shares, _sticker, _mention)


def _ids(people: Any) -> list[str]:
    """Return who is meant: `from` is a person, `to` a list of them."""
    listed = _members(people) if isinstance(people, dict) and "data" in people else [people]
    return [str(each["id"]) for each in listed if isinstance(each, dict) and each.get("id")]


def _members(edge: Any) -> list[Mapping[str, Any]]:
    found = edge.get("data") if isinstance(edge, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def instant(value: Any) -> datetime | None:
    try:
        return _INSTANT.validate_python(value).astimezone(UTC)
    except ValidationError:
        return None
