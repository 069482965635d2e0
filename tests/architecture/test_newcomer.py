"""Whoever adds a platform adds its folder and its twin, a stand-in where it is answered, and pastes the rows that
failing tests print: nothing else.

It is done here, in a copy of the house, with a vendor that does not exist (`bell.py`, `bell_answers.py`,
`bell_polled.py`).
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from tests.architecture import bell
from tests.template import ROOT

ROOMS = ("services", "shared", "infra", "bench", "tests")
PAPERS = ("README.md", "CHANGELOG.md", "LICENSE", "Makefile", "pyproject.toml", "template.yaml")

ROWS = {
    "tests/architecture/test_conference.py::test_the_conference_of_channels_is_the_code": (
        "| `bell_ring` | webhook and asking every 5 min | signature: body | message | below a message | ever "
        "| 100 dings | no | no | nothing but the rope | nothing | by the next poll | by polling |"
    ),
    "tests/architecture/test_readme.py::test_the_table_of_platforms_is_the_code": (
        "| `bell` | `bell_ring` | `/webhooks/bell/<account>` | [bell](shared/platforms/bell/README.md) |"
    ),
}
"""The tests that ask for a row in the README, and the rows that they print."""

INHERITED = (
    "tests/contract/test_every_platform.py",
    "tests/contract/test_every_proof.py",
    "tests/contract/test_polled.py",
    "tests/contract/test_polled_again.py",
    "tests/shared/platforms/bell",
    "tests/shared/test_platforms.py",
    "tests/services/customer360/test_samples.py",
    "tests/architecture/test_rooms.py::test_a_platform_loads_alone",
    "tests/architecture/test_rooms.py::test_no_platform_imports_another",
    "tests/architecture/test_rooms.py::test_a_platform_has_its_parts_and_its_twin",
    "tests/bench/test_samples.py",
    "tests/shared/test_reply_ports.py",
    "tests/infra/standin/test_agreement.py",
    "tests/infra/standin/test_echoes.py",
    "tests/infra/standin/test_failures.py",
    "tests/infra/standin/test_platforms.py",
    "tests/infra/standin/test_server.py",
    "tests/services/replies/test_confirming.py",
    "tests/faults/test_sending.py",
    *ROWS,
)
"""What a newcomer is tried by, besides what takes longer: forging, fuzzing, the other faults, artefacts, the engine."""

OF_THE_README = ("tests/architecture/test_conference.py", "tests/architecture/test_readme.py")

OF_ALL = (
    *("table_of_platforms", "conference_of_channels", "folder_with_a_signature", "no_two_platforms", "its_window"),
    *("every_channel_can_be_spoken_through", "a_unit_has_a_name", "spoken_through_is_played", "no_two_play"),
)
"""Tests that look at all platforms at once."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house with the newcomer in it. No file that was there is changed."""
    copy = tmp_path_factory.mktemp("newcomer") / "house"
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy / room)
    for paper in PAPERS:
        shutil.copy2(ROOT / paper, copy)
    for name, text in bell.FILES.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        with (copy / name).open("x") as new:
            new.write(text)
    return copy


def run(house: Path, *what: str) -> tuple[dict[str, str], str]:
    """Return what became of each test, and all that was said."""
    plugins = ("-p", "pytest_socket", "-p", "pytest_timeout", "-p", "no:cacheprovider")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", *plugins, *what],
        cwd=house, env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True, text=True, check=False, timeout=270,
    )  # fmt: skip
    found = re.findall(r"^(PASSED|FAILED|ERROR|SKIPPED) (tests/.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    return {name: outcome for outcome, name in found}, done.stdout + done.stderr


def paste(house: Path, printed: Sequence[str]) -> None:
    """Put the newcomer's rows into the README, each below the one that was printed before it."""
    readme = house / "README.md"
    text = readme.read_text()
    for above, row in pairwise(printed):
        if row in ROWS.values():
            assert text.count(f"{above}\n") == 1
            text = text.replace(f"{above}\n", f"{above}\n{row}\n")
    readme.write_text(text)


def test_a_newcomer_is_a_folder_a_twin_and_the_rows_that_are_printed(house: Path) -> None:
    outcomes, said = run(house, *INHERITED, "-k", " or ".join((bell.NAME, *OF_ALL)))
    bad = {name for name, outcome in outcomes.items() if outcome in ("FAILED", "ERROR")}
    assert bad == ROWS.keys(), said[-8000:]
    tried = [name for name, outcome in outcomes.items() if outcome == "PASSED" and bell.NAME in name]
    assert [suite for suite in INHERITED[: -len(ROWS)] if not any(name.startswith(suite) for name in tried)] == []
    for suite, least in (("contract/test_every_platform", 20), ("shared/test_reply_ports", 30), ("infra/standin", 20)):
        assert len([name for name in tried if name.startswith(f"tests/{suite}")]) > least
    printed = re.findall(r"^E +(\| `.*\|)$", said, re.MULTILINE)
    assert [row for row in printed if row.startswith("| `bell")] == list(ROWS.values())
    paste(house, printed)
    outcomes, said = run(house, *OF_THE_README)
    assert {name for name, outcome in outcomes.items() if outcome != "PASSED"} == set(), said[-8000:]
    assert outcomes.keys() >= ROWS.keys()
