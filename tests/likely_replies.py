"""Drafts and places of every channel that can be spoken through, likely or not."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from hypothesis import strategies as st

from shared.lengths import LengthUnit, length
from shared.replying import Draft, Place, Template
from tests.conftest import NOW
from tests.replying import (
    ANA,
    ANAS,
    ANSWERED,
    BSUID,
    DAY,
    REVIEWS,
    THREADS,
    TITLED,
    WEEK,
    account,
    place,
    port,
    template_of,
)

_BITS = ("a", "ñ", "漢", "😀", "👨‍👩‍👧‍👦", "e\u0301", "ho ", "1️⃣")


def of_length(total: int, unit: LengthUnit, bit: str) -> str:
    """A text of exactly so many units, of one bit again and again, filled up with letters of one unit."""
    each = length(bit * 50, unit) / 50
    body = bit * max(0, int((total - 60) / each))
    return body + "z" * (total - length(body, unit))


@st.composite
def drafts(draw: st.DrawFn, channel: str) -> Draft:
    rules = port(channel).rules[channel]
    privately = draw(st.sampled_from([False] * 4 + [rules.private_answer is not None] * 3 + [True]))
    limits = rules.limits_of(Draft(text="Sí", privately=privately))
    most, unit = limits.longest, limits.unit
    around = st.builds(
        of_length, st.sampled_from([most - 1, most, most + 1, most + 40]), st.just(unit), st.sampled_from(_BITS)
    )
    link = "Mira https://tienda.example/pedido?n=1 y dime."
    barely = ["Sí", "diez y diez", "Sí: hasta las dos...", "Sí: hasta las dos :+1: :ok:"]
    blank = ["", " \n\t", "\u200b\u2060"]
    short = st.sampled_from([*barely, link, f"{link} 👍🏽", "@ana ¿y mañana?", "<&>", *blank])
    templates = st.builds(
        Template,
        name=st.just(template_of(channel)),
        language=st.just("es"),
        parameters=st.lists(st.sampled_from(["Ana", "24 h", "", " "]), max_size=2).map(tuple),
    )
    return Draft(
        text=draw(st.one_of(around, short, around)),
        template=draw(st.one_of(*[st.none()] * 6, templates)),
        privately=privately,
        by_a_person=draw(st.booleans()),
    )


_EDGES = [timedelta(microseconds=-1), timedelta(0), timedelta(microseconds=1), timedelta(hours=1), timedelta(hours=-1)]
_INSTANTS = st.one_of(
    st.none(),
    st.builds(
        lambda span, edge: NOW - span + edge,
        st.sampled_from([timedelta(hours=2), DAY, 2 * DAY, WEEK]),
        st.sampled_from(_EDGES),
    ),
)


@st.composite
def places(draw: st.DrawFn, channel: str) -> Place:
    """A place, likely or not: who is written to, where, and what is known of it."""
    ordinary, *others = _SITUATIONS.get(channel, _private)(channel)
    who, thread, visibility, answered = draw(st.sampled_from([ordinary] * 2 * len(others) + others))
    return place(
        channel,
        who,
        thread=thread,
        visibility=visibility,
        reply_to=answered if draw(st.sampled_from([True] * 5 + [False])) else None,
        reply_to_at=draw(_INSTANTS),
        last_inbound_at=draw(_INSTANTS),
        summoned=draw(st.sampled_from([True, True, False, None])),
        answered_privately=draw(st.sampled_from([False, False, True])),
        **({"title": draw(_TITLES)} if channel in TITLED else {}),
    )


_TITLES = st.one_of(
    st.none(),
    st.sampled_from(
        ["Pedido 4711", "RE: AW: ¿y mi pedido?", "x" * 1500, "a\r\nBcc: all@example.com", "=?utf-8?q?a=0A?="]
    ),
    st.text(max_size=120),
)


type _Situation = tuple[str, str, str, str]


def _private(channel: str) -> list[_Situation]:
    own, answered = account(channel), ANSWERED[channel]
    return [(ANA, "direct", "private", answered), (own, "direct", "private", answered)]


def _whatsapp(channel: str) -> list[_Situation]:
    answered = ANSWERED[channel]
    return [
        ("34600000001", "direct", "private", answered),
        (BSUID, "direct", "private", answered),
        ("ES.ENT.11815799212886844830", "direct", "private", "callback"),
        (BSUID, "120363000000000000", "private", answered),
        ("nobody?", "direct", "private", answered),
    ]


def _messenger(channel: str) -> list[_Situation]:
    return [*_private(channel), ("user_ref-guest", "direct", "private", "m_1")]


def _telegram(channel: str) -> list[_Situation]:
    return [
        (ANA, "direct", "private", f"{ANA}:70"),
        (ANA, "direct", "private", "callback:17"),
        (ANA, "bc-1:1511000001", "private", f"bc-1:{ANA}:70"),
        (ANA, "-1001700000001", "public", "-1001700000001:71"),
        (ANA, "-1001700000001:5", "public", "-1001700000001:72"),
        (ANA, "-1001700000001", "private", "-1001700000001:ephemeral-3"),
        (ANA, "-1001700000004", "private", "-1001700000004:73"),
        (ANA, "guest:5150003", "private", "guest:5150003:69"),
        ("-1001700000009", "-1001700000001", "public", "-1001700000001:74"),
        ("ana", "direct", "private", "ana:1"),
    ]


def _mention(channel: str) -> list[_Situation]:
    thread, answered = THREADS[channel], ANSWERED[channel]
    return [
        (ANA, thread, "public", answered),
        (ANA, "broadcast:1vOGw", "public", "b-77"),
        (ANA, thread, "public", thread),
    ]


def _email(channel: str) -> list[_Situation]:
    thread, answered, ana = THREADS[channel], ANSWERED[channel], ANAS[channel]
    return [
        (ana, thread, "private", answered),
        (ana, answered, "private", answered),
        (ana, "direct", "private", "no message's id"),
        ("ana+tienda@sub.example.com", thread, "private", "<a> <b>"),
        (account(channel), thread, "private", answered),
        (account(channel).upper(), thread, "private", answered),
        ("ana@example.com, all@example.com", thread, "private", answered),
        ("ana@example.com\r\nBcc: all@example.com", thread, "private", answered),
        ("ana", thread, "private", answered),
    ]


def _sms(channel: str) -> list[_Situation]:
    own, answered = account(channel), ANSWERED[channel]
    return [
        (ANAS[channel], "direct", "private", answered),
        ("217100", "direct", "private", answered),
        (own, "direct", "private", answered),
        ("BANCO", "direct", "private", answered),
        ("+266696687", "direct", "private", answered),
        (ANAS[channel], "topic", "private", answered),
    ]


def _twilio_whatsapp(channel: str) -> list[_Situation]:
    own, answered = account(channel), ANSWERED[channel]
    people = (ANAS[channel], BSUID, "ES.ENT.11815799212886844830", own, "34600000001", "217100")
    return [(person, "direct", "private", answered) for person in people]


def _forum(channel: str) -> list[_Situation]:
    thread, answered = THREADS[channel], ANSWERED[channel]
    return [
        (ANA, thread, "public", answered),
        (ANA, "4712", "private", "90"),
        (account(channel), thread, "public", answered),
        ("ana", thread, "public", answered),
        (ANA, "direct", "public", answered),
        (ANA, thread, "public", "81/../82"),
        (ANA, "0", "public", answered),
    ]


def _mastodon(channel: str) -> list[_Situation]:
    thread, answered = THREADS.get(channel, "direct"), ANSWERED[channel]
    private = "private" if channel == "mastodon_dm" else "public"
    return [
        (ANA, thread, private, answered),
        (ANA, thread, "private", answered),
        (ANA, "elsewhere", private, answered),
        ("ana torres", thread, private, answered),
        (ANA, thread, private, "../accounts"),
    ]


def _in_a_desk(channel: str) -> list[_Situation]:
    """A conversation of an inbox, or a ticket of a help desk, has a number."""
    thread, answered = THREADS[channel], ANSWERED[channel]
    return [
        (ANA, thread, "private", answered),
        (ANA, thread, "private", f"{answered}:filled_in:0a"),
        (ANA, "direct", "private", answered),
        (account(channel), thread, "private", answered),
        (ANA, "../users", "private", answered),
    ]


def _linkedin(channel: str) -> list[_Situation]:
    ana, thread, answered = ANAS[channel], THREADS[channel], ANSWERED[channel]
    return [
        (ana, thread, "public", answered),
        (ana, "urn:li:share:7230000000000000201", "public", "urn:li:share:7230000000000000201"),
        (f"author-of-{answered}", thread, "public", answered),
        (account(channel), thread, "public", answered),
        (ana, thread, "public", "urn:li:comment:(x,1)/../2"),
    ]


def _tiktok(channel: str) -> list[_Situation]:
    ana, thread, answered = ANAS[channel], THREADS[channel], ANSWERED[channel]
    visibility = "private" if channel == "tiktok_dm" else "public"
    return [
        (ana, thread, visibility, answered),
        (account(channel), thread, visibility, answered),
        (ana, "direct", visibility, answered),
    ]


def _youtube(channel: str) -> list[_Situation]:
    thread = THREADS[channel]
    return [
        (ANA, thread, "public", thread),
        (ANA, thread, "public", "UgxAnother"),
        (ANA, thread, "public", f"{thread}/../x"),
        (ANA, thread, "private", thread),
        (ANA, "direct", "public", thread),
    ]


def _review(channel: str) -> list[_Situation]:
    answered = ANSWERED[channel]
    return [
        (ANA, answered, "public", answered),
        (answered, answered, "public", answered),
        (account(channel), answered, "public", answered),
        (ANA, answered, "public", f"{answered}:answer:0a"),
        (ANA, "direct", "private", answered),
    ]


def _bluesky(channel: str) -> list[_Situation]:
    ana, thread, answered = ANAS[channel], THREADS.get(channel, "direct"), ANSWERED[channel]
    visibility = "private" if channel == "bluesky_dm" else "public"
    return [
        (ana, thread, visibility, answered),
        (ana, "3lbqgroup2aa2", visibility, answered),
        ("ana.torres.example", thread, visibility, answered),
        *(
            [(ana, answered, "public", answered), (ana, thread, "public", "at://x/../y")]
            if visibility == "public"
            else []
        ),
    ]


def _wordpress(channel: str) -> list[_Situation]:
    thread, answered = THREADS[channel], ANSWERED[channel]
    return [
        (ANA, thread, "public", answered),
        ("ana@example.com", thread, "public", answered),
        ("guest:Ana", thread, "public", answered),
        (account(channel), thread, "public", answered),
        (ANA, "direct", "public", answered),
        (ANA, thread, "public", "../users"),
    ]


def _direct(channel: str) -> list[_Situation]:
    return [*_private(channel), (ANA, "g1530000000000000000", "private", "17")]


def _comments(channel: str) -> list[_Situation]:
    thread, answered = THREADS[channel], ANSWERED[channel]
    return [
        (ANA, thread, "public", answered),
        (ANA, thread, "public", thread),
        (f"author-of-{answered}", thread, "public", answered),
        (f"author-of-{thread}", thread, "public", thread),
    ]


_SITUATIONS: Mapping[str, Callable[[str], list[_Situation]]] = {
    **dict.fromkeys(REVIEWS, _review),
    "youtube_comment": _youtube,
    "sms": _sms,
    "twilio_whatsapp": _twilio_whatsapp,
    "forum": _forum,
    "mastodon_mention": _mastodon,
    "mastodon_dm": _mastodon,
    "chatwoot_conversation": _in_a_desk,
    "zendesk_ticket": _in_a_desk,
    "linkedin_comment": _linkedin,
    "tiktok_dm": _tiktok,
    "tiktok_comment": _tiktok,
    "bluesky_mention": _bluesky,
    "bluesky_dm": _bluesky,
    "blog_comment": _wordpress,
    "whatsapp": _whatsapp,
    "messenger": _messenger,
    "telegram": _telegram,
    "x_mention": _mention,
    "x_dm": _direct,
    "email": _email,
    "facebook_comment": _comments,
    "facebook_review": _comments,
    "instagram_comment": _comments,
}
