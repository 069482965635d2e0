"""The samples and what each of them means."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shared.models import Attachment, Author, ContactPoint, Deletion, Delivery, Edit, Event, Ignored, Message, Receipt
from shared.platforms import load
from tests.shared.platforms.tiktok.sender import ACCOUNT

SAMPLES = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "samples").glob("*.json")}
TIKTOK = load("tiktok")
SENT = datetime.fromtimestamp(1790000000, UTC)
RECEIVED = datetime(2026, 9, 21, 15, tzinfo=UTC)


def delivered(body: bytes, *, at: datetime = RECEIVED) -> Delivery:
    return Delivery("tiktok", ACCOUNT, body, {}, at)


def events(body: bytes, *, at: datetime = RECEIVED) -> list[Event]:
    return TIKTOK.normalise(delivered(body, at=at))


BUSINESS, VIDEO = "biz-open-id-0001", "7229000000000000001"
AUTHOR = Author(handle="anatorres", contacts=(ContactPoint(kind="handle", value="anatorres", proof="platform"),))


def known[E: (Message, Edit, Deletion, Receipt)](kind: type[E], person: str, external_id: str, **rest: Any) -> E:
    at = SENT + timedelta(seconds=rest.pop("after", 0))
    common = {"identity": f"tiktok:{BUSINESS}:{person}", "account": BUSINESS, "occurred_at": at}
    return kind(external_id=external_id, **{**common, **rest})


def said(number: int, text: str = "", *attachments: Attachment, **rest: Any) -> Message:
    common = {"channel": "tiktok_dm", "thread": "conv-ana-1==", "author": AUTHOR}
    words = {"text": text, "attachments": attachments}
    return known(Message, "uid-anatorres-0001", f"msg-{number}", **{**common, **words, **rest})


def comment[E: (Message, Edit, Deletion)](kind: type[E], number: int, person: str, suffix: str = "", **rest: Any) -> E:
    common = {"channel": "tiktok_comment", "thread": VIDEO}
    return known(kind, person, f"{commented(number)}{suffix}", **common, **rest)


def commented(number: int) -> str:
    return f"7230000000000000{number}"


def nothing(external_id: str, reason: str, at: datetime = SENT) -> list[Event]:
    return [Ignored(external_id=external_id, occurred_at=at, reason=reason)]


OURS: dict[str, Any] = {"direction": "outbound", "after": 60}
ANA, LUIS = "uid-anatorres-0001", "uid-luis-0002"

MEANINGS: dict[str, list[Event]] = {
    "text": [said(101, "¿Tienen la talla 40?")],
    "non_ascii": [said(102, "Señor, el año pasado también: 👩‍👩‍👧 ¡qué bien! 日本語")],
    "complaint": [said(103, "Me han cobrado dos veces el pedido y nadie me contesta. ¡Es una vergüenza!")],
    "european": [said(104, "Escribo desde Vigo")],
    "reply": [said(105, "La azul", reply_to="msg-110")],
    "image": [said(106, "", Attachment(type="image", id="media-1"))],
    "shared_post": [
        said(
            107,
            "",
            Attachment(
                type="share_post",
                id="7229000000000000009",
                url="https://www.tiktok.com/player/v1/7229000000000000009",
            ),
        )
    ],
    "sticker": [said(108, "", Attachment(type="sticker"))],
    "without_name": [said(109, "¿Tienen la talla 40?", author=None)],
    "own": [said(110, "Sí, queda una", **OURS)],
    "own_image": [said(111, "", Attachment(type="image", id="media-2"), **OURS)],
    "note_to_oneself": nothing("msg-112", "a note to oneself"),
    "read": [
        known(
            Receipt,
            ANA,
            "conv-ana-1==:read",
            after=90,
            channel="tiktok_dm",
            thread="conv-ana-1==",
            status="read",
        )
    ],
    "read_undated": [
        known(
            Receipt,
            ANA,
            "conv-ana-2==:read",
            dated=False,
            channel="tiktok_dm",
            thread="conv-ana-2==",
            status="read",
        )
    ],
    "read_by_us": nothing("conv-ana-1==", "we have read a message"),
    "comment": [comment(Message, 201, ANA, visibility="public", text="¿Cuánto cuesta?")],
    "comment_reply": [
        comment(Message, 202, LUIS, visibility="public", text="Yo pagué 30", reply_to=commented(201)),
    ],
    "comment_own": [
        comment(
            Message,
            203,
            BUSINESS,
            direction="outbound",
            visibility="public",
            text="29 euros",
            reply_to=commented(201),
        )
    ],
    "comment_deleted": [comment(Deletion, 201, ANA, ":deleted", after=300, target=commented(201))],
    "comment_hidden": [
        comment(Deletion, 202, LUIS, ":hidden", after=400, direction="outbound", target=commented(202)),
    ],
    "comment_for_friends": [
        comment(Deletion, 202, LUIS, ":hidden", after=410, direction="outbound", target=commented(202)),
    ],
    "comment_shown": [comment(Edit, 202, LUIS, ":shown", after=420, target=commented(202), text="Yo pagué 30")],
    "comment_shown_without_text": nothing(commented(202), "visible again, without saying what it says"),
    "comment_unknown_action": nothing("comment.update.set_to_hologram", "unknown kind: comment.update.set_to_hologram"),
    "authorization_removed": nothing(
        "authorization.removed", "AUTHORISATION REMOVED: nothing more will come for this account"
    ),
    "post_published": nothing("post.publish.complete", "what became of a post of the account's own"),
    "video_failed": nothing("video.upload.failed", "what became of a video of the account's own"),
    "export_ready": nothing("portability.download.ready", "an export of data is ready to be fetched"),
    "service_status": nothing("API_SERVICE_STATUS", "how TikTok's own services are doing"),
    "unknown_kind": nothing("im_hologram_msg", "unknown kind: im_hologram_msg"),
}
UNREADABLE = {"unreadable", "unreadable_content"}
