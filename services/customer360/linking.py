"""Who a customer might be besides, why they are who they are, and what a link would bring together; pure."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import chain

from services.customer360 import contract, contract_links, person
from services.customer360.access import Access
from shared.casework import commitments
from shared.casework import links as pairs
from shared.casework.links import Link
from shared.casework.steps import Pair
from shared.playbook import Linking
from shared.store.cards import Card, shown_id


def links(cards: Sequence[Card], known: Iterable[Link]) -> contract_links.Links:
    """Return what is known of the pairs of a customer's identities: what joins them, what is asked, what was parted."""
    members = {card.identity for card in cards}
    known = list(known)
    questions = pairs.open_questions(known, members)
    return contract_links.Links(
        id=shown_id(card.about for card in cards),
        identities=tuple(sorted(members)),
        joined=tuple(_tie(link) for link in known if link.bond == "linked" and members >= set(link.pair)),
        questions=tuple(map(_tie, questions)),
        parted=tuple(_tie(link) for link in known if link.words and link.bond == "apart"),
    )


def _tie(link: Link) -> contract_links.Tie:
    verdict, word = link.verdict, link.last_word
    since = word.at if word else verdict.since if verdict else None
    return contract_links.Tie.model_validate(
        {
            "one": link.pair[0],
            "other": link.pair[1],
            "bond": link.bond,
            "decided_by": "people" if word else "rules",
            "since": since,
            "refused": verdict and verdict.refused,
            "playbook_version": verdict and verdict.playbook_version,
            "evidence": _evidence(link),
            "words": tuple(map(contract_links.Word.model_validate, reversed(link.words))),
        }
    )


def _evidence(link: Link) -> tuple[contract_links.Evidence, ...]:
    return tuple(map(contract_links.Evidence.model_validate, link.verdict.evidence)) if link.verdict else ()


def preview(
    mine: Sequence[Card],
    theirs: Sequence[Card],
    known: Iterable[Link],
    *,
    between: Pair,
    access: Access,
    rules: Linking,
    now: datetime,
) -> contract_links.Preview:
    """Return what a link of two customers would bring together; `known` are the pairs that either has part in, and
    `between` are the two identities of which it would be said."""
    both = {card.identity: card for card in (*mine, *theirs)}
    own, others = ({card.identity for card in cards} for cards in (mine, theirs))
    unique = {identity: pairs.unique(card.about, rules) for identity, card in both.items()}
    known = list(known)
    shared = chain.from_iterable(_evidence(link) for link in known if _is_across(link, own, others))
    one = pairs.people(known, unique, most=rules.most_identities, supposing={between: "linked"})[between[0]]
    conflicts = _new_conflicts(mine, theirs, access, now) if access.shows("conflicts") else ()
    return contract_links.Preview(
        customers=(_side(mine, access, now), _side(theirs, access, now)),
        id=shown_id(card.about for identity, card in both.items() if identity in one),
        evidence=tuple(shared) if access.shows("contacts") else (),
        at_odds=pairs.conflict(own, others, unique),
        too_many=len(both) > rules.most_identities,
        left_out=tuple(sorted(both.keys() - set(one))),
        told_apart=tuple(pairs.told_apart(known, one, but=between)),
        conflicts=conflicts,
    )


def _is_across(link: Link, mine: Collection[str], theirs: Collection[str]) -> bool:
    one, other = link.pair
    return (one in mine and other in theirs) or (one in theirs and other in mine)


def _side(cards: Sequence[Card], access: Access, now: datetime) -> contract_links.Side:
    shown = person.customer(cards, access=access, windows={}, now=now)
    standing = tuple(each for each in shown.commitments if each.ended is None)
    heads = sorted((head.identity, head.channel, head.thread) for card in cards for head in card.conversations)
    places = (contract.Place(identity=identity, channel=channel, thread=thread) for identity, channel, thread in heads)
    side = {
        "name": shown.name,
        "identities": tuple(each.identity for each in shown.identities),
        "conversations": tuple(places),
        "escalations": shown.escalations,
        "other_cases": shown.other_cases,
        "commitments": standing,
        "other_commitments": shown.other_commitments,
    }
    seen = {part: value for part, value in side.items() if access.shows(part)}
    return contract_links.Side.model_validate({"id": shown.id, **seen})


def _new_conflicts(
    mine: Sequence[Card], theirs: Sequence[Card], access: Access, now: datetime
) -> tuple[contract.Conflict, ...]:
    heads = {head.id: head for card in (*mine, *theirs) for head in card.commitments if head.made}
    own = {card.identity for card in mine}
    reached = {name for name, head in heads.items() if head.made and access.reaches(head.made.by.department)}
    return tuple(
        person.conflict(found, reached)
        for found in commitments.conflicts(heads.values(), now)
        if len({heads[name].identity in own for name in found.commitments}) > 1
    )
