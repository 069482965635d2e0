"""What is new among the reviews of an app, in all countries
(https://developer.apple.com/documentation/appstoreconnectapi/get-v1-apps-_id_-customerreviews)."""

from datetime import timedelta
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from shared.platforms.app_store.api import HOST, KIND, REFUSALS, headers, sign_in
from shared.platforms.app_store.payload import paired, read
from shared.ports import Answer, Call, Thing
from shared.review_polls import ReviewList, Shown, objects

_PER_PAGE = 200


def _call(token: str, app: Thing, page: str) -> Call:
    asked = {"sort": "-createdDate", "include": "response", "limit": _PER_PAGE, **({"cursor": page} if page else {})}
    url = f"https://{HOST}/v1/apps/{quote(app.id, safe='')}/customerReviews?{urlencode(asked)}"
    return Call("GET", url, headers(token))


def _page(answer: Answer, page: str) -> Shown | None:  # noqa: ARG001 - the answer names the next one itself
    found = objects(answer, "data")
    if found is None:
        return None
    said = answer.json()
    return Shown([paired(data, said.get("included")) for data in found], _after(said.get("links")))


def _after(links: object) -> str:
    """Return the cursor of the next page: of the URL that Apple gives for it nothing else is taken."""
    match links:
        case {"next": str(url)}:
            try:
                return parse_qs(urlsplit(url).query).get("cursor", [""])[0]
            except ValueError:
                return ""
    return ""


PORT = ReviewList("The App Store", KIND, HOST, sign_in, _call, _page, read, REFUSALS).port(every=timedelta(minutes=15))
