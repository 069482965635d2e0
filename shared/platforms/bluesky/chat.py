"""The direct messages that are new: the chat's own log, read on from the last entry that was seen.

Sources: the lexicons chat.bsky.convo.getLog and chat.bsky.convo.listConvos. An entry's `rev` is greater than those of
all entries before it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from shared.platforms.bluesky.api import CHAT, Session
from shared.platforms.bluesky.cursor import Cursor
from shared.platforms.bluesky.payload import objects
from shared.ports import Answer, Asking

_TYPE = "chat.bsky.convo.defs#"
_TOLD = frozenset({"logCreateMessage", "logAddReaction", "logRemoveReaction"})
_MOST_PAGES = 10
_SHUT_FOR = timedelta(days=1)
"""So seldom it is tried again where the app password has no right to it: each refusal costs a session."""

_NO_RIGHT = re.compile("Bad token (?:scope|method)", re.IGNORECASE)
"""What the account's server says of an app password without the right to them, and of no session that ran out
(bluesky-social/atproto, packages/pds/src/auth-verifier.ts and pipethrough.ts)."""

_OF_A_PERSON = ("did", "handle", "displayName")

_SHUT = (
    "direct messages are not heard: make an app password with *Allow access to your direct messages* if they are to be"
)
_REFUSED = "direct messages cannot be had now ({status})"


@dataclass(frozen=True, slots=True)
class Told:
    """What the log had: `rev` is how far it was read, `shut` until when it is not asked for again."""

    rev: str | None
    shut: datetime | None = None
    bodies: tuple[bytes, ...] = field(default=(), repr=False)
    sentence: str = ""
    failing: bool = False


def read(session: Session, before: Cursor, now: datetime) -> Asking[Told]:
    """Read what is new in the log; the first time, only how far it goes."""
    if before.chat_shut and now < before.chat_shut:
        return Told(before.chat, before.chat_shut, sentence=_SHUT)
    if before.chat is None:
        newest = yield session.get("chat.bsky.convo.listConvos", {"limit": 1}, CHAT)
        if newest.status != 200 or "convos" not in newest.json():
            return _refused(newest, None, now)
        revs = [each["rev"] for each in objects(newest.json()["convos"]) if isinstance(each.get("rev"), str)]
        return Told(max(revs, default=""))
    entries, rev = [], before.chat
    for _ in range(_MOST_PAGES):
        answer = yield session.get("chat.bsky.convo.getLog", {"cursor": rev} if rev else {}, CHAT)
        if answer.status != 200 or "logs" not in answer.json():
            return _refused(answer, before.chat, now)
        page = [
            each for each in objects(answer.json()["logs"]) if isinstance(each.get("rev"), str) and each["rev"] > rev
        ]
        if not page:
            break
        entries += page
        rev = max(each["rev"] for each in page)
    told = sorted((each for each in entries if _name(each) in _TOLD), key=lambda each: str(each["rev"]))
    if not told:
        return Told(rev)
    # An entry does not say who is in its conversation: the last hundred are those that have entries.
    answer = yield session.get("chat.bsky.convo.listConvos", {"limit": 100}, CHAT)
    if answer.status != 200 or "convos" not in answer.json():
        return _refused(answer, before.chat, now)
    convos = {each.get("id"): each for each in objects(answer.json()["convos"])}
    return Told(rev, bodies=tuple(_envelope(session.did, each, convos.get(each.get("convoId"))) for each in told))


def _refused(answer: Answer, rev: str | None, now: datetime) -> Told:
    if _NO_RIGHT.search(str(answer.json().get("message"))):
        return Told(rev, now + _SHUT_FOR, sentence=_SHUT)
    return Told(rev, sentence=_REFUSED.format(status=answer.status), failing=True)


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry.get("$type", "")).removeprefix(_TYPE)


def _envelope(us: str, entry: Mapping[str, Any], convo: Mapping[str, Any] | None) -> bytes:
    """Return an entry as a delivery, with who is in its conversation, where that is known."""
    log = {name: said for name, said in entry.items() if name in ("rev", "convoId", "message", "reaction")}
    if isinstance(log.get("message"), dict):
        log["message"] = {name: said for name, said in log["message"].items() if name != "reactions"}
    profiles = [_person(each) for each in objects(entry.get("relatedProfiles"))]
    known = None
    if convo is not None:
        known = {
            "id": convo["id"],
            "kind": convo.get("kind"),
            "members": list(map(_person, objects(convo.get("members")))),
        }
    said = {"as": _name(entry), "us": us, "convo": known, "log": {**log, "relatedProfiles": profiles}}
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def _person(profile: Mapping[str, Any]) -> dict[str, Any]:
    return {name: profile[name] for name in _OF_A_PERSON if name in profile}
