"""Which case is taken: noted once, and in place of another only by whoever knows that one."""

from datetime import timedelta

from shared.store import choices
from shared.store.choices import Choice
from shared.store.table import Table
from tests.conftest import NOW

FIRST = Choice(identity="telegram:shop:1", escalation_id="esc_1", number=0)
OTHER = Choice(identity="telegram:shop:2", escalation_id="esc_2", number=3)


def keep(table: Table, choice: Choice, *, instead_of: Choice | None = None, of: str = "care", step: str = "s") -> bool:
    return choices.keep(table, of, step, choice, instead_of=instead_of, now=NOW)


def test_a_choice_is_noted_once_and_read_again(table: Table) -> None:
    assert choices.read(table, "care", "s") is None
    assert keep(table, FIRST)
    assert choices.read(table, "care", "s") == FIRST
    assert not keep(table, OTHER)
    assert choices.read(table, "care", "s") == FIRST


def test_a_choice_is_replaced_by_whoever_knows_it(table: Table) -> None:
    keep(table, FIRST)
    assert not keep(table, OTHER, instead_of=OTHER)
    assert not keep(table, OTHER, instead_of=FIRST.model_copy(update={"number": 1}))
    assert keep(table, OTHER, instead_of=FIRST)
    assert choices.read(table, "care", "s") == OTHER


def test_a_choice_is_of_one_department_and_one_step(table: Table) -> None:
    assert keep(table, FIRST)
    assert keep(table, OTHER, of="billing")
    assert keep(table, OTHER, step="other")
    assert choices.read(table, "care", "s") == FIRST
    assert not keep(table, FIRST, of="technical", instead_of=OTHER), "there is none"


def test_a_choice_ends_by_itself(table: Table) -> None:
    keep(table, FIRST)
    (item,) = table.query("department#care")
    assert int(item["expires_at"]["N"]) == int((NOW + timedelta(days=7)).timestamp())
