"""An office with a desk in it: customers who have written, and the service, asked as the gateway asks it."""

import json
from base64 import b64encode
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, cast

from fastapi import FastAPI
from mangum import Mangum

from services.desk.keeping import Keeping
from services.desk.people import People
from services.desk.routes import api
from shared.casework.steps import Step
from shared.escalation import Due, Escalation, accept_by
from shared.http.problems import MEDIA_TYPE
from shared.ids import customer_id, escalation_id
from shared.models import Author, ContactPoint
from shared.playbook import Playbook, Priority
from shared.projection import casework
from shared.projection.cases import Cases, offer
from shared.store import keys, steps
from shared.store.customers import PARALLEL, Customers
from shared.store.keys import Key
from shared.store.playbooks import publish
from shared.store.table import Item, Table, key_of
from shared.triage import Reason
from tests.conftest import NOW, TABLE
from tests.double import Cloud
from tests.services.customer360.counter import ANA, ANA_ON_X, LUIS, PLAYBOOK, Answer, ago, called, said
from tests.services.customer360.counter import Counter as CustomerCounter
from tests.template import table_definition

EVERYTHING: Mapping[str, Any] = {"sub": "marta", "scope": "desk/write customers/link"}
BILLING: Mapping[str, Any] = {"sub": "bill", "scope": "desk/write department/billing"}
CARE: Mapping[str, Any] = {"sub": "carla", "scope": "desk/write department/care"}

HERS = f"/customers/{customer_id(ANA)}"
ON_X = f"/customers/{customer_id(ANA_ON_X)}"
HIS = f"/customers/{customer_id(LUIS)}"

COMPLAINT = "No reconozco este cobro duplicado"


def with_number(number: str) -> dict[str, Any]:
    """Return an author who signed in at the company's app under a customer number."""
    return {"author": Author(contacts=(ContactPoint(kind="customer_number", value=number, proof="app_session"),))}


class Office:
    """`clock` is what time it is; what the desk writes is projected by itself, as the stream does, with `settle`."""

    def __init__(self, table: Table | None = None, *, playbook: Playbook = PLAYBOOK) -> None:
        self.playbook = playbook
        self.clock = NOW
        self.cloud = Cloud(now=lambda: self.clock)
        self.cloud.create_table(**table_definition(TABLE))
        self.table = table or Table(self.cloud.client("dynamodb"), TABLE)
        if table is None:
            publish(self.table, playbook)
        self.customers = CustomerCounter(self.table)
        self._keys = iter(range(1_000_000))

    def with_people(self) -> "Office":
        """Let Ana have written on two channels, with a complaint, and Luis on one."""
        self.customers.hear(
            said("1", COMPLAINT, at=ago(days=2)),
            said("2", "¿Hay alguien?", who=ANA_ON_X, at=ago(days=1), visibility="public"),
            said("3", "Hola", who=LUIS, at=ago(hours=1)),
        )
        return self

    def ask(
        self,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        claims: object = EVERYTHING,
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
    ) -> Answer:
        """Send a body, bytes and text as they stand, and a key of its own unless one is given."""
        event = called(path, claims=claims, method=method)
        if isinstance(body, bytes):
            event |= {"body": b64encode(body).decode(), "isBase64Encoded": True}
        else:
            event["body"] = body if isinstance(body, str) else json.dumps(body)
        event["headers"] |= {
            "content-type": "application/json",
            "idempotency-key": key or f"key-{next(self._keys)}",
            **(headers or {}),
        }
        event["headers"] = {name: value for name, value in event["headers"].items() if value}
        answer = self._service(cast("Any", event), cast("Any", None))
        assert answer["isBase64Encoded"] is (answer["statusCode"] == 500), "Mangum's own answer is plain text"
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    def see(
        self, path: str, query: str = "", *, claims: object = EVERYTHING, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask a path that reads; `query` is the raw query string."""
        event = called(path, query, claims=claims, headers=headers)
        answer = self._service(cast("Any", event), cast("Any", None))
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    def offer(
        self,
        name: str = "1",
        *,
        identity: str = ANA,
        department: str = "billing",
        priority: Priority = "normal",
        at: datetime | None = None,
    ) -> Escalation:
        """Offer a department another case of somebody who has written, and return it."""
        at = at or self.clock
        case = Escalation(
            id=escalation_id(identity=identity, external_id=f"offer {name}", department=department),
            department=department,
            priority=priority,
            reasons=(Reason(code="no_phrase", text="No department's phrase stands in the text."),),
            offered_at=at,
            accept_by=accept_by(self.playbook, Due(department, priority), at),
            identity=identity,
            event_key=f"event#{keys.instant(at)}#{name}",
            customer_id=customer_id(identity),
            playbook_version=self.playbook.version,
        )
        assert offer(self.table, case)
        return case

    @property
    def cases(self) -> Cases:
        return Cases(self.table, lambda: self.playbook, lambda: self.clock)

    @cached_property
    def app(self) -> FastAPI:
        people = People(self.table, Customers(self.table, _POOL))
        keeping = Keeping(self.table, lambda: self.playbook, now=lambda: self.clock)
        return api(people, keeping)

    def part[P](self, kind: type[P]) -> P:
        """Return a part of the service, by its class: for threads, which cannot share an event loop."""
        return cast("P", self.app.state.parts[kind])

    @cached_property
    def _service(self) -> Mangum:
        return Mangum(self.app, lifespan="off", text_mime_types=["application/json", MEDIA_TYPE])

    def later(self, **passed: float) -> datetime:
        self.clock += timedelta(**passed)
        return self.clock

    def items(self) -> dict[Key, Item]:
        return {key_of(item): item for item in self.cloud.look().items(TABLE)}

    def steps(self) -> list[Step]:
        return [steps.read(item) for key, item in sorted(self.items().items()) if key.sk.startswith(keys.STEP_PREFIX)]

    def settle(self) -> None:
        """Project every step, as the stream does."""
        for step in self.steps():
            casework.take(step, table=self.table, playbook=lambda: self.playbook, now=lambda: self.clock)

    def groups(self, *identities: str) -> set[tuple[str, ...]]:
        people = People(self.table, Customers(self.table, _POOL))
        return set(people.groups(identities).values())


_POOL = ThreadPoolExecutor(PARALLEL)


def ahead(**passed: float) -> str:
    """Return an instant in the future, as a caller writes it."""
    return (NOW + timedelta(**passed)).isoformat()
