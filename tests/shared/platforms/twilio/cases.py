"""The samples and what each of them means."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from shared.models import (
    Attachment,
    Author,
    Call,
    ContactPoint,
    Delivery,
    Event,
    Ignored,
    Message,
    PersonalEvent,
    ProfileChange,
    Receipt,
)
from shared.platforms import load
from shared.platforms.twilio.calls import DEVICE
from shared.platforms.twilio.spoken import BEING_SAID, NAMELESS, OF_A_CONFERENCE
from tests.shared.platforms.twilio.sender import ACCOUNT, written

SAMPLES = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "samples").glob("*.json")}
TWILIO = load("twilio")

RECEIVED = datetime(2026, 9, 21, 15, tzinfo=UTC)
OURS, ANA = "+34910000001", "+34600111222"
USER_ID, PARENT_ID = "ES.2081978709342942", "ES.ENT.9081726354"
API = "https://api.twilio.com/2010-04-01/Accounts/AC0a1b2c3d4e5f60718293a4b5c6d7e8f9"

NO_QUERY: Mapping[str, str] = {}
WHOSE = {"From": ANA, "To": OURS, "Direction": "inbound"}
"""What the URL that Twilio is told to call says of a call."""

CLAIMED = Author(contacts=(ContactPoint(kind="phone", value=ANA),))
PHONE = ContactPoint(kind="phone", value=ANA, proof="platform")
ON_WHATSAPP = Author(name="Ana Torres", contacts=(PHONE,))


def parameters(name: str, **changed: Any) -> dict[str, Any]:
    """Return a sample's parameters, some of them changed."""
    found: dict[str, Any] = orjson.loads(SAMPLES[name])
    return found | changed


def form(name: str, **changed: Any) -> bytes:
    return written(orjson.dumps(parameters(name, **changed)))


def delivered(body: bytes, *, at: datetime = RECEIVED, query: Mapping[str, str] = NO_QUERY) -> Delivery:
    return Delivery("twilio", ACCOUNT, body, {f"?{name}": text for name, text in query.items()}, at)


def events(body: bytes, *, at: datetime = RECEIVED, query: Mapping[str, str] = NO_QUERY) -> list[Event]:
    return TWILIO.normalise(delivered(body, at=at, query=query))


def sid(kind: str, number: str) -> str:
    return kind + {"SM": "5e1f", "CA": "7c2d", "RE": "9e3a", "TR": "1b4c"}[kind] + number.rjust(28, "0")


def known(kind: type[PersonalEvent], external_id: str, *, channel: str = "sms", **rest: Any) -> PersonalEvent:
    person = rest.pop("person", ANA)
    namespace = "whatsapp" if channel == "twilio_whatsapp" else channel
    common = {
        "external_id": external_id,
        "occurred_at": RECEIVED,
        "dated": False,
        "identity": f"{namespace}:{OURS}:{person}",
        "account": OURS,
        "channel": channel,
    }
    return kind.model_validate(common | rest)


def text(number: str, words: str, **rest: Any) -> PersonalEvent:
    return known(Message, sid("SM", number), text=words, **{"author": CLAIMED} | rest)


def chat(number: str, words: str, **rest: Any) -> PersonalEvent:
    return text(number, words, channel="twilio_whatsapp", **{"author": ON_WHATSAPP} | rest)


def receipt(number: str, word: str, status: str, **rest: Any) -> PersonalEvent:
    target = sid("SM", number)
    return known(Receipt, f"{target}:{word}", target=target, status=status, **rest)


def call(number: str, told: str, status: str, second: int | None = None, **rest: Any) -> PersonalEvent:
    dated = {"occurred_at": datetime(2026, 9, 21, 14, 13, second, tzinfo=UTC), "dated": True} if second else {}
    common: dict[str, Any] = {"author": CLAIMED, "status": status}
    return known(Call, f"{sid('CA', number)}:{told}", channel="phone", **common | dated | rest)


def queued(number: str, result: str, status: str, waited: int, **rest: Any) -> PersonalEvent:
    return call(number, f"queue:QU6d4e000000000000000000000000000001:{result}", status, waited=waited, **rest)


def left(number: str, name: str, words: str = "") -> PersonalEvent:
    recording = sid("RE", number)
    attachment = Attachment(type="recording", id=recording, url=f"{API}/Recordings/{recording}")
    return known(Message, name, channel="phone", author=CLAIMED, text=words, attachments=(attachment,))


