"""The whole service over the template's table, filled by the projector."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from services.customer360 import lookup, person
from shared.ids import customer_id
from shared.models import Attachment, Author, ContactPoint
from shared.store import journal, keys
from tests.conftest import TABLE
from tests.double import Answer, Arguments, Cloud
from tests.services.customer360.counter import (
    ANA,
    ANA_ON_X,
    EVERYTHING,
    LUIS,
    Counter,
    ago,
    answered,
    deleted,
    edited,
    said,
    texts,
)
from tests.services.customer360.rows import Rows

BILLING_ONLY = {"sub": "bill", "scope": "customers/read department/billing"}
CARE_ONLY = {"sub": "carla", "scope": "customers/read department/care"}
CHARGED = "No reconozco este cobro duplicado"


class Calls(list[tuple[str, bool]]):
    """The calls that are made: the operation, and whether it reads strongly consistent."""

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        self.append((operation, arguments.get("ConsistentRead", False)))

    def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None: ...


@contextmanager
def calls(cloud: Cloud) -> Iterator[Calls]:
    made = Calls()
    cloud.hooks.append(made)
    yield made
    cloud.hooks.remove(made)


@pytest.fixture
def ana(counter: Counter) -> str:
    """One customer with two identities: she was charged twice on Telegram, and waits for an answer on X."""
    counter.hear(
        said("1", "Hola", at=ago(days=3)),
        answered("2", "Buenos días", at=ago(days=2)),
        said("3", CHARGED, at=ago(hours=5), thread="7"),
        answered("4", "Lo miramos", at=ago(hours=4)),
        said("5", "¿Hay alguien?", who=ANA_ON_X, at=ago(hours=3), visibility="public"),
    )
    return counter.link(ANA, ANA_ON_X)


def _customer(counter: Counter, name: str, claims: object = EVERYTHING) -> Any:
    answer = counter.ask(f"/customers/{name}", claims=claims)
    assert answer.status == 200
    return answer.json


def _found(counter: Counter, query: str) -> list[tuple[str, bool]]:
    answer = counter.ask("/customers/lookup", query)
    if answer.status == 404:
        return []
    assert answer.status == 200
    return [(found["customer"]["id"], found["found_by"]["verified"]) for found in answer.json["customers"]]


def test_one_answer_shows_the_whole_person(counter: Counter, ana: str) -> None:
    shown = _customer(counter, ana)
    assert (shown["id"], shown["name"], shown["handle"], shown["language"]) == (ana, "Ana T.", "ana_t", "es")
    assert shown["first_seen"] == "2026-11-19T12:00:00Z"
    assert [each["identity"] for each in shown["identities"]] == [ANA, ANA_ON_X]
    assert [each["name"] for each in shown["identities"]] == ["Ana Torres", "Ana T."]
    assert [(each["kind"], each["platform"], each["value"], each["proof"]) for each in shown["contacts"]] == [
        ("handle", "telegram", "anatorres", "platform"),
        ("handle", "x", "ana_t", "platform"),
        ("phone", None, "+34600111222", "platform"),
    ]
    assert [(each["channel"], each["value"], each["open"], each["code"]) for each in shown["reach"]] == [
        ("x_mention", None, True, "always"),
        ("telegram", None, True, "always"),
        ("phone", "+34600111222", True, "always"),
    ]
    assert [(each["channel"], each["at"], each["direction"]) for each in shown["last_contacts"]] == [
        ("x_mention", "2026-11-22T09:00:00Z", "inbound"),
        ("telegram", "2026-11-22T08:00:00Z", "outbound"),
    ]
    assert [(each["channel"], each["thread"], each["waiting_since"]) for each in shown["conversations"]] == [
        ("telegram", "7", "2026-11-22T07:00:00Z"),
        ("x_mention", "post-1", "2026-11-22T09:00:00Z"),
        ("telegram", "direct", None),
    ]
    (case,) = shown["escalations"]
    assert (case["department"], case["state"], case["accept_by"]) == ("billing", "offered", "2026-11-22T11:00:00Z")
    assert case["reasons"][0]["evidence"] == "cobro duplicado"
    assert shown["other_cases"] == []
    assert (shown["next"]["code"], shown["next"]["escalation_id"]) == ("overdue_offer", case["id"])


@pytest.mark.parametrize(
    "query",
    [
        f"identity={ANA}",
        f"identity={ANA_ON_X}",
        "phone=%2B34600111222",
        "phone=34+600+111+222",
        "handle=%40ANATORRES&platform=telegram",
        "handle=ana_t&platform=x",
    ],
)
def test_every_way_leads_to_the_same_whole_person(counter: Counter, ana: str, query: str) -> None:
    answer = counter.ask("/customers/lookup", query).json
    assert [found["customer"] for found in answer["customers"]] == [_customer(counter, ana)]
    assert answer["customers"][0]["found_by"]["verified"] is True
    assert answer["identities_omitted"] == 0


def test_an_identity_that_was_never_linked_is_a_customer(counter: Counter) -> None:
    counter.hear(said("1", who=LUIS))
    assert _found(counter, f"identity={LUIS}") == [(customer_id(LUIS), True)]
    assert _found(counter, "email=luis%40EXAMPLE.com") == [(customer_id(LUIS), False)]


@pytest.mark.parametrize(
    "query",
    [
        "identity=telegram:tienda_bot:1",
        "identity=%EF%BF%BD",
        "identity=" + "%C3%B1" * 512,
        "phone=%2B34600111223",
        "email=nobody%40example.com",
        "handle=anatorres&platform=x",
        "handle=ana_t&platform=telegram",
    ],
)
def test_nobody_is_404(counter: Counter, ana: str, query: str) -> None:
    answer = counter.ask("/customers/lookup", query)
    assert (answer.status, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/customers/{}", "/customers/{}/timeline"])
def test_an_unknown_customer_is_404(counter: Counter, ana: str, path: str) -> None:
    assert counter.ask(path.format(customer_id(LUIS))).status == 404


def test_who_was_journalled_but_not_projected_is_not_known_yet(counter: Counter) -> None:
    item = counter.keep(said("1"))
    key = keys.membership(customer_id=customer_id(ANA), identity_name=ANA)
    counter.table.raise_to(key, rank=0, state="{}")
    assert item["pk"]["S"] == key.sk
    assert counter.ask("/customers/lookup", f"identity={ANA}").status == 404
    assert counter.ask(f"/customers/{customer_id(ANA)}").status == 404
    assert texts(counter.ask(f"/customers/{customer_id(ANA)}/timeline")) == [""]


def test_those_of_whom_a_contact_point_is_verified_come_first(counter: Counter) -> None:
    claimed = Author(contacts=(ContactPoint(kind="phone", value="+34600111222"),))
    counter.hear(said("1", who=LUIS, at=ago(days=9), author=claimed), said("2", at=ago(days=1)))
    expected = [(customer_id(ANA), True), (customer_id(LUIS), False)]
    assert _found(counter, "phone=%2B34600111222") == expected


def test_a_telephone_that_is_everybody_s_shows_the_verified_and_counts_the_rest(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "MOST_FOUND", 2)
    phone = ContactPoint(kind="phone", value="+34600111222")
    for who, verified in ((ANA, False), (LUIS, False), (ANA_ON_X, True)):
        author = Author(contacts=(phone.model_copy(update={"proof": "platform" if verified else None}),))
        counter.hear(said("1", who=who, at=ago(days=9), author=author))
    answer = counter.ask("/customers/lookup", "phone=%2B34600111222").json
    assert [(found["customer"]["id"], found["found_by"]["verified"]) for found in answer["customers"]] == [
        (customer_id(ANA_ON_X), True),
        (customer_id(ANA), False),
    ]
    assert answer["identities_omitted"] == 1


@pytest.mark.parametrize("number", [5, 7, 30])
def test_a_number_of_many_is_found_whatever_it_proves(number: int) -> None:
    counter = Counter(Rows())
    phone = Author(contacts=(ContactPoint(kind="phone", value="+34600111222", proof="platform"),))
    for each in range(number):
        counter.hear(said("1", who=ANA, author=phone).model_copy(update={"identity": f"telegram:tienda_bot:{each}"}))
    answer = counter.ask("/customers/lookup", "phone=34600111222")
    assert answer.status == 200, answer.text
    shown = answer.json["customers"]
    assert sum(len(found["found_by"]["identities"]) for found in shown) == min(number, lookup.MOST_FOUND)
    assert len(shown) == (1 if number <= 5 else min(number, lookup.MOST_FOUND)), "too many prove nothing"
    assert answer.json["identities_omitted"] == max(0, number - lookup.MOST_FOUND)


def test_conversations_beyond_the_most_listed_are_counted(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person, "MOST_LISTED", 2)
    counter.hear(
        said("1", thread="old", at=ago(days=9)),
        answered("2", thread="old", at=ago(days=8)),
        said("3", thread="newer", at=ago(days=7)),
        answered("4", thread="newer", at=ago(days=6)),
        said("5", thread="waits", at=ago(days=10)),
    )
    shown = _customer(counter, customer_id(ANA))
    assert [each["thread"] for each in shown["conversations"]] == ["waits", "newer"]
    assert shown["conversations_omitted"] == 1


def test_the_longest_wait_comes_first_and_then_the_latest_word(counter: Counter) -> None:
    counter.hear(
        said("1", thread="waits a little", at=ago(days=9)),
        answered("2", thread="waits a little", at=ago(days=8)),
        said("3", thread="waits a little", at=ago(hours=1)),
        said("4", thread="waits long", at=ago(hours=3)),
        said("5", thread="old", at=ago(days=7)),
        answered("6", thread="old", at=ago(days=6)),
        said("7", thread="recent", at=ago(days=10)),
        answered("8", thread="recent", at=ago(hours=5)),
    )
    shown = _customer(counter, customer_id(ANA))
    assert [each["thread"] for each in shown["conversations"]] == ["waits long", "waits a little", "recent", "old"]
    assert shown["next"]["conversation"]["thread"] == "waits long"


@pytest.mark.parametrize(
    ("claims", "reached", "others", "step"),
    [
        (EVERYTHING, ["billing"], [], "overdue_offer"),
        (BILLING_ONLY, ["billing"], [], "overdue_offer"),
        (CARE_ONLY, [], [{"department": "billing", "state": "offered"}], "customer_waits"),
    ],
)
def test_of_other_departments_cases_only_department_and_state_are_shown(
    counter: Counter, ana: str, claims: object, reached: list[str], others: list[dict[str, str]], step: str
) -> None:
    shown = _customer(counter, ana, claims)
    assert [case["department"] for case in shown["escalations"]] == reached
    assert shown["other_cases"] == others
    assert shown["next"]["code"] == step
    for query in (f"identity={ANA}", "phone=%2B34600111222"):
        found = counter.ask("/customers/lookup", query, claims=claims).json["customers"]
        assert [each["customer"] for each in found] == [shown]


def test_the_words_that_another_department_s_case_rests_on_are_withheld(counter: Counter, ana: str) -> None:
    counter.hear(
        edited("3", f"{CHARGED}: 49,90", at=ago(hours=2)),
        said("6", CHARGED, at=ago(hours=1), attachments=(Attachment(type="photo", text="el recibo"),)),
    )
    path = f"/customers/{ana}/timeline"
    everything = counter.ask(path).text
    assert texts(counter.ask(path, claims=BILLING_ONLY)) == texts(counter.ask(path))
    answer = counter.ask(path, claims=CARE_ONLY)
    assert texts(answer) == ["", "", "¿Hay alguien?", "Lo miramos", "", "Buenos días", "Hola"]
    shown = [entry["withheld"] for entry in answer.json["entries"] if entry["event"]]
    assert shown == [True, True, False, False, True, False, False]
    for words in ("cobro", "49,90", "el recibo"):
        assert words in everything
        assert words not in answer.text


def test_a_closed_case_is_no_longer_open_and_still_out_of_reach(counter: Counter, ana: str) -> None:
    case = _customer(counter, ana)["escalations"][0]
    key = keys.escalation(identity_name=ANA, escalation_id=case["id"])
    (item,) = counter.table.get_many([key]).values()
    closed = item["state"]["S"].removesuffix("}") + ',"state":"closed"}'
    assert counter.table.replace(key, state=closed, seen=item["state"]["S"])
    assert _customer(counter, ana)["escalations"] == []
    assert _customer(counter, ana, CARE_ONLY)["other_cases"] == []
    assert CHARGED not in counter.ask(f"/customers/{ana}/timeline", claims=CARE_ONLY).text


def test_the_timeline_goes_over_all_channels_or_one(counter: Counter, ana: str) -> None:
    path = f"/customers/{ana}/timeline"
    assert texts(counter.ask(path)) == ["¿Hay alguien?", "Lo miramos", CHARGED, "Buenos días", "Hola"]
    assert texts(counter.ask(path, "channel=x_mention")) == ["¿Hay alguien?"]
    assert texts(counter.ask(path, "channel=email")) == []
    first = counter.ask(path, "limit=4", request="first")
    second = counter.ask(path, f"limit=4&cursor={first.json['next_cursor']}", request="second")
    assert texts(first) + texts(second) == texts(counter.ask(path))
    assert second.json["next_cursor"] is None


def test_an_edit_s_attachments_replace_the_message_s_and_none_keep_them(counter: Counter) -> None:
    photo, video = Attachment(type="photo", id="p"), Attachment(type="video", id="v")
    counter.hear(
        said("1", "uno", at=ago(hours=9), attachments=(photo,)),
        said("2", "dos", at=ago(hours=8), attachments=(photo,)),
        edited("1", "uno!", at=ago(hours=7)),
        edited("2", "dos!", at=ago(hours=6), attachments=(video,)),
    )
    shown = counter.ask(f"/customers/{customer_id(ANA)}/timeline").json["entries"][2:]
    assert [(each["event"]["text"], each["event"]["attachments"][0]["id"]) for each in shown] == [
        ("dos!", "v"),
        ("uno!", "p"),
    ]


@pytest.mark.parametrize("history", [1, 100, 1000])
def test_calls_and_read_items_do_not_grow_with_the_history(counter: Counter, cloud: Cloud, history: int) -> None:
    counter.hear(said("0", at=ago(days=9)), said("0", who=ANA_ON_X, at=ago(days=9)))
    linked = counter.link(ANA, ANA_ON_X)
    items = [
        journal.expanded_item(counter.delivery(event), event)
        for event in (said(f"{number}", at=ago(minutes=number)) for number in range(1, history))
    ]
    for start in range(0, len(items), 25):
        batch: list[Any] = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        cloud.client("dynamodb").batch_write_item(RequestItems={TABLE: batch})
    counter.hear(said("0", who=LUIS))
    luis = customer_id(LUIS)
    costs = {
        ("/customers/lookup", f"identity={LUIS}"): ["Query"] * 2,
        ("/customers/lookup", "email=luis%40example.com"): ["Query"] * 3,
        (f"/customers/{luis}", ""): ["Query"] * 2,
        (f"/customers/{linked}", ""): ["Query"] * 3,
        ("/customers/lookup", f"identity={ANA}"): ["Query"] * 3,
        ("/customers/lookup", "phone=%2B34600111222"): ["Query"] * 5,
        (f"/customers/{linked}/timeline", ""): ["BatchGetItem", *["Query"] * 9],
        (f"/customers/{linked}/links", ""): ["Query"] * 5,
        (f"/customers/{linked}/links/preview", f"customer={luis}"): ["Query"] * 8,
        (f"/customers/{linked}/audit", ""): ["Query"] * 9,
    }
    for number, ((path, query), cost) in enumerate(costs.items()):
        with calls(cloud) as made:
            assert counter.ask(path, query, request=str(number)).status == 200
        assert sorted(name for name, _ in made) == ["BatchGetItem"] * ("BatchGetItem" in cost) + [
            "BatchWriteItem",  # who looked
            *(["Query"] * cost.count("Query")),
        ], path
        assert all(strongly for name, strongly in made if name == "Query")


def test_a_message_that_was_edited_pages_ago_costs_one_call_more(counter: Counter, cloud: Cloud) -> None:
    counter.hear(said("1", "uno", at=ago(hours=9)), *(said(f"{n}", "x", at=ago(hours=n)) for n in range(2, 8)))
    counter.hear(edited("1", "dos", at=ago(minutes=1)), deleted("7", at=ago(minutes=2)))
    path = f"/customers/{customer_id(ANA)}/timeline"
    cursor = counter.ask(path, "limit=7").json["next_cursor"]
    with calls(cloud) as made:
        answer = counter.ask(path, f"limit=7&cursor={cursor}")
    assert texts(answer) == ["", "dos"]
    assert sorted(name for name, _ in made) == ["BatchGetItem", "BatchGetItem", "BatchWriteItem", *["Query"] * 5]
