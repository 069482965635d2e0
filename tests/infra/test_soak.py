"""The soak's own parts: what it sends, what it breaks, and a reckoning that notices whatever does not add up."""

import http.client
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import orjson
import pytest

from infra.local import samples
from infra.local.home import Home
from infra.local.soak import faults as breaking
from infra.local.soak.audit import Audit
from infra.local.soak.faults import FAULTS, Line, worker_in
from infra.local.soak.plan import REPEATED, Original, Sending, crowd, events, ids, plan, shuffled
from infra.local.soak.report import quantile
from infra.local.soak.senders import Senders, Sent
from shared.models import Ignored, Request
from shared.projection.unnamed import is_copy
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item, key_of
from tests.conftest import NOW
from tests.world import World

SOAKED = [sample for sample in samples.every() if not samples.encloses(sample.platform)]
PLATFORMS = [platform for platform in samples.calling() if not samples.encloses(platform)]
EVERY = [Original(sample.platform, sample.account, sample.body) for sample in SOAKED]
TEXTS = [Original(sample.platform, sample.account, sample.body) for sample in SOAKED if sample.name == "text"]
IDS = {platform: ids(found for found in EVERY if found.platform == platform) for platform in PLATFORMS}


def said_by(number: int, sample: Original) -> Original:
    return Original(sample.platform, sample.account, crowd(sample.body, IDS[sample.platform], number))


def keys_of(original: Original) -> list[Key]:
    return [keys.event(event) for event in events(original) if not isinstance(event, Ignored)]


def test_a_crowd_says_the_same_things_of_its_own() -> None:
    for sample in EVERY:
        one, other = said_by(1, sample), said_by(2, sample)
        assert [event.kind for event in events(one)] == [event.kind for event in events(sample)]
        if one.body != other.body:
            assert not set(keys_of(one)) & set(keys_of(other))
    changed = sum(said_by(1, sample).body != said_by(2, sample).body for sample in EVERY if keys_of(sample))
    assert changed >= 0.98 * sum(bool(keys_of(sample)) for sample in EVERY)


def test_a_crowd_keeps_the_accounts_and_what_belongs_together() -> None:
    by_name = {f"{sample.platform}/{sample.name}": original for sample, original in zip(SOAKED, EVERY, strict=True)}
    message, edit = (events(said_by(7, by_name[f"telegram/{name}"]))[0] for name in ("text", "edited"))
    before, after = (events(by_name[f"telegram/{name}"])[0] for name in ("text", "edited"))
    assert not isinstance(message, Ignored)
    assert not isinstance(before, Ignored)
    assert message.account == before.account
    assert message.identity != before.identity
    assert (edit.target == message.external_id) == (after.target == before.external_id)  # type: ignore[union-attr]


def test_a_shuffled_batch_means_the_same() -> None:
    random = Random(3)
    other = [(sample, shuffled(sample, random)) for sample in EVERY]
    assert sum(sample != moved for sample, moved in other) > 5
    for sample, moved in other:
        assert sorted(keys_of(sample)) == sorted(keys_of(moved))


