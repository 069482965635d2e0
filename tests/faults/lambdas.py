"""What Lambda hands to functions and reads from their answers, in its own shapes."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus

import orjson

from tests.faults.arrivals import ContactRecord

type Record = Mapping[str, Any]


def http(
    route: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    request: str,
    claims: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return an HTTP API's event (payload format 2.0), after its JWT authorizer where there are claims."""
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "door.example", **{name.lower(): value for name, value in headers.items()}},
        "requestContext": {
            "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
            "requestId": request,
            "stage": "$default",
            **({"authorizer": {"jwt": {"claims": claims, "scopes": None}}} if claims else {}),
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def stream(records: Sequence[Record], arn: str) -> dict[str, Any]:
    """Return a stream's batch: as `GetRecords` gives it, but for binary values, which are base64 text."""
    return {
        "Records": [
            {**record, "eventSource": "aws:dynamodb", "eventSourceARN": arn, "dynamodb": _as_text(record["dynamodb"])}
            for record in records
        ]
    }


def _as_text(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {name: _as_text(item) for name, item in value.items()}
    return [_as_text(item) for item in value] if isinstance(value, list) else value


def queue(messages: Sequence[Record], arn: str = "") -> dict[str, Any]:
    """Return a queue's batch."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message.get("Attributes", {}),
                "eventSource": "aws:sqs",
                "eventSourceARN": arn,
            }
            for message in messages
        ]
    }


def kinesis(records: Iterable[tuple[str, ContactRecord]]) -> dict[str, Any]:
    """Return a batch of a Kinesis stream: records, each with its sequence number."""
    return {
        "Records": [
            {
                "eventSource": "aws:kinesis",
                "eventID": number,
                "kinesis": {"data": base64.b64encode(record.body).decode(), "sequenceNumber": number},
            }
            for number, record in records
        ]
    }


def failed(answer: Any, identifiers: Sequence[str], *, reports_items: bool) -> set[str]:
    """Return which of a batch's records are to be delivered again, `answer` being `None` when the function failed.

    An answer that names a record which is not in the batch fails all of it
    (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).
    """
    if answer is None:
        return set(identifiers)
    if not reports_items:
        return set()
    named = {item.get("itemIdentifier") for item in (answer or {}).get("batchItemFailures") or []}
    return set(identifiers) if named - set(identifiers) else named


def announcement(bucket: str, name: str) -> str:
    """Return a bucket's event notification of a new object, whose name it encodes as in a URL."""
    key = quote_plus(name, safe="/")
    return orjson.dumps({"Records": [{"s3": {"bucket": {"name": bucket}, "object": {"key": key}}}]}).decode()


def given_up(arn: str, shard: str, first: Record, last: Record, size: int) -> str:
    """Return what the on-failure destination of a stream source is told."""
    return orjson.dumps(
        {
            "requestContext": {"condition": "RetryAttemptsExhausted"},
            "DDBStreamBatchInfo": {
                "shardId": shard,
                "startSequenceNumber": first["dynamodb"]["SequenceNumber"],
                "endSequenceNumber": last["dynamodb"]["SequenceNumber"],
                "batchSize": size,
                "streamArn": arn,
            },
        }
    ).decode()
