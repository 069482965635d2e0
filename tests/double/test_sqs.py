"""SQS's rules: what may be sent, who is given what and when, what dies, what a batch and a queue say."""

from typing import Any

import orjson
import pytest

from tests.double import Cloud, NotDoubled
from tests.double.conftest import Clock, refusal

FIFO = {"FifoQueue": "true"}
WRONG = "InvalidParameterValue"


@pytest.fixture
def sqs(cloud: Cloud) -> Any:
    return cloud.client("sqs")


@pytest.fixture
def url(cloud: Cloud) -> str:
    return cloud.create_queue("plain", {"VisibilityTimeout": "30"})


@pytest.fixture
def fifo(cloud: Cloud) -> str:
    return cloud.create_queue("ordered.fifo", FIFO | {"VisibilityTimeout": "30"})


def send(client: Any, url: str, body: str, group: str = "g", token: str | None = None) -> str:
    order = {"MessageGroupId": group, "MessageDeduplicationId": token or body} if url.endswith(".fifo") else {}
    return str(client.send_message(QueueUrl=url, MessageBody=body, **order)["MessageId"])


def receive(client: Any, url: str, most: int = 10, **arguments: Any) -> list[Any]:
    answer = client.receive_message(QueueUrl=url, MaxNumberOfMessages=most, **arguments)
    return list(answer.get("Messages", []))


def bodies(client: Any, url: str, most: int = 10) -> list[str]:
    return [message["Body"] for message in receive(client, url, most)]


def redrive(cloud: Cloud, dead: str, most: int) -> dict[str, str]:
    answer = cloud.client("sqs").get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
    policy = {"deadLetterTargetArn": answer["Attributes"]["QueueArn"], "maxReceiveCount": most}
    return {"RedrivePolicy": orjson.dumps(policy).decode()}


# ----------------------------------------------------------------------------------------------------------- sending


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "MissingParameter"),
        ("\x00", "InvalidMessageContents"),
        ("\x1f", "InvalidMessageContents"),
        ("\ufffe", "InvalidMessageContents"),
        ("\ud800", "InvalidMessageContents"),
        ("x" * (1024 * 1024 + 1), WRONG),
        ("ñ" * (512 * 1024 + 1), WRONG),
        ("x" * (1024 * 1024), ""),
        ("\t\n\r \U0001f600\ufffd\ue000", ""),
    ],
)
def test_what_a_message_may_hold(sqs: Any, url: str, body: str, code: str) -> None:
    assert refusal(sqs.send_message, QueueUrl=url, MessageBody=body) == code
    assert bodies(sqs, url) == ([] if code else [body])


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({}, "MissingParameter"),
        ({"MessageGroupId": "g"}, WRONG),
        ({"MessageGroupId": "g", "MessageDeduplicationId": "x" * 129}, WRONG),
        ({"MessageGroupId": "a space", "MessageDeduplicationId": "t"}, WRONG),
        ({"MessageGroupId": "", "MessageDeduplicationId": "t"}, WRONG),
        ({"MessageGroupId": "g", "MessageDeduplicationId": "t", "DelaySeconds": 1}, WRONG),
        ({"MessageGroupId": "x" * 128, "MessageDeduplicationId": "#!/'~"}, ""),
    ],
)
def test_a_fifo_queue_wants_a_group_and_a_token(sqs: Any, fifo: str, order: dict[str, Any], code: str) -> None:
    assert refusal(sqs.send_message, QueueUrl=fifo, MessageBody="x", **order) == code


def test_a_standard_queue_wants_no_token(sqs: Any, url: str) -> None:
    assert refusal(sqs.send_message, QueueUrl=url, MessageBody="x", MessageDeduplicationId="t") == WRONG
    assert refusal(sqs.send_message, QueueUrl=url, MessageBody="x", DelaySeconds=901) == WRONG


def test_a_token_counts_for_five_minutes_even_when_the_message_is_gone(clock: Clock, sqs: Any, fifo: str) -> None:
    first = send(sqs, fifo, "a", token="t")
    (message,) = receive(sqs, fifo)
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=message["ReceiptHandle"])
    clock.wait(seconds=299)
    assert send(sqs, fifo, "b", token="t") == first
    assert bodies(sqs, fifo) == []
    clock.wait(seconds=1)
    assert send(sqs, fifo, "b", token="t") != first
    assert bodies(sqs, fifo) == ["b"]


