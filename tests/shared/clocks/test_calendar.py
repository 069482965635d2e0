"""Open time against a clock on the wall that is read minute by minute, in zones where that clock does what it likes."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.clocks.calendar import after, is_open, next_opening, open_spans, open_time, parts
from shared.errors import ConfigurationError
from shared.playbook.calendars import Calendar, DayHours, Holidays, Hours, Week, minutes

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

SPLIT = Calendar(
    name="office",
    time_zone="Europe/Madrid",
    hours=Week.model_validate({"mon-fri": ["09:00-14:00", "16:00-19:00"], "sat": ["10:00-14:00"]}),
    holidays=Holidays(country="ES", subdivision="MD", days=(date(2026, 12, 8), date(2026, 12, 25))),
    closed=(date(2026, 12, 24),),
    open=(date(2026, 12, 8),),
    hours_on=(DayHours(day=date(2026, 12, 27), hours=("10:00-12:00",)),),
)


def madrid(*when: int) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo("Europe/Madrid")).astimezone(UTC)  # type: ignore[misc, arg-type]


def weekly(time_zone: str, **hours: Sequence[Hours]) -> Calendar:
    return Calendar(name="one", time_zone=time_zone, hours=Week.model_validate(hours))


# --- what is to be said of single instants ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "open_for", "due"),
    [
        # within a span; over the siesta; over the night; over the weekend
        (madrid(2026, 11, 25, 10), 60, madrid(2026, 11, 25, 11)),
        (madrid(2026, 11, 25, 13, 30), 60, madrid(2026, 11, 25, 16, 30)),
        (madrid(2026, 11, 25, 18, 30), 60, madrid(2026, 11, 26, 9, 30)),
        (madrid(2026, 11, 28, 13, 30), 60, madrid(2026, 11, 30, 9, 30)),
        # what ends at closing time is due then, and not at the next opening
        (madrid(2026, 11, 25, 13), 60, madrid(2026, 11, 25, 14)),
        (madrid(2026, 11, 25, 18), 60, madrid(2026, 11, 25, 19)),
        (madrid(2026, 11, 25, 3), 480, madrid(2026, 11, 25, 19)),
        # what comes at closing time, in the siesta, at night or on Sunday begins at the next opening
        (madrid(2026, 11, 25, 14), 60, madrid(2026, 11, 25, 17)),
        (madrid(2026, 11, 25, 15), 60, madrid(2026, 11, 25, 17)),
        (madrid(2026, 11, 25, 23), 60, madrid(2026, 11, 26, 10)),
        (madrid(2026, 11, 29, 12), 60, madrid(2026, 11, 30, 10)),
        # no time at all is over at once, even where nobody is there
        (madrid(2026, 11, 29, 12), 0, madrid(2026, 11, 29, 12)),
        # a holiday that is open, days that are closed, and a Sunday with hours
        (madrid(2026, 12, 8, 10), 60, madrid(2026, 12, 8, 11)),
        (madrid(2026, 12, 23, 18, 30), 60, madrid(2026, 12, 26, 10, 30)),
        (madrid(2026, 12, 26, 13, 30), 60, madrid(2026, 12, 27, 10, 30)),
        (madrid(2026, 12, 27, 11, 30), 60, madrid(2026, 12, 28, 9, 30)),
        # the same hours by the clock on the wall, in summer and in winter
        (madrid(2026, 3, 27, 18, 30), 300, madrid(2026, 3, 30, 9, 30)),
        (madrid(2026, 10, 23, 18, 30), 300, madrid(2026, 10, 26, 9, 30)),
    ],
)
def test_so_much_open_time_is_over(at: datetime, open_for: int, due: datetime) -> None:
    assert after(SPLIT, at, open_for * MINUTE) == due
    assert open_time(SPLIT, at, due) == open_for * MINUTE


def test_nobody_is_there_at_the_instant_of_closing() -> None:
    closing = madrid(2026, 11, 25, 14)
    assert is_open(SPLIT, closing - timedelta(microseconds=1))
    assert not is_open(SPLIT, closing)
    assert not is_open(SPLIT, madrid(2026, 11, 25, 9) - timedelta(microseconds=1))
    assert is_open(SPLIT, madrid(2026, 11, 25, 9))


def test_the_next_opening_is_now_where_somebody_is_there() -> None:
    assert next_opening(SPLIT, madrid(2026, 11, 25, 10)) == madrid(2026, 11, 25, 10)
    assert next_opening(SPLIT, madrid(2026, 11, 25, 14)) == madrid(2026, 11, 25, 16)
    assert next_opening(SPLIT, madrid(2026, 12, 23, 19)) == madrid(2026, 12, 26, 10)


def test_an_instant_may_be_given_on_any_clock_and_comes_back_in_utc() -> None:
    kathmandu = madrid(2026, 11, 25, 13, 30).astimezone(ZoneInfo("Asia/Kathmandu"))
    due = after(SPLIT, kathmandu, HOUR)
    assert due == madrid(2026, 11, 25, 16, 30)
    assert due.tzinfo is UTC
    assert next_opening(SPLIT, kathmandu).tzinfo is UTC
    assert {each.tzinfo for span in open_spans(SPLIT, kathmandu, kathmandu + 30 * HOUR) for each in span} == {UTC}


def test_day_and_night_is_every_minute() -> None:
    always = Calendar(name="always", time_zone="Europe/Madrid", always=True)
    at = madrid(2026, 3, 28, 12)
    assert after(always, at, 24 * HOUR) == at + 24 * HOUR
    assert next_opening(always, at) == at
    assert is_open(always, at)
    assert [tuple(part) for part in parts(always, at, at + 9 * HOUR)] == [(at, at + 9 * HOUR, "open")]


def test_what_is_not_open_has_its_reason_and_is_cut_at_midnight() -> None:
    found = [tuple(part) for part in parts(SPLIT, madrid(2026, 12, 23, 18), madrid(2026, 12, 26, 11))]
    assert found == [
        (madrid(2026, 12, 23, 18), madrid(2026, 12, 23, 19), "open"),
        (madrid(2026, 12, 23, 19), madrid(2026, 12, 24), "closed"),
        (madrid(2026, 12, 24), madrid(2026, 12, 25), "holiday"),
        (madrid(2026, 12, 25), madrid(2026, 12, 26), "holiday"),
        (madrid(2026, 12, 26), madrid(2026, 12, 26, 10), "closed"),
        (madrid(2026, 12, 26, 10), madrid(2026, 12, 26, 11), "open"),
    ]


def test_a_holiday_on_a_day_that_is_closed_anyway_is_no_reason() -> None:
    calendar = SPLIT.model_copy(update={"closed": (date(2026, 11, 29),)})
    assert {part.why for part in parts(calendar, madrid(2026, 11, 29), madrid(2026, 11, 30))} == {"closed"}


# --- nights -----------------------------------------------------------------------------------------------------------


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    nights = weekly("Europe/Madrid", fri=["22:00-06:00"])
    assert [tuple(span) for span in open_spans(nights, madrid(2026, 11, 26), madrid(2026, 12, 3))] == [
        (madrid(2026, 11, 27, 22), madrid(2026, 11, 28, 6))
    ]
    assert is_open(nights, madrid(2026, 11, 28, 5, 59))
    saturday_shut = nights.model_copy(update={"closed": (date(2026, 11, 28),)})
    assert is_open(saturday_shut, madrid(2026, 11, 28, 5, 59))
    friday_shut = nights.model_copy(update={"closed": (date(2026, 11, 27),)})
    assert not any(open_spans(friday_shut, madrid(2026, 11, 26), madrid(2026, 12, 3)))


def test_days_that_meet_at_midnight_are_one_span() -> None:
    round_the_clock = weekly("Europe/Madrid", **{"mon-sun": ["00:00-24:00"]})
    since, until = madrid(2026, 3, 1, 5, 17), madrid(2026, 11, 1, 3)
    assert [tuple(span) for span in open_spans(round_the_clock, since, until)] == [(since, until)]
    assert after(round_the_clock, since, until - since) == until


# --- the clock is changed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "hours", "day", "real"),
    [
        # the night in which the clock leaps from 02:00 to 03:00 (2026-03-29 in Madrid), and back from 03:00 to 02:00
        ("Europe/Madrid", "01:00-04:00", date(2026, 3, 29), 2 * HOUR),
        ("Europe/Madrid", "01:00-04:00", date(2026, 10, 25), 4 * HOUR),
        ("Europe/Madrid", "00:00-24:00", date(2026, 3, 29), 23 * HOUR),
        ("Europe/Madrid", "00:00-24:00", date(2026, 10, 25), 25 * HOUR),
        ("Europe/Madrid", "22:00-06:00", date(2026, 3, 28), 7 * HOUR),
        ("Europe/Madrid", "22:00-06:00", date(2026, 10, 24), 9 * HOUR),
        # times that are left out are the leap itself
        ("Europe/Madrid", "02:15-02:45", date(2026, 3, 29), 0 * HOUR),
        ("Europe/Madrid", "02:30-04:00", date(2026, 3, 29), 1 * HOUR),
        ("Europe/Madrid", "01:00-02:30", date(2026, 3, 29), 1 * HOUR),
        # times that are shown twice count from their first showing
        ("Europe/Madrid", "01:00-02:30", date(2026, 10, 25), 1.5 * HOUR),
        ("Europe/Madrid", "02:30-04:00", date(2026, 10, 25), 2.5 * HOUR),
        # half an hour, at midnight, over midnight, and a day that never was
        ("Australia/Lord_Howe", "01:00-04:00", date(2026, 10, 4), 2.5 * HOUR),
        ("Australia/Lord_Howe", "01:00-04:00", date(2026, 4, 5), 3.5 * HOUR),
        ("America/Sao_Paulo", "00:00-08:00", date(2018, 11, 4), 7 * HOUR),
        ("America/Sao_Paulo", "22:00-02:00", date(2018, 2, 17), 5 * HOUR),
        ("Asia/Kathmandu", "09:00-17:00", date(2026, 11, 25), 8 * HOUR),
        ("Pacific/Apia", "09:00-17:00", date(2011, 12, 29), 8 * HOUR),
        ("Pacific/Apia", "09:00-17:00", date(2011, 12, 30), 0 * HOUR),
        ("Pacific/Apia", "09:00-17:00", date(2011, 12, 31), 8 * HOUR),
        ("Pacific/Apia", "22:00-06:00", date(2011, 12, 29), 2 * HOUR),
    ],
)
def test_a_span_of_the_wall_clock_in_real_time(zone: str, hours: Hours, day: date, real: timedelta) -> None:
    calendar = Calendar(name="one", time_zone=zone, hours_on=(DayHours(day=day, hours=(hours,)),))
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert open_time(calendar, at - 48 * HOUR, at + 72 * HOUR) == real


def test_spans_that_meet_still_meet_when_the_clock_is_changed() -> None:
    for day in (date(2026, 3, 29), date(2026, 10, 25)):
        midnight = madrid(day.year, day.month, day.day)
        for minute in range(0, 24 * 60, 15):
            at = f"{minute // 60:02}:{minute % 60:02}"
            spans = [span for span in (f"00:00-{at}", f"{at}-24:00") if span != "00:00-00:00"]
            halves = Calendar(name="two", time_zone="Europe/Madrid", hours_on=(DayHours(day=day, hours=tuple(spans)),))
            (whole,) = open_spans(halves, midnight - 24 * HOUR, midnight + 48 * HOUR)
            assert whole.since == midnight
            assert whole.length in (23 * HOUR, 25 * HOUR)


# --- what cannot be ---------------------------------------------------------------------------------------------------


def test_a_calendar_that_never_opens_again_is_a_clear_error() -> None:
    once = Calendar(name="once", time_zone="UTC", hours_on=(DayHours(day=date(2026, 1, 2), hours=("09:00-10:00",)),))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert after(once, at, HOUR) == datetime(2026, 1, 2, 10, tzinfo=UTC)
    with pytest.raises(ConfigurationError, match="calendar 'once' is not open for so long in two centuries"):
        after(once, at, HOUR + MINUTE)
    with pytest.raises(ConfigurationError, match="calendar 'once'"):
        next_opening(once, datetime(2026, 1, 2, 10, tzinfo=UTC))


def test_a_zone_that_this_machine_does_not_know_is_read_as_utc() -> None:
    newer = weekly("Atlantic/Founded_Later", **{"mon-sun": ["09:00-17:00"]})
    at = datetime(2026, 11, 25, tzinfo=UTC)
    assert next_opening(newer, at) == at + 9 * HOUR


# --- against the minutes ----------------------------------------------------------------------------------------------

ZONES = {
    "Europe/Madrid": (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)),
    "Asia/Kathmandu": (datetime(2026, 3, 29, tzinfo=UTC),),
    "America/Sao_Paulo": (datetime(2018, 2, 18, tzinfo=UTC), datetime(2018, 11, 4, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 4, 4, tzinfo=UTC), datetime(2026, 10, 3, tzinfo=UTC)),
    "America/St_Johns": (datetime(2010, 11, 7, tzinfo=UTC), datetime(2010, 3, 14, tzinfo=UTC)),
    "Pacific/Apia": (datetime(2011, 12, 30, tzinfo=UTC),),
    "Africa/Casablanca": (datetime(2026, 2, 15, tzinfo=UTC), datetime(2026, 3, 22, tzinfo=UTC)),
}
"""Zones, each with the days around which their clocks are changed."""


class Wall:
    """The clock on the wall, read minute by minute: a minute that it shows for the second time is not read again, so
    that the hour which comes twice goes on with what was before it."""

    def __init__(self, calendar: Calendar, since: datetime, until: datetime) -> None:
        zone = ZoneInfo(calendar.time_zone)
        self.calendar = calendar
        self.open: dict[datetime, bool] = {}
        shown = datetime.min
        at = since - 72 * HOUR
        while at < until + MINUTE:
            shown = max(shown, at.astimezone(zone).replace(tzinfo=None))
            if at >= since:
                self.open[at] = self._says(shown)
            at += MINUTE

    def _says(self, shown: datetime) -> bool:
        today, minute = shown.date(), shown.hour * 60 + shown.minute
        return self._within(today, minute) or self._within(today - timedelta(days=1), minute + 24 * 60)

    def _within(self, day: date, minute: int) -> bool:
        return any(begin <= minute < end for begin, end in map(minutes, self._hours(day)))

    def _hours(self, day: date) -> Sequence[Hours]:
        for each in self.calendar.hours_on:
            if each.day == day:
                return each.hours
        holidays = self.calendar.holidays.days if self.calendar.holidays else ()
        if day not in self.calendar.open and (day in self.calendar.closed or day in holidays):
            return ()
        return self.calendar.hours.days[day.weekday()]


def hours_of_a_day() -> st.SearchStrategy[tuple[Hours, ...]]:
    """Up to three spans that do not overlap, the last of which may go on into the next day."""

    def spans(bounds: list[int], quarter: int, overnight: bool) -> tuple[Hours, ...]:
        edges = sorted(15 * bound for bound in set(bounds))
        pairs = list(zip(edges[::2], edges[1::2], strict=False))
        written = [f"{_clock(begin)}-{_clock(end)}" for begin, end in pairs]
        last = pairs[-1][1] if pairs else 22 * 60
        if overnight and last < 24 * 60:
            written.append(f"{_clock(last)}-{_clock(15 * quarter)}")
        return tuple(each for each in written if each[:5] != each[6:])

    return st.builds(spans, st.lists(st.integers(0, 96), max_size=4), st.integers(0, 12), st.booleans())


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def around_a_change(draw: st.DrawFn) -> tuple[Calendar, datetime, datetime]:
    """A calendar and a span of up to three days, where the zone's clock does something."""
    zone = draw(st.sampled_from(sorted(ZONES)))
    middle = draw(st.sampled_from(ZONES[zone]))
    near = st.integers(-3, 3).map(lambda days: (middle + timedelta(days=days)).date())
    calendar = Calendar(
        name="any",
        time_zone=zone,
        hours=Week(**{day: draw(hours_of_a_day()) for day in Week.model_fields}),
        holidays=draw(st.none() | st.lists(near, max_size=2).map(lambda days: Holidays(country="ES", days=(*days,)))),
        closed=tuple(draw(st.lists(near, max_size=1))),
        open=tuple(draw(st.lists(near, max_size=1))),
        hours_on=tuple(DayHours(day=day, hours=draw(hours_of_a_day())) for day in draw(st.lists(near, max_size=1))),
    )
    since = middle + MINUTE * draw(st.integers(-48 * 60, 48 * 60))
    return calendar, since, since + MINUTE * draw(st.integers(0, 72 * 60))


