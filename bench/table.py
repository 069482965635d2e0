"""The tests' strict DynamoDB over HTTP, with customers in it, and with a meter: in a process of its own.

    python -m bench.table < ORDERS

The first order is JSON, a list of customers (`bench/customers.py`); the port is printed. Each further line asks what
was called since the last one, and how many units that was by DynamoDB's documented rules.
"""

import asyncio
import sys
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import orjson

from bench.customers import TABLE, Company, Person
from bench.stub import answer, serve
from shared.playbook import parse
from shared.store.playbooks import publish
from shared.store.table import Table
from tests.double import Cloud
from tests.double.meter import Meter
from tests.template import ROOT, table_definition

_PLAYBOOK = parse((ROOT / "infra" / "playbook.example.toml").read_text())


def filled(people: Iterable[Person]) -> Cloud:
    """Return an AWS whose table has these customers in it, and the example playbook."""
    cloud = Cloud(now=lambda: datetime.now(UTC))
    cloud.create_table(**table_definition(TABLE))
    table = Table(cloud.client("dynamodb"), TABLE)
    publish(table, _PLAYBOOK)
    company = Company(table, _PLAYBOOK)
    for person in people:
        company.know(person)
    return cloud


class Metered:
    """An AWS that answers HTTP requests, as long as it has no reason to refuse one."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._told = cloud.meter.copy()

    def respond(self, target: str, body: bytes) -> bytes:
        said = self._cloud.call("dynamodb", target.rpartition(".")[2], orjson.loads(body))
        return answer(orjson.dumps(said, default=_base64))

    def counted(self) -> dict[str, Any]:
        """Return what was called since this was last asked: how often each operation, and the units of all."""
        before, self._told = self._told, self._cloud.meter.copy()
        return _between(before, self._told)


def _between(before: Meter, after: Meter) -> dict[str, Any]:
    calls = {name: count - before.operations.get(name, 0) for name, count in after.operations.items()}
    return {
        "calls": {name: count for name, count in calls.items() if count},
        "read": after.read - before.read,
        "write": after.write - before.write,
    }


def _base64(value: object) -> str:
    assert isinstance(value, bytes)
    return b64encode(value).decode()


def main() -> None:
    metered = Metered(filled(Person(**each) for each in orjson.loads(sys.stdin.readline())))
    asyncio.run(serve(metered.respond, metered.counted))


if __name__ == "__main__":
    main()
