"""The samples and what each of them means."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.models import Attachment, Author, ContactPoint, Delivery, Edit, Event, Ignored, Message
from shared.platforms import load
from tests.shared.platforms.mastodon.sender import ACCOUNT

SAMPLES = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "samples").glob("*.json")}
MASTODON = load("mastodon")
RECEIVED = datetime(2026, 9, 21, 15, tzinfo=UTC)


def delivered(body: bytes, *, at: datetime = RECEIVED, account: str = ACCOUNT) -> Delivery:
    return Delivery("mastodon", account, body, {}, at)


def events(body: bytes, *, at: datetime = RECEIVED, account: str = ACCOUNT) -> list[Event]:
    return MASTODON.normalise(delivered(body, at=at, account=account))


def on_21st(time: str) -> datetime:
    return datetime.fromisoformat(f"2026-09-21T{time}Z")


def author(handle: str, name: str | None, reach: int | None = 120, language: str | None = "es") -> Author:
    contacts = (ContactPoint(kind="handle", value=handle, proof="platform"),)
    return Author(name=name, handle=handle, language=language, reach=reach, contacts=contacts)


ANA = author("anatorres@vecinos.example.com", "Ana Torres")
EVA = author("eva@otra.example.com", "Eva", None, None)
SENT, ANSWERED = on_21st("14:13:20.118"), on_21st("14:20:00.500")


def numbered(last: str) -> str:
    return f"115240000000{last}"


def said(last: str, text: str, person: str = "3101", *, who: Author | None = ANA, **rest: Any) -> Message:
    username = {"3101": "anatorres", "3102": "luis", "3103": "eva", "3104": "nadie"}[person] if who else ACCOUNT
    common = {
        "channel": "mastodon_mention",
        "thread": "mentions",
        "visibility": "public",
        "occurred_at": SENT,
        "direction": "inbound" if who else "outbound",
        "permalink": f"https://vecinos.example.com/@{username}/{numbered(last)}",
        "summons": True if who else None,
    }
    return Message(
        identity=f"mastodon:{ACCOUNT}:{person}",
        account=ACCOUNT,
        external_id=numbered(last),
        author=who,
        text=text,
        **{**common, **rest},
    )


def edit(last: str, text: str, at: str, *, who: Author | None = ANA) -> Edit:
    return Edit(
        identity=f"mastodon:{ACCOUNT}:3101",
        account=ACCOUNT,
        channel="mastodon_mention",
        thread="mentions",
        external_id=f"{numbered(last)}:edit",
        occurred_at=on_21st(at),
        author=who,
        direction="inbound" if who else "outbound",
        target=numbered(last),
        text=text,
    )


def nothing(external_id: str, reason: str, at: datetime = SENT) -> list[Event]:
    return [Ignored(external_id=external_id, occurred_at=at, reason=reason)]


PRIVATE: dict[str, Any] = {"channel": "mastodon_dm", "thread": "direct", "visibility": "private"}
OURS: dict[str, Any] = {"who": None, "occurred_at": ANSWERED}
OTHERS = "said to others: it does not name the company"
ALONE = "the company's own status: it speaks to nobody in particular"
ON_THE_HOUR = on_21st("14:00:00")

MEANINGS: dict[str, list[Event]] = {
    "text": [said("880101", "@latienda La cafetera gotea, ¿qué hago?")],
    "non_ascii": [said("880102", "@latienda Señor, el año pasado también: 👩‍👩‍👧 ¡qué bien! 日本語")],
    "complaint": [
        said(
            "880103",
            "@latienda Me han cobrado dos veces la factura y nadie me contesta. Si no lo arreglan, lo denuncio.",
        )
    ],
    "paragraphs": [said("880104", "@latienda Dos cosas:\ngotea & pita\nhuele a quemado", title="Cafeteras")],
    "reply": [said("880105", "@latienda Gracias, ya no gotea.", reply_to=numbered("880110"))],
    "unlisted": [said("880106", "@latienda En voz baja")],
    "for_followers": [said("880107", "@latienda Solo para quien me sigue", visibility="private")],
    "direct": [said("880108", "@latienda Mi pedido es el 12-345.", **PRIVATE)],
    "photo": [
        said(
            "880109",
            "@latienda",
            attachments=(
                Attachment(type="image", id="71", url="https://vecinos.example.com/media/71.jpg", text="La junta rota"),
            ),
        )
    ],
    "no_name": [said("880111", "@latienda A mí no me pasa", "3102", who=author("luis@vecinos.example.com", None, 0))],
    "from_another_server": [said("880112", "@latienda Escribo de lejos", "3103", who=EVA)],
    "without_address": [
        said(
            "880113",
            "@latienda ¿Y yo?",
            "3104",
            who=Author(name="Nadie", handle="nadie", language="es", reach=120),
            permalink=None,
        )
    ],
    "own": [
        said("880110", "@anatorres Cámbiale la junta, te la enviamos gratis.", reply_to=numbered("880101"), **OURS)
    ],
    "own_direct": [said("880114", "@anatorres Tu pedido sale hoy.", **OURS, **PRIVATE)],
    "own_continued": [
        said(
            "880115",
            "@anatorres Y un filtro.",
            who=None,
            occurred_at=on_21st("14:21:00.500"),
            reply_to=numbered("880110"),
        )
    ],
    "own_announcement": nothing(numbered("880116"), ALONE, on_21st("14:22:00.500")),
    "own_thread": nothing(numbered("880117"), ALONE, on_21st("14:23:00.500")),
    "to_others": nothing(numbered("880118"), OTHERS),
    "to_nobody": nothing(numbered("880119"), OTHERS),
    "namesake": nothing(numbered("880120"), OTHERS),
    "boost": nothing(numbered("880121"), "a boost: nothing was said"),
    "found": [
        said(
            "880130",
            "La Tienda me ha cobrado dos veces la factura, qué vergüenza",
            "3103",
            who=EVA,
            summons=False,
            overheard=True,
        )
    ],
    "found_naming_us": [said("880131", "La Tienda, @latienda, ¿abre hoy?", "3103", who=EVA)],
    "found_for_followers": nothing(numbered("880132"), "not said to everybody, and not to the company"),
    "found_own": nothing(numbered("880133"), "the company's own status, found by its words"),
    "found_boost": nothing(numbered("880134"), "a boost: nothing was said"),
    "edited": [edit("880101", "@latienda La cafetera gotea y pita, ¿qué hago?", "14:31:02.004")],
    "edited_again": [edit("880101", "@latienda Ya está", "14:33:00")],
    "own_edited": [
        edit("880110", "@anatorres Cámbiale la junta, te la mandamos gratis.", "14:40:00", who=None),
    ],
    "updated_without_edit": nothing(numbered("880101"), "nothing of what it says has changed", on_21st("14:41:00")),
    "account_created": nothing("account.created", "an account on the instance: nothing was said", ON_THE_HOUR),
    "account_updated": nothing("account.updated", "an account on the instance: nothing was said", ON_THE_HOUR),
    "report_created": nothing("report.created", "something for the instance's moderators to look at", ON_THE_HOUR),
    "unknown_kind": nothing("hologram.seen", "unknown kind: hologram.seen", ON_THE_HOUR),
}
UNREADABLE = {"unreadable", "template"}
