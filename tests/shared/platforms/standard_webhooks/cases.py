"""The samples and what each of them means."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.models import (
    Attachment,
    Author,
    Call,
    ContactPoint,
    Deletion,
    Delivery,
    Edit,
    Event,
    Ignored,
    Message,
    PersonalEvent,
    ProfileChange,
    Reaction,
    Receipt,
)
from shared.platforms import load
from tests.shared.platforms.standard_webhooks.sender import ACCOUNT

SAMPLES = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "samples").glob("*.json")}
APP = load("standard_webhooks")

HAPPENED = datetime(2026, 9, 21, 14, 13, 19, 250000, UTC)
PUBLISHED = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
RECEIVED = datetime(2026, 9, 21, 15, tzinfo=UTC)


def delivered(body: bytes, *, at: datetime = RECEIVED) -> Delivery:
    return Delivery("standard_webhooks", ACCOUNT, body, {}, at)


def events(body: bytes, *, at: datetime = RECEIVED) -> list[Event]:
    return APP.normalise(delivered(body, at=at))


ANA = Author(
    name="Ana Torres",
    handle="anatorres",
    language="es-ES",
    contacts=(
        ContactPoint(kind="phone", value="+34600111222", proof="app_session"),
        ContactPoint(kind="email", value="ana.torres@example.com"),
        ContactPoint(kind="handle", value="anatorres"),
    ),
)


def known(kind: type[PersonalEvent], external_id: str, **rest: Any) -> PersonalEvent:
    common = {
        "identity": "app:shop_app:u-1001",
        "account": ACCOUNT,
        "channel": "app",
        "occurred_at": HAPPENED,
        "author": Author(),
    }
    return kind.model_validate({**common, "external_id": external_id, **rest})


def nothing(kind: str) -> Ignored:
    return Ignored(external_id=kind, occurred_at=PUBLISHED, reason=f"unknown kind: {kind}")


AT_TWO = datetime(2026, 9, 21, 14, tzinfo=UTC)

MEANINGS: dict[str, list[Event]] = {
    "text": [known(Message, "m-1", author=ANA, text="Hola, ¿abren mañana?")],
    "non_ascii": [known(Message, "m-2", text="Señor, el año pasado también: 👩‍👩‍👧 ¡qué bien! 日本語")],
    "complaint": [
        known(
            Message,
            "m-3",
            author=ANA,
            text="Buenos días, me han cobrado dos veces la factura de marzo y nadie me contesta.",
        )
    ],
    "photo_caption": [
        known(
            Message,
            "m-4",
            text="Llegó rota",
            thread="order-77",
            attachments=(
                Attachment(
                    type="photo",
                    id="f-1",
                    url="https://files.example/f-1",
                    mime_type="image/jpeg",
                    name="caja.jpg",
                    text="una caja abierta",
                ),
                Attachment(type="order", id="77"),
            ),
        )
    ],
    "reply": [
        known(
            Message,
            "m-5",
            text="Sí, la azul",
            reply_to="m-0",
            visibility="public",
            permalink="https://app.example/q/5",
        )
    ],
    "echo": [
        known(
            Message,
            "m-6",
            occurred_at=datetime(2026, 9, 21, 14, 13, 30, tzinfo=UTC),
            direction="outbound",
            text="Sí, mañana a las nueve",
            reply_to="m-1",
        )
    ],
    "edited": [known(Edit, "m-1/2", target="m-1", text="Hola, ¿abren el lunes?")],
    "deleted": [known(Deletion, "m-1/gone", target="m-1")],
    "reaction": [known(Reaction, "r-1", target="m-6", emoji="❤")],
    "reaction_removed": [known(Reaction, "r-2", target="m-6", removed=True)],
    "receipt": [known(Receipt, "m-6/read", target="m-6", status="read")],
    "receipt_failed": [known(Receipt, "m-7/failed", target="m-7", status="failed", error="app not installed")],
    "receipt_watermark": [known(Receipt, "w-1", status="read")],
    "profile": [known(ProfileChange, "p-1", field="opt_in", previous="yes", current="no")],
    "call": [known(Call, "call-1/3", status="completed", duration=187)],
    "call_outbound": [known(Call, "call-2/2", status="missed", direction="outbound")],
    "batch": [
        known(Message, "8", occurred_at=AT_TWO, text="Uno"),
        known(Message, "9", occurred_at=AT_TWO, identity="app:shop_app:1002", text="Dos"),
        nothing("order.shipped"),
        known(Call, "call-3/1", status="ringing"),
    ],
    "unknown_kind": [nothing("contact.created")],
    "empty_batch": [],
}
