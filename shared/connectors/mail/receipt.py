"""What SES says of a mail that it received for us (https://docs.aws.amazon.com/ses/latest/dg/
receiving-email-notifications-contents.html), as it comes through a topic to our queue."""

from typing import Any, NamedTuple

import orjson


class Receipt(NamedTuple):
    """`recipients` are those of the envelope, and `name` is the object that has the mail in our bucket.

    `proven` is whether the sender's own domain stands for the From header (DMARC); `harmful` whether SES took it for
    spam, or found a virus.
    """

    recipients: tuple[str, ...]
    bucket: str
    name: str
    proven: bool
    harmful: bool


def read(message: str) -> Receipt | None:
    """Return what a message of the queue says was received, or none where it tells of something else.

    Raises `ValueError` or `LookupError` for what SES does not send.
    """
    said: Any = orjson.loads(orjson.loads(message)["Message"])
    if said.get("notificationType") != "Received":
        return None
    receipt = said["receipt"]
    action = receipt["action"]
    return Receipt(
        recipients=tuple(receipt["recipients"]),
        bucket=action["bucketName"],
        name=action["objectKey"],
        proven=_verdict(receipt, "dmarc") == "PASS",
        harmful="FAIL" in (_verdict(receipt, "spam"), _verdict(receipt, "virus")),
    )


def _verdict(receipt: Any, name: str) -> Any:
    return receipt.get(f"{name}Verdict", {}).get("status")
