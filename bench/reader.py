"""Ways to get at the items of a card, behind one handler for `bench/worker.py`.

- `ours`: the product's own read, of one identity;
- `sdk`: the same by boto3 as it comes;
- `plain`: nothing but a JSON parse, by the standard library, of the bytes that both get.
"""

import json
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import boto3

from bench.customers import TABLE
from shared import aws
from shared.store import keys
from shared.store.customers import PARALLEL, Customers
from shared.store.shortcut import shortened
from shared.store.table import Table

_HEADERS = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.Query"}


@cache
def _ours() -> Customers:
    client = shortened(aws.client("dynamodb"), aws.session().get_credentials(), "query")
    return Customers(Table(client, TABLE), ThreadPoolExecutor(PARALLEL))


@cache
def _sdk() -> Customers:
    return Customers(Table(boto3.Session().client("dynamodb"), TABLE), ThreadPoolExecutor(PARALLEL))


@cache
def _bytes(partition: str) -> bytes:
    """Return what DynamoDB answers to the product's own read."""
    asked = {
        "TableName": TABLE,
        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
        "ExpressionAttributeValues": {
            ":pk": {"S": partition},
            ":first": {"S": "\0"},
            ":last": {"S": keys.EVENT_PREFIX},
        },
        "ConsistentRead": True,
    }
    connection = HTTPConnection(urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc)
    connection.request("POST", "/", json.dumps(asked), _HEADERS)
    return connection.getresponse().read()


def _count(customers: Customers, partition: str) -> int:
    (items,) = customers.cards([partition])
    return len(items)


READERS: Mapping[str, Callable[[str], int]] = {
    "ours": lambda partition: _count(_ours(), partition),
    "sdk": lambda partition: _count(_sdk(), partition),
    "plain": lambda partition: len(json.loads(_bytes(partition))["Items"]),
}
"""How many items each finds."""


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Read the card of a `partition` by a `reader`; 200 when it has so many `items`."""
    return {"statusCode": 200 if READERS[event["reader"]](event["partition"]) == event["items"] else 404}
