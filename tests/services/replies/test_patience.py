"""For how long a reply is tried: for a day where it is known that nothing was done, and not for ever where not."""

from datetime import timedelta

import httpx
import orjson
import pytest

from services.replies import sender
from tests.conftest import NOW
from tests.faults.street import Street

TEXT = "Hasta las dos de la tarde."
HOUR = 60


def calls(street: Street) -> int:
    return sum(call.service == "platform" for _, _, call in street.points())


@pytest.mark.parametrize("channel", ["telegram", "messenger", "email", "x_dm"])
@pytest.mark.parametrize("hours", [3, 9, 20])
def test_a_limit_or_an_outage_of_hours_is_waited_out(channel: str, hours: int) -> None:
    street = Street(channel)
    ends_at = NOW + timedelta(hours=hours)

    def until_then(_: Street) -> None:
        if street.clock < ends_at:
            street.standin.fail("limited")

    street.during = until_then
    reply = street.ask(TEXT)
    street.run(hours * HOUR + 60)
    head = street.head(reply)
    assert (head.state, street.arrived(TEXT), street.listed_as(reply)) == ("sent", 1, None)
    assert head.sent_at is not None
    assert ends_at <= head.sent_at <= ends_at + timedelta(hours=1)


def test_who_is_not_reached_for_hours_is_reached_then() -> None:
    street = Street("messenger")
    ends_at = NOW + timedelta(hours=6)

    def nobody_listens(_: Street) -> None:
        if street.clock < ends_at:
            raise httpx.ConnectError("refused")

    street.during = nobody_listens
    reply = street.ask(TEXT)
    street.run(7 * HOUR)
    assert (street.head(reply).state, street.arrived(TEXT)) == ("sent", 1)


def test_what_is_put_off_for_a_day_is_refused_and_was_not_tried_all_the_time() -> None:
    street = Street("telegram")
    street.standin.fail("limited", times=1000)
    reply = street.ask(TEXT)
    street.run(26 * HOUR)
    head = street.head(reply)
    assert (head.state, head.moves[-1].code) == ("refused", "too_late")
    assert head.moves[-1].at - NOW > sender.LONGEST
    assert sender.MOST_ATTEMPTS < calls(street) < 60
    assert len(orjson.dumps(head.model_dump(mode="json"))) < 60_000
    assert street.listed_as(reply) == "refused"


def test_what_a_platform_loses_again_and_again_is_tried_so_often_and_no_more() -> None:
    street = Street("messenger")
    street.standin.fail("unreachable", times=1000)
    reply = street.ask(TEXT)
    street.run(8 * HOUR)
    head = street.head(reply)
    assert (head.state, head.moves[-1].code, street.arrived(TEXT)) == ("refused", "too_late", 0)
    assert len(head.attempts) == sender.MOST_ATTEMPTS


@pytest.mark.parametrize("headers", [{}, {"x-user-limit-24hour-remaining": "0"}, {"x-app-limit-24hour-remaining": "0"}])
def test_x_is_left_alone_until_the_limit_is_over_that_it_names(headers: dict[str, str]) -> None:
    street = Street("x_dm")
    ends_at = NOW + timedelta(hours=5)
    until = str(int(ends_at.timestamp()))
    names = [name.removesuffix("-remaining") for name in headers] or ["x-rate-limit"]
    said = headers | {f"{name}-reset": until for name in names}
    answered = street._answered

    def limited(request: httpx.Request) -> httpx.Response:
        return httpx.Response(429, headers=said, content=b"{}") if street.clock < ends_at else answered(request)

    street.__dict__["_answered"] = limited
    first, second = street.ask(TEXT), street.ask("Y por la tarde también.")
    street.run(8 * HOUR)
    assert [street.head(reply).state for reply in (first, second)] == ["sent", "sent"]
    assert calls(street) == 3
    assert [len(street.head(reply).attempts) for reply in (first, second)] == [2, 1]
