"""An instance's API: where it is, who speaks there, and what its answers mean
(https://docs.joinmastodon.org/methods/statuses/, https://docs.joinmastodon.org/api/rate-limits/).

The instance is named by the playbook alone: the token goes to no host that came from outside.
"""

from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any, NamedTuple

import orjson

from shared.hosts import host_of
from shared.ports import Answer, Call, Presence
from shared.reasons import Reasons, told
from shared.replying import Later, Refused, Unknown

_LIMIT_ENDS = "x-ratelimit-reset"


class Instance(NamedTuple):
    """An instance as it is spoken to: `user` is the company's account there, and `token` lets in."""

    host: str
    user: str
    token: str

    def get(self, path: str) -> Call:
        return Call("GET", f"https://{self.host}{path}", self._headers, wants=(_LIMIT_ENDS,))

    def post(self, path: str, said: Mapping[str, Any], *, once: str) -> Call:
        """Return what posts something; `once` is the key under which it is done once, however often it comes."""
        headers = {**self._headers, "content-type": "application/json", "idempotency-key": once}
        return Call("POST", f"https://{self.host}{path}", headers, orjson.dumps(said), wants=(_LIMIT_ENDS,))

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self.token}"}


def instance(presence: Presence) -> Instance | None:
    """Return an account's instance; none where the playbook does not name it."""
    host = host_of(presence)
    return Instance(host, presence.account.partition("@")[0], presence.token) if host else None


NO_INSTANCE = Refused(
    code="no_instance",
    sentence='the playbook does not say where the instance is: name { kind = "host", id = "social.example.com" } as a '
    "thing of the account, publish it, then send again",
)


def failed(answer: Answer, now: datetime) -> Refused | Later | Unknown:
    """Return what an answer means that does not say that something was posted."""
    if answer.status == 429:
        return Later(seconds=_seconds(answer, now))
    if not answer.refuses:
        return Unknown(sentence=f"Mastodon did not say whether it has it (status {answer.status}): look there")
    said = str(answer.json().get("error", ""))
    return Refused(code=str(answer.status), sentence=told(_REASONS, said, answer.status))


def _seconds(answer: Answer, now: datetime) -> int | None:
    """Return how long the limit lasts, where Mastodon says when it ends."""
    try:
        until = datetime.fromisoformat(answer.headers.get(_LIMIT_ENDS, ""))
        return min(max(0, ceil((until - now).total_seconds())), _A_DAY)
    except (ValueError, TypeError, OverflowError):  # no instant, or a naive one
        return None


_A_DAY = 24 * 3600

_REASONS: Reasons = (
    (401, r"", "Mastodon does not accept the token: make an application as the company's account (Preferences, "
     "Development) and publish its token with `python -m infra.publish tokens`"),
    (403, r"", "Mastodon does not let the account write: the token needs the scopes read:statuses and write:statuses, "
     "and the account must not be limited by the instance's moderators"),
    (404, r"", "the status that is answered is no longer there, or its author shows it to the company no more: answer "
     "another one, or elsewhere"),
    (410, r"", "the status that is answered was deleted: answer another one, or elsewhere"),
    (413, r"", "Mastodon finds the text too long: shorten it"),
    (422, r"limit|too long", "the text is too long for this instance, which counts a link as 23: shorten it"),
    (422, r"blank", "there is nothing in the text that Mastodon shows: write one"),
    (None, r"", "Mastodon refused it: look at the status that is answered, as the company's account sees it"),
)  # fmt: skip
"""What to do, by the status and the words that Mastodon is known to use (config/locales/en.yml); the first that fits
counts."""
