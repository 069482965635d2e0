"""A hand-off as Slack's message: within every limit whatever a customer writes, and with nothing that they could do."""

import re
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.connectors import NotGiven
from shared.connectors.slack.answers import in_markup
from shared.connectors.slack.give import give
from shared.connectors.slack.interactions import read
from shared.connectors.slack.message import message, settled
from shared.connectors.slack.over import over
from shared.errors import MalformedRequest
from shared.playbook.connectors import Slack
from shared.ports import Answer
from tests.conftest import NOW
from tests.services.connectors.tools import check_blocks
from tests.shared.connectors.giving import EXAMPLE, giving, telling

NASTY = st.text(st.characters(exclude_categories=["Cs"]), max_size=5000) | st.sampled_from(
    ["<!channel>", "<@U1> & <https://thief.example|bank>", "&amp;", "*_~`", "x" * 5000, "\u202e", " ", "\n" * 200]
)

TOOL = Slack(kind="slack", team="T0123456", channel="C0123456789")


def changed(words: str, name: str | None, reason: str) -> dict[str, Any]:
    return {
        "message": EXAMPLE["message"] | {"text": words},
        "customer": EXAMPLE["customer"] | {"name": name},
        "reasons": [{"code": "x", "text": reason, "evidence": None}] * 12,
        "truncated": True,
    }


@given(words=NASTY, name=st.none() | NASTY, reason=NASTY)
def test_whatever_somebody_writes_slack_takes_it_and_reads_no_markup_of_theirs(
    words: str, name: str | None, reason: str
) -> None:
    made = message(giving(since=NOW, **changed(words, name, reason)), "es")
    check_blocks(made["blocks"])
    for text in marked_up(made):
        found = re.findall(r"<([^>]*)>?", text)
        assert all(each.startswith(("https://", "!date^")) for each in found), found


def marked_up(value: Any) -> list[str]:
    """Return all texts in which Slack reads markup; the notification's is one."""
    if isinstance(value, list):
        return [text for each in value for text in marked_up(each)]
    if not isinstance(value, dict):
        return []
    own = [value["text"]] if value.get("type") == "mrkdwn" or "blocks" in value else []
    return own + [text for each in value.values() for text in marked_up(each)]


def test_it_says_all_that_is_needed_to_begin() -> None:
    made = str(message(giving(), "es"))
    for said in ("Ana Torres", "@anatorres", "me han cobrado dos veces", "a phrase of Facturación", "Prioridad alta"):
        assert said in made
    assert "<https://care.example/customers/cus_ymn2k6afzompflxlmdyft7t4t6|Ficha del cliente>" in made
    assert "<!date^1772447401^" in made
    assert message(giving(), "es")["metadata"]["event_payload"] == {"claim": EXAMPLE["claim"]}
    assert "Accept" in str(message(giving(), "en"))


def test_what_was_settled_keeps_what_was_said_and_loses_its_buttons() -> None:
    blocks = message(giving(), "es")["blocks"]
    after = settled(blocks, "<@U1> lo tiene", returnable=True)
    assert [each["action_id"] for block in after for each in block.get("elements", []) if "action_id" in each] == [
        "mostrador_return"
    ]
    assert "elements" not in str(
        [block for block in settled(blocks, "x", returnable=False) if block["type"] == "actions"]
    )
    check_blocks(after)


def test_people_of_slacks_are_mentioned_and_others_are_named() -> None:
    assert in_markup("accepted by slack:T1:U2 of billing") == "accepted by <@U2> of billing"
    assert in_markup("accepted by <x> of billing") == "accepted by &lt;x&gt; of billing"


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: b"payload=" + quote(text).encode()))
def test_what_is_no_interaction_is_malformed_and_nothing_else(body: bytes) -> None:
    with suppress(MalformedRequest):
        assert read(body) is None


@pytest.mark.parametrize("url", ["https://hooks.slack.com.thief.example/x", "http://hooks.slack.com/x", "file:///x"])
def test_an_answer_goes_to_slack_alone(url: str) -> None:
    said = {
        "type": "block_actions",
        "user": {"id": "U1", "team_id": "T1"},
        "team": {"id": "T1"},
        "channel": {"id": "C1"},
        "trigger_id": "1.2",
        "response_url": url,
        "actions": [{"action_id": "mostrador_accept", "value": "esc", "action_ts": "1.1"}],
    }
    with pytest.raises(MalformedRequest):
        read(b"payload=" + quote(orjson.dumps(said).decode()).encode())


@pytest.mark.parametrize("error", ["ratelimited", "internal_error", "fatal_error", "something_new"])
def test_a_search_that_slack_did_not_make_has_not_found_that_nothing_is_there(error: str) -> None:
    asking = give(TOOL, giving(since=NOW))
    assert "conversations.history" in next(asking).url
    with pytest.raises(StopIteration) as end:
        asking.send(Answer(200, orjson.dumps({"ok": False, "error": error})))
    assert isinstance(end.value.value, NotGiven)


def test_without_the_scope_for_a_search_it_is_posted() -> None:
    asking = give(TOOL, giving(since=NOW))
    next(asking)
    assert "chat.postMessage" in asking.send(Answer(200, b'{"ok": false, "error": "missing_scope"}')).url


def test_a_message_that_slack_does_not_show_now_is_not_answered_in_its_thread_instead() -> None:
    asking = over(TOOL, telling(place="C0123456789:1.5"))
    assert "conversations.history" in next(asking).url
    with pytest.raises(StopIteration) as end:
        asking.send(Answer(200, b'{"ok": false, "error": "internal_error"}'))
    assert isinstance(end.value.value, NotGiven), "it is told later"


def test_without_the_scope_a_message_is_answered_in_its_thread() -> None:
    asking = over(TOOL, telling(place="C0123456789:1.5"))
    next(asking)
    asked = asking.send(Answer(200, b'{"ok": false, "error": "missing_scope"}'))
    assert "chat.postMessage" in asked.url
    assert orjson.loads(asked.body)["thread_ts"] == "1.5"
