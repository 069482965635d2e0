"""What was known of a customer at a past instant: computed anew from the journal and from who said what by then.

- An event counts from when it came to our door, a step from when it was taken.
- Who was one person with whom follows from what people had said by then and from what the identities were known to
  share then, by today's rules. What proves nothing today, for being blocked or too many people's, proved nothing then.
- An escalation stands as it was made by what had been done with it; one that reminds of a promise as long as the term
  held.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from shared.casework import cases
from shared.casework import links as pairs
from shared.casework.commitments import CommitmentHead
from shared.casework.links import Link
from shared.casework.steps import CaseMove
from shared.escalation import Escalation
from shared.ids import customer_id
from shared.playbook import Playbook
from shared.projection import casework
from shared.projection.computed import compute
from shared.reminders import outdated
from shared.store import cards, journal, keys, steps
from shared.store.cards import Card
from shared.store.customers import Customers
from shared.store.table import Item


@dataclass(frozen=True, slots=True)
class Past:
    """The customers as they were known `at` an instant. It reads the whole history of every identity that they are
    linked with or ever were."""

    customers: Customers
    playbook: Playbook
    at: datetime

    def people(self, partitions: Iterable[str]) -> list[list[Card]]:
        """Return the customers to whom these identities belonged, each with all their cards; those of whom nothing was
        known yet are nobody's."""
        known, links = self._region(partitions)
        wanted = [card.identity for card in known.values() if card.partition in partitions]
        unique = {name: pairs.unique(card.about, self.playbook.linking) for name, card in known.items()}
        then = [_then(link, known, self.at, self.playbook) for link in links]
        groups = pairs.people(then, unique, most=self.playbook.linking.most_identities)
        found = {groups.get(identity, (identity,)) for identity in wanted}
        return [[known[identity] for identity in group if identity in known] for group in sorted(found)]

    def _region(self, partitions: Iterable[str]) -> tuple[dict[str, Card], list[Link]]:
        """Return the cards, as they were, of these identities and of all whom links lead to, and these links."""
        known: dict[str, Card] = {}
        links: dict[tuple[str, str], Link] = {}
        visited: set[str] = set()
        pending = set(partitions)
        while pending:
            visited |= pending
            cards_then = [known_by(items, self.at, self.playbook) for items in self.customers.whole(sorted(pending))]
            new = {card.identity: card for card in cards_then if card}
            known |= new
            found = self.customers.links(map(customer_id, sorted(new)))
            links |= {link.pair: link for link in found}
            pending = {keys.identity(identity) for link in found for identity in link.pair} - visited
        return known, [links[pair] for pair in sorted(links)]


def known_by(items: Iterable[Item], at: datetime, playbook: Playbook) -> Card | None:
    """Return the card that an identity's items made by an instant, or `None` when nothing was known of it."""
    rows = list(items)
    entries = [journal.entry(item) for item in rows if item["sk"]["S"].startswith(keys.EVENT_PREFIX)]
    taken = [steps.read(item) for item in rows if item["sk"]["S"].startswith(keys.STEP_PREFIX)]
    by_then = [step for step in taken if step.at <= at]
    computed = compute([entry for entry in entries if entry.received_at <= at], lambda: playbook, by_then)
    if computed.about is None:
        return None
    made = casework.compute(by_then, lambda: playbook)
    heads = [CommitmentHead.stored(item["state"]["S"]) for item in made.values() if _is_commitment(item)]
    over = {name for head in heads for name in outdated(head)}
    done = [step for step in taken if isinstance(step, CaseMove)]
    offers = [_as_then(case, done, over, at) for case in _first_offers(rows) if case.offered_at <= at]
    own = [item for key, item in computed.items.items() if key.pk == keys.identity(computed.about.identity)]
    return cards.read([*own, *made.values(), *offers])


def _is_commitment(item: Item) -> bool:
    return str(item["sk"]["S"]).startswith(keys.COMMITMENT_PREFIX)


def _first_offers(rows: Iterable[Item]) -> list[Escalation]:
    return [case.as_first_offered for case in cards.escalations(rows)]


def _as_then(offer: Escalation, done: Iterable[CaseMove], over: set[str], at: datetime) -> Item:
    """Return an escalation as it stood: with what was done with it by then, in its own order."""
    mine = sorted((move for move in done if move.escalation_id == offer.id), key=lambda move: move.number)
    then = cases.fold(offer, takewhile(lambda move: move.at <= at, mine))
    if then.state == "offered" and offer.id in over:
        then = then.model_copy(update={"state": "withdrawn"})
    key = keys.escalation(identity_name=then.identity, escalation_id=then.id)
    state: Any = then.model_dump_json(exclude_defaults=True)
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "state": {"S": state}}


def _then(link: Link, known: Mapping[str, Card], at: datetime, playbook: Playbook) -> Link:
    """Return what was known of a pair by an instant: what was said, and what the rules make of what the two shared."""
    said = link.model_copy(update={"words": tuple(word for word in link.words if word.at <= at), "verdict": None})
    if not known.keys() >= set(link.pair):
        return said
    one, other = (known[identity].about for identity in link.pair)
    nothing = pairs.shared(one, other) - pairs.rests_on(link)
    return pairs.judged(said, one, other, crowded=nothing, playbook=playbook)
