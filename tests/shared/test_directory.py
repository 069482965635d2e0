"""Who is there, who is on call, and who may promise what."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clocks.calendar import next_opening
from shared.directory import AHEAD, Duty, MayNot, directory, may_promise, on_call
from shared.playbook import Playbook, parse
from tests.shared.test_playbook import GOOD

OFFICE = """
[[calendars]]
name = "office"
time_zone = "Europe/Madrid"
hours = { mon-fri = ["09:00-14:00", "16:00-19:00"] }
"""

PEOPLE = """
[[people]]
subject = "ana"
name = "Ana Torres"
departments = ["billing"]
may_promise = ["devolución", "llamada de vuelta"]
until_at_most_days = 7

[[people]]
subject = "luis"
name = "Luis Vega"
departments = ["billing", "care"]
languages = ["es", "ca"]
may_promise = ["*"]
until_at_most_days = 30

[[people]]
subject = "eva"
name = "Eva Ríos"
departments = ["care"]
may_promise = ["*"]

[[people]]
subject = "pau"
name = "Pau Soler"
departments = ["care"]
"""


BILLING = 'phrases = { es = ["factura", "cobro duplicado"], en = ["invoice"] }\n'
"""The last of the department's own settings."""


def playbook(rota: str = "", people: str = PEOPLE, *, calendar: bool = False) -> Playbook:
    """A playbook whose department `billing`, in Madrid, has this rota."""
    assert BILLING in GOOD
    hours = 'calendar = "office"\n' if calendar else ""
    return parse(GOOD.replace(BILLING, f"{BILLING}{hours}{rota}") + OFFICE + people)


def at(text: str) -> datetime:
    """An instant in November or December 2026 as Madrid's clock shows it, like `23T09:00` or `12-24T09:00`."""
    month_and_day = text if text.count("-") else f"11-{text}"
    return datetime.fromisoformat(f"2026-{month_and_day}:00+01:00")


def billing(rota: str, now: datetime, **more: Any) -> Any:
    return directory(playbook(rota, **more), now).departments[0]


WEEKLY = """
[[departments.on_call]]
people = ["ana"]
hours = { mon-fri = ["09:00-14:00"] }

[[departments.on_call]]
people = ["luis"]
hours = { mon-fri = ["14:00-20:00"], sat = ["22:00-06:00"] }
"""

SWAP = """
[[departments.on_call]]
people = ["luis"]
hours = { mon-sun = ["09:00-12:00"] }
since = 2026-11-24
until = 2026-11-25
"""

NOBODY = """
[[departments.on_call]]
people = []
since = 2026-11-26
until = 2026-11-26
"""


@pytest.mark.parametrize(
    ("rota", "when", "who"),
    [
        ("", "23T10:00", ()),
        (WEEKLY, "23T08:59", ()),
        (WEEKLY, "23T09:00", ("ana",)),
        (WEEKLY, "23T13:59", ("ana",)),
        (WEEKLY, "23T14:00", ("luis",)),
        (WEEKLY, "23T20:00", ()),
        (WEEKLY, "28T23:00", ("luis",)),  # a night belongs to the day on which it begins
        (WEEKLY, "29T05:59", ("luis",)),
        (WEEKLY, "29T06:00", ()),
        # what is said of certain days counts before the week's, while it holds
        (WEEKLY + SWAP, "24T10:00", ("luis",)),
        (WEEKLY + SWAP, "24T12:00", ("ana",)),
        (WEEKLY + SWAP, "24T15:00", ("luis",)),
        (WEEKLY + SWAP, "23T10:00", ("ana",)),
        (WEEKLY + SWAP, "26T10:00", ("ana",)),
        (WEEKLY + NOBODY, "26T10:00", ()),
        (WEEKLY + NOBODY, "25T15:00", ("luis",)),
        (WEEKLY + NOBODY + SWAP.replace("2026-11-25", "2026-11-30"), "26T10:00", ("luis",)),
        # several at once, in the order of the rota
        ('[[departments.on_call]]\npeople = ["luis", "ana"]\n' + WEEKLY, "23T10:00", ("luis", "ana")),
        ('[[departments.on_call]]\npeople = ["luis"]\n', "29T03:00", ("luis",)),
    ],
)
def test_who_is_on_call(rota: str, when: str, who: tuple[str, ...]) -> None:
    assert on_call(playbook(rota).department("billing"), at(when)) == who


