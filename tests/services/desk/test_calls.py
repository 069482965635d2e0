"""What each call takes of the table, as the service's page says it: of a customer with one identity."""

from collections.abc import Callable
from typing import Any

import pytest

from services.desk import openapi
from tests.services.customer360.counter import LUIS, Answer
from tests.services.desk.office import HERS, Office
from tests.services.desk.test_cases import do, path
from tests.services.desk.test_replies import decide, say, unconfirmed

WRITES = {"PutItem", "UpdateItem", "DeleteItem"}


def calls(office: Office, ask: Callable[[], Answer], status: int = 201) -> tuple[int, int]:
    """Return how many reads and writes of the table a request takes."""
    before = office.cloud.meter.copy().operations
    answer = ask()
    assert answer.status == status, answer.text
    after = office.cloud.meter.operations
    made = {name: times - before.get(name, 0) for name, times in after.items()}
    writes = sum(times for name, times in made.items() if name in WRITES)
    return sum(made.values()) - writes, writes


def said(call: str) -> str:
    """Return what the page says of a call."""
    page = openapi.EXAMPLES.with_name("README.md").read_text()
    return next(line for line in page.splitlines() if line.startswith("|") and call in line)


def test_an_unchanged_queue_is_one_query(office: Office) -> None:
    known = office.see("/departments/billing/escalations").headers["etag"]
    again = {"if-none-match": known}
    assert calls(office, lambda: office.see("/departments/billing/escalations", headers=again), 304) == (1, 0)
    assert calls(office, lambda: office.see("/departments/billing/escalations"), 200) == (3, 0)


def test_a_case_and_what_is_done_with_it(office: Office) -> None:
    assert calls(office, lambda: office.see(path(office)), 200) == (3, 0)
    assert calls(office, lambda: do(office, "accepted")) == (8, 2)
    assert "5 more, and 2 writes" in said("`/handed-over`")
    for act in ("corrected", "answered", "handed-over"):
        assert calls(office, lambda act=act: do(office, act)) == (8, 2)  # type: ignore[misc]


def test_the_next_case(office: Office) -> None:
    office.offer("2", identity=LUIS)
    assert calls(office, lambda: office.ask("/departments/billing/claims", {})) == (11, 3)
    assert calls(office, lambda: office.ask("/departments/care/claims", {}), 204) == (3, 0)
    assert "11, one of them of the index, and 3 writes" in said("/claims`")


@pytest.mark.parametrize("place", ["case", "customer"])
def test_replies(office: Office, place: str) -> None:
    do(office, "accepted")
    on: dict[str, Any] = {} if place == "case" else {"on": HERS}
    assert calls(office, lambda: say(office, **on)) == (11 if place == "case" else 9, 2)
    where = path(office) if place == "case" else HERS
    assert calls(office, lambda: office.see(f"{where}/reply-options"), 200) == (4 if place == "case" else 2, 0)


def test_what_becomes_of_a_reply(office: Office) -> None:
    reply = unconfirmed(office)
    assert calls(office, lambda: decide(office, reply, "again")) == (11, 2)


def test_the_directory_takes_nothing(office: Office) -> None:
    assert calls(office, lambda: office.see("/directory"), 200) == (0, 0)
    assert calls(office, lambda: office.see("/departments/care"), 200) == (0, 0)
