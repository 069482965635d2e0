"""Every call by which something is done that people did in their own tool fails in every way, AWS's own and the tool's:
it is done once, in their name, and an answer to the customer is asked for once.

A tool tells of it again until it is answered, as people press a button again; a mail and an act lie on a queue.
"""

import hmac
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import orjson
import pytest

from shared.connectors.jira.document import document
from shared.connectors.mail.address import answered_at
from shared.connectors.slack.message import RETURN
from shared.ids import escalation_id
from tests.conftest import NOW
from tests.faults.arrivals import Arriving, Left, Told
from tests.faults.company import BY_ITS_QUEUE, IN_A_TOOL, Company, company, connects, explore
from tests.faults.stack import Stack
from tests.faults.stories import CASE, COMPLAINS, one, signed
from tests.faults.world import Step
from tests.services.connectors.shop import CASE as SHOPS
from tests.services.connectors.shop import JIRA, MAIL, SECRETS, SLACK, ZENDESK, Shop
from tests.services.connectors.test_in_slack import pressed, submitted
from tests.services.connectors.test_in_tickets import comment, commented, status, updated
from tests.shared.platforms.meta import sender as meta

A_DAY = timedelta(days=1)
AT = NOW + A_DAY
WHOSE = "app:shop_app:u-1001"
assert escalation_id(identity=WHOSE, external_id="m-1", department="billing") == CASE


def ours(said: Any) -> bytes:
    """Return a payload that names the case of these stories."""
    return orjson.dumps(said).replace(SHOPS.encode(), CASE.encode())


def signature(secret: str, *said: bytes) -> bytes:
    return hmac.digest(secret.encode(), b"".join(said), "sha256")


def slack(said: Any) -> Told:
    body = b"payload=" + quote(ours(said)).encode()
    at = str(int(AT.timestamp()))
    proof = signature(SECRETS[0], f"v0:{at}:".encode(), body).hex()
    headers = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={proof}"}
    return Told("Slack", "/connectors/slack/billing", headers, body, at=A_DAY)


def zendesk(said: Any) -> Told:
    body, at = ours(said), AT.isoformat().replace("+00:00", "Z")
    proof = b64encode(signature(SECRETS[0], at.encode(), body)).decode()
    headers = {"x-zendesk-webhook-signature": proof, "x-zendesk-webhook-signature-timestamp": at}
    return Told("Zendesk", "/connectors/zendesk/billing", headers, body, at=A_DAY)


def jira(said: Any) -> Told:
    body = ours(said)
    headers = {"X-Hub-Signature": f"sha256={signature(SECRETS[0], body).hex()}"}
    return Told("Jira", "/connectors/jira/billing", headers, body, at=A_DAY)


def mail(text: str) -> Left:
    """Return an answer to a hand-off's mail, put where SES puts it, with its word of it on the queue."""
    to = answered_at(CASE, SECRETS[0], str(MAIL["replies_to"]))
    letter, author = EmailMessage(), MAIL["people"][0]
    letter["From"], letter["To"], letter["Subject"], letter["Message-ID"] = author, to, "Re:", "<1@t.example>"
    letter.set_content(text)
    verdicts = {f"{each}Verdict": {"status": "PASS"} for each in ("spam", "virus", "spf", "dkim", "dmarc")}

    def leave(stack: Stack) -> None:
        found = stack.functions["ConnectorsFunction"].environment
        where = {"Bucket": found["MAIL_BUCKET"], "Key": "mail/1"}
        action = {"type": "S3", "bucketName": where["Bucket"], "objectKeyPrefix": "mail/", "objectKey": where["Key"]}
        told = {
            "notificationType": "Received",
            "mail": {"source": author, "messageId": "1", "destination": [to]},
            "receipt": {"recipients": [to], "action": action, **verdicts},
        }
        envelope = {"Type": "Notification", "TopicArn": "x", "Message": orjson.dumps(told).decode()}
        stack.engine.client("s3").put_object(**where, Body=letter.as_bytes())
        url = found["MAIL_QUEUE_URL"]
        stack.engine.client("sqs").send_message(QueueUrl=url, MessageBody=orjson.dumps(envelope).decode())

    return Left("a mail", leave, at=A_DAY)


