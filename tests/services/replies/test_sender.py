"""Sending: what is refused beforehand, what is put off and for how long, and what somebody decides about the rest."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.replies import sender
from shared.accounts import Account
from shared.casework.cases import Doing
from shared.casework.deciding import Decision, decide
from shared.casework.steps import Agent, ReplyMove
from shared.errors import Conflict, StoreUnavailable
from shared.escalation import escalate
from shared.playbook import Playbook
from shared.projection.cases import Cases, offer
from shared.queues import ReplyWaiting
from shared.store import rates, steps
from tests.conftest import NOW
from tests.faults.street import AGENT, MINUTE, Street, playbook

TEXT = "Hasta las dos."


def decided(street: Street, reply: str, decision: Decision) -> ReplyMove:
    """Decide as somebody does at the desk."""
    move = decide(street.head(reply), decision, step_id=f"stp_{decision}", at=street.clock, by=AGENT)
    kept = steps.keep(street.table, move)
    assert kept == move
    return move


def calls(street: Street) -> int:
    return sum(call.service == "platform" for _, _, call in street.points())


# ------------------------------------------------------------------------------------------------- refused beforehand


def test_what_may_not_be_said_any_more_when_its_turn_comes_is_refused_with_what_to_do_and_nothing_is_called() -> None:
    street = Street("whatsapp")
    street.clock += timedelta(hours=23) - MINUTE
    reply = street.ask(TEXT)
    street.clock += 2 * MINUTE  # 24 hours after the customer's message
    street.run(30)
    head = street.head(reply)
    assert (head.state, [move.code for move in head.moves]) == ("refused", ["window_closed"])
    assert "template" in head.moves[0].why
    assert street.listed_as(reply) == "refused"
    assert calls(street) == 0


class Granted(Street):
    """Whose account the playbook has with the right that Meta has granted it."""

    def _playbook(self) -> Playbook:
        own = Account(platform="meta", account=self.place.account, rights=("human_agent",))
        return playbook().model_copy(update={"accounts": (own,)})


@pytest.mark.parametrize("way", [Street, Granted])
def test_beyond_a_day_what_a_person_wrote_is_sent_by_whom_the_platform_has_granted_that(way: type[Street]) -> None:
    street = way("messenger")
    street.standin.spoke(street.place.model_copy(update={"rights": ("human_agent",)}))
    street.clock += timedelta(days=2)
    reply = street.ask(TEXT)
    street.run(30)
    head = street.head(reply)
    assert (head.state, calls(street)) == (("sent", 1) if way is Granted else ("refused", 0))
    assert way is Granted or "human_agent" in head.moves[0].why


def test_what_a_platform_will_not_take_is_refused_in_its_own_code() -> None:
    street = Street("telegram")
    street.standin.block(street.place)
    reply = street.ask(TEXT)
    street.run(30)
    head = street.head(reply)
    assert [(move.act, move.code) for move in head.moves] == [("attempted", None), ("refused", "403")]
    assert "blocked" in head.moves[-1].why
    assert (calls(street), street.listed_as(reply)) == (1, "refused")


def test_without_a_token_nothing_is_sent_until_there_is_one_and_somebody_says_so() -> None:
    street = Street("telegram")
    tokens, street.tokens = street.tokens, {}
    reply = street.ask(TEXT)
    street.run(30)
    assert (street.head(reply).state, street.head(reply).moves[0].code) == ("refused", "no_token")
    street.tokens = tokens
    street.run(30)
    assert street.arrived(TEXT) == 0
    decided(street, reply, "again")
    street.run(30)
    assert (street.head(reply).state, street.arrived(TEXT), street.listed_as(reply)) == ("sent", 1, None)


@pytest.mark.parametrize("taken_by", [None, "billing", "care"])
def test_a_reply_about_a_case_that_was_taken_from_its_department_is_not_sent(taken_by: str | None) -> None:
    street = Street("telegram")
    case = escalate(
        street.customer.model_copy(update={"text": "Me han cobrado dos veces la factura"}),
        received_at=street.clock,
        event_key=street.answers,
        playbook=playbook(),
    )
    assert case is not None
    offer(street.table, case)
    acts = Cases(street.table, playbook, lambda: street.clock)
    billing = Agent(subject="marta", department=case.department)
    acts.take(acts.do(case.identity, case.id, Doing("accepted", street.clock, billing)))
    reply = street.ask(TEXT, escalation_id=case.id, by=billing)
    if taken_by:
        who = Agent(subject="lola", department=taken_by)
        acts.take(acts.do(case.identity, case.id, Doing("handed_over", street.clock, who, to="technical")))
    street.run(30)
    head = street.head(reply)
    if taken_by == "care":
        assert (head.state, head.moves[0].code, street.arrived(TEXT)) == ("refused", "case_moved", 0)
        assert "technical" in head.moves[0].why
    else:
        assert (head.state, street.arrived(TEXT)) == ("sent", 1)
        assert acts.read(case.identity, case.id).state == ("offered" if taken_by else "answered")


def test_what_is_about_somebody_who_was_parted_from_the_customer_meanwhile_is_not_sent() -> None:
    street = Street("telegram")
    reply = street.ask(TEXT, escalation_id="esc_of_somebody_else")
    street.run(30)
    head = street.head(reply)
    assert (head.state, head.moves[0].code, street.arrived(TEXT)) == ("refused", "case_moved", 0)
    assert "no longer taken for this customer" in head.moves[0].why


def test_a_channel_that_nobody_speaks_through_refuses() -> None:
    street = Street("telegram")
    reply = street.ask(TEXT, channel="phone")
    street.run(30)
    assert [(move.act, move.code) for move in street.head(reply).moves] == [("refused", "unknown_channel")]


@pytest.mark.parametrize(
    ("channel", "read_on"),
    [
        ("facebook_comment", "messenger"),
        ("instagram_comment", "instagram_dm"),
        ("x_mention", "x_dm"),
        ("forum", "forum"),
    ],
)
def test_where_a_private_answer_can_be_read_is_kept(channel: str, read_on: str) -> None:
    street = Street(channel)
    reply = street.ask(TEXT, privately=True)
    street.run(30)
    talk = street.head(reply).talk
    assert talk is not None
    assert (talk.channel, talk.thread == street.place.thread) == (read_on, False)
    (arrived,) = street.standin.sent
    assert talk.thread == (arrived.tag if channel == "forum" else "direct")


def test_what_is_said_publicly_is_read_where_it_was_asked_for() -> None:
    street = Street("facebook_comment")
    reply = street.ask(TEXT)
    street.run(30)
    talk = street.head(reply).talk
    assert talk is not None
    place = street.place
    assert (talk.identity, talk.channel, talk.thread) == (place.identity, place.channel, place.thread)


def test_a_second_private_answer_to_the_same_message_is_refused_without_asking_the_platform() -> None:
    street = Street("facebook_comment")
    first = street.ask(TEXT, privately=True)
    second = street.ask("Y otra cosa.", privately=True)
    street.run(30)
    assert [street.head(reply).state for reply in (first, second)] == ["sent", "refused"]
    assert street.head(second).moves[0].code == "answered_already"
    assert calls(street) == 1


# ------------------------------------------------------------------------------------------------------------ put off


def test_what_is_put_off_waits_as_long_as_the_platform_says_and_the_next_reply_waits_behind_it() -> None:
    street = Street("telegram")
    street.standin.fail("limited", seconds=600)
    first, second = street.ask(TEXT), street.ask("Y por la tarde también.")
    street.run(10)
    assert [street.head(reply).state for reply in (first, second)] == ["queued", "queued"]
    assert calls(street) == 1
    put_off = street.head(first).last
    assert put_off is not None
    assert put_off.next_at is not None
    assert put_off.next_at - put_off.at >= 10 * MINUTE
    street.run(20)
    assert [each.text for each in street.standin.sent] == [TEXT, "Y por la tarde también."]
    assert [move.act for move in street.head(first).moves] == ["attempted", "later", "attempted", "sent"]


def test_what_waits_for_longer_than_a_day_is_not_said_any_more() -> None:
    street = Street("telegram")
    reply = street.ask(TEXT)
    street.project()
    street.clock += sender.LONGEST + MINUTE
    street.run(5)
    assert (street.head(reply).moves[-1].code, calls(street)) == ("too_late", 0)


def test_without_a_connection_it_is_tried_again_since_nothing_has_left() -> None:
    street = Street("telegram")
    refusing = [True, True, True]

    def nobody_listens(_: Street) -> None:
        if refusing:
            refusing.pop()
            raise httpx.ConnectError("refused")

    street.during = nobody_listens
    reply = street.ask(TEXT)
    street.run(30)
    assert (street.head(reply).state, street.arrived(TEXT), len(street.head(reply).attempts)) == ("sent", 1, 4)
    assert [move.code for move in street.head(reply).moves if move.act == "later"] == ["no_connection"] * 3


def test_an_account_keeps_to_what_its_platform_allows_in_a_time() -> None:
    street = Street("x_dm")
    texts = [f"Mensaje número {number}." for number in range(17)]
    replies = [street.ask(text) for text in texts]
    street.run(10)
    assert len(street.standin.sent) == 15
    assert {street.head(reply).state for reply in replies[15:]} == {"queued"}
    street.run(30)
    assert [each.text for each in street.standin.sent] == texts
    assert {len(street.head(reply).attempts) for reply in replies} == {1}


def test_while_a_platform_takes_nothing_from_an_account_nothing_is_tried() -> None:
    street = Street("telegram")
    who = rates.Sending("telegram", street.place.account, "telegram")
    rates.pause(street.table, who, street.clock + 20 * MINUTE)
    reply = street.ask(TEXT)
    street.run(19)
    assert calls(street) == 0
    street.run(20)
    assert (street.head(reply).state, calls(street)) == ("sent", 1)


def test_a_private_answer_waits_with_the_messages_that_it_is_one_of() -> None:
    street = Street("x_mention")
    who = rates.Sending("x", street.place.account, "x_dm")
    rates.pause(street.table, who, street.clock + 20 * MINUTE)
    privately, publicly = street.ask(TEXT, privately=True), street.ask("Le hemos escrito.")
    street.run(10)
    assert [street.head(reply).state for reply in (privately, publicly)] == ["queued", "queued"]
    assert calls(street) == 0
    street.run(30)
    assert [street.head(reply).state for reply in (privately, publicly)] == ["sent", "sent"]


def test_private_answers_keep_to_the_rates_of_the_messages_that_they_are() -> None:
    street = Street("x_mention")
    replies = [street.ask(f"{TEXT} {number}", privately=True) for number in range(16)]
    street.run(10)
    assert [street.head(reply).state for reply in replies] == ["sent"] * 15 + ["queued"]
    street.run(30)
    assert street.head(replies[15]).state == "sent"
    assert calls(street) == 16, "X was never asked for more than it allows"


# -------------------------------------------------------------------------------------------- what nobody can confirm


@pytest.fixture
def lost() -> tuple[Street, str]:
    """A reply that the platform has, whose answer was lost, where nobody can ask for it."""
    street = Street("telegram")
    street.standin.fail("cut")
    reply = street.ask(TEXT)
    street.run(60)
    assert (street.head(reply).state, street.arrived(TEXT)) == ("unconfirmed", 1)
    return street, reply


def test_what_nobody_can_confirm_is_listed_after_a_while_and_never_sent_again_by_itself(
    lost: tuple[Street, str],
) -> None:
    street, reply = lost
    street.run(26 * 60)
    assert (street.head(reply).state, street.arrived(TEXT)) == ("unconfirmed", 1)
    assert street.listed_as(reply) == "unconfirmed"


def test_somebody_may_decide_that_it_goes_out_again(lost: tuple[Street, str]) -> None:
    street, reply = lost
    decided(street, reply, "again")
    street.run(30)
    assert (street.head(reply).state, street.arrived(TEXT), street.listed_as(reply)) == ("sent", 2, None)


def test_somebody_may_give_it_up(lost: tuple[Street, str]) -> None:
    street, reply = lost
    decided(street, reply, "give_up")
    street.run(30)
    assert (street.head(reply).state, street.arrived(TEXT), street.listed_as(reply)) == ("given_up", 1, None)
    with pytest.raises(Conflict, match="given_up"):
        decided(street, reply, "again")


def test_what_was_given_up_before_its_turn_came_is_not_sent() -> None:
    street = Street("telegram")
    reply = street.ask(TEXT)
    street.project()
    decided(street, reply, "give_up")
    street.run(30)
    assert (street.head(reply).state, calls(street)) == ("given_up", 0)


def test_a_port_that_fails_leaves_its_reply_to_somebody_and_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    street = Street("telegram")

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    street.during = broken
    first = street.ask(TEXT)
    street.run(30)
    street.during = None
    second = street.ask("Y por la tarde también.")
    street.run(30)
    assert [street.head(reply).state for reply in (first, second)] == ["unconfirmed", "sent"]


def test_what_the_journal_does_not_have_yet_is_tried_later() -> None:
    street = Street("telegram")
    with pytest.raises(StoreUnavailable):
        street.sender().send(ReplyWaiting(street.place.identity, "rpl_unheard"))


def test_who_is_held_up_before_the_call_leaves_it_to_others() -> None:
    street = Street("telegram")
    reply = street.ask(TEXT)
    street.project()
    own = street.sender()
    moments = iter([NOW, NOW, NOW, NOW + 2 * MINUTE, *[NOW + 2 * MINUTE] * 50])
    held_up = sender.Sender(
        own.table, own.playbook, own.tokens, own.client, lambda: next(moments), own.name, own.jitter
    )
    assert held_up.send(ReplyWaiting(street.place.identity, reply)) == sender.SAFE_PAUSE
    assert (street.head(reply).state, calls(street)) == ("sending", 0)


def test_one_of_two_who_try_at_once_is_first() -> None:
    street = Street("telegram")
    reply = street.ask(TEXT)
    street.project()
    waiting = ReplyWaiting(street.place.identity, reply)
    meanwhile: list[Any] = []

    def other(_: Street) -> None:
        street.during = None
        meanwhile.append(street.sender().send(waiting))

    street.during = other
    with street.invoked():
        assert street.sender().send(waiting) is None
    assert meanwhile == [sender.SAFE_PAUSE]
    assert (street.arrived(TEXT), [move.act for move in street.head(reply).moves]) == (1, ["attempted", "sent"])


def test_of_two_who_saw_that_nobody_has_tried_one_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    street = Street("telegram")
    reply = street.ask(TEXT)
    street.project()
    waiting = ReplyWaiting(street.place.identity, reply)
    keep = steps.keep
    meanwhile: list[str] = []

    def a_moment_too_late(table: Any, step: Any) -> Any:
        if not meanwhile:
            meanwhile.append("the other one")
            with street.invoked():
                assert street.sender().send(waiting) is None
        return keep(table, step)

    monkeypatch.setattr("services.replies.sender.steps.keep", a_moment_too_late)
    with street.invoked():
        assert street.sender().send(waiting) == sender.SAFE_PAUSE
    assert (street.arrived(TEXT), [move.act for move in street.head(reply).moves]) == (1, ["attempted", "sent"])


def test_a_word_that_it_was_sent_is_kept_even_when_somebody_has_called_it_unknown() -> None:
    street = Street("telegram")
    reply = street.ask(TEXT)
    street.project()

    def doubts(_: Street) -> None:
        unknown = {"act": "unknown", "number": 2, "id": "stp_doubt"}
        attempted = next(move for move in street.head(reply).moves)
        step = ReplyMove(identity=street.place.identity, at=street.clock, by=attempted.by, reply_id=reply, **unknown)
        steps.keep(street.table, step)

    street.during = doubts
    with street.invoked():
        street.sender().send(ReplyWaiting(street.place.identity, reply))
    assert [move.act for move in street.head(reply).moves] == ["attempted", "unknown", "sent"]
    assert street.head(reply).state == "sent"
