"""How tests speak through SES."""

from base64 import b64decode
from email import message_from_bytes
from email.policy import SMTP

import orjson

from shared.ports import Call, Thing
from tests.spoken import Spoken

ACCOUNT = "help@shop.example.com"
THINGS = (Thing("region", "eu-west-1"), Thing("configuration_set", "mostrador"))

_ANA = "ana@example.com"
_THREAD, _ANSWERED = "<CAF=1@mail.example.com>", "<CAF=2@mail.example.com>"

CHANNELS = {
    "email": Spoken(
        namespace="email",
        account=ACCOUNT,
        person=_ANA,
        thread=_THREAD,
        answered=_ANSWERED,
        title="Pedido 4711",
        keeps_our_id=True,
        spaces_stay=False,
        receipts=("sent", "sent", "read"),
        others=(
            (_ANA, _ANSWERED, "private", _ANSWERED),
            (_ANA, "direct", "private", "no message's id"),
            ("ana+tienda@sub.example.com", _THREAD, "private", "<a> <b>"),
            (ACCOUNT, _THREAD, "private", _ANSWERED),
            (ACCOUNT.upper(), _THREAD, "private", _ANSWERED),
            ("ana@example.com, all@example.com", _THREAD, "private", _ANSWERED),
            ("ana@example.com\r\nBcc: all@example.com", _THREAD, "private", _ANSWERED),
            ("ana", _THREAD, "private", _ANSWERED),
        ),
    )
}
WORDS = ("MessageId", "__type", "message")


def said(call: Call) -> str:
    raw = b64decode(orjson.loads(call.body)["Content"]["Raw"]["Data"])
    return str(message_from_bytes(raw, policy=SMTP).get_content())
