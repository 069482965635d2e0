"""People and rotas in the playbook: read exactly, or refused with the setting named and what to do."""

import re
import tomllib
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from shared.advice import advice
from shared.errors import ConfigurationError
from shared.playbook import Playbook, parse
from tests.shared.test_playbook import EXAMPLE, GOOD

PEOPLE = """
[[departments.on_call]]
people = ["ana", "luis"]
hours = { mon-fri = ["09:00-14:00", "16:00-19:00"], sat = ["22:00-06:00"] }

[[departments.on_call]]
people = []
since = 2026-12-25
until = 2026-12-25

[[people]]
subject = "ana"
name = "Ana Torres"
departments = ["care", "billing"]
languages = ["es", "en-GB"]
may_promise = ["devolución", "llamada de vuelta"]
until_at_most_days = 14

[[people]]
subject = "luis"
name = "Luis Vega"
departments = ["care"]
may_promise = ["*"]
"""

CARE = (
    'name = "care"\ntitle = "Atención"\ntime_zone = "UTC"\n'
    + GOOD.partition('time_zone = "UTC"\n')[2].partition("\n")[0]
)
TOML = GOOD.replace(CARE, f"{CARE}\n{PEOPLE}")


def test_what_is_written_is_what_is_read() -> None:
    playbook = parse(TOML)
    ana, luis = playbook.people
    assert (ana.subject, ana.name, ana.departments) == ("ana", "Ana Torres", ("care", "billing"))
    assert (ana.languages, ana.may_promise) == (("es", "en-GB"), ("devolución", "llamada de vuelta"))
    assert (ana.longest_term, luis.longest_term) == (timedelta(days=14), None)
    weekly, christmas = playbook.department("care").on_call
    assert not weekly.is_dated
    assert weekly.hours_of(date(2026, 11, 27)) == ("09:00-14:00", "16:00-19:00")
    assert weekly.hours_of(date(2026, 11, 29)) == ()
    assert (christmas.people, christmas.days) == ((), [date(2026, 12, 25)])
    assert christmas.hours_of(date(2026, 12, 25)) == ("00:00-24:00",)


def test_it_can_be_kept_and_read_again() -> None:
    playbook = parse(TOML)
    again = Playbook.from_json(playbook.to_json())
    assert again == playbook
    assert hash(again) == hash(playbook)


def test_without_people_there_are_none() -> None:
    playbook = parse(GOOD)
    assert playbook.people == ()
    assert not any(department.on_call for department in playbook.departments)


def test_what_the_example_shows_can_be_used() -> None:
    """It is all behind a `#` there, since whoever is listed changes what all others may do."""
    shown = EXAMPLE.read_text(encoding="utf-8")
    before, heading, rest = shown.partition("# --- People ---")
    own, further, after = rest.partition("\n# --- ")
    own = re.sub(r"^#(?=[^ #\n-])", "", own, flags=re.MULTILINE)
    used = parse(before + heading + own + further + after)
    assert parse(shown).people == ()
    assert [person.subject for person in used.people] == ["ana.torres", "luis.vega"]
    assert [len(department.on_call) for department in used.departments] == [0, 0, 0, 2]


