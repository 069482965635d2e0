"""A short way for the two calls that people and platforms wait for: PutItem of an acknowledgement and Query of a
look-up, signed and sent with little more than HTTP.

Of the processor time of an acknowledgement the SDK took two thirds, of reading a usual customer nine tenths, nearly
all of it for choices that these calls never meet. Only a clean answer counts here: written, refused by the condition,
or what a query found, whole. After anything else, a time-out, throttling, an expired token, the SDK makes the call as
if nothing had been: the short way is the first try, the SDK's own is the second.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast
from urllib.parse import urlsplit
from zlib import crc32

import orjson
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import BotoCoreError
from botocore.hooks import first_non_none_response
from botocore.utils import get_environ_proxies

from shared.store import parsing
from shared.store.connections import Answer, Connections, is_plain
from shared.store.proof import proven

if TYPE_CHECKING:
    from botocore.credentials import Credentials
    from mypy_boto3_dynamodb import DynamoDBClient

_JSON = "application/x-amz-json-1.0"
_REFUSED_BY_CONDITION = "ConditionalCheckFailedException"


def shortened(
    client: "DynamoDBClient", credentials: "Credentials | None", method: Literal["put_item", "query"] = "put_item"
) -> "DynamoDBClient":
    """Return the client with a method that takes the short way first; behind a proxy, or with an endpoint that is more
    than a host, the client as it is.

    The short way is a try more than the client's own. Of what `put_item` can be asked to return, only the item that a
    condition met is read. Whoever stands in for the network at the SDK's `before-send` event is asked, as by the SDK
    (https://docs.aws.amazon.com/botocore/latest/topics/events.html).
    """
    if credentials is None or not is_plain(url := client.meta.endpoint_url) or get_environ_proxies(url):
        return client
    return cast("DynamoDBClient", _WAYS[method](client, credentials))


class _Shortened:
    """All that the client is, but for one method, which has as many connections as the client itself keeps, each for
    one caller at a time; who comes when all are in use is left to the SDK."""

    _operation: ClassVar[str]

    def __init__(self, client: "DynamoDBClient", credentials: "Credentials") -> None:
        self._client = client
        self._credentials = credentials
        self._url = f"{client.meta.endpoint_url.rstrip('/')}/"
        self._headers = {
            "content-type": _JSON,
            "host": urlsplit(self._url).netloc,
            "x-amz-target": f"DynamoDB_20120810.{self._operation}",
        }
        config = cast(Any, client.meta.config)
        self._connections = Connections(
            self._url,
            most=config.max_pool_connections,
            connecting=config.connect_timeout,
            silence=config.read_timeout,
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def close(self) -> None:
        self._connections.close()
        self._client.close()

    def _first_try(self, request: Mapping[str, Any]) -> Answer | None:
        try:
            return self._send(orjson.dumps(request, default=_base64))
        except (OSError, HTTPException, BotoCoreError, ValueError, orjson.JSONEncodeError):
            return None

    def _send(self, body: bytes) -> Answer:
        meta = self._client.meta
        with self._connections.one() as connection:
            headers = proven(
                self._headers,
                body,
                region=meta.region_name,
                credentials=self._credentials.get_frozen_credentials(),
                now=datetime.now(UTC),
            )
            request = AWSPreparedRequest("POST", self._url, cast(Any, headers), body, stream_output=False)
            said = meta.events.emit(f"before-send.dynamodb.{self._operation}", request=request)
            answer = first_non_none_response(said)
            if answer is None:
                return connection.post(headers, body)
            return Answer(answer.status_code, answer.headers, answer.content)


class _Puts(_Shortened):
    _operation = "PutItem"

    def put_item(self, **request: Any) -> Any:
        answer = self._first_try(request)
        said = None if answer is None else self._said(answer)
        return self._client.put_item(**request) if said is None else said

    def _said(self, answer: Answer) -> Mapping[str, Any] | None:
        if answer.status == 400 and _kind(refused := _parsed(answer.content)) == _REFUSED_BY_CONDITION:
            error = {"Error": {"Code": _REFUSED_BY_CONDITION, "Message": "The conditional request failed"}}
            there = {"Item": _item(refused["Item"])} if "Item" in refused else {}
            response = cast(Any, _metadata(answer) | error | there)
            raise self._client.exceptions.ConditionalCheckFailedException(response, self._operation)
        return _metadata(answer) if answer.status == 200 else None


class _Queries(_Shortened):
    _operation = "Query"

    def query(self, **request: Any) -> Any:
        answer = self._first_try(request)
        found = None if answer is None else _found(answer)
        return self._client.query(**request) if found is None else found


_WAYS: Mapping[str, type[_Shortened]] = {"put_item": _Puts, "query": _Queries}


def _found(answer: Answer) -> dict[str, Any] | None:
    """Return what a query found, or `None` when that is not the whole of what DynamoDB answered."""
    if not _is_whole(answer):
        return None
    try:
        return parsing.read(answer.content) | _metadata(answer)
    except ValueError:
        return None


def _is_whole(answer: Answer) -> bool:
    """Return whether a query's answer is one, as it was sent (https://docs.aws.amazon.com/amazondynamodb/latest/
    developerguide/Programming.LowLevelAPI.html: the check sum is of the whole body)."""
    found = answer.headers.get("content-type"), answer.headers.get("x-amz-crc32")
    return answer.status == 200 and found == (_JSON, str(crc32(answer.content)))


def _metadata(answer: Answer) -> dict[str, Any]:
    return {"ResponseMetadata": {"HTTPStatusCode": answer.status, "RetryAttempts": 0}}


def _parsed(content: bytes) -> Mapping[str, Any]:
    try:
        said = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _item(said: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {name: {"B": b64decode(value["B"])} if "B" in value else value for name, value in said.items()}


def _kind(refusal: Mapping[str, Any]) -> str:
    return str(refusal.get("__type", "")).rpartition("#")[2]


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"DynamoDB has no type for {type(value).__name__}")
