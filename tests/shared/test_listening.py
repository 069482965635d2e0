"""What nobody said to the company: whether it is about it, by which words, and what becomes of it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.escalation import Escalation, escalate
from shared.listening import Heard, Hears, deaf, hear, hearing, is_overheard, kept_until
from shared.models import Author, Edit, Message
from shared.playbook import Playbook, parse
from tests import strategies
from tests.conftest import NOW
from tests.shared.test_playbook import GOOD

BRAND = """
[[listening]]
name = "brand"
words = ["Teleprado", "Tele Prado", "ConectaMás", "Prado"]
without = ["Museo del Prado", "Fibranova"]
keep_for = 30
"""


def playbook(toml: str = BRAND, **changes: str) -> Playbook:
    return parse(GOOD + toml + "".join(f"{name} = {value}\n" for name, value in changes.items()))


PLAYBOOK, ANSWERING = playbook(), playbook(answer="true")


def said(text: str, **more: Any) -> Message:
    return Message.model_validate(
        {
            "external_id": "1",
            "occurred_at": NOW,
            "identity": "x:2244000001:77",
            "account": "2244000001",
            "channel": "x_mention",
            "thread": "1",
            "visibility": "public",
            "overheard": True,
            "text": text,
        }
        | more
    )


def edited(text: str) -> Edit:
    told = said(text).model_dump(
        include={"occurred_at", "identity", "account", "channel", "thread", "text", "overheard"}
    )
    return Edit.model_validate(told | {"external_id": "2", "target": "1"})


def offered(message: Message, by: Playbook = PLAYBOOK) -> Escalation | None:
    return escalate(message, received_at=NOW, event_key="event#1", playbook=by)


def codes(escalation: Escalation | None) -> list[str]:
    return [reason.code for reason in escalation.reasons] if escalation else []


@pytest.mark.parametrize(
    ("text", "words", "without"),
    [
        ("Hoy TELEPRADO no va", ("Teleprado",), ()),
        ("#Teleprado, otra vez", ("Teleprado",), ()),
        ("conectamas y tele-prado", ("ConectaMás", "Tele Prado"), ()),
        ("Los teleprados", (), ()),
        ("https://teleprado.example y @teleprado", (), ()),
        ("Mañana, Museo del Prado", (), ("Museo del Prado",)),
        ("El Museo del Prado y Teleprado", ("Teleprado",), ("Museo del Prado",)),
        ("Fibranova va mejor que Teleprado", ("Teleprado",), ("Fibranova",)),
        ("Fibranova no va", (), ("Fibranova",)),
        ("Buenos días", (), ()),
        ("", (), ()),
    ],
)
def test_whole_words_are_found_and_what_excludes_them(
    text: str, words: tuple[str, ...], without: tuple[str, ...]
) -> None:
    heard = hear(said(text), PLAYBOOK)
    assert heard is not None
    assert (heard.by, heard.words, heard.without) == ("brand", words, without)
    assert heard.is_about_us == (bool(words) and not without)


def test_a_title_and_what_is_attached_are_read_and_no_word_reaches_from_one_into_the_next() -> None:
    titled = said("Prado", title="Tele", attachments=({"type": "image", "text": "Una factura de ConectaMás"},))
    heard = hear(titled, PLAYBOOK)
    assert heard is not None
    assert heard.words == ("Prado", "ConectaMás")


def test_what_is_said_to_the_company_is_never_held_against_the_words() -> None:
    for message in (
        said("Fibranova no va", overheard=False),
        said("Teleprado abre hoy", direction="outbound", overheard=True),
    ):
        assert not is_overheard(message)
        assert hear(message, PLAYBOOK) is None
    asked = []
    hears = hearing(lambda: asked.append(1) or PLAYBOOK)  # type: ignore[func-returns-value]
    assert hears(said("Teleprado", overheard=False)) is None
    assert asked == [], "the playbook is not read for what nobody overheard"
    assert hears(said("Teleprado")) is not None
    nothing: Hears = deaf
    assert nothing(said("Teleprado")) is None


@pytest.mark.parametrize(
    ("text", "department", "reasons"),
    [
        ("Teleprado me cobra la factura dos veces", "billing", ["department_phrase", "overheard"]),
        ("Teleprado: el router echa humo", "technical", ["department_phrase", "priority_phrase", "overheard"]),
        ("Teleprado, urgente", "care", ["no_phrase", "priority_phrase", "overheard"]),
        ("Teleprado, sois unos ladrones", "care", ["overheard_complaint", "overheard"]),
        ("No estoy contenta con Teleprado", "care", ["overheard_complaint", "overheard"]),
        ("Estoy encantada con Teleprado", None, []),
        ("Teleprado abre una tienda", None, []),
        ("La factura, qué ladrones", None, []),
        ("Fibranova y Teleprado, qué ladrones, la factura", None, []),
        ("Museo del Prado: el router echa humo", None, []),
    ],
)
def test_a_complaint_about_the_company_is_offered_with_its_reasons_and_nothing_else(
    text: str, department: str | None, reasons: list[str]
) -> None:
    escalation = offered(said(text))
    assert (escalation and escalation.department) == department
    assert codes(escalation) == reasons
    heard = hear(said(text), PLAYBOOK)
    assert heard is not None
    assert heard.taken_up == (escalation is not None)
    assert not heard.asks
    if escalation:
        assert escalation.reasons[-1].evidence == "Teleprado"
        assert '"brand"' in escalation.reasons[-1].text
        assert escalation.asked_at is None, "nobody waits"


def test_the_same_words_said_to_the_company_are_offered_as_ever() -> None:
    for text in ("La factura, qué ladrones", "Fibranova cobra menos por la factura"):
        escalation = offered(said(text, overheard=False))
        assert escalation is not None
        assert (escalation.department, codes(escalation)) == ("billing", ["department_phrase"])
        assert escalation.asked_at == NOW


def test_who_gets_complaints_and_what_is_one_is_the_playbooks() -> None:
    unhappy = said("No estoy contenta con Teleprado")
    escalation = offered(unhappy, playbook(department='"technical"'))
    assert escalation is not None
    assert escalation.department == "technical"
    assert offered(unhappy, playbook(tones='["angry"]')) is None
    assert offered(said("Teleprado, sois unos ladrones"), playbook(tones="[]")) is None


def test_with_answer_all_that_is_about_the_company_is_offered_and_waits() -> None:
    escalation = offered(said("Teleprado abre una tienda"), ANSWERING)
    assert escalation is not None
    assert (escalation.department, codes(escalation), escalation.asked_at) == ("care", ["overheard"], NOW)
    heard = hear(said("Teleprado abre una tienda"), ANSWERING)
    assert heard == Heard(by="brand", words=("Teleprado",), taken_up=True, asks=True)
    for text in ("Buenos días", "Fibranova y Teleprado"):
        heard = hear(said(text), ANSWERING)
        assert heard is not None
        assert (heard.taken_up, heard.asks) == (False, False)
        assert offered(said(text), ANSWERING) is None


@pytest.mark.parametrize(
    ("setting", "message", "is_about_us"),
    [
        ('accounts = ["x/2244000001"]', said("Teleprado"), True),
        ('accounts = ["x/1"]', said("Teleprado"), None),
        ('accounts = ["mastodon/2244000001"]', said("Teleprado"), None),
        ('channels = ["x_mention"]', said("Teleprado"), True),
        ('channels = ["blog"]', said("Teleprado"), None),
        ('languages = ["es"]', said("Teleprado", author=Author(language="es-MX")), True),
        ('languages = ["es"]', said("Teleprado", author=Author(language="fr")), False),
        ('languages = ["es"]', said("Teleprado"), True),
        ('languages = ["es"]', said("Teleprado does not answer the phone and it is the third time"), False),
        ('languages = ["en"]', said("Teleprado does not answer the phone and it is the third time"), True),
    ],
)
def test_where_and_in_which_languages_it_is_listened(setting: str, message: Message, is_about_us: bool | None) -> None:
    heard = hear(message, playbook(f"{BRAND}{setting}\n"))
    assert (heard and heard.is_about_us) == is_about_us


def test_where_nothing_is_listened_for_the_platforms_own_rule_has_decided() -> None:
    bare = parse(GOOD)
    escalation = offered(said("Me cobran dos veces la factura"), bare)
    assert codes(escalation) == ["department_phrase", "overheard"]
    assert offered(said("Sois unos ladrones"), bare) is None
    assert kept_until(said("Hola"), bare, since=NOW) == NOW + timedelta(days=30), "as is usual on X"
    assert kept_until(said("Me cobran dos veces la factura"), bare, since=NOW) is None
    assert kept_until(said("Hola", overheard=False), bare, since=NOW) is None


def test_the_first_listening_counts_by_which_it_is_about_the_company() -> None:
    two = playbook(f'{BRAND}\n[[listening]]\nname = "routers"\nwords = ["Prado 6", "Fibranova"]\nanswer = true\n')
    heard = hear(said("Fibranova, la nueva tarifa"), two)
    assert heard is not None
    assert (heard.by, heard.asks) == ("routers", True), "excluded by the first one, wanted by the second"
    heard = hear(said("El Museo del Prado"), two)
    assert heard is not None
    assert (heard.by, heard.without) == ("brand", ("Museo del Prado",))


def test_only_what_nobody_was_offered_is_deleted_and_only_if_the_playbook_says_so() -> None:
    in_a_month = NOW + timedelta(days=30)
    for text in ("Teleprado abre una tienda", "Fibranova y Teleprado, qué ladrones", "Buenos días"):
        assert kept_until(said(text), PLAYBOOK, since=NOW) == in_a_month
        assert kept_until(edited(text), PLAYBOOK, since=NOW) == in_a_month
    for text in ("Teleprado, sois unos ladrones", "Teleprado y la factura"):
        assert kept_until(said(text), PLAYBOOK, since=NOW) is None
        assert kept_until(edited(text), PLAYBOOK, since=NOW) is None
    for kept in (said("Teleprado", overheard=False), said("Teleprado", direction="outbound")):
        assert kept_until(kept, PLAYBOOK, since=NOW) is None
    bare = BRAND.replace("keep_for = 30", "")
    assert kept_until(said("Teleprado"), playbook(bare), since=NOW) == in_a_month, "as is usual on X"
    assert kept_until(said("Teleprado"), playbook(bare, keep_for_ever="true"), since=NOW) is None


@given(strategies.texts, st.sampled_from([PLAYBOOK, ANSWERING]), st.booleans())
def test_what_is_offered_and_what_is_kept_are_one_decision(text: str, by: Playbook, is_ours: bool) -> None:
    message = said(f"{text} Teleprado" if is_ours else text)
    heard = hear(message, by)
    assert heard is not None
    assert heard.taken_up == (offered(message, by) is not None) == (kept_until(message, by, since=NOW) is None)
    assert not heard.taken_up or heard.is_about_us