@settings(max_examples=60, deadline=None)
@given(around_a_change(), st.integers(1, 24 * 60))
def test_open_time_is_the_minutes_that_the_wall_clock_shows(
    given_: tuple[Calendar, datetime, datetime], target: int
) -> None:
    calendar, since, until = given_
    wall = Wall(calendar, since, until)
    counted = [at for at, is_it in wall.open.items() if is_it and at < until]
    assert open_time(calendar, since, until) == len(counted) * MINUTE
    tiled = list(parts(calendar, since, until))
    assert [part.since for part in tiled] == [since, *(part.until for part in tiled)][: len(tiled)]
    assert sum((part.until - part.since for part in tiled), timedelta(0)) == until - since
    for part in tiled:
        assert part.since < part.until
        assert {wall.open[at] for at in wall.open if part.since <= at < part.until} <= {part.why == "open"}
    for at in (since, since + (until - since) // (2 * MINUTE) * MINUTE):
        assert is_open(calendar, at) == wall.open[at]
    if counted:
        assert next_opening(calendar, since) == counted[0]
    if target <= len(counted):
        assert after(calendar, since, target * MINUTE) == counted[target - 1] + MINUTE


@settings(max_examples=100, deadline=None)
@given(around_a_change(), st.integers(0, 100 * 3600))
def test_open_time_adds_up_and_after_is_its_inverse(given_: tuple[Calendar, datetime, datetime], seconds: int) -> None:
    calendar, since, until = given_
    middle = since + min(timedelta(seconds=seconds), until - since)
    whole = open_time(calendar, since, until)
    assert open_time(calendar, since, middle) + open_time(calendar, middle, until) == whole
    if timedelta(0) < whole:
        due = after(calendar, since, whole)
        assert due <= until
        assert open_time(calendar, since, due) == whole
        assert open_time(calendar, since, due - timedelta(microseconds=1)) < whole
    spans = list(open_spans(calendar, since, until))
    assert all(one.until < other.since for one, other in pairwise(spans))
