"""How X's API is asked about webhooks, with the app's own bearer token (https://docs.x.com/x-api/webhooks/introduction)."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from shared.ports import Answer, Asking, Call, Presence

HOST = "api.x.com"

LIMITS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")
LIMIT_HEADERS = tuple(f"{limit}-{what}" for limit in LIMITS for what in ("remaining", "reset"))
"""How the headers begin that tell of the limits: `-remaining` is how many calls are left, `-reset` when it is over, in
seconds since 1970. Those of a day are not on every answer (https://docs.x.com/x-api/fundamentals/rate-limits)."""

_REFUSED: Mapping[int, str] = {
    0: "X's API did not answer; try again later",
    401: "X does not accept this token: take the app's bearer token from the developer console and publish it with "
    "`python -m infra.publish tokens`",
    403: "X does not let this app ask: its access does not include webhooks, or the token is not the app's own "
    "(bearer) but a user's",
    429: "X's rate limit is reached; try again in fifteen minutes",
}


class Webhook(BaseModel):
    """A webhook of the app's; `valid` is whether it answered its last challenge."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True, defer_build=True
    )

    id: str
    url: str
    valid: bool


_webhooks = TypeAdapter(tuple[Webhook, ...])


def get(presence: Presence, path: str) -> Call:
    return Call("GET", f"https://{HOST}{path}", {"authorization": f"Bearer {presence.token}"})


def refusal(answer: Answer) -> str:
    """Return what to do about an answer that is none."""
    return _REFUSED.get(answer.status, f"X's API answered {answer.status}; try again later")


def own_webhook(presence: Presence) -> Asking[Webhook | str | None]:
    """Find the webhook that is ours by the end of its URL; returns a sentence when X does not tell."""
    answer = yield get(presence, "/2/webhooks")
    if answer.status != 200:
        return refusal(answer)
    try:
        webhooks = _webhooks.validate_python(answer.json().get("data", []))
    except ValidationError:
        return "X's API answered in a shape that we do not know"
    return next((found for found in webhooks if urlsplit(found.url).path.endswith(presence.path)), None)
