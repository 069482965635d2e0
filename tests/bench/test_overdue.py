"""What is overdue is found within a minute, however many are open, and a round reads no more for it."""

from datetime import timedelta

import pytest

from bench.overdue import _LATER, _NOW, A_CALL, BURST_AT, IN_TIME, OPEN, Crowd, Shop, Watched, burst, told_late, watch
from shared.store import keys
from tests.services.watch import figures


@pytest.fixture(scope="module")
def watched() -> dict[int, Watched]:
    return {number: watch(number) for number in OPEN}


def test_whoever_is_overdue_is_found_within_a_minute_however_many_are_open(watched: dict[int, Watched]) -> None:
    assert set(OPEN) == {10, 10_000, 1_000_000}
    for number, found in watched.items():
        assert 0 < found.longest <= IN_TIME
        figures.tell(
            f"overdue, {number:,} open conversations: {found.found} became due, the slowest was found after "
            f"{found.longest:g} s of simulated time; {found.queries} queries and {found.read:g} read units a round"
        )


def test_a_round_reads_the_same_however_many_are_open(watched: dict[int, Watched]) -> None:
    few, *more = watched.values()
    for found in more:
        assert (found.queries, found.read, found.calls) == (few.queries, few.read, few.calls)


def test_a_round_finds_them_at_their_instant(watched: dict[int, Watched]) -> None:
    assert all(found.longest < 1 for found in watched.values())


def test_what_falls_due_at_once_and_is_left_by_one_round_is_found_by_the_next_one() -> None:
    assert BURST_AT + timedelta(seconds=15) == timedelta(minutes=1)
    took = burst(200, a_call=10 * A_CALL)
    assert 15 < took <= IN_TIME, "it takes longer than what is left of the minute in which it comes"


def test_somebody_of_whom_we_are_told_when_it_is_time_already_is_found_by_the_next_round() -> None:
    assert told_late() <= IN_TIME


def test_the_crowd_is_in_the_index_that_the_watch_asks() -> None:
    """A round that is made when all are due finds all of them: the stand-in is no empty list."""
    shop = Shop(40)
    assert len(shop.client.crowd) == 40
    assert shop.round() == 0
    shop.clock = _NOW + _LATER
    assert shop.round() == 1
    shop.clock = _NOW + _LATER + timedelta(days=10)
    assert shop.round() == 40


def test_the_crowd_is_listed_as_the_table_lists_it() -> None:
    crowd, far = Crowd(300, since=_NOW), "9999"
    rows = [row for shard in keys.shards("waiting") for row in crowd.due(shard, far)]
    assert len({row["pk"]["S"] for row in rows}) == 300
    assert all(row["open"]["S"] == keys.shard("waiting", row["pk"]["S"]) for row in rows)
    for shard in keys.shards("waiting"):
        listed = [row["open_at"]["S"] for row in crowd.due(shard, far)]
        assert listed == sorted(listed)
        assert crowd.due(shard, listed[2]) == crowd.due(shard, far)[:3]
    assert crowd.due("offered#0", far) == []