def act(name: str, *, whose: str = WHOSE, case: str = CASE, **more: Any) -> Left:
    """Return an act that the department puts on its queue of acts."""
    said = {"act": name, "escalation_id": case, "identity": whose, "idempotency_key": name, **more}

    def leave(stack: Stack) -> None:
        urls = orjson.loads(stack.functions["ConnectorsFunction"].environment["ACTS_QUEUES"])
        place = {"QueueUrl": urls["billing"], "MessageGroupId": case, "MessageDeduplicationId": name}
        stack.engine.client("sqs").send_message(**place, MessageBody=orjson.dumps(said).decode())

    return Left(f"an act: {name}", leave, at=A_DAY)


@contextmanager
def with_a_tool() -> Iterator[Company]:
    """Make a company whose Jira has a comment."""
    with company(IN_A_TOOL) as made:
        made.departments.tools.comments["10501"] = document(["RESPUESTA: Ya está arreglado."])
        made.lab.keep()
        yield made


@pytest.fixture
def in_a_tool() -> Iterator[Company]:
    with with_a_tool() as made:
        yield made


@pytest.fixture
def by_its_queue() -> Iterator[Company]:
    with company(BY_ITS_QUEUE) as made:
        yield made


def _seen(shop: Company) -> Shop:
    """Return what a payload is made of: the tools, with what is there to be pressed."""
    return cast(Shop, shop.departments)


def accepts(shop: Company) -> tuple[Arriving, ...]:
    """Press the button of the message that is there."""
    world = shop.world((one(COMPLAINS),), SLACK)
    world.run()
    return (slack(pressed(_seen(shop))),)


def returns(shop: Company) -> tuple[Arriving, ...]:
    """Press the other button, and say in the form that is opened then why."""
    world = shop.world((one(COMPLAINS),), SLACK)
    world.run()
    asks = replace(slack(pressed(_seen(shop), RETURN)), name="Slack's button")
    world = shop.world((one(COMPLAINS), asks), SLACK)
    world.run()
    return asks, slack(submitted(_seen(shop)))


type Doing = Callable[[Company], tuple[Arriving, ...]]

_LENA = "zendesk:teleprado.zendesk.com:8447388090495"
DONE: dict[str, tuple[dict[str, Any], Doing, str]] = {
    "accepted in Slack": (SLACK, accepts, "slack:T0SHOP:U0LENA"),
    "returned in Slack": (SLACK, returns, '"act":"returned"'),
    "answered in Zendesk": (ZENDESK, lambda _: (zendesk(comment()),), _LENA),
    "solved in Zendesk": (ZENDESK, lambda _: (zendesk(status("SOLVED")),), '"act":"closed"'),
    "answered in Jira": (JIRA, lambda _: (jira(commented()),), '"text":"Ya está arreglado."'),
    "assigned in Jira": (JIRA, lambda _: (jira(updated("assignee", "712020:lena")),), '"act":"accepted"'),
    "accepted and answered by mail": (
        MAIL,
        lambda _: (mail("ACEPTO\n\nYa está devuelto."),),
        '"text":"Ya está devuelto."',
    ),
    "returned by mail": (MAIL, lambda _: (mail("DEVUELVO a technical: es de técnica"),), '"act":"returned"'),
    "returned by mail without a reason": (MAIL, lambda _: (mail("DEVUELVO"),), "1@t.example"),
}
"""What is done, in which tool, and what shows that it was."""


def takes_it_back(step: Step) -> bool:
    """Whether a step is of what came from a tool, and not of what went there."""
    return connects(step) and not step.name.endswith(("mostrador-billing.fifo", "billing-tool"))


