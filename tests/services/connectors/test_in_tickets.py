"""Zendesk's and Jira's webhooks: what agents do there is done here, once, and what we did ourselves comes back in vain.

The payloads have the shape of the vendors' own examples (developer.zendesk.com, ticket events; developer.atlassian.com,
webhooks).
"""

import hmac
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from services.connectors.acts import Acts
from services.connectors.answering import Answering
from shared.casework.cases import Doing
from shared.casework.steps import Agent, ReplyAsked, reply_id
from shared.connectors.jira.document import document
from shared.replying import Draft
from shared.store import keys, steps
from tests.services.connectors.shop import ANA, CASE, JIRA, SECRETS, ZENDESK, DiesAt, Shop
from tests.services.connectors.tools import answers

LENA, BOT = "8447388090495", ZENDESK["user"]


def replies(shop: Shop) -> list[ReplyAsked]:
    return [step for step in steps.of(shop.table, keys.identity(ANA)) if isinstance(step, ReplyAsked)]


# ----------------------------------------------------------------------------------------------------------- Zendesk


@pytest.fixture
def desk() -> Shop:
    made = Shop(ZENDESK)
    made.hand_over()
    return made


def told(name: str, event: Any, *, actor: str = LENA, number: str = "1", **detail: Any) -> dict[str, Any]:
    return {
        "account_id": 22129848,
        "detail": {
            "actor_id": actor,
            "assignee_id": None,
            "created_at": "2026-11-22T12:00:00Z",
            "external_id": CASE,
            "group_id": "98738",
            "id": "35436",
            "is_public": False,
            "priority": "NORMAL",
            "status": "OPEN",
            "tags": ["mostrador"],
            "via": {"channel": "web_service"},
        }
        | detail,
        "event": {"meta": {"sequence": {"id": "CE4A698AF24F35B3208649C6951E000E", "position": 1}}, **event},
        "id": f"d4f5c389-8f4a-4c2e-a1b9-{number:0>12}",
        "subject": "zen:ticket:35436",
        "time": "2026-11-22T12:00:00.123456789Z",
        "type": f"zen:event-type:ticket.{name}",
        "zendesk_event_version": "2022-11-06",
    }


def comment(
    text: str = "Ya está devuelto.", *, by: str = LENA, public: bool = True, staff: bool = True
) -> dict[str, Any]:
    author = {"id": by, "is_staff": staff, "name": "Support Agent"}
    return told("comment_added", {"comment": {"id": 9876543210, "body": text, "is_public": public, "author": author}})


def status(current: str, **more: Any) -> dict[str, Any]:
    return told("status_changed", {"previous": "OPEN", "current": current}, **more)


def agent(current: str | None, **more: Any) -> dict[str, Any]:
    return told("agent_assignment_changed", {"previous": None, "current": current}, **more)


def group(current: str, **more: Any) -> dict[str, Any]:
    return told("group_assignment_changed", {"previous": "98738", "current": current}, **more)


def send(shop: Shop, said: Any, *, secret: str = SECRETS[0], late: int = 0) -> int:
    """Send a webhook as Zendesk does."""
    body = orjson.dumps(said)
    timestamp = shop.world.now().replace(microsecond=0).isoformat().replace("+00:00", "Z")
    if late:
        timestamp = "2026-11-22T11:00:00Z"
    digest = b64encode(hmac.digest(secret.encode(), timestamp.encode() + body, "sha256")).decode()
    headers = {"x-zendesk-webhook-signature": digest, "x-zendesk-webhook-signature-timestamp": timestamp}
    return shop.request("zendesk", body, headers)[0]


def test_a_public_comment_is_the_answer_and_accepts_what_was_only_offered(desk: Shop) -> None:
    assert send(desk, comment()) == 200
    (asked,) = replies(desk)
    by = Agent(subject=f"zendesk:teleprado.zendesk.com:{LENA}", department="billing")
    assert (asked.text, asked.by, asked.escalation_id, asked.automatic) == ("Ya está devuelto.", by, CASE, False)
    assert (asked.channel, asked.account, asked.thread, asked.reply_to) == (
        "telegram", "tienda_bot", "direct", desk.case.event_key,
    )  # fmt: skip
    assert reply_id(asked).startswith("rpl_")
    assert (desk.case.state, desk.case.held_by) == ("accepted", by)


