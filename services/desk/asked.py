"""What may be asked of the desk, as the bodies of its calls; pure."""

from typing import Annotated, Literal

from pydantic import Field

from shared.casework.said import Committing, Name, ToColleagues, Until
from shared.errors import InvalidParameter
from shared.http.writing import Body
from shared.ids import customer_id
from shared.models import ContactKind
from shared.playbook import DepartmentName
from shared.store import keys
from shared.texts import Line, Text, Why

_Identity = Annotated[
    Name | None,
    Field(description="Whose of the customer's identities it is written to; without one the case's, or that of {id}."),
]
_Case = Annotated[Name | None, Field(description="The escalation that it belongs to; of a department in reach.")]


class Asked(Body):
    """What every write may say: why, and in whose name."""

    why: Why | None = Field(None, description="The reason, for whoever asks one day.")
    department: DepartmentName | None = Field(
        None, description="In whose name; the token's department when it has one, and nobody's when it has none."
    )


class Reasoned(Asked):
    """A write that has to say why."""

    why: Why = Field(description="The reason, for whoever asks one day.")


class Note(ToColleagues, Asked):
    """Something that colleagues should know."""

    identity: _Identity = None
    escalation_id: _Case = None


class Commitment(Committing, Asked):
    """Something that the company told the customer: that it will do a thing until an instant, or that it will not."""

    identity: _Identity = None
    escalation_id: _Case = None


class Withdrawal(Reasoned):
    """A commitment is taken back."""


class Move(Asked):
    """A new instant, agreed with the customer, until which a promise is to be kept."""

    until: Until = Field(description="RFC 3339 with an offset, in the future.")


class Need(Asked):
    """Something that the customer asks for and the company does not do yet."""

    topic: Line = Field(description="The same words for the same need of many.")
    text: Text = Field(description="What they asked for.")
    event_key: Name | None = Field(None, description="The timeline entry in which they did, of the same identity.")
    identity: _Identity = None

    @property
    def names_an_event(self) -> bool:
        """False when `event_key` can be the key of no event."""
        return keys.is_event(self.event_key or "")


class Consent(Asked):
    """What the customer allowed or forbade for one purpose, and how we know."""

    purpose: DepartmentName = Field(description="Such as newsletter; the same for all customers.")
    given: Annotated[bool, Field(strict=True)] = Field(description="Whether they allowed it.")
    evidence: Text = Field(description="How we know, in words.")
    identity: _Identity = None


class Link(Reasoned):
    """Whether this customer and another one, or another identity, are one person."""

    identity: Name | None = Field(None, description="The other, by an identity; or else:")
    customer: Annotated[str, Field(pattern="^cus_[a-z2-7]{26}$")] | None = Field(
        None, description="the other, by an id."
    )
    decision: Literal["linked", "dismissed"] = Field(
        description="linked: they are one person. dismissed: they are two, whatever was suggested."
    )
    despite: ContactKind | None = Field(
        None,
        description="The kind of contact point of which both have a verified one of their own, when that is known.",
    )

    def other(self) -> tuple[str, str]:
        """Return the field that names the other customer, and an id of theirs.

        Raises `InvalidParameter` unless there is exactly one, and for a `despite` without anything to be despite of.
        """
        if (self.identity is None) == (self.customer is None):
            raise InvalidParameter("identity", "give exactly one of identity and customer")
        if self.decision == "dismissed" and self.despite is not None:
            raise InvalidParameter("despite", "goes with linked only; leave it out")
        if self.identity is not None:
            return "identity", customer_id(self.identity)
        return "customer", self.customer or ""


class Unlink(Reasoned):
    """An identity is somebody else after all."""

    identity: Name = Field(description="Which is to be parted.")
    other: Name | None = Field(None, alias="from", description="From this one alone; from all others without it.")
