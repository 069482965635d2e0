"""How Google Play's port is let in: by whichever of the three that an operator can publish."""

from base64 import b64encode
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.platforms.google_play.poll import PORT
from shared.ports import Answer, Presence
from tests.conftest import NOW
from tests.shared.platforms.google_play.replying import THINGS

LET_IN = Answer(200, b'{"access_token": "ya29.x"}')
NO_REVIEWS = Answer(200, b"{}")


def service_account() -> str:
    private = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return f"care@shop-1.iam.gserviceaccount.com:KEY1:{b64encode(private).decode()}"


@pytest.mark.parametrize(
    ("token", "grant"),
    [
        (service_account(), "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("1-a.apps.googleusercontent.com:secret:1//refresh", "refresh_token"),
    ],
    ids=["a service account", "a refresh token"],
)
def test_what_is_published_is_exchanged_for_the_token_that_asks(token: str, grant: str) -> None:
    asking = PORT.poll(Presence("google_play", "android", token, things=THINGS), "", NOW)
    sign_in = next(asking)
    assert (sign_in.signs_in, parse_qs(sign_in.body.decode())["grant_type"]) == (True, [grant])
    asked = asking.send(LET_IN)
    assert asked.headers["authorization"] == "Bearer ya29.x"
    with pytest.raises(StopIteration) as ended:
        asking.send(NO_REVIEWS)
    assert not ended.value.value.failing
