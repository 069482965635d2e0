"""How tests speak through Chatwoot."""

from infra.local.standin.platforms import chatwoot
from shared.ports import Thing
from shared.replying import Place
from tests.spoken import ANA, Spoken

NAME = "buzon"
THINGS = (Thing("host", chatwoot.HOST), Thing("account", chatwoot.ACCOUNT))

_THREAD, _ANSWERED = "4711", "880101"

CHANNELS = {
    "chatwoot_conversation": Spoken(
        account="buzon",
        thread=_THREAD,
        answered=_ANSWERED,
        reads_first=True,
        says_when=True,
        keeps_our_id=True,
        others=(
            (ANA, _THREAD, "private", f"{_ANSWERED}:filled_in:0a"),
            (ANA, "direct", "private", _ANSWERED),
            ("buzon", _THREAD, "private", _ANSWERED),
            (ANA, "../users", "private", _ANSWERED),
        ),
    )
}
WORDS = ("id", "error", "message", "meta", "sender", "created_at")


def before(where: Place, _: str) -> object:
    return {"id": int(where.thread), "meta": {"sender": {"id": int(ANA)}}, "can_reply": True}
