"""Where the platform takes once what comes twice, a reply in doubt is sent again under its id; and one that may not be
sent any more stays in doubt, since it may have been taken."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from infra.local.standin.state import Request, Response
from services.replies import sender
from shared.casework.deciding import decide
from shared.store import steps
from tests.faults.street import AGENT, Street
from tests.replying import CHANNELS, port

TEXT = "Hasta las dos de la tarde."
REPEATED = tuple(channel for channel in CHANNELS if port(channel).repeatable)
MANY = sender.MOST_ATTEMPTS + 5
EACH = pytest.mark.parametrize("channel", REPEATED)


def acts(street: Street, reply: str) -> list[str]:
    return [move.act for move in street.head(reply).moves]


def test_nobody_is_asked_about_what_may_be_repeated() -> None:
    assert REPEATED
    assert not any(port(channel).find for channel in REPEATED)


@EACH
@pytest.mark.parametrize("how", ["cut", "unreachable", "broken_before", "broken_after"])
def test_whose_answer_was_lost_is_sent_again_and_taken_once(channel: str, how: str) -> None:
    street = Street(channel)
    street.standin.fail(how)  # type: ignore[arg-type]
    reply = street.ask(TEXT)
    street.run(12)
    assert acts(street, reply) == ["attempted", "unknown", "attempted", "sent"]
    (arrived,) = street.standin.sent
    assert (arrived.reply_id, street.head(reply).external_id) == (reply, arrived.external_id)


@EACH
@pytest.mark.parametrize("how", ["limited", "unreachable"])
def test_it_stays_in_doubt_while_nothing_more_is_known(channel: str, how: str) -> None:
    street = Street(channel)
    street.standin.fail("cut")
    street.standin.fail(how, times=2)  # type: ignore[arg-type]
    reply = street.ask(TEXT)
    street.run(60)
    assert acts(street, reply) == ["attempted", "unknown"] * 3 + ["attempted", "sent"]
    assert street.arrived(TEXT) == 1


def no_token(street: Street) -> None:
    street.tokens.clear()


def too_often(street: Street) -> None:
    street.standin.fail("broken_before", times=99)


@EACH
@pytest.mark.parametrize("stops", [no_token, too_often])
@pytest.mark.parametrize("automatic", [False, True])
def test_what_may_not_be_sent_any_more_is_not_called_refused(
    channel: str, stops: Callable[[Street], None], *, automatic: bool
) -> None:
    street = Street(channel)
    street.standin.fail("cut")
    reply = street.ask(TEXT, automatic=automatic)
    street.run(1)
    assert acts(street, reply) == ["attempted", "unknown"]
    stops(street)
    street.run(240)
    assert street.arrived(TEXT) == 1
    assert street.head(reply).state == ("given_up" if automatic else "unconfirmed")
    assert street.listed_as(reply) == (None if automatic else "unconfirmed")
    assert not automatic or "not sent twice" in street.head(reply).moves[-1].why


def answered_with(street: Street, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every platform refuse what comes from now on."""

    def refuse(_: Request) -> Response:
        return Response(status, {"error": "no"})

    monkeypatch.setattr(street.standin, "respond", refuse)


@EACH
@pytest.mark.parametrize("status", [401, 404, 409])
@pytest.mark.parametrize("automatic", [False, True])
def test_what_is_refused_after_a_lost_answer_may_have_been_taken(
    channel: str, status: int, monkeypatch: pytest.MonkeyPatch, *, automatic: bool
) -> None:
    street = Street(channel)
    street.standin.fail("cut")
    reply = street.ask(TEXT, automatic=automatic)
    street.run(1)
    answered_with(street, status, monkeypatch)
    street.run(240)
    head = street.head(reply)
    assert acts(street, reply) == ["attempted", "unknown"] * sender.MOST_ATTEMPTS + ["given_up"] * automatic
    assert {move.why for move in head.moves[3::2]} != {""}
    assert head.state == ("given_up" if automatic else "unconfirmed")
    assert street.arrived(TEXT) == 1


@EACH
def test_what_is_refused_after_somebody_decided_that_it_was_not_sent_is_refused(
    channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    street = Street(channel)
    street.standin.fail("unreachable")
    reply = street.ask(TEXT)
    street.run(1)
    move = decide(street.head(reply), "again", step_id="stp_again", at=street.clock, by=AGENT)
    steps.keep(street.table, move)
    answered_with(street, 404, monkeypatch)
    street.run(30)
    assert acts(street, reply) == ["attempted", "unknown", "not_there", "attempted", "refused"]


def not_reached() -> Callable[[Street], None]:
    refusing = [True] * MANY

    def nobody_listens(_: Street) -> None:
        if refusing:
            refusing.pop()
            raise httpx.ConnectError("refused")

    return nobody_listens


@EACH
@pytest.mark.parametrize("how", ["limited", "no connection"])
def test_attempts_by_which_nothing_was_done_use_up_none_of_the_tries(channel: str, how: str) -> None:
    street = Street(channel)
    street.standin.fail("cut")
    reply = street.ask(TEXT)
    street.run(1)
    if how == "limited":
        street.standin.fail("limited", times=MANY)
    else:
        street.during = not_reached()
    street.run(20 * 60)
    assert acts(street, reply) == ["attempted", "unknown"] * (MANY + 1) + ["attempted", "sent"]
    assert street.arrived(TEXT) == 1


@EACH
def test_after_a_day_it_is_left_to_somebody_though_nothing_was_done(channel: str) -> None:
    street = Street(channel)
    street.standin.fail("cut")
    street.standin.fail("limited", times=999)
    reply = street.ask(TEXT)
    street.run(30 * 60)
    head = street.head(reply)
    assert (head.state, len(head.attempts) > sender.MOST_ATTEMPTS) == ("unconfirmed", True)
    assert head.attempts[-1].at - head.attempts[0].at <= sender.LONGEST + timedelta(minutes=1)


@EACH
def test_what_certainly_was_not_taken_is_refused_as_everywhere(channel: str) -> None:
    street = Street(channel)
    street.tokens.clear()
    reply = street.ask(TEXT)
    street.run(5)
    assert acts(street, reply) == ["refused"]
