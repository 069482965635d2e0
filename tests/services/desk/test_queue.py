"""A department's queue: its open cases by urgency, page by page, and for how long nobody need ask again."""

from datetime import UTC, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.desk import queue as desk_queue
from services.desk.queue import beginnings, happened_at, look_again_in
from shared.casework.cases import Doing
from shared.casework.steps import Agent
from shared.escalation import Escalation
from shared.http import cursor as cursors
from shared.ids import customer_id
from shared.playbook import PRIORITIES
from shared.projection.cases import urgency
from tests.conftest import NOW
from tests.services.customer360.counter import ANA, ANA_ON_X, LUIS, PLAYBOOK, Answer
from tests.services.desk.office import BILLING, CARE, EVERYTHING, HERS, Office
from tests.services.desk.test_cases import do, path
from tests.services.desk.test_desk import case as only_case
from tests.shared.casework.test_cases import case as a_case

DEPARTMENTS = [department.name for department in PLAYBOOK.departments]
BILL = Agent(subject="bill", department="billing")


def listed(office: Office, query: str = "", *, name: str = "billing", claims: object = BILLING, **rest: Any) -> Answer:
    answer = office.see(f"/departments/{name}/escalations", query, claims=claims, **rest)
    assert answer.status in (200, 304), answer.text
    return answer


def ids(answer: Answer) -> list[str]:
    return [case["id"] for case in answer.json["cases"]]


def walk(office: Office, query: str = "", **rest: Any) -> list[list[str]]:
    """Return the ids on all pages of a queue."""
    pages, cursor = [], ""
    while True:
        answer = listed(office, f"{query}{cursor}", **rest)
        pages.append(ids(answer))
        if answer.json["next_cursor"] is None:
            return pages
        cursor = f"&cursor={answer.json['next_cursor']}"


# --- what is listed


def test_a_case_is_listed_with_all_that_is_needed_to_choose(office: Office) -> None:
    do(office, "accepted")
    office.offer("2", department="technical")
    (shown,) = listed(office).json["cases"]
    case = office.see(path_of(office), claims=BILLING).json
    assert shown == case | {"others": len(case["others"])}
    assert shown["others"] == 1
    assert (shown["customer_id"], shown["identity"], shown["overdue"]) == (customer_id(ANA), ANA, False)
    assert shown["held_by"] == {"subject": "bill", "department": "billing"}
    assert shown["reasons"][0]["evidence"] == "cobro duplicado"


def path_of(office: Office) -> str:
    (case,) = listed(office).json["cases"]
    return path(office, case["id"])


def test_the_one_to_be_seen_to_first_comes_first(office: Office) -> None:
    do(office, "corrected", priority="low")
    low = only_case(office)
    late = office.offer("late", at=office.clock - timedelta(days=3))
    soon = office.offer("soon", at=office.clock - timedelta(hours=1))
    urgent = office.offer("urgent", priority="urgent")
    answered = office.offer("answered", priority="urgent")
    for act in ("accepted", "answered"):
        office.cases.take(office.cases.do(ANA, answered.id, Doing(act, office.clock, BILL)))
    office.offer("elsewhere", department="care", priority="urgent")
    answer = listed(office)
    assert ids(answer) == [urgent.id, late.id, soon.id, low, answered.id]
    assert [case["overdue"] for case in answer.json["cases"]] == [False, True, False, True, False]


def test_what_ended_or_went_elsewhere_is_listed_no_more(office: Office) -> None:
    cases = [office.offer(str(number)) for number in range(3)]
    office.cases.take(office.cases.do(ANA, cases[0].id, Doing("withdrawn", office.clock, BILL)))
    office.cases.take(office.cases.do(ANA, cases[1].id, Doing("handed_over", office.clock, BILL, to="care")))
    assert cases[2].id in ids(listed(office))
    assert {cases[0].id, cases[1].id}.isdisjoint(ids(listed(office)))
    assert ids(listed(office, name="care", claims=CARE)) == [cases[1].id]


