"""Rounds over feeds: what fails, what is due, who comes first, and what is in the journal afterwards."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import httpx
import pytest

from shared import platforms, telemetry
from shared.playbook import Listening
from shared.polling import Polled
from shared.ports import Asking, Call, Found, PollPort, Presence
from shared.secrets import ApiToken
from shared.store.journal import Bucket
from shared.store.table import Table
from tests.conftest import NOW, TABLE
from tests.services.poller.newsstand import Stand, account, feed, texts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MINUTE = timedelta(minutes=1)
A, B = "a.example.com", "b.example.com"


@pytest.fixture
def stand(table: Table) -> Stand:
    return Stand(table, Bucket(boto3.client("s3"), "deliveries"), feeds={A: feed("ana", "luis")})


@pytest.fixture
def kept(dynamodb: "DynamoDBClient") -> Any:
    return lambda: dynamodb.scan(TableName=TABLE)["Items"]


def counted() -> dict[str, float]:
    return {name: sum(found["Value"]) for name, found in telemetry.metrics().metric_set.items()}


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> list[PollPort]:
    """The feeds' port, or whatever a test puts in its place."""
    real = platforms.poll("feeds")
    assert real
    found = [real]
    monkeypatch.setattr(platforms, "poll", lambda name: found[0] if name == "feeds" else None)
    return found


def test_what_is_found_is_journalled_and_the_cursor_moved(stand: Stand, kept: Any) -> None:
    assert stand.round() == {"polled": 1}
    assert texts(kept()) == ["said by ana", "said by luis"]
    assert counted() == {"DeliveryEvent": 2}
    cursor = stand.cursor()
    assert cursor
    assert (cursor.at, cursor.failures, cursor.calls, cursor.says) == (NOW, 0, 1, "")


def test_nothing_is_asked_before_it_is_due_and_only_what_is_new_is_journalled_then(stand: Stand, kept: Any) -> None:
    stand.round()
    stand.now += 14 * MINUTE
    assert stand.round() == {}
    stand.feeds[A] = feed("eva", "ana", "luis")
    stand.now += MINUTE
    assert stand.round() == {"polled": 1}
    assert texts(kept()) == ["said by ana", "said by eva", "said by luis"]
    assert counted()["DeliveryEvent"] == 3
    assert len(stand.asked) == 2


def test_one_process_reads_no_cursor_of_what_it_knows_not_to_be_due(stand: Stand) -> None:
    poller = stand.poller()
    assert poller.round(time_is_left=lambda: True) == {"polled": 1}
    stand.now += MINUTE
    assert poller.round(time_is_left=lambda: True) == {}


def test_the_playbook_says_how_often(stand: Stand) -> None:
    stand.accounts = [account("prensa", A, poll_every_minutes=2)]
    stand.round()
    stand.now += MINUTE
    assert stand.round() == {}
    stand.now += MINUTE
    assert stand.round() == {"polled": 1}


def test_one_feed_of_an_account_is_asked_more_often_than_the_others(stand: Stand) -> None:
    prensa = account("prensa", A, B)
    often, other = prensa.things
    things = (often.model_copy(update={"every_minutes": 2}), other)
    stand.accounts = [prensa.model_copy(update={"things": things})]
    stand.feeds[B] = feed("eva")
    stand.round()
    stand.asked.clear()
    for _ in range(14):
        stand.now += MINUTE
        stand.round()
    assert [request.url.host for request in stand.asked] == [A] * 7


