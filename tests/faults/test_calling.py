"""Every call by which what Amazon Connect tells is kept fails in every way, alone and in pairs: the journal ends as
after a calm run, and Lambda is not asked to invoke anything more often than it does. And so does every call by which
the projector reads what Contact Lens wrote down, and brings it to whose call that was, whichever of both comes first.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from shared.models import Call
from shared.store import journal, keys
from shared.store.table import Table
from tests.faults import figures
from tests.faults.arrivals import Arriving, ContactEvent, ContactRecord
from tests.faults.figures import Figures
from tests.faults.lab import Lab, on_the_double
from tests.faults.mutants_alone import done_where_its_part_is_there
from tests.faults.picture import Picture, picture
from tests.faults.sequential import Explorer, same
from tests.faults.world import Step, World
from tests.shared.platforms.connect.cases import ANA, BUCKET, FILES, SAMPLES, TALK
from tests.shared.platforms.connect.sender import ACCOUNT

INSTANCE = {
    "ConnectInstanceArn": f"arn:aws:connect:eu-west-1:123456789012:instance/{ACCOUNT}",
    "ConnectStreamArn": "arn:aws:kinesis:eu-west-1:123456789012:stream/contact-records",
}


def event(sample: str, *, settled: bool = False) -> ContactEvent:
    return ContactEvent(sample, ACCOUNT, SAMPLES[sample], settled=settled)


def record(sample: str, name: str = "", *, settled: bool = False) -> ContactRecord:
    return ContactRecord(name or sample, ACCOUNT, SAMPLES[sample], settled=settled)


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


WRITTEN_DOWN: dict[str, Sequence[Arriving]] = {
    "the call first": (record("answered"), event("analysis_redacted", settled=True)),
    "its words first": (event("analysis_redacted"), record("answered", settled=True)),
}


@pytest.fixture(scope="module")
def with_files() -> Iterator[Lab]:
    """Make a lab whose instance has a bucket, with what Contact Lens has written down."""
    with on_the_double(None, **INSTANCE, ConnectBucket=BUCKET) as lab:
        lab.engine.make_bucket(BUCKET)
        for name, file in FILES.items():
            lab.engine.client("s3").put_object(Bucket=BUCKET, Key=name, Body=file)
        lab.keep()
        yield lab


def words(lab: Lab, world: World) -> list[str | None]:
    """Return what the caller's partition has of what was said."""
    rows = Table(lab.engine.client("dynamodb"), world.stack.table).query(keys.identity(f"phone:{ACCOUNT}:{ANA}"))
    events = (journal.entry(row).event for row in rows if row["sk"]["S"].startswith(keys.EVENT_PREFIX))
    return [event.transcript for event in events if isinstance(event, Call) and event.is_words]


def calm_run(lab: Lab, order: str) -> Picture:
    world = lab.world(WRITTEN_DOWN[order])
    world.run()
    assert words(lab, world) == [TALK.format("[PII]")]
    return picture(world)


def projects(step: Step) -> bool:
    return step.name.startswith("ProjectorFunction")


@pytest.mark.parametrize("order", WRITTEN_DOWN)
def test_whatever_befalls_the_projector_what_was_said_comes_to_whose_call_it_was(with_files: Lab, order: str) -> None:
    expected, told = calm_run(with_files, order), figures.of("one fault, what was said in a call")
    world = with_files.world(WRITTEN_DOWN[order])
    runs = Explorer(world, with_files.engine, expected, same, told, befalls=projects).explore(1)
    assert "s3.GetObject" in {call for _, _, call in told.points}
    assert runs > 100, "a matrix of so few runs proves nothing"
    told.runs += runs


def test_whichever_of_a_call_and_its_words_comes_first_it_comes_to_the_same(with_files: Lab) -> None:
    one, other = (calm_run(with_files, order) for order in WRITTEN_DOWN)
    same(one, other)


@pytest.mark.parametrize("order", WRITTEN_DOWN)
def test_a_bad_design_of_it_is_caught(with_files: Lab, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is wrong in no calm run, whichever comes first."""
    done_where_its_part_is_there(monkeypatch)
    own, world = calm_run(with_files, order), with_files.world(WRITTEN_DOWN[order])
    with pytest.raises(AssertionError):
        Explorer(world, with_files.engine, own, same, Figures(), befalls=projects).explore(1)
    figures.of("mutants").mutants += 1
