"""What the company said where a platform names only the message that it answers, and not whose that is.

It is kept under the company's own identity, as the platform tells it, and once more under the customer's as soon as it
is known who that is: from then on that is an event like any other. So are its edits and its deletion, which name it.

One row for each message says whose it is, and what of the company's speaks of it. Each side writes its part and is
answered with the other's in the same call, so whichever comes later keeps the copy. Its key and what it says are
functions of the event and of the row's first word, and it is written once: dying anywhere and doing all of it again
changes nothing.
"""

from collections.abc import Iterable

import orjson

from shared.models import Deletion, Edit, Frozen, Identifier, Message, PersonalEvent
from shared.platforms import unnamed_answers
from shared.store import journal, keys
from shared.store.journal import Entry
from shared.store.keys import Key
from shared.store.table import Item, Table

_ANSWERS = "answers"


class Whose(Frozen):
    """Whose conversation a message is in; `ours` is whether the company said it, as an answer to them."""

    identity: Identifier
    thread: Identifier
    ours: bool = False

    def is_spoken_of_by(self, event: PersonalEvent) -> bool:
        """Return whether what speaks of the message is said to the customer: an answer to what they said, a change of
        what they were answered. What the company adds to its own words is said to nobody in particular."""
        return isinstance(event, Message) != self.ours


def tell_again(entries: Iterable[Entry], table: Table) -> None:
    """Keep what entries say of whose messages are, and each answer once more where that is known by now; costs one call
    for each message on a channel of `unnamed_answers`, and none on others."""
    for entry in entries:
        event = entry.event
        if event.channel not in unnamed_answers():
            continue
        if isinstance(event, Message) and event.direction == "inbound":
            _known(event, Whose(identity=event.identity, thread=event.thread), table)
        elif spoken_of := _spoken_of(event):
            row = table.add_to(_row(event, spoken_of), _ANSWERS, orjson.dumps(list(entry.key)).decode())
            if whose := _whose(row):
                _keep_again(entry, whose, table)


def rows_of(event: PersonalEvent, table: Table) -> list[tuple[Key, Item]]:
    """Return the items that are there because of an event in a customer's partition: the row that says whose it is, and
    what the company said of it as the platform told that, by their keys."""
    if not (isinstance(event, Message) and event.channel in unnamed_answers()):
        return []
    found = table.get_many([_row(event, event.external_id)])
    return [each for key, row in found.items() for each in ((key, row), *_told_again(row, table))]


def is_copy(item: Item) -> bool:
    """Return whether an event is here what is kept under the company's own identity as well."""
    return str(item["ledger"]["S"]).startswith(keys.COPY_PREFIX)


def _known(message: Message, whose: Whose, table: Table) -> None:
    row = table.keep_first(_row(message, message.external_id), state=whose.model_dump_json(exclude_defaults=True))
    for _, item in _told_again(row, table):
        _keep_again(journal.entry(item), _whose(row) or whose, table)


def _told_again(row: Item, table: Table) -> list[tuple[Key, Item]]:
    """Return what the company said of a message, where that is said to whose it is."""
    whose, named = _whose(row), (Key(*orjson.loads(text)) for text in row.get(_ANSWERS, {"SS": ()})["SS"])
    found = table.get_many(named) if whose else {}
    return [each for each in sorted(found.items()) if whose and whose.is_spoken_of_by(journal.entry(each[1]).event)]


def _keep_again(entry: Entry, whose: Whose, table: Table) -> None:
    event = entry.event
    if not whose.is_spoken_of_by(event):
        return
    again = event.model_copy(update={"identity": whose.identity, "thread": whose.thread})
    table.insert(journal.expanded_item(entry.delivery, again) | {"ledger": {"S": keys.copy_of(entry.key)}})
    if isinstance(event, Message):
        _known(event, whose.model_copy(update={"ours": True}), table)


def _spoken_of(event: PersonalEvent) -> str | None:
    """Return the id of the message that the company speaks of, to somebody whom the platform does not name."""
    match event:
        case _ if event.names_a_customer:
            return None
        case (
            Message(direction="outbound", reply_to=str(named))
            | Edit(direction="outbound", target=named)
            | Deletion(direction="outbound", target=named)
        ):
            return named
        case _:
            return None


def _row(event: PersonalEvent, external_id: str) -> Key:
    return keys.said(channel=event.channel, account=event.account, external_id=external_id)


def _whose(row: Item) -> Whose | None:
    return Whose.model_validate_json(row["state"]["S"]) if "state" in row else None
