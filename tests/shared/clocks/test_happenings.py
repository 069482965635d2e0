"""What the journal and the cases say, in the words of clocks."""

from typing import Any

import pytest

from shared.casework.cases import BY_OURSELVES
from shared.casework.steps import Agent, CaseMove
from shared.clocks.clock import clocks
from shared.clocks.happenings import of_case, of_event
from shared.escalation import Escalation, Offer
from shared.models import Attachment, Call, Message, Reaction
from tests.shared.clocks.saying import NINE_TO_FIVE, at, within

WHO: dict[str, Any] = {
    "identity": "whatsapp:100:34600000001",
    "account": "100",
    "channel": "whatsapp",
    "occurred_at": at("mon 09:00"),
    "external_id": "wamid.1",
}


def message(text: str = "", **more: Any) -> Message:
    return Message(**{**WHO, "text": text, **more})


def call(status: str, direction: str = "inbound", *, by_machine: bool = False) -> Call:
    return Call.model_validate({**WHO, "status": status, "direction": direction, "by_machine": by_machine})


@pytest.mark.parametrize(
    ("event", "what"),
    [
        (message("no me funciona el router"), "spoke"),
        (message("gracias"), "thanked"),
        (message("gracias pero sigue sin funcionar"), "spoke"),
        (message(attachments=(Attachment(type="image"),)), "spoke"),
        (message("gracias", attachments=(Attachment(type="image"),)), "spoke"),  # which may show anything
        (message(), "spoke"),
        (message("gracias a usted", direction="outbound"), "answered"),
        (call("missed"), "spoke"),
        (call("rejected"), "spoke"),
        (call("failed"), "spoke"),
        (call("answered"), "talked"),
        (call("completed"), "talked"),
        (call("ringing"), None),
        (call("completed", "outbound"), "answered"),
        (call("missed", "outbound"), None),
        (call("ringing", "outbound"), None),
        (call("completed", by_machine=True), None),
        (call("completed", "outbound", by_machine=True), None),
        (call("answered").model_copy(update={"speaker": "customer"}), None),
        (call("answered", "outbound").model_copy(update={"speaker": "company"}), None),
        (Reaction(**WHO, target="wamid.0", emoji="👍"), None),
    ],
    ids=lambda found: found if isinstance(found, str | None) else type(found).__name__,
)
def test_what_an_event_is_to_clocks(event: Message | Call | Reaction, what: str | None) -> None:
    happening = of_event(event, priority="high", screen="native")
    assert (happening.what if happening else None) == what
    if happening:
        assert (happening.id, happening.at) == ("wamid.1", at("mon 09:00"))
        assert (happening.priority, happening.screen) == ("high", "native")


def test_what_did_not_reach_the_customer_is_told_from_an_answer() -> None:
    found = of_event(message("ya está", direction="outbound"), screen="native", reached=False)
    assert found is not None
    assert (found.what, found.screen) == ("unreached", "native")


CASE = Escalation(
    id="esc_1",
    department="billing",
    priority="high",
    reasons=(),
    offered_at=at("mon 09:01"),
    accept_by=at("mon 10:01"),
    identity=WHO["identity"],
    event_key="event#1",
    customer_id="cus_1",
    playbook_version=1,
)


def move(number: int, act: str, when: str, **more: Any) -> CaseMove:
    step = {"id": f"stp_{number}", "identity": CASE.identity, "at": at(when), "by": BY_OURSELVES}
    return CaseMove.model_validate({**step, "escalation_id": CASE.id, "number": number, "act": act, **more})


def test_a_case_is_its_first_offer_and_what_was_done_with_it() -> None:
    moves = [
        move(1, "accepted", "mon 09:05"),
        move(2, "corrected", "mon 09:06", priority="urgent"),
        move(3, "handed_over", "mon 09:10", to="technical"),
        move(4, "accepted", "mon 09:12"),
        move(5, "answered", "mon 09:20", evidence="event#2"),
        move(6, "answered", "mon 09:25"),
        move(7, "closed", "mon 09:30"),
    ]
    found = list(of_case(CASE, moves))
    assert [(each.number, each.what, each.department, each.priority) for each in found] == [
        (0, "offered", "billing", "high"),
        (1, "accepted", None, None),
        (2, "corrected", None, "urgent"),
        (3, "handed_over", "technical", None),
        (4, "accepted", None, None),
        (6, "answered", None, None),  # the fifth is shown by the event that it names
        (7, "closed", None, None),
    ]
    assert {each.case for each in found} == {"esc_1"}
    assert not any(each.aside for each in found)


def test_an_event_of_another_conversation_shows_this_one_no_answer_so_the_move_does() -> None:
    there = {"identity": CASE.identity, "channel": "x_dm"}
    (_, found) = of_case(CASE, [move(1, "answered", "mon 09:20", evidence="event#2", answered_in=there)])
    assert (found.what, found.at) == ("answered", at("mon 09:20"))


def test_what_is_taken_for_closed_by_ourselves_was_closed_by_nobody() -> None:
    lena = Agent(subject="lena", department="billing")
    ours, theirs = (move(1, "closed", "mon 09:30", by=by) for by in (BY_OURSELVES, lena))
    assert [each.only_taken for each in (*of_case(CASE, [ours]), *of_case(CASE, [theirs]))] == [
        *(False, True),
        *(False, False),
    ]


def test_what_it_was_offered_as_at_first_is_read_off_where_it_stands_now() -> None:
    first = {"department": "care", "priority": "normal", "offered_at": at("mon 08:00"), "accept_by": at("mon 09:00")}
    moved = CASE.model_copy(update={"first": Offer.model_validate(first)})
    (offer,) = of_case(moved, [])
    assert (offer.department, offer.priority, offer.at) == ("care", "normal", at("mon 08:00"))


def test_a_reminder_of_a_promise_is_not_about_the_conversation() -> None:
    reminder = CASE.model_copy(update={"commitment_id": "com_1"})
    assert all(each.aside for each in of_case(reminder, [move(1, "accepted", "mon 09:05")]))


def test_an_event_a_case_and_its_moves_make_clocks() -> None:
    asked = of_event(message("me habéis cobrado dos veces"), priority="high")
    answered = of_event(
        message("ya está", direction="outbound", external_id="wamid.2", occurred_at=at("mon 09:40")), screen="native"
    )
    assert asked is not None
    assert answered is not None
    case = of_case(CASE, [move(1, "accepted", "mon 09:05"), move(2, "closed", "mon 09:45")])
    limits = within({"first_answer": 60, "accept": 30, "resolve": 90})
    found = clocks([asked, answered, *case], limits, lambda _: NINE_TO_FIVE, at("tue 09:00"))
    assert [(clock.kind, clock.stopped_at, clock.priority, clock.department, clock.ended) for clock in found] == [
        ("first_answer", at("mon 09:40"), "high", "billing", "answered"),
        ("resolve", at("mon 09:45"), "high", "billing", "closed"),
        ("accept", at("mon 09:05"), "high", "billing", "accepted"),
    ]
