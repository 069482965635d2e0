"""A mailbox answers a mail with a mail, through the API of Amazon SES
(https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html).

Whoever sends is let in by its own role. SES cannot be asked what it has sent; it tells with its events, and gives our
own id back in them, where a configuration set says so.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from shared.lengths import CHARACTERS
from shared.permitted import check_by_rules, refused
from shared.platforms.ses import composing
from shared.platforms.ses.regions import HOSTS, REGIONS, host, message_id
from shared.ports import Answer, Asking, Call, Presence
from shared.reasons import Reasons, told
from shared.replying import Draft, Later, Place, Rate, Refusal, Refused, Reply, ReplyPort, Rules, Sent, Unknown

CHANNEL = "email"
TAG = "reply_id"
"""The tag in which a mail has our own id, and which SES gives back with its events."""

RULES: Mapping[str, Rules] = {
    CHANNEL: Rules(
        # SES takes 40 MB (https://docs.aws.amazon.com/ses/latest/dg/quotas.html); this is what we keep of a reply in
        # one item of the table, whatever it is written with.
        longest=50_000,
        unit=CHARACTERS,
        # An answer without what it answers has neither a subject nor a thread, and the customer would not know it.
        answers=True,
        # SES documents the sandbox's rate alone, one a second, and fourteen is what it mostly begins with outside; it
        # counts for all that the AWS account sends in a region, and says itself when it is too much.
        rates=(Rate(10, timedelta(seconds=1)),),
        echoes=True,
        echo_has_id=True,
        cost="SES bills 0.10 USD for 1,000 mails",
    )
}

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_TAG_VALUE = re.compile("[A-Za-z0-9_-]{1,256}")
"""https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html"""
_NUMBER = re.compile("[A-Za-z0-9._-]{1,200}")


def check(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why it would not be sent, or none; by mail nothing is a matter of time."""
    rules = RULES.get(place.channel)
    if rules and _person(place) is None:
        return _NOT_REACHABLE
    return check_by_rules(rules, draft, place, now)


_NOT_REACHABLE = Refusal(
    code="not_reachable",
    sentence="this is no address that SES sends mail to, or it is the mailbox's own: write to the customer where else "
    "they are known",
)


def _person(place: Place) -> str | None:
    """Return the customer's address; none where nobody can be written to by that mailbox, or only itself."""
    found = place.identity.removeprefix(f"{CHANNEL}:{place.account}:")
    is_theirs = found.lower() != place.account.lower()
    return found if is_theirs and composing.is_address(found) and composing.is_address(place.account) else None


def send(reply: Reply, presence: Presence, now: datetime | None = None) -> Asking[Sent | Refused | Later | Unknown]:
    """Say it, in one call, in the region that is among the things of `presence`.

    SES itself would send an empty mail, and one of any length: what `check` refuses goes no further.
    """
    place = reply.place
    if refusal := check(reply.draft, place, now or _ANY_TIME):
        return refused(refusal)
    region = _thing(presence, "region")
    if region not in REGIONS:
        return Refused(code="no_region", sentence=_NO_REGION)
    answer = yield Call(
        "POST",
        f"https://{host(region)}/v2/email/outbound-emails",
        {"content-type": "application/json"},
        orjson.dumps(_request(reply, presence)),
        aws=("ses", region),
    )
    return _sent(answer, region) or _failed(answer, place)


_NO_REGION = (
    "SES is not in this region: name the one in which the mailbox's domain is verified, as one of the account's things "
    '({ kind = "region", id = "eu-west-1" }) in the playbook'
)


def _request(reply: Reply, presence: Presence) -> Mapping[str, Any]:
    place, to = reply.place, _person(reply.place)
    assert to is not None, "it was checked"
    mail = composing.compose(place, reply.draft, to=to, company=presence.company)
    named = _thing(presence, "configuration_set")
    tags = [{"Name": TAG, "Value": reply.id}] if _TAG_VALUE.fullmatch(reply.id) else []
    return {
        "FromEmailAddress": place.account,
        "Destination": {"ToAddresses": [to]},
        "Content": {"Raw": {"Data": b64encode(mail).decode()}},
        "EmailTags": tags,
        **({"ConfigurationSetName": named} if named else {}),
    }


