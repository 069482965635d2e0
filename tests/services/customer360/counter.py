"""A counter with customers at it: what they say is journalled and projected, and the service is asked as the gateway
asks it."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, cast

import orjson
from mangum import Mangum

from services.customer360.lookup import Lookup
from services.customer360.routes import api
from shared import platforms
from shared.casework.cases import Doing
from shared.casework.steps import Agent, CaseMove, LinkDecision, pair
from shared.errors import Conflict, NotFound
from shared.http.problems import MEDIA_TYPE
from shared.ids import customer_id, step_id
from shared.media.copies import Copy
from shared.media.scanning import Scanning
from shared.models import Author, ContactPoint, Deletion, Delivery, Edit, Message, PersonalEvent
from shared.playbook import parse
from shared.projection.projector import Projector
from shared.queues import Departments
from shared.store import journal, keys, media, revisions, steps
from shared.store.customers import PARALLEL, Customers
from shared.store.journal import Bucket
from shared.store.media import MediaBucket, MediaLinks
from shared.store.table import Item, Table
from tests.conftest import NOW
from tests.template import ROOT

PLAYBOOK = parse((ROOT / "infra" / "playbook.example.toml").read_text())
EVERYTHING = {"sub": "marta", "scope": "openid customers/read customers/link customers/audit"}
"""The claims of a token without limits."""

ANA = "telegram:tienda_bot:5150001"
ANA_ON_X = "x:900100:77001"
LUIS = "telegram:tienda_bot:5150002"

_WHO: dict[str, dict[str, Any]] = {
    ANA: {
        "account": "tienda_bot",
        "channel": "telegram",
        "author": Author(
            name="Ana Torres",
            handle="AnaTorres",
            language="es",
            contacts=(
                ContactPoint(kind="handle", value="AnaTorres", proof="platform"),
                ContactPoint(kind="phone", value="+34600111222", proof="platform"),
            ),
        ),
    },
    ANA_ON_X: {
        "account": "900100",
        "channel": "x_mention",
        "thread": "post-1",
        "author": Author(
            name="Ana T.",
            handle="ana_t",
            contacts=(
                ContactPoint(kind="handle", value="ana_t", proof="platform"),
                ContactPoint(kind="phone", value="+34 600 111 222"),
            ),
        ),
    },
    LUIS: {
        "account": "tienda_bot",
        "channel": "telegram",
        "author": Author(name="Luis", contacts=(ContactPoint(kind="email", value="Luis@Example.com"),)),
    },
}


def ago(**passed: float) -> datetime:
    return NOW - timedelta(**passed)


def said(external_id: str, text: str = "", *, who: str = ANA, at: datetime = NOW, **rest: Any) -> Message:
    return Message(**{**_WHO[who], **rest}, identity=who, external_id=external_id, occurred_at=at, text=text)


def answered(external_id: str, text: str = "", *, who: str = ANA, at: datetime = NOW, **rest: Any) -> Message:
    return said(external_id, text, who=who, at=at, direction="outbound", author=None, **rest)


def edited(target: str, text: str, *, who: str = ANA, at: datetime = NOW, **rest: Any) -> Edit:
    where = {name: value for name, value in _WHO[who].items() if name != "author"}
    rest.setdefault("external_id", f"{target}:edit:{at.isoformat()}")
    return Edit(**where, identity=who, occurred_at=at, target=target, text=text, **rest)


def deleted(target: str, *, who: str = ANA, at: datetime = NOW, **rest: Any) -> Deletion:
    where = {name: value for name, value in _WHO[who].items() if name != "author"}
    return Deletion(**where, identity=who, external_id=f"{target}:deleted", occurred_at=at, target=target, **rest)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.text)


def called(
    path: str,
    query: str = "",
    *,
    claims: object = EVERYTHING,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    request: str = "request-1",
) -> dict[str, Any]:
    """Return an HTTP API's event (payload format 2.0) after its JWT authorizer."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "api.example.com", "authorization": "Bearer verified.by.gateway", **(headers or {})},
        "requestContext": {
            "requestId": request,
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
            "stage": "$default",
            "authorizer": {"jwt": {"claims": claims, "scopes": None}},
        },
        "isBase64Encoded": False,
    }


