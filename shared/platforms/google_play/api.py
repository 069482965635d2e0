"""Google Play's API for reviews (https://developers.google.com/android-publisher/reply-to-reviews)."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from shared.oauth import google, google_service_account, is_service_account
from shared.ports import Answer, Asking, Presence

HOST = "androidpublisher.googleapis.com"
KIND = "app"

_SCOPE = "https://www.googleapis.com/auth/androidpublisher"

_PUBLISH = "publish it with `python -m infra.publish tokens`"
REFUSALS: Mapping[int, str] = {
    0: "does not answer; it is asked again",
    401: f"does not accept the token or key: make one anew, as its README says, and {_PUBLISH}",
    403: "does not let us see this app's reviews: in the Play Console, Users and permissions, give the service account "
    "or whoever allowed the access, the right to reply to reviews, and see that the API is on in its Cloud project",
    404: "has no such app: write its package name into the playbook",
    429: "says that the 200 readings an hour are used up: set poll_every_minutes in the playbook",
}


def sign_in(presence: Presence, now: datetime) -> Asking[str | Answer]:
    if is_service_account(presence.token):
        return google_service_account(presence.token, now, scope=_SCOPE)
    return google(presence.token)


def headers(token: str) -> Mapping[str, str]:
    return {"authorization": f"Bearer {token}"}


def reviews(app: str) -> str:
    """Return where the reviews of an app are."""
    return f"https://{HOST}/androidpublisher/v3/applications/{quote(app, safe='')}/reviews"


def is_named(presence: Presence, app: str) -> bool:
    """Return whether the playbook names an app among the account's."""
    return any((thing.kind, thing.id) == (KIND, app) for thing in presence.things)
