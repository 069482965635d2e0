"""Steps in the journal: each once, whoever asks again is told what there is, and nothing else is read as one."""

import orjson
import pytest
from hypothesis import given

from shared.casework.steps import Agent, Note, Step
from shared.ids import step_id
from shared.store import keys, steps
from shared.store.table import Table
from tests.conftest import NOW, TABLE
from tests.double import Cloud
from tests.shared.casework.strategies import steps as any_steps
from tests.template import table_definition

ANA, BEA = "telegram:shop:ana", "telegram:shop:bea"


@pytest.fixture
def table() -> Table:
    cloud = Cloud(now=lambda: NOW)
    cloud.create_table(**table_definition(TABLE))
    return Table(cloud.client("dynamodb"), TABLE)


def note(text: str, *, key: str = "k-1", subject: str = "u1", identity: str = ANA) -> Note:
    name = step_id(subject=subject, identity=identity, idempotency_key=key)
    return Note(id=name, identity=identity, at=NOW, by=Agent(subject=subject), text=text)


@given(any_steps())
def test_reading_is_the_inverse_of_writing(step: Step) -> None:
    item = steps.item(step)
    assert steps.read(item) == step
    assert (item["pk"]["S"], item["sk"]["S"]) == steps.key(step)


@given(any_steps())
def test_what_a_newer_version_adds_is_left_out(step: Step) -> None:
    item, added = steps.item(step), {"added": {"by": ["a newer version"]}}
    state = orjson.loads(item["state"]["S"])
    newer = state | added | {"by": state["by"] | added}
    assert steps.read(item | {"state": {"S": orjson.dumps(newer).decode()}}) == step


def test_a_step_is_kept_once_and_whoever_asks_again_is_told_what_there_is(table: Table) -> None:
    first = note("Llamar por la tarde.")
    assert steps.keep(table, first) == first
    assert steps.keep(table, note("Otra cosa.")) == first
    assert list(steps.of(table, keys.identity(ANA))) == [first]


def test_another_author_or_another_key_is_another_step(table: Table) -> None:
    every = [note("uno"), note("dos", key="k-2"), note("tres", subject="u2"), note("cuatro", identity=BEA)]
    assert [steps.keep(table, step) for step in every] == every
    assert sorted(step.text for step in steps.of(table, keys.identity(ANA)) if isinstance(step, Note)) == [
        "dos",
        "tres",
        "uno",
    ]
    assert list(steps.of(table, keys.identity(BEA))) == every[3:]


def test_only_steps_are_read_as_steps(table: Table) -> None:
    kept = note("uno")
    steps.keep(table, kept)
    for key in (keys.about(ANA), keys.brief(ANA), keys.commitment(identity_name=ANA, commitment_id="com_1")):
        table.replace(key, state="{}", seen=None)
    table.replace(keys.Key(keys.identity(ANA), "steps"), state="{}", seen=None)
    assert list(steps.of(table, keys.identity(ANA))) == [kept]


def test_a_step_sorts_after_the_journal_so_that_no_card_reads_it() -> None:
    own, member = steps.key(note("uno")).sk, keys.commitment(identity_name=ANA, commitment_id="com_1").sk
    assert own > keys.EVENT_PREFIX > member
    assert keys.EVENT_PREFIX > keys.BRIEF
