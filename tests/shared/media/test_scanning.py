"""Who looked at a file, and whether people may have it."""

import pytest

from shared.media.scanning import TAG, GuardDuty, NoScanner, Scanner, Scanning, Verdict, may_be_shown


@pytest.mark.parametrize(
    ("tags", "verdict"),
    [
        ({}, "awaited"),
        ({"other": "NO_THREATS_FOUND"}, "awaited"),
        ({TAG: "NO_THREATS_FOUND"}, "clean"),
        ({TAG: "THREATS_FOUND"}, "infected"),
        ({TAG: "UNSUPPORTED"}, "unscannable"),
        ({TAG: "ACCESS_DENIED"}, "unscannable"),
        ({TAG: "FAILED"}, "unscannable"),
        ({TAG: "a word of next year's"}, "unscannable"),
        ({TAG: ""}, "unscannable"),
    ],
)
def test_guardduty_tells_by_a_tag(tags: dict[str, str], verdict: Verdict) -> None:
    asked: list[str] = []

    def of(name: str) -> dict[str, str]:
        asked.append(name)
        return tags

    scanner: Scanner = GuardDuty(of)
    assert scanner.verdict("media/a/b/0") == verdict
    assert asked == ["media/a/b/0"]


def test_without_a_scanner_it_is_said_that_nobody_looked() -> None:
    scanner: Scanner = NoScanner()
    assert scanner.verdict("media/a/b/0") == "not_scanned"


@pytest.mark.parametrize(("scanning", "shown"), [("none", {"clean", "not_scanned"}), ("guardduty", {"clean"})])
def test_people_are_given_what_was_looked_at_where_somebody_is_to_look(scanning: Scanning, shown: set[str]) -> None:
    every: tuple[Verdict | None, ...] = ("not_scanned", "awaited", "clean", "infected", "unscannable", None)
    assert {verdict for verdict in every if may_be_shown(verdict, scanning)} == shown
