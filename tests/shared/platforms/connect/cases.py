"""The samples and what each of them means."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from shared.errors import UnreadableDelivery
from shared.models import Author, Call, ContactPoint, Delivery, Event, Ignored
from shared.platforms import load
from shared.platforms.connect.analysis import NO_WORDS, NOT_DONE
from shared.platforms.connect.calls import ASIDE, NAMELESS
from tests.shared.platforms.connect.sender import ACCOUNT

_HERE = Path(__file__).parent / "samples"
SAMPLES = {path.stem: path.read_bytes() for path in _HERE.glob("*.json")}
FILES = {
    orjson.loads(SAMPLES[path.stem])["detail"]["object"]["key"]: path.read_bytes()
    for path in (_HERE / "files").glob("*.json")
}
"""What lies in the instance's bucket, which is called `BUCKET`, by name: of each, a sample tells."""

BUCKET = "connect"
CONNECT = load("connect")

BEGAN = datetime(2026, 9, 21, 10, tzinfo=UTC)
DATED = datetime(2026, 9, 21, 10, 5, 1, tzinfo=UTC)
"""When EventBridge dates the samples of events."""

WRITTEN_DOWN = datetime(2026, 9, 21, 10, 11, tzinfo=UTC)
"""When it dates those of files."""

RECEIVED = datetime(2026, 9, 21, 15, tzinfo=UTC)
ANA = "+34600111222"
AGENT = "c0ffee00-0000-4000-8000-0000000000a1"
RECORDING = "s3://example-recordings/connect/shop/CallRecordings/2026/09/21/1.wav"
CLAIMED = Author(contacts=(ContactPoint(kind="phone", value=ANA),))


def changed(name: str, **change: Any) -> bytes:
    """Return a sample with something else in its contact; what is `None` is null."""
    body = orjson.loads(SAMPLES[name])
    body.get("detail", body).update(change)
    return orjson.dumps(body)


def without(name: str, field: str) -> bytes:
    """Return a sample without something in its contact."""
    body = orjson.loads(SAMPLES[name])
    del body.get("detail", body)[field]
    return orjson.dumps(body)


def delivered(body: bytes, *, at: datetime = RECEIVED) -> Delivery:
    """Return a delivery with the file of which it tells; only of files does `services/calls` say whose they are."""
    with suppress(UnreadableDelivery):
        kept = Delivery("connect", ACCOUNT, body, {}, at)
        assert CONNECT.elsewhere
        if place := CONNECT.elsewhere(kept):
            return replace(kept, content=FILES.get(place[1]))
    return Delivery("connect", "unknown", body, {}, at)


def events(body: bytes, *, at: datetime = RECEIVED) -> list[Event]:
    return CONNECT.normalise(delivered(body, at=at))