@pytest.mark.parametrize(("scope", "found"), [("queue", ["a"]), ("messageGroup", ["a", "b"])])
def test_the_scope_of_a_token(cloud: Cloud, sqs: Any, scope: str, found: list[str]) -> None:
    url = cloud.create_queue("scoped.fifo", FIFO | {"DeduplicationScope": scope})
    send(sqs, url, "a", group="g", token="t")
    send(sqs, url, "b", group="h", token="t")
    assert bodies(sqs, url) == found


def test_the_content_may_be_the_token(cloud: Cloud, sqs: Any) -> None:
    url = cloud.create_queue("content.fifo", FIFO | {"ContentBasedDeduplication": "true"})
    for body in "aab":
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g")
    assert bodies(sqs, url) == ["a", "b"]


# --------------------------------------------------------------------------------------------------------- receiving


def test_a_message_is_hidden_until_its_time_and_then_given_again(clock: Clock, sqs: Any, url: str) -> None:
    send(sqs, url, "a")
    (first,) = receive(sqs, url, MessageSystemAttributeNames=["All"])
    assert first["Attributes"]["ApproximateReceiveCount"] == "1"
    clock.wait(seconds=29)
    assert bodies(sqs, url) == []
    clock.wait(seconds=1)
    (second,) = receive(sqs, url, MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"])
    sent = str(int((clock.now.timestamp() - 30) * 1000))
    assert second["Attributes"] == {"ApproximateReceiveCount": "2", "SentTimestamp": sent}
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])  # too old to delete anything
    clock.wait(seconds=30)
    (third,) = receive(sqs, url)
    clock.wait(seconds=30)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=third["ReceiptHandle"])
    sqs.delete_message(QueueUrl=url, ReceiptHandle=third["ReceiptHandle"])
    assert bodies(sqs, url) == []


def test_visibility_is_changed_only_in_flight(clock: Clock, sqs: Any, url: str) -> None:
    send(sqs, url, "a")
    (message,) = receive(sqs, url)
    change = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
    sqs.change_message_visibility(**change, VisibilityTimeout=60)
    clock.wait(seconds=59)
    assert bodies(sqs, url) == []
    assert refusal(sqs.change_message_visibility, **change, VisibilityTimeout=43_201) == WRONG
    sqs.change_message_visibility(**change, VisibilityTimeout=0)
    with pytest.raises(sqs.exceptions.MessageNotInflight):
        sqs.change_message_visibility(**change, VisibilityTimeout=1)
    assert bodies(sqs, url) == ["a"]


def test_delays(cloud: Cloud, clock: Clock, sqs: Any, url: str) -> None:
    slow = cloud.create_queue("slow", {"DelaySeconds": "10"})
    send(sqs, slow, "a")
    sqs.send_message(QueueUrl=url, MessageBody="b", DelaySeconds=10)
    assert bodies(sqs, slow) == bodies(sqs, url) == []
    clock.wait(seconds=10)
    assert (bodies(sqs, slow), bodies(sqs, url)) == (["a"], ["b"])


@pytest.mark.parametrize("arguments", [{"most": 0}, {"most": 11}, {"VisibilityTimeout": -1}, {"WaitTimeSeconds": 21}])
def test_what_may_be_asked_of_a_queue(sqs: Any, url: str, arguments: dict[str, int]) -> None:
    assert refusal(receive, client=sqs, url=url, **arguments) == WRONG


def test_a_group_waits_for_its_message_in_flight_and_others_do_not(clock: Clock, sqs: Any, fifo: str) -> None:
    for body, group in ("1", "g"), ("2", "g"), ("3", "h"), ("4", "g"):
        send(sqs, fifo, body, group)
    (first,) = receive(sqs, fifo, 1)
    assert bodies(sqs, fifo) == ["3"]
    assert bodies(sqs, fifo) == []
    sqs.delete_message(QueueUrl=fifo, ReceiptHandle=first["ReceiptHandle"])
    both = receive(sqs, fifo)
    assert [message["Body"] for message in both] == ["2", "4"]
    sqs.change_message_visibility(QueueUrl=fifo, ReceiptHandle=both[0]["ReceiptHandle"], VisibilityTimeout=0)
    assert bodies(sqs, fifo) == []
    clock.wait(seconds=30)
    assert bodies(sqs, fifo) == ["2", "3", "4"]


