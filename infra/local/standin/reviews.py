"""The APIs through which reviews are answered, as far as that goes: Google Business Profile, Google Play, Trustpilot
and the App Store. A review is there once somebody is known to have written it, and has one answer, which the next one
replaces.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple

from infra.local.standin.state import Arrived, Limit, Public, Request, Response, State
from shared.replying import Place
from shared.reviews import answer_id

TOKEN = "standin-review-token"  # noqa: S105 - of accounts that there are not
USER = "5e0000000000000000000001"
"""The user in whose name is answered at Trustpilot."""


class Kept(NamedTuple):
    """A review, and its answer."""

    id: str
    review: Public
    answer: Arrived | None


@dataclass(frozen=True, slots=True)
class ReviewApi:
    """One of the APIs. `path` is where a review is, with its id in a group, `every` where those of a presence are, with
    the presence's, and `answering` where one is answered, with its id in a group unless `said` finds it in the body;
    `said` returns the id, where it does, and the words. `shown`, `listed` and `taken` are what is answered; `fits` is
    whether the words are let through."""

    platform: str
    channel: str
    host: str
    path: str
    every: str
    answering: tuple[str, str]
    said: Callable[[Mapping[str, Any]], tuple[str | None, object]]
    shown: Callable[[Kept], Any]
    listed: Callable[[list[Any]], Any]
    taken: Callable[[Kept], Response]
    fits: Callable[[str], bool]
    limit: Limit
    TOKEN: ClassVar[str] = TOKEN

    @property
    def HOSTS(self) -> frozenset[str]:  # noqa: N802 - as the modules of the other platforms have it
        return frozenset({self.host})

    def know(self, state: State, place: Place, now: datetime) -> None:
        """Learn of a review."""
        person = place.identity.rsplit(":", 1)[-1]
        if place.reply_to == place.thread and person != place.account:
            at = place.reply_to_at or now
            state.public[self._key(place.thread)] = Public(self.channel, place.account, person, place.thread, at)

    def block(self, state: State, place: Place) -> None:
        """Take the review away, as its author may."""
        state.public.pop(self._key(place.thread), None)

    def answer(self, state: State, request: Request, now: datetime) -> Response:
        if request.bearer != TOKEN:
            return _error(401, "Request had invalid authentication credentials.")
        if seconds := state.wait(now, {self.platform: self.limit}):
            return self.limited(seconds, now)
        method, path = self.answering
        if request.method == method and (found := re.fullmatch(path, request.path)):
            return self._answered(state, request.json(), found.groups(), now)
        if request.method == "GET" and (found := re.fullmatch(self.path, request.path)):
            kept = self._kept(state, found[1])
            return Response(200, self.shown(kept)) if kept else _gone()
        if request.method == "GET" and (found := re.fullmatch(self.every, request.path)):
            return Response(200, self.listed([self.shown(kept) for kept in self._of(state, found[1])]))
        return _gone()

    def limited(self, seconds: int, now: datetime) -> Response:  # noqa: ARG002 - every platform's is asked alike
        return Response(429, {"error": {"message": "Quota exceeded."}}, {"retry-after": str(seconds)})

    def _answered(self, state: State, body: Mapping[str, Any], named: tuple[str, ...], now: datetime) -> Response:
        in_body, words = self.said(body)
        kept = self._kept(state, in_body or next(iter(named), ""))
        if kept is None:
            return _gone()
        if not isinstance(words, str) or not words.strip() or not self.fits(words):
            return _error(400, "The reply is empty or too long.")
        arrived = Arrived(
            platform=self.platform,
            channel=self.channel,
            account=kept.review.account,
            to=kept.review.author,
            external_id=answer_id(kept.id, words),
            at=now,
            text=words,
            reply_to=kept.id,
        )
        state.arrived.append(arrived)
        return self.taken(kept._replace(answer=arrived))

    def _kept(self, state: State, review: str) -> Kept | None:
        found = state.public.get(self._key(review))
        if found is None:
            return None
        answers: Iterator[Arrived] = state.of(self.channel, found.account)
        return Kept(review, found, next((each for each in answers if each.reply_to == review), None))

    def _of(self, state: State, account: str) -> Iterator[Kept]:
        """Yield the reviews of a presence, the newest first."""
        newest = sorted(state.public.items(), key=lambda entry: entry[1].at, reverse=True)
        names = [key for key, each in newest if (each.channel, each.account) == (self.channel, account)]
        yield from (kept for name in names if (kept := self._kept(state, name.removeprefix(self._key("")))))

    def _key(self, review: str) -> str:
        return f"{self.platform} {review}"


def _error(status: int, words: str) -> Response:
    return Response(status, {"error": {"code": status, "message": words}})


def _gone() -> Response:
    return _error(404, "Requested entity was not found.")


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


# ---------------------------------------------------------------------------------------------------- Google Business


def _google_reply(kept: Kept) -> dict[str, Any] | None:
    return {"comment": kept.answer.text, "updateTime": _text(kept.answer.at)} if kept.answer else None


def _google(kept: Kept) -> dict[str, Any]:
    own, reply = kept.review, _google_reply(kept)
    at = {"createTime": _text(own.at), "updateTime": _text(own.at)}
    shown = {"reviewId": kept.id, "reviewer": {"displayName": "Ana"}, "starRating": "TWO", "comment": "¿Y mi pedido?"}
    return {**shown, **at, **({"reviewReply": reply} if reply else {})}


_PLACE = r"/v4/accounts/[^/]+/locations/[^/]+/reviews/([^/]+)"


def _reviews(shown: list[Any]) -> Any:
    return {"reviews": shown} if shown else {}


GOOGLE_BUSINESS = ReviewApi(
    platform="google_business",
    channel="google_review",
    host="mybusiness.googleapis.com",
    path=_PLACE,
    every=r"/v4/accounts/[^/]+/locations/([^/]+)/reviews",
    answering=("PUT", f"{_PLACE}/reply"),
    said=lambda body: (None, body.get("comment")),
    shown=_google,
    listed=_reviews,
    taken=lambda kept: Response(200, _google_reply(kept)),
    fits=lambda words: len(words.encode()) <= 4096,
    limit=Limit(300, timedelta(minutes=1)),
)


# -------------------------------------------------------------------------------------------------------- Google Play


def _stamp(at: datetime) -> dict[str, Any]:
    return {"seconds": str(int(at.timestamp())), "nanos": at.microsecond * 1000}


def _play(kept: Kept) -> dict[str, Any]:
    comments: list[dict[str, Any]] = [
        {"userComment": {"text": "\t¿Y mi pedido?", "lastModified": _stamp(kept.review.at), "starRating": 2}}
    ]
    if kept.answer:
        said = {"text": kept.answer.text, "lastModified": _stamp(kept.answer.at)}
        comments.append({"developerComment": said})
    return {"reviewId": kept.id, "authorName": "Ana", "comments": comments}


def _play_taken(kept: Kept) -> Response:
    assert kept.answer
    return Response(200, {"result": {"replyText": kept.answer.text, "lastEdited": _stamp(kept.answer.at)}})


_APP = r"/androidpublisher/v3/applications/[^/]+/reviews/([^/]+)"

GOOGLE_PLAY = ReviewApi(
    platform="google_play",
    channel="play_review",
    host="androidpublisher.googleapis.com",
    path=_APP,
    every=r"/androidpublisher/v3/applications/([^/]+)/reviews",
    answering=("POST", f"{_APP}:reply"),
    said=lambda body: (None, body.get("replyText")),
    shown=_play,
    listed=_reviews,
    taken=_play_taken,
    fits=lambda words: len(words) <= 350,
    limit=Limit(3000, timedelta(minutes=1)),
)


# --------------------------------------------------------------------------------------------------------- Trustpilot


def _trustpilot(kept: Kept) -> dict[str, Any]:
    consumer = {"id": kept.review.author, "displayName": "Ana"}
    shown = {"id": kept.id, "consumer": consumer, "stars": 2, "title": "Dos estrellas", "text": "¿Y mi pedido?"}
    reply = {"text": kept.answer.text, "createdAt": _text(kept.answer.at)} if kept.answer else None
    return {**shown, "createdAt": _text(kept.review.at), "updatedAt": None, "companyReply": reply}


_SERVICE_REVIEW = r"/v1/private/reviews/([^/]+)"

TRUSTPILOT = ReviewApi(
    platform="trustpilot",
    channel="trustpilot_review",
    host="api.trustpilot.com",
    path=_SERVICE_REVIEW,
    every=r"/v1/private/business-units/([^/]+)/reviews",
    answering=("POST", f"{_SERVICE_REVIEW}/reply"),
    said=lambda body: (None, body.get("message") if body.get("authorBusinessUserId") == USER else None),
    shown=_trustpilot,
    listed=lambda shown: {"reviews": shown},
    taken=lambda _: Response(201, {}),  # what is answered is not documented
    fits=lambda words: len(words) <= 4096,
    limit=Limit(833, timedelta(minutes=5)),
)


# ------------------------------------------------------------------------------------------------------ the App Store


def _response(kept: Kept) -> dict[str, Any] | None:
    if kept.answer is None:
        return None
    said = {"responseBody": kept.answer.text, "lastModifiedDate": _text(kept.answer.at), "state": "PENDING_PUBLISH"}
    return {"type": "customerReviewResponses", "id": f"response-{kept.id}", "attributes": said}


def _app_store(kept: Kept) -> dict[str, Any]:
    said = {"rating": 2, "title": "Dos estrellas", "body": "¿Y mi pedido?", "reviewerNickname": "ana"}
    response = _response(kept)
    named = {"type": "customerReviewResponses", "id": response["id"]} if response else None
    data = {
        "type": "customerReviews",
        "id": kept.id,
        "attributes": {**said, "createdDate": _text(kept.review.at)},
        "relationships": {"response": {"data": named}},
    }
    return {"data": data, "included": [response] if response else []}


def _together(shown: list[Any]) -> Any:
    return {"data": [each["data"] for each in shown], "included": [one for each in shown for one in each["included"]]}


def _responding(body: Mapping[str, Any]) -> tuple[str | None, object]:
    match body:
        case {
            "data": {
                "type": "customerReviewResponses",
                "attributes": {"responseBody": words},
                "relationships": {"review": {"data": {"type": "customerReviews", "id": str(review)}}},
            }
        }:
            return review, words
    return None, None


APP_STORE = ReviewApi(
    platform="app_store",
    channel="appstore_review",
    host="api.appstoreconnect.apple.com",
    path=r"/v1/customerReviews/([^/]+)",
    every=r"/v1/apps/([^/]+)/customerReviews",
    answering=("POST", "/v1/customerReviewResponses"),
    said=_responding,
    shown=_app_store,
    listed=_together,
    taken=lambda kept: Response(201, {"data": _response(kept)}),
    fits=lambda words: len(words) <= 5970,
    limit=Limit(3600, timedelta(hours=1)),
)

EVERY = (GOOGLE_BUSINESS, GOOGLE_PLAY, TRUSTPILOT, APP_STORE)
