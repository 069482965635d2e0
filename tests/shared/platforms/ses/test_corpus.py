"""Published mails and notifications, read file by file; none of them is copied into the project."""

from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.models import Message
from tests import corpus
from tests.shared.platforms.ses.cases import events
from tests.shared.platforms.ses.letters import enveloped, received
from tests.shared.platforms.ses.sender import CORPUS, SECRETS

FILES = corpus.files(CORPUS)
MAILS = {path.stem: path for path in FILES if path.suffix == ".eml"}

pytestmark = pytest.mark.skipif(not FILES, reason=corpus.ABSENT)

NOT_OURS = "ignored: about a mail that is no reply of ours"
IN_THE_BUCKET = "unreadable: ses Received: the mail itself is not here, but in the bucket"
NO_SNS = "unreadable: ses: no message of SNS's"

EXPECTED = {
    **{f"anymail.ses_inbound.inbound_s3.{form}": IN_THE_BUCKET for form in ("inner", "sns")},
    **dict.fromkeys(
        (f"anymail.ses_inbound.inbound_s3_failure_message.{form}" for form in ("inner", "sns")),
        "unreadable: ses Received: ValidationError at mail, receipt.recipients",
    ),
    **{
        f"anymail.ses_inbound.inbound_sns_base64.{form}": "ignored: spam, by SES's verdict" for form in ("inner", "sns")
    },
    **{f"anymail.ses_inbound.inbound_sns_utf8.{form}": "message" for form in ("inner", "sns")},
    "anymail.ses_inbound.incorrect_tracking_event.sns": "unreadable: ses Delivery: ValidationError at ",
    "anymail.ses_tracking.incorrect_received_event.sns": "unreadable: ses Received: ValidationError at mail, receipt",
    **{
        f"anymail.ses_tracking.{kind}_event.{form}": NOT_OURS
        for kind in (
            "bounce",
            "complaint",
            "delivery",
            "multiple_bounce",
            "open",
            "reject",
            "rendering_failure",
            "send",
        )
        for form in ("inner", "sns")
    },
    **{
        f"anymail.ses_tracking.click_event.{form}": "ignored: a click on a link: that it was opened is told by itself"
        for form in ("inner", "sns")
    },
    "chatwoot.auto_reply": "ignored: an automatic answer",
    "chatwoot.auto_reply_with_auto_submitted": "ignored: made by a machine",
    "chatwoot.bounced_gmail": "ignored: a bounce",
    "chatwoot.bounced_with_no_from": "ignored: a bounce",
    "chatwoot.non_utf_encoded_mail": "ignored: an automatic answer",
    # These come to a Lambda function, not through a topic, and have the headers alone.
    "ses-forwarder.event": NO_SNS,
    "lambda-go.ses-lambda-event": NO_SNS,
    "lambda-go.ses-s3-event": NO_SNS,
    "lambda-go.ses-sns-event": NO_SNS,
    "powertools.sesEvent": NO_SNS,
    "lambda-go.sns-event": NO_SNS,
    "powertools.snsEvent": NO_SNS,
    "powertools.snsSqsEvent": NO_SNS,
    "powertools.snsSqsFifoEvent": NO_SNS,
    "samcli.ses.template": NO_SNS,
}
"""All that is not a message; what is not named here is one."""


def body_of(path: Path) -> bytes:
    """Return what SNS would bring us of a file: a mail, what SES tells of one, or SNS's own message."""
    content = path.read_bytes()
    if path.suffix == ".eml":
        return received(content)
    if path.name.endswith(".inner.json"):
        return enveloped(content.decode())
    if path.name.endswith(".sns.json"):
        told: dict[str, Any] = orjson.loads(content)
        text = told["Message"] if isinstance(told.get("Message"), str) else orjson.dumps(told.get("Message")).decode()
        return orjson.dumps({"TopicArn": SECRETS[0], **told, "Message": text})
    return content


def test_every_file_comes_to_what_the_table_says_and_none_to_a_crash() -> None:
    found = {path.stem: corpus.read("ses", partial(events, body_of(path))) for path in FILES}
    assert found == {path.stem: [EXPECTED.get(path.stem, "message")] for path in FILES}


def test_what_people_wrote_is_all_there() -> None:
    for path in MAILS.values():
        (event,) = events(received(path.read_bytes()))
        if isinstance(event, Message):
            assert event.text or event.attachments, path.name
            assert "\0" not in f"{event.text}{event.title}", path.name
            assert event.identity.startswith("email:ayuda@example.com:"), path.name
            assert "@" in event.identity.rpartition(":")[2], path.name


@pytest.mark.parametrize(
    ("name", "quoted"),
    [("mail_with_quote", "wrote:"), ("attachments_without_filename", None), ("reply_cc", "*Sony Mathew*")],
)
def test_quotations_and_signatures_are_left_out(name: str, quoted: str | None) -> None:
    (event,) = events(received(MAILS[f"chatwoot.{name}"].read_bytes()))
    assert isinstance(event, Message)
    assert event.text
    assert quoted is None or quoted not in event.text
