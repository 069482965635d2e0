"""How tests speak through Discourse."""

from infra.local.standin.platforms import discourse
from shared.ports import Thing
from shared.replying import Place
from tests.conftest import NOW
from tests.spoken import ANA, Spoken

NAME = "foro"
THINGS = (Thing("host", discourse.HOST), Thing("user", discourse.USER))

_THREAD, _ANSWERED = "4711", "81"

CHANNELS = {
    "forum": Spoken(
        account="foro",
        thread=_THREAD,
        answered=_ANSWERED,
        visibility="public",
        title="Pedido 4711",
        reads_first=True,
        says_when=True,
        says_to_whom=False,
        others=(
            (ANA, "4712", "private", "90"),
            ("foro", _THREAD, "public", _ANSWERED),
            ("ana", _THREAD, "public", _ANSWERED),
            (ANA, "direct", "public", _ANSWERED),
            (ANA, _THREAD, "public", "81/../82"),
            (ANA, "0", "public", _ANSWERED),
        ),
    )
}
WORDS = (
    *("post_stream", "posts", "raw", "username", "post_number", "topic_id", "topic_list", "topics", "created_at"),
    *("highest_post_number", "posts_count", "action", "extras", "wait_seconds"),
)


def before(where: Place, _: str) -> object:
    post = {"id": where.reply_to, "user_id": ANA, "username": "ana", "topic_id": where.thread, "post_number": 82}
    return post | {"created_at": NOW.isoformat()}
