"""The desk's role allows every call that the desk makes, and no more actions than those."""

from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import chain, product
from typing import Any

import pytest

from tests.architecture.test_template import statements
from tests.double import Answer
from tests.double.wire import Arguments
from tests.services.customer360.counter import ANA, ANA_ON_X, LUIS
from tests.services.desk.office import HERS, Office, ahead
from tests.services.desk.test_replies import ANA_ON_FACEBOOK, of, on_facebook


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
    if "IndexName" in wanted:
        yield f"index/{wanted['IndexName']}"
    elif "KeyConditionExpression" in wanted:
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
    assert len(office.see("/departments/billing/escalations").json["cases"]) == 1
    case = office.ask("/departments/billing/claims", {}).json["case"]["id"]
    office.cloud.hooks.remove(listener)
    on_facebook(office, days=1)
    office.cloud.hooks.append(listener)
    facebook = office.ask("/departments/billing/claims", {}).json["case"]["id"]
    asked: list[tuple[str, dict[str, Any]]] = [
        (f"{HERS}/escalations/{case}/corrected", {"priority": "high", "why": "x"}),
        (f"{HERS}/escalations/{case}/replies", {"text": "x"}),
        (f"{HERS}/escalations/{case}/handed-over", {"to": "care", "why": "x"}),
        (f"{HERS}/replies", {"text": "x"}),
        (f"{of(ANA_ON_FACEBOOK)}/escalations/{facebook}/replies", {"text": "x", "privately": True}),
    ]
    for path, said in asked:
        answer = office.ask(path, said)
        assert answer.status == 201, answer.text
    given_up = office.ask(f"{HERS}/replies/{office.ask(f'{HERS}/replies', {'text': 'x'}).json['id']}/given-up", {})
    assert given_up.status == 201
    for path in (f"{HERS}/escalations/{case}", f"{HERS}/reply-options", "/directory", "/departments/care"):
        assert office.see(path).status == 200
    return listener.calls


def allowed() -> Iterator[tuple[str, str]]:
    """Yield what the role may do: an action, and the partitions or the index that it may be done with."""
    for statement in statements("DeskRole"):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        if "Condition" in statement:
            yield from product(actions, statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"])
        elif "Fn::Sub" in statement["Resource"]:
            yield from product(actions, [statement["Resource"]["Fn::Sub"].removeprefix("${Table.Arn}/")])


def test_every_call_is_allowed_and_every_permission_is_used(calls: set[tuple[str, str]]) -> None:
    may = set(allowed())
    granted = {(call, by) for call in calls for by in may if call[0] == by[0] and fnmatch(call[1], by[1])}
    assert {call for call, _ in granted} == calls
    assert {action for (_, (action, _)) in granted} == {action for action, _ in may}
    assert {pattern for (_, (_, pattern)) in granted} == {pattern for _, pattern in may} - {"playbook"}
