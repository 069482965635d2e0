"""The operator's commands: what they print a person can read, nothing of it is personal, and they end with advice."""

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from infra import repair
from infra.local import samples
from infra.stack import Stack
from shared import platforms
from shared.platforms import Unit
from shared.playbook import Deadlines, Target
from shared.store import keys
from shared.store.keys import Key
from shared.store.playbooks import publish
from shared.store.table import Item, key_of
from tests.conftest import NOW, TABLE
from tests.double import Cloud
from tests.services.operations.bureau import BUCKET, PLAYBOOK, Bureau, with_a_story
from tests.template import table_definition

HOUR = timedelta(hours=1)


@pytest.fixture
def bureau() -> Bureau:
    cloud = Cloud(now=lambda: NOW)
    cloud.create_table(**table_definition(TABLE))
    cloud.put_secret("webhooks", samples.secrets())
    return Bureau(cloud.client)


@pytest.fixture
def story(bureau: Bureau) -> Bureau:
    return with_a_story(bureau)


def stack(bureau: Bureau) -> Stack:
    outputs = {
        "TableName": TABLE,
        "DeliveryBucketName": BUCKET,
        "WebhookSecretsId": "webhooks",
        "ApiUrl": "https://api.example.com",
        "Queues": orjson.dumps(bureau.every_queue).decode(),
        "DepartmentQueues": orjson.dumps(bureau.departments).decode(),
    }
    return Stack(outputs, bureau.client, NOW)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Give a command; return what was printed, as lines, and how it ended."""

    def command(bureau: Bureau, *arguments: str) -> SimpleNamespace:
        with pytest.raises(SystemExit) as ended:
            repair.main(arguments, stack=lambda _: stack(bureau))
        out = capsys.readouterr().out
        return SimpleNamespace(lines=out.splitlines(), text=out, code=ended.value.code)

    return command


def kept(bureau: Bureau) -> dict[Key, Item]:
    return {key_of(item): item for item in bureau.client("dynamodb").scan(TableName=TABLE)["Items"]}


def row(said: SimpleNamespace, account: str) -> list[str]:
    (line,) = [line for line in said.lines if line.startswith(f"{account} ")]
    return str(line).split()[1:]


# ---------------------------------------------------------------------------------------------------------- ledger


def test_every_account_s_balance_is_a_row(story: Bureau, run: Any) -> None:
    said = run(story, "ledger")
    assert said.code == 0
    assert said.lines[0].startswith("What came from 2026-11-21 12:00 until 2026-11-22 12:00 UTC")
    assert row(said, "account") == [
        "deliveries",
        "received",
        "journalled",
        "duplicate",
        "ignored",
        "refused",
        "pending",
    ]
    assert row(said, "telegram/tienda_bot") == ["5", "5", "2", "1", "1", "0", "1"]
    listed = {line.split()[0] for line in said.lines if re.match(r"[a-z_]+/\S+ +\d", line)}
    assert listed == {account.name for account in PLAYBOOK.accounts} | orjson.loads(samples.secrets()).keys()
    assert "       1 ignored: service message: new_chat_members" in said.lines
    assert "       1 pending: with the reader since 2026-11-22 09:00 UTC" in said.lines
    assert (
        said.lines[-1]
        == "Everything balances; units that are pending: 1. `python -m infra.repair dead` says what waits, and why."
    )


def test_one_account_and_one_span(story: Bureau, run: Any) -> None:
    said = run(
        story, "ledger", "--account", "x/2244000001", "--since", "2026-11-13T00:00Z", "--until", "2026-11-14T00:00Z"
    )
    assert row(said, "x/2244000001") == ["1", "1", "1", "0", "0", "0", "0"]
    assert not [line for line in said.lines if line.startswith("telegram")]
    assert said.lines[-1] == "Everything balances, and nothing is pending: there is nothing to do."


def test_a_unit_that_is_nowhere_is_said_and_ends_with_one(story: Bureau, run: Any) -> None:
    for key, item in kept(story).items():
        if "units" in item:
            story.table.set(key, {"units": {"N": "3"}})
    said = run(story, "ledger")
    assert said.code == 1
    assert row(said, "telegram/tienda_bot")[-3:] == ["DOES", "NOT", "BALANCE"]
    assert said.lines[-1].startswith("telegram/tienda_bot: units are nowhere")


def test_before_anything_is_published_the_accounts_are_those_with_secrets(bureau: Bureau, run: Any) -> None:
    said = run(bureau, "ledger")
    assert said.code == 0
    assert row(said, "telegram/tienda_bot") == ["0"] * 7


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("ledger", "--account", "tienda_bot"), "account"),
        (("ledger", "--account", "fax/tienda"), "account"),
        (("ledger", "--account", "telegram/"), "account"),
        (("replay", "--since", "yesterday"), "since"),
        (("reproject", "--since", "2026-11-22T10:00Z", "--until", "2026-11-22T09:00Z"), "until"),
        (("refuse", "0123", "--reason", " ", "--author", "me"), "reason"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(story: Bureau, run: Any, arguments: tuple[str, ...], field: str) -> None:
    said = run(story, *arguments)
    assert said.code.startswith(f"nothing more was done: {field}: ")
    assert said.text == ""


# ------------------------------------------------------------------------------------------------------------ dead


def test_what_is_stuck_is_listed_with_its_reasons_and_every_queue(story: Bureau, run: Any) -> None:
    said = run(story, "dead")
    assert re.fullmatch(
        r"[0-9a-f]{16}  unreadable  delivery   telegram/tienda_bot {10}received 2026-11-22 09:00  failed 1 times",
        said.lines[0],
    )
    assert said.lines[1].strip() == "1 telegram message: ValidationError at chat (code version 7)"
    assert "unprojected event" in said.lines[2]
    assert row(said, "billing") == ["0", "0", "1"]
    assert said.lines[-1].endswith("`python -m infra.repair redrive` shows what can be done again.")


def test_a_quiet_house_has_nothing_to_do(bureau: Bureau, run: Any) -> None:
    publish(bureau.table, PLAYBOOK)
    for command in ("dead", "redrive", "replay"):
        said = run(bureau, command)
        assert (said.code, said.lines[-1].rpartition(": ")[2]) == (0, "there is nothing to do.")


# --------------------------------------------------------------------------------------------------------- redrive


def test_redriving_only_looks_at_first(story: Bureau, run: Any) -> None:
    before = kept(story)
    said = run(story, "redrive")
    assert said.lines[:3] == [
        "     1 unprojected: would be done again now",
        "     1 unreadable: would be done again now",
        "     1 dead letters of billing: none yet moved back",
    ]
    assert said.lines[-1] == "Nothing was changed. With `python -m infra.repair redrive --do` all of it is done again."
    assert kept(story) == before


def test_redriving_does_all_that_can_be_done(story: Bureau, run: Any) -> None:
    said = run(story, "redrive", "--do")
    assert "     1 unprojected: done" in said.lines
    assert "     1 unreadable: cannot be done yet; it stays listed" in said.lines
    assert "     1 dead letters of billing: 1 moved back" in said.lines
    assert len(story.client("sqs").receive_message(QueueUrl=story.urls["billing"][0])["Messages"]) == 1
    assert "1 pending" not in run(story, "redrive").text
    assert not [item for item in kept(story).values() if item.get("open", {"S": ""})["S"].startswith("unprojected")]


def test_what_fails_is_named_and_not_quoted(story: Bureau, run: Any) -> None:
    (key,) = [key for key, item in kept(story).items() if item.get("open", {"S": ""})["S"].startswith("unprojected")]
    story.table.set(key, {"packed": {"B": b"\x01 canary"}})
    said = run(story, "redrive", "--do")
    assert "     1 unprojected: cannot be done yet; it stays listed" in said.lines
    assert any(line.startswith("       failed: ") for line in said.lines)
    assert "canary" not in said.text


# ---------------------------------------------------------------------------------------------------------- refuse


def test_a_delivery_is_refused_by_the_name_that_dead_gives_it(story: Bureau, run: Any) -> None:
    name = run(story, "dead").lines[0].split()[0]
    decided = ("refuse", name, "--reason", "a test by the vendor", "--author", "night shift")
    before = kept(story)
    assert run(story, *decided).lines == [
        "Nothing was changed. With `python -m infra.repair refuse --do` these 1 units are refused."
    ]
    assert kept(story) == before
    assert run(story, *decided, "--do").lines[0].startswith("Refused 1 units.")
    assert "       1 refused: a test by the vendor" in run(story, "ledger").lines
    assert run(story, *decided, "--do").code.startswith("nothing more was done: there is no unreadable delivery")


# ------------------------------------------------------------------------------------------------ replay, reproject


@pytest.fixture
def misread(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on our code reads other words in every message of Telegram."""
    real = platforms.load("telegram")
    read = type(real).read

    def otherwise(self: Any, unit: Unit) -> Any:
        return [
            event.model_copy(update={"text": "other words"}) if event.kind == "message" else event
            for event in read(self, unit)
        ]

    monkeypatch.setattr(type(real), "read", otherwise)


