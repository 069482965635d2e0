"""What Meta tells of a message that it has just taken: its echo, or how far it got."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from infra.local.standin.echoes import Notice, milliseconds, notice
from infra.local.standin.state import Arrived

_SECOND = timedelta(seconds=1)
_NUMBER = 15
"""So many digits a telephone number has at most; a longer one is a group's."""


def _messaging(arrived: Arrived) -> Iterator[Notice]:
    """https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-echoes"""
    if not arrived.to.isdigit():
        return  # a guest of a website, of whom the echo has no id
    own = {"metadata": arrived.reply_id} if arrived.reply_id else {}
    item = {
        "sender": {"id": arrived.account},
        "recipient": {"id": arrived.to},
        "timestamp": milliseconds(arrived.at),
        "message": {"mid": arrived.external_id, "text": arrived.text, "is_echo": True, **own},
    }
    entry = {"id": arrived.account, "time": milliseconds(arrived.at), "messaging": [item]}
    yield notice(arrived, {"object": "page" if arrived.channel == "messenger" else "instagram", "entry": [entry]})


def _whatsapp(arrived: Arrived) -> Iterator[Notice]:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status"""
    if arrived.to.isdigit() and len(arrived.to) > _NUMBER:
        return  # in a group each participant has statuses of their own
    own = {"biz_opaque_callback_data": arrived.reply_id} if arrived.reply_id else {}
    to = {"recipient_id": arrived.to} if arrived.to.isdigit() else {"recipient_user_id": arrived.to}
    about = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "34910000001", "phone_number_id": arrived.account},
    }
    for later, status in enumerate(("sent", "delivered", "read")):
        at = str(int((arrived.at + later * _SECOND).timestamp()))
        told = {"id": arrived.external_id, "status": status, "timestamp": at, **to, **own}
        change = {"field": "messages", "value": {**about, "statuses": [told]}}
        entry = {"id": "102000000000001", "changes": [change]}
        yield notice(arrived, {"object": "whatsapp_business_account", "entry": [entry]})


ECHOES: Mapping[str, Callable[[Arrived], Iterator[Notice]]] = {
    "messenger": _messaging,
    "instagram_dm": _messaging,
    "whatsapp": _whatsapp,
}
