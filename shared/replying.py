"""What the company says to a customer through a platform: the reply, what may be said where, and what became of it.

A platform's port stands in `reply.py` of its folder, under the name `PORT`. Like the other ports (`shared/ports.py`) it
makes no call itself: it yields the calls that it wants made, and returns its finding. What may be said where is known
before anything is sent, from the channel's `Rules` and what is known of the place (`shared/permitted.py`).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol
from urllib.parse import urlsplit

from pydantic import Field

from shared.lengths import LengthUnit
from shared.models import Frozen, Identifier, Instant, Visibility
from shared.ports import Asking, Presence

EVER = timedelta(days=36_500)
"""How long something may be done that has no end."""


class Template(Frozen):
    """A message that the platform approved beforehand, with what is put into it, in order."""

    name: Identifier
    language: Identifier
    parameters: tuple[str, ...] = ()


class Draft(Frozen):
    """What is to be said: a text or a template. `privately` answers something public in private; `by_a_person` says
    that somebody, and no program, wrote it, which some platforms let through for longer.

    With a template, `text` is what it will read as, for our own record, and is not sent.
    """

    text: str = ""
    template: Template | None = None
    privately: bool = False
    by_a_person: bool = True


class Place(Frozen):
    """Where it is to be said, and what is known there: a conversation, the message that is answered (`reply_to`, by the
    platform's id, its instant, and its `title` where the channel has that), and when the customer spoke last.

    `summoned` is whether the message that is answered names the company's account or quotes it, where the platform
    tells. `answered_privately` is whether that message has had its private answer. `rights` are what the platform has
    granted the account, by the playbook.
    """

    channel: Identifier
    account: Identifier
    identity: Identifier
    thread: Identifier
    visibility: Visibility
    reply_to: str | None = None
    reply_to_at: Instant | None = None
    title: str | None = None
    last_inbound_at: Instant | None = None
    summoned: bool | None = None
    answered_privately: bool = False
    rights: tuple[Identifier, ...] = ()


class Refusal(Frozen):
    """Why something may not be said there: a code for machines, a sentence that says what to do, and where it is a
    matter of time `expired_at`, when it ceased to be allowed. `alternatives` are what would be let through there.

    `not_reachable` is a place that a platform lets nobody write to, or whose address is none of its own.
    """

    code: Literal[
        "window_closed",
        "too_long",
        "too_short",
        "empty",
        "not_summoned",
        "no_templates",
        "no_private_answer",
        "answered_already",
        "nothing_to_answer",
        "unknown_channel",
        "not_reachable",
    ]
    sentence: str
    expired_at: Instant | None = None
    alternatives: tuple[Literal["template", "privately", "publicly", "by_a_person", "shorter"], ...] = ()


class Reply(Frozen):
    """A reply as it is sent: under an id of our own, and asked for at an instant, which every attempt has."""

    id: Identifier
    place: Place
    draft: Draft
    asked_at: Instant | None = None


class Sent(Frozen):
    """The platform has it, under `external_id`; `at` is its instant where it gives one. `identity` is the person's
    private address, where a private answer under something public made it known, and `thread` the conversation that
    such an answer began, where it is not the direct one."""

    outcome: Literal["sent"] = "sent"
    external_id: Identifier
    at: Instant | None = None
    identity: str | None = None
    thread: str | None = None


class Refused(Frozen):
    """The platform did not take it and will not: in its own code, and a sentence of ours that says what to do."""

    outcome: Literal["refused"] = "refused"
    code: str
    sentence: str


class Later(Frozen):
    """The platform did nothing, and says to come again: after so many seconds, where it says when. `account` is whether
    that holds for all that the account sends."""

    outcome: Literal["later"] = "later"
    seconds: int | None = Field(None, ge=0)
    account: bool = True


class Unknown(Frozen):
    """Nobody can tell whether the platform has it: no answer came, or one that says neither. `for_good` is whether the
    platform will tell no more when it is asked later."""

    outcome: Literal["unknown"] = "unknown"
    sentence: str
    for_good: bool = False


class NotThere(Frozen):
    """The platform was asked, and has no such message."""

    outcome: Literal["not_there"] = "not_there"


@dataclass(frozen=True, slots=True)
class Rate:
    """An account may send so many in so long a time."""

    most: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class PrivateAnswer:
    """How something public may be answered in private, as a message on `channel`: `within` so long a time after it
    (`EVER` without an end), `once` or as often as there is something to say, up to `longest` in its own unit, and with
    rates of its own, which count on that channel.
    """

    channel: str
    longest: int
    unit: LengthUnit
    within: timedelta = EVER
    once: bool = False
    rates: tuple[Rate, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What a channel lets through, by the platform's documentation.

    `window` is for how long after the customer's last word anything may be said, `by_a_person` for how long what a
    person wrote; none where there is no end. `right` is what the platform has to grant an account for `by_a_person` to
    hold, by the name that the playbook has for it; empty where it holds for everybody. `answers` is whether there must
    be a message that is answered, as in public, or by mail. `private_answer` is how something public may be answered in
    private, and none where it cannot be. `echoes` is whether the platform tells us of what we sent, and `echo_has_id`
    whether it then gives our own id back. `cost` is a sentence on what is billed, empty for nothing.
    """

    longest: int
    unit: LengthUnit
    window: timedelta | None = None
    by_a_person: timedelta | None = None
    right: str = ""
    templates: bool = False
    answers: bool = False
    only_summoned: bool = False
    private_answer: PrivateAnswer | None = None
    rates: tuple[Rate, ...] = ()
    echoes: bool = False
    echo_has_id: bool = False
    cost: str = ""

    def limits_of(self, draft: Draft) -> "Rules | PrivateAnswer":
        """Return where a draft's length, unit and rates stand: with the private answers, for one of those."""
        return (self.private_answer if draft.privately else None) or self

    def lasts_by_a_person(self, rights: Collection[str]) -> timedelta | None:
        """Return for how long what a person wrote may be said by an account that was granted these rights."""
        return self.by_a_person if self.by_a_person and (not self.right or self.right in rights) else self.window


type Check = Callable[[Draft, Place, datetime], Refusal | None]


class Send(Protocol):
    def __call__(
        self, reply: Reply, presence: Presence, now: datetime | None = None
    ) -> Asking[Sent | Refused | Later | Unknown]: ...


class Find(Protocol):
    def __call__(
        self,
        reply: Reply,
        presence: Presence,
        since: datetime,
        now: datetime | None = None,
        others: Collection[str] = (),
    ) -> Asking[Sent | NotThere | Unknown]: ...


@dataclass(frozen=True, slots=True)
class ReplyPort:
    """How a platform is spoken through. It calls none but `hosts_of(presence)`, over TLS: `hosts`, and where the
    company runs the platform itself, the host that its playbook names as the account's thing of the kind `host_kind`,
    by its name or as a URL there. No host is ever taken from what came from outside.

    `rules` are by channel. `check(draft, place, now)` returns why something may not be said, or none. `send(reply,
    presence)` says it, in one call that does something, whatever calls that read go before; it never tries again, and
    what it cannot say at all it refuses without a call. `find(reply, presence, since, others=...)` finds out whether a
    reply that was first tried at `since` was taken after all, and under which of the platform's ids, which is none of
    `others`: those are other replies', whose words may be the same. Ask some time later, since platforms show their own
    lists with a delay. None where the platform cannot be asked.

    `repeatable` is whether a reply of which nobody knows may be sent again under its id, and nobody is asked then: the
    platform takes once what comes twice, however late it comes, and answers it as it did at first.

    `now` is the instant of the attempt, which some platforms have to be told; without it, it is the machine's.

    `own_credentials` is whether whoever sends is let in by its own credentials, as with AWS: then no token is published
    for an account, and one that the playbook lists is spoken for. `things` are the kinds of thing that the playbook may
    name for it.
    """

    hosts: frozenset[str]
    rules: Mapping[str, Rules]
    check: Check
    send: Send
    find: Find | None = None
    repeatable: bool = False
    own_credentials: bool = False
    things: tuple[str, ...] = ()
    host_kind: str = ""

    @property
    def rights(self) -> frozenset[str]:
        """Return what the platform has to grant an account before all is let through that it has rules for."""
        return frozenset(rules.right for rules in self.rules.values() if rules.right)

    def hosts_of(self, presence: Presence) -> frozenset[str]:
        """Return the hosts that are called for an account."""
        named = (thing.id for thing in presence.things if thing.kind == self.host_kind != "")
        return self.hosts | {urlsplit(each).netloc or each for each in named}