def test_other_cases_are_counted_over_all_identities_of_a_customer_and_not_of_others(office: Office) -> None:
    office.ask(f"{HERS}/links", {"identity": ANA_ON_X, "decision": "linked", "why": "Lo dijo"})
    office.offer("x", identity=ANA_ON_X, department="technical")
    his = office.offer("his", identity=LUIS)
    counted = {case["id"]: case["others"] for case in listed(office).json["cases"]}
    assert counted.pop(his.id) == 0
    assert list(counted.values()) == [1]


@pytest.mark.parametrize("state", [None, "offered", "accepted", "answered"])
@pytest.mark.parametrize("priority", [None, *PRIORITIES])
def test_filters(office: Office, state: str | None, priority: str | None) -> None:
    ways: dict[str, tuple[Any, ...]] = {"offered": (), "accepted": ("accepted",), "answered": ("accepted", "answered")}
    for name, acts in ways.items():
        for each in PRIORITIES:
            case = office.offer(f"{name} {each}", identity=LUIS, department="care", priority=each)
            for act in acts:
                office.cases.take(office.cases.do(LUIS, case.id, Doing(act, office.clock, BILL)))
    query = "&".join(f"{name}={value}" for name, value in (("state", state), ("priority", priority)) if value)
    whole = listed(office, query, name="care", claims=CARE).json["cases"]
    assert len(whole) == (3 if state is None else 1) * (4 if priority is None else 1)
    assert {(state or case["state"], priority or case["priority"]) for case in whole} == {
        (case["state"], case["priority"]) for case in whole
    }
    assert [case for page in walk(office, f"{query}&limit=1", name="care", claims=CARE) for case in page] == [
        case["id"] for case in whole
    ]


@given(st.sampled_from([None, "offered", "accepted", "answered"]), st.sampled_from([None, *PRIORITIES]), st.data())
def test_beginnings_are_those_of_the_urgencies(state: str | None, priority: str | None, data: st.DataObject) -> None:
    at = data.draw(st.datetimes(timezones=st.just(UTC)))
    found = a_case(
        state=data.draw(st.sampled_from(["offered", "accepted", "answered"])),
        priority=data.draw(st.sampled_from(PRIORITIES)),
        accept_by=at,
        next_by=at,
    )
    fits = (state == "answered" or found.state != "answered") if state else True
    fits = fits and (state != "answered" or found.state == "answered") and priority in (None, found.priority)
    assert any(urgency(found).startswith(each) for each in beginnings(state, priority)) is fits
    assert beginnings(state, priority) == sorted(beginnings(state, priority))


# --- page by page


def test_a_hundred_pages_have_every_case_once_and_in_order(office: Office) -> None:
    cases = [
        office.offer(str(number), identity=LUIS, department="care", priority=PRIORITIES[number % 4])
        for number in range(300)
    ]
    pages = walk(office, "limit=3", name="care", claims=CARE)
    assert [len(page) for page in pages] == [3] * 100
    assert [case for page in pages for case in page] == [case.id for case in sorted(cases, key=urgency)]


def test_what_is_done_in_between_neither_repeats_nor_hides_the_others(office: Office) -> None:
    cases = sorted((office.offer(str(number), department="care") for number in range(6)), key=urgency)
    first = listed(office, "limit=2", name="care", claims=CARE)
    for gone in (cases[1], cases[2]):
        office.cases.take(office.cases.do(ANA, gone.id, Doing("withdrawn", office.clock, BILL)))
    rest = listed(office, f"limit=9&cursor={first.json['next_cursor']}", name="care", claims=CARE)
    assert ids(first) == [cases[0].id, cases[1].id]
    assert ids(rest) == [case.id for case in cases[3:]]


def test_a_page_looks_at_so_many_and_goes_on(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_queue, "MOST_READ", 4)
    cases = sorted((office.offer(str(number), department="care") for number in range(9)), key=urgency)
    last = cases[-1]
    office.cases.take(office.cases.do(ANA, last.id, Doing("accepted", office.clock, BILL)))
    pages = walk(office, "state=accepted", name="care", claims=CARE)
    assert [case for page in pages for case in page] == [last.id]
    assert len(pages) == 3, "the first two looked at four each, and found none"


