"""The brief: the same in whatever order the steps come, each department's newest notes, the last words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.casework import brief as briefs
from shared.casework.brief import LONGEST_NOTE, LONGEST_WORDS, MOST_NOTES, MOST_OF_ONE, Brief, fold
from shared.casework.steps import Agent, Consent, Need, Note

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANA = "telegram:shop:ana"

type Step = Note | Need | Consent


def step(kind: type[Any], number: int, minute: int, department: str | None = "care", **said: Any) -> Any:
    at, by = NOON + minute * MINUTE, Agent(subject=f"u{number}", department=department)
    return kind(id=f"stp_{number}", identity=ANA, at=at, by=by, **said)


def brief(*steps: Step) -> Brief:
    found = reduce(fold, steps, None)
    assert found is not None
    return found


@pytest.fixture(autouse=True, scope="module")
def few() -> Iterator[None]:
    """So few notes that drawn histories fall out of both limits; what the real ones are is asked below."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(briefs, "MOST_NOTES", 4)
        patched.setattr(briefs, "MOST_OF_ONE", 2)
        yield


minutes, words = st.integers(0, 6), st.sampled_from(["uno", "dos", "tres"])
departments = st.sampled_from([None, "bank", "care", "returns"])
anything = st.tuples(st.sampled_from([Note, Need, Consent]), minutes, departments, words, words, st.booleans())


def steps_of(drawn: list[tuple[Any, int, str | None, str, str, bool]]) -> list[Step]:
    told: list[Step] = []
    for number, (kind, minute, department, name, text, given_) in enumerate(drawn):
        every: dict[Any, dict[str, Any]] = {
            Note: {"text": text},
            Need: {"topic": name, "text": text},
            Consent: {"purpose": name, "given": given_, "evidence": text},
        }
        told.append(step(kind, number, minute, department, **every[kind]))
    return told


histories = st.lists(anything, min_size=1, max_size=20).map(steps_of)


@given(histories, st.data())
def test_any_order_and_any_repetition_come_to_the_same_brief(history: list[Step], data: st.DataObject) -> None:
    expected = brief(*history)
    repeated = data.draw(st.lists(st.sampled_from(history), max_size=4))
    found = brief(*data.draw(st.permutations(history + repeated)))
    assert found == expected
    assert found.model_dump_json(exclude_defaults=True) == expected.model_dump_json(exclude_defaults=True), (
        "equal briefs are equal texts, or taking a step again would write the item again"
    )
    assert Brief.model_validate_json(expected.model_dump_json(exclude_defaults=True)) == expected


@given(histories)
def test_it_says_what_the_steps_say(history: list[Step]) -> None:
    found = brief(*history)
    by_time = sorted(history, key=lambda each: (each.at, each.id))
    assert [note.id for note in found.notes] == [note.id for note in newest(history)]
    raised: dict[tuple[str, str], list[Need]] = {}
    for each in by_time:
        if isinstance(each, Need):
            raised.setdefault((each.topic, each.by.department or ""), []).append(each)
    assert [(need.topic, need.by, need.first_at, need.last_at, need.last_id, need.text) for need in found.needs] == [
        (all_[-1].topic, all_[-1].by, all_[0].at, all_[-1].at, all_[-1].id, all_[-1].text)
        for _, all_ in sorted(raised.items())
    ]
    said = [each for each in by_time if isinstance(each, Consent)]
    assert {purpose: (last.id, last.given) for purpose, last in found.consents.items()} == {
        last.purpose: (last.id, last.given) for last in said
    }


notes_alone = st.tuples(st.just(Note), minutes, departments, words, words, st.booleans())


@given(st.lists(notes_alone, min_size=1, max_size=20).map(steps_of), st.data())
def test_the_newest_of_the_newest_of_each_department_come_out_whatever_the_order(
    history: list[Step], data: st.DataObject
) -> None:
    """What fell out of either limit is never missed when more comes, nor let in again when it is repeated."""
    found = brief(*data.draw(st.permutations(history)))
    assert [note.id for note in found.notes] == [note.id for note in newest(history)]
    assert reduce(fold, history, found) == found


