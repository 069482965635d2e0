"""What becomes of cases when the customer is answered, in our own words or elsewhere, or says that it is solved."""

from dataclasses import replace
from typing import Any

import pytest

from shared.casework.cases import ASKS_ON, Doing
from shared.casework.steps import OURSELVES, Agent, LinkDecision, ReplyAsked, ReplyMove, Step, reply_id
from shared.escalation import Due, Escalation, answer_by
from shared.models import Call, Message, PersonalEvent, Receipt
from shared.playbook import Playbook
from shared.projection import replies
from shared.projection.answering import BY_PHONE, ELSEWHERE, SOLVED
from shared.projection.conversation import Conversation
from shared.projection.links import members
from shared.store import journal, keys, steps
from shared.store.playbooks import publish
from tests import counter
from tests.conftest import NOW
from tests.services.watch.meddling import just_before
from tests.shared.repair.house import COMPLAINT, PLAYBOOK, House, said

ANA = "counter:shop:ana"
AGENT, WE = Agent(subject="colleague-1", department="billing"), Agent(subject=OURSELVES)


@pytest.fixture
def house() -> House:
    """She has complained, in the first minute of the hour, and it is offered to billing."""
    made = House()
    made.take(said(1, COMPLAINT))
    assert case(made).state == "offered"
    return made


def case(house: House, number: int = 0) -> Escalation:
    found = [item for key, item in house.items().items() if key.sk.startswith(keys.ESCALATION_PREFIX)]
    cases = sorted(
        (Escalation.model_validate_json(item["state"]["S"]) for item in found), key=lambda each: each.event_key
    )
    return cases[number]


def do(house: House, act: Any, minute: int, **more: Any) -> None:
    doing = Doing(act, NOW.replace(minute=minute), AGENT, **more)
    house.projector().cases.do(ANA, case(house).id, doing, step_id=f"stp_{act}")
    house.settle()


def ours(number: int, text: str = "Ya lo hemos arreglado.", **more: Any) -> Message:
    return said(number, text, direction="outbound", **more)


def asked(minute: int = 5, **more: Any) -> ReplyAsked:
    where = {"channel": "counter", "account": "shop", "text": "Ya lo hemos arreglado."}
    return ReplyAsked(id="stp_a", identity=ANA, at=NOW.replace(minute=minute), by=AGENT, **where | more)


def moved(number: int, act: Any, **more: Any) -> ReplyMove:
    at = NOW.replace(minute=5 + number)
    return ReplyMove(
        id=f"stp_a{number}", identity=ANA, at=at, by=WE, reply_id=reply_id(asked()), number=number, act=act, **more
    )


def taken(house: House, *things: Step | PersonalEvent) -> None:
    for thing in things:
        if isinstance(thing, Message | Receipt | Call):
            delivery = replace(counter.delivery(), received_at=NOW.replace(minute=40))
            house.table.insert(journal.expanded_item(delivery, thing))
            house.settle()
        else:
            assert isinstance(thing, ReplyAsked | ReplyMove)
            house.alone(thing)


# ---------------------------------------------------------------------------------------------------------- elsewhere


def test_what_nobody_has_accepted_is_taken_back_when_she_is_answered_in_the_platforms_own_app(house: House) -> None:
    house.take(ours(9))
    found = case(house)
    assert found.state == "withdrawn"
    assert found.last is not None
    assert (found.last.by, found.last.why, found.last.evidence) == (WE, ELSEWHERE, keys.event(ours(9)).sk)


def test_what_somebody_has_accepted_is_answered_by_it(house: House) -> None:
    do(house, "accepted", 3)
    house.take(ours(9))
    found = case(house)
    assert (found.state, found.answered_at) == ("answered", NOW)
    assert found.last is not None
    assert found.last.evidence == keys.event(ours(9)).sk


def test_what_was_said_before_she_asked_or_before_it_was_accepted_answers_nothing(house: House) -> None:
    house.take(ours(0))
    assert case(house).state == "offered"
    do(house, "accepted", 20)
    house.take(ours(9))
    assert case(house).state == "accepted"


def test_what_is_said_in_another_conversation_answers_nothing(house: House) -> None:
    house.take(ours(9, thread="another"))
    assert case(house).state == "offered"


def test_what_was_handed_on_after_she_was_answered_stays_with_whom_it_was_handed_to(house: House) -> None:
    do(house, "handed_over", 12, to="technical")
    house.take(ours(9))
    assert (case(house).state, case(house).department) == ("offered", "technical")
    house.take(ours(15))
    assert case(house).state == "withdrawn"


