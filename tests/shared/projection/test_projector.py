"""What the table holds after events, escalations, kept deliveries and things left behind."""

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from shared.errors import ConfigurationError
from shared.models import Author, ContactPoint, Delivery, Message
from shared.platforms import load
from shared.projection import asking
from shared.projection.conversation import Conversation
from shared.store import journal, keys
from shared.store.keys import Key
from shared.store.table import key_of
from tests.conftest import NOW
from tests.world import World

IDENTITY = "telegram:shop:1"
COMPLAINT = "Me han cobrado dos veces la factura"


@pytest.fixture
def world() -> World:
    return World({})


def message(text: str = "Hola", *, at: datetime = NOW, direction: Any = "inbound", **more: Any) -> Message:
    said = {
        "external_id": f"1:{at.timestamp()}:{direction}",
        "occurred_at": at,
        "identity": IDENTITY,
        "account": "shop",
        "channel": "telegram",
        "text": text,
        "direction": direction,
    }
    return Message.model_validate(said | more)


def journalled(world: World, event: Message) -> None:
    delivery = Delivery("telegram", "shop", event.model_dump_json().encode(), {}, NOW)
    world.table.insert(journal.expanded_item(delivery, event))


def head(world: World, key: str = "conversation#telegram#direct") -> Conversation:
    item = world.table.get(Key(keys.identity(IDENTITY), key))
    assert item is not None
    return Conversation.model_validate_json(item["state"]["S"])


def hand_offs(world: World, department: str) -> list[dict[str, Any]]:
    return [orjson.loads(body) for body in world.hand_offs(department)]


def test_the_second_message_of_a_person_costs_one_read_and_one_write(world: World) -> None:
    journalled(world, message())
    world.settle()
    journalled(world, message("otra cosa", at=NOW + timedelta(minutes=1)))
    undone, before = world.undone(), len(world.calls)
    world.projector().project(undone)
    # The playbook is read once a minute by each process; this process is new.
    assert [operation for operation, _ in world.calls[before:]] == ["BatchGetItem", "GetItem", "PutItem"]


def test_who_waits_and_since_when(world: World) -> None:
    journalled(world, message(at=NOW))
    journalled(world, message(at=NOW + timedelta(minutes=5)))
    world.settle()
    assert head(world).waiting_since == NOW

    journalled(world, message(at=NOW + timedelta(minutes=7), direction="outbound"))
    world.settle()
    assert head(world).waiting_since is None
    item = world.table.get(Key(keys.identity(IDENTITY), "conversation#telegram#direct"))
    assert item is not None
    assert "open" not in item, "nobody waits, so the index does not list it"


def test_a_late_answer_leaves_waiting_who_wrote_after_it(world: World) -> None:
    for minutes in (0, 10, 20):
        journalled(world, message(at=NOW + timedelta(minutes=minutes)))
    world.settle()
    journalled(world, message(at=NOW + timedelta(minutes=5), direction="outbound"))
    world.settle()
    assert head(world).waiting_since == NOW + timedelta(minutes=10)


