"""How tests speak through Trustpilot."""

from infra.local.standin.platforms import trustpilot
from shared.ports import Thing
from shared.replying import Place
from tests.reviews import reviewed, unanswered

NAME = "opiniones"
THINGS = (Thing("business_unit", "5f0a1b2c3d4e5f6a7b8c9d0e"), Thing("business_user", trustpilot.USER))
CHANNELS = {"trustpilot_review": reviewed("5f0a1b2c3d4e5f6a7b8c9d0e")}
WORDS = ("companyReply", "createdAt", "text", "message", "errorCode")


def before(where: Place, _: str) -> object:
    return unanswered(trustpilot.API, where)
