"""Functions, sources, queues and filters come from the template: what is added to it takes part by itself."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.faults.figures import Figures
from tests.faults.filters import Filter
from tests.faults.lab import Lab, on_the_double
from tests.faults.picture import picture
from tests.faults.sequential import Difference, Explorer, same
from tests.faults.stack import QueueSource, Route, Schedule, StreamSource
from tests.faults.stories import ASKS, NOTES, ONE_COMPLAINT, one
from tests.template import template

type Source = Route | StreamSource | QueueSource | Schedule

_NEWCOMER: dict[str, Any] = {
    "NextQueue": {
        "Type": "AWS::SQS::Queue",
        "Properties": {
            "VisibilityTimeout": 180,
            "RedrivePolicy": {
                "deadLetterTargetArn": {"Fn::GetAtt": ["NextDeadLetterQueue", "Arn"]},
                "maxReceiveCount": 100,
            },
        },
    },
    "NextDeadLetterQueue": {"Type": "AWS::SQS::Queue", "Properties": {}},
    "NewcomerFunction": {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Handler": "tests.faults.newcomer.handler",
            "Timeout": 30,
            "Environment": {"Variables": {"COPIES": "copies", "NEXT_QUEUE_URL": {"Ref": "NextQueue"}}},
            "Events": {
                "Escalations": {
                    "Type": "DynamoDB",
                    "Properties": {
                        "Stream": {"Fn::GetAtt": ["Table", "StreamArn"]},
                        "StartingPosition": "TRIM_HORIZON",
                        "FunctionResponseTypes": ["ReportBatchItemFailures"],
                        "FilterCriteria": {
                            "Filters": [
                                {
                                    "Pattern": '{"eventName":["INSERT"],'
                                    '"dynamodb":{"NewImage":{"sk":{"S":[{"prefix":"escalation#"}]}}}}'
                                }
                            ]
                        },
                    },
                },
                "Next": {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["NextQueue", "Arn"]}, "BatchSize": 5}},
            },
        },
    },
}


@pytest.fixture(scope="module")
def grown() -> Iterator[Lab]:
    """A lab of the template with one more function, a queue and its dead letters."""
    found = deepcopy(template())
    found["Resources"] |= _NEWCOMER
    with on_the_double(found) as lab:
        yield lab


_OFF = {"ConnectorsFunction", "MediaFunction"}
"""Nothing wakes the one under the example playbook, which has no connector, nor the other in a story in which nobody
sends a file; their faults are tried in `test_connecting.py`, `test_acting.py` and `test_copying.py`."""

_ELSEWHERE = {"CallsFunction", "GreetingFunction"}
"""Woken by what is no part of these stories: Amazon Connect's events and records, and its contact flows. Nothing wakes
them until an instance is named; their faults are tried in `test_calling.py` and `test_greeting.py`."""


def test_every_function_of_the_template_that_something_wakes_takes_part(lab: Lab) -> None:
    stack = lab.stack
    sources: list[Source] = [*stack.routes, *stack.streams, *stack.schedules]
    woken = {source.function.name for source in (*sources, *stack.queues)}
    events = {name for name, said in stack.resources("AWS::Serverless::Function") if said.get("Events")}
    assert events <= woken
    assert stack.functions.keys() - woken == _ELSEWHERE
    world = lab.world((one(ASKS), NOTES))
    ran = set()
    while step := world.step():
        ran.add(step.name.split(" ", 1)[0])
    answering = {route.function.name for route in stack.routes}
    writing = {route.function.name for route in stack.routes if not route.key.startswith("GET ")}
    idle = {source.function.name for source in sources} - ran
    assert idle == (answering - writing) | _OFF, "only who is asked plays no part"


def test_a_new_consumer_takes_part_by_itself(grown: Lab) -> None:
    world = grown.world(ONE_COMPLAINT)
    world.run()
    expected = picture(world)
    copies = {sk for pk, sk in expected["table"] if pk == "copies"}
    assert len(copies) == 2, "one from the stream, one from the queue"
    told = Figures()
    Explorer(grown.world(ONE_COMPLAINT), grown.engine, expected, same, told).explore(1)
    assert {"NewcomerFunction reads the stream", "NewcomerFunction reads nextqueue"} <= {
        name for name, _, _ in told.points
    }


def test_a_new_consumer_that_loses_is_caught(grown: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its queue source's retries, what dies in the middle is lost: acknowledge first, and it shows."""
    world = grown.world(ONE_COMPLAINT)
    world.run()
    expected = picture(world)
    receive = grown.engine.client("sqs")._client.receive_message

    def at_most_once(**asked: Any) -> Any:
        answer = receive(**asked)
        for message in answer.get("Messages", []):
            if "nextqueue" in asked["QueueUrl"]:
                place = {"QueueUrl": asked["QueueUrl"], "ReceiptHandle": message["ReceiptHandle"]}
                grown.engine.client("sqs")._client.delete_message(**place)
        return answer

    monkeypatch.setattr(grown.engine.client("sqs")._client, "receive_message", at_most_once)
    with pytest.raises(Difference):
        Explorer(grown.world(ONE_COMPLAINT), grown.engine, expected, same, Figures()).explore(1)


def test_a_source_that_nobody_plays_is_an_error() -> None:
    found = deepcopy(template())
    found["Resources"]["WatchFunction"]["Properties"]["Events"]["Other"] = {"Type": "Kinesis", "Properties": {}}
    with pytest.raises(NotImplementedError, match="Kinesis"), on_the_double(found) as lab:
        lab.world(ONE_COMPLAINT).run()


@pytest.mark.parametrize(
    ("pattern", "record", "expected"),
    [
        ('{"a": ["x"]}', {"a": "x"}, True),
        ('{"a": ["x"]}', {"a": "y"}, False),
        ('{"a": ["x"]}', {}, False),
        ('{"a": ["x", "y"], "b": [1]}', {"a": "y", "b": 1}, True),
        ('{"a": ["x", "y"], "b": [1]}', {"a": "y", "b": 2}, False),
        ('{"a": {"b": [{"prefix": "event#"}]}}', {"a": {"b": "event#1"}}, True),
        ('{"a": {"b": [{"prefix": "event#"}]}}', {"a": {"b": "no event#"}}, False),
        ('{"a": {"b": [{"prefix": "event#"}]}}', {"a": 1}, False),
        ('{"a": [{"suffix": ".png"}]}', {"a": "b.png"}, True),
        ('{"a": [{"exists": true}]}', {"a": None}, True),
        ('{"a": [{"exists": false}]}', {}, True),
        ('{"a": [{"exists": false}]}', {"a": 1}, False),
        ('{"a": [{"anything-but": ["x"]}]}', {"a": "y"}, True),
        ('{"a": [{"anything-but": "x"}]}', {"a": "x"}, False),
        ('{"a": [{"anything-but": ["x"]}]}', {}, False),
    ],
)
def test_filters_are_lambdas_own(pattern: str, record: dict[str, Any], expected: bool) -> None:
    assert Filter.parse(pattern).lets_through(record) is expected


def test_a_filter_that_nobody_plays_is_an_error() -> None:
    with pytest.raises(NotImplementedError, match="numeric"):
        Filter.parse('{"a": [{"numeric": [">", 1]}]}')