class _Signer(MediaBucket):
    """Gives links that are the same at every time."""

    def __init__(self) -> None:
        """Without a client: nothing is read or written."""

    def link(self, name: str, media_type: str) -> str:
        return f"https://files.example/{name}?type={media_type}"


@dataclass(frozen=True)
class Counter:
    """The table with its projector, and the service in front of it."""

    table: Table
    now: Callable[[], datetime] = lambda: NOW
    scanning: Scanning = "none"

    def hear(self, *events: PersonalEvent, received_at: datetime | None = None) -> None:
        """Journal events and project each, as the stream does."""
        for event in events:
            self._projector.project([self.keep(event, received_at)])

    def keep(self, event: PersonalEvent, received_at: datetime | None = None) -> Item:
        """Journal an event that is not projected."""
        item = journal.expanded_item(self.delivery(event, received_at), event)
        assert self.table.insert(item) is None
        return item

    def revise(self, event: PersonalEvent) -> None:
        revisions.keep(self.table, event)

    def delivery(self, event: PersonalEvent, received_at: datetime | None = None) -> Delivery:
        return Delivery("telegram", event.account, b"", {}, received_at or event.occurred_at)

    def link(self, first: str, *others: str, at: datetime | None = None) -> str:
        """Have somebody say that identities are one person, and return the customer's id."""
        pairs = tuple(sorted(pair(first, other) for other in others))
        self.take(LinkDecision, first, at=at, decision="linked", pairs=pairs)
        return customer_id(first)

    def take(self, kind: Any, identity: str, *, at: datetime | None = None, key: str = "", **content: Any) -> str:
        """Journal a step of somebody's and project it, as the desk does; return its id, which a `key` decides."""
        content.setdefault("by", Agent(subject="marta"))
        name = step_id(subject="marta", identity=identity, idempotency_key=key or repr((kind, at, content)))
        step: Any = kind(id=name, identity=identity, at=at or self.now(), **content)
        assert steps.keep(self.table, step) == step
        self._projector.take(step)
        return name

    def do(self, identity: str, escalation: str, doing: Doing) -> CaseMove | None:
        """Do something with a case and project it, as the desk does; nothing when it may not be done as the case
        stands, or there is no such case."""
        cases = self._projector.cases
        try:
            move = cases.do(identity, escalation, doing)
        except (Conflict, NotFound):
            return None
        cases.take(move)
        return move

    def ask(
        self,
        path: str,
        query: str = "",
        *,
        claims: object = EVERYTHING,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        request: str = "request-1",
    ) -> Answer:
        """Call a path as the gateway does after its authorizer; `query` is the raw query string."""
        event = called(path, query, claims=claims, method=method, headers=headers, request=request)
        answer = self._service(event, cast("Any", None))
        assert answer["isBase64Encoded"] is False
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    def copied(self, event: PersonalEvent, number: int = 0, **changes: Any) -> None:
        """Note that a file which came with an event is kept."""
        name = f"media/{number}"
        said = {"state": "copied", "at": NOW, "type": "image/jpeg", "size": 48_213, "object": name}
        copy = Copy.model_validate({**said, "verdict": "not_scanned", **changes})
        assert media.keep(self.table, keys.media(keys.event(event), number), copy, before=None, for_days=0)

    @property
    def lookup(self) -> Lookup:
        return Lookup(
            table=self.table,
            customers=Customers(self.table, _POOL),
            playbook=lambda: PLAYBOOK,
            windows=platforms.windows,
            now=self.now,
            files=MediaLinks(_Signer(), self.scanning),
        )

    @cached_property
    def _service(self) -> Mangum:
        return Mangum(api(self.lookup), lifespan="off", text_mime_types=["application/json", MEDIA_TYPE])

    @property
    def _projector(self) -> Projector:
        return Projector(
            table=self.table,
            bucket=cast("Bucket", None),
            departments=cast("Departments", None),
            playbook=lambda: PLAYBOOK,
            now=self.now,
        )


_POOL = ThreadPoolExecutor(PARALLEL)


def texts(answer: Answer) -> list[str]:
    """Return what a timeline's events say."""
    events = (entry["event"] for entry in answer.json["entries"] if entry["event"])
    return [event.get("text", event["kind"]) for event in events]
