"""What holds for every platform that can call us, nastiest first; a new folder is in it by itself."""

import base64
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from typing import cast

import orjson
import pytest

from services.webhooks import door
from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Verify, load
from shared.store import journal, keys
from shared.store.keys import Key
from tests.conftest import NOW
from tests.contract.conftest import Counter
from tests.contract.platforms import PLATFORMS, Sender

pytestmark = pytest.mark.parametrize("platform", PLATFORMS, ids=lambda found: found.name)


def test_nothing_unproven_is_kept(counter: Counter, platform: Sender) -> None:
    good = platform.sign(platform.sample("text"))
    part, value = proof_part(platform)
    for bad in (
        platform.with_proof(good, part, None),
        platform.with_proof(good, part, ""),
        platform.with_proof(good, part, value[:-4]),
        platform.with_proof(good, part, value + "x"),
        platform.with_proof(good, part, "ñ€😀"),
        platform.with_proof(good, part, value.swapcase()),
        platform.forged(platform.sample("text")),
    ):
        assert counter.post(platform.path, bad, as_base64=True) == 401
    assert counter.kept() == []
    assert counter.refusals() == {"signature"}
    assert counter.spilled() == []


def proof_part(platform: Sender) -> tuple[str, str]:
    """Return the part of a request that carries the proof, and what it says: where there are several, the one that
    differs between the two secrets."""
    body = platform.sample("text")
    current, previous = (dict(platform.proof(platform.sign(body, secret=secret))) for secret in (0, 1))
    named = {name.lower() for name in platform.proof_parts()}
    (found,) = (name for name in current if name.lower() in named and current[name] != previous.get(name))
    return found, current[found]


def test_one_changed_byte_is_refused_where_the_body_is_signed(counter: Counter, platform: Sender) -> None:
    given = platform.sign(platform.sample("text"))
    changed = replace(given, body=given.body.replace(b"a", b"b", 1))
    signed = platform.signs_bodies()
    assert counter.post(platform.path, changed) == (401 if signed else 200)
    assert len(counter.kept()) == (0 if signed else 1)


def test_a_message_is_kept_once_however_often_it_comes(counter: Counter, platform: Sender) -> None:
    given = platform.sign(platform.sample("text"))
    assert [counter.post(platform.path, given) for _ in range(3)] == [200, 200, 200]
    (item,) = counter.kept()
    assert counter.repetitions() == 2
    entry = journal.entry(item)
    brought_by = entry.delivery
    assert (entry.event.kind, brought_by.body, brought_by.platform) == ("message", given.body, platform.name)
    assert (entry.received_at, brought_by.request_id) == (NOW, "request-0")


def test_the_previous_secret_still_proves(counter: Counter, platform: Sender) -> None:
    body = platform.sample("text")
    assert counter.post(platform.path, platform.sign(body, secret=1)) == 200
    assert len(counter.kept()) == 1


def test_a_stale_proof_is_refused_where_the_time_is_signed(counter: Counter, platform: Sender) -> None:
    body = platform.sample("text")
    for away in (-2 * platform.tolerance, 2 * platform.tolerance):
        status = counter.post(platform.path, platform.sign(body, now=NOW + away))
        assert status == (401 if platform.sender.SIGNS_TIME else 200)
    assert len(counter.kept()) == (0 if platform.sender.SIGNS_TIME else 1)


def test_base64_bodies_are_decoded_before_they_are_verified(counter: Counter, platform: Sender) -> None:
    given = platform.sign(platform.sample("non_ascii"))
    assert counter.post(platform.path, given, as_base64=True) == 200
    assert counter.post(platform.path, given) == 200
    (item,) = counter.kept()
    assert journal.entry(item).delivery.body == given.body


def test_an_unknown_kind_is_kept_and_accounted_for(counter: Counter, platform: Sender) -> None:
    given = platform.sign(platform.sample("unknown_kind"))
    assert counter.post(platform.path, given) == 200
    (item,) = counter.kept()
    assert orjson.loads(item["outcomes"]["S"]).keys() == {"ignored"}
    assert "open" not in item, "nothing is left to do"
    assert journal.delivery(item).body == given.body


