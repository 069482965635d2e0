"""Why a platform refuses: which row of a table counts."""

from importlib import import_module

import pytest

from shared import platforms
from shared.ports import Answer
from shared.reasons import Reasons, told

ROWS: Reasons = (
    (403, r"blocked", "blocked"),
    ("NotVerified", r"", "by its name"),
    (403, r"", "by its status"),
    (None, r"too (?:long|big)", "by its words"),
    (None, r"", "otherwise"),
)


@pytest.mark.parametrize(
    ("words", "named", "sentence"),
    [
        ("you are BLOCKED", (403,), "blocked"),
        ("you are blocked", (400,), "otherwise"),
        ("it is too long", (403,), "by its status"),
        ("it is too long", (400,), "by its words"),
        ("it is too long", ("NotVerified", 403), "by its name"),
        ("", (), "otherwise"),
    ],
)
def test_the_first_row_that_fits_counts(words: str, named: tuple[int | str, ...], sentence: str) -> None:
    assert told(ROWS, words, *named) == sentence


def tables() -> dict[str, Reasons]:
    """Return the tables of all platforms, by where they stand."""
    modules = [f"shared.platforms.{name}.{part}" for name in platforms.names() for part in ("api", "reply")]
    found: dict[str, Reasons] = {}
    for module in modules:
        try:
            code = import_module(module)
        except ModuleNotFoundError:
            continue
        found |= {f"{module}.{name}": rows for name, rows in vars(code).items() if is_table(rows)}
    return found


def is_table(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(row, tuple) and len(row) == 3 for row in value)


TABLES = tables()


@pytest.mark.parametrize("where", [name for name in TABLES if name.endswith("_REASONS")])
def test_every_table_has_an_answer_to_whatever_comes(where: str) -> None:
    rows = TABLES[where]
    assert rows[-1][:2] == (None, ""), "the last row fits all"
    assert all(told(rows, pattern, *([name] if name else [])) for name, pattern, _ in rows)


def test_all_tables_are_looked_at() -> None:
    assert len([name for name in TABLES if name.endswith("_REASONS")]) >= 9


@pytest.mark.parametrize(("status", "refuses"), [(0, False), (200, False), (400, True), (408, False), (429, True), (499, True), (500, False)])  # fmt: skip  # noqa: E501
def test_only_a_request_that_was_at_fault_was_not_done(status: int, refuses: bool) -> None:
    assert Answer(status).refuses is refuses
