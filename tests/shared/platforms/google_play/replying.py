"""How tests speak through Google Play."""

from infra.local.standin.platforms import google_play
from shared.ports import Thing
from shared.replying import Place
from tests.reviews import reviewed, unanswered

NAME = "android"
THINGS = (Thing("app", "com.example.teleprado"),)
CHANNELS = {"play_review": reviewed("com.example.teleprado")}
WORDS = ("result", "replyText", "lastEdited", "comments", "error", "message")


def before(where: Place, _: str) -> object:
    return unanswered(google_play.API, where)
