"""The playbook: what an operator writes is read exactly or refused with the setting named and what to do."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.advice import advice
from shared.errors import ConfigurationError
from shared.playbook import PRIORITIES, Playbook, parse

EXAMPLE = Path(__file__).parents[2] / "infra" / "playbook.example.toml"

GOOD = """
version = 3
company = "Teleprado"
default_department = "care"

[[departments]]
name = "billing"
title = "Facturación"
fallback = "care"
time_zone = "Europe/Madrid"
accept_within = { urgent = 15, high = 60, normal = 240, low = 1440 }
phrases = { es = ["factura", "cobro duplicado"], en = ["invoice"] }

[[departments]]
name = "technical"
title = "Soporte"
fallback = "billing"
time_zone = "Atlantic/Canary"
accept_within = { urgent = 15, high = 60, normal = 240, low = 1440 }
phrases = { es = ["router"], en = ["router", "no signal"] }

[[departments]]
name = "care"
title = "Atención"
time_zone = "UTC"
accept_within = { urgent = 15, high = 60, normal = 240, low = 1440 }

[priorities]
answer_within = { urgent = 30, high = 120, normal = 480, low = 2880 }

[[priorities.raised_by]]
priority = "urgent"
reason = "Somebody may be in danger."
phrases = { es = ["echa humo"], en = ["smoke"] }

[[priorities.raised_by]]
priority = "high"
reason = "The customer says that it is urgent."
phrases = { es = ["urgente"] }

[commitments]
remind_before_minutes = 45

[linking]
automatic = ["email"]
blocked = ["no-reply@"]
most_identities_per_value = 3
most_identities = 20
one_per_person = ["customer_number"]

[[purposes]]
name = "delivery"
title = "Deliver an order"
fields = ["contacts", "commitments"]

