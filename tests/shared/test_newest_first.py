"""What is new in a list that is shown newest first, page by page: all of it is told, once, whatever the pages are."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import newest_first
from shared.newest_first import FIRST_LOOK, LOOK_BACK, MOST_KEPT, Cursor, Item, Listing, Page, Part, poll
from shared.ports import Answer, Call, Found
from tests.conftest import NOW

DAY = timedelta(days=1)
PER_PAGE = 2


class Shop:
    """A platform's list, of things by their names: when each was said, and what is known of it now."""

    def __init__(self) -> None:
        self.things: dict[str, tuple[datetime, list[Part]]] = {}
        self.blind = False
        self.asked: list[str] = []
        self.broken: set[str] = set()

    def say(self, name: str, at: datetime, *more: Part) -> None:
        self.things[name] = (at, [Part(name, name.encode()), *more])

    def answer(self, call: Call) -> Answer:
        page = call.url.removeprefix("https://shop.example/")
        self.asked.append(page)
        if page in self.broken:
            return Answer(400 if page else 503, headers={"retry-after": "60"})
        return Answer(200, page.encode())

    def page(self, answer: Answer, page: str) -> Page | None:
        newest = sorted(self.things.values(), key=lambda thing: -thing[0].timestamp())
        first = int(page or 0)
        shown = [Item(None if self.blind else at, tuple(parts)) for at, parts in newest[first : first + PER_PAGE]]
        return Page(shown, str(first + PER_PAGE) if first + PER_PAGE < len(newest) else "")

    def polled(self, cursor: str = "", now: datetime = NOW) -> tuple[list[str], Found]:
        listing = Listing(lambda page: Call("GET", f"https://shop.example/{page}"), self.page, lambda _: "closed")
        asking = poll(listing, cursor, now)
        try:
            call = next(asking)
            while True:
                call = asking.send(self.answer(call))
        except StopIteration as ended:
            found: Found = ended.value
            return [body.decode() for body in found.bodies], found


def every(shop: Shop, cursor: str, polls: int, now: datetime = NOW) -> tuple[list[str], str]:
    told: list[str] = []
    for _ in range(polls):
        said, found = shop.polled(cursor, now)
        told, cursor = told + said, found.cursor
    return told, cursor


def test_the_first_look_takes_what_is_young_in_the_order_in_which_it_was_said_and_nothing_twice() -> None:
    shop = Shop()
    shop.say("old", NOW - FIRST_LOOK - DAY)
    shop.say("young", NOW - DAY)
    shop.say("new", NOW)
    told, found = shop.polled()
    assert told == ["young", "new"]
    assert (found.failing, found.sentence, found.not_before) == (False, "", None)
    assert every(shop, found.cursor, 3)[0] == []
    shop.say("newer", NOW + timedelta(minutes=1))
    assert every(shop, found.cursor, 3, NOW + timedelta(minutes=5))[0] == ["newer"], "and what was history stays so"


def test_no_poll_asks_more_than_twice_and_the_sweep_goes_on_where_it_was() -> None:
    shop = Shop()
    for hour in range(9):
        shop.say(f"h{hour}", NOW - timedelta(hours=hour))
    cursor, told = "", list[str]()
    for _ in range(4):
        shop.asked.clear()
        said, found = shop.polled(cursor)
        assert len(shop.asked) <= 2
        assert shop.asked[0] == "", "the top is read in every poll"
        told, cursor = told + said, found.cursor
    assert sorted(told) == sorted(shop.things)
    assert Cursor.of(cursor, NOW).page == ""


def test_what_changes_below_is_found_by_the_next_sweep() -> None:
    shop = Shop()
    for hour in range(7):
        shop.say(f"h{hour}", NOW - timedelta(hours=hour))
    cursor = every(shop, "", 4)[1]
    shop.say("h6", NOW - timedelta(hours=6), Part("h6:answer", b"h6:answer"))
    assert every(shop, cursor, 4)[0] == ["h6:answer"]


def test_another_version_is_one_only_where_the_first_was_seen_before() -> None:
    shop = Shop()
    shop.say("a", NOW, Part("a:1", b"a:1", only_after="a"))
    told, found = shop.polled()
    assert told == ["a"]
    assert every(shop, found.cursor, 2)[0] == []
    shop.say("a", NOW, Part("a:2", b"a:2", only_after="a"))
    told, found = shop.polled(found.cursor)
    assert told == ["a:2"]
    assert every(shop, found.cursor, 2)[0] == []


def test_what_was_forgotten_may_be_another_version_and_is_told_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newest_first, "MOST_KEPT", 4)
    shop = Shop()
    shop.say("a", NOW - DAY, Part("a:1", b"a:1", only_after="a"))
    cursor = shop.polled()[1].cursor
    for number in (1, 2):
        shop.say(f"n{number}", NOW, Part(f"n{number}:1", b"", only_after=f"n{number}"))
    told, found = shop.polled(cursor)
    assert told == ["n1", "n2"]
    shop.say("a", NOW - DAY, Part("a:2", b"a:2", only_after="a"))
    shop.say("new", NOW + timedelta(minutes=1), Part("new:1", b"new:1", only_after="new"))
    told = shop.polled(found.cursor, NOW + timedelta(minutes=1))[0]
    assert ("a" in told, "a:2" in told) == (True, True), (
        "it was journalled, and is a duplicate: the edit is what counts"
    )
    assert "new:1" not in told, "what is younger than all that was forgotten has no other version"


