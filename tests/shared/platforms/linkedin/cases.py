"""The samples and what each of them means."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shared.models import Deletion, Delivery, Edit, Event, Ignored, Message, Reaction
from shared.platforms import load
from tests.shared.platforms.linkedin.sender import ACCOUNT

SAMPLES = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "samples").glob("*.json")}
LINKEDIN = load("linkedin")
TOLD = datetime.fromtimestamp(1790000000, UTC)
RECEIVED = datetime(2026, 9, 21, 15, tzinfo=UTC)


def delivered(body: bytes, *, at: datetime = RECEIVED) -> Delivery:
    return Delivery("linkedin", ACCOUNT, body, {}, at)


def events(body: bytes, *, at: datetime = RECEIVED) -> list[Event]:
    return LINKEDIN.normalise(delivered(body, at=at))


PAGE, POST = "4400001", "urn:li:activity:7230000000000000001"
ANA, LUIS = ({"identity": f"linkedin:{PAGE}:urn:li:person:{who}"} for who in ("aNa51500x1", "lUi51500x2"))
OURS = {"identity": f"linkedin:{PAGE}:{PAGE}", "direction": "outbound"}


def comment(number: int) -> str:
    return f"urn:li:comment:({POST},7230000000000000{number})"


def author_of(what: str) -> dict[str, Any]:
    return {"identity": f"linkedin:{PAGE}:author-of-{what}"}


def known[E: (Message, Edit, Deletion, Reaction)](
    kind: type[E], who: dict[str, Any], external_id: str, **rest: Any
) -> E:
    at = TOLD + timedelta(seconds=rest.pop("after", 0))
    common = {"account": PAGE, "channel": "linkedin_comment", "thread": POST, "occurred_at": at, "dated": False}
    return kind(external_id=external_id, **{**common, **who, **rest})


def said(what: str, who: dict[str, Any], text: str, **rest: Any) -> Message:
    link = f"https://www.linkedin.com/feed/update/{rest.pop('post', POST)}/"
    common = {"visibility": "public", "text": text, "reply_to": POST, "permalink": link}
    return known(Message, who, what, **{**common, **rest})


def shared(number: int, who: dict[str, Any], text: str, **rest: Any) -> Message:
    what = share(number)
    return said(what, who, text, post=what, **rest)


def share(number: int) -> str:
    return f"urn:li:share:72300000000000000{number}"


def liked(who: dict[str, Any], target: str = POST) -> Reaction:
    person = who["identity"].split(":", 2)[2]
    return known(Reaction, who, f"{target}:like:{person}", target=target, emoji="like")


def nothing(external_id: str, reason: str) -> list[Event]:
    return [Ignored(external_id=external_id, occurred_at=RECEIVED, reason=reason)]


MEANINGS: dict[str, list[Event]] = {
    "text": [said(comment(101), ANA, "¿La venden en Canarias?")],
    "non_ascii": [said(comment(102), ANA, "Señor, el año pasado también: 👩‍👩‍👧 ¡qué bien! 日本語")],
    "complaint": [
        said(
            comment(103),
            ANA,
            "Me han cobrado dos veces y nadie me contesta. Es una vergüenza, lo voy a denunciar.",
        )
    ],
    "reply": [said(comment(104), ANA, "Gracias", reply_to=comment(110))],
    "message_text": [said(comment(105), LUIS, "A mí me llegó rota")],
    "undecorated": [said(comment(106), author_of(comment(106)), "")],
    "undated": [said(comment(107), ANA, "¿Y en Ceuta?", occurred_at=RECEIVED)],
    "short_urn": [said(comment(108), ANA, "Preciosa")],
    "twice": [
        said(comment(109), ANA, "¿Hay garantía?"),
        said(comment(109), ANA, "¿Hay garantía?", after=0.9),
    ],
    "own": [said(comment(110), OURS, "Sí, Ana, la enviamos.", after=60, reply_to=comment(101))],
    "own_by_administrator": [said(comment(111), OURS, "Sí, en todas.", after=60)],
    "own_as_comment": [said(comment(112), OURS, "¡Gracias a todos!")],
    "edited": [
        known(
            Edit,
            ANA,
            f"{comment(101)}:edit:5600014",
            after=120,
            target=comment(101),
            text="¿La venden en Canarias y en Ceuta?",
        )
    ],
    "edited_without_text": nothing(comment(101), "an edit that does not say what it says now"),
    "deleted": [known(Deletion, ANA, f"{comment(101)}:deleted", after=180, target=comment(101))],
    "deleted_undecorated": [
        known(Deletion, author_of(comment(106)), f"{comment(106)}:deleted", after=180, target=comment(106))
    ],
    "mention": [
        shared(201, LUIS, "Tres semanas esperando a @La tienda", thread=share(201), reply_to=None, summons=True)
    ],
    "mention_undecorated": [shared(202, author_of(share(202)), "", thread=share(202), reply_to=None, summons=True)],
    "share": [shared(203, LUIS, "Yo no la compraría")],
    "share_without_words": [known(Reaction, LUIS, share(204), target=POST, emoji="share")],
    "like": [liked(ANA)],
    "like_of_comment": [liked(LUIS, comment(101))],
    "like_by_nobody": nothing("5600024", "a like of somebody whom LinkedIn does not name"),
    "like_own": [
        known(
            Reaction,
            OURS,
            f"{comment(101)}:like:urn:li:organization:{PAGE}",
            target=comment(101),
            emoji="like",
        )
    ],
    "other_page": [
        said(
            comment(113),
            {"identity": "linkedin:4400002:urn:li:person:aNa51500x1"},
            "¿Abren en agosto?",
            account="4400002",
        )
    ],
    "batch": [said(comment(114), ANA, "Uno"), liked(LUIS), said(comment(115), LUIS, "Tres")],
    "empty_batch": [],
    "lead": nothing(
        "LEAD_ACTION", "a lead form was filled in: its answers have to be fetched, nobody wrote to the page"
    ),
    "unknown_action": nothing("HOLOGRAM", "unknown kind: HOLOGRAM"),
    "unknown_kind": nothing("HOLOGRAM_NOTIFICATIONS", "unknown kind: HOLOGRAM_NOTIFICATIONS"),
}
UNREADABLE = {"unreadable", "batch_with_unreadable"}
