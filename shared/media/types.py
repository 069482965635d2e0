"""What kind of file it is, by its first bytes and not by what somebody says of it; pure.

A file is refused whose bytes are a program's or a page's that may run scripts, and one that is another kind than it is
said to be: what says that it is a picture and is none was made to deceive, or is the page that says that the link is
over. Of pictures among themselves, and of sound and film, the bytes decide without more ado: platforms convert them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Protocol
from zipfile import BadZipFile, ZipFile

UNKNOWN = "application/octet-stream"

_IMAGES = frozenset(f"image/{kind}" for kind in ("jpeg", "png", "gif", "webp", "heic", "avif", "bmp", "tiff", "x-icon"))
_PLAYED = frozenset(
    {
        *(f"video/{kind}" for kind in ("mp4", "3gpp", "quicktime", "webm", "x-matroska", "x-msvideo", "mpeg")),
        *(f"audio/{kind}" for kind in ("mp4", "mpeg", "aac", "ogg", "wav", "amr", "flac", "3gpp", "webm")),
    }
)
_OFFICE = "application/vnd.openxmlformats-officedocument"
_IN_ZIP = frozenset(
    {
        "application/zip",
        *(f"{_OFFICE}.{kind}" for kind in ("wordprocessingml.document", "spreadsheetml.sheet")),
        *(f"{_OFFICE}.{kind}" for kind in ("presentationml.presentation", "presentationml.slideshow")),
        *(f"application/vnd.oasis.opendocument.{kind}" for kind in ("text", "spreadsheet", "presentation")),
        *("application/epub+zip", "application/vnd.apple.pages", "application/vnd.apple.numbers"),
        *("application/vnd.apple.keynote", "application/x-zip-compressed"),
    }
)
_OLE = "application/x-ole-storage"
_IN_OLE = frozenset(
    {_OLE, *("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint")}
    | {"application/vnd.ms-outlook"}
)
_GZIP = frozenset({"application/gzip", "application/x-tgsticker", "application/x-gzip", "application/x-tar"})
_FAMILIES = (_IMAGES, _PLAYED, _IN_ZIP, _IN_OLE, _GZIP)
_ALONE = frozenset({"application/pdf", "application/rtf", "application/vnd.rar", "application/x-7z-compressed"})
_TOLD_BY_THEIR_BYTES = frozenset().union(*_FAMILIES, _ALONE)

_ALIASES: Mapping[str, str] = {
    **dict.fromkeys(("image/jpg", "image/pjpeg"), "image/jpeg"),
    "image/heif": "image/heic",
    **dict.fromkeys(("audio/mp3", "audio/mpeg3", "audio/mpga"), "audio/mpeg"),
    **dict.fromkeys(("audio/x-wav", "audio/wave", "audio/vnd.wave"), "audio/wav"),
    **dict.fromkeys(("audio/x-m4a", "audio/m4a"), "audio/mp4"),
    **dict.fromkeys(("audio/opus", "application/ogg", "video/ogg", "audio/vorbis"), "audio/ogg"),
    **dict.fromkeys(("audio/x-aac", "audio/aacp"), "audio/aac"),
    **dict.fromkeys(("video/3gp", "video/3gpp2"), "video/3gpp"),
    **dict.fromkeys(("video/x-m4v",), "video/mp4"),
    **dict.fromkeys(("binary/octet-stream", "application/x-download", "application/force-download"), UNKNOWN),
    **dict.fromkeys(("application/x-pdf",), "application/pdf"),
    **dict.fromkeys(("text/rtf", "application/x-rtf"), "application/rtf"),
    **dict.fromkeys(("application/x-rar-compressed", "application/x-rar"), "application/vnd.rar"),
}

_PROGRAM = "a program"
_PAGE = "text/html"
_DRAWING = "image/svg+xml"
_RUNS_SCRIPTS = frozenset({_PAGE, _DRAWING, "application/xhtml+xml", "text/javascript", "application/javascript"})

_BEGINS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\0\0\x01\0", "image/x-icon"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR\n", "audio/amr"),
    (b"#!AMR-WB\n", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"\0\0\x01\xba", "video/mpeg"),
    (b"\0\0\x01\xb3", "video/mpeg"),
    (b"{\\rtf", "application/rtf"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLE),
    # Windows (PE), Linux (ELF), macOS (Mach-O, the fifth also Java's), WebAssembly, Android, a shortcut of Windows', a
    # script that names its interpreter.
    *((begins, _PROGRAM) for begins in (b"MZ", b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf")),
    *((begins, _PROGRAM) for begins in (b"\xca\xfe\xba\xbe", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")),
    *((begins, _PROGRAM) for begins in (b"\0asm", b"dex\n", b"L\0\0\0\x01\x14\x02\0", b"#!")),
)
"""The first that fits counts."""

_RIFF: Mapping[bytes, str] = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS = (
    (b"hei", "image/heic"),
    (b"mif1", "image/heic"),
    (b"msf1", "image/heic"),
    (b"avi", "image/avif"),
    (b"M4A", "audio/mp4"),
    (b"M4B", "audio/mp4"),
    (b"qt", "video/quicktime"),
    (b"3g", "video/3gpp"),
)
"""How the major brand of an ISO base media file begins (ISO/IEC 14496-12); all others are MP4."""

_MARKUP = re.compile(rb"<(!doctype html|html|head|body|script|iframe|svg)[\s>/]", re.IGNORECASE)
_HEAD = 1024
_PROGRAMS_NAME = re.compile(
    r"\.(apk|app|bat|cmd|com|cpl|dll|dmg|exe|gadget|hta|htm|html|iso|jar|js|jse|lnk|msi|msp|pif|pkg|ps1|reg|scr|sh|svg|vb|vbe|vbs|wsf|xhtml)$",
    re.IGNORECASE,
)
_PROGRAMS_INSIDE = frozenset({"META-INF/MANIFEST.MF", "AndroidManifest.xml", "classes.dex"})
_MOST_NAMES = 10_000
_IN_DIRECTORY = b"PK\x01\x02"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file is, as a media type (RFC 6838), and why it is refused, if it is."""

    type: str
    refused: str | None = None


