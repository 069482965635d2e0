"""Public holidays, looked up when an operator publishes, and written into the version as plain days.

The package `holidays` (https://pypi.org/project/holidays/) is imported here and nowhere else, when a calendar asks for
it: whoever reads a version needs it as little as the network.
"""

from collections.abc import Sequence
from datetime import date

from shared.errors import ConfigurationError
from shared.playbook.calendars import Calendar, Holidays

_YEARS_BACK, _YEARS_AHEAD = 1, 3


def looked_up(calendars: Sequence[Calendar], today: date) -> tuple[tuple[Calendar, ...], list[str]]:
    """Return the calendars with the holidays of last year to the third after this one, and a sentence for each
    setting that stands in the way.

    Raises `ConfigurationError` where the package is not installed.
    """
    found, problems = [], []
    for calendar in calendars:
        try:
            found.append(calendar.model_copy(update={"holidays": _with_days(calendar.holidays, today)}))
        except _Unknown as error:
            problems.append(f"calendars[{calendar.name}].holidays.{error}")
    return tuple(found), problems


class _Unknown(Exception):
    """What is wrong with one setting."""


def _with_days(wanted: Holidays | None, today: date) -> Holidays | None:
    if wanted is None:
        return None
    if wanted.days or wanted.known_until:
        raise _Unknown("days: is filled in when this is published; write other days in closed")
    try:
        import holidays
    except ImportError as error:
        raise ConfigurationError(
            "holidays are looked up with the package `holidays`, which is not installed here; `make env` installs it"
        ) from error
    known = holidays.list_supported_countries()
    if wanted.country not in known:
        raise _Unknown(f'country: {wanted.country!r} is no known country; write its ISO 3166 code, like "ES"')
    if wanted.subdivision is not None and wanted.subdivision not in known[wanted.country]:
        names = ", ".join(known[wanted.country])
        remedy = f"name one of: {names}" if names else "there are none; remove it"
        raise _Unknown(f"subdivision: {wanted.subdivision!r} is none of {wanted.country}'s; {remedy}")
    years = range(today.year - _YEARS_BACK, today.year + _YEARS_AHEAD + 1)
    days = holidays.country_holidays(wanted.country, subdiv=wanted.subdivision, years=years)
    return wanted.model_copy(
        update={
            "days": tuple(sorted(day for day in days if day.year in years)),
            "known_until": date(years[-1], 12, 31),
        }
    )
