"""App Store Connect's API: who is let in, and what its refusals mean
(https://developer.apple.com/documentation/appstoreconnectapi/generating-tokens-for-api-requests)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.oauth import made_here
from shared.ports import Answer, Asking, Presence

HOST = "api.appstoreconnect.apple.com"
KIND = "app"

_AUDIENCE = "appstoreconnect-v1"
_LASTS = timedelta(minutes=15)
"""Apple takes no token that lasts longer than twenty minutes."""

REFUSALS: Mapping[int, str] = {
    0: "does not answer; it is asked again",
    401: "does not accept the key: make one in Users and Access, Integrations, App Store Connect API, and publish it "
    "with `python -m infra.publish tokens`",
    403: "does not let this key see the app's reviews: its role has to be Customer Support, App Manager or Admin",
    404: "has no such app: write its Apple ID into the playbook",
    429: "asks us to come less often: set poll_every_minutes in the playbook",
}


def sign_in(presence: Presence, now: datetime) -> Asking[str | Answer]:
    """Return a token that is made here: nobody is asked for it."""
    yield from ()
    return made_here(presence.token, now, audience=_AUDIENCE, lasts=_LASTS)


def headers(token: str) -> Mapping[str, str]:
    return {"authorization": f"Bearer {token}"}
