"""Nobody is let in: what Amazon Connect tells comes another way."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import SignatureError
from shared.models import Request
from shared.platforms import load
from shared.platforms.connect.signature import verify
from tests.conftest import NOW
from tests.shared.platforms.connect.cases import SAMPLES

TEXT = st.text(max_size=30)


def ask(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> None:
    verify(Request("POST", "https://care.example/webhooks/connect/shop", headers, {}, body), secrets, now=NOW)


@given(headers=st.dictionaries(TEXT, TEXT, max_size=4), body=st.binary(max_size=50), secrets=st.lists(TEXT, max_size=3))
def test_whatever_is_posted_is_refused_whatever_secret_is_kept(
    headers: dict[str, str], body: bytes, secrets: list[str]
) -> None:
    with pytest.raises(SignatureError):
        ask(headers, body, secrets)


@pytest.mark.parametrize("secrets", [[], [""], ["secret"]])
def test_a_genuine_event_is_refused_as_well(secrets: list[str]) -> None:
    with pytest.raises(SignatureError, match="EventBridge and Kinesis"):
        ask({"authorization": "Bearer secret", "x-amz-sns-message-type": "Notification"}, SAMPLES["answered"], secrets)


def test_there_is_no_handshake_and_a_service_of_ours_that_brings_it() -> None:
    found = load("connect")
    assert (found.handshake, found.delivered_by) == (None, "calls")
