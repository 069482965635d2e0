"""What is asked of YouTube about the comments below a channel's videos, and what is made of its answers."""

from datetime import timedelta

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.models import Delivery
from shared.platforms import load
from shared.platforms import poll as port_of
from shared.platforms.youtube import comments, memory, threads
from shared.ports import Answer, Found, Presence
from tests.conftest import NOW
from tests.shared.platforms.youtube.channel import MINUTE, Channel, error, names
from tests.shared.platforms.youtube.sender import ACCOUNT

PORT = port_of("youtube")
PLATFORM = load("youtube")
assert PORT
DAY = timedelta(days=1)


def look(channel: Channel, cursor: str = "", who: Presence | None = None) -> Found:
    assert PORT
    return channel.poll(PORT.poll, cursor, who)


def known(channel: Channel) -> str:
    return look(channel).cursor


# -------------------------------------------------------------------------------------------- what is new, and what not


def test_the_first_look_takes_what_is_young_in_the_order_in_which_it_was_said_and_remembers_the_rest() -> None:
    channel = Channel()
    channel.write("old", at=NOW - 3 * DAY - MINUTE)
    channel.write("b", at=NOW - MINUTE)
    channel.write("a", at=NOW - 2 * DAY)
    channel.write("b.1", below="b", at=NOW)
    channel.write("old.1", below="old", at=NOW - 3 * DAY)
    found = look(channel)
    assert names(found) == [("comment", "old.1"), ("comment", "a"), ("comment", "b"), ("comment", "b.1")]
    assert (found.failing, found.sentence, found.not_before, len(channel.calls)) == (False, "", None, 1)
    assert look(channel, found.cursor).bodies == ()


def test_likes_and_etags_are_no_news_and_the_same_find_is_the_same_bytes() -> None:
    channel = Channel()
    channel.write("a")
    first = look(channel)
    channel.threads["a"].likes = 7
    assert look(channel, first.cursor).bodies == ()
    assert look(channel).bodies == first.bodies, "as when a process died before the cursor was moved"
    assert PLATFORM.normalise(Delivery("youtube", ACCOUNT, first.bodies[0], {}, NOW))[0].kind == "message"


def test_what_was_written_anew_is_told_once_and_only_what_was_not_history() -> None:
    channel = Channel()
    channel.write("old", at=NOW - 10 * DAY)
    channel.write("a")
    channel.write("a.1", below="a")
    cursor = known(channel)
    channel.clock += MINUTE
    for name, below in (("old", ""), ("a", ""), ("a.1", "a")):
        channel.change(name, "Otra cosa", below=below)
    found = look(channel, cursor)
    assert sorted(names(found)) == [("edited", "a"), ("edited", "a.1")]
    assert look(channel, found.cursor).bodies == ()


def test_a_comment_that_was_held_comes_when_it_is_let_through_and_history_does_not() -> None:
    channel = Channel()
    channel.write("a", at=NOW - MINUTE)
    cursor = known(channel)
    channel.write("held", at=NOW - DAY)
    channel.write("history", at=NOW - 4 * DAY)
    assert names(look(channel, cursor)) == [("comment", "held")]


def test_it_walks_down_to_what_is_known_and_no_further() -> None:
    channel = Channel(page=2)
    for number in range(7):
        channel.write(f"t{number}", at=NOW + number * MINUTE)
    found = look(channel)
    assert (len(found.bodies), len(channel.calls)) == (7, 4)
    channel.clock += 10 * MINUTE
    channel.write("t9")
    again = look(channel, found.cursor)
    assert names(again) == [("comment", "t9")]
    assert [("id=" in call.url) for call in channel.calls] == [False, False, True]


def test_a_walk_that_breaks_off_goes_on_the_next_time_and_loses_nothing() -> None:
    channel = Channel(page=1)
    cursor = known(channel)
    for number in range(25):
        channel.write(f"t{number:02}", at=NOW + number * MINUTE)
    found = []
    for _ in range(5):
        looked = look(channel, cursor)
        assert len(channel.calls) <= comments.MOST_PAGES + 1
        found += [name for _, name in names(looked)]
        channel.write(f"n{len(found):02}", at=NOW + timedelta(hours=1, minutes=len(found)))
        cursor = looked.cursor
    assert {f"t{number:02}" for number in range(25)} <= set(found)
    assert len(found) == len(set(found))


def test_a_page_that_youtube_no_longer_knows_is_walked_to_again_from_the_top() -> None:
    channel = Channel(page=1)
    cursor = known(channel)
    for number in range(14):
        channel.write(f"t{number:02}", at=NOW + number * MINUTE)
    first = look(channel, cursor)
    channel.fails = {2: error(400, "invalidPageToken")}
    second = look(channel, first.cursor)
    assert not second.failing
    channel.fails = {}
    found, cursor = [*names(first), *names(second)], second.cursor
    for _ in range(3):
        looked = look(channel, cursor)
        found, cursor = [*found, *names(looked)], looked.cursor
    assert len({name for _, name in found}) == 14


