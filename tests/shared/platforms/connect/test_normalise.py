"""What each thing that Amazon Connect tells of means: the nasty ones first, then sample by sample."""

import re
from pathlib import Path
from typing import Any

import pytest

from shared.errors import UnreadableDelivery
from shared.models import Call, Ignored
from shared.platforms import Unit
from shared.platforms.connect.calls import ASIDE, DIRECTIONS, NAMELESS, NO_CUSTOMERS
from tests.shared.platforms.connect.cases import (
    ANA,
    CONNECT,
    MEANINGS,
    RECEIVED,
    SAMPLES,
    UNREADABLE,
    changed,
    contact,
    delivered,
    events,
    without,
)
from tests.shared.platforms.connect.sender import ACCOUNT

README = Path(__file__).parents[4] / "shared" / "platforms" / "connect" / "README.md"


def one(body: bytes) -> Call:
    found = events(body)[-1]
    assert isinstance(found, Call)
    return found


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"null", b"[]", b"{}", b'"VOICE"', b"\xff", b'{"a": NaN}', b'{"detail": {}}', b'{"detail": null}'),
        *(b'{"Channel": ""}', b'{"Channel": 7}', b'{"Channel": "Ana Torres"}', b'{"Channel": "VOICE"}'),
        b'{"Channel": "VOICE", "ContactId": "1"}',
        b"[" * 900 + b"]" * 900,
    ],
)
def test_what_is_no_contact_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        events(body)


@pytest.mark.parametrize(
    "change",
    [
        {"ContactId": None},
        {"ContactId": ""},
        {"InitiationMethod": None},
        {"InitiationMethod": "Ana Torres"},
        {"Agent": "marta"},
        {"Agent": {"ARN": None}},
        {"Queue": ["Atencion"]},
        {"Queue": {"Duration": "long"}},
        {"Queue": {"Duration": 2**63}},
        {"DisconnectTimestamp": "yesterday"},
        {"DisconnectTimestamp": "2026-09-21T10:05:00"},
        {"CustomerEndpoint": ANA},
        {"CustomerEndpoint": {"Address": {"number": ANA}}},
    ],
)
def test_a_broken_part_is_never_guessed_and_never_told(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        events(changed("abandoned", **change))
    assert not re.search(r"Ana|marta|34600|yesterday|Atencion", str(refused.value))


@pytest.mark.parametrize(
    "address",
    [None, "", "anonymous", "Anonymous", "Restricted", "unknown", "+266696687", "34600111222", "+34 600", "sip:ana@x"],
)
def test_whoever_withholds_their_number_is_nobody_else(address: str | None) -> None:
    hidden = {"CustomerEndpoint": {"Address": address, "Type": "TELEPHONE_NUMBER"}}
    found = one(changed("abandoned", **hidden))
    other = one(changed("abandoned", ContactId="another", **hidden))
    assert (found.identity, found.author) == (f"phone:{ACCOUNT}:{contact(2)}", None)
    assert other.identity == f"phone:{ACCOUNT}:another"


def test_what_is_no_telephone_is_no_number() -> None:
    by_app = {"CustomerEndpoint": {"Address": ANA, "Type": "VOIP"}}
    assert one(changed("in_the_app", **by_app)).identity == f"phone:{ACCOUNT}:{contact(11)}"


def test_all_contacts_of_one_withheld_call_are_one_persons() -> None:
    assert {one(SAMPLES[name]).identity for name in ("withheld", "withheld_and_passed_on")} == {
        f"phone:{ACCOUNT}:{contact(9)}"
    }


def test_a_number_proves_nothing() -> None:
    author = one(SAMPLES["answered"]).author
    assert author
    assert [(point.kind, point.verified) for point in author.contacts] == [("phone", False)]


@pytest.mark.parametrize("method", sorted(DIRECTIONS))
def test_who_is_waited_for(method: str) -> None:
    assert one(changed("abandoned", InitiationMethod=method)).direction == DIRECTIONS[method]


@pytest.mark.parametrize("method", sorted(NO_CUSTOMERS))
def test_what_is_beside_a_customers_call_is_none(method: str) -> None:
    (found,) = events(changed("answered", InitiationMethod=method))
    assert isinstance(found, Ignored)
    assert found.reason == ASIDE


def test_whoever_is_passed_on_outside_by_a_flow_neither_waits_nor_is_answered() -> None:
    assert one(SAMPLES["passed_outside"]).by_machine


def test_an_agent_who_rings_up_has_spoken_to_nobody_until_the_customer_answers() -> None:
    for never in (None, "1970-01-01T00:00:00.001Z"):
        assert one(changed("our_call_taken", ConnectedToSystemTimestamp=never)).status == "missed"


def test_an_end_before_the_beginning_is_no_negative_duration() -> None:
    assert one(changed("answered", DisconnectTimestamp="2026-09-21T09:00:00Z")).duration == 0


def test_an_agent_that_was_only_asked_has_taken_nothing() -> None:
    asked = {"ARN": "arn:aws:connect:eu-west-1:111122223333:instance/i/agent/a", "ConnectedToAgentTimestamp": None}
    assert (one(changed("abandoned", Agent=asked)).status, one(changed("abandoned", Agent=asked)).agent) == (
        "missed",
        None,
    )


def test_every_sample_has_its_meaning() -> None:
    assert SAMPLES.keys() == MEANINGS.keys() | UNREADABLE


@pytest.mark.parametrize("name", MEANINGS)
def test_meaning(name: str) -> None:
    assert events(SAMPLES[name]) == MEANINGS[name]


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_what_may_be_a_call_stays_visible(name: str) -> None:
    with pytest.raises(UnreadableDelivery):
        events(SAMPLES[name])


def test_without_an_instance_the_account_is_whose_it_came_as() -> None:
    assert one(without("abandoned", "InstanceARN")).account == "unknown"


def outcomes() -> dict[str, str]:
    """What becomes of each kind: the events that samples show, and the reasons why there is none."""
    found: dict[str, set[str]] = {name: set() for name in CONNECT.events}
    for name in MEANINGS:
        (unit,) = CONNECT.units(delivered(SAMPLES[name]))
        row = unit.name if unit.name in found else f"{unit.name.partition('.')[0]}.*"
        if row in found:
            found[row] |= {f"ignored: {e.reason}" if isinstance(e, Ignored) else e.kind for e in MEANINGS[name]}
    for name, said in found.items():
        if not said:
            (event,) = CONNECT.read(Unit(name, {}, ACCOUNT, RECEIVED))
            assert isinstance(event, Ignored)
            said.add(f"ignored: {event.reason}")
    return {name: "; or ".join(sorted(said)) for name, said in found.items()}


def test_the_readme_lists_what_becomes_of_every_kind() -> None:
    rows = re.findall(r"^\| `([A-Za-z_.*]+)` \| (.+?) \|", README.read_text(), re.MULTILINE)
    table = "\n".join(f"| `{name}` | {outcome} | |" for name, outcome in outcomes().items())
    assert {name: said.replace("`", "") for name, said in rows} == outcomes(), f"the table should be:\n{table}"
    assert NAMELESS in table
