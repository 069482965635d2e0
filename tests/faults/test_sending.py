"""Every call on a reply's way fails in every way, the platform's on every channel and ours on those of `EVERYTHING`:
nothing is sent twice, and nothing is forgotten.

A reply ends as sent, and then its platform has it exactly once; or where somebody of the company sees that it was
refused, and then its platform does not have it, or that nobody can tell, and then it has it once at most.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pytest

from infra.local.standin.state import Arrived
from shared import platforms
from shared.clocks.runs import Run
from shared.models import Message, Receipt
from shared.projection.timing import Talk
from shared.queues import Replies, ReplyWaiting
from shared.store import keys
from tests import waits
from tests.faults import figures
from tests.faults.street import MINUTE, Echoes, Street, modes_of, playbook
from tests.faults.wire import Call
from tests.replying import CHANNELS, REVIEWS, namespace
from tests.speaking import SPOKEN

ONE, TWO = "Hasta las dos de la tarde.", "Y por la tarde, de cinco a ocho."
ONE_AGAIN = ONE.replace(" ", "  ")
ECHOING = tuple(channel for channel in CHANNELS if platforms.rules()[channel].echoes)
SAID = ("sent", "delivered", "read")
SHOWN = ("refused", "unconfirmed", "given_up")
"""The ends of which somebody of the company is told."""
BY_RECEIPTS = tuple(channel for channel in CHANNELS if SPOKEN[channel].receipts)
"""The channels whose receipts have our own id."""
SPACES_STAY = tuple(channel for channel in CHANNELS if SPOKEN[channel].spaces_stay)
COMMENTS = tuple(channel for channel in CHANNELS if platforms.rules()[channel].private_answer)


def echo(street: Street, arrived: Arrived) -> Message:
    """Return what the platform tells us of what it took, with our id where it gives that back."""
    named = arrived.reply_id if platforms.rules()[street.channel].echo_has_id else None
    us = f"{namespace(street.channel)}:{arrived.account}:{arrived.account}"
    ours = {} if SPOKEN[street.channel].says_to_whom else {"identity": us, "reply_to": street.place.reply_to}
    return Message(
        external_id=arrived.external_id,
        occurred_at=arrived.at,
        direction="outbound",
        text=arrived.text,
        reply_id=named,
        **street.common | ours,
    )


def at_once(street: Street, arrived: Arrived) -> None:
    street.hear(echo(street, arrived))
    street.project()


def later(street: Street, arrived: Arrived) -> None:
    street.hear(echo(street, arrived))  # and it is projected when nobody sends any more


def receipts_in_the_wrong_order(street: Street, arrived: Arrived) -> None:
    status: Literal["read", "delivered", "sent"]
    for status in ("read", "delivered", "sent"):
        own = {name: said for name, said in street.common.items() if name != "visibility"}
        receipt = Receipt(
            external_id=f"{arrived.external_id}:{status}",
            occurred_at=arrived.at + MINUTE,
            target=arrived.external_id,
            status=status,
            reply_id=arrived.reply_id if street.channel in BY_RECEIPTS else None,
            **own,
        )
        street.hear(receipt)
    street.project()


@dataclass(frozen=True)
class Story:
    """What is asked for at the beginning, and what else happens; `after` at the end of the first half hour."""

    asks: Callable[[Street], dict[str, str]]
    echoes: Echoes | None = None
    during: Callable[[Street], None] | None = None
    after: Callable[[Street], None] | None = None
    channels: tuple[str, ...] = CHANNELS


def one(street: Street) -> dict[str, str]:
    return {ONE: street.ask(ONE)}


def two(street: Street) -> dict[str, str]:
    return {ONE: street.ask(ONE), TWO: street.ask(TWO)}


def alike(street: Street) -> dict[str, str]:
    """Ask for two that read the same to whoever compares words; here they are told apart by their spaces."""
    return {ONE: street.ask(ONE), ONE_AGAIN: street.ask(ONE_AGAIN)}


def privately(street: Street) -> dict[str, str]:
    return {ONE: street.ask(ONE, privately=True)}


def automatic(street: Street) -> dict[str, str]:
    return {ONE: street.ask(ONE, automatic=True)}


def another_worker(street: Street) -> None:
    """Have another process be given the same messages while the platform is called."""
    street.during = None
    street.handle(street.held, deletes=False)


def a_slow_worker(street: Street) -> None:
    """Let as much time pass while the platform is called as a function has, and others be given the messages."""
    street.during = None
    street.clock += MINUTE
    street.handle(street.held, deletes=False)


def asked_again(street: Street) -> None:
    """Put all that was ever on the queue there once more."""
    queue = Replies(street.cloud.client("sqs"), street.url)
    for number, each in enumerate(street.replies.values(), start=900):
        conversation = keys.conversation(street.customer)
        queue.ask(ReplyWaiting(street.place.identity, each), conversation=conversation, number=number)


def echoed_late(street: Street) -> None:
    for arrived in street.standin.sent:
        street.hear(echo(street, arrived))


def receipts_late(street: Street) -> None:
    for arrived in street.standin.sent:
        receipts_in_the_wrong_order(street, arrived)


STORIES = {
    "one reply": Story(one),
    "two replies": Story(two),
    "its echo at once": Story(one, at_once, channels=ECHOING),
    "its echo after it": Story(one, later, channels=ECHOING),
    "two replies, echoes at once": Story(two, at_once, channels=ECHOING),
    "two alike": Story(alike, channels=SPACES_STAY),
    "two alike, echoes at once": Story(alike, at_once, channels=tuple(each for each in SPACES_STAY if each in ECHOING)),
    "its echo late": Story(one, after=echoed_late, channels=ECHOING),
    "its echo at once and late": Story(one, at_once, after=echoed_late, channels=ECHOING),
    "receipts in the wrong order": Story(one, receipts_in_the_wrong_order, channels=("messenger", *BY_RECEIPTS)),
    "receipts late": Story(one, after=receipts_late, channels=("messenger", *BY_RECEIPTS)),
    "two workers": Story(one, during=another_worker),
    "a slow worker": Story(one, during=a_slow_worker),
    "asked for again": Story(two, after=asked_again),
    "in private": Story(privately, channels=COMMENTS),
    "by itself": Story(automatic),
    "by itself, its echo at once": Story(automatic, at_once, channels=ECHOING),
}
CASES = [(name, channel) for name, story in STORIES.items() for channel in story.channels]


def told(name: str, channel: str, fault: tuple[int, int, str] | None = None) -> Street:
    """Tell a story, with one fault at a call of an invocation; return where it has led to."""
    story = STORIES[name]
    plans = {}
    if fault is not None:
        invocation, place, mode = fault
        plans = {invocation: lambda number, _: mode if number == place else None}
    street = Street(channel, story.echoes, story.during, plans=plans)
    street.replies = story.asks(street)
    street.run(30)
    if story.after:
        story.after(street)
    street.run(150)
    return street


def the_first_answer(street: Street) -> Run:
    """Return the clock that began when the customer wrote; conversation heads say the same of it."""
    items = list(street.table.query(keys.identity(street.place.identity)))
    run, *_ = waits.answers(items, playbook(), street.clock)[Talk(street.channel, street.place.thread)]
    since = None if run.stopped_at else run.started_at
    assert street.conversation.waiting_since == since, f"clocks and heads do not agree: {run}"
    return run


def accounted_for(street: Street, told_of: figures.Figures) -> None:
    """Check what became of every reply, against what its platform has, and whether the customer was answered."""
    for text, reply in street.replies.items():
        head, arrived = street.head(reply), street.arrived(text)
        told_of.doubled += arrived > 1
        told_of.lost += not (arrived if head.state in SAID else head.state in SHOWN)
        assert arrived <= 1, f"doubled: {head}"
        by_itself = head.asked is not None and head.asked.automatic
        match head.state:
            case "sent" | "delivered" | "read":
                assert arrived == 1, f"it was never sent: {head}"
                told_of.sent += 1
            case "refused":
                assert arrived == 0, f"it was sent, and is called refused: {head}"
                assert street.listed_as(reply) == (None if by_itself else "refused")
                told_of.refused += 1
            case "unconfirmed":
                assert street.listed_as(reply) == "unconfirmed"
                told_of.left_to_people += 1
            case "given_up":
                assert by_itself
                told_of.left_to_people += 1
            case state:
                raise AssertionError(f"lost: it is {state}: {head}")
    heads = [street.head(reply) for reply in street.replies.values()]
    answers = [head for head in heads if head.state in SAID and not (head.asked and head.asked.automatic)]
    run = the_first_answer(street)
    assert (run.ended, run.screen) == (("answered", "ours") if answers else (None, None)), run


@pytest.mark.parametrize(("name", "channel"), CASES)
def test_in_a_calm_run_every_reply_is_sent_once(name: str, channel: str) -> None:
    street = told(name, channel)
    accounted_for(street, figures.of("sending, calm"))
    states = {street.head(reply).state for reply in street.replies.values()}
    one_answer = {"refused"} if channel in REVIEWS and len(street.replies) > 1 else set()
    assert states == {"read" if name.startswith("receipts") else "sent"} | one_answer
    figures.of("sending, calm").runs += 1


def is_of_a_platform(call: Call) -> bool:
    return call.service == "platform"


@pytest.mark.parametrize(("name", "channel"), CASES)
def test_whatever_befalls_a_call_of_a_platform_nothing_is_doubled_and_nothing_lost(name: str, channel: str) -> None:
    explore(name, channel, "sending, a platform's call fails", is_of_a_platform)


@pytest.mark.parametrize("channel", BY_RECEIPTS)
@pytest.mark.parametrize("mode", ["answer lost", "dies after", "broken after"])
@pytest.mark.parametrize("name", ["receipts in the wrong order", "receipts late"])
def test_a_receipt_with_our_own_id_tells_what_the_lost_answer_would_have_told(
    name: str, mode: str, channel: str
) -> None:
    (point,) = [(place, number) for place, number, call in told(name, channel).points() if is_of_a_platform(call)]
    street = told(name, channel, (*point, mode))
    (head,) = map(street.head, street.replies.values())
    (arrived,) = street.standin.sent
    assert (head.state, head.external_id) == ("read", arrived.external_id)
    assert street.listed_as(head.id) is None


EVERYTHING = [
    *((name, "telegram") for name, story in STORIES.items() if "telegram" in story.channels),
    *((name, "messenger") for name in ("one reply", "its echo at once", "receipts in the wrong order")),
    *((name, "x_dm") for name in ("one reply", "its echo at once", "by itself, its echo at once", "a slow worker")),
    *((name, "facebook_comment") for name in ("in private", "its echo at once", "its echo late")),
    *(("receipts in the wrong order", channel) for channel in ("whatsapp", "email", "sms")),
    ("one reply", "email"),
    ("one reply", "app"),
    ("in private", "forum"),
    *(("two alike", channel) for channel in ("messenger", "x_dm")),
    ("two alike, echoes at once", "instagram_dm"),
]


@pytest.mark.parametrize(("name", "channel"), EVERYTHING)
def test_whatever_befalls_any_call_nothing_is_doubled_and_nothing_lost(name: str, channel: str) -> None:
    assert explore(name, channel, "sending, any call fails", lambda call: not is_of_a_platform(call)) > 50


def explore(name: str, channel: str, part: str, wanted: Callable[[Call], bool]) -> int:
    """Tell a story once for each way in which each of these calls can go wrong; return how often that was."""
    of, runs = figures.of(part), 0
    for invocation, number, call in list(told(name, channel).points()):
        if not wanted(call):
            continue
        of.points[f"{name} {channel} {invocation}", number, str(call)] = len(modes_of(call))
        for mode in modes_of(call):
            street = told(name, channel, (invocation, number, mode))
            try:
                accounted_for(street, of)
            except AssertionError as error:
                raise AssertionError(f"{mode} at invocation {invocation}, call {number}, {call}: {error}") from error
            runs += 1
            of.steps += len(street.invocations)
    of.runs += runs
    return runs


def test_most_replies_are_sent_whatever_befalls_them() -> None:
    """What is left to somebody is only what nobody could know; if all were left to people, little would be proved."""
    of = figures.of("sending, any call fails")
    assert of.left_to_people <= of.sent / 4
