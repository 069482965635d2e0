"""Who is let in: SNS, for a topic of ours, lately, and nobody else who can have SNS sign something."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import ConfigurationError, SignatureError
from shared.models import Request
from shared.platforms.ses.signature import OLDEST, canonical, certificate, confirmation, verify
from tests.conftest import NOW
from tests.shared.platforms.ses import sender
from tests.shared.platforms.ses.cases import SAMPLES
from tests.shared.platforms.ses.sender import CERTIFICATE_URL, SECRETS, enclose

CERTIFICATE = sender.certificate()


def request(body: bytes) -> Request:
    return Request("POST", "https://care.example/webhooks/ses/correo", {}, {}, body)


def ask(body: bytes, secrets: Sequence[str] = (*SECRETS, CERTIFICATE), now: datetime = NOW) -> None:
    verify(request(body), secrets, now)


def signed(body: bytes = SAMPLES["text"], *, at: datetime = NOW, **changed: Any) -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(enclose(orjson.dumps({**orjson.loads(body), **changed}), SECRETS[0], at))
    return told


def signed_as(told: dict[str, Any]) -> bytes:
    """Return a message signed as it stands, whatever is in it."""
    said = "".join(f"{name}\n{told[name]}\n" for name in sorted(told) if name in _SIGNED and told[name] is not None)
    return orjson.dumps(told | {"Signature": sender.signature(said.encode(), "2")})


_SIGNED = {"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("topic", SECRETS)
@pytest.mark.parametrize("version", ["1", "2"])
def test_what_sns_signs_for_either_topic_opens(name: str, topic: str, version: str) -> None:
    ask(enclose(orjson.dumps(orjson.loads(SAMPLES[name]) | {"SignatureVersion": version}), topic, NOW))


@pytest.mark.parametrize("subject", ["A subject", "", None])
def test_a_subject_is_signed_if_there_is_one(subject: str | None) -> None:
    told = signed(Subject=subject)
    ask(orjson.dumps(told))
    if subject is None:
        del told["Subject"]
        ask(orjson.dumps(told))
    for other in ("Another", None if subject is not None else ""):
        with pytest.raises(SignatureError):
            ask(orjson.dumps(told | {"Subject": other}))


@pytest.mark.parametrize(
    "name", ["Message", "MessageId", "Timestamp", "TopicArn", "Type", "Signature", "SigningCertURL"]
)
@pytest.mark.parametrize("value", ["", "x", None, 1, ["x"], {"x": "x"}, "a\nb"])
def test_nothing_that_is_signed_may_be_another(name: str, value: Any) -> None:
    told = signed()
    for body in (told | {name: value}, {key: found for key, found in told.items() if key != name}):
        with pytest.raises(SignatureError):
            ask(orjson.dumps(body))


@pytest.mark.parametrize("version", ["", "0", "3", "1.0", " 2", "sha256", None, 2])
def test_other_versions_are_refused(version: Any) -> None:
    with pytest.raises(SignatureError):
        ask(orjson.dumps(signed() | {"SignatureVersion": version}))


def test_the_signature_of_one_version_is_none_of_the_other() -> None:
    for version, other in (("1", "2"), ("2", "1")):
        with pytest.raises(SignatureError):
            ask(orjson.dumps(signed(SignatureVersion=version) | {"SignatureVersion": other}))


@pytest.mark.parametrize(
    "topic",
    [
        "arn:aws:sns:eu-west-1:999999999999:ses-mail",
        "arn:aws:sns:us-east-1:123456789012:ses-mail",
        f"{SECRETS[0]}2",
        SECRETS[0].upper(),
        f"{SECRETS[0]} ",
    ],
)
def test_what_sns_signs_for_somebody_else_is_refused_before_anything_is_fetched(topic: str) -> None:
    body = enclose(SAMPLES["text"], topic, NOW)
    ask(body, [topic, CERTIFICATE]) if topic.startswith("arn:aws:sns:") and topic.strip() == topic else None
    for refuses in (ask, lambda body: certificate(request(body), SECRETS)):
        with pytest.raises(SignatureError, match="none of ours"):
            refuses(body)


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com/a.pem?x",
        "https://sns.eu-west-1.amazonaws.com/a.pem#x",
        "https://sns.eu-west-1.amazonaws.com/a.txt",
        "https://sns.eu-west-1.amazonaws.com/a.pem.txt",
        "https://sns.eu-west-1.amazonaws.com/../../a.pem",
        "https://sns.eu-west-1.amazonaws.com:443/a.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/a.pem",
        "https://user@sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.evil.example/a.pem",
        "https://snsxeu-west-1.amazonaws.com/a.pem",
        "https://xsns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com.cn.evil.example/a.pem",
        "https://sns.eu.west.1.amazonaws.com/a.pem",
        "https://sns.eu.amazonaws.com/a.pem",
        "https://sns.evil.example\\.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com\\@evil.example/a.pem",
        "https://s3.eu-west-1.amazonaws.com/bucket/a.pem",
        "https://sns.eu-west-1.amazonaws.com/ a.pem",
        " https://sns.eu-west-1.amazonaws.com/a.pem",
        "HTTPS://sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com/%2e%2e/a.pem",
        "https://sns.\uff45\uff55-west-1.amazonaws.com/a.pem",
        "file:///etc/a.pem",
        "//sns.eu-west-1.amazonaws.com/a.pem",
    ],
)
def test_a_certificate_from_elsewhere_is_neither_fetched_nor_believed(url: str) -> None:
    body = orjson.dumps(signed() | {"SigningCertURL": url})  # not signed, so that anybody can change it
    for refuses in (ask, lambda body: certificate(request(body), SECRETS)):
        with pytest.raises(SignatureError):
            refuses(body)


@pytest.mark.parametrize(
    "host", ["eu-west-1.amazonaws.com", "us-gov-west-1.amazonaws.com", "cn-north-1.amazonaws.com.cn"]
)
def test_the_certificate_is_asked_for_at_sns_of_any_region(host: str) -> None:
    url = f"https://sns.{host}/SimpleNotificationService-0.pem"
    assert certificate(request(orjson.dumps(signed() | {"SigningCertURL": url})), SECRETS) == url


@pytest.mark.parametrize(
    ("away", "opens"),
    [
        (timedelta(0), True),
        (-OLDEST, True),
        (-OLDEST - timedelta(milliseconds=1), False),
        (OLDEST, True),
        (OLDEST + timedelta(milliseconds=1), False),
        (timedelta(days=-400), False),
    ],
)
def test_what_is_older_than_sns_goes_on_trying_is_a_replay(away: timedelta, opens: bool) -> None:
    body = enclose(SAMPLES["text"], SECRETS[0], NOW + away)
    if opens:
        ask(body)
    else:
        with pytest.raises(SignatureError, match="timestamp"):
            ask(body)


@pytest.mark.parametrize("text", ["", "now", "2026-11-22", "2026-11-22T12:00:00", "2026-13-22T12:00:00.000Z", "9" * 40])
def test_a_timestamp_that_is_none_is_refused_though_it_is_signed(text: str) -> None:
    with pytest.raises(SignatureError, match="timestamp"):
        ask(signed_as(signed() | {"Timestamp": text}))


def test_a_line_feed_cannot_make_one_message_out_of_another() -> None:
    """What is signed is the same text for both; only one of them is what SNS sends."""
    told = signed()
    as_text = canonical(told).decode()
    moved = {**told, "Message": "", "MessageId": "1", "Subject": "x"}
    moved["Message"], _, rest = as_text.removeprefix("Message\n").partition("\nMessageId\n")
    moved["MessageId"], _, moved["Timestamp"] = rest.partition("\nTimestamp\n")
    del moved["Subject"]
    for name in ("MessageId", "Timestamp", "TopicArn"):
        with pytest.raises(SignatureError):
            ask(signed_as(told | {name: f"{told[name]}\nx"}))
    with pytest.raises(SignatureError):
        ask(orjson.dumps(moved))


# --------------------------------------------------------------------------------------------------------- certificates


CERTIFICATES: dict[str, Callable[[], str]] = {
    "expired": lambda: sender.certificate(until=NOW - timedelta(seconds=1)),
    "not yet valid": lambda: sender.certificate(since=NOW + timedelta(seconds=1)),
    "made out to somebody else": lambda: sender.certificate(issued_to="evil.example"),
    "made out to a neighbour": lambda: sender.certificate(issued_to="s3.amazonaws.com"),
    "made out to nearly SNS": lambda: sender.certificate(issued_to="sns.amazonaws.com.evil.example"),
    "of another key": lambda: sender.certificate(own=rsa.generate_private_key(65537, 2048)),
    "of a weak key": lambda: sender.certificate(own=rsa.generate_private_key(65537, 1024)),  # noqa: S505 - the very thing
    "no certificate": lambda: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "cut off": lambda: CERTIFICATE[:300],
    "nothing": lambda: "-----BEGIN CERTIFICATE-----",
}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_certificate_that_is_not_snss_proves_nothing(name: str) -> None:
    with pytest.raises(SignatureError):
        ask(orjson.dumps(signed()), [*SECRETS, CERTIFICATES[name]()])
    ask(orjson.dumps(signed()), [*SECRETS, CERTIFICATES[name](), CERTIFICATE])


def test_a_key_of_another_kind_proves_nothing() -> None:
    other: Any = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(SignatureError):
        ask(orjson.dumps(signed()), [*SECRETS, sender.certificate(own=other)])


def test_without_a_certificate_nobody_is_let_in() -> None:
    with pytest.raises(SignatureError):
        ask(orjson.dumps(signed()), SECRETS)


@pytest.mark.parametrize("since", [NOW, NOW - timedelta(days=1)])
def test_a_certificate_is_valid_from_its_first_to_its_last_instant(since: datetime) -> None:
    ask(orjson.dumps(signed()), [*SECRETS, sender.certificate(since=since, until=NOW + timedelta(days=1))])
    ask(orjson.dumps(signed()), [*SECRETS, sender.certificate(since=since - timedelta(days=9), until=NOW)])


@pytest.mark.parametrize(
    "secrets",
    [
        [],
        [""],
        [CERTIFICATE],
        ["secret"],
        [SECRETS[0], "secret"],
        ["arn:aws:sqs:eu-west-1:123456789012:x"],
        [f"{SECRETS[0]}\n"],
    ],
)
def test_a_secret_that_is_no_topic_closes_the_door(secrets: list[str]) -> None:
    with pytest.raises(ConfigurationError):
        ask(orjson.dumps(signed()), secrets)


# --------------------------------------------------------------------------------------------------------- confirmation


def confirming(url: str) -> Request:
    body = orjson.dumps(orjson.loads(SAMPLES["subscription"]) | {"SubscribeURL": url})
    sent = enclose(body, SECRETS[0], NOW)
    ask(sent)
    return request(sent)


def test_a_subscription_is_confirmed_where_sns_says() -> None:
    url = orjson.loads(SAMPLES["subscription"])["SubscribeURL"]
    assert confirmation(confirming(url)) == url
    assert confirmation(request(enclose(SAMPLES["unsubscribed"], SECRETS[0], NOW))) is None
    assert confirmation(request(enclose(SAMPLES["text"], SECRETS[0], NOW))) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/?Action=ConfirmSubscription&Token=1",
        "http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=1",
        "https://sns.eu-west-1.amazonaws.com/?Action=DeleteTopic&Token=1",
        "https://sns.eu-west-1.amazonaws.com:8080/?Action=ConfirmSubscription&Token=1",
        "https://a@sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=1",
        "https://sns.eu-west-1.amazonaws.com/x/?Action=ConfirmSubscription&Token=1",
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=1 HTTP/1.1",
        "",
    ],
)
def test_nothing_else_is_ever_visited(url: str) -> None:
    with pytest.raises(SignatureError):
        confirmation(confirming(url))


# ------------------------------------------------------------------------------------------------------------- property


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_byte_changed_in_what_is_signed_is_refused(data: st.DataObject) -> None:
    told = signed()
    name = data.draw(st.sampled_from(["Message", "MessageId", "Timestamp", "TopicArn", "Signature"]))
    text: str = told[name]
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda sign: sign != text[place]))
    changed = text[:place] + other + text[place + 1 :]
    with pytest.raises(SignatureError):
        ask(orjson.dumps(told | {name: changed}))


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8", exclude_characters="\n")))
def test_whatever_is_said_is_signed_as_it_is(text: str, subject: str) -> None:
    told = signed(Message=text, Subject=subject)
    ask(orjson.dumps(told))
    lines = ["Message", text, "MessageId", told["MessageId"], "Subject", subject, "Timestamp", told["Timestamp"]]
    lines += ["TopicArn", SECRETS[0], "Type", "Notification"]
    assert canonical(told) == ("\n".join(lines) + "\n").encode()


@given(st.binary())
def test_bytes_that_nobody_signed_are_refused(body: bytes) -> None:
    with pytest.raises(SignatureError):
        ask(body)


def test_the_certificate_of_the_samples_is_the_one_that_is_handed_out() -> None:
    assert sender.certificates() == {CERTIFICATE_URL: CERTIFICATE}
    assert datetime(2020, 1, 1, tzinfo=UTC) < NOW
