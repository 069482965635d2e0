"""The samples and what each of them means."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.models import Attachment, Author, Deletion, Delivery, Edit, Event, Ignored, Message
from shared.models import ProfileChange as Profile
from shared.platforms import load
from tests.shared.platforms.chatwoot.sender import ACCOUNT

SAMPLES = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "samples").glob("*.json")}
CHATWOOT = load("chatwoot")
RECEIVED = datetime(2026, 9, 21, 15, tzinfo=UTC)


def delivered(body: bytes, *, at: datetime = RECEIVED) -> Delivery:
    return Delivery("chatwoot", ACCOUNT, body, {}, at)


def events(body: bytes, *, at: datetime = RECEIVED) -> list[Event]:
    return CHATWOOT.normalise(delivered(body, at=at))


def on_21st(time: str) -> datetime:
    return datetime.fromisoformat(f"2026-09-21T{time}Z")


def author(name: str | None, *, email: str = "", phone: str = "", source: str = "") -> Author:
    """All that an address book says is merely claimed."""
    points = (("email", email), ("phone", phone), ("platform_id", source))
    return Author.model_validate({"name": name, "contacts": [{"kind": k, "value": v} for k, v in points if v]})


KNOWN: dict[str, str] = {"email": "ana.torres@example.com", "phone": "+34600111222"}
ANA = author("Ana Torres", **KNOWN, source="0e3b6a52-7d1c-4c55-9a4e-1f0f5a6d7c01")
SENT, ANSWERED = on_21st("14:13:20.118"), on_21st("14:20:00.500")
BY_US, REPLY_ID = "Hola, Ana: ya lo estamos mirando.", "rpl_abcdefghijklmnopqrstuvwxyz"


def known[E: (Message, Edit, Deletion)](kind: type[E], external_id: str, person: str = "3101", **rest: Any) -> E:
    common = {"account": ACCOUNT, "channel": "chatwoot_conversation", "thread": "4711", "author": ANA}
    return kind(identity=f"chatwoot:{ACCOUNT}:{person}", external_id=external_id, **{**common, **rest})


def said(external_id: str, text: str = "", person: str = "3101", **rest: Any) -> Message:
    return known(Message, external_id, person, text=text, **{"occurred_at": SENT, **rest})


def own(external_id: str, text: str, person: str = "3101", **rest: Any) -> Message:
    return said(external_id, text, person, **{"author": None, "direction": "outbound", "occurred_at": ANSWERED, **rest})


def undated[E: (Message, Edit, Deletion)](kind: type[E], external_id: str, **rest: Any) -> E:
    return known(kind, external_id, occurred_at=RECEIVED, dated=False, **rest)


def changed(person: str, external_id: str, who: Author, at: datetime | None, **rest: Any) -> Profile:
    return Profile(
        identity=f"chatwoot:{ACCOUNT}:{person}",
        account=ACCOUNT,
        channel="chatwoot_conversation",
        author=who,
        external_id=external_id,
        occurred_at=at or RECEIVED,
        dated=at is not None,
        **rest,
    )


def nothing(external_id: str, reason: str) -> list[Event]:
    return [Ignored(external_id=external_id, occurred_at=RECEIVED, reason=reason)]


MACHINE = "said by a bot, a rule or a campaign of Chatwoot's: nobody has answered"
NOTE = "a private note: not said to the customer"
WORK = "how a conversation is worked on: what is said in it comes with its messages"
GIL = author("Ana Torres Gil", email="ana.torres@example.com", phone="+34600999111")
PHOTO = Attachment(type="image", id="71", url="https://buzon.example.com/rails/active_storage/gotea.jpg")
MAIL: dict[str, Any] = {
    "thread": "4720",
    "author": author("Ana Torres", **KNOWN, source="ana.torres@example.com"),
}

MEANINGS: dict[str, list[Event]] = {
    "text": [said("880101", "La cafetera gotea, ¿qué hago?")],
    "non_ascii": [said("880102", "Señor, el año pasado también: 👩‍👩‍👧 ¡qué bien! 日本語")],
    "complaint": [
        said("880103", "Me han cobrado dos veces la factura y nadie me contesta. Si no lo arreglan, lo denuncio.")
    ],
    "in_the_guide_s_form": [said("880104", "Hola", occurred_at=on_21st("14:13:20"))],
    "in_numbers": [said("880105", "Hola otra vez", occurred_at=datetime.fromtimestamp(1790000000, UTC))],
    "reply": [said("880106", "La azul", reply_to="880110")],
    "photo": [said("880107", attachments=(PHOTO,))],
    "place": [said("880108", attachments=(Attachment(type="location", id="72", text="Calle de Ejemplo 1"),))],
    "mail": [said("880109", "Adjunto la factura.", title="Factura de marzo", **MAIL)],
    "mail_s_conversation": [said("880119", "Gracias.", title="Factura", **MAIL)],
    "visitor": [
        said(
            "880111",
            "¿Hay alguien?",
            "3102",
            thread="4721",
            author=author("wild-river-42", source="source-of-a-visitor"),
        )
    ],
    "in_a_group": [said("880112", "Yo también", "3103", author=author("Luis", phone="+34600333444"))],
    "own": [own("880110", "Hola, Ana: ¿la roja o la azul?")],
    "own_by_us": [own("880140", BY_US, reply_to="880101", reply_id=REPLY_ID)],
    "own_by_our_bot": [own("880141", BY_US, reply_to="880101", reply_id=REPLY_ID)],
    "own_photo": [
        own(
            "880113",
            "",
            attachments=(
                Attachment(type="image", id="73", url="https://buzon.example.com/rails/active_storage/junta.jpg"),
            ),
        )
    ],
    "own_elsewhere": [own("880114", "Escrito en el teléfono")],
    "own_to_nobody_named": [own("880115", "¿Sigue ahí?", ACCOUNT, thread="4722")],
    "own_by_the_inbox_alone": [own("880116", "¿Sigue ahí, Ana?")],
    "note": nothing("880120", NOTE),
    "activity": nothing("880121", "a line of Chatwoot's own about the conversation: nobody said anything"),
    "greeting": nothing("880122", MACHINE),
    "bot": nothing("880123", MACHINE),
    "rule": nothing("880124", MACHINE),
    "campaign": nothing("880125", MACHINE),
    "call": nothing("880126", "a call, of which no more is told than that there is one"),
    "edited": [
        undated(Edit, "880101:edit:60f6bd248fca3142", target="880101", text="La cafetera gotea y pita, ¿qué hago?")
    ],
    "photo_came_later": [
        undated(
            Edit,
            "880101:edit:406a7383060eb4fb",
            target="880101",
            text="La cafetera gotea, ¿qué hago?",
            attachments=(PHOTO,),
        )
    ],
    "deleted": [undated(Deletion, "880101:deleted", target="880101")],
    "own_deleted": [undated(Deletion, "880110:deleted", author=None, direction="outbound", target="880110")],
    "own_delivered": nothing("880110", "what became of a message of the company's: nothing new was said"),
    "note_updated": nothing("880120", NOTE),
    "chosen": [undated(Message, "880130:filled_in:9bf5e663572124b2", text="La azul", reply_to="880130")],
    "form_filled_in": [
        undated(Message, "880131:filled_in:0dc1c982048de887", text="pedido: 12-345\ntalla: 40", reply_to="880131")
    ],
    "address_left": [
        undated(Message, "880132:filled_in:49debe5378d33df9", text="ana.torres@example.com", reply_to="880132")
    ],
    "rated": [undated(Message, "880133:filled_in:f5dc6a94d481d711", text="2/5\nTardan mucho", reply_to="880133")],
    "conversation_created": nothing("conversation_created", WORK),
    "conversation_updated": nothing("conversation_updated", WORK),
    "conversation_resolved": nothing("conversation_status_changed", WORK),
    "typing": nothing("conversation_typing_on", "somebody is typing"),
    "contact_created": nothing("contact_created", "an entry in the address book: nothing was said"),
    "contact_updated": [
        changed(
            "3101",
            "3101:name:f189c7a408bbb24a",
            GIL,
            on_21st("14:30:00.250"),
            field="name",
            previous="Ana Torres",
            current="Ana Torres Gil",
        ),
        changed(
            "3101",
            "3101:phone:99f03e2879f976e9",
            GIL,
            on_21st("14:30:00.250"),
            field="phone",
            previous="+34600111222",
            current="+34600999111",
        ),
    ],
    "contact_updated_undated": [
        changed(
            "3102",
            "3102:email:c72d04bb61966a77",
            author("Ana Torres", email="rio@example.com", phone="+34600111222"),
            None,
            field="email",
            current="rio@example.com",
        )
    ],
    "contact_seen": nothing("3101", "nothing that we keep of a contact"),
    "inbox_updated": nothing("inbox_updated", "how an inbox is set up: nothing was said"),
    "widget_opened": nothing("webwidget_triggered", "a visitor has opened the chat: nothing was said"),
    "unknown_kind": nothing("hologram_seen", "unknown kind: hologram_seen"),
}
