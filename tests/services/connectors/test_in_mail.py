"""Answers by mail: a colleague's words reach the customer once, and nobody else's do."""

from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import orjson
import pytest
from botocore.exceptions import ReadTimeoutError

from shared.casework.cases import Doing
from shared.casework.steps import Agent, ReplyAsked
from shared.connectors.mail.address import answered_at
from shared.connectors.mail.message import marker
from shared.store import keys, steps
from tests.services.connectors.shop import ANA, CASE, MAIL, SECRETS, DiesAt, Shop

COLLEAGUE = "Ana.Torres@teleprado.example"
ADDRESS = answered_at(CASE, SECRETS[0], "handoff.teleprado.example")
QUOTED = f"\n\nEl jue, 26 nov 2026, Mostrador escribió:\n> {marker('es')}\n> Cliente: Ana\n"


@pytest.fixture
def shop() -> Shop:
    made = Shop(MAIL)
    made.hand_over()
    made.ses.sent.clear()
    return made


def comes(shop: Shop, text: str, **how: Any) -> list[str]:
    """Let a mail come as SES brings it, and take it; return what is to be delivered again."""
    put(shop, text, **how)
    return shop.take_mail()


def put(
    shop: Shop,
    text: str,
    *,
    to: str = ADDRESS,
    verdicts: dict[str, str] | None = None,
    number: int = 1,
    attachment: bytes | None = None,
    **headers: str,
) -> None:
    mail = EmailMessage()
    own = {
        "From": f"Ana Torres <{COLLEAGUE}>",
        "To": to,
        "Subject": "Re: Prioridad",
        "Message-ID": f"<{number}@t.example>",
    }
    for name, value in (own | headers).items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text + QUOTED)
    if attachment:
        mail.add_attachment(attachment, maintype="application", subtype="pdf", filename="factura.pdf")
    name = f"mail/{number}-{len(shop.still(shop.mail_url))}-{len(text)}"
    shop.cloud.client("s3").put_object(Bucket="mail", Key=name, Body=mail.as_bytes())
    judged = {"spam": "PASS", "virus": "PASS", "spf": "PASS", "dkim": "PASS", "dmarc": "PASS"} | (verdicts or {})
    notification = {
        "notificationType": "Received",
        "mail": {"source": COLLEAGUE, "messageId": name, "destination": [to]},
        "receipt": {
            "recipients": [to],
            "action": {"type": "S3", "bucketName": "mail", "objectKeyPrefix": "mail/", "objectKey": name},
            **{f"{verdict}Verdict": {"status": status} for verdict, status in judged.items()},
        },
    }
    told = {
        "Type": "Notification",
        "TopicArn": "arn:aws:sns:eu-west-1:1:x",
        "Message": orjson.dumps(notification).decode(),
    }
    shop.cloud.client("sqs").send_message(QueueUrl=shop.mail_url, MessageBody=orjson.dumps(told).decode())


def replies(shop: Shop) -> list[ReplyAsked]:
    return [step for step in steps.of(shop.table, keys.identity(ANA)) if isinstance(step, ReplyAsked)]


def told(shop: Shop) -> str:
    (mail,) = shop.ses.mails()
    assert mail["To"] == COLLEAGUE.lower()
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_what_a_colleague_answers_is_the_answer_and_accepts_what_was_only_offered(shop: Shop) -> None:
    assert comes(shop, "Hola, Ana:\n\nYa está devuelto.") == []
    (asked,) = replies(shop)
    by = Agent(subject="mail:ana.torres@teleprado.example", department="billing")
    assert (asked.text, asked.by, asked.escalation_id) == ("Hola, Ana:\n\nYa está devuelto.", by, CASE)
    assert (shop.case.state, shop.case.held_by) == ("accepted", by)
    assert list(shop.ses.mails()) == []


def test_a_mail_that_comes_twice_is_one_answer(shop: Shop) -> None:
    for _ in range(3):
        comes(shop, "Ya está.")
    assert len(replies(shop)) == 1
    comes(shop, "Y otra cosa.", number=2)
    assert {each.text for each in replies(shop)} == {"Ya está.", "Y otra cosa."}


def test_the_previous_secret_of_the_address_still_counts(shop: Shop) -> None:
    comes(shop, "Ya está.", to=answered_at(CASE, SECRETS[1], "handoff.teleprado.example"))
    assert len(replies(shop)) == 1


def test_one_word_accepts_and_says_nothing_to_the_customer(shop: Shop) -> None:
    comes(shop, "ACEPTO")
    assert (shop.case.state, replies(shop)) == ("accepted", [])
    comes(shop, "ACEPTO", number=2)
    assert "accepted by mail:ana.torres@teleprado.example" in told(shop), "whoever comes second is told who was first"


