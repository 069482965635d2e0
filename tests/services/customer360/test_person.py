"""One person of several identities: what each was told, asked for, allowed and felt, put together and masked."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from services.customer360 import person
from shared.casework.steps import (
    Agent,
    CaseMove,
    Commitment,
    CommitmentEnd,
    CommitmentMove,
    Consent,
    Corrections,
    Need,
    Note,
)
from shared.ids import customer_id, escalation_id
from shared.models import Author, Call, ContactPoint, ProfileChange
from tests.conftest import NOW
from tests.services.customer360.counter import ANA, ANA_ON_X, EVERYTHING, Counter, ago, said
from tests.services.customer360.rows import Rows

HERS = f"/customers/{customer_id(ANA)}"
BILLING, CARE = (Agent(subject=name, department=name) for name in ("billing", "care"))
CARE_ONLY = {"sub": "carla", "scope": "customers/read department/care"}


_requests = map(str, count())


@pytest.fixture
def counter() -> Counter:
    counter = Counter(Rows())
    counter.hear(said("1", at=ago(days=5)), said("2", who=ANA_ON_X, at=ago(days=4)))
    counter.link(ANA, ANA_ON_X, at=ago(days=3))
    return counter


def _shown(counter: Counter, claims: object = EVERYTHING) -> Any:
    answer = counter.ask(HERS, claims=claims, request=next(_requests))
    assert answer.status == 200, answer.text
    return answer.json


def _told(counter: Counter, who: str, by: Agent, hours: float, *, left: float | None = 48, **what: Any) -> str:
    stance, until = ("refusal", None) if left is None else ("promise", NOW + timedelta(hours=left))
    said = {"matter": "la tarifa", "text": "...", "stance": stance, "until": until} | what
    return counter.take(Commitment, who, at=ago(hours=hours), by=by, **said).replace("stp_", "com_")


def test_what_any_identity_was_told_counts_for_the_person(counter: Counter) -> None:
    promise = _told(counter, ANA, BILLING, 5)
    refusal = _told(counter, ANA_ON_X, CARE, 4, left=None, matter="La TARIFA")
    shown = _shown(counter)
    assert [(each["id"], each["state"], each["identity"]) for each in shown["commitments"]] == [
        (promise, "open", ANA),
        (refusal, "open", ANA_ON_X),
    ]
    assert shown["conflicts"] == [
        {"kind": "contradiction", "commitments": [promise, refusal], "departments": ["billing", "care"]}
    ]
    assert (shown["next"]["code"], shown["next"]["commitment_ids"]) == ("contradiction", [promise, refusal])


def test_commitments_that_stand_come_first_the_first_due_first_and_then_those_that_ended(counter: Counter) -> None:
    late = _told(counter, ANA, BILLING, 9, left=90, matter="a")
    soon = _told(counter, ANA, CARE, 8, left=9, matter="b")
    broken = _told(counter, ANA, CARE, 7, left=-1, matter="c")
    never = _told(counter, ANA, CARE, 6, left=None, matter="d")
    kept, moved = (_told(counter, ANA, BILLING, hours, left=40, matter=str(hours)) for hours in (20, 19))
    counter.take(CommitmentMove, ANA, at=ago(hours=3), by=BILLING, commitment_id=moved, until=NOW + timedelta(days=9))
    for hours, ended in ((5, kept), (2, moved)):
        counter.take(CommitmentEnd, ANA, at=ago(hours=hours), by=BILLING, commitment_id=ended, outcome="kept")
    found = _shown(counter)["commitments"]
    assert [each["id"] for each in found] == [broken, soon, late, never, moved, kept]
    assert [each["state"] for each in found] == ["broken", "open", "open", "open", "kept", "kept"]
    assert (found[4]["moved"], found[4]["until"]) == (1, "2026-12-01T12:00:00Z")
    assert found[4]["ended"]["by"] == {"subject": "billing", "department": "billing"}


def test_of_many_that_ended_the_latest_are_listed_and_the_rest_counted(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person, "MOST_LISTED", 2)
    made = [_told(counter, ANA, BILLING, 30 + number, matter=str(number)) for number in range(4)]
    for number, name in enumerate(made[1:]):
        counter.take(CommitmentEnd, ANA, at=ago(hours=number), by=BILLING, commitment_id=name, outcome="kept")
    shown = _shown(counter)
    assert [each["id"] for each in shown["commitments"]] == [made[0], made[1], made[2]]
    assert shown["commitments_omitted"] == 1


def test_of_other_departments_commitments_only_that_they_stand_is_shown(counter: Counter) -> None:
    _told(counter, ANA, BILLING, 5, text="canario")
    refusal = _told(counter, ANA_ON_X, CARE, 4, left=None)
    ended = _told(counter, ANA, BILLING, 9, matter="otra cosa")
    counter.take(CommitmentEnd, ANA, at=ago(hours=1), by=BILLING, commitment_id=ended, outcome="kept")
    shown = _shown(counter, CARE_ONLY)
    assert [each["id"] for each in shown["commitments"]] == [refusal]
    assert shown["other_commitments"] == [{"department": "billing", "stance": "promise", "state": "open"}]
    assert shown["conflicts"][0]["commitments"] == [None, refusal]
    assert shown["next"]["commitment_ids"] == [refusal]
    assert "canario" not in str(shown)
    assert "otra cosa" not in str(shown)


def test_notes_go_with_their_department_and_with_their_case(counter: Counter) -> None:
    counter.hear(said("3", "No reconozco este cobro duplicado", at=ago(hours=9)))
    (case,) = _shown(counter)["escalations"]
    for hours, by, text, about in (
        (4, BILLING, "de billing", None),
        (3, CARE, "de care", None),
        (2, Agent(subject="x"), "de nadie", None),
        (1, Agent(subject="x"), "del caso", case["id"]),
    ):
        counter.take(Note, ANA, at=ago(hours=hours), by=by, text=text, escalation_id=about)
    assert [note["text"] for note in _shown(counter)["notes"]] == ["del caso", "de nadie", "de care", "de billing"]
    assert [note["text"] for note in _shown(counter, CARE_ONLY)["notes"]] == ["de nadie", "de care"]


def test_a_need_that_several_identities_raised_is_one_since_the_first_time_in_the_last_words(counter: Counter) -> None:
    counter.take(Need, ANA, at=ago(hours=9), by=CARE, topic="eSIM", text="¿Hay eSIM?")
    counter.take(Need, ANA_ON_X, at=ago(hours=2), by=CARE, topic="eSIM", text="¿Y la eSIM?")
    counter.take(Need, ANA, at=ago(hours=5), by=BILLING, topic="plazos", text="Pagar a plazos.")
    shown = _shown(counter)["needs"]
    assert [(each["topic"], each["text"], each["identity"]) for each in shown] == [
        ("eSIM", "¿Y la eSIM?", ANA_ON_X),
        ("plazos", "Pagar a plazos.", ANA),
    ]
    assert (shown[0]["first_at"], shown[0]["last_at"]) == ("2026-11-22T03:00:00Z", "2026-11-22T10:00:00Z")
    assert [each["topic"] for each in _shown(counter, CARE_ONLY)["needs"]] == ["eSIM"]


def test_a_need_that_two_departments_raised_is_shown_to_each_in_the_words_that_it_may_read(counter: Counter) -> None:
    counter.take(Need, ANA, at=ago(hours=9), by=CARE, topic="eSIM", text="¿Hay eSIM?")
    counter.take(Need, ANA, at=ago(hours=2), by=BILLING, topic="eSIM", text="canario")
    counter.take(Need, ANA_ON_X, at=ago(hours=12), by=BILLING, topic="eSIM", text="canario")
    (shown,) = _shown(counter)["needs"]
    assert (shown["text"], shown["first_at"], shown["last_at"], shown["by"]["department"]) == (
        "canario",
        "2026-11-22T00:00:00Z",
        "2026-11-22T10:00:00Z",
        "billing",
    )
    (own,) = _shown(counter, CARE_ONLY)["needs"]
    assert (own["text"], own["first_at"], own["last_at"], own["by"]["department"]) == (
        "¿Hay eSIM?",
        "2026-11-22T03:00:00Z",
        "2026-11-22T03:00:00Z",
        "care",
    )


def test_ten_notes_of_one_department_leave_another_its_own(counter: Counter) -> None:
    counter.take(Note, ANA, at=ago(hours=20), by=CARE, text="de care")
    for number in range(10):
        counter.take(Note, ANA, at=ago(hours=10 - number), by=BILLING, text=f"de billing {number}")
    assert [note["text"] for note in _shown(counter, CARE_ONLY)["notes"]] == ["de care"]
    assert [note["text"] for note in _shown(counter)["notes"]] == [
        *(f"de billing {number}" for number in range(9, 4, -1)),
        "de care",
    ]


def test_the_longest_texts_are_shown_by_their_beginning(counter: Counter) -> None:
    text = "\U0001f600" * 4000
    for number in range(12):
        counter.take(Need, ANA, at=ago(hours=number), by=CARE, topic=f"t{number}", text=text)
        counter.take(Note, ANA, at=ago(hours=number), by=CARE, text=text)
    shown = _shown(counter)
    assert {need["text"] for need in shown["needs"]} == {"\U0001f600" * 300 + "…"}
    assert {note["text"] for note in shown["notes"]} == {"\U0001f600" * 1000 + "…"}
    assert (len(shown["needs"]), len(shown["notes"])) == (12, 5)


def test_of_consent_the_last_word_of_any_identity_counts(counter: Counter) -> None:
    for hours, who, given in ((9, ANA, True), (2, ANA_ON_X, False), (5, ANA, True)):
        counter.take(Consent, who, at=ago(hours=hours), by=CARE, purpose="news", given=given, evidence="...")
    (shown,) = _shown(counter)["consents"]
    assert (shown["given"], shown["identity"], shown["at"]) == (False, ANA_ON_X, "2026-11-22T10:00:00Z")


def test_a_call_is_a_last_contact_like_any_message(counter: Counter) -> None:
    common = {"identity": ANA, "account": "tienda_bot", "channel": "telegram", "external_id": "c-1"}
    call = {"occurred_at": ago(hours=1), "status": "completed", "duration": 340}
    counter.hear(Call.model_validate(common | call))
    shown = {each["channel"]: each for each in _shown(counter)["last_contacts"]}
    assert shown["telegram"] == {
        "channel": "telegram",
        "identity": ANA,
        "at": "2026-11-22T11:00:00Z",
        "direction": "inbound",
        "kind": "call",
        "status": "completed",
        "duration": 340,
    }
    assert (shown["x_mention"]["kind"], shown["x_mention"]["status"]) == ("message", None)


def test_the_tone_of_a_day_is_the_strongest_on_any_channel_with_its_words(counter: Counter) -> None:
    counter.hear(
        said("3", "Estoy muy contenta, gracias", at=ago(days=2)),
        said("4", "Estoy harta, es una vergüenza", who=ANA_ON_X, at=ago(days=2)),
        said("5", "Hola", at=ago(days=1)),
    )
    (shown,) = _shown(counter)["tone"]
    assert (shown["day"], shown["name"], shown["channel"]) == ("2026-11-20", "angry", "x_mention")
    assert shown["evidence"]


def test_a_tone_that_was_read_wrong_is_shown_with_who_says_what_instead(counter: Counter) -> None:
    counter.hear(said("3", "Genial, otro cobro duplicado", at=ago(days=2)), said("4", "Estoy harta", at=ago(days=1)))
    case = escalation_id(identity=ANA, external_id="3", department="billing")
    by = Agent(subject="lena", department="billing")
    for number, tone in enumerate(("unhappy", "angry"), start=1):
        what: dict[str, Any] = {"escalation_id": case, "number": number, "act": "corrected", "why": "ironía"}
        counter.take(CaseMove, ANA, at=ago(hours=9 - number), by=by, corrections=Corrections(tone=tone), **what)
    later, first = _shown(counter)["tone"]
    assert later["corrected"] is None
    said_instead = first["corrected"]
    assert (said_instead["value"], said_instead["by"]["subject"], said_instead["why"]) == ("angry", "lena", "ironía")
    (shown,) = [each for each in _shown(counter)["escalations"] if each["id"] == case]
    assert [(each["part"], each["value"]) for each in shown["corrections"]] == [("tone", "angry")]
    assert _shown(counter, CARE_ONLY)["tone"][1]["corrected"] is None, "the message is withheld"


def test_two_spellings_of_one_number_are_one_contact_with_the_stronger_proof(counter: Counter) -> None:
    old = ContactPoint(kind="phone", value="+551187654321", proof="platform")
    new = ContactPoint(kind="phone", value="+5511987654321")
    for number, (who, point) in enumerate(((ANA, new), (ANA_ON_X, old))):
        message = said(f"b{number}", who=who, at=ago(days=1))
        assert message.author
        author = message.author.model_copy(update={"contacts": (point,)})
        counter.hear(message.model_copy(update={"author": author}))
    phones = [each for each in _shown(counter)["contacts"] if each["value"].startswith("+55")]
    assert [(each["value"], each["proof"]) for each in phones] == [("+551187654321", "platform")]
    for spelling in ("551187654321", "5511987654321"):
        found = counter.ask("/customers/lookup", f"phone={spelling}", request=spelling).json["customers"]
        assert [each["customer"]["id"] for each in found] == [customer_id(ANA)]


def _moved(number: int, previous: str, current: str, *, hours: float, who: str = ANA) -> ProfileChange:
    where = said(f"m{number}", who=who).model_dump(include={"identity", "account", "channel"})
    change = {"field": "phone", "previous": previous, "current": current}
    return ProfileChange.model_validate(where | change | {"external_id": f"m{number}", "occurred_at": ago(hours=hours)})


def _phones(counter: Counter) -> dict[str, str | None]:
    return {each["value"]: each["until"] for each in _shown(counter)["contacts"] if each["kind"] == "phone"}


def test_a_number_that_was_given_up_and_taken_back_is_a_way_to_reach_them_again(counter: Counter) -> None:
    old, new = "+34600999111", "+34600999222"
    counter.hear(_moved(1, old, new, hours=9))
    assert (_phones(counter)[old], _phones(counter)[new]) == ("2026-11-22T03:00:00Z", None)
    counter.hear(_moved(2, new, old, hours=2))
    assert (_phones(counter)[old], _phones(counter)[new]) == (None, "2026-11-22T10:00:00Z")
    ways = {way["value"] for way in _shown(counter)["reach"]}
    assert (old in ways, new in ways) == (True, False)


def test_a_number_is_given_up_in_whichever_spelling_and_when_each_identity_that_had_it_gave_it_up(
    counter: Counter,
) -> None:
    one, other, new = "+5491123456789", "+541123456789", "+34600999222"
    for number, (who, spelling) in enumerate(((ANA, one), (ANA_ON_X, other))):
        message = said(f"b{number}", who=who, at=ago(days=1))
        author = Author(contacts=(ContactPoint(kind="phone", value=spelling),))
        counter.hear(message.model_copy(update={"author": author}))
    counter.hear(_moved(1, other, new, hours=9))
    assert _phones(counter)[one] is None, "the other identity still has it"
    counter.hear(_moved(2, one, new, hours=2, who=ANA_ON_X))
    assert _phones(counter)[one] == "2026-11-22T10:00:00Z"


@pytest.mark.parametrize(
    ("fields", "shown"),
    [("next", {"id", "next"}), ("notes,needs", {"id", "needs", "notes"}), ("first_seen", {"id", "first_seen"})],
)
def test_fields_choose_what_is_answered(counter: Counter, fields: str, shown: set[str]) -> None:
    whole = _shown(counter)
    answer = counter.ask(HERS, f"fields={fields}", request="some")
    assert answer.json == {name: whole[name] for name in shown}
    found = counter.ask("/customers/lookup", f"identity={ANA}&fields={fields}", request="found").json["customers"][0]
    assert found["customer"] == answer.json
    assert found["found_by"]["identities"] == [], "they are a part of their own"


def test_a_purpose_shows_its_parts_alone(counter: Counter) -> None:
    claims = {"sub": "courier", "scope": "customers/read purpose/delivery"}
    assert set(_shown(counter, claims)) == {"id", "contacts", "conversations", "commitments"}
    refused = counter.ask(HERS, "fields=notes", claims=claims)
    assert (refused.status, refused.json["code"]) == (403, "forbidden")
    assert "notes" in refused.json["detail"]


def test_the_words_of_a_tone_are_left_out_where_their_message_is_withheld(counter: Counter) -> None:
    counter.hear(
        said("3", "Estoy harta de este cobro duplicado, ladrones", at=ago(days=2)),
        said("4", "Qué vergüenza de servicio", at=ago(days=1)),
    )
    assert all(each["evidence"] for each in _shown(counter)["tone"])
    masked = _shown(counter, CARE_ONLY)["tone"]
    assert [(each["day"], each["name"], bool(each["evidence"])) for each in masked] == [
        ("2026-11-21", "angry", True),
        ("2026-11-20", "angry", False),
    ]
