"""The files of messages, as far as they can be played: wherever a platform would have one, there is the same picture.

Some are asked for by their ids first; everybody else's, and these from then on, are where a platform keeps files.
"""

import re
from base64 import b64decode
from fnmatch import fnmatchcase

from infra.local.standin.platforms import every
from infra.local.standin.state import Request, Response
from shared import platforms

PICTURE = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
"""A grey dot: the smallest PNG."""

PLACES = frozenset().union(*(port.places for name in platforms.names() if (port := platforms.media(name))))
"""Where files are asked for."""

_BESIDE_AN_API = {host: paths for vendor in every().values() for host, paths in vendor.files.items()}
"""The hosts that have more than files, and what the paths of these are like."""
_ANY = re.compile(".*")


def answer(request: Request) -> Response | None:
    """Return the answer to a request for a file or for where it is; none for any other request."""
    path, host = request.path, request.host
    if request.method != "GET":
        return None
    if where := next(filter(None, (vendor.located(request) for vendor in every().values())), None):
        return where
    is_file = any(fnmatchcase(host, place) and _BESIDE_AN_API.get(place, _ANY).fullmatch(path) for place in PLACES)
    return Response(200, PICTURE, {"content-type": "image/png"}) if is_file else None