def test_a_return_says_why_and_to_whom(shop: Shop) -> None:
    comes(shop, "DEVUELVO a technical: es el router")
    comes(shop, "DEVUELVO a technical: es el router")
    assert (shop.case.department, shop.case.path[0].why, shop.case.number) == ("technical", "es el router", 1)
    assert list(shop.ses.mails()) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("DEVUELVO", "falta el motivo"),
        ("DEVUELVO a nobody: x", "there is no such department"),
        ("DEVUELVO a billing: x", "has it already"),
        ("", "no hay nada escrito"),
        ("x" * 5000, "shorten it"),
    ],
)
def test_what_cannot_be_passed_on_is_told_and_nothing_is_done(shop: Shop, text: str, says: str) -> None:
    assert comes(shop, text) == []
    assert says in told(shop)
    assert (shop.case.number, replies(shop)) == (0, [])


def test_attachments_are_not_left_out_in_silence(shop: Shop) -> None:
    comes(shop, "Va adjunta.", attachment=b"%PDF")
    assert "adjuntos" in told(shop)
    assert replies(shop) == []


def test_whoever_is_not_of_the_department_is_told_so(shop: Shop) -> None:
    comes(shop, "Ya está.", From="Luis <luis@teleprado.example>")
    (mail,) = shop.ses.mails()
    assert mail["To"] == "luis@teleprado.example"
    assert replies(shop) == []


def test_an_address_that_we_did_not_make_is_told_so(shop: Shop) -> None:
    comes(shop, "Ya está.", to=answered_at(CASE, "guessed", "handoff.teleprado.example"))
    assert "la dirección no es la de ningún aviso" in told(shop)
    assert replies(shop) == []


@pytest.mark.parametrize(
    "how",
    [
        {"verdicts": {"dmarc": "FAIL"}},
        {"verdicts": {"dmarc": "GRAY"}},
        {"verdicts": {"dmarc": "PROCESSING_FAILED"}},
        {"verdicts": {"virus": "FAIL"}},
        {"verdicts": {"spam": "FAIL"}},
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"From": f"{COLLEAGUE}, thief@thief.example"},
        {"to": "somebody@elsewhere.example"},
    ],
    ids=str,
)
def test_what_nobody_stands_for_or_a_machine_wrote_is_refused_and_nobody_is_written_to(
    shop: Shop, how: dict[str, Any]
) -> None:
    assert comes(shop, "Ya está.", **how) == []
    assert (shop.case.number, replies(shop), list(shop.ses.mails())) == (0, [], [])


def test_what_went_elsewhere_is_told(shop: Shop) -> None:
    doing = Doing("handed_over", shop.world.now(), Agent(subject="ida", department="billing"), "x", to="care")
    shop.cases.do(ANA, CASE, doing)
    comes(shop, "Ya está.")
    assert "offered with care" in told(shop)


def test_a_mail_whose_author_cannot_be_told_now_is_taken_again(shop: Shop) -> None:
    shop.ses.failures = [ReadTimeoutError(endpoint_url="https://email")]
    assert len(comes(shop, "")) == 1
    shop.world.clock = shop.world.clock.replace(hour=23)
    assert shop.take_mail() == []
    assert len(list(shop.ses.mails())) == 1


@pytest.mark.parametrize(
    "body", ["x", "{}", '{"Message": "x"}', '{"Message": "{\\"notificationType\\":\\"Received\\"}"}']
)
def test_what_ses_does_not_send_stays_for_somebody_to_look_at(shop: Shop, body: str) -> None:
    shop.cloud.client("sqs").send_message(QueueUrl=shop.mail_url, MessageBody=body)
    assert len(shop.take_mail()) == 1


@pytest.mark.parametrize("text", ["Ya está.", "ACEPTO\n\nYa está.", "DEVUELVO a technical: x"])
@pytest.mark.parametrize("done", [False, True])
def test_wherever_the_process_dies_it_is_done_once_in_the_end(text: str, done: bool) -> None:
    shop, deaths = Shop(MAIL), 0
    shop.hand_over()
    put(shop, text)
    restore = shop.as_it_was()
    shop.take_mail()
    calm = ([each.text for each in replies(shop)], shop.case.state, shop.case.number)
    for number in range(15):
        restore()
        hook = DiesAt(number, done=done)
        shop.cloud.hooks.append(hook)
        with suppress(RuntimeError):
            shop.take_mail()
        deaths += hook.died
        shop.cloud.hooks.remove(hook)
        shop.world.clock += timedelta(minutes=10)
        shop.take_mail()
        assert shop.still(shop.mail_url) == []
        assert ([each.text for each in replies(shop)], shop.case.state, shop.case.number) == calm
        assert list(shop.ses.mails()) == []
    assert deaths > 5


def test_the_notice_that_ses_may_use_the_topic_is_no_mail(shop: Shop) -> None:
    inner = orjson.dumps({"notificationType": "AmazonSnsSubscriptionSucceeded", "message": "x"}).decode()
    shop.cloud.client("sqs").send_message(QueueUrl=shop.mail_url, MessageBody=orjson.dumps({"Message": inner}).decode())
    assert shop.take_mail() == []


def test_nothing_personal_is_logged(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    comes(shop, "canary-words")
    comes(shop, "canary-words" * 1000, number=2)
    comes(shop, "canary-words", number=3, verdicts={"dmarc": "FAIL"})
    heard = capsys.readouterr()
    for word in ("canary", "torres", ANA, "cobro"):
        assert word not in (heard.out + heard.err).lower()
