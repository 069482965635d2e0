"""The product's words as frozen models: what came in, and what it means.

`Request` and `Delivery` are what a platform sent, as raw bytes. `Event` is what one unit of it means, and is
what the journal keeps. All instants are aware UTC datetimes; every foreign id is text, because platforms send
the same id as a number here and as a string there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from shared.headers import Headers

Direction = Literal["inbound", "outbound"]
Visibility = Literal["public", "private"]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as the platform made it.

    `url` is the public URL that the platform called, `headers` are read without regard to case, `query` holds the
    decoded query string, `body` the raw bytes (base64 of the gateway already undone).
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", Headers(self.headers))


@dataclass(frozen=True, slots=True)
class Delivery:
    """One verified request: the raw bytes that a platform handed us for one of our accounts.

    `account` is the one named in the webhook's URL; a body may speak of several of the company's accounts, and
    then each event names its own. `received_at` is the instant at our door. `request_id` tells apart the requests that
    brought the same bytes; it is the gateway's. `content` is what the body says that lies elsewhere (a mail in a
    bucket), where somebody has fetched it; it is no part of what is kept.
    """

    platform: str
    account: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    received_at: datetime
    request_id: str = ""
    content: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", Headers(self.headers))


@dataclass(frozen=True, slots=True)
class Handshake:
    """The answer that proves to a platform that this URL is ours: `200` with this body."""

    body: str
    content_type: str = "text/plain"


def _in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Identifier = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=-(2**63), lt=2**63)]  # what JSON writers agree on
Stars = Annotated[int, Field(strict=True, ge=1, le=5)]


class Frozen(BaseModel):
    """A value: built once, compared by content, never changed; what it does not know, it refuses."""

    # Built at first use: a function meets few of the models, and building all of them takes a tenth of a cold start.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)

    @classmethod
    def stored(cls, text: str) -> Self:
        """Return what was kept as JSON, without the fields that this version does not know: a newer one wrote them,
        beside which it runs while that is deployed, and after which when that is taken back."""
        return cls.model_validate_json(text, extra="ignore")


ContactKind = Literal["phone", "email", "handle", "customer_number", "platform_id"]
Proof = Literal["platform", "contact_share", "dmarc", "app_session"]
PROOFS: tuple[Proof, ...] = ("platform", "contact_share", "dmarc", "app_session")
"""What makes a contact point verified, the weaker first: the platform attests it, the person shared it as their own
through the platform, the mail passed DMARC (RFC 7489), the company's own app has its holder signed in."""


class ContactPoint(Frozen):
    """One way to reach or to know a person: `verified` when there is a proof of it, otherwise merely claimed.

    A `phone` is in E.164 with its plus sign, an `email` and a `handle` are as the platform writes them (a handle
    without `@`), a `customer_number` is the company's own, a `platform_id` is a further id by which the platform knows
    the person (a business-scoped or a parent one); the store canonicalises them for look-ups.
    """

    kind: ContactKind
    value: Identifier
    proof: Proof | None = None

    @property
    def verified(self) -> bool:
        return self.proof is not None


class Author(Frozen):
    """What the platform said of the person behind an identity, at the time of the event.

    `language` is a BCP 47 tag; `reach` is the number of followers.
    """

    name: str | None = None
    handle: str | None = None
    language: str | None = None
    reach: Count | None = None
    contacts: tuple[ContactPoint, ...] = ()


class Attachment(Frozen):
    """Something sent along with a message; `type` is the platform's own word for it.

    `id` or `url` (short-lived on most platforms) says where it can be fetched. `text` is what a person would read in
    it: a caption, a file name's title, a place's address, a contact's name.
    """

    type: Identifier
    id: str | None = None
    url: str | None = None
    mime_type: str | None = None
    name: str | None = None
    text: str | None = None


class _Unit(Frozen):
    """What every event has. `dated` is false where the platform dates only its own notification, not the event:
    `occurred_at` is then that notification's instant, and takes no part in the event's key."""

    external_id: Identifier
    occurred_at: Instant
    dated: bool = True


class _Known(_Unit):
    """An event that belongs to a person.

    `identity` is `<namespace>:<account>:<id>`, the person's address as the platform scopes it; `account` is the
    company's own presence; `thread` tells apart the conversations of one identity on one channel (a post, a topic),
    and is `direct` for private ones.
    """

    identity: Identifier
    account: Identifier
    channel: Identifier
    thread: Identifier = "direct"
    author: Author | None = None

    @property
    def names_a_customer(self) -> bool:
        """False when the identity is the company's own presence: the platform did not say who the other side was."""
        return self.identity.split(":", 1)[-1] != f"{self.account}:{self.account}"