def test_what_comes_late_is_seen_to_have_been_answered(house: House) -> None:
    house.take(ours(9))
    house.take(said(4, "Y me han cobrado la factura otra vez"))
    assert [case(house, number).state for number in (0, 1)] == ["withdrawn", "withdrawn"]
    house.take(said(12, "Y me han cobrado la factura dos veces más"))
    assert case(house, 2).state == "offered"


# ------------------------------------------------------------------------------------------------------- on the phone


def call(number: int, status: str, direction: str = "outbound", **more: Any) -> Call:
    plain = said(number).model_dump(include={"external_id", "occurred_at", "identity", "account", "channel", "thread"})
    return Call.model_validate(plain | {"direction": direction, "status": status} | more)


@pytest.mark.parametrize("direction", ["outbound", "inbound"])
def test_who_is_spoken_to_on_the_phone_is_answered(house: House, direction: str) -> None:
    taken(house, call(9, "completed", direction))
    found = case(house)
    assert found.last is not None
    assert (found.state, found.last.why, found.last.evidence) == ("withdrawn", BY_PHONE, keys.event(said(9)).sk)
    assert waiting(house) is None


def test_a_call_answers_what_somebody_has_accepted_whichever_of_the_two_is_heard_of_first() -> None:
    house = House()
    taken(house, call(9, "answered"))
    house.take(said(1, COMPLAINT))
    assert case(house).state == "withdrawn"
    other = House()
    other.take(said(1, COMPLAINT))
    do(other, "accepted", 3)
    taken(other, call(9, "answered"), call(9, "completed", external_id="9-ends"))
    assert (case(other).state, case(other).number) == ("answered", 2)


@pytest.mark.parametrize(
    "nobody", [call(9, "missed"), call(9, "ringing"), call(9, "completed", by_machine=True), call(9, "rejected")]
)
def test_a_call_in_which_nobody_was_spoken_to_answers_nothing(house: House, nobody: Call) -> None:
    taken(house, nobody)
    assert case(house).state == "offered"


# ----------------------------------------------------------------------------------------------------- what comes after

ON = "Sigue sin devolverse"


def ways_to_answer(house: House, way: str) -> None:
    """Answer her in the ninth minute: at the desk, in the platform's own app, or by a reply of ours."""
    match way:
        case "desk":
            do(house, "answered", 9)
        case "elsewhere":
            taken(house, ours(9))
        case "reply":
            sent = moved(2, "sent", external_id="m-1", sent_at=NOW.replace(minute=9))
            taken(house, asked(escalation_id=case(house).id), moved(1, "attempted"), sent)
            house.settle()


@pytest.mark.parametrize("way", ["elsewhere", "reply"])
@pytest.mark.parametrize("late", [False, True])
def test_who_asks_on_after_the_answer_has_the_case_taken_up_again_whichever_is_heard_of_first(
    house: House, way: str, late: bool
) -> None:
    do(house, "accepted", 3)
    if not late:
        ways_to_answer(house, way)
        assert case(house).state == "answered"
    house.take(said(20, ON))
    if late:
        assert case(house).state == "accepted"
        ways_to_answer(house, way)
    for _ in range(2):  # and once more is no more
        found = case(house)
        assert (found.state, found.number, found.department, found.held_by) == ("accepted", 3, "billing", AGENT)
        assert found.last is not None
        assert (found.last.act, found.last.by, found.last.why) == ("reopened", WE, ASKS_ON)
        assert found.last.evidence == keys.event(said(20)).sk
        assert found.next_by == answer_by(PLAYBOOK, Due("billing", found.priority, found.channel, found.group), NOW)
        assert found.answered_at is None
        for item in house.items().values():
            if item["sk"]["S"].startswith((keys.STEP_PREFIX, keys.EVENT_PREFIX)):
                house.projector().project([item])


@pytest.mark.parametrize("late", [False, True])
def test_what_was_answered_where_we_hear_nothing_is_not_looked_for_with_every_message(house: House, late: bool) -> None:
    """She is listed as waiting all the same, and the watch looks before it closes the case."""
    do(house, "accepted", 3)
    if not late:
        ways_to_answer(house, "desk")
    house.take(said(20, ON))
    if late:
        ways_to_answer(house, "desk")
    assert case(house).state == "answered"
    assert waiting(house) is not None


