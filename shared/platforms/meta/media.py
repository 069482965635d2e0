"""Meta's files: WhatsApp's by their id, which leads to an address that is good for five minutes and asks for the token
(https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media/); the others'
at Meta's content network, by an address that is signed and ends after some days."""

from datetime import datetime
from urllib.parse import urlsplit

from shared.media.places import Gone, Later, Located, MediaPort, Place, Wanted, has_url, not_now
from shared.platforms.meta.graph import HOSTS, get, refusal
from shared.ports import Answer, Asking, Presence, Thing

_WHATSAPP = "whatsapp"
_WHATSAPP_FILES = frozenset({"audio", "document", "image", "sticker", "video", "voice"})
_FILES = frozenset({"audio", "file", "image", "photo", "sticker", "story", "story_mention", "video"})

_WITH_TOKEN = "lookaside.fbsbx.com"  # noqa: S105 - a host
_CONTENT = frozenset({"*.fbcdn.net", "*.fbsbx.com", "*.cdninstagram.com"})
_NO_ACCOUNT = frozenset({100, 803})
_UNNAMED = Gone("WhatsApp did not say where the file is")
_NO_TOKEN = Gone("no API token is given for the account: publish it with `python -m infra.publish tokens`")


def has(wanted: Wanted) -> bool:
    sent = wanted.attachment
    if wanted.channel == _WHATSAPP:
        return sent.type in _WHATSAPP_FILES and sent.id is not None
    return sent.type in _FILES and has_url(wanted)


def locate(presence: Presence, wanted: Wanted, now: datetime) -> Asking[Located]:
    if wanted.channel != _WHATSAPP:
        yield from ()
        return Place(wanted.attachment.url or "")
    number = Thing(_WHATSAPP, wanted.account)
    if not presence.token_of(number.id):
        return _NO_TOKEN
    asked = get(presence, number, wanted.attachment.id or "", phone_number_id=number.id)
    answer = yield asked
    url = answer.json().get("url")
    if answer.status == 200 and isinstance(url, str):
        # The token goes to the one host that asks for it.
        return Place(url, asked.headers if urlsplit(url).netloc == _WITH_TOKEN else {})
    return not_now(answer, now) or (_UNNAMED if answer.status == 200 else _why_not(answer))


def _why_not(answer: Answer) -> Gone | Later:
    """Return what an error means: of an id that nobody knows, nothing will come; anything else may be mended."""
    error = answer.json().get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return (
        Gone("WhatsApp does not know the file: its id is good for a week")
        if code in _NO_ACCOUNT
        else Later(refusal(answer))
    )


PORT = MediaPort(has, locate, hosts=HOSTS, places=_CONTENT)
