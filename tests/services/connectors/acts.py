"""A department's queue of acts, and its own queue on which it is told: what it says, and what it was told."""

from typing import Any

import orjson

from shared.casework.steps import Agent
from shared.notice import Notice
from tests.services.connectors.shop import ANA, CASE, Shop

QUEUE = {"kind": "queue"}
BY = Agent(subject="aws:AIDAEXAMPLE", department="billing")
OPERATOR = "AROAOPERATOR:ida@teleprado.example"
GROUP, ALONE = "-1001700000001", "bc-1:5150001"


def act(name: str = "accepted", *, key: str = "k1", **more: Any) -> dict[str, Any]:
    return {"act": name, "escalation_id": CASE, "identity": ANA, "idempotency_key": key, **more}


def send(shop: Shop, *acts: object) -> None:
    for said in acts:
        body = said if isinstance(said, str) else orjson.dumps(said).decode()
        number = len(shop.world.calls)
        shop.cloud.client("sqs").send_message(
            QueueUrl=shop.acts_url, MessageBody=body, MessageGroupId=CASE, MessageDeduplicationId=f"{number}"
        )


def record(said: object, **attributes: str) -> dict[str, Any]:
    return {"messageId": "m1", "body": orjson.dumps(said).decode(), "attributes": attributes}


def notices(shop: Shop) -> list[Notice]:
    """What the department was told, without its hand-offs."""
    found = [body for body in shop.still(shop.world.queues["billing"]) if "notice" in orjson.loads(body)]
    return [Notice.model_validate_json(body) for body in found]