@pytest.mark.parametrize(
    ("written", "instead", "complaint"),
    [
        # wrong types
        ('subject = "ana"', "subject = 7", "people[Ana Torres].subject: must be text in quotes"),
        ('subject = "ana"', "", "people[Ana Torres].subject: is missing; add it"),
        ('subject = "ana"', 'subject = " "', "people[Ana Torres].subject: must not be empty"),
        ('subject = "ana"', f'subject = "{"a" * 256}"', "people[Ana Torres].subject: must have at most 255 characters"),
        ('name = "Luis Vega"', "", "people[2].name: is missing; add it"),
        ('name = "Luis Vega"', 'name = "Luis Vega"\nadmin = true', "people[Luis Vega].admin: is no setting here"),
        ('departments = ["care"]', "departments = []", "people[Luis Vega].departments: must have at least 1"),
        ('departments = ["care"]', 'departments = "care"', "people[Luis Vega].departments: must be a list"),
        ('"en-GB"', '"en_GB"', 'people[Ana Torres].languages[2]: must be a language tag (BCP 47), like "es"'),
        ('"en-GB"', '"Español"', "people[Ana Torres].languages[2]: must be a language tag"),
        ("until_at_most_days = 14", "until_at_most_days = 0", "until_at_most_days: must be 1 or more"),
        ("until_at_most_days = 14", "until_at_most_days = 1.5", "until_at_most_days: must be a whole number"),
        ('people = ["ana", "luis"]', "", "departments[care].on_call[1].people: is missing; add it"),
        ("09:00-14:00", "9-14", 'departments[care].on_call[1].hours.mon[1]: must be like "09:00-14:00"'),
        ("mon-fri", "weekdays", "departments[care].on_call[1].hours.weekdays: is no setting here"),
        ("since = 2026-12-25", 'since = "Christmas"', "departments[care].on_call[2].since: must be a day"),
        # who is not there, or not of that department
        ('departments = ["care"]', 'departments = ["sales"]', "people[2].departments: there is no department 'sales'"),
        ('["ana", "luis"]', '["ana", "eva"]', "departments[care].on_call[1].people[2]: is the subject of nobody"),
        ('["care", "billing"]', '["billing"]', "on_call[1].people[1]: is not of this department; add 'care'"),
        ('["ana", "luis"]', "[]", "departments[care].on_call[1].people: names nobody; remove the shift, or say"),
        # twice
        ('subject = "luis"', 'subject = "ana"', "people[2].subject: is that of people[1] as well; keep one of them"),
        ('["ana", "luis"]', '["ana", "ana"]', "departments[care].on_call[1].people: somebody stands there twice"),
        ('["care", "billing"]', '["care", "care"]', "people[1].departments: 'care' stands there twice; keep one"),
        ('["*"]', '["*", "baja"]', 'people[2].may_promise: "*" says all that the others say'),
        # what says nothing
        ('"llamada de vuelta"', '"¡!"', "people[1].may_promise[2]: has no words; write what it is about"),
        ('may_promise = ["devolución", "llamada de vuelta"]', "", "people[1].until_at_most_days: limits nothing"),
        # spans
        ("until = 2026-12-25", "until = 2026-12-24", "on_call[2].until: 2026-12-24 is before 2026-12-25"),
        ("until = 2026-12-25", "until = 2027-12-26", "on_call[2].until: is more than a year after 2026-12-25"),
        ("until = 2026-12-25", "", "departments[care].on_call[2].until: is missing; a shift of certain days has both"),
        ("since = 2026-12-25", "", "departments[care].on_call[2].since: is missing; a shift of certain days has both"),
        ("until = 2026-12-25", "until = 2026-12-25\nhours = {}", "on_call[2].hours: has none; write some, or leave it"),
        (
            "until = 2026-12-25",
            'until = 2026-12-25\nhours = { sun = ["09:00-14:00"] }',
            "departments[care].on_call[2].hours: none of them is on a day from since to until",
        ),
    ],
)
def test_what_is_wrong_is_named(written: str, instead: str, complaint: str) -> None:
    assert written in PEOPLE
    with pytest.raises(ConfigurationError) as refused:
        parse(TOML.replace(PEOPLE, PEOPLE.replace(written, instead, 1)))
    assert complaint in str(refused.value)


def test_whatever_is_wrong_with_people_names_nobody() -> None:
    """A version is read by every function, whose errors are logged."""
    wrong = TOML.replace('["ana", "luis"]', '["ana", "eva"]').replace('departments = ["care"]', 'departments = ["x"]')
    with pytest.raises(ValidationError) as refused:
        Playbook.model_validate(tomllib.loads(wrong))
    said = "\n".join(advice(refused.value, None))
    assert len(said.splitlines()) == 2
    assert not [name for name in ("ana", "luis", "eva", "Ana", "Vega") if name in said]


def _places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for step, inner in items for place in _places(inner, (*path, step)))]


OWN = {
    "people": _places(tomllib.loads(TOML)["people"]),
    "on_call": _places(tomllib.loads(TOML)["departments"][2]["on_call"]),
}
JUNK_IN = [("people", *place) for place in OWN["people"]] + [
    ("departments", 2, "on_call", *place) for place in OWN["on_call"]
]


@pytest.mark.parametrize("place", JUNK_IN, ids=str)
@pytest.mark.parametrize("junk", [-1, "", [[]], {"x": {}}], ids=repr)
def test_junk_in_any_place_is_refused_in_words(place: tuple[Any, ...], junk: object) -> None:
    tables = tomllib.loads(TOML)
    inner: Any = tables
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = junk
    with pytest.raises(ValidationError) as refused:
        Playbook.model_validate(tables)
    sentences = list(advice(refused.value, tables))
    assert sentences
    assert all(sentence.startswith(("people", "departments")) for sentence in sentences)
