"""A case that was answered in another conversation than its own goes on there: in private, or on another channel."""

from itertools import permutations
from typing import Any

import pytest

from shared.casework.cases import ASKS_ON
from shared.casework.steps import LinkDecision, Talk, pair, reply_id
from shared.escalation import Escalation
from shared.models import Message
from shared.projection.answering import ELSEWHERE
from shared.projection.conversation import Conversation
from shared.projection.going_on import goes_on
from shared.store import keys
from tests.conftest import NOW
from tests.shared.projection.test_answering import AGENT, ANA, PRIVATE, WE, asked, case, do, moved, taken
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


def test_where_it_was_said_is_known_by_the_echo_as_well_whichever_comes_first(house: House) -> None:
    """Messenger gives our id back, under the person's private address, and may do so before our own write."""
    own = asked(privately=True, thread="post", escalation_id=case(house).id)
    taken(house, own, moved(1, "attempted"))
    house.take(echo(PRIVATE).model_copy(update={"reply_id": reply_id(own)}))
    assert (case(house).state, case(house).answered_in) == ("answered", talk(PRIVATE))
    taken(house, moved(2, "sent", external_id="p-1", sent_at=NOW.replace(minute=9), address=PRIVATE, **READ_IN))
    house.settle()
    question = there(20, ON, PRIVATE)
    house.take(question)
    assert was_taken_up(case(house), question)


@PLACES
def test_what_she_asks_before_its_echo_comes_takes_it_up_when_that_does(house: House, address: str | None) -> None:
    sent = moved(2, "sent", external_id="p-1", sent_at=NOW.replace(minute=9), address=address, **READ_IN)
    taken(house, asked(privately=True, thread="post", escalation_id=case(house).id), moved(1, "attempted"), sent)
    house.settle()
    question = there(20, ON, address)
    house.take(question)
    house.take(echo(address))
    assert was_taken_up(case(house), question)


@pytest.mark.parametrize("then", ["asks", "is answered", "says that it is solved"])
def test_what_was_said_before_it_was_known_whose_the_address_is_counts_once_it_is(house: House, then: str) -> None:
    own = asked(privately=True, thread="post", escalation_id=case(house).id)
    sent = moved(2, "sent", external_id="p-1", sent_at=NOW.replace(minute=9), address=PRIVATE, **READ_IN)
    taken(house, own, moved(1, "attempted"), sent)  # and what links the two is not projected yet
    question = there(20, ON, PRIVATE)
    later = {
        "asks": [question],
        "is answered": [question, there(30, "Mañana.", PRIVATE, direction="outbound")],
        "says that it is solved": [question, there(30, "Ya está solucionado, gracias", PRIVATE)],
    }[then]
    for message in (echo(PRIVATE), *later):
        house.alone(message)
    assert case(house).state == "answered"
    house.settle()
    found = case(house)
    expected = {"asks": "accepted", "is answered": "answered", "says that it is solved": "accepted"}[then]
    assert found.state == expected
    if then == "says that it is solved":
        assert (found.solved_event_key, found.solved_event_of) == (keys.event(later[1]).sk, PRIVATE)


def test_what_somebody_says_who_was_parted_from_her_is_their_own(house: House) -> None:
    answer(house, PRIVATE)
    word = {"id": "stp_parted", "identity": ANA, "at": NOW.replace(minute=15), "by": AGENT, "decision": "unlinked"}
    house.alone(LinkDecision.model_validate(word | {"pairs": (pair(ANA, PRIVATE),)}))
    house.take(there(20, ON, PRIVATE))
    found = case(house)
    assert found.state == "answered"
    assert not house.projector().answering.take_up(found.identity, found.id), "the watch looks before it is closed"


@PLACES
def test_its_department_is_told_what_she_asks_in_private_and_where(house: House, address: str | None) -> None:
    answer(house, address)
    question = there(20, ON, address)
    house.take(question)
    *_, told = house.handed("billing")
    assert (told["message"]["text"], told["conversation"]["thread"]) == (ON, "private")
    own = [] if address else [keys.event(question).sk]
    assert told["evidence"] == [case(house).event_key, *own], "keys are within the partition of the case's identity"
    assert (told["identity"], told["message_identity"]) == (ANA, address)


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


def _talk_head(**more: Any) -> Conversation:
    plain = {"identity": ANA, "account": "shop", "channel": "counter", "thread": "t", "visibility": "private"}
    return Conversation.model_validate(plain | {"opened_at": NOW, "last_inbound_at": NOW} | more)


PUBLIC, LATER = {"visibility": "public"}, NOW.replace(minute=30)


@pytest.mark.parametrize(
    ("own", "other", "there"),
    [
        (_talk_head(**PUBLIC), None, False),
        (_talk_head(**PUBLIC), _talk_head(last_inbound_at=None), False),
        (_talk_head(**PUBLIC), _talk_head(), True),
        (_talk_head(**PUBLIC), _talk_head(last_inbound_at=LATER), True),
        (_talk_head(**PUBLIC, last_inbound_at=LATER), _talk_head(), False),
        (_talk_head(), _talk_head(**PUBLIC, last_inbound_at=LATER), False),
        (None, _talk_head(), True),
    ],
)
def test_it_goes_on_where_she_spoke_last_and_nothing_private_goes_on_in_public(
    own: Conversation | None, other: Conversation | None, there: bool
) -> None:
    assert goes_on(own, other) is there
