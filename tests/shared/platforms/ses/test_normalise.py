"""What each thing that SES tells means, sample by sample."""

import re
from datetime import UTC
from itertools import permutations
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.casework.replies import ReplyHead, hear
from shared.errors import UnreadableDelivery
from shared.models import Message
from shared.platforms.ses.payload import elsewhere
from tests.abuse.bodies import hostile
from tests.contract.platforms import PLATFORMS
from tests.fuzz import promises
from tests.shared.platforms.ses.cases import MEANINGS, SAMPLES, SES, delivered, events
from tests.shared.platforms.ses.letters import enveloped, mail, received

README = Path(__file__).parents[4] / "shared" / "platforms" / "ses" / "README.md"
(SENDER,) = (found for found in PLATFORMS if found.name == "ses")


def one(raw: bytes, **receipt: Any) -> Message:
    (event,) = events(received(raw, **receipt))
    assert isinstance(event, Message), event
    return event


def why(raw: bytes, **receipt: Any) -> str:
    (event,) = events(received(raw, **receipt))
    assert event.kind == "ignored"
    return event.reason


def test_every_sample_has_its_meaning() -> None:
    assert SAMPLES.keys() == MEANINGS.keys() | {"unreadable", "in_the_bucket"}


@pytest.mark.parametrize("name", MEANINGS)
def test_meaning(name: str) -> None:
    assert events(SAMPLES[name]) == MEANINGS[name]


def test_a_known_kind_in_a_new_shape_is_unreadable_and_says_where() -> None:
    with pytest.raises(UnreadableDelivery, match=r"^ses Received: ValidationError at receipt.recipients$"):
        events(SAMPLES["unreadable"])


@pytest.mark.parametrize("name", sorted(SES.events))
def test_the_readme_says_what_becomes_of_every_kind(name: str) -> None:
    rows = [line for line in README.read_text().splitlines() if line.startswith(f"| `{name}` |")]
    assert len(rows) == 1
    made = {event.kind for found in MEANINGS.values() for event in found}
    outcome = rows[0].split("|")[2].strip()
    assert outcome.startswith("ignored: ") or {re.sub("`", "", outcome)} <= made


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"Type": "Notification"}',
        b'{"Type": "Notification", "Message": "{}"}',
        b'{"Type": "Other", "Message": "{}", "TopicArn": "t"}',
        b'{"Type": ["Notification"], "Message": "{}", "TopicArn": "t"}',
        enveloped(""),
        enveloped("null"),
        enveloped("[]"),
        enveloped("Hello"),
        enveloped("{}"),
        enveloped('{"notificationType": 1}'),
        enveloped('{"notificationType": "Received"}'),
        enveloped('{"eventType": "Bounce"}'),
        enveloped('{"eventType": "Delivery", "mail": null, "delivery": {}}'),
        enveloped('{"eventType": "Delivery", "mail": {"messageId": "1"}, "delivery": []}'),
        enveloped("[" * 3000),
    ],
)
def test_what_is_nothing_of_sess_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        events(body)


@pytest.mark.parametrize("name", ["text", "attachments", "delivered", "bounced"])
def test_hostile_values_inside_a_message_break_no_promise(name: str) -> None:
    for _, body in hostile(SAMPLES[name]):
        promises.normalise(SES, SENDER, body)


# ------------------------------------------------------------------------------------------------------------ elsewhere


def test_a_mail_in_the_bucket_is_read_when_it_is_handed_in() -> None:
    assert elsewhere(delivered(SAMPLES["in_the_bucket"])) == ("mail", "mail/0123456789")
    with pytest.raises(UnreadableDelivery, match="in the bucket"):
        events(SAMPLES["in_the_bucket"])
    (event,) = events(SAMPLES["in_the_bucket"], content=mail("¿Y lo mío?"))
    assert isinstance(event, Message)
    assert (event.text, event.title) == ("¿Y lo mío?", "Mi pedido")


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "in_the_bucket"])
def test_nothing_else_lies_elsewhere(name: str) -> None:
    assert elsewhere(delivered(SAMPLES[name])) is None


def test_the_same_mail_means_the_same_wherever_it_lay() -> None:
    raw = mail("Hola", Date="Mon, 21 Sep 2026 12:00:00 +0200")
    told = orjson.loads(orjson.loads(received(raw))["Message"])
    del told["content"]
    told["receipt"]["action"] = {"type": "S3", "bucketName": "mail", "objectKey": "mail/1"}
    assert events(enveloped(orjson.dumps(told).decode()), content=raw) == events(received(raw))


