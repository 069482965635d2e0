"""Publishing moves forwards only, can die anywhere, and is noticed within a minute."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from shared.errors import ConfigurationError
from shared.playbook import Playbook, parse
from shared.store.keys import Key
from shared.store.playbooks import CurrentPlaybook, publish
from shared.store.table import Table, state_of
from tests.conftest import TABLE
from tests.injection import Injected, refusal
from tests.template import ROOT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EXAMPLE = parse((ROOT / "infra" / "playbook.example.toml").read_text())


def version(number: int, *, company: str = EXAMPLE.company) -> Playbook:
    return EXAMPLE.model_copy(update={"version": number, "company": company})


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def current(table: Table) -> Callable[[], Playbook]:
    """The current playbook as a function that has just started reads it."""
    return lambda: CurrentPlaybook(table)()


def test_without_any_playbook_the_operator_is_told(current: Callable[[], Playbook]) -> None:
    with pytest.raises(ConfigurationError, match="publish"):
        current()


def test_the_newest_version_is_current_and_the_older_ones_stay(table: Table, current: Callable[[], Playbook]) -> None:
    for number in (1, 2, 9, 10):
        publish(table, version(number))
        assert current() == version(number)
    kept = [item["sk"]["S"] for item in table.query("playbook")]
    assert kept == ["current", *(f"version#{number:010}" for number in (1, 2, 9, 10))]


def test_publishing_the_same_again_changes_nothing(table: Table, current: Callable[[], Playbook]) -> None:
    publish(table, version(1))
    publish(table, version(1))
    assert current() == version(1)


def test_a_version_is_never_changed(table: Table, current: Callable[[], Playbook]) -> None:
    publish(table, version(1))
    with pytest.raises(ConfigurationError, match="another content"):
        publish(table, version(1, company="Otra empresa"))
    assert current() == version(1)


def test_current_never_moves_back(table: Table, current: Callable[[], Playbook]) -> None:
    publish(table, version(1))
    publish(table, version(3))
    for older in (1, 2):
        with pytest.raises(ConfigurationError, match="newer"):
            publish(table, version(older))
    assert current() == version(3)


def test_dying_in_between_leaves_the_older_one_current_and_publishing_again_finishes(
    table: Table, dynamodb: "DynamoDBClient", current: Callable[[], Playbook]
) -> None:
    publish(table, version(1))
    client = boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))
    Injected(client, "PutItem", None, refusal("InternalServerError", 500))
    with pytest.raises(ClientError):
        publish(Table(client, TABLE), version(2))
    client.close()
    assert state_of(table.get(Key("playbook", "version#0000000002"))) == version(2).to_json()
    assert current() == version(1)
    publish(table, version(2))
    assert current() == version(2)


def test_the_playbook_is_read_again_when_it_is_a_minute_old(
    table: Table, dynamodb: "DynamoDBClient", clock: Clock
) -> None:
    playbook = CurrentPlaybook(table, clock=clock)
    publish(table, version(1))
    read = Injected(dynamodb, "GetItem")
    assert playbook() == version(1)
    publish(table, version(2))
    clock.now += 59.9
    assert playbook() == version(1)
    assert read.calls == 1
    clock.now += 0.1
    assert playbook() == playbook() == version(2)
    assert read.calls == 2


def test_having_none_is_not_remembered(table: Table, clock: Clock) -> None:
    playbook = CurrentPlaybook(table, clock=clock)
    with pytest.raises(ConfigurationError):
        playbook()
    publish(table, version(1))
    assert playbook() == version(1)
