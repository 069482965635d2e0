"""Instants and spans of time as people say them, in their language, for texts that are sent to them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.languages import fitting


class _Language(NamedTuple):
    """How one language says it: days from Monday on, months from January on, the words for a moment, and those for one
    hour, several, one minute, several."""

    days: tuple[str, ...]
    months: tuple[str, ...]
    moment: Callable[[datetime, str, str], str]
    hour: str
    hours: str
    minute: str
    minutes: str


def _clock(at: datetime) -> str:
    return f"{at.hour}:{at:%M}"


def _spanish(at: datetime, day: str, month: str) -> str:
    return f"el {day} {at.day} de {month} a la{'s' * (at.hour != 1)} {_clock(at)}"


def _english(at: datetime, day: str, month: str) -> str:
    return f"on {day} {at.day} {month} at {at:%H:%M}"


def _catalan(at: datetime, day: str, month: str) -> str:
    of = "d'" if month[0] in "ao" else "de "
    return f"{day} {at.day} {of}{month} a {'la' if at.hour == 1 else 'les'} {_clock(at)}"


def _galician(at: datetime, day: str, month: str) -> str:
    return f"o {day} {at.day} de {month} á{'s' * (at.hour != 1)} {_clock(at)}"


def _portuguese(at: datetime, day: str, month: str) -> str:
    on = "na" if day.endswith("feira") else "no"
    return f"{on} {day}, {at.day} de {month}, à{'s' * (at.hour != 1)} {_clock(at)}"


def _french(at: datetime, day: str, month: str) -> str:
    return f"le {day} {'1er' if at.day == 1 else at.day} {month} à {at.hour} h {at:%M}"


def _german(at: datetime, day: str, month: str) -> str:
    return f"am {day}, dem {at.day}. {month}, um {_clock(at)} Uhr"


def _italian(at: datetime, day: str, month: str) -> str:
    return f"{day} {at.day} {month} {"all'" if at.hour == 1 else 'alle '}{_clock(at)}"


def _split(names: str) -> tuple[str, ...]:
    return tuple(names.split())


_LANGUAGES = {
    "es": _Language(
        _split("lunes martes miércoles jueves viernes sábado domingo"),
        _split("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
        _spanish,
        *_split("hora horas minuto minutos"),
    ),
    "en": _Language(
        _split("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
        _split("January February March April May June July August September October November December"),
        _english,
        *_split("hour hours minute minutes"),
    ),
    "ca": _Language(
        _split("dilluns dimarts dimecres dijous divendres dissabte diumenge"),
        _split("gener febrer març abril maig juny juliol agost setembre octubre novembre desembre"),
        _catalan,
        *_split("hora hores minut minuts"),
    ),
    "gl": _Language(
        _split("luns martes mércores xoves venres sábado domingo"),
        _split("xaneiro febreiro marzo abril maio xuño xullo agosto setembro outubro novembro decembro"),
        _galician,
        *_split("hora horas minuto minutos"),
    ),
    "pt": _Language(
        _split("segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo"),
        _split("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
        _portuguese,
        *_split("hora horas minuto minutos"),
    ),
    "fr": _Language(
        _split("lundi mardi mercredi jeudi vendredi samedi dimanche"),
        _split("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
        _french,
        *_split("heure heures minute minutes"),
    ),
    "de": _Language(
        _split("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag"),
        _split("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
        _german,
        *_split("Stunde Stunden Minute Minuten"),
    ),
    "it": _Language(
        _split("lunedì martedì mercoledì giovedì venerdì sabato domenica"),
        _split("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
        _italian,
        *_split("ora ore minuto minuti"),
    ),
}

_TO_FIVE_MINUTES = timedelta(minutes=5)
_HOUR = timedelta(hours=1)


def moment(at: datetime, time_zone: str, language: str) -> str:
    """Return an instant as it is said where the time zone (an IANA name) is: the day with its date, and the time.

    Neither "today" nor "tomorrow" is said, which would be wrong of what arrives after midnight. A language that it does
    not know gets figures, `2026-11-23 9:00`.
    """
    zone = _zone(time_zone)
    local = at.astimezone(zone)
    known = _LANGUAGES.get(fitting(language, _LANGUAGES) or "")
    said = (
        known.moment(local, known.days[local.weekday()], known.months[local.month - 1])
        if known
        else f"{local.date().isoformat()} {_clock(local)}"
    )
    return f"{said} UTC" if zone is UTC and time_zone != "UTC" else said


def span(length: timedelta, language: str) -> str:
    """Return how long something lasts, rounded up: to five minutes, and from one hour on to hours."""
    known = _LANGUAGES.get(fitting(language, _LANGUAGES) or "")
    minutes = max(-(-length // _TO_FIVE_MINUTES), 1) * 5
    hours = -(-length // _HOUR)
    number = minutes if minutes < 60 else hours
    if known is None:
        return f"{number} {'min' if minutes < 60 else 'h'}"
    words = (known.minute, known.minutes) if minutes < 60 else (known.hour, known.hours)
    return f"{number} {words[number != 1]}"


def _zone(name: str) -> tzinfo:
    """Return a time zone, or UTC where this machine's data is older than the name: it is then said that it is."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
