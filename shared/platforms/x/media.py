"""X's files: a post's at its content network, for everybody; a direct message's only by a request that is signed in the
name of the user who got it (OAuth 1.0a,
https://docs.x.com/x-api/direct-messages/manage/integrate)."""

from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit

from shared.media.places import Gone, Located, MediaPort, Place, Wanted, has_url
from shared.platforms.x.authority import Keys, sign
from shared.ports import Asking, Presence

_FILES = frozenset({"animated_gif", "photo", "video", "media"})
_IN_PRIVATE = "ton.twitter.com"
_PLACES = frozenset({"pbs.twimg.com", "video.twimg.com", "video-ft.twimg.com", _IN_PRIVATE})
_NO_KEYS = Gone(
    "a file in a direct message is given only to the account's own keys: publish the four of OAuth 1.0a as the token "
    "of the account's id among `things` (shared/platforms/x/README.md)"
)


def has(wanted: Wanted) -> bool:
    return wanted.attachment.type in _FILES and has_url(wanted)


def locate(presence: Presence, wanted: Wanted, now: datetime) -> Asking[Located]:
    yield from ()
    url = wanted.attachment.url or ""
    if urlsplit(url).netloc != _IN_PRIVATE:
        return Place(url)
    parts = presence.token_of(wanted.account).split(":")
    if len(parts) != len(Keys._fields) or not all(parts):
        return _NO_KEYS
    nonce = sha256(f"{url}|{now.timestamp()}".encode()).hexdigest()[:32]
    return Place(url, {"authorization": sign("GET", url, Keys(*parts), nonce=nonce, now=now)})


PORT = MediaPort(has, locate, places=_PLACES)
