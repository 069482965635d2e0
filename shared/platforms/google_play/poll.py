"""What is new among the reviews of an app: Google Play shows those that were written or changed within the last week,
the latest first, and only those with words."""

from datetime import timedelta
from urllib.parse import urlencode

from shared.oauth import GOOGLE_HOST
from shared.platforms.google_play.api import HOST, KIND, REFUSALS, headers, reviews, sign_in
from shared.platforms.google_play.payload import read
from shared.ports import Answer, Call, Thing
from shared.review_polls import ReviewList, Shown, objects

_PER_PAGE = 100


def _call(token: str, app: Thing, page: str) -> Call:
    asked = {"maxResults": _PER_PAGE, **({"token": page} if page else {})}
    return Call("GET", f"{reviews(app.id)}?{urlencode(asked)}", headers(token))


def _page(answer: Answer, page: str) -> Shown | None:  # noqa: ARG001 - the answer names the next one itself
    found = objects(answer, "reviews", may_lack=True)
    if found is None:
        return None
    further = answer.json().get("tokenPagination")
    after = further.get("nextPageToken") if isinstance(further, dict) else None
    return Shown(found, after if isinstance(after, str) else "")


PORT = ReviewList("Google Play", KIND, HOST, sign_in, _call, _page, read, REFUSALS, let_in_by=GOOGLE_HOST).port(
    every=timedelta(minutes=10)
)
"""Twelve readings an hour of the 200 that Google lets an app have, or twice that while much is new; what answers takes
the rest."""