def done(shop: Company, name: str) -> int:
    """Let every call fail by which something is done that somebody did in a tool."""
    tool, doing, shows = DONE[name]
    story = one(COMPLAINS), *doing(shop)
    make = lambda: shop.world(story, tool)  # noqa: E731
    return explore(shop, make, "acting in a tool", shows=shows, befalls=takes_it_back)


@pytest.mark.parametrize("name", DONE)
def test_what_is_done_in_a_tool_is_done_once(in_a_tool: Company, name: str) -> None:
    assert done(in_a_tool, name) > 20


PROMISE = {
    "stance": "promise",
    "matter": "la devolución",
    "text": "Se lo devolvemos.",
    "until": (AT + timedelta(days=30)).isoformat(),
}

COMPLAINT = (one(COMPLAINS),)


def on_meta(sample: str, said: str) -> Sequence[Arriving]:
    """Return a sample of Meta's of an hour ago, with a complaint instead of what is said there."""
    text = (Path(meta.__file__).parent / "samples" / f"{sample}.json").read_text()
    text = text.replace("1793700000", str(int(NOW.timestamp()) - 3600)).replace(said, COMPLAINS["data"]["text"])
    return (signed(sample, "meta", text.encode()),)


def of(whose: str, name: str) -> dict[str, str]:
    """Return whose case an act is of, which is about a message of this name."""
    return {"whose": whose, "case": escalation_id(identity=whose, external_id=name, department="billing")}


IN_PUBLIC = on_meta("facebook_comment", "Llevo una semana esperando el pedido.")
OF_THE_COMMENT = of("facebook:104000000000001:7200000000000001", "500_600")
TOO_LATE = on_meta("whatsapp_text", "Sí, esa")
OF_THE_TEXT = of("whatsapp:109000000000001:ES.ENT.2000000001", "wamid.A3")
TEMPLATE: dict[str, Any] = {"template": "abono", "language": "es_ES", "parameters": ["Ana", "49,90 €"]}

ACTS: dict[str, tuple[Sequence[Arriving], Sequence[Left], str]] = {
    "accepted": (COMPLAINT, (act("accepted"),), '"act":"accepted"'),
    "handed back": (COMPLAINT, (act("returned", why="es de técnica", to="technical"),), '"notice":"done"'),
    "accepted, answered, closed": (
        COMPLAINT,
        (act("accepted"), act("replied", text="Ya está."), act("closed")),
        '"text":"Ya está."',
    ),
    "refused": (COMPLAINT, (act("closed"),), '"notice":"refused"'),
    "noted": (COMPLAINT, (act("noted", text="Ha llamado tres veces."),), '"text":"Ha llamado tres veces."'),
    "promised": (COMPLAINT, (act("committed", **PROMISE),), '"matter":"la devolución"'),
    "answered in private": (
        IN_PUBLIC,
        (act("replied", text="Le escribimos.", privately=True, **OF_THE_COMMENT),),
        '"privately":true',
    ),
    "answered by a template": (TOO_LATE, (act("replied", **TEMPLATE, **OF_THE_TEXT),), '"name":"abono"'),
}


def acted(shop: Company, name: str) -> int:
    """Let every call fail by which something is done that a department's queue says."""
    complaint, acts, shows = ACTS[name]
    make = lambda: shop.world((*complaint, *acts), {"kind": "queue"})  # noqa: E731
    return explore(shop, make, "acting by a queue", shows=shows, befalls=takes_it_back)


@pytest.mark.parametrize("name", ACTS)
def test_what_is_done_by_a_queue_is_done_once_and_told(by_its_queue: Company, name: str) -> None:
    """A note, a promise and an answer come to one step, however often their act comes, as does what is done with the
    case; and the department is told the same of it each time."""
    assert acted(by_its_queue, name) > 20
