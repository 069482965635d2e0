"""One person, put together from the cards of their identities, as far as the caller may see; pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

from services.customer360 import contract, contract_cases
from services.customer360.access import Access
from services.customer360.moved import Move, conversations_of
from services.customer360.next_step import next_step
from services.customer360.reach import Windows, last_spoken, ways
from shared.casework import commitments
from shared.casework.brief import Brief
from shared.casework.commitments import CommitmentHead
from shared.casework.corrections import Correction
from shared.casework.links import Point, points
from shared.contacts import NAMESPACED, indexed
from shared.escalation import ENDED, Escalation
from shared.ids import customer_id
from shared.models import Instant
from shared.projection.about import KnownContact, strength
from shared.projection.conversation import Conversation
from shared.projection.known import Known, join
from shared.store import keys
from shared.store.cards import Card, shown_id

MOST_LISTED = 100
"""How many conversations, and how many commitments that ended, an answer lists; what is open comes first."""

_STANDING = ("open", "broken")


def customer(
    cards: Sequence[Card], *, access: Access, windows: Windows, now: datetime, moved: Collection[Move] = ()
) -> contract.Customer:
    """Return the customer to whom all these cards belong, at least one; `moved` is what was answered in private."""
    cards = sorted(cards, key=lambda card: (card.about.first_seen, card.identity))
    conversations = _in_order(chain.from_iterable(card.conversations for card in cards))
    contacts = _contacts(cards)
    cases = open_cases(cards)
    reached = [case for case in cases if access.reaches(case.department)]
    heads = [head for card in cards for head in card.commitments if head.made]
    standing, ended = _commitments(heads, access, now)
    conflicts = list(commitments.conflicts(heads, now))
    mine = {head.id: head for head in heads if access.reaches(_department(head))}
    briefs = [card.brief for card in cards]
    return contract.Customer(
        id=shown_id(card.about for card in cards),
        **_named(join(*(card.known for card in cards))),
        first_seen=cards[0].about.first_seen,
        identities=tuple(map(_identity, cards)),
        contacts=contacts,
        reach=ways(conversations, contacts, windows, now),
        conversations=tuple(conversations_of(conversations[:MOST_LISTED], moved, {card.identity for card in cards})),
        conversations_omitted=max(0, len(conversations) - MOST_LISTED),
        last_contacts=_last_contacts(conversations),
        escalations=tuple(map(contract_cases.Escalation.model_validate, reached)),
        other_cases=other_cases(cases, access),
        commitments=tuple(shown(head, now) for head in (*standing, *ended[:MOST_LISTED])),
        commitments_omitted=max(0, len(ended) - MOST_LISTED),
        other_commitments=other_commitments(heads, access, now),
        conflicts=tuple(conflict(found, mine) for found in conflicts),
        tone=_tones(conversations, _withheld(cards, access), _read_otherwise(cards)),
        needs=_needs(briefs, access),
        consents=_consents(briefs),
        notes=_notes(briefs, access, {case.id: case.department for card in cards for case in card.escalations}),
        next=next_step(
            conversations, reached, mine, (found for found in conflicts if mine.keys() & set(found.commitments)), now
        ),
    )


def open_cases(cards: Iterable[Card]) -> list[Escalation]:
    """Return the escalations that have not ended, the first due first."""
    cases = [case for card in cards for case in card.escalations if case.state not in ENDED]
    return sorted(cases, key=lambda case: (case.state == "answered", case.due_by or case.accept_by, case.id))


def other_cases(cases: Iterable[Escalation], access: Access) -> tuple[contract_cases.OtherCase, ...]:
    others = sorted((case.department, case.state) for case in cases if not access.reaches(case.department))
    return tuple(contract_cases.OtherCase(department=department, state=state) for department, state in others)


def standing(heads: Iterable[CommitmentHead], now: datetime) -> list[CommitmentHead]:
    """Return the commitments that stand, the first due first, and those without an instant last."""
    found = [head for head in heads if head.made and head.state(now) in _STANDING]
    return sorted(found, key=lambda head: (head.until is None, head.until or now, head.id))


def other_commitments(
    heads: Iterable[CommitmentHead], access: Access, now: datetime
) -> tuple[contract.OtherCommitment, ...]:
    return tuple(
        contract.OtherCommitment(department=_department(head), stance=head.made.stance, state=head.state(now))
        for head in standing(heads, now)
        if head.made and not access.reaches(_department(head))
    )


def shown(head: CommitmentHead, now: datetime) -> contract.Commitment:
    """Return a commitment that was made, as it stands at an instant."""
    made = head.made
    assert made is not None, "only what was made is shown"
    return contract.Commitment.model_validate(
        {
            **made.model_dump(exclude={"at", "until"}),
            "id": head.id,
            "identity": head.identity,
            "made_at": made.at,
            "until": head.until,
            "moved": len(head.moved),
            "state": head.state(now),
            "ended": head.ended and contract.CommitmentEnding.model_validate(head.ended),
        }
    )


def conflict(found: commitments.Conflict, mine: Iterable[str]) -> contract.Conflict:
    """Return what does not go together; `mine` are the ids of the commitments that the caller may read."""
    one, other = (each if each in mine else None for each in found.commitments)
    return contract.Conflict(kind=found.kind, commitments=(one, other), departments=found.departments)


def _commitments(
    heads: Sequence[CommitmentHead], access: Access, now: datetime
) -> tuple[list[CommitmentHead], list[CommitmentHead]]:
    """Return those in reach: which stand, and which ended, the latest first."""
    reached = [head for head in heads if access.reaches(_department(head))]
    ended = [(head.ended.at, head.id, head) for head in reached if head.ended]
    return standing(reached, now), [head for *_, head in sorted(ended, key=lambda found: found[:2], reverse=True)]


def _department(head: CommitmentHead) -> str | None:
    return head.made.by.department if head.made else None


def _identity(card: Card) -> contract.Identity:
    about = card.about
    return contract.Identity(
        identity=about.identity,
        id=customer_id(about.identity),
        account=about.account,
        first_seen=about.first_seen,
        **_named(card.known),
    )


def _named(known: dict[str, Known]) -> dict[str, str | None]:
    return {field: known[field].value if field in known else None for field in ("name", "handle", "language")}


def _contacts(cards: Iterable[Card]) -> tuple[contract.Contact, ...]:
    """Return all contact points, each once in whatever spelling, with the strongest proof and the earliest instant of
    any identity, and given up when each that had it has given it up."""
    found: dict[Point, list[KnownContact]] = {}
    until: dict[Point, list[Instant | None]] = {}
    for card in cards:
        for each in card.about.contacts:
            found.setdefault((each.kind, indexed(each, identity=card.identity)), []).append(each)
        for point, joined in points(card.about).items():
            until.setdefault(point, []).append(joined.until)
    shown = [_contact(point[1], found[point], until[point]) for point in sorted(found)]
    return tuple(sorted(shown, key=lambda contact: not contact.verified))


def _contact(name: str, known: Sequence[KnownContact], until: Sequence[Instant | None]) -> contract.Contact:
    best = max(known, key=lambda each: (strength(each.proof), each.value))
    given_up = [at for at in until if at]
    return contract.Contact(
        kind=best.kind,
        value=best.value,
        platform=name.partition(":")[0] if best.kind in NAMESPACED else None,
        verified=best.verified,
        proof=best.proof,
        since=min(each.since for each in known),
        until=max(given_up) if len(given_up) == len(until) else None,
    )


def _in_order(conversations: Iterable[Conversation]) -> list[Conversation]:
    """Return those first in which the customer waits, the longest first; then the others, the most recent first."""
    named = sorted(conversations, key=lambda head: (head.identity, head.channel, head.thread))
    waiting = [(head.waiting_since, head) for head in named if head.waiting_since]
    others = [head for head in named if not head.waiting_since]
    return [
        *(head for _, head in sorted(waiting, key=lambda found: found[0])),
        *sorted(others, key=last_spoken, reverse=True),
    ]


def _last_contacts(conversations: Iterable[Conversation]) -> tuple[contract.LastContact, ...]:
    last: dict[str, contract.LastContact] = {}
    for head in conversations:
        said = head.last_contact.model_dump() | {"channel": head.channel, "identity": head.identity}
        found = contract.LastContact.model_validate(said)
        last[head.channel] = max(last.get(head.channel, found), found, key=lambda each: (each.at, each.identity))
    return tuple(sorted(last.values(), key=lambda found: (found.at, found.channel), reverse=True))


def _tones(
    conversations: Iterable[Conversation],
    withheld: Callable[[str, datetime], bool],
    otherwise: Mapping[tuple[str, str], Correction],
) -> tuple[contract.Tone, ...]:
    """Return the strongest tone of each day, whatever the channel, the latest day first; the words that say so are left
    out where the message is withheld."""
    felt = ((tone.day, tone.rank, head.identity, head.channel, tone) for head in conversations for tone in head.tones)
    strongest = {
        day: (whose, channel, tone) for day, _, whose, channel, tone in sorted(felt, key=lambda found: found[:4])
    }
    return tuple(
        contract.Tone(
            day=day,
            name=tone.name,
            channel=channel,
            at=tone.at,
            evidence=() if withheld(whose, tone.at) else tone.evidence,
            corrected=None if withheld(whose, tone.at) else otherwise.get((whose, keys.instant(tone.at))),
        )
        for day, (whose, channel, tone) in sorted(strongest.items(), reverse=True)
    )


def _read_otherwise(cards: Iterable[Card]) -> dict[tuple[str, str], Correction]:
    """Return what somebody said of a message's tone, by its identity and its instant: that of the case it brought
    about, the last word of several."""
    said = (
        ((case.identity, case.event_key.split("#")[1]), correction)
        for card in cards
        for case in card.escalations
        for correction in case.corrections
        if correction.part == "tone"
    )
    return dict(sorted(said, key=lambda found: found[1].at))


def _withheld(cards: Iterable[Card], access: Access) -> Callable[[str, datetime], bool]:
    """Return whether a case out of reach rests on what an identity wrote at an instant; of a message without an instant
    in its key it may."""
    cases = [case for card in cards for case in card.escalations if not access.reaches(case.department)]
    places = {(case.identity, case.event_key.split("#")[1]) for case in cases}

    def withheld(identity: str, at: datetime) -> bool:
        return not places.isdisjoint({(identity, keys.instant(at)), (identity, "undated")})

    return withheld


def _needs(briefs: Iterable[Brief], access: Access) -> tuple[contract.RaisedNeed, ...]:
    """Return what the person asks for, each topic once: since the first time on any channel, in the last words, as far
    as the caller may read them."""
    raised = [(need, brief.identity) for brief in briefs for need in brief.needs if access.reaches(need.by.department)]
    found: dict[str, contract.RaisedNeed] = {}
    for need, identity in sorted(raised, key=lambda each: (each[0].last_at, each[0].last_id)):
        since = min(need.first_at, found[need.topic].first_at) if need.topic in found else need.first_at
        found[need.topic] = contract.RaisedNeed.model_validate(
            need.model_dump(exclude={"last_id"}) | {"first_at": since, "identity": identity}
        )
    return tuple(sorted(found.values(), key=lambda need: (need.last_at, need.topic), reverse=True))


def _consents(briefs: Iterable[Brief]) -> tuple[contract.GivenConsent, ...]:
    found: dict[str, contract.GivenConsent] = {}
    for brief in briefs:
        for purpose, said in brief.consents.items():
            given = contract.GivenConsent.model_validate(
                said.model_dump(exclude={"id"}) | {"purpose": purpose, "identity": brief.identity}
            )
            found[purpose] = max(found.get(purpose, given), given, key=lambda each: (each.at, each.identity))
    return tuple(found[purpose] for purpose in sorted(found))


def _notes(briefs: Iterable[Brief], access: Access, cases: dict[str, str]) -> tuple[contract.KeptNote, ...]:
    return tuple(sorted(_readable(briefs, access, cases), key=lambda note: (note.at, note.id), reverse=True))


def _readable(briefs: Iterable[Brief], access: Access, cases: dict[str, str]) -> Iterator[contract.KeptNote]:
    for brief in briefs:
        for note in brief.notes:
            if access.reaches(note.by.department) and access.reaches(cases.get(note.escalation_id or "")):
                yield contract.KeptNote.model_validate(note.model_dump() | {"identity": brief.identity})
