"""The samples and what each of them means."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.models import Attachment, Author, ContactPoint, Deletion, Delivery, Event, Ignored, Message, ProfileChange
from shared.platforms import load
from tests.shared.platforms.zendesk.sender import ACCOUNT

SAMPLES = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "samples").glob("*.json")}
ZENDESK = load("zendesk")
RECEIVED = datetime(2026, 9, 21, 15, tzinfo=UTC)


def delivered(body: bytes, *, at: datetime = RECEIVED) -> Delivery:
    return Delivery("zendesk", ACCOUNT, body, {}, at)


def events(body: bytes, *, at: datetime = RECEIVED) -> list[Event]:
    return ZENDESK.normalise(delivered(body, at=at))


def on_21st(time: str) -> datetime:
    return datetime.fromisoformat(f"2026-09-21T{time}Z")


TOLD = on_21st("14:20:00.123456")
"""Zendesk counts in nanoseconds, the journal in microseconds."""


def known[E: (Message, Deletion, ProfileChange)](kind: type[E], person: str, external_id: str, **rest: Any) -> E:
    common = {"account": ACCOUNT, "channel": "zendesk_ticket", "thread": "4711", "occurred_at": TOLD}
    return kind(identity=f"zendesk:{ACCOUNT}:{person}", external_id=external_id, **{**common, **rest})


def said(external_id: str, text: str, person: str = "3101", **rest: Any) -> Message:
    common = {"title": "La cafetera gotea", "author": Author(name="Ana Torres")}
    return known(Message, person, external_id, text=text, **{**common, **rest})


def changed(person: str, number: int, email: str, field: str = "email", **rest: Any) -> ProfileChange:
    name = rest.get("current") if field == "name" else None
    return known(
        ProfileChange,
        person,
        f"0b1f6b3e-0000-4000-8000-{number:012}",
        thread="direct",
        field=field,
        author=Author(name=name, contacts=(ContactPoint(kind="email", value=email),)),
        **{"current": email, **rest},
    )


def nothing(external_id: str, reason: str, at: datetime = TOLD) -> list[Event]:
    return [Ignored(external_id=external_id, occurred_at=at, reason=reason)]


OURS = "a hand-off of our own: its connector hears what becomes of it"
RULE = "said by a rule of Zendesk's own: nobody has answered"
ELSEWHERE = "opened by somebody else, or by a live conversation: its comments say who speaks"
EMPLOYEE = "an employee's record"
HELP_CENTRE = "the help centre's articles and community are not served here"
FIRST = said("4711:1", "La cafetera gotea desde ayer, ¿qué hago?", author=None, occurred_at=on_21st("14:13:20"))
CHAT: dict[str, Any] = {"thread": "4716", "title": None, "spot": "4716/*"}

MEANINGS: dict[str, list[Event]] = {
    "text": [said("880101", "Sigue goteando, ¿qué hago?", occurred_at=on_21st("14:20:00"))],
    "non_ascii": [said("880102", "Señor, el año pasado también: 👩‍👩‍👧 ¡qué bien! 日本語")],
    "complaint": [
        said("880103", "Me han cobrado dos veces la factura y nadie me contesta. Si no lo arreglan, lo denuncio.")
    ],
    "ticket_created": [FIRST],
    "first_comment": [FIRST],
    "same_words_later": [said("880104", FIRST.text, occurred_at=on_21st("18:00:00"))],
    "ticket_created_by_staff": nothing("4712", ELSEWHERE),
    "ticket_created_by_conversation": nothing("4713", ELSEWHERE),
    "ticket_without_words": nothing("4714", "a ticket that says nothing"),
    "own": [said("880110", "Hola, Ana: cámbiale la junta, te la enviamos gratis.", author=None, direction="outbound")],
    "note": nothing("880111", "an internal note: not said to the customer"),
    "copied": [said("880112", "Yo estoy en copia: a mí también me gotea.", "3102", author=Author(name="Luis"))],
    "from_another_address": [said("880113", "Escribo desde mi otra dirección.", "3103", author=None)],
    "rule": nothing("880114", RULE),
    "staff_alone": nothing("880115", "staff in a ticket of their own: no customer is in it"),
    "hand_off_created": nothing("4800", OURS),
    "hand_off_answered": nothing("4800", OURS),
    "hand_off_by_its_claim": nothing("4800", OURS),
    "hand_off_by_its_tag": nothing("4800", OURS),
    "made_private": [
        known(
            Deletion,
            "3101",
            "880110:made_private",
            occurred_at=on_21st("15:00:00"),
            direction="outbound",
            target="880110",
        )
    ],
    "redacted": [
        known(
            Deletion, "3102", "880112:redacted", occurred_at=on_21st("15:01:00"), direction="outbound", target="880112"
        )
    ],
    "file": [
        said(
            "file:770001",
            "",
            author=None,
            reply_to="880101",
            attachments=(
                Attachment(
                    type="file",
                    id="770001",
                    url="https://ayuda.example.com/attachments/token/1/?name=gotea.jpg",
                    mime_type="image/jpeg",
                    name="gotea.jpg",
                ),
            ),
        )
    ],
    "file_by_staff": nothing("770002", "a file that is not the requester's own"),
    "chat": [said("msg-201", "¿Hay alguien?", **CHAT)],
    "chat_own": [said("msg-202", "Aquí estoy, Ana.", ACCOUNT, author=None, direction="outbound", **CHAT)],
    "chat_robot": nothing("msg-203", RULE),
    "chat_trigger": nothing("msg-204", RULE),
    "chat_without_name": [said("msg-205", "¿Hola?", "3104", author=None, **CHAT)],
    "user_created": [changed("3101", 29, "ana.torres@example.com")],
    "user_renamed": [
        changed("3101", 30, "ana.torres@example.com", "name", current="Ana Torres Gil", previous="Ana Torres")
    ],
    "user_new_address": [changed("3101", 31, "ana.gil@example.com")],
    "user_identity": [changed("3105", 32, "luis@example.com")],
    "user_without_email": nothing("3106", "a record that says no more than that there is one"),
    "employee_created": nothing("9002", EMPLOYEE),
    "employee_renamed": nothing("9001", EMPLOYEE),
    "user_in_group": nothing("user.group_membership_created", "somebody's record in Zendesk: nothing was said"),
    "status_changed": nothing("ticket.status_changed", "how a ticket is worked on: nothing was said"),
    "organization_created": nothing("organization.created", "a company in Zendesk: nothing was said"),
    "article_published": nothing("article.published", HELP_CENTRE),
    "community_post": nothing("community_post.created", HELP_CENTRE),
    "agent_away": nothing("agent.state_changed", "who of the agents is there: nothing was said"),
    "set_up": nothing(
        "omnichannel_config.omnichannel_routing_feature_changed", "how Zendesk is set up: nothing was said"
    ),
    "trigger": nothing(
        "trigger", "a trigger's own body, which has no fixed shape: subscribe the webhook to events", RECEIVED
    ),
    "unknown_kind": nothing("hologram.seen", "unknown kind: hologram.seen"),
}
