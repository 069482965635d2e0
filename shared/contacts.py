"""Contact points in the form in which they are kept and shown, and in the one under which they are found and compared.

The two differ only where one thing has several right spellings: what is kept of a phone is what can be dialled and sent
to, as the platform gave it, and what it is found under is the same for all spellings of one subscriber's number.
"""

import re
import unicodedata
from collections.abc import Callable

import phonenumbers

from shared.models import ContactKind, ContactPoint


def canonical(*, kind: ContactKind, value: str) -> str | None:
    """Return a contact point as it is kept, or `None` when the value cannot be one; a canonical value is its own.

    A phone must be international, with its plus sign, and becomes E.164 (ITU-T); an e-mail address and a handle lose
    their case, a handle its `@`. Nothing is guessed: a national number without its country is nobody's.

    Of an e-mail address the domain is case-insensitive and has one ASCII form (RFC 5321 2.4, RFC 5890). The local part
    may be case-sensitive by the same RFC, which advises every host against it; no large one does it, and people write
    their own address in any case, so it loses its case as well. It loses no more than that: dots and `+tags` mean
    nothing to some hosts and somebody else to others.
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
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # The library holds Mexico's +52 1 impossible, since nobody dials it any more; WhatsApp still writes it.
    spelt = _spelt_alike(found)
    number = number if spelt == found else phonenumbers.parse(spelt)
    return found if phonenumbers.is_possible_number(number) else None


def _email(value: str) -> str | None:
    local, separator, domain = value.rpartition("@")
    return f"{_lower(local)}@{_ascii(_lower(domain))}" if separator and local and domain else None


def _lower(text: str) -> str:
    # Not casefold: it makes ss of ß, and strasse@ is somebody else. Composed, as RFC 6532 3.1 asks for.
    return unicodedata.normalize("NFC", text.lower())


def _ascii(domain: str) -> str:
    """Return a domain with its A-labels. Python's own codec is IDNA 2003, in which straße.de is strasse.de."""
    labels = _DOTS.split(domain)
    return ".".join(each if each.isascii() else f"xn--{each.encode('punycode').decode()}" for each in labels)


def _handle(value: str) -> str | None:
    return _BEFORE_HANDLE.sub("", value).casefold() or None


def _own_number(value: str) -> str | None:
    return "".join(value.split()).upper() or None


def _platform_id(value: str) -> str | None:
    return value or None


# Without letters, which would be read as the digits that share their key; an extension is allowed, and dropped.
_PHONE = re.compile(r"\+[\d\s().\-/]+(?:(?:ext\.?|x|#|;ext=)\s*\d+)?", re.IGNORECASE)
_BEFORE_HANDLE = re.compile(r"^[@\s]+")
_DOTS = re.compile(r"[.\u3002\uff0e\uff61]")  # RFC 3490 3.1
_CANONICAL: dict[ContactKind, Callable[[str], str | None]] = {
    "phone": _phone,
    "email": _email,
    "handle": _handle,
    "customer_number": _own_number,
    "platform_id": _platform_id,
}
NAMESPACED: frozenset[ContactKind] = frozenset({"handle", "platform_id"})
"""The kinds that name somebody only together with the platform."""


def indexed(contact: ContactPoint, *, identity: str) -> str:
    """Return the value under which a canonical contact point of an identity is found, and compared with others'."""
    return found_under(kind=contact.kind, value=contact.value, namespace=identity.partition(":")[0])


def found_under(*, kind: ContactKind, value: str, namespace: str = "") -> str:
    """Return the value under which a canonical contact point is found, whoever has it: the same for all spellings of a
    phone, which are its own; of a handle and a platform's id, which are one only there, with the namespace."""
    if kind in NAMESPACED:
        return f"{namespace}:{value}"
    return _spelt_alike(value) if kind == "phone" else value


def _spelt_alike(phone: str) -> str:
    found = ((pattern.fullmatch(phone), spelling) for pattern, spelling in _SPELLINGS)
    return next((match.expand(spelling) for match, spelling in found if match), phone)


_SPELLINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Brazil: mobile numbers got a 9 before their eight digits (Anatel, 2012 to 2016), which WhatsApp still leaves out
    # for most areas. An area has no zero, and a landline's eight digits begin with 2 to 5.
    (re.compile(r"\+55([1-9]{2})([6-9]\d{7})"), r"+55\g<1>9\2"),
    # Argentina: a mobile is dialled from abroad with a 9 before its area. Area and number are ten digits, however long
    # the area is, and no mobile's are a landline's as well.
    (re.compile(r"\+549([1-3]\d{9})"), r"+54\1"),
    # Mexico: until 2019 a mobile was dialled from abroad with a 1 before its ten digits, which never begin with 0 or 1.
    (re.compile(r"\+521([2-9]\d{9})"), r"+52\1"),
)
