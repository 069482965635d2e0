"""Where worlds are made: one engine with the template on it, a playbook published and the accounts' secrets known."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import boto3
import orjson

from shared.playbook import Commitments, parse
from shared.store import shortcut
from shared.store.connections import Answer
from shared.store.playbooks import publish
from shared.store.shortcut import _Shortened
from shared.store.table import Table
from tests.conftest import NOW
from tests.faults.engines import Aws, Double
from tests.faults.process import Complaints, installed
from tests.faults.stack import Stack
from tests.faults.stories import SECRETS
from tests.faults.wire import Wire
from tests.faults.world import Arriving, World, forget
from tests.template import ROOT, template

ISSUER = {"JwtIssuer": "https://issuer.example", "JwtAudience": "mostrador"}
"""Whose tokens open the desk."""

NOTICE = timedelta(hours=10)
"""How long a promise is nearly due before it is broken: time for as many rounds as a few faults take."""


class Lab:
    """The double with all that the template deploys; every world that it makes begins with the same."""

    def __init__(self, engine: Double, stack: Stack, wire: Wire, complaints: Complaints) -> None:
        self.engine = engine
        self.stack = stack
        self.wire = wire
        self.complaints = complaints
        self.present: World | None = None
        prepare(stack, engine)
        self._fresh = engine.snapshot()

    def now(self) -> datetime:
        return self.present.now() if self.present else NOW

    def world(self, arrivals: Sequence[Arriving]) -> World:
        """Return a world in which nothing has come yet; the one before it is no more."""
        self.engine.restore(self._fresh)
        self.engine.forget()
        forget()
        self.complaints.errors.clear()
        self.present = World(self.stack, self.engine, self.wire, self.complaints, arrivals)
        return self.present


def prepare(stack: Stack, engine: Any) -> None:
    """Do what an operator does after a deploy: publish a playbook, put the accounts' secrets in their place."""
    secret = stack.routes[0].function.environment["WEBHOOK_SECRETS_ID"]
    engine.put_secret(secret, orjson.dumps(SECRETS).decode())
    example = parse((ROOT / "infra" / "playbook.example.toml").read_text())
    notice = Commitments(remind_before_minutes=NOTICE // timedelta(minutes=1))
    publish(
        Table(engine.client("dynamodb"), stack.table),
        example.model_copy(update={"accounts": (), "commitments": notice}),
    )


class NoCredentials:
    """A session without credentials: nobody takes a shortcut, and every call passes its client."""

    def get_credentials(self) -> None:
        return None


@contextmanager
def on_the_double(of: Mapping[str, Any] | None = None) -> Iterator[Lab]:
    """Make a lab on the double, of `template.yaml` or of another template."""
    labs: list[Lab] = []
    wire = Wire()
    engine = Double(wire, lambda: labs[0].now() if labs else NOW)
    with installed(engine.client, NoCredentials()) as complaints:
        labs.append(Lab(engine, Stack(of or template(), engine, **ISSUER), wire, complaints))
        yield labs[0]


@contextmanager
def on_aws(endpoint: str | None = None) -> Iterator["AwsLab"]:
    """Make a lab on an AWS that boto3 reaches: the in-process one, or the engine at an endpoint."""
    wire = Wire()
    engine = Aws(wire, endpoint)
    send = _Shortened._send

    def sent(self: _Shortened, body: bytes) -> Answer:
        answer = send(self, body)  # the short way has an event before a call, and none after it
        engine.after()
        return answer

    made: list[Any] = []
    shorten = shortcut.shortened

    def shortened(*arguments: Any) -> Any:
        made.append(shorten(*arguments))
        return made[-1]

    with (
        installed(engine.client, boto3.Session()) as complaints,
        patch.object(_Shortened, "_send", sent),
        patch("shared.store.shortcut.shortened", shortened),
    ):
        stack = Stack(template(), engine, **ISSUER)
        prepare(stack, engine)
        yield AwsLab(engine, stack, wire, complaints)
    for client in (*made, engine):
        client.close()


@dataclass
class AwsLab:
    """An AWS with all that the template deploys, for one world."""

    engine: Aws
    stack: Stack
    wire: Wire
    complaints: Complaints

    def world(self, arrivals: Sequence[Arriving]) -> World:
        return World(self.stack, self.engine, self.wire, self.complaints, arrivals)
