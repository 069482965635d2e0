"""What a message needs, by a playbook: row by row, with the reasons that a person reads."""

import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models import Attachment, Author, Message
from shared.playbook import Playbook, parse
from shared.triage import Reason, assess

ROOT = Path(__file__).parents[3]
PLAYBOOK = """
version = 1
company = "Teleprado"
default_department = "care"
[[departments]]
name = "billing"
title = "Facturación"
fallback = "care"
time_zone = "Europe/Madrid"
accept_within = { urgent = 15, high = 60, normal = 240, low = 1440 }
phrases = { es = ["factura", "facturas", "Cobro  duplicado", "baño de oro"], en = ["invoice", "factura", "my year"] }
[[departments]]
name = "technical"
title = "Soporte técnico"
fallback = "care"
time_zone = "Europe/Madrid"
accept_within = { urgent = 15, high = 60, normal = 240, low = 1440 }
phrases = { es = ["no funciona", "router", "línea", "factura del router", "ano"], en = ["no signal"] }
[[departments]]
name = "care"
title = "Atención"
time_zone = "Europe/Madrid"
accept_within = { urgent = 15, high = 60, normal = 240, low = 1440 }
phrases = { es = ["baja", "año"] }
[priorities]
answer_within = { urgent = 30, high = 120, normal = 480, low = 2880 }
[[priorities.raised_by]]
priority = "high"
reason = "The customer says that it is urgent."
phrases = { es = ["urgente", "cobro"], en = ["asap"] }
[[priorities.raised_by]]
priority = "urgent"
reason = "Somebody may be in danger."
phrases = { es = ["echa humo"], en = ["smoke"] }
"""


@cache
def playbook() -> Playbook:
    return parse(PLAYBOOK)


def message(text: str = "", *attached: str | None, direction: str = "inbound") -> Message:
    return Message.model_validate(
        {
            "external_id": "1",
            "occurred_at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
            "identity": "telegram:teleprado_bot:4711",
            "account": "teleprado_bot",
            "channel": "telegram",
            "author": Author(name="Factura Router", handle="no_funciona"),
            "direction": direction,
            "text": text,
            "attachments": tuple(Attachment(type="photo", text=text) for text in attached),
        }
    )


@pytest.mark.parametrize(
    ("text", "department", "priority"),
    [
        ("Quiero mi FACTURA, por favor", "billing", "normal"),
        ("mis facturas", "billing", "normal"),
        ("facturación", None, "normal"),
        ("la prefactura", None, "normal"),
        ("cobro...   DUPLICADO", "billing", "high"),
        ("cobro raro", None, "high"),
        ("La linea va mal", "technical", "normal"),
        ("La línea va mal", "technical", "normal"),
        ("La li\u0301nea va mal", "technical", "normal"),
        ("hace un año", "care", "normal"),
        ("hace un an\u0303o", "care", "normal"),
        ("hace un ano", "technical", "normal"),
        ("el bano de oro", None, "normal"),
        ("el Baño de Oro", "billing", "normal"),
        # the most specific phrase, whole: the shorter one inside it says nothing
        ("la factura del router", "technical", "normal"),
        ("factura, factura, factura: no funciona", "technical", "normal"),
        ("el router y la línea, y la factura", "technical", "normal"),
        ("la factura y el router", "billing", "normal"),
        ("el router y la factura", "technical", "normal"),
        # priorities never hide departments, nor the other way round
        ("El router echa humo, es urgente", "technical", "urgent"),
        ("es urgente: echa humo", None, "urgent"),
        ("asap", None, "high"),
        ("hola, buenos días", None, "normal"),
        ("https://teleprado.example/factura @router router@teleprado.example", None, "normal"),
        # out of scope, and said so: negation is not understood
        ("no es por la factura", "billing", "normal"),
    ],
)
def test_what_a_text_needs(text: str, department: str | None, priority: str) -> None:
    found = assess(message(text), playbook())
    assert (found.department, found.priority) == (department, priority)


def test_every_department_that_is_spoken_of_is_among_the_reasons() -> None:
    found = assess(
        message("La factura y el cobro duplicado. El router no funciona. ¡Echa humo, urgente! Baja."), playbook()
    )
    assert found.department == "billing"
    assert found.reasons == (
        Reason(
            code="department_phrase",
            text='The text says "Cobro  duplicado" and 1 other phrase of Facturación.',
            evidence="Cobro  duplicado",
        ),
        Reason(
            code="other_department_phrase",
            text='It also says "no funciona" and 1 other phrase of Soporte técnico.',
            evidence="no funciona",
        ),
        Reason(code="other_department_phrase", text='It also says "baja", a phrase of Atención.', evidence="baja"),
        Reason(code="priority_phrase", text="Somebody may be in danger.", evidence="echa humo"),
        Reason(code="priority_phrase", text="The customer says that it is urgent.", evidence="cobro"),
    )


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (message("hola"), "no_phrase"),
        (message(""), "no_text"),
        (message(" \n¡!👍"), "no_text"),
        (message("", None), "no_text"),
        (message("", "", "..."), "no_text"),
        (message("https://teleprado.example"), "no_text"),
        (message("factura urgente", direction="outbound"), "outbound"),
        (message("", "factura", direction="outbound"), "outbound"),
    ],
)
def test_what_names_no_department_says_why(said: Message, code: str) -> None:
    found = assess(said, playbook())
    assert (found.department, found.priority) == (None, "normal")
    assert [reason.code for reason in found.reasons] == [code]
    assert found.reasons[0].evidence is None


