"""Finds customers and reads what is kept of them: which calls are made, and in what order."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from services.customer360 import card, contract, cursor, folding, person, timeline
from services.customer360.access import Access
from services.customer360.asked import Contact, TimelineQuery
from services.customer360.card import Card
from services.customer360.folding import Target
from services.customer360.timeline import Place
from shared.errors import NotFound
from shared.store import keys
from shared.store.customers import Customers
from shared.store.journal import Entry

MOST_FOUND = 25
"""How many identities a contact point leads to: a shop's telephone may be everybody's."""

EXAMINED = 500
"""How many dated events of each identity are read for a page that shows one channel only."""

_NOBODY = "nobody is known by that"


@dataclass(frozen=True, slots=True)
class Lookup:
    """The lookup's answers. `now` returns an aware instant. Every method raises `NotFound` for whom nobody knows."""

    customers: Customers
    now: Callable[[], datetime]

    def by_identity(self, identity: str, access: Access) -> contract.Lookup:
        """Return the customer whose identity this is.

        One query; when the identity was linked, one more for its customer and one for each other identity.
        """
        return self._found("identity", {keys.identity(identity): True}, access)

    def by_contact(self, contact: Contact, access: Access) -> contract.Lookup:
        """Return the customers who have this contact point, of `MOST_FOUND` identities at most, the verified first.

        One query for the contact point, and for each identity as above.
        """
        return self._found(contact.kind, self.customers.holders(kind=contact.kind, value=contact.value), access)

    def customer(self, customer_id: str, access: Access) -> contract.Customer:
        """Return a customer. One query, and one for each identity."""
        cards = self._cards(self._members(customer_id))
        if not cards:
            raise NotFound(_NOBODY)
        return person.customer(customer_id, cards, access=access, now=self.now())

    def timeline(self, customer_id: str, query: TimelineQuery, access: Access) -> contract.Timeline:
        """Return a page of a customer's timeline.

        One query, two for each identity (three when the caller does not reach every department), and one call for what
        was done to the page's messages later, or two when that was done further up than was read for the page.
        """
        channel = query.channel
        below = cursor.read(query.cursor, customer_id=customer_id, channel=channel) if query.cursor else None
        partitions = self._members(customer_id)
        # One more than asked for shows whether there are more; yet another one may be the place to go on from.
        count = query.limit + 2 if channel is None else EXAMINED
        stretches = self.customers.history(partitions, upto=below and below[:2], count=count)
        shown, further = timeline.page(stretches, below=below, channel=channel, limit=query.limit)
        read = [entry for stretch in stretches for entry in stretch.entries]
        entries = self._folded(shown, read, hidden=self._out_of_reach(partitions, access))
        if (fitting := timeline.how_many_fit(entries)) < len(entries):
            entries, further = entries[:fitting], Place.of(shown[fitting - 1])
        return contract.Timeline(
            entries=tuple(entries),
            next_cursor=further and cursor.write(further, customer_id=customer_id, channel=channel),
        )

    def _members(self, customer_id: str) -> list[str]:
        (partitions,) = self.customers.members([customer_id])
        if not partitions:
            raise NotFound(_NOBODY)
        return partitions

    def _cards(self, partitions: Iterable[str]) -> list[Card]:
        return [found for items in self.customers.cards(partitions) if (found := card.read(items))]

    def _found(self, kind: str, holders: Mapping[str, bool], access: Access) -> contract.Lookup:
        chosen = sorted(holders, key=lambda partition: (not holders[partition], partition))[:MOST_FOUND]
        now = self.now()
        found = [
            contract.Found(
                found_by=_found_by(kind, holders, cards),
                customer=person.customer(customer_id, cards, access=access, now=now),
            )
            for customer_id, cards in self._people(self._cards(chosen)).items()
        ]
        if not found:
            raise NotFound(_NOBODY)
        return contract.Lookup(
            customers=tuple(sorted(found, key=_verified_first)), identities_omitted=len(holders) - len(chosen)
        )

    def _people(self, cards: Sequence[Card]) -> dict[str, list[Card]]:
        """Return the customers to whom these cards belong, each with all their cards."""
        linked = sorted({found.linked for found in cards if found.linked})
        members = set(chain.from_iterable(self.customers.members(linked)))
        others = self._cards(sorted(members - {found.partition for found in cards}))
        people: dict[str, list[Card]] = defaultdict(list)
        for found in (*cards, *others):
            people[found.customer_id].append(found)
        return people

    def _folded(
        self, shown: Sequence[Entry], read: Iterable[Entry], *, hidden: frozenset[Target]
    ) -> list[contract.Entry]:
        kept = self.customers.revisions({of for entry in shown if (of := folding.target(entry))})
        edits = {entry.key: entry for entry in read}
        last = folding.latest(kept, edits.values())
        edits |= self.customers.entries(
            {key for entry in shown if (key := folding.last_edit(entry, last))} - edits.keys()
        )
        return [folding.folded(entry, last=last, edits=edits, hidden=hidden) for entry in shown]

    def _out_of_reach(self, partitions: Sequence[str], access: Access) -> frozenset[Target]:
        if access.departments is None:
            return frozenset()
        cases = chain.from_iterable(map(card.escalations, self.customers.escalations(partitions)))
        return folding.out_of_reach(cases, access)


def _found_by(kind: str, holders: Mapping[str, bool], cards: Iterable[Card]) -> contract.FoundBy:
    having = [found for found in cards if found.partition in holders]
    return contract.FoundBy.model_validate(
        {
            "kind": kind,
            "verified": any(holders[found.partition] for found in having),
            "identities": sorted(found.about.identity for found in having),
        }
    )


def _verified_first(found: contract.Found) -> tuple[bool, datetime, str]:
    return not found.found_by.verified, found.customer.first_seen, found.customer.id
