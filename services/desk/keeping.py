"""How a step is taken: journalled in one call under its author's key, and projected at once.

Only the first request under a key asks whether the step may be taken; one that is repeated meets the step that it was,
brings the projections up to it again, and is answered as the first was. When this process dies after journalling, or
cannot project, the table's stream hands the step to the projector.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.desk import asked
from services.desk.asked import Asked
from services.desk.people import Person
from services.desk.writer import Writer
from shared import telemetry
from shared.casework.steps import (
    Commitment,
    CommitmentEnd,
    CommitmentMove,
    Consent,
    LinkDecision,
    Need,
    Note,
    ReplyAsked,
    ReplyMove,
    Step,
)
from shared.errors import InvalidParameter
from shared.http.writing import KEY
from shared.playbook import Playbook
from shared.projection import casework, replies
from shared.store import keys, steps
from shared.store.table import Table


@dataclass(frozen=True, slots=True)
class Keeping:
    """The journal of steps. `playbook` returns the company's current one, `now` an aware instant."""

    table: Table
    playbook: Callable[[], Playbook]
    now: Callable[[], datetime]

    def step(self, said: Asked, writer: Writer, identity: str) -> dict[str, Any]:
        """Return what every step about an identity has; raises what `Writer.agent` raises."""
        return {
            "id": writer.step_id(identity),
            "identity": identity,
            "at": self.now(),
            "by": writer.agent(said.department, self.playbook()),
            "why": said.why or "",
        }

    def there(self, identity: str, writer: Writer) -> Step | None:
        """Return the step about an identity that the journal has under an author's key, if there is one, whatever it
        is."""
        item = self.table.get(keys.step(identity_name=identity, step_id=writer.step_id(identity)))
        return steps.read(item) if item else None

    def whose(self, person: Person, wanted: str | None, writer: Writer) -> str:
        """Return the identity that something is written to: the one that is wanted, or the person's own.

        Raises `InvalidParameter` for one that is none of theirs, unless something was written to it before under the
        same key, when it was.
        """
        if wanted is not None and wanted not in person.members and self.there(wanted, writer):
            return wanted
        return person.identity(wanted)

    def place(self, person: Person, said: asked.Note | asked.Commitment, writer: Writer) -> str:
        """Return the identity that a note or a commitment is written to: that of its case, where it belongs to one.

        Raises `InvalidParameter` for a case that there is not or that is out of the token's reach, unless something was
        written to the identity that is named before, under the same key.
        """
        wanted, case = said.identity, said.escalation_id
        if case is None or (wanted is not None and self.there(wanted, writer)):
            return self.whose(person, wanted, writer)
        return person.whose_case(case, wanted, reaches=writer.reaches)

    def keep[S: (Note, Commitment, CommitmentEnd, CommitmentMove, Need, Consent, LinkDecision, ReplyAsked)](
        self, step: S, may: Callable[[], object] = lambda: None
    ) -> S:
        """Take a step, and return it as the journal has it; `may` is asked before, and raises when it may not be taken.

        Raises `InvalidParameter` when the author's key was given to something else.
        """
        kept = steps.once(self.table, step, may)
        if kept is None:
            raise InvalidParameter(KEY, "was given to another request; give each one a key of its own")
        self.project(kept)
        return kept

    def project(self, step: Step) -> None:
        """Bring the projections up to a step that is kept; what cannot be projected now, the stream projects."""
        try:
            if isinstance(step, ReplyAsked | ReplyMove):
                replies.take(step, table=self.table, now=self.now)
            casework.take(step, table=self.table, playbook=self.playbook, now=self.now)
        except Exception as error:
            telemetry.failure("step kept and not projected", error)