def _thing(presence: Presence, kind: str) -> str:
    return next((thing.id for thing in presence.things if thing.kind == kind), "")


def _sent(answer: Answer, region: str) -> Sent | None:
    number = answer.json().get("MessageId")
    if answer.status != 200 or not isinstance(number, str) or not _NUMBER.fullmatch(number):
        return None
    return Sent(external_id=message_id(number, region))


def _failed(answer: Answer, place: Place) -> Refused | Later | Unknown:
    said = answer.json()
    name = _name(answer, said)
    words = str(said.get("message") or said.get("Message") or "")
    if not answer.refuses:
        return Unknown(
            sentence=f"SES did not say whether it has it (status {answer.status}): its events tell, where the mailbox "
            "has a configuration set; otherwise ask the customer"
        )
    if answer.status == 429 or name in _LATER:
        # For the day's quota up to ten minutes: https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html
        return Later(seconds=600 if re.search("daily", words, re.IGNORECASE) else None)
    listed = words.lower()  # the identities that are not verified
    if name == "MessageRejected" and (_person(place) or "").lower() in listed and place.account.lower() not in listed:
        return Refused(code=name, sentence=_SANDBOX)
    return Refused(code=name or str(answer.status), sentence=told(_REASONS, words, name, answer.status))


def _name(answer: Answer, said: Mapping[str, Any]) -> str:
    """Return AWS's name for an error, without what may stand around it
    (https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization)."""
    named = answer.error or str(said.get("__type") or said.get("code") or "")
    found = re.fullmatch(r"(?:[\w.]+#)?([A-Za-z]{1,60})(?::.*)?", named)
    return found[1] if found else ""


_LATER = frozenset(
    {
        *("TooManyRequestsException", "LimitExceededException", "SendingPausedException"),
        *("Throttling", "ThrottlingException", "RequestLimitExceeded"),
        *("ExpiredTokenException", "ExpiredToken", "RequestExpired"),  # of the role's credentials, which are renewed
    }
)


_SENDER = (
    "SES does not send for this mailbox: verify its address or its domain there, in the region that the playbook names"
)
_SANDBOX = (
    "SES still has the AWS account in its sandbox, where only verified addresses are written to: ask there for "
    "production access"
)
_REASONS: Reasons = (
    ("MessageRejected", r"not verified", _SENDER),
    ("MessageRejected", r"virus|malware", "SES found something harmful in the mail: write it anew"),
    ("MessageRejected", r"", "SES rejected the mail: look at the account's dashboard there, then send it again"),
    ("MailFromDomainNotVerifiedException", r"", _SENDER),
    ("AccountSuspendedException", r"", "SES has suspended the AWS account: ask AWS Support why, and answer elsewhere"),
    ("NotFoundException", r"",
     "SES has no configuration set of that name in this region: make it, or correct MailConfigurationSet"),
    ("BadRequestException", r"configuration set",
     "SES has no configuration set of that name in this region: make it, or correct MailConfigurationSet"),
    ("BadRequestException", r"address|domain", "SES does not accept an address of the mail: look at who wrote"),
    (403, r"signature|credential|security token|access key",
     "AWS does not accept the function's signature: look at its role, and at the machine's clock"),
    (403, r"",
     "the function's role may not send for this mailbox (ses:SendEmail and ses:SendRawEmail): set MailIdentity to the "
     "identity that is verified in SES, and MailConfigurationSet to the set that it names, and deploy"),
    (413, r"", "SES finds the mail too long: shorten the text"),
    (None, r"", "SES refused it: look up the error at "
     "https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors"),
)  # fmt: skip
"""What to do, by the error's name or the status, and the words that SES is known to use; the first that fits counts."""


PORT = ReplyPort(HOSTS, RULES, check, send, own_credentials=True, things=("mailbox", "region", "configuration_set"))
