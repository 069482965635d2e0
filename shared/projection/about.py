"""Who is behind an identity: when they were first seen, and every way to reach them.

The fold is a join: an instant only gets earlier, contact points only accumulate, and a claimed one becomes verified,
never the other way. So a handle or a number that was changed is remembered, with the last instant at which it was given
up and the last at which it was taken up.
"""

from collections.abc import Iterable, Iterator

from pydantic import Field

from shared.contacts import canonical, found_under, indexed
from shared.models import PROOFS, ContactKind, ContactPoint, Frozen, Instant, PersonalEvent, ProfileChange, Proof
from shared.projection import conversation
from shared.projection.known import Known, join, said


class KnownContact(ContactPoint):
    """A contact point, and since when it is known; `proof` is the strongest that any event gave.

    `given_up_at` is when a change of the person's profile last said that they had it no more, `taken_up_at` when one
    last said that they have it now. Of both at the same instant the former counts: better no proof than a stranger's.
    """

    since: Instant
    given_up_at: Instant | None = None
    taken_up_at: Instant | None = None

    @property
    def until(self) -> Instant | None:
        """Return from when on it may be somebody else's, or none while the person has it, be it again."""
        gone, back = self.given_up_at, self.taken_up_at
        return None if gone and back and gone < back else gone

    def held_at(self, at: Instant) -> bool:
        """Return whether the person may have had it at an instant: it was not given up before, or was taken up again by
        then. What lay between earlier changes is not kept, and they may have had it."""
        gone, back = self.given_up_at, self.taken_up_at
        return gone is None or at <= gone or (back is not None and gone < back <= at)


class About(Frozen):
    """What is known of the person behind one identity; `contacts` are canonical and sorted.

    `unweighed` are those contact points, as they are indexed, of which it is still to be found out who else has them.
    `acknowledged` is by channel when we last told them by ourselves, in a conversation that is one of many, that
    somebody will answer.
    """

    identity: str
    account: str
    first_seen: Instant
    known: dict[str, Known] = Field(default_factory=dict)
    contacts: tuple[KnownContact, ...] = ()
    unweighed: tuple[tuple[ContactKind, str], ...] = ()
    acknowledged: dict[str, Instant] = Field(default_factory=dict)


def fold(about: About | None, event: PersonalEvent) -> About:
    """Return what is known with one more event in it; the same for an event that is in it already."""
    about = about or About(identity=event.identity, account=event.account, first_seen=event.occurred_at)
    known = about.known if conversation.touches(event) else join(about.known, said(event))
    return about.model_copy(
        update={
            "first_seen": min(about.first_seen, event.occurred_at),
            "known": known,
            "contacts": _union(about.contacts, _contacts(event)),
        }
    )


def acknowledged(about: About, channel: str, at: Instant) -> About:
    """Return what is known with one more acknowledgement in it; the same for one that is in it already."""
    last = max(at, about.acknowledged.get(channel, at))
    return about.model_copy(update={"acknowledged": dict(sorted({**about.acknowledged, channel: last}.items()))})


def to_be_weighed(before: About | None, after: About) -> About:
    """Return what is known, with all that is new of the contact points named as not weighed yet: a point, a stronger
    proof of it, that it was known earlier, or that it was given or taken up."""
    new = set(after.contacts).difference(before.contacts if before else ())
    points = {(each.kind, indexed(each, identity=after.identity)) for each in new}
    return after.model_copy(update={"unweighed": tuple(sorted(points.union(after.unweighed)))})


def weighed(about: About, points: Iterable[tuple[ContactKind, str]]) -> About:
    """Return what is known, with these contact points weighed."""
    return about.model_copy(update={"unweighed": tuple(sorted(set(about.unweighed).difference(points)))})


def strength(proof: Proof | None) -> int:
    """Return a number that is greater for the stronger proof, and 0 for none."""
    return PROOFS.index(proof) + 1 if proof else 0


def joined_contact(one: KnownContact, other: KnownContact) -> KnownContact:
    """Return what is known of a contact point from two tellings of it, in the spelling of the better proven one."""
    best = max(one, other, key=lambda each: strength(each.proof))
    return best.model_copy(
        update={
            "since": min(one.since, other.since),
            "given_up_at": _later(one.given_up_at, other.given_up_at),
            "taken_up_at": _later(one.taken_up_at, other.taken_up_at),
        }
    )


def _later(one: Instant | None, other: Instant | None) -> Instant | None:
    return max((at for at in (one, other) if at), default=None)


type _Named = tuple[ContactKind, str]
_CHANGING: dict[str, ContactKind] = {"handle": "handle", "phone": "phone", "email": "email"}
"""The fields of a profile whose values, before and after a change, are contact points."""


def _contacts(event: PersonalEvent) -> Iterator[KnownContact]:
    found: dict[_Named, Proof | None] = {}
    for point in event.author.contacts if event.author else ():
        if value := canonical(kind=point.kind, value=point.value):
            found[point.kind, value] = max(found.get((point.kind, value)), point.proof, key=strength)
    for kind, written in _beside(event):
        # A handle is the platform's word, unless its own list of contact points says less of it.
        if value := canonical(kind=kind, value=written):
            found.setdefault((kind, value), "platform" if kind == "handle" else None)
    (gone, new), at = _changed(event), event.occurred_at
    for (kind, value), proof in found.items():
        yield KnownContact(
            kind=kind,
            value=value,
            proof=proof,
            since=at,
            given_up_at=at if (kind, value) == gone else None,
            taken_up_at=at if (kind, value) == new else None,
        )


def _beside(event: PersonalEvent) -> Iterator[_Named]:
    """Yield the contact points that an event names beside its author's list, as they are written."""
    if (handle := said(event).get("handle")) is not None:
        yield "handle", handle.value
    if isinstance(event, ProfileChange) and (kind := _CHANGING.get(event.field)):
        yield from ((kind, value) for value in (event.previous, event.current) if value)


def _changed(event: PersonalEvent) -> tuple[_Named | None, _Named | None]:
    """Return the contact point that a person has no more, and the one that they have now; another spelling of the same
    is the same, and nothing was given up."""
    if not isinstance(event, ProfileChange) or not (kind := _CHANGING.get(event.field)):
        return None, None
    before, after = (canonical(kind=kind, value=value or "") for value in (event.previous, event.current))
    same = before and after and found_under(kind=kind, value=before) == found_under(kind=kind, value=after)
    return (kind, before) if before and not same else None, (kind, after) if after else None


def _union(one: Iterable[KnownContact], other: Iterable[KnownContact]) -> tuple[KnownContact, ...]:
    found: dict[tuple[str, str], KnownContact] = {}
    for contact in (*one, *other):
        key = (contact.kind, contact.value)
        found[key] = joined_contact(found[key], contact) if key in found else contact
    return tuple(found[key] for key in sorted(found))
