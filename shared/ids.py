"""Ids that are a pure function of what they name, so that doing something twice names the same thing.

They are pseudonyms: whoever can list all possible identities (all phone numbers, say) can find the one behind an id.
"""

import re
from base64 import b32encode
from hashlib import sha256

_REPLY_ID = re.compile("rpl_[a-z2-7]{26}")


def escalation_id(*, identity: str, external_id: str, department: str) -> str:
    """Return the id (`esc_` and 26 characters) of the request that a department take over a person's message."""
    return _derived("esc", identity, external_id, department)


def reminder_id(*, term_id: str, stage: str) -> str:
    """Return the id (`esc_` and 26 characters) of the request that a department see to a promise of ours."""
    return _derived("esc", term_id, stage)


def overdue_id(*, identity: str, conversation: str, since: str, stage: str) -> str:
    """Return the id (`esc_` and 26 characters) of the request that somebody answer a conversation in which the customer
    has been waiting since an instant."""
    return _derived("esc", identity, conversation, since, stage)


def undelivered_id(*, reply_id: str, state: str, number: int) -> str:
    """Return the id (`esc_` and 26 characters) of the request that somebody look at a reply which came to such a state
    by its move of a number."""
    return _derived("esc", reply_id, state, str(number))


def customer_id(identity: str) -> str:
    """Return the id (`cus_` and 26 characters) of the customer whose first identity this is."""
    return _derived("cus", identity)


def step_id(*, subject: str, identity: str, idempotency_key: str) -> str:
    """Return the id (`stp_` and 26 characters) of what somebody did about an identity under an idempotency key of
    theirs."""
    return _derived("stp", subject, identity, idempotency_key)


def move_id(*, escalation_id: str, number: int, act: str) -> str:
    """Return the id (`stp_` and 26 characters) of what we do with an escalation by ourselves."""
    return _derived("stp", escalation_id, str(number), act)


def returned_reply_id(value: object) -> str | None:
    """Return the id of a reply of ours (`rpl_` and 26 characters) that a platform gives back; none for anything else,
    since whoever else speaks in the account's name may put anything there."""
    return value if isinstance(value, str) and _REPLY_ID.fullmatch(value) else None


def _derived(prefix: str, *parts: str) -> str:
    # Netstrings: every part says its length, so that no two lists of parts can read the same.
    encoded = b"".join(b"%d:%b," % (len(part), part) for part in (part.encode() for part in parts))
    return f"{prefix}_{b32encode(sha256(encoded).digest())[:26].decode().lower()}"
