"""Contact points in the one form under which they are kept and found."""

import re
from typing import Literal

import phonenumbers

from shared.models import ContactPoint


def canonical(*, kind: Literal["phone", "email", "handle"], value: str) -> str | None:
    """Return a contact point as it is indexed, or `None` when the value cannot be one; a canonical value is its own.

    A phone must be international, with its plus sign, and becomes E.164 (ITU-T); an e-mail address and a handle lose
    their case, a handle its `@`. Nothing is guessed: a national number without its country is nobody's.
    """
    return _CANONICAL[kind](value.strip())


def _phone(value: str) -> str | None:
    found = _e164(value) if _PHONE.fullmatch(value) else None
    # Of two trunk prefixes (+44 00 ...) one is dropped at each reading: such a number is none.
    return found if found and _e164(found) == found else None


def _e164(value: str) -> str | None:
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _email(value: str) -> str | None:
    local, separator, domain = value.rpartition("@")
    return f"{local}@{domain}".casefold() if separator and local and domain else None


def _handle(value: str) -> str | None:
    return _BEFORE_HANDLE.sub("", value).casefold() or None


# Without letters, which would be read as the digits that share their key; an extension is allowed, and dropped.
_PHONE = re.compile(r"\+[\d\s().\-/]+(?:(?:ext\.?|x|#|;ext=)\s*\d+)?", re.IGNORECASE)
_BEFORE_HANDLE = re.compile(r"^[@\s]+")
_CANONICAL = {"phone": _phone, "email": _email, "handle": _handle}


def indexed(contact: ContactPoint, *, identity: str) -> str:
    """Return the value under which a canonical contact point is found: a handle is one only within its namespace."""
    if contact.kind != "handle":
        return contact.value
    return handle_value(namespace=identity.partition(":")[0], handle=contact.value)


def handle_value(*, namespace: str, handle: str) -> str:
    """Return the indexed form of a canonical handle on one platform."""
    return f"{namespace}:{handle}"
