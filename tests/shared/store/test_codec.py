"""Packing loses nothing, notices what was lost, and keeps an ordinary message within one write unit."""

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bench.capacity import WRITE_UNIT, item_size
from shared.models import Delivery
from shared.platforms import load
from shared.store import codec, journal
from shared.store.journal import Object
from tests.conftest import NOW
from tests.contract.platforms import PLATFORMS
from tests.template import ROOT

# A dictionary is never changed once something was written with it: give a better one the next number.
DICTIONARY_SHA256 = {1: "eee9b7f79de626e0be78de8242ab23c950e6e1dd0236c285189d102f32da8cc5"}

heads = st.binary(max_size=300).map(lambda head: head.replace(b"\n", b" "))
SAMPLES = [
    ROOT / "tests" / "shared" / "platforms" / platform / "samples" / f"{sample}.json"
    for platform, sample in (
        *((name, "text") for name in (found.name for found in PLATFORMS)),
        ("meta", "instagram_dm"),
        ("meta", "messenger_text"),
        ("meta", "whatsapp_text"),
    )
]


@given(heads, st.binary(max_size=3000))
@example(b"", b"")
@example(b"", b"\n\n")
@example(b"{}", bytes(range(256)))
def test_unpack_is_the_inverse_of_pack(head: bytes, raw: bytes) -> None:
    assert codec.unpack(codec.pack(head, raw)) == (head, raw)


def test_megabytes_come_back_whole() -> None:
    raw = bytes(range(256)) * 4096 * 6
    assert codec.unpack(codec.pack(b"{}", raw)) == (b"{}", raw)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_a_head_of_two_lines_is_refused(one: bytes, other: bytes) -> None:
    with pytest.raises(ValueError, match="one line"):
        codec.pack(one + b"\n" + other, b"")


@given(st.binary(max_size=300), st.data())
def test_what_was_cut_off_is_noticed(raw: bytes, data: st.DataObject) -> None:
    """Deflate without its wrapper has no checksum, but it says where it ends."""
    packed = codec.pack(b"{}", raw)
    kept = data.draw(st.integers(1, len(packed) - 1))
    with pytest.raises(ValueError, match="packed"):
        codec.unpack(packed[:kept])
    with pytest.raises(ValueError, match="packed"):
        codec.unpack(packed + b"more")


@pytest.mark.parametrize("number", DICTIONARY_SHA256)
def test_a_dictionary_is_never_changed(number: int) -> None:
    found = Path(codec.__file__).with_name(f"dictionary-{number}.txt").read_bytes()
    assert sha256(found).hexdigest() == DICTIONARY_SHA256[number]


def test_every_dictionary_is_pinned() -> None:
    found = {path.name for path in Path(codec.__file__).parent.glob("dictionary-*")}
    assert found == {f"dictionary-{number}.txt" for number in DICTIONARY_SHA256}


def test_the_first_byte_names_the_newest_dictionary() -> None:
    assert codec.pack(b"", b"")[0] == max(DICTIONARY_SHA256)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_an_ordinary_message_fits_one_write_unit(sample: Path) -> None:
    platform = load(sample.parents[1].name)
    (sender,) = (each for each in PLATFORMS if each.name == platform.name)
    body = sender.written(sample.read_bytes())
    item = journal.record(Delivery(platform.name, sender.sender.ACCOUNT, body, {}, NOW), platform)
    assert not isinstance(item, Object)
    assert item["sk"]["S"].startswith("event#")
    assert item_size(item) <= WRITE_UNIT
