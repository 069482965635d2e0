"""Bodies that no platform would send: each one that is signed is kept to the byte, each that is not leaves no trace."""

import gzip
import tracemalloc
from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import groupby
from operator import itemgetter

import pytest

from shared import aws
from shared.models import Delivery
from shared.queues import spilled, unspilled
from shared.store import codec, journal
from tests.abuse.bodies import doubled, hostile, padded
from tests.abuse.caller import CANARY, Caller
from tests.conftest import NOW
from tests.contract.platforms import PLATFORMS, Sender

pytestmark = pytest.mark.parametrize("platform", PLATFORMS, ids=lambda found: found.name)

MEGABYTE = 1024 * 1024


def test_a_hostile_value_in_any_place_loses_nothing(caller: Caller, platform: Sender) -> None:
    for name, strikes in groupby(hostile(platform.sample("text")), key=itemgetter(0)):
        for _, body in strikes:
            assert caller.deliver(platform, body) == 200, name
            assert caller.kept() == [caller.sent], name
        assert caller.is_served(platform), name


def test_hostile_bodies_that_nobody_signed_leave_no_trace(caller: Caller, platform: Sender) -> None:
    statuses = Counter(caller.forge(platform, body) for _, body in hostile(platform.sample("text")))
    assert set(statuses) == {401}
    assert statuses.total() > 100
    assert caller.kept() == []
    assert caller.is_served(platform)


@pytest.mark.parametrize(("first", "last"), [(f'"{CANARY}"', None), (None, f'"{CANARY}"'), ("{}", "null")])
def test_a_key_that_stands_twice(caller: Caller, platform: Sender, first: str | None, last: str | None) -> None:
    for name in platform.samples():
        body = doubled(platform.sample(name), first=first, last=last)
        assert caller.deliver(platform, body) == 200, name
        assert caller.kept() == [caller.sent], name
    assert caller.is_served(platform)


@pytest.mark.parametrize("charset", ["utf-16", "utf-32", "utf-8-sig", "utf-7", "latin-1", "cp037"])
def test_a_body_in_another_charset_than_it_says(caller: Caller, platform: Sender, charset: str) -> None:
    text = f'{{"ñandú": "{CANARY}", "message": "¿qué?"}}'
    body = text.encode(charset)
    for said in (charset, "utf-8", "utf-16", "no-such-charset", '"', "utf-8; charset=latin-1"):
        assert caller.deliver(platform, body, content_type=f"application/json; charset={said}") == 200, said
        assert caller.kept() == [caller.sent], said
    assert caller.is_served(platform)


@pytest.mark.parametrize(
    "kind", ["", "text/html", "multipart/form-data", "application/x-www-form-urlencoded", "a" * 5000]
)
def test_the_content_type_plays_no_part(caller: Caller, platform: Sender, kind: str) -> None:
    body = platform.sample("text")
    assert caller.deliver(platform, body, content_type=kind) == 200
    assert caller.kept() == [caller.sent]


@cache
def bomb_of(times: int) -> bytes:
    """Return a hundred megabytes of brackets, so many times compressed."""
    return gzip.compress(bomb_of(times - 1), compresslevel=1, mtime=0) if times else b"[" * 100 * MEGABYTE


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", "deflate"])
def test_a_bomb_is_never_lit(caller: Caller, platform: Sender, encoding: str, times: int) -> None:
    bomb = bomb_of(times)
    assert caller.is_served(platform), "all that is loaded at first use is loaded"
    given = platform.sign(bomb)
    tracemalloc.start()
    try:
        status = caller.send(platform.path, {**given.headers, "content-encoding": encoding}, given.body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert status == 200
    assert peak < 40 * MEGABYTE, "well below what is in it"
    assert caller.kept() == [given.body]
    assert caller.forge(platform, bomb) == 401
    assert caller.is_served(platform)


def border(sample: bytes, size: Callable[[bytes], int], most: int) -> int:
    """Return the padding with which a body is about as large as it may be."""
    length = 0
    while abs(missing := most - size(padded(sample, length))) > 4:  # base64 goes in fours
        length += missing
    return length


def test_around_what_an_item_can_hold(caller: Caller, platform: Sender) -> None:
    def size(body: bytes) -> int:
        return len(codec.pack(b"", platform.sign(body).body))

    sample = platform.sample("text")
    most = journal._ITEM_LIMIT
    at = border(sample, size, most)
    bodies = [padded(sample, at + away) for away in (-2000, *range(-9, 10, 3), 2000, 20_000)]
    assert {size(body) <= most for body in bodies} == {True, False}
    for body in bodies:
        assert caller.deliver(platform, body) == 200, len(body)
        assert caller.kept() == [caller.sent], len(body)
    assert caller.is_served(platform)


def test_around_what_the_spill_queue_can_hold_when_the_bucket_refuses(caller: Caller, platform: Sender) -> None:
    def size(body: bytes) -> int:
        return len(
            spilled(Delivery(platform.name, platform.sender.ACCOUNT, platform.sign(body).body, {}, NOW, "hostile-0000"))
        )

    sample = platform.sample("text")
    at = border(sample, size, MEGABYTE)
    aws.client("s3").delete_bucket(Bucket="deliveries")
    for away, status in ((-100, 200), (100, 503), (MEGABYTE, 503)):
        body = padded(sample, at + away)
        assert caller.deliver(platform, body) == status, away
        assert [unspilled(message).body for message in caller.door.spilled()] == (
            [caller.sent] if status == 200 else []
        )


@pytest.mark.parametrize(("megabytes", "noise"), [(6, True), (6, False), (10, False)])
def test_up_to_all_that_the_gateway_can_bring(caller: Caller, platform: Sender, megabytes: int, noise: bool) -> None:
    """Lambda takes 6 MB, with what the gateway adds; the gateway itself takes 10."""
    sample, length = platform.sample("text"), megabytes * MEGABYTE
    body = padded(sample, length) if noise else sample + b" " * length
    assert caller.deliver(platform, body.decode()) == 200
    assert caller.kept() == [caller.sent]
    assert caller.forge(platform, body) == 401
    assert caller.is_served(platform)
