"""A department is told when a hand-off is taken back or goes on to another: on its queue, and in its own tool."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import orjson
import pytest

from services.connectors.waiting import PAUSES
from shared.casework.cases import BY_OURSELVES, Doing
from shared.casework.steps import Agent
from shared.models import Request
from shared.notice import Notice
from shared.platforms.standard_webhooks.signature import verify
from tests.services.connectors.shop import (
    ANA,
    CASE,
    JIRA,
    MAIL,
    SLACK,
    WEBHOOK,
    WHSEC,
    ZENDESK,
    DiesAt,
    Meanwhile,
    Shop,
    working_in,
)
from tests.services.connectors.tools import answers, refuses_connections, takes_it_and_is_silent

QUEUE = {"kind": "queue"}
KINDS: dict[str, dict[str, Any]] = {"slack": SLACK, "zendesk": ZENDESK, "jira": JIRA, "webhook": WEBHOOK, "mail": MAIL}
WHY = {
    "withdrawn": "the customer was answered elsewhere",
    "expired": "billing had not accepted it",
    "handed_over": "the router is at fault",
    "returned": "the invoice is right",
}
TO = {"handed_over": "technical", "returned": "technical"}
AT_THE_DESK = Agent(subject="ida", department="billing")
"""What is done with a case is done in the name of the department that has it, whoever does it."""

IN_ITS_TOOL = {
    "queue": "aws:AIDAEXAMPLE",
    "slack": "slack:T0SHOP:U1",
    "zendesk": "zendesk:teleprado.zendesk.com:7",
    "jira": "jira:teleprado.atlassian.net:712020:ana",
    "mail": "mail:ana.torres@teleprado.example",
}


def ends(shop: Shop, act: Any = "withdrawn", by: Agent | None = None) -> None:
    """Let billing lose the hand-off, and the projector do its work."""
    by = by or (AT_THE_DESK if act in TO else BY_OURSELVES)
    shop.cases.take(shop.cases.do(ANA, CASE, Doing(act, shop.world.now(), by, WHY[act], TO.get(act))))
    shop.world.settle()


def notices(shop: Shop, department: str = "billing") -> list[dict[str, Any]]:
    found = map(orjson.loads, shop.still(shop.world.queues[department]))
    return [each for each in found if "notice" in each]


def told(shop: Shop) -> list[str]:
    """What the tool was told after it was given the hand-off."""
    tools = shop.tools
    bodies = [orjson.loads(each.content) for each in tools.received]
    return [
        *map(str, tools.changed),
        *(post["text"] for post in tools.posts if "thread_ts" in post),
        *(str(note) for _, note in tools.notes),
        *(str(body["data"]) for body in bodies if body["type"] != "hand_off.offered"),
        *(str(mail.get_content()) for mail in list(shop.ses.mails())[1:]),
    ]


@pytest.mark.parametrize(
    ("act", "notice", "to"),
    [
        ("withdrawn", "withdrawn", None),
        ("expired", "expired", "care"),
        ("handed_over", "handed_over", "technical"),
        ("returned", "handed_over", "technical"),
    ],
)
@pytest.mark.parametrize("tool", [QUEUE, WEBHOOK, SLACK])
def test_the_department_finds_on_its_queue_that_it_has_it_no_longer(
    act: str, notice: str, to: str | None, tool: dict[str, Any]
) -> None:
    shop = Shop(tool)
    ends(shop, act)
    offered, told = map(orjson.loads, shop.still(shop.world.queues["billing"]))
    assert (told["notice"], told["claim"], told["id"]) == (notice, offered["claim"], CASE)
    assert (told["department"], told["why"], told["to"]) == ("billing", WHY[act], to)
    assert told["notice_id"] == f"{CASE}-{notice}"
    assert [notices(shop, name) for name in ("care", "technical")] == [[], []], "where it went it is a hand-off"
    shop.world.settle()
    assert len(notices(shop)) == 1


@pytest.mark.parametrize(
    "who",
    [
        Agent(subject="lola", department="care"),
        Agent(subject="aws:AIDACARE", department="care"),
        Agent(subject="owner"),
        BY_OURSELVES,
    ],
)
def test_a_department_is_told_who_has_it_whoever_took_it(who: Agent) -> None:
    shop = Shop(QUEUE)
    ends(shop, "handed_over", who)
    (notice,) = notices(shop)
    assert (notice["notice"], notice["to"]) == ("handed_over", "technical")


def test_what_comes_back_too_often_goes_to_the_owner_who_has_it_then() -> None:
    shop = Shop(QUEUE)
    for department, to in [("billing", "technical"), ("technical", "billing")] * 3:
        if shop.case.department == department:
            by = Agent(subject="ida", department=department)
            shop.cases.take(shop.cases.do(ANA, CASE, Doing("returned", shop.world.now(), by, "not ours", to)))
    shop.world.settle()
    assert shop.case.department == "care"
    assert [each["to"] for each in notices(shop)][-1] == shop.case.department


def test_the_notices_of_a_case_are_in_order_behind_nobody_elses() -> None:
    """Grouped by the case: what the customer's next hand-off does to the queue holds none of them up."""
    shop = Shop(QUEUE)
    ends(shop, "expired")
    seen = shop.cloud.look().messages(shop.world.queues["billing"])
    assert [each.group for each in seen] == [shop.case.customer_id, CASE]


