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
from typing import Any, NamedTuple

from pydantic import AliasPath, Field

from shared.models import Author, ContactPoint, Proof
from shared.platforms import Unit
from shared.platforms.meta.reading import Frame, Id, Wire

USER_ID = r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}"
"""A BSUID or a parent BSUID, as a regular expression: the country, a period, letters and digits."""

_NUMBER = re.compile(r"[1-9]\d{6,14}")  # E.164 without its plus sign
_USER_ID = re.compile(USER_ID)


class _Contact(Wire):
    name: Id = Field(None, validation_alias=AliasPath("profile", "name"))
    username: Id = Field(None, validation_alias=AliasPath("profile", "username"))
    wa_id: Id = None
    user_id: Id = None
    parent_user_id: Id = None

    @property
    def number(self) -> str | None:
        return self.wa_id.removeprefix("+") if self.wa_id else None


class _Change(Wire):
    our_number: str = Field("", validation_alias=AliasPath("metadata", "display_phone_number"))
    contacts: tuple[_Contact, ...] = ()


class Person(NamedTuple):
    id: str
    author: Author | None


def find(context: Any, *, parent: str | None = None, user: str | None = None, number: str | None = None) -> Person:
    """Return the customer under the best id that the payload has for them: parent BSUID, BSUID, WhatsApp id.

    The contacts of the change are searched by id, never by position: there are as many as people, not as messages. So
    a status that names only a number meets the same person's messages, as long as their contact comes along. Raises
    `ValueError` when nobody is named.
    """
    change = _Change.model_validate(context)
    number = number.removeprefix("+") if number else None
    if number == re.sub(r"\D", "", change.our_number):
        number = None  # some webhooks have sender and receiver the wrong way round; our own number is no customer
    known = {parent, user, number} - {None}
    contact = next((each for each in change.contacts if {each.parent_user_id, each.user_id, each.number} & known), None)
    if contact is None and not known and len(change.contacts) == 1:
        contact = change.contacts[0]
    contact = contact or _Contact()
    number = contact.number or number
    ids = (contact.user_id or user, contact.parent_user_id or parent, number)
    best = ids[1] or ids[0] or number
    if best is None:
        raise ValueError("nobody is named")
    named = Author(name=contact.name, handle=contact.username.removeprefix("@") if contact.username else None)
    handles = [ContactPoint(kind="handle", value=named.handle, proof="platform")] if named.handle else []
    return Person(best, describe(named, [*phones(number), *handles, *user_ids(*ids)]))


def describe(author: Author | None, contacts: Iterable[ContactPoint]) -> Author | None:
    """Return what is said of a person with more contact points; none where nothing is said."""
    author = author or Author()
    new = [each for each in dict.fromkeys(contacts) if each not in author.contacts]
    described = author.model_copy(update={"contacts": (*author.contacts, *new)})
    return described if described.name or described.contacts else None


def phones(*numbers: str | None, proof: Proof = "platform") -> list[ContactPoint]:
    """Return the contact points that numbers are. A BSUID has been seen in the place of a number: it is none."""
    bare = [number.removeprefix("+") for number in numbers if number]
    return [ContactPoint(kind="phone", value=f"+{each}", proof=proof) for each in bare if _NUMBER.fullmatch(each)]


def user_ids(*ids: str | None) -> list[ContactPoint]:
    """Return the contact points that BSUIDs and parent BSUIDs are. A number is none: it may become somebody else's."""
    return [
        ContactPoint(kind="platform_id", value=each, proof="platform") for each in ids if each and _is_user_id(each)
    ]


def _is_user_id(text: str) -> bool:
    return _USER_ID.fullmatch(text) is not None


def frame(unit: Unit, person: Person, at: datetime, *, thread: str | None = None) -> Frame:
    """Return what an event of this person has in common with all others; a group is a thread of its own."""
    return Frame(
        identity=f"whatsapp:{unit.account}:{person.id}",
        account=unit.account,
        channel="whatsapp",
        thread=thread or "direct",
        author=person.author,
        occurred_at=at,
        dated=True,
    )
