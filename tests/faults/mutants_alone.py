"""Product code made worse, each for a scene of its own that finds it out: what the watch tells, answers that name only
a spot, and what somebody is told once over all their conversations.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from services.watch import departments, rounds, undelivered
from shared import acknowledging as telling
from shared.projection import about as people
from shared.projection import acknowledging, settling, unnamed
from shared.projection.answering import Answering
from shared.projection.open_work import LISTING
from shared.projection.projector import Projector
from shared.store import keys, steps
from shared.store.keys import Key
from shared.store.table import Table, state_of
from tests.faults.mutants import Patch


def case_off_the_list_before_it_is_raised(patch: pytest.MonkeyPatch) -> None:
    """A case is taken off the list of those to be looked at, and then it is raised or listed anew."""
    _off_the_list_first(patch, "accepted", departments.see_to)


def reply_off_the_list_before_somebody_is_told(patch: pytest.MonkeyPatch) -> None:
    """A reply is taken off the list of those to be looked at, and then somebody is told of it."""
    _off_the_list_first(patch, "refused", undelivered.see_to)


def _off_the_list_first(patch: pytest.MonkeyPatch, kind: str, see_to: Callable[[Projector, Key, Any], Any]) -> None:
    def seen_to(projector: Projector, key: Key) -> None:
        projector.table.set(key, {}, remove=LISTING)
        see_to(projector, key, projector.table.get(key))

    patch.setitem(rounds.DRIVEN, kind, seen_to)


def listed_anew_by_who_wrote_the_head(patch: pytest.MonkeyPatch) -> None:
    """Whoever writes that a customer waits lists their cases to be looked at, and nobody after them."""
    head, ends_a_wait = Projector._head, Answering._ends_a_wait
    wrote: list[bool] = []

    def written(self: Projector, key: Key, events: Any, seen: Any) -> Any:
        before = state_of(self.table.get(key))
        after = head(self, key, events, seen)
        wrote[:] = [before != (after and after.model_dump_json(exclude_defaults=True))]
        return after

    patch.setattr(Projector, "_head", written)
    patch.setattr(Answering, "_ends_a_wait", lambda *said: all(wrote) and ends_a_wait(*said))


def told_under_no_name(patch: pytest.MonkeyPatch) -> None:
    """That somebody was told of a reply has no id made of it."""
    patch.setattr(undelivered, "step_id", lambda **_: None)


def copied_before_it_is_said_whose_it_is(patch: pytest.MonkeyPatch) -> None:
    """The copy of an answer is written before its own row says to whom it was said."""
    known, later = unnamed._known, list[tuple[Any, ...]]()
    keep_again = unnamed._keep_again

    def put_off(*said: Any) -> None:
        later.append(said)

    def kept(entry: Any, whose: Any, table: Table) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(unnamed, "_known", put_off)
            keep_again(entry, whose, table)
        while later:
            known(*later.pop())

    patch.setattr(unnamed, "_keep_again", kept)


def done_where_its_part_is_there(patch: pytest.MonkeyPatch) -> None:
    """What has its part in a message's row already is taken for done."""
    add_to = Table.add_to

    def added(self: Table, key: Key, attribute: str, text: str) -> Any:
        there = (self.get(key) or {}).get(attribute, {"SS": []})
        return {} if text in there["SS"] else add_to(self, key, attribute, text)

    patch.setattr(Table, "add_to", added)


def told_in_each_conversation(patch: pytest.MonkeyPatch) -> None:
    """What is asked for has an id made of its conversation, though it is one of many."""
    own_id = telling.acknowledgement_id

    def by_conversation(head: Any, told_anywhere: Any) -> str:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(telling, "is_one_of_many", lambda _: False)
            return own_id(head, told_anywhere)

    patch.setattr(telling, "acknowledgement_id", by_conversation)


def noted_by_who_asked_for_it(patch: pytest.MonkeyPatch) -> None:
    """That somebody was told in one of many conversations is noted by whoever had them told, and by nobody else."""
    asks, note, keep = acknowledging.acknowledge, acknowledging.note_anywhere, steps.keep

    def kept(table: Table, step: Any) -> Any:
        there, key = keep(table, step), keys.about(step.identity)
        settling.settle(table, key, table.get(key), people.About, partial(note, step), lambda _: {})
        return there

    def asked(*entries: Any, **known: Any) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(steps, "keep", kept)
            asks(*entries, **known)

    patch.setattr(acknowledging, "acknowledge", asked)
    patch.setattr(acknowledging, "note_anywhere", lambda _, about: about)


OF_THE_WATCH: tuple[tuple[Patch, str], ...] = (
    (case_off_the_list_before_it_is_raised, "unresolved"),
    (listed_anew_by_who_wrote_the_head, "unresolved"),
    (reply_off_the_list_before_somebody_is_told, "not arrived"),
    (told_under_no_name, "not arrived"),
)
"""Those of what the watch tells, each with the scene that finds it out."""

OF_UNNAMED_ANSWERS: tuple[tuple[Patch, str], ...] = (
    (copied_before_it_is_said_whose_it_is, "before what it answers"),
    (done_where_its_part_is_there, "before what it answers"),
    (done_where_its_part_is_there, "after what it answers"),
)
"""Those of answers that name only a spot, each with the order that finds it out."""

OF_ACKNOWLEDGING: tuple[tuple[Patch, str], ...] = (
    (told_in_each_conversation, "at once"),
    (noted_by_who_asked_for_it, "in one"),
)
"""Those of telling somebody once over all their conversations, each with the scene that finds it out."""
