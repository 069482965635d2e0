"""Spans of time as people write them: what is meant, and what is said of what cannot be meant."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import InvalidParameter
from shared.spans import DAY, instant, span
from tests.conftest import NOW

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, None, (NOW - DAY, NOW)),
        ("2026-11-22T11:00Z", None, (NOW - HOUR, NOW)),
        (None, "2026-11-22T11:00Z", (NOW - HOUR - DAY, NOW - HOUR)),
        ("2026-11-22T11:00:00.000001Z", "2026-11-22T13:00+01:00", (NOW - HOUR + timedelta.resolution, NOW)),
        (" 2026-11-22T12:00 01:00 ", None, (NOW - HOUR, NOW)),
        ("2020-01-01T00:00Z", None, (datetime(2020, 1, 1, tzinfo=UTC), NOW)),
    ],
)
def test_what_is_meant(since: str | None, until: str | None, expected: tuple[datetime, datetime]) -> None:
    assert span(since, until, now=NOW) == expected


@pytest.mark.parametrize(
    ("since", "until", "field", "says"),
    [
        ("yesterday", None, "since", "like 2026-11-20T08:00Z"),
        (None, "", "until", "like 2026-11-20T08:00Z"),
        ("2026-11-22", None, "since", "time zone"),
        ("2026-11-22T11:00", None, "since", "time zone"),
        ("2026-11-22T11:00Z", "2026-11-22T11:00Z", "until", "earlier"),
        ("2026-11-22T12:00:00Z", None, "since", "earlier"),
        ("2026-10-22T11:59Z", None, "since", "31 days"),
        ("0001-01-01T00:00+14:00", None, "since", "years 2000 to 2100"),
        (None, "9999-12-31T23:59-14:00", "until", "years 2000 to 2100"),
    ],
)
def test_what_cannot_be_meant(since: str | None, until: str | None, field: str, says: str) -> None:
    with pytest.raises(InvalidParameter, match=says) as refused:
        span(since, until, now=NOW, longest=timedelta(days=31))
    assert refused.value.field == field


@given(
    st.datetimes(datetime(2000, 1, 2), datetime(2100, 12, 30), timezones=st.timezones(), allow_imaginary=False),
)
def test_every_instant_that_is_written_whole_is_read_back(at: datetime) -> None:
    assert instant("since", at.isoformat()) == at.astimezone(UTC)
    assert instant("since", at.isoformat()).tzinfo is UTC


@given(st.text(max_size=40))
def test_no_text_is_more_than_refused(written: str) -> None:
    with suppress(InvalidParameter):
        assert instant("since", written).tzinfo is UTC
