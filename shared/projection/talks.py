"""A customer's conversations as places where something may be said: which one is meant, and what is open there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from shared.accounts import Account
from shared.casework import places
from shared.casework.replies import ReplyHead
from shared.casework.said import Where
from shared.errors import InvalidParameter
from shared.escalation import Escalation
from shared.models import Message, PersonalEvent
from shared.projection.asking import last_message
from shared.projection.conversation import Conversation
from shared.projection.going_on import goes_on, must_be_named, talk_of
from shared.projection.links import members
from shared.replying import Place
from shared.store import journal, keys
from shared.store.keys import Key
from shared.store.table import Table

_MOST_ELSEWHERE = 5

_IN_PRIVATE = (
    "the case began in public and was answered in private, where the customer has not written since: name the place"
)

_LAST = "\U0010ffff"

_GONE: frozenset[str] = frozenset({"refused", "failed", "given_up"})


class Talk(NamedTuple):
    """A conversation, and the message there that is answered, with its key in the journal."""

    conversation: Conversation
    reply_to: str | None = None
    answered: Message | None = None


def of_customer(table: Table, identity: str) -> tuple[Conversation, ...]:
    """Return the conversations with the customer whom an identity is one of, on all their identities, by one read and
    a query for each of these."""
    found: list[Conversation] = []
    for each in dict.fromkeys((identity, *members(table.get(keys.members(identity))))):
        first = keys.CONVERSATION_PREFIX
        rows = table.query(keys.identity(each), first=first, last=f"{first}{_LAST}")
        found.extend(Conversation.stored(row["state"]["S"]) for row in rows)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Talks:
    """The conversations with one customer. Every method raises `InvalidParameter` for one that they have not got, where
    several are meant, and for a message that is not in it. `accounts` are the playbook's."""

    table: Table
    accounts: Sequence[Account]
    conversations: Sequence[Conversation]

    def meant(self, where: Where) -> Talk:
        """Return the one conversation that is named, with the message that is answered there."""
        return self.answering(self._one(where), where.reply_to)

    def _one(self, where: Where) -> Conversation:
        found = list(self._fitting(where))
        if not found:
            raise InvalidParameter(where.field, "this customer has no such conversation; look the customer up")
        if len(found) > 1:
            raise InvalidParameter(
                where.field,
                "several of their conversations fit; name whose it is, the channel and the thread, as the lookup does",
            )
        return found[0]

    def of_case(self, case: Escalation, where: Where, *, quotes: bool = False) -> Talk:
        """Return the conversation that is named, or else where a case went on, where the customer spoke last, or else
        the one that it is about; there, what was said in public, or on a channel on which everything answers something,
        is what is answered unless something else is named.

        With `quotes` what the customer said is answered wherever it was: whoever writes in a tool of their own does
        not see the conversation, and names nothing.
        """
        event = None if where.names_a_conversation else self._event(case.identity, case.event_key)
        own = next((each for each in self.conversations if event and _is_in(event, each)), None)
        there = self._other(case)
        if where.names_nothing and there is not None and goes_on(own, there):
            return self._last(there) if quotes else self.answering(there, None)
        if own is None:
            return self.meant(where if where.names_a_conversation else where._replace(identity=case.identity))
        if where.reply_to is None and isinstance(event, Message) and (quotes or _is_answered(event)):
            return Talk(own, case.event_key, event)
        return self.answering(own, where.reply_to)

    def to_answer(self, case: Escalation, where: Where, *, privately: bool, quotes: bool = False) -> Talk:
        """Return where a case is answered, as `of_case` does; raises `InvalidParameter`, too, where nobody may guess
        that, and names nothing."""
        found = self.of_case(case, where, quotes=quotes)
        if where.names_nothing and not privately and must_be_named(case, found.conversation, self._other(case)):
            raise InvalidParameter("channel", _IN_PRIVATE)
        return found

    def rests_on(self, case: Escalation, talk: Talk) -> bool:
        """Return whether a case rests on what was said in a conversation."""
        event = self._event(case.identity, case.event_key)
        return _goes_on_in(case, talk.conversation) or (event is not None and _is_in(event, talk.conversation))

    def all_of(self, where: Where) -> list[Conversation]:
        """Return the conversations that fit; the only one of a message that is named."""
        found = list(self._fitting(where))
        return [self._one(where)] if where.reply_to or (where.names_a_conversation and not found) else found

    def answering(self, conversation: Conversation, reply_to: str | None = None) -> Talk:
        """Return a conversation with the message that is answered there: the one that is named, else by mail the
        customer's last one."""
        if reply_to is None:
            return self._last(conversation) if _answers_the_last(conversation) else Talk(conversation)
        event = self._event(conversation.identity, reply_to)
        if not isinstance(event, Message) or not _is_in(event, conversation):
            raise InvalidParameter(
                "reply_to", "there is no such message in this conversation; the timeline has their keys"
            )
        return Talk(conversation, reply_to, event)

    def place(self, talk: Talk, *, privately: bool) -> Place:
        """Return the place that a conversation is; `privately` asks, too, whether what is answered there has had its
        private answer, by one call."""
        had = privately and talk.reply_to is not None and self._was_answered_privately(talk)
        return places.place_of(talk.conversation, talk.answered, accounts=self.accounts, answered_privately=had)

    def elsewhere(self, talk: Talk, now: datetime) -> Sequence[Conversation]:
        """Return the other conversations with a customer in which a text is let through at an instant."""
        others = (each for each in self.conversations if each != talk.conversation)
        last_first = sorted(others, key=last_heard, reverse=True)
        return [each for each in last_first if self._is_open(each, now)][:_MOST_ELSEWHERE]

    def _fitting(self, where: Where) -> Iterator[Conversation]:
        for each in self.conversations:
            if (
                where.identity in (None, each.identity)
                and where.channel in (None, each.channel)
                and where.thread in (None, each.thread)
            ):
                yield each

    def _other(self, case: Escalation) -> Conversation | None:
        return next((each for each in self.conversations if _goes_on_in(case, each)), None)

    def _is_open(self, conversation: Conversation, now: datetime) -> bool:
        (text, *_) = places.options(self.place(Talk(conversation), privately=False), now)
        lacks = text.refusal.code if text.refusal else None
        return lacks is None or (lacks == "nothing_to_answer" and _answers_the_last(conversation))

    def _last(self, conversation: Conversation) -> Talk:
        """Return a conversation with the customer's last message there, if that is still known, by one query."""
        last = last_message(self.table, conversation)
        if last is None or not isinstance(last.event, Message):
            return Talk(conversation)
        return Talk(conversation, last.key.sk, last.event)

    def _event(self, identity: str, key: str) -> PersonalEvent | None:
        if not keys.is_event(key):
            return None
        item = self.table.get(Key(keys.identity(identity), key))
        return journal.entry(item).event if item else None

    def _was_answered_privately(self, talk: Talk) -> bool:
        """Return whether a message has had its private answer, or is about to."""
        partition = keys.identity(talk.conversation.identity)
        rows = self.table.query(partition, first=keys.REPLY_PREFIX, last=f"{keys.REPLY_PREFIX}{_LAST}")
        heads = (ReplyHead.stored(row["state"]["S"]) for row in rows)
        return any(
            head.asked.privately and head.asked.reply_to == talk.reply_to and head.state not in _GONE
            for head in heads
            if head.asked
        )


def _is_answered(message: Message) -> bool:
    return message.visibility == "public" or places.must_answer(message.channel)


def _answers_the_last(conversation: Conversation) -> bool:
    """Whether what is said there answers the customer's last message unless another is named: a mail does, which has
    no subject otherwise; of what is public, where several write, it has to be said."""
    return conversation.visibility == "private" and places.must_answer(conversation.channel)


def _is_in(event: PersonalEvent, conversation: Conversation) -> bool:
    return (event.identity, event.channel, event.thread) == (
        conversation.identity,
        conversation.channel,
        conversation.thread,
    )


def _goes_on_in(case: Escalation, conversation: Conversation) -> bool:
    return case.answered_in == talk_of(conversation)


def last_heard(conversation: Conversation) -> datetime:
    return conversation.last_inbound_at or conversation.opened_at
