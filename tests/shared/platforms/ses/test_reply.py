"""Replies by mail: one thread, one subject, one receiver, whatever a customer has put into what is answered."""

from base64 import b64decode
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import botocore.session
import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infra.local.standin import StandIn
from shared.casework.places import place_of
from shared.models import Delivery, Message, Receipt
from shared.platforms import load
from shared.platforms.ses import composing
from shared.platforms.ses.regions import REGIONS, host, message_id
from shared.ports import Answer, Call, Thing
from shared.projection.conversation import Conversation
from shared.replying import Draft, Later, Place, Refused, Sent, Unknown
from tests.conftest import NOW
from tests.replying import asked, place, port, presence, reply, said

PORT = port("email")
ROOT, ANSWERED = "<CAF=1@mail.example.com>", "<CAF=2@mail.example.com>"
US = (Thing("region", "us-east-1"),)


def call_of(where: Place, what: Draft | str = "Sí", answer: Answer | None = None, **who: Any) -> tuple[Any, Call]:
    """Return what became of a reply, and what was asked of SES."""
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return answer or Answer(0)

    became = asked(PORT.send(reply(where, what), presence("email", **who), NOW), api, PORT.hosts)
    (call,) = calls
    return became, call


def request_of(where: Place, what: Draft | str = "Sí", **who: Any) -> dict[str, Any]:
    _, call = call_of(where, what, **who)
    body: dict[str, Any] = orjson.loads(call.body)
    return body


def raw_of(where: Place, what: Draft | str = "Sí", **who: Any) -> bytes:
    return b64decode(request_of(where, what, **who)["Content"]["Raw"]["Data"], validate=True)


def mail_of(where: Place, what: Draft | str = "Sí", **who: Any) -> EmailMessage:
    return message_from_bytes(raw_of(where, what, **who), policy=SMTP)


def became(status: int, name: str = "", message: str = "", **where: Any) -> Any:
    found, _ = call_of(place("email", **where), answer=Answer(status, orjson.dumps({"message": message}), name))
    return found


# ----------------------------------------------------------------------------------------------------------- the mail


def test_an_answer_stands_in_the_customers_thread() -> None:
    mail = mail_of(place("email"), "Sí, hasta las dos.\n\nUn saludo")
    assert dict(mail.items()) == {
        "From": "Teleprado <help@shop.example.com>",
        "To": "ana@example.com",
        "Subject": "Re: Pedido 4711",
        "In-Reply-To": ANSWERED,
        "References": f"{ROOT} {ANSWERED}",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
        "MIME-Version": "1.0",
    }
    assert mail.get_content() == "Sí, hasta las dos.\r\n\r\nUn saludo\r\n"
    assert not mail.defects


def test_what_is_asked_of_ses() -> None:
    body = request_of(place("email"))
    body.pop("Content")
    assert body == {
        "FromEmailAddress": "help@shop.example.com",
        "Destination": {"ToAddresses": ["ana@example.com"]},
        "EmailTags": [{"Name": "reply_id", "Value": "rpl_abcdefghijklmnopqrstuvwxyz"}],
        "ConfigurationSetName": "mostrador",
    }
    _, call = call_of(place("email"))
    assert (call.method, call.url) == ("POST", "https://email.eu-west-1.amazonaws.com/v2/email/outbound-emails")
    assert call.aws == ("ses", "eu-west-1")
    assert not {name.lower() for name in call.headers} & {"authorization", "x-amz-date"}, "whoever calls signs it"


def test_without_a_configuration_set_none_is_named() -> None:
    assert "ConfigurationSetName" not in request_of(place("email"), things=US)


