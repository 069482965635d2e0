"""Escalations: for what there is one, for whom, until when, and always the same one for the same message."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from shared.escalation import Escalation, State, escalate
from shared.ids import customer_id, escalation_id
from shared.models import Message
from shared.playbook import parse

PLAYBOOK = parse((Path(__file__).parents[2] / "infra" / "playbook.example.toml").read_text(encoding="utf-8"))
RECEIVED = datetime(2026, 3, 2, 9, 30, 1, tzinfo=UTC)


def message(text: str, **changes: object) -> Message:
    plain = {
        "external_id": "12",
        "occurred_at": RECEIVED - timedelta(days=1),
        "identity": "telegram:teleprado_bot:4711",
        "account": "teleprado_bot",
        "channel": "telegram",
        "text": text,
    }
    return Message.model_validate(plain | changes)


def offer(said: Message, received_at: datetime = RECEIVED) -> Escalation | None:
    return escalate(said, received_at=received_at, event_key="event#2026#12", playbook=PLAYBOOK)


@pytest.mark.parametrize(
    ("text", "department", "priority", "minutes"),
    [
        ("mi factura", "billing", "normal", 240),
        ("mi factura, es urgente", "billing", "high", 60),
        ("el router echa humo", "technical", "urgent", 10),
        ("¡echa humo!", "care", "urgent", 15),
        ("asap please", "care", "high", 60),
    ],
)
def test_who_is_offered_what_until_when(text: str, department: str, priority: str, minutes: int) -> None:
    offered = offer(message(text))
    assert offered is not None
    assert (offered.department, offered.priority, offered.state) == (department, priority, "offered")
    assert offered.offered_at == RECEIVED
    assert offered.accept_by == RECEIVED + timedelta(minutes=minutes)
    assert offered.playbook_version == PLAYBOOK.version
    assert offered.event_key == "event#2026#12"
    assert offered.reasons


@pytest.mark.parametrize(
    "said",
    [message("hola"), message(""), message("mi factura, urgente", direction="outbound")],
    ids=["hola", "", "ours"],
)
def test_what_names_no_department_and_presses_nobody_is_none(said: Message) -> None:
    assert offer(said) is None


def test_the_same_message_makes_the_same_escalation() -> None:
    assert offer(message("mi factura")) == offer(message("mi factura"))
    elsewhere = RECEIVED.astimezone(timezone(timedelta(hours=-5)))
    assert offer(message("mi factura"), elsewhere) == offer(message("mi factura"))


def test_its_ids_are_derived_from_the_message_and_the_department() -> None:
    offered = offer(message("mi factura"))
    assert offered is not None
    identity = "telegram:teleprado_bot:4711"
    assert offered.id == escalation_id(identity=identity, external_id="12", department="billing")
    assert offered.customer_id == customer_id(identity)


def test_it_can_be_kept_and_read_again() -> None:
    offered = offer(message("mi factura, es urgente"))
    assert offered is not None
    for state in get_args(State):
        kept = Escalation.model_validate(offered.model_dump() | {"state": state})
        assert Escalation.model_validate_json(kept.model_dump_json(exclude_defaults=True)) == kept


def test_there_is_no_other_state() -> None:
    offered = offer(message("mi factura"))
    assert offered is not None
    with pytest.raises(ValidationError):
        Escalation.model_validate(offered.model_dump() | {"state": "lost"})
