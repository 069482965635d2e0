"""A number answers a text message with a text message, and on WhatsApp with WhatsApp
(https://www.twilio.com/docs/messaging/api/message-resource).

Twilio gives nothing of ours back but the URL that we tell it to call: it carries our own id, and is signed with the
rest. What became of a message whose answer was lost, its list of messages tells.
"""

import re
from base64 import b64encode
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson

from shared.lengths import UTF16
from shared.permitted import check_by_rules, no_way_to_say, refused
from shared.platforms.twilio import WINDOWS, people, refusals
from shared.platforms.twilio.messages import OUR_ID
from shared.platforms.twilio.segments import segments
from shared.ports import Answer, Asking, Call, Presence
from shared.replying import (
    Draft,
    Later,
    NotThere,
    Place,
    Rate,
    Refusal,
    Refused,
    Reply,
    ReplyPort,
    Rules,
    Sent,
    Unknown,
)

HOST = "api.twilio.com"
LONGEST = 1600
"""Of what, Twilio does not say; a text message is sent in UTF-16 as soon as it is not in the GSM alphabet."""

_SECOND = timedelta(seconds=1)
_WORST = "á" * LONGEST

RULES: Mapping[str, Rules] = {
    "sms": Rules(
        longest=LONGEST,
        unit=UTF16,
        # What a long code sends, in parts; Twilio queues the rest
        # (https://help.twilio.com/articles/115002943027-Understanding-Twilio-Rate-Limits-and-Message-Queues).
        rates=(Rate(1, _SECOND),),
        echoes=True,
        echo_has_id=True,
        cost="Twilio bills each part of a text message: 160 characters, or 153 of several; 70 or 67 as soon as one is "
        f"no letter of the GSM alphabet, such as á, í, ó, ú or an emoji: up to {segments(_WORST)} parts",
    ),
    "twilio_whatsapp": Rules(
        longest=LONGEST,
        unit=UTF16,
        window=WINDOWS["twilio_whatsapp"],
        templates=True,
        rates=(Rate(80, _SECOND),),
        echoes=True,
        echo_has_id=True,
        cost="Twilio bills each message, and WhatsApp templates besides, by their kind and the customer's country",
    ),
}
"""A telephone call is answered by none of these: `phone` has no rules."""

_MEDIA = {"sms": ("", "sms"), "twilio_whatsapp": ("whatsapp:", "whatsapp")}
"""What stands before an address, and the namespace of identities, as `normalise` has them."""

_SHORT_CODE = re.compile("[0-9]{3,8}")
_CONTENT = re.compile("HX[0-9a-fA-F]{32}")
_ACCOUNT = re.compile("AC[0-9a-fA-F]{32}")
_NUMBER = re.compile("[A-Za-z0-9]{2,64}")
_PAGE = 1000
_CLOCKS_DIFFER = timedelta(minutes=1)
_ON_TRIAL = "Sent from your Twilio trial account - "


class _Ends(NamedTuple):
    ours: str
    theirs: str


def _ends(place: Place) -> _Ends | None:
    """Return from where to where Twilio sends; none where one of both is no address of its own."""
    prefix, namespace = _MEDIA[place.channel]
    person = place.identity.removeprefix(f"{namespace}:{place.account}:")
    reachable = people.is_number(person) or (
        _SHORT_CODE.fullmatch(person) if place.channel == "sms" else people.is_user_id(person)
    )
    speaks = people.is_number(place.account) or (place.channel == "sms" and _SHORT_CODE.fullmatch(place.account))
    if not reachable or not speaks or person == place.account or place.thread != "direct":
        return None
    return _Ends(f"{prefix}{place.account}", f"{prefix}{person}")


