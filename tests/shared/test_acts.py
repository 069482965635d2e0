"""The published acts: equal to their schema, to their examples, and to what the desk takes."""

import subprocess
import sys
from typing import Any, get_args

import jsonschema
import orjson
import pytest
from pydantic import BaseModel, ValidationError

from services.desk import asked_cases
from services.desk.asked_cases import CaseAct
from services.desk.asked_replies import CaseReply
from shared.acts import DepartmentAct, Replied, read, schema
from tests.template import ROOT

CONTRACTS = ROOT / "shared" / "contracts"
EXAMPLES = orjson.loads((CONTRACTS / "act-1.examples.json").read_bytes())
OF_THE_QUEUE = {"version", "act", "escalation_id", "identity", "idempotency_key"}
"""What the desk has in the path, the header or the token."""


def test_the_published_schema_is_the_codes() -> None:
    assert orjson.loads((CONTRACTS / "act-1.schema.json").read_bytes()) == schema(), (
        "python -m shared.acts > shared/contracts/act-1.schema.json, after a change that only adds"
    )


def test_the_module_prints_the_schema() -> None:
    printed = subprocess.run([sys.executable, "-m", "shared.acts"], cwd=ROOT, capture_output=True, check=True)
    assert printed.stdout == (CONTRACTS / "act-1.schema.json").read_bytes()


def test_every_act_has_an_example_that_is_read() -> None:
    validator = jsonschema.Draft202012Validator(schema())
    for example in EXAMPLES:
        validator.validate(example)
        assert read(orjson.dumps(example).decode()).act == example["act"]
    assert [each["act"] for each in EXAMPLES] == [
        get_args(model.model_fields["act"].annotation)[0] for model in get_args(DepartmentAct)
    ]


def _fields(model: type[BaseModel], without: set[str]) -> dict[str, Any]:
    said = model.model_json_schema()
    needed = set(said.get("required", ()))
    return {
        name: (name in needed, {key: rule for key, rule in of.items() if key not in ("description", "title", "const")})
        for name, of in said["properties"].items()
        if name not in without
    }


DESKS: dict[str, type[CaseAct]] = {each.act: each for each in vars(asked_cases).values() if hasattr(each, "act")}


@pytest.mark.parametrize("model", [each for each in get_args(DepartmentAct) if each is not Replied])
def test_it_is_asked_for_as_at_the_desk(model: type[BaseModel]) -> None:
    (act,) = get_args(model.model_fields["act"].annotation)
    assert _fields(model, OF_THE_QUEUE) == _fields(DESKS[act], {"number"})


def test_a_reply_has_the_words_that_the_desk_takes() -> None:
    own, desks = _fields(Replied, OF_THE_QUEUE)["text"], _fields(CaseReply, set())["text"]
    assert own[1] == next(each for each in desks[1]["anyOf"] if each["type"] == "string")


@pytest.mark.parametrize(
    "wrong", [{"act": "expired"}, {"number": 1}, {"idempotency_key": "ñ"}, {"escalation_id": "esc_1"}, {"version": "2"}]
)
def test_what_the_contract_has_not_is_refused_and_not_repeated(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        read(orjson.dumps(EXAMPLES[0] | {"identity": "telegram:secret:5150001"} | wrong).decode())
    assert "5150001" not in str(refused.value)
