"""Whether Meta has a reply whose answer was lost: the same words, said by the account since, in the same place.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
https://developers.facebook.com/docs/graph-api/reference/object/comments
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment/replies
"""

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shared.platforms.meta import graph
from shared.platforms.meta.history import instant
from shared.platforms.meta.replies import requests
from shared.ports import Answer, Asking, Presence, Thing
from shared.replying import NotThere, Reply, Sent, Unknown

_CLOCKS_DIFFER = timedelta(minutes=1)
_NEWEST = 20
"""Of a conversation on Instagram no more can be read."""

type _Found = Asking[Sent | NotThere | Unknown]
type _Look = Callable[[Reply, Presence, Thing, datetime, Collection[str]], _Found]


class _Said(NamedTuple):
    id: str
    at: datetime
    text: str
    by: str | None


def look(reply: Reply, presence: Presence, since: datetime, others: Collection[str] = ()) -> _Found:
    """Look where the channel lets anybody look; of a private answer and on WhatsApp that is nowhere. `others` are ids
    of which it is known that they are not the reply's."""
    place = reply.place
    way = None if reply.draft.privately or requests.is_mention(place) else _WAYS.get(place.channel)
    if way is None:
        yield from ()
        return _NOWHERE.get("private" if reply.draft.privately else place.channel, _NO_LIST)
    return (yield from way(reply, presence, requests.thing_of(presence, place), since - _CLOCKS_DIFFER, others))


_NO_LIST = Unknown(sentence="Meta has no list of it that could be read: look into Business Suite", for_good=True)
_NOWHERE: Mapping[str, Unknown] = {
    "private": Unknown(
        sentence="Meta has no list of private answers, but takes only one for each message: where it was taken, "
        "sending it again is refused (10900)",
        for_good=True,
    ),
    "whatsapp": Unknown(
        sentence="WhatsApp has no history to read: if it was sent, a status with our id comes", for_good=True
    ),
}


def _in_conversation(
    reply: Reply, presence: Presence, thing: Thing, since: datetime, others: Collection[str]
) -> _Found:
    address = requests.address(reply.place)
    if address is None or "id" not in address:
        return _NO_LIST
    answer = yield graph.get(
        presence,
        thing,
        f"{graph.node(thing)}/conversations",
        platform="messenger" if thing.kind == "page" else "instagram",
        user_id=address["id"],
        fields=f"messages.limit({_NEWEST}){{id,created_time,from,message}}",
    )
    talks = _members(answer.json())
    if answer.status != 200 or not talks:
        return _unshown(answer)
    messages = [message for talk in talks for message in _members(talk.get("messages"))]
    said = [
        _Said(str(each.get("id")), at, str(each.get("message", "")), _by(each))
        for each in messages
        if (at := instant(each.get("created_time")))
    ]
    return _among(said, reply, _ours(thing), since, others, whole=len(messages) < _NEWEST)


def _below_comment(reply: Reply, presence: Presence, thing: Thing, since: datetime, others: Collection[str]) -> _Found:
    answer = yield graph.get(
        presence,
        thing,
        f"{reply.place.reply_to}/comments",
        fields="id,message,from,created_time",
        order="reverse_chronological",
        limit=str(_NEWEST),
    )
    return _listed(answer, "message", "created_time", reply, thing, since, others)


def _below_top_comment(
    reply: Reply, presence: Presence, thing: Thing, since: datetime, others: Collection[str]
) -> _Found:
    # What answers an answer, Instagram puts below the comment that both belong to, and does not say which it answers.
    person = reply.place.identity.rsplit(":", 1)[-1]
    answer = yield graph.get(presence, thing, str(reply.place.reply_to), fields="parent_id")
    if answer.status != 200:
        return _unshown(answer)
    top = answer.json().get("parent_id") or reply.place.reply_to
    answer = yield graph.get(presence, thing, f"{top}/replies", fields="id,text,timestamp,from")
    found = _listed(answer, "text", "timestamp", reply, thing, since, others)
    is_theirs_alone = top == reply.place.reply_to and _are_of(_members(answer.json()), {*_ours(thing), person})
    return found if not isinstance(found, Sent) or is_theirs_alone else _TO_SOMEBODY


def _listed(
    answer: Answer, text: str, at: str, reply: Reply, thing: Thing, since: datetime, others: Collection[str]
) -> Sent | NotThere | Unknown:
    listed = answer.json()
    if answer.status != 200 or not isinstance(listed.get("data"), list):
        return _unshown(answer)
    comments = _members(listed)
    said = [
        _Said(str(each.get("id")), made, str(each.get(text, "")), _by(each))
        for each in comments
        if (made := instant(each.get(at)))
    ]
    paging = listed.get("paging")
    whole = not (isinstance(paging, dict) and paging.get("next"))
    return _among(said, reply, _ours(thing), since, others, whole=whole)


def _among(
    said: list[_Said], reply: Reply, ours: set[str], since: datetime, others: Collection[str], *, whole: bool
) -> Sent | NotThere | Unknown:
    """Return whether one is the reply; `whole` is whether there is nothing older than these."""
    recent = (each for each in said if each.at >= since and each.id not in others)
    same = [each for each in recent if _words(each.text) == _words(reply.draft.text)]
    for each in same:
        if each.by in ours:
            return Sent(external_id=each.id)
    if any(each.by is None for each in same):
        return _BY_NOBODY
    if whole or any(each.at < since for each in said):
        return NotThere()
    return _MORE


_BY_NOBODY = Unknown(sentence="Meta does not say who has said it: look into Business Suite", for_good=True)
_MORE = Unknown(sentence="more has been said since than Meta shows: look into Business Suite", for_good=True)
_TO_SOMEBODY = Unknown(
    sentence="the account has said this below a comment under which several people write, and Meta does not say to "
    "whom: look into Business Suite",
    for_good=True,
)


def _are_of(said: Iterable[Mapping[str, Any]], people: Collection[str]) -> bool:
    return all(_by(each) in people for each in said)


def _ours(thing: Thing) -> set[str]:
    return {each for each in (thing.id, thing.through) if each}


def _words(text: str) -> list[str]:
    return unicodedata.normalize("NFC", text).split()


def _by(said: Mapping[str, Any]) -> str | None:
    author = said.get("from")
    return str(author["id"]) if isinstance(author, dict) and author.get("id") else None


def _members(edge: Any) -> list[Mapping[str, Any]]:
    found = edge.get("data") if isinstance(edge, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _unshown(answer: Answer) -> Unknown:
    return Unknown(sentence=f"Meta did not show what the account has said since: {graph.refusal(answer)}")


_WAYS: Mapping[str, _Look] = {
    "messenger": _in_conversation,
    "instagram_dm": _in_conversation,
    "facebook_comment": _below_comment,
    "facebook_review": _below_comment,
    "instagram_comment": _below_top_comment,
}
