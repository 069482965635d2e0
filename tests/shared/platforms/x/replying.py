"""How tests speak through X."""

from tests.spoken import ANA, Spoken

_US = "2244000001"
_THREAD, _ANSWERED = "2102023372010422279", "2102038473467756545"
_MESSAGE = "2102038473467756546"

CHANNELS = {
    "x_mention": Spoken(
        account=_US,
        thread=_THREAD,
        answered=_ANSWERED,
        visibility="public",
        summoned=True,
        says_when=True,
        others=((ANA, "broadcast:1vOGw", "public", "b-77"), (ANA, _THREAD, "public", _THREAD)),
    ),
    "x_dm": Spoken(
        account=_US,
        answered=_MESSAGE,
        says_when=True,
        others=((_US, "direct", "private", _MESSAGE), (ANA, "g1530000000000000000", "private", "17")),
    ),
}
WORDS = (
    *("data", "dm_event_id", "detail", "type", "errors", "meta", "next_token", "text", "created_at"),
    *("referenced_tweets", "referenced_posts", "sender_id", "parent_id", "title"),
)
