"""Calls as DynamoDB takes them: keys and items of its own typed values, conditions, and what it says of these."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from shared.store.keys import Key


def still(item: dict[str, Any]) -> dict[str, Any]:
    """Return the condition that an item is exactly this one, but for attributes that it has not got."""
    names = dict(zip((f"#a{number}" for number in range(len(item))), item, strict=True))
    return {
        "ConditionExpression": " AND ".join(f"{placeholder} = :{placeholder[1:]}" for placeholder in names),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {f":{placeholder[1:]}": item[name] for placeholder, name in names.items()},
    }


def typed_key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def typed(key: Key, state: str, extra: Mapping[str, Any] | None) -> dict[str, Any]:
    return typed_key(key) | {"state": {"S": state}} | dict(extra or {})


def refused_by_condition(error: ClientError) -> bool:
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"
