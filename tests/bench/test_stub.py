"""The stub answers every request once, however its bytes arrive."""

import asyncio
from itertools import pairwise
from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st

from bench.stub import Connection, answer

ANSWERS = {b"DynamoDB_20120810.PutItem": answer(b"{}"), b"secretsmanager.GetSecretValue": answer(b'{"a":1}')}


class Wire(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.written += data


def request(target: bytes, body: bytes) -> bytes:
    return b"POST / HTTP/1.1\r\nX-Amz-Target: %b\r\nContent-Length: %d\r\n\r\n%b" % (target, len(body), body)


requests = st.lists(st.tuples(st.sampled_from(sorted(ANSWERS)), st.binary(max_size=40)), max_size=4)


@given(requests, st.lists(st.integers(0, 600), max_size=6))
def test_pieces_make_no_difference(asked: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    heard: list[tuple[bytes, bytes]] = []

    def respond(target: str, body: bytes) -> bytes:
        heard.append((target.encode(), body))
        return ANSWERS[target.encode()]

    connection, wire = Connection(respond), Wire()
    connection.connection_made(wire)
    sent = b"".join(request(*one) for one in asked)
    edges = [0, *sorted(cuts), len(sent)]
    for start, end in pairwise(edges):
        connection.data_received(sent[start:end])
    assert wire.written == b"".join(ANSWERS[target] for target, _ in asked)
    assert heard == asked


def test_an_answer_says_how_long_it_is_and_what_it_sums_to() -> None:
    head, _, body = answer(b"{}").partition(b"\r\n\r\n")
    assert body == b"{}"
    assert b"Content-Length: 2" in head
    assert b"x-amz-crc32: %d" % crc32(b"{}") in head
