"""Who a WhatsApp user is: up to three ids, of which any may be missing, and the profile that came along.

A user who adopted a username has a business-scoped user id (BSUID) and, towards most businesses, no phone number; a
business with linked portfolios gets a parent BSUID besides
(https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids).
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import AliasPath, Field

from shared.models import Author, ContactPoint
from shared.platforms import Unit
from shared.platforms.meta.reading import Frame, Id, Wire

_NUMBER = re.compile(r"[1-9]\d{6,14}")  # E.164 without its plus sign


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
    best = contact.parent_user_id or parent or contact.user_id or user or number
    if best is None:
        raise ValueError("nobody is named")
    return Person(best, describe(name=contact.name, username=contact.username, numbers=(number,)))


def describe(
    *, name: str | None = None, username: str | None = None, numbers: Iterable[str | None] = ()
) -> Author | None:
    """Return what WhatsApp attests of a person. A BSUID has been seen in the place of a number: it is none."""
    handle = username.removeprefix("@") if username else None
    contacts = [
        ContactPoint(kind="phone", value=f"+{number}", verified=True)
        for number in numbers
        if number and _NUMBER.fullmatch(number)
    ]
    if handle:
        contacts.append(ContactPoint(kind="handle", value=handle, verified=True))
    return Author(name=name, handle=handle, contacts=tuple(contacts)) if name or contacts else None


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
