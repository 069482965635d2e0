"""The hand-off: what a department finds on its queue, as a published and versioned contract.

The models here are that contract and nothing else (`shared/contracts/README.md` says how it may change), so they do
not share a class with the product's own words. `python -m shared.handoff` prints its JSON Schema.
"""

import json
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.casework.commitments import CommitmentHead
from shared.escalation import Escalation
from shared.models import ContactKind, Instant, Message, PersonalEvent, Visibility
from shared.playbook import Priority
from shared.projection.about import About
from shared.projection.known import join, said
from shared.triage import Reason

MAX_BYTES = 240 * 1024
"""How long a hand-off's JSON may be: SQS took 256 KiB with all attributes before it took 1 MiB, and many consumers'
buffers and onward queues still do (SQS Developer Guide, message quotas)."""

_MAX_NAME, _MAX_LINK, _MAX_PROMISE = 200, 4096, 4000
_MOST_OTHERS = 10
_IN_COMMON = {"external_id", "occurred_at", "identity", "account", "channel", "thread"}
"""What every event of a person has as a message has it."""


class _Part(BaseModel):
    """A piece of the contract; readers skip fields that they do not know, so that later ones break nobody."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", from_attributes=True, json_schema_serialization_defaults_required=True
    )


class Contact(_Part):
    kind: ContactKind
    value: str = Field(description="A phone in E.164, an e-mail address, a handle without @, or another name.")
    verified: bool = Field(description="True when the platform attests it, false when it is merely claimed.")


class Customer(_Part):
    id: str = Field(pattern="^cus_[a-z2-7]{26}$")
    name: str | None = Field(description="As the person calls themselves on the platform; proves nothing.")
    handle: str | None = Field(description="Without @.")
    language: str | None = Field(description="BCP 47 tag, as the platform says it.")
    contacts: tuple[Contact, ...]


class Conversation(_Part):
    channel: str = Field(description="The medium, such as whatsapp, x_mention or instagram_comment.")
    account: str = Field(description="The company's own presence on that channel.")
    thread: str = Field(description="Tells apart the conversations of one identity; direct for private ones.")
    visibility: Visibility


class QuotedAttachment(_Part):
    type: str = Field(description="The platform's own word.")
    id: str | None
    url: str | None = Field(description="Short-lived on most platforms.")
    mime_type: str | None
    name: str | None
    text: str | None = Field(description="What a person would read in it: a caption, an address, a contact's name.")


class QuotedMessage(_Part):
    external_id: str = Field(description="The platform's id.")
    occurred_at: Instant = Field(description="The platform's instant.")
    text: str
    attachments: tuple[QuotedAttachment, ...]
    rating: int | None = Field(None, description="How many stars of five a review gives; null for all that is none.")


class Promise(_Part):
    id: str = Field(pattern="^com_[a-z2-7]{26}$")
    department: str | None = Field(description="Who promised it, if it was in a department's name.")
    matter: str = Field(description="What it is about, in a few words.")
    text: str = Field(description="What the customer was told.")
    until: Instant = Field(description="When it is to be kept by.")


class Why(_Part):
    code: str = Field(description="For machines; new codes may appear.")
    text: str = Field(description="A sentence for a person.")
    evidence: str | None = Field(description="The playbook's phrase that was found in the message.")


class Stop(_Part):
    """A department that had this before, and how it left there."""

    department: str
    offered_at: Instant
    at: Instant = Field(description="When it left there.")
    act: str = Field(description="returned, handed_over, or expired when it was not accepted or answered in time.")
    why: str = Field(description="In the words of whoever did it.")


class Sibling(_Part):
    """Another open request about the same person."""

    id: str
    department: str
    state: str
    priority: Priority


class Links(_Part):
    customer: str = Field(description="Everything about the customer, by the lookup service.")
    timeline: str = Field(description="Everything that was said, the newest first.")
    permalink: str | None = Field(description="Opens the message on its platform.")


class HandOff(_Part):
    """A request that a department take over what a customer said, with all that is needed to begin."""

    version: Literal["1"] = "1"
    id: str = Field(pattern="^esc_[a-z2-7]{26}$", description="The escalation's id, the same wherever it passes.")
    offer: int = Field(
        0, description="Grows with each time that it is put on a queue. Claim by id and offer: each may come twice."
    )
    claim: str = Field(description="id and offer in one text, to claim by.")
    department: str
    priority: Priority
    offered_at: Instant
    accept_by: Instant = Field(description="Not accepted by then, it may be offered to the department's fallback.")
    customer: Customer
    identity: str = Field(description="The person's address on the channel: namespace:account:id.")
    conversation: Conversation
    message: QuotedMessage = Field(description="What was last said, without text where that was a call.")
    message_identity: str | None = Field(None, description="Whose the message is, if it is another address of theirs.")
    commitment: Promise | None = Field(description="Set when this reminds of a promise, which is to be seen to.")
    reasons: tuple[Why, ...] = Field(description="Why this department and this priority, the deciding ones first.")
    path: tuple[Stop, ...] = Field((), description="The departments that had it before, the first one first.")
    path_left_out: int = Field(0, description="How many departments that had it before those of path are left out.")
    others: tuple[Sibling, ...] = Field((), description="What else is open about this person, to be seen to together.")
    evidence: tuple[str, ...] = Field(description="Keys of the journal's events that this rests on.")
    links: Links
    truncated: bool = Field(description="True when something was cut to fit the queue; links.timeline has it whole.")

    def to_json(self) -> str:
        """Return the body of the queue's message: JSON in ASCII, so that no character of it is refused by SQS."""
        return _ascii(self.model_dump(mode="json"))


