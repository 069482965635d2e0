"""Drafts and places of every channel that can be spoken through, likely or not."""

from datetime import timedelta

from hypothesis import strategies as st

from shared.lengths import LengthUnit
from shared.replying import Draft, Place, Template
from tests.conftest import NOW
from tests.replying import DAY, WEEK, place, port, template_of
from tests.speaking import SPOKEN

_BITS = ("a", "ñ", "漢", "😀", "👨‍👩‍👧‍👦", "e\u0301", "ho ", "1️⃣")


def of_length(total: int, unit: LengthUnit, bit: str) -> str:
    """A text of exactly so many units, of one bit again and again, filled up with letters of one unit."""
    each = unit.count(bit * 50) / 50
    body = bit * max(0, int((total - 60) / each))
    return body + "z" * (total - unit.count(body))


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
    ordinary, *others = SPOKEN[channel].situations
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
        rights=draw(st.sampled_from([(), tuple(port(channel).rights)])),
        **({"title": draw(_TITLES)} if SPOKEN[channel].title else {}),
    )


_TITLES = st.one_of(
    st.none(),
    st.sampled_from(
        ["Pedido 4711", "RE: AW: ¿y mi pedido?", "x" * 1500, "a\r\nBcc: all@example.com", "=?utf-8?q?a=0A?="]
    ),
    st.text(max_size=120),
)
