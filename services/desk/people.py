"""The person that is written about: all identities of one customer, as they are now, and what is known of each."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from shared.casework.commitments import CommitmentHead
from shared.casework.links import Link
from shared.errors import InvalidParameter, NotFound
from shared.escalation import ENDED, Escalation
from shared.ids import customer_id
from shared.projection import links
from shared.projection.about import About
from shared.projection.conversation import Conversation
from shared.store import cards, keys
from shared.store.cards import Card
from shared.store.customers import Customers
from shared.store.table import Table

NOBODY = "nobody is known by that"


@dataclass(frozen=True)
class Person:
    """A customer: `own` is the identity that the id was made of by which the customer was named."""

    own: Card
    others: tuple[Card, ...] = ()

    @cached_property
    def members(self) -> dict[str, Card]:
        return {member.identity: member for member in (self.own, *self.others)}

    def identity(self, wanted: str | None) -> str:
        """Return an identity of theirs: the one that is wanted, or their own; raises `InvalidParameter` for another."""
        if wanted is not None and wanted not in self.members:
            raise InvalidParameter("identity", "is none of this customer's; look the customer up")
        return wanted or self.own.identity

    def whose_case(self, case: str, wanted: str | None, *, reaches: Callable[[str], bool]) -> str:
        """Return the identity that a case is about, which is the one that is wanted, if one is.

        A case of a department out of reach is no case: `InvalidParameter`, as for one that there is not.
        """
        found = next((each for each in self.escalations if each.id == case and reaches(each.department)), None)
        if found is None:
            raise InvalidParameter("escalation_id", "this customer has no such case, or none that the token reaches")
        if wanted not in (None, found.identity):
            raise InvalidParameter("identity", "is not the one that the case is about; leave it out")
        return found.identity

    @property
    def escalations(self) -> Iterator[Escalation]:
        return chain.from_iterable(member.escalations for member in self.members.values())

    @property
    def conversations(self) -> Iterator[Conversation]:
        return chain.from_iterable(member.conversations for member in self.members.values())

    @property
    def commitments(self) -> Iterator[CommitmentHead]:
        return chain.from_iterable(member.commitments for member in self.members.values())


@dataclass(frozen=True, slots=True)
class People:
    """The table, read for the people in it; all reads are strongly consistent."""

    table: Table
    customers: Customers

    def person(self, named: str) -> Person:
        """Return the customer of whom this is an id: two queries, the second for all identities at once.

        Raises `NotFound` when nobody is known by it.
        """
        partition = keys.customer(named)
        rows = {
            item["sk"]["S"]: item for item in self.table.query(partition, first=keys.IDENTITY_PREFIX, last=keys.MEMBERS)
        }
        own = next((name for name in rows if name.startswith(keys.IDENTITY_PREFIX)), None)
        if own is None:
            raise NotFound(NOBODY)
        others = sorted({keys.identity(name) for name in links.members(rows.get(keys.MEMBERS))} - {own})
        found = [cards.read(items) for items in self.customers.cards([own, *others])]
        if found[0] is None:
            raise NotFound(NOBODY)
        return Person(found[0], tuple(member for member in found[1:] if member))

    def open_cases(self, named: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return the ids of the open cases of each of these customers, on all their identities: one query for each
        customer, and one for each identity."""
        wanted = list(dict.fromkeys(named))
        members = dict(zip(wanted, self.customers.members(wanted), strict=True))
        partitions = sorted({partition for group in members.values() for partition in group})
        found = zip(partitions, self.customers.escalations(partitions), strict=True)
        cases = {
            partition: [each for each in cards.escalations(rows) if each.state not in ENDED]
            for partition, rows in found
        }
        return {
            customer: frozenset(each.id for partition in group for each in cases[partition])
            for customer, group in members.items()
        }

    def links_of(self, identity: str) -> Iterator[Link]:
        """Yield what is known of each pair that an identity is one of."""
        rows = self.table.query(
            keys.customer(customer_id(identity)), first=keys.LINK_PREFIX, last=f"{keys.LINK_PREFIX}\U0010ffff"
        )
        return (Link.stored(row["state"]["S"]) for row in rows)

    def groups(self, identities: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the customers that these identities are by now: by the id that is shown of each, the sorted names of
        all its identities."""
        wanted = {identity: keys.members(identity) for identity in sorted(identities)}
        listed = self.table.get_many(wanted.values())
        groups = {tuple(links.members(listed.get(key))) or (identity,) for identity, key in wanted.items()}
        found = self.table.get_many(keys.about(name) for group in groups for name in group)
        abouts = {about.identity: about for about in (About.stored(item["state"]["S"]) for item in found.values())}
        return {cards.shown_id(abouts[name] for name in group if name in abouts): group for group in sorted(groups)}
