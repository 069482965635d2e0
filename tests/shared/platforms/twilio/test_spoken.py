"""What is said in calls: recordings and words, whose call it is, and that they change nothing of how it went."""

from datetime import UTC, datetime
from itertools import permutations

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.media.copies import attached
from shared.models import Call, Event, Ignored, Message
from shared.platforms.twilio.spoken import NAMELESS, NO_WORDS
from shared.projection import conversation
from tests.shared.platforms.twilio.cases import (
    ANA,
    API,
    CLAIMED,
    NO_QUERY,
    OURS,
    RECEIVED,
    WHOSE,
    call,
    events,
    form,
    left,
    sid,
)

OURSELVES = {"From": OURS, "To": ANA, "Direction": "outbound-api"}
GT = "GT1b4c00000000000000000000000000d3"
SAID = "Buenos días, me han cobrado dos veces."


def one(name: str, query: dict[str, str] = WHOSE, **changed: str) -> Event:
    (event,) = events(form(name, **changed), query=query)
    return event


def part(name: str, query: dict[str, str] = WHOSE, **changed: str) -> Call:
    event = one(name, query, **changed)
    assert isinstance(event, Call)
    return event


def words(text: str) -> str:
    return orjson.dumps({"transcript": text, "confidence": 0.9}).decode()


# ---------------------------------------------------------------------------------------------------------- recordings


def test_a_recording_of_a_talk_is_a_part_of_the_call_that_the_url_names() -> None:
    assert one("recording_of_a_talk") == call(
        "b1",
        f"recording:{sid('RE', 'c3')}",
        "completed",
        by_machine=True,
        recording=f"{API}/Recordings/{sid('RE', 'c3')}",
        occurred_at=datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC),
        dated=True,
    )
    assert [each.url for each in attached(part("recording_of_a_talk"))] == [f"{API}/Recordings/{sid('RE', 'c3')}"]


def test_a_recording_without_its_time_is_dated_by_our_door() -> None:
    event = part("recording_of_a_talk", RecordingStartTime="")
    assert (event.occurred_at, event.dated) == (RECEIVED, False)


def test_what_was_left_on_the_machine_is_the_same_message_by_the_verb_and_by_the_callback() -> None:
    assert one("recording") == left("c2", sid("RE", "c2"))
    assert isinstance(one("recording"), Message)
    assert events(form("voicemail")) == [one("recording")]


# --------------------------------------------------------------------------------------------------------------- words


def test_each_final_utterance_is_a_part_of_its_call_with_who_said_it() -> None:
    assert one("words") == call(
        "b2",
        f"said:{GT}:3",
        "answered",
        by_machine=True,
        transcript=SAID,
        speaker="customer",
        occurred_at=datetime(2026, 9, 21, 14, 13, 21, 456_000, tzinfo=UTC),
        dated=True,
    )
    assert part("words", Track="outbound_track").speaker == "company"
    assert part("words", OURSELVES).speaker == "customer", "Twilio hears them, whoever called"


def test_an_utterance_that_is_not_final_is_not_told() -> None:
    for said in ("false", ""):
        assert isinstance(one("words", Final=said), Ignored)


@pytest.mark.parametrize("data", ["", "no JSON", "{}", "[]", "7", '{"transcript": 7}', '{"transcript": null}'])
def test_words_that_cannot_be_read_stay_visible_and_are_in_no_error(data: str) -> None:
    with pytest.raises(UnreadableDelivery, match=r"^twilio transcription.transcription-content: \w+( at \w+)?$"):
        one("words", TranscriptionData=data)
    with pytest.raises(UnreadableDelivery):
        one("words", Track="middle_track")


def test_nothing_said_is_nothing() -> None:
    for text in ("", " ", "\0"):
        event = one("words", TranscriptionData=words(text))
        assert isinstance(event, Ignored)
        assert event.reason == NO_WORDS


# ---------------------------------------------------------------------------------------------------- whose call it is


@pytest.mark.parametrize("name", ["recording", "recording_of_a_talk", "words"])
def test_what_was_heard_is_whose_the_url_says(name: str) -> None:
    for event in (one(name), one(name, WHOSE | {"From": " 34600111222", "To": " 34910000001"}), one(name, OURSELVES)):
        assert isinstance(event, Call | Message)
        assert (event.identity, event.account, event.author) == (f"phone:{OURS}:{ANA}", OURS, CLAIMED)


@pytest.mark.parametrize("name", ["recording", "recording_of_a_talk", "words"])
def test_what_was_heard_is_nobodys_as_long_as_nobody_says_whose(name: str) -> None:
    for query in (dict(NO_QUERY), {"From": ANA, "To": OURS}):
        event = one(name, query)
        assert isinstance(event, Ignored)
        assert event.reason == NAMELESS
    with pytest.raises(UnreadableDelivery):
        one(name, {"Direction": "inbound"})
    with pytest.raises(UnreadableDelivery):
        one(name, WHOSE | {"Direction": "sideways"})


@pytest.mark.parametrize("name", ["recording", "recording_of_a_talk", "words"])
def test_what_was_heard_of_a_withheld_number_is_the_same_persons_as_the_call(name: str) -> None:
    hidden = {"From": "anonymous"}
    event = one(name, WHOSE | hidden, CallSid="CA1")
    (missed,) = events(form("call_missed", CallSid="CA1", **hidden))
    assert isinstance(event, Call | Message)
    assert isinstance(missed, Call)
    assert event.identity == missed.identity == f"phone:{OURS}:CA1"


@pytest.mark.parametrize("name", ["recording", "recording_of_a_talk", "words"])
def test_what_a_device_of_the_companys_own_says_is_no_customers(name: str) -> None:
    assert isinstance(one(name, WHOSE | {"From": "client:marta"}), Ignored)


def test_the_request_itself_comes_before_its_url() -> None:
    assert one("call_missed", WHOSE | {"From": "+34699999999"}) == one("call_missed", dict(NO_QUERY))
    assert one("voicemail", WHOSE | {"From": "+34699999999"}) == one("voicemail", dict(NO_QUERY))


# ------------------------------------------------------------------------------------------------- what comes of a call


@pytest.mark.parametrize(
    ("names", "query", "waits"),
    [
        (("call_in_progress", "queue_hung_up", "call_completed"), WHOSE, True),
        (("call_in_progress", "queue_bridged", "call_completed"), WHOSE, False),
        (("call_outbound_answered", "call_outbound_completed"), OURSELVES, False),
    ],
)
def test_what_is_heard_in_a_call_changes_nothing_of_how_it_went_in_any_order(
    names: tuple[str, ...], query: dict[str, str], waits: bool
) -> None:
    def head(told: tuple[Event, ...]) -> conversation.Conversation | None:
        found: conversation.Conversation | None = None
        for event in told:
            assert not isinstance(event, Ignored)
            found = conversation.fold(found, event, lambda _: None)
        return found

    went = [one(name, dict(NO_QUERY), CallSid="CA1") for name in names]
    late = {"Timestamp": "2026-09-21T14:13:58.900Z"}
    heard = [one("words", query, CallSid="CA1"), one("words", query, CallSid="CA1", SequenceId="4", **late)]
    recorded = one("recording_of_a_talk", query, CallSid="CA1")
    expected = head(tuple(went))
    assert expected
    assert bool(expected.waiting_since) is waits
    assert {str(head(order)) for order in permutations([*went, *heard])} == {str(expected)}
    for order in permutations([*went, recorded]):
        found = head(order)
        assert found
        assert (found.waiting_since, found.last_call) == (expected.waiting_since, expected.last_call)
