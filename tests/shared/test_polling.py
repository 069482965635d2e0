"""When to ask again, and what the last polls say of an account."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import platforms, polling
from shared.accounts import Account, AccountThing
from shared.polling import LONGEST_PAUSE, OVERDUE, TOLERATED, Polled, after
from shared.ports import Found
from shared.secrets import ApiToken
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)
EVERY = 15 * MINUTE
PORT = platforms.poll("feeds")
assert PORT
FEEDS = tuple(AccountThing(kind="feed", id=f"https://{host}.example.com/feed") for host in ("a", "b"))
ACCOUNT = Account(platform="feeds", account="prensa", things=FEEDS)


def failed(times: int, *, says: str = "it is not there") -> Polled:
    polled: Polled | None = None
    for number in range(times):
        polled = after(polled, Found((), "c", says, failing=True), calls=1, now=NOW + number * MINUTE)
    assert polled
    return polled


def test_what_answers_is_asked_again_after_its_cadence() -> None:
    assert Polled(at=NOW).due(EVERY) == NOW + EVERY


@given(st.integers(0, 2**62), st.integers(1, 24 * 60))
def test_what_fails_is_asked_less_and_less_often_but_never_given_up(failures: int, minutes: int) -> None:
    every = minutes * MINUTE
    pause = Polled(at=NOW, failures=failures).due(every) - NOW
    assert every <= pause <= max(every, LONGEST_PAUSE)
    assert pause <= Polled(at=NOW, failures=failures + 1).due(every) - NOW


def test_what_answers_again_has_never_failed() -> None:
    polled = after(failed(5), Found((), "d"), calls=1, now=NOW)
    assert (polled.failures, polled.failing_since, polled.says, polled.cursor) == (0, None, "", "d")


def test_a_failure_goes_on_since_it_began_and_calls_are_counted_by_the_day() -> None:
    polled = failed(3)
    assert (polled.failing_since, polled.calls_on(NOW.date())) == (NOW, 3)
    tomorrow = NOW + timedelta(days=1)
    assert polled.calls_on(tomorrow.date()) == 0
    assert after(polled, Found((), "d"), calls=2, now=tomorrow).calls == 2


def test_an_account_is_heard_when_all_of_its_things_answer() -> None:
    assert PORT
    well = Polled(at=NOW)
    a, b = polling.things(ACCOUNT, PORT)
    assert polling.subscription({}, ACCOUNT, PORT, NOW).state == "unknown"
    assert polling.subscription({a: well}, ACCOUNT, PORT, NOW).state == "unknown"
    assert polling.subscription({a: well, b: well}, ACCOUNT, PORT, NOW).state == "active"
    assert polling.subscription({a: well, b: failed(TOLERATED)}, ACCOUNT, PORT, NOW).state == "active"
    found = polling.subscription({a: well, b: failed(TOLERATED + 1)}, ACCOUNT, PORT, NOW)
    assert (found.state, found.sentence, found.since) == ("failing", "it is not there", NOW)


@pytest.mark.parametrize(("late", "state"), [(OVERDUE, "active"), (OVERDUE + MINUTE, "failing")])
def test_an_account_that_nobody_asks_is_not_heard(late: timedelta, state: str) -> None:
    assert PORT
    polled = dict.fromkeys(polling.things(ACCOUNT, PORT), Polled(at=NOW))
    assert polling.subscription(polled, ACCOUNT, PORT, NOW + EVERY + late).state == state


def test_each_thing_has_its_own_cadence_or_its_accounts_or_the_platforms() -> None:
    assert PORT
    often, (a, b) = FEEDS[0].model_copy(update={"every_minutes": 5}), polling.things(ACCOUNT, PORT)
    own = ACCOUNT.model_copy(update={"things": (often, FEEDS[1])})
    both = own.model_copy(update={"poll_every_minutes": 60})
    assert [polling.cadence(own, PORT, thing) for thing in (a, b, "")] == [5 * MINUTE, EVERY, EVERY]
    assert [polling.cadence(both, PORT, thing) for thing in (a, b, "")] == [5 * MINUTE, 60 * MINUTE, 60 * MINUTE]
    polled = dict.fromkeys((a, b), Polled(at=NOW))
    assert polling.subscription(polled, both, PORT, NOW + 5 * MINUTE + OVERDUE).state == "active"
    assert polling.subscription(polled, both, PORT, NOW + 6 * MINUTE + OVERDUE).state == "failing"


def test_a_thing_is_asked_about_alone_and_an_account_without_things_as_a_whole() -> None:
    assert PORT
    assert polling.things(ACCOUNT, PORT) == [feed.id for feed in FEEDS]
    who = polling.asked_about(ACCOUNT, ApiToken(token="t"), PORT, FEEDS[1].id)
    assert ([thing.id for thing in who.things], who.token) == ([FEEDS[1].id], "t")
    bare = ACCOUNT.model_copy(update={"things": ()})
    assert polling.things(bare, PORT) == [""]
    assert polling.asked_about(bare, None, PORT, "").things == ()


def test_what_is_listened_for_is_searched_for_where_that_can_be_done() -> None:
    port = platforms.poll("mastodon")
    assert port
    assert PORT
    own = (AccountThing(kind="host", id="a.example.com"), AccountThing(kind="query", id="prado"))
    account = Account(platform="mastodon", account="latienda", things=own)
    who = polling.asked_about(account, None, port, "", ("Tele Prado", "prado"))
    assert [(thing.kind, thing.id) for thing in who.things] == [
        ("host", "a.example.com"),
        ("query", "prado"),
        ("query", "Tele Prado"),
    ]
    who = polling.asked_about(ACCOUNT, None, PORT, FEEDS[0].id, ("Tele Prado",))
    assert [thing.id for thing in who.things] == [FEEDS[0].id], "a feed cannot be searched"
