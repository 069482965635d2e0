"""A mail in the bucket: told of in one call at the door, read by whoever expands deliveries, and never lost."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson
import pytest

from services.watch.rounds import drive_due_work
from services.webhooks.outside import Outside
from shared.errors import PlatformUnreachable, SignatureError, UnreadableDelivery
from shared.ledger import Outcomes
from shared.models import Delivery, Message
from shared.platforms import load
from shared.repair.replay import replay
from shared.store import journal, keys
from shared.store.elsewhere import whole
from shared.store.ledger import Span, balance_of
from shared.store.table import Item
from tests.conftest import NOW
from tests.shared.platforms.ses import sender
from tests.shared.platforms.ses.cases import SAMPLES
from tests.shared.platforms.ses.letters import mail
from tests.world import World

KEY = "mail/0123456789"
SES = load("ses")


class Post(World):
    """A world in which SES has a topic of ours; `asked` are the URLs that the door asked SNS for."""

    def __init__(self, *, answers: Mapping[str, bytes] | None = None) -> None:
        super().__init__({f"ses/{sender.ACCOUNT}": {"signing": list(sender.SECRETS)}})
        self.asked: list[str] = []
        self.answers = {url: pem.encode() for url, pem in sender.certificates().items()} if answers is None else answers
        self.outside = Outside(self._get)

    def _get(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.answers:
            raise PlatformUnreachable("nobody there")
        return self.answers[url]

    def bring(self, sample: bytes) -> object:
        body = sender.enclose(sample, sender.SECRETS[0], self.clock)
        self.calls.clear()
        return self.deliver(platform="ses", account=sender.ACCOUNT, headers={}, body=body)

    def put(self, raw: bytes, *, name: str = KEY, bucket: str = "mail") -> None:
        self.cloud.client("s3").put_object(Bucket=bucket, Key=name, Body=raw)

    def messages(self) -> list[str]:
        found = [item for item in self.scan() if item["sk"]["S"].startswith(keys.EVENT_PREFIX)]
        return [event.text for item in found if isinstance(event := journal.entry(item).event, Message)]

    def delivery(self) -> Item:
        (found,) = (item for item in self.scan() if item["sk"]["S"] == keys.DELIVERY)
        return found

    def outcomes(self) -> Outcomes:
        return Outcomes.model_validate_json(self.delivery()["outcomes"]["S"])

    def try_again(self) -> None:
        self.clock += timedelta(hours=2)
        drive_due_work(self.projector(), time_is_left=lambda: True)
        self.settle()


def in_bucket(**action: Any) -> bytes:
    body = orjson.loads(SAMPLES["in_the_bucket"])
    told = orjson.loads(body["Message"])
    told["receipt"]["action"] |= action
    return orjson.dumps(body | {"Message": orjson.dumps(told).decode()})


def test_the_door_keeps_what_is_told_whole_in_one_call_and_the_projector_reads_the_mail() -> None:
    post = Post()
    post.put(mail("¿Y mi pedido?"))
    assert post.bring(SAMPLES["in_the_bucket"]) == "delivery"
    assert [name for name, _ in post.calls if name != "GetSecretValue"] == ["PutItem"]
    post.settle()
    assert post.messages() == ["¿Y mi pedido?"]
    assert post.outcomes() == Outcomes(journalled=1)
    assert "open" not in post.delivery()


def test_a_mail_that_is_not_there_yet_is_read_when_it_is() -> None:
    post = Post()
    post.bring(SAMPLES["in_the_bucket"])
    post.settle()
    assert post.messages() == []
    assert post.outcomes().unreadable == {"ses: what it tells of is not there, or we may not read it": 1}
    post.try_again()
    assert post.messages() == []
    post.put(mail("Por fin"))
    post.try_again()
    assert post.messages() == ["Por fin"]
    assert post.outcomes() == Outcomes(journalled=1)


@pytest.mark.parametrize("bucket", ["deliveries", "somebody-elses", "mail2", ""])
def test_no_other_bucket_is_ever_read(bucket: str) -> None:
    post = Post()
    post.put(mail("No es tuyo"), bucket="deliveries")
    post.bring(in_bucket(bucketName=bucket))
    post.settle()
    assert post.messages() == []
    assert sum(post.outcomes().unreadable.values()) == 1
    assert not [arguments for name, arguments in post.calls if name == "GetObject"]


def test_when_s3_does_not_answer_it_is_tried_again_and_nothing_is_lost() -> None:
    post = Post()
    post._refused = {"GetObject": {1, 2, 3}}
    post.put(mail("Hola"))
    post.bring(SAMPLES["in_the_bucket"])
    post.settle()
    assert post.messages() == ["Hola"]


def test_the_balance_counts_a_mail_wherever_it_lies() -> None:
    post = Post()
    span = Span("ses", sender.ACCOUNT, NOW - timedelta(days=1), NOW + timedelta(days=1))
    post.bring(SAMPLES["in_the_bucket"])
    assert balance_of(span, table=post.table, bucket=post.bucket).pending["projector"].units == 1
    post.settle()
    pending = balance_of(span, table=post.table, bucket=post.bucket)
    assert (pending.received, pending.pending["reader"].units, pending.balances) == (1, 1, True)
    post.put(mail("Hola"))
    post.try_again()
    read = balance_of(span, table=post.table, bucket=post.bucket)
    assert (read.received, read.journalled, read.pending, read.balances) == (1, 1, {}, True)


def test_replaying_reads_the_mail_again_and_finds_no_difference() -> None:
    post = Post()
    post.put(mail("Hola"))
    post.bring(SAMPLES["in_the_bucket"])
    post.settle()
    before = post.scan()
    span = Span("ses", sender.ACCOUNT, NOW - timedelta(days=1), NOW + timedelta(days=1))
    found = replay(
        span, table=post.table, bucket=post.bucket, playbook=post.projector().playbook, now=post.now, do=True
    )
    assert list(found) == []
    assert post.scan() == before


def test_what_lies_nowhere_else_is_left_as_it_is() -> None:
    delivery = Delivery("ses", "correo", SAMPLES["text"], {}, NOW)
    assert whole(delivery, SES, None) is delivery
    with pytest.raises(UnreadableDelivery):
        whole(Delivery("ses", "correo", SAMPLES["in_the_bucket"], {}, NOW), SES, None)


# ------------------------------------------------------------------------------------------------------------- the door


def test_without_the_certificate_nothing_is_kept_and_sns_is_to_come_again() -> None:
    post = Post(answers={})
    with pytest.raises(PlatformUnreachable):
        post.bring(SAMPLES["text"])
    assert post.messages() == []
    assert "PutItem" not in [name for name, _ in post.calls]


def test_nothing_is_fetched_for_a_topic_that_is_not_ours() -> None:
    post = Post()
    body = sender.enclose(SAMPLES["text"], "arn:aws:sns:eu-west-1:999999999999:ses-mail", post.clock)
    with pytest.raises(SignatureError):
        post.deliver(platform="ses", account=sender.ACCOUNT, headers={}, body=body)
    assert post.asked == []


def test_a_subscription_is_confirmed_before_it_is_acknowledged() -> None:
    url = orjson.loads(SAMPLES["subscription"])["SubscribeURL"]
    unreachable = Post()
    with pytest.raises(PlatformUnreachable):
        unreachable.bring(SAMPLES["subscription"])
    assert url in unreachable.asked
    assert not [item for item in unreachable.scan() if item["sk"]["S"] == keys.DELIVERY]
    post = Post(answers={**unreachable.answers, url: b"<ConfirmSubscriptionResponse/>"})
    assert post.bring(SAMPLES["subscription"]) == "delivery"
    assert post.asked.count(url) == 1
    assert sum(post.outcomes().ignored.values()) == 1


def test_nothing_is_visited_for_whoever_has_no_proof() -> None:
    post = Post()
    body = sender.enclose(SAMPLES["subscription"], sender.SECRETS[0], post.clock)
    with pytest.raises(SignatureError):
        post.deliver(platform="ses", account=sender.ACCOUNT, headers={}, body=body.replace(b"2336412f", b"3336412f"))
    assert post.asked == [sender.CERTIFICATE_URL]
