"""Where one local installation keeps its state, and how its AWS is reached."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"
STACK = "mostrador"
API_ID = "0a57ad00"

_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
"""The engine's administrator; everybody else in it is held to the policies of the template."""


class Trouble(Exception):
    """Something that keeps the local run from going on, said in one sentence with what to do about it."""


@dataclass(frozen=True, slots=True)
class Home:
    """One installation: `folder` holds all that survives, `port` is where its engine listens on 127.0.0.1."""

    folder: Path
    port: int

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        """The HTTP API, addressed by path, so that no name has to be resolved."""
        return f"{self.endpoint}/_aws/execute-api/{API_ID}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment for commands that talk to this AWS and must never talk to another."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_"))}
        return (
            kept
            | _CREDENTIALS
            | {
                "AWS_ENDPOINT_URL": self.endpoint,
                "AWS_DEFAULT_REGION": REGION,
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "AWS_EC2_METADATA_DISABLED": "true",
                "SAM_CLI_TELEMETRY": "0",
                "NO_PROXY": "127.0.0.1,localhost",
            }
        )

    def client(self, service: str) -> Any:
        """Return a client of this AWS, whatever the caller's own AWS settings are."""
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=_CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"mode": "standard"}, proxies={}),
        )

    def outputs(self) -> dict[str, str]:
        """Return the deployed stack's outputs by name."""
        (stack,) = self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def remember(self, name: str, facts: Mapping[str, Any]) -> None:
        (self.folder / f"{name}.json").write_text(json.dumps(facts))

    def recall(self, name: str) -> dict[str, Any]:
        """Return what was remembered under that name, or nothing."""
        try:
            facts: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return facts

    def forget(self, name: str) -> None:
        (self.folder / f"{name}.json").unlink(missing_ok=True)
