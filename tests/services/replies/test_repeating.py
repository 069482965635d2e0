"""Where the platform takes once what comes twice, a reply in doubt is sent again under its id; and one that may not be
sent any more stays in doubt, since it may have been taken."""

from collections.abc import Callable

import pytest

from tests.faults.street import Street
from tests.replying import CHANNELS, port

TEXT = "Hasta las dos de la tarde."
REPEATED = tuple(channel for channel in CHANNELS if port(channel).repeatable)
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


@EACH
def test_what_certainly_was_not_taken_is_refused_as_everywhere(channel: str) -> None:
    street = Street(channel)
    street.tokens.clear()
    reply = street.ask(TEXT)
    street.run(5)
    assert acts(street, reply) == ["refused"]
