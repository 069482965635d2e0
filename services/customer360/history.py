"""Reads a customer's history: what happened and what the company did, and who read and changed what of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from services.customer360 import audit, contract_history, folding, paging, timeline
from services.customer360.access import Access, Caller
from services.customer360.asked import AuditQuery, TimelineQuery
from services.customer360.audit import Act, Look
from services.customer360.cursor import Listing
from services.customer360.folding import Target
from services.customer360.lookup import Lookup
from services.customer360.moved import moves, one_with
from services.customer360.paging import Stretch
from services.customer360.said import Said
from services.customer360.timeline import Filter, Owners, Thing
from shared.casework.steps import ReplyAsked, Talk
from shared.errors import InvalidParameter
from shared.ids import customer_id
from shared.media.copies import Copy, attached
from shared.store import cards, keys
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

        One query, four for each identity, one more for each that something was said to through the desk, and one call
        for what was done to the page's messages later, or two when that was done further up than was read for the page,
        and one for the files that came with them, if any have some.
        """
        caller.access.must_show("timeline")
        listing = Listing(named, "timeline", query.filters)
        below = listing.place(query.cursor) if query.cursor else None
        talk, partitions = query.talk, self.lookup.members(named)
        if talk is not None and keys.identity(talk.identity) not in partitions:
            raise InvalidParameter("identity", "is none of this customer's; look the customer up")
        cases = cards.escalations(chain.from_iterable(self._customers.escalations(partitions)))
        taken = list(chain.from_iterable(self._customers.steps(partitions)))
        owners = timeline.owners(cases, taken)
        asked = [step for step in taken if isinstance(step, ReplyAsked)]
        said = Said.of(self._customers.replies({keys.identity(step.identity) for step in asked}))
        wanted = Filter(
            query.channel if talk is None else None,
            query.department,
            query.kind,
            folding.resting(cases, query.department),
            owners,
            _within(talk, said, whole=query.whole),
            {name: head.talk for name, head in said.replies.items()},
        )
        # One more than asked for shows whether there are more; yet another one may be the place to go on from.
        count = query.limit + 2 if wanted.is_open else EXAMINED
        told = self._customers.history(partitions, upto=below and below[:2], count=count)
        done: list[Thing] = [*cases, *taken]
        read = [entry for stretch in told for entry in stretch.entries]
        wanted = replace(wanted, repeated=said.echoes(read, filter(wanted.fits, asked), caller.access, owners))
        stretches = [*map(timeline.stretch, told), Stretch({timeline.place(thing): thing for thing in done})]
        page, further = paging.page(stretches, below=below, fits=wanted.fits, limit=query.limit)
        hidden = folding.out_of_reach(cases, caller.access)
        entries = self._shown([thing for _, thing in page], read, said, hidden, caller.access, owners)
        if (fitting := paging.how_many_fit(entries)) < len(entries):
            entries, further = entries[:fitting], page[fitting - 1][0]
        self.lookup.note_at("timeline", partitions, query, caller)
        return contract_history.Timeline(entries=tuple(entries), next_cursor=further and listing.cursor(further))

    def _shown(
        self,
        things: Sequence[Thing],
        read: Iterable[Entry],
        said: Said,
        hidden: frozenset[Target],
        access: Access,
        owners: Owners,
    ) -> list[contract_history.Entry]:
        events = [thing for thing in things if isinstance(thing, Entry)]
        folded = iter(self._folded(events, read, said, hidden=hidden))
        return [
            next(folded) if isinstance(thing, Entry) else timeline.done(thing, access, owners, said.reply(thing))
            for thing in things
        ]

    def _folded(
        self, shown: Sequence[Entry], read: Iterable[Entry], said: Said, *, hidden: frozenset[Target]
    ) -> list[contract_history.Entry]:
        kept = self._customers.revisions({of for entry in shown if (of := folding.target(entry))})
        edits = {entry.key: entry for entry in read}
        last = folding.latest(kept, edits.values())
        edits |= self._customers.entries(
            {key for entry in shown if (key := folding.last_edit(entry, last))} - edits.keys()
        )
        stored = self._stored([folding.brought_by(entry, last=last, edits=edits) for entry in shown])
        return [
            folding.folded(entry, last=last, edits=edits, hidden=hidden, reply=said.reply(entry), stored=files)
            for entry, files in zip(shown, stored, strict=True)
        ]

    def _stored(self, brought: Sequence[Entry]) -> list[list[contract_history.Stored]]:
        """Return what became of the files of each of these entries."""
        places = [[(entry.key, number) for number, _ in enumerate(attached(entry.event))] for entry in brought]
        known = self._customers.copies(chain.from_iterable(places))
        return [[self._as_shown(place[1], known[place]) for place in of_one if place in known] for of_one in places]

    def _as_shown(self, number: int, copy: Copy) -> contract_history.Stored:
        return contract_history.Stored(
            attachment=number,
            state=copy.state,
            reason=copy.reason,
            type=copy.type,
            size=copy.size,
            verdict=copy.verdict,
            url=self.lookup.files.link(copy) if self.lookup.files else None,
        )

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


def _within(talk: Talk | None, said: Said, *, whole: bool) -> frozenset[Talk] | None:
    """Return the conversations that are asked for with one; none where none is."""
    if talk is None:
        return None
    return one_with(talk, moves(said.replies.values())) if whole else frozenset({talk})
