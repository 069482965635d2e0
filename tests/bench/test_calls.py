"""The promise that the traces make: one call and one write unit before the answer, three of each in all; one more on
channels on which the platform does not say whom the company answers."""

import subprocess
import sys
from typing import Any

import orjson
import pytest

from bench.samples import measured
from tests.template import ROOT

UNNAMED = ("discourse", "linkedin")
"""The platforms of which the message that is measured is on such a channel."""

PROGRAM = """
import sys
from bench.calls import measure
from bench.figures import to_json
sys.stdout.buffer.write(to_json(list(measure())))
"""


@pytest.fixture(scope="module")
def figures() -> list[dict[str, Any]]:
    """What is traced, in a process of its own: the services read their environment when they are imported."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, check=True)
    found: list[dict[str, Any]] = orjson.loads(done.stdout)
    return found


@pytest.mark.parametrize("platform", measured())
def test_a_message_costs_what_is_promised(figures: list[dict[str, Any]], platform: str) -> None:
    own = {found["name"]: found for found in figures if found["name"].startswith(f"{platform}, ")}
    assert len(own) == 10
    with_goal = [found for found in own.values() if found["goal"] is not None]
    in_all = 4 if platform in UNNAMED else 3
    assert [found["goal"] for found in with_goal] == [1, 1, in_all, in_all]
    assert not [found for found in with_goal if found["value"] > found["goal"]]
    assert own[f"{platform}, a first contact: write units in all"]["value"] >= 4, (
        "rows that find the person are written"
    )
    assert own[f"{platform}, an escalated message: calls in all"]["value"] >= 4, "the hand-off is a call of its own"
