"""What Twilio tells of: the nasty ones first, then every sample, then what calls come to."""

import re
from pathlib import Path

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Ignored, Message, PersonalEvent
from shared.platforms import Unit
from shared.platforms.twilio.calls import DEVICE
from shared.platforms.twilio.messages import FILES_UNTOLD
from shared.platforms.twilio.spoken import BEING_SAID, NAMELESS, NO_WORDS, OF_A_CONFERENCE
from tests.shared.platforms.twilio.cases import (
    ANA,
    MEANINGS,
    OURS,
    RECEIVED,
    SAMPLES,
    TWILIO,
    UNREADABLE,
    delivered,
    events,
    form,
)
from tests.shared.platforms.twilio.sender import written

README = Path(__file__).parents[4] / "shared" / "platforms" / "twilio" / "README.md"


REASONS = {DEVICE, FILES_UNTOLD, BEING_SAID, NAMELESS, NO_WORDS, OF_A_CONFERENCE} | {
    event.reason
    for name, read in TWILIO.events.items()
    if getattr(read, "__name__", "") == "<lambda>"
    for event in read(Unit(name, {}, "tienda", RECEIVED))
    if isinstance(event, Ignored)
}
"""Everything for which something is ignored."""


def personal(body: bytes) -> PersonalEvent:
    (event,) = events(body)
    assert not isinstance(event, Ignored)
    return event


def why(body: bytes) -> str:
    (event,) = events(body)
    assert isinstance(event, Ignored)
    return event.reason


# ------------------------------------------------------------------------------------------------------ nasty bodies


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"&",
            b"&&=&",
            b"=",
            b"%",
            b"\0",
            b"\xff\xfe",
            b"null",
            b"AccountSid",
            b"AccountSid=",
            b"accountsid=AC1",
        ),
        *(b'"AccountSid=AC1"', b" AccountSid=AC1&MessageSid=SM1", b' {"AccountSid": "AC1"}'),
        b"AccountSid=AC1" + b"&" * 50_000,
    ],
)
def test_what_is_no_form_of_twilios_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        events(body)


def test_a_customers_words_inside_json_never_become_a_form() -> None:
    words = f"&AccountSid=AC1&MessageSid=SM9&From={ANA}&To={OURS}&Body=I+am+somebody+else&"
    for body in (orjson.dumps(words), b" " + orjson.dumps(words), orjson.dumps([words])):
        with pytest.raises(UnreadableDelivery):
            events(body)
    assert "JSON that is neither" in why(orjson.dumps({"data": words}))


@pytest.mark.parametrize("name", ["From", "To", "Body", "MessageSid", "MediaUrl0"])
def test_a_parameter_with_two_values_is_unreadable_since_nobody_signed_their_order(name: str) -> None:
    body = form("mms")
    for twice in (body + f"&{name}=x".encode(), f"{name}=x&".encode() + body):
        with pytest.raises(UnreadableDelivery):
            events(twice)
    assert events(body + b"&FromCity=x&FromCity=y") == MEANINGS["mms"], "what is not read may stand there as it likes"


def test_the_same_value_twice_is_one() -> None:
    assert events(form("text") + b"&" + form("text")) == MEANINGS["text"]


def test_a_thousand_parameters_are_read_like_a_dozen() -> None:
    more = "&".join(f"Extra{number}={number}" for number in range(1000)).encode()
    assert events(more + b"&" + form("mms")) == MEANINGS["mms"]


def test_a_blank_parameter_is_one_that_is_not_there() -> None:
    blank = dict.fromkeys(("MessageStatus", "CallStatus", "DialCallStatus", "RecordingUrl", "OptOutType", "WaId"), "")
    assert events(form("text", **blank)) == MEANINGS["text"]


@pytest.mark.parametrize(
    ("sent", "read"), [(b"a%00b", "ab"), (b"%ff", "\ufffd"), (b"%ED%A0%80", "\ufffd" * 3), (b"%zz+%", "%zz %")]
)
def test_what_is_no_text_costs_no_message(sent: bytes, read: str) -> None:
    event = personal(form("text", Body="HERE").replace(b"HERE", sent))
    assert isinstance(event, Message)
    assert event.text == read


def test_a_status_that_is_none_gets_into_no_name() -> None:
    reason = why(form("sent", MessageStatus="Ana Torres, +34600111222"))
    assert reason == "unknown kind: message.?"


@pytest.mark.parametrize("name", ["text", "whatsapp_text", "opt_out"])
def test_a_message_from_nobody_is_unreadable(name: str) -> None:
    with pytest.raises(UnreadableDelivery, match=r"^twilio message.received: ValidationError at From$"):
        events(form(name, From=""))


def test_a_message_to_neither_a_number_nor_a_service_is_unreadable() -> None:
    with pytest.raises(UnreadableDelivery, match=r"^twilio message.received: ValueError$"):
        events(form("text", To=""))
    assert personal(form("text", To="", MessagingServiceSid="MG1")).account == "MG1"


