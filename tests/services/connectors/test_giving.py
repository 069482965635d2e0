"""Hand-offs go to the department's tool once, whatever fails and whoever dies; and to nobody's who has none."""

from base64 import b64encode
from contextlib import suppress
from datetime import timedelta
from email.message import MIMEPart
from typing import Any

import httpx
import orjson
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from services.connectors.waiting import PAUSES, Waiting
from shared.casework.cases import Doing
from shared.casework.steps import Agent
from shared.connectors.claims import LEASE
from shared.models import Request
from shared.platforms.standard_webhooks.signature import verify
from shared.store import claims
from tests.conftest import NOW
from tests.double.wire import Answer, Arguments
from tests.services.connectors.shop import (
    ANA,
    CASE,
    JIRA,
    MAIL,
    SLACK,
    WEBHOOK,
    WHSEC,
    WORDS,
    ZENDESK,
    DiesAt,
    Shop,
    working_in,
)
from tests.services.connectors.tools import Failure, answers, is_silent, refuses_connections, takes_it_and_is_silent
from tests.template import template

KINDS: dict[str, dict[str, Any]] = {"slack": SLACK, "zendesk": ZENDESK, "jira": JIRA, "webhook": WEBHOOK, "mail": MAIL}
OVER_HTTP = [kind for kind in KINDS if kind != "mail"]


def refused(code: str, status: int) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "SendEmail")  # type: ignore[typeddict-item]


def read(part: MIMEPart | None) -> str:
    assert part is not None
    return str(part.get_content())


def held(shop: Shop) -> list[Any]:
    """What the tool has."""
    return [*shop.tools.posts, *shop.tools.tickets, *shop.tools.issues, *shop.tools.received, *shop.ses.sent]


@pytest.mark.parametrize("kind", KINDS)
def test_a_hand_off_is_given_once_and_is_off_the_queue(kind: str) -> None:
    shop = Shop(KINDS[kind])
    assert shop.hand_over() == []
    assert len(held(shop)) == 1
    assert (shop.claim.kind, shop.claim.identity, shop.claim.escalation_id) == (kind, ANA, CASE)
    assert shop.claim.place
    assert shop.still(shop.world.queues["billing"]) == shop.still(shop.waiting_url) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_that_the_queue_delivers_twice_is_given_once(kind: str) -> None:
    shop = Shop(KINDS[kind])
    (body,) = shop.world.hand_offs("billing")
    for number in range(2):
        shop.cloud.client("sqs").send_message(
            QueueUrl=shop.world.queues["billing"], MessageBody=body, MessageGroupId=f"g{number}",
            MessageDeduplicationId=f"again{number}",
        )  # fmt: skip
    assert shop.hand_over() == []
    assert len(held(shop)) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_of_a_department_without_a_tool_is_given_back_and_nobody_is_asked(kind: str) -> None:
    shop = Shop(None)
    shop.publish(working_in(6, care=KINDS[kind]))
    assert len(shop.hand_over()) == 1
    assert len(shop.still(shop.world.queues["billing"])) == 1
    assert shop.tools.asked == []
    assert claims.read(shop.table, CASE) is None


@pytest.mark.parametrize("kind", OVER_HTTP)
@pytest.mark.parametrize("failure", [refuses_connections, answers(429), answers(401)])
def test_what_a_tool_does_not_take_waits_elsewhere_and_is_given_later(kind: str, failure: Failure) -> None:
    shop = Shop(KINDS[kind])
    shop.tools.failures = [failure]
    assert shop.hand_over() == []
    assert held(shop) == shop.still(shop.world.queues["billing"]) == []
    assert shop.try_again() == [], "not before its pause is over"
    assert held(shop) == []
    shop.world.clock += timedelta(seconds=PAUSES[0])
    assert shop.try_again() == []
    assert len(held(shop)) == 1
    assert shop.still(shop.waiting_url) == []


def test_what_one_departments_tool_does_not_take_waits_apart_from_everybody_elses() -> None:
    shop = Shop(SLACK)
    other = shop.cloud.create_queue("care-tool")
    waiting = Waiting(shop.cloud.client("sqs"), {"billing": shop.waiting_url, "care": other})
    waiting.put("care", "{}")
    assert (shop.still(shop.waiting_url), shop.still(other)) == ([], ["{}"])


def test_pauses_grow_and_what_no_attempt_helps_stays_on_the_queue_until_it_is_a_dead_letter() -> None:
    shop = Shop(SLACK)
    shop.tools.failures = [refuses_connections] * 99
    shop.hand_over()
    waited = []
    for pause in PAUSES:
        assert shop.try_again() == []
        shop.world.clock += timedelta(seconds=pause)
        assert len(shop.try_again()) == 1
        waited.append(pause)
    assert waited == sorted(waited)
    assert sum(waited) > 24 * 3600
    assert len(shop.still(shop.waiting_url)) == 1


