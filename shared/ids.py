"""Ids that are a pure function of what they name, so that doing something twice names the same thing.

They are pseudonyms: whoever can list all possible identities (all phone numbers, say) can find the one behind an id.
"""

from base64 import b32encode
from hashlib import sha256


def escalation_id(*, identity: str, external_id: str, department: str) -> str:
    """Return the id (`esc_` and 26 characters) of the request that a department take over a person's message."""
    return _derived("esc", identity, external_id, department)


def reminder_id(*, term_id: str, stage: str) -> str:
    """Return the id (`esc_` and 26 characters) of the request that a department see to a promise of ours."""
    return _derived("esc", term_id, stage)


def customer_id(identity: str) -> str:
    """Return the id (`cus_` and 26 characters) of the customer whose first identity this is."""
    return _derived("cus", identity)


def step_id(*, subject: str, identity: str, idempotency_key: str) -> str:
    """Return the id (`stp_` and 26 characters) of what somebody did about an identity under an idempotency key of
    theirs."""
    return _derived("stp", subject, identity, idempotency_key)


def _derived(prefix: str, *parts: str) -> str:
    # Netstrings: every part says its length, so that no two lists of parts can read the same.
    encoded = b"".join(b"%d:%b," % (len(part), part) for part in (part.encode() for part in parts))
    return f"{prefix}_{b32encode(sha256(encoded).digest())[:26].decode().lower()}"
