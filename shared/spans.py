"""Spans of time as people write them."""

from datetime import UTC, datetime, timedelta

from shared.errors import InvalidParameter

DAY = timedelta(days=1)

_YEARS = range(2000, 2101)


def span(
    since: str | None, until: str | None, *, now: datetime, longest: timedelta | None = None
) -> tuple[datetime, datetime]:
    """Return the span that somebody wrote in RFC 3339, in UTC: up to now without `until`, and the day before that
    without `since`.

    Raises `InvalidParameter` that names what is wrong.
    """
    last = now if until is None else instant("until", until)
    first = last - DAY if since is None else instant("since", since)
    if first >= last:
        raise InvalidParameter("until" if until is not None else "since", "since must be earlier than until")
    if longest is not None and last - first > longest:
        raise InvalidParameter("since", f"is more than {longest.days} days before until; ask for a part at a time")
    return first, last


def instant(field: str, written: str) -> datetime:
    """Return an instant in UTC; raises `InvalidParameter` that says how to write one."""
    try:
        # A query string makes a space of the plus sign that is not escaped.
        at = datetime.fromisoformat(written.strip().replace(" ", "+"))
    except ValueError:
        raise InvalidParameter(field, "is no instant; write it like 2026-11-20T08:00Z") from None
    if at.tzinfo is None:
        raise InvalidParameter(field, "has no time zone; end it with Z for UTC")
    if at.year not in _YEARS:
        raise InvalidParameter(field, f"must be in the years {_YEARS[0]} to {_YEARS[-1]}")
    return at.astimezone(UTC)
