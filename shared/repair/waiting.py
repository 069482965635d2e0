"""As what a conversation is listed, in which somebody waits and whose head is right."""

from collections.abc import Callable, Sequence
from datetime import datetime

from shared.listening import hearing
from shared.playbook import Playbook
from shared.projection import waits
from shared.projection.about import About
from shared.projection.asking import questions
from shared.projection.conversation import Conversation
from shared.projection.open_work import attempts_at, kind_of
from shared.projection.unanswered import LONG, STAGES, next_look, stage
from shared.store import keys
from shared.store.table import Item, Table


def as_listed(
    item: Item,
    there: Item,
    *,
    table: Table,
    items: Sequence[Item],
    about: About | None,
    playbook: Callable[[], Playbook],
    now: datetime,
) -> Item:
    """Return how a conversation is to be listed: as the watch has left it, or as it was first listed (`item`) where the
    watch would come too late for the playbook of today. `items` are all of its identity, `about` who that is."""
    head = Conversation.stored(item["state"]["S"])
    match kind_of(item), kind_of(there):
        case "waiting", None:
            return there if stage(head, now, playbook()) == STAGES[-1] else item
        case "waiting", "waiting":
            sooner = item["open_at"]["S"] < there["open_at"]["S"] and not attempts_at(there)
            return item if sooner and _is_too_late(there, head, table, items, about, playbook, now) else there
        case "waiting", kind if kind == LONG:
            return there
        case own, listed if own != listed:
            return item
    return there


def _is_too_late(
    there: Item,
    head: Conversation,
    table: Table,
    items: Sequence[Item],
    about: About | None,
    playbook: Callable[[], Playbook],
    now: datetime,
) -> bool:
    """Return whether the watch, if it looked now, would list a conversation for an instant before the one it is listed
    for: then its targets have become shorter since."""
    assert head.waiting_since is not None, "nobody waits"
    found = next(questions(table, head, head.waiting_since, hearing(playbook)), None)
    if found is None:
        return False
    asked = head.model_copy(update={"waiting_since": found.event.occurred_at})
    group = waits.group(table, head.identity, about, playbook())
    wait = waits.of(items, asked, playbook(), now, group=group)
    at = next_look(asked, stage(asked, now, playbook(), wait), playbook(), wait) or now
    return keys.instant(at) < str(there["open_at"]["S"])