def test_a_feed_that_fails_leaves_its_cursor_backs_off_and_touches_no_other(stand: Stand, kept: Any) -> None:
    stand.accounts = [account("prensa", B, A)]
    stand.feeds[B] = httpx.ConnectError("down")
    assert stand.round() == {"polled": 1, "failing": 1}
    assert texts(kept()) == ["said by ana", "said by luis"]
    asked_at = []
    for _ in range(300):
        stand.now += MINUTE
        stand.asked.clear()
        stand.round()
        asked_at += [(stand.now - NOW) // MINUTE for host in stand.hosts if host == B]
    assert asked_at == [30, 90, 210], "after twice as long each time"
    failing = stand.cursor(B)
    assert failing
    assert (failing.cursor, failing.failures, failing.failing_since) == ("", 4, NOW)
    assert "does not answer" in failing.says
    stand.feeds[B] = feed("eva")
    stand.now += timedelta(hours=7)
    stand.round()
    assert (stand.cursor(B) or failing).failures == 0


@pytest.mark.parametrize(
    ("said", "minutes"),
    [("7200", 120), ("Sun, 22 Nov 2026 13:30:00 GMT", 90), ("0", 30), ("soon", 30), ("999999999999", 24 * 60)],
)
def test_who_asks_to_be_left_alone_is(stand: Stand, said: str, minutes: int) -> None:
    stand.feeds[A] = httpx.Response(429, headers={"retry-after": said})
    assert stand.round() == {"failing": 1}
    stand.feeds[A] = feed("ana")
    stand.now = NOW + minutes * MINUTE - timedelta(seconds=1)
    assert stand.round() == {}
    stand.now += timedelta(seconds=1)
    assert stand.round() == {"polled": 1}


def test_who_waits_longest_comes_first_while_time_is_left(stand: Stand) -> None:
    hosts = [A, B, "c.example.com", "d.example.com"]
    stand.feeds = {host: feed(host.partition(".")[0]) for host in hosts}
    stand.accounts = [account(f"of-{host}", host) for host in hosts]
    left = iter([True, True, False, False])
    assert stand.round(lambda: next(left)) == {"polled": 2, "postponed": 2}
    assert stand.hosts == hosts[:2]
    stand.now += 20 * MINUTE
    stand.asked.clear()
    stand.round()
    assert stand.hosts[:2] == hosts[2:], "those that were never asked"


def test_who_asks_for_ever_ends_with_the_time_and_backs_off(stand: Stand, port: list[PollPort]) -> None:
    def for_ever(who: Presence, cursor: str, now: object) -> Asking[Found]:
        while (yield Call("GET", f"https://{A}/feed")).status == 200:
            pass
        return Found((), "as far as it went", "it does not answer", failing=True)

    port[0] = replace(port[0], poll=for_ever)
    assert stand.round(may_go_on=lambda: len(stand.asked) < 7) == {"failing": 1}
    assert len(stand.asked) == 7
    row = stand.cursor()
    assert row
    assert (row.cursor, row.failures, row.calls) == ("as far as it went", 1, 7)
    stand.now += MINUTE
    assert stand.round() == {}, "it is not the first in line again"


def test_of_two_who_poll_at_once_the_second_does_not_move_the_cursor_and_nothing_doubles(
    stand: Stand, kept: Any
) -> None:
    asked = stand.__call__

    def meanwhile(request: httpx.Request) -> httpx.Response:
        if not stand.asked:
            stand.asked.append(request)
            assert stand.round() == {"polled": 1}
        return asked(request)

    poller = stand.poller()
    poller = replace(poller, client=httpx.Client(transport=httpx.MockTransport(meanwhile)))
    assert poller.round(time_is_left=lambda: True) == {"overtaken": 1}
    assert texts(kept()) == ["said by ana", "said by luis"]
    assert counted() == {"DeliveryEvent": 2, "DeliveryDuplicate": 2}


def test_a_bug_in_a_port_is_a_poll_that_failed_and_stops_no_other(
    stand: Stand, port: list[PollPort], caplog: pytest.LogCaptureFixture
) -> None:
    def broken(who: Presence, cursor: str, now: object) -> Asking[Found]:
        if who.account == "broken":
            raise ZeroDivisionError("a customer's words")
        yield Call("GET", f"https://{A}/feed")
        return Found((), "further")

    port[0] = replace(port[0], poll=broken)
    stand.accounts = [account("broken", A), account("prensa", A)]
    assert stand.round() == {"failing": 1, "polled": 1}
    assert (stand.cursor(name="broken") or Polled(at=NOW)).failures == 1
    assert counted()["Failure"] == 1
    assert "a customer's words" not in "".join(str(vars(record)) for record in caplog.records)


def test_a_port_reaches_no_host_but_those_of_the_account(stand: Stand, port: list[PollPort]) -> None:
    def strays(who: Presence, cursor: str, now: object) -> Asking[Found]:
        yield Call("GET", f"https://{B}/feed")
        raise AssertionError("it was answered")

    port[0] = replace(port[0], poll=strays)
    assert stand.round() == {"failing": 1}
    assert stand.asked == []


def test_a_platform_that_cannot_be_loaded_leaves_the_others(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    real = platforms.poll

    def poll(name: str) -> Any:
        if name == "telegram":
            raise ImportError
        return real(name)

    monkeypatch.setattr(platforms, "poll", poll)
    stand.accounts.insert(0, stand.accounts[0].model_copy(update={"platform": "telegram"}))
    assert stand.round() == {"polled": 1}
    assert counted()["Failure"] == 1


def test_what_needs_a_token_waits_for_it(stand: Stand, port: list[PollPort]) -> None:
    seen: list[str] = []

    def asking(who: Presence, cursor: str, now: object) -> Asking[Found]:
        seen.append(who.token)
        yield Call("GET", f"https://{A}/feed")
        return Found((), "further")

    port[0] = replace(port[0], poll=asking, needs_token=True)
    assert stand.round() == {"no token": 1}
    stand.tokens = {"feeds/prensa": ApiToken(token="hush")}
    assert stand.round() == {"polled": 1}
    assert seen == ["hush"]


def test_no_more_is_asked_than_an_account_may_in_a_day(stand: Stand, port: list[PollPort]) -> None:
    def asking(who: Presence, cursor: str, now: object) -> Asking[Found]:
        yield Call("GET", f"{who.things[0].id}")
        yield Call("GET", f"{who.things[0].id}")
        return Found((), "further")

    stand.feeds[B] = feed("b")
    stand.accounts = [account("prensa", A, B)]
    port[0] = replace(port[0], poll=asking, calls_a_day=5, every=MINUTE)
    outcomes: list[dict[str, int]] = []
    for _ in range(3):
        outcomes.append(stand.round())
        stand.now += MINUTE
    assert outcomes == [{"polled": 2}, {"polled": 1, "spent": 1}, {"spent": 2}]
    stand.now += timedelta(hours=12)
    assert stand.round() == {"polled": 2}, "a new day"


def test_what_the_playbook_listens_for_on_an_account_is_searched_for(
    stand: Stand, port: list[PollPort], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def poll(presence: Presence, cursor: str, now: Any) -> Asking[Found]:
        asked.append([thing.id for thing in presence.things if thing.kind == "query"])
        yield Call("GET", f"https://{A}/feed")
        return Found((), cursor)

    port[0] = replace(port[0], things=(), poll=poll, also=("query",))
    own = Stand._playbook
    rules = [
        Listening(name="brand", words=("Teleprado",), accounts=("feeds/prensa",)),
        Listening(name="others", words=("Fibranova",), accounts=("feeds/otra",)),
    ]
    monkeypatch.setattr(Stand, "_playbook", lambda self: own(self).model_copy(update={"listening": tuple(rules)}))
    assert stand.round() == {"polled": 1}
    assert asked == [["Teleprado"]]
