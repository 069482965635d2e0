"""Calls: whether an agent took one, whether the caller gave up in the queue, and how long either took.

Each contact tells for itself what it came to. A call that is passed on is several contacts, one after the other: one
that ended in a queue waits for an answer, and the next one answers it as soon as an agent takes that.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from shared.models import Author, Call, ContactPoint, Direction, Event
from shared.platforms import Handler, Unit, ignored
from shared.platforms.connect.payload import Contact, Endpoint

type Status = Literal["missed", "rejected", "completed", "failed"]

DIRECTIONS: Mapping[str, Direction] = {
    "INBOUND": "inbound",
    "TRANSFER": "inbound",
    "QUEUE_TRANSFER": "inbound",
    "WEBRTC_API": "inbound",
    "OUTBOUND": "outbound",
    "CALLBACK": "outbound",
    "API": "outbound",
}
"""By `InitiationMethod`. Whoever is passed on still waits for us, whoever called first."""

NO_CUSTOMERS = frozenset({"EXTERNAL_OUTBOUND", "MONITOR", "DISCONNECT"})
"""An agent who asks somebody outside, a supervisor who listens, and what is done after a call has ended."""

ASIDE = "no call of a customer's: somebody asked outside, a supervisor, or what is done after the end"
NAMELESS = "a step of a call that does not say whose it is: its contact record does"

_ENDED = ("voice.DISCONNECTED", "voice.COMPLETED")
_FAILED = frozenset(
    {
        "TELECOM_PROBLEM",
        "OUTBOUND_DESTINATION_ENDPOINT_ERROR",
        "OUTBOUND_RESOURCE_ERROR",
        "OUTBOUND_ATTEMPT_FAILED",
    }
)
"""By `DisconnectReason`: nobody decided it."""

_BUSY = "SIT_TONE_BUSY"
_MACHINES = ("VOICEMAIL", "FAX")

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_WITHHELD = "+266696687"
"""ANONYMOUS on a telephone's keys, which some carriers put in the place of a withheld number."""


def record(unit: Unit) -> list[Event]:
    """A contact record: the contact as it stands, mostly when it is over. It is told again whenever something is added,
    and says the same of the call."""
    return _read(unit, Contact.model_validate(unit.value))


def step(unit: Unit) -> list[Event]:
    """A contact event: how far a contact is. Most do not say whose it is."""
    told = Contact.model_validate(unit.value)
    if told.customer_endpoint is None:
        return [ignored(unit, NAMELESS, told.contact_id)]
    if unit.name in _ENDED and told.disconnect_timestamp is None:
        told = told.model_copy(update={"disconnect_timestamp": unit.at})
    return _read(unit, told)


def _read(unit: Unit, told: Contact) -> list[Event]:
    if told.initiation_method in NO_CUSTOMERS:
        return [ignored(unit, ASIDE, told.contact_id)]
    direction = DIRECTIONS[told.initiation_method]
    number = _number(told.customer_endpoint)
    whose: dict[str, Any] = {
        "identity": f"phone:{unit.account}:{number or told.initial_contact_id or told.contact_id}",
        "account": unit.account,
        "channel": "connect_phone",
        "author": Author(contacts=(ContactPoint(kind="phone", value=number),)) if number else None,
        "direction": direction,
    }
    return [
        Call(**whose, external_id=f"{told.contact_id}:{said['status']}", **said)
        for said in _states(told, direction, unit.at)
    ]


def _states(told: Contact, direction: Direction, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield what is known to have happened: that it was taken, how it ended, or, before either, that it rings."""
    taken, ended = _taken(told, direction), told.disconnect_timestamp
    agent = {"agent": told.agent.id} if told.agent and taken else {}
    call = {"call_id": told.contact_id}  # once, since it costs a write: what was said is told when all is over
    machine = {"by_machine": True} if _by_machine(told, direction) else {}
    if taken:
        yield {"occurred_at": taken, "status": "answered", **_waited(told, taken), **agent, **machine}
    if ended and taken:
        spoken = max(0, (ended - taken) // timedelta(seconds=1))
        end = {"occurred_at": ended, "status": "completed", "duration": spoken}
        yield {**end, **_heard(told), **agent, **machine, **call}
    elif ended:
        status, by_machine = _nobody(told, direction)
        menu = {"by_machine": True} if by_machine else {}
        yield {"occurred_at": ended, "status": status, **_waited(told, ended), **_heard(told), **menu, **call}
    elif not taken:
        yield {"occurred_at": told.initiation_timestamp or at, "status": "ringing"}


def _taken(told: Contact, direction: Direction) -> datetime | None:
    """Return when both sides were there. Of a call of ours, Connect connects the agent first, and the system when the
    customer answers."""
    agent = told.agent.connected_to_agent_timestamp if told.agent else None
    if direction == "inbound":
        return agent
    customer = told.connected_to_system_timestamp
    return max(agent or customer, customer) if customer else None


def _by_machine(told: Contact, direction: Direction) -> bool:
    if direction == "inbound":
        return False
    return told.agent is None or (told.answering_machine_detection_status or "").startswith(_MACHINES)


def _nobody(told: Contact, direction: Direction) -> tuple[Status, bool]:
    """Return how a call ended that nobody took, and whether a menu was all that it was for."""
    if told.answering_machine_detection_status == _BUSY:
        return "rejected", False
    if told.disconnect_reason in _FAILED:
        return "failed", False
    is_left_to_a_flow = told.queue is None or told.transferred_to_endpoint is not None
    return ("completed", True) if direction == "inbound" and is_left_to_a_flow else ("missed", False)


def _waited(told: Contact, until: datetime) -> dict[str, int]:
    queue = told.queue
    if queue is None:
        return {}
    if queue.duration is not None:
        return {"waited": queue.duration}
    since = queue.enqueue_timestamp
    return {"waited": max(0, ((queue.dequeue_timestamp or until) - since) // timedelta(seconds=1))} if since else {}


def _heard(told: Contact) -> dict[str, str]:
    return {"recording": f"s3://{told.recording.location}"} if told.recording and told.recording.location else {}


def _number(customer: Endpoint | None) -> str | None:
    if customer is None or customer.type not in (None, "TELEPHONE_NUMBER"):
        return None
    address = customer.address or ""
    return address if _NUMBER.fullmatch(address) and address != _WITHHELD else None


EVENTS: Mapping[str, Handler] = {
    "voice.record": record,
    **{
        f"voice.{word}": step
        for word in ("INITIATED", "CONNECTED_TO_SYSTEM", "QUEUED", "CONNECTED_TO_AGENT", "DISCONNECTED", "COMPLETED")
    },
}
