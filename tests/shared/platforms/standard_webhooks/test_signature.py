"""Who is let in: an attempt of the last five minutes, signed with one of our secrets, unchanged."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ConfigurationError, SignatureError
from shared.models import Request
from shared.platforms.standard_webhooks.signature import verify
from tests.shared.platforms.standard_webhooks.sender import SECRETS, sign

CURRENT = SECRETS[0]
BODY = '{"type":"message.received","text":"ñ"}'.encode()
NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)
SIGNED = sign(BODY, CURRENT, NOW)
FOREIGN = sign(BODY, "whsec_" + b64encode(b"a secret of somebody else").decode(), NOW)["webhook-signature"]


def ask(
    headers: Mapping[str, str], *, body: bytes = BODY, secrets: Sequence[str] = SECRETS, now: datetime = NOW
) -> None:
    verify(Request("POST", "https://care.example/webhooks/app/shop", headers, {}, body), secrets, now=now)


@pytest.mark.parametrize("form", [CURRENT, CURRENT.removeprefix("whsec_"), CURRENT.rstrip("=")])
def test_a_secret_may_come_without_prefix_or_padding(form: str) -> None:
    ask(SIGNED, secrets=[form])


@given(key=st.binary(max_size=64).map(lambda key: key + b"k"), body=st.binary(max_size=64))
def test_any_key_opens_its_own_lock_and_no_other(key: bytes, body: bytes) -> None:
    secret = "whsec_" + b64encode(key).decode()
    headers = sign(body, secret, NOW)
    ask(headers, body=body, secrets=[secret.rstrip("=")])
    with pytest.raises(SignatureError):
        ask(headers, body=body + b" ", secrets=[secret])
    with pytest.raises(SignatureError):
        ask(headers, body=body, secrets=["whsec_" + b64encode(key + b"!").decode()])


@pytest.mark.parametrize(
    "signatures",
    [
        f"{FOREIGN} {SIGNED['webhook-signature']}",
        f"v1a,AAAA v2,AAAA {SIGNED['webhook-signature']} {FOREIGN}",
        f"  {SIGNED['webhook-signature']} ",
        f", garbage v1 {SIGNED['webhook-signature']}",
    ],
)
def test_one_of_several_signatures_is_enough(signatures: str) -> None:
    ask(SIGNED | {"webhook-signature": signatures})


@pytest.mark.parametrize("seconds", [-300, -299.5, 0, 300])
def test_within_the_tolerance(seconds: float) -> None:
    ask(SIGNED, now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-86400, -301, -300.5, 300.5, 301, 86400])
def test_a_stale_or_early_attempt_is_refused(seconds: float) -> None:
    with pytest.raises(SignatureError):
        ask(SIGNED, now=NOW + timedelta(seconds=seconds))


def test_tolerance_is_measured_in_instants_not_in_clocks() -> None:
    ask(SIGNED, now=NOW.astimezone(datetime.strptime("+0530", "%z").tzinfo))


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("value", [None, "", " ", "\N{PILE OF POO}", "\ud800", "\x00", "x"])
def test_a_missing_or_other_header_is_refused(name: str, value: str | None) -> None:
    headers = {kept: found for kept, found in SIGNED.items() if kept != name} | ({name: value} if value else {})
    with pytest.raises(SignatureError):
        ask(headers)


@pytest.mark.parametrize(
    "timestamp", ["1789992000.0", "-1789992000", "+1789992000", "1e9", "١٧٨٩٩٩٢٠٠٠", " 1789992000", "9" * 5000, "nan"]
)
def test_a_garbled_timestamp_is_refused(timestamp: str) -> None:
    with pytest.raises(SignatureError):
        ask(SIGNED | {"webhook-timestamp": timestamp})


def test_the_signature_is_compared_whole_and_as_it_is() -> None:
    signature = SIGNED["webhook-signature"]
    for forged in (
        signature[:-1],
        signature.rstrip("="),
        signature.upper(),
        signature.removeprefix("v1,"),
        signature.replace("v1,", "v1a,"),
        signature.replace("v1,", "v1, "),
        "v1,",
        f"{signature},{signature}",
        FOREIGN,
    ):
        with pytest.raises(SignatureError):
            ask(SIGNED | {"webhook-signature": forged})


def test_what_is_signed_reads_in_one_way_only() -> None:
    stamp = SIGNED["webhook-timestamp"]
    body = f"{stamp}.{{}}".encode()
    headers = sign(body, CURRENT, NOW)
    shifted = headers | {"webhook-id": f"{headers['webhook-id']}.{stamp}"}
    ask(headers, body=body)
    with pytest.raises(SignatureError):
        ask(shifted, body=b"{}")


@pytest.mark.parametrize(
    "secrets",
    [[], [""], ["whsec_"], [CURRENT, "whsec_"], ["whsec_===="], ["whsec_not base64"], ["whpk_QUJD"], ["ñ"], ["QUJDR"]],
)
def test_an_unusable_secret_closes_the_door(secrets: list[str]) -> None:
    with pytest.raises(ConfigurationError):
        ask(SIGNED, secrets=secrets)
