"""How tests speak through the App Store."""

from infra.local.standin.platforms import app_store
from shared.ports import Thing
from shared.replying import Place
from tests.reviews import reviewed, unanswered

NAME = "apple"
THINGS = (Thing("app", "1234567890"),)
CHANNELS = {"appstore_review": reviewed("1234567890")}
WORDS = ("data", "attributes", "id", "type", "errors", "code", "detail", "included")


def before(where: Place, _: str) -> object:
    return unanswered(app_store.API, where)
