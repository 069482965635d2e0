"""What the reader of customers asks the table, on every engine."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.models import Deletion, Delivery, Edit, Message, PersonalEvent
from shared.projection.revision import revision
from shared.store import journal, keys, revisions
from shared.store.customers import Customers
from shared.store.keys import Key
from shared.store.table import Table
from tests.conftest import NOW

ANA, LUIS = "telegram:tienda_bot:1", "telegram:tienda_bot:2"
PARTITIONS = [keys.identity(ANA), keys.identity(LUIS)]
COMMON = {"account": "tienda_bot", "channel": "telegram"}


@pytest.fixture
def customers(table: Table) -> Iterator[Customers]:
    with ThreadPoolExecutor(4) as pool:
        yield Customers(table, pool)


def _ago(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


def _said(external_id: str, minutes: int, *, who: str = ANA, dated: bool = True) -> Message:
    at = _ago(minutes)
    return Message.model_validate(
        COMMON | {"identity": who, "external_id": external_id, "occurred_at": at, "dated": dated, "text": external_id}
    )


def _keep(table: Table, *events: PersonalEvent) -> None:
    for event in events:
        assert table.insert(journal.expanded_item(Delivery("telegram", "tienda_bot", b"", {}, NOW), event)) is None


def _put(table: Table, pk: str, *sort_keys: str) -> None:
    for sk in sort_keys:
        assert table.raise_to(Key(pk, sk), rank=0, state='{"proof":"platform"}')


def test_members_are_a_customer_s_identities_and_not_their_other_rows(table: Table, customers: Customers) -> None:
    _put(table, keys.customer("cus_a"), "attributes", "identity#a", "identity#b", "merge#1")
    _put(table, keys.customer("cus_b"), "identity#c")
    assert customers.members(["cus_b", "cus_a", "cus_c"]) == [["identity#c"], ["identity#a", "identity#b"], []]


def test_holders_say_whether_a_contact_point_is_verified(table: Table, customers: Customers) -> None:
    for name, proof in (("a", '"platform"'), ("b", "null")):
        key = keys.contact(kind="phone", value="+34600111222", identity_name=name)
        assert table.raise_to(key, rank=0, state=f'{{"proof":{proof}}}')
    assert customers.holders(kind="phone", value="+34600111222") == {"identity#a": True, "identity#b": False}
    assert customers.holders(kind="email", value="+34600111222") == {}


def test_a_card_is_all_but_the_events_and_what_sorts_after_them(table: Table, customers: Customers) -> None:
    rows = ["about", "assessment#1", "commitment#1", "conversation#telegram#direct", "customer", "escalation#esc_1"]
    _put(table, PARTITIONS[0], *rows, "note#1", "revision#1")
    _keep(table, _said("1", 1), _said("2", 2, dated=False))
    assert [[item["sk"]["S"] for item in items] for items in customers.cards(PARTITIONS)] == [rows, []]
    assert [[item["sk"]["S"] for item in items] for items in customers.escalations(PARTITIONS)] == [rows[-1:], []]


@pytest.mark.parametrize(
    ("upto", "dated"),
    [
        (None, ["1", "2", "3b"]),
        (("9999-12-31T23:59:59.999999Z", "event#undated#"), ["1", "2", "3b"]),
        ((keys.instant(_ago(3)), f"event#{keys.instant(_ago(3))}#3b"), ["3b", "3a", "4"]),
        ((keys.instant(_ago(3)), f"event#{keys.instant(_ago(3))}#3a"), ["3a", "4"]),
        ((keys.instant(_ago(3)), "event#undated#u"), ["3b", "3a", "4"]),
        ((keys.instant(_ago(3)), "step#stp_a"), ["3b", "3a", "4"]),
        ((keys.instant(_ago(3)), "escalation#esc_a"), ["4"]),
        ((keys.instant(_ago(4)), f"event#{keys.instant(_ago(4))}#"), []),
        ((keys.instant(_ago(9)), "event#undated#u"), []),
    ],
)
def test_a_stretch_begins_at_its_place_and_has_all_undated_events(
    table: Table, customers: Customers, upto: tuple[str, str] | None, dated: list[str]
) -> None:
    _put(table, PARTITIONS[0], "about", "revision#1")
    _keep(table, *(_said(name, int(name[0])) for name in ("1", "2", "3a", "3b", "4")), _said("u", 2, dated=False))
    _keep(table, _said("9", 9, who=LUIS, dated=False))
    first, second = customers.history(PARTITIONS, upto=upto, count=3)
    assert [entry.event.external_id for entry in first.entries] == [*dated, "u"]
    assert (first.floor and first.floor.event.external_id) == (dated[2] if len(dated) == 3 else None)
    assert [entry.event.external_id for entry in second.entries] == ["9"]
    assert second.floor is None


def _edit(external_id: str, minutes: int) -> Edit:
    at = _ago(minutes)
    return Edit.model_validate(
        COMMON | {"identity": ANA, "external_id": external_id, "occurred_at": at, "target": "1", "text": "?"}
    )


def _deletion(external_id: str, minutes: int) -> Deletion:
    at = _ago(minutes)
    return Deletion.model_validate(
        COMMON | {"identity": ANA, "external_id": external_id, "occurred_at": at, "target": "1"}
    )


_targets = count()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
@given(order=st.permutations([_edit("a", 3), _edit("b", 2), _edit("c", 2), _deletion("e", 4), _edit("d", 5)]))
def test_the_last_revision_is_kept_in_any_order_and_however_often(
    table: Table, customers: Customers, order: list[Edit | Deletion]
) -> None:
    target = f"message {next(_targets)}"
    for event in (*order, *order):
        revisions.keep(table, event.model_copy(update={"target": target}))
    last = max((revision(event) for event in order), key=lambda found: found.rank)
    message = (PARTITIONS[0], target)
    assert customers.revisions([message, (PARTITIONS[0], "another"), (PARTITIONS[1], target)]) == {message: last}


def test_what_is_no_revision_is_not_kept_as_one(table: Table, customers: Customers) -> None:
    revisions.keep(table, _said("1", 1))
    assert customers.revisions([(PARTITIONS[0], "1")]) == {}


def test_entries_are_found_by_their_keys(table: Table, customers: Customers) -> None:
    _keep(table, _said("1", 1))
    there, gone = keys.event(_said("1", 1)), keys.event(_said("2", 2))
    assert {key: entry.event for key, entry in customers.entries([there, gone]).items()} == {there: _said("1", 1)}
    assert customers.entries([]) == {}
