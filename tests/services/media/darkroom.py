"""A customer's photograph at Telegram, the queue that says so, and who copies it: one process's worth at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from services.media.batch import work
from services.media.copying import Copier
from services.media.waking import wake
from shared.media.copies import Copy
from shared.media.scanning import NoScanner, Scanner
from shared.media.types import TypeCheck, check
from shared.models import Delivery, Ignored
from shared.platforms import load
from shared.playbook import Playbook, parse
from shared.queues import Media, waiting_file
from shared.secrets import ApiToken
from shared.store import keys, media
from shared.store.elsewhere import Elsewhere, whole
from shared.store.journal import delivery_item, expanded_item, record
from shared.store.keys import Key
from shared.store.media import MediaBucket
from shared.store.table import Item, Table, key_of
from tests.conftest import NOW, TABLE
from tests.double import Cloud
from tests.template import ROOT, table_definition

PLAYBOOK: Playbook = parse((ROOT / "infra" / "playbook.example.toml").read_text())
SAMPLES = ROOT / "tests" / "shared" / "platforms"
BUCKET = "media"
MAIL = "mail"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"a photograph" * 100
ACCOUNT = "tienda_bot"

type Handler = Callable[[httpx.Request], httpx.Response]


class Telegram:
    """Telegram's API with one file; `said` are answers that are given first. `asked` are the paths, without tokens."""

    def __init__(self) -> None:
        self.file: bytes | None = JPEG
        self.said: list[httpx.Response | Exception] = []
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == "api.telegram.org"
        self.asked.append(request.url.path.rpartition("/")[2])
        if self.said:
            said = self.said.pop(0)
            if isinstance(said, Exception):
                raise said
            return said
        if self.file is None:
            return httpx.Response(400, json={"ok": False, "description": "Bad Request: wrong file_id"})
        if request.url.path.endswith("/getFile"):
            return httpx.Response(200, json={"ok": True, "result": {"file_path": "photos/file_1.jpg"}})
        return httpx.Response(200, content=self.file, headers={"content-type": "application/octet-stream"})


def delivery(platform: str = "telegram", sample: str = "photo_caption", account: str = ACCOUNT) -> Delivery:
    body = (SAMPLES / platform / "samples" / f"{sample}.json").read_bytes()
    return Delivery(platform, account, body, {}, NOW, "request-1")


@dataclass
class Darkroom:
    """`table`, `bucket` and `queue` stand on the double of AWS, whose hooks see every call."""

    cloud: Cloud = field(init=False)
    platform: Handler = field(default_factory=Telegram)
    tokens: dict[str, ApiToken] = field(default_factory=lambda: {f"telegram/{ACCOUNT}": ApiToken(token="4711:secret")})
    check: TypeCheck = check
    scanner: Scanner = field(default_factory=NoScanner)
    now: datetime = NOW
    playbook: Playbook = PLAYBOOK
    most_bytes: int = 1_000_000
    for_days: int = 0

    def __post_init__(self) -> None:
        self.cloud = Cloud(now=lambda: self.now)
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
        self.cloud.create_table(**table_definition(TABLE), StreamSpecification=stream)
        self.cloud.create_bucket(BUCKET)
        self.cloud.create_bucket(MAIL)
        self.url = self.cloud.create_queue("media", {"VisibilityTimeout": "720"})
        self.table = Table(self.cloud.client("dynamodb"), TABLE)
        self.bucket = MediaBucket(self.cloud.client("s3"), BUCKET)
        self.elsewhere = Elsewhere(self.cloud.client("s3"), {"ses": MAIL})
        self.queue = Media(self.cloud.client("sqs"), self.url)

    @property
    def telegram(self) -> Telegram:
        assert isinstance(self.platform, Telegram)
        return self.platform

    def copier(self) -> Copier:
        """Return a copier as a fresh process has it."""
        return Copier(
            table=self.table,
            bucket=self.bucket,
            elsewhere=self.elsewhere,
            playbook=lambda: self.playbook,
            tokens=lambda: self.tokens,
            client=httpx.Client(transport=httpx.MockTransport(self.platform)),
            check=self.check,
            scanner=self.scanner,
            now=lambda: self.now,
            most_bytes=self.most_bytes,
            for_days=self.for_days,
        )

    def journal(self, what: Delivery | None = None) -> Key:
        """Keep a delivery of one event, as the door does, and return the event's key."""
        what = what or delivery()
        item = record(what, load(what.platform))
        assert isinstance(item, dict)
        assert self.table.insert(item) is None
        return key_of(item)

    def expand(self, what: Delivery) -> Key:
        """Keep a delivery whose one event cannot be read without what lies elsewhere, as door and projector do."""
        kept = delivery_item(what)
        (event,) = load(what.platform).normalise(whole(what, load(what.platform), self.elsewhere))
        assert isinstance(kept, dict)
        assert not isinstance(event, Ignored)
        item = expanded_item(what, event)
        assert (self.table.insert(kept), self.table.insert(item)) == (None, None)
        return key_of(item)

    def stream(self) -> list[dict[str, Any]]:
        """Return what the function's filter lets through of the table's stream."""
        return [
            each
            for each in self.cloud.look().records(TABLE)
            if each["eventName"] == "INSERT" and "files" in each["dynamodb"]["NewImage"]
        ]

    def wake(self) -> list[str]:
        """Give the function all of the stream; return what is to be given again."""
        return [each["itemIdentifier"] for each in wake(self.stream(), self.queue)["batchItemFailures"]]

    def work(self) -> int:
        """Give the function what the queue gives out now, and take off what it was done with; return how many it was
        given."""
        sqs = self.cloud.client("sqs")
        found = sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["ApproximateReceiveCount"]
        ).get("Messages", [])
        records = [as_lambda_has_it(each) for each in found]
        failed = {each["itemIdentifier"] for each in work(records, self.copier(), self.queue)["batchItemFailures"]}
        for each in found:
            if each["MessageId"] not in failed:
                sqs.delete_message(QueueUrl=self.url, ReceiptHandle=each["ReceiptHandle"])
        return len(found)

    def later(self, by: timedelta = timedelta(minutes=13)) -> None:
        self.now += by

    def settle(self) -> None:
        """Work until the queue is empty, however long that takes."""
        for _ in range(300):
            if not self.waiting():
                return
            self.work()
            self.later(timedelta(minutes=16))
        raise AssertionError("it has no end")

    def waiting(self) -> list[int]:
        """Return the numbers of the attachments that wait on the queue."""
        return [waiting_file(each.body).number for each in self.cloud.look().messages(self.url)]

    def copy(self, event: Key, number: int = 0) -> Copy | None:
        key = keys.media(event, number)
        found = [item for item in self.rows() if key_of(item) == key]
        return media.read(found[0]) if found else None

    def rows(self) -> list[Item]:
        return [item for item in self.cloud.look().items(TABLE) if item["sk"]["S"].startswith(keys.MEDIA_PREFIX)]

    def objects(self) -> dict[str, bytes]:
        return {name: found.body for name, found in self.cloud.look().objects(BUCKET).items()}


def as_lambda_has_it(message: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "eventSource": "aws:sqs",
    }
