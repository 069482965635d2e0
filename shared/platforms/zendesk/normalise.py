"""What each of Zendesk's events means.

Identities are users of the help desk. An agent's public comment is the company's word to the ticket's requester.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypedDict

from shared.models import (
    Attachment,
    Author,
    ContactPoint,
    Deletion,
    Event,
    Ignored,
    Message,
    PersonalEvent,
    ProfileChange,
)
from shared.platforms import Handler, Unit, ignored
from shared.platforms.zendesk.payload import (
    TRIGGER,
    Attached,
    Comment,
    Commented,
    Created,
    MessagingEvent,
    Person,
    Renamed,
    Ticket,
    TicketEvent,
    UserEvent,
    Wire,
    Withdrawn,
)

CHANNEL = "zendesk_ticket"

_AT_ONCE = timedelta(minutes=1)
"""Within which what says the same as the ticket is its first comment, told a second time."""

_OURS = "a hand-off of our own: its connector hears what becomes of it"
_RULE = "said by a rule of Zendesk's own: nobody has answered"


class Whose(TypedDict):
    """What every event says of the person it belongs to, and where."""

    identity: str
    account: str
    channel: str
    thread: str


def _whose(unit: Unit, person: str, *, thread: str) -> Whose:
    return Whose(identity=f"zendesk:{unit.account}:{person}", account=unit.account, channel=CHANNEL, thread=thread)


def _of_a_ticket[E: Wire](shape: type[TicketEvent[E]], make: Callable[[Unit, TicketEvent[E]], Event]) -> Handler:
    """Return the reader of an event that is about a ticket of a customer's."""

    def reader(unit: Unit) -> list[Event]:
        told = shape.model_validate(unit.value)
        return [ignored(unit, _OURS, told.ticket.id) if told.ticket.is_ours else make(unit, told)]

    return reader


def _created(unit: Unit, told: TicketEvent[Created]) -> Message | Ignored:
    """A ticket says what its first comment says. Zendesk does not write whether it tells of both: they are one."""
    ticket = told.ticket
    if not ticket.was_opened_by_its_requester:
        return ignored(
            unit, "opened by somebody else, or by a live conversation: its comments say who speaks", ticket.id
        )
    if not ticket.description:
        return ignored(unit, "a ticket that says nothing", ticket.id)
    return Message(
        **_whose(unit, ticket.requester_id, thread=ticket.id),
        external_id=_first(ticket),
        occurred_at=ticket.created_at,
        title=ticket.subject or None,
        text=ticket.description,
    )


def _first(ticket: Ticket) -> str:
    return f"{ticket.id}:1"


def _is_first(ticket: Ticket, comment: Comment, at: datetime) -> bool:
    return (
        ticket.was_opened_by_its_requester
        and comment.author.id == ticket.requester_id
        and comment.body == ticket.description
        and abs(at - ticket.created_at) <= _AT_ONCE
    )


def _commented(unit: Unit, told: TicketEvent[Commented]) -> Message | Ignored:
    comment, ticket = told.event.comment, told.ticket
    author = comment.author
    if reason := _aside(comment, ticket):
        return ignored(unit, reason, comment.id)
    first = _is_first(ticket, comment, told.time)
    return Message(
        **_whose(unit, ticket.requester_id if author.is_staff else author.id, thread=ticket.id),
        external_id=_first(ticket) if first else comment.id,
        occurred_at=ticket.created_at if first else told.time,
        # A ticket does not name its requester: what is told twice says the same both times, whichever is kept.
        author=None if author.is_staff or first else _author(author),
        direction="outbound" if author.is_staff else "inbound",
        title=ticket.subject or None,
        text=comment.body,
    )


def _aside(comment: Comment, ticket: Ticket) -> str | None:
    """Return why a comment is neither a customer's word nor one to them. What a customer writes is theirs, be it kept
    from the ticket's public side, as Zendesk does with mail from an address that it does not know."""
    if comment.author.is_robot:
        return _RULE
    if not comment.author.is_staff:
        return None
    if not comment.is_public:
        return "an internal note: not said to the customer"
    return "staff in a ticket of their own: no customer is in it" if comment.author.id == ticket.requester_id else None


def _author(person: Person) -> Author | None:
    return Author(name=person.name) if person.name else None


