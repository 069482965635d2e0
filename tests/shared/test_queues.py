"""The spill queue gives back what it was given, whatever was in it; departments get hand-offs in order."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import orjson
import pytest
from botocore.exceptions import ClientError
from hypothesis import example, given

from shared.errors import ConfigurationError
from shared.models import Delivery
from shared.queues import Backlog, Departments, Queue, Spill, queues, spilled, unspilled
from tests import strategies
from tests.conftest import NOW

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LARGEST_MESSAGE = 1024 * 1024
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"""

DELIVERY = Delivery("counter", "shop", '[{"text": "¿Dónde está mi pedido?"}]'.encode(), {"x-shop": "1"}, NOW)


@pytest.fixture
def sqs(aws: None) -> "Iterator[SQSClient]":
    client = boto3.client("sqs")
    yield client
    client.close()


@given(strategies.deliveries())
@example(Delivery("counter", "peluquería", b"\x00\xff", {"x-shop": "ñ \uffff \x00 \U0001f600"}, NOW))
def test_unspilled_is_the_inverse_of_spilled(delivery: Delivery) -> None:
    assert unspilled(spilled(delivery)) == delivery


@given(strategies.deliveries())
@example(Delivery("counter", "peluquería", b"\x00\xff", {"x-shop": "ñ \uffff \x00 \U0001f600"}, NOW))
def test_a_spilled_delivery_is_printable_ascii(delivery: Delivery) -> None:
    """SQS refuses some characters (SendMessage: control characters, U+FFFE, U+FFFF)."""
    message = spilled(delivery)
    assert message.isascii()
    assert message.isprintable()


@pytest.mark.parametrize("place", ["platform", "account", "headers", "received_at", "request_id", "packed"])
def test_a_message_that_is_not_whole_is_refused(place: str) -> None:
    said = orjson.loads(spilled(DELIVERY))
    del said[place]
    with pytest.raises(KeyError):
        unspilled(orjson.dumps(said).decode())


@pytest.mark.parametrize("cut", [1, 4, 20])
def test_bytes_that_are_not_whole_are_refused(cut: int) -> None:
    said = orjson.loads(spilled(DELIVERY))
    said["packed"] = said["packed"][:-cut]
    with pytest.raises(ValueError, match=r"packed|padding|base64"):
        unspilled(orjson.dumps(said).decode())


def test_a_queue_takes_what_the_table_refused(sqs: "SQSClient") -> None:
    url = sqs.create_queue(QueueName="spill")["QueueUrl"]
    Spill(sqs, url).keep(DELIVERY)
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert unspilled(message["Body"]) == DELIVERY


def test_what_a_queue_does_not_take_is_an_error(sqs: "SQSClient") -> None:
    with pytest.raises(ClientError):
        Spill(sqs, "https://sqs.eu-west-1.amazonaws.com/123456789012/no-such-queue").keep(DELIVERY)


def test_a_body_as_large_as_the_gateway_admits_is_packed_below_what_a_message_holds() -> None:
    """What cannot be made small goes to the bucket and, that failing, is the queue's error."""
    body = orjson.dumps([{"text": f"¿Dónde está mi pedido número {number}?"} for number in range(60_000)])
    assert len(body) > 2_000_000
    assert len(spilled(Delivery("counter", "shop", body, {}, NOW))) < LARGEST_MESSAGE


# -------------------------------------------------------------------------------------------------------- departments


