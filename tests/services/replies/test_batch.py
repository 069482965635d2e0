"""A batch of the queue: what stops a conversation stops no other, and nothing overtakes anything within one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest
from botocore.exceptions import EndpointConnectionError

from services.replies.batch import work
from services.replies.sender import Sender
from shared.queues import Replies, ReplyWaiting
from shared.store.keys import Key

SECOND = timedelta(seconds=1)


@dataclass
class Senders:
    """Says of each reply what it is told to: after how long it is seen to again, or an error."""

    says: dict[str, Any]
    seen: list[str] = field(default_factory=list)

    def send(self, waiting: ReplyWaiting) -> timedelta | None:
        self.seen.append(waiting.reply_id)
        found: timedelta | Exception | None = self.says.get(waiting.reply_id)
        if isinstance(found, Exception):
            raise found
        return found


@dataclass
class Queue:
    postponed: dict[str, int] = field(default_factory=dict)
    fails: bool = False

    def postpone(self, receipt: str, seconds: int) -> None:
        if self.fails:
            raise EndpointConnectionError(endpoint_url="https://sqs.invalid")
        self.postponed[receipt] = seconds


def message(name: str, conversation: str, received: int = 1) -> dict[str, Any]:
    return {
        "messageId": name,
        "receiptHandle": f"receipt of {name}",
        "body": f'{{"identity": "telegram:1:2", "reply_id": "{name}"}}',
        "attributes": {"MessageGroupId": conversation, "ApproximateReceiveCount": str(received)},
    }


def worked(
    messages: Iterable[dict[str, Any]], says: dict[str, Any], queue: Queue | None = None, left: int = 99
) -> tuple[list[str], list[str], Queue]:
    """Return what is to come again, what was seen to, and the queue; `left` is for how many there is time."""
    sender, used = Senders(says), queue or Queue()
    answer = work(
        messages,
        cast("Sender", sender),
        cast("Replies", used),
        time_is_left=lambda: len(sender.seen) < left,
    )
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]], sender.seen, used


BATCH = [message("a1", "a"), message("b1", "b"), message("a2", "a"), message("b2", "b"), message("a3", "a")]


def test_what_is_done_with_does_not_come_again() -> None:
    assert worked(BATCH, {}) == ([], ["a1", "b1", "a2", "b2", "a3"], Queue())


def test_what_waits_stops_its_conversation_and_no_other() -> None:
    again, seen, queue = worked(BATCH, {"a1": 90.2 * SECOND})
    assert again == ["a1", "a2", "a3"]
    assert seen == ["a1", "b1", "b2"]
    assert queue.postponed == dict.fromkeys(["receipt of a1", "receipt of a2", "receipt of a3"], 91)


def test_an_error_stops_its_conversation_for_longer_each_time() -> None:
    pauses = []
    for received in (1, 2, 3, 50):
        again, _, queue = worked([message("a1", "a", received), *BATCH[1:]], {"a1": ValueError("no")})
        assert again == ["a1", "a2", "a3"]
        pauses.append(queue.postponed["receipt of a1"])
    assert pauses == [40, 80, 160, 900]


def test_what_there_is_no_time_for_comes_again_at_once_and_in_order() -> None:
    again, seen, queue = worked(BATCH, {}, left=2)
    assert (again, seen) == (["a2", "b2", "a3"], ["a1", "b1"])
    assert set(queue.postponed.values()) == {1}


def test_what_cannot_be_hidden_comes_again_all_the_same() -> None:
    again, _, _ = worked(BATCH, {"b1": SECOND}, Queue(fails=True))
    assert again == ["b1", "b2"]


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"identity": "telegram:1:2"}'])
def test_a_message_that_nobody_can_read_stops_its_conversation_alone(body: str) -> None:
    again, seen, _ = worked([message("a1", "a") | {"body": body}, *BATCH[1:]], {})
    assert (again, seen) == (["a1", "a2", "a3"], ["b1", "b2"])


def test_the_queue_names_conversations_and_takes_each_asking_once() -> None:
    sent: list[dict[str, Any]] = []

    class Client:
        def send_message(self, **said: Any) -> None:
            sent.append(said)

        def change_message_visibility(self, **said: Any) -> None:
            sent.append(said)

    queue = Replies(cast("Any", Client()), "https://sqs.invalid/replies.fifo")
    conversation = Key("identity#telegram:1:2", "conversation#telegram#direct")
    queue.ask(ReplyWaiting("telegram:1:2", "rpl_1"), conversation=conversation)
    queue.ask(ReplyWaiting("telegram:1:2", "rpl_1"), conversation=conversation, number=3)
    queue.ask(ReplyWaiting("telegram:1:2", "rpl_2"), conversation=Key(conversation.pk, "conversation#telegram#other"))
    assert [each["MessageDeduplicationId"] for each in sent] == ["rpl_1", "rpl_1-3", "rpl_2"]
    groups = [each["MessageGroupId"] for each in sent]
    assert groups[0] == groups[1] != groups[2]
    assert not any("telegram" in group for group in groups)
    queue.postpone("receipt", 10**6)
    assert sent[-1]["VisibilityTimeout"] < 12 * 3600
