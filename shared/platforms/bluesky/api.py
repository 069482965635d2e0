"""The account's own server (PDS) and what its answers mean: https://docs.bsky.app/docs/advanced-guides/api-directory,
https://atproto.com/specs/xrpc, https://docs.bsky.app/docs/advanced-guides/rate-limits.

All calls go to that server, which passes on what is Bluesky's: reading to the AppView, and direct messages to the chat
service, when the header `atproto-proxy` names it. An app password opens a session, and its token lets in for two hours
(bluesky-social/atproto, packages/pds/src/account-manager/helpers/auth.ts); sessions are counted, calls hardly.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson

from shared.hosts import host_of
from shared.platforms.bluesky.addresses import DID
from shared.ports import Answer, Call, Presence
from shared.reasons import Reasons, told

HANDLE_KIND = "handle"
ENTRYWAY = "bsky.social"
"""Where everybody may sign in whose account is with Bluesky itself."""

CHAT = {"atproto-proxy": "did:web:api.bsky.chat#bsky_chat"}

_LIMIT_ENDS = "ratelimit-reset"
_LIMITS = (_LIMIT_ENDS,)
_SECONDS = re.compile("[0-9]{1,12}", re.ASCII)
_LONGEST_WAIT = 24 * 60 * 60


class Session(NamedTuple):
    """Who is signed in where: `did` is the company's own account."""

    host: str
    did: str
    token: str

    def get(self, name: str, asked: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Call:
        query = f"?{urlencode(asked, doseq=True)}" if asked else ""
        return Call("GET", f"{_url(self.host, name)}{query}", self._headers | dict(headers or {}), wants=_LIMITS)

    def post(self, name: str, said: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Call:
        own = self._headers | {"content-type": "application/json"} | dict(headers or {})
        return Call("POST", _url(self.host, name), own, orjson.dumps(said), wants=_LIMITS)

    @property
    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


def host(presence: Presence) -> str:
    """Return where the account's server is: the playbook's word, else Bluesky's own."""
    return host_of(presence) or ENTRYWAY


def sign_in(presence: Presence) -> Call:
    """Return the call that opens a session, with the app password and the account's handle: its name in the playbook,
    unless that names another."""
    handle = next((thing.id for thing in presence.things if thing.kind == HANDLE_KIND), presence.account)
    said = {"identifier": handle, "password": presence.token}
    name = "com.atproto.server.createSession"
    headers = {"content-type": "application/json"}
    return Call("POST", _url(host(presence), name), headers, orjson.dumps(said), signs_in=True, wants=_LIMITS)


def session(presence: Presence, answer: Answer) -> Session | None:
    """Return the session that was opened; none where it was not, or to an account that is not at work."""
    said = answer.json()
    did, token = said.get("did"), said.get("accessJwt")
    if answer.status != 200 or not isinstance(token, str) or not token.isascii() or said.get("active") is False:
        return None
    return Session(host(presence), did, token) if isinstance(did, str) and DID.fullmatch(did) and token else None


def seconds_to_wait(answer: Answer, now: datetime) -> int | None:
    """Return how long a limit lasts, by the header that says when it ends (in seconds since 1970), a day at most; none
    where it does not say."""
    ends = answer.headers.get(_LIMIT_ENDS, "")
    wait = int(ends) - int(now.timestamp()) if _SECONDS.fullmatch(ends) else 0
    return min(wait, _LONGEST_WAIT) if wait > 0 else None


def reason(answer: Answer) -> str:
    """Return what to do about a refusal; a sentence with no value of the answer's."""
    said = f"{answer.json().get('error', '')} {answer.json().get('message', '')}"
    return told(_REASONS, said, answer.status)


def _url(host: str, name: str) -> str:
    return f"https://{host}/xrpc/{name}"


_REASONS: Reasons = (
    (None, r"AccountTakedown|AccountSuspended|AccountDeactivated|deactivated",
     "the account is suspended, taken down or deactivated: see Bluesky's own app"),
    (None, r"AuthFactorTokenRequired",
     "that is the account's own password: make an app password (Settings, Privacy and security, App passwords), and "
     "publish it"),
    (None, r"BlockedActor|BlockedSubject|blocked",
     "the customer has blocked the account, or the account them: reach them where else they are known"),
    (None, r"MessagesDisabled|NotFollowedBySender|recipient (?:requires|has disabled)",
     "the customer takes no direct messages from the account: answer in public, and ask them to write first"),
    (None, r"RecipientNotFound", "the customer's account is gone: reach them where else they are known"),
    (None, r"ConvoLocked|InvalidConvo", "the conversation is closed at Bluesky: answer where else they are known"),
    (None, r"InvalidToken|Bad token (?:scope|method)",
     "the app password does not allow it: make one with *Allow access to your direct messages*, and publish it with "
     "`python -m infra.publish tokens`"),
    (400, r"grapheme|too big|too long|maxLength", "the text is too long for Bluesky: shorten it"),
    (401, r"",
     "the server knows no such account with this app password: make one (Settings, Privacy and security, App "
     "passwords), publish it with `python -m infra.publish tokens`, and see that the handle and the host are right"),
    (403, r"", "the server does not let the account do that: see Bluesky's own app"),
    (404, r"", "the host in the playbook is no server of the AT Protocol, or has no such call: see the README"),
    (413, r"", "the text is too long for Bluesky: shorten it"),
    (None, r"", "Bluesky refused it: see Bluesky's own app, and https://docs.bsky.app"),
)  # fmt: skip
"""What to do, by the status and the words that the servers are known to use (bluesky-social/atproto, packages/pds); the
first that fits counts."""