def test_a_page_costs_one_query_of_the_index(office: Office) -> None:
    for number in range(60):
        office.offer(str(number), department="care")
    known = listed(office, name="care", claims=CARE).headers["etag"]
    before = office.cloud.meter.copy()
    listed(office, name="care", claims=CARE, headers={"if-none-match": known})
    after = office.cloud.meter
    calls = {name: times - before.operations.get(name, 0) for name, times in after.operations.items()}
    assert {name: times for name, times in calls.items() if times} == {"Query": 1}
    assert after.read - before.read <= 4


# --- cursors that are none


@pytest.mark.parametrize(
    "query", ["", "state=offered", "priority=low", "state=answered&priority=low", "limit=1&state=accepted"]
)
def test_a_cursor_is_good_for_its_department_and_filters_only(office: Office, query: str) -> None:
    for department in DEPARTMENTS:
        for number in range(2):
            office.offer(str(number), department=department, priority="high")
    for name, filters in (("care", "limit=1"), ("billing", "limit=1&priority=high")):
        cursor = listed(office, filters, name=name, claims=EVERYTHING).json["next_cursor"]
        assert cursor
        answer = office.see("/departments/billing/escalations", f"{query}&cursor={cursor}")
        assert (answer.status, answer.json["field"]) == (422, "cursor")
        assert cursor not in answer.text


@pytest.mark.parametrize("cursor", ["x", "====", "e30", "W10", "ñ", "%00", "a" * 2049, "a" * 2047, " "])
def test_a_cursor_that_is_none(office: Office, cursor: str) -> None:
    answer = office.see("/departments/billing/escalations", f"cursor={quote(cursor)}")
    assert (answer.status, answer.json["field"]) == (422, "cursor")


@pytest.mark.parametrize("after", ["", "0", "9#9#", "0#1#2026#esc_x", "0#1#" + "a" * 900, "\0", "\U0010ffff"])
def test_a_place_that_cannot_be_is_refused(office: Office, after: str) -> None:
    forged = cursors.written({"after": after}, ("billing", None, None))
    answer = office.see("/departments/billing/escalations", f"cursor={forged}")
    assert (answer.status, answer.json["field"]) == (422, "cursor")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        *(("state=closed", "state"), ("state=", "state"), ("priority=huge", "priority"), ("cursor=", "cursor")),
        *((f"limit={value}", "limit") for value in ("0", "101", "-1", "1.5", "x", "", "9" * 30)),
        *(("limit=1&limit=2", "limit"), ("stat=offered", "stat"), ("state=offered&state=offered", "state")),
    ],
)
def test_a_query_that_cannot_be_meant(office: Office, query: str, field: str) -> None:
    answer = office.see("/departments/billing/escalations", query)
    assert (answer.status, answer.json["field"]) == (422, field)


# --- who may


@pytest.mark.parametrize("name", ["care", "bank", "Billing", "b" * 32, "%00"])
def test_a_department_out_of_reach_is_as_if_it_were_not_there(office: Office, name: str) -> None:
    answer = office.see(f"/departments/{name}/escalations", claims=BILLING)
    assert (answer.status, answer.json["field"]) == (422, "name")
    if name in ("care", "bank"):
        assert answer.json["detail"].endswith("name one of: billing")


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        *((None, 401), ({}, 401), ({"scope": "desk/write"}, 401), ({"sub": "marta", "scope": "customers/read"}, 403)),
        *(
            ({"sub": "mostrador", "scope": "desk/write"}, 403),
            ({"sub": "m", "scope": "desk/write purpose/delivery"}, 403),
        ),
        ({"sub": "m", "scope": "desk/write department/bank"}, 403),
    ],
)
def test_who_may_not_look(office: Office, claims: object, status: int) -> None:
    assert office.see("/departments/billing/escalations", "limit=x", claims=claims).status == status


# --- when to look again


def known(answer: Answer) -> dict[str, str]:
    return {"if-none-match": answer.headers["etag"]}


