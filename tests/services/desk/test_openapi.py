"""The published description: equal to the code, with examples that the service really gave."""

import json
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from services.desk.openapi import EXAMPLES, document
from shared.http.problems import MEDIA_TYPE
from shared.playbook import Person
from tests.services.customer360.counter import ANA, LUIS, Answer, said
from tests.services.desk.office import COMPLAINT, Office, with_number
from tests.services.desk.test_directory import staffed
from tests.services.desk.test_replies import became, on_whatsapp
from tests.template import ROOT, resources

PUBLISHED = ROOT / "shared" / "contracts" / "desk-openapi.json"
_EXAMPLES = json.loads(EXAMPLES.read_text())


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        yield from ((path, method, operation) for method, operation in methods.items())


def _contents() -> Iterator[dict[str, Any]]:
    for _, _, operation in _operations():
        for place in (operation.get("requestBody", {}), *operation["responses"].values()):
            yield from place.get("content", {}).values()


def test_the_published_description_is_the_code_s() -> None:
    assert json.loads(PUBLISHED.read_text()) == document(), (
        "python -m services.desk.openapi > shared/contracts/desk-openapi.json"
    )


def a_day() -> Office:
    """Return an office to which people have written what the examples are about."""
    consumer = Person(subject="billing-consumer", name="Cobros", departments=("billing",), may_promise=("*",))
    playbook = staffed()
    office = Office(playbook=playbook.model_copy(update={"people": (*playbook.people, consumer)})).with_people()
    on_whatsapp(office, hours=30)
    office.customers.hear(
        said("10", who=ANA, at=office.clock, **with_number("C-1")),
        said("11", who=LUIS, at=office.clock, **with_number("C-2")),
        said("12", f"Es urgente: {COMPLAINT.lower()}", who=LUIS, at=office.clock),
        said("13", "Además, el router se corta", who=ANA, at=office.clock),
    )
    return office


def asked(office: Office, example: dict[str, Any]) -> Answer:
    """Ask what an example asks, a minute after the one before it."""
    office.later(minutes=1)
    path = example["path"]
    for name in ("id", "commitment_id", "escalation_id", "reply_id", "name"):
        path = path.replace(f"{{{name}}}", example.get("of" if name == "name" else name, ""))
    if example.get("method") == "get":
        return office.see(path, example.get("query", ""), claims=example["claims"])
    for act in example.get("became", ()):
        became(office, example["reply_id"], (act["act"], {name: act[name] for name in act if name != "act"}))
    body = " " * example["length"] if "length" in example else example.get("asked")
    return office.ask(path, body, key=example["name"], claims=example["claims"], headers=example.get("headers", {}))


def test_the_examples_are_a_day_at_the_desk() -> None:
    """Each builds on those before it."""
    office = a_day()
    for example in _EXAMPLES:
        answer = asked(office, example)
        assert (answer.status, answer.json) == (example["status"], example["answer"]), example["name"]


def test_every_operation_has_an_example_and_so_has_every_refusal() -> None:
    refusals = set()
    for path, method, operation in _operations():
        done = "200" if method == "get" else "201"
        shown = operation["responses"][done]["content"]["application/json"].get("examples", {})
        assert shown, (method, path)
        if method == "post":
            assert operation["requestBody"]["content"]["application/json"]["examples"].keys() == shown.keys()
        for status, answer in operation["responses"].items():
            if status in ("204", "304"):
                assert "content" not in answer
                continue
            (media,) = answer["content"].items()
            assert media[0] == ("application/json" if status == done else MEDIA_TYPE)
            refusals |= {status} if media[1].get("examples") else set()
    assert refusals == {"200", "201", "400", "401", "403", "404", "409", "413", "415", "422"}


def test_the_examples_fit_their_schemas() -> None:
    described = document()
    for content in _contents():
        schema = {**content["schema"], "components": described["components"]}
        Draft202012Validator.check_schema(schema)
        for example in content.get("examples", {}).values():
            Draft202012Validator(schema).validate(example["value"])


_WRITES = frozenset({"201", "400", "401", "403", "413", "415", "422", "503"})
_READS = frozenset({"200", "304", "401", "403", "422", "503"})


def test_every_path_says_how_it_refuses_and_what_token_and_key_it_needs() -> None:
    for path, method, operation in _operations():
        scope = "customers/link" if path.endswith("links") else "desk/write"
        assert operation["security"] == [{"token": [scope]}]
        assert operation["summary"]
        always = (_WRITES if method == "post" else _READS) | ({"404"} if path.startswith("/customers/") else set())
        without_conflict = method == "get" or operation["operationId"] in ("note", "commit")
        nothing = {"204"} if operation["operationId"] == "claim" else set()
        assert set(operation["responses"]) == always | nothing | (set() if without_conflict else {"409"})
        headers = [each for each in operation["parameters"] if each["in"] == "header"] if method == "post" else []
        assert [(key["name"], key["required"]) for key in headers] == [("Idempotency-Key", True)][: len(headers)]
        assert bool(headers) is (method == "post")


def test_a_refusal_that_says_more_to_machines_is_described_with_it() -> None:
    described = {operation["operationId"]: operation["responses"] for _, _, operation in _operations()}
    for name, status, model in (
        *((act, "409", "CaseProblem") for act in ("accept", "return", "hand_over", "answer", "close", "correct")),
        *((reply, status, "ReplyProblem") for reply in ("reply", "case_reply") for status in ("409", "422")),
    ):
        (content,) = described[name][status]["content"].values()
        assert content["schema"]["$ref"].endswith(f"/{model}")


def test_every_parameter_and_schema_has_words() -> None:
    for _, method, operation in _operations():
        assert all(parameter["description"] for parameter in operation.get("parameters", ()))
        if method == "post":
            assert operation["requestBody"]["content"]["application/json"]["schema"]["description"]
    assert all(found.get("description") for found in document()["components"]["schemas"].values())


def test_the_gateway_s_paths_are_the_described_ones() -> None:
    ours = {"Fn::Sub": "integrations/${DeskIntegration}"}
    routes = [route["Properties"] for route in resources("AWS::ApiGatewayV2::Route").values()]
    routed = {route["RouteKey"] for route in routes if route["Target"] == ours}
    assert {f"{method.upper()} {path}" for path, method, _ in _operations()} == routed


def test_the_gateway_may_call_the_desk_for_each_of_them() -> None:
    granted = [
        permission["Properties"]["SourceArn"]["Fn::Sub"].partition("${Api}/*/")[2]
        for permission in resources("AWS::Lambda::Permission").values()
        if permission["Properties"]["FunctionName"] == {"Ref": "DeskFunction.Alias"}
    ]
    for path, method, _ in _operations():
        called = f"{method.upper()}{path.replace('{', '').replace('}', '')}"
        assert any(fnmatch(called, pattern) for pattern in granted), called


@pytest.mark.parametrize("example", _EXAMPLES, ids=lambda example: example["name"])
def test_an_example_says_what_it_shows(example: dict[str, Any]) -> None:
    assert example["summary"]
    assert example["name"] not in [other["name"] for other in _EXAMPLES if other is not example]
