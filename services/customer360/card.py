"""What is kept of one identity, its events excepted; pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.escalation import Escalation
from shared.ids import customer_id
from shared.models import Frozen
from shared.projection.about import About
from shared.projection.conversation import Conversation
from shared.projection.known import Known, join
from shared.store import keys
from shared.store.customers import LINKED
from shared.store.table import Item


@dataclass(frozen=True, slots=True)
class Card:
    """One identity; `linked` names its customer where several identities are one customer."""

    partition: str
    about: About
    conversations: tuple[Conversation, ...]
    escalations: tuple[Escalation, ...]
    linked: str | None

    @property
    def customer_id(self) -> str:
        return self.linked or customer_id(self.about.identity)

    @property
    def known(self) -> dict[str, Known]:
        return join(self.about.known, *(conversation.known for conversation in self.conversations))


def read(items: Iterable[Item]) -> Card | None:
    """Return the card that an identity's items make, or `None` while nothing is known of that identity."""
    rows = {item["sk"]["S"]: item for item in items}
    if keys.ABOUT not in rows:
        return None
    return Card(
        partition=rows[keys.ABOUT]["pk"]["S"],
        about=About.model_validate_json(rows[keys.ABOUT]["state"]["S"]),
        conversations=_under(keys.CONVERSATION_PREFIX, Conversation, rows.values()),
        escalations=escalations(rows.values()),
        linked=rows[LINKED]["state"]["S"] if LINKED in rows else None,
    )


def _under[M: Frozen](prefix: str, model: type[M], items: Iterable[Item]) -> tuple[M, ...]:
    rows = (item for item in items if item["sk"]["S"].startswith(prefix))
    return tuple(model.model_validate_json(row["state"]["S"]) for row in rows)


def escalations(items: Iterable[Item]) -> tuple[Escalation, ...]:
    """Return the escalations among an identity's items."""
    return _under(keys.ESCALATION_PREFIX, Escalation, items)
