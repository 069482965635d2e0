"""SES's API as far as sending a mail as it is goes
(https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html).

Everybody is written to, as outside the sandbox; a mailbox counts as verified once somebody is known to have written to
it. Of signatures the form is looked at: which account, region, service and headers they say that they are for.
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any, NamedTuple

from infra.local.standin.state import Arrived, Limit, Person, Request, Response, State
from shared.calling import ERROR_NAME
from shared.platforms.ses.regions import HOSTS as HOSTS
from shared.platforms.ses.regions import message_id
from shared.replying import Place

_PATH = "/v2/email/outbound-emails"
_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[A-Za-z0-9_]{3,128}/(?P<day>\d{8})/(?P<region>[a-z0-9-]+)/ses/aws4_request, "
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), Signature=[0-9a-f]{64}"
)
_WORD = re.compile("[A-Za-z0-9_-]{1,256}")
_MOST_BYTES = 40 * 1024 * 1024
_LONGEST_LINE = 998
_ONCE = ("From", "To", "Subject", "In-Reply-To", "References", "Auto-Submitted", "Content-Type", "MIME-Version")
"""Some of the headers that SES takes no more than once: https://docs.aws.amazon.com/ses/latest/dg/header-fields.html"""


class _Wanted(NamedTuple):
    """What a request asks for."""

    mail: EmailMessage
    sender: str
    to: str
    tags: Mapping[str, str]


def know(state: State, place: Place, now: datetime) -> None:  # noqa: ARG001
    """Learn of a mailbox, by who wrote to it and when."""
    state.spoke[_person(place)] = place.last_inbound_at


def block(state: State, place: Place) -> None:
    """Put the customer's address on the suppression list: mail to it is taken, and goes nowhere
    (https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html)."""
    state.blocked.add(_person(place))


def _person(place: Place) -> Person:
    return Person("email", place.account, place.identity.removeprefix(f"email:{place.account}:"))


def answer(state: State, request: Request, now: datetime) -> Response:
    """Answer as SES does."""
    region = request.host.split(".")[1]
    if wrong := _unsigned(request, region):
        return wrong
    if (request.method, request.path) != ("POST", _PATH):
        return _error(404, "UnknownOperationException", "")
    wanted = _wanted(request.json())
    if isinstance(wanted, str):
        return _error(400, "BadRequestException", wanted)
    if not any(person.account == wanted.sender for person in state.spoke):
        words = "Email address is not verified. The following identities failed the check in region"
        return _error(400, "MessageRejected", f"{words} {region.upper()}: {wanted.sender}")
    if state.wait(now, {f"ses {region}": Limit(14, timedelta(seconds=1))}):
        return limited(1, now)
    number = f"0102018f{state.number():08x}-standin-000000"
    if Person("email", wanted.sender, wanted.to) not in state.blocked:
        state.arrived.append(_arrived(wanted, message_id(number, region), now))
    return Response(200, {"MessageId": number})


def limited(seconds: int, now: datetime) -> Response:  # noqa: ARG001 - every platform's is asked alike
    return _error(429, "TooManyRequestsException", "Maximum sending rate exceeded.")


def _unsigned(request: Request, region: str) -> Response | None:
    """Return what AWS says to a request that is not signed, or for somewhere else."""
    authorization = request.headers.get("authorization")
    if authorization is None:
        return _error(403, "MissingAuthenticationTokenException", "Missing Authentication Token")
    found, at = _SIGNED.fullmatch(authorization), request.headers.get("x-amz-date", "")
    if found is None:
        return _error(403, "IncompleteSignatureException", "Authorization header requires all its parts.")
    if found["region"] != region:
        return _error(403, "InvalidSignatureException", f"Credential should be scoped to a valid region, not {region}.")
    if not {"host", "x-amz-date"} <= set(found["headers"].split(";")) or not at.startswith(found["day"]):
        return _error(403, "InvalidSignatureException", "The signed headers lack the host or the date.")
    return None


def _wanted(said: Mapping[str, Any]) -> _Wanted | str:
    """Return what is asked for, or what is wrong with it."""
    try:
        data = str(said["Content"]["Raw"]["Data"])
        raw = b64decode(data, validate=True)
        (to,) = said["Destination"]["ToAddresses"]
        sender = str(said["FromEmailAddress"])
        tags = {str(tag["Name"]): str(tag["Value"]) for tag in said.get("EmailTags", [])}
    except (KeyError, TypeError, ValueError) as error:
        return f"1 validation error detected: {type(error).__name__}"
    if len(data) > _MOST_BYTES:
        return "Message length is more than 41943040 bytes long"
    if any(not _WORD.fullmatch(word) for word in (*tags, *tags.values(), said.get("ConfigurationSetName", "none"))):
        return "Invalid tag or configuration set: only alphanumeric ASCII characters, '_', and '-' are allowed."
    mail = message_from_bytes(raw, policy=SMTP)
    if wrong := _unreadable(mail, raw):
        return wrong
    if parseaddr(str(mail["From"]))[1] != sender:
        return "The From header is not the sender."
    return _Wanted(mail, sender, str(to), tags)


def _unreadable(mail: EmailMessage, raw: bytes) -> str | None:
    if mail.defects or mail["From"] is None or mail["Subject"] is None:
        return "Missing required header 'From', or a mail that cannot be parsed."
    if any(len(mail.get_all(name, [])) > 1 for name in _ONCE):
        return "Duplicate header."
    if not raw.isascii() or any(len(line) > _LONGEST_LINE for line in raw.split(b"\r\n")):
        return "A line is too long, or not of seven bits."
    return None


def _arrived(wanted: _Wanted, external_id: str, now: datetime) -> Arrived:
    mail = wanted.mail
    text = str(mail.get_content()).replace("\r\n", "\n").removesuffix("\n")
    return Arrived(
        platform="ses",
        channel="email",
        account=wanted.sender,
        to=wanted.to,
        external_id=external_id,
        at=now,
        text=text,
        reply_to=mail["In-Reply-To"] and str(mail["In-Reply-To"]),
        reply_id=wanted.tags.get("reply_id"),
        title=str(mail["Subject"]),
    )


def _error(status: int, name: str, message: str) -> Response:
    return Response(status, {"message": message}, {ERROR_NAME: name})
