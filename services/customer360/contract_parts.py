"""What the pieces of the lookup's answers have in common."""

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """A piece of the contract."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class By(Part):
    """Who of the company did it."""

    subject: str = Field(description="The token's own.")
    department: str | None = Field(description="In whose name.")
