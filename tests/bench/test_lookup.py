"""What a look-up costs, in miniature: the same after any history, and one query for each identity."""

from collections.abc import Iterator

import pytest

from bench.customers import TABLE, Person
from bench.figures import Figure
from bench.lookup import Shop, by_history, by_identities, opened, reading
from bench.table import filled
from shared.store import keys
from shared.store.table import Table

SHORT, LONG = Person("short", messages=10, items=40), Person("long", messages=1010, items=40)
CROWDS = [Person(f"with{count}", identities=count) for count in (1, 3, 26)]
BUSY = Person("busy", items=100)


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with opened([SHORT, LONG, *CROWDS, BUSY]) as found:
        yield found


def values(figures: Iterator[Figure]) -> dict[str, float]:
    found = list(figures)
    assert not [figure for figure in found if figure.goal is not None and figure.value > figure.goal]
    return {figure.name.removeprefix("lookup, "): figure.value for figure in found}


def test_a_history_costs_nothing(shop: Shop) -> None:
    found = values(by_history(shop, [SHORT, LONG]))
    for what in ("calls", "read units", "write units"):
        assert found[f"1,010 messages: {what}"] == found[f"10 messages: {what}"]
    assert found["10 messages: calls"] == 3, "the customer, the identity, and who looked"
    assert found["10 messages: write units"] == 1


def test_an_identity_costs_a_query_and_a_note(shop: Shop) -> None:
    found = values(by_identities(shop, CROWDS))
    assert [found[f"{which}: queries"] for which in ("1 identity", "3 identities", "26 identities")] == [2, 4, 27]
    assert found["26 identities: calls in all"] == 27 + 2, "25 notes a call"
    assert found["26 identities: write units"] == 26


def test_more_on_the_card_is_more_to_read(shop: Shop) -> None:
    found = shop.cost(BUSY)
    assert found.read > shop.cost(SHORT).read
    assert (found.calls, found.write) == (3, 1)


@pytest.mark.parametrize(("one", "other"), [("ours", "plain"), ("sdk", "sdk")])
def test_every_way_reads_the_same_card(shop: Shop, one: str, other: str) -> None:
    assert shop.compare(reading(one, BUSY), reading(other, BUSY), turns=2).ratio > 0


def test_a_way_that_misses_something_ends_the_run(shop: Shop) -> None:
    more = Person(BUSY.name, items=BUSY.items + 1)
    with pytest.raises(RuntimeError, match="ended"):
        shop.compare(reading("ours", more), reading("plain", more), turns=2)


def test_the_table_holds_what_is_said_of_it() -> None:
    cloud = filled([SHORT, LONG, CROWDS[1]])
    table, units = Table(cloud.client("dynamodb"), TABLE), {}
    for person in (SHORT, LONG):
        before = cloud.meter.read
        card = list(table.query(person.partition, last=keys.EVENT_PREFIX))
        assert len(card) == person.items
        of_card, before = cloud.meter.read - before, cloud.meter.read
        said = list(table.query(person.partition, first=keys.EVENT_PREFIX, last=keys.LAST_DATED))
        assert len({item["sk"]["S"] for item in said}) == person.messages
        units[person.name] = of_card, cloud.meter.read - before
    assert units["long"][0] == units["short"][0]
    assert units["long"][1] > 20 * units["short"][1], "whoever read the history would be seen"
    members = table.get(keys.members(CROWDS[1].identity(2)))
    assert members is not None
    assert members["state"]["S"].count(":with3-") == 3