@pytest.mark.parametrize(
    ("rota", "when", "present", "following"),
    [
        ("", "23T10:00", None, None),
        (
            WEEKLY,
            "23T10:00",
            Duty(people=("ana",), until=at("23T14:00")),
            Duty(people=("luis",), since=at("23T14:00"), until=at("23T20:00")),
        ),
        (WEEKLY, "23T20:00", None, Duty(people=("ana",), since=at("24T09:00"), until=at("24T14:00"))),
        (
            WEEKLY + NOBODY,
            "25T19:00",
            Duty(people=("luis",), until=at("25T20:00")),
            Duty(people=("ana",), since=at("27T09:00"), until=at("27T14:00")),
        ),
        (
            WEEKLY + SWAP,
            "24T08:00",
            None,
            Duty(people=("luis",), since=at("24T09:00"), until=at("24T12:00")),
        ),
        ('[[departments.on_call]]\npeople = ["luis"]\n', "29T03:00", Duty(people=("luis",)), None),
        ('[[departments.on_call]]\npeople = ["ana"]\nsince = 2027-06-01\nuntil = 2027-06-01\n', "23T10:00", None, None),
    ],
)
def test_who_is_on_call_now_and_who_is_next(rota: str, when: str, present: Duty | None, following: Duty | None) -> None:
    found = billing(rota, at(when))
    assert (found.on_call, found.next_on_call) == (present, following)


def test_a_department_without_a_calendar_is_always_there() -> None:
    found = billing("", at("29T03:00"))
    assert (found.is_open, found.opens_at, found.closes_at) == (True, None, None)


@pytest.mark.parametrize(
    ("when", "is_open", "opens_at", "closes_at"),
    [
        ("23T10:00", True, None, "23T14:00"),
        ("23T14:00", False, "23T16:00", None),
        ("23T18:59", True, None, "23T19:00"),
        ("27T19:00", False, "30T09:00", None),
    ],
)
def test_when_a_department_opens_and_closes(
    when: str, is_open: bool, opens_at: str | None, closes_at: str | None
) -> None:
    found = billing("", at(when), calendar=True)
    assert (found.is_open, found.opens_at, found.closes_at) == (
        is_open,
        opens_at and at(opens_at),
        closes_at and at(closes_at),
    )


def test_everybody_is_listed_with_what_they_may_and_where_they_are_on_call() -> None:
    found = directory(playbook(WEEKLY), at("23T15:00"))
    assert [department.name for department in found.departments] == ["billing", "technical", "care"]
    assert [(each.title, each.time_zone, each.fallback) for each in found.departments][:1] == [
        ("Facturación", "Europe/Madrid", "care")
    ]
    ana, luis, eva, pau = found.people
    assert (ana.name, ana.may_promise, ana.until_at_most_days, ana.on_call) == (
        "Ana Torres",
        ("devolución", "llamada de vuelta"),
        7,
        (),
    )
    assert (luis.languages, luis.departments, luis.on_call) == (("es", "ca"), ("billing", "care"), ("billing",))
    assert (eva.may_promise, eva.until_at_most_days, pau.may_promise) == (("*",), None, ())


instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
_hours = st.sampled_from(["", 'hours = { mon-sun = ["00:00-24:00"] }', 'hours = { mon-fri = ["22:00-06:00"] }'])
_days = st.tuples(st.dates(datetime(2026, 10, 1).date(), datetime(2027, 4, 1).date()), st.integers(0, 20)).map(
    lambda found: f"since = {found[0]}\nuntil = {found[0] + timedelta(days=found[1])}"
)
_shifts = st.builds(
    lambda people, hours, days: f"[[departments.on_call]]\npeople = {people}\n{hours}\n{days}\n",
    st.sampled_from(['["ana"]', '["luis"]', '["luis", "ana"]']),
    _hours.filter(lambda hours: "fri" not in hours),
    st.just("") | _days,
)


