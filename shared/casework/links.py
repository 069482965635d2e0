"""Who is one person with whom: what is known of each pair of identities, and the customers that follow from it.

A pair has the words of people (`LinkDecision`), of which the last counts, and under them the verdict of the playbook's
rules on the evidence that the two share. Both are folds: words are a set, and the verdict is computed anew from what
is there. Nothing is ever rewritten when people turn out to be one, so parting them again is an exact inverse.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal, get_args

from shared.casework.steps import Agent, LinkDecision, Pair, pair
from shared.contacts import NAMESPACED, canonical, found_under, indexed
from shared.models import ContactKind, ContactPoint, Frozen, Instant, Proof
from shared.playbook import Linking, Playbook
from shared.projection.about import About, KnownContact, joined_contact

Bond = Literal["linked", "suggested", "apart"]
Refused = Literal["conflict", "not_automatic", "claimed"]


class Evidence(Frozen):
    """A contact point that two identities share, with the proof that each of the pair has of it, or none; `since` is
    the instant at which the later of the two was known to have it.

    Who had given it up before the other was known to have it has no proof of it against the other: a number that is
    given to somebody else does not make one person of the two.
    """

    kind: ContactKind
    value: str
    proofs: tuple[Proof | None, Proof | None]
    since: Instant

    @property
    def verified(self) -> bool:
        return None not in self.proofs


class Verdict(Frozen):
    """What the rules make of a pair's evidence, of which there is always some.

    `since` is the earliest instant of the evidence that links them or, where none does, of any. `refused` says why
    nobody but a person may link them: both are known by different values of something of which a person has only one
    (`conflict`), what is verified is of a kind that links nobody by itself (`not_automatic`), or nothing is verified
    for both (`claimed`). `playbook_version` is the first version that came to this verdict.
    """

    bond: Literal["linked", "suggested"]
    evidence: tuple[Evidence, ...]
    since: Instant
    refused: Refused | None = None
    playbook_version: int


class Word(Frozen):
    """What somebody said of a pair: a `LinkDecision`, as the pair keeps it; `identity` is whose partition has the
    step."""

    at: Instant
    step_id: str
    identity: str
    by: Agent
    decision: Literal["linked", "unlinked", "dismissed"]
    why: str = ""
    despite: str | None = None


class Link(Frozen):
    """What is known of one pair of identities: `words` the earliest first, and the verdict where there is evidence."""

    pair: Pair
    words: tuple[Word, ...] = ()
    verdict: Verdict | None = None

    @property
    def last_word(self) -> Word | None:
        return self.words[-1] if self.words else None

    @property
    def bond(self) -> Bond:
        """Return whether the two are one customer, might be, or are not: by the last word, else by the verdict."""
        if self.words:
            return "linked" if self.words[-1].decision == "linked" else "apart"
        return self.verdict.bond if self.verdict else "apart"

    def other(self, identity: str) -> str:
        return self.pair[1] if self.pair[0] == identity else self.pair[0]


def heard(link: Link, decision: LinkDecision) -> Link:
    """Return what is known of a pair with one more word; the same for a word that is in it already."""
    word = Word(
        at=decision.at,
        step_id=decision.id,
        identity=decision.identity,
        by=decision.by,
        decision=decision.decision,
        why=decision.why,
        despite=decision.despite,
    )
    return _saying(link, {*link.words, word})


def joined(one: Link, other: Link) -> Link:
    """Return what the two sides of a pair know together, when a process is just writing them: all words, and a verdict
    that either has."""
    verdicts = [side.verdict for side in (one, other) if side.verdict]
    verdict = min(verdicts, key=lambda each: each.model_dump_json(), default=None)
    return _saying(one, {*one.words, *other.words}).model_copy(update={"verdict": verdict})


def _saying(link: Link, words: Iterable[Word]) -> Link:
    return link.model_copy(update={"words": tuple(sorted(words, key=lambda word: (word.at, word.step_id)))})


type Point = tuple[ContactKind, str]
"""A contact point as it is found: its kind, and the value under which it is indexed."""


def points(about: About) -> dict[Point, KnownContact]:
    """Return what an identity may share with another; of several spellings the better proven one, with what is known of
    any."""
    found: dict[Point, KnownContact] = {}
    for each in about.contacts:
        point = each.kind, indexed(each, identity=about.identity)
        found[point] = joined_contact(found[point], each) if point in found else each
    return found


def shared(one: About, other: About) -> frozenset[Point]:
    """Return the contact points that two identities share."""
    return frozenset(points(one).keys() & points(other).keys())


def rests_on(link: Link) -> frozenset[Point]:
    """Return the contact points that the verdict on a pair rests on."""
    evidence = link.verdict.evidence if link.verdict else ()
    return frozenset(
        (each.kind, indexed(ContactPoint(kind=each.kind, value=each.value), identity=link.pair[0])) for each in evidence
    )


def judged(link: Link, one: About, other: About, *, crowded: Collection[Point], playbook: Playbook) -> Link:
    """Return a pair with the verdict of a playbook on the evidence that there is now; `one` is the lesser of the pair,
    and `crowded` are the contact points that too many identities have."""
    verdict = _verdict(one, other, crowded, playbook)
    before = link.verdict
    if verdict and before and verdict == before.model_copy(update={"playbook_version": verdict.playbook_version}):
        return link
    return link.model_copy(update={"verdict": verdict})


def _verdict(one: About, other: About, crowded: Collection[Point], playbook: Playbook) -> Verdict | None:
    rules = playbook.linking
    mine, theirs = points(one), points(other)
    proving = sorted(point for point in shared(one, other).difference(crowded) if not blocked(mine[point], rules))
    if not proving:
        return None
    evidence = tuple(_evidence(mine[point], theirs[point]) for point in proving)
    verified = [each for each in evidence if each.verified]
    linking = [each for each in verified if each.kind in rules.automatic]
    at_odds = conflict([one.identity], [other.identity], {each.identity: unique(each, rules) for each in (one, other)})
    refused: Refused | None = "conflict" if at_odds else None
    if not linking:
        refused = "not_automatic" if verified else "claimed"
    return Verdict(
        bond="suggested" if refused else "linked",
        evidence=evidence,
        since=min(each.since for each in linking or evidence),
        refused=refused,
        playbook_version=playbook.version,
    )


def _evidence(mine: KnownContact, theirs: KnownContact) -> Evidence:
    proofs = (mine.proof if mine.held_at(theirs.since) else None, theirs.proof if theirs.held_at(mine.since) else None)
    return Evidence(kind=mine.kind, value=mine.value, proofs=proofs, since=max(mine.since, theirs.since))


def blocked(contact: KnownContact, rules: Linking) -> bool:
    """Return whether a playbook says of a canonical contact point that it proves nothing.

    An entry that ends with `@` blocks an e-mail address by what is before the domain, whatever the domain. A phone is
    blocked in whichever spelling.
    """
    values = _blocked(rules.blocked)
    local, at, _ = contact.value.rpartition("@") if contact.kind == "email" else ("", "", "")
    return _point(contact.kind, contact.value) in values or ("email", f"{local}{at}") in values


@lru_cache(maxsize=4)
def _blocked(written: tuple[str, ...]) -> frozenset[Point]:
    found: set[Point] = {("email", text.casefold()) for text in written if text.endswith("@")}
    for kind in get_args(ContactKind):
        found |= {_point(kind, value) for text in written if (value := canonical(kind=kind, value=text))}
    return frozenset(found)


def _point(kind: ContactKind, value: str) -> Point:
    return kind, found_under(kind=kind, value=value)


type Slot = tuple[ContactKind, str]
"""Something of which a person has only one: a kind of contact point and, where it is one only within a namespace, that
namespace."""

type Unique = Mapping[str, frozenset[tuple[Slot, str]]]
"""Of each identity, its verified contact points of the kinds of which a person has only one."""


def unique(about: About, rules: Linking) -> frozenset[tuple[Slot, str]]:
    """Return the verified contact points of an identity of which a person has only one."""
    namespace = about.identity.partition(":")[0]
    return frozenset(
        ((each.kind, namespace if each.kind in NAMESPACED else ""), indexed(each, identity=about.identity))
        for each in about.contacts
        if each.verified and each.kind in rules.one_per_person
    )


def people(
    links: Iterable[Link], unique: Unique, *, most: int, supposing: Mapping[Pair, Bond] | None = None
) -> dict[str, tuple[str, ...]]:
    """Return for each identity that some link names all identities of the same customer, itself among them, sorted.

    What people said is always followed. Then the rules' verdicts are, the earliest first, each unless it brought two
    different values of something together of which a person has only one (`unique`), or two identities of which
    somebody said that they are not one, or more than `most`. The result is a function of the links alone, and not of
    the order in which they are given. `supposing` says of pairs what the last word on them is taken to be.
    """
    links = list(links)
    said = {**_said(links), **(supposing or {})}
    groups = {identity: {identity} for each in {*said, *(link.pair for link in links)} for identity in each}
    parted = {each for each, bond in said.items() if bond != "linked"}

    def join(pair: Pair) -> None:
        one, other = (groups[identity] for identity in pair)
        one |= other
        groups.update(dict.fromkeys(other, one))

    for each in sorted(said.keys() - parted):
        join(each)
    by_rule = [link for link in links if link.pair not in said and link.bond == "linked"]
    for link in sorted(by_rule, key=_since):
        one, other = (groups[identity] for identity in link.pair)
        if one is other or len(one | other) > most:
            continue
        if parted.isdisjoint(_pairs(one, other)) and not conflict(one, other, unique):
            join(link.pair)
    return {identity: tuple(sorted(group)) for identity, group in groups.items()}


def told_apart(links: Iterable[Link], members: Collection[str], *, but: Pair) -> list[Pair]:
    """Return the pairs of these identities of which the last word is that they are two people, except one."""
    said = _said(links)
    return sorted(each for each in said if said[each] == "apart" and each != but and set(members) >= set(each))


def _said(links: Iterable[Link]) -> dict[Pair, Bond]:
    return {link.pair: link.bond for link in links if link.words}


def conflict(one: Iterable[str], other: Iterable[str], unique: Unique) -> ContactKind | None:
    """Return the kind of contact point of which two groups have different verified values, or `None`."""
    mine, theirs = _by_slot(one, unique), _by_slot(other, unique)
    found = (slot[0] for slot in sorted(mine.keys() & theirs.keys()) if mine[slot].isdisjoint(theirs[slot]))
    return next(found, None)


def open_questions(links: Iterable[Link], members: Collection[str]) -> list[Link]:
    """Return those of the links of a customer's identities that wait for a person's word: what the rules only suggest,
    and what they would link but for what else is known of the two customers; sorted by their pairs.

    `members` are the customer's identities. A pair that is one customer already, by whatever way, is no question.
    """
    asked = {link.pair: link for link in links if not link.words and link.bond != "apart"}
    return [asked[each] for each in sorted(asked) if not set(each) <= set(members)]


def _pairs(one: Iterable[str], other: Collection[str]) -> Iterator[Pair]:
    return (pair(mine, theirs) for mine in one for theirs in other)


def _by_slot(group: Iterable[str], unique: Unique) -> dict[Slot, set[str]]:
    found: dict[Slot, set[str]] = {}
    for identity in group:
        for slot, value in unique.get(identity, ()):
            found.setdefault(slot, set()).add(value)
    return found


def _since(link: Link) -> tuple[Instant, Pair]:
    assert link.verdict is not None, "only a verdict links by rule"
    return link.verdict.since, link.pair
