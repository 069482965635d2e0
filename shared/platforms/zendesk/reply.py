"""A public comment on the customer's ticket, which Zendesk sends them
(https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#update-ticket).

Zendesk takes an idempotency key for new tickets alone. The ticket is read first, and changed only as it was read
(`safe_update`): what somebody else has done with it meanwhile is looked at before anything is said. Our own id goes
along as metadata of the change.
"""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, Field, ValidationError

from shared.hosts import KIND
from shared.lengths import BYTES
from shared.permitted import check_by_rules, refused
from shared.platforms.zendesk import finding
from shared.platforms.zendesk.api import CLOSED, NO_HELP_DESK, failed, help_desk
from shared.platforms.zendesk.normalise import CHANNEL
from shared.platforms.zendesk.payload import MESSAGING, Id, Via, Wire
from shared.ports import Answer, Asking, Presence
from shared.replying import (
    Draft,
    Later,
    NotThere,
    Place,
    Rate,
    Refusal,
    Refused,
    Reply,
    ReplyPort,
    Rules,
    Sent,
    Unknown,
)

RULES: Mapping[str, Rules] = {
    CHANNEL: Rules(
        longest=65_535,  # 64 kB: https://support.zendesk.com/hc/en-us/community/posts/4719863289498
        unit=BYTES,
        # https://developer.zendesk.com/api-reference/introduction/rate-limits/: updates of tickets, of one account;
        # besides, 30 in ten minutes of one ticket by one user, which an answer's `Retry-After` says when it matters.
        rates=(Rate(100, timedelta(minutes=1)),),
        echoes=True,
    )
}

_NUMBER = re.compile("[1-9][0-9]{0,18}")
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


class _Ticket(Wire):
    """A ticket as it is read before it is answered."""

    status: str = ""
    requester_id: Id
    collaborator_ids: list[Id] = Field(default_factory=list)
    email_cc_ids: list[Id] = Field(default_factory=list)
    updated_at: Id
    via: Via | None = None

    @property
    def is_live(self) -> bool:
        """Whether it is a live conversation's, into which no comment gets."""
        return bool(self.via and (self.via.channel or "").startswith(MESSAGING))

    def reaches(self, person: str) -> bool:
        """Return whether somebody gets its public comments."""
        return person in (self.requester_id, *self.collaborator_ids, *self.email_cc_ids)


class _Event(Wire):
    id: Id
    type: str = ""
    public: bool | None = None


class _Audit(Wire):
    """What Zendesk tells of a change that it has made: a comment's id is that of its event."""

    events: list[_Event]
    created_at: AwareDatetime | None = None


def check(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why Zendesk would not take it, or none."""
    rules = RULES.get(place.channel)
    if rules and not _is_address(place):
        return _NOT_REACHABLE
    return check_by_rules(rules, draft, place, now)


_NOT_REACHABLE = Refusal(
    code="not_reachable",
    sentence="this is no ticket of a customer's: answer in one of theirs, or write to them where else they are known",
)


def _is_address(place: Place) -> bool:
    return all(map(_NUMBER.fullmatch, (_person(place), place.thread))) and _person(place) != place.account


def _person(place: Place) -> str:
    return place.identity.removeprefix(f"zendesk:{place.account}:")


def send(reply: Reply, presence: Presence, now: datetime | None = None) -> Asking[Sent | Refused | Later | Unknown]:
    """Say it, in one call, after one that reads the ticket; what `check` refuses goes no further."""
    place, at = reply.place, now or datetime.now(UTC)
    if refusal := check(reply.draft, place, now or _ANY_TIME):
        return refused(refusal)
    where = help_desk(presence)
    if where is None:
        return NO_HELP_DESK
    read = yield where.get(f"/tickets/{place.thread}.json")
    ticket = _ticket(read)
    if ticket is None:
        found = failed(read, at)
        return Later() if isinstance(found, Unknown) else found  # nothing was said
    if in_the_way := _in_the_way(ticket, place):
        return in_the_way
    answer = yield where.put(f"/tickets/{place.thread}.json", {"ticket": _said(reply, ticket)})
    return _sent(answer) or failed(answer, at)


def _ticket(answer: Answer) -> _Ticket | None:
    try:
        return _Ticket.model_validate(answer.json().get("ticket")) if answer.status == 200 else None
    except ValidationError:
        return None


def _in_the_way(ticket: _Ticket, place: Place) -> Refused | None:
    if not ticket.reaches(_person(place)):
        return _ANOTHERS
    if ticket.is_live:
        return _LIVE
    return Refused(code="closed", sentence=CLOSED) if ticket.status == "closed" else None


_ANOTHERS = Refused(
    code="not_reachable",
    sentence="the ticket is another person's by now: look at it in Zendesk, and answer there",
)
_LIVE = Refused(
    code="not_reachable",
    sentence="this is a live conversation, into which Zendesk lets no comment be written: answer it in Zendesk",
)


def _said(reply: Reply, ticket: _Ticket) -> Mapping[str, Any]:
    return {
        "comment": {"body": reply.draft.text, "public": True},
        "metadata": {finding.OUR_ID: reply.id},
        "safe_update": True,
        "updated_stamp": ticket.updated_at,
    }


def _sent(answer: Answer) -> Sent | None:
    try:
        audit = _Audit.model_validate(answer.json().get("audit")) if answer.status == 200 else None
    except ValidationError:
        return None
    comment = next((each for each in audit.events if each.type == "Comment"), None) if audit else None
    return Sent(external_id=comment.id, at=audit.created_at) if audit and comment else None


def find(
    reply: Reply,
    presence: Presence,
    since: datetime,
    now: datetime | None = None,  # noqa: ARG001 - Zendesk's calls are not dated
    others: Collection[str] = (),
) -> Asking[Sent | NotThere | Unknown]:
    """Find out whether a reply is among the ticket's comments, since."""
    where = help_desk(presence)
    if where is None or reply.place.channel not in RULES or not _is_address(reply.place):
        yield from ()
        return finding.UNSHOWN
    return (yield from finding.look(reply, where, since, others))


PORT = ReplyPort(frozenset(), RULES, check, send, find, things=(KIND,), host_kind=KIND)
