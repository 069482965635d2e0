"""The samples and what each of them means."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.models import Author, ContactPoint, Deletion, Delivery, Edit, Event, Ignored, Message, Reaction
from shared.platforms import load
from tests.shared.platforms.discourse.sender import ACCOUNT, event_of, told

SAMPLES = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "samples").glob("*.json")}
DISCOURSE = load("discourse")
RECEIVED = datetime(2026, 9, 21, 15, tzinfo=UTC)


def delivered(body: bytes, *, event: str | None = None, at: datetime = RECEIVED) -> Delivery:
    return Delivery("discourse", ACCOUNT, body, told(event_of(body) if event is None else event), at)


def events(body: bytes, *, event: str | None = None, at: datetime = RECEIVED) -> list[Event]:
    return DISCOURSE.normalise(delivered(body, event=event, at=at))


def author(handle: str, name: str | None = None) -> Author:
    return Author(name=name, handle=handle, contacts=(ContactPoint(kind="handle", value=handle, proof="platform"),))


def on_21st(time: str) -> datetime:
    return datetime.fromisoformat(f"2026-09-21T{time}Z")


ANA = {"identity": "discourse:foro:3101", "author": author("anatorres", "Ana Torres")}
LUIS = {"identity": "discourse:foro:3102", "author": author("luis")}
OURS = {"identity": "discourse:foro:foro", "author": None, "direction": "outbound"}
SENT, ANSWERED = on_21st("14:13:20.118"), on_21st("14:20:00.500")


def known[E: (Message, Edit, Deletion, Reaction)](
    kind: type[E], who: dict[str, Any], external_id: str, **rest: Any
) -> E:
    common = {"account": ACCOUNT, "channel": "forum", "thread": "4711", "occurred_at": SENT}
    return kind(external_id=external_id, **{**common, **who, **rest})


def said(
    external_id: str, who: dict[str, Any], text: str, address: str = "cafetera-gotea/4711/2", **rest: Any
) -> Message:
    here = address.partition("/")[2]
    spot = f"{here.partition('/')[0]}/*" if rest.get("visibility") == "private" else here
    common = {"visibility": "public", "title": "La cafetera gotea", "spot": spot}
    permalink = f"https://foro.example.com/t/{address}"
    return known(Message, who, external_id, **{**common, "text": text, "permalink": permalink, **rest})


def undated[E: (Edit, Deletion, Reaction)](kind: type[E], who: dict[str, Any], external_id: str, **rest: Any) -> E:
    return known(kind, who, external_id, occurred_at=RECEIVED, dated=False, **rest)


def nothing(external_id: str, reason: str) -> list[Event]:
    return [Ignored(external_id=external_id, occurred_at=RECEIVED, reason=reason)]


_TOPIC = "a topic: what is said in it comes with its posts"

MEANINGS: dict[str, list[Event]] = {
    "text": [said("880101", ANA, "La mía también gotea, ¿qué hago?")],
    "non_ascii": [said("880102", ANA, "Señor, el año pasado también: 👩‍👩‍👧 ¡qué bien! 日本語")],
    "complaint": [
        said(
            "880103",
            ANA,
            "Buenos días, me han cobrado dos veces la factura de marzo y nadie me contesta. "
            "Si no lo arreglan, lo denuncio.",
            "cobrado-dos-veces/4712/1",
            thread="4712",
            title="Me han cobrado dos veces",
        )
    ],
    "reply": [said("880104", ANA, "Gracias, ya no gotea.", "cafetera-gotea/4711/4", reply_to="4711/3")],
    "cooked_only": [said("880105", ANA, "Dos cosas:\ngotea & pita\nhuele a quemado")],
    "no_text": [said("880106", ANA, "")],
    "no_name": [said("880107", LUIS, "A mí no me pasa")],
    "private": [
        said(
            "880108",
            ANA,
            "Mi pedido es el 12-345.",
            "mi-pedido/4720/1",
            thread="4720",
            title="Mi pedido",
            visibility="private",
        )
    ],
    "own": [
        said(
            "880110",
            OURS,
            "Hola, Ana: cámbiale la junta, te la enviamos gratis.",
            "cafetera-gotea/4711/3",
            occurred_at=ANSWERED,
            reply_to="4711/2",
            spot="4711/2",
        )
    ],
    "own_private": [
        said(
            "880111",
            OURS,
            "Tu pedido sale hoy.",
            "tu-pedido/4721/1",
            occurred_at=ANSWERED,
            thread="4721",
            title="Tu pedido",
            visibility="private",
        )
    ],
    "own_by_moderator": [
        said(
            "880112",
            OURS,
            "Cierro el tema.",
            "cafetera-gotea/4711/5",
            occurred_at=ANSWERED,
            reply_to="4711/2",
            spot="4711/2",
        )
    ],
    "own_announcement": nothing("880113", "the company's own topic: it speaks to nobody in particular"),
    "robot": nothing("880114", "the forum's own robot"),
    "notice": nothing("880115", "a notice of the forum's own: nobody said anything"),
    "whisper": nothing("880116", "a whisper among staff: not said to customers"),
    "nobody": nothing("880117", "a post of an account that is no longer there"),
    "edited": [
        known(
            Edit,
            ANA,
            "880101:edit:2",
            occurred_at=on_21st("14:31:02.004"),
            target="880101",
            text="La mía también gotea y pita, ¿qué hago?",
        )
    ],
    "edited_at_once": [
        known(
            Edit,
            ANA,
            "880101:edit:1",
            occurred_at=on_21st("14:13:55.900"),
            target="880101",
            text="La mía también gotea. ¿Qué hago?",
        )
    ],
    "own_edited": [
        known(
            Edit,
            OURS,
            "880110:edit:2",
            occurred_at=on_21st("14:40:00"),
            target="880110",
            text="Hola, Ana: cámbiale la junta, te la mandamos gratis.",
        )
    ],
    "destroyed": [undated(Deletion, ANA, "880101:deleted:1", target="880101")],
    "destroyed_at": [known(Deletion, ANA, "880102:deleted:1", occurred_at=on_21st("15:00:00"), target="880102")],
    "recovered": [
        undated(Edit, ANA, "880101:recovered:3", target="880101", text="La mía también gotea, ¿qué hago?"),
    ],
    "recovered_without_text": nothing("880101", "visible again, without saying what it says"),
    "liked": [undated(Reaction, ANA, "880110:like:3101", target="880110", emoji="like")],
    "solved": nothing(
        "accepted_solution", "what solved a topic: it came when it was posted, and who says so is not told"
    ),
    "topic_created": nothing("topic_created", _TOPIC),
    "topic_edited": nothing("topic_edited", _TOPIC),
    "topic_destroyed": nothing("topic_destroyed", _TOPIC),
    "topic_recovered": nothing("topic_recovered", _TOPIC),
    "topic_closed": nothing("topic_closed_status_updated", _TOPIC),
    "user_created": nothing("user_created", "an account in the forum: nothing was said"),
    "category_updated": nothing("category_updated", "how the forum is arranged: nothing was said"),
    "reviewable_created": nothing("reviewable_created", "something for the forum's moderators to look at"),
    "notification_created": nothing(
        "notification_created", "a notice to one member about what others did, which comes by itself"
    ),
    "ping": nothing("ping", "a test of the webhook"),
    "unknown_kind": nothing("hologram_seen", "unknown kind: hologram_seen"),
}
