"""The desk's role allows every call that the desk makes, and no more actions than those."""

from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import chain
from typing import Any

import pytest

from tests.architecture.test_template import statements
from tests.double import Answer
from tests.double.wire import Arguments
from tests.services.customer360.counter import ANA, ANA_ON_X, LUIS
from tests.services.desk.office import HERS, Office, ahead


class Listener:
    """Takes note of each call's action and partitions (a hook of the double)."""

    def __init__(self) -> None:
        self.calls: set[tuple[str, str]] = set()

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        self.calls |= {(f"{service}:{operation}", pk) for pk in _partitions(arguments)}

    def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None: ...


def _partitions(arguments: Arguments) -> Iterator[str]:
    wanted: Any = arguments
    batches = chain.from_iterable(found["Keys"] for found in wanted.get("RequestItems", {}).values())
    for key in (wanted.get("Key"), wanted.get("Item"), *batches):
        if key:
            yield key["pk"]["S"]
    if "KeyConditionExpression" in wanted:
        assert "IndexName" not in wanted
        yield wanted["ExpressionAttributeValues"][":pk"]["S"]


@pytest.fixture
def calls(office: Office) -> set[tuple[str, str]]:
    """All calls of a day on which everything happens."""
    listener = Listener()
    office.cloud.hooks.append(listener)
    promise = {"stance": "promise", "matter": "x", "text": "x", "until": ahead(days=1), "department": "care"}
    link = {"identity": ANA_ON_X, "decision": "linked", "why": "x"}
    office.ask(f"{HERS}/notes", {"text": "x"})
    office.ask(f"{HERS}/needs", {"topic": "x", "text": "x", "event_key": "event#x"})
    office.ask(f"{HERS}/consents", {"purpose": "x", "given": True, "evidence": "x"})
    made = office.ask(f"{HERS}/commitments", promise).json["id"]
    office.ask(f"{HERS}/commitments/{made}/moved", {"until": ahead(days=2)})
    office.ask(f"{HERS}/commitments/{made}/kept", {})
    for path, body in (("links", link), ("unlinks", {"identity": ANA_ON_X, "why": "x"})):
        assert office.ask(f"{HERS}/{path}", body).status == 201
        office.later(minutes=1)
    assert office.ask(f"{HERS}/links", {"identity": LUIS, "decision": "dismissed", "why": "x"}).status == 201
    assert office.groups(ANA, ANA_ON_X) == {(ANA,), (ANA_ON_X,)}
    return listener.calls


def test_every_call_is_allowed_and_every_permission_is_used(calls: set[tuple[str, str]]) -> None:
    allowed = [
        (action, pattern)
        for statement in statements("DeskRole")
        if "Condition" in statement
        for action in statement["Action"]
        for pattern in statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    ]
    granted = {(call, by) for call in calls for by in allowed if call[0] == by[0] and fnmatch(call[1], by[1])}
    assert {call for call, _ in granted} == calls
    assert {action for (_, (action, _)) in granted} == {action for action, _ in allowed}
