"""Calendars, targets and groups in a playbook: read exactly, or refused with the setting named and what to do."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from shared.clocks.targets import group_of, targets, targets_for
from shared.errors import ConfigurationError
from shared.models import ContactPoint
from shared.playbook import Calendar, Playbook, parse
from shared.playbook.calendars import DayHours, minutes
from tests.shared.test_playbook import EXAMPLE, GOOD

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 25)

MORE = """
[[calendars]]
name = "office"
time_zone = "Europe/Madrid"
closed = [2026-12-24]
open = [2026-12-08]
hours_on = { 2026-12-31 = ["09:00-13:00"], "2026-12-27" = ["10:00-12:00"] }

[calendars.hours]
mon-fri = ["09:00-14:00", "16:00-19:00"]
sat = ["10:00-14:00"]

[calendars.holidays]
country = "ES"
subdivision = "MD"

[[calendars]]
name = "nights"
time_zone = "Atlantic/Canary"
hours = { sat-mon = ["22:00-06:00"], wed = ["00:00-24:00"] }

[[calendars]]
name = "round_the_clock"
time_zone = "UTC"
always = true

[[clocks]]
kind = "first_answer"
within = { urgent = 10, high = 30, normal = 60, low = 120 }

[[clocks]]
kind = "first_answer"
channel = "whatsapp"
within = { urgent = 9, high = 29, normal = 59, low = 119 }

[[clocks]]
kind = "first_answer"
group = "business"
within = { urgent = 8, high = 28, normal = 58, low = 118 }

[[clocks]]
kind = "first_answer"
department = "billing"
within = { urgent = 7, high = 27, normal = 57, low = 117 }

[[clocks]]
kind = "first_answer"
channel = "telegram"
department = "billing"
within = { urgent = 6, high = 26, normal = 56, low = 116 }

[[clocks]]
kind = "resolve"
channel = "whatsapp"
within = { urgent = 60, high = 240, normal = 960, low = 1920 }

[[groups]]
name = "business"
title = "Business customers"
contacts = [{ kind = "customer_number", begins = "b-" }, { kind = "email", ends = "@Wholesale.example" }]

