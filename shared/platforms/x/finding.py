"""Whether X has a reply whose answer was lost: the account's own posts and messages since, compared with what was said.

X gives nothing of ours back, so what is looked for is the text, and for a post what it answers
(https://docs.x.com/x-api/posts/timelines/introduction, https://docs.x.com/x-api/direct-messages/lookup/introduction).
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from shared.platforms.x.authority import call
from shared.platforms.x.wire import snowflake_time
from shared.ports import Asking
from shared.replying import NotThere, Reply, Sent, Unknown

_CLOCKS_DIFFER = timedelta(minutes=1)
_MOST_PAGES = 5
_POSTS = {"max_results": "100", "tweet.fields": "created_at,referenced_tweets"}
_EVENTS = {
    "max_results": "100",
    "event_types": "MessageCreate",
    "dm_event.fields": "id,text,event_type,created_at,sender_id",
}

_ADDRESSED = re.compile(r"(?:@\w+\s+)+")
_INSTANT: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)

type _Found = Asking[Sent | NotThere | Unknown]


def among_posts(reply: Reply, token: str, since: datetime, now: datetime, others: Collection[str] = ()) -> _Found:
    """Look through the account's posts of the time for one that answers the same post with the same words."""
    query = _POSTS | {"start_time": f"{since - _CLOCKS_DIFFER:%Y-%m-%dT%H:%M:%SZ}"}
    path = f"/2/users/{reply.place.account}/tweets"
    for page in range(_MOST_PAGES):
        answer = yield call(token, f"{path}?{urlencode(query)}", now, seed=f"{reply.id}|{page}")
        if answer.status != 200 or not answer.json().keys() & {"data", "meta"}:
            return _unshown(answer.status)
        for post in _members(answer.json()):
            it_may_be = str(post["id"]) not in others and reply.place.reply_to in list(_answered(post))
            if it_may_be and _same(str(post.get("text", "")), reply.draft.text):
                return sent(str(post["id"]))
        if (further := _next(answer.json())) is None:
            return NotThere()
        query = query | {"pagination_token": further}
    return _TOO_MANY


def among_messages(
    reply: Reply, person: str, token: str, since: datetime, now: datetime, others: Collection[str] = ()
) -> _Found:
    """Look through the conversation with a person, the newest first, as far as the time goes back."""
    query = _EVENTS
    path = f"/2/dm_conversations/with/{person}/dm_events"
    for page in range(_MOST_PAGES):
        answer = yield call(token, f"{path}?{urlencode(query)}", now, seed=f"{reply.id}|{page}")
        if answer.status != 200 or not answer.json().keys() & {"data", "meta"}:
            return _unshown(answer.status)
        events = _members(answer.json())
        dated = ((event, _instant(event.get("created_at"))) for event in events)
        recent = [event for event, at in dated if at is None or at >= since - _CLOCKS_DIFFER]
        for event in recent:
            if str(event["id"]) not in others and _same(str(event.get("text", "")), reply.draft.text):
                sender = event.get("sender_id")
                if sender is None:
                    return _NOBODY_SAID
                if str(sender) == reply.place.account:
                    return Sent(external_id=str(event["id"]))
        if (further := _next(answer.json())) is None or len(recent) < len(events):
            return NotThere()
        query = query | {"pagination_token": further}
    return _TOO_MANY


_NOBODY_SAID = Unknown(sentence="X does not say who has said it: look for the reply in X's own app", for_good=True)
_TOO_MANY = Unknown(
    sentence="the account has said more since than is read at a time: look for the reply in X's own app", for_good=True
)


def _unshown(status: int) -> Unknown:
    return Unknown(sentence=f"X did not show what the account has said since (status {status}): ask again later")


def sent(number: str) -> Sent:
    """Return that X has a post under an id, which says when: to the second, as all of X's products do."""
    try:
        return Sent(external_id=number, at=snowflake_time(number).replace(microsecond=0))
    except (ValueError, OverflowError):
        return Sent(external_id=number)


def _same(theirs: str, ours: str) -> bool:
    return _words(theirs) == _words(ours)


def _words(text: str) -> list[str]:
    """Return the words of a text as they are the same on both sides: without those whom X names in front of an answer,
    and without links, each of which X replaces by one of its own."""
    for escaped, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(escaped, character)
    composed = unicodedata.normalize("NFC", text).strip()
    said = composed[found.end() :] if (found := _ADDRESSED.match(composed)) else composed
    return [word for word in said.split() if "." not in word.strip(".,;:!?…") and "/" not in word]


def _answered(post: Mapping[str, Any]) -> Iterator[str]:
    for name in ("referenced_tweets", "referenced_posts"):
        for reference in _list(post.get(name)):
            if reference.get("type") == "replied_to":
                yield str(reference.get("id"))


def _members(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in _list(said.get("data")) if each.get("id")]


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _next(said: Mapping[str, Any]) -> str | None:
    meta = said.get("meta")
    token = meta.get("next_token") if isinstance(meta, dict) else None
    return token if isinstance(token, str) and token else None


def _instant(value: Any) -> datetime | None:
    try:
        return _INSTANT.validate_python(value)
    except ValidationError:
        return None
