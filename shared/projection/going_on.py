"""Where a case goes on that was answered in another conversation than its own: in private below a public post, or on
another channel.

It does so for as long as that conversation is the same customer's: what is said under an identity that was parted from
theirs is somebody else's.
"""

from shared.casework.steps import Talk
from shared.escalation import Escalation
from shared.models import PersonalEvent
from shared.projection.conversation import Conversation
from shared.projection.links import members
from shared.store import journal, keys
from shared.store.keys import Key
from shared.store.table import Table


def talk_of(said: PersonalEvent | Conversation) -> Talk:
    return Talk(identity=said.identity, channel=said.channel, thread=said.thread)


def own_talk(table: Table, case: Escalation) -> Talk | None:
    """Return the conversation that a case rests on; none when what was said there is gone."""
    item = table.get(Key(keys.identity(case.identity), case.event_key))
    return talk_of(journal.entry(item).event) if item else None


def other_talk(table: Table, case: Escalation) -> Talk | None:
    """Return the other conversation in which a case was answered, if it is the customer's still."""
    there = case.answered_in
    return there if there and is_theirs(table, case, there.identity) else None


def is_theirs(table: Table, case: Escalation, identity: str) -> bool:
    """Return whether an identity is that of a case, or one that is linked with it."""
    return identity == case.identity or identity in members(table.get(keys.members(case.identity)))


def told_of(table: Table, case: Escalation) -> Key:
    """Return the event that a department is told of with a case: the one for which something was last done with it, if
    that is the customer's still, else the one that it rests on."""
    last = case.last
    whose = (last.evidence_of if last else None) or case.identity
    told = last.evidence if last and is_theirs(table, case, whose) else None
    return Key(keys.identity(whose), told) if told else Key(keys.identity(case.identity), case.event_key)


def head(table: Table, talk: Talk) -> Conversation | None:
    """Return the head of a conversation; none where nothing was said yet."""
    found = table.get(keys.conversation_of(identity_name=talk.identity, channel=talk.channel, thread=talk.thread))
    return Conversation.stored(found["state"]["S"]) if found else None


def goes_on(own: Conversation | None, there: Conversation | None) -> bool:
    """Return whether what is said next about a case belongs into the other conversation in which it was answered: where
    the customer spoke last, and nothing that began in private into public."""
    if there is None or there.last_inbound_at is None:
        return False
    if own is None:
        return True
    if (own.visibility, there.visibility) == ("private", "public"):
        return False
    return own.last_inbound_at is None or own.last_inbound_at <= there.last_inbound_at


def must_be_named(case: Escalation, own: Conversation | None, there: Conversation | None) -> bool:
    """Return whether nobody may guess where to say more about a case: it began in public and was answered in private,
    and the customer has spoken in neither since. What was meant for them alone would be for everybody to read."""
    if case.answered_in is None or own is None or own.visibility == "private" or goes_on(own, there):
        return False
    if there is not None and there.visibility == "public":
        return False
    answered_at = (there.last_outbound_at if there else None) or case.answered_at
    if answered_at is None:
        return case.reopened_at is None
    return own.last_inbound_at is None or own.last_inbound_at <= answered_at
