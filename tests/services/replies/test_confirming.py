"""Whose a message is that a platform shows, where several have the same words; and what stands behind one of which
nobody will ever know."""

from datetime import timedelta

import pytest

from services.replies.confirming import confirmed, may_be_taken_for
from shared.casework.steps import ReplyAsked, ReplyMove
from shared.projection import replies
from shared.projection.replies import Ours
from shared.replying import NotThere, Sent, Unknown
from shared.store import keys, steps
from tests.faults.street import AGENT, MINUTE, Street
from tests.replying import CHANNELS, READ_FIRST, REVIEWS, port
from tests.speaking import SPOKEN

TEXT = "Gracias por avisar, lo miramos hoy."
ASKED = tuple(channel for channel in CHANNELS if port(channel).find and SPOKEN[channel].shows)


@pytest.mark.parametrize("channel", ASKED)
def test_of_two_with_the_same_words_the_one_that_was_not_taken_is_sent_again_or_shown_to_somebody(channel: str) -> None:
    street = Street(channel)
    taken = 0

    def lose_the_second(_: Street) -> None:
        nonlocal taken
        if street.wire.invocation and len(street.standin.sent) == 1 and not taken:
            taken = 1
            street.standin.fail("unreachable")

    street.during = lose_the_second
    first, second = street.ask(TEXT), street.ask(TEXT)
    street.run(90)
    heads = [street.head(reply) for reply in (first, second)]
    assert heads[0].external_id != heads[1].external_id
    sent = [head for head in heads if head.state == "sent"]
    assert len(sent) == street.arrived(TEXT)
    if heads[1].state != "sent":
        # X takes the same words once, and a review has one answer.
        code = "answered_already" if channel in REVIEWS else "duplicate"
        assert (heads[1].state, heads[1].moves[-1].code) == ("refused", code)
        assert street.listed_as(second) == "refused"


@pytest.mark.parametrize("channel", [channel for channel in ASKED if channel not in READ_FIRST])
def test_of_two_that_are_both_lost_nobody_says_that_one_is_the_other(channel: str) -> None:
    street = Street(channel)
    street.standin.fail("unreachable", times=1)
    street.standin.fail("broken_before", times=20, method="GET")
    first = street.ask(TEXT)
    street.run(75)
    assert street.head(first).state == "unconfirmed"
    street.standin.fail("cut", times=1)
    second = street.ask(TEXT)
    street.run(200)
    sent = [reply for reply in (first, second) if street.head(reply).state == "sent"]
    assert len(sent) <= street.arrived(TEXT) == 1
    for reply in {first, second} - set(sent):
        assert street.listed_as(reply) in ("unconfirmed", "refused")


@pytest.fixture
def lost() -> tuple[Street, str]:
    street = Street("messenger")
    street.standin.fail("cut")
    street.standin.fail("broken_before", times=20, method="GET")
    reply = street.ask(TEXT)
    street.run(90)
    assert street.head(reply).state == "unconfirmed"
    return street, reply


FOUND = Sent(external_id="m_9")


def test_what_is_found_counts_for_one_alone(lost: tuple[Street, str]) -> None:
    street, reply = lost
    head = street.head(reply)
    assert confirmed(FOUND, head, street.table) == FOUND
    assert confirmed(FOUND, head, street.table) == FOUND
    assert isinstance(
        confirmed(FOUND, head.model_copy(update={"id": "rpl_other", "asked": None}), street.table), Unknown
    )
    assert replies.sent_by_others(street.table, head) == frozenset()
    assert replies.sent_by_others(street.table, head.model_copy(update={"id": "rpl_other"})) == {"m_9"}


def test_an_id_that_is_another_replys_is_not_taken(lost: tuple[Street, str]) -> None:
    street, reply = lost
    head = street.head(reply)
    replies.point(Ours(reply_id="rpl_other", identity=head.identity), head.identity, "m_9", table=street.table)
    found = confirmed(FOUND, head, street.table)
    assert isinstance(found, Unknown)
    assert found.for_good


def test_what_says_nothing_stays_as_it_is(lost: tuple[Street, str]) -> None:
    street, reply = lost
    for found in (NotThere(), Unknown(sentence="?")):
        assert confirmed(found, street.head(reply), street.table) is found


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        (TEXT, True),
        ("@ana Gracias por  avisar; lo miramos HOY", True),
        (f"{TEXT} https://t.co/abc", True),
        (f"{TEXT} shop.example.com", True),
        ("Gracias por avisar, lo miramos mañana.", False),
    ],
)
def test_two_are_alike_however_roughly_they_are_compared(lost: tuple[Street, str], text: str, alike: bool) -> None:
    street, reply = lost
    other = street.ask(text)
    street.project()
    assert may_be_taken_for(street.head(reply), street.head(other)) is alike
    assert not may_be_taken_for(street.head(reply), street.head(reply))


# ------------------------------------------------------------------------------------- what nobody will ever know of


NEVER_KNOWN = tuple(channel for channel in CHANNELS if channel not in ASKED and not port(channel).repeatable)


@pytest.mark.parametrize("channel", NEVER_KNOWN)
def test_what_nobody_can_ask_for_holds_up_what_stands_behind_it_for_minutes_only(channel: str) -> None:
    street = Street(channel)
    street.standin.fail("unreachable")
    first, second = street.ask(TEXT), street.ask("Y por la tarde también.")
    street.run(12)
    assert [street.head(reply).state for reply in (first, second)] == ["unconfirmed", "sent"]
    street.run(15)
    assert street.listed_as(first) == "unconfirmed"


@pytest.mark.parametrize("channel", ["facebook_comment", "instagram_comment"])
def test_a_private_answer_that_is_lost_holds_up_nothing_for_longer_either(channel: str) -> None:
    street = Street(channel)
    street.standin.fail("unreachable")
    first, second = street.ask(TEXT, privately=True), street.ask("Te hemos escrito en privado.")
    street.run(12)
    assert [street.head(reply).state for reply in (first, second)] == ["unconfirmed", "sent"]
    assert street.clock - street.head(first).attempts[0].at < timedelta(minutes=15)


def test_an_echo_of_words_that_two_may_have_said_is_taken_for_neither() -> None:
    street = Street("instagram_dm")
    for number in (1, 2):
        own = f"{number:026b}".replace("0", "c").replace("1", "d")
        said = {name: street.common[name] for name in ("identity", "account", "channel", "thread")}
        steps.keep(street.table, ReplyAsked(id=f"stp_{own}", at=street.clock, by=AGENT, text=TEXT, **said))
        for place, act in enumerate(("attempted", "unknown"), start=1):
            move = ReplyMove(
                id=f"stp_{number}{act}",
                identity=street.place.identity,
                at=street.clock,
                by=AGENT,
                reply_id=f"rpl_{own}",
                number=place,
                act=act,
            )
            steps.keep(street.table, move)
    while street.project():
        pass
    street.clock += MINUTE
    echo = street.customer.model_copy(
        update={"external_id": "m_9", "direction": "outbound", "text": TEXT, "occurred_at": street.clock}
    )
    street.hear(echo)
    while street.project():
        pass
    assert street.table.get(keys.sent(identity_name=street.place.identity, external_id="m_9")) is None
