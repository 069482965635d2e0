"""Publishes what is configuration and not code to a deployed stack, checked before it is sent.

    python -m infra.publish playbook infra/playbook.example.toml --stack mostrador
    python -m infra.publish secrets  accounts.json                --stack mostrador      (- reads standard input)
    python -m infra.publish tokens   tokens.json                  --stack mostrador

The playbook's form is explained in `infra/playbook.example.toml`, that of the webhook secrets and of the API tokens in
`shared/secrets.py`. Either document is replaced as a whole; functions look again within a minute.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3

from shared import playbook, secrets
from shared.errors import ConfigurationError
from shared.store import playbooks
from shared.store.table import Table

type ClientFactory = Callable[[str], Any]


def publish_playbook(text: str, *, table_name: str, client: ClientFactory) -> None:
    """Make a playbook the current one; raises `ConfigurationError` that says what is wrong with it."""
    playbooks.publish(Table(client("dynamodb"), table_name), playbook.parse(text))


def publish_secrets(document: str, *, secret_id: str, client: ClientFactory) -> None:
    """Replace the webhook secrets of all accounts; raises `ConfigurationError` that names accounts, never secrets."""
    secrets.parse(document)
    client("secretsmanager").put_secret_value(SecretId=secret_id, SecretString=document)


def publish_tokens(document: str, *, secret_id: str, client: ClientFactory) -> None:
    """Replace the API tokens of all accounts; raises `ConfigurationError` that names accounts, never tokens."""
    secrets.parse_tokens(document)
    client("secretsmanager").put_secret_value(SecretId=secret_id, SecretString=document)


def main() -> None:
    parser = argparse.ArgumentParser(description="Publish a playbook, webhook secrets or API tokens to a stack.")
    parser.add_argument("what", choices=["playbook", "secrets", "tokens"])
    parser.add_argument("file", help="what to publish; - reads standard input")
    parser.add_argument("--stack", default="mostrador")
    given = parser.parse_args()
    text = sys.stdin.read() if given.file == "-" else Path(given.file).read_text()
    outputs = _outputs(given.stack)
    try:
        match given.what:
            case "playbook":
                publish_playbook(text, table_name=outputs["TableName"], client=_client)
            case "secrets":
                publish_secrets(text, secret_id=outputs["WebhookSecretsId"], client=_client)
            case "tokens":
                publish_tokens(text, secret_id=outputs["ApiTokensId"], client=_client)
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
