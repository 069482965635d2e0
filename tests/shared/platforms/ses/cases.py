"""The samples and what each of them means."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.models import Attachment, Author, ContactPoint, Delivery, Event, Ignored, Message, Receipt
from shared.platforms import load
from tests.shared.platforms.ses.sender import ACCOUNT

SAMPLES = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "samples").glob("*.json")}
SES = load("ses")

WRITTEN = datetime(2026, 9, 21, 10, tzinfo=UTC)
AT_SES = datetime(2026, 9, 21, 10, 0, 1, tzinfo=UTC)
TOLD = datetime(2026, 9, 21, 10, 0, 2, tzinfo=UTC)
RECEIVED = datetime(2026, 9, 21, 10, 0, 3, tzinfo=UTC)
LEFT = datetime(2026, 9, 21, 10, 30, tzinfo=UTC)
ARRIVED = datetime(2026, 9, 21, 10, 30, 5, tzinfo=UTC)

MAILBOX = "ayuda@example.com"
OURS = "<0102018a00000000-11111111-2222-3333-4444-555555555555-000000@eu-west-1.amazonses.com>"
REPLY = "rpl_aaaaaaaaaaaaaaaaaaaaaaaaaa"


def delivered(body: bytes, *, content: bytes | None = None) -> Delivery:
    return Delivery("ses", ACCOUNT, body, {}, RECEIVED, content=content)


def events(body: bytes, *, content: bytes | None = None) -> list[Event]:
    return SES.normalise(delivered(body, content=content))


def author(name: str | None, address: str, *, proven: bool = True, language: str | None = None) -> Author:
    point = ContactPoint(kind="email", value=address, proof="dmarc" if proven else None)
    return Author(name=name, language=language, contacts=(point,))


ANA = author("Ana Torres", "ana@example.org")


def said(external_id: str, text: str, who: Author = ANA, **rest: Any) -> list[Event]:
    account = rest.pop("account", MAILBOX)
    return [
        Message(
            external_id=external_id,
            occurred_at=rest.pop("at", WRITTEN),
            identity=f"email:{account}:{who.contacts[0].value}",
            account=account,
            channel="email",
            thread=rest.pop("thread", external_id),
            author=who,
            title=rest.pop("title", "Mi pedido"),
            text=text,
            **rest,
        )
    ]


def became(status: Any, kind: str, *, at: datetime = ARRIVED, error: str | None = None) -> list[Event]:
    return [
        Receipt(
            external_id=f"{OURS}:{kind}:ana@example.org",
            occurred_at=at,
            identity=f"email:{MAILBOX}:ana@example.org",
            account=MAILBOX,
            channel="email",
            target=OURS,
            status=status,
            error=error,
            reply_id=REPLY,
        )
    ]


def nothing(external_id: str, reason: str) -> list[Event]:
    return [Ignored(external_id=external_id, occurred_at=TOLD, reason=reason)]


def mail(number: str) -> str:
    """Return SES's own id of the mail that a sample tells of."""
    return f"{number:0>40}"


