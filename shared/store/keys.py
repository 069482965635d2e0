"""The table's keys: every one is a pure function of what it names."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from zlib import crc32

import orjson

from shared import ids
from shared.models import Delivery, PersonalEvent

ABOUT = "about"
DELIVERY = "delivery"
PLAYBOOK = "playbook"
EVENT_PREFIX = "event#"
UNDATED_PREFIX = "event#undated#"
LAST_DATED = "event#:"
"""Above all dated events and below all undated ones: `:` follows `9`."""
CONVERSATION_PREFIX = "conversation#"
ESCALATION_PREFIX = "escalation#"
IDENTITY_PREFIX = "identity#"
CUSTOMER_PREFIX = "customer#"
DELIVERY_PREFIX = "delivery#"
REPEATED_PREFIX = "repeated#"
STEP_PREFIX = "step#"
REPLY_PREFIX = "reply#"
MEDIA_PREFIX = "media#"
SENT_PREFIX = "sent#"
SAID_PREFIX = "said#"
SAID = "said"
COPY_PREFIX = "copy#"
RATE_PREFIX = "rate#"
CURSOR_PREFIX = "cursor#"
COMMITMENT_PREFIX = "commitment#"
BRIEF = "brief"
LINK_PREFIX = "link#"
MEMBERS = "members"
CROWDED = "crowded"
SEEN_PREFIX = "seen#"

SHARDS = 4
"""How many partitions of an index each kind of open work, and each day of an account, is spread over: one takes a
thousand writes a second."""

_LONGEST_NAME = 512
"""A partition key holds 2,048 bytes and a sort key 1,024 (DynamoDB limits); a longer foreign name is replaced by its
digest."""

_LONGEST_KEY = 1024

_DIGEST = "sha256:"


class Key(NamedTuple):
    pk: str
    sk: str


def instant(at: datetime) -> str:
    """Return an instant as RFC 3339 text in UTC of fixed width, so that text order is time order."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def identity(name: str) -> str:
    return f"{IDENTITY_PREFIX}{_bounded(name)}"


def about(identity_name: str) -> Key:
    return Key(identity(identity_name), ABOUT)


def event(what: PersonalEvent) -> Key:
    """Return where an event is kept: the same for every redelivery of it, and for nothing else."""
    prefix = f"{EVENT_PREFIX}{instant(what.occurred_at)}#" if what.dated else UNDATED_PREFIX
    return Key(identity(what.identity), f"{prefix}{_bounded(what.external_id)}")


def is_event(text: str) -> bool:
    """Return whether a text can be the sort key of an event."""
    return text.startswith(EVENT_PREFIX) and len(text.encode()) <= _LONGEST_KEY


def media(event: Key, number: int) -> Key:
    """Return where it is noted what became of the so-manieth file that came with an event."""
    return Key(event.pk, f"{MEDIA_PREFIX}{event.sk.removeprefix(EVENT_PREFIX)}#{number:06d}")


def conversation(what: PersonalEvent) -> Key:
    return conversation_of(identity_name=what.identity, channel=what.channel, thread=what.thread)


def conversation_of(*, identity_name: str, channel: str, thread: str) -> Key:
    return Key(identity(identity_name), f"{CONVERSATION_PREFIX}{channel}#{_bounded(thread)}")


def escalation(*, identity_name: str, escalation_id: str) -> Key:
    return Key(identity(identity_name), f"{ESCALATION_PREFIX}{escalation_id}")


def step(*, identity_name: str, step_id: str) -> Key:
    return Key(identity(identity_name), f"{STEP_PREFIX}{step_id}")


def moves(of: str) -> str:
    """Return what the sort keys of all that was done with an escalation or a reply begin with, by its id."""
    return f"{STEP_PREFIX}{of}#"


def move(*, identity_name: str, of: str, number: int) -> Key:
    """Return where the so-manieth thing that was done with an escalation or a reply is kept: text order is their
    order."""
    return Key(identity(identity_name), f"{moves(of)}{number:06d}")


def reply(*, identity_name: str, reply_id: str) -> Key:
    return Key(identity(identity_name), f"{REPLY_PREFIX}{reply_id}")


def sent(*, identity_name: str, external_id: str) -> Key:
    """Return where it is noted which reply of ours the platform has under an id: in the partition of the identity under
    which its echo and its receipts come."""
    return Key(identity(identity_name), f"{SENT_PREFIX}{_bounded(external_id)}")


def said(*, channel: str, account: str, external_id: str) -> Key:
    """Return where it is noted whose a message is, and what of the company's own words speaks of it, on a channel on
    which the platform names only the message."""
    return Key(f"{SAID_PREFIX}{channel}#{_bounded(account)}#{_bounded(external_id)}", SAID)


def private_reply(reply_id: str) -> Key:
    """Return where it is noted whose a reply is that goes to an address which is known only once it is sent."""
    return Key(f"{REPLY_PREFIX}{reply_id}", "identity")


def rate(partition: str, *, channel: str, seconds: int, window: int) -> Key:
    """Return where it is counted how much an account has sent on a channel in the so-manieth window of so many seconds
    since 1970."""
    return Key(partition, f"{RATE_PREFIX}{channel}#{seconds}#{window}")


