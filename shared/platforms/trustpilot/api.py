"""Trustpilot's API: who is let in, and what its refusals mean (https://developers.trustpilot.com/authentication)."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from shared.oauth import own_credentials
from shared.ports import Answer, Asking, Presence

HOST = "api.trustpilot.com"
UNIT_KIND, USER_KIND = "business_unit", "business_user"

_TOKEN = f"https://{HOST}/v1/oauth/oauth-business-users-for-applications/accesstoken"

_PUBLISH = "publish it with `python -m infra.publish tokens`"
REFUSALS: Mapping[int, str] = {
    0: "does not answer; it is asked again",
    401: f"does not accept the API key and secret: take them from Integrations, Developers, APIs, and {_PUBLISH}",
    403: "does not let this API key see the business unit: it belongs to another one, or the plan has no API",
    404: "has no such business unit: write its id into the playbook",
    429: "asks us to come less often: set poll_every_minutes in the playbook",
}


class Unit(NamedTuple):
    """The company at Trustpilot, and the user in whose name is answered, where the playbook names one."""

    id: str
    user: str | None


def unit(presence: Presence, of: str | None = None) -> Unit | None:
    """Return the business unit of an account, or the one of that id; none where the playbook does not name it."""
    units = [thing.id for thing in presence.things if thing.kind == UNIT_KIND and of in (None, thing.id)]
    users = [thing.id for thing in presence.things if thing.kind == USER_KIND]
    return Unit(units[0], users[0] if users else None) if units else None


def sign_in(presence: Presence, now: datetime) -> Asking[str | Answer]:  # noqa: ARG001 - every platform's is asked alike
    return own_credentials(presence.token, _TOKEN)


def headers(token: str) -> Mapping[str, str]:
    return {"authorization": f"Bearer {token}"}
