"""What a contact flow learns of its caller: whatever fails first, then strangers, then customers."""

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.greeting.greeting import LONGEST, MOST_HOLDERS, Greeting
from shared.casework.steps import Agent, Commitment, LinkDecision
from shared.ids import customer_id
from shared.models import Author, ContactPoint, ProfileChange
from shared.store import keys, seen
from shared.store.customers import Customers
from shared.store.table import Table
from tests.conftest import NOW
from tests.services.customer360.counter import ANA, ANA_ON_X, LUIS, Counter, ago, said
from tests.services.customer360.rows import Rows
from tests.shared.platforms.connect.cases import SAMPLES, events
from tests.shared.platforms.connect.sender import ACCOUNT
from tests.template import SHARED_PAYLOADS

PHONE = "+34600111222"
UNKNOWN = {"known": "no"}
CALLING = f"phone:{ACCOUNT}:{PHONE}"
_POOL = ThreadPoolExecutor(2)


def asked(number: Any = PHONE, **contact: Any) -> dict[str, Any]:
    """Return what Connect gives the function that a flow invokes."""
    return {
        "Name": "ContactFlowEvent",
        "Details": {
            "ContactData": {
                "Attributes": {},
                "Channel": "VOICE",
                "ContactId": "00000000-0000-4000-8000-000000000001",
                "CustomerEndpoint": {"Address": number, "Type": "TELEPHONE_NUMBER"},
                "InitiationMethod": "INBOUND",
                "InstanceARN": f"arn:aws:connect:eu-west-1:111122223333:instance/{ACCOUNT}",
                "SystemEndpoint": {"Address": "+34910000001", "Type": "TELEPHONE_NUMBER"},
                **contact,
            },
            "Parameters": {},
        },
    }


def answer(table: Table, event: Any = None) -> dict[str, str]:
    own = Greeting(table=table, customers=Customers(table, _POOL), now=lambda: NOW)
    found = own.answer(asked() if event is None else event, request_id="call-1")
    assert all(isinstance(value, str) and 0 < len(value) <= LONGEST for value in found.values())
    return found


def known(*who: str) -> Rows:
    """Return a table in which these have written."""
    rows = Rows()
    Counter(rows).hear(*(said(f"{number}", "Hola", who=each, at=ago(hours=2)) for number, each in enumerate(who)))
    return rows


def called(rows: Rows) -> None:
    for event in events(SAMPLES["abandoned"]):
        Counter(rows).hear(event)  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------------------- failures


class Failing(Rows):
    """A table whose nth call from now on fails, as botocore has it or otherwise."""

    def __init__(self, rows: Rows, number: int) -> None:
        super().__init__()
        self.items, self._left = deepcopy(rows.items), number

    def query(self, *args: Any, **kwargs: Any) -> Any:
        self._count()
        return super().query(*args, **kwargs)

    def put_many(self, items: Any) -> None:
        self._count()
        super().put_many(items)

    def _count(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise RuntimeError(f"a text with {PHONE} of Ana Torres")


def test_whichever_call_fails_the_caller_is_unknown_and_nobody_is_named(caplog: pytest.LogCaptureFixture) -> None:
    rows = known(ANA)
    calls = 0
    while (found := answer(table := Failing(rows, calls + 1))) == UNKNOWN:
        assert table.items == rows.items
        calls += 1
    assert (calls, found["known"]) == (4, "yes"), "who has it, their cards, their customer, the note"
    logged = str([vars(record) for record in caplog.records])
    assert logged.count("caller not looked up") >= calls
    assert PHONE not in logged
    assert "Ana" not in logged


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"Details": None},
        {"Details": {"ContactData": []}},
        {"Details": {"ContactData": {}}},
        asked(CustomerEndpoint=None),
        asked(CustomerEndpoint=PHONE),
        asked(CustomerEndpoint={"Type": "VOIP", "Address": PHONE}),
    ],
)
def test_an_event_that_is_none_is_answered_all_the_same(event: Any) -> None:
    assert answer(known(ANA), event) == UNKNOWN


@pytest.mark.parametrize("number", [None, "", 34600111222, "anonymous", "600111222", "+34", "+34600111223", "x" * 9999])
def test_whoever_shows_no_number_or_another_is_unknown(number: Any) -> None:
    rows = known(ANA)
    before = dict(rows.items)
    assert answer(rows, asked(number)) == UNKNOWN
    assert rows.items == before, "nobody was looked at"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=6,
)


@given(contact=st.dictionaries(st.sampled_from(["CustomerEndpoint", "InstanceARN", "Channel"]), JSON), other=JSON)
def test_whatever_comes_is_answered(contact: dict[str, Any], other: Any) -> None:
    rows = Rows()
    assert answer(rows, asked(**contact)) == UNKNOWN
    assert answer(rows, {"Details": other}) == UNKNOWN


# ------------------------------------------------------------------------------------------------ claimed, and several


