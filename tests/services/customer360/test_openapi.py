"""The published description: equal to the code, with examples that the service really gave."""

import json
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from services.customer360.openapi import EXAMPLES, document
from shared.casework.steps import (
    OURSELVES,
    Agent,
    CaseMove,
    Commitment,
    Consent,
    Need,
    Note,
    ReplyAsked,
    ReplyMove,
)
from shared.http.problems import MEDIA_TYPE
from shared.ids import customer_id, escalation_id
from shared.models import Attachment, Author, ContactPoint
from tests.conftest import NOW
from tests.services.customer360.counter import ANA, ANA_ON_X, LUIS, Counter, ago, answered, edited, said
from tests.services.customer360.rows import Rows
from tests.template import ROOT, routes_to

PUBLISHED = ROOT / "shared" / "contracts" / "customer360-openapi.json"
_EXAMPLES = json.loads(EXAMPLES.read_text())


def _operations() -> list[tuple[str, dict[str, Any]]]:
    return [(path, methods["get"]) for path, methods in document()["paths"].items()]


def tell(counter: Counter) -> None:
    """Let the story happen that the examples tell: a promise, a refusal, and nobody answers on X."""
    photo = Attachment(type="photo", id="p1")
    complaint = said("90", "No reconozco este cobro duplicado", at=ago(hours=2), attachments=(photo,))
    counter.hear(
        said("81", "Buenas, ¿la tarifa nueva entra este mes?", at=ago(days=2)),
        answered("82", "Sí, desde el día 1", at=ago(days=2, minutes=-9)),
        complaint,
        edited("90", "No reconozco este cobro duplicado de 49,90", at=ago(hours=1)),
        said("1790", "¿Hay alguien? Estoy harta de esperar", who=ANA_ON_X, at=ago(minutes=30), visibility="public"),
        said(
            "11", "Llamadme al 600 111 222", who=LUIS, at=ago(minutes=20), author=Author(name="Luis", contacts=(PHONE,))
        ),
    )
    counter.copied(complaint)
    counter.link(ANA, ANA_ON_X, at=ago(minutes=25))
    lena = Agent(subject="lena", department="billing")
    counter.take(CaseMove, ANA, at=ago(minutes=55), by=lena, escalation_id=CASE, number=1, act="accepted")
    billing, care = (Agent(subject=name, department=name) for name in ("billing", "care"))
    promise: dict[str, Any] = {
        "stance": "promise",
        "text": "Se lo abonamos el lunes.",
        "until": NOW + timedelta(days=3),
    }
    counter.take(Commitment, ANA, at=ago(minutes=50), by=billing, matter="cobro duplicado", **promise)
    answer: dict[str, Any] = {"account": "tienda_bot", "channel": "telegram", "text": "Lo abonamos el lunes, Ana."}
    asked = counter.take(ReplyAsked, ANA, at=ago(minutes=49), by=billing, escalation_id=CASE, **answer)
    went = [("attempted", {}), ("sent", {"external_id": "91", "sent_at": ago(minutes=48)})]
    for number, (act, rest) in enumerate(went, start=1):
        of: dict[str, Any] = {"reply_id": f"rpl_{asked.partition('_')[2]}", "number": number, "act": act, **rest}
        counter.take(ReplyMove, ANA, at=ago(minutes=48), by=Agent(subject=OURSELVES), **of)
    refusal: dict[str, Any] = {"stance": "refusal", "text": "Ya está cobrado; no se puede abonar."}
    counter.take(Commitment, ANA_ON_X, at=ago(minutes=15), by=care, matter="Cobro duplicado", **refusal)
    counter.take(Note, ANA, at=ago(minutes=14), by=care, text="Prefiere que la llamen por la tarde.")
    counter.take(Need, ANA, at=ago(minutes=13), by=care, topic="eSIM", text="¿Para cuándo la eSIM?")
    news: dict[str, Any] = {"purpose": "newsletter", "given": False, "evidence": "Escribió BAJA."}
    counter.take(Consent, ANA, at=ago(minutes=12), by=care, **news)
    counter.ask(f"/customers/{customer_id(ANA)}", "why=Pregunta%20por%20su%20abono", request="request-0")


CASE = escalation_id(identity=ANA, external_id="90", department="billing")
PHONE = ContactPoint(kind="phone", value="+34600111222")


@pytest.fixture
def visited() -> Counter:
    counter = Counter(Rows())
    tell(counter)
    return counter


def test_the_published_description_is_the_code_s() -> None:
    assert json.loads(PUBLISHED.read_text()) == document(), (
        "python -m services.customer360.openapi > shared/contracts/customer360-openapi.json"
    )


@pytest.mark.parametrize(
    "example", _EXAMPLES, ids=lambda example: f"{example['path'].rpartition('/')[2]}-{example['name']}"
)
def test_the_examples_are_answers_of_the_service(visited: Counter, example: dict[str, Any]) -> None:
    path = example["path"].replace("{id}", example["id"])
    answer = visited.ask(path, example["query"], claims=example["claims"])
    assert answer.status == example["status"]
    assert answer.json == example["answer"]


def test_every_answer_has_an_example() -> None:
    for path, operation in _operations():
        for status, answer in operation["responses"].items():
            if status == "304":
                assert "content" not in answer
                continue
            (media,) = answer["content"].items()
            assert media[0] == ("application/json" if status == "200" else MEDIA_TYPE)
            assert media[1].get("examples") or status == "503", (path, status)


def test_the_examples_fit_their_schemas() -> None:
    described = document()
    answers = [answer for _, operation in _operations() for answer in operation["responses"].values()]
    for content in (content for answer in answers for content in answer.get("content", {}).values()):
        schema = {**content["schema"], "components": described["components"]}
        Draft202012Validator.check_schema(schema)
        for example in content.get("examples", {}).values():
            Draft202012Validator(schema).validate(example["value"])


def test_every_path_says_how_it_refuses_and_what_token_it_needs() -> None:
    scopes = {"links": "customers/link", "preview": "customers/link", "audit": "customers/audit"}
    for path, operation in _operations():
        last = path.rpartition("/")[2]
        further = {"409"} if last == "preview" else set()
        unchanged = set() if last == "audit" else {"304"}
        assert set(operation["responses"]) == {"200", "401", "403", "404", "422", "503"} | further | unchanged
        assert operation["security"] == [{"token": [scopes.get(last, "customers/read")]}]
        assert operation["summary"]
    assert document()["components"]["securitySchemes"]["token"]["bearerFormat"] == "JWT"


def test_every_field_and_parameter_that_needs_words_has_them() -> None:
    for _, operation in _operations():
        assert all(parameter["description"] for parameter in operation["parameters"])
    schemas = document()["components"]["schemas"]
    assert all(schemas[name].get("description") for name in ("Customer", "Entry", "Escalation", "NextStep", "Problem"))


def test_the_gateway_s_paths_are_the_described_ones() -> None:
    assert {f"GET {path}" for path, _ in _operations()} == routes_to("Customer360Integration")
