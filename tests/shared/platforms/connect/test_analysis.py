"""What Contact Lens wrote down of a call: what the file's name says, and what the file itself."""

import re
from dataclasses import replace
from typing import Any

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Call, Event, Ignored
from shared.platforms.connect.analysis import NOT_DONE
from shared.platforms.connect.files import MOST_BYTES
from tests.shared.platforms.connect.cases import BUCKET, CONNECT, FILES, SAMPLES, contact, delivered, events
from tests.shared.platforms.connect.sender import ACCOUNT


def key(sample: str) -> str:
    found: str = orjson.loads(SAMPLES[sample])["detail"]["object"]["key"]
    return found


def told(name: str, **more: Any) -> bytes:
    body = orjson.loads(SAMPLES["analysis"])
    body["detail"]["object"] |= {"key": name, **more}
    return orjson.dumps(body)


def read(sample: str = "analysis_redacted", **change: Any) -> list[Event]:
    """Return what a sample, the redacted one by itself, means with something else in its file."""
    file = orjson.loads(FILES[key(sample)]) | change
    return CONNECT.normalise(replace(delivered(SAMPLES[sample]), content=orjson.dumps(file)))


def test_only_what_was_said_in_calls_is_fetched() -> None:
    assert CONNECT.elsewhere
    fetched = {name for name in SAMPLES if (found := looked_for(SAMPLES[name])) and found == (BUCKET, key(name))}
    assert {name for name in SAMPLES if looked_for(SAMPLES[name])} == fetched
    of_calls = {name for name in SAMPLES if name.startswith("analysis")}
    assert fetched == (of_calls | {"unreadable_analysis"}) - {"analysis_of_a_chat", "analysis_of_a_mail"}


def looked_for(body: bytes) -> tuple[str, str] | None:
    assert CONNECT.elsewhere
    try:
        return CONNECT.elsewhere(delivered(body))
    except UnreadableDelivery:
        return None


def test_a_file_that_is_too_large_is_not_even_fetched() -> None:
    assert looked_for(told(key("analysis"), size=MOST_BYTES))
    assert CONNECT.elsewhere
    with pytest.raises(UnreadableDelivery, match="more than"):
        CONNECT.elsewhere(delivered(told(key("analysis"), size=MOST_BYTES + 1)))


@pytest.mark.parametrize(
    "name",
    [
        f"Analysis/Voice/{contact(1)}.json",
        f"Analysis/Voice/Redacted/2026/09/21/{contact(1)}_insights_2026-09-21T10:02:00Z.json",
        "Analysis/Voice/2026/09/21/_analysis_2026-09-21T10:02:00Z.json",
        f"Analysis/Voice/hologram/2026/09/21/{contact(1)}_analysis_2026-09-21T10:02:00Z.json",
    ],
)
def test_an_analysis_whose_name_we_do_not_know_stays_visible(name: str) -> None:
    with pytest.raises(UnreadableDelivery, match="a name that we do not know"):
        events(told(name))


@pytest.mark.parametrize("name", ["connect/shop/CallRecordings/2026/09/21/1.wav", "Analysis/", "x", "_analysis_.json"])
def test_what_is_no_analysis_is_not_read(name: str) -> None:
    (event,) = events(told(name))
    assert event.kind == "ignored"


@pytest.mark.parametrize(
    "detail",
    [None, [], {}, {"bucket": "connect"}, {"bucket": {"name": ""}, "object": {"key": "k"}}, {"bucket": {"name": "b"}}],
)
def test_what_tells_of_no_object_is_unreadable(detail: Any) -> None:
    with pytest.raises(UnreadableDelivery, match="no object"):
        events(orjson.dumps(orjson.loads(SAMPLES["analysis"]) | {"detail": detail}))