def test_a_replay_only_looks_at_first_and_finds_nothing_afterwards(story: Bureau, run: Any, misread: None) -> None:
    before = kept(story)
    said = run(story, "replay", "--account", "telegram/tienda_bot")
    assert said.code == 0
    assert any(re.search(r"event changed .*text", line) for line in said.lines)
    assert said.lines[-1] == "Nothing was changed. With `python -m infra.repair replay --do` all of it is."
    assert kept(story) == before
    assert (
        run(story, "replay", "--account", "telegram/tienda_bot", "--do").lines[-1].startswith("All of it was changed.")
    )
    assert run(story, "replay", "--account", "telegram/tienda_bot").lines == [
        "Nothing differs: there is nothing to do."
    ]


def test_a_replay_without_an_account_is_one_of_all(story: Bureau, run: Any, misread: None) -> None:
    assert "     2 event changed" in run(story, "replay").lines


def test_projections_that_are_gone_come_back(story: Bureau, run: Any) -> None:
    heads = [key for key in kept(story) if key.sk.startswith("conversation#")]
    for key in heads:
        story.client("dynamodb").delete_item(TableName=TABLE, Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}})
    said = run(story, "reproject", "--since", "2026-11-01T00:00Z")
    assert f"{len(heads):6} conversation new" in said.lines
    assert not [key for key in kept(story) if key.sk.startswith("conversation#")]
    run(story, "reproject", "--since", "2026-11-01T00:00Z", "--do")
    assert sorted(key for key in kept(story) if key.sk.startswith("conversation#")) == sorted(heads)