# ------------------------------------------------------------------------------------------------------ who wrote to us


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Auto_Submitted": "auto-replied"}, "an automatic answer"),
        ({"Auto_Submitted": "AUTO-REPLIED; owner-email=x"}, "an automatic answer"),
        ({"Auto_Submitted": "auto-notified"}, "made by a machine"),
        ({"X_Autorespond": "1"}, "an automatic answer"),
        ({"Precedence": "auto_reply"}, "an automatic answer"),
        ({"Precedence": "Junk"}, "sent in bulk"),
        ({"List_Id": "<x.example.net>"}, "from a mailing list"),
        ({"List_Id": "<example.com.evil.example>"}, "from a mailing list"),
        ({"Return_Path": "<>"}, "a bounce"),
        ({"Content_Type": "multipart/report; boundary=b"}, "a report"),
        ({"From": "MAILER-DAEMON@example.org"}, "a bounce"),
        ({"From": "ayuda@EXAMPLE.com"}, "the mailbox's own mail came back"),
        ({"From": "ayuda@example.com", "Reply_To": "ayuda@example.com"}, "the mailbox's own mail came back"),
        ({"From": "ayuda@example.com", "Reply_To": "a@x.example, b@x.example"}, "the mailbox's own mail came back"),
        (
            {"From": "ayuda@example.com", "Reply_To": "ana@example.org", "Auto_Submitted": "auto-replied"},
            "the mailbox's own mail came back",
        ),
        (
            {"From": "ayuda@example.com", "Reply_To": "ana@example.org", "X_Mostrador_Claim": "x"},
            "a mail of our own came back",
        ),
        ({"From": "nobody"}, "it has no sender"),
        ({"From": ""}, "it has no sender"),
    ],
)
def test_what_no_customer_wrote_is_ignored_by_its_reason(headers: dict[str, str], reason: str) -> None:
    assert why(mail(**headers)) == reason


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "no"},
        {"Precedence": "normal"},
        {"X_Auto_Response_Suppress": "All"},
        {"Return_Path": "<ana@example.org>"},
        {"Reply_To": "other@example.net"},
        {"List_Unsubscribe": "<mailto:x@example.org>"},
        {"From": "no-reply@example.org"},
    ],
)
def test_what_a_person_may_have_written_is_heard(headers: dict[str, str]) -> None:
    assert one(mail(**headers)).text == "Hola"


@pytest.mark.parametrize("verdict", ["GRAY", "PASS", "PROCESSING_FAILED", "DISABLED"])
def test_only_a_clear_verdict_ignores_a_mail(verdict: str) -> None:
    assert one(mail(), spamVerdict={"status": verdict}, virusVerdict={"status": verdict}).text == "Hola"


# ---------------------------------------------------------------------------------------------------- what became of it


@pytest.mark.parametrize(
    ("arn", "topic", "host"),
    [
        ("arn:aws:ses:us-east-1:123456789012:identity/example.com", "arn:aws:sns:eu-west-1:1:t", "email"),
        ("arn:aws:ses:us-west-2:123456789012:identity/example.com", "arn:aws:sns:eu-west-1:1:t", "us-west-2"),
        (None, "arn:aws:sns:eu-south-2:1:t", "eu-south-2"),
    ],
)
def test_a_mail_of_ours_is_named_as_it_left(arn: str | None, topic: str, host: str) -> None:
    body = orjson.loads(SAMPLES["delivered"])
    told = orjson.loads(body["Message"])
    told["mail"] = {**told["mail"], "sourceArn": arn or ""}
    (event,) = events(orjson.dumps(body | {"Message": orjson.dumps(told).decode(), "TopicArn": topic}))
    assert event.kind == "receipt"
    assert event.target == f"<{told['mail']['messageId']}@{host}.amazonses.com>"


@pytest.mark.parametrize(
    ("names", "failed"),
    [(("sent", "delivered", "bounced"), True), (("delivered", "bounced_full"), True), (("sent", "complained"), False)],
)
def test_what_the_recipient_s_server_took_and_sent_back_did_not_arrive(names: tuple[str, ...], failed: bool) -> None:
    """Its `Delivery` is no word that the customer has it; but whoever calls it spam does."""
    told = [event for name in names for event in events(SAMPLES[name]) if event.kind == "receipt"]
    for order in permutations(told):
        head = ReplyHead(id="rpl_aaaaaaaaaaaaaaaaaaaaaaaaaa", identity=order[0].identity)
        for event in order:
            head = hear(head, event)
        assert head.has_failed is failed
        assert head.objection == next(event.error for event in told if event.error)


def test_what_ses_did_not_send_for_an_earlier_complaint_failed() -> None:
    body = orjson.loads(SAMPLES["complained"])
    told = orjson.loads(body["Message"])
    told["complaint"]["complaintSubType"] = "OnAccountSuppressionList"
    (event,) = events(orjson.dumps(body | {"Message": orjson.dumps(told).decode()}))
    assert event.kind == "receipt"
    assert (event.status, event.error) == ("failed", "the address is on the account's suppression list")


def test_each_recipient_is_told_of_once() -> None:
    body = orjson.loads(SAMPLES["delivered"])
    told = orjson.loads(body["Message"])
    told["delivery"]["recipients"] = ["Ana@example.org", "ana@example.org", "Luis <luis@example.org>", ""]
    found = events(orjson.dumps(body | {"Message": orjson.dumps(told).decode()}))
    assert [event.identity for event in found if event.kind == "receipt"] == [
        "email:ayuda@example.com:ana@example.org",
        "email:ayuda@example.com:luis@example.org",
    ]


def test_the_instants_are_aware() -> None:
    assert all(event.occurred_at.tzinfo is UTC for found in MEANINGS.values() for event in found)
