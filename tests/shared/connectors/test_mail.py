"""Mail: an address that nobody else can make, words that are somebody's own, and a mail that says the same twice."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.connectors.mail import letter, receipt
from shared.connectors.mail.address import answered_at, claim_of
from shared.connectors.mail.message import marker, message, told_back
from shared.connectors.mail.words import Said, own_words, said
from shared.playbook.connectors import Mail
from tests import corpus
from tests.conftest import NOW
from tests.shared.connectors.giving import EXAMPLE, giving
from tests.template import SHARED_PAYLOADS

TOOL = Mail(
    kind="mail", to=("a@teleprado.example", "b@teleprado.example"), sender="m@teleprado.example", replies_to="h.example"
)
CLAIM = EXAMPLE["claim"]
LATER = f"{CLAIM}-999999"
SECRETS = ("current", "previous")


def parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content())


# ------------------------------------------------------------------------------------------------------- the address


@pytest.mark.parametrize("claim", [CLAIM, LATER])
def test_an_address_names_its_claim_by_either_secret_in_capitals_too(claim: str) -> None:
    for secret in SECRETS:
        address = answered_at(claim, secret, "h.example")
        assert len(address.partition("@")[0]) <= 64, "RFC 5321, 4.5.3.1.1"
        assert claim_of(address, SECRETS, "h.example") == claim
        assert claim_of(address.upper(), SECRETS, "h.example") == claim


def test_whatever_is_changed_of_an_address_it_names_none() -> None:
    address = answered_at(CLAIM, "current", "h.example")
    for place, letter_there in enumerate(address):
        other = address[:place] + ("b" if letter_there != "b" else "c") + address[place + 1 :]
        assert claim_of(other, SECRETS, "h.example") is None
    for other in (
        "",
        "@",
        "h.example",
        f"{CLAIM}@h.example",
        f"{CLAIM}+@h.example",
        answered_at(CLAIM, "x", "h.example"),
    ):
        assert claim_of(other, SECRETS, "h.example") is None
    assert claim_of(address.replace("esc_", "rpl_"), SECRETS, "h.example") is None


# ---------------------------------------------------------------------------------------------------------- the mail


def test_the_mail_says_all_that_is_needed_in_text_and_in_html() -> None:
    mail = parsed(message(TOOL, giving()))
    assert claim_of(str(mail["Reply-To"]), ["current"], "h.example") == CLAIM
    assert str(mail["To"]) == "a@teleprado.example, b@teleprado.example"
    assert str(mail["Subject"]) == "Prioridad alta: Ana Torres, por x_mention"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [each.get_content_type() for each in mail.iter_parts()] == ["text/plain", "text/html"]
    for kind in ("plain", "html"):
        shown = part(mail, kind)
        assert marker("es") in shown.splitlines()[0 if kind == "plain" else 1]
        for words in ("me han cobrado dos veces", "a phrase of Facturación", "lunes 2 de marzo", CLAIM, "DEVUELVO"):
            assert words in shown


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(name=TEXT, words=TEXT)
def test_nothing_that_a_customer_writes_becomes_a_header_or_markup(name: str, words: str) -> None:
    changed = {"customer": EXAMPLE["customer"] | {"name": f"x\r\nBcc: thief@thief.example\n{name}<script>"}}
    mail = parsed(message(TOOL, giving(**changed, message=EXAMPLE["message"] | {"text": f"<b onclick=x>{words}"})))
    assert "Bcc" not in mail
    own = {"From", "To", "Reply-To", "Subject", "Date", "Message-ID", "References", "X-Mostrador-Claim"}
    assert set(mail.keys()) == own | {"Auto-Submitted", "MIME-Version", "Content-Type"}
    assert "<script" not in part(mail, "html")
    assert "<b onclick" not in part(mail, "html")


def test_what_is_told_back_answers_the_mail_and_asks_for_no_answer() -> None:
    raw = told_back(
        TOOL, to="a@b.example", answers="<1@b.example>\r\n x", subject="Re:\r\nBcc: c@d.example", text="No."
    )
    mail = parsed(raw)
    assert (mail["Auto-Submitted"], mail["In-Reply-To"], mail["Reply-To"]) == ("auto-replied", "<1@b.example> x", None)
    assert "Bcc" not in mail


# --------------------------------------------------------------------------------------------------------- own words

QUOTED = "\n".join(f"> {line}" for line in ("", marker("es"), "", "Cliente: Ana", "> deeper"))
ANSWER = "Hola, Ana:\n\nYa está resuelto.\nUn saludo."


@pytest.mark.parametrize(
    "text",
    [
        f"{ANSWER}\n\nEl jue, 26 nov 2026 a las 10:00, Mostrador (<m@teleprado.example>)\nescribió:\n\n{QUOTED}",
        f"{ANSWER}\n\nOn Thu, 26 Nov 2026 at 10:00, Mostrador <m@teleprado.example> wrote:\n{QUOTED}",
        f"{ANSWER}\r\n\r\n{marker('es')}\r\nCliente: Ana\r\n",
        f"{ANSWER}\n\n________________________________\nDe: Mostrador <m@teleprado.example>\nEnviado: jueves 26\n"
        f"Para: facturas@teleprado.example\nAsunto: Urgente\n\n{marker('es')}\nCliente: Ana",
        f"{ANSWER}\n\n-----Mensaje original-----\nDe: m@t.example\nEnviado: jueves\nPara: x\nAsunto: y\n\n{QUOTED}",
        f"{ANSWER}\n\n*De:* Mostrador <m@t.example>\n*Enviado:* hoy\n*Asunto:* Urgente\n\n{QUOTED}",
        f"{ANSWER}\n\n##- escribe tu respuesta al cliente por encima\n> de esta línea -##\nmás",
        f"{ANSWER}\n\n-- \nLena Vega\nFacturación\n\n{QUOTED}",
        f"{ANSWER}\n--\nLena\n\nEl jue, 26 nov 2026, Mostrador escribió:\n{QUOTED}",
        ANSWER,
        f"\n\n{ANSWER}\n\n",
    ],
    ids=[
        "gmail",
        "gmail en",
        "bare",
        "outlook",
        "outlook old",
        "outlook bold",
        "wrapped",
        "signed",
        "both",
        "none",
        "blank",
    ],
)
def test_what_is_quoted_is_cut_off_and_all_else_stays(text: str) -> None:
    assert own_words(text) == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "El técnico escribió:\nque la línea está bien.",
        "Para: usted\nAsunto: su factura\nEstá corregida.",
        "Nos vemos el lunes.\n\nEl técnico, que estuvo en su casa, escribió:",
        "> Su pregunta\nNuestra respuesta",
        "On Monday we wrote: it is done",
        "De: 10 a 14 h",
    ],
)
def test_what_only_looks_like_a_quotation_is_not_cut_off(text: str) -> None:
    assert own_words(text) == text


@given(st.text(max_size=400))
def test_what_stays_is_the_beginning_of_what_was_written(text: str) -> None:
    words = own_words(f"{text}\n{QUOTED}")
    assert text.replace("\r\n", "\n").replace("\xa0", " ").strip().startswith(words)


def test_a_long_mail_is_read_in_no_time() -> None:
    for text in ("> \n" * 50_000, "\n" * 100_000, "El " * 50_000, "De: x\n" * 20_000, "##- " * 20_000):
        own_words(text)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("ACEPTO", Said(accepts=True)),
        ("Acepto.", Said(accepts=True)),
        ("accept!", Said(accepts=True)),
        ("ACEPTO\n\nHola, Ana", Said(accepts=True, text="Hola, Ana")),
        ("Acepto la devolución, Ana.", Said(text="Acepto la devolución, Ana.")),
        ("DEVUELVO: no es nuestro", Said(returns=True, why="no es nuestro")),
        (
            "Devuelvo a technical: es el router\nde la casa",
            Said(returns=True, why="es el router\nde la casa", to="technical"),
        ),
        ("RETURN to Technical:\nthe router", Said(returns=True, why="the router", to="technical")),
        ("DEVUELVO", Said(returns=True)),
        ("Return the router to the shop, please.", Said(text="Return the router to the shop, please.")),
        ("Devuelvo el importe: 20 euros", Said(text="Devuelvo el importe: 20 euros")),
        ("", Said()),
    ],
)
def test_a_command_stands_alone_on_the_first_line(text: str, asked: Said) -> None:
    assert said(text) == asked


# ------------------------------------------------------------------------------------------------- what comes back


def mail(**headers: str) -> bytes:
    made = EmailMessage()
    for name, value in ({"From": "Ana <Ana@teleprado.example>", "Message-ID": "<1@t.example>"} | headers).items():
        made[name.replace("_", "-")] = value
    made.set_content("Hola")
    return made.as_bytes()


def test_a_mail_is_read_as_far_as_it_concerns_us() -> None:
    read = letter.read(mail(Subject="Re: algo"))
    assert read == ("ana@teleprado.example", "<1@t.example>", "Re: algo", False, 0, "Hola")


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner-email=x"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<x.example>"},
        {"Return_Path": "<>"},
        {"From": "MAILER-DAEMON@x.example"},
    ],
)
def test_what_a_machine_wrote_is_known_by_its_marks(headers: dict[str, str]) -> None:
    assert letter.read(mail(**headers)).machine


def test_what_a_person_wrote_has_none_of_these() -> None:
    assert not letter.read(mail(Auto_Submitted="no", Return_Path="<ana@teleprado.example>")).machine


@pytest.mark.parametrize("sender", ["a@x.example, b@x.example", "", "Ana", "undisclosed:;"])
def test_a_mail_of_several_or_nobody_has_no_sender(sender: str) -> None:
    assert letter.read(mail(From=sender)).sender is None


@given(st.binary(max_size=400))
def test_whatever_comes_is_read_or_has_no_sender(raw: bytes) -> None:
    letter.read(raw)
    letter.read(b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" + raw)


MAILS = sorted((SHARED_PAYLOADS / "email").glob("*.eml"))
MACHINES = {
    "auto_reply",
    "auto_reply_with_auto_submitted",
    "bounced_gmail",
    "bounced_with_no_from",
    "non_utf_encoded_mail",
}


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_real_mails_are_read(path: Path) -> None:
    read = letter.read(path.read_bytes())
    corpus.was_read("mails in tickets", outcomes=["machine" if read.machine else "person"])
    assert read.machine is (path.stem.removeprefix("chatwoot.") in MACHINES)
    assert read.sender or read.machine
    assert "\n>" not in read.words or "mail_with_quote" not in path.stem


@pytest.mark.parametrize("path", sorted((SHARED_PAYLOADS / "email").glob("*.sns.json")), ids=lambda path: path.stem)
def test_real_notifications_of_ses_are_read_or_none_of_ours(path: Path) -> None:
    inner = orjson.loads(orjson.loads(path.read_bytes())["Message"])
    action = inner.get("receipt", {}).get("action", {})
    if action.get("type") == "S3" and "recipients" in inner["receipt"]:
        read = receipt.read(path.read_text())
        assert read is not None
        assert read.recipients == ("inbound@example.com",)
        assert (read.bucket, read.name) == (action["bucketName"], action["objectKey"])
        assert not read.proven, "without a verdict nobody stands for it"
    elif inner.get("notificationType") == "Received":
        with pytest.raises(LookupError):
            receipt.read(path.read_text())
    else:
        assert receipt.read(path.read_text()) is None
    corpus.was_read(
        "notices of mails in tickets", outcomes=[str(inner.get("notificationType", inner.get("eventType")))]
    )


def test_the_clock_of_these_tests_stands() -> None:
    assert giving().now == NOW