@pytest.mark.parametrize("kind", ["slack", "zendesk", "jira"])
def test_a_tool_that_took_it_and_did_not_say_so_is_asked_first_and_has_it_once(kind: str) -> None:
    shop = Shop(KINDS[kind])
    shop.tools.failures = [takes_it_and_is_silent]
    shop.hand_over()
    assert shop.claim.may_be_there
    shop.world.clock += timedelta(minutes=5)
    shop.try_again()
    assert len(held(shop)) == 1
    assert shop.claim.place
    assert not shop.claim.may_be_there


@pytest.mark.parametrize("kind", OVER_HTTP)
def test_a_tool_that_neither_took_it_nor_said_so_gets_it_afterwards(kind: str) -> None:
    shop = Shop(KINDS[kind])
    shop.tools.failures = [is_silent]
    shop.hand_over()
    shop.world.clock += timedelta(minutes=5)
    shop.try_again()
    assert len(held(shop)) == 1


def test_an_endpoint_that_gets_it_twice_knows_it_by_its_id() -> None:
    shop = Shop(WEBHOOK)
    shop.tools.failures = [takes_it_and_is_silent]
    shop.hand_over()
    shop.world.clock += timedelta(minutes=5)
    shop.try_again()
    first, second = shop.tools.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == CASE
    assert first.content == second.content


def test_slack_that_may_not_be_searched_gets_it_again_and_it_says_so() -> None:
    shop = Shop(SLACK)
    shop.tools.slack_scopes.remove("channels:history")
    shop.tools.failures = [takes_it_and_is_silent]
    shop.hand_over()
    shop.world.clock += timedelta(minutes=5)
    shop.try_again()
    first, second = shop.tools.posts
    assert "Puede que esto ya esté aquí" not in str(first)
    assert "Puede que esto ya esté aquí" in str(second)


def test_zendesk_has_the_same_ticket_at_each_attempt() -> None:
    shop = Shop(ZENDESK)
    shop.tools.failures = [takes_it_and_is_silent]
    shop.hand_over()
    kept = shop.tools.tickets.pop()  # found by nobody, and still known by its key
    shop.world.clock += timedelta(minutes=5)
    shop.tools.tickets = [kept | {"external_id": "not indexed yet"}]
    shop.try_again()
    assert len(shop.tools.tickets) == 1
    assert shop.claim.place == str(kept["id"])


@pytest.mark.parametrize(
    ("failure", "sent"),
    [
        (ConnectTimeoutError(endpoint_url="https://email"), 1),
        (refused("TooManyRequestsException", 429), 1),
        (refused("MessageRejected", 400), 1),
        (ReadTimeoutError(endpoint_url="https://email"), 2),
        (refused("InternalFailure", 500), 2),
    ],
)
def test_a_mail_is_sent_again_only_where_nobody_can_tell_and_then_says_so_in_the_same_thread(
    failure: Exception, sent: int
) -> None:
    shop = Shop(MAIL)
    shop.ses.failures, shop.ses.sends_all_the_same = [failure], sent == 2
    shop.hand_over()
    shop.world.clock += timedelta(minutes=5)
    shop.try_again()
    mails = list(shop.ses.mails())
    assert len(mails) == sent
    assert {mail["References"] for mail in mails} == {f"<{CASE}@handoff.teleprado.example>"}
    bodies = [mail.get_body(("plain",)) for mail in mails]
    assert ["Puede que esto ya esté aquí" in str(each) for each in map(read, bodies)] == [False, True][:sent]


class DiesAtTheNote:
    """A hook that lets a process die when it notes what came of an attempt: at its second write of the claim."""

    def __init__(self) -> None:
        self.writes = 0

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        self.writes += operation == "PutItem" and arguments["Item"]["pk"]["S"].startswith(claims.CLAIM_PREFIX)
        if self.writes == 2:
            self.writes += 1
            raise RuntimeError("the process dies")

    def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None: ...


def test_whoever_dies_after_asking_has_it_asked_for_first() -> None:
    shop = Shop(SLACK)
    shop.cloud.hooks.append(DiesAtTheNote())
    assert len(shop.hand_over()) == 1
    assert len(shop.tools.posts) == 1
    assert shop.claim.busy_until is not None
    shop.world.clock += timedelta(seconds=30)
    assert shop.hand_over() == []
    assert len(shop.tools.posts) == 1, "the other one may still be at it"
    shop.world.clock += timedelta(minutes=2)
    shop.try_again()
    assert len(shop.tools.posts) == 1
    assert shop.claim.place == f"C0BILLING:{shop.tools.posts[0]['ts']}"


