"""TikTok's files: the pictures and films of direct messages, by their ids, which lead to an address that is good for a
day and asks for the token as well (https://business-api.tiktok.com/portal/docs?id=1832184455450626)."""

from datetime import datetime

from shared.media.places import FILES, Gone, Later, Located, MediaPort, Place, Wanted, not_now
from shared.platforms.tiktok.api import HOST, code_of, data_of, no_access, post
from shared.platforms.tiktok.normalise import DIRECT
from shared.ports import Answer, Asking, Presence

_KINDS = {"image": "IMAGE", "video": "VIDEO"}

_PLACES = frozenset({"*.tiktokv.com"})
"""TikTok's own domain, at which its app has the pictures of direct messages. What the API answers with is documented
without a host: where it is another one, the playbook names it."""

_NOT_THERE = 40_007
_UNKNOWN = Gone("TikTok does not know the file: the message or its file is no longer there")
_LATER = "TikTok does not give the file now"


def has(wanted: Wanted) -> bool:
    return wanted.channel == DIRECT and wanted.attachment.type in _KINDS and wanted.attachment.id is not None


def locate(presence: Presence, wanted: Wanted, now: datetime) -> Asking[Located]:
    token = presence.token_of(wanted.account)
    asked = {
        "business_id": wanted.account,
        "conversation_id": wanted.thread,
        "message_id": wanted.message,
        "media_id": wanted.attachment.id,
        "media_type": _KINDS[wanted.attachment.type],
    }
    answer = yield post("/message/media/download/", token, asked)
    url = (data_of(answer) or {}).get("download_url")
    if isinstance(url, str) and url:
        return Place(url, {"x-user": token})
    return not_now(answer, now) or _why_not(answer)


def _why_not(answer: Answer) -> Gone | Later:
    """Return what an error means: what is not there will not come; anything else may be mended."""
    return _UNKNOWN if code_of(answer) == _NOT_THERE else Later(no_access(answer) or _LATER)


PORT = MediaPort(has, locate, hosts=frozenset({HOST}), places=_PLACES, things=(FILES,), needs_token=True)
