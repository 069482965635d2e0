"""Telegram's Bot API, as far as webhooks go (https://core.telegram.org/bots/api#getwebhookinfo)."""

from dataclasses import dataclass, field
from typing import Any

from tests.apis.server import Asked, Said

TOKEN = "4711:invented"


@dataclass
class Telegram:
    """`info` is what `getWebhookInfo` says; `wait` makes it ask for patience."""

    info: dict[str, Any] = field(
        default_factory=lambda: {
            "url": "https://door.example/webhooks/telegram/shop_bot",
            "has_custom_certificate": False,
            "pending_update_count": 0,
            "max_connections": 40,
            "ip_address": "192.0.2.7",
        }
    )
    wait: bool = False

    def __call__(self, asked: Asked) -> Said:
        assert (asked.method, asked.host) == ("GET", "api.telegram.org")
        if self.wait:
            said = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 5"}
            return Said(429, said | {"parameters": {"retry_after": 5}})
        if not asked.path.startswith(f"/bot{TOKEN}/"):
            return Said(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        if asked.path != f"/bot{TOKEN}/getWebhookInfo":
            return Said(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        return Said(200, {"ok": True, "result": self.info})
