"""What is new among the reviews of a place, the one that was changed last first
(https://developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews/list)."""

from datetime import timedelta
from urllib.parse import urlencode

from shared.oauth import GOOGLE_HOST
from shared.platforms.google_business.api import HOST, KIND, REFUSALS, headers, reviews, sign_in
from shared.platforms.google_business.payload import read
from shared.ports import Answer, Call, Thing
from shared.review_polls import ReviewList, Shown, objects

_PER_PAGE = 50
"""Google shows no more at once."""


def _call(token: str, place: Thing, page: str) -> Call:
    asked = {"pageSize": _PER_PAGE, "orderBy": "updateTime desc", **({"pageToken": page} if page else {})}
    return Call("GET", f"{reviews(place)}?{urlencode(asked)}", headers(token))


def _page(answer: Answer, page: str) -> Shown | None:  # noqa: ARG001 - the answer names the next one itself
    found = objects(answer, "reviews", may_lack=True)
    if found is None:
        return None
    after = answer.json().get("nextPageToken")
    return Shown(found, after if isinstance(after, str) else "")


PORT = ReviewList("Google", KIND, HOST, sign_in, _call, _page, read, REFUSALS, let_in_by=GOOGLE_HOST).port(
    every=timedelta(minutes=5)
)
