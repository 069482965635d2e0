"""Who a WhatsApp user is: up to three ids, of which any may be missing, and the profile that came along.

A user who adopted a username has a business-scoped user id (BSUID) and, towards most businesses, no phone number; a
business with linked portfolios gets a parent BSUID besides
(https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids).

The best id of a payload is the person's identity; every id that it names is a contact point as well, the best one too.
So the identities of one person name each other: a BSUID's and a parent's by the BSUID, one before and after a change by
what tells of the change, and a number's by the number, as long as WhatsApp gives that as well.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import AliasPath, Field

from shared.models import Author, ContactPoint, Proof
from shared.platforms import Unit
from shared.platforms.meta.reading import Frame, Wire

USER_ID = r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}"
"""A BSUID or a parent BSUID, as a regular expression: the country, a period, letters and digits."""

_NUMBER = re.compile(r"[1-9]\d{6,14}")  # E.164 without its plus sign
_USER_ID = re.compile(USER_ID)


class _Contact(Wire):
    name: str | None = Field(None, validation_alias=AliasPath("profile", "name"))
    username: str | None = Field(None, validation_alias=AliasPath("profile", "username"))
    wa_id: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None

    @property
    def number(self) -> str | None:
        return self.wa_id.removeprefix("+") if self.wa_id else None

    @property
    def ids(self) -> tuple[str | None, str | None, str | None]:
        return (self.parent_user_id, self.user_id, self.number)


class Person(NamedTuple):
    id: str
    author: Author | None


def find(context: Any, *, parent: str | None = None, user: str | None = None, number: str | None = None) -> Person:
    """Return the customer under the best id that the payload has for them: parent BSUID, BSUID, WhatsApp id.

    The contacts of the change are searched by id, never by position: there are as many as people, not as messages. So
    a status that names only a number meets the same person's messages, as long as their contact comes along. An id that
    is empty is none. Raises `ValueError` when nobody is named.
    """
    number = number.removeprefix("+") if number else None
    if number and number == _our_number(context["metadata"]):
        number = None  # some webhooks have sender and receiver the wrong way round; our own number is no customer
    known = {each for each in (parent, user, number) if each}
    contacts = [_Contact.model_validate(each) for each in context["contacts"] or ()]
    contact = next((each for each in contacts if not known.isdisjoint(each.ids)), None)
    if contact is None:
        contact = contacts[0] if len(contacts) == 1 and not known else _Contact()
    number = contact.number or number
    ids = (contact.user_id or user, contact.parent_user_id or parent, number)
    best = ids[1] or ids[0] or number
    if not best:
        raise ValueError("nobody is named")
    handle = contact.username.removeprefix("@") if contact.username else ""
    named_by = (("phone", _numbers(number)), ("handle", [handle] if handle else []), ("platform_id", _user_ids(*ids)))
    # Built in one go with its contact points, since every message of every customer comes by here.
    points = [{"kind": kind, "value": value, "proof": "platform"} for kind, values in named_by for value in values]
    if not (contact.name or points):
        return Person(best, None)
    author = {"name": contact.name or None, "handle": handle or None, "contacts": points}
    return Person(best, Author.model_validate(author))


def describe(author: Author | None, contacts: Iterable[ContactPoint]) -> Author | None:
    """Return what is said of a person with more contact points; none where nothing is said."""
    author = author or Author()
    new = [each for each in dict.fromkeys(contacts) if each not in author.contacts]
    described = author.model_copy(update={"contacts": (*author.contacts, *new)})
    return described if described.name or described.contacts else None


def phones(*numbers: str | None, proof: Proof = "platform") -> list[ContactPoint]:
    """Return the contact points that numbers are. A BSUID has been seen in the place of a number: it is none."""
    return [ContactPoint(kind="phone", value=each, proof=proof) for each in _numbers(*numbers)]


def user_ids(*ids: str | None) -> list[ContactPoint]:
    """Return the contact points that BSUIDs and parent BSUIDs are. A number is none: it may become somebody else's."""
    return [ContactPoint(kind="platform_id", value=each, proof="platform") for each in _user_ids(*ids)]


def _numbers(*texts: str | None) -> list[str]:
    bare = [text.removeprefix("+") for text in texts if text]
    return [f"+{each}" for each in bare if _NUMBER.fullmatch(each)]


def _user_ids(*texts: str | None) -> list[str]:
    return [each for each in dict.fromkeys(texts) if each and _USER_ID.fullmatch(each)]


def _our_number(metadata: Any) -> str:
    return _digits(str(metadata.get("display_phone_number", ""))) if metadata else ""


@lru_cache(maxsize=16)
def _digits(written: str) -> str:
    return re.sub(r"\D", "", written)


def frame(unit: Unit, person: Person, at: datetime, *, thread: str | None = None) -> Frame:
    """Return what an event of this person has in common with all others; a group is a thread of its own."""
    return {
        "identity": f"whatsapp:{unit.account}:{person.id}",
        "account": unit.account,
        "channel": "whatsapp",
        "thread": thread or "direct",
        "author": person.author,
        "occurred_at": at,
        "dated": True,
    }