class TypeCheck(Protocol):
    def __call__(self, body: bytes, *, claimed: str | None, name: str | None = None) -> Checked:
        """Return what a file is, and why it is refused, if it is; pure: who attempts it again finds the same."""
        ...


def check(body: bytes, *, claimed: str | None, name: str | None = None) -> Checked:
    """Return what a file is; `claimed` is the type that somebody says it has, `name` the one under which it came.

    What cannot be told by its bytes, such as plain text, is what it is said to be.
    """
    said, found = plain(claimed), recognised(body)
    if found == "application/zip" and _has_too_many_names(body):
        return Checked(UNKNOWN, f"it is an archive of more than {_MOST_NAMES} files, which are not looked through")
    if found == _PROGRAM or _is_a_programs(name) or _has_a_program(body, found):
        return Checked(UNKNOWN, "it is a program, or holds one")
    if found in _RUNS_SCRIPTS or said in _RUNS_SCRIPTS:
        return Checked(UNKNOWN, "it is a page or a drawing that may run scripts")
    if not _fits(said, found, body):
        return Checked(found or UNKNOWN, f"it is said to be {_shown(said)}, and is {found or 'something else'}")
    return Checked(_closest(said, found))


def plain(claimed: str | None) -> str | None:
    """Return a media type without parameters and under its usual name; none where it says nothing."""
    said = (claimed or "").partition(";")[0].strip().lower()
    said = _ALIASES.get(said, said)
    return said if re.fullmatch(r"[a-z]+/[a-z0-9.+-]{1,100}", said) and said != UNKNOWN else None


def recognised(body: bytes) -> str | None:
    """Return what a file is by its first bytes alone, or none."""
    if found := _framed(body[:64]) or next((kind for begins, kind in _BEGINS if body.startswith(begins)), None):
        return found
    head = body[:_HEAD].replace(b"\0", b"")  # UTF-16 is text, too
    if markup := _MARKUP.search(head):
        return _DRAWING if markup[1].lower() == b"svg" else _PAGE
    if len(body) > 1 and body[0] == 0xFF and body[1] & 0xE0 == 0xE0:  # a frame of MPEG audio, or of AAC (ADTS)
        return "audio/aac" if body[1] & 0xF6 == 0xF0 else "audio/mpeg"
    return "image/bmp" if body.startswith(b"BM") and body[6:10] == bytes(4) else None


def _framed(head: bytes) -> str | None:
    """Return what is in one of the frames that hold pictures, sound and film."""
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return next((kind for brand, kind in _BRANDS if head[8:12].startswith(brand)), "video/mp4")
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in head else "video/x-matroska"
    return None


def _fits(said: str | None, found: str | None, body: bytes) -> bool:
    if said is None:
        return True
    if found is None:
        return said not in _TOLD_BY_THEIR_BYTES and not (said.startswith("text/") and b"\0" in body[:_HEAD])
    return said == found or any(said in family and found in family for family in _FAMILIES)


def _closest(said: str | None, found: str | None) -> str:
    """Return the narrower of what it is said to be and what it was found to be: a text document is a zip as well."""
    narrower = _IN_ZIP | _IN_OLE | _GZIP | _PLAYED
    return (said if said in narrower and found not in _IMAGES else found) or said or UNKNOWN


def _shown(said: str | None) -> str:
    return said if said in _TOLD_BY_THEIR_BYTES else f"{(said or UNKNOWN).partition('/')[0]}/..."


def _is_a_programs(name: str | None) -> bool:
    return bool(_PROGRAMS_NAME.search((name or "").strip().rstrip(". ")))


def _has_too_many_names(body: bytes) -> bool:
    """Return whether an archive may have more names than are looked through, without reading its directory, of which
    each becomes an object.

    The number that stands at its end (APPNOTE.TXT 4.3.14 and 4.3.16) is not asked: `zipfile` reads as many entries as
    there are, whatever that says. Each begins with a signature, so there are no more than these. In an archive of
    archives those of the inner ones count as well, where they are stored as they are.
    """
    return body.count(_IN_DIRECTORY) > _MOST_NAMES


def _has_a_program(body: bytes, found: str | None) -> bool:
    """Return whether an archive holds a program, by the names in it."""
    if found != "application/zip":
        return False
    try:
        with ZipFile(BytesIO(body)) as archive:
            names = archive.namelist()
    except (BadZipFile, ValueError, NotImplementedError, OverflowError):
        return False
    return any(name in _PROGRAMS_INSIDE or _is_a_programs(name) for name in names)
