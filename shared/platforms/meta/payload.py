"""Meta's envelope, cut into units: `{object, entry: [{id, time, messaging | standby | changes | changed_fields}]}`.

One delivery may hold up to a thousand updates of several Pages or numbers
(https://developers.facebook.com/docs/graph-api/webhooks/getting-started). A part of it that has not the documented
shape becomes a unit of its own that cannot be read, and takes none of the others down with it.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Unit

_INSTANT = TypeAdapter(AwareDatetime).validator  # seconds, milliseconds or text: Meta sends all of them
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")

_MESSAGING_CHANNELS = {"page": "messenger", "instagram": "instagram_dm"}

# What stands beside the key that says what a messaging item is.
_BESIDE_THE_KIND = frozenset({"sender", "recipient", "timestamp", "prior_message", "is_self"})

# Fields of a Page whose value says what happened (`verb`) to what (`item`).
_ITEM_AND_VERB = frozenset({"feed", "mention", "ratings"})

# Fields of WhatsApp whose value holds lists; the lists, and what tells the kinds of their members apart.
_LISTING_FIELDS = frozenset(
    {"messages", "message_echoes", "smb_message_echoes", "calls", "user_id_update", "user_preferences", "standby"}
)
_LISTS = {
    "messages": "type",
    "message_echoes": "type",
    "statuses": "status",
    "calls": "event",
    "user_id_update": "",
    "user_preferences": "",
    "errors": "",
}


def split(delivery: Delivery) -> list[Unit]:
    """Return every update of a delivery: each message, status and change of each entry, in Meta's order.

    Raises `UnreadableDelivery` when the body is not JSON or not Meta's envelope.
    """
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("meta: the body is not JSON") from error
    match _without_nulls(body) if b"null" in delivery.body else body:
        case {"object": str(kind), "entry": list(entries)}:
            return [unit for entry in entries for unit in _entry(kind, entry, delivery)]
        case _:
            raise UnreadableDelivery("meta: the body has no object and entry")


def _without_nulls(value: Any) -> Any:
    """Return a value without the members that are null, at any depth: Meta writes that where others leave them out."""
    match value:
        case dict():
            return {key: _without_nulls(member) for key, member in value.items() if member is not None}
        case list():
            return [_without_nulls(member) for member in value]
        case _:
            return value


def _entry(kind: str, entry: Any, delivery: Delivery) -> Iterator[Unit]:
    if not isinstance(entry, dict) or _PARTS_OF_ENTRY.keys().isdisjoint(entry):
        yield Unit(name="entry", value=entry, account=delivery.account, at=delivery.received_at)
        return
    account = _id(entry.get("id")) or delivery.account
    at = _instant(entry.get("time"), default=delivery.received_at)
    for part, cut in _PARTS_OF_ENTRY.items():
        for member in _members(entry, part):
            yield from cut(kind, member, account, at)


def _item(kind: str, item: Any, account: str, at: datetime) -> Iterator[Unit]:
    channel = _MESSAGING_CHANNELS.get(kind)
    keys = [key for key in item if key not in _BESIDE_THE_KIND] if isinstance(item, dict) else []
    if channel is None or not keys:
        yield Unit(name="messaging", value=item, account=account, at=at)
        return
    at = _instant(item.get("timestamp"), default=at)
    for key in keys:
        deleted = key == "message" and isinstance(item[key], dict) and item[key].get("is_deleted")
        yield Unit(_name(key, "is_deleted" if deleted else ""), item, account, at, context=channel)


def _change(kind: str, change: Any, account: str, at: datetime) -> Iterator[Unit]:
    match kind, change:
        case "whatsapp_business_account", {"field": str(field), "value": dict(value)}:
            yield from _whatsapp(field, value, account, at)
        case "page" | "instagram", {"value": {"sender": _, "recipient": _} as item}:
            yield from _item(kind, item, account, at)  # as the test button of the app's dashboard sends messages
        case "page" | "instagram", {"field": str(field), "value": dict(value)}:
            words = (value.get("item"), value.get("verb")) if field in _ITEM_AND_VERB else ()
            yield Unit(_name(field, *words), value, account, at)
        case "page" | "instagram" | "whatsapp_business_account", {"field": str(field)}:
            name = "changed_fields" if change.get("value") is None else _name(field)
            yield Unit(name, change, account, at)
        case "page" | "instagram" | "whatsapp_business_account", _:
            yield Unit("changes", change, account, at)
        case _:
            yield Unit(_name(kind), change, account, at)


def _changed_field(_kind: str, field: Any, account: str, at: datetime) -> Iterator[Unit]:
    yield Unit("changed_fields", field, account, at)


_PARTS_OF_ENTRY: Mapping[str, Callable[[str, Any, str, datetime], Iterator[Unit]]] = {
    # Business Suite moves a thread that it owns from `messaging` to `standby`: whoever reads only the first goes blind.
    "messaging": _item,
    "standby": _item,
    "changes": _change,
    "changed_fields": _changed_field,
}


def _whatsapp(field: str, value: Mapping[str, Any], business: str, at: datetime) -> Iterator[Unit]:
    metadata = value.get("metadata")
    account = (_id(metadata.get("phone_number_id")) if isinstance(metadata, dict) else None) or business
    standby = value.get("standby")
    lists = standby if field == "standby" and isinstance(standby, dict) else value
    if field not in _LISTING_FIELDS or _LISTS.keys().isdisjoint(lists):
        yield Unit(_name(field), value, account, at)
        return
    context = {"metadata": metadata, "contacts": lists.get("contacts"), "errors": lists.get("errors")}
    for key, discriminator in _LISTS.items():
        if key not in lists:
            continue
        kind = "call_statuses" if field == "calls" and key == "statuses" else key
        for member in _members(lists, key):
            yield _member(kind, discriminator, member, account, at, context)


def _member(kind: str, discriminator: str, member: Any, account: str, at: datetime, context: Mapping[str, Any]) -> Unit:
    if not isinstance(member, dict):
        return Unit("changes", member, account, at)
    if kind == "message_echoes" and isinstance(member.get("message"), dict):
        # In standby an echo wraps the request that sent it: {id, timestamp, message: {to, type, text ...}}.
        member = {**member["message"], **member}
    at = _instant(member.get("timestamp"), default=at)
    return Unit(_name(kind, member.get(discriminator)), member, account, at, context)


def _members(holder: Mapping[str, Any], key: str) -> Sequence[Any]:
    found = holder.get(key)
    return found if isinstance(found, list) else () if found is None else (found,)


def _name(*words: object) -> str:
    # A name reaches reasons and metrics, so nothing but plain words gets into it.
    return ".".join([word for word in words if isinstance(word, str) and _is_plain(word)]) or "unnamed"


@lru_cache(maxsize=256)
def _is_plain(word: str) -> bool:
    return _WORD.fullmatch(word) is not None


def _id(value: object) -> str | None:
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "" else None


def _instant(value: object, *, default: datetime) -> datetime:
    if value is None:
        return default
    try:
        instant: datetime = _INSTANT.validate_python(value)
        return instant
    except ValidationError:
        return default
