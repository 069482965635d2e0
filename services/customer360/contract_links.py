"""What the lookup answers of who is one person with whom: why, who else, and what a link would bring together."""

from typing import Literal

from pydantic import Field

from services.customer360.contract import Commitment, Conflict, OtherCommitment, Place
from services.customer360.contract_cases import Escalation, OtherCase
from services.customer360.contract_parts import By, Part
from shared.models import ContactKind, Instant, Proof


class Evidence(Part):
    """A contact point that two identities share."""

    kind: ContactKind
    value: str
    proofs: tuple[Proof | None, Proof | None] = Field(description="What proves it for each of them, or null.")
    since: Instant = Field(description="Since when it is known of both.")


class Word(Part):
    """What somebody said of two identities."""

    at: Instant
    by: By
    decision: Literal["linked", "unlinked", "dismissed"]
    why: str
    despite: str | None = Field(description="The kind of evidence that spoke against it.")


class Tie(Part):
    """What is known of two identities: whether they are one person, by whom, and on what evidence."""

    one: str
    other: str
    bond: Literal["linked", "suggested", "apart"]
    decided_by: Literal["people", "rules"]
    since: Instant = Field(description="When that was said, or since when the evidence is there.")
    refused: Literal["conflict", "not_automatic", "claimed"] | None = Field(
        description="Why the rules only suggest it: evidence speaks against it, what is verified is of a kind that "
        "links nobody by itself, or nothing is verified for both."
    )
    playbook_version: int | None = Field(description="The first one whose rules came to this.")
    evidence: tuple[Evidence, ...]
    words: tuple[Word, ...] = Field(description="The latest first.")


class Links(Part):
    """Why the customer's identities are one person, and who else they might be."""

    id: str = Field(pattern="^cus_[a-z2-7]{26}$")
    identities: tuple[str, ...]
    joined: tuple[Tie, ...] = Field(description="What makes them one.")
    questions: tuple[Tie, ...] = Field(description="What waits for somebody's word.")
    parted: tuple[Tie, ...] = Field(description="Of whom somebody said that they are somebody else.")


class Side(Part):
    """One of two customers who would be linked, with what would come together; the parts that the token may see."""

    id: str
    name: str | None = None
    identities: tuple[str, ...] = ()
    conversations: tuple[Place, ...] = ()
    escalations: tuple[Escalation, ...] = Field((), description="The open ones.")
    other_cases: tuple[OtherCase, ...] = ()
    commitments: tuple[Commitment, ...] = Field((), description="Those that stand.")
    other_commitments: tuple[OtherCommitment, ...] = ()


class Preview(Part):
    """What a link would bring together. Nothing is written."""

    customers: tuple[Side, Side] = Field(description="The one in the path first.")
    id: str = Field(description="Under which id both would be shown; every id of either goes on to answer.")
    evidence: tuple[Evidence, ...] = Field(description="What the two share; none where nothing is known.")
    at_odds: ContactKind | None = Field(
        description="The kind of contact point of which each has a verified one of their own: the link takes despite."
    )
    too_many: bool = Field(description="They would have more identities than the playbook allows.")
    left_out: tuple[str, ...] = Field(
        description="Identities of theirs that would fall out, since evidence or somebody's word speaks against it: "
        "link or unlink these first."
    )
    told_apart: tuple[tuple[str, str], ...] = Field(
        description="Identities of theirs of whom somebody said that they are two people: say first that these are one."
    )
    conflicts: tuple[Conflict, ...] = Field(description="Commitments that would come to contradict each other.")