def test_of_whatever_number_there_are_attachments_for_what_is_there() -> None:
    for said in ("0", "9", "-1", "many"):
        assert events(form("mms", NumMedia=said)) == MEANINGS["mms"]
    event = personal(form("mms", MediaUrl10="https://media.example/10", MediaContentType1=""))
    assert isinstance(event, Message)
    assert [(each.type, each.mime_type) for each in event.attachments] == [
        ("image", "image/jpeg"),
        ("media", None),
        ("media", None),
    ]


# ------------------------------------------------------------------------------------------------------- the samples


def test_every_sample_has_its_meaning() -> None:
    assert SAMPLES.keys() == MEANINGS.keys() | UNREADABLE


@pytest.mark.parametrize("name", MEANINGS)
def test_meaning(name: str) -> None:
    assert events(written(SAMPLES[name])) == MEANINGS[name]


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_what_may_be_a_customers_word_stays_visible(name: str) -> None:
    with pytest.raises(UnreadableDelivery):
        events(written(SAMPLES[name]))


def told(name: str) -> set[str]:
    """Return what the samples show that becomes of a kind, in the README's words."""
    found: set[str] = set()
    for sample in SAMPLES:
        (unit,) = TWILIO.units(delivered(form(sample)))
        if unit.name == name:
            made = MEANINGS.get(sample, ["unreadable"])
            found |= {
                f"ignored: {each.reason}" if isinstance(each, Ignored) else getattr(each, "kind", "unreadable")
                for each in made
            }
    return found


@pytest.mark.parametrize("name", sorted(TWILIO.events))
def test_the_readme_says_what_becomes_of_every_kind(name: str) -> None:
    (row,) = [line for line in README.read_text().splitlines() if line.startswith(f"| `{name}` |")]
    outcomes = set(re.split("; (?:or )?", row.split("|")[2].strip().replace("`", "")))
    assert outcomes >= told(name)
    reasons = {outcome.removeprefix("ignored: ") for outcome in outcomes if outcome.startswith("ignored: ")}
    assert outcomes - {f"ignored: {reason}" for reason in reasons} <= {
        "message",
        "receipt",
        "profile_change",
        "call",
        "unreadable",
    }
    assert reasons <= {*REASONS}


# --------------------------------------------------------------------------------------------------------- who it is


def test_a_number_that_the_network_tells_is_claimed_and_one_that_whatsapp_tells_is_proven() -> None:
    proofs = {
        name: {point.proof for point in event.author.contacts if point.kind == "phone"}
        for name in ("text", "call_missed", "transcript", "whatsapp_text")
        if (event := personal(form(name))).author
    }
    assert proofs == {"text": {None}, "call_missed": {None}, "transcript": {None}, "whatsapp_text": {"platform"}}


@pytest.mark.parametrize(
    "caller",
    ["", "anonymous", "Anonymous", "Restricted", "unknown", "+266696687", "+7378742833", "+2562533", "34600111222"],
)
def test_whoever_withholds_their_number_is_nobody_else(caller: str) -> None:
    one, other = (personal(form("call_missed", From=caller, CallSid=call)) for call in ("CA1", "CA2"))
    assert (one.identity, other.identity) == (f"phone:{OURS}:CA1", f"phone:{OURS}:CA2")
    assert not one.author or not one.author.contacts


def test_all_that_is_told_of_one_withheld_call_is_one_persons() -> None:
    hidden = {"From": "anonymous", "CallSid": "CA1"}
    names = ("call_ringing", "call_missed", "dial_missed", "queue_hung_up", "voicemail", "transcript")
    assert {personal(form(name, **hidden)).identity for name in names} == {f"phone:{OURS}:CA1"}


def test_a_receipt_comes_to_whom_the_message_came_from() -> None:
    for name, other in (("text", "delivered"), ("whatsapp_text", "whatsapp_read")):
        said, told = personal(form(name)), personal(form(other))
        assert (said.identity, said.account, said.channel) == (told.identity, told.account, told.channel)


@pytest.mark.parametrize("end", ["client:marta", "sip:marta@tienda.sip.twilio.com"])
@pytest.mark.parametrize("name", ["call_completed", "dial_completed", "queue_bridged", "voicemail", "transcript"])
def test_a_device_of_the_companys_own_is_no_customer(name: str, end: str) -> None:
    assert "device" in why(form(name, From=end))
    assert "device" in why(form(name, From=OURS, To=end, Direction="outbound-dial"))


@pytest.mark.parametrize("said", ["", "yesterday", "Mon, 99 Sep 2026 14:13:30 +0000", "1"])
def test_a_time_that_is_none_is_ours_and_no_part_of_the_key(said: str) -> None:
    event = personal(form("call_missed", Timestamp=said))
    assert not event.dated
