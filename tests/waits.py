"""Since when customers wait, as clocks have it: what conversation heads must say too."""

from collections.abc import Iterable
from datetime import datetime

from shared.clocks.runs import Run, runs
from shared.playbook import Playbook
from shared.projection.timing import Talk, talks
from shared.store.table import Item


def answers(items: Iterable[Item], playbook: Playbook, now: datetime) -> dict[Talk, list[Run]]:
    """Return the runs of the clocks for a first and a next answer in each conversation of an identity's items."""
    return {
        talk: [run for run in runs(happenings, now) if run.kind in ("first_answer", "next_answer")]
        for talk, happenings in talks(items, playbook).items()
    }


def waiting(items: Iterable[Item], playbook: Playbook, now: datetime) -> dict[Talk, datetime]:
    """Return since when the customer waits in those conversations in which they do."""
    found = answers(items, playbook, now)
    return {talk: run.started_at for talk, own in found.items() for run in own if run.stopped_at is None}
