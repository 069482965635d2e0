"""For how long what nobody said to the company is kept, where nobody took it up: DynamoDB deletes it then, by the
attribute `expires_at`.

The journal is written before anybody looks into the playbook, so the limit is a write of its own, by whoever projects.
Dying in between leaves an event without one, whose record is projected again and gets the same: it counts from when the
event came to our door, whoever sets it and however often.

It is lifted once there is a reason to keep the event: a playbook that takes it up, a case that points at it, or that
one side has spoken to the other in its conversation. Whoever makes a reason writes it and lifts the limit then; whoever
sets the limit looks for a reason then. Of two at once the later one sees what the other has written.
"""

from collections.abc import Callable
from datetime import datetime

from shared.escalation import Escalation
from shared.listening import is_overheard, kept_until
from shared.playbook import Playbook
from shared.projection.conversation import Conversation
from shared.store import journal, keys
from shared.store.journal import Entry
from shared.store.keys import Key
from shared.store.table import Item, Table, key_of

_LIMIT = "expires_at"
_LAST = "\U0010ffff"


def limit(table: Table, entry: Entry, playbook: Callable[[], Playbook]) -> None:
    """Limit for how long an event is kept, or lift that, as the playbook, cases and its conversation's head say by now;
    an event that is gone stays so."""
    if not is_overheard(entry.event):
        return
    until = kept_until(entry.event, playbook(), since=entry.received_at)
    # Looked at before as well: what has been there for long is due at the moment at which it is limited.
    if until is not None and not _is_needed(table, entry):
        table.set(entry.key, _expiring(until))
        if not _is_needed(table, entry):
            return
    lift(table, entry.key)


def lift(table: Table, event: Key) -> None:
    """Keep an event for as long as any other."""
    table.set(event, {}, remove=[_LIMIT], having=_LIMIT)


def lift_where_limited(table: Table, event: Item | None) -> None:
    """Keep an event, as its item was read, for as long as any other; no call where nothing limits it."""
    if event is not None and _LIMIT in event:
        lift(table, key_of(event))


def lift_if_spoken(table: Table, head: Conversation | None) -> Conversation | None:
    """Keep whatever was overheard in a conversation once one side has spoken to the other; return the head, which is
    written already.

    It costs a query with each message of a conversation in which something was overheard, and with no other.
    """
    if head is not None and head.listened and not head.overheard:
        own = keys.conversation_of(identity_name=head.identity, channel=head.channel, thread=head.thread)
        events = table.query(keys.identity(head.identity), first=keys.EVENT_PREFIX, last=f"{keys.EVENT_PREFIX}{_LAST}")
        for item in events:
            if _LIMIT in item and keys.conversation(journal.entry(item).event) == own:
                lift_where_limited(table, item)
    return head


def of_head(head: Conversation, playbook: Callable[[], Playbook]) -> Item:
    """Return the attribute that limits for how long a conversation's head is kept, if anything does: in which the
    company was never spoken to and of which nothing was taken up."""
    heard = head.heard_by
    if not head.overheard or heard is None or heard.taken_up or head.last_inbound_at is None:
        return {}
    kept = next((rule.kept(head.identity) for rule in playbook().listening if rule.name == heard.by), None)
    return _expiring(head.last_inbound_at + kept) if kept else {}


def _is_needed(table: Table, entry: Entry) -> bool:
    """Return whether one side has spoken to the other in an event's conversation, or a case points at the event, ended
    or not."""
    head = table.get(keys.conversation(entry.event))
    if head is not None and not Conversation.stored(head["state"]["S"]).overheard:
        return True
    cases = table.query(entry.key.pk, first=keys.ESCALATION_PREFIX, last=f"{keys.ESCALATION_PREFIX}{_LAST}")
    return any(Escalation.stored(case["state"]["S"]).event_key == entry.key.sk for case in cases)


def _expiring(at: datetime) -> Item:
    return {_LIMIT: {"N": str(int(at.timestamp()))}}
