"""Filling a gap by command: what is looked at, what is kept, and that nothing is there twice."""

from collections import Counter
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import orjson
import pytest

from infra import backfill
from infra.backfill import Backfill
from shared.accounts import Account, AccountThing
from shared.errors import ConfigurationError, InvalidParameter
from shared.models import Delivery
from shared.platforms import load
from shared.playbook import parse
from shared.ports import Gap
from shared.secrets import ApiToken
from shared.store import journal
from shared.store.journal import Bucket, Journal, record
from shared.store.playbooks import publish
from shared.store.table import Item, Table
from tests.apis.meta import PAGE, TOKEN, Meta
from tests.apis.server import serving
from tests.apis.x import BEARER, X
from tests.conftest import NOW, TABLE
from tests.template import ROOT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
GAP = Gap(NOW - 50 * HOUR, NOW - 47 * HOUR)
SHOP = Account(platform="meta", account="shop", things=(AccountThing(kind="page", id=PAGE),))
PERSON = "7000000000000001"
EXAMPLE = (ROOT / "infra" / "playbook.example.toml").read_text()


def history(*messages: tuple[str, datetime], updated: datetime = NOW - HOUR) -> Meta:
    listed = [
        {
            "id": mid,
            "created_time": f"{at:%Y-%m-%dT%H:%M:%S+0000}",
            "from": {"id": PERSON},
            "to": {"data": [{"id": PAGE}]},
            "message": f"text of {mid}",
        }
        for mid, at in messages
    ]
    talks = [{"id": "t_1", "updated_time": f"{updated:%Y-%m-%dT%H:%M:%S+0000}"}]
    return Meta({f"{PAGE}/conversations?platform=messenger": talks, "t_1/messages": listed}, page_size=10)


def by_webhook(journalled: Journal, mid: str, at: datetime) -> None:
    item = {
        "sender": {"id": PERSON},
        "recipient": {"id": PAGE},
        "timestamp": round(at.timestamp() * 1000),
        "message": {"mid": mid, "text": f"text of {mid}"},
    }
    body = orjson.dumps({"object": "page", "entry": [{"id": PAGE, "time": 0, "messaging": [item]}]})
    assert journalled.keep(record(Delivery("meta", "shop", body, {}, NOW, mid), load("meta"))) == "event"


