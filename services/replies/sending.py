"""What has to be known to send a reply: in whose name, where, and whether that may be said there now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from shared import platforms
from shared.accounts import Account, known_as
from shared.casework.places import place_of, port_of
from shared.casework.replies import Asked, ReplyHead
from shared.channels import presence
from shared.models import Message
from shared.playbook import Playbook
from shared.ports import Presence, Thing
from shared.projection.conversation import Conversation
from shared.replying import Place, ReplyPort, Rules
from shared.secrets import ApiToken
from shared.store import journal, keys
from shared.store.keys import Key
from shared.store.table import Table

_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Voice:
    """How the company speaks on a channel, and as whom there; without a `presence` nobody has published its token or
    listed it in the playbook, or it cannot be told which account it is."""

    platform: str
    port: ReplyPort
    rules: Rules
    presence: Presence | None


def voice(
    channel: str,
    account: str,
    playbook: Playbook,
    tokens: Mapping[str, ApiToken],
    things: Mapping[str, str] = MappingProxyType({}),
    door: str = "",
) -> Voice | None:
    """Return how the company speaks on a channel as its presence of this id; none where nobody does.

    `things` are the ids of things, by their kind, that hold for an account of which the playbook names none of a kind;
    `door` is where our webhooks are reached.
    """
    port = port_of(channel)
    rules = port.rules.get(channel) if port else None
    if port is None or rules is None:
        return None
    platform = platforms.folder_of(channel)
    known = {} if port.own_credentials else tokens
    own = _account(platform, account, playbook, known)
    token = known.get(own.name) if own else None
    if own is None or not (token or port.own_credentials):
        return Voice(platform, port, rules, None)
    known_as = replace(presence(own, token), company=playbook.company, door=door)
    return Voice(platform, port, rules, _with(known_as, port.things, things))


def _with(own: Presence, kinds: Iterable[str], things: Mapping[str, str]) -> Presence:
    """Return a presence with the things of these kinds that it has none of."""
    named = {thing.kind for thing in own.things}
    added = (Thing(kind, things[kind]) for kind in kinds if kind not in named and things.get(kind))
    return replace(own, things=(*own.things, *added))


def _account(platform: str, account: str, playbook: Playbook, tokens: Mapping[str, ApiToken]) -> Account | None:
    """Return the account that is meant, among those of the playbook and those that only have a token; what a token is
    for is a thing of its account as well."""
    listed = {each.name: each for each in playbook.accounts if each.platform == platform}
    unlisted = (name for name in tokens if name.startswith(f"{platform}/") and name not in listed)
    every = listed | {name: Account(platform=platform, account=name.partition("/")[2]) for name in unlisted}
    return known_as(every.values(), account, lambda each: _things(each, tokens.get(each.name)))


def _things(account: Account, token: ApiToken | None) -> set[str]:
    return {thing.id for thing in account.things} | (token.things.keys() if token else set())


def place(table: Table, head: ReplyHead, asked: Asked, accounts: Iterable[Account] = ()) -> Place:
    """Return where a reply goes, by what is known of the conversation now, and of the playbook's accounts."""
    conversation = keys.conversation_of(identity_name=head.identity, channel=asked.channel, thread=asked.thread)
    answered = Key(conversation.pk, asked.reply_to) if asked.reply_to else None
    found = table.get_many([conversation, *([answered] if answered else [])])
    event = journal.entry(found[answered]).event if answered in found else None
    return place_of(
        _conversation(head, asked, found[conversation]["state"]["S"] if conversation in found else None),
        event if isinstance(event, Message) else None,
        accounts=accounts,
        answered_privately=asked.privately and _answered_privately(table, head, asked),
    )


def _conversation(head: ReplyHead, asked: Asked, state: str | None) -> Conversation:
    """Return a conversation's head as it is kept, or as it begins where nothing was said yet."""
    if state is not None:
        return Conversation.stored(state)
    return Conversation(
        identity=head.identity,
        account=asked.account,
        channel=asked.channel,
        thread=asked.thread,
        visibility="private",
        opened_at=asked.at,
    )


def _answered_privately(table: Table, head: ReplyHead, asked: Asked) -> bool:
    """Return whether what is answered has had a private answer, which most platforms let through only once."""
    partition = keys.identity(head.identity)
    rows = table.query(partition, first=keys.REPLY_PREFIX, last=f"{keys.REPLY_PREFIX}{_LAST}")
    others = (ReplyHead.stored(row["state"]["S"]) for row in rows)
    return any(
        other.asked.privately and other.asked.reply_to == asked.reply_to and other.sent_at is not None
        for other in others
        if other.asked and other.id != head.id
    )
