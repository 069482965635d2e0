"""Which conversations are one in the record: what was said in public, and what its private answer went on in; pure.

Nothing is written for it: replies know where they were asked for and where they can be read, in whatever order that
became known.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from services.customer360 import contract
from shared.casework.replies import ReplyHead
from shared.casework.steps import Talk
from shared.projection.conversation import Conversation
from shared.projection.going_on import talk_of


class Move(NamedTuple):
    """A public thread, and the private conversation in which something there was answered."""

    public: Talk
    private: Talk


def moves(replies: Iterable[ReplyHead], until: datetime | None = None) -> frozenset[Move]:
    """Return what was answered in private, by these replies, up to an instant."""
    return frozenset(_moves(replies, until))


def _moves(replies: Iterable[ReplyHead], until: datetime | None) -> Iterator[Move]:
    for head in replies:
        asked, private, at = head.asked, head.talk, head.sent.at if head.sent else head.sent_at
        if asked is None or private is None or at is None or not asked.privately or (until and at > until):
            continue
        public = Talk(identity=head.identity, channel=asked.channel, thread=asked.thread)
        if private != public:
            yield Move(public, private)


def one_with(talk: Talk, known: Iterable[Move]) -> frozenset[Talk]:
    """Return a conversation with all that it goes on from and in, however far."""
    known, found, left = list(known), {talk}, [talk]
    while left:
        at = left.pop()
        beside = {other for move in known for other in move if at in move} - found
        found |= beside
        left.extend(beside)
    return frozenset(found)


def conversations_of(
    heads: Iterable[Conversation], known: Iterable[Move], theirs: Collection[str]
) -> Iterator[contract.Conversation]:
    """Yield conversations as they are shown, with what they go on from and in, as far as that is the customer's still:
    `theirs` are their identities."""
    known = [move for move in known if all(talk.identity in theirs for talk in move)]
    for head in heads:
        own, shown = talk_of(head), contract.Conversation.model_validate(head)
        before = _threads(move.public for move in known if move.private == own)
        after = _threads(move.private for move in known if move.public == own)
        yield shown.model_copy(update={"goes_on_from": before, "goes_on_in": after})


def _threads(talks: Iterable[Talk]) -> tuple[contract.Thread, ...]:
    named = sorted(talks, key=lambda talk: (talk.identity, talk.channel, talk.thread))
    return tuple(map(contract.Thread.model_validate, named))
