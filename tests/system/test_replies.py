"""A reply, from the desk through the queue to the platform's stand-in, by the deployed functions and own roles; and
what the platform then tells of it, through the door to the timeline."""

import json
import secrets
from datetime import UTC, datetime

import httpx
import pytest

from infra.local import samples, vendors
from infra.local.samples import Sample
from infra.local.standin import StandIn
from shared.casework.places import place_of
from shared.casework.replies import ReplyHead
from shared.ids import customer_id
from shared.models import Delivery, Message
from shared.platforms import load
from shared.projection.conversation import Conversation
from shared.store import keys
from tests.system.conftest import House, eventually

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]

TEXT = "Hola, Ana: ya lo estamos mirando."


def said_at_the_desk(house: House, answered: Message, content: str, *, key: str) -> httpx.Response:
    return httpx.post(
        f"{house.home.api_url}/customers/{customer_id(answered.identity)}/replies",
        content=content,
        headers={
            "authorization": f"Bearer {house.issuer.token(house.home)}",
            "idempotency-key": key,
            "content-type": "application/json",
        },
        timeout=60,
        trust_env=False,
    )


def head_of(house: House, answered: Message, reply: str) -> ReplyHead | None:
    item = house.table.get(keys.reply(identity_name=answered.identity, reply_id=reply))
    return ReplyHead.model_validate_json(item["state"]["S"]) if item else None


def test_what_is_said_at_the_desk_arrives_once_at_the_platform(house: House) -> None:
    complaint = samples.find("telegram", "complaint")
    answered = vendors.example()
    with vendors.serving(house.home) as standin:
        vendors.introduce(standin, [complaint])
        assert complaint.send(house.home).status_code == 200
        conversation = keys.conversation(answered)
        eventually(lambda: house.table.get(conversation))
        first, again = (said_at_the_desk(house, answered, vendors.example_answer(), key="a-reply") for _ in range(2))
        assert (first.status_code, again.json()["id"]) == (201, first.json()["id"])

        def sent() -> ReplyHead | None:
            head = head_of(house, answered, first.json()["id"])
            return head if head and head.state == "sent" else None

        head = eventually(sent)
        assert head is not None
        (arrived,) = [each for each in standin.sent if each.text == TEXT]
        assert (arrived.channel, head.external_id) == ("telegram", arrived.external_id)

    def answered_there() -> bool:
        item = house.table.get(conversation)
        assert item is not None
        return Conversation.model_validate_json(item["state"]["S"]).waiting_since is None

    eventually(answered_there)


def writes_on_whatsapp(house: House, standin: StandIn) -> Message:
    """Deliver what a person of their own writes just now, and let WhatsApp know them."""
    body = json.loads(Sample("meta", "whatsapp_text").body)
    number = f"346{secrets.randbelow(10**8):08}"
    value = body["entry"][0]["changes"][0]["value"]
    value["contacts"] = [{"profile": {"name": "Ana Torres"}, "wa_id": number}]
    now = datetime.now(UTC)
    text = {"type": "text", "text": {"body": "¿Hasta cuándo abrís?"}, "timestamp": str(int(now.timestamp()))}
    value["messages"] = [{"from": number, "id": f"wamid.{secrets.token_hex(8)}", **text}]
    account, raw = str(samples.sender("meta").ACCOUNT), json.dumps(body).encode()
    (message,) = load("meta").normalise(Delivery("meta", account, raw, {}, now))
    assert isinstance(message, Message)
    of = {name: getattr(message, name) for name in ("identity", "account", "channel", "thread", "visibility")}
    talk = Conversation(**of, opened_at=message.occurred_at, last_inbound_at=message.occurred_at)
    standin.spoke(place_of(talk, message))
    assert samples.deliver(house.home, "meta", raw, account=account).status_code == 200
    return message


def test_how_far_an_answer_got_on_whatsapp_is_seen_in_the_timeline(house: House) -> None:
    with vendors.serving(house.home) as standin:
        answered = writes_on_whatsapp(house, standin)
        eventually(lambda: house.table.get(keys.conversation(answered)))
        asked = json.dumps({"channel": "whatsapp", "thread": answered.thread, "text": TEXT})
        made = said_at_the_desk(house, answered, asked, key=secrets.token_hex(8))
        assert made.status_code == 201, made.text

        def told_of() -> ReplyHead | None:
            head = head_of(house, answered, made.json()["id"])
            # What the stand-in tells in their order need not be projected in it.
            return head if head and {"sent", "delivered", "read"} == {told.status for told in head.told} else None

        head = eventually(told_of)
        assert head is not None
        assert head.state == "read"
        (arrived,) = [each for each in standin.sent if each.reply_id == head.id]
        assert (arrived.channel, head.external_id) == ("whatsapp", arrived.external_id)

    def shown() -> dict[str, str]:
        answer = house.get(f"/customers/{customer_id(answered.identity)}/timeline")
        assert answer.status_code == 200, answer.text
        (reply,) = [entry for entry in answer.json()["entries"] if entry["kind"] == "reply"]
        return {"state": reply["reply"]["state"], "text": reply["step"]["text"]}

    assert shown() == {"state": "read", "text": TEXT}
