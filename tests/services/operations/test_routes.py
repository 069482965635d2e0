"""What an operator meets: the truth about what is stored, refusals that say what to do, and nothing personal."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from shared import telemetry
from shared.http.problems import MEDIA_TYPE
from shared.models import Delivery
from shared.store import keys
from shared.store.playbooks import publish
from shared.store.table import Table, key_of
from tests.conftest import NOW
from tests.services.operations.bureau import PLAYBOOK, SHOP, Bureau, with_a_story

HOUR = timedelta(hours=1)
PATHS = [("/ledger", SHOP), ("/dead", ""), ("/channels", "")]


@pytest.fixture
def story(bureau: Bureau) -> Bureau:
    return with_a_story(bureau)


# ---------------------------------------------------------------------------------------------------------- ledger


def test_everything_that_came_is_in_exactly_one_place(story: Bureau) -> None:
    said = story.ask("/ledger", SHOP).json
    assert said["balances"] is True
    assert (said["deliveries"], said["received"]) == (5, 5)
    assert (said["journalled"], said["duplicate"], sum(said["ignored"].values())) == (2, 1, 1)
    assert said["pending"] == {"reader": {"units": 1, "since": "2026-11-22T09:00:00Z"}}
    assert (said["since"], said["until"]) == ("2026-11-21T12:00:00Z", "2026-11-22T12:00:00Z")
    assert said["spill"] == {"queue": "spill", "waiting": 1, "in_flight": 0, "dead_letters": 0}


def test_a_unit_that_is_nowhere_shows(story: Bureau) -> None:
    """An item that says that it had two units, of which only one has an outcome."""
    for shard in keys.ledger_shards(platform="telegram", account="tienda_bot", day=NOW.date()):
        for item in list(story.table.requests(shard)):
            if "units" in item:
                story.table.set(key_of(item), {"units": {"N": "2"}})
    said = story.ask("/ledger", SHOP).json
    assert said["balances"] is False
    assert said["received"] == 7


def test_a_delivery_that_only_the_bucket_has_is_pending(story: Bureau) -> None:
    noise = random.Random(1).randbytes(600_000).hex().encode()
    body = b'{"update_id": 1, "padding": "' + noise + b'"}'
    story.keep(Delivery("telegram", "tienda_bot", body, {}, NOW - HOUR, "large"))
    said = story.ask("/ledger", SHOP).json
    assert said["pending"]["bucket"] == {"units": 1, "since": "2026-11-22T11:00:00Z"}
    assert said["balances"] is True


@pytest.mark.parametrize(
    ("query", "since", "until", "deliveries"),
    [
        ("since=2026-11-22T08:00Z", "2026-11-22T08:00:00Z", "2026-11-22T12:00:00Z", 2),
        ("since=2026-11-22T09:00%2B01:00&until=2026-11-22T09:00Z", "2026-11-22T08:00:00Z", "2026-11-22T09:00:00Z", 0),
        ("since=2026-11-22T09:00+01:00", "2026-11-22T08:00:00Z", "2026-11-22T12:00:00Z", 2),
        ("until=2026-11-21T17:00:00.5Z", "2026-11-20T17:00:00.500000Z", "2026-11-21T17:00:00.500000Z", 2),
        ("since=2026-10-22T12:00Z", "2026-10-22T12:00:00Z", "2026-11-22T12:00:00Z", 5),
    ],
)
def test_a_span_is_what_it_says(story: Bureau, query: str, since: str, until: str, deliveries: int) -> None:
    said = story.ask("/ledger", f"{SHOP}&{query}").json
    assert (said["since"], said["until"], said["deliveries"]) == (since, until, deliveries)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "platform"),
        ("platform=telegram", "account"),
        ("account=tienda_bot", "platform"),
        ("platform=fax&account=tienda_bot", "platform"),
        ("platform=../x&account=tienda_bot", "platform"),
        ("platform=telegram&account=tienda_bot%232026-11-22", "account"),
        ("platform=telegram&account=", "account"),
        (f"{SHOP}&since=yesterday", "since"),
        (f"{SHOP}&since=2026-11-22", "since"),
        (f"{SHOP}&since=2026-11-22T10:00", "since"),
        (f"{SHOP}&since=0001-01-01T00:00%2B14:00", "since"),
        (f"{SHOP}&since=9999-12-31T23:59-14:00", "since"),
        (f"{SHOP}&since=2026-11-22T12:00Z", "since"),
        (f"{SHOP}&since=2026-11-23T12:00Z", "since"),
        (f"{SHOP}&until=", "until"),
        (f"{SHOP}&until=0001-01-01T00:00Z", "until"),
        (f"{SHOP}&since=2026-11-20T10:00Z&until=2026-11-20T10:00Z", "until"),
        (f"{SHOP}&since=2026-10-22T11:59Z", "since"),
        (f"{SHOP}&since=2026-11-22T08:00Z&since=2026-11-22T09:00Z", "since"),
        (f"{SHOP}&from=2026-11-22T08:00Z", "from"),
    ],
)
def test_what_cannot_be_read_is_422_and_names_the_field(story: Bureau, query: str, field: str) -> None:
    answer = story.ask("/ledger", query)
    assert (answer.status, answer.json["code"], answer.json["field"]) == (422, "invalid_parameter", field)
    assert answer.json["detail"].startswith(f"{field}: ")


def test_a_misspelt_account_is_no_good_news(story: Bureau) -> None:
    answer = story.ask("/ledger", "platform=telegram&account=tienda_bott")
    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert story.ask("/ledger", "platform=meta&account=tienda").json["received"] == 0, "the playbook has this one"


def test_an_account_that_the_playbook_does_not_have_is_counted_all_the_same(bureau: Bureau) -> None:
    publish(bureau.table, PLAYBOOK)
    bureau.hear("text", account="unlisted_bot", at=NOW - HOUR)
    assert bureau.ask("/ledger", "platform=telegram&account=unlisted_bot").json["journalled"] == 1


# ------------------------------------------------------------------------------------------------------------ dead


def test_all_that_is_stuck_and_every_queue(story: Bureau) -> None:
    said = story.ask("/dead").json
    assert [(each["kind"], each["what"], each["attempts"], each["read_by"]) for each in said["stuck"]] == [
        ("unreadable", "delivery", 1, "7"),
        ("unprojected", "event", 4, None),
    ]
    assert said["more"] is False
    assert {each["queue"]: each["dead_letters"] for each in said["queues"]} == dict.fromkeys(story.urls, 0) | {
        "billing": 1
    }


def test_a_list_is_as_long_as_asked_and_says_when_there_is_more(story: Bureau) -> None:
    said = story.ask("/dead", "limit=1").json
    assert ([each["kind"] for each in said["stuck"]], said["more"]) == (["unreadable"], True)


@pytest.mark.parametrize(("query", "field"), [("limit=0", "limit"), ("limit=501", "limit"), ("all=1", "all")])
def test_how_long_a_list_may_be(story: Bureau, query: str, field: str) -> None:
    answer = story.ask("/dead", query)
    assert (answer.status, answer.json["field"]) == (422, field)


# -------------------------------------------------------------------------------------------------------- channels


def test_every_account_of_the_playbook_is_there_and_the_unheard_come_first(story: Bureau) -> None:
    said = story.ask("/channels").json["channels"]
    assert [(each["platform"], each["state"]) for each in said] == [
        ("x", "unsubscribed"),
        *((name, None) for name in ("chatwoot", "discourse", "linkedin", "mastodon", "meta", "ses")),
        ("standard_webhooks", None),
        ("telegram", "healthy"),
        *((name, None) for name in ("tiktok", "twilio", "zendesk")),
    ]
    assert said[0]["since"] == "2026-11-22T06:00:00Z"
    assert "enable it again" in said[0]["sentence"]
    (heard,) = (each for each in said if each["state"] == "healthy")
    assert heard["last_delivery"] == "2026-11-22T10:00:00Z"


def test_without_a_playbook_there_is_nothing_to_tell(bureau: Bureau) -> None:
    answer = bureau.ask("/channels")
    assert (answer.status, answer.json["detail"]) == (404, "no playbook is published; publish one")


# --------------------------------------------------------------------------------------------------------- all three


@pytest.mark.parametrize(("path", "query"), PATHS)
@pytest.mark.parametrize(
    ("claims", "status", "code"),
    [
        (None, 401, "unauthenticated"),
        ("operations/read", 401, "unauthenticated"),
        ({"scope": "customers/read"}, 403, "forbidden"),
        ({"scope": "operations/reader"}, 403, "forbidden"),
        ({"scope": "department/care"}, 403, "forbidden"),
    ],
)
def test_who_may_not_read_learns_nothing(
    story: Bureau, path: str, query: str, claims: object, status: int, code: str
) -> None:
    answer = story.ask(path, query, claims=claims)
    assert (answer.status, answer.json["code"], answer.headers["content-type"]) == (status, code, MEDIA_TYPE)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("path", "query"), PATHS)
@pytest.mark.parametrize("method", ["POST", "DELETE", "HEAD"])
def test_nothing_can_be_changed(story: Bureau, path: str, query: str, method: str) -> None:
    assert story.ask(path, query, method=method).status == 405


@pytest.mark.parametrize("path", ["/", "/ledger/", "/dead/1", "/openapi.json", "/docs"])
def test_there_is_no_other_path(bureau: Bureau, path: str) -> None:
    answer = bureau.ask(path)
    assert (answer.status, answer.json["code"]) == (404, "not_found")


def _failing(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ClientError({"Error": {"Code": "ThrottlingException", "Message": "canary"}}, "Query"), 503),
        (EndpointConnectionError(endpoint_url="https://canary"), 503),
        (ValueError("canary"), 500),
    ],
)
@pytest.mark.parametrize(("path", "query"), PATHS)
def test_when_the_table_fails_nothing_leaks(
    story: Bureau,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    path: str,
    query: str,
) -> None:
    for name in ("_pages", "get"):
        monkeypatch.setattr(Table, name, _failing(error))
    answer = story.ask(path, query)
    assert answer.status == status
    assert "canary" not in answer.text + caplog.text


def test_one_line_for_each_outcome_that_names_no_account(story: Bureau, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger=telemetry.logger().name)
    for path, query in [*PATHS, ("/ledger", "platform=telegram&account=canary"), ("/canary", "")]:
        story.ask(path, query)
    lines = [record for record in caplog.records if record.getMessage() == "operations"]
    assert [vars(record)["path"] for record in lines] == ["/ledger", "/dead", "/channels", "/ledger", "none"]
    assert "canary" not in str([vars(record) for record in lines])


@pytest.mark.parametrize(("path", "query"), PATHS)
def test_nothing_personal_is_answered(story: Bureau, path: str, query: str) -> None:
    """The people of the samples, their words and their ids, all of which the table has."""
    kept = str(story.table._client.scan(TableName=story.table._name)["Items"])
    answer = story.ask(path, query).text
    for personal in ("telegram:tienda_bot:", "identity#", "cus_", "delivery#"):
        assert personal in kept
        assert personal not in answer
