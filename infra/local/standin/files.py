"""The files of messages, as far as they can be played: wherever a platform would have one, there is the same picture.

Telegram's and WhatsApp's are asked for by their ids first; everybody else's, and theirs from then on, are where a
platform keeps files.
"""

import re
from base64 import b64decode
from fnmatch import fnmatchcase

from infra.local.standin import meta, telegram
from infra.local.standin.state import Request, Response
from shared import platforms

PICTURE = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
"""A grey dot: the smallest PNG."""

PLACES = frozenset().union(*(port.places for name in platforms.names() if (port := platforms.media(name))))
"""Where files are asked for."""

_GET_FILE = f"/bot{telegram.TOKEN}/getFile"
_BY_ID = re.compile(r"/v[0-9]+\.[0-9]+/[0-9]+")
_BESIDE_AN_API = {
    "api.telegram.org": re.compile(f"/file/bot{telegram.TOKEN}/.+"),
    "api.twilio.com": re.compile(r"/2010-04-01/Accounts/[^/]+/(Messages/[^/]+/Media|Recordings)/[^/]+"),
    "*.zendesk.com": re.compile(r"/attachments/.+"),
    "app.chatwoot.com": re.compile(r"/rails/.+"),
}
"""The hosts that have more than files, and what the paths of these are like."""
_ANY = re.compile(".*")


def answer(request: Request) -> Response | None:
    """Return the answer to a request for a file or for where it is; none for any other request."""
    path, host = request.path, request.host
    if request.method != "GET":
        return None
    if host in telegram.HOSTS and path == _GET_FILE:
        return Response(200, {"ok": True, "result": {"file_path": "photos/file_1.png"}})
    if host in meta.HOSTS and "phone_number_id" in request.query and _BY_ID.fullmatch(path):
        return Response(200, {"url": "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"})
    is_file = any(fnmatchcase(host, place) and _BESIDE_AN_API.get(place, _ANY).fullmatch(path) for place in PLACES)
    return Response(200, PICTURE, {"content-type": "image/png"}) if is_file else None
