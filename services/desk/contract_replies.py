"""What the desk answers of replies to customers, and of what may be said where."""

from typing import Literal

from pydantic import Field

from services.desk.contract import Kept, Part
from services.desk.contract_cases import Standing
from shared.casework.deciding import Decision
from shared.casework.places import Way
from shared.casework.replies import State
from shared.http.problems import Problem
from shared.models import Instant, Visibility

Alternative = Literal["template", "privately", "publicly", "by_a_person", "shorter"]


class Refusal(Part):
    """Why something may not be said somewhere."""

    code: str = Field(description="For machines; new codes may appear.")
    sentence: str = Field(description="What is in the way and what to do, for a person.")
    expired_at: Instant | None = Field(description="When it ceased to be allowed, where that is a matter of time.")
    alternatives: tuple[Alternative, ...] = Field(description="What would be let through there.")


class Option(Part):
    """One way of saying something in a conversation."""

    way: Way
    open: bool
    until: Instant | None = Field(description="When it ends, where it is open and ends.")
    longest: int | None = Field(description="How long a text may be, where there is such a limit.")
    unit: str | None = Field(
        description="What that counts: characters (code points), utf16 (its units), bytes (of UTF-8), weighted (as X "
        "weighs characters), graphemes (which a reader takes for one sign), or what a platform alone counts, under a "
        "name of its own that its README explains, such as mastodon; new ones may appear."
    )
    cost: str = Field(description="What the platform bills for it; empty for nothing.")
    refusal: Refusal | None = Field(description="Why it is not open.")


class Talk(Part):
    """A conversation of the customer."""

    identity: str
    channel: str
    account: str
    thread: str


class Place(Talk):
    """A conversation, and what may be said there now."""

    visibility: Visibility
    reply_to: str | None = Field(description="The event_key of the message that would be answered.")
    ways: tuple[Option, ...]


class Places(Part):
    """A page of where something may be said to a customer, the one where they last wrote first; about a case, its own
    first."""

    places: tuple[Place, ...]
    omitted: int = Field(description="How many more conversations there are, where they wrote longer ago.")
    next_cursor: str | None = Field(description="Pass it as cursor for these; null where there are none.")


class Reply(Kept):
    """Something that is said to a customer, and how far it has got."""

    id: str = Field(description="rpl_ and 26 characters, the same for every repetition of the request.")
    channel: str
    account: str
    thread: str
    text: str
    template: str | None
    language: str | None
    parameters: tuple[str, ...]
    privately: bool
    reply_to: str | None
    escalation_id: str | None
    state: State = Field(
        description="queued and sending are seen to; unconfirmed may have been sent; refused was not taken, and failed "
        "did not reach the customer."
    )
    sent_at: Instant | None
    code: str | None = Field(
        description="The platform's own for what is in the way, or what the customer has against it; null for nothing."
    )
    sentence: str = Field(description="What is in the way and what to do; empty for nothing.")
    next_at: Instant | None = Field(
        description="When it is tried, or looked into, next; null for at once, and where nothing is done by itself."
    )
    may: tuple[Decision, ...] = Field(description="What a person may decide about it now, by the calls of these names.")


class ReplyProblem(Problem):
    """Why something is not said: since it may not be where it was to be, or since its case stands otherwise."""

    refusal: Refusal | None = Field(None, description="What stands against it there; left out when that is not it.")
    elsewhere: tuple[Talk, ...] = Field((), description="Where else a text is let through to the same customer.")
    stands: Standing | None = Field(None, description="The case as it is now; left out when that is not it.")