@pytest.fixture
def journalled(table: Table) -> Journal:
    boto3.client("s3").create_bucket(Bucket="deliveries", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return Journal(table, Bucket(boto3.client("s3"), "deliveries"))


def run(api: Any, table: Table, journalled: Journal, *, do: bool, gap: Gap = GAP) -> tuple[Counter[str], str, bool]:
    account, token = (SHOP, TOKEN) if isinstance(api, Meta) else (Account(platform="x", account="2244994945"), BEARER)
    with serving(api) as pool:
        return Backfill(account, ApiToken(token=token), gap, table, journalled, pool, NOW).run(do=do)


def kept(dynamodb: "DynamoDBClient") -> list[Item]:
    return [dict(item) for item in dynamodb.scan(TableName=TABLE)["Items"]]


def test_what_is_missing_is_journalled_as_at_the_door_and_what_is_there_is_left_alone(
    table: Table, journalled: Journal, dynamodb: "DynamoDBClient"
) -> None:
    at = GAP.since + HOUR
    by_webhook(journalled, "m_there", at + timedelta(milliseconds=417))
    before = kept(dynamodb)
    api = history(("m_missing", at + SECOND), ("m_there", at))
    assert run(api, table, journalled, do=False) == ({"there already": 1, "missing": 1}, "", True)
    assert kept(dynamodb) == before, "looking changes nothing"
    assert run(api, table, journalled, do=True) == ({"there already": 1, "event": 1}, "", True)
    (new,) = [item for item in kept(dynamodb) if item not in before]
    entry = journal.entry(new)
    brought = entry.delivery
    assert (entry.event.external_id, brought.platform, brought.account) == ("m_missing", "meta", "shop")
    assert entry.event.occurred_at == at + SECOND
    assert orjson.loads(brought.body)["entry"][0]["messaging"][0]["message"]["mid"] == "m_missing"
    assert new["ledger"]["S"].startswith("meta/shop#2026-11-22#")


def test_done_again_it_finds_everything_there(table: Table, journalled: Journal, dynamodb: "DynamoDBClient") -> None:
    api = history(*((f"m_{number}", GAP.since + number * SECOND) for number in range(5)))
    assert run(api, table, journalled, do=True)[0] == {"event": 5}
    before = kept(dynamodb)
    assert run(api, table, journalled, do=True)[0] == {"there already": 5}
    assert kept(dynamodb) == before


def test_a_run_that_was_broken_off_is_finished_by_another(table: Table, journalled: Journal) -> None:
    api = history(*((f"m_{number}", GAP.since + number * SECOND) for number in range(3)))
    api.gives_up_after = 1
    found, sentence, done = run(api, table, journalled, do=True)
    assert (found, done) == ({}, False)
    assert "asking again goes on" in sentence
    api.gives_up_after, api.asked = None, []
    assert run(api, table, journalled, do=True) == ({"event": 3}, "", True)


def test_what_x_sends_again_is_only_asked_for_when_it_is_to_be_done(table: Table, journalled: Journal) -> None:
    api, gap = X(), Gap(NOW - 3 * HOUR, NOW - HOUR)
    found, sentence, done = run(api, table, journalled, do=False, gap=gap)
    assert (found, done, api.replays) == ({}, True, [])
    assert "with --do, this would be asked" in sentence
    assert BEARER not in sentence
    found, sentence, done = run(api, table, journalled, do=True, gap=gap)
    assert (found, done) == ({}, True)
    assert api.replays == [(gap.since, gap.until)]


def test_a_platform_that_cannot_be_asked_says_so(table: Table, journalled: Journal) -> None:
    account = Account(platform="standard_webhooks", account="shop_app")
    with serving(X()) as pool, pytest.raises(ConfigurationError, match="cannot be asked"):
        Backfill(account, ApiToken(token="t"), GAP, table, journalled, pool, NOW).run(do=True)


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("yesterday", "2026-11-22T10:00Z", "since"),
        ("2026-11-22T10:00", "2026-11-22T11:00Z", "since"),
        ("2026-11-22T10:00Z", "", "until"),
        ("2026-11-22T10:00Z", "2026-11-22T10:00Z", "until"),
        ("2026-11-22T10:00Z", "2026-11-22T09:00Z", "until"),
        ("2026-11-22T10:00Z", "2026-11-22T12:01Z", "until"),
    ],
)
def test_a_span_that_is_none_is_refused_with_the_field_at_fault(since: str, until: str, field: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        backfill.gap(since, until, now=NOW)
    assert refused.value.field == field


def test_a_span_is_read_in_any_time_zone() -> None:
    assert backfill.gap("2026-11-22T09:00+01:00", "2026-11-22T12:00Z", now=NOW) == Gap(NOW - 4 * HOUR, NOW)


def test_an_account_or_a_token_that_is_not_there_is_named() -> None:
    playbook = parse(EXAMPLE)
    assert backfill.account(playbook, "telegram/tienda_bot").account == "tienda_bot"
    with pytest.raises(ConfigurationError, match="has no account meta/other; it has: telegram/tienda_bot, meta/tienda"):
        backfill.account(playbook, "meta/other")
    with pytest.raises(ConfigurationError, match="no API token for meta/tienda"):
        backfill.token({}, "meta/tienda")


def test_the_command_finds_everything_by_the_stack_and_tells_what_it_found(
    table: Table, journalled: Journal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(
        table, parse(EXAMPLE.replace('account = "tienda"\n', 'account = "shop"\n').replace("100000000000001", PAGE))
    )
    tokens = {"meta/shop": {"token": TOKEN}}
    boto3.client("secretsmanager").create_secret(Name="tokens", SecretString=orjson.dumps(tokens).decode())
    outputs = {"TableName": TABLE, "ApiTokensId": "tokens", "DeliveryBucketName": "deliveries"}
    described = {"Stacks": [{"Outputs": [{"OutputKey": name, "OutputValue": said} for name, said in outputs.items()]}]}
    own = backfill._client
    stacks = SimpleNamespace(describe_stacks=lambda StackName: {"shop": described}[StackName])  # noqa: N803
    monkeypatch.setattr(backfill, "_client", lambda service: stacks if service == "cloudformation" else own(service))
    now = datetime.now(NOW.tzinfo)
    since, until = now - 50 * HOUR, now - 47 * HOUR
    arguments = ["meta/shop", "--since", since.isoformat(), "--until", until.isoformat(), "--stack", "shop", "--do"]
    monkeypatch.setattr("sys.argv", ["backfill", *arguments])
    api = history(("m_1", since + HOUR), updated=now)
    api.edges = {**api.edges, f"{PAGE}/conversations?platform=instagram": []}
    with serving(api) as pool:
        monkeypatch.setattr("shared.calling.over_tls", lambda: pool)
        with pytest.raises(SystemExit) as ended:
            backfill.main()
    said = capsys.readouterr().out
    assert ended.value.code == 1, "not all of the account can be had"
    assert "     1 event\n" in said
    assert "WhatsApp has no history" in said


def test_the_command_says_what_is_wrong_and_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["backfill", "meta/shop", "--since", "now", "--until", "later"])
    with pytest.raises(SystemExit, match="nothing was done: since: is no instant"):
        backfill.main()
