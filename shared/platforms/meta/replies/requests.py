"""How a reply is put to the Graph API, and where in its answer the id of what was made stands.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/send-message
https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
https://developers.facebook.com/docs/graph-api/reference/object/comments
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment/replies
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson

from shared.platforms.meta import graph
from shared.platforms.meta.reading import author_of
from shared.platforms.meta.whatsapp.people import USER_ID
from shared.ports import Call, Presence, Thing
from shared.replying import Place, Reply, Sent

DAY = timedelta(hours=24)
"""After the customer's last word nothing but what a person wrote is let through, under a tag, and only of apps with the
right to it (https://developers.facebook.com/documentation/business-messaging/messenger-platform/policy)."""

HUMAN_AGENT = "human_agent"
"""The right to that tag: the feature *Human Agent*, which Meta grants an app after a review
(https://developers.facebook.com/docs/features-reference/human-agent)."""

_KINDS = {
    "messenger": "page",
    "facebook_comment": "page",
    "facebook_review": "page",
    "instagram_dm": "instagram",
    "instagram_comment": "instagram",
    "whatsapp": "whatsapp",
}
_NAMESPACES = {
    "messenger": "messenger",
    "facebook_comment": "messenger",
    "instagram_dm": "instagram",
    "instagram_comment": "instagram",
    "whatsapp": "whatsapp",
}
"""How the identities begin that a private message to somebody on a channel goes to, as `normalise` makes them."""

_GUEST = "user_ref-"
_NUMBER = re.compile("[0-9]{5,20}")
_USER_ID = re.compile(USER_ID)

type _Said = Mapping[str, Any]


class Saying(NamedTuple):
    """One request: its path, what it holds, and what of its answer tells that it was done."""

    path: str
    said: _Said
    sent: Callable[[_Said], Sent | None]


def saying(reply: Reply, thing: Thing, now: datetime) -> Saying | None:
    """Return the request for a reply; none where there is no address that could be written to."""
    if reply.draft.privately:
        return _privately(reply, thing)
    put = _PUT.get(reply.place.channel)
    return put(reply, thing, now) if put else None


def thing_of(presence: Presence, place: Place) -> Thing:
    """Return the company's side of a place. An Instagram account that the playbook does not list is reached through the
    Page that the token is of."""
    listed = (thing for thing in presence.things if thing.id == place.account)
    kind = _KINDS[place.channel]
    return next(listed, Thing(kind, place.account, through="me" if kind == "instagram" else None))


def call(presence: Presence, thing: Thing, path: str, said: _Said) -> Call:
    """Return the request as a call, with the token of the thing."""
    headers = {"authorization": f"Bearer {presence.token_of(thing.id)}", "content-type": "application/json"}
    return Call("POST", f"https://{graph.host(thing)}/{graph.VERSION}/{quote(path)}", headers, orjson.dumps(said))


def _person(place: Place) -> str | None:
    """Return the id by which a person is written to in private; none where the company itself is meant."""
    found = place.identity.removeprefix(f"{_NAMESPACES.get(place.channel, '')}:{place.account}:")
    return found if found and ":" not in found and found != place.account else None


def address(place: Place) -> Mapping[str, Any] | None:
    """Return to whom a private message goes, in the words of the channel; none where that is nobody."""
    if place.channel == "whatsapp":
        return _to(place)
    whom = _person(place)
    if whom is None:
        return None
    return {"user_ref": whom.removeprefix(_GUEST)} if whom.startswith(_GUEST) else {"id": whom}


def is_mention(place: Place) -> bool:
    """Whether something on another's Instagram page is answered, of which Meta names no author."""
    return place.channel == "instagram_comment" and place.identity.endswith(f":{author_of(place.reply_to or '')}")


def _message(reply: Reply) -> _Said:
    # Messenger gives it back with the echo; Instagram has no such field.
    ours = {"metadata": reply.id} if _NAMESPACES[reply.place.channel] == "messenger" else {}
    return {"text": reply.draft.text} | ours


def _direct(reply: Reply, thing: Thing, now: datetime) -> Saying | None:
    recipient = address(reply.place)
    if recipient is None:
        return None
    last, may_tag = reply.place.last_inbound_at, HUMAN_AGENT in reply.place.rights
    tagged = may_tag and reply.draft.by_a_person and last is not None and now >= last + DAY
    how = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"} if tagged else {"messaging_type": "RESPONSE"}
    return Saying(f"{graph.node(thing)}/messages", {"recipient": recipient, **how, "message": _message(reply)}, _mid)


def _privately(reply: Reply, thing: Thing) -> Saying | None:
    """One message to the author of a comment, or of a post on the Page, who need not have written in private before
    (https://developers.facebook.com/documentation/business-messaging/messenger-platform/discovery/private-replies)."""
    place = reply.place
    if place.channel not in ("facebook_comment", "instagram_comment") or is_mention(place):
        return None
    what = "post_id" if place.channel == "facebook_comment" and place.reply_to == place.thread else "comment_id"
    namespace = _NAMESPACES[place.channel]

    def sent(said: _Said) -> Sent | None:
        whom = said.get("recipient_id")
        identity = f"{namespace}:{place.account}:{whom}" if whom else None
        return Sent(external_id=str(said["message_id"]), identity=identity) if said.get("message_id") else None

    return Saying(
        f"{graph.node(thing)}/messages", {"recipient": {what: place.reply_to}, "message": _message(reply)}, sent
    )


def _below_page(reply: Reply, thing: Thing, now: datetime) -> Saying:  # noqa: ARG001
    return Saying(f"{reply.place.reply_to}/comments", {"message": reply.draft.text}, _id)


def _below_media(reply: Reply, thing: Thing, now: datetime) -> Saying:  # noqa: ARG001
    place = reply.place
    if not is_mention(place):
        return Saying(f"{place.reply_to}/replies", {"message": reply.draft.text}, _id)
    # https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/mentions
    comment = {} if place.reply_to == place.thread else {"comment_id": place.reply_to}
    said = {"media_id": place.thread, **comment, "message": reply.draft.text}
    return Saying(f"{place.account}/mentions", said, _id)


def _whatsapp(reply: Reply, thing: Thing, now: datetime) -> Saying | None:  # noqa: ARG001
    to = address(reply.place)
    if to is None:
        return None
    said = {"messaging_product": "whatsapp", **to, **_content(reply), "biz_opaque_callback_data": reply.id}
    return Saying(f"{thing.id}/messages", said, _wamid)


def _to(place: Place) -> dict[str, str] | None:
    """Return whom WhatsApp is to write to: a group, a number, or who has no number for us
    (https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids)."""
    if place.thread != "direct":
        return {"recipient_type": "group", "to": place.thread}
    whom = _person(place) or ""
    if _NUMBER.fullmatch(whom):
        return {"recipient_type": "individual", "to": whom}
    return {"recipient_type": "individual", "recipient": whom} if _USER_ID.fullmatch(whom) else None


def _content(reply: Reply) -> dict[str, Any]:
    template = reply.draft.template
    if template is None:
        answered = reply.place.reply_to or ""
        context = {"context": {"message_id": answered}} if answered.startswith("wamid.") else {}
        return {"type": "text", "text": {"body": reply.draft.text}, **context}
    body = {"type": "body", "parameters": [{"type": "text", "text": text} for text in template.parameters]}
    filled = {"components": [body]} if template.parameters else {}
    return {
        "type": "template",
        "template": {"name": template.name, "language": {"code": template.language}, **filled},
    }


_PUT: Mapping[str, Callable[[Reply, Thing, datetime], Saying | None]] = {
    "messenger": _direct,
    "instagram_dm": _direct,
    "facebook_comment": _below_page,
    "facebook_review": _below_page,
    "instagram_comment": _below_media,
    "whatsapp": _whatsapp,
}


def _mid(said: _Said) -> Sent | None:
    return Sent(external_id=str(said["message_id"])) if said.get("message_id") else None


def _id(said: _Said) -> Sent | None:
    return Sent(external_id=str(said["id"])) if said.get("id") else None


def _wamid(said: _Said) -> Sent | None:
    match said.get("messages"):
        case [{"id": str(number)}, *_] if number:
            return Sent(external_id=number)
        case _:
            return None
