"""Within how much open time what is to be done, and for which customers that is less."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.models import Frozen
from shared.playbook.parts import Deadlines, DepartmentName, Text

if TYPE_CHECKING:
    from shared.playbook import Playbook

ClockKind = Literal["first_answer", "next_answer", "accept", "resolve"]


class Target(Frozen):
    """How many minutes of open time a clock of this kind may take, by priority; for everybody, or for what comes on one
    channel, from one group of customers, or is with one department."""

    kind: ClockKind
    within: Deadlines
    channel: DepartmentName | None = None
    group: DepartmentName | None = None
    department: DepartmentName | None = None

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """What is greater for the target that counts before others: a group's, then a channel's, a department's."""
        return self.group is not None, self.channel is not None, self.department is not None


class Member(Frozen):
    """A contact point that makes somebody one of a group, if it is verified.

    Handles are none, since people choose theirs.
    """

    kind: Literal["customer_number", "email", "phone"]
    begins: Text | None = None
    ends: Text | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.begins or self.ends):
            raise ValueError('says nothing; write what it begins with, like begins = "P-", or ends with')
        return self


class Group(Frozen):
    """Customers whom other targets hold for, known by any of these contact points."""

    name: DepartmentName
    title: Text
    contacts: Annotated[tuple[Member, ...], Field(min_length=1)]


def _named(playbook: "Playbook") -> Iterator[str]:
    known = {
        "group": [group.name for group in playbook.groups],
        "department": [department.name for department in playbook.departments],
    }
    for place, target in enumerate(playbook.clocks, start=1):
        for field, names in known.items():
            name = getattr(target, field)
            if name is not None and name not in names:
                remedy = f"name one of: {', '.join(names)}" if names else f"add it to {field}s"
                yield f"clocks[{place}].{field}: there is no {field} {name!r}; {remedy}"


def _ties(playbook: "Playbook") -> Iterator[str]:
    for (kind, group, channel, department), uses in Counter(
        (target.kind, target.group, target.channel, target.department) for target in playbook.clocks
    ).items():
        if uses > 1:
            whose = {"group": group, "channel": channel, "department": department}
            named = ", ".join(f"{field} {name!r}" for field, name in whose.items() if name) or "everybody"
            yield f"clocks: {uses} of kind {kind!r} are for {named}; keep one"


def unknown_channels(playbook: "Playbook", channels: list[str]) -> Iterator[str]:
    for place, target in enumerate(playbook.clocks, start=1):
        if target.channel is not None and target.channel not in channels:
            yield f"clocks[{place}].channel: there is no such channel; name one of: {', '.join(channels)}"


CHECKS = (_named, _ties)
"""What a playbook's targets are looked through for; each yields a sentence for each setting at fault."""
