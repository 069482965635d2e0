"""How tests speak through Google Business Profile."""

from infra.local.standin.platforms import google_business
from shared.ports import Thing
from shared.replying import Place
from tests.reviews import reviewed, unanswered

NAME = "tiendas"
THINGS = (Thing("location", "7700100200300400500", through="100200300400500600700"),)
CHANNELS = {"google_review": reviewed("7700100200300400500")}
WORDS = ("comment", "updateTime", "reviewReply", "error", "message", "status")


def before(where: Place, _: str) -> object:
    return unanswered(google_business.API, where)
