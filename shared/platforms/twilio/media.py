"""Twilio's files: at its own API, with the account's key, from where they lead on to where they are kept
(https://www.twilio.com/docs/messaging/api/media-resource, https://www.twilio.com/docs/voice/api/recording)."""

import re
from base64 import b64encode
from datetime import datetime
from urllib.parse import urlsplit

from shared.media.places import Gone, Located, MediaPort, Place, Wanted, has_url
from shared.platforms.twilio.reply import HOST
from shared.ports import Asking, Presence

_LEADS_ON_TO = frozenset({"*.twiliocdn.com", "s3-external-1.amazonaws.com"})
"""Where Twilio keeps what its API gives: the second of accounts that ask for no key
(https://help.twilio.com/articles/223183748)."""

_RESOURCE = re.compile(
    r"/2010-04-01/Accounts/AC[0-9a-f]{32}/(Messages/(SM|MM)[0-9a-f]{32}/Media/ME|Recordings/RE)\w{32}"
)
_IS_RECORDING = re.compile(r".*/Recordings/\w+")
_NO_KEY = Gone(
    "there is no key for the account: publish `<AccountSid>:<SID of an API key>:<its secret>` as its token with "
    "`python -m infra.publish tokens`"
)


def has(wanted: Wanted) -> bool:
    """A place has a `geo:` address, and an advertisement is a page; everything else that has one is a file."""
    return has_url(wanted) and wanted.attachment.type != "referral"


def locate(presence: Presence, wanted: Wanted, now: datetime) -> Asking[Located]:  # noqa: ARG001 - Twilio's are not dated
    yield from ()
    url = wanted.attachment.url or ""
    if (key := _basic(presence.token)) is None:
        return _NO_KEY
    # Nothing but a file is asked for with the key, whatever stands in the form.
    is_ours = urlsplit(url).netloc == HOST and _RESOURCE.fullmatch(urlsplit(url).path)
    if not is_ours:
        return Place(url)
    # A recording is told of as the call ends, and made after that
    # (https://help.twilio.com/articles/360014251313-Getting-Started-with-Recording-Status-Callbacks).
    return Place(url, {"authorization": key}, may_come=_IS_RECORDING.fullmatch(urlsplit(url).path) is not None)


def _basic(token: str) -> str | None:
    """Return what lets in, from `<AccountSid>:<auth token>` or `<AccountSid>:<SID of an API key>:<its secret>`."""
    account, *secret = token.split(":")
    if len(secret) not in (1, 2) or not all(secret):
        return None
    user = secret[:-1] or [account]
    return f"Basic {b64encode(f'{user[0]}:{secret[-1]}'.encode()).decode()}"


PORT = MediaPort(has, locate, places=frozenset({HOST}) | _LEADS_ON_TO, needs_token=True)
