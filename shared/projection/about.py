"""Who is behind an identity: when they were first seen, and every way to reach them.

The fold is a join: an instant only gets earlier, contact points only accumulate, and a claimed one becomes verified,
never the other way.
"""

from collections.abc import Iterable

from pydantic import Field

from shared.contacts import canonical
from shared.models import ContactPoint, Frozen, Instant, PersonalEvent
from shared.projection import conversation
from shared.projection.known import Known, join, said


class About(Frozen):
    """What is known of the person behind one identity; `contacts` are canonical and sorted."""

    identity: str
    account: str
    first_seen: Instant
    known: dict[str, Known] = Field(default_factory=dict)
    contacts: tuple[ContactPoint, ...] = ()


def fold(about: About | None, event: PersonalEvent) -> About:
    """Return what is known with one more event in it; the same for an event that is in it already."""
    about = about or About(identity=event.identity, account=event.account, first_seen=event.occurred_at)
    known = about.known if conversation.speaks(event) else join(about.known, said(event))
    return about.model_copy(
        update={
            "first_seen": min(about.first_seen, event.occurred_at),
            "known": known,
            "contacts": _union(about.contacts, _contacts(event)),
        }
    )


def _contacts(event: PersonalEvent) -> Iterable[ContactPoint]:
    if event.author is not None:
        yield from event.author.contacts
    handle = said(event).get("handle")
    if handle is not None:
        yield ContactPoint(kind="handle", value=handle.value, verified=True)


def _union(one: Iterable[ContactPoint], other: Iterable[ContactPoint]) -> tuple[ContactPoint, ...]:
    verified: dict[tuple[str, str], bool] = {}
    for contact in (*one, *other):
        value = canonical(kind=contact.kind, value=contact.value)
        if value:
            key = (contact.kind, value)
            verified[key] = verified.get(key, False) or contact.verified
    return tuple(
        ContactPoint.model_validate({"kind": kind, "value": value, "verified": verified[kind, value]})
        for kind, value in sorted(verified)
    )
