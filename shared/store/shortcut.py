"""A short way for the one call of the acknowledgement path: PutItem, signed and sent with little more than HTTP.

Of the processor time of an acknowledgement the SDK took two thirds, nearly all of it for choices that this one call
never meets. Only a clean answer counts here: written, or refused by the condition. After anything else, a time-out,
throttling, an expired token, the SDK makes the call as if nothing had been: the short way is the first try, the SDK's
own is the second.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ssl import create_default_context
from threading import Lock
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import orjson
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import BotoCoreError
from botocore.hooks import first_non_none_response
from botocore.httpsession import get_cert_path
from botocore.utils import get_environ_proxies

if TYPE_CHECKING:
    from botocore.credentials import Credentials, ReadOnlyCredentials
    from mypy_boto3_dynamodb import DynamoDBClient

_HEADERS = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.PutItem"}
_REFUSED_BY_CONDITION = "ConditionalCheckFailedException"


def shortened(client: "DynamoDBClient", credentials: "Credentials | None") -> "DynamoDBClient":
    """Return the client with a `put_item` that takes the short way first; behind a proxy, the client as it is.

    Give it a client with one try, since the short way is another. Of what `put_item` can be asked to return, only the
    item that a condition met is read. Whoever stands in for the network at the SDK's `before-send` event is asked, as
    by the SDK (https://docs.aws.amazon.com/botocore/latest/topics/events.html).
    """
    if credentials is None or get_environ_proxies(client.meta.endpoint_url):
        return client
    return cast("DynamoDBClient", _Shortened(client, credentials))


class _Shortened:
    """All that the client is, but for one method, which has one kept-alive connection for one caller at a time; who
    comes meanwhile is left to the SDK."""

    def __init__(self, client: "DynamoDBClient", credentials: "Credentials") -> None:
        self._client = client
        self._credentials = credentials
        self._url = f"{client.meta.endpoint_url.rstrip('/')}/"
        self._free = Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    @cached_property
    def _connection(self) -> "_Connection":
        return _Connection(self._url, cast(Any, self._client.meta.config).read_timeout)

    def close(self) -> None:
        self._connection.close()
        self._client.close()

    def put_item(self, **request: Any) -> Any:
        answer = self._first_try(request)
        return self._client.put_item(**request) if answer is None else answer

    def _first_try(self, request: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if not self._free.acquire(blocking=False):
            return None
        try:
            status, content = self._send(orjson.dumps(request, default=_base64))
        except (OSError, HTTPException, BotoCoreError, orjson.JSONEncodeError):
            return None
        finally:
            self._free.release()
        said = {"ResponseMetadata": {"HTTPStatusCode": status, "RetryAttempts": 0}}
        if status == 400 and _kind(refused := _parsed(content)) == _REFUSED_BY_CONDITION:
            error = {"Error": {"Code": _REFUSED_BY_CONDITION, "Message": "The conditional request failed"}}
            there = {"Item": _item(refused["Item"])} if "Item" in refused else {}
            raise self._client.exceptions.ConditionalCheckFailedException(cast(Any, said | error | there), "PutItem")
        return said if status == 200 else None

    def _send(self, body: bytes) -> tuple[int, bytes]:
        meta = self._client.meta
        headers = proven(
            _HEADERS | {"host": urlsplit(self._url).netloc},
            body,
            region=meta.region_name,
            credentials=self._credentials.get_frozen_credentials(),
            now=datetime.now(UTC),
        )
        request = AWSPreparedRequest("POST", self._url, cast(Any, headers), body, stream_output=False)
        answer = first_non_none_response(meta.events.emit("before-send.dynamodb.PutItem", request=request))
        return (answer.status_code, answer.content) if answer else self._connection.post(headers, body)


class _Connection:
    def __init__(self, url: str, time_out: float) -> None:
        parts = urlsplit(url)
        self._http = _TO[parts.scheme](parts.netloc, time_out)
        self._path = parts.path

    def post(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Return status and content; after an `OSError` or an `HTTPException` the next call connects anew."""
        try:
            self._http.request("POST", self._path, body, headers)
            answer = self._http.getresponse()
            return answer.status, answer.read()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._http.close()


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


def _in_the_open(host: str, time_out: float) -> HTTPConnection:
    return HTTPConnection(host, timeout=time_out)


def _over_tls(host: str, time_out: float) -> HTTPConnection:
    # By the SDK's own list of authorities: the runtime's may be elsewhere than this Python looks.
    return HTTPSConnection(host, timeout=time_out, context=create_default_context(cafile=get_cert_path(verify=True)))


_TO = {"http": _in_the_open, "https": _over_tls}


def proven(
    headers: Mapping[str, str], body: bytes, *, region: str, credentials: "ReadOnlyCredentials", now: datetime
) -> dict[str, str]:
    """Return the headers of a `POST /` to DynamoDB, whose names are lower case, and those that prove who makes it.

    Signature Version 4 (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
    """
    time = now.strftime("%Y%m%dT%H%M%SZ")
    token = {"x-amz-security-token": credentials.token} if credentials.token else {}
    signed = dict(sorted({**headers, "x-amz-date": time, **token}.items()))
    names = ";".join(signed)
    lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
    request = f"POST\n/\n\n{lines}\n{names}\n{sha256(body).hexdigest()}"
    scope = f"{time[:8]}/{region}/dynamodb/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    signature = hmac.digest(_key(credentials.secret_key, scope), to_sign.encode(), sha256).hex()
    credential = f"Credential={credentials.access_key}/{scope}"
    return signed | {"authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={signature}"}


@lru_cache(maxsize=2)
def _key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), sha256)
    return key


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"DynamoDB has no type for {type(value).__name__}")