def test_an_answer_is_not_asked_for_before_what_it_answers_is_accepted(desk: Shop) -> None:
    """Whatever time goes by meanwhile: an answer from before it was accepted is no answer to the case."""

    def now() -> datetime:
        desk.world.clock += timedelta(milliseconds=1)
        return desk.world.clock

    acts = Acts(desk.table, desk.cases, now)
    by = Agent(subject="zendesk:x:1", department="billing")
    Answering(acts, desk.table, now).answer(desk.claim, by, Draft(text="Ya está."), key="1")
    (asked,) = replies(desk)
    assert desk.case.accepted_at is not None
    assert asked.at > desk.case.accepted_at


def test_what_zendesk_tells_again_is_the_same_answer(desk: Shop) -> None:
    for _ in range(3):
        assert send(desk, comment()) == 200
    assert len(replies(desk)) == 1
    assert desk.case.number == 1


NAMES: tuple[str, ...] = (
    "internal",
    "ours",
    "customer's",
    "pending",
    "solved by us",
    "a rule's",
    "nobody's",
    "same group",
    "tags",
)
NAMES += ("empty", "none", "unknown")


@pytest.mark.parametrize(
    "said",
    [
        comment(public=False),
        comment(by=BOT),
        comment(staff=False),
        status("PENDING"),
        status("SOLVED", actor=BOT),
        status("SOLVED", actor="-1"),
        agent(None),
        group("98738"),
        told("tags_changed", {"tags_added": ["x"]}),
        comment() | {"detail": {"id": "1", "external_id": ""}},
        comment() | {"detail": {"id": "1"}},
        comment() | {"detail": {"id": "1", "external_id": f"{CASE}-9"}},
    ],
    ids=NAMES,
)
def test_what_is_not_for_us_does_nothing(desk: Shop, said: Any) -> None:
    assert send(desk, said) == 200
    assert replies(desk) == []
    assert desk.case.number == 0
    assert desk.tools.notes == []


def test_whoever_takes_it_has_it_and_another_of_them_may_take_it_from_there(desk: Shop) -> None:
    assert send(desk, agent(LENA)) == 200
    assert (desk.case.state, desk.case.held_by and desk.case.held_by.subject) == (
        "accepted", f"zendesk:teleprado.zendesk.com:{LENA}",
    )  # fmt: skip
    assert send(desk, agent("777", number="2")) == 200
    assert desk.case.number == 1
    assert desk.tools.notes == []


@pytest.mark.parametrize("said", [group("111"), agent(BOT)], ids=["another group", "our user"])
def test_given_to_another_group_or_back_to_us_it_is_returned_once(desk: Shop, said: Any) -> None:
    for _ in range(2):
        assert send(desk, said) == 200
    assert (desk.case.state, desk.case.department, desk.case.path[0].why) == (
        "offered", "care", "given back in zendesk (35436)",
    )  # fmt: skip
    assert desk.case.number == 1


@pytest.mark.parametrize("current", ["SOLVED", "CLOSED"])
def test_solved_it_is_closed(desk: Shop, current: str) -> None:
    for _ in range(2):
        assert send(desk, status(current)) == 200
    assert (desk.case.state, desk.case.number) == ("closed", 2)


@pytest.mark.parametrize("order", [0, 1])
def test_answered_and_solved_in_one_go_both_are_heard_in_either_order(desk: Shop, order: int) -> None:
    both = [comment(), status("SOLVED", number="2")]
    for said in (both[order], both[1 - order]):
        assert send(desk, said) == 200
    assert desk.case.state == "closed"
    assert [each.text for each in replies(desk)] == ["Ya está devuelto."]
    assert desk.tools.notes == []


def test_what_may_not_be_said_on_the_channel_is_said_on_the_ticket_and_nothing_is_kept(desk: Shop) -> None:
    assert send(desk, comment("x" * 5000)) == 200
    assert replies(desk) == []
    assert desk.case.number == 0
    ((path, note),) = desk.tools.notes
    assert path == "/api/v2/tickets/35436.json"
    assert note["public"] is False
    assert "shorten it" in note["body"]


