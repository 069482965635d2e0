"""The published description: equal to the code, with examples that the service really gave."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from services.desk.openapi import EXAMPLES, document
from shared.http.problems import MEDIA_TYPE
from tests.services.customer360.counter import ANA, LUIS, said
from tests.services.desk.office import Office, with_number
from tests.template import ROOT, resources

PUBLISHED = ROOT / "shared" / "contracts" / "desk-openapi.json"
_EXAMPLES = json.loads(EXAMPLES.read_text())


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    return ((path, operation) for path, methods in document()["paths"].items() for operation in methods.values())


def _contents() -> Iterator[dict[str, Any]]:
    for _, operation in _operations():
        for place in (operation["requestBody"], *operation["responses"].values()):
            yield from place["content"].values()


def test_the_published_description_is_the_code_s() -> None:
    assert json.loads(PUBLISHED.read_text()) == document(), (
        "python -m services.desk.openapi > shared/contracts/desk-openapi.json"
    )


def test_the_examples_are_a_day_at_the_desk() -> None:
    """Each builds on those before it, a minute later."""
    office = Office().with_people()
    office.customers.hear(
        said("10", who=ANA, at=office.clock, **with_number("C-1")),
        said("11", who=LUIS, at=office.clock, **with_number("C-2")),
    )
    for example in _EXAMPLES:
        office.later(minutes=1)
        path = example["path"]
        for name in ("id", "commitment_id"):
            path = path.replace(f"{{{name}}}", example.get(name, ""))
        body = " " * example["length"] if "length" in example else example.get("asked")
        answer = office.ask(
            path, body, key=example["name"], claims=example["claims"], headers=example.get("headers", {})
        )
        assert (answer.status, answer.json) == (example["status"], example["answer"]), example["name"]


def test_every_operation_has_an_example_and_so_has_every_refusal() -> None:
    refusals = set()
    for path, operation in _operations():
        body = operation["requestBody"]["content"]["application/json"]
        assert (
            body["examples"].keys() == operation["responses"]["201"]["content"]["application/json"]["examples"].keys()
        )
        assert body["examples"], path
        for status, answer in operation["responses"].items():
            (media,) = answer["content"].items()
            assert media[0] == ("application/json" if status == "201" else MEDIA_TYPE)
            refusals |= {status} if media[1].get("examples") else set()
    assert refusals == {"201", "400", "401", "403", "404", "409", "413", "415", "422"}


def test_the_examples_fit_their_schemas() -> None:
    described = document()
    for content in _contents():
        schema = {**content["schema"], "components": described["components"]}
        Draft202012Validator.check_schema(schema)
        for example in content.get("examples", {}).values():
            Draft202012Validator(schema).validate(example["value"])


def test_every_path_says_how_it_refuses_and_what_token_and_key_it_needs() -> None:
    always = {"201", "400", "401", "403", "404", "413", "415", "422", "503"}
    for path, operation in _operations():
        scope = "customers/link" if path.endswith("links") else "desk/write"
        without_conflict = operation["operationId"] in ("note", "commit")
        assert set(operation["responses"]) == always | (set() if without_conflict else {"409"})
        assert operation["security"] == [{"token": [scope]}]
        assert operation["summary"]
        (key,) = [each for each in operation["parameters"] if each["in"] == "header"]
        assert (key["name"], key["required"]) == ("Idempotency-Key", True)


def test_every_parameter_and_schema_has_words() -> None:
    for _, operation in _operations():
        assert all(parameter["description"] for parameter in operation["parameters"])
        assert operation["requestBody"]["content"]["application/json"]["schema"]["description"]
    assert all(found.get("description") for found in document()["components"]["schemas"].values())


def test_the_gateway_s_paths_are_the_described_ones() -> None:
    routed = {route["Properties"]["RouteKey"] for route in resources("AWS::ApiGatewayV2::Route").values()}
    described = {f"{method.upper()} {path}" for path, methods in document()["paths"].items() for method in methods}
    assert described == {key for key in routed if key.startswith("POST /customers/")}


@pytest.mark.parametrize("example", _EXAMPLES, ids=lambda example: example["name"])
def test_an_example_says_what_it_shows(example: dict[str, Any]) -> None:
    assert example["summary"]
    assert example["name"] not in [other["name"] for other in _EXAMPLES if other is not example]
