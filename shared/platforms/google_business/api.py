"""Google's API for reviews (https://developers.google.com/my-business/content/review-data), which is let in to a place
through the account that manages it."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

from shared.oauth import google
from shared.ports import Answer, Asking, Presence, Thing

HOST = "mybusiness.googleapis.com"
KIND = "location"

_PUBLISH = "publish it with `python -m infra.publish tokens`"
REFUSALS: Mapping[int, str] = {
    0: "does not answer; it is asked again",
    401: f"does not accept the token: allow the access anew, as the README of google_business says, and {_PUBLISH}",
    403: "does not let us see this place's reviews: whoever allowed the access has to manage it, the place has to be "
    "verified, and Google has to have let the Cloud project use the Business Profile APIs",
    404: "has no such place in that account: write its id and that of the account (`through`) into the playbook",
    429: "asks us to come less often: set poll_every_minutes in the playbook",
}


def sign_in(presence: Presence, now: datetime) -> Asking[str | Answer]:  # noqa: ARG001 - every platform's is asked alike
    return google(presence.token)


def headers(token: str) -> Mapping[str, str]:
    return {"authorization": f"Bearer {token}"}


def reviews(location: Thing) -> str:
    """Return where the reviews of a place are."""
    through, own = quote(location.through or "-", safe=""), quote(location.id, safe="")
    return f"https://{HOST}/v4/accounts/{through}/locations/{own}/reviews"


def location(presence: Presence, account: str) -> Thing | None:
    """Return the place of that id, if the playbook names it among the account's things."""
    return next((thing for thing in presence.things if (thing.kind, thing.id) == (KIND, account)), None)