def nothing(name: str, reason: str) -> Ignored:
    return Ignored(external_id=name, occurred_at=RECEIVED, reason=reason)


def media(number: int, mime_type: str) -> Attachment:
    url = f"{API}/Messages/{sid('SM', 'a6')}/Media/ME{number:032x}"
    return Attachment(type=mime_type.partition("/")[0], url=url, mime_type=mime_type)


def unattributed(number: str, **rest: Any) -> PersonalEvent:
    return call(number, "no-answer", "missed", 30, person=sid("CA", number), author=None, **rest)


ON_ITS_WAY = "on its way: Twilio tells when it was sent"
BY_US = {"direction": "outbound"}

MEANINGS: dict[str, list[Event]] = {
    "text": [text("a1", "Hola, ¿abren mañana?")],
    "complaint": [text("a2", "Buenos días, me han cobrado dos veces la factura de marzo y nadie me contesta.")],
    "non_ascii": [text("a3", "Señor, el año pasado también: 👩‍👩‍👧 ¡qué bien! 日本語")],
    "empty_body": [text("a4", "", attachments=(Attachment(type="unsupported"),))],
    "nul": [text("a5", "Hola otra vez")],
    "mms": [text("a6", "Llegó rota", attachments=(media(1, "image/jpeg"), media(2, "text/vcard")))],
    "short_code": [text("a7", "Su codigo es 1234", person="22000", author=None)],
    "messaging_service": [text("a8", "¿Sigue en pie la cita?")],
    "opt_out": [
        known(ProfileChange, f"{sid('SM', 'a9')}:opt_in", author=CLAIMED, field="opt_in", current="STOP"),
    ],
    "opt_in": [
        known(ProfileChange, f"{sid('SM', 'aa')}:opt_in", author=CLAIMED, field="opt_in", current="START"),
    ],
    "help": [text("ab", "HELP")],
    "whatsapp_text": [chat("b4", "¿Tienen la azul?")],
    "whatsapp_user_id": [
        chat(
            "b5",
            "¿Y en verde?",
            person=USER_ID,
            author=Author(
                name="Ana Torres",
                handle="ana.torres",
                contacts=(
                    ContactPoint(kind="platform_id", value=USER_ID, proof="platform"),
                    ContactPoint(kind="platform_id", value=PARENT_ID, proof="platform"),
                    ContactPoint(kind="handle", value="ana.torres", proof="platform"),
                ),
            ),
        )
    ],
    "whatsapp_number_and_user_id": [
        chat(
            "b6",
            "¿Y en rojo?",
            author=Author(
                name="Ana Torres",
                contacts=(PHONE, ContactPoint(kind="platform_id", value=USER_ID, proof="platform")),
            ),
        )
    ],
    "whatsapp_reply": [chat("b7", "Esa", reply_to=sid("SM", "c8"))],
    "whatsapp_button": [chat("b8", "Sí, confirmo", attachments=(Attachment(type="button", id="confirm-77"),))],
    "whatsapp_list": [chat("b9", "Por la mañana", attachments=(Attachment(type="list", id="slot-1"),))],
    "whatsapp_location": [
        chat(
            "ba",
            "",
            attachments=(Attachment(type="location", url="geo:40.4168,-3.7038", text="Puerta del Sol, Madrid"),),
        )
    ],
    "whatsapp_from_ad": [
        chat(
            "bb",
            "Vi el anuncio",
            attachments=(
                Attachment(
                    type="referral",
                    id="120237244350960485",
                    url="https://fb.example/ad",
                    text="La azul, a mitad de precio",
                ),
            ),
        )
    ],
    "whatsapp_unsupported": [chat("bc", "", attachments=(Attachment(type="unsupported", name="contacts_order"),))],
    "whatsapp_sent": [receipt("c8", "sent", "sent", channel="twilio_whatsapp")],
    "whatsapp_read": [receipt("c8", "read", "read", channel="twilio_whatsapp")],
    "queued": [nothing("message.queued", ON_ITS_WAY)],
    "canceled": [nothing("message.canceled", "taken back before it was sent")],
    "sent": [receipt("c9", "sent", "sent")],
    "delivered": [receipt("c9", "delivered", "delivered")],
    "undelivered": [
        receipt("ca", "undelivered", "failed", error="Twilio 30003: Unreachable destination handset"),
    ],
    "failed": [receipt("ca", "failed", "failed", error="Twilio 30007")],
    "call_comes_in": [call("b1", "ringing", "ringing")],
    "call_ringing": [call("b1", "ringing", "ringing", 1)],
    "call_in_progress": [call("b1", "in-progress", "answered", 9, by_machine=True)],
    "call_completed": [call("b1", "completed", "completed", 58, by_machine=True, duration=49)],
    "call_missed": [call("b2", "no-answer", "missed", 30, duration=0)],
    "call_hung_up": [call("b3", "canceled", "missed", 12, duration=0)],
    "call_busy": [call("b4", "busy", "rejected", 2, duration=0)],
    "call_failed": [call("b5", "failed", "failed", 2, duration=0)],
    "call_withheld": [unattributed("b6")],
    "call_anonymous": [
        call(
            "b7",
            "no-answer",
            "missed",
            30,
            person=sid("CA", "b7"),
            author=Author(name="Anonymous"),
        )
    ],
    "call_from_nobody": [unattributed("b8")],
    "call_of_a_device": [nothing("call.completed", DEVICE)],
    "call_recorded": [
        call("ba", "completed", "completed", 58, duration=49, recording=f"{API}/Recordings/{sid('RE', 'ca')}", **BY_US)
    ],
    "call_outbound_ringing": [call("bb", "ringing", "ringing", 1, **BY_US)],
    "call_outbound_answered": [call("bb", "in-progress", "answered", 9, **BY_US)],
    "call_outbound_completed": [call("bb", "completed", "completed", 58, duration=49, **BY_US)],
    "call_outbound_missed": [call("bc", "no-answer", "missed", 30, duration=0, **BY_US)],
    "call_outbound_to_a_machine": [
        call("bd", "completed", "completed", 40, duration=20, by_machine=True, **BY_US),
    ],
    "call_outbound_dialled": [call("be", "completed", "completed", 58, duration=49, **BY_US)],
    "dial_missed": [call("b1", f"dial:{sid('CA', 'cf')}:no-answer", "missed")],
    "dial_completed": [
        call(
            "b1",
            f"dial:{sid('CA', 'd0')}:completed",
            "completed",
            duration=37,
            recording=f"{API}/Recordings/{sid('RE', 'c3')}",
        )
    ],
    "dial_busy": [call("b1", f"dial:{sid('CA', 'd1')}:busy", "rejected")],
    "queue_bridged": [queued("b1", "bridged", "completed", 95)],
    "queue_hung_up": [queued("b2", "hangup", "missed", 214)],
    "queue_left": [queued("b3", "leave", "missed", 180)],
    "queue_redirected": [queued("b4", "redirected", "answered", 12, by_machine=True)],
    "queue_bridging": [queued("b4", "bridging-in-process", "answered", 41, by_machine=True)],
    "queue_transferred": [queued("b5", "redirected-from-bridged", "answered", 33)],
    "queue_full": [call("b6", "queue::queue-full", "missed")],
    "queue_error": [call("b7", "queue::system-error", "missed")],
    "voicemail": [left("c2", sid("RE", "c2"))],
    "transcript": [
        left(
            "c2",
            sid("TR", "d2"),
            "Buenos días, soy Ana, me han cobrado dos veces. Llámenme, por favor.",
        )
    ],
    "transcript_failed": [left("d0", sid("RE", "d0"))],
    "transcript_being_made": [nothing("transcription.transcription-content", BEING_SAID)],
    "words": [nothing("transcription.transcription-content", NAMELESS)],
    "recording": [nothing("recording.completed", NAMELESS)],
    "recording_of_a_talk": [nothing("recording.completed", NAMELESS)],
    "recording_of_a_conference": [nothing("recording.completed", OF_A_CONFERENCE)],
    "recording_absent": [nothing("recording.absent", "a recording in which nobody spoke")],
    "conference": [
        nothing("conference.participant-join", "who is in a conference: each of its calls has its own events")
    ],
    "conversation_joined": [
        nothing("conversation.onParticipantAdded", "who is in a conversation of Twilio's Conversations")
    ],
    "machine_detected": [nothing("CallSid", "unknown kind: CallSid")],
    "unknown_kind": [nothing("message.teleported", "unknown kind: message.teleported")],
}

UNREADABLE = {"conversation_message", "unknown_medium", "unreadable"}
"""Samples that stay visible until our code can read them: a customer may have said something."""