[[purposes]]
name = "campaign"
title = "Prepare a campaign"
fields = ["consents"]
"""


def test_the_example_is_a_playbook() -> None:
    playbook = parse(EXAMPLE.read_text(encoding="utf-8"))
    assert [department.name for department in playbook.departments] == [
        "billing",
        "delivery_and_orders",
        "technical",
        "care",
    ]
    assert all(len(department.phrases.es) >= 10 <= len(department.phrases.en) for department in playbook.departments)
    assert {rule.priority for rule in playbook.priorities.raised_by} == {"urgent", "high"}


def test_what_is_written_is_what_is_read() -> None:
    playbook = parse(GOOD)
    assert (playbook.version, playbook.company, playbook.default_department) == (3, "Teleprado", "care")
    technical = playbook.department("technical")
    assert technical.fallback == "billing"
    assert technical.phrases.every == ("router", "router", "no signal")
    minutes = [technical.accept_within.of(priority) / timedelta(minutes=1) for priority in PRIORITIES]
    assert minutes == [1440, 240, 60, 15]
    assert playbook.department("care").phrases.every == ()
    assert playbook.priorities.raised_by[1].phrases.en == ()
    assert playbook.commitments.notice == timedelta(minutes=45)
    linking = playbook.linking
    assert (linking.automatic, linking.blocked, linking.one_per_person) == (
        ("email",),
        ("no-reply@",),
        ("customer_number",),
    )
    assert (linking.most_identities_per_value, linking.most_identities) == (3, 20)
    assert {purpose.name: purpose.fields for purpose in playbook.purposes} == {
        "delivery": ("contacts", "commitments"),
        "campaign": ("consents",),
    }


def test_the_example_says_what_counts_where_nothing_is_said() -> None:
    example = parse(EXAMPLE.read_text(encoding="utf-8"))
    silent = parse(GOOD.partition("[commitments]")[0])
    assert silent.commitments == example.commitments
    assert silent.linking == example.linking.model_copy(update={"blocked": ()})
    assert silent.purposes == ()


def test_it_can_be_kept_and_read_again() -> None:
    for toml in (GOOD, EXAMPLE.read_text(encoding="utf-8")):
        playbook = parse(toml)
        again = Playbook.from_json(playbook.to_json())
        assert again == playbook
        assert hash(again) == hash(playbook)


def test_a_machine_with_older_zone_data_reads_what_another_one_published() -> None:
    newer = parse(GOOD).to_json().replace("Atlantic/Canary", "Atlantic/Founded_Later")
    assert Playbook.from_json(newer).department("technical").time_zone == "Atlantic/Founded_Later"


def test_an_unknown_department_is_a_clear_error() -> None:
    with pytest.raises(ConfigurationError, match="version 3 has no department 'sales'"):
        parse(GOOD).department("sales")


@pytest.mark.parametrize(
    ("written", "instead", "complaint"),
    [
        # wrong types
        ("version = 3", 'version = "3"', "version: must be a whole number, without quotes"),
        ("version = 3", "version = 3.0", "version: must be a whole number, without quotes"),
        ("version = 3", "version = true", "version: must be a whole number, without quotes"),
        ("version = 3", "version = nan", "version: must be a whole number, without quotes"),
        ("version = 3", "version = 0", "version: must be 1 or more"),
        ("version = 3", "version = -1", "version: must be 1 or more"),
        ("version = 3", "", "version: is missing; add it"),
        ('company = "Teleprado"', "company = 5", "company: must be text in quotes"),
        ('company = "Teleprado"', "company = 2026-01-01", "company: must be text in quotes"),
        ('company = "Teleprado"', 'company = "  "', "company: must not be empty"),
        ('company = "Teleprado"', f'company = "{"x" * 201}"', "company: must have at most 200 characters"),
        ('company = "Teleprado"', 'company = "T"\ncolour = "red"', "colour: is no setting here; remove it"),
        ('title = "Soporte"', 'title = "Soporte"\nqueue = "q"', "departments[technical].queue: is no setting here"),
        ('es = ["factura", "cobro duplicado"]', 'es = "factura"', "departments[billing].phrases.es: must be a list"),
        ('es = ["factura", "cobro duplicado"]', "es = [1]", "departments[billing].phrases.es[1]: must be text"),
        ('en = ["invoice"]', 'pt = ["fatura"]', "departments[billing].phrases.pt: is no setting here"),
        ('{ es = ["factura", "cobro duplicado"], en = ["invoice"] }', "[]", "departments[billing].phrases: must be a"),
        ("urgent = 15, high = 60", "high = 60", "departments[billing].accept_within.urgent: is missing"),
        ("urgent = 15", 'urgent = "15"', "departments[billing].accept_within.urgent: must be a whole number"),
        ("urgent = 15", "urgent = 0", "departments[billing].accept_within.urgent: must be 1 or more"),
        ("urgent = 15", "urgent = 9_999_999", "departments[billing].accept_within.urgent: must be 527040 or less"),
        ('name = "technical"', "name = 7", "departments[2].name: must be text in quotes"),
        ('name = "technical"', "", "departments[2].name: is missing"),
        ('priority = "urgent"', 'priority = "low"', "priorities.raised_by[1].priority: must be 'high' or 'urgent'"),
        ('reason = "Somebody may be in danger."', "", "priorities.raised_by[1].reason: is missing"),
        ("[[priorities.raised_by]]", "[priorities.raised_by]", "not valid TOML"),
        # names
        ('name = "technical"', 'name = "Technical"', "departments[Technical].name: must match ^[a-z]"),
        ('name = "technical"', 'name = "tech-support"', "departments[tech-support].name: must match"),
        ('name = "technical"', 'name = "1st"', "departments[1st].name: must match"),
        ('name = "technical"', 'name = "technical\\n"', "name: must match"),
        ('name = "technical"', 'name = "técnico"', "name: must match"),
        ('name = "technical"', f'name = "{"t" * 32}"', "name: must match"),
        ('name = "technical"', 'name = "billing"', "departments[billing].name: 2 departments have it"),
        # time zones
        ("Atlantic/Canary", "Atlantic/Canario", "departments[technical].time_zone: is no known time zone"),
        ("Atlantic/Canary", "Atlantic", "departments[technical].time_zone: is no known time zone"),
        ("Atlantic/Canary", "../../etc/passwd", "departments[technical].time_zone: is no known time zone"),
        ("Atlantic/Canary", "/etc/passwd", "departments[technical].time_zone: is no known time zone"),
        ("Atlantic/Canary", "CEST+2", "departments[technical].time_zone: is no known time zone"),
        ("Atlantic/Canary", "a\\u0000b", "departments[technical].time_zone: is no known time zone"),
        ("Atlantic/Canary", "Ñ", "departments[technical].time_zone: is no known time zone"),
        # departments that are not there, and offers that never arrive
        ('default_department = "care"', 'default_department = "sales"', "default_department: there is no department"),
        (
            'fallback = "billing"',
            'fallback = "sales"',
            "departments[technical].fallback: there is no department 'sales'",
        ),
        (
            'fallback = "billing"',
            "",
            "departments[technical].fallback: is missing; name the department that takes over",
        ),
        ('fallback = "billing"', 'fallback = "technical"', ".fallback: technical -> technical never reaches 'care'"),
        ('fallback = "care"', 'fallback = "technical"', ".fallback: billing -> technical -> billing never reaches"),
        (
            'name = "care"',
            'name = "care"\nfallback = "billing"',
            "departments[care].fallback: the default department is",
        ),
        # phrases
        ('"cobro duplicado"', '""', "departments[billing].phrases.es[2]: must not be empty"),
        ('"cobro duplicado"', '" ¡! "', "departments[billing].phrases.es[2]: must have 1 to 12 words"),
        ('"cobro duplicado"', '"@factura"', "departments[billing].phrases.es[2]: must have 1 to 12 words"),
        ('"cobro duplicado"', f'"{"a " * 13}"', "departments[billing].phrases.es[2]: must have 1 to 12 words"),
        ('"cobro duplicado"', '"FACTURA"', "departments[billing].phrases.es: 'FACTURA' stands there twice"),
        ('"no signal"', '"router"', "departments[technical].phrases.en: 'router' stands there twice"),
        ('"no signal"', '"Fáctura!"', "'Fáctura!' also stands in departments[billing].phrases; keep it in one"),
        ('"urgente"', '"smoke"', "priorities.raised_by[2].phrases.es: 'smoke' also stands in priorities.raised_by[1]"),
        ('{ es = ["urgente"] }', "{}", "priorities.raised_by[2].phrases: has none; write some or remove the rule"),
        ('{ es = ["urgente"] }', "{ es = [] }", "priorities.raised_by[2].phrases: has none"),
        # deadlines that contradict each other
        ("urgent = 15", "urgent = 61", "departments[billing].accept_within: contradicts itself"),
        ("low = 2880", "low = 1", "priorities.answer_within: contradicts itself"),
        # promises
        ("remind_before_minutes = 45", "remind_before_minutes = 0", "commitments.remind_before_minutes: must be 1 or"),
        ("remind_before_minutes = 45", "remind_before = 45", "commitments.remind_before: is no setting here"),
        # who is one with whom
        ('automatic = ["email"]', 'automatic = ["name"]', "linking.automatic[1]: must be 'phone', 'email', 'handle'"),
        ('automatic = ["email"]', 'automatic = "email"', "linking.automatic: must be a list in square brackets"),
        ('blocked = ["no-reply@"]', 'blocked = [" "]', "linking.blocked[1]: must not be empty"),
        ("per_value = 3", "per_value = 1", "linking.most_identities_per_value: must be 2 or more"),
        ("per_value = 3", "per_value = 51", "linking.most_identities_per_value: must be 50 or less"),
        ("most_identities = 20", "most_identities = 101", "linking.most_identities: must be 100 or less"),
        ("most_identities = 20", "most_identities = true", "linking.most_identities: must be a whole number"),
        # purposes
        ('name = "campaign"', 'name = "delivery"', "purposes[delivery].name: 2 purposes have it; give each a name"),
        ('name = "campaign"', 'name = "Campaign"', "purposes[Campaign].name: must match ^[a-z]"),
        ('title = "Prepare a campaign"', "", "purposes[campaign].title: is missing"),
        ('fields = ["consents"]', "fields = []", "purposes[campaign].fields: must have at least 1"),
        ('fields = ["consents"]', 'fields = ["Consents"]', "purposes[campaign].fields[1]: must match"),
    ],
)
def test_what_is_wrong_is_named(written: str, instead: str, complaint: str) -> None:
    assert written in GOOD
    with pytest.raises(ConfigurationError) as refused:
        parse(GOOD.replace(written, instead, 1))
    assert complaint in str(refused.value)


def test_everything_that_is_wrong_is_named_at_once() -> None:
    wrong = GOOD.replace('fallback = "billing"', 'fallback = "sales"').replace('"urgente"', '"smoke"')
    with pytest.raises(ConfigurationError) as refused:
        parse(wrong)
    assert len(str(refused.value).splitlines()) == 3


def test_a_circle_is_named_once_for_each_department_in_it_and_not_for_those_that_lead_there() -> None:
    another = GOOD.split("[[departments]]")[1].replace("billing", "sales").replace('"care"', '"technical"')
    led = GOOD.replace('fallback = "care"', 'fallback = "technical"')
    unphrased = another.replace('phrases = { es = ["factura", "cobro duplicado"], en = ["invoice"] }', "")
    with pytest.raises(ConfigurationError) as refused:
        parse(led.replace("[priorities]", f"[[departments]]{unphrased}\n[priorities]"))
    named = [line.partition(".")[0] for line in str(refused.value).splitlines()[1:]]
    assert named == ["departments[billing]", "departments[technical]"]


@pytest.mark.parametrize(
    "toml",
    [
        "",
        "version",
        "= 1",
        "version = 1\nversion = 2",
        "a = '",
        "departments = []",
        "\0",
        "a = " + "[" * 5000,
        "a=1\n" * 2,
    ],
)
def test_what_is_no_playbook_is_refused(toml: str) -> None:
    with pytest.raises(ConfigurationError):
        parse(toml)


@given(st.text())
def test_no_text_at_all_breaks_it(toml: str) -> None:
    with pytest.raises(ConfigurationError):
        parse(toml)


@pytest.mark.parametrize("kept", ["", "{", "[]", "null", "{}", '{"version": 1}'])
def test_what_was_not_kept_by_us_is_refused(kept: str) -> None:
    with pytest.raises(ConfigurationError, match="the playbook cannot be used"):
        Playbook.from_json(kept)


def _places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for step, inner in items for place in _places(inner, (*path, step)))]


@pytest.mark.parametrize("place", _places(tomllib.loads(GOOD))[1:], ids=str)
@pytest.mark.parametrize("junk", [-1, "", [[]], {"x": {}}], ids=repr)
def test_junk_in_any_place_is_refused_in_words(place: tuple[Any, ...], junk: object) -> None:
    tables = tomllib.loads(GOOD)
    inner: Any = tables
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = junk
    with pytest.raises(ValidationError) as refused:
        Playbook.model_validate(tables)
    sentences = list(advice(refused.value, tables))
    assert sentences
    assert all(sentence.startswith(str(place[0])) for sentence in sentences)
