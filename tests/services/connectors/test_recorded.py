"""The envelopes that AWS itself was recorded to send, with our content in them, do what they are for; what others were
recorded to send of tickets does nothing."""

from typing import Any

import orjson
import pytest

from services.connectors import batches
from services.connectors.door import request_of
from shared.connectors.jira import events as jira
from shared.connectors.zendesk import events as zendesk
from shared.errors import MalformedRequest
from shared.playbook.connectors import Jira, Zendesk
from tests import corpus
from tests.services.connectors.shop import ANA, CASE, JIRA, MAIL, ZENDESK, Shop
from tests.services.connectors.test_in_mail import put
from tests.services.connectors.test_in_tickets import replies
from tests.template import SHARED_PAYLOADS

pytestmark = pytest.mark.skipif(not SHARED_PAYLOADS.exists(), reason=corpus.ABSENT)


def recorded(name: str) -> Any:
    return orjson.loads((SHARED_PAYLOADS / name).read_bytes())


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("aws/lambda-go.sqs-event.json", "aws:AROAIWPX5BD2BHG722MW4"),
        ("aws/powertools.snsSqsFifoEvent.json", "aws:AIDAWYJAWPFU7SUQGUJC6"),
    ],
)
def test_an_act_comes_as_sqs_brings_messages_and_is_its_senders_whatever_their_session(name: str, who: str) -> None:
    shop = Shop({"kind": "queue"})
    record = recorded(name)["Records"][0]
    said = {"act": "accepted", "escalation_id": CASE, "identity": ANA, "idempotency_key": "1"}
    record["body"] = orjson.dumps(said).decode()
    record["attributes"].setdefault("MessageGroupId", CASE)  # which SQS gives of a FIFO queue alone
    acting = shop.acting()
    failed = batches.in_order([record], lambda each: acting.take(each, "billing"))
    assert failed == {"batchItemFailures": []}
    assert shop.case.held_by is not None
    assert shop.case.held_by.subject == who


def test_an_answer_by_mail_comes_as_ses_tells_of_it() -> None:
    shop = Shop(MAIL)
    shop.hand_over()
    put(shop, "Ya está devuelto.")
    (ours,) = map(orjson.loads, shop.still(shop.mail_url))
    own = orjson.loads(ours["Message"])["receipt"]
    envelope = recorded("email/anymail.ses_inbound.inbound_s3.sns.json")
    inner = orjson.loads(envelope["Message"])
    assert inner["receipt"].keys() - {"spamVerdict"} <= own.keys(), "ours has what theirs has"
    where = {name: own["action"][name] for name in ("bucketName", "objectKey")}
    inner["receipt"] |= {
        "recipients": own["recipients"],
        "action": inner["receipt"]["action"] | where,
        "dmarcVerdict": {"status": "PASS"},
    }
    envelope["Message"] = orjson.dumps(inner).decode()
    record = recorded("aws/powertools.sqsEvent.json")["Records"][0] | {"body": orjson.dumps(envelope).decode()}
    assert shop.mailbox().batch([record]) == {"batchItemFailures": []}
    assert [each.text for each in replies(shop)] == ["Ya está devuelto."]


def test_a_request_is_read_as_api_gateway_brings_it() -> None:
    event = recorded("aws/powertools.apiGatewayProxyV2Event.json")
    request = request_of(event)
    assert (request.method, request.url) == (event["requestContext"]["http"]["method"], event["rawPath"])
    assert request.body == (event.get("body") or "").encode()
    assert all(request.headers[name] == value for name, value in event["headers"].items())


def test_what_a_trigger_of_zendesks_sends_is_no_ticket_event() -> None:
    for path in corpus.files(["zendesk"]):
        with pytest.raises(MalformedRequest):
            zendesk.read(path.read_bytes(), Zendesk.model_validate(ZENDESK))


@pytest.mark.parametrize("path", corpus.files(["slack", "zendesk"]), ids=lambda path: path.stem)
def test_what_others_send_is_no_webhook_of_jiras(path: Any) -> None:
    with pytest.raises(MalformedRequest):
        next(jira.read(path.read_bytes(), Jira.model_validate(JIRA), "token"))