def test_one_person_is_projected_again_by_their_identity(story: Bureau, run: Any) -> None:
    heads = [key for key in kept(story) if key.sk.startswith("conversation#telegram")]
    for key in heads:
        story.client("dynamodb").delete_item(TableName=TABLE, Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}})
    identity = heads[0].pk.removeprefix(keys.IDENTITY_PREFIX)
    said = run(story, "reproject", "--identity", identity, "--do")
    assert identity not in said.text
    assert [key for key in kept(story) if key.sk.startswith("conversation#telegram")] == [
        key for key in heads if key.pk == heads[0].pk
    ]


def test_people_out_of_a_kept_delivery_are_projected_again_too(story: Bureau, run: Any) -> None:
    item = story.hear("batch", platform="standard_webhooks", account="shop", at=NOW - HOUR)
    assert item["sk"]["S"] == keys.DELIVERY
    own = keys.ledger_of(item["pk"]["S"].removeprefix(keys.DELIVERY_PREFIX))
    people = {key.pk for key, found in kept(story).items() if found.get("ledger") == {"S": own}}
    assert people
    said = run(story, "reproject", "--account", "standard_webhooks/shop", "--do")
    assert f"{len(people):6} about new" in said.lines
    assert {Key(pk, keys.ABOUT) for pk in people} <= kept(story).keys()


# ---------------------------------------------------------------------------------------------------------- always


@pytest.mark.parametrize(
    "arguments", [("ledger",), ("dead",), ("redrive",), ("redrive", "--do"), ("replay",), ("reproject",), ("clocks",)]
)
def test_nothing_personal_is_printed(story: Bureau, run: Any, arguments: tuple[str, ...]) -> None:
    said = run(story, *arguments)
    assert said.lines
    assert said.lines[-1].endswith(".")
    for personal in ("telegram:tienda_bot:", "identity#", "delivery#", "cus_", "contact#"):
        assert personal in str(kept(story))
        assert personal not in said.text


def test_clocks_are_counted_by_channel_under_the_version_that_is_asked_for(story: Bureau, run: Any) -> None:
    since = ("--account", "telegram/tienda_bot", "--since", "2026-09-21T00:00Z")
    said = run(story, "clocks", *since)
    assert said.code == 0
    assert said.lines[0].endswith(f"by playbook version {PLAYBOOK.version}, in open time:")
    begun = {line.split()[1]: line.split()[2:5] for line in said.lines if line.startswith("telegram")}
    assert begun["first_answer"][1] == begun["first_answer"][0], "nobody has answered anybody"
    strict = Target(kind="first_answer", within=Deadlines(low=1, normal=1, high=1, urgent=1))
    everybody = tuple(each.model_copy(update={"calendar": None}) for each in PLAYBOOK.departments)
    version = PLAYBOOK.version + 1
    publish(
        story.table, PLAYBOOK.model_copy(update={"version": version, "clocks": (strict,), "departments": everybody})
    )
    later = run(story, "clocks", *since, "--playbook", str(version))
    row_of = next(line.split() for line in later.lines if line.startswith("telegram") and "first_answer" in line)
    assert row_of[4] == row_of[2], "by the strict version all of them are late"
    unknown = run(story, "clocks", "--playbook", "99")
    assert "version 99 was never published" in str(unknown.code)
