"""How tests speak through TikTok."""

from shared.models import Visibility
from shared.ports import Thing
from tests.spoken import Spoken

NAME = "videos"

_US, _ANA = "biz-open-id-0001", "uid-anatorres-0001"

THINGS = (Thing("business", _US),)


def _spoken(thread: str, answered: str, visibility: Visibility) -> Spoken:
    return Spoken(
        account=_US,
        person=_ANA,
        thread=thread,
        answered=answered,
        visibility=visibility,
        says_to_whom=visibility == "private",
        others=((_US, thread, visibility, answered), (_ANA, "direct", visibility, answered)),
    )


CHANNELS = {
    "tiktok_dm": _spoken("conv-ana-1==", "msg-101", "private"),
    "tiktok_comment": _spoken("7229000000000000001", "7230000000000000201", "public"),
}
WORDS = ("code", "message", "data", "message_id", "messages", "timestamp")
