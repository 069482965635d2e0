"""The published acts: equal to their schema, to their examples, and to what the desk takes."""

import subprocess
import sys
from typing import Any, get_args

import jsonschema
import orjson
import pytest
from pydantic import BaseModel, ValidationError

from services.desk import asked, asked_cases, asked_replies
from shared.acts import Committed, DepartmentAct, Noted, Replied, read, schema
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


def _does(desks: object, model: type[BaseModel]) -> bool:
    (act,) = get_args(model.model_fields["act"].annotation)
    return bool(getattr(desks, "act", None) == act)


DESKS: dict[type[BaseModel], type[BaseModel]] = {
    **{model: each for each in vars(asked_cases).values() for model in get_args(DepartmentAct) if _does(each, model)},
    Replied: asked_replies.CaseReply,
    Noted: asked.Note,
    Committed: asked.Commitment,
}
NAMED_OTHERWISE: dict[type[BaseModel], set[str]] = {Replied: {"to_identity"}}
"""The act's identity is the hand-off's, and says where the case is."""


@pytest.mark.parametrize("model", get_args(DepartmentAct))
def test_it_is_asked_for_as_at_the_desk(model: type[BaseModel]) -> None:
    own = _fields(model, OF_THE_QUEUE | NAMED_OTHERWISE.get(model, set()))
    assert own == _fields(DESKS[model], {"number", "identity", "escalation_id", "department"})


@pytest.mark.parametrize(
    "wrong", [{"act": "expired"}, {"number": 1}, {"idempotency_key": "ñ"}, {"escalation_id": "esc_1"}, {"version": "2"}]
)
def test_what_the_contract_has_not_is_refused_and_not_repeated(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        read(orjson.dumps(EXAMPLES[0] | {"identity": "telegram:secret:5150001"} | wrong).decode())
    assert "5150001" not in str(refused.value)