@pytest.mark.parametrize("bytes_", [None, b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"a": NaN}', b"1" * 5000])
def test_what_cannot_be_read_is_kept_with_its_bytes(counter: Counter, platform: Sender, bytes_: bytes | None) -> None:
    given = platform.sign(platform.sample("unreadable") if bytes_ is None else bytes_)
    assert counter.post(platform.path, given, as_base64=True) == 200
    (item,) = counter.kept()
    assert item["open"]["S"].startswith("delivery#")
    assert journal.delivery(item).body == given.body


def test_an_empty_batch_is_no_error(counter: Counter, platform: Sender) -> None:
    if not platform.has("empty_batch"):
        return
    assert counter.post(platform.path, platform.sign(platform.sample("empty_batch"))) == 200
    assert [item["outcomes"]["S"] for item in counter.kept()] == ["{}"]


def test_each_sample_costs_at_most_one_item(counter: Counter, platform: Sender) -> None:
    kept = 0
    for name in platform.samples():
        given = platform.sign(platform.sample(name))
        assert counter.post(platform.path, given, as_base64=True) == 200, name
        now = len(counter.kept())
        assert now - kept in (0, 1), name
        kept = now


def test_no_two_kinds_of_event_share_a_key(platform: Sender) -> None:
    vendor, kinds = load(platform.name), defaultdict[Key, set[str]](set)
    for name in platform.samples():
        body = platform.written(platform.sample(name))
        delivery = Delivery(platform.name, platform.sender.ACCOUNT, body, {}, NOW)
        with suppress(UnreadableDelivery):
            for event in vendor.normalise(delivery):
                if event.kind != "ignored":
                    kinds[keys.event(event)].add(event.kind)
    assert kinds
    assert {key: found for key, found in kinds.items() if len(found) > 1} == {}


def test_a_bug_behind_the_reader_loses_no_bytes(
    counter: Counter, platform: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = platform.sign(platform.sample("text"))
    monkeypatch.setattr(journal, "_event_item", _bug)
    assert counter.post(platform.path, given) == 200
    (item,) = counter.kept()
    assert item["open"]["S"].startswith("delivery#")
    assert journal.delivery(item).body == given.body


def test_handshakes(counter: Counter, platform: Sender) -> None:
    for query, status, body in platform.sender.HANDSHAKES:
        answer = counter.get(platform.path, query)
        assert answer["statusCode"] == status, query
        if body is not None:
            said = base64.b64decode(answer["body"]).decode() if answer.get("isBase64Encoded") else answer["body"]
            assert said == body
    assert counter.kept() == []


def test_a_get_that_is_no_handshake_is_refused(counter: Counter, platform: Sender) -> None:
    assert counter.get(platform.path, {})["statusCode"] in (400, 401)
    assert counter.kept() == []


def test_unknown_accounts_and_platforms_are_not_there(counter: Counter, platform: Sender) -> None:
    given = platform.sign(platform.sample("text"))
    for path in (f"/webhooks/{platform.name}/nobody", f"/webhooks/nothing/{platform.sender.ACCOUNT}", "/webhooks"):
        assert counter.post(path, given) == 404
    assert counter.kept() == []


def test_every_channel_loads_its_platform(platform: Sender) -> None:
    vendor = load(platform.name)
    assert vendor.channels
    assert {load(channel).name for channel in vendor.channels} == {platform.name}


def test_a_bug_of_ours_is_a_500_and_closes_the_door_for_nobody_else(
    counter: Counter, platform: Sender, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    given = platform.sign(platform.sample("text"))
    broken = replace(load(platform.name), verify=cast("Verify", _bug))
    with monkeypatch.context() as bug:
        bug.setattr(door, "load", lambda name: broken if name == platform.name else load(name))
        assert counter.post(platform.path, given) == 500
        other = next(found for found in PLATFORMS if found.name != platform.name)
        assert counter.post(other.path, other.sign(other.sample("text"))) == 200
    assert counter.post(platform.path, given) == 200
    said = str([vars(record) for record in caplog.records])
    assert "ZeroDivisionError" in said
    assert "a customer's words" not in said


def _bug(*_: object) -> None:
    raise ZeroDivisionError("a customer's words")
