"""The published notices: equal to their schema, and told from hand-offs by one field."""

import subprocess
import sys
from typing import get_args

import jsonschema
import orjson
import pytest

from shared.handoff import HandOff
from shared.notice import Notice, read, schema
from tests.template import ROOT

CONTRACTS = ROOT / "shared" / "contracts"
EXAMPLES = orjson.loads((CONTRACTS / "notice-1.examples.json").read_bytes())
HAND_OFF = (CONTRACTS / "handoff-1.example.json").read_text()


def test_the_published_schema_is_the_codes() -> None:
    assert orjson.loads((CONTRACTS / "notice-1.schema.json").read_bytes()) == schema(), (
        "python -m shared.notice > shared/contracts/notice-1.schema.json, after a change that only adds"
    )


def test_the_module_prints_the_schema() -> None:
    printed = subprocess.run([sys.executable, "-m", "shared.notice"], cwd=ROOT, capture_output=True, check=True)
    assert printed.stdout == (CONTRACTS / "notice-1.schema.json").read_bytes()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example["notice"]))
def test_an_example_is_what_the_product_writes(example: dict[str, object]) -> None:
    jsonschema.Draft202012Validator(schema()).validate(example)
    found = read(orjson.dumps(example).decode())
    assert isinstance(found, Notice)
    assert orjson.loads(found.to_json()) == example


def test_every_kind_of_notice_has_an_example() -> None:
    kinds = get_args(Notice.model_fields["notice"].annotation)
    assert {example["notice"] for example in EXAMPLES} == set(kinds)


def test_a_notice_of_before_there_were_ids_is_still_read() -> None:
    """One may be on a queue while the code becomes another."""
    old = {name: value for name, value in EXAMPLES[0].items() if name not in ("notice_id", "to", "reply", "code")}
    found = read(orjson.dumps(old).decode())
    assert isinstance(found, Notice)
    assert found.claim == EXAMPLES[0]["claim"]


def test_a_hand_off_is_no_notice_and_has_nothing_that_makes_it_one() -> None:
    assert isinstance(read(HAND_OFF), HandOff)
    assert "notice" not in HandOff.model_fields


@pytest.mark.parametrize("nonsense", ["{", "[]", "7", "{}", '{"notice": "lost"}', '{"notice": "done"}'])
def test_what_is_neither_is_refused(nonsense: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of pydantic or of the parser
        read(nonsense)
