"""What a search for customers answers."""

from typing import Literal

from pydantic import Field

from services.customer360.contract import Customer
from services.customer360.contract_parts import Part


class FoundBy(Part):
    """How the search led to this customer."""

    kind: Literal["identity", "phone", "email", "handle", "customer_number"]
    verified: bool = Field(description="Whether there is a proof of it, or the customer merely claimed it.")
    identities: tuple[str, ...] = Field(
        description="The customer's identities that it belongs to; none when the token is not shown identities."
    )


class Found(Part):
    found_by: FoundBy
    customer: Customer


class Lookup(Part):
    """The customers whom a contact point or an identity leads to, at least one."""

    customers: tuple[Found, ...] = Field(description="Those of whom it is verified first, then the longest known.")
    identities_omitted: int = Field(description="How many more identities have this contact point.")
