"""Who is one person with whom, on somebody's word: what may be said, and which pairs of identities it is said of."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from services.desk import asked, contract
from services.desk.keeping import Keeping
from services.desk.people import People, Person
from services.desk.writer import Writer
from shared.casework import links
from shared.casework.links import Bond, Link
from shared.casework.steps import LinkDecision, Pair, Step, pair
from shared.errors import Conflict, InvalidParameter, NotFound


@dataclass(frozen=True, slots=True)
class Linking:
    """Both methods raise `NotFound` for a customer whom nobody knows, `InvalidParameter` for what cannot be meant,
    `Conflict` for what cannot be done to what is there, and what `Writer.agent` raises."""

    people: People
    keeping: Keeping

    def link(self, named: str, said: asked.Link, writer: Writer) -> contract.Decision:
        """Say of two customers that they are one person, or two.

        One person are the two identities that are named, and with them all others of both. Two people are they, and
        whatever else is asked about the two customers is answered with it.
        """
        mine, (field, theirs) = self.people.person(named), self._other(said)
        if theirs.own.identity == mine.own.identity:
            raise InvalidParameter(field, "is the customer in the path; name another one")
        own = pair(mine.own.identity, theirs.own.identity)
        step = self.keeping.step(said, writer, mine.own.identity)
        there = self.keeping.there(mine.own.identity, writer)
        pairs = _again(there, lambda pairs: own in pairs) or self._pairs(said, mine, theirs, own)
        decision = LinkDecision(**step, decision=said.decision, pairs=pairs, despite=said.despite)

        def may() -> None:
            if theirs.own.identity in mine.members:
                raise Conflict("they are one customer already; unlinks parts them", field=field)
            if said.decision == "linked":
                self._may_be_one(mine, theirs, said, own)

        return self._answer(self.keeping.keep(decision, may))

    def unlink(self, named: str, said: asked.Unlink, writer: Writer) -> contract.Decision:
        """Say that an identity is another person than the others of this customer, or than one of them.

        Named is every pair by which it is one with them: what joined it is taken back, and nothing else.
        """
        mine = self.people.person(named)
        step = self.keeping.step(said, writer, mine.own.identity)
        there = self.keeping.there(mine.own.identity, writer)
        meant = {said.identity, said.other or said.identity}
        pairs = _again(there, lambda pairs: all(meant <= set(each) for each in pairs)) or self._joining(mine, said)
        decision = LinkDecision(**step, decision="unlinked", pairs=pairs)
        return self._answer(self.keeping.keep(decision))

    def _other(self, said: asked.Link) -> tuple[str, Person]:
        """Return the field that names the other one, and who that is."""
        field, other = said.other()
        try:
            return field, self.people.person(other)
        except NotFound as error:
            raise InvalidParameter(field, "nobody is known by that; look them up") from error

    def _pairs(self, said: asked.Link, mine: Person, theirs: Person, own: Pair) -> tuple[Pair, ...]:
        if said.decision == "linked":
            return (own,)
        known = self._known(theirs.members)
        asked_about = {link.pair for link in links.open_questions(known, theirs.members)}
        return tuple(sorted({own, *(each for each in asked_about if not mine.members.keys().isdisjoint(each))}))

    def _joining(self, mine: Person, said: asked.Unlink) -> tuple[Pair, ...]:
        if said.identity not in mine.members:
            raise InvalidParameter("identity", "is none of this customer's; look the customer up")
        if said.other is not None and (said.other == said.identity or said.other not in mine.members):
            raise InvalidParameter("from", "is no other identity of this customer's; look the customer up")
        joined = [link for link in self.people.links_of(said.identity) if link.bond == "linked"]
        others = {link.other(said.identity): link.pair for link in joined}
        pairs = [others[each] for each in sorted(others) if each in mine.members and said.other in (None, each)]
        if said.other is not None and (not pairs or self._go_on(mine, said.identity, said.other, pairs)):
            raise Conflict("the two are one through others; leave from out, or name one that it is linked with")
        if not pairs:
            raise Conflict("it is linked with nobody", field="identity")
        return tuple(sorted(pairs))

    def _go_on(self, mine: Person, one: str, other: str, pairs: Iterable[Pair]) -> bool:
        """Return whether two would go on being one customer, though somebody said of these pairs that they are two."""
        rules = self.keeping.playbook().linking
        groups = links.people(
            self._known(mine.members),
            {identity: links.unique(member.about, rules) for identity, member in mine.members.items()},
            most=rules.most_identities,
            supposing=dict.fromkeys(pairs, "apart"),
        )
        return other in groups.get(one, ())

    def _known(self, identities: Iterable[str]) -> list[Link]:
        known = {link.pair: link for identity in identities for link in self.people.links_of(identity)}
        return list(known.values())

    def _may_be_one(self, mine: Person, theirs: Person, said: asked.Link, own: Pair) -> None:
        rules = self.keeping.playbook().linking
        both = {**mine.members, **theirs.members}
        unique = {identity: links.unique(member.about, rules) for identity, member in both.items()}
        kind = links.conflict(mine.members, theirs.members, unique)
        if kind is not None and said.despite != kind:
            raise Conflict(
                f"both have a verified {kind} of their own, and nobody has two of these; look again, and if they are "
                f'one person all the same, ask with "despite": "{kind}"',
                field="despite",
            )
        if kind is None and said.despite is not None:
            raise Conflict("no evidence speaks against it; leave it out", field="despite")
        if len(both) > rules.most_identities:
            raise Conflict(f"they would have {len(both)} identities, and the playbook allows {rules.most_identities}")
        known = self._known(both)
        supposing: dict[Pair, Bond] = {own: "linked"}
        one = links.people(known, unique, most=rules.most_identities, supposing=supposing)[own[0]]
        if lost := both.keys() - set(one):
            raise Conflict(
                f"{len(lost)} of their identities would fall out, since evidence or somebody's word speaks against it; "
                "the preview names them: link or unlink these first"
            )
        if links.told_apart(known, one, but=own):
            raise Conflict(
                "somebody said of two of their identities that they are two people; the preview names them: say first "
                "that these two are one"
            )

    def _answer(self, kept: LinkDecision) -> contract.Decision:
        """Return a decision with the customers that came of it: each has an identity in one of the pairs."""
        named = {identity for each in kept.pairs for identity in each}
        pairs = [{"one": one, "other": other} for one, other in kept.pairs]
        groups = [{"id": shown, "identities": names} for shown, names in self.people.groups(named).items()]
        return contract.Decision.model_validate(kept.model_dump() | {"pairs": pairs, "customers": groups})


def _again(there: Step | None, meant: Callable[[tuple[Pair, ...]], bool]) -> tuple[Pair, ...] | None:
    """Return the pairs of which the same was said before under the same key: by now others may be there."""
    return there.pairs if isinstance(there, LinkDecision) and meant(there.pairs) else None
