"""How often the queue gives a message that waits: never so often that it ends among the dead letters."""

from datetime import datetime, timedelta
from typing import Any, cast

import orjson
import pytest

from services.replies import sender
from services.replies.batch import work
from services.replies.sender import Sender
from shared.queues import Replies, ReplyWaiting
from shared.store.keys import Key
from tests.conftest import NOW
from tests.double import Cloud
from tests.faults import lambdas
from tests.template import resources

QUEUE = resources("AWS::SQS::Queue")["RepliesQueue"]["Properties"]
LONGEST_IN_DOUBT = timedelta(hours=1)
SECOND = timedelta(seconds=1)
SAID = ("one", "two", "three")


class House:
    """The queue as the template has it, and somebody who sends, who says of each reply how long it is to wait."""

    def __init__(self, *conversations: str) -> None:
        self.clock: datetime = NOW
        self.cloud = Cloud(now=lambda: self.clock)
        dead = self.cloud.create_queue("dead.fifo", {"FifoQueue": "true"})
        asked = {"QueueUrl": dead, "AttributeNames": ["QueueArn"]}
        arn = self.cloud.client("sqs").get_queue_attributes(**asked)["Attributes"]["QueueArn"]
        policy = {"deadLetterTargetArn": arn, "maxReceiveCount": QUEUE["RedrivePolicy"]["maxReceiveCount"]}
        attributes = {"FifoQueue": "true", "DeduplicationScope": "messageGroup"}
        attributes |= {name: str(QUEUE[name]) for name in ("VisibilityTimeout", "MessageRetentionPeriod")}
        url = self.cloud.create_queue("replies.fifo", attributes | {"RedrivePolicy": orjson.dumps(policy).decode()})
        self.queue = Replies(self.cloud.client("sqs"), url)
        self.url, self.dead = url, dead
        for name in SAID:
            for each in conversations:
                self.queue.ask(ReplyWaiting(each, f"{each}-{name}"), conversation=Key(each, "conversation"))
        self.sent: list[str] = []
        self.receives = 0
        self.says: Any = None
        self.dies = False

    def send(self, waiting: ReplyWaiting) -> timedelta | None:
        pause: timedelta | None = self.says(waiting)
        if pause is None:
            self.sent.append(waiting.reply_id)
        return pause

    def woken(self) -> bool:
        """Give one batch to whoever sends, if there is any."""
        asked = {"QueueUrl": self.url, "MaxNumberOfMessages": 5, "AttributeNames": ["All"]}
        messages = self.cloud.client("sqs").receive_message(**asked).get("Messages", [])
        if not messages:
            return False
        self.receives = max(self.receives, *(int(each["Attributes"]["ApproximateReceiveCount"]) for each in messages))
        if self.dies:
            return True
        records = lambdas.queue(messages)["Records"]
        failed = work(records, cast("Sender", self), self.queue, time_is_left=lambda: True)["batchItemFailures"]
        kept = {each["itemIdentifier"] for each in failed}
        for each in messages:
            if each["MessageId"] not in kept:
                self.cloud.client("sqs").delete_message(QueueUrl=self.url, ReceiptHandle=each["ReceiptHandle"])
        return True

    def run(self, until: timedelta, step: timedelta = SECOND) -> None:
        while self.clock < NOW + until:
            while self.woken():
                pass
            self.clock += step

    def dead_letters(self) -> int:
        asked = {"QueueUrl": self.dead, "AttributeNames": ["ApproximateNumberOfMessages"]}
        found = self.cloud.client("sqs").get_queue_attributes(**asked)["Attributes"]
        return int(found["ApproximateNumberOfMessages"])


def test_whoever_is_told_again_and_again_to_wait_for_a_second_waits_for_longer_than_a_reply_may() -> None:
    house = House("ana")
    longest = sender.LONGEST + LONGEST_IN_DOUBT
    house.says = lambda _: SECOND
    house.run(longest)
    assert (house.dead_letters(), house.receives < 180) == (0, True)
    house.says = lambda _: None
    house.run(longest + timedelta(minutes=16))
    assert house.sent == [f"ana-{name}" for name in SAID]


def test_what_waits_is_late_by_a_little_of_its_wait() -> None:
    house = House("ana")
    free_at = NOW + timedelta(minutes=20)
    house.says = lambda _: None if house.clock >= free_at else SECOND
    house.run(timedelta(minutes=28))
    assert house.sent == [f"ana-{name}" for name in SAID]


def test_many_conversations_that_wait_for_one_account_are_all_seen_to_in_order() -> None:
    conversations = [f"customer-{number}" for number in range(60)]
    house = House(*conversations)
    windows: dict[datetime, int] = {}

    def one_in_ten_seconds(_: ReplyWaiting) -> timedelta | None:
        window = house.clock - (house.clock - NOW) % (10 * SECOND)
        windows[window] = windows.get(window, 0) + 1
        return None if windows[window] == 1 else window + 10 * SECOND - house.clock

    house.says = one_in_ten_seconds
    house.run(timedelta(hours=2), step=5 * SECOND)
    assert (len(house.sent), house.dead_letters()) == (180, 0)
    for each in conversations:
        assert [name for name in house.sent if name.startswith(f"{each}-")] == [f"{each}-{name}" for name in SAID]


@pytest.mark.parametrize("deaths", [1, 50])
def test_who_dies_over_it_again_and_again_loses_nothing_nor_the_order(deaths: int) -> None:
    house = House("ana")
    house.dies = True
    house.says = lambda _: None
    house.run(timedelta(minutes=6 * deaths - 1), step=timedelta(minutes=1))
    house.dies = False
    house.run(timedelta(minutes=6 * deaths + 6), step=timedelta(minutes=1))
    assert (house.sent, house.dead_letters()) == ([f"ana-{name}" for name in SAID], 0)
