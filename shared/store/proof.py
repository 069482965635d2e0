"""Signature Version 4, for the one kind of request that the short way makes."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.credentials import ReadOnlyCredentials


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
