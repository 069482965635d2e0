"""What holds for every platform that is polled: what a poll brings is kept as what a webhook brings."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from services.webhooks.door import Door
from shared import aws, platforms
from shared.models import Delivery, Ignored
from shared.store import journal, keys
from shared.store.journal import Object, record
from tests.conftest import NOW
from tests.contract.conftest import Counter
from tests.contract.platforms import BROUGHT, EVERY, Sender, Signed

POLLED = [found for found in EVERY if platforms.poll(found.name)]
"""Some of them call us as well."""

every_polled = pytest.mark.parametrize("platform", POLLED, ids=lambda found: found.name)
brought_alone = pytest.mark.parametrize(
    "platform", [found for found in POLLED if found in BROUGHT], ids=lambda found: found.name
)
"""What those that call us are asked among all that do (`test_every_platform.py`)."""


def brought(platform: Sender, name: str) -> bytes:
    return platform.written(platform.sample(name))


def delivered(platform: Sender, name: str) -> Delivery:
    return Delivery(platform.name, platform.sender.ACCOUNT, brought(platform, name), {}, NOW, "poll-1")


def kept(platform: Sender, body: bytes) -> Any:
    delivery = Delivery(platform.name, platform.sender.ACCOUNT, body, {}, NOW, "poll-1")
    item = record(delivery, platforms.load(platform.name))
    assert not isinstance(item, Object)
    return item


@brought_alone
def test_nobody_gets_in_by_a_secret_that_somebody_kept_for_it(
    counter: Counter, platform: Sender, door_app: Any
) -> None:
    door: Door = door_app._door
    document = {f"{platform.name}/{platform.sender.ACCOUNT}": {"signing": ["a secret"], "handshake": ["a secret"]}}
    aws.client("secretsmanager").put_secret_value(SecretId="secrets", SecretString=orjson.dumps(document).decode())
    door.secrets.refresh()
    for headers in ({}, {"authorization": "Bearer a secret"}, {"x-signature": "a secret"}):
        assert counter.post(platform.path, Signed(headers, platform.sample("text"))) == 401
    assert counter.get(platform.path, {})["statusCode"] in (400, 401)
    assert counter.kept() == []


@every_polled
def test_its_port_is_whole(platform: Sender) -> None:
    port = platforms.poll(platform.name)
    assert port
    assert timedelta(minutes=1) <= port.every <= timedelta(days=1)


@every_polled
def test_each_sample_is_at_most_one_item_with_its_bytes(platform: Sender) -> None:
    for name in platform.samples():
        item = kept(platform, brought(platform, name))
        is_event = item["sk"]["S"].startswith(keys.EVENT_PREFIX)
        delivery = journal.entry(item).delivery if is_event else journal.delivery(item)
        assert delivery.body == brought(platform, name), name
    assert kept(platform, brought(platform, "text"))["sk"]["S"].startswith(keys.EVENT_PREFIX)
    assert orjson.loads(kept(platform, brought(platform, "unknown_kind"))["outcomes"]["S"]).keys() == {"ignored"}


@every_polled
@pytest.mark.parametrize("bytes_", [None, b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"a": NaN}', b"1" * 5000])
def test_what_cannot_be_read_is_open_work_with_its_bytes(platform: Sender, bytes_: bytes | None) -> None:
    body = brought(platform, "unreadable") if bytes_ is None else bytes_
    item = kept(platform, body)
    assert item["open"]["S"].startswith("delivery#")
    assert journal.delivery(item).body == body


@brought_alone
def test_no_two_kinds_of_event_share_a_key(platform: Sender) -> None:
    kinds: dict[keys.Key, set[str]] = {}
    for name in set(platform.samples()) - {"unreadable"}:
        for event in platforms.load(platform.name).normalise(delivered(platform, name)):
            if not isinstance(event, Ignored):
                kinds.setdefault(keys.event(event), set()).add(event.kind)
    assert kinds
    assert {key: found for key, found in kinds.items() if len(found) > 1} == {}