def test_an_unchanged_page_is_not_sent_again_and_a_changed_one_is(office: Office) -> None:
    first = listed(office)
    assert first.headers["etag"].startswith('W/"')
    assert listed(office, headers=known(first)).status == 304
    do(office, "accepted")
    changed = listed(office, headers=known(first))
    assert (changed.status, changed.json["cases"][0]["state"]) == (200, "accepted")
    office.offer("2")
    assert listed(office, headers=known(changed)).status == 200
    assert listed(office, headers={"if-none-match": "*"}).status == 304


def test_a_page_changes_when_something_becomes_overdue(office: Office) -> None:
    office.offer("2", priority="urgent")
    first = listed(office, "priority=urgent")
    due = first.json["cases"][0]["due_by"]
    office.later(minutes=15)
    assert (due, listed(office, "priority=urgent", headers=known(first)).status) == ("2026-11-22T12:15:00Z", 304)
    office.later(seconds=1)
    late = listed(office, "priority=urgent", headers=known(first))
    assert (late.status, late.json["cases"][0]["overdue"]) == (200, True)


def test_it_says_for_how_long_nobody_need_ask_again(office: Office) -> None:
    office.clock = NOW.replace(day=23, hour=10)
    office.offer("2", department="care")
    told = []
    for seconds in (0, 30, 60, 600):
        office.later(seconds=seconds)
        answer = listed(office, name="care", claims=CARE)
        assert answer.headers["vary"] == "Authorization"
        told.append(answer.headers["cache-control"])
    assert told == [f"private, max-age={seconds}" for seconds in (2, 3, 9, 20)]


_AT = st.datetimes(
    min_value=NOW.replace(tzinfo=None), max_value=NOW.replace(tzinfo=None, day=25), timezones=st.just(UTC)
)


def _cases() -> st.SearchStrategy[Escalation]:
    return st.builds(lambda at, due: a_case(offered_at=at, accept_by=due), _AT, _AT)


@given(st.lists(_cases(), max_size=4), _AT, st.booleans())
def test_nobody_is_told_to_wait_beyond_a_deadline(cases: list[Escalation], now: Any, staffed: bool) -> None:
    seconds = look_again_in(cases, now, staffed=staffed)
    assert 2 <= seconds <= (20 if staffed else 60)
    for case in cases:
        assert case.due_by
        if case.due_by >= now and seconds > 2:
            assert now + timedelta(seconds=seconds - 1) <= case.due_by
        if now - happened_at(case) < timedelta(seconds=20):
            assert seconds == 2


@settings(max_examples=50)
@given(st.integers(0, 5000))
def test_the_longer_nothing_happens_the_longer_nobody_need_ask(seconds: int) -> None:
    case = a_case(offered_at=NOW, accept_by=NOW + timedelta(days=9))
    now, later = NOW + timedelta(seconds=seconds), NOW + timedelta(seconds=seconds + 1)
    assert look_again_in([case], now, staffed=True) <= look_again_in([case], later, staffed=True)


def test_an_empty_queue_is_looked_at_seldom() -> None:
    assert [look_again_in([], NOW, staffed=staffed) for staffed in (True, False)] == [20, 60]


# --- an index that is behind


def test_a_queue_may_be_some_moments_behind_and_never_wrong_about_what_it_shows(office: Office) -> None:
    office.cloud.index_lag = timedelta(seconds=5)
    case = office.offer("2", department="care")
    assert ids(listed(office, name="care", claims=CARE)) == []
    office.later(seconds=5)
    assert ids(listed(office, name="care", claims=CARE)) == [case.id]
    office.cases.take(office.cases.do(ANA, case.id, Doing("handed_over", office.clock, BILL, to="billing")))
    (stale,) = listed(office, name="care", claims=CARE).json["cases"]
    assert stale["number"] == 0
    answer = office.ask(f"{path(office, case.id)}/accepted", {"number": stale["number"]}, claims=EVERYTHING)
    assert (answer.status, answer.json["stands"]["department"]) == (409, "billing")