def test_what_is_elsewhere_by_now_is_said_on_the_ticket(desk: Shop) -> None:
    doing = Doing("handed_over", desk.world.now(), Agent(subject="ida", department="billing"), "x", to="technical")
    desk.cases.do(ANA, CASE, doing)
    assert send(desk, comment()) == 200
    assert replies(desk) == []
    assert "offered with technical" in str(desk.tools.notes)


def test_a_ticket_that_cannot_be_written_on_changes_nothing_else(desk: Shop) -> None:
    desk.tools.failures = [answers(500)]
    assert send(desk, comment("x" * 5000)) == 200


def test_nothing_is_done_without_a_proof(desk: Shop) -> None:
    assert send(desk, comment(), secret="stranger") == 401
    assert send(desk, comment(), late=1) == 401
    assert send(desk, comment(), secret=SECRETS[1]) == 200
    assert len(replies(desk)) == 1


@pytest.mark.parametrize(
    "said", [[], {}, {"type": "x"}, {"type": 7, "detail": {}, "event": {}}, comment() | {"event": []}]
)
def test_what_is_signed_and_no_event_is_refused_without_a_stir(desk: Shop, said: Any) -> None:
    assert send(desk, said) in (200, 400)
    assert desk.case.number == 0


@pytest.mark.parametrize("said", [comment(), status("SOLVED"), group("111")], ids=["answer", "solved", "returned"])
@pytest.mark.parametrize("done", [False, True])
def test_wherever_the_process_dies_zendesk_sends_it_again_and_it_is_done_once(said: Any, done: bool) -> None:
    shop, deaths = Shop(ZENDESK), 0
    shop.hand_over()
    restore = shop.as_it_was()
    send(shop, said)
    calm = ([each.text for each in replies(shop)], shop.case.state, shop.case.number)
    for number in range(15):
        restore()
        hook = DiesAt(number, done=done)
        shop.cloud.hooks.append(hook)
        assert send(shop, said) in (200, 500, 503)
        deaths += hook.died
        shop.cloud.hooks.remove(hook)
        assert send(shop, said) == 200
        assert ([each.text for each in replies(shop)], shop.case.state, shop.case.number) == calm
        assert shop.tools.notes == []
    assert deaths > 5


# -------------------------------------------------------------------------------------------------------------- Jira


@pytest.fixture
def board() -> Shop:
    made = Shop(JIRA)
    made.hand_over()
    made.tools.comments["10501"] = document(["RESPUESTA: Ya está arreglado.", "Un saludo."])
    made.tools.comments["10502"] = document(["Creo que es del router, ¿no?"])
    return made


def commented(number: str = "10501", *, by: str = "712020:lena", **more: Any) -> dict[str, Any]:
    author = {
        "self": "https://teleprado.atlassian.net/rest/api/2/user?accountId=x",
        "accountId": by,
        "displayName": "L",
    }
    return {
        "timestamp": 1795348800000,
        "webhookEvent": "comment_created",
        "comment": {
            "id": number,
            "author": author,
            "updateAuthor": author,
            "body": "RESPUESTA: *Ya* está arreglado.",
            "created": "2026-11-22T12:00:00.000+0000",
            "jsdPublic": True,
        }
        | more,
        "issue": {"id": "10000", "key": "TEC-0", "fields": {"summary": "x", "status": {"name": "To Do"}}},
        "eventType": "primaryAction",
    }


def updated(field: str, to: str | None, *, by: str = "712020:lena", category: str = "indeterminate") -> dict[str, Any]:
    return {
        "timestamp": 1795348800000,
        "webhookEvent": "jira:issue_updated",
        "issue_event_type_name": "issue_generic",
        "user": {"accountId": by, "displayName": "L"},
        "issue": {
            "id": "10000",
            "key": "TEC-0",
            "fields": {
                "labels": ["mostrador", f"mostrador_{CASE}"],
                "status": {"name": "Hecho", "statusCategory": {"key": category}},
            },
        },
        "changelog": {"id": "10124", "items": [{"field": field, "fieldId": field, "from": None, "to": to}]},
    }


def post(shop: Shop, said: Any, secret: str = SECRETS[0]) -> int:
    body = orjson.dumps(said)
    return shop.request(
        "jira", body, {"X-Hub-Signature": f"sha256={hmac.digest(secret.encode(), body, 'sha256').hex()}"}
    )[0]