@pytest.mark.parametrize(
    ("thread", "answered", "in_reply_to", "references"),
    [
        pytest.param(ANSWERED, ANSWERED, ANSWERED, ANSWERED, id="the first mail, once"),
        pytest.param(ROOT, "0102018f-standin", None, ROOT, id="a mail without an id"),
        pytest.param("direct", ANSWERED, ANSWERED, ANSWERED, id="no thread"),
        pytest.param("direct", "none", None, None, id="neither"),
        pytest.param("<a b@c>", "<a@b>\r\nBcc: <x@y>", None, None, id="what is no id"),
        pytest.param("<a@b> <c@d>", "<ñ@b>", None, None, id="two ids, and letters"),
        pytest.param(f"<{'a' * 400}@b>", f"<{'c' * 500}@d>", f"<{'c' * 500}@d>", None, id="long ids"),
    ],
)
def test_only_ids_of_mails_are_named_and_each_once(
    thread: str, answered: str, in_reply_to: str | None, references: str | None
) -> None:
    mail = mail_of(place("email", thread=thread, reply_to=answered))
    assert mail["In-Reply-To"] == in_reply_to
    assert mail["References"] == (references or (f"{thread} {answered}" if in_reply_to else None))


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        (None, "Re:"),
        ("", "Re:"),
        (" \r\n\t", "Re:"),
        ("Pedido 4711", "Re: Pedido 4711"),
        ("Re: Pedido", "Re: Pedido"),
        ("RE: Re: AW: SV: Rép. : Pedido", "Re: Pedido"),
        ("Rép : Pedido", "Re: Pedido"),
        ("Re\u0301p: Pedido", "Re: Pedido"),
        ("RE[2]: re(3) : Pedido", "Re: Pedido"),
        ("回复\uff1aPedido", "Re: Pedido"),
        ("re:Pedido", "Re: Pedido"),
        ("Re:", "Re:"),
        ("Fwd: Re: Pedido", "Re: Fwd: Re: Pedido"),
        ("Regalo: dudas", "Re: Regalo: dudas"),
        ("Pedido re: 4711", "Re: Pedido re: 4711"),
        ("Pedido\r\nBcc: all@example.com", "Re: Pedido Bcc: all@example.com"),
        ("Pedido\x00\x85\u2028 4711", "Re: Pedido 4711"),
        ("¿Y mi pedido? 👩‍👩‍👧", "Re: ¿Y mi pedido? 👩‍👩‍👧"),
        ("=?utf-8?q?a=0D=0ABcc:_all@example.com?=", "Re: =?utf-8?q?a=0D=0ABcc:_all@example.com?="),
        ("x" * 5000, "Re: " + "x" * 400),
    ],
)
def test_the_subject_is_that_of_what_is_answered_with_one_re(title: str | None, subject: str) -> None:
    assert composing.subject(title) == subject
    read = mail_of(place("email", title=title))["Subject"]
    assert read == subject


HEADERS = {"From", "To", "Subject", "In-Reply-To", "References", "Content-Type", "Content-Transfer-Encoding"}


@given(st.text(max_size=900), st.text(max_size=300), st.text(max_size=80), st.text(max_size=80))
@example("=?utf-8?q?=0ABcc:_x@y.example?=", "=?x?=\r\nBcc: x@y.example", "\r\n\r\nHola", "a\r\nb")
def test_whatever_is_said_and_answered_it_is_one_mail_with_these_headers(
    text: str, title: str, company: str, thread: str
) -> None:
    where = place("email", title=title, thread=f"<{thread}>")
    what = Draft(text=f"x{text}")
    raw = raw_of(where, what, company=company)
    mail = message_from_bytes(raw, policy=SMTP)
    assert set(mail.keys()) <= HEADERS | {"MIME-Version"}
    assert len(mail.keys()) == len(set(mail.keys()))
    assert mail["Subject"] == composing.subject(title)
    assert [each.addr_spec for each in mail["From"].addresses] == ["help@shop.example.com"]
    assert [each.addr_spec for each in mail["To"].addresses] == ["ana@example.com"]
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    lines = what.text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    assert str(mail.get_content()).replace("\r\n", "\n").removesuffix("\n") == lines


@pytest.mark.parametrize(
    ("company", "sender"),
    [
        ("", "help@shop.example.com"),
        ("Teleprado", "Teleprado <help@shop.example.com>"),
        ('Tele, "Prado" S.L.', '"Tele, \\"Prado\\" S.L." <help@shop.example.com>'),
        ("Telepräd", "Telepräd <help@shop.example.com>"),
    ],
)
def test_the_company_is_the_senders_name(company: str, sender: str) -> None:
    assert mail_of(place("email"), company=company)["From"] == sender


@pytest.mark.parametrize(("by_a_person", "marked"), [(True, None), (False, "auto-replied")])
def test_what_no_person_wrote_says_so(by_a_person: bool, marked: str | None) -> None:
    """So that no other program answers it (RFC 3834)."""
    assert mail_of(place("email"), Draft(text="Sí", by_a_person=by_a_person))["Auto-Submitted"] == marked


@pytest.mark.parametrize("text", ["Hola", "¿Hola?", "漢" * 3000, "x" * 5000, "👩‍👩‍👧\n.\nFrom \n", "Hola\n\n"])
def test_the_text_arrives_as_it_was_written(text: str) -> None:
    standin = StandIn(lambda: NOW)
    standin.spoke(place("email"))
    assert isinstance(said(place("email"), text, to=standin), Sent)
    (arrived,) = standin.sent
    assert arrived.text.rstrip("\n") == text.rstrip("\n")
    assert (arrived.title, arrived.reply_to, arrived.to) == ("Re: Pedido 4711", ANSWERED, "ana@example.com")
    assert arrived.reply_id == "rpl_abcdefghijklmnopqrstuvwxyz"