@pytest.fixture
def billing(sqs: "SQSClient") -> str:
    return sqs.create_queue(QueueName="billing.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]


def test_hand_offs_come_in_order_for_each_customer_and_name_their_offer(sqs: "SQSClient", billing: str) -> None:
    departments = Departments(sqs, {"billing": billing})
    for number in range(3):
        departments.offer(
            department="billing", customer_id="cus_1", offer_id=f"esc_{number}", body=f'{{"number": {number}}}'
        )
    messages = sqs.receive_message(QueueUrl=billing, MaxNumberOfMessages=10, AttributeNames=["All"])["Messages"]
    assert [orjson.loads(message["Body"]) for message in messages] == [{"number": number} for number in range(3)]
    assert {message["Attributes"]["MessageGroupId"] for message in messages} == {"cus_1"}
    assert [message["Attributes"]["MessageDeduplicationId"] for message in messages] == ["esc_0", "esc_1", "esc_2"]


def test_offering_again_is_the_same_message(sqs: "SQSClient", billing: str) -> None:
    departments = Departments(sqs, {"billing": billing})
    for _ in range(2):
        departments.offer(department="billing", customer_id="cus_1", offer_id="esc_1", body="{}")
    assert len(sqs.receive_message(QueueUrl=billing, MaxNumberOfMessages=10)["Messages"]) == 1


def test_a_department_without_a_queue_is_named(sqs: "SQSClient", billing: str) -> None:
    with pytest.raises(ConfigurationError, match="technical"):
        Departments(sqs, {"billing": billing}).offer(
            department="technical", customer_id="cus_1", offer_id="esc_1", body="{}"
        )


# ------------------------------------------------------------------------------------------------------ looking after


@pytest.fixture
def spill(sqs: "SQSClient") -> Queue:
    (made,) = queues(
        sqs, {"spill": (sqs.create_queue(QueueName="q")["QueueUrl"], sqs.create_queue(QueueName="dead")["QueueUrl"])}
    )
    return made


def test_a_queue_counts_what_waits_what_is_held_and_what_was_given_up(sqs: "SQSClient", spill: Queue) -> None:
    for number in range(3):
        sqs.send_message(QueueUrl=spill.url, MessageBody=str(number))
    sqs.receive_message(QueueUrl=spill.url)
    sqs.send_message(QueueUrl=spill.dead_letters_url, MessageBody="given up")
    sqs.send_message(QueueUrl=spill.dead_letters_url, MessageBody="given up, and being looked at")
    sqs.receive_message(QueueUrl=spill.dead_letters_url)
    assert spill.backlog() == Backlog("spill", waiting=2, in_flight=1, dead_letters=2)


def test_a_dead_letter_goes_back_with_all_that_its_sender_gave_it(sqs: "SQSClient", spill: Queue) -> None:
    attributes: dict[str, Any] = {
        "colour": {"DataType": "String", "StringValue": "ñ"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    sqs.send_message(QueueUrl=spill.dead_letters_url, MessageBody="¡uno!", MessageAttributes=attributes)
    for letter in spill.dead_letters(most=1):
        spill.take_back(letter)
    (message,) = sqs.receive_message(QueueUrl=spill.url, MessageAttributeNames=["All"])["Messages"]
    assert (message["Body"], message["MessageAttributes"]) == ("¡uno!", attributes)
    assert spill.backlog() == Backlog("spill", waiting=0, in_flight=1, dead_letters=0)


def test_what_the_queue_does_not_take_stays_a_dead_letter(sqs: "SQSClient", spill: Queue) -> None:
    sqs.send_message(QueueUrl=spill.dead_letters_url, MessageBody="one")
    (letter,) = spill.dead_letters(most=1)
    sqs.delete_queue(QueueUrl=spill.url)
    with pytest.raises(ClientError):
        spill.take_back(letter)
    sqs.change_message_visibility(QueueUrl=spill.dead_letters_url, ReceiptHandle=letter.receipt, VisibilityTimeout=0)
    assert len(sqs.receive_message(QueueUrl=spill.dead_letters_url)["Messages"]) == 1


def test_no_more_dead_letters_are_received_than_are_asked_for(sqs: "SQSClient", spill: Queue) -> None:
    for number in range(25):
        sqs.send_message(QueueUrl=spill.dead_letters_url, MessageBody=str(number))
    assert len(list(spill.dead_letters(most=12))) == 12
    held = sqs.get_queue_attributes(QueueUrl=spill.dead_letters_url, AttributeNames=["All"])["Attributes"]
    assert held["ApproximateNumberOfMessagesNotVisible"] == "12"
