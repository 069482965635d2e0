"""The tools in which departments work, so that they can stay there: which one it is, and where in it they are."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from shared.models import Frozen
from shared.playbook.parts import Text

if TYPE_CHECKING:
    from shared.playbook import Playbook

Language = Literal["es", "en"]
"""In which language the tool's labels are; what customers say and why stays as it is."""

Address = Annotated[
    str, StringConstraints(pattern=r"^[^@\s<>,;:\"()]{1,64}@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$", to_lower=True)
]
Domain = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+\.[a-z]{2,}$")]


class _Tool(Frozen):
    language: Language = "es"


class Slack(_Tool):
    """A channel of a workspace, by Slack's ids. Whoever is in the channel may act for the department."""

    kind: Literal["slack"]
    team: Annotated[str, StringConstraints(pattern=r"^T[A-Z0-9]{2,20}$")]
    channel: Annotated[str, StringConstraints(pattern=r"^[CG][A-Z0-9]{2,20}$")]


class Mail(_Tool):
    """Mail from `sender` to the addresses `to`. They and `people` may answer it, at an address under `replies_to`: a
    domain whose mail comes to us."""

    kind: Literal["mail"]
    to: Annotated[tuple[Address, ...], Field(min_length=1, max_length=10)]
    people: Annotated[tuple[Address, ...], Field(max_length=500)] = ()
    sender: Address
    replies_to: Domain

    @property
    def members(self) -> frozenset[str]:
        """Return the addresses from which an answer is the department's."""
        return frozenset((*self.to, *self.people))


class Zendesk(_Tool):
    """A group of agents; `user` is the id of the user whose token it is, so that we know our own doings again."""

    kind: Literal["zendesk"]
    host: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*\.zendesk\.com$")]
    group: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]
    user: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]


class Jira(_Tool):
    """A project; `user` is the account id of the user whose token it is.

    With `service_desk` every comment that the customer could see there is an answer to them; without, only one that
    begins with the word for it is, since nothing else in a project is meant for customers.
    """

    kind: Literal["jira"]
    host: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*\.atlassian\.net$")]
    project: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,20}$")]
    issue_type: Text = "Task"
    user: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9:-]{1,128}$")]
    service_desk: Annotated[bool, Field(strict=True)] = False


class Webhook(_Tool):
    """An endpoint of the department's own, which takes hand-offs as Standard Webhooks (their contract says the rest).

    Its `host` is all that may be called.
    """

    kind: Literal["webhook"]
    url: Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.-]+\.[a-z]{2,}(:[0-9]{2,5})?(/[!-~]*)?$")]

    @property
    def host(self) -> str:
        return self.url.removeprefix("https://").partition("/")[0]

    @model_validator(mode="after")
    def _without_a_fragment(self) -> Self:
        if set("#@") & set(self.url):
            raise ValueError("must have neither # nor @ in it")
        return self


class Queue(Frozen):
    """A program of the department's own, which takes hand-offs off its queue, and says on the other one what it does
    with them: it knows notices, too (`shared/contracts/README.md`)."""

    kind: Literal["queue"]


type Tool = Slack | Mail | Zendesk | Jira | Webhook
"""Where hand-offs are given to by us."""

Connector = Annotated[Slack | Mail | Zendesk | Jira | Webhook | Queue, Field(discriminator="kind")]


def _one_place_each(playbook: "Playbook") -> Iterator[str]:
    """Whoever is in a place acts for its department, and what comes from there must be of one department."""
    places: Counter[tuple[str, ...]] = Counter()
    for department in playbook.departments:
        tool = department.connector
        place = _place(tool) if tool else ()
        if place and (places.update([place]) or places[place] > 1):
            yield f"departments[{department.name}].connector: another department has that place; give each its own"


def _place(tool: Tool | Queue) -> tuple[str, ...]:
    match tool:
        case Slack(team=team, channel=channel):
            return "slack", team, channel
        case Zendesk(host=host, group=group):
            return "zendesk", host, group
        # A mail's answer is signed, an issue bears its hand-off, a webhook tells us nothing, and a queue is its own.
        case _:
            return ()


CHECKS = (_one_place_each,)
"""What a playbook is looked through for; each yields a sentence for each setting at fault."""