def test_a_plan_is_of_its_seed_and_keeps_its_promises() -> None:
    def made(seed: int) -> list[Any]:
        return plan(EVERY, TEXTS, deliveries=1000, rate=50, random=Random(seed))

    sendings = made(1)
    assert sendings == made(1) != made(2)
    first = [sending for sending in sendings if not sending.repeated]
    again = [sending for sending in sendings if sending.repeated]
    assert len(first) == 1000
    assert len(again) == pytest.approx(1000 * REPEATED, abs=60)
    assert [sending.due for sending in first] == pytest.approx([number / 50 for number in range(1000)])
    assert {sending.original.platform for sending in first} == set(PLATFORMS)
    assert {round(sending.due // 30) for sending in again} >= {0, 1, 2, 3}


def test_a_newcomer_never_speaks_again() -> None:
    sendings = plan(EVERY, TEXTS, deliveries=1000, rate=50, random=Random(1))
    spoken = Counter(
        event.identity
        for sending in sendings
        if not sending.repeated
        for event in events(sending.original)
        if not isinstance(event, Ignored)
    )
    newcomers = [sending.newcomer for sending in sendings if sending.newcomer]
    assert len(newcomers) == len(set(newcomers)) == 25
    assert all(spoken[newcomer] == 1 for newcomer in newcomers)


class _Engine(BaseHTTPRequestHandler):
    asked: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.asked.append((self.path, body))
        self.send_response(201)
        self.send_header("x-own", "kept")
        self.send_header("content-length", "4")
        self.end_headers()
        self.wfile.write(b"done")

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002


@contextmanager
def an_engine() -> Iterator[tuple[int, list[tuple[str, bytes]]]]:
    asked: list[tuple[str, bytes]] = []
    with HTTPServer(("127.0.0.1", 0), type("Own", (_Engine,), {"asked": asked})) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, asked
        server.shutdown()


def call(url: str, **headers: str) -> tuple[int, str | None, bytes]:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
    try:
        connection.request("POST", "/a?b=c", b"body", headers)
        answer = connection.getresponse()
        return answer.status, answer.getheader("x-own"), answer.read()
    finally:
        connection.close()


def test_a_calm_line_passes_everything_on() -> None:
    with an_engine() as (port, asked), (line := Line(engine_port=port, seed=1)).open() as url:
        assert call(url) == (201, "kept", b"done")
    assert (asked, line.calls, line.injected.total()) == ([("/a?b=c", b"body")], 1, 0)


@pytest.mark.parametrize(
    ("fault", "headers", "answer", "arrives"),
    [
        ("throttled", {"x-amz-target": "DynamoDB_20120810.PutItem"}, b"ThrottlingException", False),
        ("throttled", {}, b"SlowDown", False),
        ("server error", {"x-amz-target": "AmazonSQS.SendMessage"}, b"InternalServerError", False),
        ("server error", {}, b"InternalError", False),
        ("never arrived", {}, None, False),
        ("answer lost", {}, None, True),
    ],
)
def test_each_fault_is_what_its_name_says(
    monkeypatch: pytest.MonkeyPatch, fault: str, headers: dict[str, str], answer: bytes | None, arrives: bool
) -> None:
    monkeypatch.setattr(breaking, "FAULTS", (fault,))
    with an_engine() as (port, asked), (line := Line(engine_port=port, seed=1)).open() as url:
        line.share = 1.0
        if answer is None:
            with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
                call(url, **headers)
        else:
            status, _, said = call(url, **headers)
            assert status >= 400
            assert answer in said
    assert bool(asked) == arrives
    assert line.injected == {fault: 1}


class _Door(BaseHTTPRequestHandler):
    answers: list[int]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        if (status := self.answers.pop(0)) == 0:
            self.close_connection = True
        else:
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002


def test_a_sender_repeats_until_it_is_answered_200(tmp_path: Path) -> None:
    told: list[str] = []
    door = type("Own", (_Door,), {"answers": [503, 0, 502, 200]})
    with HTTPServer(("127.0.0.1", 0), door) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        senders = Senders(
            Home(tmp_path, server.server_port), connections=1, door_opened=lambda who, _: told.append(who)
        )
        sent = senders.send([Sending(0.0, TEXTS[0], newcomer="telegram:shop:1")], progress=lambda *_: None)
        server.shutdown()
    assert (sent.attempts, sent.answered) == ({TEXTS[0]: 4}, {TEXTS[0]: 1})
    assert (sent.refusals, sent.retries) == ({503: 1, 0: 1, 502: 1}, 3)
    assert told == ["telegram:shop:1"]


def test_a_share_of_the_calls_fails_in_every_way() -> None:
    line = Line(engine_port=0, seed=1)
    line.share = 0.1
    met = Counter(line.fault() for _ in range(4000))
    assert met[None] == pytest.approx(3600, abs=80)
    assert all(met[fault] == pytest.approx(100, abs=40) for fault in FAULTS)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("  71  70 python /x/ministack-lambda-mostrador-ProjectorFunction-0AB-q3/_worker.py", (71, "projector")),
        ("  71  1 python /x/ministack-lambda-mostrador-ProjectorFunction-0AB-q3/_worker.py", None),
        ("  71  70 python ministack", None),
    ],
)
def test_only_the_engines_own_functions_are_killed(line: str, found: tuple[int, str] | None) -> None:
    assert worker_in(line, engine=70) == found


def test_a_quantile_is_the_nearest_rank() -> None:
    hundred = [float(number) for number in range(1, 101)]
    assert [quantile(hundred, 50), quantile(hundred, 99), quantile([7.0], 99)] == [50.0, 99.0, 7.0]


