"""What each situation in a help desk on Zendesk means, sample by sample."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.connectors.zendesk.give import ticket
from shared.errors import UnreadableDelivery
from shared.models import Deletion, Ignored, Message
from shared.platforms import Unit
from shared.playbook.connectors import Zendesk
from shared.store import keys
from tests.shared.connectors.giving import giving
from tests.shared.platforms.zendesk.cases import MEANINGS, OURS, RECEIVED, SAMPLES, ZENDESK, delivered, events
from tests.shared.platforms.zendesk.sender import ACCOUNT

TOOL = Zendesk(kind="zendesk", host="ayuda.zendesk.com", group="9100", user="9900")
README = Path(__file__).parents[4] / "shared" / "platforms" / "zendesk" / "README.md"


def with_detail(sample: str, **change: Any) -> bytes:
    """Return a sample with something else in what it says of the ticket."""
    body = orjson.loads(SAMPLES[sample])
    return orjson.dumps({**body, "detail": {**body["detail"], **change}})


def with_comment(sample: str, **change: Any) -> bytes:
    body = orjson.loads(SAMPLES[sample])
    body["event"]["comment"] |= change
    return orjson.dumps(body)


def test_every_sample_has_its_meaning() -> None:
    assert SAMPLES.keys() == MEANINGS.keys() | {"unreadable"}


@pytest.mark.parametrize("name", MEANINGS)
def test_meaning(name: str) -> None:
    assert events(SAMPLES[name]) == MEANINGS[name]


def test_a_known_kind_in_a_new_shape_is_unreadable_and_says_where() -> None:
    with pytest.raises(UnreadableDelivery, match=r"^zendesk ticket.comment_added: ValidationError at detail.id$"):
        events(SAMPLES["unreadable"])


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"ticket"', b"7", b'{"type": NaN}', b'{"type": "\\ud800"}'])
def test_what_is_no_event_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        events(body)


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": ""},
        {"requester_id": None},
        {"created_at": None},
        {"created_at": "yesterday"},
        {"created_at": "2026-09-21T14:13:20"},
        {"tags": "cafeteras"},
    ],
)
def test_a_broken_ticket_is_never_guessed(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        events(with_detail("text", **change))
    assert not re.search(r"Torres|gotea|yesterday|cafeteras|3101", str(refused.value))


@pytest.mark.parametrize(
    "change", [{"id": None}, {"id": ""}, {"is_public": None}, {"author": None}, {"author": {"id": ""}}, {"body": []}]
)
def test_a_broken_comment_is_never_guessed(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        events(with_comment("text", **change))
    assert not re.search(r"Torres|gotea|3101", str(refused.value))


# ------------------------------------------------------------------------------------------------------ our own loop


def test_the_ticket_that_our_own_connector_makes_is_nobody_s_message() -> None:
    made = handed_off()
    for sample in ("text", "own", "ticket_created", "file", "made_private"):
        (found,) = events(with_detail(sample, external_id=made["external_id"], tags=made["tags"]))
        assert isinstance(found, Ignored)
        assert found.reason == OURS


@pytest.mark.parametrize("known_by", ["external_id", "tags"])
@pytest.mark.parametrize("again", ["", "-1", "-12"])
def test_either_mark_of_our_connector_is_enough(known_by: str, again: str) -> None:
    made = handed_off(claim=f"{giving().hand_off.id}{again}")
    (found,) = events(with_detail("text", **{known_by: made[known_by]}))
    assert found.kind == "ignored"


@pytest.mark.parametrize("external_id", ["", "esc_", "esc_ABC", "pedido-4711", "xesc_abcdefghijklmnopqrstuvwxyz"])
def test_a_ticket_with_another_s_external_id_is_a_customer_s(external_id: str) -> None:
    assert events(with_detail("text", external_id=external_id)) == MEANINGS["text"]


def handed_off(**changes: Any) -> dict[str, Any]:
    """Return the ticket that our connector makes of a hand-off."""
    return ticket(TOOL, giving(**changes))


# ------------------------------------------------------------------------------------------------ what is told twice


def test_a_ticket_and_its_first_comment_are_one_message_whichever_comes_first() -> None:
    (created,), (comment,) = events(SAMPLES["ticket_created"]), events(SAMPLES["first_comment"])
    assert created == comment


@pytest.mark.parametrize(
    "body",
    [
        with_comment("first_comment", body="La cafetera gotea desde ayer"),
        with_comment("first_comment", author={"id": "3102", "is_staff": False, "name": "Luis"}),
        with_detail("first_comment", submitter_id="9001"),
        with_detail("first_comment", created_at="2026-09-21T14:00:00Z"),
    ],
)
def test_another_comment_is_never_taken_for_the_first(body: bytes) -> None:
    (first,), (found,) = events(SAMPLES["ticket_created"]), events(body)
    assert isinstance(first, Message)
    assert isinstance(found, Message)
    assert keys.event(found) != keys.event(first)


def test_what_takes_a_comment_away_names_it() -> None:
    (own,), (taken,) = events(SAMPLES["own"]), events(SAMPLES["made_private"])
    assert isinstance(own, Message)
    assert isinstance(taken, Deletion)
    assert (taken.target, taken.identity, taken.thread) == (own.external_id, own.identity, own.thread)


def test_a_comment_without_its_time_is_unreadable() -> None:
    body = orjson.loads(SAMPLES["text"])
    del body["time"]
    with pytest.raises(UnreadableDelivery, match=r"at time$"):
        events(orjson.dumps(body))


def outcomes() -> dict[str, str]:
    """What becomes of each kind: the events that samples show, or the reason why there is none."""
    found: dict[str, set[str]] = {}
    for name in MEANINGS:
        for unit in ZENDESK.units(delivered(SAMPLES[name])):
            kinds = {event.kind for event in ZENDESK.read(unit)}
            found.setdefault(unit.name, set()).update(kinds - {"ignored"})
    return {
        name: f"`{', '.join(sorted(found[name]))}`" if found.get(name) else f"ignored: {reason(name)}"
        for name in ZENDESK.events
    }


def reason(name: str) -> str:
    (event,) = ZENDESK.read(Unit(name.replace("*", "anything"), {}, ACCOUNT, RECEIVED))
    assert isinstance(event, Ignored)
    return event.reason


def test_the_readme_lists_what_becomes_of_every_kind() -> None:
    rows = re.findall(r"^\| `([a-z_.*]+)` \| (.+?) \|", README.read_text(), re.MULTILINE)
    table = "\n".join(f"| `{name}` | {outcome} | |" for name, outcome in outcomes().items())
    assert dict(rows) == outcomes(), f"the table should be:\n{table}"
