"""The parts of a mail: what is to be read, and what is attached (RFC 2045 to 2049, 2183, 2387).

Mails are often broken. What the library cannot make out of a part is told as well as it can be; only a mail that is too
deep for it raises.
"""

from codecs import lookup
from contextlib import suppress
from email.message import EmailMessage, Message
from email.policy import SMTPUTF8
from typing import NamedTuple

from shared.letters.html import as_text
from shared.models import Attachment

_MOST_ATTACHMENTS = 100
_LONGEST_NAME = 255
_LONGEST_PART = 1024 * 1024
"""Bytes of a text that are read: nobody writes as much, and a mail may have forty times that."""

_NO_CHARSETS = frozenset({"punycode", "idna", "unicode_escape", "raw-unicode-escape", "undefined", "utf-7"})
"""What Python can decode, and no mail is written in."""

_DEEPEST = 20
"""Nobody puts more parts into one another, and each is written anew for all that are around it."""

_AS_IT_CAME = SMTPUTF8.clone(refold_source="none", verify_generated_headers=False)

_NOT_FOR_PEOPLE = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)


class Part(NamedTuple):
    """A leaf, and its number as IMAP counts (RFC 3501, 6.4.5), by which it is found again in the kept mail."""

    number: str
    leaf: Message

    @property
    def kind(self) -> str:
        return self.leaf.get_content_type()

    @property
    def is_text(self) -> bool:
        return self.leaf.get_content_maintype() == "text" and self.kind in ("text/plain", "text/html")


class Content(NamedTuple):
    text: str
    attachments: tuple[Attachment, ...]


def content(mail: EmailMessage) -> Content:
    """Return a mail's text, as plain text, and what is attached to it, at most a hundred.

    An attachment's `id` is the number of its part; its `type` the disposition, `attachment` or `inline`, its `text` the
    subject of a mail that is attached.
    """
    read, attached = _sorted(mail, "")
    text = "\n".join(filter(None, (_text(part).strip("\n") for part in read)))
    found = [_attachment(part) for part in attached if part.kind not in _NOT_FOR_PEOPLE]
    return Content(text, tuple(found[:_MOST_ATTACHMENTS]))


def _sorted(node: Message, number: str) -> tuple[list[Part], list[Part]]:
    """Return the parts that are read one after the other, and those that are attached."""
    children = _children(node)
    if children is None:
        part = Part(number or "1", node)
        return ([part], []) if part.is_text and not _is_attached(node) else ([], [part])
    sorted_children = [_sorted(child, f"{number}.{place}".lstrip(".")) for place, child in enumerate(children, 1)]
    attached = [part for _, own in sorted_children for part in own]
    if node.get_content_subtype() == "alternative":
        return _best([read for read, _ in sorted_children]), attached
    return [part for read, _ in sorted_children for part in read], attached


def part(mail: EmailMessage, number: str) -> bytes | None:
    """Return the bytes of the part that `content` names by this number, decoded; of a mail that is attached, the mail.

    None where there is no such part, and where the library cannot make it out.
    """
    node: Message = mail
    for place in number.split(".") if _children(mail) is not None else ():
        numbered = {str(each): child for each, child in enumerate(_children(node) or (), 1)}
        if place not in numbered:
            return None
        node = numbered[place]
    is_leaf = _children(node) is None and (node is not mail or number == "1")
    return _octets(node) if is_leaf else None


def _children(node: Message) -> list[Message] | None:
    """Return the parts of one that is divided; none of a leaf, which a mail that is attached is as well."""
    return _inside(node) if node.is_multipart() and node.get_content_maintype() == "multipart" else None


def _inside(node: Message) -> list[Message]:
    found = node.get_payload() if node.is_multipart() else []
    return [each for each in found if isinstance(each, Message)]


def _octets(leaf: Message) -> bytes | None:
    inner = _inside(leaf)
    try:
        if inner:
            return None if _is_too_deep(inner) else b"".join(each.as_bytes(policy=_AS_IT_CAME) for each in inner)
        raw = leaf.get_payload(decode=True)
    except Exception:  # the library's own header parser has no list of what it raises
        return None
    return raw if isinstance(raw, bytes) else None


def _is_too_deep(nodes: list[Message]) -> bool:
    for _ in range(_DEEPEST):
        nodes = [child for node in nodes for child in _inside(node)]
        if not nodes:
            return False
    return True


def _best(ways: list[list[Part]]) -> list[Part]:
    """Return the plain one of several ways to say the same, unless nothing is in it."""
    by_kind = sorted(ways, key=lambda way: any(part.kind != "text/plain" for part in way))
    return next((way for way in by_kind if any(_text(part).strip() for part in way)), [])


def _is_attached(leaf: Message) -> bool:
    return leaf.get_content_disposition() == "attachment" or bool(_name(leaf))


def _attachment(part: Part) -> Attachment:
    return Attachment(
        type=part.leaf.get_content_disposition() or "inline",
        id=part.number,
        mime_type=clean(part.kind)[:_LONGEST_NAME],
        name=_name(part.leaf) or None,
        text=_subject(part.leaf) or None,
    )


def _subject(leaf: Message) -> str:
    """Return the subject of a mail that is attached as one."""
    inner = leaf.get_payload() if leaf.get_content_type() == "message/rfc822" else None
    mail = inner[0] if isinstance(inner, list) and inner else None
    try:
        return clean(str(mail.get("Subject", "")))[:_LONGEST_NAME] if isinstance(mail, Message) else ""
    except Exception:  # the library's own header parser has no list of what it raises
        return ""


def _name(leaf: Message) -> str:
    try:
        return clean(leaf.get_filename() or "")[:_LONGEST_NAME]
    except (ValueError, LookupError, TypeError, AttributeError):  # what `email` raises for broken parameters
        return ""


def _text(part: Part) -> str:
    text = clean(_decoded(part.leaf))
    return as_text(text) if part.kind == "text/html" else text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(leaf: Message) -> str:
    raw = leaf.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    for charset in (str(leaf.get_content_charset() or "utf-8"), "utf-8"):
        with suppress(LookupError, ValueError):  # an unknown charset, or not the one that it says
            if lookup(charset).name not in _NO_CHARSETS:
                return raw[:_LONGEST_PART].decode(charset)
    return raw[:_LONGEST_PART].decode("cp1252", "replace")


def clean(text: str) -> str:
    """Return a text without what cannot be kept: NULs, and bytes that the library took for no characters."""
    if not text.isascii():
        try:
            text = text.encode("utf-8", "surrogateescape").decode()
        except UnicodeDecodeError as error:  # as old programs write, without a word about it
            text = error.object.decode("cp1252", "replace")
        except UnicodeEncodeError:
            text = text.encode("utf-8", "replace").decode()
    return text.replace("\0", "")