def test_its_department_has_it_on_its_queue_once_more_with_what_she_asks(house: House) -> None:
    do(house, "accepted", 3)
    ways_to_answer(house, "elsewhere")
    house.take(said(20, ON))
    first, second = house.handed("billing")
    assert (first["offer"], second["offer"]) == (0, 3)
    assert second["message"]["text"] == ON
    assert second["reasons"][0] == {
        "code": "reopened",
        "text": f"It was answered, and the customer waits again (billing). {ASKS_ON}",
        "evidence": None,
    }
    assert second["evidence"] == [keys.event(said(1)).sk, keys.event(said(20)).sk]


def test_it_is_answered_and_asked_on_about_again_and_again(house: House) -> None:
    do(house, "accepted", 3)
    taken(house, ours(9))
    house.take(said(12, ON))
    taken(house, ours(15))
    assert case(house).state == "answered"
    house.take(said(20, ON))
    assert (case(house).state, case(house).number) == ("accepted", 5)


@pytest.mark.parametrize(
    "after",
    [
        said(20, "Muchas gracias"),
        said(20, "Ya está solucionado, gracias"),
        said(20, ON, thread="another"),
        said(8, ON),
        said(9, ON, external_id="at once"),
    ],
)
def test_what_asks_nothing_or_asked_before_leaves_it_answered(house: House, after: Message) -> None:
    do(house, "accepted", 3)
    ways_to_answer(house, "desk")
    house.take(after)
    assert case(house).state == "answered"


def test_what_she_asked_and_was_answered_in_the_meantime_takes_nothing_up_again(house: House) -> None:
    do(house, "accepted", 3)
    taken(house, ours(9), ours(15))
    house.take(said(12, ON))
    assert (case(house).state, case(house).number) == ("answered", 2)
    assert waiting(house) is None


def test_a_missed_call_asks_on_as_well(house: House) -> None:
    do(house, "accepted", 3)
    ways_to_answer(house, "elsewhere")
    taken(house, call(20, "missed", "inbound"))
    assert case(house).state == "accepted"


def test_what_a_department_had_that_the_playbook_has_no_more_is_offered_to_the_default_one(house: House) -> None:
    do(house, "accepted", 3)
    ways_to_answer(house, "elsewhere")
    left = [each.model_dump() for each in PLAYBOOK.departments if each.name != "billing"]
    publish(house.table, Playbook.model_validate(PLAYBOOK.model_dump() | {"version": 99, "departments": left}))
    house.take(said(20, ON))
    found = case(house)
    assert (found.state, found.department) == ("offered", PLAYBOOK.default_department)
    (told,) = house.handed(PLAYBOOK.default_department)
    assert told["message"]["text"] == ON


def test_somebody_may_do_something_with_it_at_the_moment_at_which_she_asks_on(house: House) -> None:
    do(house, "accepted", 3)
    ways_to_answer(house, "elsewhere")
    key = keys.event(said(20))
    house.table.insert(journal.expanded_item(counter.delivery(), said(20, ON)))
    item = house.table.get(key)
    assert item is not None

    def corrects() -> None:
        house.projector().cases.do(ANA, case(house).id, Doing("corrected", NOW, AGENT, priority="low"))

    with just_before(house.cloud, journals_a_move, corrects):
        house.projector().project([item])
    house.settle()
    found = case(house)
    assert (found.state, found.number, found.priority) == ("accepted", 4, "low")


def journals_a_move(operation: str, arguments: Any) -> bool:
    return operation == "PutItem" and arguments["Item"]["sk"]["S"].startswith(f"{keys.STEP_PREFIX}esc_")


# ------------------------------------------------------------------------------------------------- what else is open


def test_a_hand_off_names_what_is_open_on_all_identities_of_the_customer(house: House) -> None:
    house.take(said(2, COMPLAINT, person="bea"))
    house.take(said(3, COMPLAINT, person="somebody else"))
    bea = "counter:shop:bea"
    house.alone(
        LinkDecision(id="stp_l", identity=ANA, at=NOW, by=AGENT, decision="linked", pairs=((ANA, bea),), why="Lo dijo.")
    )
    house.settle()
    do(house, "handed_over", 5, to="technical")
    (told,) = house.handed("technical")
    others = [
        Escalation.model_validate_json(item["state"]["S"]) for item in house.items().values() if _is_of(item, bea)
    ]
    assert [other["id"] for other in told["others"]] == [other.id for other in others]
    assert len(others) == 1


