"""Nobody is let in, whatever they bring."""

import pytest

from shared.errors import SignatureError
from shared.models import Request
from shared.platforms import load
from tests.conftest import NOW
from tests.shared.platforms.trustpilot.sender import ACCOUNT


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("secrets", [[], ["a secret that somebody kept"], [""]])
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer a secret that somebody kept"}])
def test_every_request_is_refused(method: str, secrets: list[str], headers: dict[str, str]) -> None:
    request = Request(method, f"https://door.example/webhooks/trustpilot/{ACCOUNT}", headers, {}, b"{}")
    with pytest.raises(SignatureError):
        load("trustpilot").verify(request, secrets, NOW)


def test_there_is_no_handshake() -> None:
    assert load("trustpilot").handshake is None