@given(st.lists(_shifts, max_size=4).map("".join), instants)
def test_what_is_said_of_now_and_next_holds(rota: str, now: datetime) -> None:
    """Whoever is on call stays so until the end that is said, and nobody else comes before who is next."""
    department = playbook(rota).department("billing")
    found = billing(rota, now)
    present = found.on_call.people if found.on_call else ()
    assert present == on_call(department, now)
    if found.on_call and found.on_call.until:
        just_before = found.on_call.until - timedelta(microseconds=1)
        assert on_call(department, just_before) == present
        assert on_call(department, found.on_call.until) != present
    if found.next_on_call:
        since = found.next_on_call.since
        assert now < since < now + AHEAD
        assert on_call(department, since) == found.next_on_call.people
        assert on_call(department, since - timedelta(microseconds=1)) != found.next_on_call.people
    else:
        later = (now + AHEAD * part / 50 for part in range(1, 50))
        assert {on_call(department, each) for each in later} <= {present, ()}


@given(instants)
def test_a_department_is_open_until_it_closes_and_closed_until_it_opens(now: datetime) -> None:
    found = billing("", now, calendar=True)
    assert (found.opens_at is None) == found.is_open == (found.closes_at is not None)
    if not found.is_open:
        assert found.opens_at == next_opening(playbook(calendar=True).calendar("billing"), now)


# --------------------------------------------------------------------------------------------------------- promises

NOW = at("23T15:00")


def refusal(subject: str, matter: str, days: float | None = 1, *, department: str = "billing") -> MayNot | None:
    until = None if days is None else NOW + timedelta(days=days)
    asked = {"subject": subject, "department": department, "matter": matter, "until": until, "now": NOW}
    return may_promise(playbook(WEEKLY), **asked)  # type: ignore[arg-type]


def test_where_nobody_is_listed_everybody_may() -> None:
    asked: dict[str, Any] = {"subject": "x", "department": "billing", "matter": "lo que sea", "until": None, "now": NOW}
    assert may_promise(playbook(people=""), **asked) is None


@pytest.mark.parametrize(
    ("subject", "matter", "days", "code"),
    [
        ("ana", "devolución", 1, None),
        ("ana", "DEVOLUCION de la cuota de octubre", 1, None),
        ("ana", "una llamada de vuelta", 1, None),
        ("ana", "una llamada   de\nvuelta!", 1, None),
        ("ana", "devoluciones", 1, "other_matter"),  # whole words
        ("ana", "llamada y luego de vuelta", 1, "other_matter"),
        ("ana", "vuelta de llamada", 1, "other_matter"),
        ("ana", "", 1, "other_matter"),
        ("ana", "#", 1, "other_matter"),
        ("luis", "#", 1, None),
        ("luis", "lo que sea", 1, None),
        ("ana", "devolución", 7, None),
        ("ana", "devolución", 7.01, "term_too_long"),
        ("ana", "devolución", None, None),
        ("ana", "router nuevo", 7.01, "other_matter"),
        ("luis", "lo que sea", 31, "term_too_long"),
        ("eva", "lo que sea", 1, "other_department"),
        ("pau", "lo que sea", 1, "other_department"),
        ("", "devolución", 1, "not_listed"),
        ("Ana", "devolución", 1, "not_listed"),  # subjects are compared as they are
        ("Ana Torres", "devolución", 1, "not_listed"),
        ("*", "devolución", 1, "not_listed"),
    ],
)
def test_who_may_promise_what(subject: str, matter: str, days: float | None, code: str | None) -> None:
    found = refusal(subject, matter, days)
    assert (found and found.code) == code


