"""A cloud with a clock that tests turn, and a table with an index of each projection."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.double import Cloud

TABLE = "ledger"


class Clock:
    """What time it is, until it is moved on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cloud(clock: Clock) -> Cloud:
    found = Cloud(now=clock)
    found.create_table(**definition())
    return found


@pytest.fixture
def dynamodb(cloud: Cloud) -> Any:
    return cloud.client("dynamodb")


def definition(name: str = TABLE, view: str = "NEW_AND_OLD_IMAGES") -> dict[str, Any]:
    """Return the arguments of a table whose indexes `keys`, `some` and `all` lie over `open` and `open_at`."""
    keys = [{"AttributeName": "open", "KeyType": "HASH"}, {"AttributeName": "open_at", "KeyType": "RANGE"}]
    projections = {
        "keys": {"ProjectionType": "KEYS_ONLY"},
        "some": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["n", "m"]},
        "all": {"ProjectionType": "ALL"},
    }
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": part, "AttributeType": kind}
            for part, kind in {"pk": "S", "sk": "S", "open": "S", "open_at": "N"}.items()
        ],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "GlobalSecondaryIndexes": [
            {"IndexName": index, "KeySchema": keys, "Projection": projection}
            for index, projection in projections.items()
        ],
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": view},
    }


def item(pk: str = "p", sk: str = "s", **attributes: Any) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}, **attributes}


def refusal(call: Callable[..., Any], **arguments: Any) -> str:
    """Return the code by which a call is refused, or an empty one when it is not."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return ""
