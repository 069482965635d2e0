"""After a fix: all that is stuck is done, no dead letter is lost whatever dies when, and a refusal is a decision."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import orjson
import pytest

from shared.errors import InvalidParameter, NotFound
from shared.ledger import Outcomes
from shared.queues import Queue
from shared.repair.dead import stuck
from shared.repair.difference import digest
from shared.repair.redrive import Driven, Moved, Refusal, move_back, project_again, refuse
from shared.store import keys
from shared.store.ledger import balance_of
from tests.conftest import NOW
from tests.double import Answer, Arguments, Cloud
from tests.shared.repair.house import SPAN, House, as_written, said

STRANGE = {"kind": "message", "text": "a shape that is yet to come"}


def mended(value: dict[str, Any]) -> list[Any]:
    return [said(7, "read at last", "eva")] if value == STRANGE else as_written(value)


# --------------------------------------------------------------------------------------------- what is stuck, again


def again(house: House, *, do: bool) -> tuple[list[Driven], list[Exception]]:
    failed: list[Exception] = []
    return list(project_again(house.projector(), do=do, failed=failed.append)), failed


def test_a_dry_run_names_what_there_is_and_changes_nothing(house: House) -> None:
    delivery = house.take(said(1), STRANGE)
    house.read = mended
    before = house.items()
    key = keys.delivery(keys.delivery_id(delivery))
    assert again(house, do=False) == ([Driven(digest(key), "unreadable", None)], [])
    assert house.items() == before


def test_after_the_fix_all_is_read_at_once_although_nothing_is_due(house: House) -> None:
    house.take(said(1), STRANGE)
    house.projector().postpone(keys.event(said(1)), kind="unprojected", attempts=9)
    house.read = mended
    found, failed = again(house, do=True)
    assert sorted(each.kind for each in found if each.settled) == ["unprojected", "unreadable"]
    assert failed == []
    assert keys.event(said(7, person="eva")) in house.items()
    assert stuck(house.table, now=NOW, most=9) == ([], False)
    assert again(house, do=True) == ([], [])


def test_without_a_fix_it_stays_listed_and_that_is_said(house: House) -> None:
    house.take(said(1), STRANGE)
    found, failed = again(house, do=True)
    assert [each.settled for each in found] == [False]
    assert failed == []
    assert [each.attempts for each in stuck(house.table, now=NOW, most=9)[0]] == [2]


def test_an_item_that_fails_holds_up_no_other(house: House) -> None:
    for number, person in enumerate(("ana", "bea", "eva")):
        house.take(said(number, person=person))
        house.projector().postpone(keys.event(said(number, person=person)), kind="unprojected", attempts=0)
    house.table.set(keys.event(said(1, person="bea")), {"packed": {"B": b"\x01 not what was written"}})
    found, failed = again(house, do=True)
    assert sorted(str(each.settled) for each in found) == ["False", "True", "True"]
    assert len(failed) == 1
    assert [each.attempts for each in stuck(house.table, now=NOW, most=9)[0]] == [2]


def test_a_large_delivery_whose_announcement_was_lost_is_journalled(house: House) -> None:
    noise = Random(1).randbytes(500_000).hex()
    delivery = house.take(said(1), said(2), {"kind": "nothing", "noise": noise})
    key = keys.delivery(keys.delivery_id(delivery))
    assert balance_of(SPAN, table=house.table, bucket=house.bucket).pending["bucket"].units == 3
    assert again(house, do=False) == ([Driven(digest(key), "delivery", None)], [])
    assert key not in house.items()
    assert again(house, do=True) == ([Driven(digest(key), "delivery", True)], [])
    house.settle()
    assert balance_of(SPAN, table=house.table, bucket=house.bucket).journalled == 2
    assert again(house, do=True) == ([], [])


# ---------------------------------------------------------------------------------------------------- dead letters


class Death(BaseException):
    """The process dies: nothing in it can catch that."""


class Dying:
    """A hook that kills the process before or after its n-th call to SQS."""

    def __init__(self, number: int, *, after: bool) -> None:
        self._left = number
        self._after = after

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise Death

    def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None:
        if self._left == 0 and self._after:
            raise Death


class Post:
    """A queue with dead letters in a cloud whose clock is moved by hand."""

    def __init__(self, *, fifo: bool) -> None:
        self.now: datetime = NOW
        self.cloud = Cloud(now=lambda: self.now)
        kind = {"FifoQueue": "true", "DeduplicationScope": "messageGroup"} if fifo else {}
        ending = ".fifo" if fifo else ""
        self.dead = self.cloud.create_queue(f"dead{ending}", {"FifoQueue": "true"} if fifo else {})
        arn = f"arn:aws:sqs:eu-west-1:000000000000:dead{ending}"
        policy = orjson.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1}).decode()
        self.url = self.cloud.create_queue(
            f"queue{ending}", {**kind, "RedrivePolicy": policy, "VisibilityTimeout": "30"}
        )
        self.client = self.cloud.client("sqs")
        self.fifo = fifo

    @property
    def queue(self) -> Queue:
        return Queue(self.client, "billing", url=self.url, dead_letters_url=self.dead)

    def send(self, number: int, group: str = "cus_1") -> None:
        order = {"MessageGroupId": group, "MessageDeduplicationId": f"esc_{number}"} if self.fifo else {}
        attributes = {"colour": {"DataType": "String", "StringValue": f"{number}"}}
        self.client.send_message(
            QueueUrl=self.url, MessageBody=f'{{"number":{number}}}', MessageAttributes=attributes, **order
        )

    def die(self) -> None:
        """Let a consumer fail at everything, until all is given up."""
        for _ in range(30):
            while self.client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
                pass
            self.now += timedelta(seconds=31)
            if not self.held(self.url):
                return
        raise AssertionError("something did not die")

    def held(self, url: str) -> list[dict[str, Any]]:
        found = self.cloud._sqs.queues[url].messages.values()
        return [
            {"body": each.body, "group": each.group, "attributes": each.attributes, "id": each.deduplication}
            for each in found
        ]

    def numbers(self, url: str) -> list[int]:
        return [orjson.loads(each["body"])["number"] for each in self.held(url)]


@pytest.fixture(params=[False, True], ids=["standard", "fifo"])
def post(request: pytest.FixtureRequest) -> Post:
    return Post(fifo=request.param)


def test_dead_letters_are_counted_and_left_alone(post: Post) -> None:
    for number in range(3):
        post.send(number)
    post.die()
    assert move_back(post.queue, do=False) == Moved("billing", 3, 0)
    assert (post.numbers(post.url), post.numbers(post.dead)) == ([], [0, 1, 2])


def test_every_dead_letter_goes_back_as_it_was_and_in_order(post: Post) -> None:
    for number in range(25):
        post.send(number, group=f"cus_{number % 3}")
    before = {each["body"]: each for each in post.held(post.url)}
    post.die()
    assert len(post.numbers(post.dead)) == 25
    assert move_back(post.queue, do=True) == Moved("billing", 25, 25)
    assert post.numbers(post.dead) == []
    after = {each["body"]: each for each in post.held(post.url)}
    for body, each in after.items():
        assert (each["group"], each["attributes"]) == (before[body]["group"], before[body]["attributes"])
    for group in range(3):
        of_group = [number for number in post.numbers(post.url) if number % 3 == group]
        assert sorted(of_group) == list(range(group, 25, 3))
        assert of_group == sorted(of_group) or not post.fifo


def test_a_hand_off_that_died_young_is_no_duplicate_of_itself() -> None:
    """Within five minutes a FIFO queue drops what has an id that it has seen; deleting it then would lose it."""
    post = Post(fifo=True)
    post.send(1)
    post.die()
    assert post.now - NOW < timedelta(minutes=5)
    move_back(post.queue, do=True)
    assert post.numbers(post.url) == [1]


def test_what_dies_again_young_goes_back_again() -> None:
    post = Post(fifo=True)
    post.send(1)
    for _ in range(4):
        post.die()
        assert move_back(post.queue, do=True) == Moved("billing", 1, 1)
        assert post.numbers(post.url) == [1]
    assert post.now - NOW < timedelta(minutes=5)


def test_a_poison_message_does_not_go_round_for_ever(post: Post) -> None:
    """A consumer that fails as fast as letters come back: each goes back once."""
    for number in range(3):
        post.send(number)
    post.die()

    class Consumer:
        def before(self, service: str, operation: str, arguments: Arguments) -> None: ...
        def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None:
            if operation == "SendMessage":
                hooks, post.cloud.hooks = post.cloud.hooks, []
                for message in list(post.cloud._sqs.queues[post.url].messages.values()):
                    del post.cloud._sqs.queues[post.url].messages[message.id]
                    message.visible_at = post.now.timestamp()
                    post.cloud._sqs.queues[post.dead].messages[message.id] = message
                post.cloud.hooks = hooks

    post.cloud.hooks.append(Consumer())
    assert move_back(post.queue, do=True) == Moved("billing", 3, 3)
    assert sorted(post.numbers(post.dead)) == [0, 1, 2]


def test_dying_anywhere_doubles_at_most_and_never_loses(post: Post) -> None:
    """Every call of a whole run is died before and after; then the command is given again, a minute or ten later."""
    for number in range(4):
        post.send(number, group=f"cus_{number % 2}")
    post.die()
    start, at = post.cloud.snapshot(), post.now
    died = doubled = 0
    for later in (timedelta(seconds=61), timedelta(minutes=10)):
        for number in range(1, 40):
            for after in (False, True):
                post.cloud.restore(start)
                post.now = at
                hook = Dying(number, after=after)
                post.cloud.hooks[:] = [hook]
                try:
                    move_back(post.queue, do=True)
                except Death:
                    died += 1
                post.cloud.hooks.clear()
                post.now += later
                move_back(post.queue, do=True)
                back = post.numbers(post.url)
                assert set(back) == {0, 1, 2, 3}, (number, after)
                assert post.numbers(post.dead) == []
                assert len(back) <= 5, "one process died once: one message is there twice at most"
                doubled += len(back) - 4
                if post.fifo and later < timedelta(minutes=5):
                    assert len(back) == 4, "the same letter has the same id"
    assert died >= 2 * 2 * (2 + 1 + 2 * 4), "counting twice, receiving at least once, sending and deleting each"
    assert doubled > 0, "it was died between sending and deleting"


def test_what_somebody_else_holds_is_left_and_counted(post: Post) -> None:
    post.send(1)
    post.die()
    post.client.receive_message(QueueUrl=post.dead, VisibilityTimeout=60)
    assert move_back(post.queue, do=True) == Moved("billing", 1, 0)
    post.now += timedelta(seconds=61)
    assert move_back(post.queue, do=True) == Moved("billing", 1, 1)


# -------------------------------------------------------------------------------------------------------- refusing

DECIDED = Refusal("a test by the vendor", "night shift", NOW + timedelta(hours=1))


def name(house: House) -> str:
    (found,) = stuck(house.table, now=NOW, most=9)[0]
    return found.name


def test_a_refusal_is_a_decision_that_is_kept_with_the_bytes(house: House) -> None:
    delivery = house.take(said(1), STRANGE, {"kind": "call"})
    key = keys.delivery(keys.delivery_id(delivery))
    before = house.items()
    assert refuse(name(house), DECIDED, house.table, do=False) == 2
    assert house.items() == before
    assert refuse(name(house), DECIDED, house.table, do=True) == 2
    item = house.items()[key]
    assert Outcomes.model_validate_json(item["outcomes"]["S"]) == Outcomes(
        journalled=1, refused={"a test by the vendor": 2}
    )
    assert (item["refused_by"], item["refused_at"]) == ({"S": "night shift"}, {"S": keys.instant(DECIDED.at)})
    assert item["packed"] == before[key]["packed"]
    assert not item.keys() & {"open", "open_at", "attempts"}
    assert stuck(house.table, now=NOW, most=9) == ([], False)


def test_what_was_refused_is_accounted_for(house: House) -> None:
    house.take(said(1), STRANGE)
    refuse(name(house), DECIDED, house.table, do=True)
    found = balance_of(SPAN, table=house.table, bucket=house.bucket)
    assert found.balances
    assert (found.journalled, found.refused, found.pending) == (1, {"a test by the vendor": 1}, {})


def test_what_was_refused_is_read_by_a_replay_once_our_code_can(house: House) -> None:
    house.take(said(1), STRANGE)
    refuse(name(house), DECIDED, house.table, do=True)
    house.read = mended
    house.replay(do=True)
    assert keys.event(said(7, person="eva")) in house.items()
    assert balance_of(SPAN, table=house.table, bucket=house.bucket).journalled == 2


def test_what_was_read_meanwhile_is_not_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.take(said(1), STRANGE)
    wanted, change = name(house), type(house.table).change

    def late(*arguments: Any, **named: Any) -> bool:
        house.read = mended
        again(house, do=True)
        return change(*arguments, **named)

    monkeypatch.setattr(type(house.table), "change", late)
    with pytest.raises(NotFound, match="changed meanwhile"):
        refuse(wanted, DECIDED, house.table, do=True)
    assert balance_of(SPAN, table=house.table, bucket=house.bucket).refused == {}


def test_nobody_refuses_what_is_not_unreadable(house: House) -> None:
    house.take(said(1), said(2))
    house.projector().postpone(keys.event(said(1)), kind="unprojected", attempts=0)
    for wrong in (digest(keys.event(said(1))), "", "0123456789abcdef"):
        with pytest.raises(NotFound):
            refuse(wrong, DECIDED, house.table, do=True)


@pytest.mark.parametrize("field", ["reason", "author"])
@pytest.mark.parametrize("written", ["", " ", "a\nb", "\0", "a" * 201])
def test_a_refusal_has_a_reason_and_an_author(field: str, written: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        Refusal(**{"reason": "r", "author": "a", field: written}, at=NOW)
    assert refused.value.field == field
