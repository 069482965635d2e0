"""A hand-off in the words that people of the department read, whichever tool shows them."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from shared.connectors import Giving
from shared.playbook.connectors import Language
from shared.replying import Refusal
from shared.spoken import moment


class Labels(NamedTuple):
    """One language's words; `{}` is what is filled in. `ways` are the alternatives of a refusal by a channel, `over` is
    what is said of a hand-off that is over, by its notice."""

    priorities: Mapping[str, str]
    title: str
    nobody: str
    customer: str
    channel: str
    accept_by: str
    promised: str
    before: str
    others: str
    why: str
    attachments: str
    truncated: str
    open_customer: str
    open_message: str
    again: str
    accept: str
    give_back: str
    accepted: str
    returned: str
    moved: str
    until: str
    instead: str
    ways: Mapping[str, str]
    over: Mapping[str, str]
    yours: str
    not_yours: str
    stranger: str
    why_back: str
    to_whom: str
    nobody_known: str
    cancel: str


LABELS: Mapping[Language, Labels] = {
    "es": Labels(
        priorities={"urgent": "Urgente", "high": "Prioridad alta", "normal": "Prioridad normal", "low": "Sin prisa"},
        title="{priority}: {customer}, por {channel}",
        nobody="alguien sin nombre",
        customer="Cliente",
        channel="Canal",
        accept_by="Aceptar antes de",
        promised="Prometido",
        before="Antes lo tuvo",
        others="También abierto",
        why="Por qué",
        attachments="Adjuntos",
        truncated="Se ha recortado; entero está en la ficha del cliente.",
        open_customer="Ficha del cliente",
        open_message="Abrir el mensaje",
        again="Puede que esto ya esté aquí: la herramienta no dijo si había recibido el primero.",
        accept="Aceptar",
        give_back="Devolver",
        accepted="Lo tiene {who}.",
        returned="Devuelto por {who} a {to}: {why}",
        moved="No se ha hecho nada: {why}.",
        until="Hasta cuándo se podía: {until}.",
        instead="Sí se puede: {ways}.",
        ways={
            "template": "enviar una plantilla aprobada, desde la consola",
            "privately": "contestar en privado, desde la consola",
            "publicly": "contestar en público",
            "by_a_person": "que lo escriba una persona",
            "shorter": "decirlo más corto",
        },
        over={
            "withdrawn": "Ya no hace falta",
            "expired": "Se ha acabado el plazo y ya lo tiene otro departamento",
            "handed_over": "Ya lo tiene {to}",
        },
        yours="Ya lo tienes tú.",
        not_yours="Esto es de otro departamento; no se ha hecho nada.",
        stranger="Solo puede hacerlo alguien de esta empresa; no se ha hecho nada.",
        why_back="¿Por qué se devuelve?",
        to_whom="¿De quién es, si se sabe?",
        nobody_known="No se sabe",
        cancel="Cancelar",
    ),
    "en": Labels(
        priorities={"urgent": "Urgent", "high": "High priority", "normal": "Normal priority", "low": "No hurry"},
        title="{priority}: {customer}, through {channel}",
        nobody="somebody without a name",
        customer="Customer",
        channel="Channel",
        accept_by="Accept by",
        promised="Promised",
        before="Had it before",
        others="Also open",
        why="Why",
        attachments="Attachments",
        truncated="Something was cut off; the customer's page has all of it.",
        open_customer="The customer's page",
        open_message="Open the message",
        again="This may be here already: the tool did not say whether it had taken the first one.",
        accept="Accept",
        give_back="Return",
        accepted="{who} has it.",
        returned="Returned by {who} to {to}: {why}",
        moved="Nothing was done: {why}.",
        until="Until when it was possible: {until}.",
        instead="What is let through: {ways}.",
        ways={
            "template": "an approved template, at the desk",
            "privately": "an answer in private, at the desk",
            "publicly": "an answer in public",
            "by_a_person": "what a person writes",
            "shorter": "a shorter text",
        },
        over={
            "withdrawn": "It is needed no more",
            "expired": "Its time is over, and another department has it",
            "handed_over": "{to} has it now",
        },
        yours="You have it already.",
        not_yours="This is another department's; nothing was done.",
        stranger="Only somebody of this company can do that; nothing was done.",
        why_back="Why is it returned?",
        to_whom="Whose is it, if you know?",
        nobody_known="Nobody knows",
        cancel="Cancel",
    ),
}


class Fact(NamedTuple):
    label: str
    value: str


class Brief(NamedTuple):
    """A hand-off as it is read: one line that says whose it is, the facts, the customer's words, why it comes here, and
    where there is more, as label and URL."""

    claim: str
    title: str
    facts: tuple[Fact, ...]
    words: str
    reasons: tuple[str, ...]
    links: tuple[Fact, ...]
    remarks: tuple[str, ...]


def brief(giving: Giving, language: Language) -> Brief:
    """Return a hand-off in a language's words; what the customer wrote, and the reasons, stay as they are."""
    hand_off, labels = giving.hand_off, LABELS[language]
    customer = hand_off.customer.name or hand_off.customer.handle or labels.nobody
    channel = hand_off.conversation.channel
    title = labels.title.format(priority=labels.priorities[hand_off.priority], customer=customer, channel=channel)
    links = (
        Fact(labels.open_customer, hand_off.links.customer),
        Fact(labels.open_message, hand_off.links.permalink or ""),
    )
    remarks = ((labels.again, giving.since is not None), (labels.truncated, hand_off.truncated))
    return Brief(
        claim=hand_off.claim,
        title=_in_one_line(title),
        facts=tuple(_facts(giving, customer, labels, language)),
        words=hand_off.message.text,
        reasons=tuple(reason.text for reason in hand_off.reasons),
        links=tuple(link for link in links if link.value),
        remarks=tuple(text for text, holds in remarks if holds),
    )


