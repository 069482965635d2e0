"""Telling customers at once that somebody will answer: what is to be said is journalled, in one conditional write.

It is decided after the conversations' heads are settled, whenever a batch is projected, and so once more when a batch
is projected again: whoever dies before the write is made up for, and whoever dies after it finds it there. From its own
record in the stream it is sent, and is noted in the conversation's head, and with the person where it is said in one of
many conversations; what comes before these notes meets the same key.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from itertools import chain, islice
from typing import NamedTuple

from shared import acknowledging
from shared.casework.steps import ReplyAsked
from shared.clocks.calendar import open_time
from shared.listening import hearing
from shared.models import Message
from shared.playbook import Playbook
from shared.projection import about as people
from shared.projection import waits
from shared.projection.about import About
from shared.projection.asking import first_after, is_inbound, questions
from shared.projection.conversation import Conversation, acknowledged
from shared.projection.unanswered import LONG, stage
from shared.projection.waits import earliest
from shared.store import keys, steps
from shared.store.journal import Entry
from shared.store.keys import Key
from shared.store.table import Table, key_of
from shared.triage import assess

_KEPT_SECONDS = 60
_ROWS = 12
"""How many conversations of each shard are looked at to see how long people wait: those that were seen to at every
stage and have waited longest, and those that are to be looked at next; of all shards as many as one read takes."""


def acknowledge(
    entries: Iterable[Entry],
    heads: Mapping[Key, Conversation | None],
    about: About | None,
    *,
    table: Table,
    playbook: Callable[[], Playbook],
    now: Callable[[], datetime],
) -> None:
    """Journal what is to be said by itself to whoever wrote one of these messages, once for each conversation, and once
    for all that are of many.

    `heads` are the conversations' as they were settled, `about` is who wrote. Of several messages in one, the last that
    needs it is answered.
    """
    newest = sorted(entries, key=lambda entry: entry.event.occurred_at, reverse=True)
    for key, head in heads.items():
        for entry in newest:
            if head and isinstance(entry.event, Message) and keys.conversation(entry.event) == key:
                wanted = acknowledging.acknowledge(
                    entry.event,
                    head,
                    playbook(),
                    now(),
                    event_key=entry.key.sk,
                    told_anywhere=about.acknowledged.get(head.channel) if about else None,
                    longest_wait=partial(_longest_wait, table, playbook(), now()),
                    first_inbound_after=partial(first_after, table, entry.event, counts=is_inbound),
                )
                if wanted:
                    steps.keep(table, wanted)
                    break


def note(step: ReplyAsked, head: Conversation | None) -> Conversation | None:
    """Return the head of the conversation in which something was said by itself, with that in it."""
    return head and acknowledged(head, step.at)


def note_anywhere(step: ReplyAsked, about: About | None) -> About | None:
    """Return what is known of the person to whom something was said by itself in one of many conversations, with that
    in it."""
    return about and people.acknowledged(about, step.channel, step.at)


def _longest_wait(table: Table, playbook: Playbook, now: datetime, department: str | None) -> timedelta | None:
    """Return for how long somebody has waited for a department's answer, or for anybody's without one, if that makes
    the queue long; as it was in the last minute, since it is the same for all who write."""
    return _asked(table, playbook, int(now.timestamp()) // _KEPT_SECONDS).of(department)


class _Waiting(NamedTuple):
    since: datetime
    department: str | None


@dataclass(frozen=True, slots=True)
class _Queue:
    """Who may have waited for too long at an instant, the longest first, and what was found of each. Nobody is looked
    at before somebody asks; two threads that look at the same one find the same."""

    table: Table
    playbook: Playbook
    now: datetime
    heads: Sequence[Conversation]
    found: dict[int, _Waiting | None] = field(default_factory=dict)

    def of(self, department: str | None) -> timedelta | None:
        """Return for how long the first has waited for a department, or without one for any."""
        looked_at = map(self._waits, range(len(self.heads)))
        first = next((each for each in looked_at if each and department in (None, each.department)), None)
        return self.now - first.since if first else None

    def _waits(self, place: int) -> _Waiting | None:
        if place not in self.found:
            self.found[place] = _waits_long(self.table, self.heads[place], self.playbook, self.now)
        return self.found[place]


@lru_cache(maxsize=1)
def _asked(table: Table, playbook: Playbook, minute: int) -> _Queue:
    now = datetime.fromtimestamp(minute * _KEPT_SECONDS, UTC)
    shards = chain(keys.shards(LONG), keys.shards("waiting"))
    rows = (row for shard in shards for row in islice(table.listed(shard, page=_ROWS), _ROWS))
    items = table.get_many(map(key_of, rows))
    heads = (Conversation.stored(item["state"]["S"]) for item in items.values())
    return _Queue(
        table, playbook, now, sorted((head for head in heads if _may_wait_long(head, playbook, now)), key=_since)
    )


def _since(head: Conversation) -> datetime:
    assert head.waiting_since is not None, "nobody waits"
    return head.waiting_since


def _may_wait_long(head: Conversation, playbook: Playbook, now: datetime) -> bool:
    """Return whether somebody has waited for too long by the playbook, as far as the head alone says: it does not know
    in whose open time."""
    most = playbook.acknowledgement.queue_is_long_after
    if head.waiting_since is None:
        return False
    return earliest(playbook, head) < now if most is None else now - head.waiting_since >= most


def _waits_long(table: Table, head: Conversation, playbook: Playbook, now: datetime) -> _Waiting | None:
    """Return since when a customer waits whom nobody has answered for too long, by the playbook, and for whom by the
    words of what they ask; none otherwise. It is asked as the watch asks it."""
    question = next(questions(table, head, _since(head), hearing(lambda: playbook)), None)
    if question is None:
        return None
    asked = question.event
    head = head.model_copy(update={"waiting_since": asked.occurred_at})
    if not _may_wait_long(head, playbook, now):
        return None
    department = assess(asked, playbook).department if isinstance(asked, Message) else None
    most = playbook.acknowledgement.queue_is_long_after
    if most is None:
        is_long = bool(stage(head, now, playbook, waits.read(table, head, playbook, now)))
    else:
        is_long = open_time(playbook.calendar(department), asked.occurred_at, now) >= most
    return _Waiting(asked.occurred_at, department) if is_long else None