def test_a_fifo_message_cannot_be_deleted_when_its_time_is_over(clock: Clock, sqs: Any, fifo: str) -> None:
    send(sqs, fifo, "a")
    (message,) = receive(sqs, fifo)
    clock.wait(seconds=30)
    assert refusal(sqs.delete_message, QueueUrl=fifo, ReceiptHandle=message["ReceiptHandle"]) == WRONG
    assert bodies(sqs, fifo) == ["a"]


@pytest.mark.parametrize("receipt", ["", "nonsense", "another#id#1"])
def test_a_receipt_of_nothing(sqs: Any, url: str, receipt: str) -> None:
    assert refusal(sqs.delete_message, QueueUrl=url, ReceiptHandle=receipt) == "ReceiptHandleIsInvalid"


def test_what_a_message_carries_is_shown_when_asked_for(sqs: Any, url: str) -> None:
    carried = {"why": {"DataType": "String", "StringValue": "x"}}
    sqs.send_message(QueueUrl=url, MessageBody="a", MessageAttributes=carried)
    sqs.send_message(QueueUrl=url, MessageBody="b", MessageAttributes=carried)
    carried["why"]["StringValue"] = "changed by the sender"
    (shown,) = receive(sqs, url, 1, MessageAttributeNames=["All"])
    assert shown["MessageAttributes"] == {"why": {"DataType": "String", "StringValue": "x"}}
    (quiet,) = receive(sqs, url, 1)
    assert "MessageAttributes" not in quiet


# -------------------------------------------------------------------------------------------------------- the end


@pytest.mark.parametrize("ending", ["", ".fifo"])
def test_a_message_given_too_often_goes_to_the_dead(cloud: Cloud, clock: Clock, sqs: Any, ending: str) -> None:
    more = FIFO if ending else {}
    dead = cloud.create_queue(f"dead{ending}", more)
    url = cloud.create_queue(f"live{ending}", more | redrive(cloud, dead, 2) | {"VisibilityTimeout": "1"})
    send(sqs, url, "poison")
    send(sqs, url, "good")
    for _ in range(2):
        assert bodies(sqs, url, 1) == ["poison"]
        clock.wait(seconds=1)
    assert bodies(sqs, url, 1) == ["good"]
    (found,) = receive(sqs, dead, MessageSystemAttributeNames=["All"])
    assert found["Body"] == "poison"
    assert found["Attributes"]["ApproximateReceiveCount"] == "3"
    assert found["Attributes"]["DeadLetterQueueSourceArn"].endswith(f":live{ending}")
    assert [message.body for message in cloud.look().messages(url)] == ["good"]


@pytest.mark.parametrize(("ending", "left"), [("", []), (".fifo", ["a"])])
def test_retention_counts_from_when_a_standard_message_was_sent(
    cloud: Cloud, clock: Clock, sqs: Any, ending: str, left: list[str]
) -> None:
    more = (FIFO if ending else {}) | {"MessageRetentionPeriod": "60", "VisibilityTimeout": "0"}
    dead = cloud.create_queue(f"dead{ending}", more)
    url = cloud.create_queue(f"live{ending}", more | redrive(cloud, dead, 1))
    send(sqs, url, "a")
    assert bodies(sqs, url) == ["a"]
    clock.wait(seconds=59)
    assert bodies(sqs, url) == []
    clock.wait(seconds=1)
    assert bodies(sqs, dead) == left


# ------------------------------------------------------------------------------------------------- batches and queues


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "EmptyBatchRequest"),
        ([{"Id": str(number), "MessageBody": "x"} for number in range(11)], "TooManyEntriesInBatchRequest"),
        ([{"Id": "a", "MessageBody": "x"}] * 2, "BatchEntryIdsNotDistinct"),
        ([{"Id": "a b", "MessageBody": "x"}], "InvalidBatchEntryId"),
        ([{"Id": name, "MessageBody": "x" * 600_000} for name in "ab"], "BatchRequestTooLong"),
    ],
)
def test_a_batch_that_is_refused(cloud: Cloud, sqs: Any, url: str, entries: list[Any], code: str) -> None:
    with pytest.raises(getattr(sqs.exceptions, code)):
        sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert cloud.look().messages(url) == []


