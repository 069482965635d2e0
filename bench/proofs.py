"""What the bare handler checks, written down once more and as short as it gets: it shares nothing with us."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256


def _telegram(secret: str, _headers: Mapping[str, str], _body: bytes) -> tuple[str, bytes]:
    return "x-telegram-bot-api-secret-token", secret.encode()


def _meta(secret: str, _headers: Mapping[str, str], body: bytes) -> tuple[str, bytes]:
    return "x-hub-signature-256", f"sha256={hmac.digest(secret.encode(), body, sha256).hex()}".encode()


def _x(secret: str, _headers: Mapping[str, str], body: bytes) -> tuple[str, bytes]:
    return "x-twitter-webhooks-signature", b"sha256=" + b64encode(hmac.digest(secret.encode(), body, sha256))


def _standard_webhooks(secret: str, headers: Mapping[str, str], body: bytes) -> tuple[str, bytes]:
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = b64decode(secret.removeprefix("whsec_"))
    return "webhook-signature", b"v1," + b64encode(hmac.digest(key, signed, sha256))


def _discourse(secret: str, _headers: Mapping[str, str], body: bytes) -> tuple[str, bytes]:
    return "x-discourse-event-signature", f"sha256={hmac.digest(secret.encode(), body, sha256).hex()}".encode()


def _linkedin(secret: str, _headers: Mapping[str, str], body: bytes) -> tuple[str, bytes]:
    return "x-li-signature", hmac.digest(secret.encode(), b"hmacsha256=" + body, sha256).hex().encode()


def _tiktok(secret: str, headers: Mapping[str, str], body: bytes) -> tuple[str, bytes]:
    stamp = headers["tiktok-signature"].partition(",")[0].removeprefix("t=").encode()
    proof = hmac.digest(secret.encode(), stamp + b"." + body, sha256).hex().encode()
    return "tiktok-signature", b"t=" + stamp + b",s=" + proof


def _zendesk(secret: str, headers: Mapping[str, str], body: bytes) -> tuple[str, bytes]:
    signed = headers["x-zendesk-webhook-signature-timestamp"].encode() + body
    return "x-zendesk-webhook-signature", b64encode(hmac.digest(secret.encode(), signed, sha256))


def _chatwoot(secret: str, headers: Mapping[str, str], body: bytes) -> tuple[str, bytes]:
    signed = headers["x-chatwoot-timestamp"].encode() + b"." + body
    return "x-chatwoot-signature", f"sha256={hmac.digest(secret.encode(), signed, sha256).hex()}".encode()


def _mastodon(secret: str, _headers: Mapping[str, str], body: bytes) -> tuple[str, bytes]:
    return "x-hub-signature", f"sha256={hmac.digest(secret.encode(), body, sha256).hex()}".encode()


PROOFS: Mapping[str, Callable[[str, Mapping[str, str], bytes], tuple[str, bytes]]] = {
    "telegram": _telegram,
    "meta": _meta,
    "x": _x,
    "standard_webhooks": _standard_webhooks,
    "discourse": _discourse,
    "linkedin": _linkedin,
    "tiktok": _tiktok,
    "zendesk": _zendesk,
    "chatwoot": _chatwoot,
    "mastodon": _mastodon,
}
"""Each platform's header and the proof that it has to hold. One that is not here is not measured against the bare
handler."""
