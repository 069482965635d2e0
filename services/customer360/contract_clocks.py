"""What the lookup answers of a customer's clocks: how long everything took, by which rules, and why it was late."""

from pydantic import Field

from services.customer360.contract_parts import Part
from shared.clocks.clock import Why
from shared.clocks.happenings import Screen
from shared.clocks.runs import Ending
from shared.models import Instant
from shared.playbook import ClockKind, Priority


class Interval(Part):
    """A part of a clock's time."""

    since: Instant
    until: Instant
    counted: bool = Field(description="Whether it counts towards the target.")
    why: Why = Field(
        description="counted; closed or holiday by the calendar; waiting_for_customer; not_started: before the opening."
    )
    department: str | None = Field(description="With whom it was; null while it was with nobody.")
    calendar: str = Field(description="By which calendar of the playbook.")


class Because(Part):
    """Where a part of a late clock's time went."""

    since: Instant
    until: Instant
    why: Why
    over: bool = Field(description="Whether it was after the clock was due.")
    sentence: str = Field(description="For a person; instants in UTC.")


class Clock(Part):
    """How long something took, or takes, in open time."""

    identity: str
    channel: str
    thread: str
    kind: ClockKind = Field(description="What is timed: first_answer, next_answer, accept or resolve.")
    escalation_id: str | None = Field(description="Of accept: of which case's offer.")
    started_at: Instant
    due_at: Instant | None = Field(
        description="When its target is used up, or was; null while we wait for the customer."
    )
    stopped_at: Instant | None = Field(description="Null while it runs.")
    ended: Ending | None = Field(description="What stopped it.")
    screen: Screen | None = Field(description="Where it was answered: on ours, or in the platform's own app.")
    unreached: tuple[Instant, ...] = Field(
        description="When the customer was answered meanwhile by what did not reach them: that stops no clock."
    )
    target_seconds: float = Field(description="How much open time it may take.")
    spent_seconds: float = Field(description="How much open time it took until it stopped, or until now.")
    priority: Priority
    department: str | None = Field(description="With whom it was last.")
    calendar: str
    late: bool
    intervals: tuple[Interval, ...] = Field(description="All of its time, without gaps.")
    because: tuple[Because, ...] = Field(description="Why it was late, in order; empty when it was not.")


class Clocks(Part):
    """A page of a customer's clocks on all channels, the last begun first."""

    playbook_version: int = Field(description="By whose targets and calendars.")
    group: str | None = Field(description="The group of customers whose targets count.")
    at: Instant = Field(description="As of when.")
    clocks: tuple[Clock, ...]
    omitted: int = Field(description="How many more there are that began earlier.")
    next_cursor: str | None = Field(description="Pass it as cursor for these; null where there are none.")