# -------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "person",
    [
        "help@shop.example.com",
        "Help@Shop.example.com",
        "ana",
        "ana@",
        "@example.com",
        "ana@localhost",
        "ana@example.com,all@example.com",
        "ana@example.com\r\nBcc: all@example.com",
        "ana@example.com\n",
        "Ana <ana@example.com>",
        "ñ@example.com",
        "ana@ñ.example",
        "a" * 65 + "@example.com",
        "ana@" + "a" * 256 + ".com",
        "",
    ],
)
def test_what_is_no_single_address_of_a_customers_is_written_to_by_nobody(person: str) -> None:
    where = place("email", person) if person else place("email", identity="email:help@shop.example.com:")
    refusal = PORT.check(Draft(text="Sí"), where, NOW)
    assert refusal is not None
    assert refusal.code == "not_reachable"
    assert said(where, to=StandIn(lambda: NOW)) == Refused(code="not_reachable", sentence=refusal.sentence)


@pytest.mark.parametrize(
    ("where", "what", "code"),
    [
        ({"reply_to": None}, Draft(text="Sí"), "nothing_to_answer"),
        ({}, Draft(text=" \n"), "empty"),
        ({}, Draft(text="x" * 50_001), "too_long"),
        ({}, Draft(text="Sí", privately=True), "no_private_answer"),
        ({"account": "help"}, Draft(text="Sí"), "not_reachable"),
    ],
)
def test_what_ses_would_send_all_the_same_is_refused_before(where: dict[str, Any], what: Draft, code: str) -> None:
    refusal = PORT.check(what, place("email", **where), NOW)
    assert refusal is not None
    assert refusal.code == code
    outcome = said(place("email", **where), what, to=StandIn(lambda: NOW))
    assert outcome == Refused(code=code, sentence=refusal.sentence)


@pytest.mark.parametrize("things", [(), (Thing("region", "eu-west-9"),), (Thing("region", "x/../y"),)])
def test_a_region_in_which_ses_is_not_is_named_before_anybody_is_asked(things: tuple[Thing, ...]) -> None:
    outcome = said(place("email"), to=StandIn(lambda: NOW), things=things)
    assert isinstance(outcome, Refused)
    assert outcome.code == "no_region"
    assert "eu-west-1" in outcome.sentence


def test_these_are_the_regions_that_aws_documents() -> None:
    session = botocore.session.Session()
    known = {
        region
        for partition in ("aws", "aws-us-gov")
        for region in session.get_available_regions("sesv2", partition_name=partition)
    }
    assert known == REGIONS
    assert {host(region) for region in REGIONS} == PORT.hosts


# ------------------------------------------------------------------------------------------------------- the answers


@pytest.mark.parametrize(("things", "domain"), [(None, "eu-west-1"), (US, "email")], ids=["Ireland", "Virginia"])
def test_what_was_sent_is_known_by_the_id_that_ses_gives_the_mail(things: Any, domain: str) -> None:
    who = {"things": things} if things else {}
    answer = Answer(200, b'{"MessageId": "0102018f-1-000000"}')
    found, _ = call_of(place("email"), answer=answer, **who)
    assert found == Sent(external_id=f"<0102018f-1-000000@{domain}.amazonses.com>")
    assert message_id("a", "us-east-1") == "<a@email.amazonses.com>"


@pytest.mark.parametrize("body", [b"", b"{}", b'{"MessageId": ""}', b'{"MessageId": "a>\\r\\nb"}', b'{"MessageId": 1}'])
def test_an_answer_without_an_id_says_nothing(body: bytes) -> None:
    found, _ = call_of(place("email"), answer=Answer(200, body))
    assert isinstance(found, Unknown)


@pytest.mark.parametrize(
    ("status", "name", "message", "seconds"),
    [
        (429, "TooManyRequestsException", "Maximum sending rate exceeded.", None),
        (429, "", "", None),
        (400, "ThrottlingException", "Daily message quota exceeded", 600),
        (400, "Throttling", "Maximum sending rate exceeded", None),
        (400, "LimitExceededException", "", None),
        (400, "SendingPausedException", "Account is paused", None),
        (400, "SendingPausedException:http://internal.example/", "", None),
        (403, "ExpiredTokenException", "The security token included in the request is expired", None),
    ],
)
def test_what_ends_by_itself_is_tried_later_by_all_of_the_account(
    status: int, name: str, message: str, seconds: int | None
) -> None:
    assert became(status, name, message) == Later(seconds=seconds, account=True)


NOT_VERIFIED = "Email address is not verified. The following identities failed the check in region EU-WEST-1: "


