"""Twilio's API as far as messages go (https://www.twilio.com/docs/messaging/api/message-resource).

A number of the company's is known once somebody is known to have written to it; the parts of a text are counted, and
Twilio's queue takes whatever is sent too fast.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import orjson

from infra.local.standin.echoes import Notice, notice
from infra.local.standin.state import Arrived, Limit, Person, Request, Response, State
from shared.lengths import UTF16, is_blank
from shared.platforms.twilio.messages import OUR_ID
from shared.platforms.twilio.segments import segments
from shared.replying import Place

HOSTS = frozenset({"api.twilio.com"})
ACCOUNT = f"AC{'0' * 31}1"
KEY = f"SK{'0' * 31}2"
TOKEN = f"{ACCOUNT}:standin"
"""The auth token of an account that there is not; `standin` is the secret of its API key as well."""
FILES = {"api.twilio.com": re.compile(r"/2010-04-01/Accounts/[^/]+/(Messages/[^/]+/Media|Recordings)/[^/]+")}

_LETS_IN = tuple(f"Basic {b64encode(f'{user}:standin'.encode()).decode()}" for user in (ACCOUNT, KEY))
_PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
_DAY = timedelta(hours=24)
_TO = {
    "sms": re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}"),
    "twilio_whatsapp": re.compile(r"\+[1-9][0-9]{6,14}|[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}"),
}


def know(state: State, place: Place, now: datetime) -> None:  # noqa: ARG001
    """Learn of a number, by who wrote to it and when."""
    state.spoke[_person(place)] = place.last_inbound_at


def block(state: State, place: Place) -> None:
    """Have the customer write STOP."""
    state.blocked.add(_person(place))


def _person(place: Place) -> Person:
    return Person(place.channel, place.account, place.identity.rsplit(":", 1)[-1])


def answer(state: State, request: Request, now: datetime) -> Response:
    """Answer as Twilio does."""
    if request.headers.get("authorization") not in _LETS_IN:
        return _error(401, 20003, "Authenticate")
    if request.path != _PATH:
        return _error(404, 20404, f"The requested resource {request.path} was not found")
    if request.method == "GET":
        return _list(state, request.query)
    return _send(state, dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True)), now)


def limited(seconds: int, now: datetime) -> Response:  # noqa: ARG001 - every platform's is asked alike
    return _error(429, 20429, "Too Many Requests")


def _send(state: State, said: Mapping[str, str], now: datetime) -> Response:
    channel, _, to = _address(said.get("To", ""))
    other, _, ours = _address(said.get("From", ""))
    person = Person(channel, ours, to)
    if not _TO[channel].fullmatch(to):
        return _error(400, 21211, f"Invalid 'To' Phone Number: {to[:3]}XXXX")
    if channel != other or not any((each.channel, each.account) == (channel, ours) for each in state.spoke):
        return _error(400, 63007 if channel == "twilio_whatsapp" else 21659, "'From' is not a Twilio sender")
    if to == ours:
        return _error(400, 21266, "'To' and 'From' number cannot be the same")
    if wrong := _unfit(state, said):
        return wrong
    if person in state.blocked:
        return _error(400, 21610, "Attempt to send to unsubscribed recipient")
    last = state.spoke.get(person)
    if channel == "twilio_whatsapp" and "ContentSid" not in said and (last is None or now >= last + _DAY):
        return _error(400, 63016, "Failed to send freeform message because you are outside the allowed window.")
    if state.wait(now, {"twilio": Limit(100, timedelta(seconds=1))}):
        return limited(1, now)
    callback = parse_qs(urlsplit(said.get("StatusCallback", "")).query)
    arrived = Arrived(
        platform="twilio",
        channel=channel,
        account=ours,
        to=to,
        external_id=f"SM{state.number():032x}",
        at=now,
        text=said.get("Body", ""),
        template=said.get("ContentSid"),
        reply_id=callback.get("reply", [None])[0],
    )
    state.arrived.append(arrived)
    return Response(201, _shown(arrived) | {"status": "queued", "date_sent": None})


def _unfit(state: State, said: Mapping[str, str]) -> Response | None:
    content = said.get("ContentSid")
    if content is None:
        body = said.get("Body", "")
        if is_blank(body):
            return _error(400, 21602, "Message body is required.")
        if UTF16.count(body) > 1600:
            return _error(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        return None
    filled: Mapping[str, Any] = orjson.loads(said.get("ContentVariables", "{}"))
    known = [many for (name, _), many in state.templates.items() if name == content]
    if not re.fullmatch("HX[0-9a-f]{32}", content) or (state.templates and not known):
        return _error(400, 21655, "The ContentSid is Invalid")
    if any(is_blank(text) for text in filled.values()) or (known and known[0] != len(filled)):
        return _error(400, 21656, "The ContentVariables Parameter is invalid")
    return None


def _list(state: State, asked: Mapping[str, str]) -> Response:
    channel, _, to = _address(asked.get("To", ""))
    _, _, ours = _address(asked.get("From", ""))
    found = [_shown(each) for each in state.of(channel, ours) if each.to == to]
    most = int(asked.get("PageSize", "50"))
    more = f"{_PATH}?Page=1&PageToken=standin" if len(found) > most else None
    return Response(200, {"messages": found[:most], "next_page_uri": more, "page_size": most})


def _address(text: str) -> tuple[str, str, str]:
    medium, colon, rest = text.partition(":")
    return ("twilio_whatsapp", colon, rest) if medium == "whatsapp" else ("sms", colon, text)


def _shown(arrived: Arrived) -> dict[str, Any]:
    prefix = "whatsapp:" if arrived.channel == "twilio_whatsapp" else ""
    at = format_datetime(arrived.at.replace(microsecond=0))
    return {
        "sid": arrived.external_id,
        "account_sid": ACCOUNT,
        "from": f"{prefix}{arrived.account}",
        "to": f"{prefix}{arrived.to}",
        "body": arrived.text,
        "num_segments": str(segments(arrived.text)),
        "direction": "outbound-api",
        "status": "sent",
        "error_code": None,
        "date_created": at,
        "date_sent": at,
    }


def _error(status: int, code: int, message: str) -> Response:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Response(status, {"code": code, "message": message, "more_info": more, "status": status})


def _callbacks(arrived: Arrived) -> Iterator[Notice]:
    """https://www.twilio.com/docs/messaging/guides/track-outbound-message-status"""
    chat = arrived.channel == "twilio_whatsapp"
    prefix = "whatsapp:" if chat else ""
    own = urlencode({OUR_ID: arrived.reply_id}) if arrived.reply_id else ""
    for status in ("sent", "delivered", *(["read"] if chat else [])):
        told = {
            "SmsSid": arrived.external_id,
            "SmsStatus": status,
            "MessageStatus": status,
            "To": f"{prefix}{arrived.to}",
            "MessageSid": arrived.external_id,
            "AccountSid": ACCOUNT,
            "From": f"{prefix}{arrived.account}",
            "ApiVersion": "2010-04-01",
        }
        yield notice(arrived, told, own)


ECHOES = {"sms": _callbacks, "twilio_whatsapp": _callbacks}