def test_a_message_journalled_while_a_late_answer_is_projected_is_not_overlooked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question to the journal was put before the message, the write came after it: the second question sees it."""
    journalled(world, message(at=NOW))
    journalled(world, message(at=NOW + timedelta(minutes=20)))
    world.settle()
    journalled(world, message(at=NOW + timedelta(minutes=5), direction="outbound"))
    answer = world.undone()
    between = message(at=NOW + timedelta(minutes=10))
    ask = asking.first_after
    questions = []

    def ask_and_let_another_process_in(*arguments: Any) -> datetime | None:
        found = ask(*arguments)
        questions.append(found)
        if len(questions) == 1:
            journalled(world, between)
            world.projector().project([item for item in world.undone() if item not in answer])
        return found

    monkeypatch.setattr(asking, "first_after", ask_and_let_another_process_in)
    world.projector().project(answer)
    assert head(world).waiting_since == between.occurred_at


def test_every_way_to_reach_a_person_is_indexed_and_verified_stays_verified(world: World) -> None:
    phone = ContactPoint(kind="phone", value="+34600111222", proof="platform")
    claimed = ContactPoint(kind="phone", value="34600111222")
    journalled(world, message(author=Author(name="Ana", handle="AnaTorres", contacts=(phone,))))
    journalled(world, message(at=NOW + timedelta(minutes=1), author=Author(handle="ana_t", contacts=(claimed,))))
    world.settle()
    found = {(item["pk"]["S"], item["state"]["S"]) for item in world.scan() if item["pk"]["S"].startswith("contact#")}
    assert found == {
        ("contact#phone#+34600111222", '{"proof":"platform"}'),
        ("contact#handle#telegram:anatorres", '{"proof":"platform"}'),
        ("contact#handle#telegram:ana_t", '{"proof":"platform"}'),
    }


def test_an_escalation_reaches_its_department_with_everything_needed(world: World) -> None:
    journalled(world, message(COMPLAINT, author=Author(name="Ana Torres", language="es")))
    world.settle()
    (hand_off,) = hand_offs(world, "billing")
    assert hand_off["message"]["text"] == COMPLAINT
    assert hand_off["customer"]["name"] == "Ana Torres"
    assert hand_off["reasons"]
    listed = [item["open"]["S"] for item in world.scan() if item["sk"]["S"].startswith("escalation#")]
    assert [name.split("#")[0] for name in listed] == ["offered"]


def test_an_escalation_left_behind_is_offered_and_stays_listed_as_offered(world: World) -> None:
    journalled(world, message(COMPLAINT))
    world.projector().project(world.undone())
    (escalation,) = [item for item in world.scan() if item["sk"]["S"].startswith("escalation#")]
    key = Key(escalation["pk"]["S"], escalation["sk"]["S"])
    projector = world.projector()
    projector.postpone(key, kind="unprojected", attempts=3)
    projector.again(key)
    again = world.table.get(key)
    assert again is not None
    assert again == escalation
    assert len(hand_offs(world, "billing")) == 1


def test_what_the_company_says_is_never_escalated(world: World) -> None:
    journalled(world, message(COMPLAINT, direction="outbound"))
    world.settle()
    assert hand_offs(world, "billing") == []
    assert head(world).waiting_since is None


def test_a_department_without_a_queue_is_a_clear_error_and_the_rest_goes_on(world: World) -> None:
    del world.queues["billing"]
    journalled(world, message(COMPLAINT))
    projector = world.projector()
    projector.project(world.undone())
    (escalation,) = [item for item in world.scan() if item["sk"]["S"].startswith("escalation#")]
    with pytest.raises(ConfigurationError, match="billing"):
        projector.project([escalation])
    assert head(world).waiting_since == NOW


def test_a_kept_delivery_is_expanded_whole_and_accounted_for(world: World) -> None:
    body = orjson.dumps({"update_id": 1, "message": {"message_id": 1}})
    broken = Delivery("telegram", "shop", body, {}, NOW)
    item = journal.record(broken, load("telegram"))
    assert isinstance(item, dict)
    world.table.insert(item)
    world.settle()
    (kept,) = [found for found in world.scan() if found["pk"]["S"].startswith("delivery#")]
    assert kept["open"]["S"].startswith("unreadable#")
    assert [*orjson.loads(kept["outcomes"]["S"])] == ["unreadable"]
    assert (kept["units"]["N"], kept["read_by"]["S"]) == ("1", "42")
    assert journal.delivery(kept).body == body


def test_an_unreadable_delivery_is_tried_later_each_time_and_never_less_than_hourly(world: World) -> None:
    item = journal.record(Delivery("telegram", "shop", b"{", {}, NOW), load("telegram"))
    assert isinstance(item, dict)
    world.table.insert(item)
    key = Key(item["pk"]["S"], item["sk"]["S"])
    world.projector().project([item])
    waits = []
    for _ in range(9):
        found = world.table.get(key)
        assert found is not None
        due = datetime.fromisoformat(found["open_at"]["S"])
        waits.append(due - world.clock)
        world.clock = due
        world.projector().again(key)
    assert waits[0] == timedelta(minutes=1)
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=1)


def test_after_the_fix_an_unreadable_delivery_is_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    body = orjson.dumps(
        {
            "update_id": 1,
            "message": {
                "message_id": 1,
                "date": 1795348800,
                "from": {"id": 1, "is_bot": False, "first_name": "Ana"},
                "chat": {"id": 1, "type": "private"},
                "text": COMPLAINT,
            },
        }
    )
    vendor = load("telegram")
    delivery = Delivery("telegram", "shop", body, {}, NOW)

    def broken(_: object) -> list[Any]:
        raise KeyError("a bug of ours")

    with monkeypatch.context() as bug:
        bug.setitem(vendor.events, "message", broken)
        item = journal.record(delivery, vendor)
        assert isinstance(item, dict)
        world.table.insert(item)
        world.settle()
        assert hand_offs(world, "billing") == []
    world.clock += timedelta(hours=2)
    world.projector().again(Key(item["pk"]["S"], item["sk"]["S"]))
    world.settle()
    (kept,) = [found for found in world.scan() if found["pk"]["S"].startswith("delivery#")]
    assert kept["outcomes"]["S"] == '{"journalled":1}'
    assert "open" not in kept
    assert len(hand_offs(world, "billing")) == 1


def test_the_queue_is_asked_to_drop_a_second_offer(world: World) -> None:
    journalled(world, message(COMPLAINT))
    world.settle()
    (offer,) = (arguments for operation, arguments in world.calls if operation == "SendMessage")
    assert offer["MessageDeduplicationId"].startswith("esc_")
    assert offer["MessageGroupId"].startswith("cus_")


def test_an_offer_that_was_withdrawn_before_its_record_came_is_not_made(world: World) -> None:
    journalled(world, message(COMPLAINT))
    (event,) = world.undone()
    world.projector().project([event])
    (offer,) = (item for item in world.undone() if item["sk"]["S"].startswith("escalation#"))
    key = key_of(offer)
    withdrawn = offer["state"]["S"].replace('{"id"', '{"state":"withdrawn","id"')
    world.table.set(key, {"state": {"S": withdrawn}}, remove=["open", "open_at"])
    world.projector().project([offer])
    assert hand_offs(world, "billing") == []


def test_a_delivery_that_was_settled_before_its_record_came_is_left_alone(world: World) -> None:
    """An operator may have refused it meanwhile, or the watch have expanded it."""
    item = journal.record(Delivery("telegram", "shop", b"{", {}, NOW), load("telegram"))
    assert isinstance(item, dict)
    world.table.insert(item)
    refused = {"outcomes": {"S": '{"refused":{"spam":1}}'}}
    world.table.set(key_of(item), refused, remove=["open", "open_at"])
    settled = world.table.get(key_of(item))
    world.projector().project([item])
    world.projector().postpone(key_of(item), kind="unprojected", attempts=0)
    assert world.table.get(key_of(item)) == settled


def test_what_names_no_customer_is_journalled_and_makes_nobody_up(world: World) -> None:
    journalled(world, message(COMPLAINT, identity="telegram:shop:shop"))
    world.settle()
    assert [item["sk"]["S"].split("#")[0] for item in world.scan() if item["pk"]["S"] != "playbook"] == ["event"]