def test_of_a_number_that_is_only_claimed_nothing_personal_is_given() -> None:
    found = answer(known(ANA_ON_X))
    assert found == {"known": "yes", "verified": "no", "customer_id": customer_id(ANA_ON_X)}


def test_whoever_has_only_ever_called_is_known_and_no_more() -> None:
    rows = Rows()
    called(rows)
    assert answer(rows) == {"known": "yes", "verified": "no", "customer_id": customer_id(CALLING)}


def test_of_several_who_claim_it_it_is_the_one_whose_calls_are_kept_under_it() -> None:
    rows = known(ANA_ON_X)
    called(rows)
    assert answer(rows)["customer_id"] == customer_id(CALLING)
    elsewhere = asked(InstanceARN="arn:aws:connect:eu-west-1:111122223333:instance/another")
    assert answer(rows, elsewhere) == UNKNOWN


def test_a_switchboard_is_nobody() -> None:
    rows = Rows()
    for number in range(MOST_HOLDERS + 1):
        author = Author(contacts=(ContactPoint(kind="phone", value=PHONE, proof="platform"),))
        who = f"telegram:tienda_bot:{number}"
        event = said(str(number), who=ANA, author=author).model_copy(update={"identity": who})
        Counter(rows).hear(event)
    assert answer(rows) == UNKNOWN


def test_two_of_whom_it_is_verified_are_nobody() -> None:
    rows = known(ANA)
    author = Author(contacts=(ContactPoint(kind="phone", value=PHONE, proof="platform"),))
    Counter(rows).hear(said("9", who=LUIS, author=author))
    Counter(rows).take(LinkDecision, ANA, decision="unlinked", pairs=(tuple(sorted((ANA, LUIS))),))
    assert answer(rows) == UNKNOWN


def test_whoever_has_given_the_number_up_is_not_greeted_by_it() -> None:
    rows = known(ANA)
    gone = ProfileChange(
        external_id="gone",
        identity=ANA,
        account="tienda_bot",
        channel="telegram",
        occurred_at=NOW,
        field="phone",
        previous=PHONE,
        current="+34600999888",
    )
    assert answer(rows)["verified"] == "yes"
    Counter(rows).hear(gone)
    assert answer(rows) == UNKNOWN


# ----------------------------------------------------------------------------------------------------------- verified


def test_of_a_verified_number_the_flow_learns_what_helps_to_pass_the_call_on() -> None:
    rows = known(ANA)
    called(rows)
    care = Agent(subject="marta", department="care")
    until = NOW + timedelta(days=2)
    promise: dict[str, Any] = {"stance": "promise", "matter": "la tarifa", "text": "Se lo abonamos.", "until": until}
    Counter(rows).take(Commitment, ANA, at=ago(hours=1), by=care, **promise)
    assert answer(rows) == {
        "known": "yes",
        "verified": "yes",
        "customer_id": customer_id(ANA),
        "name": "Ana Torres",
        "language": "es",
        "waiting_since": "2026-11-22T10:00:00Z",
        "open_cases": "0",
        "promised_until": "2026-11-24T12:00:00Z",
    }


def test_a_linked_call_is_part_of_what_is_told() -> None:
    rows = known(ANA)
    called(rows)
    Counter(rows).link(ANA, CALLING)
    assert answer(rows)["waiting_since"] == "2026-09-21T10:05:00Z"


def test_nothing_of_what_was_said_is_given() -> None:
    rows = Rows()
    Counter(rows).hear(said("1", "Me han cobrado dos veces y quiero una factura", at=ago(hours=2)))
    found = answer(rows)
    assert not [value for value in found.values() if "cobrado" in value or "billing" in value]


@pytest.mark.parametrize("name", ["x" * 5000, "Ana\n\x00\u202e\tTorres", "\n" * 50])
def test_a_name_is_short_and_in_one_line(name: str) -> None:
    rows = Rows()
    author = Author(name=name, contacts=(ContactPoint(kind="phone", value=PHONE, proof="platform"),))
    Counter(rows).hear(said("1", author=author))
    told = answer(rows).get("name", "")
    assert len(told) <= LONGEST
    assert told.isprintable()


def test_the_look_is_noted_before_it_is_answered() -> None:
    rows = known(ANA)
    answer(rows)
    ((_, look),) = seen.newest(rows, keys.identity(ANA), upto=None, count=5)
    assert (look.id, look.by, look.what, look.at) == ("call-1", f"connect:{ACCOUNT}", "lookup", NOW)


@pytest.mark.skipif(not SHARED_PAYLOADS.exists(), reason="the published payloads are not beside this checkout")
def test_the_published_event_is_read() -> None:
    body = orjson.loads((SHARED_PAYLOADS / "aws" / "lambda-go.connect-event.json").read_bytes())
    assert answer(Rows(), body) == UNKNOWN
    rows = Rows()
    number = body["Details"]["ContactData"]["CustomerEndpoint"]["Address"]
    Counter(rows).hear(said("1", author=Author(contacts=(ContactPoint(kind="phone", value=number),))))
    assert answer(rows, body)["known"] == "yes"
