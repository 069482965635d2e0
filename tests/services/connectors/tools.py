"""Slack, Zendesk, Jira, SES and a department's own endpoint, played in memory by their documentation: they hold what
they took, refuse what they would refuse, and fail when they are told to."""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import httpx

SLACK_TOKEN = "xoxb-billing"
ZENDESK_TOKEN = "bot@teleprado.example/token:abc"
JIRA_TOKEN = "bot@teleprado.example:abc"

type Failure = Callable[[httpx.Request, Callable[[], httpx.Response]], httpx.Response]


def refuses_connections(request: httpx.Request, _: Callable[[], httpx.Response]) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def takes_it_and_is_silent(request: httpx.Request, do: Callable[[], httpx.Response]) -> httpx.Response:
    do()
    raise httpx.ReadTimeout("timed out", request=request)


def is_silent(request: httpx.Request, _: Callable[[], httpx.Response]) -> httpx.Response:
    raise httpx.ReadTimeout("timed out", request=request)


def answers(status: int, body: Any = None) -> Failure:
    return lambda _request, _do: httpx.Response(status, json=body)


@dataclass
class Tools:
    """`failures` are what becomes of the next calls that do something, in their order."""

    failures: list[Failure] = field(default_factory=list)
    asked: list[httpx.Request] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    responses: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)
    tickets: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    notes: list[tuple[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    comments: dict[str, Any] = field(default_factory=dict)
    received: list[httpx.Request] = field(default_factory=list)
    endpoint: int = 204
    slack_scopes: set[str] = field(default_factory=lambda: {"chat:write", "channels:history"})

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        by_host = {
            "slack.com": self._slack,
            "hooks.slack.com": self._responded,
            "teleprado.zendesk.com": self._zendesk,
            "teleprado.atlassian.net": self._jira,
            "hand-offs.teleprado.example": self._endpoint,
        }

        def do() -> httpx.Response:
            return by_host[request.url.host](request)

        if request.method != "GET" and self.failures:
            return self.failures.pop(0)(request, do)
        return do()

    def _slack(self, request: httpx.Request) -> httpx.Response:
        method = request.url.path.removeprefix("/api/")
        if request.headers["authorization"] != f"Bearer {SLACK_TOKEN}":
            return httpx.Response(200, json={"ok": False, "error": "invalid_auth"})
        if method == "chat.postMessage":
            return self._posted(json.loads(request.content))
        if method == "chat.update":
            return self._updated(json.loads(request.content))
        if method == "views.open":
            self.views.append(json.loads(request.content))
            return httpx.Response(200, json={"ok": True, "view": {"id": f"V{len(self.views)}"}})
        assert method == "conversations.history"
        if "channels:history" not in self.slack_scopes:
            return httpx.Response(200, json={"ok": False, "error": "missing_scope", "needed": "channels:history"})
        return self._history(request)

    def _posted(self, said: dict[str, Any]) -> httpx.Response:
        if said["channel"] != "C0BILLING":
            return httpx.Response(200, json={"ok": False, "error": "channel_not_found"})
        check_blocks(said.get("blocks", []))
        ts = f"17{len(self.posts):08}.000100"
        self.posts.append(said | {"ts": ts})
        return httpx.Response(200, json={"ok": True, "channel": said["channel"], "ts": ts, "message": {}})

    def _updated(self, said: dict[str, Any]) -> httpx.Response:
        post = next((each for each in self.posts if each["ts"] == said["ts"]), None)
        if post is None:
            return httpx.Response(200, json={"ok": False, "error": "message_not_found"})
        check_blocks(said["blocks"])
        self.changed.append(said)
        post |= said
        return httpx.Response(
            200, json={"ok": True, "channel": said["channel"], "ts": said["ts"], "text": said["text"]}
        )

    def _history(self, request: httpx.Request) -> httpx.Response:
        if request.url.params.get("inclusive"):
            span = request.url.params["oldest"], request.url.params["latest"]
            one = [post for post in self.posts if span == (post["ts"], post["ts"])]
            return httpx.Response(200, json={"ok": True, "messages": one, "has_more": False})
        page = int(request.url.params.get("cursor") or 0)
        assert request.url.params["include_all_metadata"] == "true"
        newest_first = [{k: post.get(k) for k in ("ts", "metadata", "text")} for post in reversed(self.posts)]
        following = str(page + 1) if page + 1 < len(newest_first) else ""
        found = newest_first[page : page + 1]  # a page of one, so that reading on is tested
        metadata = {"next_cursor": following}
        return httpx.Response(200, json={"ok": True, "messages": found, "response_metadata": metadata})

    def _responded(self, request: httpx.Request) -> httpx.Response:
        said = json.loads(request.content)
        check_blocks(said.get("blocks", []))
        self.responses.append((request.url.path, said))
        return httpx.Response(200, text="ok")

    def _zendesk(self, request: httpx.Request) -> httpx.Response:
        if basic(request) != ZENDESK_TOKEN:
            return httpx.Response(401, json={"error": "Couldn't authenticate you"})
        if request.method == "GET":
            wanted = request.url.params["external_id"]
            found = [{"id": ticket["id"]} for ticket in self.tickets if ticket["external_id"] == wanted]
            return httpx.Response(200, json={"tickets": found, "count": len(found)})
        said = json.loads(request.content)["ticket"]
        if request.method == "PUT":
            self.notes.append((request.url.path, said["comment"]))
            self.statuses += [said["status"]] if "status" in said else []
            return httpx.Response(200, json={"ticket": {}})
        key = request.headers["idempotency-key"]
        known = next((ticket for ticket in self.tickets if ticket["key"] == key), None)
        if known and known["body"] != request.content:
            return httpx.Response(400, json={"error": "IdempotentRequestError"})
        if known is None:
            known = said | {"id": 35436 + len(self.tickets), "key": key, "body": request.content}
            self.tickets.append(known)
        return httpx.Response(201, json={"ticket": {"id": known["id"], "external_id": known["external_id"]}})

    def _jira(self, request: httpx.Request) -> httpx.Response:
        if basic(request) != JIRA_TOKEN:
            return httpx.Response(401)
        path = request.url.path.removeprefix("/rest/api/3/")
        if path == "search/jql":
            (wanted,) = re.fullmatch(r'labels = "(\S+)"', request.url.params["jql"]).groups()  # type: ignore[union-attr]
            found = [{"id": issue["id"]} for issue in self.issues if wanted in issue["fields"]["labels"]]
            return httpx.Response(200, json={"issues": found, "isLast": True})
        if request.method == "POST" and path == "issue":
            made = {"id": str(10_000 + len(self.issues)), "key": f"TEC-{len(self.issues)}"}
            self.issues.append(made | json.loads(request.content))
            return httpx.Response(201, json=made)
        if request.method == "POST":
            self.notes.append((path, json.loads(request.content)))
            return httpx.Response(201, json={"id": "1"})
        if (comment := path.rpartition("/comment/")[2]) in self.comments:
            return httpx.Response(200, json={"id": comment, "body": self.comments[comment]})
        issue = next((each for each in self.issues if path == f"issue/{each['id']}"), None)
        return httpx.Response(200, json=issue) if issue else httpx.Response(404)

    def _endpoint(self, request: httpx.Request) -> httpx.Response:
        self.received.append(request)
        return httpx.Response(self.endpoint)


def basic(request: httpx.Request) -> str:
    return b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()


def check_blocks(blocks: list[dict[str, Any]]) -> None:
    """Hold blocks to what Slack takes (https://docs.slack.dev/reference/block-kit/blocks)."""
    assert len(blocks) <= 50
    for block in blocks:
        match block["type"]:
            case "header":
                assert block["text"]["type"] == "plain_text"
                assert 0 < len(block["text"]["text"]) <= 150
            case "section":
                assert len(block.get("fields", [])) <= 10
                assert all(0 < len(each["text"]) <= 2000 for each in block.get("fields", []))
                assert "fields" in block or 0 < len(block["text"]["text"]) <= 3000
            case "context":
                assert 0 < len(block["elements"]) <= 10
            case "actions":
                assert 0 < len(block["elements"]) <= 25
                assert all(len(each["value"]) <= 2000 and len(each["action_id"]) <= 255 for each in block["elements"])
                assert all(len(each["text"]["text"]) <= 75 for each in block["elements"])
            case unknown:
                raise AssertionError(f"no block of ours: {unknown}")


class Ses:
    """Sends mail, or raises what it was given to raise; `mails` are those that went out."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.failures: list[Exception] = []
        self.sends_all_the_same = False

    def send_email(self, **request: Any) -> dict[str, Any]:
        failure = self.failures.pop(0) if self.failures else None
        if failure is None or self.sends_all_the_same:
            self.sent.append(request)
        if failure:
            raise failure
        return {"MessageId": f"0102-{len(self.sent)}"}

    def mails(self) -> Iterator[EmailMessage]:
        for request in self.sent:
            yield message_from_bytes(request["Content"]["Raw"]["Data"], policy=default)
