"""What becomes of a contact event and of a batch of contact records: the failures first."""

from base64 import b64encode
from itertools import permutations
from typing import Any

import orjson
import pytest

from services.calls.intake import NO_INSTANCE, Intake
from shared.errors import StoreUnavailable
from shared.projection.conversation import Conversation
from shared.queues import Spill, unspilled
from shared.store import journal, keys
from shared.store.journal import Journal
from shared.store.table import Item
from tests.double.wire import Arguments
from tests.shared.platforms.connect.cases import ANA, SAMPLES, changed
from tests.shared.platforms.connect.sender import ACCOUNT
from tests.world import World

IDENTITY = f"phone:{ACCOUNT}:{ANA}"


def intake(world: World, *, instance: str = NO_INSTANCE) -> Intake:
    spill = Spill(world.cloud.client("sqs"), world.cloud.create_queue("calls-spill"))
    return Intake(journal=Journal(world.table, world.bucket), spill=spill, now=world.now, instance=instance)


def record(body: bytes, number: int = 1) -> dict[str, Any]:
    """Return a Kinesis record as Lambda gives it."""
    told = {"data": b64encode(body).decode(), "sequenceNumber": f"4959{number:04}", "partitionKey": "contact"}
    return {"eventSource": "aws:kinesis", "eventID": f"shardId-000000000000:4959{number:04}", "kinesis": told}


def kept(world: World) -> list[Item]:
    return [item for item in world.scan() if item["sk"]["S"].startswith((keys.EVENT_PREFIX, keys.DELIVERY))]


def head(world: World) -> Conversation:
    (state,) = [
        item["state"]["S"]
        for item in world.scan()
        if item["pk"]["S"] == keys.identity(IDENTITY) and item["sk"]["S"].startswith(keys.CONVERSATION_PREFIX)
    ]
    return Conversation.model_validate_json(state)


def failures(*numbers: int) -> dict[str, list[dict[str, str]]]:
    return {"batchItemFailures": [{"itemIdentifier": f"4959{number:04}"} for number in numbers]}


class Refusing:
    """A hook of the double that throttles these operations."""

    def __init__(self, world: World, *operations: str, after: int = 0) -> None:
        self.world, self.operations, self.left = world, operations, after
        world.cloud.hooks.append(self)

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        if operation in self.operations:
            if self.left <= 0:
                raise self.world.cloud.refuse("throttled", service, operation, arguments)
            self.left -= 1

    def after(self, service: str, operation: str, arguments: Arguments, answer: Any) -> None: ...


def test_an_event_that_neither_the_table_nor_the_queue_takes_is_given_back_to_lambda() -> None:
    world = World({})
    Refusing(world, "PutItem", "SendMessage")
    with pytest.raises(StoreUnavailable):
        intake(world).event(orjson.loads(SAMPLES["event_queued"]), request_id="r1")
    assert kept(world) == []


def test_the_first_record_that_nobody_takes_is_given_back_and_with_it_all_that_follow() -> None:
    world = World({})
    Refusing(world, "PutItem", "SendMessage", after=1)
    batch = [record(SAMPLES["abandoned"], 1), record(SAMPLES["answered"], 2), record(SAMPLES["menu_alone"], 3)]
    assert intake(world).records(batch) == failures(2)
    assert len(kept(world)) == 1


def test_what_the_table_refuses_waits_on_the_spill_queue_whole() -> None:
    world = World({})
    own = intake(world)
    Refusing(world, "PutItem")
    assert own.records([record(SAMPLES["abandoned"])]) == failures()
    ((spilled, *_),) = [world.cloud.look().messages(own.spill._url)]
    delivery = unspilled(spilled.body)
    assert (delivery.platform, delivery.account, delivery.body) == ("connect", ACCOUNT, SAMPLES["abandoned"])
    assert delivery.request_id == record(b"")["eventID"]


@pytest.mark.parametrize("body", [b"", b"null", b"\xff\x00", b"{", SAMPLES["unreadable"], SAMPLES["non_ascii"] * 2])
def test_what_cannot_be_read_is_kept_with_its_bytes_and_holds_nobody_up(body: bytes) -> None:
    world = World({})
    assert intake(world).records([record(body, 1), record(SAMPLES["abandoned"], 2)]) == failures()
    (unread,) = [item for item in kept(world) if item["sk"]["S"] == keys.DELIVERY]
    assert unread["open"]["S"].startswith("delivery#")
    delivery = journal.delivery(unread)
    assert delivery.body == body
    assert delivery.account == (ACCOUNT if body == SAMPLES["unreadable"] else NO_INSTANCE)


def test_a_missed_call_waits_and_whoever_takes_the_next_one_answers_it() -> None:
    world = World({})
    own = intake(world)
    own.records([record(SAMPLES["abandoned"])])
    world.settle()
    waits = head(world)
    assert (waits.channel, waits.waiting_since) == ("connect_phone", waits.last_inbound_at)
    assert waits.waiting_since
    later = {"InitiationTimestamp": "2026-09-21T12:00:00Z", "DisconnectTimestamp": "2026-09-21T12:05:00Z"}
    called_back = changed("our_call_taken", ConnectedToSystemTimestamp="2026-09-21T12:00:15Z", **later)
    own.records([record(called_back, 2)])
    world.settle()
    assert head(world).waiting_since is None


@pytest.mark.parametrize("order", list(permutations(["passed_on_in_queue", "passed_on_and_taken", "answered"])))
def test_records_may_come_in_any_order_and_twice(order: tuple[str, ...]) -> None:
    world = World({})
    for number, name in enumerate((*order, order[0])):
        assert intake(world).records([record(SAMPLES[name], number)]) == failures()
        world.settle()
    found = head(world)
    assert (found.waiting_since, found.last_call and found.last_call.status) == (None, "completed")


def test_a_record_that_the_stream_gives_again_is_no_repetition_and_one_that_connect_tells_again_is() -> None:
    world = World({})
    for number in (1, 1, 2):
        intake(world).records([record(SAMPLES["abandoned"], number)])
    repeated = [item for item in world.scan() if item["sk"]["S"].startswith(keys.REPEATED_PREFIX)]
    assert (len(kept(world)), len(repeated)) == (1, 1)


def test_an_event_is_one_delivery_however_its_names_are_ordered() -> None:
    world = World({})
    told = orjson.loads(SAMPLES["event_queued"])
    for number, event in enumerate((told, dict(reversed(told.items())))):
        intake(world).event(event, request_id=f"r{number}")
    (item,) = kept(world)
    assert (item["platform"]["S"], item["account"]["S"]) == ("connect", ACCOUNT)
    assert orjson.loads(item["outcomes"]["S"]).keys() == {"ignored"}
    assert "open" not in item, "nothing is left to do"


def test_an_ordinary_record_costs_one_call() -> None:
    world = World({})
    own = intake(world)
    before = len(world.calls)
    own.records([record(SAMPLES["abandoned"])])
    assert [operation for operation, _ in world.calls[before:]] == ["PutItem"]
