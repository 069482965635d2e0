"""Every call by which a department's tool is given a hand-off, or told that it is over, fails in every way, AWS's own
and the tool's: the table ends as after a calm run, and the tool has it once.

What is once is what decision 0014 promises. Slack, Zendesk and Jira have it once in their hands. An endpoint has it as
often as need be, the same each time, under one `webhook-id`. A mail, and a message where Slack may not be searched,
come again only where nobody could tell, and say so.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.faults import figures, lambdas
from tests.faults.arrivals import Arriving
from tests.faults.company import IN_A_TOOL, Company, Modes, calm_run, company, explore
from tests.faults.interleaving import Run, Scheduler
from tests.faults.stories import CASE, COMPLAINS, one, passes
from tests.faults.wire import Call, modes_of
from tests.faults.world import World
from tests.services.connectors.shop import JIRA, MAIL, SLACK, WEBHOOK, ZENDESK

SHOWN = {
    "slack": "'posts': ['esc_",
    "zendesk": "'tickets': ['esc_",
    "jira": f"mostrador_{CASE}",
    "webhook": "hand_off.offered",
    "mail": f"<{CASE}@handoff",
}
"""How each tool shows that it has the hand-off."""

KINDS: dict[str, dict[str, Any]] = {"slack": SLACK, "zendesk": ZENDESK, "jira": JIRA, "webhook": WEBHOOK, "mail": MAIL}
STORIES: dict[str, Sequence[Arriving]] = {
    "given": (one(COMPLAINS),),
    "given, and told that it is over": (one(COMPLAINS), passes(7 * 24, "expired")),
}


@pytest.fixture(scope="module")
def shop() -> Iterator[Company]:
    with company(IN_A_TOOL) as shop:
        yield shop


def told(shop: Company, story: str, kind: str, *, faults: int = 1, modes: Modes = modes_of) -> int:
    """Tell a story with so many faults, once for each way in which they can befall."""
    make = lambda: shop.world(STORIES[story], KINDS[kind])  # noqa: E731
    part = f"connecting, faults: {faults}"
    return explore(shop, make, part, shows=SHOWN[kind], faults=faults, modes=modes)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("story", STORIES)
def test_whatever_befalls_a_call_the_tool_has_it_once(shop: Company, story: str, kind: str) -> None:
    assert told(shop, story, kind) > 50


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_befalls_two_calls_the_tool_has_it_once(shop: Company, kind: str) -> None:
    assert told(shop, "given", kind, faults=2) > 1000


def of_the_tool(call: Call) -> list[str]:
    """Return the ways in which a call of the tool itself goes wrong."""
    return modes_of(call) if call.is_http or call.service == "sesv2" else []


@pytest.mark.parametrize("kind", KINDS)
def test_a_tool_that_fails_twice_knows_in_the_end_that_it_is_over(shop: Company, kind: str) -> None:
    assert told(shop, "given, and told that it is over", kind, faults=2, modes=of_the_tool) > 50


def given_at_once(shop: Company, kind: str, *, deaths: int) -> int:
    """Have two processes be given one message of the queue, and follow all schedules of theirs."""
    expected, compare = calm_run(shop, shop.world(STORIES["given"], KINDS[kind]), shows=SHOWN[kind])
    world = shop.world(STORIES["given"], KINDS[kind])
    (source,) = (each for each in world.stack.queues if each.url.endswith("billing.fifo"))
    while world.stores.is_empty(source.url):
        world.step()
    sqs = world.stores.client("sqs")
    (message,) = sqs.receive_message(QueueUrl=source.url, AttributeNames=["All"])["Messages"]

    def ended(_: World, answer: Any) -> None:
        if answer is not None and not answer["batchItemFailures"]:
            sqs.delete_message(QueueUrl=source.url, ReceiptHandle=message["ReceiptHandle"])

    event = lambdas.queue([message], source.arn)
    runs = [Run(f"connectors {number}", source.function, event, ended) for number in (1, 2)]
    of = figures.of("connecting, two at once")
    schedules = Scheduler(world, shop.lab.engine, runs, expected, compare, of, deaths).explore()
    of.schedules += schedules
    return schedules


@pytest.mark.parametrize("kind", KINDS)
def test_two_that_are_given_one_message_give_it_once(shop: Company, kind: str) -> None:
    assert given_at_once(shop, kind, deaths=1) > 1000
