"""Walks through a timeline, over the real reader and an in-memory table."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.customer360 import contract_history, history, paging, timeline
from services.customer360.access import Access, Caller
from services.customer360.asked import TimelineQuery
from services.customer360.history import Chronicle
from shared.casework.cases import BY_OURSELVES, Doing
from shared.casework.steps import Agent, Commitment, CommitmentEnd, Consent, Need, Note, ReplyAsked, ReplyMove
from shared.errors import Forbidden, InvalidParameter, NotFound
from shared.ids import customer_id
from shared.models import Call, Message, PersonalEvent
from shared.store import journal, keys
from shared.store.keys import Key
from tests.conftest import NOW
from tests.services.customer360.counter import ANA, ANA_ON_X, LUIS, Counter, ago, deleted, edited, said
from tests.services.customer360.rows import Rows

CUSTOMER = customer_id(ANA)
MARTA = Caller("marta")


def _counter(*identities: str, page: int = 1000) -> tuple[Counter, Chronicle]:
    """Return a counter where these are one customer of whom nothing is projected; each request has an id of its own."""
    counter = Counter(Rows(page))
    if identities:
        counter.table.raise_to(keys.membership(customer_id=CUSTOMER, identity_name=ANA), rank=0, state="{}")
        state = orjson.dumps({"identities": identities}).decode()
        assert counter.table.replace(Key(keys.customer(CUSTOMER), keys.MEMBERS), state=state, seen=None)
    return counter, Chronicle(counter.lookup)


_requests = map(str, count())


def _page(reader: Chronicle, access: Access | None = None, **query: Any) -> contract_history.Timeline:
    caller = Caller("marta", access or Access(), request_id=next(_requests))
    return reader.timeline(CUSTOMER, TimelineQuery(**query), caller)


def _pages(reader: Chronicle, limit: int, **query: Any) -> Iterator[list[contract_history.Entry]]:
    cursor = None
    while True:
        page = _page(reader, limit=limit, cursor=cursor, **query)
        assert len(page.entries) <= limit
        yield list(page.entries)
        cursor = page.next_cursor
        if cursor is None:
            return


def _walk(reader: Chronicle, limit: int, **query: Any) -> list[contract_history.Entry]:
    return [entry for page in _pages(reader, limit, **query) for entry in page]


def _names(entries: list[contract_history.Entry]) -> list[tuple[str, str]]:
    return [(entry.identity, entry.event.external_id) for entry in entries if entry.event]


# Few instants, so that many events share one.
_MESSAGES = st.lists(
    st.builds(
        lambda number, who, minutes, dated: said(str(number), who=who, at=ago(minutes=minutes), dated=dated),
        st.integers(0, 10**6),
        st.sampled_from([ANA, ANA_ON_X, LUIS]),
        st.integers(0, 4),
        st.booleans(),
    ),
    max_size=30,
    unique_by=lambda message: (message.identity, message.external_id),
)


def _order(message: Message) -> tuple[datetime, str]:
    return message.occurred_at, keys.event(message).sk


@given(_MESSAGES, st.integers(1, 7), st.integers(1, 5))
def test_a_walk_meets_every_event_once_in_one_order(messages: list[Message], limit: int, table_page: int) -> None:
    counter, reader = _counter(ANA, ANA_ON_X, LUIS, page=table_page)
    for message in messages:
        counter.keep(message)
    found = _walk(reader, limit)
    assert sorted(_names(found)) == sorted((message.identity, message.external_id) for message in messages)
    order = [(entry.at, entry.event_key) for entry in found]
    assert order == sorted((_order(message) for message in messages), reverse=True)
    assert _names(found) == _names(_walk(reader, 100)), "the order does not depend on the pages"


@given(_MESSAGES, st.integers(1, 5), st.data())
def test_what_arrives_meanwhile_neither_repeats_nor_hides_anything(
    messages: list[Message], limit: int, data: st.DataObject
) -> None:
    there = data.draw(st.integers(0, len(messages)))
    counter, reader = _counter(ANA, ANA_ON_X, LUIS)
    for message in messages[:there]:
        counter.keep(message)
    found: list[contract_history.Entry] = []
    late = iter(messages[there:])
    for page in _pages(reader, limit):
        found += page
        if (arriving := next(late, None)) is not None:
            counter.keep(arriving)
    names = _names(found)
    assert len(names) == len(set(names))
    assert set(names) >= {(message.identity, message.external_id) for message in messages[:there]}


@settings(deadline=None)
@given(_MESSAGES, st.integers(1, 5), st.integers(2, 6))
def test_a_channel_s_walk_meets_all_of_that_channel(messages: list[Message], limit: int, examined: int) -> None:
    counter, reader = _counter(ANA, ANA_ON_X, LUIS)
    for message in messages:
        counter.keep(message)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "EXAMINED", examined)
        found = _walk(reader, limit, channel="x_mention")
    assert _names(found) == [name for name in _names(_walk(reader, 100)) if name[0] == ANA_ON_X]


def test_what_was_rarely_said_on_a_channel_is_found_at_once() -> None:
    counter, reader = _counter(ANA)
    counter.keep(said("rare", at=ago(days=9), channel="email"))
    for number in range(200):
        counter.keep(said(str(number), at=ago(minutes=number)))
    assert [_names(page) for page in _pages(reader, 1, channel="email")] == [[(ANA, "rare")]]


def test_the_last_page_says_that_it_is_the_last() -> None:
    counter, reader = _counter(ANA)
    for number in range(6):
        counter.keep(said(str(number), at=ago(minutes=number)))
    assert [len(page) for page in _pages(reader, 3)] == [3, 3]
    assert [len(page) for page in _pages(reader, 5)] == [5, 1]
    assert [len(page) for page in _pages(reader, 6)] == [6]


def test_undated_events_stand_where_they_happened() -> None:
    counter, reader = _counter(ANA)
    for number, dated in enumerate([True, False, True, False, True]):
        counter.keep(said(str(number), at=ago(minutes=number), dated=dated))
    for limit in (1, 2, 3, 100):
        assert [name for _, name in _names(_walk(reader, limit))] == ["0", "1", "2", "3", "4"]


def test_a_call_shows_how_long_they_waited_where_it_can_be_heard_and_each_thing_that_was_said() -> None:
    counter, reader = _counter(ANA)
    whose = said("1", "").model_dump(include={"identity", "account", "channel"})
    parts = (
        {"external_id": "c:queue", "status": "missed", "waited": 214},
        {"external_id": "c:recording", "status": "completed", "by_machine": True, "recording": "https://api.example/r"},
        {"external_id": "c:said:2", "status": "answered", "by_machine": True, "transcript": "Sí", "speaker": "company"},
        {
            "external_id": "c:said:1",
            "status": "answered",
            "by_machine": True,
            "transcript": "¿Sí?",
            "speaker": "customer",
        },
    )
    for minutes, part in enumerate(parts):
        counter.keep(Call.model_validate({**whose, **part, "occurred_at": ago(minutes=minutes)}))
    calls = [entry.event for entry in _page(reader, kind="call").entries]
    assert [
        event and event.model_dump(include={"waited", "recording", "transcript", "speaker"}, exclude_none=True)
        for event in calls
    ] == [
        {name: value for name, value in part.items() if name in ("waited", "recording", "transcript", "speaker")}
        for part in parts
    ]


def test_nobody_has_no_timeline() -> None:
    _, reader = _counter()
    with pytest.raises(NotFound):
        _page(reader)


def test_a_cursor_belongs_to_its_customer_and_channel() -> None:
    counter, reader = _counter(ANA)
    for number in range(3):
        counter.keep(said(str(number), at=ago(minutes=number)))
    cursor = _page(reader, limit=1).next_cursor
    others: tuple[dict[str, Any], ...] = ({"channel": "telegram"}, {"department": "care"}, {"kind": "message"})
    for further in others:
        with pytest.raises(InvalidParameter, match="cursor"):
            _page(reader, cursor=cursor, **further)
    with pytest.raises(InvalidParameter, match="cursor"):
        reader.timeline(customer_id(LUIS), TimelineQuery(cursor=cursor), MARTA)


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_message_shows_its_last_words_on_whatever_page_it_is(limit: int) -> None:
    counter, reader = _counter(ANA)
    for event in (
        said("1", "primera", at=ago(hours=9)),
        said("2", "segunda", at=ago(hours=8)),
        said("3", "tercera", at=ago(hours=7)),
        edited("1", "primera, corregida", at=ago(hours=6)),
        edited("3", "tercera, corregida", at=ago(hours=5)),
        deleted("2", at=ago(hours=4), dated=False),
        edited("1", "primera, otra vez", at=ago(hours=3)),
        said("4", "cuarta", at=ago(hours=2)),
    ):
        counter.keep(event)
        counter.revise(event)
    shown = {
        entry.event.external_id: (entry.event.text, entry.edited, entry.deleted, entry.revised_at)
        for entry in _walk(reader, limit)
        if isinstance(entry.event, Message)
    }
    assert shown == {
        "1": ("primera, otra vez", True, False, ago(hours=3)),
        "2": ("", False, True, ago(hours=4)),
        "3": ("tercera, corregida", True, False, ago(hours=5)),
        "4": ("cuarta", False, False, None),
    }


@pytest.mark.parametrize(
    ("projected", "journalled", "text"),
    [
        ([edited("1", "dos", at=ago(hours=2))], [edited("1", "tres", at=ago(hours=1))], "tres"),
        ([edited("1", "tres", at=ago(hours=1))], [edited("1", "dos", at=ago(hours=2))], "tres"),
        ([], [edited("1", "dos", at=ago(hours=2)), edited("1", "tres", at=ago(hours=1), dated=False)], "tres"),
        ([], [edited("1", "tres", at=ago(hours=1)), edited("1", "dos", at=ago(hours=2), dated=False)], "tres"),
        ([edited("1", "dos", at=ago(hours=2))], [deleted("1", at=ago(hours=1))], ""),
        ([deleted("1", at=ago(hours=1))], [edited("1", "dos", at=ago(hours=2))], ""),
    ],
)
def test_what_was_just_read_counts_too_projected_or_not(
    projected: list[PersonalEvent], journalled: list[PersonalEvent], text: str
) -> None:
    counter, reader = _counter(ANA)
    for event in (said("1", "uno", at=ago(hours=3)), *projected, *journalled):
        counter.keep(event)
    for event in projected:
        counter.revise(event)
    assert getattr(_walk(reader, 10)[-1].event, "text", None) == text


def test_an_edit_of_a_message_that_was_deleted_shows_no_words_either() -> None:
    counter, reader = _counter(ANA)
    for event in (
        said("1", "uno", at=ago(hours=3)),
        edited("1", "dos", at=ago(hours=2)),
        deleted("1", at=ago(hours=1)),
    ):
        counter.keep(event)
    gone, edit, message = _walk(reader, 10)
    assert (gone.kind, edit.kind, message.kind) == ("deletion", "edit", "message")
    assert (edit.kind, getattr(edit.event, "text", None), edit.deleted) == ("edit", "", True)
    assert (message.kind, getattr(message.event, "text", None), message.deleted) == ("message", "", True)


def test_words_that_came_after_a_deletion_are_shown() -> None:
    counter, reader = _counter(ANA)
    for event in (
        said("1", "uno", at=ago(hours=3)),
        deleted("1", at=ago(hours=2)),
        edited("1", "uno", at=ago(hours=1)),
    ):
        counter.keep(event)
        counter.revise(event)
    message = _walk(reader, 1)[-1]
    assert (getattr(message.event, "text", None), message.edited, message.deleted) == ("uno", False, False)


def test_somebody_else_s_message_of_the_same_id_is_left_alone() -> None:
    counter, reader = _counter(ANA, LUIS)
    for event in (said("1", "de Ana", at=ago(hours=2)), said("1", "de Luis", who=LUIS, at=ago(hours=2)), deleted("1")):
        counter.keep(event)
        counter.revise(event)
    shown = {entry.identity: entry for entry in _walk(reader, 10) if isinstance(entry.event, Message)}
    assert shown[ANA].deleted
    assert not shown[LUIS].deleted
    assert getattr(shown[LUIS].event, "text", None) == "de Luis"


@given(st.permutations(range(5)), st.integers(1, 8))
def test_the_order_of_arrival_changes_nothing(order: list[int], limit: int) -> None:
    events: list[PersonalEvent] = [
        said("1", "uno", at=ago(hours=9)),
        edited("1", "dos", at=ago(hours=8)),
        edited("1", "tres", at=ago(hours=8), external_id="1:edit:b"),
        deleted("1", at=ago(hours=7)),
        edited("1", "cuatro", at=ago(hours=6), dated=False),
    ]
    calm, reader_of_calm = _counter(ANA)
    wild, reader_of_wild = _counter(ANA)
    for event in events:
        calm.keep(event, NOW)
        calm.revise(event)
    for index in (*order, *order):
        wild.table.insert(journal.expanded_item(wild.delivery(events[index], NOW), events[index]))
        wild.revise(events[index])
    assert wild.table.__dict__["items"] == calm.table.__dict__["items"], "before anybody looks"
    assert _walk(reader_of_wild, limit) == _walk(reader_of_calm, limit)


def test_a_page_ends_before_its_answer_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    counter, reader = _counter(ANA)
    for number in range(5):
        counter.keep(said(str(number), "ñ" * 5000, at=ago(minutes=number)))
    monkeypatch.setattr(paging, "MOST_BYTES", 25_000)
    assert [len(page) for page in _pages(reader, 4)] == [2, 2, 1]
    monkeypatch.setattr(paging, "MOST_BYTES", 10)
    assert [len(page) for page in _pages(reader, 4)] == [1] * 5


@pytest.mark.parametrize("history", [1, 100, 1000])
def test_a_page_costs_the_same_however_long_the_history(history: int) -> None:
    counter, reader = _counter(ANA)
    for number in range(history):
        counter.keep(said(str(number), at=NOW - timedelta(seconds=number)))
    rows = counter.table
    assert isinstance(rows, Rows)
    rows.calls = 0
    _page(reader)
    # The customer; dated and undated events, escalations, steps; revisions; and the note of who looked.
    assert rows.calls == 1 + 4 + 1 + 1


def test_places_are_in_the_order_of_time_whatever_the_kind_of_key() -> None:
    counter, _ = _counter(ANA)
    entries = [
        journal.entry(counter.keep(said(name, at=at, dated=dated)))
        for name, at, dated in [("b", ago(hours=2), False), ("a", ago(hours=1), True), ("c", ago(hours=3), True)]
    ]
    assert [entry.event.external_id for entry in sorted(entries, key=timeline.place)] == ["c", "b", "a"]


TOLD: dict[str, Any] = {
    "stance": "promise",
    "matter": "la tarifa",
    "text": "La tendrá en un mes.",
    "until": NOW + timedelta(days=30),
}


def _did(counter: Counter) -> None:
    """Let Ana complain, and two departments and somebody of none do something about it."""
    counter.hear(said("1", "Hola", at=ago(hours=9)), said("2", "No reconozco este cobro duplicado", at=ago(hours=8)))
    (case,) = counter.lookup.cards(CUSTOMER)[0].escalations
    billing, care = (Agent(subject=name[:4], department=name) for name in ("billing", "care"))
    note: dict[str, Any] = {"by": billing, "text": "Es la tarifa vieja.", "escalation_id": case.id}
    made = counter.take(Commitment, ANA, at=ago(hours=6), by=billing, **TOLD)
    counter.take(Note, ANA, at=ago(hours=7), **note)
    counter.take(Note, ANA, at=ago(hours=5), by=care, text="Llama por las tardes.")
    counter.take(Need, ANA, at=ago(hours=4), text="¿Hay eSIM?", topic="eSIM")
    counter.take(Consent, ANA, at=ago(hours=3), purpose="news", given=False, evidence="Escribió BAJA.", by=billing)
    name = made.replace("stp_", "com_")
    counter.take(CommitmentEnd, ANA, at=ago(hours=2), by=billing, commitment_id=name, outcome="kept")


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_what_the_company_did_stands_where_it_was_done(limit: int) -> None:
    counter, reader = _counter(ANA)
    _did(counter)
    assert [(entry.kind, entry.department) for entry in _walk(reader, limit)] == [
        ("commitment_end", "billing"),
        ("consent", "billing"),
        ("need", None),
        ("note", "care"),
        ("commitment", "billing"),
        ("note", "billing"),
        ("message", None),
        ("escalation", "billing"),
        ("message", None),
    ]


def test_of_another_department_s_doings_only_that_there_are_some_is_shown() -> None:
    counter, reader = _counter(ANA)
    _did(counter)
    entries = _page(reader, Access(frozenset({"care"}))).entries
    assert [(entry.kind, entry.withheld) for entry in entries] == [
        ("commitment_end", True),
        ("consent", False),
        ("need", False),
        ("note", False),
        ("commitment", True),
        ("note", True),
        ("message", True),
        ("escalation", True),
        ("message", False),
    ]
    for entry in entries:
        assert not entry.withheld or (entry.step, entry.escalation, getattr(entry.event, "text", "")) == (
            None,
            None,
            "",
        )
    shown = "".join(entry.model_dump_json() for entry in entries)
    assert "por las tardes" in shown
    for words in ("la tarifa", "tarifa vieja", "un mes", "cobro duplicado"):
        assert words not in shown


def test_a_note_in_nobody_s_name_about_a_case_out_of_reach_is_withheld() -> None:
    counter, reader = _counter(ANA)
    counter.hear(said("2", "No reconozco este cobro duplicado", at=ago(hours=8)))
    (case,) = counter.lookup.cards(CUSTOMER)[0].escalations
    counter.take(Note, ANA, at=ago(hours=7), text="Es la tarifa vieja.", escalation_id=case.id)
    for departments, withheld in (({"care"}, True), ({"billing"}, False), (None, False)):
        access = Access(frozenset(departments) if departments else None)
        (note,) = (entry for entry in _page(reader, access).entries if entry.kind == "note")
        assert note.withheld is withheld


def test_what_became_of_a_commitment_goes_with_it_in_whoever_s_name() -> None:
    counter, reader = _counter(ANA)
    counter.hear(said("1", at=ago(hours=9)))
    billing = Agent(subject="bill", department="billing")
    made = counter.take(Commitment, ANA, at=ago(hours=6), by=billing, **TOLD).replace("stp_", "com_")
    end = {"commitment_id": made, "outcome": "withdrawn", "why": "canario"}
    counter.take(CommitmentEnd, ANA, at=ago(hours=2), by=Agent(subject="x"), **end)
    (ended, *_) = _page(reader, Access(frozenset({"care"}))).entries
    assert (ended.kind, ended.withheld, ended.step) == ("commitment_end", True, None)
    (shown, *_) = _page(reader, Access(frozenset({"billing"}))).entries
    assert getattr(shown.step, "why", None) == "canario"
    assert [entry.kind for entry in _walk(reader, 100, department="billing")] == ["commitment_end", "commitment"]


def _passed_on() -> tuple[Counter, Chronicle]:
    """Return where billing handed a case over to care, who accepted it."""
    counter, reader = _counter(ANA)
    counter.hear(said("2", "No reconozco este cobro duplicado", at=ago(hours=8)))
    (case,) = counter.lookup.cards(CUSTOMER)[0].escalations
    lena, ida = Agent(subject="lena", department="billing"), Agent(subject="ida", department="care")
    over = Doing("handed_over", ago(hours=7), lena, "Pide la baja.", to="care")
    assert counter.do(ANA, case.id, over)
    assert counter.do(ANA, case.id, Doing("accepted", ago(hours=6), ida))
    return counter, reader


def test_whoever_has_a_case_sees_its_whole_way_and_who_had_it_what_they_did() -> None:
    _, reader = _passed_on()
    seen = {
        name: [
            (entry.kind, entry.withheld)
            for entry in _page(reader, Access(frozenset({name}))).entries
            if entry.kind in ("case", "escalation")
        ]
        for name in ("care", "billing", "technical")
    }
    assert seen["care"] == [("case", False), ("case", False), ("escalation", False)]
    assert seen["billing"] == [("case", True), ("case", False), ("escalation", True)]
    assert seen["technical"] == [("case", True), ("case", True), ("escalation", True)]


def test_a_case_stands_where_it_was_opened_wherever_it_was_passed() -> None:
    _, reader = _passed_on()
    (case,) = (entry for entry in _page(reader).entries if entry.escalation)
    assert (case.at, case.department) == (ago(hours=8), "care")
    assert case.escalation
    assert case.escalation.offered_at == ago(hours=7)
    assert [(stop.department, stop.act, stop.by.subject) for stop in case.escalation.path] == [
        ("billing", "handed_over", "lena")
    ]
    assert [entry.kind for entry in _walk(reader, 1, department="care")] == ["case", "case", "message", "escalation"]


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ({"department": "care"}, ["note"]),
        ({"department": "billing"}, ["commitment_end", "consent", "commitment", "note", "message", "escalation"]),
        ({"department": "billing", "kind": "note"}, ["note"]),
        ({"kind": "message"}, ["message", "message"]),
        ({"kind": "message", "department": "billing"}, ["message"]),
        ({"kind": "need"}, ["need"]),
        ({"kind": "call"}, []),
        ({"channel": "telegram"}, ["message", "message"]),
        ({"channel": "telegram", "kind": "note"}, []),
        ({"department": "technical"}, []),
    ],
)
@pytest.mark.parametrize("limit", [1, 100])
def test_filters_show_one_channel_department_or_kind(query: dict[str, str], kinds: list[str], limit: int) -> None:
    counter, reader = _counter(ANA)
    _did(counter)
    assert [entry.kind for entry in _walk(reader, limit, **query)] == kinds


_DONE = st.lists(
    st.tuples(st.sampled_from(["message", "undated", "note", "escalation"]), st.integers(0, 3)), max_size=12
)


@given(_DONE, st.integers(1, 4), st.integers(2, 5))
def test_a_walk_meets_everything_once_whatever_it_is(done: list[tuple[str, int]], limit: int, page: int) -> None:
    counter, reader = _counter(page=page)
    counter.hear(said("first", at=ago(hours=1)), said("first", who=ANA_ON_X, at=ago(hours=1)))
    counter.link(ANA, ANA_ON_X, at=ago(minutes=2))
    for number, (kind, minutes) in enumerate(done):
        who, at = (ANA, ANA_ON_X)[number % 2], ago(minutes=minutes)
        match kind:
            case "note":
                counter.take(Note, who, at=at, text=str(number))
            case "escalation":
                counter.hear(said(str(number), "cobro duplicado", who=who, at=at))
            case _:
                counter.keep(said(str(number), who=who, at=at, dated=kind == "message"))
    whole = [(entry.at, entry.event_key, entry.identity) for entry in _walk(reader, 100)]
    assert len(whole) == len(set(whole)) == 3 + len(done) + sum(kind == "escalation" for kind, _ in done)
    assert [place[:2] for place in whole] == sorted((place[:2] for place in whole), reverse=True)
    assert [(entry.at, entry.event_key, entry.identity) for entry in _walk(reader, limit)] == whole


def test_a_token_whose_purposes_do_not_take_the_timeline_is_refused() -> None:
    counter, reader = _counter(ANA)
    counter.keep(said("1"))
    with pytest.raises(Forbidden, match="timeline"):
        _page(reader, Access(parts=frozenset({"contacts"})))
    assert _page(reader, Access(parts=frozenset({"timeline"}))).entries


def test_whoever_wrote_a_reply_and_whoever_has_its_case_now_see_it_and_what_became_of_it() -> None:
    counter, reader = _passed_on()
    (case,) = counter.lookup.cards(CUSTOMER)[0].escalations
    where = {"channel": "telegram", "account": "tienda_bot", "text": "Se lo abonamos el lunes."}
    asked = counter.take(
        ReplyAsked,
        ANA,
        at=ago(hours=7.5),
        by=Agent(subject="lena", department="billing"),
        escalation_id=case.id,
        **where,
    )
    own = asked.replace("stp_", "rpl_")
    counter.take(ReplyMove, ANA, at=ago(hours=7.4), by=BY_OURSELVES, reply_id=own, number=1, act="attempted")
    for name, withheld in (("care", False), ("billing", False), ("technical", True)):
        entries = _page(reader, Access(frozenset({name}))).entries
        shown = {entry.kind: entry.withheld for entry in entries if entry.kind.startswith("reply")}
        assert shown == {"reply": withheld, "reply_move": withheld}, name
