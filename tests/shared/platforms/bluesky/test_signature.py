"""Nobody is let in, whatever they bring."""

import pytest

from shared.errors import SignatureError
from shared.models import Request
from shared.platforms import load
from tests.conftest import NOW
from tests.shared.platforms.bluesky.sender import ACCOUNT


@pytest.mark.parametrize("secrets", [[], ["a secret that somebody kept"], [""]])
@pytest.mark.parametrize("headers", [{}, {"x-signature": "a secret that somebody kept"}, {"authorization": "Bearer x"}])
def test_every_request_is_refused(secrets: list[str], headers: dict[str, str]) -> None:
    request = Request("POST", f"https://door.example/webhooks/bluesky/{ACCOUNT}", headers, {}, b"{}")
    with pytest.raises(SignatureError):
        load("bluesky").verify(request, secrets, NOW)


def test_there_is_no_handshake() -> None:
    assert load("bluesky").handshake is None