def pause(partition: str, *, channel: str) -> Key:
    """Return where it is noted until when a platform takes nothing more from an account on a channel."""
    return Key(partition, f"pause#{channel}")


def poll(partition: str, thing: str) -> Key:
    """Return where it is noted how the last poll of an account's thing ended; of the account itself where it has none
    that are polled."""
    return Key(partition, f"{CURSOR_PREFIX}{_bounded(thing)}")


def commitment(*, identity_name: str, commitment_id: str) -> Key:
    return Key(identity(identity_name), f"{COMMITMENT_PREFIX}{commitment_id}")


def brief(identity_name: str) -> Key:
    return Key(identity(identity_name), BRIEF)


def seen(partition: str, *, at: datetime, request_id: str) -> Key:
    """Return where it is noted that a request showed what is kept in an identity's partition."""
    return Key(partition, f"{SEEN_PREFIX}{instant(at)}#{_bounded(request_id)}")


def delivery_id(what: Delivery) -> str:
    """Return a delivery's id: a digest of whose it is, the kept headers and the raw bytes, so that the same bytes
    are the same delivery."""
    whose = orjson.dumps([what.platform, what.account, sorted(what.headers.items())])
    return sha256(whose + what.body).hexdigest()[:40]


def delivery(delivery_id: str) -> Key:
    return Key(f"{DELIVERY_PREFIX}{delivery_id}", DELIVERY)


def repeated(of: Key, *, received_at: datetime, request_id: str) -> Key:
    """Return where it is noted that a request brought again what is kept in the same partition."""
    return Key(of.pk, f"{REPEATED_PREFIX}{instant(received_at)}#{_bounded(request_id)}")


def ledger(*, platform: str, account: str, received_at: datetime, pk: str) -> str:
    """Return the partition of the index `ledger` that lists a request: its account's, its day's (UTC), and a shard."""
    day = received_at.astimezone(UTC).date().isoformat()
    return f"{platform}/{account}#{day}#{crc32(pk.encode()) % SHARDS}"


def ledger_of(delivery_id: str) -> str:
    """Return the partition of the index `ledger` that lists the events that came out of a kept delivery."""
    return delivery(delivery_id).pk


def copy_of(event: Key) -> str:
    """Return the partition of the index `ledger` that lists an event of the company's which is kept once more, under
    the customer's identity: no request's, and no delivery's."""
    return f"{COPY_PREFIX}{event.pk}#{event.sk}"


def told_to(identity_name: str, event: Key) -> Key:
    """Return where an event of the company's is kept once more, under a customer's identity."""
    return Key(identity(identity_name), event.sk)


def copied(ledger: str, *, sk: str) -> Key:
    """Return the event of which a copy is, by the copy's partition of the index `ledger` and its sort key, which is the
    event's own; the inverse of `copy_of`."""
    return Key(ledger.removeprefix(COPY_PREFIX).removesuffix(f"#{sk}"), sk)


def ledger_shards(*, platform: str, account: str, day: date) -> list[str]:
    """Return the partitions of the index `ledger` that list an account's requests of a day (UTC)."""
    return [f"{platform}/{account}#{day.isoformat()}#{number}" for number in range(SHARDS)]


def days(since: datetime, until: datetime) -> list[date]:
    """Return the days (UTC) that a span of time touches; `until` is not part of it."""
    first, last = since.astimezone(UTC).date(), (until.astimezone(UTC) - timedelta(microseconds=1)).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def contact(*, kind: str, value: str, identity_name: str) -> Key:
    return Key(contact_partition(kind=kind, value=value), identity(identity_name))


def crowded(kind: str, value: str) -> Key:
    """Return where it is noted that more identities have a contact point than it can prove anything for."""
    return Key(contact_partition(kind=kind, value=value), CROWDED)


def contact_partition(*, kind: str, value: str) -> str:
    return f"contact#{kind}#{_bounded(value)}"


def membership(*, customer_id: str, identity_name: str) -> Key:
    return Key(customer(customer_id), identity(identity_name))


def link(*, of: str, other: str) -> Key:
    """Return where one side of a pair keeps what is known of it: in the partition of the customer that the identity
    `of` is by itself."""
    return Key(customer(ids.customer_id(of)), f"{LINK_PREFIX}{_bounded(other)}")


def members(of: str) -> Key:
    """Return where an identity that is one customer with others has the list of all."""
    return Key(customer(ids.customer_id(of)), MEMBERS)


def customer(customer_id: str) -> str:
    return f"{CUSTOMER_PREFIX}{customer_id}"


def shard(kind: str, pk: str) -> str:
    """Return the partition of the sparse index in which this partition's open work of that kind is listed."""
    return f"{kind}#{crc32(pk.encode()) % SHARDS}"


def shards(kind: str) -> list[str]:
    return [f"{kind}#{number}" for number in range(SHARDS)]


def _bounded(name: str) -> str:
    encoded = name.encode()
    if len(encoded) <= _LONGEST_NAME and not name.startswith(_DIGEST):
        return name
    return f"{_DIGEST}{sha256(encoded).hexdigest()}"
