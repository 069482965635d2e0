"""A case that was answered in another conversation than its own goes on there: in private, or on another channel."""

from itertools import permutations
from typing import Any

import pytest

from shared.casework.cases import ASKS_ON
from shared.casework.steps import Talk
from shared.escalation import Escalation
from shared.models import Message
from shared.projection.answering import ELSEWHERE
from shared.store import keys
from tests.conftest import NOW
from tests.shared.projection.test_answering import ANA, PRIVATE, WE, asked, case, do, moved, taken
from tests.shared.repair.house import COMPLAINT, House, said

ON = "¿Y cuándo me devuelven el dinero de la factura?"
PLACES = pytest.mark.parametrize("address", [None, PRIVATE], ids=["same address", "address of its own"])
"""X knows a person in private by the same id, Meta by another one."""


@pytest.fixture
def house() -> House:
    """She has complained in public, in the first minute of the hour, and billing has accepted it."""
    made = House()
    made.take(said(1, COMPLAINT, visibility="public", thread="post"))
    do(made, "accepted", 3)
    return made


def there(number: int, text: str, address: str | None, **more: Any) -> Message:
    """Return something said in private."""
    person = (address or ANA).rpartition(":")[2]
    return said(number, text, person=person, thread="private", **more)


def echo(address: str | None) -> Message:
    return there(9, "Ya lo hemos arreglado.", address, direction="outbound", external_id="p-1")


def answer(house: House, address: str | None) -> None:
    """Answer her in private, and let the platform tell of it."""
    sent = moved(2, "sent", external_id="p-1", sent_at=NOW.replace(minute=9), address=address, **READ_IN)
    taken(house, asked(privately=True, thread="post", escalation_id=case(house).id), moved(1, "attempted"), sent)
    house.settle()
    house.take(echo(address))
    assert (case(house).state, case(house).answered_in) == ("answered", talk(address))


READ_IN = {"channel": "counter", "thread": "private"}


def talk(address: str | None) -> Talk:
    return Talk(identity=address or ANA, channel="counter", thread="private")


def was_taken_up(found: Escalation, question: Message) -> bool:
    last = found.last
    own = None if question.identity == ANA else question.identity
    return (
        found.state == "accepted"
        and last is not None
        and (last.act, last.by, last.why) == ("reopened", WE, ASKS_ON)
        and (last.evidence, last.evidence_of) == (keys.event(question).sk, own)
    )


@PLACES
def test_what_she_asks_in_private_takes_the_case_up_again(house: House, address: str | None) -> None:
    answer(house, address)
    question = there(20, ON, address)
    house.take(question)
    assert was_taken_up(case(house), question)


@PLACES
def test_its_department_is_told_what_she_asks_in_private_and_where(house: House, address: str | None) -> None:
    answer(house, address)
    question = there(20, ON, address)
    house.take(question)
    *_, told = house.handed("billing")
    assert (told["message"]["text"], told["conversation"]["thread"]) == (ON, "private")
    own = [] if address else [keys.event(question).sk]
    assert told["evidence"] == [case(house).event_key, *own], "keys are within the partition of the case's identity"


@PLACES
def test_what_she_asks_in_public_takes_it_up_as_before(house: House, address: str | None) -> None:
    answer(house, address)
    question = said(20, ON, visibility="public", thread="post")
    house.take(question)
    assert was_taken_up(case(house), question)


@PLACES
def test_whoever_answers_in_private_in_the_platforms_own_app_answers_the_case(
    house: House, address: str | None
) -> None:
    answer(house, address)
    house.take(there(20, ON, address))
    taken(house, there(30, "Mañana.", address, direction="outbound"))
    found = case(house)
    assert found.last is not None
    assert (found.state, found.last.why, found.answered_in) == ("answered", ELSEWHERE, talk(address))
    assert found.last.evidence_of == address
    again = there(40, ON, address)
    house.take(again)
    assert was_taken_up(case(house), again)


@PLACES
def test_thanks_in_private_leave_it_answered(house: House, address: str | None) -> None:
    answer(house, address)
    house.take(there(20, "¡Gracias!", address))
    assert case(house).state == "answered"


@PLACES
def test_that_it_is_solved_may_be_said_in_private(house: House, address: str | None) -> None:
    answer(house, address)
    house.take(there(20, ON, address))
    solved = there(30, "Ya está solucionado, gracias", address)
    house.take(solved)
    found = case(house)
    assert found.last is not None
    assert (found.state, found.last.act, found.last.evidence_of) == ("accepted", "said_solved", address)


@PLACES
def test_another_of_her_conversations_is_about_another_thing(house: House, address: str | None) -> None:
    answer(house, address)
    house.take(said(20, ON, person=(address or ANA).rpartition(":")[2], thread="something else"))
    assert case(house).state == "answered"


@PLACES
@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_whatever_is_heard_of_first_it_is_taken_up_once(house: House, address: str | None, order: Any) -> None:
    """The answer's own move, its echo and the question; the watch looks once more before it takes a case for closed."""
    taken(house, asked(privately=True, thread="post", escalation_id=case(house).id), moved(1, "attempted"))
    sent = moved(2, "sent", external_id="p-1", sent_at=NOW.replace(minute=9), address=address, **READ_IN)
    question = there(20, ON, address)
    things = (sent, echo(address), question)
    for place in order:
        taken(house, things[place])
        house.settle()
    found = case(house)
    house.projector().answering.take_up(found.identity, found.id)
    assert was_taken_up(case(house), question)
    number = case(house).number
    for item in house.items().values():
        house.projector().project([item])
    assert case(house).number == number
    assert house.reproject("ana", "ana-in-private", do=False) == []
