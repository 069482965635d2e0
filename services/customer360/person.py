"""One person, put together from the cards of their identities; pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain

from services.customer360 import contract
from services.customer360.access import Access
from services.customer360.card import Card
from services.customer360.next_step import next_step
from shared.models import ContactPoint
from shared.projection.conversation import Conversation
from shared.projection.known import Known, join

MOST_LISTED = 100
"""How many conversations a customer's answer lists; those in which somebody waits come first."""

_ENDED = ("closed", "withdrawn")


def customer(customer_id: str, cards: Sequence[Card], *, access: Access, now: datetime) -> contract.Customer:
    """Return the customer to whom all these cards belong, at least one, as far as the caller may see."""
    cards = sorted(cards, key=lambda card: (card.about.first_seen, card.about.identity))
    known = join(*(card.known for card in cards))
    conversations = _in_order(chain.from_iterable(card.conversations for card in cards))
    cases = [case for card in cards for case in card.escalations if case.state not in _ENDED]
    cases.sort(key=lambda case: (case.accept_by, case.id))
    reached = [case for case in cases if access.reaches(case.department)]
    return contract.Customer(
        id=customer_id,
        **_named(known),
        first_seen=cards[0].about.first_seen,
        identities=tuple(map(_identity, cards)),
        contacts=_contacts(cards),
        conversations=tuple(map(contract.Conversation.model_validate, conversations[:MOST_LISTED])),
        conversations_omitted=max(0, len(conversations) - MOST_LISTED),
        escalations=tuple(map(contract.Escalation.model_validate, reached)),
        other_cases=tuple(
            contract.OtherCase.model_validate(case)
            for case in sorted(cases, key=lambda case: (case.department, case.state))
            if not access.reaches(case.department)
        ),
        next=next_step(conversations, reached, now),
    )


def _identity(card: Card) -> contract.Identity:
    about = card.about
    return contract.Identity(
        identity=about.identity, account=about.account, first_seen=about.first_seen, **_named(card.known)
    )


def _named(known: dict[str, Known]) -> dict[str, str | None]:
    return {field: known[field].value if field in known else None for field in ("name", "handle", "language")}


def _contacts(cards: Iterable[Card]) -> tuple[contract.Contact, ...]:
    """Return all contact points, each once: verified when it is verified for any of the identities."""
    found: dict[tuple[str, str, str], bool] = {}
    for card in cards:
        for point in card.about.contacts:
            key = (point.kind, _platform(point, card), point.value)
            found[key] = found.get(key, False) or point.verified
    return tuple(
        contract.Contact.model_validate(
            {"kind": kind, "value": value, "platform": platform or None, "verified": found[kind, platform, value]}
        )
        for kind, platform, value in sorted(found, key=lambda key: (not found[key], key))
    )


def _platform(point: ContactPoint, card: Card) -> str:
    return card.about.identity.partition(":")[0] if point.kind == "handle" else ""


def _in_order(conversations: Iterable[Conversation]) -> list[Conversation]:
    """Return those first in which the customer waits, the longest first; then the others, the most recent first."""
    named = sorted(conversations, key=lambda head: (head.identity, head.channel, head.thread))
    waiting = [(head.waiting_since, head) for head in named if head.waiting_since]
    others = [head for head in named if not head.waiting_since]
    return [
        *(head for _, head in sorted(waiting, key=lambda found: found[0])),
        *sorted(others, key=_last_spoken, reverse=True),
    ]


def _last_spoken(head: Conversation) -> datetime:
    return max(at for at in (head.opened_at, head.last_inbound_at, head.last_outbound_at) if at)