def test_a_cursor_that_cannot_be_read_has_forgotten_all() -> None:
    shop = Shop()
    shop.say("a", NOW - DAY, Part("a:2", b"a:2", only_after="a"))
    told, found = shop.polled("{")
    assert told == ["a", "a:2"]
    shop.say("b", NOW + DAY, Part("b:1", b"b:1", only_after="b"))
    assert every(shop, found.cursor, 3, NOW + DAY)[0] == ["b"]


def test_a_cursor_of_before_is_read() -> None:
    said = orjson.loads(Cursor(NOW, NOW).to_json())
    del said["forgot"]
    assert Cursor.of(orjson.dumps(said).decode(), NOW) == Cursor(NOW, NOW)


def test_a_page_of_which_no_date_can_be_read_ends_the_sweep_and_claims_nothing() -> None:
    shop = Shop()
    for hour in range(9):
        shop.say(f"h{hour}", NOW - timedelta(hours=hour))
    shop.blind = True
    told, cursor = every(shop, "", 5)
    assert sorted(told) == ["h0", "h1"], "a page, and not the whole history"
    assert set(shop.asked) == {""}
    assert Cursor.of(cursor, NOW).swept == NOW - FIRST_LOOK
    shop.blind = False
    assert len(every(shop, cursor, 5)[0]) == 7
    half = shop.polled()[1].cursor
    shop.blind = True
    assert Cursor.of(shop.polled(half)[1].cursor, NOW).swept == NOW - FIRST_LOOK


def test_who_stood_still_for_weeks_looks_as_far_back() -> None:
    shop = Shop()
    shop.say("before", NOW)
    cursor = every(shop, "", 2)[1]
    later = NOW + 5 * LOOK_BACK
    shop.say("meanwhile", NOW + DAY)
    shop.say("today", later)
    assert sorted(every(shop, cursor, 3, later)[0]) == ["meanwhile", "today"]


def test_a_list_that_is_closed_leaves_the_cursor_and_says_when_to_come_again() -> None:
    shop = Shop()
    shop.say("a", NOW)
    cursor = shop.polled()[1].cursor
    shop.broken = {""}
    told, found = shop.polled(cursor)
    assert (told, found.cursor, found.failing, found.sentence) == ([], cursor, True, "closed")
    assert found.not_before == NOW + timedelta(minutes=1)


def test_a_page_whose_name_is_no_longer_good_begins_the_sweep_anew_and_claims_nothing() -> None:
    shop = Shop()
    for hour in range(9):
        shop.say(f"h{hour}", NOW - timedelta(hours=hour))
    _, found = shop.polled()
    shop.broken = {"4"}
    told, found = shop.polled(found.cursor)
    assert (told, found.failing) == ([], False)
    assert Cursor.of(found.cursor, NOW).swept == NOW - FIRST_LOOK
    shop.broken = set()
    assert len(every(shop, found.cursor, 5)[0]) == 5


def test_what_was_found_at_the_top_is_kept_when_the_page_below_fails() -> None:
    shop = Shop()
    for hour in range(5):
        shop.say(f"h{hour}", NOW - timedelta(hours=hour))
    shop.broken = {"2"}
    told, found = shop.polled()
    assert (sorted(told), found.failing) == (["h0", "h1"], True)
    shop.broken = set()
    assert sorted(every(shop, found.cursor, 4)[0]) == ["h2", "h3", "h4"]


def test_an_unknown_shape_is_a_failure() -> None:
    asking = poll(Listing(lambda _: Call("GET", "u"), lambda *_: None, lambda _: "odd"), "", NOW)
    next(asking)
    with pytest.raises(StopIteration) as ended:
        asking.send(Answer(200, b"<html>"))
    assert (ended.value.value.failing, ended.value.value.sentence) == (True, "odd")


@pytest.mark.parametrize(
    "cursor", ["[]", "{", "null", "{}", '{"since": "x", "swept": "y", "began": null, "page": "", "seen": {}}', "7"]
)
def test_a_cursor_that_is_none_is_a_first_look(cursor: str) -> None:
    first = NOW - FIRST_LOOK
    assert Cursor.of(cursor, NOW) == Cursor(first, first, forgot=int(NOW.timestamp()))
    assert Cursor.of("", NOW) == Cursor(first, first)


def test_the_cursor_knows_no_words_and_fits_into_an_item() -> None:
    seen = {f"{number:014x}": number for number in range(MOST_KEPT + 10)}
    text = Cursor(NOW, NOW, None, "x" * 500, seen).to_json()
    assert len(text) < 200_000, "an item holds 400 KB"
    assert len(orjson.loads(text)["seen"]) == MOST_KEPT
    shop = Shop()
    shop.say("Ana Peña", NOW)
    assert "Ana" not in shop.polled()[1].cursor


@given(st.lists(st.lists(st.integers(0, 30), max_size=4), min_size=1, max_size=8))
def test_whatever_comes_when_all_is_told_and_nothing_twice(rounds: Iterable[list[int]]) -> None:
    shop, told, cursor, now = Shop(), list[str](), "", NOW
    for number, hours in enumerate(rounds):
        for ago in hours:
            shop.say(f"{number}-{ago}", now - timedelta(hours=ago))
        said, found = shop.polled(cursor, now)
        told, cursor, now = told + said, found.cursor, now + timedelta(minutes=5)
    told += every(shop, cursor, 2 * len(shop.things) + 2, now)[0]
    assert sorted(told) == sorted(shop.things)
