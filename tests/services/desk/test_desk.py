"""Notes, needs and consents, and what holds for every write: done once, in somebody's name, about this customer."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from services.desk import asked, desk
from shared.casework.brief import MOST_NOTES, MOST_OF_ONE, Brief
from shared.casework.steps import Agent, Consent, Need, Note
from shared.http.writing import Body
from shared.ids import customer_id, step_id
from shared.projection import casework
from shared.store import keys, steps
from tests.conftest import NOW
from tests.double import Answer as Outcome
from tests.double.wire import Arguments
from tests.services.customer360.counter import ANA, ANA_ON_X, LUIS, PLAYBOOK
from tests.services.desk.office import BILLING, CARE, EVERYTHING, HERS, HIS, ON_X, Office

NOTE = {"text": "Llamar por la tarde"}
NEED = {"topic": "Roaming en Suiza", "text": "Pregunta si entra en la tarifa"}
CONSENT = {"purpose": "newsletter", "given": False, "evidence": "Lo dijo por teléfono"}
WRITES = [("notes", NOTE), ("needs", NEED), ("consents", CONSENT)]


def brief(office: Office, identity: str = ANA) -> Brief:
    return Brief.model_validate_json(office.items()[keys.brief(identity)]["state"]["S"])


def test_a_note_is_kept_shown_and_answered(office: Office) -> None:
    answer = office.ask(f"{HERS}/notes", NOTE | {"why": "Lo pidió ella", "department": "care"}, key="k")
    by = {"subject": "marta", "department": "care"}
    assert answer.status == 201
    assert answer.json == {
        "id": step_id(subject="marta", identity=ANA, idempotency_key="k"),
        "identity": ANA,
        "at": "2026-11-22T12:00:00Z",
        "by": by,
        "why": "Lo pidió ella",
        "text": "Llamar por la tarde",
        "escalation_id": None,
    }
    (kept,) = brief(office).notes
    assert (kept.text, kept.at, kept.by.model_dump()) == ("Llamar por la tarde", NOW, by)


def test_a_need_and_a_consent_are_kept_and_shown(office: Office) -> None:
    need = office.ask(f"{HERS}/needs", NEED)
    consent = office.ask(f"{HERS}/consents", CONSENT)
    assert (need.status, need.json["topic"], need.json["event_key"]) == (201, "Roaming en Suiza", None)
    assert (consent.status, consent.json["purpose"], consent.json["given"]) == (201, "newsletter", False)
    assert [need.topic for need in brief(office).needs] == ["Roaming en Suiza"]
    assert brief(office).consents["newsletter"].evidence == "Lo dijo por teléfono"


@pytest.mark.parametrize(("path", "body"), WRITES)
def test_the_same_under_the_same_key_is_done_once_and_answered_again(
    office: Office, path: str, body: dict[str, Any]
) -> None:
    first = office.ask(f"{HERS}/{path}", body, key="k")
    office.later(hours=3)
    before = office.items()
    again = office.ask(f"{HERS}/{path}", body, key="k")
    assert (again.status, again.json) == (201, first.json)
    assert office.items() == before


@pytest.mark.parametrize(("path", "body"), WRITES)
@pytest.mark.parametrize("change", [{"why": "otra cosa"}, {"department": "care"}])
def test_something_else_under_the_same_key_is_refused(
    office: Office, path: str, body: dict[str, Any], change: dict[str, Any]
) -> None:
    office.ask(f"{HERS}/{path}", body, key="k")
    before = office.items()
    answer = office.ask(f"{HERS}/{path}", body | change, key="k")
    assert (answer.status, answer.json["field"]) == (422, "Idempotency-Key")
    assert office.items() == before


def test_another_kind_of_write_under_the_same_key_is_refused(office: Office) -> None:
    office.ask(f"{HERS}/notes", NOTE, key="k")
    assert office.ask(f"{HERS}/needs", NEED, key="k").json["field"] == "Idempotency-Key"
    assert len(office.steps()) == 1


def test_a_key_is_its_author_s_own(office: Office) -> None:
    ids = {office.ask(f"{HERS}/notes", NOTE, key="k", claims=claims).json["id"] for claims in (EVERYTHING, BILLING)}
    assert len(ids) == 2
    assert len(brief(office).notes) == 2


def test_a_token_without_sub_is_its_client_s(office: Office) -> None:
    claims = {"client_id": "consumer-7", "scope": "desk/write"}
    assert office.ask(f"{HERS}/notes", NOTE, claims=claims).json["by"]["subject"] == "consumer-7"


@pytest.mark.parametrize(("path", "body"), WRITES)
def test_dying_between_journal_and_projection_loses_nothing(
    office: Office, path: str, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = Office().with_people()
    first = calm.ask(f"{HERS}/{path}", body, key="k")

    class Died(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr("shared.projection.casework.take", die)
        assert office.ask(f"{HERS}/{path}", body, key="k").status == 500, "Mangum outlives it, and nothing else does"
    (kept,) = office.steps()
    assert keys.brief(ANA) not in office.items()

    other = Office().with_people()
    other.table.insert(office.items()[keys.step(identity_name=ANA, step_id=kept.id)])
    other.settle()
    office.later(minutes=1)
    again = office.ask(f"{HERS}/{path}", body, key="k")
    assert (again.status, again.json) == (201, first.json), "the repeated request completes it"
    assert brief(office) == brief(other) == brief(calm), "and so does the stream"


def test_a_step_that_cannot_be_projected_is_kept_and_told_of(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("Llamar por la tarde")

    with monkeypatch.context() as patched:
        patched.setattr("shared.projection.casework.take", fail)
        answer = office.ask(f"{HERS}/notes", NOTE)
    assert answer.status == 201
    assert [step.text for step in office.steps() if isinstance(step, Note)] == ["Llamar por la tarde"]
    (told,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert told.getMessage() == "step kept and not projected"
    assert "Llamar" not in str(vars(told))


class AtTheSameTime:
    """Journals a step while another process is about to journal its own (a hook of the double)."""

    def __init__(self, office: Office, step: Note) -> None:
        self.office, self.step = office, step

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        if operation == "PutItem" and self in self.office.cloud.hooks:
            self.office.cloud.hooks.remove(self)
            self.office.table.insert(steps.item(self.step))

    def after(self, service: str, operation: str, arguments: Arguments, answer: Outcome) -> None: ...


@pytest.mark.parametrize(("text", "status"), [(NOTE["text"], 201), ("Otra cosa", 422)])
def test_of_two_requests_at_once_under_one_key_the_first_is_kept(office: Office, text: str, status: int) -> None:
    own = step_id(subject="marta", identity=ANA, idempotency_key="k")
    first = Note(id=own, identity=ANA, at=office.clock, by=Agent(subject="marta"), text=text)
    office.cloud.hooks.append(AtTheSameTime(office, first))
    office.later(seconds=1)
    answer = office.ask(f"{HERS}/notes", NOTE, key="k")
    assert (answer.status, answer.json.get("at")) == (status, "2026-11-22T12:00:00Z" if status == 201 else None)
    assert office.steps() == [first]


# --- about whom


def test_it_is_written_to_the_identity_of_the_path_unless_another_is_named(office: Office) -> None:
    linked = office.ask(f"{HERS}/links", {"identity": ANA_ON_X, "decision": "linked", "why": "Lo dijo"})
    assert linked.status == 201, linked.text
    named = [
        office.ask(f"{HERS}/notes", NOTE),
        office.ask(f"{ON_X}/notes", NOTE),
        office.ask(f"{HERS}/notes", NOTE | {"identity": ANA_ON_X}),
    ]
    assert [answer.json["identity"] for answer in named] == [ANA, ANA_ON_X, ANA_ON_X]


@pytest.mark.parametrize("identity", [LUIS, "telegram:tienda_bot:nobody", "x"])
@pytest.mark.parametrize(("path", "body"), WRITES)
def test_an_identity_of_somebody_else_is_refused(
    office: Office, path: str, body: dict[str, Any], identity: str
) -> None:
    answer = office.ask(f"{HERS}/{path}", body | {"identity": identity})
    assert (answer.status, answer.json["field"]) == (422, "identity")
    assert office.steps() == []


@pytest.mark.parametrize(("path", "body"), WRITES)
def test_nobody_is_told_of_whom_nobody_knows(office: Office, path: str, body: dict[str, Any]) -> None:
    answer = office.ask(f"/customers/{customer_id('telegram:tienda_bot:nobody')}/{path}", body)
    assert (answer.status, answer.json["code"]) == (404, "not_found")


def case(office: Office) -> str:
    (key,) = [key for key in office.items() if key.sk.startswith(keys.ESCALATION_PREFIX)]
    return key.sk.removeprefix(keys.ESCALATION_PREFIX)


def test_a_note_on_a_case_is_written_to_the_case_s_identity(office: Office) -> None:
    office.ask(f"{HERS}/links", {"identity": ANA_ON_X, "decision": "linked", "why": "Lo dijo"})
    answer = office.ask(f"{ON_X}/notes", NOTE | {"escalation_id": case(office)}, claims=BILLING)
    assert (answer.status, answer.json["identity"], answer.json["escalation_id"]) == (201, ANA, case(office))
    assert brief(office).notes[0].escalation_id == case(office)


@pytest.mark.parametrize(("path", "claims"), [(HERS, CARE), (HIS, BILLING), (HIS, EVERYTHING)])
def test_a_case_out_of_reach_or_of_somebody_else_is_no_case(office: Office, path: str, claims: object) -> None:
    answer = office.ask(f"{path}/notes", NOTE | {"escalation_id": case(office)}, claims=claims)
    assert (answer.status, answer.json["field"]) == (422, "escalation_id")
    assert "no such case" in answer.json["detail"]
    assert office.steps() == []


def test_a_case_and_another_identity_contradict_each_other(office: Office) -> None:
    office.ask(f"{HERS}/links", {"identity": ANA_ON_X, "decision": "linked", "why": "Lo dijo"})
    answer = office.ask(f"{HERS}/notes", NOTE | {"escalation_id": case(office), "identity": ANA_ON_X})
    assert (answer.status, answer.json["field"]) == (422, "identity")


# --- in whose name


@pytest.mark.parametrize(
    ("scope", "named", "department"),
    [
        ("desk/write", None, None),
        ("desk/write", "care", "care"),
        ("desk/write department/billing", None, "billing"),
        ("desk/write department/billing", "billing", "billing"),
        ("desk/write department/billing department/care", "care", "care"),
    ],
)
def test_in_whose_name(office: Office, scope: str, named: str | None, department: str | None) -> None:
    body = NOTE | ({"department": named} if named else {})
    answer = office.ask(f"{HERS}/notes", body, claims={"sub": "marta", "scope": scope})
    assert (answer.status, answer.json["by"]["department"]) == (201, department)


@pytest.mark.parametrize(
    ("scope", "named", "status", "told"),
    [
        ("desk/write", "bank", 422, "name one of: "),
        ("desk/write department/billing", "care", 403, "department/care"),
        ("desk/write department/billing department/care", None, 422, "name one of them"),
    ],
)
def test_in_nobody_else_s_name(office: Office, scope: str, named: str | None, status: int, told: str) -> None:
    body = NOTE | ({"department": named} if named else {})
    answer = office.ask(f"{HERS}/notes", body, claims={"sub": "marta", "scope": scope})
    assert answer.status == status
    assert answer.json["field"] == "department"
    assert told in answer.json["detail"]
    assert office.steps() == []


# --- once, whoever is parted meanwhile


def test_a_key_is_another_one_for_another_identity(office: Office) -> None:
    assert office.ask(f"{HERS}/links", {"identity": ANA_ON_X, "decision": "linked", "why": "x"}).status == 201
    mine, others = (office.ask(f"{HERS}/notes", NOTE | {"identity": who}, key="k").json for who in (ANA, ANA_ON_X))
    assert (mine["identity"], others["identity"]) == (ANA, ANA_ON_X)
    assert mine["id"] != others["id"]


@pytest.mark.parametrize("what", ["notes", "needs", "consents", "commitments"])
def test_a_request_that_is_repeated_is_answered_again_though_its_identity_was_parted(office: Office, what: str) -> None:
    bodies: dict[str, dict[str, Any]] = {
        "notes": NOTE,
        "needs": {"topic": "eSIM", "text": "x"},
        "consents": {"purpose": "news", "given": True, "evidence": "x"},
        "commitments": {"stance": "refusal", "matter": "x", "text": "x", "department": "care"},
    }
    body = bodies[what] | {"identity": ANA_ON_X}
    office.ask(f"{HERS}/links", {"identity": ANA_ON_X, "decision": "linked", "why": "x"})
    first = office.ask(f"{HERS}/{what}", body, key="k")
    assert first.status == 201
    office.later(minutes=1)
    assert office.ask(f"{HERS}/unlinks", {"identity": ANA_ON_X, "why": "x"}).status == 201
    again = office.ask(f"{HERS}/{what}", body, key="k")
    assert (again.status, again.json) == (201, first.json)
    other = office.ask(f"{HERS}/{what}", body, key="another")
    assert (other.status, other.json["field"]) == (422, "identity")


# --- what a need rests on, and how many there may be


def test_a_need_names_the_message_in_which_it_was_asked_for(office: Office) -> None:
    (key,) = [key for key in office.items() if key.pk == keys.identity(ANA) and key.sk.startswith(keys.EVENT_PREFIX)]
    assert office.ask(f"{HERS}/needs", NEED | {"event_key": key.sk}).json["event_key"] == key.sk


@pytest.mark.parametrize("key", ["event#2026", "about", "event#" + "ñ" * 600, "event#undated#9"])
def test_a_message_that_is_not_there_is_refused(office: Office, key: str) -> None:
    answer = office.ask(f"{HERS}/needs", NEED | {"event_key": key})
    assert (answer.status, answer.json["field"]) == (422, "event_key")
    assert office.steps() == []


def test_a_message_of_another_identity_is_not_there(office: Office) -> None:
    (key,) = [key for key in office.items() if key.pk == keys.identity(LUIS) and key.sk.startswith(keys.EVENT_PREFIX)]
    assert office.ask(f"{HERS}/needs", NEED | {"event_key": key.sk}).json["field"] == "event_key"


@pytest.mark.parametrize(("path", "field", "body"), [("needs", "topic", NEED), ("consents", "purpose", CONSENT)])
def test_the_card_has_room_for_so_many_and_no_more(
    office: Office, path: str, field: str, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "MOST_NAMED", 2)
    named = [office.ask(f"{HERS}/{path}", body | {field: name}).status for name in ("a", "b", "a")]
    answer = office.ask(f"{HERS}/{path}", body | {field: "c"})
    assert named == [201, 201, 201]
    assert (answer.status, answer.json["code"], answer.json["field"]) == (409, "conflict", field)


def test_a_need_counts_for_each_department_that_raises_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "MOST_NAMED", 2)
    raised = [
        office.ask(f"{HERS}/needs", NEED, claims=claims).status for claims in (BILLING, CARE, BILLING, EVERYTHING)
    ]
    assert raised == [201, 201, 201, 409]
    assert [need.by.department for need in brief(office).needs] == ["billing", "care"]


# --- how much there may be of it: DynamoDB takes 400 KB an item, and each text may be as long as a body has it

LONGEST_ITEM = 350_000  # bytes, with room to spare for requests that were let in at the same instant
LONGEST_SUBJECT = '"' * 255  # OpenID Connect Core 1.0, section 2: at most 255 ASCII characters
LONGEST_IDENTITY = '"' * (2048 - len("identity#"))  # a partition key has at most 2,048 bytes


def filled(length: int, character: str) -> str:
    """Return a text of a length, of one character but for its ends: blanks there are taken off."""
    return f"x{character * (length - 2)}x"


TAKEN: list[tuple[type[Body], str, dict[str, Any], int]] = [
    (asked.Note, "text", NOTE, 4000),
    (asked.Need, "topic", NEED, 200),
    (asked.Need, "text", NEED, 4000),
    (asked.Consent, "purpose", CONSENT, 31),
    (asked.Consent, "evidence", CONSENT, 4000),
]


@pytest.mark.parametrize(("said", "field", "body", "length"), TAKEN)
def test_nothing_longer_is_taken_than_the_longest_brief_is_made_of(
    said: type[Body], field: str, body: dict[str, Any], length: int
) -> None:
    assert said.model_validate(body | {field: "x" * length})
    with pytest.raises(ValidationError):
        said.model_validate(body | {field: "x" * (length + 1)})


def longest(character: str) -> Iterator[Note | Need | Consent]:
    """Yield as many needs and consents as an identity's card has room for and more notes, each of the longest."""
    line, text = filled(200 - 2, '"' if character == "\n" else character), filled(4000, character)

    def common(name: str, number: int) -> dict[str, Any]:
        at = NOW + timedelta(seconds=number, microseconds=1)
        by = Agent(subject=LONGEST_SUBJECT, department=f"{'d' * 29}{number // MOST_OF_ONE:02}")
        return {"id": f"stp_{name * 24}{number:02}", "identity": LONGEST_IDENTITY, "at": at, "by": by}

    for number in range(MOST_NOTES + MOST_OF_ONE):
        yield Note(**common("n", number), text=asked.Note(text=text).text, escalation_id=f"esc_{'e' * 26}")
    for number in range(desk.MOST_NAMED):
        need = asked.Need(topic=f"{line}{number:02}", text=text)
        yield Need(**common("d", number), topic=need.topic, text=need.text)
        consent = asked.Consent(purpose=f"{'p' * 29}{number:02}", given=False, evidence=text)
        yield Consent(**common("c", number), purpose=consent.purpose, given=consent.given, evidence=consent.evidence)


