"""The published description: equal to the code, with examples that the service really gave."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from services.operations.openapi import EXAMPLES, document
from shared.http.problems import MEDIA_TYPE
from tests.services.operations.bureau import Bureau, with_a_story
from tests.template import ROOT, routes_to

PUBLISHED = ROOT / "shared" / "contracts" / "operations-openapi.json"
_EXAMPLES = json.loads(EXAMPLES.read_text())


def _operations() -> list[tuple[str, dict[str, Any]]]:
    return [(path, methods["get"]) for path, methods in document()["paths"].items()]


def test_the_published_description_is_the_code_s() -> None:
    assert json.loads(PUBLISHED.read_text()) == document(), (
        "python -m services.operations.openapi > shared/contracts/operations-openapi.json"
    )


@pytest.mark.parametrize("example", _EXAMPLES, ids=lambda example: f"{example['path']} {example['name']}")
def test_the_examples_are_answers_of_the_service(bureau: Bureau, example: dict[str, Any]) -> None:
    if not example.get("before_the_story"):
        with_a_story(bureau)
    claims = {"scope": example["scope"]} if example["scope"] else None
    answer = bureau.ask(example["path"], example["query"], claims=claims)
    assert answer.status == example["status"]
    assert answer.json == example["answer"]


def test_every_answer_has_an_example() -> None:
    for path, operation in _operations():
        for status, answer in operation["responses"].items():
            (media,) = answer["content"].items()
            assert media[0] == ("application/json" if status == "200" else MEDIA_TYPE)
            assert media[1].get("examples") or status == "503", (path, status)


def test_the_examples_fit_their_schemas() -> None:
    described = document()
    answers = [answer for _, operation in _operations() for answer in operation["responses"].values()]
    for content in (content for answer in answers for content in answer["content"].values()):
        schema = {**content["schema"], "components": described["components"]}
        Draft202012Validator.check_schema(schema)
        for example in content.get("examples", {}).values():
            Draft202012Validator(schema).validate(example["value"])


def test_every_path_says_how_it_refuses_and_what_token_it_needs() -> None:
    refusals = {path: set(operation["responses"]) - {"200", "401", "403", "503"} for path, operation in _operations()}
    assert refusals == {"/ledger": {"404", "422"}, "/dead": {"422"}, "/channels": {"404"}}
    for _, operation in _operations():
        assert {"200", "401", "403", "503"} <= set(operation["responses"])
        assert operation["security"] == [{"token": ["operations/read"]}]
        assert operation["summary"]


def test_every_parameter_and_schema_has_words() -> None:
    for _, operation in _operations():
        assert all(parameter["description"] for parameter in operation.get("parameters", []))
    schemas = document()["components"]["schemas"]
    assert all(found.get("description") for found in schemas.values())


def test_the_gateway_s_paths_are_the_described_ones() -> None:
    assert {f"GET {path}" for path, _ in _operations()} == routes_to("OperationsIntegration")
