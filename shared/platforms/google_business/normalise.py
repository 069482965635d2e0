"""What a notification means, which is never more than that there is news, and what a review does."""

from collections.abc import Mapping

from shared.platforms import Handler, ignored
from shared.platforms.google_business.payload import read
from shared.reviews import handlers

CHANNEL = "google_review"


def _ignore(reason: str) -> Handler:
    return lambda unit: [ignored(unit, reason)]


_NEWS = "there is news of a review: the poller brings what it says"
_QUESTION = "a question on Google Maps: what it asks is not told, and Google has no API for questions any more"
_PLACE = "how Google shows a place of the company's: nobody said anything"

EVENTS: Mapping[str, Handler] = {
    **handlers("google_business", CHANNEL, read),
    "NEW_REVIEW": _ignore(_NEWS),
    "UPDATED_REVIEW": _ignore(_NEWS),
    "NEW_QUESTION": _ignore(_QUESTION),
    "UPDATED_QUESTION": _ignore(_QUESTION),
    "NEW_ANSWER": _ignore(_QUESTION),
    "UPDATED_ANSWER": _ignore(_QUESTION),
    "NEW_CUSTOMER_MEDIA": _ignore("a photo that somebody put on Google Maps: nothing was said"),
    "GOOGLE_UPDATE": _ignore(_PLACE),
    "DUPLICATE_LOCATION": _ignore(_PLACE),
    "LOSS_OF_VOICE_OF_MERCHANT": _ignore(_PLACE),
    "VOICE_OF_MERCHANT_UPDATED": _ignore(_PLACE),
}
