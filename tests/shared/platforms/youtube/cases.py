"""The samples and what each of them means."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.models import Attachment, Author, ContactPoint, Delivery, Edit, Event, Ignored, Message
from shared.platforms import load
from tests.shared.platforms.youtube.sender import ACCOUNT, written

SAMPLES = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "samples").glob("*.json")}
YOUTUBE = load("youtube")
RECEIVED = datetime(2026, 11, 22, 15, tzinfo=UTC)

VIDEO = "dQ4711tiend"
TOP = "Ugx4711AaAaAaAaAaAaAaAaAaA"
ANAS, LUISS = "UCana_torres_00000000001", "UCluis_0000000000000001x"


def delivered(body: bytes, *, at: datetime = RECEIVED) -> Delivery:
    return Delivery("youtube", ACCOUNT, written(body), {}, at)


def events(body: bytes, *, at: datetime = RECEIVED) -> list[Event]:
    return YOUTUBE.normalise(delivered(body, at=at))


def on_20th(time: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-20T{time}Z")


def author(handle: str) -> Author:
    return Author(handle=handle, contacts=(ContactPoint(kind="handle", value=handle, proof="platform"),))


ANA, LUIS = author("anatorres"), author("luis-gómez")


def numbered(last: str) -> str:
    return f"{TOP[:-3]}{last}"


def said(last: str, text: str, time: str, person: str = ANAS, *, who: Author | None = ANA, **rest: Any) -> Message:
    """A comment at the top, unless it is a reply: `last` then has a dot."""
    top, is_reply, _ = numbered(last).partition(".")
    known: dict[str, Any] = {
        "identity": f"youtube:{ACCOUNT}:{person}",
        "thread": top,
        "reply_to": top if is_reply else None,
        "direction": "inbound" if who else "outbound",
        "permalink": f"https://www.youtube.com/watch?v={VIDEO}&lc={numbered(last)}",
        "occurred_at": on_20th(time),
        "spot": f"{top}/@{who.handle}" if who and who.handle else None,
    }
    common = {"account": ACCOUNT, "channel": "youtube_comment", "external_id": numbered(last), "visibility": "public"}
    return Message(**common, author=who, text=text, **(known | rest))


def edit(last: str, text: str, time: str, person: str = ANAS, *, who: Author | None = ANA) -> Edit:
    at = on_20th(time)
    return Edit(
        identity=f"youtube:{ACCOUNT}:{person}",
        account=ACCOUNT,
        channel="youtube_comment",
        thread=TOP,
        external_id=f"{numbered(last)}:edit:{int(at.timestamp())}",
        occurred_at=at,
        author=who,
        direction="inbound" if who else "outbound",
        target=numbered(last),
        text=text,
    )


def nothing(external_id: str, reason: str, at: datetime = RECEIVED) -> Event:
    return Ignored(external_id=external_id, occurred_at=at, reason=reason)


VIDEOS = "a video of the company's own, new or with another title or description: it speaks to nobody in particular"
GONE = "a video of the company's own is no longer public: nobody said anything"
OUR_TOP = "the company's own comment below a video: it speaks to nobody in particular"
PUBLISHED = datetime(2026, 11, 20, 8, 0, 4, 552394, tzinfo=UTC)

MEANINGS: dict[str, list[Event]] = {
    "text": [said("AaA", "La cafetera gotea, ¿qué hago?", "09:00:00")],
    "non_ascii": [
        said("BbB", "Señor, el año pasado también: 👩‍👩‍👧 ¡qué bien! 日本語", "09:05:00", LUISS, who=LUIS),
    ],
    "complaint": [
        said(
            "CcC",
            "Me han cobrado dos veces la factura y nadie me contesta. Si no lo arreglan, lo denuncio.",
            "09:10:00",
        )
    ],
    "reply": [said("AaA.9R1", "A mí también me gotea", "09:20:00", LUISS, who=LUIS)],
    "own_reply": [said("AaA.9R2", "Cámbiale la junta: te la enviamos gratis.", "09:30:00", who=None)],
    "own_reply_by_name": [
        said("AaA.9R3", "@AnaTorres, ¿te ha llegado?", "09:31:00", who=None, spot=f"{TOP}/@anatorres")
    ],
    "own_reply_to_another": [
        said(
            *("AaA.9R4", "@luis-gómez A ti también te la enviamos.", "09:32:00", ACCOUNT),
            who=None,
            spot=f"{TOP}/@luis-gómez",
        )
    ],
    "own_top": [nothing(numbered("DdD"), OUR_TOP)],
    "own_reply_below_own": [said("DdD.9R1", "Gracias a todos.", "10:00:00", ACCOUNT, who=None)],
    "reply_below_own": [said("DdD.9R2", "La roja, y gotea", "10:01:00")],
    "edited": [edit("AaA", "La cafetera ya no gotea", "11:00:00")],
    "edited_reply": [edit("AaA.9R1", "A mí ya no", "11:01:00", LUISS, who=LUIS)],
    "own_edited": [edit("AaA.9R2", "Cámbiale la junta.", "11:02:00", who=None)],
    "without_channel": [said("EeE", "¿Hay recambios?", "09:40:00", "Eva Ruiz", who=Author(name="Eva Ruiz"))],
    "nameless": [said("FfF", "¿Y el manual?", "09:41:00", numbered("FfF"), who=Author(), permalink=None)],
    "picture": [
        said("GgG", "", "09:42:00", attachments=(Attachment(type="image", url="https://yt.example.com/junta.jpg"),))
    ],
    "says_nothing": [nothing(numbered("HhH"), "says nothing")],
    "unknown_kind": [nothing("pinned", "unknown kind: pinned")],
    "video": [nothing(f"yt:video:{VIDEO}", VIDEOS, PUBLISHED)],
    "video_deleted": [nothing(f"yt:video:{VIDEO}", GONE, datetime(2026, 11, 21, 13, tzinfo=UTC))],
    "videos": [
        nothing(f"yt:video:{VIDEO}", VIDEOS, on_20th("12:00:00")),
        nothing("yt:video:dQ4712tiend", VIDEOS),
        nothing("yt:video:dQ4713tiend", GONE, on_20th("12:00:01")),
    ],
    "empty_batch": [],
    "unknown_element": [nothing("hidden-entry", "unknown kind: hidden-entry")],
}
UNREADABLE = ("unreadable", "with_entities")