def test_a_comment_that_begins_with_the_word_for_it_is_the_answer_once(board: Shop) -> None:
    for _ in range(2):
        assert post(board, commented()) == 200
    (asked,) = replies(board)
    assert asked.text == "Ya está arreglado.\nUn saludo."
    assert asked.by == Agent(subject="jira:teleprado.atlassian.net:712020:lena", department="billing")
    assert board.case.state == "accepted"


@pytest.mark.parametrize(
    "said",
    [
        commented("10502"),
        commented(by=JIRA["user"]),
        commented(visibility={"type": "role", "value": "Developers"}),
        commented(jsdPublic=False),
        updated("assignee", None),
        updated("status", "3", category="indeterminate"),
        updated("status", "3", category="done", by=JIRA["user"]),
        updated("summary", "x"),
        {"webhookEvent": "issuelink_created"},
    ],
    ids=[
        "among themselves",
        "ours",
        "for some",
        "internal",
        "nobody's",
        "not done",
        "done by us",
        "summary",
        "another",
    ],
)
def test_what_is_not_for_the_customer_does_nothing(board: Shop, said: Any) -> None:
    assert post(board, said) == 200
    assert replies(board) == []
    assert board.case.number == 0


def test_where_customers_see_comments_each_of_these_is_an_answer() -> None:
    board = Shop(JIRA | {"service_desk": True})
    board.hand_over()
    board.tools.comments["10502"] = document(["Ya está."])
    assert post(board, commented("10502", jsdPublic=False)) == 200
    assert replies(board) == []
    assert post(board, commented("10502")) == 200
    assert [each.text for each in replies(board)] == ["Ya está."]


def test_an_issue_without_our_label_is_none_of_ours(board: Shop) -> None:
    board.tools.issues[0]["fields"]["labels"] = ["mostrador"]
    assert post(board, commented()) == 200
    assert replies(board) == []


def test_when_jira_does_not_tell_what_was_written_it_sends_it_again(board: Shop) -> None:
    said = commented() | {"issue": {"id": "404"}}
    assert post(board, said) == 503
    assert post(board, commented()) == 200
    assert len(replies(board)) == 1


def test_assigned_to_somebody_it_is_theirs_and_to_our_user_it_is_returned(board: Shop) -> None:
    assert post(board, updated("assignee", "712020:ida")) == 200
    assert board.case.held_by == Agent(subject="jira:teleprado.atlassian.net:712020:ida", department="billing")
    assert post(board, updated("assignee", JIRA["user"]) | {"changelog": {"id": "2", "items": [
        {"field": "assignee", "to": JIRA["user"]}]}}) == 200  # fmt: skip
    assert (board.case.department, board.case.state) == ("care", "offered")


def test_done_it_is_closed(board: Shop) -> None:
    for _ in range(2):
        assert post(board, updated("status", "3", category="done")) == 200
    assert (board.case.state, board.case.number) == ("closed", 2)


def test_what_is_refused_is_said_on_the_issue(board: Shop) -> None:
    board.tools.comments["10501"] = document(["ANSWER: " + "x" * 5000])
    assert post(board, commented()) == 200
    ((path, note),) = board.tools.notes
    assert path == "issue/10000/comment"
    assert "shorten it" in str(note["body"])


def test_jira_needs_a_proof_as_well(board: Shop) -> None:
    assert post(board, commented(), "stranger") == 401
    assert board.request("jira", b"{}", {})[0] == 401
    assert post(board, commented(), SECRETS[1]) == 200


@pytest.mark.parametrize(
    "said", [[], {}, {"webhookEvent": "comment_created"}, {"webhookEvent": "jira:issue_updated"}, 7]
)
def test_what_is_no_webhook_of_jiras_is_refused_without_a_stir(board: Shop, said: Any) -> None:
    assert post(board, said) == 400
    assert board.case.number == 0


def test_nothing_personal_is_logged(desk: Shop, board: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    send(desk, comment("canary " * 1000))
    send(desk, comment("canary"))
    post(board, commented())
    heard = capsys.readouterr()
    for word in ("canary", "arreglado", ANA, LENA):
        assert word not in heard.out + heard.err