def _withdrawn(how: str) -> Callable[[Unit, TicketEvent[Withdrawn]], PersonalEvent]:
    """Return the reader of what takes a comment out of the customer's sight: only staff can."""

    def make(unit: Unit, told: TicketEvent[Withdrawn]) -> PersonalEvent:
        comment, ticket = told.event.comment, told.ticket
        author = comment.author
        return Deletion(
            **_whose(unit, author.id if author and not author.is_staff else ticket.requester_id, thread=ticket.id),
            external_id=f"{comment.id}:{how}",
            occurred_at=told.time,
            direction="outbound",
            target=comment.id,
        )

    return make


def _attached(unit: Unit, told: TicketEvent[Attached]) -> Message | Ignored:
    """A file comes by itself, after the comment that it belongs to, without a word of whose that is but `actor_id`."""
    file, ticket = told.event.attachment, told.ticket
    if ticket.actor_id != ticket.requester_id:
        return ignored(unit, "a file that is not the requester's own", file.id)
    return Message(
        **_whose(unit, ticket.requester_id, thread=ticket.id),
        external_id=f"file:{file.id}",
        occurred_at=told.time,
        title=ticket.subject or None,
        attachments=(
            Attachment(type="file", id=file.id, url=file.content_url, mime_type=file.content_type, name=file.filename),
        ),
        reply_to=told.event.comment.id if told.event.comment else None,
    )


def messaged(unit: Unit) -> list[Event]:
    """What is said in a live conversation. An agent's message does not name the customer, and is kept under the
    company's own identity, with the conversation's ticket as its spot: whoever speaks there is answered."""
    told = MessagingEvent.model_validate(unit.value)
    actor, message = told.event.actor, told.event.message
    if actor.type not in ("end_user", "agent"):
        return [ignored(unit, _RULE, message.id)]
    own = actor.type == "agent"
    return [
        Message(
            **_whose(unit, unit.account if own else actor.id, thread=told.ticket.id),
            external_id=message.id,
            occurred_at=told.time,
            author=Author(name=actor.name) if actor.name and not own else None,
            direction="outbound" if own else "inbound",
            text=message.body,
            spot=f"{told.ticket.id}/*",
        )
    ]


def reachable(unit: Unit) -> list[Event]:
    """Where a customer can be written to. Their record always holds the address that is theirs first of all."""
    told = UserEvent.model_validate(unit.value)
    return [_about(unit, told, field="email", current=told.user.email)]


def renamed(unit: Unit) -> list[Event]:
    told = Renamed.model_validate(unit.value)
    return [_about(unit, told, field="name", current=told.event.current, previous=told.event.previous)]


def _about(
    unit: Unit, told: UserEvent, *, field: str, current: str | None, previous: str | None = None
) -> ProfileChange | Ignored:
    user = told.user
    if user.role != "end-user":
        return ignored(unit, "an employee's record", user.id)
    if not current:
        return ignored(unit, "a record that says no more than that there is one", user.id)
    emails = (ContactPoint(kind="email", value=user.email),) if user.email else ()
    return ProfileChange(
        **_whose(unit, user.id, thread="direct"),
        external_id=told.id,
        occurred_at=told.time,
        author=Author(name=current if field == "name" else None, contacts=emails),
        field=field,
        previous=previous,
        current=current,
    )


def _ignore(reason: str) -> Handler:
    return lambda unit: [ignored(unit, reason)]


EVENTS: Mapping[str, Handler] = {
    "ticket.created": _of_a_ticket(TicketEvent[Created], _created),
    "ticket.comment_added": _of_a_ticket(TicketEvent[Commented], _commented),
    "ticket.comment_made_private": _of_a_ticket(TicketEvent[Withdrawn], _withdrawn("made_private")),
    "ticket.comment_redacted": _of_a_ticket(TicketEvent[Withdrawn], _withdrawn("redacted")),
    "ticket.attachment_linked_to_comment": _of_a_ticket(TicketEvent[Attached], _attached),
    "ticket.*": _ignore("how a ticket is worked on: nothing was said"),
    "messaging_ticket.message_added": messaged,
    "user.created": reachable,
    "user.identity_created": reachable,
    "user.identity_changed": reachable,
    "user.name_changed": renamed,
    "user.*": _ignore("somebody's record in Zendesk: nothing was said"),
    "organization.*": _ignore("a company in Zendesk: nothing was said"),
    "article.*": _ignore("the help centre's articles and community are not served here"),
    "community_post.*": _ignore("the help centre's articles and community are not served here"),
    "agent.*": _ignore("who of the agents is there: nothing was said"),
    "omnichannel_config.*": _ignore("how Zendesk is set up: nothing was said"),
    TRIGGER: _ignore("a trigger's own body, which has no fixed shape: subscribe the webhook to events"),
}
