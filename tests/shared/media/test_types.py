"""What a file is, by its bytes: no program passes as a picture, and no picture is kept from anybody."""

from io import BytesIO
from struct import pack
from zipfile import ZipFile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.media.types import UNKNOWN, check, plain, recognised

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(32)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(32)
PDF = b"%PDF-1.7\n" + bytes(32)
EXE = b"MZ\x90\0\x03\0\0\0\x04" + bytes(60)
HTML = b"  \n<!DOCTYPE html><html><body>La sesi\xc3\xb3n ha caducado</body></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def framed(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + bytes(32)


def archive(*names: str) -> bytes:
    held = BytesIO()
    with ZipFile(held, "w") as written:
        for name in names:
            written.writestr(name, "x")
    return held.getvalue()


SAMPLES = {
    "image/jpeg": JPEG,
    "image/png": PNG,
    "image/gif": b"GIF89a" + bytes(16),
    "image/webp": b"RIFF\x24\0\0\0WEBPVP8 " + bytes(16),
    "image/heic": framed(b"heic"),
    "image/avif": framed(b"avif"),
    "image/bmp": b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0",
    "video/mp4": framed(b"isom"),
    "video/quicktime": framed(b"qt  "),
    "video/3gpp": framed(b"3gp4"),
    "video/webm": b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(16),
    "audio/mp4": framed(b"M4A "),
    "audio/ogg": b"OggS\0\x02" + bytes(22) + b"\x01\x13OpusHead",
    "audio/amr": b"#!AMR\n" + bytes(16),
    "audio/mpeg": b"\xff\xfb\x90\x64" + bytes(16),
    "audio/aac": b"\xff\xf1\x50\x80" + bytes(16),
    "audio/wav": b"RIFF\x24\0\0\0WAVEfmt " + bytes(16),
    "application/pdf": PDF,
    "application/gzip": b"\x1f\x8b\x08" + bytes(16),
    "application/zip": archive("notas.txt"),
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_file_is_known_by_its_bytes_and_kept_as_what_it_is(kind: str) -> None:
    assert recognised(SAMPLES[kind]) == kind
    for claimed in (kind, f"{kind.upper()}; charset=binary", None, UNKNOWN, "", "not a type"):
        found = check(SAMPLES[kind], claimed=claimed)
        assert (found.type, found.refused) == (kind, None)


@pytest.mark.parametrize(
    ("claimed", "body", "kept"),
    [
        ("image/jpeg", PNG, "image/png"),
        ("image/jpg", JPEG, "image/jpeg"),
        ("image/heif", framed(b"mif1"), "image/heic"),
        ("audio/mp4", framed(b"isom"), "audio/mp4"),
        ("video/mp4", framed(b"M4A "), "video/mp4"),
        ("audio/ogg; codecs=opus", SAMPLES["audio/ogg"], "audio/ogg"),
        ("audio/mp3", b"ID3\x04" + bytes(16), "audio/mpeg"),
        (DOCX, archive("[Content_Types].xml", "word/document.xml"), DOCX),
        ("application/msword", OLE, "application/msword"),
        ("application/x-tgsticker", SAMPLES["application/gzip"], "application/x-tgsticker"),
        ("text/plain", "¿Dónde está?".encode(), "text/plain"),
        ("text/csv", b"a,b\n1,2\n", "text/csv"),
        ("text/vcard", b"BEGIN:VCARD\nEND:VCARD\n", "text/vcard"),
        ("application/json", b'{"a": 1}', "application/json"),
        (None, b"a,b\n1,2\n", UNKNOWN),
        ("application/vnd.a-company", bytes(8), "application/vnd.a-company"),
        ("text/plain", b"", "text/plain"),
    ],
)
def test_what_is_one_kind_under_two_names_is_kept(claimed: str | None, body: bytes, kept: str) -> None:
    assert (check(body, claimed=claimed).type, check(body, claimed=claimed).refused) == (kept, None)


@pytest.mark.parametrize(
    ("claimed", "body", "why"),
    [
        ("image/jpeg", PDF, "said to be image/jpeg, and is application/pdf"),
        ("image/png", b"plain words", "said to be image/png, and is something else"),
        ("image/png", b"", "said to be image/png, and is something else"),
        ("application/pdf", JPEG, "said to be application/pdf, and is image/jpeg"),
        ("application/pdf", archive("a.txt"), "said to be application/pdf, and is application/zip"),
        ("video/mp4", JPEG, "said to be video/mp4, and is image/jpeg"),
        ("application/msword", archive("a.txt"), "said to be application/msword, and is application/zip"),
        ("text/plain", PDF, "said to be text/..., and is application/pdf"),
        ("text/plain", b"a\0b", "said to be text/..., and is something else"),
    ],
)
def test_what_is_not_what_it_is_said_to_be_is_refused(claimed: str, body: bytes, why: str) -> None:
    refused = check(body, claimed=claimed).refused
    assert refused is not None
    assert why in refused


@pytest.mark.parametrize("claimed", [None, "image/jpeg", "application/pdf", "text/plain", UNKNOWN])
@pytest.mark.parametrize(
    "body",
    [
        *(EXE, b"\x7fELF\x02\x01", b"\xcf\xfa\xed\xfe" + bytes(8), b"\xca\xfe\xba\xbe\0\0\0\x34", b"\0asm\x01"),
        *(b"#!/bin/sh\nrm", b"#!AMR is a script", b"dex\n035", b"L\0\0\0\x01\x14\x02\0"),
        *(archive("META-INF/MANIFEST.MF"), archive("a/b/Factura.PDF.exe"), archive("x.txt", "run.js")),
        *(HTML, SVG, b"\xef\xbb\xbf<html>", b"\xff\xfe<\0s\0c\0r\0i\0p\0t\0>\0", b"<SCRIPT>"),
    ],
)
def test_a_program_or_a_page_is_refused_whatever_it_is_said_to_be(claimed: str | None, body: bytes) -> None:
    found = check(body, claimed=claimed)
    assert found.refused is not None
    assert found.type == UNKNOWN


@pytest.mark.parametrize(
    "name", ["factura.exe", "FACTURA.PDF.SCR", "setup.msi", "x.html", "a.jar ", "b.bat. ", "c.svg"]
)
def test_a_name_that_is_a_programs_is_enough(name: str) -> None:
    assert check(PDF, claimed="application/pdf", name=name).refused == "it is a program, or holds one"


@pytest.mark.parametrize("name", ["factura.pdf", "exe", "mi.exe.pdf", "", None, "¿js?", "notas.json"])
def test_any_other_name_is_not(name: str | None) -> None:
    assert check(PDF, claimed="application/pdf", name=name).refused is None


def test_an_archive_that_cannot_be_opened_is_kept_closed() -> None:
    whole = archive("run.exe")
    assert check(whole[:40], claimed="application/zip").refused is None
    assert check(whole, claimed="application/zip").refused is not None


def crowded(names: int, *, said: int, large: bool) -> bytes:
    """Return an archive of so many files, the last a program, that says it has `said`; `large` is ZIP64."""
    entry = b"PK\x01\x02" + bytes(24) + pack("<HHHHHII", 5, 0, 0, 0, 0, 0, 0)
    directory = (entry + b"a.txt") * (names - 1) + entry + b"a.exe"
    begin = b"PK\x03\x04" + bytes(26)
    at, size = len(begin), len(directory)
    if not large:
        return begin + directory + b"PK\x05\x06" + pack("<HHHHIIH", 0, 0, said, said, size, at, 0)
    end = b"PK\x06\x06" + pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, said, said, size, at)
    place = b"PK\x06\x07" + pack("<IQI", 0, at + size, 1)
    last = b"PK\x05\x06" + pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return begin + directory + end + place + last


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("said", [1, 10_000, None])
def test_an_archive_of_more_names_than_are_looked_through_is_refused_unread(
    said: int | None, large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, most, many = (crowded(names, said=said or names, large=large) for names in (2, 10_000, 10_001))
    assert ZipFile(BytesIO(small)).namelist() == ["a.txt", "a.exe"]
    assert check(most, claimed="application/zip").refused == "it is a program, or holds one"
    monkeypatch.setattr("shared.media.types.ZipFile", None)
    refused = check(many, claimed="application/zip").refused
    assert refused == "it is an archive of more than 10000 files, which are not looked through"


def test_what_nobody_means_as_a_type_says_nothing() -> None:
    for said in (None, "", ";", "image", "image/", "binary/octet-stream", "image/" + "a" * 101, "imáge/png", "a b/c"):
        assert plain(said) is None


@given(st.binary(max_size=200), st.none() | st.sampled_from([*SAMPLES, UNKNOWN, "text/plain"]) | st.text(max_size=20))
@example(b"PK\x03\x04", "application/zip")
@example(b"RIFF", None)
@example(b"\xff", None)
def test_every_file_is_something_and_what_is_kept_is_no_program(body: bytes, claimed: str | None) -> None:
    found = check(body, claimed=claimed)
    assert plain(found.type) == (None if found.type == UNKNOWN else found.type)
    assert check(body, claimed=claimed) == found
    if found.refused is None:
        assert check(body, claimed=found.type).refused is None, "it is what it was kept as"


@given(st.binary(max_size=64))
def test_whatever_follows_a_programs_beginning_it_is_refused(rest: bytes) -> None:
    assert check(b"MZ" + rest, claimed="image/png").refused is not None