@pytest.mark.parametrize(
    ("status", "name", "message", "word"),
    [
        (400, "MessageRejected", f"{NOT_VERIFIED}help@shop.example.com", "verify its address or its domain"),
        (400, "MessageRejected", f"{NOT_VERIFIED}ana@example.com", "sandbox"),
        (400, "MessageRejected", f"{NOT_VERIFIED}ana@example.com, help@shop.example.com", "verify its address"),
        (400, "MessageRejected", "Transaction failed: contains a virus", "harmful"),
        (400, "MessageRejected", "", "rejected the mail"),
        (400, "MailFromDomainNotVerifiedException", "", "verify its address or its domain"),
        (400, "AccountSuspendedException", "", "suspended"),
        (404, "NotFoundException", "Configuration set <x> does not exist.", "MailConfigurationSet"),
        (400, "BadRequestException", "Configuration set <x> does not exist.", "MailConfigurationSet"),
        (400, "BadRequestException", "Missing final '@domain'", "address"),
        (400, "BadRequestException", "", "look up the error"),
        (403, "AccessDeniedException", "is not authorized to perform `ses:SendRawEmail'", "ses:SendRawEmail"),
        (403, "SignatureDoesNotMatch", "The request signature we calculated does not match", "clock"),
        (403, "UnrecognizedClientException", "The security token included in the request is invalid.", "role"),
        (413, "", "", "shorten"),
    ],
)
def test_a_refusal_says_what_to_do(status: int, name: str, message: str, word: str) -> None:
    found = became(status, name, message)
    assert isinstance(found, Refused)
    assert found.code == (name or str(status))
    assert word in found.sentence
    assert "example.com" not in found.sentence, "what SES repeats of the mail is not repeated"


def test_the_errors_name_may_stand_in_the_body() -> None:
    body = orjson.dumps({"__type": "com.amazonaws.sesv2#AccountSuspendedException", "message": "x"})
    found, _ = call_of(place("email"), answer=Answer(400, body))
    assert isinstance(found, Refused)
    assert found.code == "AccountSuspendedException"


@pytest.mark.parametrize("status", [0, 408, 500, 502, 503, 504])
def test_what_nobody_can_know_is_not_sent_again(status: int) -> None:
    assert isinstance(became(status, "InternalFailure"), Unknown)
    assert PORT.find is None, "SES shows nobody what it has sent"


def test_an_address_on_the_suppression_list_is_told_by_an_event_and_not_at_once() -> None:
    standin = StandIn(lambda: NOW)
    standin.spoke(place("email"))
    standin.block(place("email"))
    assert isinstance(said(place("email"), to=standin), Sent)
    assert standin.sent == ()


# ---------------------------------------------------------------------------------- with what comes in by the door


def read(name: str, **changed: Any) -> Message | Receipt:
    """Return what one of SES's messages means; `changed` are the mail's facts in it that are others."""
    body = orjson.loads((Path(__file__).parent / "samples" / f"{name}.json").read_bytes())
    if changed:
        said = orjson.loads(body["Message"])
        body["Message"] = orjson.dumps(said | {"mail": said["mail"] | changed}).decode()
    (event,) = load("ses").normalise(Delivery("ses", "correo", orjson.dumps(body), {}, NOW))
    assert isinstance(event, Message | Receipt)
    return event


def test_an_answer_to_what_came_is_known_again_in_what_ses_tells_of_it() -> None:
    asked_for = read("text")
    assert isinstance(asked_for, Message)
    of = {name: getattr(asked_for, name) for name in ("identity", "account", "channel", "thread", "visibility")}
    where = place_of(Conversation(**of, opened_at=NOW), asked_for)
    assert PORT.check(Draft(text="Sí"), where, NOW) is None
    request, mail = request_of(where), mail_of(where)
    assert mail["In-Reply-To"] == asked_for.external_id
    assert mail["Subject"] == composing.subject(asked_for.title)
    sent, _ = call_of(where, answer=Answer(200, b'{"MessageId": "0102018f-1-000000"}'))
    told = read(
        "sent",
        source=str(mail["From"]),
        messageId="0102018f-1-000000",
        destination=request["Destination"]["ToAddresses"],
        tags={tag["Name"]: [tag["Value"]] for tag in request["EmailTags"]},
    )
    assert isinstance(told, Receipt)
    assert (told.reply_id, told.identity, told.target) == (reply(where).id, where.identity, sent.external_id)


def test_an_answer_to_a_mail_of_the_thread_names_the_thread_and_that_mail() -> None:
    asked_for = read("answer")
    assert isinstance(asked_for, Message)
    assert asked_for.thread != asked_for.external_id
    where = place("email", thread=asked_for.thread, reply_to=asked_for.external_id)
    assert mail_of(where)["References"] == f"{asked_for.thread} {asked_for.external_id}"
