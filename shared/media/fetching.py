"""Fetches a file's bytes: over TLS, from the platform's own hosts, in a bounded time, and no more than may be kept."""

from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from urllib.parse import urljoin, urlsplit

import httpx

from shared.media.places import Gone, Later, Place, Refused, is_at, not_now
from shared.ports import Answer

_TIMEOUT = httpx.Timeout(10, connect=3)
_MOST_SECONDS = 60
"""For all of it, wherever it leads: somebody may send a byte every nine seconds."""
_MOST_HOPS = 4
_CHUNK = 64 * 1024
_LEADS_ON = frozenset({301, 302, 303, 307, 308})
_NOT_LET_IN = frozenset({401, 403})

ELSEWHERE = (
    "it is at a host that is none of the platform's: if the company's own files are there, name the host in the "
    'playbook as a thing of the account, { kind = "files", id = "files.example.com" }, where the platform takes that'
)
_TO_AND_FRO = "its address leads from one to the next without an end"
_ENCODED = "it came in an encoding that was not asked for"
_LINK_IS_OVER = Gone("the platform no longer gives it: the time of its link is over, or it was taken away")
_TOKEN = Later("the platform does not let us have it: give the account a token that may read it")
_CUT = Later("the platform did not answer, or stopped in the middle")
_NOT_YET = Later("the platform does not have it yet")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file's bytes, and what kind of file the platform says it is, where it says so."""

    body: bytes = field(repr=False)
    said_type: str | None


class _Is(Exception):
    """How it ended, when no bytes came of it."""

    def __init__(self, found: Refused | Gone | Later) -> None:
        super().__init__()
        self.found = found


def fetch(
    place: Place, client: httpx.Client, *, places: frozenset[str], most_bytes: int, now: datetime
) -> Fetched | Refused | Gone | Later:
    """Return what is at a place, or why it is not had; it follows redirects, but to `places` alone.

    The client has to connect to public addresses only (`shared/public.py`): a platform's own name may lead anywhere.
    """
    try:
        return _followed(place, client, places, most_bytes, now)
    except _Is as ended:
        return ended.found
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        return _CUT


def _followed(place: Place, client: httpx.Client, places: frozenset[str], most_bytes: int, now: datetime) -> Fetched:
    url, until = place.url, monotonic() + _MOST_SECONDS
    for _ in range(_MOST_HOPS):
        if not is_at(url, places):
            raise _Is(Refused(ELSEWHERE))
        own = place.headers if urlsplit(url).netloc == urlsplit(place.url).netloc else {}
        # What is compressed may be a thousand times as much once it is not.
        asked = {"accept-encoding": "identity", **own}
        with client.stream("GET", url, headers=asked, timeout=_TIMEOUT) as response:
            if response.status_code in _LEADS_ON:
                url = _onward(url, response.headers.get("location", ""))
                continue
            _must_be_there(response, with_token=bool(own), may_come=place.may_come, now=now)
            return Fetched(_read(response, most_bytes, until), response.headers.get("content-type"))
    raise _Is(Refused(_TO_AND_FRO))


def _onward(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:  # it is no address at all
        raise _Is(Refused(ELSEWHERE)) from None


def _must_be_there(response: httpx.Response, *, with_token: bool, may_come: bool, now: datetime) -> None:
    status = response.status_code
    if status == 200:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise _Is(Refused(_ENCODED))
        return
    if with_token and status in _NOT_LET_IN:
        raise _Is(_TOKEN)
    if may_come and status == 404:
        raise _Is(_NOT_YET)
    shown = {name: response.headers[name] for name in ("retry-after",) if name in response.headers}
    raise _Is(not_now(Answer(status, headers=shown), now) or _LINK_IS_OVER)


def _read(response: httpx.Response, most_bytes: int, until: float) -> bytes:
    said = response.headers.get("content-length", "")
    if said.isascii() and said.isdecimal() and int(said[:20]) > most_bytes:
        raise _Is(too_large(most_bytes))
    body = bytearray()
    for chunk in response.iter_bytes(_CHUNK):
        body += chunk
        if len(body) > most_bytes:
            raise _Is(too_large(most_bytes))
        if monotonic() > until:
            raise _Is(_CUT)
    return bytes(body)


def too_large(most_bytes: int) -> Refused:
    """Return that a file is not kept for its size."""
    return Refused(f"it is larger than {most_bytes // 1024 // 1024} MB, which is all that is kept of one")
