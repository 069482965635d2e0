"""Who is let in: whoever has signed these very bytes; and to what question of the hub's we say yes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ConfigurationError, MalformedRequest, SignatureError
from shared.models import Handshake, Request
from shared.platforms.youtube.signature import HEADER, handshake, verify, verify_token
from tests.shared.platforms.youtube.sender import ACCOUNT, SECRETS, TOPIC, asked, sign

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CURRENT, PREVIOUS = SECRETS
URL = f"https://care.example/webhooks/youtube/{ACCOUNT}"
BODY = '<feed xmlns="http://www.w3.org/2005/Atom"><title>ñ</title></feed>'.encode()
GOOD = sign(BODY, CURRENT, NOW)["x-hub-signature"]


def ask(headers: Mapping[str, str], secrets: Sequence[str] = SECRETS, body: bytes = BODY) -> None:
    verify(Request("POST", URL, headers, {}, body), secrets, now=NOW)


def hello(query: Mapping[str, str], secrets: Sequence[str] = SECRETS, method: str = "GET") -> Handshake | None:
    return handshake(Request(method, URL, {}, query, b""), secrets)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("body", [b"", b"\xff\x00", BODY])
def test_either_live_secret_opens(secret: str, body: bytes) -> None:
    ask(sign(body, secret, NOW), body=body)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "sha1=",
        GOOD.removeprefix("sha1="),
        GOOD.upper(),
        GOOD.replace("sha1=", "sha256="),
        GOOD[:-1],
        f"{GOOD}0",
        f" {GOOD}",
        f"{GOOD},{GOOD}",
        sign(BODY + b"\n", CURRENT, NOW)["x-hub-signature"],
        "sha1=ñ",
        "sha1=\ud800",
    ],
)
def test_anything_but_the_signature_is_refused(given: str) -> None:
    with pytest.raises(SignatureError) as refused:
        ask({HEADER: given})
    assert not any(text and text in str(refused.value) for text in (*SECRETS, given))


@pytest.mark.parametrize("headers", [{}, {"x-hub-signature-256": GOOD}, {"authorization": GOOD}])
def test_no_signature_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(SignatureError):
        ask(headers)


@given(at=st.integers(0, len(BODY) - 1), bit=st.integers(0, 7))
def test_one_changed_bit_is_refused(at: int, bit: int) -> None:
    changed = bytearray(BODY)
    changed[at] ^= 1 << bit
    with pytest.raises(SignatureError):
        ask({HEADER: GOOD}, body=bytes(changed))


@pytest.mark.parametrize("secrets", [[], [""], ["  "], [CURRENT, ""], ["x" * 200], ["ñ" * 100]])
def test_without_a_secret_that_the_hub_would_take_nothing_is_proven(secrets: list[str]) -> None:
    with pytest.raises(ConfigurationError):
        ask(sign(BODY, "", NOW), secrets)
    with pytest.raises(ConfigurationError):
        hello(asked(), secrets)


def test_what_was_signed_elsewhere_by_hand_is_let_in() -> None:
    """Made with `printf '{}' | openssl dgst -sha1 -hmac 0123456789abcdef`."""
    ask({HEADER: "sha1=1ed9af9e5e8ff2f804bcff95a337649c0095d057"}, ["0123456789abcdef"], b"{}")


def test_a_delivery_is_no_handshake() -> None:
    assert hello(asked(), method="POST") is None


def test_the_token_is_of_one_topic_and_one_secret_and_tells_of_neither() -> None:
    """Made with `printf 'hub.verify_token <topic>' | openssl dgst -sha256 -hmac <secret>`."""
    topic = "https://www.youtube.com/xml/feeds/videos.xml?channel_id=UCteleprado0000000000001"
    assert verify_token("0123456789abcdef", topic) == "05f2b0b38d691238dd080907694a59cbea3d7246d1e4d681334bf73d6d2b9753"
    assert verify_token(CURRENT, topic) == asked(topic)["hub.verify_token"]
    with pytest.raises(ConfigurationError):
        verify_token(" ", topic)


@given(changed=st.dictionaries(st.sampled_from(["mode", "topic", "challenge", "verify_token"]), st.text(max_size=90)))
def test_nothing_but_the_question_that_we_asked_for_is_answered(changed: dict[str, str]) -> None:
    query = asked(TOPIC, **changed) if "topic" not in changed else asked(TOPIC) | {"hub.topic": changed.pop("topic")}
    try:
        found = hello(query | {f"hub.{name}": value for name, value in changed.items()})
    except (SignatureError, MalformedRequest):
        return
    assert found is not None
    assert (query["hub.topic"], query["hub.mode"], query["hub.verify_token"]) == (
        TOPIC,
        "subscribe",
        asked()["hub.verify_token"],
    )
    assert found.content_type == "text/plain"
    assert not set(found.body) & set("<>&\"'\n ")
