"""Who is let in: a form or another body that was signed for this very URL with one of our auth tokens."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import SignatureError
from shared.models import Request
from shared.platforms.twilio.signature import DIGEST, HEADER, verify
from tests.contract.conftest import Counter, _loop, counter, door_app
from tests.contract.platforms import PLATFORMS
from tests.shared.platforms.twilio.cases import form
from tests.shared.platforms.twilio.sender import SECRETS, URL, sign

__all__ = ["_loop", "counter", "door_app"]

CURRENT = SECRETS[0]
NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)
BODY = form("text")
API_GATEWAY = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/webhooks/twilio/tienda"
NAMES = st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1)


def ask(headers: Mapping[str, str], *, body: bytes = BODY, secrets: Sequence[str] = SECRETS, url: str = URL) -> None:
    verify(Request("POST", url, headers, {}, body), secrets, now=NOW)


def refused(headers: Mapping[str, str], **rest: Any) -> bool:
    try:
        ask(headers, **rest)
    except SignatureError:
        return True
    return False


def digested(body: bytes, url: str = URL) -> str:
    """Return the URL that Twilio calls with a body that is no form."""
    return f"{url}{'&' if '?' in url else '?'}{DIGEST}={sha256(body).hexdigest()}"


# --------------------------------------------------------------------------------------------------- what is refused


def test_another_signature_is_refused() -> None:
    good = sign(BODY, CURRENT, NOW)["x-twilio-signature"]
    for bad in (
        *(f"{good}x", good[:-1], f" {good}", f"{good}\n", f"{good},{good}", f"{good}, {good}", good.swapcase()),
        *("ñ€😀", "\ud800", "\0", "=", "fake_signature", "a" * 100_000, good.replace("=", "%3D")),
    ):
        assert refused({HEADER: bad}), bad[:40]
    ask({HEADER: good})


def test_every_changed_byte_is_refused() -> None:
    headers = sign(BODY, CURRENT, NOW)
    for place, byte in enumerate(BODY):
        changed = BODY[:place] + bytes([byte ^ 1]) + BODY[place + 1 :]
        assert refused(headers, body=changed), place
    for place, letter in enumerate(URL):
        assert refused(headers, url=URL[:place] + chr(ord(letter) ^ 1) + URL[place + 1 :]), place


def test_a_form_without_one_of_its_parameters_or_with_another_is_refused() -> None:
    headers, pairs = sign(BODY, CURRENT, NOW), BODY.split(b"&")
    for place, pair in enumerate(pairs):
        assert refused(headers, body=b"&".join([*pairs[:place], *pairs[place + 1 :]])), pair
    for more in (b"&Body=x", b"&x", b"&x=", b"&=x"):
        assert refused(headers, body=BODY + more)
        assert refused(headers, body=more[1:] + b"&" + BODY)


@pytest.mark.parametrize(
    "url",
    [
        *(f"{URL}/", f"{URL}?a=b", URL.upper(), URL.replace("tienda", "otra"), URL.replace("door", "dOor")),
        *(URL.replace("https", "http"), URL.replace(".example", ".example:8443").replace("door", "other")),
        *("https://[", "", "/webhooks/twilio/tienda", "https://door.example:abc/webhooks/twilio/tienda"),
    ],
)
def test_what_was_signed_for_another_url_is_refused(url: str) -> None:
    assert refused(sign(BODY, CURRENT, NOW), url=url)


@pytest.mark.parametrize("body", [b"{}", b'{"a": 1}', b"[]", b'"x"', b"null"])
def test_a_forms_proof_says_nothing_of_json_and_the_other_way_round(body: bytes) -> None:
    of_no_form = sign(b"", CURRENT, NOW)
    ask(of_no_form, body=b"")
    assert refused(of_no_form, body=body), "the URL alone is no proof of a body"
    url = digested(body)
    of_json = sign(b"", CURRENT, NOW, url=url)
    ask(of_json, body=body, url=url)
    for other in (BODY, b"", body + b" ", b" " + body):
        assert refused(of_json, body=other, url=url), "the digest is of another body"
    assert refused(of_json, body=body), "the digest is part of what is signed"
    assert refused(sign(body, CURRENT, NOW, url=url), body=body, url=url), "what has a digest is no form"
    assert refused(sign(BODY, CURRENT, NOW), url=digested(BODY))


@pytest.mark.parametrize("body", [b'{"a":"1+1"}', b'{"a":"1=1&b"}', b'["%41"]', b"[]", b"{"])
def test_json_is_proven_by_its_digest_alone_since_a_forms_proof_fits_other_bytes_too(body: bytes) -> None:
    with pytest.raises(SignatureError, match=DIGEST):
        ask(sign(body, CURRENT, NOW), body=body)
    url = digested(body)
    ask(sign(b"", CURRENT, NOW, url=url), body=body, url=url)


@pytest.mark.parametrize("digest", ["", "x", "ñ", "0" * 64, sha256(b"{}").hexdigest().upper(), "\ud800"])
def test_a_digest_that_does_not_fit_is_refused_whoever_signed_it(digest: str) -> None:
    url = f"{URL}?{DIGEST}={digest}"
    with pytest.raises((SignatureError, UnicodeEncodeError)):
        ask(sign(b"", CURRENT, NOW, url=url), body=b"{}", url=url)


def test_of_two_digests_nobody_knows_which_counts() -> None:
    url = f"{digested(b'{}')}&{DIGEST}={sha256(b'{}').hexdigest()}"
    assert refused(sign(b"", CURRENT, NOW, url=url), body=b"{}", url=url)


def test_a_form_of_nothing_but_separators_is_refused_before_it_is_taken_apart() -> None:
    body = b"&" * 5_000_000
    assert refused(sign(b"", CURRENT, NOW), body=body)


# -------------------------------------------------------------------------------------------------- what is let in


@pytest.mark.parametrize("query", ["", "?reply=1", "?a=it's+here&b", "?a=%7E*"])
@pytest.mark.parametrize("called", [API_GATEWAY, API_GATEWAY.replace("amazonaws.com", "amazonaws.com:443")])
@pytest.mark.parametrize("signed", [API_GATEWAY, API_GATEWAY.replace("amazonaws.com", "amazonaws.com:443")])
def test_behind_the_gateway_the_port_may_be_told_or_not(called: str, signed: str, query: str) -> None:
    ask(sign(BODY, CURRENT, NOW, url=signed + query), url=called + query)
    assert refused(
        sign(BODY, CURRENT, NOW, url=signed.replace(":443", "").replace(".com", ".com:8443") + query),
        url=called + query,
    )


@given(st.dictionaries(NAMES, st.text(st.characters(codec="utf-8"))), st.randoms(use_true_random=False))
def test_the_order_and_the_spelling_of_the_parameters_are_not_signed(told: dict[str, str], random: Any) -> None:
    body = urlencode(told).encode()
    headers = sign(body, CURRENT, NOW)
    pairs = list(told.items()) * 2
    random.shuffle(pairs)
    ask(headers, body=urlencode(pairs).encode())
    ask(headers, body=urlencode(told).replace("+", "%20").encode())


@given(st.dictionaries(NAMES, st.text(st.characters(codec="utf-8")), min_size=1), st.data())
def test_any_other_value_is_refused(told: dict[str, str], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(told)))
    other = data.draw(st.text(st.characters(codec="utf-8")).filter(lambda value: value != told[name]))
    headers = sign(urlencode(told).encode(), CURRENT, NOW)
    signed = "".join(key + value for key, value in sorted(told.items()))
    changed = told | {name: other}
    if "".join(key + value for key, value in sorted(changed.items())) != signed:  # else it was cut in another place
        assert refused(headers, body=urlencode(changed).encode())


# ----------------------------------------------------------------------------------------------- through the whole door


def test_the_door_knows_the_url_that_was_called(counter: Counter) -> None:
    """As API Gateway tells it: the path as it came, the host that was asked for, and the query to the letter."""
    (twilio,) = (platform for platform in PLATFORMS if platform.name == "twilio")
    host = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
    json_body = b'{"sid": "CA1"}'
    for url, body, signed, status in (
        (API_GATEWAY, BODY, BODY, 200),
        (f"{API_GATEWAY}?reply=it's+1&x=%7e", BODY, BODY, 200),
        (digested(json_body, f"{API_GATEWAY}?a=b"), json_body, b"", 200),
        (digested(json_body, API_GATEWAY), json_body, json_body, 401),
        (f"{API_GATEWAY}?a=b", BODY, BODY, 401),
    ):
        query = url.partition("?")[2] if status == 200 or "SHA256" in url else ""
        answer = counter.handler(
            {
                "version": "2.0",
                "rawPath": twilio.path,
                "rawQueryString": query,
                "headers": {"host": host, "x-forwarded-proto": "https", "x-forwarded-port": "443"}
                | sign(signed, CURRENT, NOW, url=url),
                "requestContext": {
                    "http": {"method": "POST", "path": twilio.path, "sourceIp": "192.0.2.1"},
                    "requestId": url,
                },
                "body": body.decode(),
                "isBase64Encoded": False,
            },
            None,
        )
        assert answer["statusCode"] == status, url
        if status == 200:
            assert (answer["body"], answer["headers"]["content-type"]) == ("<Response/>", "text/xml; charset=utf-8")
