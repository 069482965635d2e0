"""The published hand-off: equal to its schema, true to what was said, and never too long for its queue."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.casework.cases import fold
from shared.casework.commitments import CommitmentHead, Made
from shared.casework.steps import Act, Agent, CaseMove
from shared.escalation import Escalation, escalate
from shared.handoff import MAX_BYTES, HandOff, hand_off, schema
from shared.models import Attachment, Author, Call, ContactPoint, Message
from shared.playbook import parse
from shared.projection.about import About, KnownContact
from shared.projection.known import Known
from shared.reminders import remind

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "shared" / "contracts"
PLAYBOOK = parse((ROOT / "infra" / "playbook.example.toml").read_text(encoding="utf-8"))
RECEIVED = datetime(2026, 3, 2, 9, 30, 1, tzinfo=UTC)
VALIDATOR = jsonschema.Draft202012Validator(schema())
EXAMPLE_TEXT = "Hola, me han cobrado dos veces la cuota de marzo. ¿Me lo podéis mirar? Es urgente 🙏"


def message(**changes: object) -> Message:
    said: Mapping[str, object] = {
        "external_id": "1899876543210987654",
        "occurred_at": RECEIVED - timedelta(milliseconds=1250),
        "identity": "x:2244994945:90210",
        "account": "2244994945",
        "channel": "x_mention",
        "thread": "1899876543210987000",
        "visibility": "public",
        "author": Author(name="Ana Torres", handle="anatorres", language="es", reach=312),
        "text": f"@teleprado {EXAMPLE_TEXT}",
        "attachments": (
            Attachment(type="photo", id="3_1899", url="https://media.example/3_1899.jpg", mime_type="image/jpeg"),
        ),
        "permalink": "https://x.example/anatorres/status/1899876543210987654",
    }
    return Message.model_validate({**said, **changes})


def escalation(said: Message) -> Escalation:
    text = said.model_copy(update={"text": EXAMPLE_TEXT})
    offered = escalate(
        text, received_at=RECEIVED, event_key="event#2026-03-02T09:29:59.750000Z#1899", playbook=PLAYBOOK
    )
    assert offered is not None
    return offered


def about(*contacts: ContactPoint, **known: str) -> About:
    return About(
        identity="x:2244994945:90210",
        account="2244994945",
        first_seen=RECEIVED,
        known={field: Known(at=RECEIVED - timedelta(days=9), value=value) for field, value in known.items()},
        contacts=tuple(
            KnownContact(**contact.model_dump(), since=RECEIVED)
            for contact in contacts or (ContactPoint(kind="handle", value="anatorres", proof="platform"),)
        ),
    )


def handed(said: Message | None = None, who: About | None = None, public_url: str = "https://care.example") -> HandOff:
    said = said or message()
    return hand_off(escalation(said), said, who or about(), public_url=public_url)


def valid(body: str) -> Any:
    read = orjson.loads(body)
    VALIDATOR.validate(read)
    return read


# --- the contract ---------------------------------------------------------------------------------------------------


def test_the_published_schema_is_the_codes() -> None:
    published = orjson.loads((CONTRACTS / "handoff-1.schema.json").read_bytes())
    assert published == schema(), (
        "the hand-off changed. If it only gained something, publish that with: "
        "python -m shared.handoff > shared/contracts/handoff-1.schema.json - anything else is a new version"
    )


def test_the_module_prints_the_schema() -> None:
    printed = subprocess.run([sys.executable, "-m", "shared.handoff"], cwd=ROOT, capture_output=True, check=True)
    assert printed.stdout == (CONTRACTS / "handoff-1.schema.json").read_bytes()


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_example_is_valid_and_is_what_the_product_makes() -> None:
    example = (CONTRACTS / "handoff-1.example.json").read_text(encoding="utf-8")
    made = handed().to_json()
    assert valid(example) == orjson.loads(made), f"the example is no longer what the product makes, which is:\n{made}"


def _objects(value: object) -> list[dict[str, Any]]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    itself = [value] if isinstance(value, dict) else []
    return itself + [found for part in inner for found in _objects(part)]


def test_every_field_is_always_there_and_unknown_ones_are_welcome() -> None:
    objects = [found for found in _objects(schema()) if found.get("type") == "object"]
    assert len(objects) == 11
    for found in objects:
        assert set(found["required"]) == set(found["properties"])
        assert "additionalProperties" not in found
    later = orjson.loads(handed().to_json())
    later["customer"]["mood"] = later["mood"] = "better"
    assert HandOff.model_validate(later) == handed()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), "2"),
        (("id",), "esc_1"),
        (("customer", "id"), "90210"),
        (("priority",), "huge"),
        (("accept_by",), None),
        (("conversation", "visibility"), "secret"),
        (("message", "text"), None),
        (("customer", "contacts"), {}),
        (("truncated",), "no"),
        (("commitment",), {}),
    ],
)
def test_the_schema_refuses_what_is_no_hand_off(path: tuple[str, ...], value: object) -> None:
    body = orjson.loads(handed().to_json())
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError) as refused:
        valid(orjson.dumps(body).decode())
    assert tuple(refused.value.absolute_path) == path


# --- what it says ---------------------------------------------------------------------------------------------------


def test_it_is_read_back_as_it_was_written() -> None:
    assert HandOff.model_validate_json(handed().to_json()) == handed()


def test_the_latest_said_of_a_person_counts() -> None:
    anonymous = handed(message(author=None), about(name="Ana T.", handle="ana", language="es"))
    assert (anonymous.customer.name, anonymous.customer.handle) == ("Ana T.", "ana")
    renamed = handed(who=about(name="Ana T.", handle="ana"))
    assert (renamed.customer.name, renamed.customer.handle, renamed.customer.language) == (
        "Ana Torres",
        "anatorres",
        "es",
    )
    nobody = handed(message(author=None, permalink=None))
    assert (nobody.customer.name, nobody.customer.handle, nobody.links.permalink) == (None, None, None)
    valid(nobody.to_json())


def test_claimed_and_attested_contact_points_stay_apart() -> None:
    phone = ContactPoint(kind="phone", value="+34600111222", proof="platform")
    mail = ContactPoint(kind="email", value="ana@torres.example")
    contacts = orjson.loads(handed(who=about(phone, mail)).to_json())["customer"]["contacts"]
    assert [(contact["kind"], contact["verified"]) for contact in contacts] == [("phone", True), ("email", False)]


@pytest.mark.parametrize(
    ("public_url", "begins"),
    [
        ("https://care.example", "https://care.example/customers/cus_"),
        ("https://care.example/v1/", "https://care.example/v1/customers/cus_"),
        ("", "/customers/cus_"),
    ],
)
def test_links_lead_to_the_customer(public_url: str, begins: str) -> None:
    links = handed(public_url=public_url).links
    assert links.customer.startswith(begins)
    assert links.timeline == f"{links.customer}/timeline"


def test_no_text_is_logged_by_mistake_in_reasons() -> None:
    body = handed(message(text="me han cobrado dos veces canary-7351 urgente"))
    assert "canary-7351" not in json.dumps([reason.model_dump() for reason in body.reasons])


# --- what it reminds of ---------------------------------------------------------------------------------------------


def promise(**said: str) -> CommitmentHead:
    made = {"matter": "la cuota", "text": "Se la devolvemos.", "until": RECEIVED + timedelta(days=9), "at": RECEIVED}
    by = Agent(subject="u1", department="billing")
    return CommitmentHead(
        id=f"com_{'a' * 26}",
        identity="x:2244994945:90210",
        made=Made.model_validate({"by": by, "stance": "promise", **made, **said}),
    )


def reminded(head: CommitmentHead, event: Message | Call | None = None) -> HandOff:
    escalation = remind(
        head, "due", event_key="event#2026-03-02T09:29:59.750000Z#1899", playbook=PLAYBOOK, now=RECEIVED
    )
    return hand_off(escalation, event or message(), about(), commitment=head, public_url="https://care.example")


def test_a_reminder_says_what_was_promised() -> None:
    made = reminded(promise())
    assert valid(made.to_json())["commitment"] == {
        "id": f"com_{'a' * 26}",
        "department": "billing",
        "matter": "la cuota",
        "text": "Se la devolvemos.",
        "until": "2026-03-11T09:30:01Z",
    }
    assert [reason.code for reason in made.reasons] == ["commitment_due"]
    assert (made.message.external_id, made.truncated) == (message().external_id, False)
    assert valid(handed().to_json())["commitment"] is None


def test_of_a_call_there_is_all_but_words() -> None:
    call = Call(
        external_id="CA7",
        occurred_at=RECEIVED,
        identity="phone:900:34600",
        account="900",
        channel="phone",
        author=Author(name="Ana Torres"),
        status="completed",
        duration=90,
    )
    made = valid(reminded(promise(), call).to_json())
    assert made["message"] == {
        "external_id": "CA7",
        "occurred_at": "2026-03-02T09:30:01Z",
        "text": "",
        "attachments": [],
        "rating": None,
    }
    assert made["conversation"] == {
        "channel": "phone",
        "account": "900",
        "thread": "direct",
        "visibility": "private",
    }
    assert made["customer"]["name"] == "Ana Torres"


@pytest.mark.parametrize(
    ("said", "whole"),
    [({"text": "p" * 4000}, True), ({"text": "p" * 4001}, False), ({"matter": "m" * 201}, False)],
    ids=["fits", "long text", "long matter"],
)
def test_a_promise_of_any_length_fits_and_it_says_when_something_is_missing(said: dict[str, str], whole: bool) -> None:
    told, made = promise(**said).made, reminded(promise(**said))
    assert made.truncated is not whole
    assert made.commitment is not None
    assert told is not None
    assert told.text.startswith(made.commitment.text)
    assert told.matter.startswith(made.commitment.matter)
    most = reminded(promise(text="👍" * 9000, matter="👍" * 9000), message(text="👍" * 250_000))
    assert len(most.to_json()) <= MAX_BYTES


# --- its length -----------------------------------------------------------------------------------------------------

nasty = st.text(
    alphabet=st.one_of(
        st.sampled_from('"\\\n\0\x1f\x7f<&\u2028\ufffe👩‍👩‍👧ñ'), st.characters(exclude_categories=["Cs"])
    )
)


@given(nasty, nasty)
def test_the_body_is_ascii_json_whatever_was_said(text: str, name: str) -> None:
    body = handed(message(text=text, author=Author(name=name or None), attachments=())).to_json()
    assert body.isascii()
    assert body.isprintable() or "\x7f" in body  # SQS takes 0x7F and no other control character
    read = valid(body)
    assert read["message"]["text"] == text
    assert read["truncated"] is False
    assert read["customer"]["name"] == (name[:200] or None)


def test_a_long_text_that_fits_is_whole_and_one_byte_more_is_cut_and_said() -> None:
    room = MAX_BYTES - len(handed(message(text="")).to_json())
    whole = handed(message(text="x" * room))
    assert (len(whole.to_json()), whole.truncated) == (MAX_BYTES, False)
    cut = handed(message(text="x" * (room + 1)))
    assert cut.truncated
    assert 0 < len("x" * room) - len(cut.message.text) < 16


@pytest.mark.parametrize("character", ["x", "é", "\n", '"', "👍", "\0"], ids=ascii)
@pytest.mark.parametrize("length", [250_000, 6_000_000])
def test_a_text_of_any_length_fits_as_a_beginning_of_it(character: str, length: int) -> None:
    text = character * length
    cut = handed(message(text=text))
    assert cut.truncated
    assert text.startswith(cut.message.text)
    assert MAX_BYTES - 32 < len(cut.to_json()) <= MAX_BYTES
    assert cut.message.attachments
    assert cut.customer.contacts
    valid(cut.to_json())


def test_identifiers_are_never_cut_and_then_nothing_else_has_room() -> None:
    cut = handed(message(external_id="i" * MAX_BYTES))
    assert len(cut.message.external_id) == MAX_BYTES
    assert (cut.message.text, cut.message.attachments, cut.customer.contacts, cut.truncated) == ("", (), (), True)


sizes = st.integers(min_value=0, max_value=60_000)


@settings(max_examples=40)
@given(sizes, st.lists(sizes, max_size=12), st.lists(sizes, max_size=12), sizes, sizes)
def test_any_hand_off_fits_and_says_when_something_is_missing(
    text: int, attached: list[int], contacts: list[int], name: int, link: int
) -> None:
    said = message(
        text="ñ" * text,
        attachments=tuple(Attachment(type="file", name="é" * size) for size in attached),
        author=Author(name="n" * (name + 1)),
        permalink="p" * link or None,
    )
    who = about(*(ContactPoint(kind="handle", value="h" * (size + 1)) for size in contacts))
    made = handed(said, who)
    assert len(made.to_json()) <= MAX_BYTES
    assert said.text.startswith(made.message.text)
    assert [found.name for found in made.message.attachments] == [
        found.name for found in said.attachments[: len(made.message.attachments)]
    ]
    assert [found.value for found in made.customer.contacts] == [
        found.value for found in who.contacts[: len(made.customer.contacts)]
    ]
    missing = (
        made.message.text != said.text
        or len(made.message.attachments) != len(said.attachments)
        or len(made.customer.contacts) != len(who.contacts)
        or made.links.permalink != said.permalink
    )
    assert made.truncated == missing


# --- where it has been, and what else is open ------------------------------------------------------------------------


def passed(*moves: CaseMove) -> HandOff:
    return hand_off(fold(escalation(message()), moves), message(), about(), public_url="https://care.example")


def done(number: int, act: Act, *, to: str | None = None, why: str = "") -> CaseMove:
    return CaseMove(
        id=f"stp_{number}",
        identity="x:2244994945:90210",
        at=RECEIVED + timedelta(minutes=number),
        by=Agent(subject="lena", department="billing"),
        why=why,
        escalation_id=escalation(message()).id,
        number=number,
        act=act,
        to=to,
    )


def test_every_offer_is_claimed_by_a_name_of_its_own() -> None:
    first, again = passed(), passed(done(1, "returned", to="technical"), done(2, "returned", to="billing"))
    assert (first.id, first.department) == (again.id, again.department), "the same department has it once more"
    assert (first.offer, again.offer) == (0, 2)
    assert first.claim == first.id
    assert again.claim == f"{first.id}-2"


def test_what_is_done_without_a_new_offer_changes_no_claim() -> None:
    assert passed(done(1, "accepted"), done(2, "corrected")).claim == passed().claim


def test_the_whole_path_comes_with_it_and_why_it_comes_stands_first() -> None:
    found = passed(
        done(1, "returned", to="technical", why="No es una factura."),
        done(2, "handed_over", to="care", why="Pide la baja."),
    )
    assert [(stop.department, stop.act, stop.why) for stop in found.path] == [
        ("billing", "returned", "No es una factura."),
        ("technical", "handed_over", "Pide la baja."),
    ]
    assert found.reasons[0].code == "handed_over"
    assert "technical" in found.reasons[0].text
    assert "Pide la baja." in found.reasons[0].text
    assert found.department == "care"
    valid(found.to_json())


def test_open_cases_of_one_person_know_of_each_other_up_to_ten() -> None:
    others = [escalation(message(external_id=str(number))) for number in range(12)]
    found = hand_off(escalation(message()), message(), about(), others=others, public_url="")
    assert [each.id for each in found.others] == [case.id for case in others[:10]]
    assert {(each.department, each.state) for each in found.others} == {("billing", "offered")}


def test_a_reviews_stars_are_handed_over() -> None:
    said = message(rating=2)
    made = valid(handed(said).to_json())
    assert made["message"]["rating"] == 2
    assert escalation(said).reasons[-1].text == "The review gives 2 of 5 stars."
