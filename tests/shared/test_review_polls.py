"""Reviews of a platform that does not tell of a change, and those that nobody can read."""

from typing import Any

import orjson

from shared.newest_first import Cursor
from shared.ports import Answer, Thing
from tests.conftest import NOW
from tests.reviews import Played, told

APPLE = Played("app_store", "apple", Thing("app", "1234567890"))


def ok(*reviews: Any, after: str = "") -> Answer:
    links = {"next": f"https://api.appstoreconnect.apple.com/v1/x?cursor={after}"} if after else {}
    return Answer(200, orjson.dumps({"data": [each.get("data", each) for each in reviews], "links": links}))


def test_a_change_of_what_was_forgotten_is_heard() -> None:
    first, _ = APPLE.polled(ok(APPLE.raw("text")))
    assert told(first) == ["review"]
    forgetful = orjson.dumps(orjson.loads(first.cursor) | {"seen": {}, "forgot": int(NOW.timestamp())}).decode()
    for cursor in (forgetful, "unreadable"):
        assert told(APPLE.polled(ok(APPLE.raw("edited")), cursor=cursor)[0]) == ["review", "edit"]


def test_a_page_that_nobody_can_read_is_kept_and_no_other_is_asked_for() -> None:
    unreadable = [{"id": str(number), "attributes": {"stars": number}} for number in range(3)]
    found, calls = APPLE.polled(ok(*unreadable, after="p2"))
    assert (len(calls), told(found)) == (1, ["review"] * 3)
    again, calls = APPLE.polled(ok(*unreadable, after="p2"), cursor=found.cursor)
    assert (len(calls), told(again)) == (1, [])
    assert Cursor.of(again.cursor, NOW).swept < NOW, "nothing was swept"


def test_one_that_nobody_can_read_stops_no_sweep() -> None:
    found, calls = APPLE.polled(ok(APPLE.raw("text"), {"id": "9", "attributes": {}}, after="p2"), ok())
    assert (len(calls), told(found)) == (2, ["review", "review"])
