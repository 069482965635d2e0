"""What the stand-ins of inboxes, help desks and comments refuse that the ports do not ask for, and whom they let in."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import chatwoot, linkedin, mastodon, tiktok, zendesk
from shared.ports import Answer, Call
from tests.conftest import NOW
from tests.replying import ANA, place

INSTANCE = f"https://{mastodon.HOST}/api/v1/statuses"
MEMBER = {"authorization": f"Bearer {mastodon.TOKEN}"}
STATUS = {"status": f"@user{ANA} Sí", "in_reply_to_id": "115240000000880101", "visibility": "public"}

INBOX = f"https://{chatwoot.HOST}/api/v1/accounts/{chatwoot.ACCOUNT}/conversations/4711"
AGENT = {"api_access_token": chatwoot.TOKEN}
MESSAGE = {"content": "Sí", "message_type": "outgoing", "private": False}

TICKET = f"https://{zendesk.HOST}/api/v2/tickets/4711.json"
STAFF = {"authorization": f"Basic {b64encode(zendesk.TOKEN.encode()).decode()}"}
COMMENT = {"comment": {"body": "Sí", "public": True}}

URN = "urn:li:comment:(urn:li:activity:7230000000000000001,7230000000000000101)"
BELOW = f"https://api.linkedin.com/rest/socialActions/{URN}/comments"
ADMIN = {
    "authorization": f"Bearer {linkedin.TOKEN}",
    "linkedin-version": "202607",
    "x-restli-protocol-version": "2.0.0",
}
BY_THE_PAGE = {
    "actor": "urn:li:organization:4400001",
    "object": "urn:li:activity:7230000000000000001",
    "parentComment": URN,
    "message": {"text": "Sí"},
}

TIKTOK = "https://business-api.tiktok.com/open_api/v1.3/business"
ACCOUNT = {"access-token": tiktok.TOKEN}
DIRECT = {
    "business_id": "biz-open-id-0001",
    "recipient_type": "CONVERSATION",
    "recipient": "conv-ana-1==",
    "message_type": "TEXT",
    "text": {"body": "Sí"},
}
REPLY = {
    "business_id": "biz-open-id-0001",
    "video_id": "7229000000000000001",
    "comment_id": "7230000000000000201",
    "text": "Sí",
}

NEW = ("mastodon_mention", "chatwoot_conversation", "zendesk_ticket", "linkedin_comment", "tiktok_dm", "tiktok_comment")


def everybody() -> StandIn:
    standin = StandIn(lambda: NOW)
    for channel in NEW:
        standin.spoke(place(channel))
    return standin


def asked(url: str, headers: dict[str, str], said: Any, *, method: Any = "POST", of: StandIn | None = None) -> Answer:
    return (of or everybody()).answer(Call(method, url, headers, orjson.dumps(said), wants=("x-ratelimit-reset",)))


WAYS = pytest.mark.parametrize(
    ("url", "headers", "said", "method"),
    [
        (INSTANCE, MEMBER, STATUS, "POST"),
        (f"{INBOX}/messages", AGENT, MESSAGE, "POST"),
        (TICKET, STAFF, {"ticket": COMMENT}, "PUT"),
        (BELOW, ADMIN, BY_THE_PAGE, "POST"),
        (f"{TIKTOK}/message/send/", ACCOUNT, DIRECT, "POST"),
        (f"{TIKTOK}/comment/reply/create/", ACCOUNT, REPLY, "POST"),
    ],
    ids=NEW,
)


@WAYS
def test_what_is_as_it_should_be_is_taken_and_a_stranger_is_not_let_in(
    url: str, headers: dict[str, str], said: Any, method: str
) -> None:
    standin = everybody()
    assert asked(url, headers, said, method=method, of=standin).status in (200, 201)
    assert [each.text for each in standin.sent] == ["Sí"]
    stranger = everybody()
    refused = asked(url, {}, said, method=method, of=stranger)
    assert (refused.status == 401) or refused.json()["code"] == 40105
    assert stranger.sent == ()


@WAYS
def test_a_body_that_is_no_object_breaks_nothing(url: str, headers: dict[str, str], said: Any, method: Any) -> None:
    for body in (b"", b"[]", b"nonsense", b"\xff"):
        standin = everybody()
        assert standin.answer(Call(method, url, headers, body)).status in (200, 400, 403, 422)
        assert standin.sent == ()


@pytest.mark.parametrize(
    ("changed", "status", "word"),
    [
        ({"status": " "}, 422, "blank"),
        ({"status": "x" * 501}, 422, "500"),
        ({"in_reply_to_id": "7"}, 404, "reply to"),
        ({"in_reply_to_id": None}, 404, "reply to"),
        ({"visibility": "circle"}, 422, "Visibility"),
    ],
)
def test_an_instance_refuses_in_its_own_words(changed: dict[str, Any], status: int, word: str) -> None:
    answer = asked(INSTANCE, MEMBER, STATUS | changed)
    assert (answer.status, word in answer.json()["error"]) == (status, True)


def test_an_instance_counts_a_link_as_23_and_a_handle_without_its_server() -> None:
    links = " ".join(["https://tienda.example/" + "x" * 80] * 20)
    assert asked(INSTANCE, MEMBER, STATUS | {"status": links}).status == 200
    assert asked(INSTANCE, MEMBER, STATUS | {"status": f"{links} https://a.example"}).status == 422
    handle = "@ana@vecinos.example "
    assert asked(INSTANCE, MEMBER, STATUS | {"status": handle * 100}).status == 200


def test_whoever_is_not_named_is_not_told() -> None:
    standin = everybody()
    asked(INSTANCE, MEMBER, STATUS | {"status": "Sí"}, of=standin)
    assert standin.sent[0].to != ANA


def test_under_one_key_there_is_one_status_within_an_hour() -> None:
    standin = everybody()
    keyed = MEMBER | {"idempotency-key": "rpl_a"}
    numbers = [asked(INSTANCE, keyed, STATUS, of=standin).json()["id"] for _ in range(3)]
    assert len(set(numbers)) == len(standin.sent) == 1
    standin.forward(timedelta(hours=1))
    assert asked(INSTANCE, keyed, STATUS, of=standin).json()["id"] not in numbers


def test_an_instance_takes_300_requests_in_five_minutes_and_300_statuses_in_three_hours() -> None:
    standin = everybody()
    reads = [asked(f"{INSTANCE}/7", MEMBER, None, method="GET", of=standin).status for _ in range(301)]
    assert (reads.count(404), reads[-1]) == (300, 429)
    for _ in range(2):
        standin.forward(timedelta(minutes=5))
        posts = [asked(INSTANCE, MEMBER, STATUS, of=standin) for _ in range(150)]
        assert {each.status for each in posts} == {200}
    last = asked(INSTANCE, MEMBER, STATUS, of=standin)
    assert last.status == 429
    assert last.headers["x-ratelimit-reset"].startswith("2026-11-22T15:05")


@pytest.mark.parametrize(
    ("changed", "word"),
    [({"content": " "}, "blank"), ({"content": "x" * 150_001}, "too long"), ({"message_type": "incoming"}, "Incoming")],
)
def test_an_inbox_refuses_in_its_own_words(changed: dict[str, Any], word: str) -> None:
    answer = asked(f"{INBOX}/messages", AGENT, MESSAGE | changed)
    assert (answer.status, word in str(answer.json())) == (422, True)


def test_an_inbox_has_the_conversations_that_it_has_and_takes_200_messages_a_minute_in_one() -> None:
    standin = everybody()
    assert asked(INBOX.replace("4711", "4712"), AGENT, None, method="GET", of=standin).status == 404
    assert asked(INBOX.replace("accounts/3", "accounts/4"), AGENT, None, method="GET", of=standin).status == 404
    taken = [asked(f"{INBOX}/messages", AGENT, MESSAGE, of=standin) for _ in range(201)]
    assert ([each.status for each in taken].count(200), taken[-1].status) == (200, 422)
    assert "Too many" in taken[-1].json()["message"]
    shown = asked(f"{INBOX}/messages", AGENT, None, method="GET", of=standin).json()["payload"]
    before = asked(f"{INBOX}/messages?before={shown[0]['id']}", AGENT, None, method="GET", of=standin).json()["payload"]
    assert (len(shown), len(before)) == (20, 20)
    assert max(each["id"] for each in before) < shown[0]["id"]


@pytest.mark.parametrize(
    ("changed", "status", "word"),
    [
        ({"comment": {"body": " "}}, 422, "blank"),
        ({"comment": None}, 422, "blank"),
        ({"comment": {"body": "ñ" * 32_768}}, 422, "too long"),
        ({"safe_update": True, "updated_stamp": "2020-01-01T00:00:00Z"}, 409, "UpdateConflict"),
    ],
)
def test_a_help_desk_refuses_in_its_own_words(changed: dict[str, Any], status: int, word: str) -> None:
    answer = asked(TICKET, STAFF, {"ticket": COMMENT | changed}, method="PUT")
    assert (answer.status, word in str(answer.json())) == (status, True)


def test_a_ticket_is_changed_as_it_was_read_and_thirty_times_in_ten_minutes() -> None:
    standin = everybody()
    stamp = asked(TICKET, STAFF, None, method="GET", of=standin).json()["ticket"]["updated_at"]
    safely = {"ticket": COMMENT | {"safe_update": True, "updated_stamp": stamp}}
    assert asked(TICKET, STAFF, safely, method="PUT", of=standin).status == 200
    assert asked(TICKET, STAFF, safely, method="PUT", of=standin).status == 409
    again = [asked(TICKET, STAFF, {"ticket": COMMENT}, method="PUT", of=standin) for _ in range(30)]
    assert [each.status for each in again] == [200] * 29 + [429]
    assert again[-1].headers["retry-after"] == "600"
    assert asked(TICKET.replace("4711", "1"), STAFF, None, method="GET", of=standin).status == 404
    assert asked(TICKET, STAFF, {}, of=standin).status == 405


def test_what_is_internal_reaches_nobody() -> None:
    standin = everybody()
    asked(TICKET, STAFF, {"ticket": {"comment": {"body": "Sí", "public": False}}}, method="PUT", of=standin)
    assert standin.sent[0].to != ANA


@pytest.mark.parametrize(
    ("headers", "changed", "status", "word"),
    [
        ({"linkedin-version": ""}, {}, 400, "version"),
        ({"linkedin-version": "202401"}, {}, 426, "202401"),
        ({"x-restli-protocol-version": ""}, {}, 400, "Syntax"),
        ({}, {"actor": "urn:li:organization:7"}, 403, "permissions"),
        ({}, {"message": {"text": " "}}, 400, "text"),
        ({}, {"message": {"text": "x" * 1251}}, 400, "too long"),
        ({}, {"object": "urn:li:activity:7"}, 400, "object"),
        ({}, {"parentComment": None}, 400, "parentComment"),
    ],
)
def test_linkedin_refuses_in_its_own_words(
    headers: dict[str, str], changed: dict[str, Any], status: int, word: str
) -> None:
    answer = asked(BELOW, ADMIN | headers, BY_THE_PAGE | changed)
    assert (answer.status, word in answer.json()["message"]) == (status, True)


def test_linkedin_has_the_comments_that_it_has() -> None:
    assert asked(BELOW.replace("0101", "0999"), ADMIN, BY_THE_PAGE).status == 404
    assert asked("https://api.linkedin.com/rest/posts", ADMIN, {}).status == 404


@pytest.mark.parametrize(
    ("path", "said", "code"),
    [
        ("/message/send/", DIRECT | {"recipient": "conv-luis"}, 40007),
        ("/message/send/", DIRECT | {"business_id": "another"}, 40007),
        ("/message/send/", DIRECT | {"message_type": "IMAGE"}, 40002),
        ("/message/send/", DIRECT | {"recipient_type": "USER"}, 40002),
        ("/message/send/", DIRECT | {"text": {"body": " "}}, 40002),
        ("/message/send/", DIRECT | {"text": {"body": "x" * 6001}}, 40002),
        ("/comment/reply/create/", REPLY | {"comment_id": "7"}, 40007),
        ("/comment/reply/create/", REPLY | {"video_id": "7"}, 40007),
        ("/comment/reply/create/", REPLY | {"text": "x" * 151}, 40002),
        ("/comment/like/", {}, 40006),
    ],
)
def test_tiktok_refuses_in_its_own_codes(path: str, said: Any, code: int) -> None:
    assert asked(f"{TIKTOK}{path}", ACCOUNT, said).json()["code"] == code


def test_tiktok_takes_ten_messages_without_an_answer_and_none_after_two_days() -> None:
    standin = everybody()
    codes = [asked(f"{TIKTOK}/message/send/", ACCOUNT, DIRECT, of=standin).json()["code"] for _ in range(11)]
    assert codes == [0] * 10 + [40064]
    other = everybody()
    other.forward(timedelta(hours=47) - timedelta(microseconds=1))
    assert asked(f"{TIKTOK}/message/send/", ACCOUNT, DIRECT, of=other).json()["code"] == 0
    other.forward(timedelta(microseconds=1))
    assert asked(f"{TIKTOK}/message/send/", ACCOUNT, DIRECT, of=other).json()["code"] == 40064
