"""The samples and what each of them means."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shared.models import (
    Attachment,
    Author,
    ContactPoint,
    Deletion,
    Delivery,
    Edit,
    Event,
    Ignored,
    Message,
    ProfileChange,
    Reaction,
    Receipt,
)
from shared.platforms import load
from tests.shared.platforms.x.sender import ACCOUNT

SAMPLES = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "samples").glob("*.json")}
UNREADABLE = {"unreadable", "batch_with_unreadable"}
X = load("x")

START = datetime.fromtimestamp(1790000000, UTC)
RECEIVED = datetime(2026, 9, 21, 15, tzinfo=UTC)
NOT_DATED: dict[str, Any] = {"occurred_at": RECEIVED, "dated": False}


def delivered(body: bytes, *, at: datetime = RECEIVED) -> Delivery:
    return Delivery("x", ACCOUNT, body, {}, at)


def events(body: bytes, *, at: datetime = RECEIVED) -> list[Event]:
    return X.normalise(delivered(body, at=at))


def after(seconds: int, *, ms: int = 0) -> datetime:
    return START + timedelta(seconds=seconds, milliseconds=ms)


def post_id(seconds: int, *, ms: int = 0, sequence: int = 1) -> str:
    """The id of something made that long after the start: an X id begins with its milliseconds since X's own epoch."""
    made = after(seconds, ms=ms) - datetime.fromtimestamp(0, UTC)
    return str((made // timedelta(milliseconds=1) - 1288834974657 << 22) | sequence)


def author(name: str, handle: str, reach: int, language: str | None = None) -> Author:
    contact = ContactPoint(kind="handle", value=handle, proof="platform")
    return Author(name=name, handle=handle, language=language, reach=reach, contacts=(contact,))


def person(number: str, who: Author | None, *, channel: str = "x_mention") -> dict[str, Any]:
    return {"identity": f"x:{ACCOUNT}:{number}", "account": ACCOUNT, "channel": channel, "author": who}


ANA_NAMED, ANA_SPEAKS = author("Ana Torres", "anatorres", 128), author("Ana Torres", "anatorres", 128, "es")
LUIS_NAMED = author("Luis & Hijos", "luisehijos", 7)
MARTA_NAMED = author("Marta Gil", "martagil", 31000)
LUIS_ES, MARTA_ES = (
    person(number, said.model_copy(update={"language": "es"}))
    for number, said in (("1511000002", LUIS_NAMED), ("1511000003", MARTA_NAMED))
)
ANA, ANA_ES, NOBODY_ANA = (person("1511000001", who) for who in (ANA_NAMED, ANA_SPEAKS, None))
LUIS, MARTA, NOBODY_MARTA = (
    person("1511000002", LUIS_NAMED),
    person("1511000003", MARTA_NAMED),
    person("1511000003", None),
)
ANA_DM, LUIS_DM = person("1511000001", ANA_NAMED, channel="x_dm"), person("1511000002", None, channel="x_dm")
ANA_CHAT = person("1511000001", None, channel="x_dm")
OURSELVES = person(ACCOUNT, None)

OUR_POST = post_id(-3600, ms=250, sequence=7)
OUR_THREAD = post_id(-7200)
TEXT = post_id(0, ms=718)
OUR_REPLY = post_id(50, ms=5)
QUOTE = post_id(30, ms=5)


def public(who: dict[str, Any], at: int, number: str, text: str, *, handle: str, **rest: Any) -> Message:
    known: dict[str, Any] = {"external_id": number, "occurred_at": after(at), "thread": number, "visibility": "public"}
    return Message(**who, **{**known, **rest}, text=text, permalink=f"https://x.com/{handle}/status/{number}")


def untold(said: Message) -> Message:
    """The same post where X does not tell whom it names."""
    return said.model_copy(update={"summons": None})


def private(who: dict[str, Any], at: datetime, number: str, text: str, **rest: Any) -> Message:
    return Message(**who, external_id=number, occurred_at=at, text=text, **rest)


def outbound(**rest: Any) -> dict[str, Any]:
    return {"direction": "outbound", **rest}


def sign(who: dict[str, Any], at: datetime, target: str, emoji: str, number: str, **rest: Any) -> Reaction:
    known: dict[str, Any] = {"occurred_at": at, "thread": target}
    return Reaction(**who, **{**known, **rest}, external_id=number, target=target, emoji=emoji)


def gone(who: dict[str, Any], number: str, at: datetime, **rest: Any) -> Deletion:
    known = {"external_id": f"{number}:deleted", "thread": number, "target": number, "dated": False}
    return Deletion(**who, **known, occurred_at=at, **rest)


def related(who: dict[str, Any], number: str, field: str, current: str, **rest: Any) -> ProfileChange:
    known = NOT_DATED | rest
    return ProfileChange(**who, **known, external_id=number, field=field, current=current)


def profile(kind: str, number: str, field: str, previous: str | None, current: str) -> ProfileChange:
    change: dict[str, Any] = {"field": field, "previous": previous, "current": current}
    return ProfileChange(**NOBODY_MARTA, **NOT_DATED, **change, external_id=f"profile.update.{kind}:{number}")


def nothing(number: str, reason: str) -> Ignored:
    return Ignored(external_id=number, occurred_at=RECEIVED, reason=reason)


TO_NOBODY = "own post to nobody in particular"
UNNAMED_LIKE = "a like of an own post by nobody that X names"
REVOKED = "AUTHORISATION REVOKED: nothing more will come for this account"
ENCRYPTED = (Attachment(type="encrypted"),)
SAME_POST = public(
    ANA_ES,
    20,
    post_id(20, ms=999),
    "@tiendasol ¿y mañana?",
    handle="anatorres",
    thread=OUR_POST,
    reply_to=OUR_POST,
    summons=True,
)
PICTURED = Attachment(type="photo", id="3_1001", url="https://pbs.example/pan.jpg", text="Un pan partido")
FILMED = Attachment(type="video", id="7_1002", url="https://video.example/large.mp4", mime_type="video/mp4")

MEANINGS: dict[str, list[Event]] = {
    "text": [
        public(
            person("1511000001", author("Ana Torres", "anatorres", 128, "en")),
            0,
            TEXT,
            "@tiendasol do you open on Sundays? Bread & milk <3",
            handle="anatorres",
            summons=True,
        )
    ],
    "non_ascii": [
        public(
            person("1511000002", Author(language="es")),
            10,
            post_id(10, ms=1),
            "@tiendasol ¡Qué ñoquis tan ricos! 😋👩‍🍳",
            handle="i/web",
            thread=OUR_POST,
            reply_to=OUR_POST,
        )
    ],
    # X's word for it says what the post itself, without its entities, does not.
    "same_post": [untold(SAME_POST), SAME_POST, untold(SAME_POST)],
    "same_post_v1": [SAME_POST],
    "same_post_stream": [untold(SAME_POST)],
    "quote": [
        public(
            NOBODY_MARTA,
            30,
            QUOTE,
            "Otra vez cerrado… https://t.co/q000000001",
            handle="i/web",
            reply_to=OUR_POST,
            summons=True,
        )
    ],
    "repost": [sign(MARTA, after(40), OUR_POST, "repost", post_id(40, ms=5), thread=OUR_THREAD)],
    "own_reply": [
        public(
            ANA,
            50,
            OUR_REPLY,
            "@anatorres Sí, hasta las dos.",
            handle="tiendasol",
            **outbound(thread=TEXT, reply_to=TEXT),
        )
    ],
    "own_reply_continued": [
        public(
            NOBODY_ANA,
            51,
            post_id(51, ms=5),
            "@anatorres @luisehijos Y los festivos, con @martagil.",
            handle="tiendasol",
            **outbound(thread=TEXT, reply_to=OUR_REPLY),
        )
    ],
    "own_quote": [
        public(
            MARTA,
            52,
            post_id(52, ms=5),
            "¡Gracias, Marta! https://t.co/q000000002",
            handle="tiendasol",
            **outbound(reply_to=QUOTE),
        )
    ],
    "own_repost": [sign(MARTA, after(53), post_id(-900), "repost", post_id(53, ms=5), **outbound())],
    "own_post": [nothing(post_id(at), TO_NOBODY) for at in (60, 61, 62)],
    "edited": [
        public(ANA_ES, 70, post_id(70, ms=3), "@tiendasol el pan llegó seko", handle="anatorres", summons=True),
        Edit(
            **ANA_ES,
            external_id=post_id(130, ms=3),
            occurred_at=after(130),
            thread=post_id(70, ms=3),
            target=post_id(70, ms=3),
            text="@tiendasol el pan llegó seco",
        ),
    ],
    "edited_root": [
        Edit(
            **ANA_ES,
            external_id=post_id(140, ms=3),
            occurred_at=after(140),
            thread=post_id(135, ms=3),
            target=post_id(135, ms=3),
            text="Peor",
        )
    ],
    "edited_seen_late": [
        public(ANA_ES, 150, post_id(150, ms=3), "@tiendasol primera", handle="anatorres", summons=True)
    ],
    "own_edited": [
        Edit(
            **ANA,
            external_id=post_id(171, ms=3),
            occurred_at=after(171),
            thread=TEXT,
            direction="outbound",
            target=post_id(170, ms=3),
            text="@anatorres Hasta las tres.",
        )
    ],
    "deleted": [gone(OURSELVES, OUR_REPLY, RECEIVED, **outbound())],
    "media": [
        public(
            ANA_ES,
            200,
            post_id(200, ms=3),
            "@tiendasol mirad  https://t.co/q000000003",
            handle="anatorres",
            summons=True,
            attachments=(
                PICTURED,
                FILMED,
                Attachment(type="media", id="3_1003"),
                Attachment(type="poll", id="1700000000000000001", text="Pan\nSol"),
                Attachment(type="poll", id="1700000000000000002"),
            ),
        )
    ],
    "media_alone": [
        public(
            person("1511000001", Author(language="es")),
            205,
            post_id(205),
            "",
            handle="i/web",
            summons=True,
            attachments=(Attachment(type="photo", id="3_1004", url="https://pbs.example/solo.jpg"),),
        )
    ],
    "long": [
        public(
            person("1511000001", author("Ana Torres", "anatorres", 128, "he")),
            210,
            post_id(210),
            "@tiendasol Empiezo por el principio: pedí un pan & llegó otro.",
            handle="anatorres",
            summons=True,
        )
    ],
    "like": [
        sign(ANA, after(300, ms=236), OUR_REPLY, "like", f"{OUR_REPLY}:like:1511000001", thread=TEXT),
        sign(MARTA, after(301, ms=236), QUOTE, "like", f"{QUOTE}:like:{ACCOUNT}", **outbound()),
        sign(
            NOBODY_MARTA,
            RECEIVED,
            post_id(40, ms=5),
            "like",
            f"{post_id(40, ms=5)}:like:{ACCOUNT}",
            **outbound(dated=False),
        ),
    ],
    "like_unnamed": [nothing(OUR_REPLY, UNNAMED_LIKE)] * 3,
    "complaint": [
        private(
            ANA_DM,
            after(400, ms=31),
            post_id(400, ms=1),
            "Hola, me han cobrado dos veces la factura de septiembre y nadie me lo explica.",
        )
    ],
    "direct_message_sent": [
        private(ANA_DM, after(410, ms=31), post_id(410, ms=1), "Lo miramos ahora mismo & te decimos.", **outbound())
    ],
    "direct_message_batch": [
        private(ANA_DM, after(420, ms=1), post_id(420, ms=1), "Uno"),
        private(ANA_DM, after(421, ms=1), post_id(421, ms=1), "Dos"),
    ],
    "direct_message_media": [
        private(
            ANA_DM,
            after(430, ms=5),
            post_id(430, ms=1),
            "",
            attachments=(Attachment(type="photo", id="1790000000000000111", url="https://ton.example/1.jpg"),),
        ),
        private(
            ANA_DM,
            after(431, ms=5),
            post_id(431, ms=1),
            "Estoy aquí",
            attachments=(Attachment(type="location", text="40.4, -3.7"),),
        ),
        private(
            ANA_DM,
            after(432, ms=5),
            post_id(432, ms=1),
            "Y aquí",
            attachments=(Attachment(type="location", text="Lavapiés, Madrid"),),
        ),
    ],
    "direct_message_note": [nothing(post_id(440, ms=1), "a note to oneself")],
    "direct_message_unknown_kind": [
        nothing("dm.received.reaction_create", "unknown kind: dm.received.reaction_create")
    ],
    "receipt": [
        Receipt(
            **ANA_DM,
            external_id=f"{post_id(410, ms=1)}:read",
            occurred_at=after(450, ms=662),
            target=post_id(410, ms=1),
            status="read",
        ),
        nothing(post_id(400, ms=1), "we have read a message"),
    ],
    "encrypted": [
        private(
            ANA_CHAT,
            after(460, ms=370),
            "e4f4d3fc-0001-4928-92eb-e5058d6bb6f6",
            "",
            attachments=ENCRYPTED,
        ),
        private(
            ANA_CHAT,
            after(461, ms=370),
            "e4f4d3fc-0002-4928-92eb-e5058d6bb6f6",
            "",
            **outbound(attachments=ENCRYPTED),
        ),
        private(
            LUIS_DM,
            after(462, ms=370),
            "e4f4d3fc-0003-4928-92eb-e5058d6bb6f6",
            "",
            thread="g1790000000000000222",
            attachments=ENCRYPTED,
        ),
        nothing("e4f4d3fc-0004-4928-92eb-e5058d6bb6f6", "own message to a group"),
    ],
    "relations": [
        related(ANA, "follow:-4194382999999999960", "follow", "yes"),
        related(ANA, "unfollow:-4194245999999999959", "follow", "no"),
        related(MARTA, "follow:-4194108999999999958", "followed", "yes"),
        related(LUIS, "mute:-4193971999999999957", "muted", "yes"),
        related(LUIS, "unmute:-4193834999999999956", "muted", "no"),
        related(LUIS, "block:-4193697999999999955", "blocked", "yes"),
        related(LUIS, "unblock:-4193560999999999954", "blocked", "no"),
    ],
    "profile": [
        profile("bio", "-4193423999999999953", "bio", "Pan", "Pan y sol"),
        profile(
            "profile_picture",
            "-4193286999999999952",
            "picture",
            "https://pbs.example/a.jpg",
            "https://pbs.example/b.jpg",
        ),
        profile("banner_picture", "-4193149999999999951", "banner", "https://pbs.example/c", "https://pbs.example/d"),
        profile("screenname", "-4193012999999999950", "name", "Marta G.", "Marta Gil"),
        profile("handle", "-4192875999999999949", "handle", "martag", "martagil"),
        profile("geo", "-4192738999999999948", "location", "Madrid", "Cádiz"),
        profile("url", "-4192601999999999947", "website", "https://t.co/a", "https://t.co/b"),
        profile("verified_badge", "-4192464999999999946", "verified_badge", "none", "blue"),
        profile("affiliate_badge", "-4192327999999999945", "affiliate_badge", None, "Tienda Sol"),
    ],
    "broadcast_chat": [
        Message(
            **ANA,
            **NOT_DATED,
            external_id=post_id(500),
            thread="broadcast:1mGPaZaAdNqJA",
            visibility="public",
            text="¿Hacéis envíos <48 h?",
        ),
        nothing(post_id(501), "own words in an own broadcast"),
    ],
    "nothing_said": [
        nothing("-4191916999999999942", "somebody is typing"),
        nothing("-4191779999999999941", "somebody joined an encrypted group"),
        nothing("1900", "somebody joined an encrypted group"),
        *(nothing(f"{number}900", "an encrypted group changed") for number in range(2, 8)),
        nothing("-4191642999999999940", "a Space started"),
        nothing("-4191505999999999939", "a Space ended"),
        nothing("-4191368999999999938", "a broadcast started"),
        nothing("-4191231999999999937", "a broadcast ended"),
        nothing("-4191094999999999936", "a headline, by nobody in particular"),
    ],
    "revoked": [nothing("-4190957999999999935", REVOKED)],
    "unknown_kind": [nothing("post.poll.vote", "unknown kind: post.poll.vote")],
    "empty_batch": [],
    "stream": [
        public(
            *(LUIS, 550, post_id(550, ms=9), "Nadie hace el pan como Tienda Sol"), handle="luisehijos", overheard=True
        )
    ],
    "stream_listening": [
        public(
            *(ANA_ES, 610, post_id(610, ms=9), "#TiendaSol me ha cobrado dos veces la factura, qué vergüenza"),
            handle="anatorres",
            summons=False,
            overheard=True,
        ),
        public(
            *(LUIS_ES, 620, post_id(620, ms=9), "Pues a mí tampoco me contestan"),
            handle="luisehijos",
            thread=OUR_THREAD,
            reply_to=OUR_POST,
            summons=False,
        ),
        public(
            *(MARTA_ES, 630, post_id(630, ms=9), "¿Alguien sabe si @tiendasol abre hoy?"),
            handle="martagil",
            summons=True,
        ),
        # Whom it names, X does not tell here.
        public(*(MARTA_ES, 640, post_id(640, ms=9), "Sin saber a quién: @tiendasol o Tienda Sol"), handle="martagil"),
        Edit(
            **LUIS_ES,
            **{"external_id": post_id(650, ms=9), "occurred_at": after(650), "thread": post_id(600, ms=9)},
            target=post_id(600, ms=9),
            text="Tienda Sol, cada día peor",
            overheard=True,
        ),
        # It may quote the account: X does not tell whose the quoted post is.
        public(
            *(MARTA_ES, 660, post_id(660, ms=9), "Mirad lo de Tienda Sol"), handle="martagil", reply_to=post_id(661)
        ),
        nothing(post_id(670, ms=9), "own post to nobody in particular"),
        public(
            *(ANA_ES, 680, post_id(680, ms=9)),
            "Tienda Sol: una historia larga que no se corta, y que cuento a @tiendasol",
            handle="anatorres",
            summons=True,
        ),
    ],
    "account_activity_posts": [
        public(
            ANA_ES,
            600,
            post_id(600),
            "@tiendasol Resumo lo que pasó en la tienda & en casa",
            handle="anatorres",
            summons=True,
            attachments=(
                Attachment(
                    type="animated_gif",
                    id="1790000000000000333",
                    url="https://video.example/g.mp4",
                    mime_type="video/mp4",
                    text="Un horno",
                ),
            ),
        ),
        public(
            NOBODY_ANA,
            610,
            post_id(610),
            "@anatorres Lo sentimos",
            handle="tiendasol",
            **outbound(thread=post_id(600), reply_to=post_id(600)),
        ),
        sign(MARTA, after(620), OUR_POST, "repost", post_id(620)),
        public(
            person("1511000003", author("Marta Gil", "martagil", 31000, "es")),
            630,
            post_id(630),
            "No siempre https://t.co/q000000004",
            handle="martagil",
            reply_to=OUR_POST,
            summons=True,
        ),
        Edit(
            **person("1511000002", author("Luis & Hijos", "luisehijos", 7, "es")),
            external_id=post_id(641),
            occurred_at=after(641),
            thread=post_id(640),
            target=post_id(640),
            text="@tiendasol buenas",
        ),
        nothing(post_id(650), TO_NOBODY),
    ],
    "account_activity_deleted": [
        gone(OURSELVES, post_id(610), after(660, ms=593), **outbound()),
        gone(NOBODY_ANA, post_id(600), after(661, ms=593)),
    ],
    "account_activity_likes": [
        sign(ANA, after(670, ms=140), OUR_POST, "like", f"{OUR_POST}:like:1511000001"),
        sign(ANA, after(671, ms=140), post_id(600), "like", f"{post_id(600)}:like:{ACCOUNT}", **outbound()),
        nothing(OUR_POST, UNNAMED_LIKE),
    ],
    "account_activity_relations": [
        related(who, f"{word}:{source}:{target}", field, value, occurred_at=after(at, ms=178), dated=True)
        for at, who, word, source, target, field, value in (
            (700, ANA, "follow", "1511000001", ACCOUNT, "follow", "yes"),
            (701, ANA, "unfollow", "1511000001", ACCOUNT, "follow", "no"),
            (702, LUIS, "unfollow", "1511000002", ACCOUNT, "follow", "no"),
            (703, LUIS, "mute", ACCOUNT, "1511000002", "muted", "yes"),
            (704, LUIS, "unmute", ACCOUNT, "1511000002", "muted", "no"),
            (705, ANA, "unmute", ACCOUNT, "1511000001", "muted", "no"),
            (706, LUIS, "block", "1511000002", ACCOUNT, "block", "yes"),
            (707, LUIS, "unblock", "1511000002", ACCOUNT, "block", "no"),
            (708, LUIS, "unblock", ACCOUNT, "1511000002", "blocked", "no"),
        )
    ],
    "account_activity_direct_messages": [
        private(ANA_DM, after(710, ms=557), post_id(710), "¿Hola?"),
        private(ANA_DM, after(711, ms=557), post_id(711), "Hola, Ana", **outbound()),
    ],
    "account_activity_read": [
        Receipt(
            **ANA_DM,
            external_id=f"{post_id(711)}:read",
            occurred_at=after(720, ms=662),
            target=post_id(711),
            status="read",
        ),
        nothing("direct_message_indicate_typing_events", "somebody is typing"),
    ],
    "account_activity_revoked": [nothing("user_event.revoke", REVOKED)],
    "account_activity_replay": [nothing("replay_job_status.Complete", "a replay is complete")],
    "account_activity_replay_incomplete": [
        nothing("replay_job_status.Incomplete", "A REPLAY IS INCOMPLETE: ask for it again")
    ],
    "account_activity_unknown_kind": [nothing("list_events", "unknown kind: list_events")],
    "account_activity_empty_batch": [],
}
