"""What users of other systems complained of, one row each, named by the thread: here the clock is right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from shared.clocks.clock import Clock, clocks
from shared.clocks.happenings import Happening
from shared.clocks.targets import Targets
from shared.playbook import Calendar
from tests.shared.clocks.saying import (
    ALWAYS,
    NINE_TO_FIVE,
    SPLIT,
    at,
    did,
    moved,
    open_on,
    shut_on,
    within,
)

type Said = tuple[str, str, str | None, str | None, timedelta, bool]
"""A clock's kind, when it started, was due and stopped, what it spent, and whether it is late."""


@dataclass(frozen=True)
class Thread:
    name: str
    about: str
    happenings: Sequence[Happening]
    targets: Targets
    calendar: Calendar
    now: str
    clocks: Sequence[Said]
    why: Sequence[str] = ()


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


FIRST = within({"first_answer": 60})
UPDATE = within({"first_answer": 60, "next_answer": 120})
RESOLVE = within({"resolve": 240})

THREADS = [
    Thread(
        "chatwoot 13392",
        "Deadlines ignored business hours: of one hour from Friday 16:30, half is left for Monday.",
        [did("spoke", "fri 16:30")],
        FIRST, NINE_TO_FIVE, "mon+1 09:20",
        [("first_answer", "fri 16:30", "mon+1 09:30", None, minutes(50), False)],
        ["counted", "closed", "counted"],
    ),
    Thread(
        "chatwoot 13392, before hours",
        "What comes at 07:00 begins at 09:00.",
        [did("spoke", "wed 07:00"), did("answered", "wed 11:00")],
        within({"first_answer": 120}), NINE_TO_FIVE, "wed 12:00",
        [("first_answer", "wed 07:00", "wed 11:00", "wed 11:00", minutes(120), False)],
        ["not_started", "counted"],
    ),
    Thread(
        "chatwoot 14009",
        "One span a day: who wrote at 12:30, in the break, counted as if somebody were there.",
        [did("spoke", "tue 12:30")],
        FIRST, open_on(mon_fri=["08:00-12:00", "13:30-18:00"]), "tue 14:00",
        [("first_answer", "tue 12:30", "tue 14:30", None, minutes(30), False)],
        ["not_started", "counted"],
    ),
    Thread(
        "frappe 2212",
        "Tickets made at lunch counted at once.",
        [did("spoke", "tue 13:50"), did("answered", "tue 16:40")],
        FIRST, SPLIT, "tue 17:00",
        [("first_answer", "tue 13:50", "tue 16:50", "tue 16:40", minutes(50), False)],
        ["counted", "closed", "counted"],
    ),
    Thread(
        "freescout 3756",
        "Four hours of a 09:00 to 17:00 day from 16:00 are 12:00 of the next day, and not 20:00 of this one.",
        [did("spoke", "mon 16:00")],
        within({"first_answer": 240}), NINE_TO_FIVE, "tue 12:01",
        [("first_answer", "mon 16:00", "tue 12:00", None, minutes(241), True)],
    ),
    Thread(
        "zammad 390",
        "48 hours at 12 a day came out two days late, since a feed of holidays was in it that nobody had asked for: "
        "only the days in the version count.",
        [did("spoke", "wed 23:00")],
        within({"first_answer": 48 * 60}),
        shut_on(open_on(mon_sun=["09:00-21:00"]), date(2026, 11, 27), date(2026, 11, 29)),
        "mon+1 12:00",
        [("first_answer", "wed 23:00", "tue+1 21:00", None, minutes(27 * 60), False)],
        ["not_started", "counted", "closed", "holiday", "closed", "counted", "closed", "holiday", "closed", "counted"],
    ),
    Thread(
        "zammad 390, the feed left out",
        "The same without these days.",
        [did("spoke", "wed 23:00")],
        within({"first_answer": 48 * 60}), open_on(mon_sun=["09:00-21:00"]), "mon+1 12:00",
        [("first_answer", "wed 23:00", "sun 21:00", None, minutes(51 * 60), True)],
    ),
    Thread(
        "zammad 4432",
        "Alerts at midnight and on Sundays: what is due is due while somebody is there.",
        [did("spoke", "fri 16:59")],
        within({"first_answer": 2}), NINE_TO_FIVE, "sun 00:00",
        [("first_answer", "fri 16:59", "mon+1 09:01", None, minutes(1), False)],
    ),
    Thread(
        "zammad 3180",
        "Open day and night was closed for a minute at midnight.",
        [did("spoke", "mon 23:30")],
        FIRST, open_on(mon_sun=["00:00-24:00"]), "tue 00:30",
        [("first_answer", "mon 23:30", "tue 00:30", None, minutes(60), False)],
        ["counted"],
    ),
    Thread(
        "frappe 2075",
        "Raised on a Sunday and answered on Monday morning showed more than a day.",
        [did("spoke", "sun 12:00"), did("answered", "mon+1 09:10")],
        FIRST, NINE_TO_FIVE, "mon+1 12:00",
        [("first_answer", "sun 12:00", "mon+1 10:00", "mon+1 09:10", minutes(10), False)],
    ),
    Thread(
        "frappe 2405",
        "Due times that do not follow from the settings, for priorities of one's own: each has its own.",
        [did("spoke", "mon 09:00", priority="high")],
        within({"first_answer": 60, "resolve": 480}, by_priority={"high": 30}), NINE_TO_FIVE, "mon 09:31",
        [
            ("first_answer", "mon 09:00", "mon 09:30", None, minutes(31), True),
            ("resolve", "mon 09:00", "mon 09:30", None, minutes(31), True),
        ],
    ),
    Thread(
        "zammad 3140",
        "Tickets escalated although the agent had answered: only a customer who waits makes a clock run.",
        [did("spoke", "mon 09:00"), did("answered", "mon 09:30")],
        UPDATE, NINE_TO_FIVE, "fri 17:00",
        [("first_answer", "mon 09:00", "mon 10:00", "mon 09:30", minutes(30), False)],
    ),
    Thread(
        "zammad 5177",
        "A next answer in less time than the first overruled it: until there was a first, there is no next.",
        [did("spoke", "mon 09:00"), did("spoke", "mon 09:20")],
        within({"first_answer": 240, "next_answer": 30}), NINE_TO_FIVE, "mon 10:00",
        [("first_answer", "mon 09:00", "mon 13:00", None, minutes(60), False)],
    ),
    Thread(
        "zammad 3551",
        "Answered and set to wait for the customer in one step: the first answer was put away instead of kept.",
        [
            did("spoke", "mon 09:00"),
            did("answered", "mon 09:04"),
            did("spoke", "tue 09:00"),
        ],
        within({"first_answer": 5, "next_answer": 5, "resolve": 60}), NINE_TO_FIVE, "tue 09:02",
        [
            ("first_answer", "mon 09:00", "mon 09:05", "mon 09:04", minutes(4), False),
            ("resolve", "mon 09:00", "tue 09:56", None, minutes(6), False),
            ("next_answer", "tue 09:00", "tue 09:05", None, minutes(2), False),
        ],
    ),
    Thread(
        "zammad 1322",
        "We waited for the customer, who came back another way than by mail, and no clock ran: a missed call counts.",
        [did("spoke", "mon 09:00"), did("answered", "mon 09:10"), did("spoke", "tue 10:00", id="missed-call")],
        UPDATE, NINE_TO_FIVE, "tue 13:00",
        [
            ("first_answer", "mon 09:00", "mon 10:00", "mon 09:10", minutes(10), False),
            ("next_answer", "tue 10:00", "tue 12:00", None, minutes(180), True),
        ],
    ),
    Thread(
        "glpi 6902",
        "Pending, then more urgent, with another agreement: the time on hold was forgotten, and it was breached at "
        "once.",
        [
            did("spoke", "mon 09:00"),
            did("answered", "mon 09:30"),
            moved("offered", "mon 09:00", department="care", priority="normal"),
            moved("corrected", "tue 12:00", 1, priority="urgent"),
        ],
        within({"resolve": 480}, by_priority={"urgent": 60}), NINE_TO_FIVE, "wed 12:00",
        [("resolve", "mon 09:00", None, None, minutes(30), False)],
        ["counted", "waiting_for_customer"],
    ),
    Thread(
        "glpi 15605",
        "On hold for days, then another agreement: it ran from the opening, as if there had been no hold.",
        [
            moved("offered", "mon 09:00", department="care", priority="normal"),
            did("spoke", "mon 09:00"),
            did("answered", "mon 10:00"),
            did("spoke", "thu 09:00"),
            moved("corrected", "thu 09:10", 1, priority="high"),
        ],
        within({"resolve": 480}, by_priority={"high": 120}), NINE_TO_FIVE, "thu 09:30",
        [("resolve", "mon 09:00", "thu 10:00", None, minutes(90), False)],
        ["counted", "waiting_for_customer", "counted"],
    ),
    Thread(
        "glpi 22678",
        "An hour before four hours from Monday 17:00, in a day until 18:00, came out at midnight: what has to be done "
        "sooner is due while somebody is there, too.",
        [did("spoke", "mon 17:00"), moved("offered", "mon 17:00", department="care")],
        within({"first_answer": 240, "accept": 180}), open_on(mon_fri=["08:00-18:00"]), "tue 10:01",
        [
            ("accept", "mon 17:00", "tue 10:00", None, minutes(181), True),
            ("first_answer", "mon 17:00", "tue 11:00", None, minutes(181), False),
        ],
        ["counted", "closed", "counted"],
    ),
    Thread(
        "glpi 9082",
        "A hold pushed the due time past closing: what is left after it begins again at the next opening.",
        [did("spoke", "mon 09:00"), did("answered", "mon 10:00"), did("spoke", "mon 16:30")],
        within({"resolve": 120}), NINE_TO_FIVE, "mon 17:00",
        [("resolve", "mon 09:00", "tue 09:30", None, minutes(90), False)],
    ),
    Thread(
        "frappe 2449",
        "The hold was added to the start: one from closing to opening took a whole day's hours with it.",
        [did("spoke", "mon 09:00"), did("answered", "mon 17:00"), did("spoke", "tue 09:00")],
        within({"resolve": 540}), NINE_TO_FIVE, "tue 09:30",
        [("resolve", "mon 09:00", "tue 10:00", None, minutes(510), False)],
    ),
    Thread(
        "glpi 14937",
        "Closing hours and holidays were in the time of waiting: here they are in neither.",
        [did("spoke", "fri 16:00"), did("answered", "fri 16:30"), did("spoke", "sun 12:00")],
        RESOLVE, NINE_TO_FIVE, "mon+1 10:00",
        [("resolve", "fri 16:00", "mon+1 12:30", None, minutes(90), False)],
        ["counted", "waiting_for_customer", "closed", "counted"],
    ),
    Thread(
        "glpi 9267",
        "The time for which it had been closed counted when the customer came back: that is a matter of its own.",
        [
            moved("offered", "mon 09:00", department="care"),
            did("spoke", "mon 09:00"),
            did("answered", "mon 09:05"),
            moved("closed", "mon 09:05", 1),
            did("spoke", "wed 09:00"),
        ],
        within({"resolve": 10}), NINE_TO_FIVE, "wed 09:08",
        [
            ("resolve", "mon 09:00", "mon 09:10", "mon 09:05", minutes(5), False),
            ("resolve", "wed 09:00", "wed 09:10", None, minutes(8), False),
        ],
    ),
    Thread(
        "frappe 3465",
        "Who wrote under a closed ticket opened it again, and ruined its figures: a closed matter stays as it was.",
        [
            moved("offered", "mon 09:00", department="care"),
            did("spoke", "mon 09:00"),
            did("answered", "mon 09:30"),
            moved("closed", "mon 11:00", 1),
            did("spoke", "wed 09:00"),
            did("answered", "wed 12:00"),
        ],
        FIRST, NINE_TO_FIVE, "fri 09:00",
        [
            ("first_answer", "mon 09:00", "mon 10:00", "mon 09:30", minutes(30), False),
            ("first_answer", "wed 09:00", "wed 10:00", "wed 12:00", minutes(180), True),
        ],
    ),
    Thread(
        "frappe 3776",
        "Closed from on hold, and the hold from February to August counted as work.",
        [
            moved("offered", "mon 09:00", department="care"),
            did("spoke", "mon 09:00"),
            did("answered", "mon 10:00"),
            moved("closed", "fri+20 12:00", 1),
        ],
        RESOLVE, NINE_TO_FIVE, "fri+21 12:00",
        [("resolve", "mon 09:00", "mon 13:00", "fri+20 12:00", minutes(60), False)],
        ["counted", "waiting_for_customer"],
    ),
    Thread(
        "frappe 2228",
        "A thank you opened the ticket again: it starts nothing, and ends no waiting for the customer.",
        [
            did("spoke", "mon 09:00"),
            did("answered", "mon 09:30"),
            did("thanked", "mon 09:31"),
            did("thanked", "tue 12:00"),
        ],
        within({"first_answer": 60, "next_answer": 60, "resolve": 240}), NINE_TO_FIVE, "fri 12:00",
        [
            ("first_answer", "mon 09:00", "mon 10:00", "mon 09:30", minutes(30), False),
            ("resolve", "mon 09:00", None, None, minutes(30), False),
        ],
        ["counted"],
    ),
    Thread(
        "waha 2249",
        "An answer in the platform's own app was kept as a note, and the customer went on waiting.",
        [did("spoke", "mon 09:00"), did("answered", "mon 09:20", screen="native")],
        FIRST, ALWAYS, "mon 12:00",
        [("first_answer", "mon 09:00", "mon 10:00", "mon 09:20", minutes(20), False)],
    ),
    Thread(
        "chatwoot 13371",
        "Answers from the native app looked like a bot's: they stop the clock, and a bot's acknowledgement does not.",
        [
            did("spoke", "mon 09:00"),
            did("acknowledged", "mon 09:00", screen="ours"),
            did("answered", "mon 09:40", screen="native"),
        ],
        FIRST, ALWAYS, "mon 12:00",
        [("first_answer", "mon 09:00", "mon 10:00", "mon 09:40", minutes(40), False)],
    ),
    Thread(
        "chatwoot 7078",
        "Echoes came back as new messages of the customer: what we said makes nobody wait, whoever spoke first.",
        [did("answered", "mon 08:00", screen="native"), did("answered", "mon 08:01", screen="native")],
        UPDATE, ALWAYS, "mon 12:00",
        [],
    ),
    Thread(
        "chatwoot 12032",
        "The echo overtook our own record of sending, and there were two answers: the earlier stops the clock, once.",
        [
            did("spoke", "mon 09:00"),
            did("answered", "mon 09:20", id="mid.1", screen="native"),
            did("answered", "mon 09:20", id="mid.1", screen="native"),
            did("answered", "mon 09:21", id="rep_1", screen="ours"),
        ],
        UPDATE, ALWAYS, "mon 12:00",
        [("first_answer", "mon 09:00", "mon 10:00", "mon 09:20", minutes(20), False)],
    ),
    Thread(
        "chatwoot 12055",
        "Answers from Instagram's own app stopped coming: told late, they stop the clock when they were given.",
        [did("answered", "mon 09:50", screen="native"), did("spoke", "mon 09:00")],
        FIRST, ALWAYS, "sun 09:00",
        [("first_answer", "mon 09:00", "mon 10:00", "mon 09:50", minutes(50), False)],
    ),
    Thread(
        "airy 2434",
        "Echoes were not ingested at all, and the customer's next word looked like the same wait.",
        [
            did("spoke", "mon 09:00"),
            did("answered", "mon 09:30", screen="native"),
            did("spoke", "mon 11:00"),
        ],
        UPDATE, ALWAYS, "mon 12:00",
        [
            ("first_answer", "mon 09:00", "mon 10:00", "mon 09:30", minutes(30), False),
            ("next_answer", "mon 11:00", "mon 13:00", None, minutes(60), False),
        ],
    ),
    Thread(
        "chatwoot 12661",
        "Under load the customer's message came after the answer to it: the platform's instants count.",
        [did("answered", "mon 09:10"), did("spoke", "mon 09:05")],
        FIRST, ALWAYS, "mon 12:00",
        [("first_answer", "mon 09:05", "mon 10:05", "mon 09:10", minutes(5), False)],
    ),
    Thread(
        "chatwoot 3608",
        "Messages out of order: of three in a row the first is what they wait since.",
        [did("spoke", "mon 09:20"), did("spoke", "mon 09:10"), did("spoke", "mon 09:00"), did("answered", "mon 09:30")],
        FIRST, ALWAYS, "mon 12:00",
        [("first_answer", "mon 09:00", "mon 10:00", "mon 09:30", minutes(30), False)],
    ),
    Thread(
        "chatwoot 9524",
        "A history that is read in afterwards came last: it goes where it happened, and changes what it answers.",
        [
            did("spoke", "wed 12:00"),
            did("spoke", "tue 09:00"),
            did("answered", "tue 09:45"),
        ],
        UPDATE, ALWAYS, "wed 13:00",
        [
            ("first_answer", "tue 09:00", "tue 10:00", "tue 09:45", minutes(45), False),
            ("next_answer", "wed 12:00", "wed 14:00", None, minutes(60), False),
        ],
    ),
    Thread(
        "chatwoot 14739",
        "The instant of processing stood for the message's: after an outage, waiting began too late.",
        [did("spoke", "mon 09:00")],
        FIRST, ALWAYS, "tue 09:00",
        [("first_answer", "mon 09:00", "mon 10:00", None, minutes(24 * 60), True)],
    ),
    Thread(
        "chatwoot 13516",
        "Reassigned, and nobody counted from there: each offer has a time of its own.",
        [
            moved("offered", "mon 09:00", department="billing"),
            moved("handed_over", "mon 09:20", 1, department="technical"),
            moved("expired", "mon 10:20", 2, department="care"),
            moved("accepted", "mon 10:25", 3),
        ],
        within({"accept": 30}, technical=60), NINE_TO_FIVE, "mon 12:00",
        [
            ("accept", "mon 09:00", "mon 09:30", "mon 09:20", minutes(20), False),
            ("accept", "mon 09:20", "mon 10:20", "mon 10:20", minutes(60), False),
            ("accept", "mon 10:20", "mon 10:50", "mon 10:25", minutes(5), False),
        ],
    ),
]  # fmt: skip


def said(clock: Clock) -> tuple[object, ...]:
    return clock.kind, clock.started_at, clock.due_at, clock.stopped_at, clock.spent, clock.late


def expected(row: Said) -> tuple[object, ...]:
    kind, started, due, stopped, spent, late = row
    return kind, at(started), due and at(due), stopped and at(stopped), spent, late


@pytest.mark.parametrize("thread", THREADS, ids=lambda thread: thread.name)
def test_what_others_complain_of(thread: Thread) -> None:
    found = clocks(thread.happenings, thread.targets, lambda _: thread.calendar, at(thread.now))
    assert [said(clock) for clock in found] == [expected(row) for row in thread.clocks], thread.about
    if thread.why:
        assert [interval.why for interval in found[0].intervals] == list(thread.why)


@pytest.mark.parametrize("thread", THREADS, ids=lambda thread: thread.name)
def test_it_is_the_same_backwards_and_twice(thread: Thread) -> None:
    told = [*reversed(thread.happenings), *thread.happenings]
    once = clocks(thread.happenings, thread.targets, lambda _: thread.calendar, at(thread.now))
    assert clocks(told, thread.targets, lambda _: thread.calendar, at(thread.now)) == once
