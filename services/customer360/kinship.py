"""Reads who a customer is one with, who else they might be, and what a link would bring together."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.customer360 import contract_links, linking
from services.customer360.access import Caller
from services.customer360.asked import Looked, PreviewQuery
from services.customer360.lookup import Lookup
from shared.casework.steps import pair
from shared.errors import Conflict, InvalidParameter, NotFound
from shared.ids import customer_id
from shared.store.cards import Card


@dataclass(frozen=True, slots=True)
class Kinship:
    """Both methods raise what `Lookup`'s do."""

    lookup: Lookup

    def links(self, named: str, query: Looked, caller: Caller) -> contract_links.Links:
        """Return why the customer's identities are one person, and who else they might be. One query, and two for each
        identity."""
        caller.access.must_show("links")
        found = self.lookup.cards(named)
        known = self.lookup.customers.links(customer_id(card.identity) for card in found)
        self.lookup.note("links", found, query, caller)
        return linking.links(found, known)

    def preview(self, named: str, query: PreviewQuery, caller: Caller) -> contract_links.Preview:
        """Return what a link with another customer would bring together. One query for each of the two, and two for
        each identity.

        Raises `InvalidParameter` for the customer themselves and for somebody whom nobody knows, and `Conflict` when
        the two are one already.
        """
        caller.access.must_show("links")
        field, other = query.other()
        if other == named:
            raise InvalidParameter(field, "is the customer in the path; name another one")
        mine, theirs = self.lookup.cards(named), self._other(field, other)
        if {card.identity for card in mine} & {card.identity for card in theirs}:
            raise Conflict("they are one customer already; there is nothing to bring together", field=field)
        both = [*mine, *theirs]
        known = self.lookup.customers.links(customer_id(card.identity) for card in both)
        playbook = self.lookup.playbook()
        self.lookup.note("preview", both, query, caller)
        return linking.preview(
            mine,
            theirs,
            known,
            between=pair(_named(mine, named), _named(theirs, other)),
            access=caller.access,
            rules=playbook.linking,
            now=self.lookup.now(),
        )

    def _other(self, field: str, named: str) -> list[Card]:
        try:
            return self.lookup.cards(named)
        except NotFound as error:
            raise InvalidParameter(field, "nobody is known by that; look them up") from error


def _named(cards: Iterable[Card], customer: str) -> str:
    """Return the identity whose own id this is."""
    return next(card.identity for card in cards if customer_id(card.identity) == customer)
