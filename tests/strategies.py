"""Arbitrary events, deliveries and items, for properties."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from shared.models import (
    Attachment,
    Author,
    Call,
    ContactPoint,
    Deletion,
    Delivery,
    Edit,
    Ignored,
    Message,
    PersonalEvent,
    ProfileChange,
    Reaction,
    Receipt,
)

characters = st.characters(codec="utf-8")
texts = st.text(characters, max_size=60)
identifiers = st.text(characters, min_size=1, max_size=40)
optional_texts = st.none() | texts
optional_identifiers = st.none() | identifiers
directions = st.sampled_from(("inbound", "outbound"))
visibilities = st.sampled_from(("public", "private"))

# A day from the ends of what a datetime can hold, so that every offset's instant can be said in UTC.
instants = st.datetimes(
    min_value=datetime(1, 1, 2),
    max_value=datetime(9999, 12, 30),
    timezones=st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours))),
)
recent_instants = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 31), timezones=st.just(UTC))

contact_points = st.builds(
    ContactPoint,
    kind=st.sampled_from(("phone", "email", "handle", "customer_number", "platform_id")),
    value=identifiers,
    proof=st.sampled_from((None, "platform", "contact_share", "dmarc", "app_session")),
)
authors = st.builds(
    Author,
    name=optional_texts,
    handle=optional_texts,
    language=optional_texts,
    reach=st.none() | st.integers(0, 2**53),
    contacts=st.lists(contact_points, max_size=3).map(tuple),
)
attachments = st.lists(
    st.builds(
        Attachment,
        type=identifiers,
        id=optional_texts,
        url=optional_texts,
        mime_type=optional_texts,
        name=optional_texts,
        text=optional_texts,
    ),
    max_size=2,
).map(tuple)

_OWN: dict[type[PersonalEvent], dict[str, SearchStrategy[Any]]] = {
    Message: {
        "direction": directions,
        "visibility": visibilities,
        "text": texts,
        "attachments": attachments,
        "reply_to": optional_texts,
        "permalink": optional_texts,
    },
    Edit: {"direction": directions, "target": identifiers, "text": texts, "attachments": attachments},
    Deletion: {"direction": directions, "target": identifiers},
    Reaction: {"direction": directions, "target": identifiers, "emoji": optional_texts, "removed": st.booleans()},
    Receipt: {
        "target": optional_texts,
        "status": st.sampled_from(("sent", "delivered", "read", "played", "failed")),
        "error": optional_texts,
    },
    ProfileChange: {
        "field": st.sampled_from(("handle", "name", "language", "phone", "picture")) | identifiers,
        "previous": optional_texts,
        "current": optional_texts,
    },
    Call: {
        "direction": directions,
        "status": st.sampled_from(("ringing", "answered", "missed", "rejected", "completed", "failed")),
        "duration": st.none() | st.integers(0, 2**31),
        "waited": st.none() | st.integers(0, 2**31),
        "agent": optional_texts,
        "transcript": optional_texts,
        "summary": optional_texts,
        "call_id": optional_texts,
        "speaker": st.sampled_from((None, "customer", "company")),
    },
}


def events_of(*kinds: type[PersonalEvent], **fields: SearchStrategy[Any]) -> SearchStrategy[PersonalEvent]:
    """Return arbitrary events of some kinds; `fields` narrow those that every event has."""
    common: dict[str, SearchStrategy[Any]] = {
        "external_id": identifiers,
        "occurred_at": instants,
        "dated": st.booleans(),
        "identity": identifiers,
        "account": identifiers,
        "channel": identifiers,
        "thread": identifiers,
        "author": st.none() | authors,
    }
    return st.one_of(*(st.builds(kind, **common | _OWN[kind] | fields) for kind in kinds))


def events(**fields: SearchStrategy[Any]) -> SearchStrategy[PersonalEvent]:
    """Return arbitrary events of every kind that belongs to a person."""
    return events_of(*_OWN, **fields)


ignored = st.builds(Ignored, external_id=identifiers, occurred_at=instants, dated=st.booleans(), reason=identifiers)

header_names = st.text(st.characters(codec="ascii", categories=("Ll", "Nd"), include_characters="-"), min_size=1)
headers = st.dictionaries(header_names, texts, max_size=3)


def deliveries(**fields: SearchStrategy[Any]) -> SearchStrategy[Delivery]:
    """Return arbitrary deliveries."""
    common: dict[str, SearchStrategy[Any]] = {
        "platform": identifiers,
        "account": identifiers,
        "body": st.binary(max_size=200),
        "headers": headers,
        "received_at": recent_instants,
        "request_id": texts,
    }
    return st.builds(Delivery, **common | fields)
