"""How a port is let in: what is published is exchanged, made a token of, or taken as it is; and nothing else."""

from base64 import b64encode, urlsafe_b64decode
from datetime import timedelta
from urllib.parse import parse_qs

import orjson
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.oauth import (
    NoTokenError,
    google,
    google_service_account,
    is_service_account,
    made_here,
    own_credentials,
)
from shared.ports import Answer, Asking, Call
from tests.conftest import NOW

URL = "https://api.example/token"
ROBOT = "care@shop-1.iam.gserviceaccount.com"
SCOPE = "https://www.googleapis.com/auth/androidpublisher"


def let_in(asking: Asking[str | Answer], answer: Answer | None = None) -> tuple[str | Answer, Call | None]:
    """Return what signing in gave, and the call that was made for it."""
    call = None
    try:
        call = next(asking)
        asking.send(answer or Answer(0))
    except StopIteration as ended:
        found: str | Answer = ended.value
        return found, call
    raise AssertionError("it asks again")


def test_what_has_no_colon_is_a_token_already() -> None:
    assert let_in(google("ya29.x")) == ("ya29.x", None)
    assert let_in(own_credentials("abc", URL)) == ("abc", None)
    assert made_here("ey.x.y", NOW, audience="a", lasts=timedelta(minutes=1)) == "ey.x.y"


def test_a_refresh_token_is_exchanged_at_google() -> None:
    found, call = let_in(google("id.apps:secret:1//0refresh"), Answer(200, b'{"access_token": "ya29.x"}'))
    assert found == "ya29.x"
    assert call
    assert (call.method, call.url, call.signs_in) == ("POST", "https://oauth2.googleapis.com/token", True)
    assert parse_qs(call.body.decode()) == {
        "grant_type": ["refresh_token"],
        "client_id": ["id.apps"],
        "client_secret": ["secret"],
        "refresh_token": ["1//0refresh"],
    }


def test_a_clients_own_credentials_are_exchanged_where_the_platform_does_that() -> None:
    found, call = let_in(own_credentials("key:hush", URL), Answer(200, b'{"access_token": "t"}'))
    assert found == "t"
    assert call
    assert (call.url, call.signs_in) == (URL, True)
    assert call.headers["authorization"] == f"Basic {b64encode(b'key:hush').decode()}"


@pytest.mark.parametrize("answer", [Answer(0), Answer(400, b'{"error": "invalid_grant"}'), Answer(200, b"{}")])
def test_a_refusal_is_handed_back(answer: Answer) -> None:
    assert let_in(google("a:b:c"), answer)[0] == answer
    assert let_in(own_credentials("a:b", URL), answer)[0] == answer


@pytest.mark.parametrize("token", ["a:b", "a:b:", "::", "a:b:c:d", ":b:c"])
def test_what_is_no_credential_is_not_sent_anywhere(token: str) -> None:
    with pytest.raises(NoTokenError):
        let_in(google(token))


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def written(private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return b64encode(private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()


def decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_a_token_that_is_made_here_says_who_for_whom_and_how_long_and_is_signed() -> None:
    own = key()
    token = made_here(f"issuer-1:KEY1:{written(own)}", NOW, audience="store", lasts=timedelta(minutes=15))
    header, claims, signature = token.split(".")
    assert orjson.loads(decoded(header)) == {"alg": "ES256", "kid": "KEY1", "typ": "JWT"}
    began = int(NOW.timestamp())
    assert orjson.loads(decoded(claims)) == {"iss": "issuer-1", "iat": began, "exp": began + 900, "aud": "store"}
    raw = decoded(signature)
    assert len(raw) == 64
    in_der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    said = f"{header}.{claims}".encode()
    own.public_key().verify(in_der, said, ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        key().public_key().verify(in_der, said, ec.ECDSA(SHA256()))


@pytest.mark.parametrize(
    "private",
    [
        "",
        "AAAA",
        "not base64!",
        written(rsa.generate_private_key(65537, 2048)),
        written(ec.generate_private_key(ec.SECP384R1())),
    ],
    ids=["none", "no key", "no base64", "another kind", "another curve"],
)
def test_what_is_no_such_key_makes_none(private: str) -> None:
    with pytest.raises(NoTokenError):
        made_here(f"issuer:KEY:{private}", NOW, audience="store", lasts=timedelta(minutes=15))


def test_a_service_account_signs_for_an_hour_what_it_asks_google() -> None:
    own = rsa.generate_private_key(65537, 2048)
    asking = google_service_account(f"{ROBOT}:KEY1:{written(own)}", NOW, scope=SCOPE)
    found, call = let_in(asking, Answer(200, b'{"access_token": "ya29.x", "expires_in": 3599}'))
    assert found == "ya29.x"
    assert call
    assert (call.method, call.url, call.signs_in) == ("POST", "https://oauth2.googleapis.com/token", True)
    asked = parse_qs(call.body.decode())
    assert asked["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    header, claims, signature = asked["assertion"][0].split(".")
    assert orjson.loads(decoded(header)) == {"alg": "RS256", "kid": "KEY1", "typ": "JWT"}
    said = orjson.loads(decoded(claims))
    began, now = said["iat"], int(NOW.timestamp())
    assert said == {"iss": ROBOT, "scope": SCOPE, "aud": call.url, "iat": began, "exp": began + 3600}
    assert began <= now < began + 1800
    own.public_key().verify(decoded(signature), f"{header}.{claims}".encode(), PKCS1v15(), SHA256())


def test_a_service_account_asks_in_the_same_words_for_half_an_hour() -> None:
    # What signs in is known again by its words (`shared/calling.py`): other ones at each poll would be a call at each.
    token = f"{ROBOT}:KEY1:{written(rsa.generate_private_key(65537, 2048))}"
    since = NOW.replace(minute=30, second=0, microsecond=0)
    first, last, next_ = (
        let_in(google_service_account(token, since + away, scope=SCOPE))[1]
        for away in (timedelta(), timedelta(minutes=29, seconds=59), timedelta(minutes=30))
    )
    assert first == last != next_


@pytest.mark.parametrize(
    "private", ["AAAA", "not base64!", written(key())], ids=["no key", "no base64", "another kind"]
)
def test_what_is_no_key_of_a_service_account_is_not_sent_anywhere(private: str) -> None:
    for token in (f"{ROBOT}:KEY1:{private}", f"{ROBOT}:{private}"):
        with pytest.raises(NoTokenError):
            let_in(google_service_account(token, NOW, scope=SCOPE))


def test_a_service_account_is_told_by_its_e_mail_address() -> None:
    assert is_service_account(f"{ROBOT}:KEY1:AAAA")
    assert not any(map(is_service_account, ["ya29.x", "1-a.apps.googleusercontent.com:secret:1//refresh"]))