def contact(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def call(number: int, status: str, after: float, *, person: str = ANA, **rest: Any) -> Call:
    """Return a call's state at so many seconds after it began; the caller waits where no `direction` says otherwise."""
    ended = status in ("missed", "rejected", "completed", "failed")
    return Call.model_validate(
        {
            "call_id": contact(number) if ended else None,
            "identity": f"phone:{ACCOUNT}:{person}",
            "account": ACCOUNT,
            "channel": "connect_phone",
            "author": CLAIMED if person == ANA else None,
            "external_id": f"{contact(number)}:{status}",
            "occurred_at": BEGAN + timedelta(seconds=after),
            "status": status,
            **rest,
        }
    )


def talk(number: int, taken: float, ended: float = 300, *, waited: int | None = None, **rest: Any) -> list[Event]:
    """Return a call that was taken and has ended."""
    rest.setdefault("agent", AGENT)
    recording = rest.pop("recording", None)
    return [
        call(number, "answered", taken, waited=waited, **rest),
        call(number, "completed", ended, duration=int(ended - taken), recording=recording, **rest),
    ]


def written_down(
    number: int, transcript: str | None, summary: str | None, after: float, *, kind: str = "analysis", **rest: Any
) -> list[Event]:
    """Return what Contact Lens wrote down of a call, which says nothing of whose that was."""
    told = {"transcript": transcript, "summary": summary, "call_id": contact(number), **rest}
    event = call(number, "completed", after, person=ACCOUNT, **told)
    version = sha256(f"{transcript or ''}\0{summary or ''}".encode()).hexdigest()[:16]
    return [event.model_copy(update={"external_id": f"{contact(number)}:{kind}:{version}"})]


def nothing(external_id: str, reason: str, at: datetime = RECEIVED) -> list[Event]:
    return [Ignored(external_id=external_id, occurred_at=at, reason=reason)]


OURS: dict[str, Any] = {"direction": "outbound"}
CHAT = "a chat: its words are not among what Connect tells here"
MAIL = "a mail: its words are not among what Connect tells here"
SUMMARY = "La clienta pregunta por un pedido que no llega. Se acuerda un nuevo envío."
TALK = """company: Tiendas Ejemplo, dígame.
customer: Hola.
customer: Soy {} y no me ha llegado el pedido.
company: Se lo enviamos otra vez mañana."""
MENU_SUMMARY = "La clienta pregunta cuándo llega su pedido; la máquina le dice que mañana."
MENU_TALK = """machine: Tiendas Ejemplo. Dígame en qué puedo ayudarle.
customer: Soy {} y quiero saber cuándo llega mi pedido.
machine: Su pedido llega mañana por la mañana.
customer: Gracias."""
TO_A_MENU: dict[str, Any] = {"kind": "ivr_analysis", "by_machine": True}
OUR_TALK = """company: Le llamo por su pedido.
machine: Esta llamada se graba.
somebody: Bien."""

MEANINGS: dict[str, list[Event]] = {
    "answered": talk(1, 120, waited=90, recording=RECORDING),
    "abandoned": [call(2, "missed", 300, waited=270)],
    "menu_alone": [call(3, "completed", 300, by_machine=True)],
    "flow_hung_up_in_queue": [call(4, "missed", 300, waited=270)],
    "no_line": [call(5, "failed", 300, waited=90)],
    "passed_on_in_queue": [call(6, "missed", 120, waited=90)],
    "passed_on_and_taken": talk(7, 180, waited=60),
    "passed_outside": [call(8, "completed", 300, waited=90, by_machine=True)],
    "withheld": [call(9, "missed", 300, person=contact(9), waited=270)],
    "withheld_and_passed_on": talk(10, 240, person=contact(9)),
    "in_the_app": talk(11, 60, person=contact(11)),
    "called_back": talk(12, 80, **OURS),
    "our_call_taken": talk(13, 15, **OURS),
    "our_call_not_taken": [call(14, "missed", 40, **OURS)],
    "our_call_busy": [call(15, "rejected", 40, **OURS)],
    "our_call_failed": [call(16, "failed", 40, **OURS)],
    "our_call_to_a_machine": talk(17, 20, by_machine=True, **OURS),
    "our_announcement": talk(18, 15, by_machine=True, agent=None, **OURS),
    "listened_to": nothing(contact(19), ASIDE),
    "asked_outside": nothing(contact(20), ASIDE),
    "still_on": [call(21, "answered", 120, waited=90, agent=AGENT)],
    "non_ascii": [call(27, "missed", 300, waited=90)],
    "chat_record": nothing(contact(22), CHAT),
    "task_record": nothing(contact(23), "a task of the company's own"),
    "mail_record": nothing(contact(24), MAIL),
    "analysis": written_down(1, TALK.format("Ana Torres"), SUMMARY, 120),
    "analysis_redacted": written_down(1, TALK.format("[PII]"), SUMMARY, 120),
    "analysis_of_our_call": written_down(13, OUR_TALK, None, 15),
    "analysis_of_a_menu": written_down(3, MENU_TALK.format("Ana Torres"), MENU_SUMMARY, 1, **TO_A_MENU),
    "analysis_of_a_menu_redacted": written_down(3, MENU_TALK.format("[PII]"), MENU_SUMMARY, 1, **TO_A_MENU),
    "analysis_in_short": written_down(12, None, SUMMARY, 80),
    "analysis_undated": written_down(17, "customer: ¿Hola?", None, 660, dated=False),
    "analysis_without_words": nothing(contact(10), NO_WORDS, WRITTEN_DOWN),
    "analysis_not_completed": nothing(contact(11), NOT_DONE, WRITTEN_DOWN),
    "analysis_of_a_chat": nothing(contact(22), CHAT, WRITTEN_DOWN),
    "analysis_of_a_mail": nothing(contact(24), MAIL, WRITTEN_DOWN),
    "redacted_recording": nothing("file.?", "a file in which Contact Lens wrote nothing down", WRITTEN_DOWN),
    "event_initiated": nothing(contact(1), NAMELESS, DATED),
    "event_connected_to_system": nothing(contact(13), NAMELESS, DATED),
    "event_queued": nothing(contact(1), NAMELESS, DATED),
    "event_connected_to_agent": nothing(contact(1), NAMELESS, DATED),
    "event_disconnected": nothing(contact(1), NAMELESS, DATED),
    "event_completed": nothing(contact(1), NAMELESS, DATED),
    "named_queued": [call(1, "ringing", 0)],
    "named_connected_to_agent": [call(1, "answered", 120, waited=90, agent=AGENT)],
    "named_disconnected": [call(2, "missed", 300, waited=270)],
    "named_disconnected_undated": [call(25, "missed", 301, waited=271)],
    "event_data_updated": nothing(contact(1), "what was written beside a call, or how it is to be routed", DATED),
    "event_amd_disabled": nothing(contact(13), "whether answering machines are looked for", DATED),
    "chat_event": nothing(contact(22), CHAT, DATED),
    "unknown_kind": nothing("voice.HOLOGRAM_SHOWN", "unknown kind: voice.HOLOGRAM_SHOWN", DATED),
    "agent_heartbeat": nothing("agent.HEART_BEAT", "what an agent is doing"),
}
UNREADABLE = {"unreadable", "unreadable_without_channel", "unreadable_analysis", "unreadable_large_analysis"}
