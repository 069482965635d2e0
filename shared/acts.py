"""What a department does with a hand-off and says on its own queue, as a published and versioned contract.

Whoever may send to that queue is the department: it needs neither a seat nor a token, only an AWS principal. The models
here are that contract (`shared/contracts/README.md` says how it may change), and say the same as the desk's bodies.
`python -m shared.acts` prints its JSON Schema.
"""

import json
import sys
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from shared.casework.said import Committing, Name, ToColleagues, ToCustomer, Where
from shared.casework.steps import Corrections, Speaker, Tone
from shared.playbook import DepartmentName, Priority
from shared.texts import Line, Why

Key = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,128}$")]


class _Act(BaseModel):
    """What every act says; a field that is unknown is refused, so that none is written in vain."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)

    version: Literal["1"] = "1"
    escalation_id: str = Field(pattern="^esc_[a-z2-7]{26}$", description="The hand-off's id.")
    identity: Name = Field(description="The hand-off's identity.")
    idempotency_key: Key = Field(description="A new one for each act; the same again is done once.")
    why: Why | None = Field(None, description="The reason, for whoever asks one day, and whoever has it next.")

    @property
    def reason(self) -> str:
        return self.why or ""


class Accepted(_Act):
    """The department takes the case."""

    act: Literal["accepted"]


class _Explained(_Act):
    why: Why = Field(description="The reason, for whoever has it next, and whoever asks one day.")


class Returned(_Explained):
    """The department hands the case back: it is not theirs."""

    act: Literal["returned"]
    to: DepartmentName | None = Field(
        None, description="Whose it is, where that is known; else it goes to the fallback."
    )


class HandedOver(_Explained):
    """Another department is to go on with the case."""

    act: Literal["handed_over"]
    to: DepartmentName = Field(description="Any department but the one that has it.")


class Replied(ToCustomer, _Act):
    """The customer is answered, unless another conversation is named, in the one that the case is about: where they
    were answered last or where it began, whichever they spoke in last; and there what they said, unless another message
    is named. While they are silent after a private answer to something public, name it. Whoever answers what was only
    offered accepts it by that; once it is sent, the case is answered."""

    act: Literal["replied"]
    to_identity: Name | None = Field(
        None, description="Whose conversation, of the customer's identities; needed where several fit."
    )

    @property
    def where(self) -> Where:
        return Where(self.to_identity, self.channel, self.thread, self.reply_to)


class Answered(_Act):
    """The customer was answered elsewhere than through us."""

    act: Literal["answered"]
    how: Line = Field(description="On which way, such as by phone.")

    @property
    def reason(self) -> str:
        return f"{self.how}: {self.why}" if self.why else self.how


class Closed(_Act):
    """There is nothing more to do."""

    act: Literal["closed"]


class Corrected(_Explained):
    """The triage got it wrong."""

    act: Literal["corrected"]
    priority: Priority | None = Field(None, description="Another one than it has; the deadline follows from it.")
    tone: Tone | None = Field(None, description="How the customer sounds.")
    speaker: Speaker | None = Field(
        None,
        description="customer: they want something put right, however angry. agitator: they want others stirred up.",
    )

    @property
    def corrections(self) -> Corrections | None:
        """What is otherwise beside the priority; none where nothing is."""
        return Corrections(tone=self.tone, speaker=self.speaker) if self.tone or self.speaker else None


class Withdrawn(_Explained):
    """The case is not needed any more."""

    act: Literal["withdrawn"]


class Noted(ToColleagues, _Act):
    """A note for colleagues, written to the case."""

    act: Literal["noted"]


class Committed(Committing, _Act):
    """What the customer was told in the department's name: a promise until an instant, or a refusal."""

    act: Literal["committed"]


DepartmentAct = (
    Accepted | Returned | HandedOver | Replied | Answered | Closed | Corrected | Withdrawn | Noted | Committed
)

_adapter: TypeAdapter[DepartmentAct] = TypeAdapter(
    Annotated[DepartmentAct, Field(discriminator="act")], config=ConfigDict(hide_input_in_errors=True)
)


def read(body: str) -> DepartmentAct:
    """Return what a message of a queue of acts says; raises `ValueError` for what the contract has not, and
    `InvalidParameter` for what is no instant."""
    return _adapter.validate_json(body)


def schema() -> dict[str, Any]:
    """Return the contract as JSON Schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:mostrador:act:1",
        **_adapter.json_schema(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=2) + "\n")
