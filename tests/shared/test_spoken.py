"""Instants and spans as people say them."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.spoken import moment, span

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
AFTER_MIDNIGHT = datetime(2026, 7, 31, 23, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "monday", "after_midnight"),
    [
        ("es", "el lunes 23 de noviembre a las 9:00", "el sábado 1 de agosto a la 1:05"),
        ("es-MX", "el lunes 23 de noviembre a las 9:00", "el sábado 1 de agosto a la 1:05"),
        ("en", "on Monday 23 November at 09:00", "on Saturday 1 August at 01:05"),
        ("ca", "dilluns 23 de novembre a les 9:00", "dissabte 1 d'agost a la 1:05"),
        ("gl", "o luns 23 de novembro ás 9:00", "o sábado 1 de agosto á 1:05"),
        ("pt", "na segunda-feira, 23 de novembro, às 9:00", "no sábado, 1 de agosto, à 1:05"),
        ("fr", "le lundi 23 novembre à 9 h 00", "le samedi 1er août à 1 h 05"),
        ("de", "am Montag, dem 23. November, um 9:00 Uhr", "am Samstag, dem 1. August, um 1:05 Uhr"),
        ("it", "lunedì 23 novembre alle 9:00", "sabato 1 agosto all'1:05"),
        ("eu", "2026-11-23 9:00", "2026-08-01 1:05"),
    ],
)
def test_a_moment_is_said_on_the_clock_of_the_place(language: str, monday: str, after_midnight: str) -> None:
    assert moment(MONDAY, "Europe/Madrid", language) == monday
    assert moment(AFTER_MIDNIGHT, "Europe/Madrid", language) == after_midnight


def test_each_place_has_its_own_clock() -> None:
    assert moment(MONDAY, "Atlantic/Canary", "es") == "el lunes 23 de noviembre a las 8:00"
    assert moment(MONDAY, "Pacific/Auckland", "es") == "el lunes 23 de noviembre a las 21:00"


def test_a_time_zone_that_the_machine_does_not_know_yet_is_no_reason_to_say_a_wrong_time() -> None:
    assert moment(MONDAY, "Europe/Founded_Later", "es") == "el lunes 23 de noviembre a las 8:00 UTC"
    assert moment(MONDAY, "UTC", "es") == "el lunes 23 de noviembre a las 8:00"


@pytest.mark.parametrize(
    ("minutes", "spanish", "other"),
    [
        (0, "5 minutos", "5 min"),
        (1, "5 minutos", "5 min"),
        (5, "5 minutos", "5 min"),
        (41, "45 minutos", "45 min"),
        (56, "1 hora", "1 h"),
        (60, "1 hora", "1 h"),
        (61, "2 horas", "2 h"),
        (60 * 30, "30 horas", "30 h"),
    ],
)
def test_a_span_is_rounded_up(minutes: int, spanish: str, other: str) -> None:
    """Nobody is told that they wait for less than they do."""
    assert span(timedelta(minutes=minutes), "es") == spanish
    assert span(timedelta(minutes=minutes), "eu") == other
