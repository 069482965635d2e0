"""Who is one person with whom, as the table keeps it: a row on each side of every pair, and the list of all members.

Every change is worked out from a reading of what it depends on (links first, then who people are), made item by item
under the condition that the item is still the one that was read, and worked out again until nothing is left to do. So
of two processes at once the later to read sees what the other wrote, and either ends with the same rows. One that dies
is done again: a decision by its step, and evidence because the identity still names it as not weighed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Self

import orjson

from shared.casework import links as casework
from shared.casework.links import Link, Point
from shared.casework.steps import LinkDecision, Pair, pair
from shared.ids import customer_id
from shared.playbook import Playbook
from shared.projection.about import About
from shared.projection.settling import Change, settle_all
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item, Table, key_of, state_of


def hear(
    decision: LinkDecision, *, table: Table, playbook: Callable[[], Playbook], now: Callable[[], datetime]
) -> None:
    """Bring both sides of every pair up to what somebody said of it, and then the customers that follow."""
    settle_all(table, partial(heard, decision, table=table, playbook=playbook, now=now))


def heard(
    decision: LinkDecision, *, table: Table, playbook: Callable[[], Playbook], now: Callable[[], datetime]
) -> list[Change]:
    """Return what has to change for both sides of every pair to know what somebody said of it."""
    region = _Region(table, playbook(), now())
    region.visit({identity for each in decision.pairs for identity in each})
    for each in decision.pairs:
        region.links[each] = casework.heard(region.links.get(each, Link(pair=each)), decision)
    return region.changes(decision.pairs)


def weigh(
    identity: str,
    points: Iterable[Point],
    *,
    table: Table,
    playbook: Callable[[], Playbook],
    now: Callable[[], datetime],
) -> None:
    """Bring the links of an identity up to contact points of its that are new, or better proven than before.

    It costs a query for each of them, and nothing more as long as nobody else has one.
    """
    settle_all(table, partial(weighed, identity, tuple(points), table=table, playbook=playbook, now=now))


def weighed(
    identity: str,
    points: Iterable[Point],
    *,
    table: Table,
    playbook: Callable[[], Playbook],
    now: Callable[[], datetime],
) -> list[Change]:
    """Return what has to change for the links of an identity to be what these contact points of its make of them."""
    points, rules = tuple(points), playbook().linking
    crowds = [_Crowd.read(table, point, most=rules.most_identities_per_value) for point in points]
    names = _names(table, {holder for crowd in crowds for holder in crowd.holders})
    others = {names[holder] for crowd in crowds for holder in crowd.holders if holder in names} - {identity}
    decisive = any(kind in rules.one_per_person for kind, _ in points)
    if not others and not decisive and not any(crowd.is_too_many or crowd.was_settled for crowd in crowds):
        return []
    region = _Region(table, playbook(), now(), crowded=frozenset(crowd.point for crowd in crowds if crowd.is_too_many))
    region.visit({identity, *others})
    pairs = {each for each in region.links if _concerns(region.links[each], identity, points, decisive=decisive)}
    for crowd in crowds:
        if not crowd.is_too_many:
            pairs |= {pair(identity, names[each]) for each in crowd.holders if names.get(each, identity) != identity}
    region.visit({each for one in pairs for each in one})
    region.judge(pairs, again=frozenset(points))
    marks = [each for crowd in crowds if (each := crowd.mark())]
    return [*marks, *region.changes(pairs)] or [each for crowd in crowds if (each := crowd.settled())]


def _concerns(link: Link, identity: str, points: Iterable[Point], *, decisive: bool) -> bool:
    """Return whether a link that there is has to be judged again: since it rests on one of these contact points, or
    because what was learnt of an identity decides who it cannot be."""
    return (decisive and identity in link.pair) or not casework.rests_on(link).isdisjoint(points)


def _names(table: Table, partitions: Iterable[str]) -> dict[str, str]:
    """Return the names of identities by their partitions. One that is not known yet is weighed when it is."""
    found = table.get_many(Key(partition, keys.ABOUT) for partition in sorted(partitions))
    return {key.pk: About.stored(item["state"]["S"]).identity for key, item in found.items()}


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Those who have a contact point, and the mark that it has once that are too many.

    The mark is made before the links that rested on the contact point are judged again, so that nobody links by it
    meanwhile, and says `settled` after: until then, whoever comes does that again.
    """

    point: Point
    most: int
    marker: Item | None
    holders: tuple[str, ...]

    @classmethod
    def read(cls, table: Table, point: Point, *, most: int) -> Self:
        """Return who has a contact point, by their partitions; nobody of those who were too many before."""
        found = table.query(keys.crowded(*point).pk, limit=most + 2)
        first = next(found, None)
        if first is None or first["sk"]["S"] != keys.CROWDED:
            return cls(point, most, None, tuple(item["sk"]["S"] for item in chain([first] if first else [], found)))
        crowd = cls(point, most, first, ())
        return crowd if crowd.was_settled else replace(crowd, holders=tuple(item["sk"]["S"] for item in found))

    @property
    def was_settled(self) -> bool:
        return state_of(self.marker) == self._state(settled=True)

    @property
    def is_too_many(self) -> bool:
        """Whether too many have it, and what rested on it is still to be judged again."""
        return len(self.holders) > self.most

    def mark(self) -> Change | None:
        """Return the change that makes the mark; or that takes it off, where the playbook has come to allow more."""
        if not self.is_too_many:
            return Change(self._key, self.marker, None) if self.marker and not self.was_settled else None
        unsettled = self._item(settled=False)
        return Change(self._key, self.marker, unsettled) if state_of(self.marker) != state_of(unsettled) else None

    def settled(self) -> Change | None:
        """Return the change that says that everything that rested on it was judged again."""
        return Change(self._key, self.marker, self._item(settled=True)) if self.is_too_many else None

    @property
    def _key(self) -> Key:
        return keys.crowded(*self.point)

    def _item(self, *, settled: bool) -> Item:
        return {"pk": {"S": self._key.pk}, "sk": {"S": self._key.sk}, "state": {"S": self._state(settled=settled)}}

    def _state(self, *, settled: bool) -> str:
        return orjson.dumps({"most": self.most, "settled": settled}).decode()