def _is_of(item: Any, identity: str) -> bool:
    return str(item["sk"]["S"]).startswith(keys.ESCALATION_PREFIX) and item["pk"] == {"S": keys.identity(identity)}


# ------------------------------------------------------------------------------------------------------------- solved


def test_what_she_says_is_solved_is_taken_back_unless_somebody_has_it(house: House) -> None:
    house.take(said(9, "Ya está solucionado, gracias"))
    found = case(house)
    assert found.state == "withdrawn"
    assert found.last is not None
    assert (found.last.why, found.last.evidence) == (SOLVED, keys.event(said(9)).sk)


@pytest.mark.parametrize("text", ["No está solucionado", "¿Está solucionado?", "Gracias"])
def test_what_she_does_not_call_solved_stays(house: House, text: str) -> None:
    house.take(said(9, text))
    assert case(house).state == "offered"


def test_what_somebody_has_accepted_is_theirs_to_close_and_they_are_told(house: House) -> None:
    do(house, "accepted", 3)
    due = case(house).next_by
    for _ in range(2):
        taken(house, said(9, "Ya está solucionado, gracias"))
        found = case(house)
        assert (found.state, found.number, found.next_by) == ("accepted", 2, due)
        assert found.solved_event_key == keys.event(said(9)).sk
        assert found.last is not None
        assert (found.last.act, found.last.by, found.last.why) == ("said_solved", WE, SOLVED)
        house.projector().project([item for key, item in house.items().items() if key.sk.startswith("event#")])


def test_nobody_is_told_that_it_is_solved_once_she_has_asked_on_after_that(house: House) -> None:
    do(house, "accepted", 3)
    house.take(said(12, ON))
    house.take(said(9, "Ya está solucionado, gracias"))
    assert (case(house).number, case(house).solved_event_key) == (1, None)


def test_a_complaint_that_comes_after_the_word_that_it_is_solved_is_none_any_more() -> None:
    house = House()
    house.take(said(9, "Ya está solucionado, gracias"))
    house.take(said(1, COMPLAINT))
    assert case(house).state == "withdrawn"


# -------------------------------------------------------------------------------------------------------- our replies


def test_a_reply_answers_the_case_that_it_names_once_it_is_sent(house: House) -> None:
    do(house, "accepted", 3)
    named = asked(escalation_id=case(house).id)
    taken(house, named, moved(1, "attempted"))
    assert case(house).state == "accepted"
    taken(house, moved(2, "sent", external_id="m-1", sent_at=NOW.replace(minute=7)))
    found = case(house)
    assert found.state == "answered"
    assert found.last is not None
    assert (found.last.by, found.last.at) == (AGENT, NOW.replace(minute=7))
    number = found.number
    for item in [item for key, item in house.items().items() if key.sk.startswith(keys.STEP_PREFIX)]:
        house.projector().project([item])
    assert case(house).number == number


@pytest.mark.parametrize("act", ["refused", "unknown", "later", "given_up"])
def test_what_was_not_sent_answers_nothing(house: House, act: str) -> None:
    do(house, "accepted", 3)
    taken(house, asked(escalation_id=case(house).id), moved(1, "attempted"), moved(2, act))
    assert case(house).state == "accepted"


def test_a_reply_answers_no_case_that_was_accepted_only_after_it_was_written(house: House) -> None:
    do(house, "accepted", 6)
    taken(house, asked(escalation_id=case(house).id), moved(1, "attempted"), moved(2, "sent", external_id="m-1"))
    assert case(house).state == "accepted"


def test_a_reply_takes_no_case_from_whom_it_was_handed_to_meanwhile(house: House) -> None:
    do(house, "accepted", 3)
    taken(house, asked(escalation_id=case(house).id), moved(1, "attempted"))
    do(house, "handed_over", 6, to="technical")
    taken(house, moved(2, "sent", external_id="m-1"))
    assert (case(house).state, case(house).department) == ("offered", "technical")


def test_a_reply_whose_answer_was_lost_answers_its_case_when_its_echo_comes(house: House) -> None:
    do(house, "accepted", 3)
    taken(house, asked(escalation_id=case(house).id), moved(1, "attempted"), moved(2, "unknown"))
    taken(house, ours(9, reply_id=reply_id(asked())))
    assert case(house).state == "answered"


