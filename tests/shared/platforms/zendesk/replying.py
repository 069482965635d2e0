"""How tests speak through Zendesk."""

from infra.local.standin.platforms import zendesk
from shared.ports import Thing
from shared.replying import Place
from tests.conftest import NOW
from tests.spoken import ANA, Spoken

NAME = "ayuda"
THINGS = (Thing("host", zendesk.HOST),)
USER = "soporte@teleprado.example/token:"

_THREAD, _ANSWERED = "4711", "880101"

CHANNELS = {
    "zendesk_ticket": Spoken(
        account="ayuda",
        thread=_THREAD,
        answered=_ANSWERED,
        title="Pedido 4711",
        reads_first=True,
        says_when=True,
        keeps_our_id=True,
        others=(
            (ANA, _THREAD, "private", f"{_ANSWERED}:filled_in:0a"),
            (ANA, "direct", "private", _ANSWERED),
            ("ayuda", _THREAD, "private", _ANSWERED),
            (ANA, "../users", "private", _ANSWERED),
        ),
    )
}
WORDS = ("error", "description", "ticket", "audit", "events", "status", "updated_at")


def before(where: Place, _: str) -> object:
    ticket = {"id": int(where.thread), "requester_id": int(ANA), "status": "open", "updated_at": NOW.isoformat()}
    return {"ticket": ticket}