@pytest.mark.parametrize(
    ("subject", "matter", "days", "department", "field", "sentence"),
    [
        (
            "x",
            "devolución",
            1,
            "billing",
            "matter",
            "only the people of the playbook may promise, and you are none of them; ask "
            "Luis Vega (Facturación, Atención; on call), Ana Torres (Facturación), Eva Ríos (Atención)",
        ),
        (
            "ana",
            "router nuevo",
            1,
            "billing",
            "matter",
            "the playbook does not let you promise this; ask "
            "Luis Vega (Facturación, Atención; on call), Eva Ríos (Atención)",
        ),
        (
            "ana",
            "devolución",
            1,
            "care",
            "department",
            "you are not of care, but of billing; ask Luis Vega (Facturación, Atención; on call), Eva Ríos (Atención)",
        ),
        (
            "ana",
            "devolución",
            20,
            "billing",
            "until",
            "you may promise it for at most 7 days; promise it until 2026-11-30T14:00:00Z or before, or ask "
            "Luis Vega (Facturación, Atención; on call), Eva Ríos (Atención)",
        ),
        (
            "luis",
            "lo que sea",
            400,
            "care",
            "until",
            "you may promise it for at most 30 days; promise it until 2026-12-23T14:00:00Z or before, or ask "
            "Eva Ríos (Atención)",
        ),
        (
            "pau",
            "lo que sea",
            400,
            "care",
            "matter",
            "the playbook does not let you promise this; ask Eva Ríos (Atención)",
        ),
    ],
)
def test_a_refusal_says_what_to_do_and_whom_to_ask(
    subject: str, matter: str, days: float, department: str, field: str, sentence: str
) -> None:
    found = refusal(subject, matter, days, department=department)
    assert found is not None
    assert (found.field, found.sentence) == (field, sentence)
    assert subject not in [each.subject for each in found.who_may]
    latest = found.latest and found.latest - NOW
    assert latest == (timedelta(days=7 if subject == "ana" else 30) if found.code == "term_too_long" else None)


def test_whom_to_ask_first() -> None:
    """Who is on call in that department, then who is on call elsewhere, then the rest of it, then all others."""
    on_call_in_care = '[[departments.on_call]]\npeople = ["pep"]\n'
    mar = '[[people]]\nsubject = "mar"\nname = "Mar"\ndepartments = ["technical"]\nmay_promise = ["*"]\n'
    pep = '[[people]]\nsubject = "pep"\nname = "Pep"\ndepartments = ["care"]\nmay_promise = ["*"]\n'
    written = GOOD.replace(BILLING, BILLING + WEEKLY).replace("[priorities]", f"{on_call_in_care}\n[priorities]", 1)
    everybody = parse(written + mar + pep + PEOPLE)
    asked: dict[str, Any] = {"subject": "x", "matter": "router", "until": None, "now": NOW}
    for department, names in (("billing", ["luis", "pep", "mar", "eva"]), ("care", ["pep", "luis", "eva", "mar"])):
        found = may_promise(everybody, department=department, **asked)
        assert found is not None
        assert [each.subject for each in found.who_may] == names


def test_where_nobody_else_may_that_is_said() -> None:
    alone = playbook(people=PEOPLE.replace('["*"]', "[]").replace("until_at_most_days = 30", ""))
    asked: dict[str, Any] = {"department": "billing", "until": None, "now": NOW}
    found = may_promise(alone, subject="ana", matter="router", **asked)
    assert found is not None
    assert found.sentence == (
        "the playbook does not let you promise this; nobody else may; ask whoever keeps the playbook"
    )
    late = may_promise(
        alone, subject="ana", matter="devolución", department="billing", until=at("12-24T10:00"), now=NOW
    )
    assert late is not None
    assert late.sentence == "you may promise it for at most 7 days; promise it until 2026-11-30T14:00:00Z or before"


def test_of_many_some_are_named() -> None:
    many = "".join(
        f'[[people]]\nsubject = "s{number}"\nname = "Nombre {number}"\ndepartments = ["care"]\nmay_promise = ["*"]\n'
        for number in range(8)
    )
    found = may_promise(playbook(people=many), subject="x", department="billing", matter="router", until=None, now=NOW)
    assert found is not None
    assert found.sentence.endswith("Nombre 4 (Atención) or 3 more")
    assert len(found.who_may) == 8
