"""How tests speak through Twilio."""

from infra.local.standin.platforms.twilio import ACCOUNT
from shared.ports import Thing
from tests.spoken import BSUID, Spoken

NAME = "tienda"
USER = f"{ACCOUNT}:"
TEMPLATE = f"HX{'0' * 31}1"
SILENT = ("phone",)

_US, _ANA = "+34910000001", "+34600000001"
_SMS, _CHAT = f"SM{'0' * 30}20", f"SM{'0' * 30}21"

THINGS = (Thing("number", _US),)
CHANNELS = {
    "sms": Spoken(
        namespace="sms",
        account=_US,
        person=_ANA,
        answered=_SMS,
        keeps_our_id=True,
        receipts=("sent", "delivered"),
        others=(
            ("217100", "direct", "private", _SMS),
            (_US, "direct", "private", _SMS),
            ("BANCO", "direct", "private", _SMS),
            ("+266696687", "direct", "private", _SMS),
            (_ANA, "topic", "private", _SMS),
        ),
    ),
    "twilio_whatsapp": Spoken(
        namespace="whatsapp",
        account=_US,
        person=_ANA,
        answered=_CHAT,
        keeps_our_id=True,
        receipts=("sent", "delivered", "read"),
        others=tuple(
            (person, "direct", "private", _CHAT)
            for person in (BSUID, "ES.ENT.11815799212886844830", _US, "34600000001", "217100")
        ),
    ),
}
WORDS = ("sid", "status", "code", "message", "messages", "next_page_uri", "date_created", "error_code")
