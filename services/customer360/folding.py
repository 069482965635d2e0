"""What a timeline's entry shows: a message's last words, or none when it was taken back or is out of reach; pure."""

from collections.abc import Iterable, Mapping, Sequence

from services.customer360 import contract_history
from services.customer360.access import Access
from shared.escalation import Escalation
from shared.media.copies import attached
from shared.models import Deletion, Edit, Message, PersonalEvent
from shared.projection.revision import Revision, revision
from shared.store import keys
from shared.store.journal import Entry
from shared.store.keys import Key

type Target = tuple[str, str]
"""A message: its identity's partition and its external id."""


def target(entry: Entry) -> Target | None:
    """Return the message whose words an entry shows, if it shows any."""
    match entry.event:
        case Message(external_id=message) | Edit(target=message):
            return entry.key.pk, message
        case _:
            return None


def latest(kept: Mapping[Target, Revision], read: Iterable[Entry]) -> dict[Target, Revision]:
    """Return the last revision of each message, among those kept and those in entries that were just read, which may
    not be projected yet."""
    last = dict(kept)
    for entry in read:
        if isinstance(entry.event, Edit | Deletion):
            of, found = (entry.key.pk, entry.event.target), revision(entry.event)
            if of not in last or last[of].rank < found.rank:
                last[of] = found
    return last


def last_edit(entry: Entry, last: Mapping[Target, Revision]) -> Key | None:
    """Return the key of the edit that has a message's last words, if there is one."""
    found = _revision(entry, last)
    edited = isinstance(entry.event, Message) and found is not None and not found.deleted
    return Key(entry.key.pk, found.event_key) if found and edited else None


def folded(
    entry: Entry,
    *,
    last: Mapping[Target, Revision],
    edits: Mapping[Key, Entry],
    hidden: frozenset[Target],
    reply: contract_history.Reply | None = None,
    stored: Sequence[contract_history.Stored] = (),
) -> contract_history.Entry:
    """Return an entry as it is shown.

    `last` are the messages' last revisions, `edits` has at least the edits among them, and `hidden` names the messages
    that are out of the caller's reach. `reply` is how the reply stands that the entry is the platform's own word of,
    and `stored` what became of the files of `brought_by`.
    """
    found, edit = _revision(entry, last), last_edit(entry, last)
    deleted, withheld = found is not None and found.deleted, rests_on(entry, hidden)
    event, edited = entry.event, edit is not None
    if edit is not None and edit in edits:
        event = _restated(event, edits[edit].event)
        edited = event != entry.event  # stores bring a review again as it was, and platforms a message for its preview
    if deleted or withheld:
        event = event.model_copy(update={"text": "", "attachments": (), "rating": None})
    return contract_history.Entry(
        at=event.occurred_at,
        kind=event.kind,
        identity=event.identity,
        department=None,
        event_key=entry.key.sk,
        received_at=entry.received_at,
        edited=edited,
        deleted=deleted,
        revised_at=found.at if found and (edited or deleted) else None,
        withheld=withheld,
        event=event,
        step=None,
        escalation=None,
        stored=() if deleted or withheld else tuple(stored),
        reply=None if withheld else reply,
    )


def brought_by(entry: Entry, *, last: Mapping[Target, Revision], edits: Mapping[Key, Entry]) -> Entry:
    """Return the entry that brought the attachments which this one shows: itself, or its last edit."""
    edit = edits.get(key) if (key := last_edit(entry, last)) else None
    return edit if edit is not None and attached(edit.event) else entry


def resting(escalations: Iterable[Escalation], department: str | None) -> frozenset[Target]:
    """Return the messages on which cases of a department rest, named as the journal's keys do."""
    mine = (case for case in escalations if case.department == department)
    return frozenset((keys.identity(case.identity), _name(case.event_key)) for case in mine)


def out_of_reach(escalations: Iterable[Escalation], access: Access) -> frozenset[Target]:
    """Return the messages on which only cases rest that the caller may not read, named as the journal's keys do."""
    found: dict[bool, set[Target]] = {True: set(), False: set()}
    for case in escalations:
        found[access.reaches(case.department)].add((keys.identity(case.identity), _name(case.event_key)))
    return frozenset(found[False] - found[True])


def rests_on(entry: Entry, messages: frozenset[Target]) -> bool:
    """Return whether an entry has the words of one of these messages, named as the journal's keys do."""
    of = target(entry)
    if of is None:
        return False
    message = entry.event.model_copy(update={"external_id": of[1]})
    return (of[0], _name(keys.event(message).sk)) in messages


def _name(event_key: str) -> str:
    return event_key.split("#", 2)[2]


def _revision(entry: Entry, last: Mapping[Target, Revision]) -> Revision | None:
    of = target(entry)
    return last.get(of) if of else None


def _restated(message: PersonalEvent, edit: PersonalEvent) -> PersonalEvent:
    assert isinstance(message, Message)
    assert isinstance(edit, Edit)
    # Some platforms send an edited message's text only, and mean that its attachments stay.
    return message.model_copy(
        update={
            "text": edit.text,
            "attachments": edit.attachments or message.attachments,
            "rating": edit.rating or message.rating,
        }
    )
