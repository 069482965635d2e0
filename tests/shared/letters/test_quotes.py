"""A person's own words: nothing of theirs is lost, and what they only quote is left out where it is known for that."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.letters.html import as_text
from shared.letters.languages import WORDS
from shared.letters.quotes import LONGEST, answer, unquoted
from tests.shared.letters.mails import SPOKEN, WHO, Mail, mails

OWN = "Sí, la azul."

ANSWERS = [
    f"{OWN}\n\n> ¿Azul o roja?",
    f"{OWN}\r\n\r\nEl lun, 3 feb 2025 a las 10:00, Ana (<ana@example.com>) escribió:\r\n> hola",
    f"{OWN}\n\nEl lun, 3 feb 2025 a las 10:00, Ana\n(<ana@example.com>) escribió:\n\n> hola\n> \n> adiós",
    f"{OWN}\n\nOn Mon, Feb 3, 2025 at 10:00 AM Ana <ana@example.com>\nwrote:\n> hola",
    f"{OWN}\n\nAm Mo., 3. Feb. 2025 um 10:00 Uhr schrieb Ana <ana@example.com>:\n\n> hola",
    f"{OWN}\n\nLe lun. 3 févr. 2025 à 10:00, Ana <ana@example.com> a écrit :\n> x",
    f"{OWN}\n\nDe: Ana <ana@example.com>\nEnviado: lunes\nPara: b\nAsunto: c\n\nhola",
    f"{OWN}\n\n________________________________\nFrom: a\nSent: b\nTo: c\nSubject: d\n\nhola",
    f"{OWN}\n\n-----Original Message-----\nFrom: a\n\nhola",
    f"{OWN}\n\n-----Mensaje original-----\nhola",
    f"{OWN}\n\n-- \nAna\nCalle Mayor 1\n\n> hola",
    f"{OWN}\n\nEnviado desde mi iPhone",
    f"{OWN}\n\nSent from my iPhone\n\nOn 3 Feb 2025, at 10:00, Ana wrote:\n\n> x",
    f"{OWN}\n\nGet Outlook for iOS\n________________________________\nFrom: a\nSent: b\nTo: c\n\nhola",
    f"{OWN}\n\n> ¿Azul o roja?\n\nEnviado desde mi iPhone 15",
    f"{OWN}\n--\nMarta Rius\nCalle Mayor 7",
    f"{OWN}\n\nFrom: {WHO}\nDate: Monday, 2 March 2026\nTo: Marta <m@b.example>,\nLuis <l@b.example>\nSubject: a\nhola",
    f"{OWN}\n\nDe: {WHO}\nEnviada em: segunda-feira\nPara: Marta\nCc: Luis\nAssunto: RES: a\n\nhola",
    f"{OWN}\n\n2026-03-02 9:14 GMT+01:00 {WHO}:\n\nhola",
    f"{OWN}\n\nÀs 09:14 de 02/03/2026, Teleprado escreveu:\n> hola",
    f"{OWN}\n\nOn Mon, Mar 2, 2026 at 9:14\u202fAM {WHO} wrote:\n\nhola",
    f"{OWN}\n\n---- Please reply above this line ----\n\nhola",
    f"{OWN}\n\n—-—-—-—\nReply above this line.\n\nhola",
    f"{OWN}\n\n##- Por favor, escriba su respuesta por encima\nde esta línea -##\nhola",
    f"{OWN}\n\nEnviado desde Correo para Windows\n\nDe: {WHO}\nEnviado: lunes\nPara: b\nAsunto: c\n\nhola",
]


@pytest.mark.parametrize("text", ANSWERS)
def test_what_is_quoted_in_an_answer_is_left_out(text: str) -> None:
    assert answer(text) == OWN


WHOLE = [
    "> ¿Azul o roja?\n\nAzul.",
    f"Sí.\n\nEl lun, 2 mar 2026 a las 9:14, {WHO} escribió:\n> ¿Azul o roja?\nAzul.\n> ¿Talla?\nM.",
    f"Sí.\n\nFrom: {WHO}\nSent: Monday\nTo: b\nSubject: c\n\n> ¿Azul o roja?\nAzul.",
    f"Sí.\n\n-----Original Message-----\nFrom: {WHO}\n\n> ¿Azul o roja?\nAzul.",
    "Uno.\n--\nDos: ¿y la factura?",
    f"Sí.\n\n-- \nAna\n\nEl lun, 2 mar 2026 a las 9:14, {WHO} escribió:\n> ¿Azul o roja?\nAzul.",
    f"Sí.\n\nEl lun, 2 mar 2026 a las 9:14, {WHO} escribió:\n> ## Reply above this line ##\n> ¿Azul?\nAzul.",
    "**Lo que hay encima de esta línea**\nes mío.",
    "--------\nLo de encima de esta línea\nes mío, y esto también.",
    "Gracias, pero sigue sin llegar.\n\nUn saludo, ¿y la factura?",
    "Quiero:\n- una camisa\n- un gorro",
    "> ¿Azul o roja?\nAzul.\n> ¿Talla?\nM.",
    "De: Madrid\nPara: Sevilla\n¿cuánto tarda?",
    "El lunes me escribió:\nque ya estaba enviado.",
    "From: here it is all mine",
    "Sent from the shop in Calle Mayor",
    "--verbose no funciona",
]


@pytest.mark.parametrize("text", WHOLE)
def test_what_only_looks_like_a_quotation_stays(text: str) -> None:
    assert answer(text) == unquoted(text) == text


@pytest.mark.parametrize(
    "text", ["> todo citado", "-----Original Message-----\nhola", "De: a\nEnviado: b\nPara: c\n\nhola"]
)
def test_an_answer_that_is_nothing_but_a_copy_keeps_what_it_can(text: str) -> None:
    assert answer(text) == unquoted(text)


def _named(mail: Mail) -> str:
    return mail.name


@pytest.mark.parametrize("end", ["", "\n\n> hola", "\n\n> hola\n\n-- \nAna"])
def test_what_somebody_wants_carried_is_no_mail_header(end: str) -> None:
    asked = "Quiero enviar esto:\n\nDe: Madrid\nPara: Sevilla\nFecha: 3 de mayo"
    assert answer(f"{asked}{end}") == unquoted(f"{asked}{end}") == asked


@pytest.mark.parametrize("mail", mails(), ids=_named)
def test_nobody_loses_a_word_and_what_programs_put_around_it_is_left_out(mail: Mail) -> None:
    said = answer(mail.text)
    assert said == mail.own or (mail.may_stay and all(line in said.split("\n") for line in mail.own.split("\n")))


def test_every_language_is_spoken_by_somebody() -> None:
    assert WORDS.keys() - SPOKEN.keys() == {"gl"}


HEADER = "From: a@b\nSent: b\nTo: c\nSubject: d\n"
SAID = "On 3 Feb 2025 at 10:00 <a@b> wrote:\n"

HOSTILE = (
    *("\n" * 200_000, "> " * 100_000, "On " * 50_000, "El x\n" * 50_000, "From: a\n" * 30_000, "_" * 200_000),
    *("a " * 100_000, "On a wrote" * 20_000, "\n>" * 100_000, ("x" * 299 + "\n") * 600, "Sent from " * 20_000),
    *("-" * 100_000, "<" * 100_000, "<p" * 50_000, "&" * 100_000, "<!--" * 30_000, "<blockquote>" * 20_000),
    *(HEADER * 2_700 + "> x\n", f"{HEADER}> x\n" * 2_500, SAID * 2_700 + "> x", f"{SAID}> x\n" * 2_500, "\r" * 100_000),
    *("From: a\nTo: b@\n" + "x@y\n" * 24_000, "Datum:\n" * 14_000, "On " + " " * 99_990 + "wrote:", " " * 100_000),
    *(("Am 1 " + "schrieb " * 40 + ":\n") * 300, "Sent from my iPhone\n" * 5_000, "-- \nA\n" * 16_000, "--\n" * 33_000),
    *(
        "## a above this line\n" * 5_000,
        "## " + "above this line " * 6_000,
        ("## " + "reply " * 60 + "\n") * 270,
        ("this message " * 10 + "\n") * 700,
    ),
)


@pytest.mark.parametrize("text", HOSTILE)
def test_nobody_can_keep_it_busy(text: str) -> None:
    started = time.process_time()
    answer(text)
    assert time.process_time() - started < 1.0
    as_text(f"<p>{text}</p>")
    assert time.process_time() - started < 2.0


@given(st.text(st.characters(codec="utf-8", exclude_characters=">|"), max_size=200))
def test_words_without_any_mark_of_a_quotation_are_all_kept(text: str) -> None:
    marked = any(mark in text for mark in ("--", ":", "___", "\r", "\xa0"))
    if not marked and not text.lstrip().lower().startswith(("sent", "enviado", "get", "obt", "envoy", "gesendet")):
        assert answer(text) == text.strip()
    assert len(answer(text)) <= min(LONGEST, len(text))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Hola", "Hola"),
        ("<p>Uno</p><p>Dos</p>", "\nUno\n\nDos\n"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>a<li>b</ul>", "\n\na\nb\n"),
        ("<style>x</style><script>y</script><title>z</title>a", "a"),
        ("&iquest;Qu&eacute;?&nbsp;s&iacute;", "¿Qué? sí"),
        ("a<blockquote>b<blockquote>c</blockquote></blockquote>d", "a\n> b\n>> c\n> \nd"),
        ("</blockquote>a", "\na"),
        ("a<!-- b -->c", "ac"),
        ("a < b", "a < b"),
        ("", ""),
    ],
)
def test_html_is_read_as_people_read_it(html: str, text: str) -> None:
    assert as_text(html) == text


def test_quotations_of_html_are_left_out_like_any_other() -> None:
    quoted = "El lun, 3 feb 2025 a las 10:00, Ana escribió:<br><blockquote>hola</blockquote>"
    assert answer(as_text(f"<div>Sí</div><div class=gmail_quote>{quoted}</div>")) == "Sí"
