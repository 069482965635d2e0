"""What may be asked of a department's cases; pure."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from shared.casework.steps import Act, Corrections, Speaker, Tone
from shared.http.cursor import LONGEST
from shared.http.query import Query
from shared.http.writing import Body
from shared.playbook import DepartmentName, Priority
from shared.texts import Line, Why


class QueueQuery(Query):
    """Which page of a department's open cases."""

    state: Literal["offered", "accepted", "answered"] | None = Field(None, description="Those in this state only.")
    priority: Priority | None = Field(None, description="Those of this priority only.")
    cursor: Annotated[str | None, Field(min_length=1, max_length=LONGEST)] = Field(
        None, description="The next_cursor of the page before; the most pressing ones without one."
    )
    limit: Annotated[int, Field(ge=1, le=100)] = Field(20, description="How many cases at most.")


class Claim(Body):
    """The next case of a department is taken."""

    why: Why | None = Field(None, description="The reason, for whoever asks one day.")


Number = Annotated[
    Annotated[int, Field(strict=True, ge=0, le=999_999)] | None,
    Field(description="The number of what the caller saw: 409, and nothing done, when something was done since."),
]


class CaseAct(Body):
    """Something is done with a case, in the name of the department that has it."""

    act: ClassVar[Act]

    why: Why | None = Field(None, description="The reason, for whoever asks one day, and whoever has it next.")
    number: Number = None

    @property
    def reason(self) -> str:
        return self.why or ""

    @property
    def corrections(self) -> Corrections | None:
        return None


class Accepted(CaseAct):
    """The department takes the case."""

    act = "accepted"


class _Explained(CaseAct):
    why: Why = Field(description="The reason, for whoever has it next, and whoever asks one day.")


class Returned(_Explained):
    """The department hands the case back: it is not theirs."""

    act = "returned"
    to: DepartmentName | None = Field(
        None,
        description="Whose it is, where that is known; else it goes to the fallback. Handed back too often, it goes to "
        "the playbook's owner, whoever is named.",
    )


class HandedOver(_Explained):
    """Another department is to go on with the case."""

    act = "handed_over"
    to: DepartmentName = Field(
        description="Any department but the one that has it. Going back too often to those that had it before, it goes "
        "to the playbook's owner, whoever is named."
    )


class Answered(CaseAct):
    """The customer was answered elsewhere than through the desk; a reply through it says so by itself."""

    act = "answered"
    how: Line = Field(description="On which way, such as by phone.")

    @property
    def reason(self) -> str:
        return f"{self.how}: {self.why}" if self.why else self.how


class Closed(CaseAct):
    """There is nothing more to do."""

    act = "closed"


class Corrected(_Explained):
    """The triage got it wrong: the case is more pressing, or less, or the customer sounds otherwise, or it is no
    customer who speaks. One of the three at least."""

    act = "corrected"
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
    """The case is not needed any more: the customer says so, or was answered elsewhere."""

    act = "withdrawn"
