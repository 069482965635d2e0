"""How tests speak through YouTube."""

from infra.local.standin.platforms import youtube
from shared.ports import Thing
from tests.spoken import ANA, Spoken

NAME = "canal"
THINGS = (Thing("channel", youtube.CHANNEL),)

_THREAD = "Ugx4711AaAaAaAaAaAaAaAaAaA"

CHANNELS = {
    "youtube_comment": Spoken(
        account="canal",
        thread=_THREAD,
        answered=_THREAD,
        visibility="public",
        others=(
            (ANA, _THREAD, "public", "UgxAnother"),
            (ANA, _THREAD, "public", f"{_THREAD}/../x"),
            (ANA, _THREAD, "private", _THREAD),
            (ANA, "direct", "public", _THREAD),
        ),
    )
}
WORDS = ("id", "error", "code", "message", "errors", "reason", "items", "snippet", "access_token")