@dataclass
class _Region:
    """The part of the table that a change of links concerns, as it was read, and `links` as they should be."""

    table: Table
    playbook: Playbook
    now: datetime
    crowded: frozenset[Point] = frozenset()
    items: dict[Key, Item] = field(default_factory=dict)
    visited: set[str] = field(default_factory=set)
    links: dict[Pair, Link] = field(default_factory=dict)

    def visit(self, identities: Iterable[str]) -> None:
        """Read what is kept of the links of identities: in each one's partition its side of every pair, and the
        customer that it is a member of."""
        for identity in sorted(set(identities) - self.visited):
            partition = keys.customer(customer_id(identity))
            for item in self.table.query(partition, first=keys.LINK_PREFIX, last=keys.MEMBERS):
                self.items[key_of(item)] = item
                if item["sk"]["S"] != keys.MEMBERS:
                    link = Link.stored(item["state"]["S"])
                    self.links[link.pair] = casework.joined(self.links.get(link.pair, link), link)
            self.visited.add(identity)

    def judge(self, pairs: Iterable[Pair], *, again: frozenset[Point]) -> None:
        """Give each pair the verdict of the playbook on what the two are known to share now; `again` are the contact
        points of which it was just counted who has them."""
        abouts = self._abouts({identity for each in pairs for identity in each})
        both = [each for each in sorted(pairs) if abouts.keys() >= set(each)]
        shared = {point for each in both for point in casework.shared(*(abouts[identity] for identity in each))}
        marks = {keys.crowded(*point): point for point in shared - again}
        crowded = self.crowded.union(marks[key] for key in self.table.get_many(sorted(marks)))
        for each in both:
            one, other = (abouts[identity] for identity in each)
            link = self.links.get(each, Link(pair=each))
            self.links[each] = casework.judged(link, one, other, crowded=crowded, playbook=self.playbook)

    def changes(self, pairs: Iterable[Pair]) -> list[Change]:
        """Return what has to change on both sides of these pairs, and in the lists of members of all whom they concern:
        of the two, of all who are linked with them, and of all who were."""
        self._follow()
        return [*self._rows(sorted(pairs)), *self._members()]

    def _rows(self, pairs: Iterable[Pair]) -> list[Change]:
        found = []
        for one, other in pairs:
            link = self.links.get((one, other))
            kept = link if link and (link.words or link.verdict) else None
            state = kept.model_dump_json(exclude_defaults=True) if kept else None
            found += [self._change(keys.link(of=one, other=other), state)]
            found += [self._change(keys.link(of=other, other=one), state)]
        return [change for change in found if change]

    def _members(self) -> list[Change]:
        within = [link for link in self.links.values() if self.visited.issuperset(link.pair)]
        if not within and not any(key.sk == keys.MEMBERS for key in self.items):
            return []
        unique = {
            name: casework.unique(about, self.playbook.linking) for name, about in self._abouts(self.visited).items()
        }
        groups = casework.people(within, unique, most=self.playbook.linking.most_identities)
        found = []
        for identity in sorted(self.visited):
            group = groups.get(identity, (identity,))
            state = orjson.dumps({"identities": group}).decode() if len(group) > 1 else None
            found.append(self._change(keys.members(identity), state))
        return [change for change in found if change]

    def _follow(self) -> None:
        while True:
            linked = {identity for link in self.links.values() if link.bond == "linked" for identity in link.pair}
            listed = {each for identity in self.visited for each in members(self.items.get(keys.members(identity)))}
            if not (pending := (linked | listed) - self.visited):
                return
            self.visit(pending)

    def _abouts(self, identities: Iterable[str]) -> Mapping[str, About]:
        found = self.table.get_many(keys.about(identity) for identity in sorted(identities))
        abouts = [About.stored(item["state"]["S"]) for item in found.values()]
        return {about.identity: about for about in abouts}

    def _change(self, key: Key, state: str | None) -> Change | None:
        before = self.items.get(key)
        if state_of(before) == state:
            return None
        if state is None:
            return Change(key, before, None)
        after = {
            "pk": {"S": key.pk},
            "sk": {"S": key.sk},
            "state": {"S": state},
            "projected_at": {"S": keys.instant(self.now)},
        }
        return Change(key, before, after)


def members(item: Item | None) -> list[str]:
    """Return the identities that a list of members names; none for no item."""
    return list(orjson.loads(item["state"]["S"])["identities"]) if item else []