def test_the_echo_of_our_own_reply_is_no_answer_from_elsewhere(house: House) -> None:
    taken(house, asked(), moved(1, "attempted"), moved(2, "sent", external_id="9"), ours(9))
    assert case(house).state == "offered"


@pytest.mark.parametrize("automatic", [False, True])
def test_what_may_be_the_echo_of_a_reply_on_its_way_is_waited_for(house: House, automatic: bool) -> None:
    taken(house, asked(automatic=automatic), moved(1, "attempted"), ours(9))
    assert case(house).state == "offered"
    taken(house, moved(2, "sent", external_id="9"))
    assert case(house).state == "offered"
    assert (waiting(house) is None) is not automatic


@pytest.mark.parametrize("act", ["refused", "later", "not_there"])
def test_what_turns_out_to_be_no_echo_is_an_answer_from_elsewhere(house: House, act: str) -> None:
    taken(house, asked(automatic=True), moved(1, "attempted"), ours(9))
    assert waiting(house) is not None
    taken(house, moved(2, act))
    assert case(house).state == "withdrawn"
    assert waiting(house) is None


def test_of_two_things_said_while_a_reply_was_on_its_way_one_is_it_and_the_other_an_answer(house: House) -> None:
    taken(house, asked(), moved(1, "attempted"), ours(9), ours(10, "Soy Luis, de la tienda."))
    assert case(house).state == "offered"
    taken(house, moved(2, "sent", external_id="9"))
    found = case(house)
    assert found.state == "withdrawn"
    assert found.last is not None
    assert found.last.evidence == keys.event(ours(10)).sk


def waiting(house: House) -> Any:
    item = house.items()[keys.conversation(said(1))]
    return Conversation.model_validate_json(item["state"]["S"]).waiting_since


# ---------------------------------------------------------------------------------------------------------- in private

PRIVATE = "counter:shop:ana-in-private"


def test_a_private_answer_joins_the_two_addresses_of_one_customer(house: House) -> None:
    sent = moved(2, "sent", external_id="p-1", address=PRIVATE)
    taken(house, asked(privately=True), moved(1, "attempted"), sent)
    house.settle()
    (decision,) = [step for step in _steps(house) if isinstance(step, LinkDecision)]
    assert (decision.decision, decision.pairs, decision.by) == ("linked", ((ANA, PRIVATE),), WE)
    house.take(said(8, "¡Gracias!", person="ana-in-private"))
    assert members(house.items()[keys.members(PRIVATE)]) == [ANA, PRIVATE]
    house.projector().take(sent)
    assert len([step for step in _steps(house) if isinstance(step, LinkDecision)]) == 1


def test_the_echo_and_the_receipts_of_a_private_answer_find_it_under_its_other_address(house: House) -> None:
    taken(house, asked(privately=True), moved(1, "attempted"))
    there = {"identity": PRIVATE, "account": "shop", "channel": "counter", "occurred_at": NOW.replace(minute=9)}
    house.take(
        Message.model_validate(there | {"external_id": "p-1", "direction": "outbound", "reply_id": reply_id(asked())})
    )
    head = replies.read(house.table, ANA, reply_id(asked()))
    assert head is not None
    assert (head.state, head.external_id) == ("sent", "p-1")
    taken(house, moved(2, "sent", external_id="p-1", address=PRIVATE))
    house.take(Receipt.model_validate(there | {"external_id": "r-1", "target": "p-1", "status": "delivered"}))
    later = there | {"occurred_at": NOW.replace(minute=30)}
    house.take(Receipt.model_validate(later | {"external_id": "r-2", "status": "read"}))
    head = replies.read(house.table, ANA, reply_id(asked()))
    assert head is not None
    assert head.state == "read"
    assert house.reproject("ana", "ana-in-private", do=False) == []


def test_a_private_answer_of_which_its_other_address_alone_is_told_stays_an_answer(house: House) -> None:
    house.take(said(1, "¿Hasta cuándo abren?"))
    taken(house, asked(privately=True), moved(1, "attempted"))
    there = {"identity": PRIVATE, "account": "shop", "channel": "counter", "occurred_at": NOW.replace(minute=9)}
    own = reply_id(asked())
    house.take(Message.model_validate(there | {"external_id": "p-1", "direction": "outbound", "reply_id": own}))
    assert house.reproject("ana", "ana-in-private", do=False) == []


def _steps(house: House) -> list[Step]:
    return [steps.read(item) for key, item in house.items().items() if key.sk.startswith(keys.STEP_PREFIX)]
