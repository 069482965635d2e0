"""A hand-off as a mail: plain text and simple HTML that say the same (RFC 5322, RFC 2046, RFC 3834)."""

from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import NamedTuple

from shared.connectors import Giving, Telling
from shared.connectors.mail.address import answered_at
from shared.connectors.wording import Brief, as_text, brief, shortened
from shared.playbook.connectors import Language, Mail

_SUBJECT = 180


class _Guide(NamedTuple):
    """What people are told of how to answer: the line above which they write, and the commands."""

    above: str
    how: tuple[str, ...]


_GUIDES: Mapping[Language, _Guide] = {
    "es": _Guide(
        "escribe tu respuesta al cliente por encima de esta línea",
        (
            "Lo que contestes a este correo le llega al cliente, por el mismo canal.",
            "ACEPTO, solo en la primera línea, lo deja en tu departamento sin contestar todavía.",
            "DEVUELVO: y el motivo, en la primera línea, se lo pasa a otro (DEVUELVO a technical: ...).",
        ),
    ),
    "en": _Guide(
        "write your answer to the customer above this line",
        (
            "What you answer to this mail goes to the customer, on the same channel.",
            "ACCEPT, alone on the first line, keeps it in your department without an answer yet.",
            "RETURN: and the reason, on the first line, hands it to another one (RETURN to technical: ...).",
        ),
    ),
}


def marker(language: Language) -> str:
    """Return the line above which an answer is written, and at which what comes back is cut off."""
    return f"##- {_GUIDES[language].above} -##"


def message(tool: Mail, giving: Giving) -> bytes:
    """Return the mail, to be sent as it is.

    SES gives each mail a `Message-ID` of its own (https://docs.aws.amazon.com/ses/latest/dg/header-fields.html), so two
    mails of one hand-off cannot be told by it. Both name the same `References`, by which they stand together, and the
    second says that it may be one.
    """
    told = brief(giving, tool.language)
    mail = EmailMessage(policy=SMTP)
    thread = f"<{giving.hand_off.claim}@{tool.replies_to}>"
    mail["From"] = tool.sender
    mail["To"] = ", ".join(tool.to)
    mail["Reply-To"] = answered_at(giving.hand_off.claim, giving.signing[0], tool.replies_to)
    mail["Subject"] = shortened(told.title, _SUBJECT)
    mail["Date"] = format_datetime(giving.now)
    mail["Message-ID"] = thread
    mail["References"] = thread
    mail["X-Mostrador-Claim"] = giving.hand_off.claim
    mail["Auto-Submitted"] = "auto-generated"
    guide = _GUIDES[tool.language]
    text = "\n".join((marker(tool.language), "", *guide.how, "", as_text(told, tool.language)))
    mail.set_content(text)
    mail.add_alternative(_html(told, guide, tool.language), subtype="html")
    return mail.as_bytes()


def _html(told: Brief, guide: _Guide, language: Language) -> str:
    rows = "".join(
        f"<tr><th align=left>{escape(fact.label)}</th><td>{escape(fact.value)}</td></tr>" for fact in told.facts
    )
    links = " · ".join(f'<a href="{escape(link.value)}">{escape(link.label)}</a>' for link in told.links)
    return "\n".join(
        (
            "<!doctype html><html><body>",
            f"<p>{escape(marker(language))}</p>",
            *(f"<p><small>{escape(line)}</small></p>" for line in guide.how),
            f"<table cellpadding=4>{rows}</table>",
            f'<blockquote style="white-space:pre-wrap">{escape(told.words)}</blockquote>',
            "<ul>",
            *(f"<li>{escape(reason)}</li>" for reason in told.reasons),
            "</ul>",
            f"<p>{links}</p>",
            *(f"<p>{escape(remark)}</p>" for remark in told.remarks),
            f"<p><small>{escape(told.claim)}</small></p></body></html>",
        )
    )


def over(tool: Mail, telling: Telling) -> bytes:
    """Return the mail that tells the department that a hand-off is over, in the thread of the hand-off's own mail."""
    mail = EmailMessage(policy=SMTP)
    thread = f"<{telling.claim}@{tool.replies_to}>"
    mail["From"] = tool.sender
    mail["To"] = ", ".join(tool.to)
    mail["Subject"] = shortened(" ".join(telling.line.split()), _SUBJECT)
    mail["Date"] = format_datetime(telling.now)
    mail["In-Reply-To"] = mail["References"] = thread
    mail["X-Mostrador-Claim"] = telling.claim
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{telling.line}\n\n{telling.claim}")
    return mail.as_bytes()


def told_back(tool: Mail, *, to: str, answers: str | None, subject: str, text: str) -> bytes:
    """Return the mail that tells somebody that nothing was done with theirs, and why.

    `answers` is their mail's `Message-ID`. Whoever answers it writes to nobody: the hand-off's own mail is there for
    that.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = tool.sender
    mail["To"] = to
    mail["Subject"] = shortened(f"Re: {' '.join(subject.split())}", _SUBJECT)
    if answers:
        mail["In-Reply-To"] = mail["References"] = " ".join(answers.split())
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(text)
    return mail.as_bytes()
