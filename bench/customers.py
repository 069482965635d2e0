"""Customers to be looked up, made as customers are: their messages by the projector, what the company did by steps."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any, cast

from shared.casework.steps import Agent, Commitment, LinkDecision, pair
from shared.ids import customer_id, step_id
from shared.models import Author, ContactPoint, Delivery, Message
from shared.playbook import Playbook
from shared.projection.projector import Projector
from shared.store import journal, keys, steps
from shared.store.table import Item, Table

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TABLE = "bench"
COMPLAINT = "Me han cobrado dos veces la misma factura"
"""Words that the example playbook gives to a department."""

_PROJECTED = 500
"""Of how many messages at either end of a history the projections are made; those between are only journalled, since
a head keeps nothing of them and a hundred thousand take minutes."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with so many identities, of which the first has said so much, and has at least so many items besides its
    history: a conversation and an escalation for every commitment."""

    name: str
    messages: int = 10
    identities: int = 1
    items: int = 2

    def identity(self, number: int = 0) -> str:
        return f"x:900100:{self.name}-{number:03}"

    @property
    def id(self) -> str:
        return customer_id(self.identity())

    @property
    def partition(self) -> str:
        return keys.identity(self.identity())


@dataclass(frozen=True, slots=True)
class Company:
    """The table, and everything that writes to it."""

    table: Table
    playbook: Playbook

    def know(self, person: Person) -> None:
        """Put a customer into the table, with all that they said."""
        first, *others = (person.identity(number) for number in range(person.identities))
        self._hear(first, person.messages)
        for other in others:
            self._hear(other, 1)
        self._fill(first, person.items)
        if others:
            pairs = tuple(sorted(pair(first, other) for other in others))
            self._take(LinkDecision(**_step(first, 0), decision="linked", pairs=pairs))

    def _hear(self, identity: str, count: int) -> None:
        ends = {*range(count)[:_PROJECTED], *range(count)[-_PROJECTED:]}
        for number in sorted(ends):
            item = _journalled(_message(identity, number, ago=count - number))
            self.table.put_many([item])
            self._projector.project([item])
        alike = _journalled(_message(identity, 0, ago=count))
        between = (
            alike | {"sk": {"S": keys.event(_message(identity, number, ago=count - number)).sk}}
            for number in range(count)
            if number not in ends
        )
        for batch in batched(between, 25, strict=False):
            self.table.put_many(batch)

    def _fill(self, identity: str, items: int) -> None:
        """Have an identity complain in many threads, and promises made to it; its first conversation and what is known
        of it are there."""
        thirds = max(items - 2, 0) // 3
        for number in range(thirds):
            complaint = _message(identity, 0, ago=1, thread=f"post-{number:06}", text=COMPLAINT)
            self._projector.project([_journalled(complaint.model_copy(update={"external_id": f"said-{number:06}"}))])
        for number in range(max(items - 2 - 2 * thirds, 0)):
            self._take(_promise(identity, number + 1))

    def _take(self, step: Any) -> None:
        steps.keep(self.table, step)
        self._projector.take(step)

    @property
    def _projector(self) -> Projector:
        nothing = cast("Any", None)
        return Projector(
            table=self.table, bucket=nothing, departments=nothing, playbook=lambda: self.playbook, now=lambda: NOW
        )


def _message(identity: str, number: int, *, ago: int, **rest: Any) -> Message:
    """Return one of an identity's messages; all are equally long, however many there are."""
    handle = identity.rpartition(":")[2]
    return Message(
        **{"thread": "post", "text": "Hola, soy yo otra vez. Gracias por la respuesta de ayer.", **rest},
        identity=identity,
        account="900100",
        channel="x_mention",
        visibility="public",
        external_id=f"post-{number:06}",
        occurred_at=NOW - timedelta(seconds=ago),
        author=Author(name="Ana Torres", handle=handle, contacts=(_handle(handle),)),
    )


def _handle(handle: str) -> ContactPoint:
    return ContactPoint(kind="handle", value=handle, proof="platform")


def _journalled(message: Message) -> Item:
    return journal.expanded_item(Delivery("x", message.account, b"", {}, message.occurred_at), message)


def _step(identity: str, number: int) -> dict[str, Any]:
    name = step_id(subject="bench", identity=identity, idempotency_key=f"{number}")
    return {"id": name, "identity": identity, "at": NOW, "by": Agent(subject="marta", department="billing")}


def _promise(identity: str, number: int) -> Commitment:
    return Commitment(
        **_step(identity, number),
        matter=f"factura {number:06}",
        text="Devolvemos el importe cobrado de más a la tarjeta con la que se pagó.",
        until=NOW + timedelta(days=7),
    )