class Shop:
    """A small soak without an engine: deliveries taken at the door, settled, and audited."""

    def __init__(self) -> None:
        self.world = World(orjson.loads(samples.secrets()))
        self.sent = Sent()

    def send(self, original: Original, *, answered: bool = True) -> None:
        headers, _ = samples.signed(original.platform, original.body, at=self.world.now())
        url = f"https://door.invalid/webhooks/{original.platform}/{original.account}"
        request = Request("POST", url, headers, {}, original.body)
        self.world.door().answer(
            platform=original.platform,
            account=original.account,
            request=request,
            request_id=str(self.sent.attempts.total()),
        )
        self.sent.attempts[original] += 1
        self.sent.answered[original] += answered

    def items(self) -> dict[Key, Item]:
        return {key_of(item): item for item in self.world.scan()}

    def handed_over(self) -> set[str]:
        return {orjson.loads(body)["id"] for name in self.world.queues for body in self.world.hand_offs(name)}

    def faults(self, items: dict[Key, Item] | None = None, handed_over: set[str] | None = None) -> list[str]:
        span = (NOW - timedelta(hours=1), NOW + timedelta(days=1))
        audit = Audit(self.world.table, self.world.bucket, self.sent, *span)
        there = self.items() if items is None else items
        return list(audit.faults(there, self.handed_over() if handed_over is None else handed_over))


@pytest.fixture
def shop() -> Shop:
    """Everything was sent once and some of it twice, one answer was lost, and all is settled."""
    shop = Shop()
    for number, sample in enumerate(EVERY):
        shop.send(sample)
        if number % 5 == 0:
            shop.send(sample, answered=number % 10 == 0)
    shop.world.settle()
    return shop


def test_a_soak_that_went_well_adds_up(shop: Shop) -> None:
    assert shop.faults() == []


def _without(items: dict[Key, Item], prefix: str) -> dict[Key, Item]:
    gone = next(key for key in items if key.sk.startswith(prefix))
    return {key: item for key, item in items.items() if key != gone}


def test_a_missing_message_is_noticed(shop: Shop) -> None:
    (fault,) = shop.faults(_without(shop.items(), keys.EVENT_PREFIX))
    assert fault.startswith("1 events missing")


def test_a_message_that_is_there_twice_is_noticed(shop: Shop) -> None:
    items = shop.items()
    key = next(key for key in items if key.sk.startswith(keys.EVENT_PREFIX))
    faults = shop.faults(items | {Key(key.pk, f"{key.sk}x"): items[key]})
    assert [fault.partition(":")[0] for fault in faults] == [
        "1 events that nobody sent",
        "1 events that are there more than once",
    ]


def test_an_answer_that_says_something_else_to_the_customer_is_noticed(shop: Shop) -> None:
    items = shop.items()
    copies = [key for key, item in items.items() if key.sk.startswith(keys.EVENT_PREFIX) and is_copy(item)]
    assert len(copies) > 2
    one, other = (items[key] for key in copies[:2])
    faults = shop.faults(items | {copies[0]: one | {"ledger": other["ledger"]}})
    assert [fault.partition(":")[0] for fault in faults] == ["1 answers that say something else to the customer"]


def test_a_message_that_says_something_else_is_noticed(shop: Shop) -> None:
    items = shop.items()
    one, other = [key for key in items if key.sk.startswith(keys.EVENT_PREFIX)][:2]
    faults = shop.faults(items | {one: items[one] | {"packed": items[other]["packed"]}})
    assert faults[0].startswith("1 events that say something else")


def test_a_hand_off_that_is_on_no_queue_is_noticed(shop: Shop) -> None:
    handed_over = shop.handed_over()
    (fault,) = shop.faults(handed_over=handed_over - {min(handed_over)})
    assert fault.startswith("1 escalations without a hand-off")


@pytest.mark.parametrize(
    "change", [lambda sent, one: sent.answered.update({one: 100}), lambda sent, one: sent.attempts.update({one: -1})]
)
def test_requests_that_the_ledger_has_not_or_nobody_made_are_noticed(
    shop: Shop, change: Callable[[Sent, Original], None]
) -> None:
    change(shop.sent, EVERY[0])
    faults = shop.faults()
    assert any("units received" in fault for fault in faults)
    assert any("partitions where the ledger has not all requests" in fault for fault in faults)


def test_an_unanswered_request_may_be_counted_or_not(shop: Shop) -> None:
    shop.sent.attempts[EVERY[0]] += 1
    assert shop.faults() == []


def test_what_is_still_to_be_projected_is_noticed() -> None:
    shop = Shop()
    shop.send(next(sample for sample in EVERY if len(events(sample)) > 1))
    assert any("pending are {'projector'" in fault for fault in shop.faults())