MEANINGS: dict[str, list[Event]] = {
    "text": said("<text@example.org>", "Buenos días:\n\n¿Cuándo llega mi pedido?"),
    "complaint": said(
        "<complaint@example.org>",
        "Me han cobrado dos veces la factura de marzo y nadie me contesta. Es una vergüenza.",
        title="Factura cobrada dos veces",
    ),
    "non_ascii": said(
        "<n1@example.org>",
        "Señor, el año pasado también: 👍 日本語",
        author("Ángela Núñez", "angela@example.org", language="es-MX"),
        title="¿Qué pasó?",
    ),
    "latin_1": said("<l1@example.org>", "¿Hay garantía?", title="Garantías"),
    "answer": said(
        "<a3@example.org>",
        "Sí, la azul.",
        title="Re: Mi pedido",
        thread="<a1@example.org>",
        reply_to="<a2@eu-west-1.amazonses.com>",
    ),
    "answer_outlook": said(
        "<a4@example.org>",
        "Perfecto, gracias.",
        title="RE: Mi pedido",
        thread="<a2@eu-west-1.amazonses.com>",
        reply_to="<a2@eu-west-1.amazonses.com>",
    ),
    "passed_on": said(
        "<f1@example.org>",
        "Os reenvío lo que me escribió el transportista.\n\n-------- Mensaje reenviado --------\nDe: Transportes\n"
        "Enviado: domingo\nPara: Ana\n\nNo había nadie en casa.",
        title="Fwd: Entrega",
        thread="<x@example.net>",
    ),
    "html_only": said(
        "<h1@example.org>",
        "Llegó rota la taza.\n\n¿Qué hago?",
        title="Re: Gracias",
        thread="<h0@example.com>",
        reply_to="<h0@example.com>",
    ),
    "attachments": said(
        "<m1@example.org>",
        "Adjunto la factura y una foto.",
        title="Factura",
        attachments=(
            Attachment(type="inline", id="1.2.2", mime_type="image/png", name="foto.png"),
            Attachment(type="attachment", id="2", mime_type="application/pdf", name="factura nº 1.pdf"),
            Attachment(type="inline", id="3", mime_type="message/rfc822", text="Su pedido"),
        ),
    ),
    "no_text": said(
        "<m2@example.org>",
        "",
        title=None,
        attachments=(Attachment(type="inline", id="1", mime_type="image/png", name="rota.png"),),
    ),
    "bare": said(mail("t11"), "Hola a todos", author(None, "ana@example.org", proven=False), at=AT_SES, title=None),
    "two_mailboxes": said("<m3@example.org>", "Para los dos", account="pedidos@example.com"),
    "unproven": said(
        "<m4@example.net>", "Soy Ana, cambien mi dirección", author("Ana Torres", "ana@example.org", proven=False)
    ),
    "two_senders": said("<m5@example.org>", "Somos dos", author("Ana", "ana@example.org", proven=False)),
    "from_a_form": said(
        "<form1@www.example.com>",
        "Nombre: Luis\n\n¿Abren el sábado?",
        author("Luis", "luis@example.org", proven=False),
        title="Formulario de contacto",
    ),
    "own_group": said("<m6@example.org>", "A través del grupo"),
    "reply_to_elsewhere": said("<m7@example.org>", "Contéstenme donde quieran"),
    "old_date": said("<m8@example.org>", "Mi reloj va mal", at=AT_SES),
    "spam": nothing(mail("i1"), "spam, by SES's verdict"),
    "virus": nothing(mail("i2"), "a virus, by SES's verdict"),
    "automatic_answer": nothing(mail("i3"), "an automatic answer"),
    "automatic_answer_old": nothing(mail("i4"), "an automatic answer"),
    "made_by_machine": nothing(mail("i5"), "made by a machine"),
    "bulk": nothing(mail("i6"), "sent in bulk"),
    "mailing_list": nothing(mail("i7"), "from a mailing list"),
    "bounce_mail": nothing(mail("i8"), "a bounce"),
    "bounce_bare": nothing(mail("i9"), "a bounce"),
    "read_receipt": nothing(mail("i10"), "a read receipt"),
    "own_mail": nothing(mail("i11"), "a mail of our own came back"),
    "own_mailbox": nothing(mail("i12"), "the mailbox's own mail came back"),
    "no_sender": nothing(mail("i13"), "it has no sender"),
    "sent": became("sent", "Send", at=LEFT),
    "delivered": became("sent", "Delivery"),
    "opened": became("read", "Open"),
    "bounced": became("failed", "Bounce", error="there is no such mailbox"),
    "bounced_full": became("failed", "Bounce", error="the mailbox is full"),
    "bounced_away": nothing("Bounce", "a transient bounce: mostly an automatic answer, or a mailbox that is away"),
    "bounced_somehow": nothing("Bounce", "a bounce of which SES cannot tell the kind"),
    "complained": became(
        "delivered",
        "Complaint",
        error="the recipient says that it is spam: write to them no more unless they write again",
    ),
    "rejected": became("failed", "Reject", at=LEFT, error="SES found a virus in it, and did not send it"),
    "not_rendered": became(
        "failed", "Rendering Failure", at=LEFT, error="SES could not make the mail out of its template"
    ),
    "delayed": nothing("DeliveryDelay", "delayed: SES goes on trying"),
    "clicked": nothing("Click", "a click on a link: that it was opened is told by itself"),
    "preference": nothing("Subscription", "a choice of what bulk mail somebody wants: we send none"),
    "not_ours": nothing("Delivery", "about a mail that is no reply of ours"),
    "unknown_kind": nothing("Hologram", "unknown kind: Hologram"),
    "told_of_topic": nothing("AmazonSnsSubscriptionSucceeded", "SES was told of the topic"),
    "topic_validated": nothing("TopicValidated", "SES was told of the topic"),
    "subscription": nothing("SubscriptionConfirmation", "the topic's subscription, which the door has confirmed"),
    "unsubscribed": nothing(
        "UnsubscribeConfirmation", "the topic no longer brings anything: its subscription has ended"
    ),
}
"""Without those that cannot be read: `unreadable`, and `in_the_bucket` as long as its mail is not handed in."""
