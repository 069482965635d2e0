"""In whose name X is called: a user's, which writing needs, by a token of OAuth 2.0 or a signature of OAuth 1.0a.

A token of OAuth 2.0 is good for two hours (https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code).
The four keys of OAuth 1.0a are good until somebody takes them back, so they are what a service that runs by itself is
given; each request is signed with them (https://docs.x.com/fundamentals/authentication/oauth-1-0a/creating-a-signature).
"""

import base64
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha1, sha256
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

import orjson

from shared.platforms.x.api import HOST, LIMIT_HEADERS
from shared.ports import Call


class Keys(NamedTuple):
    """An app's key and secret, and those of the user in whose name it acts."""

    consumer_key: str
    consumer_secret: str
    token: str
    token_secret: str


def call(token: str, path: str, now: datetime, *, said: object = None, seed: str = "") -> Call:
    """Return a request in a user's name: a `GET`, or a `POST` of what is said.

    `token` is OAuth 2.0's, or the four keys of OAuth 1.0a with colons between them. `seed` tells apart the requests of
    different attempts that are made in the same second.
    """
    url = f"https://{HOST}{path}"
    method, body = ("GET", b"") if said is None else ("POST", orjson.dumps(said))
    parts = token.split(":")
    if len(parts) == len(Keys._fields):
        nonce = sha256(f"{seed}|{method}|{url}|{now.timestamp()}".encode()).hexdigest()[:32]
        authorization = sign(method, url, Keys(*parts), nonce=nonce, now=now)
    else:
        authorization = f"Bearer {token}"
    headers = {"authorization": authorization}
    if said is None:
        return Call("GET", url, headers, wants=LIMIT_HEADERS)
    return Call("POST", url, headers | {"content-type": "application/json"}, body, wants=LIMIT_HEADERS)


def sign(method: str, url: str, keys: Keys, *, nonce: str, now: datetime) -> str:
    """Return the header `Authorization` of OAuth 1.0a for a request without a form (RFC 5849): JSON is not signed."""
    oauth = {
        "oauth_consumer_key": keys.consumer_key,
        "oauth_nonce": nonce,
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(int(now.timestamp())),
        "oauth_token": keys.token,
        "oauth_version": "1.0",
    }
    return _header({**oauth, "oauth_signature": signature(method, url, keys, oauth.items())})


def signature(method: str, url: str, keys: Keys, fields: Iterable[tuple[str, str]]) -> str:
    """Return the signature over a request's method, URL and fields; those of its query are added."""
    target = urlsplit(url)
    every = [*fields, *parse_qsl(target.query, keep_blank_values=True)]
    listed = "&".join(
        f"{name}={value}" for name, value in sorted((_escaped(name), _escaped(value)) for name, value in every)
    )
    base = "&".join(map(_escaped, (method, f"{target.scheme}://{target.netloc}{target.path}", listed)))
    key = f"{_escaped(keys.consumer_secret)}&{_escaped(keys.token_secret)}"
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), sha1)).decode()


def _header(fields: Mapping[str, str]) -> str:
    return "OAuth " + ", ".join(f'{_escaped(name)}="{_escaped(value)}"' for name, value in sorted(fields.items()))


def _escaped(text: str) -> str:
    return quote(text, safe="-._~")
