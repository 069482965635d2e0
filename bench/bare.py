"""The least that an acknowledgement can be: one function, the proof, a put signed by hand; it shares nothing with us.

It stands for what the same work costs without frameworks and without an SDK: the same bytes are verified in the same
way, the JSON is parsed, and one conditional item goes over a kept-alive connection to the same address. It validates
nothing, knows one platform at a time, retries nothing, and would lose what it does not understand.
"""

import hmac
import os
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from hashlib import sha256
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import orjson

from bench.proofs import PROOFS

_PLATFORM = os.environ["BARE_PLATFORM"]
_SECRET = os.environ["BARE_SECRET"]
_TABLE = os.environ["TABLE_NAME"]
_REGION = os.environ["AWS_DEFAULT_REGION"]
_ACCESS_KEY = os.environ["AWS_ACCESS_KEY_ID"]
_SECRET_KEY = os.environ["AWS_SECRET_ACCESS_KEY"]
_HOST = urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc
_TARGET = "DynamoDB_20120810.PutItem"
_SIGNED = "content-type;host;x-amz-date;x-amz-target"

_connection = HTTPConnection(_HOST)


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer one invocation by API Gateway (HTTP API, payload format 2.0)."""
    body = b64decode(event["body"]) if event["isBase64Encoded"] else event["body"].encode()
    header, proof = PROOFS[_PLATFORM](_SECRET, event["headers"], body)
    if not hmac.compare_digest(event["headers"].get(header, "").encode(), proof):
        return {"statusCode": 401}
    orjson.loads(body)
    return {"statusCode": _put(_item(event["rawPath"], body))}


def _item(path: str, body: bytes) -> bytes:
    return orjson.dumps(
        {
            "TableName": _TABLE,
            "Item": {"pk": {"S": path}, "sk": {"S": sha256(body).hexdigest()}, "raw": {"B": b64encode(body).decode()}},
            "ConditionExpression": "attribute_not_exists(pk)",
        }
    )


def _put(payload: bytes) -> int:
    time = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {"content-type": "application/x-amz-json-1.0", "host": _HOST, "x-amz-date": time, "x-amz-target": _TARGET}
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = f"POST\n/\n\n{lines}\n{_SIGNED}\n{sha256(payload).hexdigest()}"
    scope = f"{time[:8]}/{_REGION}/dynamodb/aws4_request"
    key = f"AWS4{_SECRET_KEY}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), sha256)
    to_sign = f"AWS4-HMAC-SHA256\n{time}\n{scope}\n{sha256(request.encode()).hexdigest()}"
    signature = hmac.digest(key, to_sign.encode(), sha256).hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={_ACCESS_KEY}/{scope}, SignedHeaders={_SIGNED}, Signature={signature}"
    )
    _connection.request("POST", "/", payload, headers)
    answer = _connection.getresponse()
    answer.read()
    return answer.status
