"""What the stand-ins refuse that no port of ours asks for, so that one that begins to do so is told."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import ses as standin_ses
from infra.local.standin.platforms import telegram as standin_telegram
from infra.local.standin.platforms import x as standin_x
from shared.aws import signed
from shared.ports import Answer, Call
from tests.conftest import NOW
from tests.replying import ANA, INSTAGRAM, PAGE, place, reply

GRAPH = "https://graph.facebook.com/v26.0"
META = {"authorization": "Bearer standin-token"}
BOT = f"https://api.telegram.org/bot{standin_telegram.TOKEN}"
X_USER = {"authorization": "Bearer standin-user-2244000001"}


def everybody() -> StandIn:
    standin = StandIn(lambda: NOW)
    for channel in ("messenger", "instagram_dm", "telegram", "x_mention", "x_dm", "facebook_comment"):
        standin.spoke(place(channel))
    standin.spoke(place("whatsapp", "34600000001"))
    return standin


@pytest.mark.parametrize(
    ("url", "headers", "said", "status", "word"),
    [
        (f"{GRAPH}/{PAGE}/messages", {}, {}, 401, "190"),
        (f"{GRAPH}/{PAGE}/likes", META, {}, 400, "2500"),
        (f"{GRAPH}/{PAGE}/messages", META, {"message": {"text": "Sí"}}, 400, "recipient"),
        (
            f"{GRAPH}/{PAGE}/messages",
            META,
            {"recipient": {"id": "unknown"}, "messaging_type": "RESPONSE", "message": {"text": "Sí"}},
            400,
            "2018001",
        ),
        (
            f"{GRAPH}/{PAGE}/messages",
            META,
            {
                "recipient": {"id": ANA},
                "messaging_type": "MESSAGE_TAG",
                "tag": "ACCOUNT_UPDATE",
                "message": {"text": "Sí"},
            },
            400,
            "messaging_type",
        ),
        (
            f"{GRAPH}/{PAGE}/messages",
            META,
            {"recipient": {"id": ANA}, "message": {"text": "Sí"}},
            400,
            "messaging_type",
        ),
        (
            f"{GRAPH}/{PAGE}/messages",
            META,
            {
                "recipient": {"id": ANA},
                "messaging_type": "MESSAGE_TAG",
                "tag": "HUMAN_AGENT",
                "message": {"text": "Sí"},
            },
            400,
            "(#10) Application does not have permission",
        ),
        (f"{GRAPH}/{PAGE}/messages", META, {"recipient": {"comment_id": "1_2"}, "message": {"text": "Sí"}}, 400, "33"),
        (f"{GRAPH}/500_600/replies", META, {"message": "Sí"}, 400, "33"),
        (f"{GRAPH}/{INSTAGRAM}/mentions", META, {"media_id": "1", "message": "Sí"}, 400, "33"),
        (f"{GRAPH}/1/messages", META, {"messaging_product": "whatsapp", "type": "text"}, 400, "131008"),
        (
            f"{GRAPH}/1/messages",
            META,
            {"messaging_product": "whatsapp", "to": "34600000001", "type": "sticker", "sticker": {}},
            400,
            "131051",
        ),
        (f"{BOT}/sendPhoto", {}, {"chat_id": 1}, 404, "method not found"),
        (f"{BOT}/sendMessage", {}, {"text": "Sí"}, 400, "chat_id is empty"),
        (f"{BOT}/sendMessage", {}, {"chat_id": 1511000001, "text": "Sí", "direct_messages_topic_id": 1}, 400, "topic"),
        ("https://api.telegram.org/sendMessage", {}, {}, 404, "Not Found"),
        ("https://api.x.com/2/tweets", {}, {"text": "Sí"}, 401, "Unauthorized"),
        ("https://api.x.com/2/tweets", {"authorization": "OAuth nonsense"}, {"text": "Sí"}, 401, "Unauthorized"),
        ("https://api.x.com/2/likes", X_USER, {}, 404, "Not Found"),
        (
            "https://api.x.com/2/tweets",
            X_USER,
            {"text": "Sí", "reply": {"in_reply_to_tweet_id": "1"}},
            403,
            "deleted or not visible",
        ),
        ("https://api.x.com/2/dm_conversations/with/1/messages", X_USER, {"text": " "}, 400, "invalid-request"),
    ],
)
def test_what_is_wrong_is_refused_in_the_platforms_own_words(
    url: str, headers: dict[str, str], said: Any, status: int, word: str
) -> None:
    standin = everybody()
    answer = standin.answer(Call("POST", url, headers, orjson.dumps(said)))
    assert answer.status == status
    assert word in answer.body.decode()
    assert standin.sent == ()


SES = "https://email.eu-west-1.amazonaws.com/v2/email/outbound-emails"
IRELAND = ("ses", "eu-west-1")
MAIL = b"From: Help <help@shop.example.com>\r\nTo: ana@example.com\r\nSubject: Re: 4711\r\n\r\nHola\r\n"


def mail(raw: bytes = MAIL, **changed: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "FromEmailAddress": "help@shop.example.com",
        "Destination": {"ToAddresses": ["ana@example.com"]},
        "Content": {"Raw": {"Data": b64encode(raw).decode()}},
        "EmailTags": [{"Name": "reply_id", "Value": "rpl_a"}],
    }
    return known | changed


def told_ses(said: Any, *, url: str = SES, aws: tuple[str, str] | None = IRELAND) -> tuple[StandIn, Answer]:
    standin = StandIn(lambda: NOW)
    standin.spoke(place("email"))
    call = Call("POST", url, {"content-type": "application/json"}, orjson.dumps(said), aws)
    return standin, standin.answer(call)


def test_ses_sends_a_mail_that_is_as_it_should_be() -> None:
    standin, answer = told_ses(mail())
    assert answer.status == 200
    (arrived,) = standin.sent
    assert arrived.external_id == f"<{answer.json()['MessageId']}@eu-west-1.amazonses.com>"
    assert (arrived.text, arrived.title, arrived.reply_id) == ("Hola", "Re: 4711", "rpl_a")


@pytest.mark.parametrize(
    ("aws", "url", "error"),
    [
        (None, SES, "MissingAuthenticationTokenException"),
        (("ses", "us-east-1"), SES, "InvalidSignatureException"),
        (("email", "eu-west-1"), SES, "IncompleteSignatureException"),
        (IRELAND, SES.replace("eu-west-1", "eu-west-2"), "InvalidSignatureException"),
    ],
    ids=["unsigned", "another region", "another service", "another host"],
)
def test_ses_lets_in_only_what_is_signed_for_it_there(aws: tuple[str, str] | None, url: str, error: str) -> None:
    standin, answer = told_ses(mail(), url=url, aws=aws)
    assert (answer.status, answer.error) == (403, error)
    assert standin.sent == ()


@pytest.mark.parametrize("without", ["host", "x-amz-date"])
def test_ses_lets_nothing_in_whose_host_or_date_is_not_signed(without: str) -> None:
    headers = dict(signed(Call("POST", SES, {}, b"{}", IRELAND)) or {})
    headers["Authorization"] = headers["Authorization"].replace(f"{without};", "").replace(f";{without}", "")
    answer = StandIn(lambda: NOW).answer(Call("POST", SES, headers, b"{}"))
    assert (answer.status, answer.error) == (403, "InvalidSignatureException")


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({}, "BadRequestException"),
        ([], "BadRequestException"),
        (mail(Content={"Raw": {"Data": "ñ"}}), "BadRequestException"),
        (mail(Content={"Simple": {}}), "BadRequestException"),
        (mail(Destination={"ToAddresses": []}), "BadRequestException"),
        (mail(EmailTags=[{"Name": "reply id", "Value": "a"}]), "BadRequestException"),
        (mail(EmailTags=[{"Name": "reply_id", "Value": "rpl.a"}]), "BadRequestException"),
        (mail(EmailTags=[{"Name": "reply_id", "Value": "a" * 257}]), "BadRequestException"),
        (mail(EmailTags=[{"Name": "reply_id", "Value": ""}]), "BadRequestException"),
        (mail(ConfigurationSetName="two words"), "BadRequestException"),
        (mail(b"Subject: x\r\n\r\nHola"), "BadRequestException"),
        (mail(MAIL.replace(b"Re:", b"a\r\nSubject:")), "BadRequestException"),
        (mail(MAIL.replace(b"Help", "Tel\u00e9".encode())), "BadRequestException"),
        (mail(MAIL + b"x" * 999), "BadRequestException"),
        (mail(MAIL.replace(b"help@", b"boss@")), "BadRequestException"),
        (mail(MAIL.replace(b"help@", b"boss@"), FromEmailAddress="boss@shop.example.com"), "MessageRejected"),
    ],
)
def test_ses_refuses_what_is_no_mail_of_a_verified_mailbox(said: Any, error: str) -> None:
    standin, answer = told_ses(said)
    assert (answer.status, answer.error) == (400, error)
    assert standin.sent == ()


def test_ses_has_one_path_here_and_fourteen_mails_a_second() -> None:
    assert told_ses(mail(), url=SES.replace("outbound-emails", "identities"))[1].status == 404
    standin, _ = told_ses(mail())
    call = Call("POST", SES, {}, orjson.dumps(mail()), IRELAND)
    answers = [standin.answer(call) for _ in range(14)]
    assert [answer.status for answer in answers] == [200] * 13 + [429]
    assert answers[-1].error == "TooManyRequestsException"
    standin.forward(timedelta(seconds=1))
    assert standin.answer(call).status == 200


def test_a_mail_is_as_large_as_ses_takes_it_and_no_larger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standin_ses, "_MOST_BYTES", len(b64encode(MAIL)))
    assert told_ses(mail())[1].status == 200
    assert told_ses(mail(MAIL + b"a\r\n"))[1].error == "BadRequestException"


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b"\xff"])
def test_a_body_that_is_no_object_breaks_nothing(body: bytes) -> None:
    standin = everybody()
    for url, headers in (
        (f"{GRAPH}/{PAGE}/messages", META),
        (f"{BOT}/sendMessage", {}),
        ("https://api.x.com/2/tweets", X_USER),
    ):
        assert standin.answer(Call("POST", url, headers, body)).status == 400


def test_another_host_is_nobody_whom_it_plays() -> None:
    with pytest.raises(LookupError):
        everybody().answer(Call("GET", "https://api.example/"))


def test_it_forgets_what_it_is_told_to() -> None:
    standin = everybody()
    standin.forward(timedelta(hours=1))
    standin.fail("cut", times=9)
    standin.forget()
    assert standin.now == NOW
    call = Call("POST", f"{BOT}/sendMessage", {}, orjson.dumps({"chat_id": int(ANA), "text": "Sí"}))
    assert standin.answer(call).status == 400, "it knows nobody"
    standin.spoke(place("telegram"))
    assert standin.answer(call).status == 200
    assert len(standin.sent) == 1


def test_what_x_shows_of_a_post_is_not_what_was_written() -> None:
    """So that whoever looks for their own words meets what X makes of them."""
    standin = everybody()
    text = "Sí & no: https://tienda.example/pedido"
    said = reply(place("x_mention"), text)
    body = {"text": text, "reply": {"in_reply_to_tweet_id": said.place.reply_to}}
    made = standin.answer(Call("POST", "https://api.x.com/2/tweets", X_USER, orjson.dumps(body)))
    assert made.json()["data"]["text"] == f"@user{ANA} Sí &amp; no: https://t.co/0000000009"
    seen = standin.answer(Call("GET", "https://api.x.com/2/users/2244000001/tweets?max_results=5", X_USER))
    (post,) = seen.json()["data"]
    assert post["text"] == made.json()["data"]["text"]
    assert standin_x.token("2244000001") in X_USER["authorization"]
