"""The company answers a service review (https://developers.trustpilot.com/service-reviews-api#reply-to-a-review)."""

from urllib.parse import quote

import orjson
from pydantic import ValidationError

from shared.platforms.trustpilot.api import HOST, REFUSALS, UNIT_KIND, USER_KIND, headers, sign_in, unit
from shared.platforms.trustpilot.normalise import CHANNEL
from shared.platforms.trustpilot.payload import read
from shared.ports import Answer, Call, Presence
from shared.replying import Place, Reply
from shared.review_replies import ReviewApi, rules
from shared.reviews import Answered, Review

_LONGEST = 4096
"""Trustpilot documents no end; this is one that readers come to."""


def _shown(token: str, presence: Presence, place: Place) -> Call | None:
    if unit(presence, place.account) is None:
        return None
    return Call("GET", f"https://{HOST}/v1/private/reviews/{quote(place.thread, safe='')}", headers(token))


def _said(token: str, presence: Presence, reply: Reply) -> Call | None:
    own = unit(presence, reply.place.account)
    if own is None or own.user is None:
        return None
    url = f"https://{HOST}/v1/private/reviews/{quote(reply.place.thread, safe='')}/reply"
    said = {"authorBusinessUserId": own.user, "message": reply.draft.text}
    return Call("POST", url, {**headers(token), "content-type": "application/json"}, orjson.dumps(said))


def _read(answer: Answer) -> Review | None:
    try:
        return read(answer.json())
    except ValidationError:
        return None


def _taken(answer: Answer, reply: Reply) -> Answered | None:  # noqa: ARG001 - what is answered is not documented
    return None


_API = ReviewApi(
    platform="trustpilot",
    name="Trustpilot",
    channel=CHANNEL,
    rules=rules(_LONGEST),
    sign_in=sign_in,
    shown=_shown,
    said=_said,
    read=_read,
    taken=_taken,
    sentences={401: REFUSALS[401]},
)

PORT = _API.port(HOST, things=(UNIT_KIND, USER_KIND))
