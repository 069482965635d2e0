"""Proof that a request is Twilio's (https://www.twilio.com/docs/usage/security#validating-requests).

The URL is part of what is signed, as Twilio called it. What follows it is the form, or nothing: then the URL itself has
the digest of the body, which one of JSON always needs. Neither form of proof says anything about a body of the other
kind. The URL, names and values of a form are signed in one string without separators, as Twilio has it, so that whoever
can read and change a signed request could cut it in other places; TLS prevents it.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit

from shared.errors import SignatureError
from shared.models import Request
from shared.platforms.twilio.form import parameters
from shared.platforms.twilio.streams import is_json
from shared.proofs import is_one_of, macs

HEADER = "X-Twilio-Signature"
DIGEST = "bodySHA256"
"""The parameter that Twilio adds to the URL for a body that is no form: the hexadecimal SHA-256 of its bytes."""

_PORTS = {"http": "80", "https": "443"}
_PORT = re.compile(r":[0-9]+$")


def verify(request: Request, secrets: Sequence[str], now: datetime) -> None:  # noqa: ARG001 - Twilio signs no time
    """Return when the request was signed with one of our auth tokens, for this URL and this body.

    Twilio signs no time: nothing here stops a replay, the journal's keys do. Raises `SignatureError` for a missing,
    malformed or another signature, and for a body that the URL's digest is not of; `ConfigurationError` when there is
    no token or an empty one.
    """
    ours = macs(secrets, "twilio: put the account's auth token under `signing`", "sha1")
    given = request.headers.get(HEADER)
    if not given:
        raise SignatureError(f"{HEADER} is missing")
    try:
        body, urls = _after_the_url(request), set(_as_signed(request.url))
    except ValueError as error:
        raise SignatureError("the URL or the form is none that Twilio makes") from error
    signed = [url.encode(errors="surrogatepass") + body for url in urls]
    if not is_one_of(given, [b64encode(mac(each)) for mac in ours for each in signed]):
        raise SignatureError(f"{HEADER} does not fit the URL and the body: the auth token, or the URL, is another one")


def _after_the_url(request: Request) -> bytes:
    query = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    digests = [value for name, value in query if name == DIGEST]
    if not digests and is_json(request.body):
        # What would be signed is its names and values as a form's, decoded: other bytes have the same.
        raise SignatureError(f"{DIGEST} is missing in the URL: a body of JSON is no form")
    if not digests:
        # A value that stands there twice is signed once, and a name once with each of its values.
        return b"".join(name + value for name, value in sorted(set(parameters(request.body))))
    if len(digests) > 1 or not is_one_of(digests[0], [sha256(request.body).hexdigest().encode()]):
        raise SignatureError(f"{DIGEST} is not the digest of this body")
    return b""


def _as_signed(url: str) -> Iterator[str]:
    """Yield the forms of a URL that Twilio may have signed: with and without its port, and each with the query encoded
    once more, as Twilio's own libraries try them."""
    parts = urlsplit(url)
    host = parts.netloc
    without = _PORT.sub("", host)
    scheme, _, rest = url.partition("//")
    path, _, query = rest.removeprefix(host).partition("?")
    encoded = urlencode(parse_qsl(query, keep_blank_values=True), safe="*")
    for each in (host, without if without != host else f"{host}:{_PORTS.get(parts.scheme, '443')}"):
        for said in {query, encoded}:
            yield f"{scheme}//{each}{path}{said and '?'}{said}"
