"""The account answers a post with a post, and a direct message with a direct message.

A post's key is made of our own id of the reply, so that it is one post however often it is sent: a server takes none
under a key that it has (https://atproto.com/specs/record-key). What is answered is read first, since an answer names
that post's version. Sources: the lexicons com.atproto.repo.createRecord, app.bsky.feed.post, chat.bsky.convo.*.
"""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.hosts import KIND as HOST_KIND
from shared.lengths import GRAPHEMES, links
from shared.permitted import check_by_rules, refused
from shared.platforms.bluesky import api, finding
from shared.platforms.bluesky.addresses import DID, POST, POSTS
from shared.platforms.bluesky.api import CHAT, Session
from shared.platforms.bluesky.normalise import DIRECT, PUBLIC
from shared.ports import Answer, Asking, Presence
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

RULES: Mapping[str, Rules] = {
    PUBLIC: Rules(
        longest=300,
        unit=GRAPHEMES,
        answers=True,
        # 5,000 points an hour and 35,000 a day, of which a post is three
        # (https://docs.bsky.app/docs/advanced-guides/rate-limits).
        rates=(Rate(1666, timedelta(hours=1)), Rate(11_666, timedelta(hours=24))),
        echoes=True,
    ),
    DIRECT: Rules(longest=1000, unit=GRAPHEMES, echoes=True),
}

_MOST_BYTES = {PUBLIC: 3000, DIRECT: 10_000}