def test_a_batch_fails_entry_by_entry(sqs: Any, url: str) -> None:
    entries = [{"Id": "good", "MessageBody": "x"}, {"Id": "bad", "MessageBody": "\x00"}]
    answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
    assert [entry["Id"] for entry in answer["Successful"]] == ["good"]
    assert [(entry["Id"], entry["Code"], entry["SenderFault"]) for entry in answer["Failed"]] == [
        ("bad", "InvalidMessageContents", True)
    ]
    found = receive(sqs, url)
    deleted = [{"Id": "a", "ReceiptHandle": found[0]["ReceiptHandle"]}, {"Id": "b", "ReceiptHandle": "nonsense"}]
    answer = sqs.delete_message_batch(QueueUrl=url, Entries=deleted)
    assert ([entry["Id"] for entry in answer["Successful"]], answer["Failed"][0]["Code"]) == (
        ["a"],
        "ReceiptHandleIsInvalid",
    )


def test_a_queue_says_how_it_stands(clock: Clock, sqs: Any, url: str) -> None:
    for body in "abc":
        send(sqs, url, body)
    sqs.send_message(QueueUrl=url, MessageBody="d", DelaySeconds=5)
    receive(sqs, url, 1)
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    names = (
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    )
    assert [found[name] for name in names] == ["2", "1", "1"]
    assert found["VisibilityTimeout"] == "30"
    assert refusal(sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["Nothing"]) == "InvalidAttributeName"
    sqs.purge_queue(QueueUrl=url)
    clock.wait(seconds=60)
    assert bodies(sqs, url) == []


@pytest.mark.parametrize(
    ("name", "attributes", "code"),
    [
        ("a b", {}, WRONG),
        ("x" * 81, {}, WRONG),
        ("ordered.fifo", {}, WRONG),
        ("plain", FIFO, WRONG),
        ("plain", {"VisibilityTimeout": "43201"}, "InvalidAttributeValue"),
        ("plain", {"MessageRetentionPeriod": "59"}, "InvalidAttributeValue"),
        ("plain", {"ContentBasedDeduplication": "true"}, "InvalidAttributeValue"),
        (
            "plain",
            {"RedrivePolicy": '{"deadLetterTargetArn":"arn:nothing","maxReceiveCount":1}'},
            "InvalidAttributeValue",
        ),
    ],
)
def test_a_queue_that_cannot_be(sqs: Any, name: str, attributes: dict[str, str], code: str) -> None:
    assert refusal(sqs.create_queue, QueueName=name, Attributes=attributes) == code


def test_queues_by_name(cloud: Cloud, sqs: Any, url: str) -> None:
    for number in range(3):
        cloud.create_queue(f"more-{number}")
    assert sqs.get_queue_url(QueueName="plain")["QueueUrl"] == url
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="nothing")
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix="more-", MaxResults=2)
    assert [len(page["QueueUrls"]) for page in pages] == [2, 1]
    assert sqs.create_queue(QueueName="plain", Attributes={"VisibilityTimeout": "30"})["QueueUrl"] == url
    assert sqs.create_queue(QueueName="plain")["QueueUrl"] == url
    with pytest.raises(sqs.exceptions.QueueNameExists):
        sqs.create_queue(QueueName="plain", Attributes={"VisibilityTimeout": "31"})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    send(sqs, url, "a")
    assert bodies(sqs, url) == bodies(sqs, url) == ["a"]
    sqs.delete_queue(QueueUrl=url)
    assert refusal(sqs.send_message, QueueUrl=url, MessageBody="x") == "AWS.SimpleQueueService.NonExistentQueue"


def test_what_is_not_doubled(sqs: Any, url: str) -> None:
    with pytest.raises(NotDoubled):
        sqs.send_message(QueueUrl=url, MessageBody="x", MessageSystemAttributes={})
    with pytest.raises(NotDoubled):
        sqs.create_queue(QueueName="x", Attributes={"Policy": "{}"})
