"""What operators are told: a published contract, exported as `shared/contracts/operations-openapi.json`.

Every field is always there; what is not known is null. Instants are RFC 3339 in UTC. Nothing in it is personal.
"""

from pydantic import BaseModel, ConfigDict, Field

from shared.channels import State
from shared.ledger import Where
from shared.models import Instant
from shared.repair.dead import Kind


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class Pending(_Part):
    """Units that somebody still has to act on."""

    units: int
    since: Instant = Field(description="When the oldest of them was received.")


class Queue(_Part):
    """How many messages a queue has, as SQS counts them: approximately, and a minute late after a change."""

    queue: str = Field(description="spill, left_behind, replies, or a department's name.")
    waiting: int = Field(description="Can be received now.")
    in_flight: int = Field(description="Received, and not done yet.")
    dead_letters: int = Field(description="Given up; see redrive in infra/README.md.")


class Ledger(_Part):
    """What an account's platform sent in a time, in units, and what became of every one of them.

    `received` is counted by itself, from the bytes: it equals journalled, duplicate, ignored, refused and pending
    together, or a unit is nowhere and `balances` is false.
    """

    platform: str
    account: str
    since: Instant = Field(description="From when on requests are counted, by when they were received.")
    until: Instant = Field(description="Up to when, exclusive.")
    balances: bool
    deliveries: int = Field(description="Requests that were acknowledged.")
    received: int
    journalled: int = Field(description="Became something in the journal.")
    duplicate: int = Field(description="Were there already.")
    ignored: dict[str, int] = Field(description="Nothing is done with these, by reason.")
    refused: dict[str, int] = Field(description="An operator decided not to read these, by reason.")
    pending: dict[Where, Pending] = Field(description="By whom has to act: projector, reader (our code), bucket.")
    spill: Queue = Field(
        description="Deliveries of all accounts that the table refused, and that no ledger knows until it has them."
    )


class Stuck(_Part):
    """One thing that was not done yet, and is tried again."""

    name: str = Field(description="A digest, by which refuse is told what is meant.")
    kind: Kind = Field(description="unreadable: our code cannot read it; unprojected: it failed; delivery: nobody did.")
    what: str = Field(description="delivery, event or escalation.")
    platform: str | None = Field(description="Null for an escalation.")
    account: str | None = Field(description="Null for an escalation.")
    received_at: Instant | None = Field(description="Null for an escalation.")
    due_at: Instant = Field(description="When it is tried next, or should have been.")
    attempts: int = Field(description="How often it failed.")
    reasons: dict[str, int] = Field(description="Why units cannot be read: kinds and fields, by number of units.")
    read_by: str | None = Field(description="The version of the code that could not read it.")


class Dead(_Part):
    """All that is stuck, and every queue."""

    stuck: tuple[Stuck, ...]
    more: bool = Field(description="There is more than limit; what is due first is shown.")
    queues: tuple[Queue, ...]


class Channel(_Part):
    """Whether one account of the playbook is heard."""

    platform: str
    account: str
    state: State | None = Field(description="Null until it is looked at for the first time.")
    since: Instant | None = Field(description="When that state began.")
    sentence: str = Field(description="What happened and what to do.")
    last_delivery: Instant | None = Field(description="When a genuine delivery last came, as far as is known.")


class Channels(_Part):
    """All accounts of the playbook."""

    channels: tuple[Channel, ...] = Field(description="Those first that are not heard.")