@pytest.mark.parametrize("character", ["😀", '"', "\n"])
def test_the_longest_brief_is_an_item_that_the_table_takes(character: str) -> None:
    (item,) = casework.compute(longest(character), lambda: PLAYBOOK).values()
    kept = Brief.model_validate_json(item["state"]["S"])
    most = (MOST_NOTES, desk.MOST_NAMED, desk.MOST_NAMED)
    assert (len(kept.notes), len(kept.needs), len(kept.consents)) == most
    item["projected_at"] = {"S": keys.instant(NOW)}
    assert sum(len(name) + len(value["S"].encode()) for name, value in item.items()) < LONGEST_ITEM


def test_what_the_card_shows_the_beginning_of_the_journal_has_whole(office: Office) -> None:
    text = filled(4000, "😀")
    bodies = {"notes": {"text": text}, "needs": {"topic": "x", "text": text}, "consents": CONSENT | {"evidence": text}}
    for path, body in bodies.items():
        answer = office.ask(f"{HERS}/{path}", body)
        assert (answer.status, answer.json.get("text") or answer.json["evidence"]) == (201, text)
    kept = brief(office)
    shown = [len(each) for each in (kept.notes[0].text, kept.needs[0].text, kept.consents["newsletter"].evidence)]
    assert shown == [1001, 301, 301]
    assert [text in step.model_dump().values() for step in office.steps()] == [True, True, True]


# --- in whatever order, and however often

REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("notes", NOTE),
    ("notes", {"text": "Otra nota", "department": "care"}),
    ("needs", NEED),
    ("needs", NEED | {"text": "Lo pide otra vez"}),
    ("consents", CONSENT),
    ("consents", CONSENT | {"given": True}),
    ("commitments", {"stance": "refusal", "matter": "x", "text": "No.", "department": "care"}),
    ("links", {"identity": ANA_ON_X, "decision": "dismissed", "why": "Son dos"}),
]


@settings(max_examples=25)
@given(st.lists(st.integers(0, len(REQUESTS) - 1), min_size=1, max_size=12), st.data())
def test_whatever_is_repeated_changes_nothing_and_order_does_not_count(order: list[int], data: st.DataObject) -> None:
    calm, restless = Office().with_people(), Office().with_people()
    for number in sorted(set(order)):
        assert calm.ask(f"{HERS}/{REQUESTS[number][0]}", REQUESTS[number][1], key=f"k{number}").status == 201
    for number in data.draw(st.permutations(order)):
        assert restless.ask(f"{HERS}/{REQUESTS[number][0]}", REQUESTS[number][1], key=f"k{number}").status == 201
    restless.settle()
    assert restless.items() == calm.items()
