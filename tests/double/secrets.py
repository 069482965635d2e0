"""Secrets Manager: secrets in memory, each with its versions.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from tests.double.wire import Answer, Arguments, Operation, Refusal, operation

_MOST_BYTES = 65_536
"""https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html"""


class Version(NamedTuple):
    """One version of a secret's text."""

    text: str
    number: int
    at: datetime


class SecretsManager:
    """All secrets of an account in one region; what a name has is its newest version."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.secrets: dict[str, Version] = {}
        self.operations: dict[str, Operation] = {
            "CreateSecret": operation(self.create_secret, "Name! SecretString!"),
            "PutSecretValue": operation(self.put_secret_value, "SecretId! SecretString!"),
            "GetSecretValue": operation(self.get_secret_value, "SecretId!"),
        }

    def snapshot(self) -> Any:
        return self.secrets.copy()

    def restore(self, snapshot: Any) -> None:
        self.secrets = snapshot.copy()

    def create_secret(self, ask: Arguments) -> Answer:
        if ask["Name"] in self.secrets:
            raise Refusal("ResourceExistsException", "The operation failed because the secret already exists.")
        return self.put(ask["Name"], ask["SecretString"])

    def put_secret_value(self, ask: Arguments) -> Answer:
        name = self._name(ask)
        return self.put(name, ask["SecretString"]) | {"VersionStages": ["AWSCURRENT"]}

    def put(self, name: str, text: str) -> Answer:
        """Make a text the current version of a secret, which need not be there yet."""
        if not 1 <= len(text.encode()) <= _MOST_BYTES:
            raise Refusal("InvalidParameterException", "You must provide a secret value of 1 to 65536 bytes.")
        number = self.secrets[name].number + 1 if name in self.secrets else 1
        self.secrets[name] = Version(text, number, self._now())
        return self._named(name)

    def _named(self, name: str) -> Answer:
        return {
            "ARN": _arn(name),
            "Name": name,
            "VersionId": f"00000000-0000-4000-8000-{self.secrets[name].number:012}",
        }

    def get_secret_value(self, ask: Arguments) -> Answer:
        name = self._name(ask)
        version = self.secrets[name]
        return self._named(name) | {
            "SecretString": version.text,
            "VersionStages": ["AWSCURRENT"],
            "CreatedDate": version.at,
        }

    def _name(self, ask: Arguments) -> str:
        found = next((name for name in self.secrets if ask["SecretId"] in (name, _arn(name))), None)
        if found is None:
            raise Refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
        return found


def _arn(name: str) -> str:
    return f"arn:aws:secretsmanager:eu-west-1:000000000000:secret:{name}-AbCdEf"
