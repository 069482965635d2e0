"""The connectors' role lets them do what they do: a key or an action that it leaves out is refused on AWS alone."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from shared.casework.cases import Doing
from shared.casework.steps import Talk
from tests.double.wire import Answer, Arguments
from tests.services.connectors.shop import ANA, CASE, Shop
from tests.services.connectors.test_in_queue import ALONE, BY, GROUP, QUEUE, act, send
from tests.template import template

_READS = ("GetItem", "BatchGetItem", "Query")


def leading(action: str) -> list[str]:
    """Return the patterns of partitions on which the role allows an action."""
    role = template()["Resources"]["ConnectorsRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    allowed = [each for each in role if action in each["Action"] or action == each["Action"]]
    return [key for each in allowed for key in each["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]]


class Partitions:
    """Takes down the partitions of all calls to the table."""

    def __init__(self) -> None:
        self.asked: set[tuple[str, str]] = set()

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        if service == "dynamodb":
            self.asked |= {(operation, pk) for pk in _partitions(arguments)}

    def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None: ...


def _partitions(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("pk"), dict):
            yield value["pk"]["S"]
        if isinstance(value.get(":pk"), dict):
            yield value[":pk"]["S"]
        for each in value.values():
            yield from _partitions(each)
    elif isinstance(value, list):
        for each in value:
            yield from _partitions(each)


@pytest.mark.parametrize("goes_on", [False, True])
def test_every_partition_that_an_act_needs_is_allowed(goes_on: bool) -> None:
    shop = Shop(QUEUE, thread=GROUP, visibility="public")
    send(shop, act())
    shop.take_acts()
    if goes_on:
        there = Talk(identity=ANA, channel="telegram", thread=ALONE)
        shop.cases.take(shop.cases.do(ANA, CASE, Doing("answered", shop.world.now(), BY, answered_in=there)))
        shop.says("¿Y el IBAN?", "2", thread=ALONE)
    seen = Partitions()
    shop.cloud.hooks.append(seen)
    send(shop, act("replied", key="k2", text="El de siempre."))
    shop.take_acts()
    assert {operation for operation, _ in seen.asked} >= {"GetItem", "PutItem"}
    for operation, pk in seen.asked:
        patterns = leading(f"dynamodb:{operation}")
        assert any(fnmatchcase(pk, pattern) for pattern in patterns), (operation, pk.partition("#")[0])
