"""A mail as it came, as far as it concerns us (RFC 5322)."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses, parsedate_to_datetime
from functools import cache
from typing import NamedTuple

from shared.models import Attachment
from shared.platforms.ses.mime import clean, content, part

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_USUAL = re.compile(r"\s*([^<>,;:\"()]*?)\s*<([^<>,;:\"()\s]+@[^<>,;:\"()\s@]+)>\s*")
"""A name and an address, the way that nearly all are written; even where the name is an address itself, in no quotation
marks, this is the one that it is from."""
_LONGEST_SUBJECT = 998
"""A line's length in RFC 5322, 2.1.1."""
_LONGEST_ADDRESS = 320
_LONGEST_NAME = 255


class Address(NamedTuple):
    """`address` in small letters: nobody tells mailboxes apart by them, whatever RFC 5321 allows."""

    name: str
    address: str


class Letter:
    """A mail's headers and content; each is read when asked for.

    A header that the library stumbles over is taken as it stands.
    """

    def __init__(self, raw: bytes) -> None:
        # The library parses a header each time that it is asked for; of one mail, each is parsed once.
        mail = message_from_bytes(raw, policy=default.clone(header_factory=cache(default.header_factory)))
        assert isinstance(mail, EmailMessage)
        self._mail = mail
        self._raw: dict[str, list[str]] = {}
        for name, value in mail.raw_items():
            self._raw.setdefault(name.lower(), []).append(str(value))

    def has(self, name: str) -> bool:
        return name.lower() in self._raw

    def names(self) -> list[str]:
        return list(self._raw)

    def header(self, name: str) -> str:
        """Return a header's text on one line, the first one's where there are several; empty where there is none."""
        if not self.has(name):
            return ""
        value = self._raw[name.lower()][0]
        if value.isascii():
            with suppress(Exception):  # the library's own header parser has no list of what it raises
                value = str(self._mail.get(name, ""))
        return " ".join(clean(value).split())

    @property
    def kind(self) -> str:
        return self._mail.get_content_type()

    @property
    def report(self) -> str:
        """What a `multipart/report` reports (RFC 6522)."""
        try:
            return str(self._mail.get_param("report-type", "")).lower()
        except Exception:  # as in `header`
            return ""

    def addresses(self, name: str) -> list[Address]:
        """Return the addresses of a header, in its order."""
        if not self.has(name):
            return []
        try:
            pairs = [(each.display_name, each.addr_spec) for each in self._mail[name].addresses]
        except Exception:  # as in `header`
            pairs = []
        if usual := _USUAL.fullmatch(self._raw[name.lower()][0]):
            said = pairs[0][0] if len(pairs) == 1 and pairs[0][1] == usual[2] else usual[1]
            pairs = [(said, usual[2])]
        if not any(_is_address(address) for _, address in pairs):
            pairs = getaddresses(self._raw[name.lower()][:1], strict=False)
        known = [(clean(said), clean(address).lower()) for said, address in pairs]
        return [
            Address(" ".join(said.split())[:_LONGEST_NAME], address) for said, address in known if _is_address(address)
        ]

    def has_one_sender(self) -> bool:
        """Return whether there is one From header with one address in it, however strictly it is read."""
        written = self._raw.get("from", [])
        usual = [found[2] for found in map(_USUAL.fullmatch, written) if found]
        strictly = usual or [address for _, address in getaddresses(written, strict=True)]
        loosely = [each.address for each in self.addresses("From")]
        return len(written) == len(loosely) == 1 and [address.lower() for address in strictly] == loosely

    @property
    def message_id(self) -> str | None:
        return next(iter(_ids(self.header("Message-ID"))), None)

    @property
    def in_reply_to(self) -> str | None:
        return next(iter(_ids(self.header("In-Reply-To"))), None)

    @property
    def root(self) -> str | None:
        """The first mail of the thread: that of `References`, else the one that is answered (RFC 5322, 3.6.4)."""
        return next(iter(_ids(self.header("References"))), None) or self.in_reply_to

    @property
    def subject(self) -> str | None:
        return self.header("Subject")[:_LONGEST_SUBJECT] or None

    @property
    def date(self) -> datetime | None:
        """When its sender says that it was written; one without an offset is in UTC."""
        try:
            at = parsedate_to_datetime(self.header("Date"))
            return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            return None

    def content(self) -> tuple[str, tuple[Attachment, ...]]:
        """Return its whole text and what is attached."""
        return content(self._mail)

    def part(self, number: str) -> bytes | None:
        """Return the bytes of what is attached under a number, or none where they are not to be had."""
        return part(self._mail, number)


def _is_address(text: str) -> bool:
    name, at, domain = text.rpartition("@")
    known = bool(name and at and domain) and len(text) <= _LONGEST_ADDRESS
    return known and text.isprintable() and not any(sign.isspace() for sign in text)


def _ids(text: str) -> list[str]:
    """Return the ids of mails in a header; one that a broken program has left without its brackets gets them."""
    return _MESSAGE_ID.findall(text) or [f"<{word.strip('<>')}>" for word in text.split()[:1] if word.strip("<>")]
