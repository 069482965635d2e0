"""What the company said where a platform names only the message that it answers, and not whose that is; and what was
said in a call where it names only the call.

It is kept under the company's own identity, as the platform tells it, and once more under the customer's as soon as it
is known who that is: from then on that is an event like any other. So are its edits and its deletion, which name it.

One row for each message says whose it is, and what of the company's speaks of it. Each side adds its part and is
answered with the other's in the same call, so whichever comes later keeps the copy. A message may be heard under two
identities, once with its author and once without: each gets a copy. A copy's key and what it says are functions of the
event and of whose it is, and it is written once: dying anywhere and doing all of it again changes nothing.

Where an answer names a spot (`Message.spot`), the row is the spot's, and all that customers say there shares it. What
was said in a call names the call (`Call.call_id`), and says nothing of whose: the row is the call's.

What we sent ourselves is known to be said to somebody: that counts, and not what the platform says that it answers.
"""

from collections.abc import Iterable, Iterator

import orjson

from shared.models import Call, Deletion, Direction, Edit, Frozen, Identifier, Message, PersonalEvent
from shared.platforms import unnamed_answers
from shared.store import journal, keys
from shared.store.journal import Entry
from shared.store.keys import Key
from shared.store.table import Item, Table

_WHOSE, _ANSWERS = "whose", "answers"


class Whose(Frozen):
    """Whose conversation a message or a call is in; `ours` is whether the company said it, as an answer to them, and
    `sent` whether that is known because we sent it. `direction` is a call's: what was said in it does not tell."""

    identity: Identifier
    thread: Identifier
    ours: bool = False
    sent: bool = False
    direction: Direction = "inbound"

    def is_spoken_of_by(self, event: PersonalEvent) -> bool:
        """Return whether what speaks of it is said to the customer: an answer to what they said, a change of what they
        were answered, what was said in their call. What the company adds to its own words is said to nobody in
        particular."""
        return isinstance(event, Message | Call) != self.ours


def tell_again(entries: Iterable[Entry], table: Table) -> None:
    """Keep what entries say of whose messages are, and each answer once more where that is known by now; costs one call
    for each message with a spot or on a channel of `unnamed_answers` and each call with a `call_id`, one more for an
    answer, and none on others."""
    for entry in entries:
        event = entry.event
        if not _has_row(event):
            continue
        if isinstance(event, Message) and event.direction == "inbound":
            _known(event, Whose(identity=event.identity, thread=event.thread), table)
        elif isinstance(event, Call) and event.names_a_customer and not event.is_words:
            _known(event, Whose(identity=event.identity, thread=event.thread, direction=event.direction), table)
        elif spoken_of := _spoken_of(event):
            for whose in _sent_to(event, table) or _said_to(entry, spoken_of, table):
                _keep_again(entry, whose, table)


def sent(external_id: str, *, channel: str, account: str, identity: str, thread: str, table: Table) -> None:
    """Note to whom we sent what the platform has under an id; costs a call on a channel of `unnamed_answers`, and none
    on others."""
    if channel in unnamed_answers():
        key = keys.said(channel=channel, account=account, external_id=external_id)
        table.add_to(key, _WHOSE, _text(Whose(identity=identity, thread=thread, ours=True, sent=True)))


def is_nobodys(event: PersonalEvent, table: Table) -> bool:
    """Return whether an event is said to or by somebody whom nothing names by now; costs a call for one that names only
    a message, a spot or a call, and none for others."""
    spoken_of = _spoken_of(event) if _has_row(event) else None
    row = table.get(_row(event, spoken_of)) if spoken_of else None
    return spoken_of is not None and not (row and any(each.is_spoken_of_by(event) for each in _whose(row)))


def row_of(event: PersonalEvent, table: Table) -> tuple[Key, Item] | None:
    """Return the item, with its key, that says whose the message or the call is that an event in a customer's partition
    is, changes or is a part of."""
    match event:
        case Message() | Call() | Edit() | Deletion() if _has_row(event):
            key = _row(event, event.target if isinstance(event, Edit | Deletion) else _name(event))
            row = table.get(key)
            return (key, row) if row else None
        case _:
            return None


