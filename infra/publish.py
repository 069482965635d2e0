"""Publishes what is configuration and not code to a deployed stack, checked before it is sent.

    python -m infra.publish playbook infra/playbook.example.toml --stack mostrador
    python -m infra.publish secrets  accounts.json                --stack mostrador      (- reads standard input)
    python -m infra.publish tokens   tokens.json                  --stack mostrador
    python -m infra.publish connectors tools.json                 --stack mostrador

The playbook's form is explained in `infra/playbook.example.toml`, that of the webhook secrets, of the API tokens and of
the secrets of departments' tools in `shared/secrets.py`. Each document is replaced as a whole; functions look again
within a minute. With a playbook, the queues of those departments that work in a tool of their own are turned over to
the connectors, and those of all others to whoever else reads them.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3

from shared import playbook, secrets
from shared.errors import ConfigurationError
from shared.playbook import Playbook
from shared.playbook.connectors import Mail, Queue
from shared.store import playbooks
from shared.store.table import Table

type ClientFactory = Callable[[str], Any]


def publish_playbook(
    text: str, *, table_name: str, client: ClientFactory, mappings: Mapping[str, str] | None = None
) -> None:
    """Make a playbook the current one, and turn the event source mappings on and off that it asks for.

    `mappings` are the stack's, name to UUID: of each department its queue's, that of what its tool has not taken
    (`-tool`) and that of its acts (`-acts`), with `mail` besides; without them none is touched.
    Dying in between leaves some as they were, and publishing the same again finishes it. Meanwhile the connectors give
    back what is of a department without a connector, and what no mapping reads waits on its queue. Raises
    `ConfigurationError` that says what is wrong with the playbook.
    """
    book = playbook.parse(text)
    wanted = connected(book)
    if mappings is not None and (unknown := wanted - set(mappings)):
        raise ConfigurationError(f"no queue of the stack is there for the connectors of: {', '.join(sorted(unknown))}")
    playbooks.publish(Table(client("dynamodb"), table_name), book)
    for name, mapping in (mappings or {}).items():
        _turn(client("lambda"), mapping, on=name in wanted)


def connected(book: Playbook) -> set[str]:
    """Return the names of the mappings that a playbook wants on."""
    connectors = {each.name: each.connector for each in book.departments if each.connector}
    acts = {f"{name}-acts" for name, connector in connectors.items() if isinstance(connector, Queue)}
    tools = {name for name, connector in connectors.items() if not isinstance(connector, Queue)}
    by_mail = any(isinstance(connector, Mail) for connector in connectors.values())
    return {*acts, *tools, *(f"{name}-tool" for name in tools), *(["mail"] if by_mail else [])}


def _turn(lambdas: Any, mapping: str, *, on: bool) -> None:
    """Turn a mapping on or off, unless it is so: one that is being changed cannot be changed at once again."""
    state = lambdas.get_event_source_mapping(UUID=mapping)["State"]
    if (state in ("Enabled", "Enabling", "Creating")) is not on:
        lambdas.update_event_source_mapping(UUID=mapping, Enabled=on)


def publish_secrets(document: str, *, secret_id: str, client: ClientFactory) -> None:
    """Replace the webhook secrets of all accounts; raises `ConfigurationError` that names accounts, never secrets."""
    secrets.parse(document)
    client("secretsmanager").put_secret_value(SecretId=secret_id, SecretString=document)


def publish_tokens(document: str, *, secret_id: str, client: ClientFactory) -> None:
    """Replace the API tokens of all accounts; raises `ConfigurationError` that names accounts, never tokens."""
    secrets.parse_tokens(document)
    client("secretsmanager").put_secret_value(SecretId=secret_id, SecretString=document)


def publish_connectors(document: str, *, secret_id: str, client: ClientFactory) -> None:
    """Replace the secrets of all departments' tools; raises `ConfigurationError` that names departments, never
    secrets."""
    secrets.parse_tools(document)
    client("secretsmanager").put_secret_value(SecretId=secret_id, SecretString=document)


def main() -> None:
    parser = argparse.ArgumentParser(description="Publish a playbook, or secrets and tokens, to a stack.")
    parser.add_argument("what", choices=["playbook", "secrets", "tokens", "connectors"])
    parser.add_argument("file", help="what to publish; - reads standard input")
    parser.add_argument("--stack", default="mostrador")
    given = parser.parse_args()
    text = sys.stdin.read() if given.file == "-" else Path(given.file).read_text()
    outputs = _outputs(given.stack)
    try:
        match given.what:
            case "playbook":
                mappings = json.loads(outputs["ConnectorMappings"])
                publish_playbook(text, table_name=outputs["TableName"], client=_client, mappings=mappings)
            case "secrets":
                publish_secrets(text, secret_id=outputs["WebhookSecretsId"], client=_client)
            case "tokens":
                publish_tokens(text, secret_id=outputs["ApiTokensId"], client=_client)
            case "connectors":
                publish_connectors(text, secret_id=outputs["ConnectorSecretsId"], client=_client)
    except ConfigurationError as error:
        sys.exit(f"not published: {error}")
    print(f"published to {given.stack}")


def _client(service: str) -> Any:
    return boto3.client(service)  # type: ignore[call-overload]


def _outputs(stack: str) -> Mapping[str, str]:
    (found,) = _client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


if __name__ == "__main__":
    main()