@pytest.mark.parametrize("failure", [None, takes_it_and_is_silent], ids=["", "silent"])
@pytest.mark.parametrize("kind", KINDS)
def test_wherever_the_process_dies_the_tool_has_it_in_the_end_and_as_often_as_it_cannot_be_told(
    kind: str, failure: Failure | None
) -> None:
    shop, deaths = Shop(KINDS[kind]), 0
    restore = shop.as_it_was()
    for number, done in ((number, done) for done in (False, True) for number in range(15)):
        restore()
        shop.tools.failures = [failure] if failure else []
        hook = DiesAt(number, done=done)
        shop.cloud.hooks.append(hook)
        with suppress(RuntimeError):
            shop.hand_over()
        deaths += hook.died
        shop.cloud.hooks.remove(hook)
        waiting = [shop.world.queues["billing"], shop.waiting_url]
        for _ in range(6):
            if not any(map(shop.still, waiting)):
                break
            shop.world.clock += timedelta(minutes=10)
            shop.hand_over()
            shop.try_again()
        assert not any(map(shop.still, waiting))
        assert shop.claim.place
        most = 1 if kind in ("slack", "zendesk", "jira") else 3
        assert 1 <= len(held(shop)) <= most
        assert {each.headers["webhook-id"] for each in shop.tools.received} <= {CASE}
    assert deaths > 10


def test_of_two_who_begin_at_once_one_asks() -> None:
    shop = Shop(SLACK)
    first, second = shop.giver(), shop.giver()
    hand_off = shop.hand_off()

    def also_begins(request: httpx.Request, do: Any) -> httpx.Response:
        assert second.give(hand_off) is False
        return do()  # type: ignore[no-any-return]

    shop.tools.failures = [also_begins]
    assert first.give(hand_off) is True
    assert len(shop.tools.posts) == 1


def test_what_was_withdrawn_or_is_elsewhere_by_now_is_not_given_any_more() -> None:
    shop = Shop(SLACK)
    doing = Doing("handed_over", shop.world.now(), Agent(subject="lena", department="billing"), "wrong", to="care")
    shop.cases.do(ANA, CASE, doing)
    assert shop.hand_over() == []
    assert shop.tools.asked == []


def test_after_410_nothing_more_is_sent_until_another_playbook_is_current() -> None:
    shop = Shop(WEBHOOK)
    shop.tools.endpoint = 410
    shop.hand_over()
    shop.world.clock += timedelta(minutes=5)
    shop.try_again()
    assert len(shop.tools.received) == 1
    assert len(shop.still(shop.waiting_url)) == 1, "it waits: nothing of it is lost"
    shop.tools.endpoint = 200
    shop.publish(working_in(6, billing=WEBHOOK))
    shop.world.clock += timedelta(minutes=5)
    shop.try_again()
    assert len(shop.tools.received) == 2
    assert shop.still(shop.waiting_url) == []


def test_a_webhook_is_proven_by_each_secret_that_is_live() -> None:
    shop = Shop(WEBHOOK)
    other = f"whsec_{b64encode(b'another secret of 24 bytes').decode()}"
    shop.set_secrets({"billing": {"signing": [WHSEC, other]}})
    shop.hand_over()
    (sent,) = shop.tools.received
    for secret in (WHSEC, other):
        verify(Request("POST", str(sent.url), dict(sent.headers), {}, sent.content), [secret], NOW)
    said = orjson.loads(sent.content)
    assert (said["type"], said["data"]["claim"], said["data"]["message"]["text"]) == ("hand_off.offered", CASE, WORDS)
    assert (str(sent.url), sent.headers["content-type"]) == (WEBHOOK["url"], "application/json")


@pytest.mark.parametrize("secrets", [{}, {"billing": {"signing": ["not base64!"]}}])
def test_without_usable_secrets_it_waits_and_nobody_is_asked(secrets: Any) -> None:
    shop = Shop(WEBHOOK)
    shop.set_secrets(secrets)
    assert shop.hand_over() == []
    assert shop.tools.asked == []
    assert len(shop.still(shop.waiting_url)) == 1


def test_a_group_stops_at_what_is_given_back_and_the_others_go_on() -> None:
    shop = Shop(SLACK)
    sqs, url = shop.cloud.client("sqs"), shop.world.queues["billing"]
    (good,) = shop.world.hand_offs("billing")
    group = orjson.loads(good)["customer"]["id"]
    sqs.purge_queue(QueueUrl=url)
    for number, (body, whose) in enumerate([("no hand-off", group), (good, group), (good, "another")]):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=whose, MessageDeduplicationId=str(number))
    assert len(shop.hand_over()) == 2
    assert len(shop.tools.posts) == 1
    assert sorted(shop.still(url)) == sorted(["no hand-off", good])


def test_nothing_of_the_customer_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    for kind in KINDS:
        shop = Shop(KINDS[kind])
        shop.tools.failures = [answers(422, {"description": WORDS}), takes_it_and_is_silent]
        shop.hand_over()
        for _ in range(2):
            shop.world.clock += timedelta(minutes=20)
            shop.try_again()
    said = capsys.readouterr()
    assert "cobro duplicado" not in said.out + said.err
    assert ANA not in said.out + said.err


def test_the_lease_outlasts_the_function() -> None:
    assert (
        template()["Resources"]["ConnectorsFunction"]["Properties"]["Timeout"] < LEASE.total_seconds() < PAUSES[0] + 1
    )
