"""What the states of a call come to, in whatever order and however often they are told, and what waits."""

from itertools import permutations
from random import Random

import pytest

from shared.models import Call, Event, Ignored, PersonalEvent, ProfileChange
from shared.platforms.twilio import calls
from shared.projection import conversation
from shared.projection.conversation import Conversation
from tests.shared.platforms.twilio.cases import SAMPLES, events, form


def personal(body: bytes) -> PersonalEvent:
    (event,) = events(body)
    assert not isinstance(event, Ignored)
    return event


def head(*told: Event) -> Conversation | None:
    found: Conversation | None = None
    for event in told:
        assert not isinstance(event, Ignored)
        found = conversation.fold(found, event, lambda _: None)
    return found


STORIES = {
    "taken by a colleague": (("call_ringing", "call_in_progress", "dial_completed", "call_completed"), False),
    "nobody took it": (("call_ringing", "call_in_progress", "dial_missed", "call_completed"), True),
    "nobody took it, busy at the next": (("call_in_progress", "dial_missed", "dial_busy", "call_completed"), True),
    "hung up before": (("call_ringing", "call_hung_up"), True),
    "a menu alone": (("call_ringing", "call_in_progress", "call_completed"), False),
    "our call was taken": (("call_outbound_ringing", "call_outbound_answered", "call_outbound_completed"), False),
    "our call was taken by a machine": (("call_outbound_ringing", "call_outbound_to_a_machine"), False),
    "hung up in the queue": (("call_ringing", "call_in_progress", "queue_hung_up", "call_completed"), True),
    "put through by the queue": (("call_ringing", "call_in_progress", "queue_bridged", "call_completed"), False),
    "put through, and passed on": (("call_in_progress", "queue_transferred", "call_completed"), False),
    "left the queue": (("call_in_progress", "queue_left", "call_completed"), True),
    "the queue was full": (("call_in_progress", "queue_full", "call_completed"), True),
    "the queue broke": (("call_in_progress", "queue_error", "call_completed"), True),
    "moved out of the queue": (("call_in_progress", "queue_redirected", "queue_bridging", "call_completed"), False),
    "moved out of the queue, nobody took it": (("queue_redirected", "dial_missed", "call_completed"), True),
    "spoke to the machine": (("call_missed", "voicemail", "transcript"), True),
}


@pytest.mark.parametrize("story", STORIES)
def test_a_calls_states_come_to_the_same_in_any_order_and_number(story: str) -> None:
    names, waits = STORIES[story]
    told = [personal(form(name, CallSid="CA1")) for name in names]
    orders = [*permutations(told), *permutations([*told, told[-1]], len(told) + 1)]
    heads = [head(*order) for order in Random(1).sample(orders, min(len(orders), 60))]
    assert all(found == heads[0] for found in heads)
    assert bool(heads[0] and heads[0].waiting_since) is waits


def test_a_missed_call_still_waits_when_the_menus_end_is_told_after_it() -> None:
    """Of a call that nobody takes, Twilio says `completed` all the same: its own TwiML took it."""
    missed = personal(form("dial_missed"))
    ended = personal(form("call_completed", Timestamp="Mon, 21 Sep 2026 16:00:00 +0000"))
    assert ended.occurred_at > missed.occurred_at
    found = head(missed, ended)
    assert found
    assert found.waiting_since == missed.occurred_at
    assert found.last_call
    assert found.last_call.status == "missed"


def test_whoever_hung_up_in_the_queue_waits_though_the_call_is_told_as_completed_after_it() -> None:
    given_up = personal(form("queue_hung_up"))
    ended = personal(form("call_completed", Timestamp="Mon, 21 Sep 2026 16:00:00 +0000"))
    for order in ((given_up, ended), (ended, given_up)):
        found = head(*order)
        assert found
        assert found.waiting_since == given_up.occurred_at
        assert found.last_call
        assert found.last_call.status == "missed"
    assert isinstance(given_up, Call)
    assert given_up.waited == 214


def test_every_result_of_a_queue_that_twilio_documents_is_decided() -> None:
    assert calls.QUEUED.keys() == {
        *("bridged", "bridging-in-process", "redirected-from-bridged"),
        *("hangup", "leave", "redirected", "queue-full", "error", "system-error"),
    }


def test_calling_back_answers_a_missed_call_unless_a_machine_takes_it() -> None:
    missed = personal(form("call_missed"))
    later = {"Timestamp": "Mon, 21 Sep 2026 16:00:00 +0000"}
    spoke = personal(form("call_outbound_completed", **later))
    to_a_machine = personal(form("call_outbound_to_a_machine", **later))
    by_a_person, by_a_machine = head(missed, spoke), head(missed, to_a_machine)
    assert by_a_person
    assert by_a_person.waiting_since is None
    assert by_a_machine
    assert by_a_machine.waiting_since == missed.occurred_at


def test_a_keyword_waits_for_no_answer_and_a_call_for_help_does() -> None:
    assert head(personal(form("opt_out"))) is None
    assert isinstance(personal(form("opt_in")), ProfileChange)
    found = head(personal(form("help")))
    assert found
    assert found.waiting_since


def test_each_state_of_a_call_has_a_key_of_its_own() -> None:
    told = [
        personal(form(name))
        for name in SAMPLES
        if name.startswith(("call_", "dial_", "queue_")) and name != "call_of_a_device"
    ]
    names = [(event.identity, event.external_id) for event in told if isinstance(event, Call) and event.dated]
    assert len(names) == len(set(names)) > 10
