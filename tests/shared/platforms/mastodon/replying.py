"""How tests speak through Mastodon."""

from infra.local.standin.platforms import mastodon
from shared.models import Visibility
from shared.ports import Thing
from shared.replying import Place
from tests.conftest import NOW
from tests.spoken import ANA, Spoken

NAME = "latienda"
THINGS = (Thing("host", mastodon.HOST),)
ANA_THERE = {"id": ANA, "username": "ana", "acct": "ana@vecinos.example", "url": "https://vecinos.example/@ana"}


def _spoken(thread: str, answered: str, visibility: Visibility) -> Spoken:
    return Spoken(
        account="latienda",
        thread=thread,
        answered=answered,
        visibility=visibility,
        reads_first=True,
        says_when=True,
        keeps_our_id=True,
        others=(
            (ANA, thread, "private", answered),
            (ANA, "elsewhere", visibility, answered),
            ("ana torres", thread, visibility, answered),
            (ANA, thread, visibility, "../accounts"),
        ),
    )


CHANNELS = {
    "mastodon_mention": _spoken("mentions", "115240000000880101", "public"),
    "mastodon_dm": _spoken("direct", "115240000000880108", "private"),
}
WORDS = ("id", "error", "account", "visibility", "created_at")


def before(where: Place, _: str) -> object:
    return {"id": where.reply_to, "account": ANA_THERE, "visibility": "public", "created_at": NOW.isoformat()}
