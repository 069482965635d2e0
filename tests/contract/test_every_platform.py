"""What holds for every platform that can call us, nastiest first; a new folder is in it by itself."""

import base64
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
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
    body = platform.sample("text")
    good = platform.sign(body)
    proof = next(name for name in good if name.lower() == proof_header(platform))
    for bad in (
        {name: value for name, value in good.items() if name != proof},
        {**good, proof: ""},
        {**good, proof: good[proof][:-4]},
        {**good, proof: good[proof] + "x"},
        {**good, proof: "ñ€😀"},
        {**good, proof: good[proof].swapcase()},
        platform.sender.sign(body, _never_issued(platform), NOW),
    ):
        assert counter.post(platform.path, bad, body) == 401
    assert counter.kept() == []
    assert counter.refusals() == {"signature"}
    assert counter.spilled() == []


def proof_header(platform: Sender) -> str:
    """Return the header that carries the proof: the one that differs between the two secrets."""
    body = platform.sample("text")
    current, previous = platform.sign(body), platform.sign(body, secret=1)
    (found,) = (name.lower() for name in current if current[name] != previous[name])
    return found


def _never_issued(platform: Sender) -> str:
    current: str = platform.sender.SECRETS[0]
    return current[:12] + ("A" if current[12] != "A" else "B") + current[13:]


def test_one_changed_byte_is_refused_where_the_body_is_signed(counter: Counter, platform: Sender) -> None:
    body = platform.sample("text")
    changed = body.replace(b"a", b"b", 1)
    signed = platform.sign(body) != platform.sign(changed)
    assert counter.post(platform.path, platform.sign(body), changed) == (401 if signed else 200)
    assert len(counter.kept()) == (0 if signed else 1)


def test_a_message_is_kept_once_however_often_it_comes(counter: Counter, platform: Sender) -> None:
    body = platform.sample("text")
    assert [counter.post(platform.path, platform.sign(body), body) for _ in range(3)] == [200, 200, 200]
    (item,) = counter.kept()
    assert counter.repetitions() == 2
    entry = journal.entry(item)
    brought_by = entry.delivery
    assert (entry.event.kind, brought_by.body, brought_by.platform) == ("message", body, platform.name)
    assert (entry.received_at, brought_by.request_id) == (NOW, "request-0")


def test_the_previous_secret_still_proves(counter: Counter, platform: Sender) -> None:
    body = platform.sample("text")
    assert counter.post(platform.path, platform.sign(body, secret=1), body) == 200
    assert len(counter.kept()) == 1


def test_a_stale_proof_is_refused_where_the_time_is_signed(counter: Counter, platform: Sender) -> None:
    body = platform.sample("text")
    for away in (timedelta(hours=-1), timedelta(hours=1)):
        status = counter.post(platform.path, platform.sign(body, now=NOW + away), body)
        assert status == (401 if platform.sender.SIGNS_TIME else 200)
    assert len(counter.kept()) == (0 if platform.sender.SIGNS_TIME else 1)


def test_base64_bodies_are_decoded_before_they_are_verified(counter: Counter, platform: Sender) -> None:
    body = platform.sample("non_ascii")
    assert counter.post(platform.path, platform.sign(body), body, as_base64=True) == 200
    assert counter.post(platform.path, platform.sign(body), body) == 200
    (item,) = counter.kept()
    assert journal.entry(item).delivery.body == body


def test_an_unknown_kind_is_kept_and_accounted_for(counter: Counter, platform: Sender) -> None:
    body = platform.sample("unknown_kind")
    assert counter.post(platform.path, platform.sign(body), body) == 200
    (item,) = counter.kept()
    assert orjson.loads(item["outcomes"]["S"]).keys() == {"ignored"}
    assert "open" not in item, "nothing is left to do"
    assert journal.delivery(item).body == body


@pytest.mark.parametrize("bytes_", [None, b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"a": NaN}', b"1" * 5000])
def test_what_cannot_be_read_is_kept_with_its_bytes(counter: Counter, platform: Sender, bytes_: bytes | None) -> None:
    body = platform.sample("unreadable") if bytes_ is None else bytes_
    assert counter.post(platform.path, platform.sign(body), body, as_base64=True) == 200
    (item,) = counter.kept()
    assert item["open"]["S"].startswith("delivery#")
    assert journal.delivery(item).body == body


def test_an_empty_batch_is_no_error(counter: Counter, platform: Sender) -> None:
    if not platform.has("empty_batch"):
        return
    body = platform.sample("empty_batch")
    assert counter.post(platform.path, platform.sign(body), body) == 200
    assert [item["outcomes"]["S"] for item in counter.kept()] == ["{}"]


def test_each_sample_costs_at_most_one_item(counter: Counter, platform: Sender) -> None:
    kept = 0
    for name in platform.samples():
        body = platform.sample(name)
        assert counter.post(platform.path, platform.sign(body), body, as_base64=True) == 200, name
        now = len(counter.kept())
        assert now - kept in (0, 1), name
        kept = now


def test_no_two_kinds_of_event_share_a_key(platform: Sender) -> None:
    vendor, kinds = load(platform.name), defaultdict[Key, set[str]](set)
    for name in platform.samples():
        delivery = Delivery(platform.name, platform.sender.ACCOUNT, platform.sample(name), {}, NOW)
        with suppress(UnreadableDelivery):
            for event in vendor.normalise(delivery):
                if event.kind != "ignored":
                    kinds[keys.event(event)].add(event.kind)
    assert kinds
    assert {key: found for key, found in kinds.items() if len(found) > 1} == {}


def test_a_bug_behind_the_reader_loses_no_bytes(
    counter: Counter, platform: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = platform.sample("text")
    monkeypatch.setattr(journal, "_event_item", _bug)
    assert counter.post(platform.path, platform.sign(body), body) == 200
    (item,) = counter.kept()
    assert item["open"]["S"].startswith("delivery#")
    assert journal.delivery(item).body == body


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
    body = platform.sample("text")
    headers = platform.sign(body)
    for path in (f"/webhooks/{platform.name}/nobody", f"/webhooks/nothing/{platform.sender.ACCOUNT}", "/webhooks"):
        assert counter.post(path, headers, body) == 404
    assert counter.kept() == []


def test_every_channel_loads_its_platform(platform: Sender) -> None:
    vendor = load(platform.name)
    assert vendor.channels
    assert {load(channel).name for channel in vendor.channels} == {platform.name}


def test_a_bug_of_ours_is_a_500_and_closes_the_door_for_nobody_else(
    counter: Counter, platform: Sender, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    body = platform.sample("text")
    broken = replace(load(platform.name), verify=cast("Verify", _bug))
    with monkeypatch.context() as bug:
        bug.setattr(door, "load", lambda name: broken if name == platform.name else load(name))
        assert counter.post(platform.path, platform.sign(body), body) == 500
        other = next(found for found in PLATFORMS if found.name != platform.name)
        assert counter.post(other.path, other.sign(other.sample("text")), other.sample("text")) == 200
    assert counter.post(platform.path, platform.sign(body), body) == 200
    said = str([vars(record) for record in caplog.records])
    assert "ZeroDivisionError" in said
    assert "a customer's words" not in said


def _bug(*_: object) -> None:
    raise ZeroDivisionError("a customer's words")
