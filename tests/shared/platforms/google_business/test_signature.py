"""Who is let in: Google's Pub/Sub, from our service account, to us, now; everybody else is not, nastiest first."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from shared.errors import ConfigurationError, SignatureError
from shared.models import Request
from shared.platforms import load
from tests.conftest import NOW
from tests.shared.platforms.google_business import sender

URL = "https://door.example/webhooks/google_business/tiendas"
GOOGLE = load("google_business")
PROVING = [*sender.SECRETS, sender.certificate()]
HOUR = timedelta(hours=1)


def request(token: str, url: str = URL) -> Request:
    return Request("POST", url, {"authorization": f"Bearer {token}"}, {}, b"{}")


def refused(token: str, secrets: list[str] = PROVING) -> None:
    with pytest.raises(SignatureError):
        GOOGLE.verify(request(token), secrets, NOW)


def test_a_token_of_googles_is_good_for_as_long_as_it_says() -> None:
    token = sender.token(sender.claims(NOW))
    for now in (NOW - timedelta(minutes=5), NOW, NOW + HOUR, NOW + HOUR + timedelta(minutes=5)):
        GOOGLE.verify(request(token), PROVING, now)
    for now in (NOW - timedelta(minutes=6), NOW + HOUR + timedelta(minutes=6)):
        with pytest.raises(SignatureError):
            GOOGLE.verify(request(token), PROVING, now)


@pytest.mark.parametrize(
    "changed",
    [
        {"email": "somebody@else.iam.gserviceaccount.com"},
        {"email": "pubsub-push@teleprado.iam.gserviceaccount.com "},
        {"email": None},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"aud": "https://elsewhere.example"},
        {"aud": ["https://care.teleprado.example"]},
        {"aud": None},
        {"iss": "https://accounts.google.com.evil.example"},
        {"iss": None},
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": -1},
        {"exp": 2**63},
        {"iat": None},
        {"iat": 2**39},
    ],
)
def test_whatever_is_not_what_google_says_of_ours_is_refused(changed: dict[str, Any]) -> None:
    refused(sender.token(sender.claims(NOW, **changed)))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "rs256"},
        {"alg": None},
        {"kid": None},
        {"kid": ""},
        {"kid": "../../evil"},
        {"kid": "x#y"},
        {"kid": 7},
    ],
)
def test_only_googles_way_of_signing_by_a_key_that_has_a_name(header: dict[str, Any]) -> None:
    known = {"alg": "RS256", "kid": sender.KEY_ID, "typ": "JWT"} | header
    token = sender.token(sender.claims(NOW), {name: value for name, value in known.items() if value is not None})
    refused(token)
    assert GOOGLE.certificate
    with pytest.raises(SignatureError):
        GOOGLE.certificate(request(token), sender.SECRETS)


def test_a_token_without_a_signature_or_signed_by_others_is_refused() -> None:
    token = sender.token(sender.claims(NOW))
    said, _, signature = token.rpartition(".")
    other = rsa.generate_private_key(65537, 2048)
    refused(f"{said}.")
    refused(said)
    refused(f"{said}.{signature[:-4]}")
    refused(token, [*sender.SECRETS, sender.certificate(other)])
    refused(token, [*sender.SECRETS])
    refused(token, [*sender.SECRETS, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    GOOGLE.verify(request(token), [*PROVING, sender.certificate(other)], NOW)


def test_what_was_signed_says_nothing_else() -> None:
    header, _, signature = sender.token(sender.claims(NOW)).split(".")
    forged = sender.bare(orjson.dumps(sender.claims(NOW, exp=2**33)))
    refused(f"{header}.{forged}.{signature}")


def test_there_is_one_way_to_write_a_signature() -> None:
    token = sender.token(sender.claims(NOW))
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = letters[letters.index(token[-1]) ^ 1]  # bits that no byte has
    for changed in (f"{token[:-1]}{last}", f"{token}=", f"{token}A", f" {token}", token.replace("-", "+")):
        if changed != token:
            refused(changed)


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "bearer x", "Basic eDp5", "Bearer a.b.c", "Bearer ñ.ñ.ñ"])
def test_what_is_no_token_is_refused(value: str) -> None:
    for headers in ({"authorization": value}, {}):
        with pytest.raises(SignatureError):
            GOOGLE.verify(Request("POST", URL, headers, {}, b"{}"), PROVING, NOW)


def test_a_certificate_that_is_not_valid_or_too_weak_proves_nothing() -> None:
    token = sender.token(sender.claims(NOW))
    late = sender.certificate(until=NOW - timedelta(days=1))
    early = sender.certificate(since=NOW + timedelta(days=1))
    weak = sender.certificate(rsa.generate_private_key(65537, 1024))  # noqa: S505 - it is to be refused
    for pem in (late, early, weak):
        refused(token, [*sender.SECRETS, pem])


def test_another_kind_of_key_proves_nothing() -> None:
    pem = sender.certificate(ec.generate_private_key(ec.SECP256R1()))  # type: ignore[arg-type]
    refused(sender.token(sender.claims(NOW)), [*sender.SECRETS, pem])


def test_without_an_audience_it_is_the_url_that_was_called() -> None:
    email = sender.SECRETS[0].partition(" ")[0]
    token = sender.token(sender.claims(NOW, aud=URL))
    GOOGLE.verify(request(token), [email, sender.certificate()], NOW)
    with pytest.raises(SignatureError):
        GOOGLE.verify(request(token, f"{URL}x"), [email, sender.certificate()], NOW)
    refused(sender.token(sender.claims(NOW)), [email, sender.certificate()])


def test_the_certificate_is_at_googles_own_place_under_the_name_of_the_key() -> None:
    assert GOOGLE.certificate
    token = sender.token(sender.claims(NOW))
    assert GOOGLE.certificate(request(token), sender.SECRETS) == sender.CERTIFICATE_URL
    for stranger in ({"email": "somebody@else.iam.gserviceaccount.com"}, {"aud": "https://elsewhere.example"}):
        with pytest.raises(SignatureError):
            GOOGLE.certificate(request(sender.token(sender.claims(NOW, **stranger))), sender.SECRETS)


@pytest.mark.parametrize(
    "secrets", [[], [""], ["a secret"], ["push@teleprado.iam.gserviceaccount.com two words"], [sender.certificate()]]
)
def test_a_secret_that_is_no_service_account_is_named_to_operators(secrets: list[str]) -> None:
    with pytest.raises(ConfigurationError):
        GOOGLE.verify(request(sender.token(sender.claims(NOW))), secrets, NOW)


def test_there_is_no_handshake() -> None:
    assert GOOGLE.handshake is None
