"""What the company said through the desk: how it stands, and which entries are only a platform's echo of it; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.customer360 import contract_history
from services.customer360.access import Access
from services.customer360.timeline import Owners, Thing, is_reached
from shared.casework.arrival import Status
from shared.casework.replies import ReplyHead
from shared.casework.steps import ReplyAsked, reply_id
from shared.models import Message
from shared.store.journal import Entry
from shared.store.keys import Key


@dataclass(frozen=True, slots=True)
class Said:
    """Replies by their own ids, and by the names under which platforms speak of them: whom it was said to, and an id of
    theirs."""

    replies: Mapping[str, ReplyHead] = field(default_factory=dict)
    named: Mapping[tuple[str, str], ReplyHead] = field(default_factory=dict)

    @classmethod
    def of(cls, heads: Iterable[ReplyHead]) -> "Said":
        replies = {head.id: head for head in heads}
        named = {(_told_to(head), name): head for head in replies.values() for name in _names(head)}
        return cls(replies, named)

    def reply(self, thing: Thing) -> contract_history.Reply | None:
        """Return how the reply stands that somebody asked for, or that an event is, by the platform's own word."""
        head = self._head(thing)
        return shown(head) if head else None

    def echoes(self, read: Iterable[Entry], asked: Iterable[ReplyAsked], access: Access, owners: Owners) -> set[Key]:
        """Return which entries only say again what the caller reads as a reply."""
        readable = {reply_id(step) for step in asked if is_reached(step, access, owners)}
        return {entry.key for entry in read if (head := self._head(entry)) and head.id in readable}

    def _head(self, thing: Thing) -> ReplyHead | None:
        match thing:
            case ReplyAsked():
                return self.replies.get(reply_id(thing))
            case Entry(event=Message(direction="outbound") as event):
                return self.replies.get(event.reply_id or "") or self.named.get((event.identity, event.external_id))
            case _:
                return None


def _told_to(head: ReplyHead) -> str:
    """Return whom the platform says that it was said to: a private answer may make an address known that was not."""
    return (head.sent.address if head.sent else None) or head.identity


def _names(head: ReplyHead) -> set[str]:
    given = (head.sent.external_id if head.sent else None, head.echo.external_id if head.echo else None)
    return set(filter(None, given))


def shown(head: ReplyHead) -> contract_history.Reply:
    """Return a reply as it is shown."""
    told = {each.status: each for each in head.told if not (each.of_all and head.has_failed)}
    delivered, read = (told.get(status) for status in _TOLD)
    return contract_history.Reply(
        id=head.id,
        state=head.state,
        sent_at=head.sent_at,
        delivered_at=delivered and delivered.at,
        read_at=read and read.at,
        error=head.objection,
    )


_TOLD: tuple[Status, ...] = ("delivered", "read")
