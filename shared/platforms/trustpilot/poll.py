"""What is new among a business unit's service reviews
(https://developers.trustpilot.com/business-units-api#get-private-reviews-for-business-unit)."""

from datetime import timedelta
from urllib.parse import quote

from shared.platforms.trustpilot.api import HOST, REFUSALS, UNIT_KIND, headers, sign_in
from shared.platforms.trustpilot.payload import read
from shared.ports import Answer, Call, Thing
from shared.review_polls import ReviewList, Shown, objects

PER_PAGE = 100


def _call(token: str, unit: Thing, page: str) -> Call:
    query = f"page={quote(page) or 1}&perPage={PER_PAGE}&orderBy=createdat.desc"
    return Call("GET", f"https://{HOST}/v1/private/business-units/{quote(unit.id)}/reviews?{query}", headers(token))


def _page(answer: Answer, page: str) -> Shown | None:
    reviews = objects(answer, "reviews")
    if reviews is None:
        return None
    # It is not said how many there are: a page that is not full is the last.
    number = int(page) if page.isascii() and page.isdecimal() else 1
    return Shown(reviews, str(number + 1) if len(reviews) >= PER_PAGE else "")


PORT = ReviewList("Trustpilot", UNIT_KIND, HOST, sign_in, _call, _page, read, REFUSALS).port(
    every=timedelta(minutes=10)
)
