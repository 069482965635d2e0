"""The published JSON Schema is the code, and says the same as the code."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from shared.errors import UnreadableDelivery
from shared.models import Ignored
from shared.platforms.standard_webhooks import contract
from tests.shared.platforms.standard_webhooks.cases import MEANINGS, SAMPLES, events

CONTRACTS = Path(__file__).parents[4] / "shared" / "contracts"
PUBLISHED = json.loads((CONTRACTS / "standard-webhooks-1.schema.json").read_text())
EXAMPLE = json.loads((CONTRACTS / "standard-webhooks-1.example.json").read_text())
SCHEMA = Draft202012Validator(PUBLISHED)


def test_the_published_schema_is_what_the_code_says() -> None:
    command = "python -m shared.platforms.standard_webhooks.contract > shared/contracts/standard-webhooks-1.schema.json"
    assert contract.schema() == PUBLISHED, f"after a change that only adds: {command}"


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(PUBLISHED)


def test_the_published_example_is_valid_and_read() -> None:
    SCHEMA.validate(EXAMPLE)
    assert not [event for event in events(orjson.dumps(EXAMPLE)) if isinstance(event, Ignored)]


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_the_schema_knows_what_we_read(name: str) -> None:
    meaning = MEANINGS.get(name)
    wanted = meaning is not None and not any(isinstance(event, Ignored) for event in meaning)
    assert SCHEMA.is_valid(json.loads(SAMPLES[name])) == wanted


def is_read(body: Any) -> bool:
    try:
        return not any(isinstance(event, Ignored) for event in events(json.dumps(body).encode()))
    except UnreadableDelivery:
        return False


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    7,
    2.5,
    "",
    "x",
    "+34600111222",
    "a@b",
    "2026-09-21T14:13:20Z",
    [],
    {},
    [{}],
    [None],
]


@given(data=st.data())
def test_schema_and_reader_agree_on_every_change_of_a_real_delivery(data: st.DataObject) -> None:
    body = json.loads(SAMPLES[data.draw(st.sampled_from(sorted(SAMPLES)))])
    for _ in range(data.draw(st.integers(1, 2))):
        spots = list(places(body))
        if spots:
            holder, key = data.draw(st.sampled_from(spots))
            if data.draw(st.booleans()):
                holder[key] = deepcopy(data.draw(st.sampled_from(ODD)))
            else:
                del holder[key]
    assert SCHEMA.is_valid(body) == is_read(body)