class Message(_Known):
    """Something said: by the customer (`inbound`) or by the company on any screen, ours or the platform's (`outbound`).

    `reply_to` is the external id of the message answered; `permalink` opens it where that exists. `title` stands over
    it, as a mail's subject does. `summons` is whether it names or quotes the company's account, where the platform
    tells. `overheard` is whether nobody spoke to the company and it was found. `reply_id` is our own id of what we
    sent, where the platform gives it back. `rating` is how many stars of five a review gives; a recommendation or a
    thumb has none. `spot` is what answers name that name neither person nor message: the same for all said there.
    """

    kind: Literal["message"] = "message"
    direction: Direction = "inbound"
    visibility: Visibility = "private"
    title: str | None = None
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    reply_to: str | None = None
    permalink: str | None = None
    summons: bool | None = None
    overheard: bool = False
    reply_id: str | None = None
    rating: Stars | None = None
    spot: str | None = None


class Edit(_Known):
    """A message's new content; `target` is the external id of the message as first sent; `overheard` and `rating` are
    as there, the rating as it is now."""

    kind: Literal["edit"] = "edit"
    direction: Direction = "inbound"
    target: Identifier
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    overheard: bool = False
    rating: Stars | None = None


class Deletion(_Known):
    """A message taken back or hidden; `target` is its external id."""

    kind: Literal["deletion"] = "deletion"
    direction: Direction = "inbound"
    target: Identifier


class Reaction(_Known):
    """A sign put on a message or taken off it; `target` is the message's external id, `emoji` the sign itself
    (the platform's word where it sends no emoji, none where a removal does not say)."""

    kind: Literal["reaction"] = "reaction"
    direction: Direction = "inbound"
    target: Identifier
    emoji: str | None = None
    removed: bool = False


class Receipt(_Known):
    """What became of something we sent: `target` is its external id, or none where the platform gives only a
    watermark (everything up to `occurred_at`); `reply_id` is our own, where the platform gives it back."""

    kind: Literal["receipt"] = "receipt"
    target: str | None = None
    status: Literal["sent", "delivered", "read", "played", "failed"]
    error: str | None = None
    reply_id: str | None = None


class ProfileChange(_Known):
    """Something about the person or their relation to us changed: `field` in our words (`handle`, `name`, `phone`,
    `identity`, `picture`, `follow`, `opt_in`, `referral` ...), with the values before and after where the platform
    gives them."""

    kind: Literal["profile_change"] = "profile_change"
    field: Identifier
    previous: str | None = None
    current: str | None = None


class Call(_Known):
    """A voice call. `status` is how far it got; `duration` in seconds where the platform gives it.

    `by_machine` is whether all that is known to have taken it is an announcement, a menu or an answering machine, on
    whichever side: nobody has been spoken to. `recording` is where what was said can be heard. `waited` is for how many
    seconds the caller stood in a queue, and `agent` the platform's id of who of ours took it, where it tells.
    `transcript` is what was said, as the platform wrote it down: one utterance where a `speaker` says whose words they
    are, and otherwise a line for each, after `customer: `, `company: `, `machine: ` or `somebody: `. `summary` is what
    it came to, in the platform's words. `call_id` is the platform's id of the call, by which what names nobody goes
    where the call is.
    """

    kind: Literal["call"] = "call"
    direction: Direction = "inbound"
    status: Literal["ringing", "answered", "missed", "rejected", "completed", "failed"]
    duration: Count | None = None
    by_machine: bool = False
    recording: str | None = None
    waited: Count | None = None
    agent: str | None = None
    transcript: str | None = None
    summary: str | None = None
    call_id: str | None = None
    speaker: Literal["customer", "company"] | None = None

    @property
    def is_words(self) -> bool:
        """Whether it is what was said in a call, and only that part of it: how the call went, other events tell."""
        return any(part is not None for part in (self.transcript, self.summary, self.speaker))


class Ignored(_Unit):
    """A unit that we keep the bytes of and do nothing with, and why."""

    kind: Literal["ignored"] = "ignored"
    reason: Identifier


PersonalEvent = Message | Edit | Deletion | Reaction | Receipt | ProfileChange | Call
Event = PersonalEvent | Ignored

event_adapter: TypeAdapter[Event] = TypeAdapter(
    Annotated[Event, Field(discriminator="kind")], config=ConfigDict(hide_input_in_errors=True, defer_build=True)
)
