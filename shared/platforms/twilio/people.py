"""Whose an event is: the company's number and the customer's, and what Twilio says of who has it."""

import re
from typing import NamedTuple, TypedDict

from shared.models import Author, ContactPoint

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
"""A number in E.164. Short codes and senders that are words are none, and can be written from but not called."""

_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
"""A business-scoped user id of WhatsApp's, which stands for a person who shows no number."""

_WITHHELD = frozenset({"+266696687", "+7378742833", "+7378742883", "+2562533", "+8656696", "+86282452253"})
"""What Twilio puts in the place of a withheld number: ANONYMOUS, RESTRICTED (in two spellings), BLOCKED, UNKNOWN and
UNAVAILABLE on a telephone's keys. It may as well put the words, or nothing."""

_DEVICES = ("client:", "sip:")

_MEDIA = {"": ("sms", "sms"), "whatsapp": ("twilio_whatsapp", "whatsapp")}
"""Channel and namespace by what stands before the colon of an address."""


class Whose(TypedDict):
    """What every event says of the person it belongs to."""

    identity: str
    account: str
    channel: str


class Address(NamedTuple):
    """One end of a message: `medium` is `whatsapp` and the like, and empty for a telephone's own text message."""

    medium: str
    id: str


def address(text: str) -> Address:
    medium, colon, rest = text.strip().partition(":")
    return Address(medium, rest) if colon else Address("", medium)


def written_to(customer: str, company: str) -> Whose:
    """Return whose a message is; raises `ValueError` for a medium that has no channel here.

    The person is who Twilio addresses, and not whom else it names, so that an answer, and what Twilio tells of it, come
    to the same identity.
    """
    person = address(customer)
    if person.medium not in _MEDIA or not person.id:
        raise ValueError("an address of a medium that has no channel here")
    channel, namespace = _MEDIA[person.medium]
    account = address(company).id
    return Whose(identity=f"{namespace}:{account}:{person.id}", account=account, channel=channel)


def called(customer: str, company: str, call: str) -> Whose:
    """Return whose a call is. Who withholds their number is nobody who is known: each such call is its own person's."""
    person = customer if is_number(customer) else call
    return Whose(identity=f"phone:{company}:{person}", account=company, channel="phone")


def is_device(text: str) -> bool:
    """Return whether a call's end is a device of the company's own, which calls and is called without a number."""
    return text.startswith(_DEVICES)


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None and text not in _WITHHELD


def is_user_id(text: str) -> bool:
    return _USER_ID.fullmatch(text) is not None


def claimed(customer: str, name: str | None = None) -> Author | None:
    """Return what a telephone network says of who calls or writes. Whoever reaches it may set another's number
    (https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir), so it proves nothing."""
    phones = (ContactPoint(kind="phone", value=customer),) if is_number(customer) else ()
    return Author(name=name, contacts=phones) if phones or name else None


def attested(customer: Address, *, wa_id: str | None, name: str | None, username: str | None, ids: list[str]) -> Author:
    """Return what WhatsApp says of a person: it has sent a code to the number, and gives out the other ids itself."""
    number = customer.id if is_number(customer.id) else f"+{wa_id}"
    every = dict.fromkeys(each for each in (customer.id, *ids) if _USER_ID.fullmatch(each))
    return Author(
        name=name,
        handle=username,
        contacts=(
            *([ContactPoint(kind="phone", value=number, proof="platform")] if is_number(number) else []),
            *(ContactPoint(kind="platform_id", value=each, proof="platform") for each in every),
            *([ContactPoint(kind="handle", value=username, proof="platform")] if username else []),
        ),
    )
