"""Mails, and SES's word that they came, made on the spot."""

from base64 import b64encode
from typing import Any

import orjson

from tests.shared.platforms.ses.sender import SECRETS


def mail(text: str = "Hola", **headers: str | None) -> bytes:
    """Return a mail; a header's name has underscores for hyphens, and `None` leaves it out."""
    usual: dict[str, str | None] = {
        "From": "Ana <ana@example.org>",
        "To": "ayuda@example.com",
        "Subject": "Mi pedido",
        "Message-ID": "<1@example.org>",
        "Content-Type": "text/plain; charset=utf-8",
    }
    usual |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in usual.items() if value is not None]
    return "\r\n".join((*lines, "", text)).encode("utf-8", "surrogateescape")


def received(raw: bytes, **receipt: Any) -> bytes:
    """Return SES's word that a mail came, as SNS brings it."""
    told = {
        "notificationType": "Received",
        "mail": {"timestamp": "2026-09-21T10:00:01.000Z", "source": "ana@example.org", "messageId": "ses-1"},
        "receipt": {
            "recipients": ["ayuda@example.com"],
            "dmarcVerdict": {"status": "PASS"},
            "action": {"type": "SNS", "encoding": "BASE64"},
            **receipt,
        },
        "content": b64encode(raw).decode(),
    }
    return enveloped(orjson.dumps(told).decode())


def enveloped(text: str) -> bytes:
    """Return a message of SNS's that nobody has signed."""
    told = {"Type": "Notification", "TopicArn": SECRETS[0], "MessageId": "1", "Message": text}
    return orjson.dumps(told | {"Timestamp": "2026-09-21T10:00:02.000Z"})