def identities(row: Item) -> frozenset[str]:
    """Return under whom a message is kept, by the item that says whose it is."""
    return frozenset(whose.identity for whose in _whose(row))


def is_copy(item: Item) -> bool:
    """Return whether an event is here what is kept under the company's own identity as well."""
    return str(item["ledger"]["S"]).startswith(keys.COPY_PREFIX)


def original(item: Item) -> Key | None:
    """Return where an event of which this is the copy is kept as the platform told it; none where this is no copy."""
    return keys.copied(item["ledger"]["S"], sk=item["sk"]["S"]) if is_copy(item) else None


def _known(event: Message | Call, whose: Whose, table: Table) -> None:
    row = table.add_to(_row(event, _name(event)), _WHOSE, _text(whose))
    named = {keys.told_to(whose.identity, key): key for key in _answers(row)}
    there = table.get_many(named)  # at a spot the same person says much: to read is cheaper than to write in vain
    for _, item in sorted(table.get_many(named[key] for key in named.keys() - there.keys()).items()):
        entry = journal.entry(item)
        if whose.is_spoken_of_by(entry.event):
            _keep_again(entry, whose, table)


def _sent_to(event: PersonalEvent, table: Table) -> list[Whose]:
    """Return to whom we sent what the company says, as far as that is known by now."""
    row = table.get(_row(event, event.external_id)) if isinstance(event, Message) else None
    return [whose for whose in _whose(row) if whose.sent] if row else []


def _said_to(entry: Entry, spoken_of: str, table: Table) -> list[Whose]:
    row = table.add_to(_row(entry.event, spoken_of), _ANSWERS, orjson.dumps(list(entry.key)).decode())
    return [whose for whose in _whose(row) if whose.is_spoken_of_by(entry.event)]


def _keep_again(entry: Entry, whose: Whose, table: Table) -> None:
    event = entry.event
    way = {"direction": whose.direction} if isinstance(event, Call) else {}
    again = event.model_copy(update={"identity": whose.identity, "thread": whose.thread, **way})
    if isinstance(event, Message):  # first: where the copy is, all is done that comes of it
        _known(event, whose.model_copy(update={"ours": True}), table)
    table.insert(journal.expanded_item(entry.delivery, again) | {"ledger": {"S": keys.copy_of(entry.key)}})


def _has_row(event: PersonalEvent) -> bool:
    match event:
        case Message(spot=str()) | Call(call_id=str()):
            return True
        case _:
            return event.channel in unnamed_answers() and not isinstance(event, Call)


def _name(event: Message | Call) -> str:
    """Return under which name a message or a call has its row: what answers to it, or changes or parts of it, name."""
    match event:
        case Message(direction="inbound", spot=str(name)) | Call(call_id=str(name)):
            return name
        case _:
            return event.external_id


def _spoken_of(event: PersonalEvent) -> str | None:
    """Return the message or the spot that the company speaks of, to somebody whom the platform does not name, or the
    call in which something was said."""
    match event:
        case _ if event.names_a_customer:
            return None
        case (
            Message(direction="outbound", spot=str(named))
            | Message(direction="outbound", reply_to=str(named))
            | Edit(direction="outbound", target=named)
            | Deletion(direction="outbound", target=named)
            | Call(call_id=str(named))
        ):
            return named
        case _:
            return None


def _row(event: PersonalEvent, external_id: str) -> Key:
    return keys.said(channel=event.channel, account=event.account, external_id=external_id)


def _whose(row: Item) -> Iterator[Whose]:
    return map(Whose.stored, _texts(row, _WHOSE))


def _answers(row: Item) -> Iterator[Key]:
    return (Key(*orjson.loads(text)) for text in _texts(row, _ANSWERS))


def _texts(row: Item, attribute: str) -> list[str]:
    return sorted(row[attribute]["SS"]) if attribute in row else []


def _text(whose: Whose) -> str:
    return whose.model_dump_json(exclude_defaults=True)
