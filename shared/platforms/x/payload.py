"""The envelopes in which X posts to a webhook: three products, one URL.

- X Activity API (XAA), `{"data": {event_type, filter, payload, includes}}`: https://docs.x.com/x-api/activity/event-payloads
- Account Activity API (AAA, deprecated), `{"for_user_id", "<kind>_events": [...]}`:
  https://docs.x.com/x-api/account-activity/introduction
- filtered stream, `{"data": {post}, "includes", "matching_rules"}`: https://docs.x.com/x-api/webhooks/stream/quickstart
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Unit

FILTERED_STREAM = "filtered_stream"

_ENVELOPE = frozenset({"for_user_id", "user_has_blocked", "is_blocked_by", "apps", "users"})


@dataclass(frozen=True, slots=True)
class Beside:
    """What an envelope says beside its unit: raw objects by their ids, since only those that are used must be readable.

    `subscriber` is the account in the webhook's URL, `direction` which likes the subscription asked for.
    """

    subscriber: str
    event_uuid: str | None
    direction: str | None
    users: Mapping[str, Any]
    posts: Mapping[str, Any]
    attached: Mapping[str, Any]


def split(delivery: Delivery) -> list[Unit]:
    """Return everything that a delivery tells of, each under X's own word for it.

    X dates no envelope, so a unit's instant is the one at our door; its account is the user whose subscription it is,
    where the envelope names one. Raises `UnreadableDelivery` for anything but an envelope of X's.
    """
    try:
        body = orjson.loads(delivery.body)
    except orjson.JSONDecodeError as error:
        raise UnreadableDelivery("x: not JSON") from error
    match body:
        case {"data": list(events)}:
            return [unit for event in events for unit in _activity(event, body, delivery)]
        case {"data": event}:
            return list(_activity(event, body, delivery))
        case {"for_user_id": _} | {"user_event": _} | {"replay_job_status": _}:
            return list(_account_activity(body, delivery))
        case _:
            raise UnreadableDelivery("x: neither data nor for_user_id")


def _activity(event: Any, body: Mapping[str, Any], delivery: Delivery) -> Iterator[Unit]:
    kind = _object(event).get("event_type")
    if not kind or not isinstance(kind, str):
        beside = _beside(event, delivery, includes=_object(body.get("includes")))
        yield Unit(FILTERED_STREAM, event, delivery.account, delivery.received_at, beside)
        return
    asked, payload = _object(event.get("filter")), event.get("payload")
    account = _text(asked.get("user_id")) or delivery.account
    for name, value in _entries(kind, payload):
        beside = _beside(
            value,
            delivery,
            includes=_object(event.get("includes")) or _object(body.get("includes")),
            users=_object(_object(payload).get("users")).values(),
            event_uuid=_text(event.get("event_uuid")),
            direction=_text(asked.get("direction")),
        )
        yield Unit(name, value, account, delivery.received_at, beside)


def _entries(name: str, payload: Any) -> Iterator[tuple[str, Any]]:
    """Direct messages are lists inside the payload, as they were in AAA; everything else is the payload itself."""
    lists = [held for key, held in _object(payload).items() if key.endswith("_events") and isinstance(held, list)]
    if not any(lists):
        yield name, payload
    yield from ((_kind(name, entry), entry) for held in lists for entry in held)


def _account_activity(body: Mapping[str, Any], delivery: Delivery) -> Iterator[Unit]:
    account = _text(body.get("for_user_id")) or delivery.account
    # In the documentation's own sample the users are among the apps.
    apps, users = _object(body.get("apps")), _object(body.get("users"))
    known = [*apps.values(), *_object(apps.get("users")).values(), *users.values()]
    told = {key: held for key, held in body.items() if key not in _ENVELOPE and held is not None}
    for key, held in told.items():
        for name, value in _named(key, held):
            yield Unit(name, value, account, delivery.received_at, _beside(value, delivery, users=known))


def _named(key: str, held: Any) -> Iterator[tuple[str, Any]]:
    match key, held:
        case "user_event", dict():
            yield from ((f"{key}.{word}", value) for word, value in held.items())
        case "replay_job_status", {"job_state": str(state)}:
            yield f"{key}.{state}", held
        case _, list():
            yield from ((_kind(key, entry), entry) for entry in held)
        case _:
            yield key, held


def _kind(name: str, entry: Any) -> str:
    """An entry's own type says more than the name of its list: `follow_events` also hold the ends of following."""
    kind = _object(entry).get("type")
    implied = ("message_create", name.removesuffix("_events"))
    return f"{name}.{kind}" if isinstance(kind, str) and kind not in implied else name


def _beside(
    value: Any,
    delivery: Delivery,
    *,
    includes: Mapping[str, Any] | None = None,
    users: Iterable[Any] = (),
    event_uuid: str | None = None,
    direction: str | None = None,
) -> Beside:
    included = includes or {}
    posts = [_object(value).get(name) for name in ("retweeted_status", "quoted_status", "favorited_status")]
    people = [
        _object(holder).get(name) for holder in (*posts, value) for name in ("user", "source", "target", "author")
    ]
    return Beside(
        subscriber=delivery.account,
        event_uuid=event_uuid,
        direction=direction,
        users=_by_id([*users, *_list(included.get("users")), *people]),
        posts=_by_id([*_list(included.get("tweets")), *_list(included.get("posts")), *posts]),
        attached=_by_id([*_list(included.get("media")), *_list(included.get("polls"))]),
    )


def _by_id(objects: Iterable[Any]) -> dict[str, Any]:
    unwrapped = (_object(_object(found).get("data")) or _object(found) for found in objects)
    return {number: found for found in unwrapped if (number := _id(found))}


def _id(found: Mapping[str, Any]) -> str | None:
    return next(filter(None, (_text(found.get(name)) for name in ("media_key", "id_str", "id"))), None)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) and value != "" else None