def _facts(giving: Giving, customer: str, labels: Labels, language: Language) -> Iterator[Fact]:
    hand_off = giving.hand_off
    handle = hand_off.customer.handle
    yield Fact(labels.customer, customer if handle in (None, customer) else f"{customer} (@{handle})")
    yield Fact(labels.channel, f"{hand_off.conversation.channel} ({hand_off.conversation.visibility})")
    yield Fact(labels.accept_by, moment(hand_off.accept_by, giving.time_zone, language))
    if promise := hand_off.commitment:
        yield Fact(labels.promised, f"{promise.text} ({moment(promise.until, giving.time_zone, language)})")
    if hand_off.path:
        yield Fact(labels.before, ", ".join(f"{stop.department} ({stop.act})" for stop in hand_off.path))
    if hand_off.others:
        yield Fact(labels.others, ", ".join(f"{each.department} ({each.state})" for each in hand_off.others))
    if attachments := [each.name or each.type for each in hand_off.message.attachments]:
        yield Fact(labels.attachments, ", ".join(attachments))


def refused(language: Language, why: str) -> str:
    """Return why nothing was done."""
    return LABELS[language].moved.format(why=why)


def of_the_channel(language: Language, refusal: Refusal, *, time_zone: str) -> str:
    """Return why the customer was not told something: until when it could have been said, where time is against it, and
    what is let through instead."""
    labels = LABELS[language]
    said = [refused(language, refusal.sentence)]
    if refusal.expired_at:
        said.append(labels.until.format(until=moment(refusal.expired_at, time_zone, language)))
    if refusal.alternatives:
        said.append(labels.instead.format(ways="; ".join(labels.ways[way] for way in refusal.alternatives)))
    return " ".join(said)


def as_text(told: Brief, language: Language) -> str:
    """Return it as plain text in lines, as a ticket or a mail has it."""
    lines = [*(f"{fact.label}: {fact.value}" for fact in told.facts), "", *told.words.splitlines()]
    lines += ["", f"{LABELS[language].why}:", *(f"- {reason}" for reason in told.reasons)]
    lines += ["", *(f"{link.label}: {link.value}" for link in told.links), *told.remarks, "", told.claim]
    return "\n".join(lines)


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many characters, with an ellipsis where something is left out."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
