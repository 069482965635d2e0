"""Meta's Send API, for Messenger and Instagram (https://developers.facebook.com/docs/messenger-platform/reference/send-api)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from infra.local.standin.platforms.meta import graph
from infra.local.standin.state import Arrived, Limit, Person, Public, Response, State
from shared.lengths import is_blank

_DAY, _WEEK = timedelta(hours=24), timedelta(days=7)
_CHANNEL_OF = {"facebook_comment": "messenger", "instagram_comment": "instagram_dm"}
_OUTSIDE = {"messenger": 2018278, "instagram_dm": 2534022}

PRIVATE = "7"
"""A person's id in Messenger begins with it: it is another one than in comments."""


def send(state: State, node: str, said: Mapping[str, Any], now: datetime) -> Response:
    """Take a message to a person, or to the author of something public."""
    match said.get("recipient"):
        case {"comment_id": str(what)} | {"post_id": str(what)}:
            return _privately(state, node, what, said, now)
        case {"id": str(whom)}:
            return _directly(state, node, whom, said, now)
        case {"user_ref": str(ref)}:
            return _directly(state, node, f"user_ref-{ref}", said, now)
        case _:
            return graph.invalid("recipient")


def _directly(state: State, node: str, whom: str, said: Mapping[str, Any], now: datetime) -> Response:
    person = next((each for each in state.spoke if each.id == whom and each.channel in _OUTSIDE), None)
    if person is None:
        return graph.error(100, "No matching user found", subcode=2018001)
    if person in state.blocked:
        return graph.error(551, "This person isn't available right now.", subcode=1545041)
    if wrong := _unfit(person.channel, said):
        return wrong
    match said.get("messaging_type"), said.get("tag"):
        case "RESPONSE", None:
            lasts = _DAY
        case "MESSAGE_TAG", "HUMAN_AGENT":
            if (person.account, "human_agent") not in state.rights:
                return graph.error(10, "Application does not have permission for this action")
            lasts = _WEEK
        case _:
            # https://developers.facebook.com/documentation/business-messaging/messenger-platform/policy
            return graph.invalid("messaging_type or tag")
    last = state.spoke[person]
    if last is None or now >= last + lasts:
        outside = "This message is sent outside of allowed window."
        return graph.error(10, outside, subcode=_OUTSIDE[person.channel])
    if seconds := state.wait(now, {f"messages {node}": Limit(300, timedelta(seconds=1))}):
        return graph.limited(seconds, now)
    number = _taken(state, person, said, now)
    known = {} if whom.startswith("user_ref-") else {"recipient_id": whom}
    return Response(200, known | {"message_id": number})


def _privately(state: State, node: str, what: str, said: Mapping[str, Any], now: datetime) -> Response:
    """https://developers.facebook.com/documentation/business-messaging/messenger-platform/discovery/private-replies"""
    public = state.public.get(what)
    if public is None:
        return graph.gone(what)
    channel = _CHANNEL_OF.get(public.channel)
    if channel is None or now >= public.at + _WEEK:
        return graph.error(10903, "This user can't reply to this activity")
    if public.answered_privately:
        return graph.error(10900, "Activity already replied to")
    if wrong := _unfit(channel, said):
        return wrong
    if seconds := state.wait(now, {f"private {node}": Limit(750, timedelta(hours=1))}):
        return graph.limited(seconds, now)
    public.answered_privately = True
    person = _author(public, channel)
    state.spoke.setdefault(person, None)  # it opens no window
    number = _taken(state, person, said, now, what)
    return Response(200, {"recipient_id": person.id, "message_id": number})


def _author(public: Public, channel: str) -> Person:
    number = public.author if channel == "instagram_dm" else f"{PRIVATE}{public.author}"
    return Person(channel, public.account, number)


def _unfit(channel: str, said: Mapping[str, Any]) -> Response | None:
    message = said.get("message")
    text = message.get("text") if isinstance(message, dict) else None
    if not isinstance(text, str) or is_blank(text):
        return graph.invalid("message[text] must be a non-empty UTF-8 encoded string")
    too_long = len(text) > 2000 if channel == "messenger" else len(text.encode()) > 1000
    return graph.invalid("message[text] is too long") if too_long else None


def _taken(state: State, person: Person, said: Mapping[str, Any], now: datetime, what: str | None = None) -> str:
    message = said["message"]
    number = f"m_standin{state.number()}"
    state.arrived.append(
        Arrived(
            platform="meta",
            channel=person.channel,
            account=person.account,
            to=person.id,
            external_id=number,
            at=now,
            text=message["text"],
            reply_to=what,
            reply_id=message.get("metadata"),
            tag=said.get("tag"),
        )
    )
    return number
