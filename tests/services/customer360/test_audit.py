"""Who looked at somebody and who changed what: every look, noted before it is answered, and every step."""

from functools import partial
from itertools import count
from typing import Any

import pytest

from shared.casework.steps import Agent, LinkDecision, Note, pair
from shared.errors import StoreUnavailable
from shared.ids import customer_id
from shared.store.table import Table
from tests.services.customer360.counter import ANA, ANA_ON_X, EVERYTHING, LUIS, Answer, Counter, ago, said
from tests.services.customer360.rows import Rows

HERS, ON_X, HIS = (f"/customers/{customer_id(who)}" for who in (ANA, ANA_ON_X, LUIS))
COURIER = {"client_id": "courier-desk", "scope": "customers/read department/care purpose/delivery"}

_requests = map("r-{}".format, count())


def _as_it_is[T](value: T) -> T:
    return value


def _ask(counter: Counter, path: str, query: str = "", claims: object = EVERYTHING) -> Answer:
    return counter.ask(path, query, claims=claims, request=next(_requests))


def _audit(counter: Counter, path: str = HERS, query: str = "") -> list[dict[str, Any]]:
    answer = _ask(counter, f"{path}/audit", query)
    assert answer.status == 200, answer.text
    return [entry for entry in answer.json["entries"] if entry["what"] != "audit"]


@pytest.mark.parametrize(
    ("path", "query", "what", "whom"),
    [
        (HERS, "", "customer", {ANA}),
        ("/customers/lookup", f"identity={ANA}", "lookup", {ANA}),
        ("/customers/lookup", "phone=34600111222", "lookup", {ANA, ANA_ON_X}),
        (f"{HERS}/timeline", "", "timeline", {ANA}),
        (f"{HERS}/links", "", "links", {ANA}),
        (f"{HERS}/links/preview", f"identity={ANA_ON_X}", "preview", {ANA, ANA_ON_X}),
        (HERS, "as_of=2026-11-22T12:00Z", "customer", {ANA}),
    ],
)
def test_every_look_is_noted_with_all_whom_it_showed(
    counter: Counter, path: str, query: str, what: str, whom: set[str]
) -> None:
    counter.hear(said("1"), said("2", who=ANA_ON_X), said("3", who=LUIS))
    assert _ask(counter, path, f"{query}&why=Reclama%20la%20factura".lstrip("&")).status == 200
    noted = {who: _audit(counter, where) for who, where in ((ANA, HERS), (ANA_ON_X, ON_X), (LUIS, HIS))}
    assert {who for who, entries in noted.items() if entries} == whom
    for who in whom:
        (entry,) = noted[who]
        assert (entry["kind"], entry["what"], entry["by"]) == ("read", what, {"subject": "marta", "department": None})
        assert (entry["why"], entry["identity"], entry["at"]) == ("Reclama la factura", who, "2026-11-22T12:00:00Z")


def test_a_look_says_what_limited_it(counter: Counter) -> None:
    counter.hear(said("1"))
    assert _ask(counter, HERS, "fields=contacts", COURIER).status == 200
    assert _ask(counter, HERS, "", COURIER).status == 200
    assert [(each["by"]["subject"], each["purposes"], each["parts"]) for each in reversed(_audit(counter))] == [
        ("courier-desk", ["delivery"], ["contacts"]),
        ("courier-desk", ["delivery"], ["contacts", "conversations", "commitments"]),
    ]


def test_a_look_that_was_answered_as_unchanged_is_a_look(counter: Counter) -> None:
    counter.hear(said("1"))
    tag = _ask(counter, HERS).headers["etag"]
    assert counter.ask(HERS, headers={"if-none-match": tag}, request="again").status == 304
    assert len(_audit(counter)) == 2


@pytest.mark.parametrize(
    ("path", "query", "claims"),
    [
        (HIS, "", EVERYTHING),
        (HERS, "fields=nothing", EVERYTHING),
        (HERS, "fields=notes", COURIER),
        (f"{HERS}/timeline", "", COURIER),
        (f"{HERS}/timeline", "cursor=abc", EVERYTHING),
        (HERS, "", {"sub": "x", "scope": "openid"}),
        (f"{HERS}/links/preview", "identity=x:1:2", EVERYTHING),
    ],
)
def test_who_was_refused_saw_nothing(counter: Counter, path: str, query: str, claims: object) -> None:
    counter.hear(said("1"))
    assert _ask(counter, path, query, claims).status >= 400
    assert _audit(counter) == []


