"""Whether Bluesky has a reply whose answer was lost: a post by its key, a direct message by its words."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from shared.platforms.bluesky.addresses import POSTS
from shared.platforms.bluesky.api import CHAT, Session
from shared.platforms.bluesky.payload import objects
from shared.ports import Answer, Asking, Call
from shared.replying import NotThere, Reply, Sent, Unknown

UNSHOWN = Unknown(sentence="Bluesky did not show what the account has said: look in its own app")
_ANOTHER = Unknown(sentence="under the reply's key the account has another post: look in its own app", for_good=True)

_CLOCKS_DIFFER = timedelta(minutes=1)
_MOST_PAGES = 5
_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

type _Found = Asking[Sent | NotThere | Unknown]


def key_of(reply: Reply) -> str:
    """Return the key under which a reply is a post: a timestamp identifier (https://atproto.com/specs/tid) with the
    second of what is answered, and what makes it the reply's own in the rest."""
    second = ((reply.place.reply_to_at or _EPOCH) - _EPOCH) // timedelta(seconds=1)
    own = int.from_bytes(sha256(reply.id.encode()).digest()[:8])
    number = ((max(second, 0) * 1_000_000 + own % 1_000_000) << 10) | (own >> 54)
    return "".join(_SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))


def post(reply: Reply, session: Session) -> _Found:
    """Look at the reply's own key."""
    key = {"repo": session.did, "collection": POSTS, "rkey": key_of(reply)}
    answer = yield session.get("com.atproto.repo.getRecord", key)
    said = answer.json()
    if answer.status == 400 and said.get("error") == "RecordNotFound":
        return NotThere()
    match said:
        case {"uri": str(uri), "value": {"text": str(text), "reply": {"parent": {"uri": str(parent)}}}}:
            is_it = (text, parent) == (reply.draft.text, reply.place.reply_to)
            return UNSHOWN if answer.status != 200 or not uri else Sent(external_id=uri) if is_it else _ANOTHER
    return UNSHOWN


def conversation_with(person: str, session: Session) -> Call:
    """Return the call for the conversation of the account with a person alone, which is always the same."""
    return session.get("chat.bsky.convo.getConvoForMembers", {"members": person}, CHAT)


def conversation(answer: Answer) -> str | None:
    convo = answer.json().get("convo")
    found = convo.get("id") if answer.status == 200 and isinstance(convo, dict) else None
    return found if isinstance(found, str) and found else None


def message(reply: Reply, person: str, session: Session, since: datetime, others: Collection[str]) -> _Found:
    """Look through the conversation with a person, the newest first, as far as the time goes back."""
    convo = conversation((yield conversation_with(person, session)))
    if convo is None:
        return UNSHOWN
    asked: dict[str, Any] = {"convoId": convo, "limit": 100}
    for _ in range(_MOST_PAGES):
        answer = yield session.get("chat.bsky.convo.getMessages", asked, CHAT)
        if answer.status != 200 or not isinstance(answer.json().get("messages"), list):
            return UNSHOWN
        for each in objects(answer.json()["messages"]):
            found = sent(each)
            if found and found.at and found.at < since - _CLOCKS_DIFFER:
                return NotThere()
            is_ours = found and found.external_id not in others and each.get("sender") == {"did": session.did}
            if found and is_ours and each.get("text") == reply.draft.text:
                return found
        further = answer.json().get("cursor")
        if not isinstance(further, str) or not further:
            return NotThere()
        asked["cursor"] = further
    return UNSHOWN


def sent(said: Any) -> Sent | None:
    """Return that a direct message is there, which says its id and when it was sent; none where it says neither."""
    match said:
        case {"id": str(number), "sentAt": str(at)} if number:
            try:
                instant = datetime.fromisoformat(at)
            except ValueError:
                return None
            return Sent(external_id=number, at=instant) if instant.tzinfo else None
    return None
