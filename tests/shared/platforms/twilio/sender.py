"""Plays Twilio, which posts forms and signs them together with the URL that it calls."""

import hmac
from base64 import b64encode
from datetime import datetime
from urllib.parse import unquote_to_bytes, urlencode

import orjson

ACCOUNT = "tienda"
SECRETS = ("3f6c1e9a7b2d4f80a1c5e7d9b3f20486", "9d04b7e2c6a1f358e0d2b4c6a8f13579")
"""Auth tokens that are good for nothing but these tests."""
SIGNS_TIME = False
SIGNS_URL = True
CORPUS = ("twilio",)
HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = ()

URL = f"https://door.example/webhooks/twilio/{ACCOUNT}"


def written(sample: bytes) -> bytes:
    """Return the form that a sample, which has its parameters as JSON, stands for; anything else goes as it is, but
    that no form begins with a bare bracket."""
    try:
        parameters = orjson.loads(sample)
        if not isinstance(parameters, dict):
            return _of_a_form(sample)
        return urlencode([(name, _text(value)) for name, value in parameters.items()]).encode()
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return _of_a_form(sample)


def _of_a_form(text: bytes) -> bytes:
    return b"%%%02X" % text[0] + text[1:] if text[:1] in (b"{", b"[") else text


def _text(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def sign(body: bytes, secret: str, now: datetime, *, url: str = URL) -> dict[str, str]:
    """Return the headers of a form that is posted to a URL."""
    pairs = [pair.replace(b"+", b" ").partition(b"=") for pair in body.split(b"&") if pair]
    decoded = {(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in pairs}
    signed = url.encode() + b"".join(name + value for name, value in sorted(decoded))
    return {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "x-twilio-signature": b64encode(hmac.digest(secret.encode(), signed, "sha1")).decode(),
    }