def check(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why Twilio would not take it, or none. Who wrote STOP, it knows alone."""
    return _unreachable(place) or check_by_rules(RULES.get(place.channel), draft, place, now)


def _unreachable(place: Place) -> Refusal | None:
    if place.channel == "phone":
        return _CALL
    return _NOT_REACHABLE if place.channel in RULES and _ends(place) is None else None


_CALL = Refusal(
    code="not_reachable",
    sentence="a call is answered by calling back: do so, and say here what was agreed; or write to the customer where "
    "else they are known",
)
_NOT_REACHABLE = Refusal(
    code="not_reachable",
    sentence="this is no number that Twilio sends to, or it is the company's own: write to the customer where else "
    "they are known",
)


def send(reply: Reply, presence: Presence, now: datetime | None = None) -> Asking[Sent | Refused | Later | Unknown]:  # noqa: ARG001
    """Say it, in one call, with the account's auth token or an API key of it."""
    place, draft = reply.place, reply.draft
    if unreachable := _unreachable(place):
        return refused(unreachable)
    if no_way := no_way_to_say(RULES.get(place.channel), draft, place):
        return no_way
    if draft.template and not _CONTENT.fullmatch(draft.template.name):
        return refusals.refused(21655)
    key, ends = _key(presence), _ends(place)
    if key is None:
        return refusals.refused(20003)
    assert ends is not None, "it was looked at"
    said = {"To": ends.theirs, "From": ends.ours, **_content(draft), **_callback(reply, presence)}
    headers = {"authorization": key.basic, "content-type": "application/x-www-form-urlencoded"}
    answer = yield Call("POST", key.url, headers, urlencode(said).encode())
    return _sent(answer) or refusals.failed(answer)


class _Key(NamedTuple):
    url: str
    basic: str


def _key(presence: Presence) -> _Key | None:
    """Return where an account's messages are and what lets in there; none for a token in another form."""
    account, *secret = presence.token.split(":")
    user = secret[:-1] or [account]
    if not _ACCOUNT.fullmatch(account) or len(secret) not in (1, 2) or not all(secret):
        return None
    basic = b64encode(f"{user[0]}:{secret[-1]}".encode()).decode()
    return _Key(f"https://{HOST}/2010-04-01/Accounts/{account}/Messages.json", f"Basic {basic}")


def _content(draft: Draft) -> dict[str, str]:
    template = draft.template
    if template is None:
        return {"Body": draft.text}
    # https://www.twilio.com/docs/content/send-templates-created-with-the-content-template-builder
    filled = {str(number): text for number, text in enumerate(template.parameters, start=1)}
    variables = {"ContentVariables": orjson.dumps(filled).decode()} if filled else {}
    return {"ContentSid": template.name, **variables}


def _callback(reply: Reply, presence: Presence) -> dict[str, str]:
    """Return where Twilio tells what became of it; it is left to the number's own settings where we do not know it."""
    if not presence.door.startswith("https://"):
        return {}
    return {"StatusCallback": f"{presence.door}{presence.path}?{urlencode({OUR_ID: reply.id})}"}


def _sent(answer: Answer) -> Sent | Refused | None:
    said = answer.json()
    number, code = said.get("sid"), said.get("error_code")
    if answer.status not in (200, 201) or not isinstance(number, str) or not _NUMBER.fullmatch(number):
        return None
    if said.get("status") in ("failed", "undelivered") and isinstance(code, int):
        return refusals.refused(code)
    return Sent(external_id=number, at=_instant(said.get("date_created")))


def _instant(said: Any) -> datetime | None:
    try:
        found = parsedate_to_datetime(said) if isinstance(said, str) else None
        return found.astimezone(UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def find(
    reply: Reply,
    presence: Presence,
    since: datetime,
    now: datetime | None = None,  # noqa: ARG001 - Twilio's calls are not dated
    others: Collection[str] = (),
) -> Asking[Sent | NotThere | Unknown]:
    """Find out whether a reply is among what the number has sent to the customer since.

    By `DateSent` the list would leave out what is still queued.
    """
    key, ends = _key(presence), _ends(reply.place) if reply.place.channel in RULES else None
    if key is None or ends is None:
        yield from ()
        return _UNSHOWN
    asked = urlencode({"To": ends.theirs, "From": ends.ours, "PageSize": _PAGE})
    answer = yield Call("GET", f"{key.url}?{asked}", {"authorization": key.basic})
    listed = answer.json().get("messages")
    if answer.status != 200 or not isinstance(listed, list):
        return _UNSHOWN
    since -= _CLOCKS_DIFFER
    ours = [
        each
        for each in listed
        if isinstance(each, dict) and str(each.get("sid")) not in others and _is_since(each, since)
    ]
    for each in ours:
        number = each.get("sid")
        if _reads_as(each, reply.draft) and isinstance(number, str) and _NUMBER.fullmatch(number):
            return Sent(external_id=number, at=_instant(each.get("date_created")))
    if (reply.draft.template and ours) or answer.json().get("next_page_uri"):
        return _AMONG_MANY
    return NotThere()


def _is_since(message: Mapping[str, Any], since: datetime) -> bool:
    """Whether a message is one of ours since; one without an instant may be."""
    at = _instant(message.get("date_created"))
    return str(message.get("direction", "outbound")).startswith("outbound") and (at is None or at >= since)


def _reads_as(message: Mapping[str, Any], draft: Draft) -> bool:
    """Whether a message has the words of a draft. Twilio may have put plainer signs in the place of some, so that it is
    sent in fewer parts (https://www.twilio.com/docs/messaging/services#smart-encoding), and letters alone count."""
    body = str(message.get("body", "")).removeprefix(_ON_TRIAL)
    letters = _letters(draft.text)
    return draft.template is None and (_letters(body) == letters if letters else body.split() == draft.text.split())


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


_UNSHOWN = Unknown(sentence="Twilio did not show what was sent: look into its Messaging logs")
_AMONG_MANY = Unknown(sentence="Twilio has sent several since, and does not tell which this is: look into its logs")


PORT = ReplyPort(frozenset({HOST}), RULES, check, send, find, things=("number",))
