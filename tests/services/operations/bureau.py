"""An office over a small Mostrador: deliveries come in and are projected, and it is asked as the gateway asks."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from mangum import Mangum

from services.operations.office import Office
from services.operations.routes import api
from shared import platforms, queues
from shared.channels import Facts, judge
from shared.headers import Headers
from shared.http.problems import MEDIA_TYPE
from shared.models import Delivery
from shared.playbook import parse
from shared.projection.projector import Projector
from shared.queues import Departments
from shared.store import health, journal
from shared.store.journal import Bucket, Journal, record
from shared.store.keys import Key
from shared.store.playbooks import CurrentPlaybook, publish
from shared.store.table import Item, Table, key_of
from tests.conftest import NOW, TABLE
from tests.services.customer360.counter import Answer, called
from tests.template import ROOT

PLAYBOOK = parse((ROOT / "infra" / "playbook.example.toml").read_text())
EVERYTHING = {"scope": "openid operations/read"}
BUCKET = "deliveries"
SHOP = "platform=telegram&account=tienda_bot"

OWN = ("spill", "left_behind")
DEPARTMENTS = ("billing", "delivery_and_orders", "technical", "care")


class Bureau:
    """The table, the bucket and the queues, the projector behind them, and the service in front."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        """`client` makes clients, as boto3 does, of an AWS with the template's table in it."""
        self.client = client
        self.table = table = Table(client("dynamodb"), TABLE)
        s3 = client("s3")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        self.bucket = Bucket(s3, BUCKET)
        self.sqs = client("sqs")
        self.urls = {name: (self._queue(name), self._queue(f"{name}-dead-letters")) for name in OWN} | {
            name: (self._fifo(name), self._fifo(f"{name}-dead-letters")) for name in DEPARTMENTS
        }
        self.journal = Journal(table, self.bucket)
        self.requests = 0

    def _queue(self, name: str) -> str:
        return str(self.sqs.create_queue(QueueName=name)["QueueUrl"])

    def _fifo(self, name: str) -> str:
        return str(self.sqs.create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"])

    @property
    def every_queue(self) -> dict[str, tuple[str, str]]:
        """All queues, by name, that of the replies with them."""
        return self.urls | {"replies": (self._fifo("replies"), self._fifo("replies-dead-letters"))}

    @property
    def office(self) -> Office:
        return Office(
            self.table, self.bucket, queues.queues(self.sqs, self.urls), CurrentPlaybook(self.table), lambda: NOW
        )

    @property
    def departments(self) -> dict[str, str]:
        return {name: self.urls[name][0] for name in DEPARTMENTS}

    def projector(self, now: datetime = NOW) -> Projector:
        departments = Departments(self.sqs, self.departments)
        return Projector(self.table, self.bucket, departments, CurrentPlaybook(self.table), lambda: now, version="7")

    def hear(self, sample: str, *, at: datetime = NOW, platform: str = "telegram", account: str = "tienda_bot") -> Item:
        """Take a sample in at the door, let the projector do its work, and return its item."""
        item = self.keep(self.delivery(sample, at=at, platform=platform, account=account))
        self.projector(at).project([item])
        return item

    def delivery(self, sample: str, *, at: datetime, platform: str, account: str) -> Delivery:
        self.requests += 1
        body = (ROOT / "tests" / "shared" / "platforms" / platform / "samples" / f"{sample}.json").read_bytes()
        return Delivery(platform, account, body, Headers({}), at, f"request-{self.requests}")

    def keep(self, delivery: Delivery) -> Item:
        item = record(delivery, platforms.load(delivery.platform))
        self.journal.keep(item)
        return item if isinstance(item, dict) else journal.object_item(item)

    def repeat(self, sample: str, *, at: datetime) -> None:
        self.keep(self.delivery(sample, at=at, platform="telegram", account="tienda_bot"))

    def set_aside(self, item: Item, *, attempts: int, at: datetime) -> Key:
        """Let the projector have failed at an item so often."""
        self.projector(at).postpone(key_of(item), kind="unprojected", attempts=attempts - 1)
        return key_of(item)

    def judged(self, name: str, **facts: Any) -> None:
        (account,) = (found for found in PLAYBOOK.accounts if found.name == name)
        found = judge(name, Facts(known_since=NOW - timedelta(days=3), **facts), before=None, now=NOW)
        health.keep(self.table, account, found, before=None)

    def ask(self, path: str, query: str = "", *, claims: object = EVERYTHING, method: str = "GET") -> Answer:
        """Call the service as Lambda does."""
        adapter = Mangum(api(self.office), lifespan="off", text_mime_types=["application/json", MEDIA_TYPE])
        answer = adapter(cast("Any", called(path, query, claims=claims, method=method)), cast("Any", None))
        headers: Mapping[str, str] = answer["headers"]
        return Answer(answer["statusCode"], headers, answer["body"])


def with_a_story(bureau: Bureau) -> Bureau:
    """Return an office after a day on which most things have happened."""

    publish(bureau.table, PLAYBOOK)

    def ago(**passed: float) -> datetime:
        return NOW - timedelta(**passed)

    bureau.hear("text", at=ago(hours=20))
    bureau.repeat("text", at=ago(hours=19))
    bureau.hear("service", at=ago(hours=5))
    bureau.hear("unreadable", at=ago(hours=3))
    photo = bureau.hear("photo_caption", at=ago(hours=2))
    bureau.set_aside(photo, attempts=4, at=ago(minutes=5))
    bureau.hear("text", platform="x", account="2244000001", at=ago(days=9))
    bureau.sqs.send_message(
        QueueUrl=bureau.urls["billing"][1], MessageBody="{}", MessageGroupId="cus_1", MessageDeduplicationId="esc_1"
    )
    bureau.sqs.send_message(QueueUrl=bureau.urls["spill"][0], MessageBody="{}")
    bureau.judged("telegram/tienda_bot", last_delivery=ago(hours=2), subscription="active")
    bureau.judged(
        "x/2244000001",
        last_delivery=ago(days=9),
        subscription="inactive",
        subscription_since=ago(hours=6),
        subscription_says="the webhook was disabled; enable it again",
    )
    return bureau