# -------------------------------------------------------------------------------------------------------------- replies


@pytest.mark.parametrize("shows_newest", [True, False])
def test_replies_that_are_not_shown_are_asked_for_only_when_there_are_more(shows_newest: bool) -> None:
    channel = Channel(shows=2, shows_newest=shows_newest)
    channel.write("a")
    for number in range(5):
        channel.write(f"a.{number}", below="a", at=NOW + number * MINUTE)
    found = look(channel)
    assert len(found.bodies) == 6
    assert ["parentId=a" in call.url for call in channel.calls] == [False, True]
    quiet = look(channel, found.cursor)
    assert (quiet.bodies, len(channel.calls)) == ((), 1)
    channel.write("a.9", below="a", at=NOW + 9 * MINUTE)
    assert names(look(channel, found.cursor)) == [("comment", "a.9")]
    assert len(channel.calls) == 2


def test_replies_that_came_for_others_that_went_are_asked_for_too() -> None:
    channel = Channel(shows=1)
    channel.write("a")
    for number in range(3):
        channel.write(f"a.{number}", below="a", at=NOW + number * MINUTE)
    cursor = known(channel)
    for number in (3, 4):
        channel.write(f"a.{number}", below="a", at=NOW + number * MINUTE)
        del channel.threads["a"].replies[f"a.{number - 3}"]
    assert names(look(channel, cursor)) == [("comment", "a.3"), ("comment", "a.4")]


def test_of_history_no_replies_are_asked_for() -> None:
    channel = Channel(shows=2)
    channel.write("old", at=NOW - 100 * DAY)
    for number in range(500):
        channel.write(f"old.{number}", below="old", at=NOW - 90 * DAY)
    found = look(channel)
    assert (found.bodies, len(channel.calls)) == ((), 1)
    channel.write("old.new", below="old")
    assert names(look(channel, found.cursor)) == [("comment", "old.new")]


def test_an_answer_in_an_old_thread_is_heard_as_long_as_it_is_watched() -> None:
    channel = Channel(page=1)
    channel.write("a")
    channel.write("b", at=NOW + MINUTE)
    cursor = known(channel)
    channel.clock += 29 * DAY
    channel.write("a.1", below="a")
    found = look(channel, cursor)
    assert names(found) == [("comment", "a.1")]
    channel.clock += 29 * DAY
    channel.write("a.2", below="a")
    found = look(channel, found.cursor)
    assert names(found) == [("comment", "a.2")]
    channel.clock += 31 * DAY
    found = look(channel, found.cursor)
    channel.write("a.3", below="a")
    assert look(channel, found.cursor).bodies == ()
    assert not any("id=a" in call.url for call in channel.calls), "it is watched no longer"


@pytest.mark.parametrize("missing_is_404", [True, False])
def test_a_thread_that_is_gone_is_forgotten_and_hides_no_other(missing_is_404: bool) -> None:
    channel = Channel(page=1, missing_is_404=missing_is_404)
    for name in ("a", "b", "c", "d"):
        channel.write(name)
        channel.clock += MINUTE
    cursor = known(channel)
    del channel.threads["b"]
    channel.write("c.1", below="c")
    found = look(channel, cursor)
    assert names(found) == [("comment", "c.1")]
    assert set(orjson.loads(found.cursor)["threads"]) == {"a", "c", "d"}


def test_a_thread_whose_replies_may_not_be_seen_hides_no_other() -> None:
    for reason in ("commentsDisabled", "processingFailure", "commentNotFound", "forbidden"):
        channel = Channel(shows=1)
        channel.write("b")
        channel.write("a", at=NOW - MINUTE)
        for number in range(3):
            channel.write(f"b.{number}", below="b")
        channel.fails = {2: error(404 if reason == "commentNotFound" else 403, reason)}
        found = look(channel)
        assert (found.failing, len(found.bodies)) == (False, 3)
        channel.fails = {}
        left = look(channel, found.cursor)
        assert len(left.bodies) == (0 if reason == "commentNotFound" else 2)


def test_no_more_lists_are_asked_for_than_a_look_has_and_the_next_one_goes_on() -> None:
    channel = Channel(shows=0)
    for number in range(threads.MOST_LISTS + 5):
        channel.write(f"t{number}")
        channel.write(f"t{number}.1", below=f"t{number}")
    first = look(channel)
    assert len(channel.calls) == 1 + threads.MOST_LISTS
    assert len(first.bodies) == 2 * threads.MOST_LISTS + 5
    second = look(channel, first.cursor)
    assert (len(second.bodies), len(channel.calls)) == (5, 6)