def newest(history: list[Step]) -> list[Note]:
    """Return which notes are kept, by the definition: of each department the newest, and of all these the newest."""
    notes = [each for each in history if isinstance(each, Note)]
    notes.sort(key=lambda each: (each.by.department or "", each.at, each.id))
    own = [list(each)[::-1][: briefs.MOST_OF_ONE] for _, each in groupby(notes, lambda each: each.by.department)]
    every = sorted((note for each in own for note in each), key=lambda each: (each.at, each.id), reverse=True)
    return every[: briefs.MOST_NOTES]


def test_the_last_word_on_a_purpose_counts_and_its_evidence_with_it() -> None:
    yes = step(Consent, 1, 0, purpose="news", given=True, evidence="dijo que sí por teléfono")
    no = step(Consent, 2, 1, purpose="news", given=False, evidence="escribió BAJA")
    for order in ([yes, no], [no, yes]):
        kept = brief(*order).consents["news"]
        assert (kept.given, kept.evidence, kept.by) == (False, "escribió BAJA", no.by)


def test_a_need_is_asked_for_since_the_first_time_in_the_words_of_the_last() -> None:
    first, last = (
        step(Need, 1, 0, topic="eSIM", text="¿tenéis eSIM?"),
        step(Need, 2, 9, topic="eSIM", text="otra vez: eSIM"),
    )
    (need,) = brief(last, first).needs
    assert (need.first_at, need.last_at, need.text, need.by) == (first.at, last.at, last.text, last.by)


def test_what_another_department_says_of_the_same_need_is_beside_it() -> None:
    care = step(Need, 1, 0, topic="eSIM", text="¿tenéis eSIM?")
    bank = step(Need, 2, 9, "bank", topic="eSIM", text="Pregunta por la eSIM.")
    for order in ([care, bank], [bank, care]):
        kept = brief(*order).needs
        assert [(need.name, need.text) for need in kept] == [
            (("eSIM", "bank"), bank.text),
            (("eSIM", "care"), care.text),
        ]


def test_many_notes_of_one_department_leave_the_others_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(briefs, "MOST_OF_ONE", MOST_OF_ONE)
    monkeypatch.setattr(briefs, "MOST_NOTES", MOST_NOTES)
    mine, nobodys = step(Note, 900, 0, text="la de care"), step(Note, 901, 1, None, text="la de nadie")
    theirs = [step(Note, number, number + 2, "bank", text=f"nota {number}") for number in range(3 * MOST_OF_ONE)]
    for order in ([mine, nobodys, *theirs], [*theirs[::-1], nobodys, mine]):
        kept = [note.text for note in brief(*order).notes]
        assert kept == [f"nota {number}" for number in range(14, 9, -1)] + ["la de nadie", "la de care"]


def test_of_many_departments_the_newest_notes_of_all_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(briefs, "MOST_OF_ONE", MOST_OF_ONE)
    monkeypatch.setattr(briefs, "MOST_NOTES", MOST_NOTES)
    notes = [step(Note, number, number, f"d{number % 9}", text=f"nota {number}") for number in range(90)]
    for order in (notes, notes[::-1]):
        assert [note.text for note in brief(*order).notes] == [f"nota {number}" for number in range(89, 49, -1)]


@pytest.mark.parametrize("character", ["a", "\U0001f600", '"', "\n"])
def test_a_long_text_is_kept_up_to_where_it_is_cut(character: str) -> None:
    for longer, end in ((0, ""), (1, "…")):
        note, words_ = character * (LONGEST_NOTE + longer), character * (LONGEST_WORDS + longer)
        found = brief(
            step(Note, 1, 0, text=note),
            step(Need, 2, 0, topic="eSIM", text=words_),
            step(Consent, 3, 0, purpose="news", given=True, evidence=words_),
        )
        assert found.notes[0].text == character * LONGEST_NOTE + end
        assert found.needs[0].text == found.consents["news"].evidence == character * LONGEST_WORDS + end
