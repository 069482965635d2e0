"""What is read of the hub's XML, and what is not let in."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import UnreadableDelivery
from shared.platforms.youtube.feed import read

ATOM = 'xmlns="http://www.w3.org/2005/Atom"'
AT = 'xmlns:at="http://purl.org/atompub/tombstones/1.0"'


def feed(inside: str = "", head: str = "") -> bytes:
    return f"{head}<feed {ATOM} {AT}>{inside}</feed>".encode()


@pytest.mark.parametrize(
    "head",
    [
        "<!DOCTYPE feed>",
        '<!DOCTYPE feed [<!ENTITY a "b">]>',
        '<!DOCTYPE feed [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE feed SYSTEM "https://evil.example/x.dtd">',
        '<!DOCTYPE feed [<!ENTITY % a SYSTEM "https://evil.example/x.dtd"> %a;]>',
        '<!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        "<!DOCTYPE feed [<!NOTATION a SYSTEM 'x'>]>",
    ],
)
@pytest.mark.parametrize("inside", ["", "<entry><id>&a;</id></entry>", "<entry><id>&b;</id></entry>"])
def test_no_document_type_is_let_in_and_so_no_entity(head: str, inside: str) -> None:
    with pytest.raises(UnreadableDelivery, match=r"document type|well-formed"):
        read(feed(inside, head))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"<feed/>",
        f"<rss {ATOM}/>".encode(),
        f"<entry {ATOM}/>".encode(),
        feed()[:-3],
        feed() + b"<a/>",
        feed("&undeclared;"),
        feed("<entry>" + "<a>" * 16 + "</a>" * 16 + "</entry>"),
        feed("<a>" * 100_000),
        b'<?xml version="1.0" encoding="nonsense"?>' + feed(),
        b'<?xml version="1.0" encoding="utf-7"?>' + feed(),
        b'<?xml version="1.0" encoding="shift_jis"?>' + feed(),
        feed("<entry><id>\x00</id></entry>"),
        feed("<entry><title>\xff</title></entry>").replace("ÿ".encode(), b"\xff"),
    ],
)
def test_what_is_no_feed_is_not_read(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        read(body)


def test_all_entries_are_read_and_nothing_beside_them() -> None:
    assert read(
        feed(
            "<title>Vídeos</title><author><name>Teleprado</name></author>"
            "<entry><id>1</id><author><name>Tele&#112;rado</name></author><link href='https://a.example/'/></entry>"
            "<x:entry xmlns:x='https://x.example/'><id>2</id></x:entry>"
            "<at:deleted-entry ref='3' when='today'><at:by><uri>u</uri></at:by></at:deleted-entry>"
            "<entry><![CDATA[loose]]><id>4</id><id>5</id></entry>"
        )
    ) == [
        {"element": "entry", "id": "1", "author.name": "Teleprado", "link@href": "https://a.example/"},
        {"element": "deleted-entry", "ref": "3", "when": "today", "by.uri": "u"},
        {"element": "entry", "id": "45"},
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_the_usual_encodings_are_read(encoding: str) -> None:
    declared = "iso-8859-1" if encoding == "iso-8859-1" else encoding[:6].rstrip("-")
    head = f'<?xml version="1.0" encoding="{declared}"?>'
    body = f"{head}<feed {ATOM}><entry><id>ñ</id></entry></feed>".encode(encoding)
    assert read(body) == [{"element": "entry", "id": "ñ"}]


@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40))
def test_a_text_comes_back_as_it_was_written(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    try:
        (found,) = read(feed(f"<entry><title>{escaped}</title></entry>"))
    except UnreadableDelivery:
        assert set(text) & {"\ufffe", "\uffff"}, "XML has no such characters"
    else:
        assert found.get("title", "") == text


@given(st.binary(max_size=200) | st.text(alphabet="<>/&;!DOCTYPEentry ='\"[]", max_size=80).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for each in (body, feed().replace(b"></feed>", b">" + body + b"</feed>")):
        with suppress(UnreadableDelivery):
            assert all(found["element"] for found in read(each))
