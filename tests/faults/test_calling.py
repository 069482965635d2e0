"""Every call by which what Amazon Connect tells is kept fails in every way, alone and in pairs: the journal ends as
after a calm run, and Lambda is not asked to invoke anything more often than it does.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from tests.faults import figures
from tests.faults.arrivals import Arriving, ContactEvent, ContactRecord
from tests.faults.lab import Lab, on_the_double
from tests.faults.picture import picture
from tests.faults.sequential import Explorer, same
from tests.faults.world import Step
from tests.shared.platforms.connect.cases import SAMPLES
from tests.shared.platforms.connect.sender import ACCOUNT

INSTANCE = {
    "ConnectInstanceArn": f"arn:aws:connect:eu-west-1:123456789012:instance/{ACCOUNT}",
    "ConnectStreamArn": "arn:aws:kinesis:eu-west-1:123456789012:stream/contact-records",
}


def event(sample: str) -> ContactEvent:
    return ContactEvent(sample, ACCOUNT, SAMPLES[sample])


def record(sample: str, name: str = "") -> ContactRecord:
    return ContactRecord(name or sample, ACCOUNT, SAMPLES[sample])


STORIES: dict[str, Sequence[Arriving]] = {
    "an event": (event("event_queued"),),
    "an event that names the caller": (event("named_queued"),),
    "a missed call": (record("abandoned"),),
    "a call, its events and its record": (
        event("named_queued"),
        event("named_connected_to_agent"),
        record("answered"),
        event("named_disconnected"),
    ),
    "a batch of records, one unreadable": (record("abandoned"), record("unreadable"), record("answered")),
    "that a call was written down": (event("analysis_redacted"),),
    "a record that is written twice": (record("abandoned"), record("abandoned", "the same")),
}


@contextmanager
def with_an_instance() -> Iterator[Lab]:
    with on_the_double(None, **INSTANCE) as lab:
        yield lab


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with with_an_instance() as lab:
        yield lab


def keeps_what_connect_tells(step: Step) -> bool:
    """Whether a step is the function's own, or takes what it put aside off the spill queue."""
    return step.name.startswith("CallsFunction") or "spill" in step.name.lower()


def kept(lab: Lab, story: str, *, faults: int) -> int:
    """Let so many calls fail in every way; check that all comes to what a calm run comes to."""
    world = lab.world(STORIES[story])
    world.run()
    expected = picture(world)
    assert [pk for pk, sk in expected["table"] if sk.startswith(("event#", "delivery"))], "nothing is kept"
    told = figures.of("calls, two faults")
    world = lab.world(STORIES[story])
    explorer = Explorer(world, lab.engine, expected, same, told, befalls=keeps_what_connect_tells)
    runs = explorer.explore(faults)
    told.runs += runs
    return runs


@pytest.mark.parametrize("story", STORIES)
def test_whatever_befalls_two_calls_all_that_connect_tells_is_kept(lab: Lab, story: str) -> None:
    assert kept(lab, story, faults=2) > 20 * len(STORIES[story])
