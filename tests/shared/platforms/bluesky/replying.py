"""How tests speak through Bluesky."""

from infra.local.standin.platforms import bluesky
from shared.models import Visibility
from shared.replying import Place
from tests.spoken import Situation, Spoken

_US, _ANA = "teleprado.example", "did:plc:ana2to3rres4ana5to6rres7"
_THREAD = "at://did:plc:te2le3pra4do5te6le7pra2d/app.bsky.feed.post/3lbqk4xw2tc2p"
_POST, _MESSAGE = "at://did:plc:ana2to3rres4ana5to6rres7/app.bsky.feed.post/3lbqmz5ns7k2a", "3lbqdm2aaaaa2"


def _spoken(thread: str, answered: str, visibility: Visibility, *others: Situation) -> Spoken:
    return Spoken(
        account=_US,
        person=_ANA,
        thread=thread,
        answered=answered,
        visibility=visibility,
        reads_first=True,
        says_when=True,
        others=(
            (_ANA, "3lbqgroup2aa2", visibility, answered),
            ("ana.torres.example", thread, visibility, answered),
            *others,
        ),
    )


_ODD: tuple[Situation, ...] = ((_ANA, _POST, "public", _POST), (_ANA, _THREAD, "public", "at://x/../y"))

CHANNELS = {
    "bluesky_mention": _spoken(_THREAD, _POST, "public", *_ODD),
    "bluesky_dm": _spoken("direct", _MESSAGE, "private"),
}
WORDS = (
    "did",
    "accessJwt",
    "uri",
    "cid",
    "value",
    "convo",
    "convoId",
    "sentAt",
    "sender",
    "parent",
    "error",
    "message",
)


def before(where: Place, signed_in_with: str) -> object:
    return {
        **{"did": bluesky.US, "accessJwt": signed_in_with, "convo": {"id": "3lbqconvo2aa2"}},
        "posts": [{"uri": where.reply_to, "cid": "bafyreione", "record": {"text": "¿Abrís?"}}],
    }
