"""Where worlds are made: one engine with the template on it, a playbook published and the accounts' secrets known."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import boto3
import orjson

from shared.playbook import PRIORITIES, Commitments, Playbook, parse
from shared.store import keys, shortcut
from shared.store.connections import Answer
from shared.store.playbooks import CurrentPlaybook, publish
from shared.store.shortcut import _Shortened
from shared.store.table import Table
from tests.conftest import NOW
from tests.faults import sequential, world
from tests.faults.arrivals import Arriving
from tests.faults.engines import Aws, Beside, Double
from tests.faults.process import Complaints, installed
from tests.faults.stack import REGION, Stack
from tests.faults.stories import SECRETS
from tests.faults.wire import Wire
from tests.faults.world import World
from tests.template import ROOT, template

ISSUER = {"JwtIssuer": "https://issuer.example", "JwtAudience": "mostrador"}
"""Whose tokens open the desk."""

FULL = os.environ.get("FAULT_DEPTH") == "full"
"""Whether what takes minutes is explored as well (`make faults`): something smaller of each kind is explored always."""

NOTICE = timedelta(hours=10)
"""How long a promise is nearly due before it is broken: time for as many rounds as a few faults take."""

ACCEPT_WITHIN, ANSWER_WITHIN, WAIT, CLOSE_AFTER = (timedelta(days=days) for days in (6, 10, 15, 4))
"""What departments are given, and how long customers of the app are to wait: days, so that nothing runs out by the
rounds that a few faults take, and no two things at once."""

_SHARDS = 1
"""So many shards the sparse index has on the double. A round reads each shard of each kind of open work, and one more
differs from the next kind's in nothing that a fault could tell: with all of them the matrix would be of empty reads."""


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

    def put_beside(self, thing: Beside) -> None:
        """Have something that is no AWS take part, as it is now, in every world from now on."""
        self.engine.restore(self._fresh)
        self.engine.beside.append(thing)
        self.keep()

    def keep(self) -> None:
        """Have every world from now on begin with what the engine holds now."""
        self._fresh = self.engine.snapshot()

    def now(self) -> datetime:
        return self.present.now() if self.present else NOW

    def world(self, arrivals: Sequence[Arriving]) -> World:
        """Return a world in which nothing has come yet; the one before it is no more."""
        self.engine.restore(self._fresh)
        self.engine.forget()
        world.forget()
        sequential.forget()
        self.complaints.errors.clear()
        self.present = World(self.stack, self.engine, self.wire, self.complaints, arrivals)
        return self.present


def prepare(stack: Stack, engine: Any) -> None:
    """Do what an operator does after a deploy: publish a playbook, put the accounts' secrets in their place."""
    secret = stack.routes[0].function.environment["WEBHOOK_SECRETS_ID"]
    engine.put_secret(secret, orjson.dumps(SECRETS).decode())
    example = parse((ROOT / "infra" / "playbook.example.toml").read_text())
    notice = Commitments(remind_before_minutes=NOTICE // timedelta(minutes=1))
    publish(Table(engine.client("dynamodb"), stack.table), _slow(example).model_copy(update={"commitments": notice}))


def under(world: World, change: Callable[[dict[str, Any]], object]) -> World:
    """Publish the playbook of a world, in which nothing has come yet, as it is after a change."""
    table = Table(world.stack.engine.client("dynamodb"), world.stack.table)
    said = orjson.loads(CurrentPlaybook(table)().to_json())
    change(said)
    publish(table, Playbook.from_json(orjson.dumps(said | {"version": said["version"] + 1}).decode()))
    return world


_A_YEAR = timedelta(days=366)


def minutes(each: timedelta) -> dict[str, int]:
    """Return a deadline that is the same for every priority."""
    return dict.fromkeys(PRIORITIES, each // timedelta(minutes=1))


def _slow(playbook: Playbook) -> Playbook:
    """Return a playbook in which there is time, day and night, and whose accounts nobody asks after."""
    said = playbook.model_dump()
    slow = {
        "accounts": (),
        "clocks": [
            {"kind": kind, "within": within, **of}
            for kind in ("first_answer", "next_answer")
            for within, of in (
                (minutes(_A_YEAR), {}),
                (minutes(WAIT), {"channel": "app"}),
                *((minutes(ANSWER_WITHIN), {"department": name}) for name in ("billing", "technical")),
                # What is written there in the stories was written months ago.
                *((minutes(_A_YEAR), {"department": name, "channel": "telegram"}) for name in ("billing", "technical")),
            )
        ],
        "departments": [
            each | {"accept_within": minutes(ACCEPT_WITHIN), "calendar": None} for each in said["departments"]
        ],
        "hand_offs": {"close_after_minutes": CLOSE_AFTER // timedelta(minutes=1)},
    }
    return Playbook.model_validate(said | slow)


class NoCredentials:
    """A session without credentials: nobody takes a shortcut, and every call passes its client."""

    region_name = REGION

    def get_credentials(self) -> None:
        return None


@contextmanager
def on_the_double(of: Mapping[str, Any] | None = None, *, on: Collection[str] = (), **parameters: str) -> Iterator[Lab]:
    """Make a lab on the double, of `template.yaml` or of another template; `on` are the mappings that are turned on."""
    labs: list[Lab] = []
    wire = Wire()
    engine = Double(wire, lambda: labs[0].now() if labs else NOW)
    with installed(engine.client, NoCredentials()) as complaints, patch.object(keys, "SHARDS", _SHARDS):
        labs.append(Lab(engine, Stack(of or template(), engine, on=on, **ISSUER, **parameters), wire, complaints))
        yield labs[0]


@contextmanager
def on_aws(endpoint: str | None = None) -> Iterator["AwsLab"]:
    """Make a lab on an AWS that boto3 reaches: the in-process one, or the engine at an endpoint."""
    wire = Wire()
    engine = Aws(wire, endpoint)
    send = _Shortened._send

    def sent(self: _Shortened, body: bytes) -> Answer:
        short.append(self._operation)
        answer = send(self, body)  # the short way has an event before a call, and none after it
        engine.after()
        return answer

    short: list[str] = []
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
        yield AwsLab(engine, stack, wire, complaints, short)
    for client in (*made, engine):
        client.close()


@dataclass
class AwsLab:
    """An AWS with all that the template deploys, for one world; `short` are the operations that took the short way."""

    engine: Aws
    stack: Stack
    wire: Wire
    complaints: Complaints
    short: list[str]

    def world(self, arrivals: Sequence[Arriving]) -> World:
        return World(self.stack, self.engine, self.wire, self.complaints, arrivals)
