"""Notes, needs and consents: each written to one identity of the person."""

from collections.abc import Collection
from dataclasses import dataclass

from services.desk import asked, contract
from services.desk.keeping import Keeping
from services.desk.people import People
from services.desk.writer import Writer
from shared.casework.steps import Consent, Need, Note
from shared.errors import Conflict, InvalidParameter
from shared.store import keys
from shared.store.keys import Key

MOST_NAMED = 32
"""How many needs, counted for each department that raised one, and how many purposes of consent an identity's card has
room for: one item of the table, with the longest texts in the widest characters."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Every method raises `NotFound` for a customer whom nobody knows, `InvalidParameter` for what cannot be meant, and
    what `Writer.agent` raises."""

    people: People
    keeping: Keeping

    def note(self, customer_id: str, said: asked.Note, writer: Writer) -> contract.Note:
        """Write a note down."""
        person = self.people.person(customer_id)
        identity = self.keeping.place(person, said, writer)
        content = said.model_dump(include={"text", "escalation_id"})
        note = Note(**self.keeping.step(said, writer, identity), **content)
        return contract.Note.model_validate(self.keeping.keep(note))

    def need(self, customer_id: str, said: asked.Need, writer: Writer) -> contract.Need:
        """Write down what the customer asks for."""
        person = self.people.person(customer_id)
        identity = self.keeping.whose(person, said.identity, writer)
        content = said.model_dump(include={"topic", "text", "event_key"})
        need = Need(**self.keeping.step(said, writer, identity), **content)

        def may() -> None:
            there = {(each.topic, each.by.department) for each in person.members[identity].brief.needs}
            _leave_room("topic", (need.topic, need.by.department), there)
            if said.event_key is not None and not self._journalled(identity, said):
                raise InvalidParameter("event_key", "this identity's timeline has no such entry")

        return contract.Need.model_validate(self.keeping.keep(need, may))

    def consent(self, customer_id: str, said: asked.Consent, writer: Writer) -> contract.Consent:
        """Write down what the customer allowed or forbade."""
        person = self.people.person(customer_id)
        identity = self.keeping.whose(person, said.identity, writer)
        content = said.model_dump(include={"purpose", "given", "evidence"})
        consent = Consent(**self.keeping.step(said, writer, identity), **content)

        def may() -> None:
            _leave_room("purpose", said.purpose, person.members[identity].brief.consents)

        return contract.Consent.model_validate(self.keeping.keep(consent, may))

    def _journalled(self, identity: str, said: asked.Need) -> bool:
        key = Key(keys.identity(identity), said.event_key or "")
        return said.names_an_event and self.keeping.table.get(key) is not None


def _leave_room[N](field: str, name: N, there: Collection[N]) -> None:
    if name not in there and len(there) >= MOST_NAMED:
        raise Conflict(f"this identity has {MOST_NAMED} of them already; use one that is there", field=field)
