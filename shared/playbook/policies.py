"""What the company decided once for all customers: accounting, commitments, linking, purposes."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from shared.models import ContactKind, Frozen
from shared.playbook.parts import DepartmentName, Minutes, Phrases, Text


class Accounting(Frozen):
    """How long what was received may stay without an outcome before somebody is told."""

    pending_at_most_minutes: Minutes = 15


class Commitments(Frozen):
    """How long before a promise is due its department is reminded of it."""

    remind_before_minutes: Minutes = 120

    @property
    def notice(self) -> timedelta:
        return timedelta(minutes=self.remind_before_minutes)


_SOLVED = Phrases(
    es=(
        *("está solucionado", "está resuelto", "está arreglado", "se ha solucionado", "se ha resuelto"),
        *("me lo han solucionado", "me lo han resuelto", "lo he solucionado", "lo he resuelto"),
        *("problema solucionado", "problema resuelto", "asunto resuelto"),
    ),
    en=(
        *("it is solved", "it's solved", "it is sorted", "it's sorted", "it is fixed", "it's fixed"),
        *("has been solved", "has been sorted", "has been fixed", "already solved", "already sorted", "already fixed"),
        *("problem solved", "all sorted", "it works now"),
    ),
)


class HandOffs(Frozen):
    """What becomes of what departments do not settle among themselves.

    What would go back for the `most_returns`-th time goes to the `owner`, a department, with the whole path; to the
    default one where none is named. What was answered is taken for closed `close_after_minutes` later. A customer who
    says one of the phrases in `solved`, and nothing beside it that turns it, takes back what nobody has accepted yet.
    """

    owner: DepartmentName | None = None
    most_returns: Annotated[int, Field(strict=True, ge=1, le=20)] = 3
    close_after_minutes: Minutes = 3 * 24 * 60
    solved: Phrases = _SOLVED

    @property
    def close_after(self) -> timedelta:
        return timedelta(minutes=self.close_after_minutes)


class Linking(Frozen):
    """By which evidence two identities are one customer without anybody being asked.

    A contact point of an `automatic` kind links when it is verified for both; any other that two share is a suggestion.
    `blocked` values prove nothing, however many have them; a value that more than `most_identities_per_value` have
    proves nothing either. Two identities with proven values of a kind in `one_per_person`, and none of them in common,
    are two people.
    """

    automatic: tuple[ContactKind, ...] = ("phone", "email", "customer_number", "platform_id")
    blocked: tuple[Text, ...] = ()
    most_identities_per_value: Annotated[int, Field(strict=True, ge=2, le=50)] = 5
    most_identities: Annotated[int, Field(strict=True, ge=2, le=100)] = 100
    one_per_person: tuple[ContactKind, ...] = ("customer_number", "platform_id")


class Purpose(Frozen):
    """What somebody may want to look at a customer for, and the parts of the answer that this takes: names of fields of
    the lookup's answer. A token with the scope `purpose/<name>` is shown these and no others."""

    name: DepartmentName
    title: Text
    fields: Annotated[tuple[DepartmentName, ...], Field(min_length=1)]
