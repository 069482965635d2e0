"""The Graph API, as far as subscriptions and conversations go.

https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps/
https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
https://developers.facebook.com/docs/graph-api/results (cursors), .../guides/error-handling (errors)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.apis.server import Asked, Said

PAGE, ACCOUNT, BUSINESS, APP = "100000000000001", "17840000000000001", "100000000000002", "200000000000001"
TOKEN = "EAAtoken"

FIELDS = {"data": [{"id": APP, "name": "Tienda", "category": "Business", "subscribed_fields": ["messages", "feed"]}]}
WHATSAPP = {"data": [{"whatsapp_business_api_data": {"id": APP, "link": "https://www.example.com/", "name": "Tienda"}}]}


def error(code: int, *, status: int = 400, subcode: int | None = None) -> Said:
    said: dict[str, Any] = {
        "message": "(#n) says who and what",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "A",
    }
    return Said(status, {"error": said | ({"error_subcode": subcode} if subcode else {})})


@dataclass
class Meta:
    """`edges` are lists by `<node>/<edge>` (with `?platform=` for conversations), given in pages of `page_size`.

    `errors` are answered instead; `gives_up_after` is how many calls are answered before the rate limit is reached.
    """

    edges: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, Said] = field(default_factory=dict)
    token: str = TOKEN
    page_size: int = 2
    gives_up_after: int | None = None
    asked: list[Asked] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Said:
        assert asked.host in {"graph.facebook.com", "graph.instagram.com"}
        assert asked.method == "GET"
        assert "access_token" not in asked.query, "tokens stay out of URLs"
        self.asked.append(asked)
        if asked.bearer != self.token:
            return error(190, status=401, subcode=463)
        if self.gives_up_after is not None and len(self.asked) > self.gives_up_after:
            return error(32, status=403)
        version, _, name = asked.path.removeprefix("/").partition("/")
        assert version.startswith("v")
        if "platform" in asked.query:
            name += f"?platform={asked.query['platform']}"
        if name in self.errors:
            return self.errors[name]
        if name not in self.edges:
            return error(100, subcode=33)
        return self._page(asked, self.edges[name])

    def _page(self, asked: Asked, members: Sequence[dict[str, Any]]) -> Said:
        start = int(asked.query.get("after", "0"))
        end = start + self.page_size
        cursors = {"before": str(start), "after": str(end)}
        further = {"next": f"https://{asked.host}{asked.path}?access_token={self.token}&after={end}"}
        paging = {"cursors": cursors} | (further if end < len(members) else {})
        return Said(200, {"data": members[start:end]} | ({"paging": paging} if members else {}))