def test_the_readme_lists_every_reason() -> None:
    said = (
        *(message("factura, router, urgente"), message("hola"), message(), message("hola", direction="outbound")),
        starred_message("hola", 1),
    )
    given = {reason.code for one in said for reason in assess(one, playbook()).reasons}
    table = (ROOT / "shared" / "triage" / "README.md").read_text(encoding="utf-8").partition("| reason |")[2]
    assert set(re.findall(r"(?m)^\| `(\w+)` \|", table)) == given


def test_an_attachments_text_is_read_too() -> None:
    assert assess(message("", None, "mi factura"), playbook()).department == "billing"


def test_no_phrase_reaches_from_one_text_into_the_next() -> None:
    assert assess(message("no", "funciona"), playbook()).department is None
    assert assess(message("cobro", None, "duplicado"), playbook()).department is None


def test_another_version_of_the_playbook_decides_anew() -> None:
    changed = parse(PLAYBOOK.replace('"facturas"', '"hola"').replace("version = 1", "version = 2"))
    assert assess(message("hola"), playbook()).department is None
    assert assess(message("hola"), changed).department == "billing"


def test_a_playbook_without_any_phrase_routes_nothing() -> None:
    bare = parse(re.sub(r"(?m)^phrases = .*$", "", PLAYBOOK.split("[[priorities")[0]))
    assert [reason.code for reason in assess(message("factura"), bare).reasons] == ["no_phrase"]


# Every department's words and every language's, spoken as people do.
@pytest.mark.parametrize(
    ("text", "department", "priority"),
    [
        ("Buenas, me han cobrado dos veces la cuota de marzo y quiero que me devuelvan el dinero", "billing", "normal"),
        ("Hi, I was charged twice this month. When do I get a refund?", "billing", "normal"),
        ("Hola!! Dónde está mi pedido?? Llevo días esperando", "delivery_and_orders", "high"),
        ("The parcel arrived damaged :(", "delivery_and_orders", "normal"),
        ("estoy sin internet desde ayer y no puedo trabajar", "technical", "high"),
        ("My router has smoke coming out of it", "technical", "urgent"),
        ("Quiero darme de baja ya", "care", "normal"),
        ("I want to speak to a person, nobody answers", "care", "high"),
        ("me han hackeado la cuenta", None, "urgent"),
        ("gracias, un saludo", None, "normal"),
    ],
)
def test_the_example_playbook_routes_what_people_write(text: str, department: str | None, priority: str) -> None:
    found = assess(message(text), example())
    assert (found.department, found.priority) == (department, priority)


@cache
def example() -> Playbook:
    return parse((ROOT / "infra" / "playbook.example.toml").read_text(encoding="utf-8"))


LISTS = [owner.phrases for owner in example().departments] + [owner.phrases for owner in example().priorities.raised_by]
PHRASES = [phrase for phrases in LISTS for phrase in phrases.every]
snippets = st.one_of(st.text(max_size=8), st.sampled_from(PHRASES))


@given(st.lists(snippets, max_size=12).map(" ".join))
def test_reasons_hold_nothing_of_the_text_but_the_playbooks_phrases(text: str) -> None:
    """Whatever is said around the phrases, the reasons are made of the playbook's words alone."""
    found = assess(message(text), example())
    departments = {department.title for department in example().departments}
    fixed = {
        "The company said this itself.",
        "There are no words to decide by.",
        "No department's phrase stands in the text.",
    }
    fixed |= {rule.reason for rule in example().priorities.raised_by}
    for reason in found.reasons:
        assert reason.evidence is None or reason.evidence in PHRASES
        worded = re.fullmatch(
            r'(?:The text|It also) says "(.+)"(?:, a phrase| and \d+ other phrases?) of (.+)\.', reason.text
        )
        assert reason.text in fixed or (worded and worded[1] == reason.evidence and worded[2] in departments)


@given(st.lists(st.sampled_from(PHRASES), max_size=12), st.sampled_from([" ", "... ", "\n\n", " ¡", "_", "\u00a0-"]))
def test_the_same_words_get_the_same_answer_however_they_are_typed(said: list[str], between: str) -> None:
    plain = assess(message(" ".join(said)), example())
    assert assess(message(between.join(said).upper()), example()) == plain
    assert assess(message(normalize("NFD", between.join(said))), Playbook.from_json(example().to_json())) == plain


def starred_message(text: str, rating: int | None) -> Message:
    return message(text).model_copy(update={"rating": rating})


@pytest.mark.parametrize(("rating", "is_said"), [(1, True), (2, True), (3, False), (5, False), (None, False)])
def test_few_stars_are_among_the_reasons_and_decide_nothing(rating: int | None, is_said: bool) -> None:
    for text in ("", "Me han cobrado dos veces en la factura."):
        plain, starred = assess(message(text), playbook()), assess(starred_message(text, rating), playbook())
        assert (starred.department, starred.priority) == (plain.department, plain.priority)
        added = [reason for reason in starred.reasons if reason not in plain.reasons]
        assert [reason.code for reason in added] == ["few_stars"] * is_said
        assert not added or added[0].text == f"The review gives {rating} of 5 stars."