def test_a_department_that_knows_hand_offs_alone_gets_nothing_else() -> None:
    shop = Shop(None)
    shop.publish(working_in(6, technical=WEBHOOK))
    ends(shop)
    assert len(shop.still(shop.world.queues["billing"])) == 1


@pytest.mark.parametrize("act", ["returned", "handed_over", "closed", "withdrawn"])
@pytest.mark.parametrize("kind", IN_ITS_TOOL)
def test_what_a_department_did_by_its_own_tool_is_no_news_to_it(kind: str, act: Any) -> None:
    shop = Shop({**KINDS, "queue": QUEUE}[kind])
    by = Agent(subject=IN_ITS_TOOL[kind], department="billing")
    for each in ("accepted", act):
        shop.cases.take(shop.cases.do(ANA, CASE, Doing(each, shop.world.now(), by, "x", TO.get(each))))
    shop.world.settle()
    assert notices(shop) == []


def test_what_it_did_in_a_tool_that_it_has_left_is_news_in_the_one_that_it_has() -> None:
    shop = Shop(QUEUE)
    ends(shop, "handed_over", Agent(subject=IN_ITS_TOOL["slack"], department="billing"))
    assert len(notices(shop)) == 1


def test_that_a_case_is_closed_is_told_to_nobody() -> None:
    shop = Shop(WEBHOOK)
    for each in ("accepted", "closed"):
        shop.cases.take(shop.cases.do(ANA, CASE, Doing(each, shop.world.now(), AT_THE_DESK)))
    shop.world.settle()
    assert notices(shop) == []


def test_it_is_of_the_offer_that_is_over_and_of_no_other() -> None:
    shop = Shop(QUEUE)
    ends(shop, "expired")
    back = Doing("handed_over", shop.world.now(), Agent(subject="carla", department="care"), "yours", "billing")
    shop.cases.take(shop.cases.do(ANA, CASE, back))
    shop.world.settle()
    ends(shop, "withdrawn")
    assert [each["claim"] for each in notices(shop)] == [CASE, f"{CASE}-2"]


