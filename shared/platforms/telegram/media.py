"""Telegram's files: asked for by their id, and then to be had for an hour
(https://core.telegram.org/bots/api#getfile)."""

import re
from datetime import datetime
from urllib.parse import quote, urlencode

from shared.media.places import Gone, Later, Located, MediaPort, Place, Refused, Wanted, not_now
from shared.platforms.telegram.subscription import HOST
from shared.ports import Answer, Asking, Call, Presence

_FILES = frozenset(
    {"animation", "audio", "document", "live_photo", "photo", "sticker", "video", "video_note", "voice", "voice_note"}
)
_TOO_BIG = Refused("Telegram lets a bot have no file over 20 MB: ask the customer to send it in another way")
_TOKEN = Later("Telegram does not know this token: copy all of it and publish it with `python -m infra.publish tokens`")
_UNKNOWN = Gone("Telegram does not know the file: another bot was sent it, or it is gone")


def has(wanted: Wanted) -> bool:
    return wanted.attachment.type in _FILES and wanted.attachment.id is not None


def locate(presence: Presence, wanted: Wanted, now: datetime) -> Asking[Located]:
    """Ask for the file's path. The token is in the address itself, as Telegram has it."""
    query = urlencode({"file_id": wanted.attachment.id})
    answer = yield Call("GET", f"https://{HOST}/bot{presence.token}/getFile?{query}")
    found = answer.json().get("result")
    path = found.get("file_path") if isinstance(found, dict) else None
    if answer.status == 200 and isinstance(path, str) and path:
        return Place(f"https://{HOST}/file/bot{presence.token}/{quote(path)}")
    return not_now(answer, now) or _refusal(answer)


def _refusal(answer: Answer) -> Refused | Gone | Later:
    if answer.status in (401, 404):
        return _TOKEN
    return _TOO_BIG if re.search("too big", str(answer.json().get("description", "")), re.IGNORECASE) else _UNKNOWN


PORT = MediaPort(has, locate, hosts=frozenset({HOST}), places=frozenset({HOST}), needs_token=True)