# ------------------------------------------------------------------------------------------------------------ the whole

ops = st.lists(
    st.tuples(st.sampled_from(["write", "reply", "change", "hour", "poll", "poll", "broken poll"]), st.integers(0, 30)),
    max_size=40,
)


@settings(max_examples=150)
@given(steps=ops, page=st.integers(1, 4), shows=st.integers(0, 3), newest=st.booleans(), missing=st.booleans())
def test_whatever_is_written_and_whatever_fails_all_is_found_once_and_the_last_words_are_known(
    steps: list[tuple[str, int]], page: int, shows: int, newest: bool, missing: bool
) -> None:
    channel = Channel(page=page, shows=shows, shows_newest=newest, missing_is_404=missing)
    cursor, heard, read = known(channel), [], {}
    written: list[tuple[str, str]] = []

    def polled(fails: dict[int, Answer]) -> None:
        nonlocal cursor
        channel.fails = fails
        found = look(channel, cursor)
        assert len(channel.calls) <= comments.MOST_PAGES + threads.MOST_LISTS + comments.MOST_CALLS
        for body in found.bodies:
            said = orjson.loads(body)
            heard.append((said["as"], said["comment"]["id"], said["comment"]["snippet"]["updatedAt"]))
            read[said["comment"]["id"]] = said["comment"]["snippet"]["textDisplay"]
        cursor = found.cursor

    for count, (what, number) in enumerate(steps):
        channel.clock += MINUTE
        tops = list(channel.threads)
        match what:
            case "write":
                channel.write(f"t{count}")
                written.append((f"t{count}", ""))
            case "reply" if tops:
                top = tops[number % len(tops)]
                channel.write(f"{top}.{count}", below=top)
                written.append((f"{top}.{count}", top))
            case "change" if tops:
                channel.change(tops[number % len(tops)], f"Otra cosa {count}")
            case "hour":
                channel.clock += timedelta(hours=1)
            case "poll":
                polled({})
            case "broken poll":
                polled({number % 6 + 1: Answer((0, 403, 500, 429)[number % 4])})
    for _ in range(12):
        polled({})
    assert len(heard) == len(set(heard)), "nothing twice"
    assert {name for kind, name, _ in heard if kind == "comment"} == {name for name, _ in written}
    tops = [name for name, below in written if not below]
    assert {name: read[name] for name in tops} == {name: channel.threads[name].text for name in tops}


@given(answers=st.lists(st.binary(max_size=60), max_size=40), cursor=st.text(max_size=40))
def test_no_answer_and_no_cursor_breaks_a_poll(answers: list[bytes], cursor: str) -> None:
    channel = Channel(fails={number: Answer(200, body) for number, body in enumerate(answers, 1)})
    channel.write("a")
    assert isinstance(look(channel, cursor), Found)


@pytest.mark.parametrize(
    "cursor",
    ["[]", "{", "null", "{}", '{"since": 1}', '{"since":true,"newest":0,"rest":"","floor":null,"threads":[]}'],
)
def test_a_cursor_that_is_none_is_a_first_look(cursor: str) -> None:
    channel = Channel()
    channel.write("a")
    assert names(look(channel, cursor)) == [("comment", "a")]


def test_the_cursor_knows_no_words_and_fits_into_an_item() -> None:
    many = {
        f"Ugz{number:023}": memory.Watched(
            1_790_000_000 + number, 7, {memory.short(f"{number}.{reply}"): 1_790_000_000 for reply in range(12)}
        )
        for number in range(3_000)
    }
    kept = memory.kept(many, ["Ugz" + "0" * 23], NOW)
    assert "Ugz" + "0" * 23 in kept, "what is shown looks new at the next poll, if it is forgotten"
    cursor = memory.Memory(1_790_000_000, 1, "p" * 200, 1, kept).to_cursor()
    assert len(orjson.dumps(cursor)) < 360_000, "an item holds 400 KB"
    assert memory.Memory.of(cursor).threads == kept
    channel = Channel()
    channel.write("a", "mi DNI es 12345678Z")
    assert "DNI" not in look(channel).cursor
    assert "anatorres" not in look(channel).cursor


def test_of_a_long_thread_the_newest_are_remembered_and_what_is_shown() -> None:
    seen = {f"r{number}": number for number in range(memory.MOST_REPLIES + 10)}
    kept = memory.newest_of(seen, ["r0"])
    assert len(kept) == memory.MOST_REPLIES
    assert {"r0", f"r{memory.MOST_REPLIES + 9}"} <= kept.keys()
    assert "r1" not in kept
