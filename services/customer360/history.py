"""Reads a customer's history: what happened and what the company did, and who read and changed what of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from services.customer360 import audit, contract_history, folding, paging, timeline
from services.customer360.access import Access, Caller
from services.customer360.asked import AuditQuery, TimelineQuery
from services.customer360.audit import Act, Look
from services.customer360.cursor import Listing
from services.customer360.folding import Target
from services.customer360.lookup import Lookup
from services.customer360.paging import Stretch
from services.customer360.timeline import Filter, Owners, Thing
from shared.ids import customer_id
from shared.store import cards
from shared.store.customers import Customers
from shared.store.journal import Entry

EXAMINED = 500
"""How many dated events of each identity are read for a page that shows only some of them."""


@dataclass(frozen=True, slots=True)
class Chronicle:
    """Pages of a customer's timeline and audit. Both methods raise what `Lookup`'s do."""

    lookup: Lookup

    @property
    def _customers(self) -> Customers:
        return self.lookup.customers

    def timeline(self, named: str, query: TimelineQuery, caller: Caller) -> contract_history.Timeline:
        """Return a page of a customer's timeline.

        One query, four for each identity, and one call for what was done to the page's messages later, or two when that
        was done further up than was read for the page.
        """
        caller.access.must_show("timeline")
        listing = Listing(named, "timeline", query.filters)
        below = listing.place(query.cursor) if query.cursor else None
        partitions = self.lookup.members(named)
        cases = cards.escalations(chain.from_iterable(self._customers.escalations(partitions)))
        channel, department, kind = query.filters
        taken = list(chain.from_iterable(self._customers.steps(partitions)))
        owners = timeline.owners(cases, taken)
        wanted = Filter(channel, department, kind, folding.resting(cases, department), owners)
        # One more than asked for shows whether there are more; yet another one may be the place to go on from.
        count = query.limit + 2 if wanted.is_open else EXAMINED
        told = self._customers.history(partitions, upto=below and below[:2], count=count)
        done: list[Thing] = [*cases, *taken]
        stretches = [*map(timeline.stretch, told), Stretch({timeline.place(thing): thing for thing in done})]
        page, further = paging.page(stretches, below=below, fits=wanted.fits, limit=query.limit)
        read = [entry for stretch in told for entry in stretch.entries]
        hidden = folding.out_of_reach(cases, caller.access)
        entries = self._shown([thing for _, thing in page], read, hidden, caller.access, owners)
        if (fitting := paging.how_many_fit(entries)) < len(entries):
            entries, further = entries[:fitting], page[fitting - 1][0]
        self.lookup.note_at("timeline", partitions, query, caller)
        return contract_history.Timeline(entries=tuple(entries), next_cursor=further and listing.cursor(further))

    def _shown(
        self,
        things: Sequence[Thing],
        read: Iterable[Entry],
        hidden: frozenset[Target],
        access: Access,
        owners: Owners,
    ) -> list[contract_history.Entry]:
        events = [thing for thing in things if isinstance(thing, Entry)]
        folded = iter(self._folded(events, read, hidden=hidden))
        return [next(folded) if isinstance(thing, Entry) else timeline.done(thing, access, owners) for thing in things]

    def _folded(
        self, shown: Sequence[Entry], read: Iterable[Entry], *, hidden: frozenset[Target]
    ) -> list[contract_history.Entry]:
        kept = self._customers.revisions({of for entry in shown if (of := folding.target(entry))})
        edits = {entry.key: entry for entry in read}
        last = folding.latest(kept, edits.values())
        edits |= self._customers.entries(
            {key for entry in shown if (key := folding.last_edit(entry, last))} - edits.keys()
        )
        return [folding.folded(entry, last=last, edits=edits, hidden=hidden) for entry in shown]

    def audit(self, named: str, query: AuditQuery, caller: Caller) -> contract_history.Audit:
        """Return a page of the record of who read and changed what of a customer's. One query, and four for each
        identity."""
        caller.access.must_show("audit")
        listing = Listing(named, "audit", query.filters)
        below = listing.place(query.cursor) if query.cursor else None
        found = self.lookup.cards(named)
        identities = {card.partition: card.identity for card in found}
        count = query.limit + 2
        read = [] if query.kind == "change" else list(identities)
        looks = self._customers.looks(read, upto=below and below[:2], count=count)
        seen = [
            ([Look(key, identities[key.pk], look) for key, look in of_one], len(of_one) == count) for of_one in looks
        ]
        taken = chain.from_iterable(self._customers.steps(list(identities)))
        known = self._customers.links(map(customer_id, identities.values()))

        def fits(act: Act) -> bool:
            return query.kind in (None, audit.kind(act))

        page, further = paging.page(audit.stretches(seen, taken, known), below=below, fits=fits, limit=query.limit)
        self.lookup.note("audit", found, query, caller)
        return contract_history.Audit(
            entries=tuple(audit.shown(act, caller.access) for _, act in page),
            next_cursor=further and listing.cursor(further),
        )
