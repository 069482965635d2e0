"""What a caller meets: refusals that name the field, nothing half done, and no word about anybody in the logs."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.ids import customer_id
from shared.models import Author, ContactPoint
from tests.abuse.bodies import LITERALS
from tests.abuse.caller import CANARY
from tests.services.customer360.counter import ANA, ANA_ON_X, said
from tests.services.desk.office import BILLING, HERS, ON_X, Office, ahead
from tests.services.desk.test_cases import ACTS

UNKNOWN, UNKNOWN_CASE, UNKNOWN_REPLY = (f"{kind}_{'a' * 26}" for kind in ("com", "esc", "rpl"))
WRITES: dict[str, dict[str, Any]] = {
    "notes": {"text": "x"},
    "needs": {"topic": "x", "text": "x"},
    "consents": {"purpose": "x", "given": True, "evidence": "x"},
    "commitments": {"stance": "promise", "matter": "x", "text": "x", "until": ahead(days=1), "department": "care"},
    f"commitments/{UNKNOWN}/kept": {},
    f"commitments/{UNKNOWN}/withdrawn": {"why": "x"},
    f"commitments/{UNKNOWN}/moved": {"until": ahead(days=1)},
    **{f"escalations/{UNKNOWN_CASE}/{act}": said for act, said in ACTS.items()},
    f"escalations/{UNKNOWN_CASE}/replies": {"text": "x"},
    "replies": {"text": "x", "channel": "telegram"},
    f"replies/{UNKNOWN_REPLY}/again": {},
    f"replies/{UNKNOWN_REPLY}/given-up": {},
}
LINKS: dict[str, dict[str, Any]] = {
    "links": {"identity": ANA_ON_X, "decision": "linked", "why": "x"},
    "unlinks": {"identity": ANA_ON_X, "why": "x"},
}
PATHS = WRITES | LINKS


@pytest.fixture(scope="module")
def unmoved() -> Office:
    """An office that refuses everything that it is asked in these tests."""
    return Office().with_people()


@pytest.fixture(scope="module")
def kept() -> Office:
    return Office().with_people()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("claims", "status", "code"),
    [
        (None, 401, "unauthenticated"),
        ({}, 401, "unauthenticated"),
        ({"sub": "marta", "scope": "openid"}, 403, "forbidden"),
        ({"sub": "marta", "scope": "customers/read department/billing"}, 403, "forbidden"),
        ({"sub": "marta", "scope": "desk/write customers/link department/billing department/bank"}, 403, "forbidden"),
        ({"sub": "marta", "scope": "desk/write customers/link purpose/war"}, 403, "forbidden"),
    ],
)
def test_who_may_not_write_learns_nothing_else(
    unmoved: Office, path: str, claims: object, status: int, code: str
) -> None:
    answer = unmoved.ask(
        f"{HERS}/{path}", "no JSON", claims=claims, headers={"idempotency-key": "", "content-type": ""}
    )
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.json["field"] == ("scope" if status == 403 else None)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", PATHS)
def test_a_token_of_nobody_writes_nothing(unmoved: Office, path: str) -> None:
    answer = unmoved.ask(f"{HERS}/{path}", PATHS[path], claims={"scope": "desk/write customers/link"})
    assert (answer.status, answer.json["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("paths", "scope", "needed"), [(WRITES, "customers/link", "desk/write"), (LINKS, "desk/write", "customers/link")]
)
def test_each_write_has_its_own_scope_and_a_refusal_names_it(
    unmoved: Office, paths: dict[str, Any], scope: str, needed: str
) -> None:
    for path, body in paths.items():
        answer = unmoved.ask(f"{HERS}/{path}", body, claims={"sub": "marta", "scope": scope})
        assert (answer.status, answer.json["detail"]) == (403, f"the token lacks the scope {needed}")
    assert unmoved.steps() == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("key", ["", "a b", "ñ", "k" * 129])
def test_without_a_key_nothing_is_written(unmoved: Office, path: str, key: str) -> None:
    answer = unmoved.ask(f"{HERS}/{path}", PATHS[path], headers={"idempotency-key": key})
    assert (answer.status, answer.json["code"], answer.json["field"]) == (400, "malformed_request", "Idempotency-Key")
    assert unmoved.steps() == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("body", "headers", "status", "field"),
    [
        ("", {}, 400, None),
        ("[]", {}, 400, None),
        ('{"why": "x"', {}, 400, None),
        ("{}", {"content-type": "text/plain"}, 415, None),
        (" " * 70_000, {}, 413, None),
        ('{"waht": 1}', {}, 422, None),
        ('{"department": "Care"}', {}, 422, None),
        ('{"why": ""}', {}, 422, "why"),
        ('{"why": "a\\u0000b"}', {}, 422, "why"),
    ],
)
def test_what_cannot_be_read_is_refused(
    unmoved: Office, path: str, body: str, headers: dict[str, str], status: int, field: str | None
) -> None:
    if field:
        body = json.dumps(PATHS[path] | json.loads(body))
    answer = unmoved.ask(f"{HERS}/{path}", body, headers=headers)
    assert answer.status == status, answer.text
    assert answer.json["field"] == field or (status == 422 and field is None and answer.json["field"])
    assert unmoved.steps() == []


@pytest.mark.parametrize("path", PATHS)
def test_an_unknown_field_is_named_and_so_is_one_that_stands_twice(unmoved: Office, path: str) -> None:
    body = PATHS[path] | {"why": "x"}
    answer = unmoved.ask(f"{HERS}/{path}", body | {"wyh": "x"})
    assert (answer.status, answer.json["field"]) == (422, "wyh")
    twice = unmoved.ask(f"{HERS}/{path}", json.dumps(body)[:-1] + ', "why": "y"}')
    assert (twice.status, twice.json["field"]) == (422, "why")
    assert unmoved.steps() == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("named", ["nobody", "cus_" + "A" * 26, "cus_" + "a" * 25, "%00", CANARY])
def test_an_id_that_is_none(unmoved: Office, path: str, named: str) -> None:
    answer = unmoved.ask(f"/customers/{quote(named)}/{path}", PATHS[path])
    assert (answer.status, answer.json["field"]) == (422, "id")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", PATHS)
def test_another_method_is_told_which_one_is_taken(unmoved: Office, path: str, method: str) -> None:
    answer = unmoved.ask(f"{HERS}/{path}", {}, method=method)
    assert (answer.status, answer.json["code"], answer.headers["allow"]) == (405, "method_not_allowed", "POST")


@pytest.mark.parametrize("path", [f"{HERS}/notes/", f"{HERS}/note", "/", "/customers", HERS])
def test_there_is_no_other_path(unmoved: Office, path: str) -> None:
    answer = unmoved.ask(path, {})
    assert (answer.status, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", PATHS)
def test_a_hostile_value_in_any_field_is_refused_or_kept_and_never_breaks_anything(office: Office, path: str) -> None:
    body = PATHS[path] | {"why": "x", "department": "care"}
    for field in body:
        hole = json.dumps({**body, field: "the hole"})
        for name, literal in LITERALS.items():
            answer = office.ask(f"{HERS}/{path}", hole.encode().replace(b'"the hole"', literal))
            assert answer.status in (201, 400, 403, 404, 409, 413, 422), (field, name, answer.text)
            assert CANARY not in answer.text or answer.status == 201


_TEXTS = st.one_of(
    st.text(max_size=40), st.sampled_from(["\u202e", "a" * 4000, "😀" * 1999, "'); DROP", "#", "event#"])
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=_TEXTS, why=st.one_of(st.none(), _TEXTS))
def test_what_is_noted_is_read_back_as_it_was_written(kept: Office, text: str, why: str | None) -> None:
    answer = kept.ask(f"{HERS}/notes", {"text": text} | ({} if why is None else {"why": why}))
    assert answer.status in (201, 422)
    if answer.status == 201:
        assert (answer.json["text"], answer.json["why"]) == (text.strip(), (why or "").strip())
        (step,) = (step for step in kept.steps() if step.id == answer.json["id"])
        assert step.model_dump()["text"] == text.strip()


# --- logs


def test_no_word_about_anybody_is_logged(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    author = Author(contacts=(ContactPoint(kind="phone", value="+34600777888"),))
    office.customers.hear(said("9", author=author))
    asked: list[tuple[str, object]] = [
        (f"{HERS}/notes", {"text": CANARY, "why": CANARY}),
        (f"{HERS}/notes", {"text": CANARY, CANARY: CANARY}),
        (f"{HERS}/notes", {"text": "x", "identity": CANARY}),
        (f"{HERS}/notes", {"text": "x", "escalation_id": CANARY}),
        (f"{HERS}/notes", CANARY),
        (f"{HERS}/needs", {"topic": CANARY, "text": CANARY, "event_key": f"event#{CANARY}"}),
        (f"{HERS}/consents", {"purpose": CANARY, "given": True, "evidence": CANARY}),
        (f"{HERS}/commitments", WRITES["commitments"] | {"matter": CANARY, "text": CANARY}),
        (f"{HERS}/commitments", WRITES["commitments"] | {"until": CANARY}),
        (f"{HERS}/commitments/{CANARY}/kept", {}),
        (f"{HERS}/links", LINKS["links"] | {"why": CANARY}),
        (f"{HERS}/links", LINKS["links"] | {"identity": CANARY}),
        (f"{HERS}/replies", {"text": CANARY, "channel": "telegram"}),
        (f"{HERS}/replies", {"text": CANARY, "channel": CANARY}),
        (f"{HERS}/replies", {"text": "x", "template": CANARY, "language": CANARY, "channel": "telegram"}),
        ("/departments/billing/claims", {"why": CANARY}),
        (f"/departments/{CANARY}/claims", {}),
        (f"/customers/{CANARY}/notes", {"text": "x"}),
        (f"/{CANARY}", {}),
    ]
    statuses = [office.ask(path, body, key=f"{CANARY}{number}").status for number, (path, body) in enumerate(asked)]
    assert statuses == [201, 422, 422, 422, 400, 422, 422, 201, 422, 422, 201, 422, 201, 422, 422, 201, 422, 422, 404]
    lines = [f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name[:6] != "mangum"]
    assert len(lines) == len(asked), "one line for each outcome"
    for personal in (CANARY, "600777888", ANA, "5150001", customer_id(ANA)):
        assert personal not in "\n".join(lines)


def test_a_department_s_answer_is_the_same_call_with_its_own_token(office: Office) -> None:
    wrong = office.ask(f"{ON_X}/notes", {"text": "x", "department": "care"}, claims=BILLING)
    assert (wrong.status, wrong.json["detail"]) == (403, "the token lacks the scope department/care")