@pytest.mark.parametrize("path", ["", "/timeline", "/links", "/links/preview", "/audit"])
def test_nothing_is_shown_that_could_not_be_noted(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    counter = Counter(Rows())
    counter.hear(said("1", "canario"), said("2", who=LUIS))

    def fail(*_: Any) -> None:
        raise StoreUnavailable("the table keeps handing items of a batch back unwritten")

    monkeypatch.setattr(Rows, "put_many", fail)
    answer = _ask(counter, f"{HERS}{path}", f"identity={LUIS}" if "preview" in path else "")
    assert (answer.status, answer.json["code"]) == (503, "store_unavailable")
    assert "canario" not in answer.text


def test_every_change_stands_beside_the_looks_without_a_word_of_it(counter: Counter) -> None:
    counter.hear(said("1"), said("2", who=ANA_ON_X))
    _ask(counter, HERS)
    by = Agent(subject="bill", department="billing")
    step = counter.take(Note, ANA, at=ago(hours=1), text="canario", by=by, why="Lo pidió.")
    entries = _audit(counter)
    assert [(each["kind"], each["what"]) for each in entries] == [("read", "customer"), ("change", "note")]
    assert entries[1] == {
        "at": "2026-11-22T11:00:00Z",
        "kind": "change",
        "what": "note",
        "by": {"subject": "bill", "department": "billing"},
        "why": "Lo pidió.",
        "purposes": [],
        "parts": [],
        "id": step,
        "identity": ANA,
    }
    assert "canario" not in _ask(counter, f"{HERS}/audit").text
    assert [each["what"] for each in _audit(counter, query="kind=change")] == ["note"]
    assert [each["what"] for each in _audit(counter, query="kind=read")] == ["customer"]


def test_what_was_said_of_a_pair_stands_with_both_once_whoever_s_step_it_is(counter: Counter) -> None:
    counter.hear(said("1"), said("2", who=ANA_ON_X), said("3", who=LUIS))
    counter.link(ANA, LUIS, at=ago(hours=2))
    pairs = (pair(ANA, LUIS),)
    counter.take(LinkDecision, ANA, at=ago(hours=1), decision="unlinked", pairs=pairs, why="Son dos.")
    mine, his = (_audit(counter, path, "kind=change") for path in (HERS, HIS))
    assert [(each["what"], each["why"]) for each in mine] == [("link", "Son dos."), ("link", "")]
    assert his == mine
    assert _audit(counter, ON_X, "kind=change") == []


def test_looks_stay_with_whom_they_showed_when_people_are_linked_and_parted(counter: Counter) -> None:
    counter.hear(said("1"), said("2", who=LUIS))
    _ask(counter, HIS)
    counter.link(ANA, LUIS, at=ago(hours=1))
    assert [each["identity"] for each in _audit(counter, query="kind=read")] == [LUIS]
    counter.take(LinkDecision, ANA, decision="unlinked", pairs=(pair(ANA, LUIS),))
    assert _audit(counter, query="kind=read") == []
    assert [each["what"] for each in _audit(counter, HIS, "kind=read")] == ["customer"]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_walk_meets_every_look_and_change_once(table: Table, limit: int) -> None:
    hours = count(20, -1)
    counter = Counter(table)
    counter.hear(said("1"), said("2", who=LUIS))
    counter.link(ANA, LUIS, at=ago(hours=next(hours)))
    for number in range(6):
        at = ago(hours=next(hours))
        earlier = Counter(table, now=partial(_as_it_is, at))
        _ask(earlier, (HERS, f"{HIS}/timeline")[number % 2])
        counter.take(Note, (ANA, LUIS)[number % 2], at=ago(hours=next(hours)), text=str(number))
    whole = _ask(counter, f"{HERS}/audit", "limit=100").json["entries"]
    assert len(whole) == 6 * 2 + 6 + 1
    assert [each["at"] for each in whole] == sorted((each["at"] for each in whole), reverse=True)
    found: list[Any] = []
    query = f"limit={limit}"
    while query:
        page = _ask(counter, f"{HERS}/audit", query).json
        assert len(page["entries"]) <= limit
        found += page["entries"]
        query = page["next_cursor"] and f"limit={limit}&cursor={page['next_cursor']}"
    assert [each for each in found if each["what"] != "audit"] == whole


def test_why_others_did_something_is_not_told_to_a_department(counter: Counter) -> None:
    counter.hear(said("1"))
    _ask(counter, HERS, "why=canario")
    for name in ("billing", "care"):
        by = Agent(subject=name, department=name)
        counter.take(Note, ANA, at=ago(hours=len(name)), text="x", by=by, why=f"canario de {name}")
    counter.take(Note, ANA, at=ago(hours=9), text="x", why="canario de nadie")
    limited = {"sub": "carla", "scope": "customers/audit department/care"}
    entries = _ask(counter, f"{HERS}/audit", "", limited).json["entries"]
    assert [(each["what"], each["why"]) for each in entries] == [
        ("customer", ""),
        ("note", "canario de care"),
        ("note", ""),
        ("note", ""),
    ]
    assert [each["why"] for each in _audit(counter) if each["why"]] == [
        "canario",
        "canario de care",
        "canario de billing",
        "canario de nadie",
    ]


def test_a_token_whose_purposes_do_not_take_the_audit_is_refused(counter: Counter) -> None:
    counter.hear(said("1"))
    answer = _ask(counter, f"{HERS}/audit", "", {"sub": "x", "scope": "customers/audit purpose/delivery"})
    assert (answer.status, answer.json["field"]) == (403, "scope")
    assert "audit" in answer.json["detail"]


def test_steps_of_two_identities_under_one_key_are_two_changes(counter: Counter) -> None:
    counter.hear(said("1"), said("2", who=LUIS))
    counter.link(ANA, LUIS, at=ago(hours=9))
    for who in (ANA, LUIS):
        counter.take(Note, who, at=ago(hours=1), text="x", key="k")
    found = [each for each in _audit(counter, query="kind=change") if each["what"] == "note"]
    assert {each["identity"] for each in found} == {ANA, LUIS}
    assert len({each["id"] for each in found}) == 2
