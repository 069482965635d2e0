"""YouTube's Data API: who asks, what is asked, and what its answers mean (https://developers.google.com/youtube/v3).

A credential is one text, in one of three forms: an API key, which reads what is public; `<client id>:<client secret>:
<refresh token>`, with which Google is asked for an access token that lasts an hour; or an access token itself.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson

from shared.ports import Answer, Asking, Call, Presence
from shared.reasons import Reasons, told

HOST, SIGN_IN = "www.googleapis.com", "oauth2.googleapis.com"
HOSTS = frozenset({HOST, SIGN_IN})

CHANNEL_KIND = "channel"
PAGE = 100
"""As many as one call lists at most."""

_CHANNEL = re.compile("UC[A-Za-z0-9_-]{22}")
_API_KEY = re.compile("AIza[A-Za-z0-9_-]{30,}")
_TOKEN = re.compile("[!-~]{1,4096}")
_FORM = {"content-type": "application/x-www-form-urlencoded"}

_MIDNIGHTS = (time(7), time(8))
"""Midnight in California, where quotas begin anew, in summer and in winter (UTC): an hour early costs one call."""


class Door(NamedTuple):
    """The API as it lets somebody in."""

    headers: Mapping[str, str]

    def get(self, what: str, **asked: str | int) -> Call:
        return Call("GET", f"{_url(what)}?{urlencode(asked)}", self.headers)

    def insert(self, what: str, said: Mapping[str, Any]) -> Call:
        headers = {**self.headers, "content-type": "application/json"}
        return Call("POST", f"{_url(what)}?part=snippet", headers, orjson.dumps(said))


def _url(what: str) -> str:
    return f"https://{HOST}/youtube/v3/{what}"


def channel(presence: Presence) -> str | None:
    """Return the company's channel, as the playbook names it."""
    named = (thing.id for thing in presence.things if thing.kind == CHANNEL_KIND)
    return next((found for found in named if _CHANNEL.fullmatch(found)), None)


def is_api_key(credential: str) -> bool:
    return _API_KEY.fullmatch(credential) is not None


def let_in(credential: str) -> Asking[Door | Answer]:
    """Return the API as a credential opens it, or Google's answer where it does not."""
    if is_api_key(credential):
        return Door({"x-goog-api-key": credential})
    client, _, rest = credential.partition(":")
    secret, is_signing_in, refresh = rest.partition(":")
    if not is_signing_in:
        return Door({"authorization": f"Bearer {credential}"})
    said = {"grant_type": "refresh_token", "client_id": client, "client_secret": secret, "refresh_token": refresh}
    answer = yield Call("POST", f"https://{SIGN_IN}/token", _FORM, urlencode(said).encode(), signs_in=True)
    token = answer.json().get("access_token")
    if answer.status != 200 or not isinstance(token, str) or not _TOKEN.fullmatch(token):
        return answer
    return Door({"authorization": f"Bearer {token}"})


def items(answer: Answer) -> list[Any] | None:
    """Return what an answer lists; none where it lists nothing at all."""
    found = answer.json().get("items") if answer.status == 200 else None
    return found if isinstance(found, list) else None


def next_page(answer: Answer) -> str:
    token = answer.json().get("nextPageToken")
    return token if isinstance(token, str) else ""


def reasons(answer: Answer) -> str:
    """Return the reasons that an error gives, in Google's own words, which are free of anybody's
    (https://developers.google.com/youtube/v3/docs/errors)."""
    error = answer.json().get("error")
    if isinstance(error, str):  # as the sign-in has it (RFC 6749, section 5.2)
        return error[:60]
    return " ".join(_reasons(error)) if isinstance(error, dict) else ""


def _reasons(error: Mapping[str, Any]) -> Iterator[str]:
    for name in ("errors", "details"):
        listed = error.get(name)
        for each in listed if isinstance(listed, list) else ():
            if isinstance(each, dict) and isinstance(reason := each.get("reason"), str):
                yield reason[:60]


SPENT = "quotaExceeded|dailyLimitExceeded"
TOO_FAST = "rateLimitExceeded"
"""`userRateLimitExceeded`, too."""


def begins_anew(now: datetime) -> datetime:
    """Return when a quota that is spent may be another day's."""
    today = now.astimezone(UTC).date()
    days = (today, today + timedelta(days=1))
    return min(at for day in days for hour in _MIDNIGHTS if (at := datetime.combine(day, hour, UTC)) > now)


class Trouble(NamedTuple):
    """Why a poll cannot go on: what operators do about it, and before when it makes no sense to ask again."""

    sentence: str
    not_before: datetime | None = None


def trouble(answer: Answer, now: datetime) -> Trouble:
    """Return what an answer that lists nothing means."""
    said = reasons(answer)
    sentence = told((*_TROUBLES, (None, r"", _OTHER.format(status=answer.status))), said, answer.status)
    wait = begins_anew(now) if re.search(SPENT, said) else answer.retry_after(now)
    return Trouble(sentence, wait)


_OTHER = "YouTube cannot be asked now ({status})"

_TROUBLES: Reasons = (
    (0, r"", "YouTube's API does not answer over TLS in time"),
    (None, SPENT,
     "the project's quota of the day is spent: look at APIs & Services, Quotas in the Google Cloud console, and ask "
     "for more there or set poll_every_minutes in the playbook"),
    (None, TOO_FAST, "YouTube asks us to come less often: set poll_every_minutes in the playbook"),
    (429, r"", "YouTube asks us to come less often: set poll_every_minutes in the playbook"),
    (None, r"invalid_grant",
     "Google no longer takes the refresh token: it was revoked, or the app is still in testing, where one lasts seven "
     "days; authorise anew and publish it with `python -m infra.publish tokens`"),
    (None, r"invalid_client|unauthorized_client",
     "Google does not know the OAuth client: publish `<client id>:<client secret>:<refresh token>` as the console has "
     "them with `python -m infra.publish tokens`"),
    (None, r"accessNotConfigured|SERVICE_DISABLED",
     "the YouTube Data API v3 is not enabled in the key's project: enable it under APIs & Services, Library"),
    (None, r"keyInvalid|keyExpired|API_KEY_INVALID",
     "YouTube does not know the API key: publish the one that the console has with `python -m infra.publish tokens`"),
    (None, r"ipRefererBlocked|API_KEY_\w+_BLOCKED",
     "the API key's restrictions keep us out: restrict it to the YouTube Data API v3, and to no address"),
    (None, r"commentsDisabled", "comments are switched off below the channel's videos: take it out of the playbook"),
    (401, r"", "Google does not take the token: publish a valid one with `python -m infra.publish tokens`"),
    (403, r"", "YouTube shows nobody the channel's comments who has this key or token: is it the company's?"),
    (404, r"", "YouTube has no such channel: write its id, which begins with UC, into the playbook"),
    (200, r"", "YouTube answered in a shape that we do not know"),
)  # fmt: skip
"""What to do, by the status and the reasons that YouTube is known to give; the first that fits counts."""
