"""Deliveries as the platforms make them: each platform's own sample, signed by its twin, and variations on it."""

from base64 import b64encode
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson

from shared.models import Delivery, Message
from shared.platforms import load, names

_TWINS = Path(__file__).parents[1] / "tests" / "shared" / "platforms"


@dataclass(frozen=True, slots=True)
class Sample:
    """One platform's `text.json` as compact JSON, which is how platforms send it."""

    platform: str
    sender: ModuleType
    body: bytes

    @property
    def path(self) -> str:
        return f"{self.platform}/{self.sender.ACCOUNT}"

    @property
    def channel(self) -> str:
        return self._message(self.body).channel

    @property
    def secret(self) -> str:
        return str(self.sender.SECRETS[0])

    def invocation(self, body: bytes | None = None) -> dict[str, Any]:
        """Return what API Gateway (HTTP API, payload format 2.0) makes of a delivery signed now."""
        body = self.body if body is None else body
        path = f"/webhooks/{self.path}"
        return {
            "version": "2.0",
            "routeKey": "POST /webhooks/{platform}/{account}",
            "rawPath": path,
            "rawQueryString": "",
            "headers": _GATEWAY | {"content-length": str(len(body))} | self.sender.sign(body, self.secret, _now()),
            "requestContext": {
                "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
                "requestId": "JKJaXmPLvHcESHA=",
                "stage": "$default",
            },
            "body": b64encode(body).decode(),
            "isBase64Encoded": True,
        }

    def later(self, number: int, *, text: str | None = None, elsewhere: bool = False) -> bytes:
        """Return the body with which the same person says one more thing, `number` minutes later, of the same size
        unless the text is another; in the same conversation or, where the platform has several of one person,
        `elsewhere`."""
        said = self._message(self.body)
        kept = () if elsewhere else _CONVERSATION
        changed = orjson.dumps(_changed(orjson.loads(self.body), _changes(said, number, text), kept))
        again = self._message(changed)
        moved = again.occurred_at - said.occurred_at
        if (
            again.external_id == said.external_id
            or moved != timedelta(minutes=number)
            or text not in (None, again.text)
            or (again.thread != said.thread and not elsewhere)
        ):
            raise ValueError(f"{self.platform}: the sample could not be turned into a later message")
        return changed

    def _message(self, body: bytes) -> Message:
        (event,) = load(self.platform).normalise(Delivery(self.platform, self.sender.ACCOUNT, body, {}, _now()))
        assert isinstance(event, Message)
        return event


_GATEWAY = {
    "accept": "*/*",
    "accept-encoding": "gzip, deflate",
    "host": "abcdefghij.execute-api.eu-west-1.amazonaws.com",
    "user-agent": "platform/1.0",
    "x-amzn-trace-id": "Root=1-67e0a0a0-0123456789abcdef01234567",
    "x-forwarded-for": "192.0.2.1",
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
}


_OTHERWISE = ("enclose", "written", "certificates")
"""What a twin's `sender.py` has of a platform that does not sign JSON with its own secret."""


def measured() -> tuple[str, ...]:
    """Return the platforms that are measured: not those that enclose their proof in the body or send forms, whose
    deliveries are no JSON that could be changed and counted like the others', nor those whose proof takes a certificate
    that is fetched, nor those that do not call the door."""
    calling = (name for name in names() if _sender(name).SECRETS)
    return tuple(name for name in calling if not any(hasattr(_sender(name), way) for way in _OTHERWISE))


def _sender(name: str) -> ModuleType:
    return import_module(f"tests.shared.platforms.{name}.sender")


def samples() -> Iterator[Sample]:
    """Yield the sample of every platform that is measured."""
    for name in measured():
        sender = _sender(name)
        text = (_TWINS / name / "samples" / "text.json").read_bytes()
        yield Sample(name, sender, orjson.dumps(orjson.loads(text)))


def _now() -> datetime:
    return datetime.now(UTC)


_CONVERSATION = ("conversation_id",)
"""What names the conversation, where that is the first message's id."""

type _Leaf = str | int | float | bool | None


def _changes(said: Message, number: int, text: str | None) -> Callable[[_Leaf], _Leaf]:
    """Return what a later message has in place of a value of an earlier one: its id, its instant, its text."""
    own_id = said.external_id.rpartition(":")[2]
    later = {form(said.occurred_at): form(said.occurred_at + timedelta(minutes=number)) for form in _INSTANTS}
    next_id = said.external_id.removesuffix(own_id) + _next(own_id, number)
    changes: dict[_Leaf, _Leaf] = {said.external_id: next_id, own_id: _next(own_id, number), **later}
    if own_id.isdigit():
        changes[int(own_id)] = int(_next(own_id, number))
    if text is not None:
        changes[said.text] = changes[escape(said.text, quote=False)] = text
        changes[f"<p>{escape(said.text, quote=False)}</p>"] = f"<p>{escape(text, quote=False)}</p>"

    def change(value: _Leaf) -> _Leaf:
        return changes.get(value, value) if type(value) in (str, int) else value

    return change


_INSTANTS: tuple[Callable[[datetime], _Leaf], ...] = (
    lambda at: int(at.timestamp()),
    lambda at: str(int(at.timestamp())),
    lambda at: int(at.timestamp() * 1000),
    lambda at: str(int(at.timestamp() * 1000)),
    lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    lambda at: at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
)


def _next(own_id: str, number: int) -> str:
    """Return another id of the same length, or longer by a digit."""
    digits = len(own_id) - len(own_id.rstrip("0123456789"))
    stem, counted = own_id[: len(own_id) - digits], own_id[len(own_id) - digits :]
    return f"{stem}{int(counted or 0) + number}"


def _changed(value: Any, change: Callable[[_Leaf], _Leaf], kept: Collection[str]) -> Any:
    match value:
        case dict():
            return {name: inner if name in kept else _changed(inner, change, kept) for name, inner in value.items()}
        case list():
            return [_changed(inner, change, kept) for inner in value]
        case str() if value.startswith("{"):  # JSON as text, within JSON
            return orjson.dumps(_changed(orjson.loads(value), change, kept)).decode()
        case _:
            return change(value)
