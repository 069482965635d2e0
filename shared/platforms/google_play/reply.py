"""The company answers a review of its app
(https://developers.google.com/android-publisher/api-ref/rest/v3/reviews/reply)."""

from datetime import timedelta
from urllib.parse import quote

import orjson
from pydantic import ValidationError

from shared.oauth import GOOGLE_HOST
from shared.platforms.google_play.api import HOST, KIND, REFUSALS, headers, is_named, reviews, sign_in
from shared.platforms.google_play.normalise import CHANNEL
from shared.platforms.google_play.payload import Stamp, read
from shared.ports import Answer, Call, Presence
from shared.replying import Place, Rate, Reply
from shared.review_replies import ReviewApi, rules
from shared.reviews import Answered, Review

_LONGEST = 350


def _url(place: Place) -> str:
    return f"{reviews(place.account)}/{quote(place.thread, safe='')}"


def _shown(token: str, presence: Presence, place: Place) -> Call | None:
    return Call("GET", _url(place), headers(token)) if is_named(presence, place.account) else None


def _said(token: str, presence: Presence, reply: Reply) -> Call | None:  # noqa: ARG001 - as all are asked
    body = orjson.dumps({"replyText": reply.draft.text})
    return Call("POST", f"{_url(reply.place)}:reply", {**headers(token), "content-type": "application/json"}, body)


def _read(answer: Answer) -> Review | None:
    try:
        return read(answer.json())
    except ValidationError:
        return None


def _taken(answer: Answer, reply: Reply) -> Answered | None:  # noqa: ARG001 - as all are asked
    match answer.json().get("result"):
        case {"replyText": str(text), "lastEdited": dict(edited)} if text:
            try:
                return Answered(text, Stamp.model_validate(edited).at)
            except ValidationError:
                pass
    return None


_API = ReviewApi(
    platform="google_play",
    name="Google Play",
    channel=CHANNEL,
    rules=rules(_LONGEST, rates=(Rate(2000, timedelta(days=1)),)),
    sign_in=sign_in,
    shown=_shown,
    said=_said,
    read=_read,
    taken=_taken,
    sentences={401: REFUSALS[401], 403: REFUSALS[403]},
)

PORT = _API.port(HOST, GOOGLE_HOST, things=(KIND,))
