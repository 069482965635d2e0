"""The samples and what each of them means."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shared.models import (
    Attachment,
    Author,
    ContactPoint,
    Deletion,
    Delivery,
    Edit,
    Event,
    Ignored,
    Message,
    ProfileChange,
    Reaction,
)
from shared.platforms import load
from tests.shared.platforms.telegram.sender import ACCOUNT

SAMPLES = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "samples").glob("*.json")}
TELEGRAM = load("telegram")

SENT = datetime.fromtimestamp(1790000000, UTC)
RECEIVED = datetime(2026, 9, 21, 15, tzinfo=UTC)


def delivered(body: bytes, *, at: datetime = RECEIVED) -> Delivery:
    return Delivery("telegram", ACCOUNT, body, {}, at)


def events(body: bytes, *, at: datetime = RECEIVED) -> list[Event]:
    return TELEGRAM.normalise(delivered(body, at=at))


def after(seconds: int) -> datetime:
    return SENT + timedelta(seconds=seconds)


def author(name: str, *, handle: str | None = None, language: str | None = None, phone: str | None = None) -> Author:
    handles = [ContactPoint(kind="handle", value=handle, proof="platform")] if handle else []
    phones = [ContactPoint(kind="phone", value=phone, proof="contact_share")] if phone else []
    return Author(name=name, handle=handle, language=language, contacts=(*handles, *phones))


ANA = {"identity": "telegram:tienda_bot:5150001", "author": author("Ana Torres", handle="anatorres", language="es")}
ANA_AS_CHAT = ANA | {"author": author("Ana Torres", handle="anatorres")}
LUIS = {"identity": "telegram:tienda_bot:5150002", "author": author("Luis", language="es-MX")}
MARTA = {"identity": "telegram:tienda_bot:-1001700000009", "author": author("El blog de Marta", handle="blogdemarta")}
GROUP, FORUM, DIRECT = "-1001700000001", "-1001700000002", "-1001700000004"
IN_GROUP = {"thread": GROUP, "visibility": "public"}


def said(external_id: str, who: dict[str, Any] = ANA, **rest: Any) -> Message:
    at = rest.pop("at", SENT)
    return Message(external_id=external_id, occurred_at=at, account=ACCOUNT, channel="telegram", **{**who, **rest})


def held(number: int, *attachments: Attachment, text: str = "") -> Message:
    return said(f"5150001:{number}", text=text, attachments=attachments)


def known[E: (Edit, Deletion, Reaction, ProfileChange)](
    kind: type[E], external_id: str, who: dict[str, Any], at: datetime, **rest: Any
) -> E:
    return kind(external_id=external_id, occurred_at=at, account=ACCOUNT, channel="telegram", **{**who, **rest})


def reacted(update: int, emoji: str, who: dict[str, Any], at: datetime, *, removed: bool = False) -> Reaction:
    target = f"{GROUP}:60"
    external_id = f"{target}:reaction:{update}:{emoji}{':removed' if removed else ''}"
    return known(Reaction, external_id, who, at, thread=GROUP, target=target, emoji=emoji, removed=removed)


def nothing(kind: str, reason: str) -> Ignored:
    return Ignored(external_id=kind, occurred_at=RECEIVED, reason=reason)


MEANINGS: dict[str, list[Event]] = {
    "text": [said("5150001:41", text="Hola, ¿abren mañana?")],
    "non_ascii": [said("5150001:42", text="Señor, el año pasado también: 👩‍👩‍👧 ¡qué bien! 日本語")],
    "complaint": [
        said("5150001:43", text="Buenos días, me han cobrado dos veces la factura de marzo y nadie me contesta.")
    ],
    "reply": [said("5150001:45", text="Sí, la azul", reply_to="5150001:40")],
    "photo_caption": [held(46, Attachment(type="photo", id="photo-large"), text="Llegó rota")],
    "document": [held(47, Attachment(type="document", id="doc-1", mime_type="application/pdf", name="factura.pdf"))],
    "animation": [held(48, Attachment(type="animation", id="gif-1", mime_type="video/mp4"))],
    "voice": [held(49, Attachment(type="voice", id="voice-1", mime_type="audio/ogg"))],
    "venue": [held(50, Attachment(type="venue", text="La tienda, Calle Mayor 1"))],
    "poll": [held(51, Attachment(type="poll", text="¿Qué color?\nRojo\nAzul"))],
    "own_contact": [
        said(
            "5150001:52",
            author=author("Ana Torres", handle="anatorres", language="es", phone="+34600111222"),
            attachments=(Attachment(type="contact", text="Ana Torres 34600111222"),),
        )
    ],
    "other_contact": [held(53, Attachment(type="contact", text="Luis +34600333444"))],
    "hidden_link": [
        held(
            54,
            Attachment(type="text_link", url="https://example.com/oferta", text="miren"),
            text="👍 miren esta oferta",
        )
    ],
    "rich_message": [
        held(
            55,
            Attachment(type="photo", id="rich-photo"),
            text="Mi pedido\nFaltan dos camisas y un gorro\n1.\ntalla M\nCamisa\n👕 x2\nla caja",
        )
    ],
    "web_app_data": [held(56, Attachment(type="web_app_data", name="Reservar", text='{"mesa": 4}'))],
    "new_content": [held(57, Attachment(type="scent"))],
    "unsupported": [held(58, Attachment(type="unsupported"))],
    "edited": [
        known(
            Edit,
            "5150001:41:edit:880100021",
            ANA,
            after(30),
            target="5150001:41",
            text="Hola, ¿abren el lunes?",
        )
    ],
    "edited_unseen": [
        known(
            Edit,
            "5150001:41:edit:880100022",
            ANA,
            RECEIVED,
            dated=False,
            target="5150001:41",
            text="Hola, ¿abren el lunes?",
        )
    ],
    "service": [nothing("message", "service message: new_chat_members")],
    "group": [
        said(
            f"{GROUP}:60",
            LUIS | IN_GROUP,
            text="¿Alguien sabe si hay garantía?",
            permalink="https://t.me/clientes_tienda/60",
        )
    ],
    "group_topic": [said(f"{FORUM}:61", LUIS, thread=f"{FORUM}:7", visibility="public", text="Precio por caja")],
    "group_as_channel": [
        said(
            f"{GROUP}:62",
            MARTA | IN_GROUP,
            text="Probé su producto",
            permalink="https://t.me/clientes_tienda/62",
        )
    ],
    "group_hidden_admin": [nothing("message", "the group's own voice, to nobody in particular")],
    "group_hidden_admin_answers": [
        said(
            f"{GROUP}:64",
            LUIS | IN_GROUP,
            direction="outbound",
            text="Sí, dos años",
            reply_to=f"{GROUP}:60",
            permalink="https://t.me/clientes_tienda/64",
        )
    ],
    "group_hidden_admin_answers_channel": [
        said(
            f"{GROUP}:83",
            MARTA | IN_GROUP,
            direction="outbound",
            text="Gracias, Marta",
            reply_to=f"{GROUP}:62",
            permalink="https://t.me/clientes_tienda/83",
        )
    ],
    "group_hidden_admin_again": [nothing("message", "the group's own voice, to nobody in particular")],
    "group_reply_chain": [
        said(
            f"{GROUP}:82",
            LUIS | IN_GROUP,
            text="¿Y el envío?",
            reply_to=f"{GROUP}:60",
            permalink="https://t.me/clientes_tienda/82",
        )
    ],
    "group_channel_forward": [nothing("message", "the group's own voice, to nobody in particular")],
    "group_bot": [nothing("message", "a bot, not a customer")],
    "ephemeral": [said(f"{GROUP}:ephemeral-3", LUIS, thread=GROUP, text="/mi_pedido")],
    "channel_direct": [said(f"{DIRECT}:67", LUIS, thread=DIRECT, text="¿Envían a México?")],
    "channel_direct_answer": [
        said(
            f"{DIRECT}:68",
            LUIS,
            thread=DIRECT,
            direction="outbound",
            text="Sí, en diez días",
            reply_to=f"{DIRECT}:67",
        )
    ],
    "guest": [said("guest:5150003:69", thread="guest:5150003", text="@tienda_bot horario")],
    "business": [said("bc-1:5150001:70", thread="bc-1:5150001", text="¿Tienen la talla 40?")],
    "echo": [
        said(
            "bc-1:5150001:71",
            ANA_AS_CHAT,
            at=after(5),
            thread="bc-1:5150001",
            direction="outbound",
            text="Sí, queda una",
            reply_to="bc-1:5150001:70",
        )
    ],
    "edited_echo": [
        known(
            Edit,
            "bc-1:5150001:71:edit:880100037",
            ANA_AS_CHAT,
            after(9),
            thread="bc-1:5150001",
            direction="outbound",
            target="bc-1:5150001:71",
            text="Sí, quedan dos",
        )
    ],
    "deleted": [
        known(
            Deletion,
            f"bc-1:5150001:{number}:deleted",
            ANA | {"author": None},
            RECEIVED,
            dated=False,
            thread="bc-1:5150001",
            target=f"bc-1:5150001:{number}",
        )
        for number in (70, 71)
    ],
    "callback": [
        said("callback:4382bfdwdsb323b2d9", at=RECEIVED, dated=False, text="Devoluciones", reply_to="5150001:40")
    ],
    "callback_old": [
        said("callback:4382bfdwdsb323b2e0", at=RECEIVED, dated=False, text="ret:1", reply_to="5150001:12")
    ],
    "callback_group": [
        said(
            "callback:4382bfdwdsb323b2e1",
            LUIS | IN_GROUP,
            at=RECEIVED,
            dated=False,
            text="Horario 🕐",
            reply_to=f"{GROUP}:39",
        )
    ],
    "callback_inline": [said("callback:4382bfdwdsb323b2e2", at=RECEIVED, dated=False, text="ruleta")],
    "reaction": [
        reacted(880100043, "❤", LUIS, after(40)),
        reacted(880100043, "paid", LUIS, after(40)),
        reacted(880100043, "👍", LUIS, after(40), removed=True),
    ],
    "reaction_removed": [reacted(880100044, "5368324170671202286", LUIS, after(41), removed=True)],
    "reaction_as_channel": [reacted(880100045, "👎", MARTA, after(42))],
    "reaction_hidden_admin": [nothing("message_reaction", "a reaction of the group itself")],
    "reaction_same": [nothing("message_reaction", "a reaction that changed nothing")],
    "blocked": [
        known(
            ProfileChange,
            "update:880100048",
            ANA_AS_CHAT,
            after(50),
            field="opt_in",
            previous="member",
            current="kicked",
        )
    ],
    "unblocked": [
        known(
            ProfileChange,
            "update:880100049",
            ANA_AS_CHAT,
            after(60),
            field="opt_in",
            previous="kicked",
            current="member",
        )
    ],
    "bot_added": [nothing("my_chat_member", "the bot's own place in a group or channel")],
    "joined": [
        known(
            ProfileChange,
            "update:880100051",
            LUIS,
            after(62),
            thread=GROUP,
            field="follow",
            previous="left",
            current="member",
        )
    ],
    "bot_joined": [nothing("chat_member", "a bot, not a customer")],
    "join_request": [
        known(ProfileChange, "update:880100053", LUIS, after(64), thread=FORUM, field="follow", current="requested")
    ],
    "subscription": [
        known(ProfileChange, "update:880100054", LUIS, RECEIVED, dated=False, field="subscription", current="canceled")
    ],
    "channel_post": [
        nothing("channel_post", "the company's own publication in its channel: it has no customer"),
    ],
    "two_kinds": [
        said("5150001:81", text="Uno"),
        said("callback:4382bfdwdsb323b2e3", at=RECEIVED, dated=False, text="dos"),
    ],
    "unknown_kind": [nothing("hologram_received", "unknown kind: hologram_received")],
    "empty_batch": [],
}
