"""Publishing configuration: checked first, sent whole, and never with a secret in a sentence."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from infra.local import samples
from infra.publish import connected, publish_connectors, publish_playbook, publish_secrets, publish_tokens
from shared.errors import ConfigurationError
from shared.playbook import parse
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


def test_the_secrets_of_departments_tools_are_published_whole_and_checked_first(
    client: Callable[[str], Any],
) -> None:
    document = '{"billing": {"signing": ["hush-hush"], "token": "xoxb"}, "care": {"signing": ["one", "two"]}}'
    publish_connectors(document, secret_id="webhooks", client=client)
    assert kept(client) == document
    for wrong in (
        '{"billing": {"token": "hush-hush"}}',
        '{"billing": {"signing": ["hush-hush", " "]}}',
        '{"billing": {"signing": ["hush-hush", "b", "c"]}}',
        '{"billing": {"signing": ["hush-hush"], "tokens": "x"}}',
    ):
        with pytest.raises(ConfigurationError, match="billing") as refused:
            publish_connectors(wrong, secret_id="webhooks", client=client)
        assert "hush-hush" not in str(refused.value)
    assert kept(client) == document


MAPPINGS = {
    name: f"uuid-of-{name}"
    for department in ("billing", "delivery_and_orders", "technical", "care")
    for name in (department, f"{department}-tool", f"{department}-acts")
} | {"mail": "uuid-of-mail"}
SLACK = '{ kind = "slack", team = "T0SHOP", channel = "C0BILLING" }'
QUEUE = '{ kind = "queue" }'
MAIL = '{ kind = "mail", to = ["care@teleprado.example"], sender = "m@teleprado.example", replies_to = "h.example" }'


class Lambdas:
    """The event source mappings of a function, by what is called of them."""

    def __init__(self) -> None:
        self.on: set[str] = set()
        self.changes: list[tuple[str, bool]] = []

    def get_event_source_mapping(self, *, UUID: str) -> dict[str, str]:  # noqa: N803
        return {"State": "Enabled" if UUID.removeprefix("uuid-of-") in self.on else "Disabled"}

    def update_event_source_mapping(self, *, UUID: str, Enabled: bool) -> None:  # noqa: N803
        name = UUID.removeprefix("uuid-of-")
        self.changes.append((name, Enabled))
        self.on = self.on | {name} if Enabled else self.on - {name}


def with_tools(version: int, **tools: str) -> str:
    text = EXAMPLE.replace(f"version = {parse(EXAMPLE).version}\n", f"version = {version}\n", 1)
    for department, tool in tools.items():
        text = text.replace(f'name = "{department}"\n', f'name = "{department}"\nconnector = {tool}\n', 1)
    return text


def test_publishing_turns_on_the_queues_of_departments_with_a_tool_and_turns_off_the_others(
    client: Callable[[str], Any], table: Table
) -> None:
    lambdas = Lambdas()

    def clients(service: str) -> Any:
        return lambdas if service == "lambda" else client(service)

    def publish(text: str) -> None:
        publish_playbook(text, table_name=TABLE, client=clients, mappings=MAPPINGS)

    publish(with_tools(5))
    assert lambdas.changes == []
    publish(with_tools(6, billing=SLACK))
    assert lambdas.on == {"billing", "billing-tool"}
    publish(with_tools(7, care=MAIL, technical=QUEUE))
    assert lambdas.on == {"care", "care-tool", "mail", "technical-acts"}
    changes = len(lambdas.changes)
    publish(with_tools(7, care=MAIL, technical=QUEUE))
    assert len(lambdas.changes) == changes, "what is so already is not changed"
    publish(with_tools(8))
    assert lambdas.on == set()
    assert CurrentPlaybook(table)().version == 8


def test_dying_between_playbook_and_mappings_is_made_good_by_publishing_again(
    client: Callable[[str], Any], table: Table
) -> None:
    lambdas = Lambdas()

    def dies(service: str) -> Any:
        if service == "lambda":
            raise KeyboardInterrupt
        return client(service)

    with pytest.raises(KeyboardInterrupt):
        publish_playbook(with_tools(6, billing=SLACK), table_name=TABLE, client=dies, mappings=MAPPINGS)
    assert CurrentPlaybook(table)().version == 6
    publish_playbook(
        with_tools(6, billing=SLACK),
        table_name=TABLE,
        client=lambda service: lambdas if service == "lambda" else client(service),
        mappings=MAPPINGS,
    )
    assert lambdas.on == {"billing", "billing-tool"}


def test_a_tool_of_a_department_that_has_no_queue_is_refused_before_anything_is_published(
    client: Callable[[str], Any], table: Table
) -> None:
    few = {"care": "uuid-of-care", "care-tool": "uuid-of-care-tool"}
    with pytest.raises(ConfigurationError, match="billing"):
        publish_playbook(with_tools(6, billing=SLACK), table_name=TABLE, client=client, mappings=few)
    with pytest.raises(ConfigurationError, match="no playbook is published"):
        CurrentPlaybook(table)()


def test_the_example_connects_nobody() -> None:
    assert connected(parse(EXAMPLE)) == set()