def check(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why Bluesky would not take it, or none; nothing there is a matter of time."""
    rules = RULES.get(place.channel)
    if rules and not _is_address(place):
        return _NOT_REACHABLE
    return check_by_rules(rules, draft, place, now) or _too_many_bytes(draft, place) or _uninvited(draft, place)


_NOT_REACHABLE = Refusal(
    code="not_reachable",
    sentence="this is no post of a customer's and no conversation with one alone: answer in Bluesky's own app",
)


def _person(place: Place) -> str:
    return place.identity.removeprefix(f"bluesky:{place.account}:")


def _is_address(place: Place) -> bool:
    if not DID.fullmatch(_person(place)):
        return False
    if place.channel == DIRECT:
        return place.thread == "direct"
    posts = (place.thread, *([place.reply_to] if place.reply_to is not None else []))
    return all(map(POST.fullmatch, posts))


def _too_many_bytes(draft: Draft, place: Place) -> Refusal | None:
    most, has = _MOST_BYTES[place.channel], len(draft.text.encode())
    if has <= most:
        return None
    return Refusal(
        code="too_long",
        sentence=f"the text has {has} bytes (an emoji has four and more), and {most} are let through: shorten it",
        alternatives=("shorter",),
    )


def _uninvited(draft: Draft, place: Place) -> Refusal | None:
    """Return that a program may not speak to who did not speak to us, by Bluesky's rules for bots
    (https://docs.bsky.app/docs/starter-templates/bots)."""
    if draft.by_a_person or place.summoned is not False:
        return None
    return Refusal(
        code="not_summoned",
        sentence="the post does not speak to the account, and no program may answer it: let a person do it",
        alternatives=("by_a_person",),
    )


def send(reply: Reply, presence: Presence, now: datetime | None = None) -> Asking[Sent | Refused | Later | Unknown]:
    """Say it, in one call, after those that sign in and read; what `check` refuses goes no further."""
    at = now or datetime.now(UTC)
    if refusal := check(reply.draft, reply.place, at):
        return refused(refusal)
    answer = yield api.sign_in(presence)
    session = api.session(presence, answer)
    if session is None:
        return _not_done(answer, at)
    if reply.place.channel == DIRECT:
        return (yield from _in_private(reply, session, at))
    return (yield from _in_public(reply, session, at))


def _in_public(reply: Reply, session: Session, now: datetime) -> Asking[Sent | Refused | Later | Unknown]:
    uri = str(reply.place.reply_to)
    read = yield session.get("app.bsky.feed.getPosts", {"uris": uri})
    posts = read.json().get("posts")
    if read.status != 200 or not isinstance(posts, list):
        return _not_done(read, now)
    thread = _thread_of(next(iter(posts), None), uri)
    if thread is None:
        return _GONE
    record = {
        "$type": POSTS,
        "text": reply.draft.text,
        "createdAt": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
        "reply": thread,
        "facets": _facets(reply.draft.text),
    }
    said = {"repo": session.did, "collection": POSTS, "rkey": finding.key_of(reply), "record": record}
    answer = yield session.post("com.atproto.repo.createRecord", said)
    made = answer.json().get("uri")
    if answer.status == 200 and isinstance(made, str) and POST.fullmatch(made):
        return Sent(external_id=made)
    return _failed(answer, now)


_GONE = Refused(
    code="gone", sentence="the post that is answered was deleted, or its author has blocked the account: see Bluesky"
)


def _thread_of(post: Any, uri: str) -> Mapping[str, Any] | None:
    """Return what an answer to a post names: that post, and the one at the head of its thread."""
    match post:
        case {"uri": str(own), "cid": str(cid), "record": dict(record)} if own == uri:
            parent = {"uri": own, "cid": cid}
            match record.get("reply"):
                case {"root": {"uri": str(head), "cid": str(version)}}:
                    return {"root": {"uri": head, "cid": version}, "parent": parent}
            return {"root": parent, "parent": parent}
    return None


def _facets(text: str) -> list[Mapping[str, Any]]:
    """Return where the links stand in a text, in bytes of UTF-8: Bluesky makes none by itself."""
    return [
        {
            "index": {"byteStart": len(text[:start].encode()), "byteEnd": len(text[:end].encode())},
            "features": [{"$type": "app.bsky.richtext.facet#link", "uri": _absolute(text[start:end])}],
        }
        for start, end in links(text)
    ]


def _absolute(link: str) -> str:
    return link if re.match("https?://", link, re.IGNORECASE) else f"https://{link}"


def _in_private(reply: Reply, session: Session, now: datetime) -> Asking[Sent | Refused | Later | Unknown]:
    read = yield finding.conversation_with(_person(reply.place), session)
    convo = finding.conversation(read)
    if convo is None:
        return _not_done(read, now)
    message = {"text": reply.draft.text, "facets": _facets(reply.draft.text)}
    answer = yield session.post("chat.bsky.convo.sendMessage", {"convoId": convo, "message": message}, CHAT)
    return (finding.sent(answer.json()) if answer.status == 200 else None) or _failed(answer, now)


def _not_done(answer: Answer, now: datetime) -> Refused | Later:
    """Return what an answer means before anything was said."""
    found = _failed(answer, now)
    return Later(seconds=None) if isinstance(found, Unknown) else found


def _failed(answer: Answer, now: datetime) -> Refused | Later | Unknown:
    if answer.status == 429:
        return Later(seconds=api.seconds_to_wait(answer, now))
    if answer.refuses:
        return Refused(code=str(answer.status), sentence=api.reason(answer))
    return Unknown(sentence=f"Bluesky did not say whether it has it (status {answer.status}): look in its own app")


def find(
    reply: Reply,
    presence: Presence,
    since: datetime,
    now: datetime | None = None,  # noqa: ARG001 - nothing there is dated
    others: Collection[str] = (),
) -> Asking[Sent | NotThere | Unknown]:
    """Find out whether the account has a post under the reply's key, or a direct message with its words, since."""
    session = api.session(presence, (yield api.sign_in(presence)))
    if session is None or not _is_address(reply.place):
        return finding.UNSHOWN
    if reply.place.channel == PUBLIC:
        return (yield from finding.post(reply, session))
    return (yield from finding.message(reply, _person(reply.place), session, since, others))


PORT = ReplyPort(
    frozenset({api.ENTRYWAY}),
    RULES,
    check,
    send,
    find,
    things=(HOST_KIND, api.HANDLE_KIND),
    host_kind=HOST_KIND,
)
