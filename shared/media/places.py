"""Where a platform has a file: what its port is asked, and what it finds.

A port is pure, like those of `shared/ports.py`, and stands in `media.py` of its platform's folder under the name
`PORT`. It says how the bytes are asked for; `shared/media/fetching.py` gets them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from shared.models import Attachment, Delivery
from shared.ports import Answer, Asking, Presence

FILES = "files"
"""The kind of an account's thing that is a host where its files are, for platforms that have none of their own."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An attachment of a message that came on a channel to the company's presence `account`; `thread` and `message` are
    the platform's ids of the conversation and of the message, for those that ask for them."""

    attachment: Attachment = field(repr=False)
    channel: str
    account: str
    thread: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """How to ask for the bytes. `headers` may hold a token: they go to the URL's own host, and are left out wherever
    that leads on to. `may_come` is whether what is not there yet may be there later."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    may_come: bool = False


@dataclass(frozen=True, slots=True)
class Enclosed:
    """In what the delivery itself brought, or in the company's own bucket that it names: as the `part` of this number.

    It is no URL, and leads nowhere else, whatever stands in a payload.
    """

    part: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It is not to be fetched, whoever asks again. `reason` says why and what to do, and holds no value of a payload;
    so do those of the two below."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """It is not to be had, and will not be: the link's time is over, or nobody may have it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """It is not to be had now: after so many seconds, where somebody says when."""

    reason: str
    seconds: int = 0


type Located = Place | Enclosed | Refused | Gone | Later
type Locate = Callable[[Presence, Wanted, datetime], Asking[Located]]
type Cut = Callable[[Delivery, str], bytes | Gone]


@dataclass(frozen=True, slots=True)
class MediaPort:
    """`has(wanted)` says whether an attachment is a file at all, and no button, place or link; `locate(presence,
    wanted, now)` finds out where its bytes are.

    It calls none but `hosts`, over TLS. The bytes are at `places` and at the hosts that the playbook names as `things`
    of the account, by their kinds, and are asked for nowhere else, whatever a payload or a redirect says;
    `*.example.com` are all hosts below that name. `needs_token` is whether nothing can be had without an API token.
    `cut(delivery, part)` returns the bytes of what is `Enclosed`, where the platform has such.
    """

    has: Callable[[Wanted], bool]
    locate: Locate
    hosts: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    things: tuple[str, ...] = ()
    needs_token: bool = False
    cut: Cut | None = None

    def places_of(self, presence: Presence) -> frozenset[str]:
        """Return the hosts at which an account's files may be."""
        return self.places | {thing.id for thing in presence.things if thing.kind in self.things}


def is_at(url: str, places: frozenset[str]) -> bool:
    """Return whether a URL is over TLS, at one of these hosts, at the usual port, and names no user."""
    try:
        target = urlsplit(url)
    except ValueError:
        return False
    host = target.netloc.lower()
    return target.scheme == "https" and any(fnmatchcase(host, place) for place in places) and _is_bare(host)


def _is_bare(host: str) -> bool:
    return host.replace("-", "").replace(".", "").isalnum() and host.isascii()


def at_its_url(presence: Presence, wanted: Wanted, now: datetime) -> Asking[Located]:  # noqa: ARG001 - a port's `locate`
    """Find a file where the payload itself says that it is, which needs no call and no token."""
    yield from ()
    return Place(wanted.attachment.url or "")


def has_url(wanted: Wanted) -> bool:
    """Return whether an attachment is somewhere on the web."""
    return (wanted.attachment.url or "").startswith("https://")


def not_now(answer: Answer, now: datetime) -> Later | None:
    """Return that a platform is to be asked again, for an answer that says so or says nothing at all."""
    if answer.status not in (0, 429) and answer.status < 500:
        return None
    again = answer.retry_after(now)
    seconds = int((again - now).total_seconds()) if again else 0
    return Later("the platform has not answered yet, or asks us to wait", seconds)