def test_without_its_file_it_cannot_be_read() -> None:
    with pytest.raises(UnreadableDelivery, match="in the bucket"):
        CONNECT.normalise(replace(delivered(SAMPLES["analysis"]), content=None))


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"{", b"[" * 900 + b"]" * 900, b"\xff"])
def test_a_file_that_is_none_of_contact_lens_is_unreadable(content: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        CONNECT.normalise(replace(delivered(SAMPLES["analysis"]), content=content))


@pytest.mark.parametrize(
    "change",
    [
        {"JobStatus": None},
        {"Transcript": "Ana Torres"},
        {"Transcript": [{"Content": ["Ana Torres"]}]},
        {"Transcript": [{"Content": "Ana Torres", "BeginOffsetMillis": "at once"}]},
        {"Participants": {"CUSTOMER": "Ana Torres"}},
        {"Participants": [{"ParticipantRole": "CUSTOMER"}]},
        {"ConversationCharacteristics": {"ContactSummary": {"PostContactSummary": {"Content": ["Ana Torres"]}}}},
    ],
)
def test_a_broken_part_is_never_guessed_and_never_told(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        read(**change)
    assert not re.search(r"Ana|at once", str(refused.value))


@pytest.mark.parametrize("status", ["FAILED", "IN_PROGRESS"])
@pytest.mark.parametrize("rest", [{"Transcript": None}, {"Participants": None, "Transcript": [7]}, {"Transcript": "x"}])
def test_what_was_not_completed_is_put_aside_whatever_else_it_says(status: str, rest: dict[str, Any]) -> None:
    (event,) = read(JobStatus=status, **rest)
    assert isinstance(event, Ignored)
    assert event.reason == NOT_DONE


@pytest.mark.parametrize(
    ("change", "transcript"),
    [
        ({"Transcript": None}, None),
        ({"Participants": None}, "customer: Sí"),
        ({"Transcript": [{"ParticipantId": "CUSTOMER", "Content": "Sí", "BeginOffsetMillis": None}]}, "customer: Sí"),
        ({"Transcript": [{"ParticipantId": None, "Content": "Sí"}]}, "somebody: Sí"),
        ({"Transcript": [{"ParticipantId": "CUSTOMER", "Content": None}]}, None),
    ],
)
def test_null_is_empty(change: dict[str, Any], transcript: str | None) -> None:
    (event,) = read(**{"Transcript": [{"ParticipantId": "CUSTOMER", "Content": "Sí"}], **change})
    assert isinstance(event, Call)
    assert event.transcript == transcript


@pytest.mark.parametrize(
    ("summaries", "summary"),
    [
        ({"AutomatedInteractionSummary": {"Content": "Un menú."}}, "Un menú."),
        ({"PostContactSummary": {"Content": None}, "AutomatedInteractionSummary": {"Content": "Un menú."}}, "Un menú."),
        ({"PostContactSummary": {"Content": "Todo."}, "AutomatedInteractionSummary": {"Content": "A."}}, "A.\nTodo."),
        ({"ContactChainSummary": {"Content": " Otra vez. "}}, "Otra vez."),
        ({"PostContactSummary": {"FailureCode": "INTERNAL_ERROR"}}, None),
    ],
)
@pytest.mark.parametrize("sample", ["analysis_redacted", "analysis_of_a_menu_redacted"])
def test_every_kind_of_summary_is_read(sample: str, summaries: dict[str, Any], summary: str | None) -> None:
    (event,) = read(sample, ConversationCharacteristics={"ContactSummary": summaries})
    assert isinstance(event, Call)
    assert event.summary == summary


@pytest.mark.parametrize("characteristics", [None, {}, {"ContactSummary": None}, {"ContactSummary": {}}, "none"])
def test_many_calls_have_no_summary(characteristics: Any) -> None:
    (event,) = read(ConversationCharacteristics=characteristics)
    assert isinstance(event, Call)
    assert (event.summary, event.transcript is None) == (None, False)


@pytest.mark.parametrize(
    ("role", "speaker"),
    [
        *(("CUSTOMER", "customer"), ("AGENT", "company"), ("SUPERVISOR", "company")),
        *(("SYSTEM", "machine"), ("CUSTOM_BOT", "machine"), ("HOLOGRAM", "somebody"), (None, "somebody")),
    ],
)
def test_each_line_says_who_spoke(role: str | None, speaker: str) -> None:
    (event,) = read(
        Participants=[{"ParticipantId": "p-1", "ParticipantRole": role}],
        Transcript=[{"ParticipantId": "p-1", "Content": "Sí\n  claro"}],
    )
    assert isinstance(event, Call)
    assert event.transcript == f"{speaker}: Sí claro"


@pytest.mark.parametrize("name", ["analysis", "analysis_of_a_menu"])
def test_what_is_redacted_is_another_version_of_the_same_words(name: str) -> None:
    ((original,), (redacted,)) = (events(SAMPLES[sample]) for sample in (name, f"{name}_redacted"))
    assert isinstance(original, Call)
    assert isinstance(redacted, Call)
    assert (original.call_id, original.occurred_at) == (redacted.call_id, redacted.occurred_at)
    assert original.external_id != redacted.external_id
    assert "Ana Torres" not in (redacted.transcript or "")


def test_the_same_words_are_one_event_whatever_else_is_found_in_them() -> None:
    ((once,), (again,)) = (read(), read(Categories={"MatchedCategories": ["Pedidos"]}))
    assert once == again


@pytest.mark.parametrize("change", [{"ConversationCharacteristics": None}, {"Transcript": []}])
def test_a_file_that_says_something_else_is_another_event(change: dict[str, Any]) -> None:
    ((once,), (again,)) = (read(), read(**change))
    assert once.external_id != again.external_id


def test_of_one_call_what_was_said_to_a_menu_is_beside_what_was_said_to_an_agent() -> None:
    name = key("analysis_of_a_menu").replace(contact(3), contact(1))
    file = FILES[key("analysis_redacted")]
    ((to_an_agent,), (to_a_menu,)) = (
        CONNECT.normalise(replace(delivered(body), content=file)) for body in (SAMPLES["analysis_redacted"], told(name))
    )
    assert isinstance(to_an_agent, Call)
    assert isinstance(to_a_menu, Call)
    assert to_an_agent.call_id == to_a_menu.call_id
    assert to_an_agent.external_id != to_a_menu.external_id
    assert (to_an_agent.by_machine, to_a_menu.by_machine) == (False, True)


def test_it_is_the_companys_own_word_of_nobody_in_particular() -> None:
    (event,) = events(SAMPLES["analysis"])
    assert isinstance(event, Call)
    assert not event.names_a_customer
    assert event.identity == f"phone:{ACCOUNT}:{ACCOUNT}"
    assert event.is_words