@pytest.mark.parametrize("act", ["withdrawn", "expired", "handed_over", "returned"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_tool_that_has_it_is_told_once(kind: str, act: str) -> None:
    shop = Shop(KINDS[kind])
    shop.hand_over()
    ends(shop, act)
    body = shop.still(shop.world.queues["billing"])[-1]
    assert shop.hand_over() == []
    (line,) = told(shop)
    assert WHY[act] in line
    assert TO.get(act, "") in line
    shop.cloud.client("sqs").send_message(
        QueueUrl=shop.world.queues["billing"], MessageBody=body, MessageGroupId="g", MessageDeduplicationId="again"
    )
    assert shop.hand_over() == []
    assert len(told(shop)) == 1
    assert shop.claim.over


def test_in_slack_the_message_loses_its_buttons_and_keeps_what_it_says() -> None:
    shop = Shop(SLACK)
    shop.hand_over()
    (post,) = shop.tools.posts
    kept = [block for block in post["blocks"] if block["type"] != "actions"]
    ends(shop)
    shop.hand_over()
    (changed,) = shop.tools.changed
    assert (changed["channel"], changed["ts"]) == ("C0BILLING", post["ts"])
    assert changed["blocks"][:-1] == kept
    assert "Ya no hace falta" in str(changed["blocks"][-1])


def test_where_slack_may_not_be_read_the_message_is_answered_in_its_thread() -> None:
    shop = Shop(SLACK)
    shop.tools.slack_scopes.remove("channels:history")
    shop.hand_over()
    ends(shop)
    shop.hand_over()
    post, answer = shop.tools.posts
    assert (answer["thread_ts"], shop.tools.changed) == (post["ts"], [])
    assert "Ya no hace falta" in answer["text"]


@pytest.mark.parametrize(("language", "line"), [("es", "Ya lo tiene technical: "), ("en", "technical has it now: ")])
def test_people_read_in_their_language_who_has_it(language: str, line: str) -> None:
    shop = Shop(SLACK | {"language": language})
    shop.hand_over()
    ends(shop, "handed_over")
    shop.hand_over()
    assert f"{line}{WHY['handed_over']}." in str(shop.tools.changed[0]["blocks"][-1])


@pytest.mark.parametrize("error", ["message_not_found", "thread_not_found"])
def test_a_message_that_somebody_deleted_needs_no_telling(error: str) -> None:
    shop = Shop(SLACK)
    shop.hand_over()
    ends(shop)
    shop.tools.failures = [answers(200, {"ok": False, "error": error})]
    shop.hand_over()
    assert shop.still(shop.waiting_url) == []


def test_a_ticket_is_solved_and_says_why_to_colleagues_alone() -> None:
    shop = Shop(ZENDESK)
    shop.hand_over()
    ends(shop)
    shop.hand_over()
    ((path, note),) = shop.tools.notes
    assert path.endswith(f"/tickets/{shop.claim.place}.json")
    assert note["public"] is False
    assert shop.tools.statuses == ["solved"]


def test_a_ticket_that_may_not_be_solved_like_that_says_why_all_the_same() -> None:
    shop = Shop(ZENDESK)
    shop.hand_over()
    ends(shop)
    shop.tools.failures = [answers(422)]
    shop.hand_over()
    assert len(told(shop)) == 1
    assert shop.tools.statuses == []


def test_an_endpoint_gets_an_event_of_its_own_which_is_proven_like_the_hand_off() -> None:
    shop = Shop(WEBHOOK)
    shop.hand_over()
    ends(shop, "expired")
    shop.hand_over()
    offered, expired = shop.tools.received
    assert expired.headers["webhook-id"] == f"{CASE}-expired"
    said = orjson.loads(expired.content)
    assert said["type"] == "hand_off.expired"
    assert Notice.model_validate(said["data"]).claim == orjson.loads(offered.content)["data"]["claim"]
    request = Request("POST", str(expired.url), dict(expired.headers), {}, expired.content)
    verify(request, [WHSEC], shop.world.now())


def test_a_mail_stands_in_the_thread_of_the_hand_offs_own() -> None:
    shop = Shop(MAIL)
    shop.hand_over()
    ends(shop)
    shop.hand_over()
    first, second = shop.ses.mails()
    assert second["References"] == first["References"]
    assert second["Reply-To"] is None, "there is nothing to answer any more"


@pytest.mark.parametrize("kind", KINDS)
def test_a_tool_that_was_never_given_it_hears_nothing(kind: str) -> None:
    shop = Shop(KINDS[kind])
    ends(shop)
    assert shop.hand_over() == []
    assert (shop.tools.asked, shop.ses.sent) == ([], [])
    assert shop.still(shop.world.queues["billing"]) == shop.still(shop.waiting_url) == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_ends_while_it_is_on_its_way_is_not_given(kind: str) -> None:
    """The notice may overtake its hand-off: the tool is told of it when it was not given that yet."""
    shop = Shop(KINDS[kind])

    def ends_and_is_told() -> None:
        ends(shop)
        take = shop.take()
        for notice in notices(shop):
            assert take(Notice.model_validate(notice))

    shop.cloud.hooks.append(Meanwhile("PutItem", ends_and_is_told))
    assert shop.hand_over() == []
    assert (shop.tools.asked, shop.ses.sent) == ([], [])
    assert shop.still(shop.waiting_url) == []


@pytest.mark.parametrize("kind", ["slack", "zendesk", "jira"])
def test_a_tool_that_may_have_it_is_searched_and_told(kind: str) -> None:
    shop = Shop(KINDS[kind])
    shop.tools.failures = [takes_it_and_is_silent]
    shop.hand_over()
    assert shop.claim.place is None
    ends(shop)
    shop.hand_over()
    (line,) = told(shop)
    assert WHY["withdrawn"] in line


@pytest.mark.parametrize("kind", ["slack", "zendesk", "jira", "webhook"])
@pytest.mark.parametrize("failure", [refuses_connections, answers(500)])
def test_a_tool_that_cannot_be_told_now_is_told_later(kind: str, failure: Any) -> None:
    shop = Shop(KINDS[kind])
    shop.hand_over()
    ends(shop)
    shop.tools.failures = [failure]
    assert shop.hand_over() == []
    assert told(shop) == []
    shop.world.clock += timedelta(seconds=PAUSES[0])
    assert shop.try_again() == []
    assert len(told(shop)) == 1
    assert shop.still(shop.waiting_url) == []


@pytest.mark.parametrize("kind", ["zendesk", "webhook"])
@pytest.mark.parametrize("done", [False, True])
def test_wherever_the_process_dies_the_tool_knows_in_the_end(kind: str, done: bool) -> None:
    for number in range(9):
        shop = Shop(KINDS[kind])
        shop.hand_over()
        ends(shop)
        hook = DiesAt(number, done=done)
        shop.cloud.hooks.append(hook)
        with suppress(RuntimeError):
            shop.hand_over()
        shop.cloud.hooks.remove(hook)
        shop.world.clock += timedelta(minutes=5)
        shop.hand_over()
        shop.world.clock += timedelta(minutes=5)
        shop.try_again()
        assert len(told(shop)) in (1, 1 + hook.died)
        assert shop.still(shop.world.queues["billing"]) == shop.still(shop.waiting_url) == []
        if not hook.died:
            break
    assert number > 3
    assert not hook.died, "that is all it calls"
