"""How long a customer was kept waiting, computed anew from the whole history, under any version of the playbook."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from services.customer360 import contract_clocks
from services.customer360.access import Access, Caller
from services.customer360.asked import ClocksQuery
from services.customer360.lookup import Lookup
from shared.clocks.clock import Clock, clocks, why_late
from shared.clocks.targets import group_of, targets_for
from shared.errors import ConfigurationError, InvalidParameter
from shared.http import newest
from shared.http.newest import Place
from shared.playbook import Playbook
from shared.projection.about import About
from shared.projection.timing import Talk, talks
from shared.store import keys, playbooks
from shared.store.table import Item


@dataclass(frozen=True, slots=True)
class Timing:
    """A customer's clocks. It raises what `Lookup`'s methods do."""

    lookup: Lookup

    def clocks(self, named: str, query: ClocksQuery, caller: Caller) -> contract_clocks.Clocks:
        """Return a page of a customer's clocks, the last begun first. One query, and three for each identity, which
        read all that is kept of it."""
        caller.access.must_show("clocks")
        at = query.instant(self.lookup.now()) or self.lookup.now()
        partitions = self.lookup.members(named)
        playbook = self._playbook(query.playbook)
        read = self.lookup.customers.timed(partitions)
        group = group_of(playbook, chain.from_iterable(about.contacts for about in _abouts(read)))
        found = [
            clock
            for items in read
            for clock in _of_identity(items, playbook, group, at)
            if _is_wanted(clock, query) and _is_reached(clock, caller.access)
        ]
        of = (named, "clocks", *query.filters)
        page = newest.page(found, _place, cursor=query.cursor, of=of, limit=query.limit)
        self.lookup.note_at("clocks", partitions, query, caller)
        return contract_clocks.Clocks(
            playbook_version=playbook.version,
            group=group,
            at=at,
            clocks=tuple(page.things),
            omitted=page.omitted,
            next_cursor=page.next_cursor,
        )

    def _playbook(self, version: int | None) -> Playbook:
        if version is None:
            return self.lookup.playbook()
        try:
            return playbooks.version(self.lookup.table, version)
        except ConfigurationError as error:
            raise InvalidParameter("playbook", "was never published; leave it out for the current one") from error


def _abouts(read: Iterable[Sequence[Item]]) -> Iterator[About]:
    for item in chain.from_iterable(read):
        if item["sk"]["S"] == keys.ABOUT:
            yield About.stored(item["state"]["S"])


def _of_identity(
    items: Sequence[Item], playbook: Playbook, group: str | None, at: datetime
) -> Iterator[contract_clocks.Clock]:
    identity = next((about.identity for about in _abouts([items])), None)
    if identity is None:
        return
    for talk, happenings in talks(items, playbook).items():
        within = targets_for(playbook, channel=talk.channel, group=group)
        quiet = playbook.hand_offs.close_after
        for clock in clocks(happenings, within, playbook.calendar, at, quiet=quiet):
            yield _shown(clock, identity, talk)


def _shown(clock: Clock, identity: str, talk: Talk) -> contract_clocks.Clock:
    said = clock.model_dump(exclude={"case", "target", "spent", "intervals"})
    return contract_clocks.Clock.model_validate(
        said
        | talk._asdict()
        | {
            "identity": identity,
            "escalation_id": clock.case,
            "target_seconds": clock.target.total_seconds(),
            "spent_seconds": clock.spent.total_seconds(),
            "intervals": clock.intervals,
            "because": tuple(contract_clocks.Because.model_validate(each) for each in why_late(clock)),
        }
    )


def _place(clock: contract_clocks.Clock) -> Place:
    names = (clock.kind, clock.identity, clock.channel, clock.thread, clock.escalation_id)
    return Place.of(clock.started_at, *names)


def _is_wanted(clock: contract_clocks.Clock, query: ClocksQuery) -> bool:
    return (query.late is None or clock.late is query.late) and query.channel in (None, clock.channel)


def _is_reached(clock: contract_clocks.Clock, access: Access) -> bool:
    """Return whether every department that the clock tells of is in reach."""
    departments = {clock.department, *(each.department for each in clock.intervals)}
    return all(map(access.reaches, departments))