def hand_off(
    escalation: Escalation,
    event: PersonalEvent,
    about: About,
    *,
    commitment: CommitmentHead | None = None,
    others: Sequence[Escalation] = (),
    public_url: str,
) -> HandOff:
    """Return what a department is told of an escalation.

    `event` is the one that it rests on, or for which it comes once more, `about` what is known of its author,
    `commitment` the promise of which it reminds, and `others` are the person's other open ones, on whichever of their
    identities. `public_url` is where the lookup service answers; with an empty one the links are paths. To stay within
    `MAX_BYTES`, the end of the texts, the last attachments and the last contact points are left out, and `truncated`
    says so; identifiers are never cut.
    """
    known = join(about.known, said(event))
    named = {
        field: known[field].value[:_MAX_NAME] if field in known else None for field in ("name", "handle", "language")
    }
    message = _as_message(event)
    permalink = message.permalink if len(message.permalink or "") <= _MAX_LINK else None
    customer_url = f"{public_url.rstrip('/')}/customers/{escalation.customer_id}"
    return _fitted(
        HandOff.model_validate(
            {
                "id": escalation.id,
                "offer": escalation.offer,
                "claim": offer_id(escalation),
                "department": escalation.department,
                "priority": escalation.priority,
                "offered_at": escalation.offered_at,
                "accept_by": escalation.accept_by,
                "customer": {"id": escalation.customer_id, **named, "contacts": about.contacts},
                "identity": escalation.identity,
                "conversation": message,
                "message": message,
                "message_identity": event.identity if event.identity != escalation.identity else None,
                "commitment": _promise(commitment),
                "reasons": (*_passed(escalation), *escalation.reasons),
                "path": escalation.path,
                "path_left_out": escalation.path_left_out,
                "others": others[:_MOST_OTHERS],
                "evidence": tuple(dict.fromkeys(filter(None, (escalation.event_key, escalation.own_evidence)))),
                "links": {"customer": customer_url, "timeline": f"{customer_url}/timeline", "permalink": permalink},
                "truncated": permalink != message.permalink or not _is_whole(commitment),
            }
        )
    )


def offer_id(case: Escalation) -> str:
    """Return what tells one offer of an escalation from another: its id alone for the first."""
    return f"{case.id}-{case.offer}" if case.offer else case.id


def _passed(case: Escalation) -> Iterator[Reason]:
    """Yield why it comes from another department, or once more."""
    if case.offer and case.last:
        who = case.path[-1].department if case.path else case.department
        text = f"{_PASSED.get(case.last.act, 'It was looked at again')} ({who})."
        yield Reason(code=case.last.act, text=f"{text} {case.last.why}".strip())


_PASSED: dict[str, str] = {
    "returned": "It was handed back",
    "handed_over": "It was handed over",
    "expired": "It was not seen to in time",
    "reminded": "It still waits",
    "reopened": "It was answered, and the customer waits again",
}


def _as_message(event: PersonalEvent) -> Message:
    """Return a message as it is, and of anything else what it has in common with one."""
    if isinstance(event, Message):
        return event
    return Message.model_validate(event.model_dump(include=_IN_COMMON))


def _promise(head: CommitmentHead | None) -> dict[str, object] | None:
    if head is None or head.made is None:
        return None
    made = head.made
    return {
        "id": head.id,
        "department": made.by.department,
        "matter": made.matter[:_MAX_NAME],
        "text": made.text[:_MAX_PROMISE],
        "until": head.until,
    }


def _is_whole(head: CommitmentHead | None) -> bool:
    made = head.made if head else None
    return made is None or (len(made.matter) <= _MAX_NAME and len(made.text) <= _MAX_PROMISE)


def _fitted(whole: HandOff) -> HandOff:
    if len(whole.to_json()) <= MAX_BYTES:
        return whole
    room = MAX_BYTES - len(_cut(whole, contacts=(), attachments=(), text="").to_json())
    contacts = _beginning(whole.customer.contacts, room // 4)
    attachments = _beginning(whole.message.attachments, room // 4)
    room -= sum(map(_size, (*contacts, *attachments)))
    return _cut(whole, contacts=contacts, attachments=attachments, text=_start(whole.message.text, room))


def _cut(
    whole: HandOff, *, contacts: tuple[Contact, ...], attachments: tuple[QuotedAttachment, ...], text: str
) -> HandOff:
    customer = whole.customer.model_copy(update={"contacts": contacts})
    message = whole.message.model_copy(update={"attachments": attachments, "text": text})
    return whole.model_copy(update={"customer": customer, "message": message, "truncated": True})


def _beginning[P: _Part](parts: tuple[P, ...], room: int) -> tuple[P, ...]:
    """Return the first parts that take at most `room` bytes together."""
    sizes = accumulate(map(_size, parts))
    return tuple(part for part, size in zip(parts, sizes, strict=True) if size <= room)


def _size(part: _Part) -> int:
    """Return how many bytes an element of a list takes, its comma included."""
    return len(_ascii(part.model_dump(mode="json"))) + 1


def _start(text: str, room: int) -> str:
    """Return the longest beginning of a text that takes at most `room` bytes as ASCII JSON, without its quotes."""
    room = max(room, 0)
    lengths = range(min(len(text), room) + 1)
    return text[: bisect_right(lengths, room, key=lambda length: len(_ascii(text[:length])) - 2) - 1]


def _ascii(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def schema() -> dict[str, Any]:
    """Return the contract as JSON Schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:mostrador:hand-off:1",
        **HandOff.model_json_schema(mode="serialization"),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=2) + "\n")