[[groups]]
name = "staff"
title = "Our own people"
contacts = [{ kind = "phone", begins = "+3491", ends = "00" }, { kind = "email", ends = ".example" }]
"""

BEFORE, DEPARTMENTS, REST = GOOD.partition("[[departments]]")
WRITTEN = (GOOD + MORE).replace('time_zone = "UTC"\n', 'time_zone = "UTC"\ncalendar = "office"\n', 1)


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return parse(WRITTEN, today=TODAY)


# --- what is read -----------------------------------------------------------------------------------------------------


def test_hours_are_those_of_the_days_that_are_named(playbook: Playbook) -> None:
    office, nights, _ = playbook.calendars
    assert office.hours.days == (("09:00-14:00", "16:00-19:00"),) * 5 + (("10:00-14:00",), ())
    assert nights.hours.days == (("22:00-06:00",), (), ("00:00-24:00",), (), (), ("22:00-06:00",), ("22:00-06:00",))
    assert minutes("22:00-06:00") == (22 * 60, 30 * 60)
    assert minutes("00:00-24:00") == (0, 24 * 60)
    assert office.hours_on == (
        DayHours(day=date(2026, 12, 31), hours=("09:00-13:00",)),
        DayHours(day=date(2026, 12, 27), hours=("10:00-12:00",)),
    )


def test_a_department_has_its_calendar_and_without_one_is_always_there(playbook: Playbook) -> None:
    assert playbook.calendar("care") == playbook.calendars[0]
    assert playbook.calendar("technical") == Calendar(name="always", time_zone="Atlantic/Canary", always=True)


@pytest.mark.parametrize("name", [None, "closed_down_since"])
def test_what_is_with_nobody_or_was_with_a_department_of_another_version_has_the_default_ones(
    playbook: Playbook, name: str | None
) -> None:
    assert playbook.calendar(name).name == "office"
    assert targets(playbook, "accept", priority="urgent", department=name) == timedelta(minutes=15)


def test_holidays_are_plain_days_of_last_year_to_the_third_after_this(playbook: Playbook) -> None:
    holidays = playbook.calendars[0].holidays
    assert holidays is not None
    assert {day.year for day in holidays.days} == {2025, 2026, 2027, 2028, 2029}
    assert list(holidays.days) == sorted(set(holidays.days))
    days = {f"{day:%m-%d}" for day in holidays.days if day.year == 2026}
    assert {"01-01", "01-06", "05-01", "05-02", "10-12", "12-08", "12-25"} <= days
    assert (holidays.known_until, playbook.holidays_known_until) == (date(2029, 12, 31), date(2029, 12, 31))
    assert parse(GOOD).holidays_known_until is None


def test_a_subdivision_has_days_that_its_country_has_not() -> None:
    alone = parse(WRITTEN.replace('subdivision = "MD"', ""), today=TODAY).calendars[0].holidays
    assert alone is not None
    assert date(2025, 5, 2) not in alone.days
    assert date(2025, 5, 1) in alone.days


def test_a_version_that_was_kept_has_its_days_and_looks_none_up(playbook: Playbook) -> None:
    again = Playbook.from_json(playbook.to_json())
    assert again == playbook
    assert hash(again) == hash(playbook)
    assert again.calendars[0].shut == playbook.calendars[0].shut


def test_days_that_are_closed_are_shut_unless_something_else_is_said_of_them(playbook: Playbook) -> None:
    shut = playbook.calendars[0].shut
    assert date(2026, 12, 24) in shut
    assert date(2026, 12, 25) in shut
    assert date(2026, 12, 8) not in shut  # a holiday on which they are open
    assert date(2027, 1, 6) in shut
    assert date(2028, 10, 12) in shut
    assert date(2025, 10, 12) not in shut  # a Sunday, on which nobody is there anyway


def test_who_is_published_without_the_package_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(ConfigurationError, match=r"not installed here; `make env` installs it"):
        parse(WRITTEN, today=TODAY)
    assert parse(GOOD).calendars == ()


def test_the_example_has_a_calendar_a_clock_and_a_group() -> None:
    example = parse(EXAMPLE.read_text(encoding="utf-8"), today=TODAY)
    assert example.calendars
    assert example.clocks
    assert example.groups
    assert all(calendar.time_zone == "Europe/Madrid" for calendar in example.calendars)


# --- nothing that runs in Lambda knows the package --------------------------------------------------------------------


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_one_module_names_the_package_and_importing_the_playbook_does_not_load_it() -> None:
    code = [path for room in ("services", "shared") for path in (ROOT / room).rglob("*.py")]
    naming = [path.name for path in code if "holidays" in _imports(path)]
    assert naming == ["public_holidays.py"]
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from shared.playbook import Playbook\n"
        "Playbook.from_json(sys.stdin.read())\n"
        "assert 'holidays' not in sys.modules"
    )
    kept = parse(WRITTEN, today=TODAY).to_json()
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, str(ROOT)], input=kept, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_package_is_in_no_function() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    for service in {path.parent.name for path in (ROOT / "services").glob("*/app.py")} & set(groups):
        lock = (ROOT / "infra" / "locks" / f"{service}.txt").read_text()
        assert "\nholidays==" not in f"\n{lock}"
    assert "\nholidays==" in (ROOT / "infra" / "locks" / "dev.txt").read_text()


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "instead", "complaint"),
    [
        # hours
        ('sat = ["10:00-14:00"]', 'sat = "10:00-14:00"', "calendars[office].hours.sat: must be a list in square"),
        ('sat = ["10:00-14:00"]', "sat = [10]", "calendars[office].hours.sat[1]: must be text in quotes"),
        ('sat = ["10:00-14:00"]', 'sat = ["10-14"]', 'hours.sat[1]: must be like "09:00-14:00"; a whole day is'),
        ('sat = ["10:00-14:00"]', 'sat = ["9:00-14:00"]', "hours.sat[1]: must be like"),
        ('sat = ["10:00-14:00"]', 'sat = ["10:00-24:30"]', "hours.sat[1]: must be like"),
        ('sat = ["10:00-14:00"]', 'sat = ["24:00-06:00"]', "hours.sat[1]: must be like"),
        ('sat = ["10:00-14:00"]', 'sat = ["10:00-10:00"]', "hours.sat[1]: must be like"),
        ('sat = ["10:00-14:00"]', 'saturday = ["10:00-14:00"]', "calendars[office].hours.saturday: is no setting here"),
        ('sat = ["10:00-14:00"]', 'sat-sunday = ["10:00-14:00"]', "hours.sat-sunday: is no setting here"),
        ('sat = ["10:00-14:00"]', 'fri = ["10:00-14:00"]', "calendars[office].hours: fri: stands there twice; keep"),
        (
            'sat = ["10:00-14:00"]',
            'sat = ["10:00-14:00", "13:30-15:00"]',
            "calendars[office].hours: sat 10:00-14:00 and sat 13:30-15:00 overlap; let one end where the other begins",
        ),
        (
            'wed = ["00:00-24:00"]',
            'tue = ["05:00-09:00"]',
            "calendars[nights].hours: mon 22:00-06:00 and tue 05:00-09:00 overlap",
        ),
        (
            "hours = { sat-mon",
            'hours = { tue = ["05:00-09:00"], sun-mon',
            "calendars[nights].hours: mon 22:00-06:00 and tue 05:00-09:00 overlap",
        ),
        (
            'hours = { sat-mon = ["22:00-06:00"], wed = ["00:00-24:00"] }',
            'hours = { sun = ["22:00-06:00"], mon = ["00:00-02:00"] }',
            "calendars[nights].hours: sun 22:00-06:00 and mon 00:00-02:00 overlap",
        ),
        (
            'hours = { sat-mon = ["22:00-06:00"], wed = ["00:00-24:00"] }',
            "",
            "calendars[nights].hours: is open for less than an hour a week; add hours, or say always = true",
        ),
        (
            'hours = { sat-mon = ["22:00-06:00"], wed = ["00:00-24:00"] }',
            'hours = { wed = ["10:00-10:59"] }',
            "calendars[nights].hours: is open for less than an hour a week",
        ),
        # always
        ("always = true", 'always = "yes"', "calendars[round_the_clock].always:"),
        ("always = true", "", "calendars[round_the_clock].hours: is open for less than an hour a week"),
        (
            "always = true",
            'always = true\nhours = { mon = ["10:00-12:00"] }\nclosed = [2026-12-25]',
            "calendars[round_the_clock].always: is said beside hours, closed; keep one of the two",
        ),
        # single days
        ("closed = [2026-12-24]", "closed = 2026-12-24", "calendars[office].closed: must be a list"),
        ("closed = [2026-12-24]", 'closed = ["24/12/2026"]', "calendars[office].closed[1]: must be a day, like 2026-"),
        ("closed = [2026-12-24]", "closed = [20261224]", "calendars[office].closed[1]: must be a day"),
        ("closed = [2026-12-24]", "closed = [2026-12-24T00:00:00]", "calendars[office].closed[1]: must be a day"),
        (
            "closed = [2026-12-24]",
            "closed = [2026-12-08]",
            "calendars[office].closed, open: 2026-12-08 stands there 2 times; keep one",
        ),
        ("open = [2026-12-08]", "open = [2026-12-31]", "calendars[office].open, hours_on: 2026-12-31 stands there 2"),
        (
            "open = [2026-12-08]",
            "open = [2026-12-06]",
            "calendars[office].open: 2026-12-06 is a sun, without hours; write them in hours_on",
        ),
        ("2026-12-31 = [", "2026-02-30 = [", "calendars[office].hours_on[1].day: must be a day, like 2026-12-24"),
        ('["09:00-13:00"]', '["09:00"]', "calendars[office].hours_on[1].hours[1]: must be like"),
        # holidays
        ('country = "ES"', 'country = "es"', "calendars[office].holidays.country: must match ^[A-Z]{2}$"),
        ('country = "ES"', 'country = "ZZ"', "calendars[office].holidays.country: 'ZZ' is no known country; write its"),
        ('country = "ES"', "", "calendars[office].holidays.country: is missing"),
        ('subdivision = "MD"', 'subdivision = "XX"', "holidays.subdivision: 'XX' is none of ES's; name one of: AN, AR"),
        ('country = "ES"\nsubdivision = "MD"', 'country = "VA"\nsubdivision = "MD"', "'MD' is none of VA's; there are"),
        (
            'subdivision = "MD"',
            "days = [2026-12-25]",
            "calendars[office].holidays.days: is filled in when this is published; write other days in closed",
        ),
        # names and zones
        ('name = "nights"', 'name = "Nights"', "calendars[Nights].name: must match"),
        ('name = "nights"', 'name = "office"', "calendars[office].name: 2 calendars have it; give each a name"),
        ('calendar = "office"', 'calendar = "offices"', "departments[care].calendar: there is no calendar 'offices'"),
        (
            'name = "nights"\ntime_zone = "Atlantic/Canary"',
            'name = "nights"\ntime_zone = "Atlantic/Canario"',
            "calendars[nights].time_zone: is no known time zone; write an IANA name",
        ),
        # targets
        ('kind = "resolve"', 'kind = "solve"', "clocks[6].kind: must be 'first_answer', 'next_answer', 'accept' or"),
        ('group = "business"', 'group = "vip"', "clocks[3].group: there is no group 'vip'; name one of: business"),
        ('\ndepartment = "billing"', '\ndepartment = "x"', "clocks[4].department: there is no department 'x'; name"),
        ('channel = "whatsapp"', 'channel = "fax"', "clocks[2].channel: there is no such channel; name one of: "),
        ("urgent = 9, high = 29", "urgent = 30, high = 29", "clocks[2].within: contradicts itself"),
        ("urgent = 9,", "", "clocks[2].within.urgent: is missing"),
        (
            'channel = "whatsapp"\nwithin = { urgent = 9',
            "within = { urgent = 9",
            "clocks: 2 of kind 'first_answer' are for everybody; keep one",
        ),
        (
            'channel = "telegram"\n',
            "",
            "clocks: 2 of kind 'first_answer' are for department 'billing'; keep one",
        ),
        # groups
        ('begins = "b-"', 'begins = ""', "groups[business].contacts[1].begins: must not be empty"),
        ('kind = "customer_number", begins = "b-"', 'kind = "email"', "groups[business].contacts[1]: says nothing; "),
        ('kind = "customer_number"', 'kind = "handle"', "groups[business].contacts[1].kind: must be 'customer_number'"),
        ('name = "staff"', 'name = "business"', "groups[business].name: 2 groups have it"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(written: str, instead: str, complaint: str) -> None:
    assert written in WRITTEN
    with pytest.raises(ConfigurationError) as refused:
        parse(WRITTEN.replace(written, instead, 1), today=TODAY)
    assert complaint in str(refused.value)


def test_a_calendar_that_its_closed_days_leave_no_day_is_refused() -> None:
    every_saturday = [str(date(2027, 1, 2) + timedelta(weeks=week)) for week in range(52)]
    hours = 'hours = { sat = ["10:00-14:00"] }'
    one_day = f'[[calendars]]\nname = "fair"\ntime_zone = "UTC"\nclosed = {every_saturday}\n{hours}'
    with pytest.raises(ConfigurationError, match=r"calendars\[fair\].closed: leaves no day of 2027 open"):
        parse(f"{GOOD}\n{one_day}")
    assert parse(f"{GOOD}\n{one_day}".replace("'2027-12-25'", "'2026-12-26'")).calendars[0].name == "fair"


def test_what_is_wrong_in_calendars_targets_and_zones_is_named_at_once() -> None:
    wrong = (
        WRITTEN.replace("Atlantic/Canary", "Atlantic/Canario").replace('"ES"', '"ZZ"').replace('"whatsapp"', '"fax"')
    )
    with pytest.raises(ConfigurationError) as refused:
        parse(wrong, today=TODAY)
    assert len(str(refused.value).splitlines()) == 1 + 5


# --- targets and groups -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "group", "department", "minutes"),
    [
        (None, None, None, 60),
        ("whatsapp", None, None, 59),
        ("telegram", None, None, 60),
        (None, "business", None, 58),
        (None, "staff", None, 60),
        (None, None, "billing", 57),
        ("telegram", None, "billing", 56),
        ("whatsapp", None, "billing", 59),  # a channel counts for more than a department
        ("whatsapp", "business", "billing", 58),  # and a group for more than both
        ("telegram", "business", "billing", 58),
    ],
)
def test_the_most_particular_target_counts(
    playbook: Playbook, channel: str | None, group: str | None, department: str | None, minutes: int
) -> None:
    found = targets(playbook, "first_answer", priority="normal", channel=channel, group=group, department=department)
    assert found == timedelta(minutes=minutes)
    assert targets_for(playbook, channel=channel, group=group)("first_answer", "normal", department) == found


def test_where_no_clock_says_anything_the_deadlines_do(playbook: Playbook) -> None:
    assert targets(playbook, "next_answer", priority="high") == timedelta(minutes=120)
    assert targets(playbook, "accept", priority="low", department="technical") == timedelta(minutes=1440)
    assert targets(playbook, "resolve", priority="urgent") is None
    assert targets(playbook, "resolve", priority="urgent", channel="whatsapp") == timedelta(minutes=60)
    assert targets(parse(GOOD), "first_answer", priority="urgent") == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("contacts", "group"),
    [
        ([], None),
        ([ContactPoint(kind="customer_number", value="B-1042", proof="app_session")], "business"),
        ([ContactPoint(kind="customer_number", value="B-1042")], None),  # merely claimed
        ([ContactPoint(kind="customer_number", value="A-B-1042", proof="app_session")], None),
        ([ContactPoint(kind="email", value="ana@wholesale.example", proof="dmarc")], "business"),
        ([ContactPoint(kind="email", value="ana@wholesale.example")], None),
        ([ContactPoint(kind="email", value="ana@other.example", proof="dmarc")], "staff"),
        ([ContactPoint(kind="phone", value="+34910000000", proof="platform")], "staff"),
        ([ContactPoint(kind="phone", value="+34910000001", proof="platform")], None),
        ([ContactPoint(kind="handle", value="b-1", proof="platform")], None),
        (
            [
                ContactPoint(kind="phone", value="+34910000000", proof="platform"),
                ContactPoint(kind="customer_number", value="B-1", proof="app_session"),
            ],
            "business",  # which is listed first
        ),
    ],
)
def test_a_group_is_known_by_what_is_verified(
    playbook: Playbook, contacts: list[ContactPoint], group: str | None
) -> None:
    assert group_of(playbook, contacts) == group
    assert group_of(playbook, reversed(contacts)) == group


def test_today_is_the_machines_own_where_nobody_says_it() -> None:
    holidays = parse(WRITTEN).calendars[0].holidays
    assert holidays is not None
    assert holidays.known_until is not None
    assert abs(holidays.known_until.year - 3 - datetime.now(UTC).year) <= 1
