"""How bytes are kept small: deflate with a preset dictionary (RFC 1950, section 2.2), so that an ordinary message
and the exact bytes it came from fit into one write unit together.

The normalised event and the raw body are compressed as one stream: whatever the event repeats from the body costs a
few bytes. The first byte names the dictionary. A dictionary is never changed once something was written with it;
a better one gets the next number.
"""

import zlib
from functools import cache
from pathlib import Path

_CURRENT = 1
_RAW_DEFLATE = -zlib.MAX_WBITS


def pack(head: bytes, raw: bytes) -> bytes:
    """Return one compressed value of a head (JSON on one line) and any raw bytes."""
    if b"\n" in head:
        raise ValueError("the head must be one line")
    packer = _packer().copy()
    return bytes([_CURRENT]) + packer.compress(head + b"\n" + raw) + packer.flush()


def unpack(packed: bytes) -> tuple[bytes, bytes]:
    """Return the head and the raw bytes that were packed; the exact inverse of `pack`.

    Raises `ValueError` when bytes are missing at the end, or are too many.
    """
    unpacker = zlib.decompressobj(wbits=_RAW_DEFLATE, zdict=_dictionary(packed[0]))
    plain = unpacker.decompress(packed[1:])
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("the packed bytes are not whole")
    head, _, raw = plain.partition(b"\n")
    return head, raw


@cache
def _packer() -> "zlib._Compress":
    """A compressor that has read the dictionary, to be copied: its small tables are copied sooner than large ones are
    filled."""
    return zlib.compressobj(level=9, wbits=_RAW_DEFLATE, memLevel=5, zdict=_dictionary(_CURRENT))


@cache
def _dictionary(number: int) -> bytes:
    return Path(__file__).with_name(f"dictionary-{number}.txt").read_bytes()
