"""X's API, as far as webhooks go (https://docs.x.com/openapi.json)."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from tests.apis.server import Asked, Said
from tests.conftest import NOW

BEARER = "the-apps-own-bearer"
WEBHOOK = {
    "created_at": "2026-09-24T20:57:15.000Z",
    "id": "1146654567674912769",
    "url": "https://door.example/webhooks/x/2244994945",
    "valid": True,
}
SUBSCRIPTION = {
    "subscription_id": "1",
    "event_type": "post.mention.create",
    "filter": {"user_id": "2244994945"},
    "webhook_id": WEBHOOK["id"],
}

_PROBLEM = {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
_FORBIDDEN = {
    "title": "Client Forbidden",
    "type": "https://api.twitter.com/2/problems/client-forbidden",
    "reason": "client-not-enrolled",
    "status": 403,
}


@dataclass
class X:
    """`products` is what each product that uses webhooks answers, by the end of its path."""

    webhooks: list[dict[str, Any]] = field(default_factory=lambda: [dict(WEBHOOK)])
    products: dict[str, Said] = field(
        default_factory=lambda: {"/2/activity/subscriptions": Said(200, {"data": [SUBSCRIPTION]})}
    )
    limited: bool = False
    wrapped: bool = True
    replays: list[tuple[datetime, datetime]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Said:
        assert asked.host == "api.x.com"
        if asked.bearer != BEARER:
            return Said(401, _PROBLEM)
        if self.limited:
            return Said(429, {"title": "Too Many Requests", "status": 429}, headers={"x-rate-limit-reset": "1"})
        if (asked.method, asked.path) == ("GET", "/2/webhooks"):
            meta = {"meta": {"result_count": len(self.webhooks)}}
            return Said(200, ({"data": self.webhooks} if self.webhooks else {}) | meta)
        if (asked.method, asked.path) == ("POST", "/2/webhooks/replay"):
            return self._replay(asked)
        assert asked.method == "GET"
        return next((said for path, said in self.products.items() if asked.path.endswith(path)), Said(403, _FORBIDDEN))

    def _replay(self, asked: Asked) -> Said:
        wanted = orjson.loads(asked.body)
        assert asked.headers["content-type"] == "application/json"
        assert set(wanted) == {"webhook_id", "from_date", "to_date"}
        assert wanted["webhook_id"] in {webhook["id"] for webhook in self.webhooks}
        assert all(re.fullmatch("[0-9]{12}", wanted[name]) for name in ("from_date", "to_date"))
        first, last = (
            datetime.strptime(wanted[name], "%Y%m%d%H%M").replace(tzinfo=UTC) for name in ("from_date", "to_date")
        )
        if not NOW - timedelta(hours=24) <= first < last <= NOW:
            return Said(400, {"title": "Invalid Request", "status": 400})
        self.replays.append((first, last))
        job = {"created_at": "2026-11-22T12:00:00.000Z", "job_id": "1915510368169844736"}
        return Said(200, {"data": job} if self.wrapped else job)
