"""Publishing configuration: checked first, sent whole, and never with a secret in a sentence."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from infra.local import samples
from infra.publish import publish_playbook, publish_secrets, publish_tokens
from shared.errors import ConfigurationError
from shared.store.playbooks import CurrentPlaybook
from shared.store.table import Table
from tests.conftest import TABLE
from tests.template import ROOT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EXAMPLE = (ROOT / "infra" / "playbook.example.toml").read_text()


@pytest.fixture
def client(dynamodb: "DynamoDBClient") -> Callable[[str], Any]:
    boto3.client("secretsmanager").create_secret(Name="webhooks", SecretString="{}")
    return lambda service: boto3.client(service)  # type: ignore[call-overload]


def kept(client: Callable[[str], Any]) -> str:
    return str(client("secretsmanager").get_secret_value(SecretId="webhooks")["SecretString"])


def test_the_example_playbook_becomes_the_current_one(client: Callable[[str], Any], table: Table) -> None:
    for _ in range(2):
        publish_playbook(EXAMPLE, table_name=TABLE, client=client)
    assert CurrentPlaybook(table)().version >= 1


def test_a_playbook_that_contradicts_itself_is_not_published(client: Callable[[str], Any], table: Table) -> None:
    with pytest.raises(ConfigurationError):
        publish_playbook("version = 1", table_name=TABLE, client=client)
    with pytest.raises(ConfigurationError, match="no playbook is published"):
        CurrentPlaybook(table)()


def test_the_secrets_of_the_sample_accounts_are_good_secrets(client: Callable[[str], Any]) -> None:
    publish_secrets(samples.secrets(), secret_id="webhooks", client=client)
    assert kept(client) == samples.secrets()


@pytest.mark.parametrize(
    "document",
    ['{"telegram/shop": {"signing": []}}', '{"telegram/shop": {"signing": ["hush-hush", ""]}}', "hush-hush", "[]"],
)
def test_bad_secrets_are_refused_without_being_repeated(client: Callable[[str], Any], document: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        publish_secrets(document, secret_id="webhooks", client=client)
    assert "hush-hush" not in str(refused.value)
    assert kept(client) == "{}"


def test_api_tokens_are_published_whole_and_checked_first(client: Callable[[str], Any]) -> None:
    document = '{"meta/shop": {"token": "hush-hush", "things": {"100": "own"}}, "telegram/shop_bot": {"token": "1:a"}}'
    publish_tokens(document, secret_id="webhooks", client=client)
    assert kept(client) == document
    for wrong in (
        '{"meta/shop": "hush-hush"}',
        '{"meta/shop": {"token": ""}}',
        '{"meta/shop": {"tokens": "hush-hush"}}',
    ):
        with pytest.raises(ConfigurationError, match="meta/shop") as refused:
            publish_tokens(wrong, secret_id="webhooks", client=client)
        assert "hush-hush" not in str(refused.value)
    assert kept(client) == document
