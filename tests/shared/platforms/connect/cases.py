"""The samples and what each of them means."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from shared.models import Author, Call, ContactPoint, Delivery, Event, Ignored
from shared.platforms import load
from shared.platforms.connect.calls import ASIDE, NAMELESS
from tests.shared.platforms.connect.sender import ACCOUNT

SAMPLES = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "samples").glob("*.json")}
CONNECT = load("connect")

BEGAN = datetime(2026, 9, 21, 10, tzinfo=UTC)
DATED = datetime(2026, 9, 21, 10, 5, 1, tzinfo=UTC)
"""When EventBridge dates the samples of events."""

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
    return Delivery("connect", "unknown", body, {}, at)


def events(body: bytes, *, at: datetime = RECEIVED) -> list[Event]:
    return CONNECT.normalise(delivered(body, at=at))


def contact(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def call(number: int, status: str, after: float, *, person: str = ANA, **rest: Any) -> Call:
    """Return a call's state at so many seconds after it began; the caller waits where no `direction` says otherwise."""
    return Call.model_validate(
        {
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


def nothing(external_id: str, reason: str, at: datetime = RECEIVED) -> list[Event]:
    return [Ignored(external_id=external_id, occurred_at=at, reason=reason)]


OURS: dict[str, Any] = {"direction": "outbound"}
CHAT = "a chat: its words are not among what Connect tells here"

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
    "mail_record": nothing(contact(24), "a mail: its words are not among what Connect tells here"),
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
UNREADABLE = {"unreadable", "unreadable_without_channel"}
