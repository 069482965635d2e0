"""Finds customers and reads what is kept of them: which calls are made, and in what order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from services.customer360 import contract, contract_lookup, person
from services.customer360.access import Caller
from services.customer360.asked import Contact, CustomerQuery, Looked, LookupQuery
from services.customer360.moved import Move, moves
from services.customer360.past import Past
from services.customer360.reach import Windows
from shared.casework import links
from shared.casework.seen import Look, Seen
from shared.errors import NotFound
from shared.ids import customer_id
from shared.models import Visibility
from shared.playbook import Playbook
from shared.store import cards, keys, seen
from shared.store.cards import Card
from shared.store.customers import Customers
from shared.store.media import MediaLinks
from shared.store.table import Table

MOST_FOUND = 25
"""How many identities a contact point leads to: a shop's telephone may be everybody's."""

_NOBODY = "nobody is known by that"


@dataclass(frozen=True, slots=True)
class Lookup:
    """Who somebody is and all that is open, noted before it is answered. `now` returns an aware instant. Without
    `files`, no links to copies of files are given.

    Every method raises `NotFound` for whom nobody knows, `InvalidParameter` for what cannot be meant, `Forbidden` for
    what the caller may not see, and `StoreUnavailable` when it could not be noted who looked.
    """

    table: Table
    customers: Customers
    playbook: Callable[[], Playbook]
    windows: Callable[[], Windows]
    now: Callable[[], datetime]
    files: MediaLinks | None = None

    def find(self, query: LookupQuery, caller: Caller) -> contract_lookup.Lookup:
        """Return the customers whom an identity or a contact point leads to.

        An identity: one query for the customer, and one for each of their identities. A contact point: one query for
        it, one for each of at most `MOST_FOUND` identities that have it, one for each of their customers, and one for
        each identity more. And one more for each identity that spoke in public, of
        those who spoke in private as well.
        """
        way, at = query.way(), query.instant(self.now())
        parts, now = query.parts(caller.access), at or self.now()
        holders = self._holders(way)
        chosen = holders[:MOST_FOUND]
        if at is not None:
            people = Past(self.customers, self.playbook(), at).people(chosen)
        else:
            people = [self._known(way)] if isinstance(way, str) else self._people(chosen)
        people = [found for found in people if any(_has(card, way) for card in found)]
        if not people:
            raise NotFound(_NOBODY)
        self.note("lookup", chain.from_iterable(people), query, caller, parts=parts)
        moved = self._moved(people, at)
        found = [
            contract_lookup.Found(
                found_by=_found_by(way, each, shows_identities="identities" in parts),
                customer=person.customer(each, access=caller.access, windows=self.windows(), now=now, moved=moved),
            )
            for each in people
        ]
        return contract_lookup.Lookup(
            customers=tuple(sorted(found, key=_verified_first)), identities_omitted=len(holders) - len(chosen)
        )

    def customer(self, named: str, query: CustomerQuery, caller: Caller) -> contract.Customer:
        """Return a customer. One query, one for each identity, and one more for each that spoke in public if they
        spoke in private as well; of a past instant, what `Past` reads, and these."""
        parts, at = query.parts(caller.access), query.instant(self.now())
        found = self.cards(named) if at is None else self._then(named, at)
        self.note("customer", found, query, caller, parts=parts)
        moved = self._moved([found], at)
        return person.customer(found, access=caller.access, windows=self.windows(), now=at or self.now(), moved=moved)

    def _moved(self, people: Iterable[Sequence[Card]], at: datetime | None) -> frozenset[Move]:
        """Return what was answered in private up to an instant: one query for each identity that spoke in public, of
        those with whom something was said in private."""
        both = (cards for cards in people if any(_spoke("private", card) for card in cards))
        public = [card.partition for cards in both for card in cards if _spoke("public", card)]
        return moves(self.customers.replies(public), at) if public else frozenset()

    def cards(self, named: str) -> list[Card]:
        """Return what is kept of all identities of a customer, at least one."""
        found = self._cards(self.members(named))
        if not found:
            raise NotFound(_NOBODY)
        return found

    def members(self, named: str) -> list[str]:
        """Return the partitions of a customer's identities."""
        (partitions,) = self.customers.members([named])
        if not partitions:
            raise NotFound(_NOBODY)
        return partitions

    def note(self, what: Look, of: Iterable[Card], query: Looked, caller: Caller, *, parts: Sequence[str] = ()) -> None:
        """Note a look at everybody whom an answer is about to show."""
        self.note_at(what, (card.partition for card in of), query, caller, parts=parts)

    def note_at(
        self, what: Look, partitions: Iterable[str], query: Looked, caller: Caller, *, parts: Sequence[str] = ()
    ) -> None:
        look = Seen(
            id=caller.request_id,
            at=self.now(),
            by=caller.subject,
            what=what,
            purposes=caller.purposes,
            parts=() if len(parts) == len(contract.PARTS) else tuple(parts),
            why=query.why or "",
        )
        seen.keep(self.table, sorted(set(partitions)), look)

    def _then(self, named: str, at: datetime) -> list[Card]:
        for found in Past(self.customers, self.playbook(), at).people(self.members(named)):
            if any(customer_id(card.identity) == named for card in found):
                return found
        raise NotFound(_NOBODY)

    def _holders(self, way: str | Contact) -> list[str]:
        """Return the partitions of the identities that are asked for or have a contact point, the verified first."""
        if isinstance(way, str):
            return [keys.identity(way)]
        proven = self.customers.holders(kind=way.kind, value=way.value)
        return sorted(proven, key=lambda partition: (not proven[partition], partition))

    def _known(self, identity: str) -> list[Card]:
        (partitions,) = self.customers.members([customer_id(identity)])
        return self._cards(partitions)

    def _people(self, partitions: Iterable[str]) -> list[list[Card]]:
        """Return the customers to whom these identities belong, each with all their cards."""
        there = {card.partition: card for card in self._cards(partitions)}
        groups = self.customers.members(customer_id(card.identity) for card in there.values())
        others = sorted(set(chain.from_iterable(groups)) - there.keys())
        there |= {card.partition: card for card in self._cards(others)}
        return [[there[each] for each in group if each in there] for group in dict.fromkeys(map(tuple, groups))]

    def _cards(self, partitions: Iterable[str]) -> list[Card]:
        return [found for items in self.customers.cards(partitions) if (found := cards.read(items))]


def _spoke(visibility: Visibility, card: Card) -> bool:
    return any(each.visibility == visibility for each in card.conversations)


def _has(card: Card, way: str | Contact) -> bool:
    return _proven(card, way) is not None


def _proven(card: Card, way: str | Contact) -> bool | None:
    """Return whether what was asked for is verified as an identity's, or `None` when it is not theirs at all."""
    if isinstance(way, str):
        return True if card.identity == way else None
    contact = links.points(card.about).get((way.kind, way.value))
    return contact.verified if contact else None


def _found_by(way: str | Contact, found: Iterable[Card], *, shows_identities: bool) -> contract_lookup.FoundBy:
    having = {card.identity: proven for card in found if (proven := _proven(card, way)) is not None}
    return contract_lookup.FoundBy(
        kind="identity" if isinstance(way, str) else way.kind,
        verified=any(having.values()),
        identities=tuple(sorted(having)) if shows_identities else (),
    )


def _verified_first(found: contract_lookup.Found) -> tuple[bool, datetime | None, str]:
    return not found.found_by.verified, found.customer.first_seen, found.customer.id
