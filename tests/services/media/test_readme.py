"""The page says what the code does: whose files are copied, what becomes of them, and how often they are tried."""

import re
from typing import get_args

from services.media import batch, copying
from shared import platforms
from shared.media.copies import State
from shared.media.fetching import _MOST_HOPS, _MOST_SECONDS
from tests.template import ROOT, template

README = (ROOT / "services" / "media" / "README.md").read_text()


def first_words(title: str) -> list[str]:
    """Return the first code word of each row of a section's table."""
    return re.findall(r"^\| `(\w+)`", README.split(f"## {title}\n")[1].split("\n## ")[0], re.MULTILINE)


def test_the_platforms_are_those_with_a_port() -> None:
    assert first_words("Where it is asked for") == [name for name in platforms.names() if platforms.media(name)]


def test_every_state_is_explained_and_how_it_is_counted() -> None:
    assert first_words("What becomes of a file") == list(get_args(State))
    for state in get_args(State):
        assert f"`Media{state.capitalize()}`" in README


def test_the_figures_are_those_of_the_code() -> None:
    assert (_MOST_HOPS, _MOST_SECONDS, copying.LONGEST.days) == (4, 60, 1)
    assert (batch._FIRST_PAUSE.total_seconds(), batch._LONGEST_PAUSE.total_seconds()) == (2, 900)
    parameters = {name: said["Default"] for name, said in template()["Parameters"].items() if name.startswith("Media")}
    assert parameters == {"MediaMostMegabytes": 25, "MediaRetentionDays": 365, "MediaScanning": "none"}
    for said in ("`MediaMostMegabytes` (25)", "`MediaRetentionDays` (365;", "`MediaScanning=guardduty`"):
        assert said in README
