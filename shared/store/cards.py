"""What is kept of one identity, its events excepted: what a person is put together from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shared.casework.brief import Brief
from shared.casework.commitments import CommitmentHead
from shared.escalation import Escalation
from shared.ids import customer_id
from shared.models import Frozen
from shared.projection.about import About
from shared.projection.conversation import Conversation
from shared.projection.known import Known, join
from shared.store import keys
from shared.store.table import Item


@dataclass(frozen=True, slots=True)
class Card:
    """One identity, with everything that is shown of it but its history."""

    about: About
    conversations: tuple[Conversation, ...]
    escalations: tuple[Escalation, ...]
    commitments: tuple[CommitmentHead, ...]
    brief: Brief

    @property
    def identity(self) -> str:
        return self.about.identity

    @property
    def partition(self) -> str:
        return keys.identity(self.about.identity)

    @property
    def known(self) -> dict[str, Known]:
        """Return what platforms said of the person, on whatever occasion."""
        return join(self.about.known, *(conversation.known for conversation in self.conversations))


def read(items: Iterable[Item]) -> Card | None:
    """Return the card that an identity's items make, or `None` while nothing is known of that identity."""
    rows = {item["sk"]["S"]: item for item in items}
    if keys.ABOUT not in rows:
        return None
    about = _state(About, rows[keys.ABOUT])
    return Card(
        about=about,
        conversations=tuple(_under(keys.CONVERSATION_PREFIX, Conversation, rows)),
        escalations=escalations(rows.values()),
        commitments=tuple(_under(keys.COMMITMENT_PREFIX, CommitmentHead, rows)),
        brief=_state(Brief, rows[keys.BRIEF]) if keys.BRIEF in rows else Brief(identity=about.identity),
    )


def escalations(items: Iterable[Item]) -> tuple[Escalation, ...]:
    """Return the escalations among an identity's items."""
    return tuple(_under(keys.ESCALATION_PREFIX, Escalation, {item["sk"]["S"]: item for item in items}))


def shown_id(abouts: Iterable[About]) -> str:
    """Return the id under which a customer is shown: that of the identity whom we knew first.

    Nothing is written for it, so it is another one as soon as the identities are others.
    """
    return customer_id(min((about.first_seen, about.identity) for about in abouts)[1])


def _under[M: Frozen](prefix: str, model: type[M], rows: Mapping[str, Item]) -> Iterator[M]:
    return (_state(model, row) for name, row in rows.items() if name.startswith(prefix))


def _state[M: Frozen](model: type[M], row: Item) -> M:
    return model.stored(row["state"]["S"])
