"""A hostile caller of the door, who looks closely at everything that comes back."""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeGuard

from shared import aws, errors
from shared.platforms import load
from shared.queues import unspilled
from shared.store import journal, keys
from shared.store.table import Item
from tests.conftest import TABLE
from tests.contract.conftest import Counter
from tests.contract.platforms import PLATFORMS, Sender
from tests.template import ROOT

CANARY = "canary-of-a-customer"
"""Stands in hostile bodies where a customer's words do, and may be seen nowhere but in what is kept."""


def _is_ours(found: object) -> TypeGuard[type[errors.MostradorError]]:
    return isinstance(found, type) and issubclass(found, errors.MostradorError)


DOCUMENTED = {200, 405} | {found.status for found in vars(errors).values() if _is_ours(found)} - {500}
"""What `shared/errors.py` says of answers, and the framework of methods; 500 is a bug of ours, whatever was asked."""

_ANSWERS = {answer[1] for platform in PLATFORMS if (answer := load(platform.name).answer)}
_BODIES = {"", '{"detail":"Not Found"}', '{"detail":"Method Not Allowed"}'} | _ANSWERS
_HEADERS = {"content-length", "content-type", "allow"}
_LEAKS = (
    "Traceback",
    "Error",
    "site-packages",
    ".py",
    str(ROOT),
    CANARY,
    *(secret for platform in PLATFORMS for secrets in platform.secrets.values() for secret in secrets),
)


@dataclass
class Caller:
    """Calls the door as API Gateway does, with whatever it is told to, and checks each answer for itself."""

    door: Counter
    requests: Iterator[int] = field(default_factory=count)
    sent: bytes = b""
    """The body of the last delivery, as it was sent."""
    notes: list[Item] = field(default_factory=list)
    """What the door wrote of its own, beside what it was brought."""

    def send(
        self,
        path: str,
        headers: Mapping[str, str],
        body: bytes | str | None,
        *,
        method: str = "POST",
        query: str = "",
        says_base64: bool | None = None,
    ) -> int:
        """Send a request and return the status; the answer is a documented one that gives nothing away.

        Bytes go as base64 and text as it is, as the gateway does; `says_base64` lies about that.
        """
        answer = self.door.handler(
            {
                "version": "2.0",
                "routeKey": f"{method} /webhooks/{{platform}}/{{account}}",
                "rawPath": path,
                "rawQueryString": query,
                "headers": {"host": "door.example", **{name.lower(): value for name, value in headers.items()}},
                "requestContext": {
                    "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
                    "requestId": f"hostile-{next(self.requests)}",
                    "stage": "$default",
                },
                **({} if body is None else {"body": b64encode(body).decode() if isinstance(body, bytes) else body}),
                "isBase64Encoded": isinstance(body, bytes) if says_base64 is None else says_base64,
            },
            None,
        )
        _assert_gives_nothing_away(answer)
        return int(answer["statusCode"])

    def deliver(self, platform: Sender, body: bytes | str, **headers: str) -> int:
        """Send a delivery that the platform has signed, with further headers; return the status."""
        signed = platform.sign(body if isinstance(body, bytes) else body.encode())
        self.sent = signed.body
        more = {name.replace("_", "-"): said for name, said in headers.items()}
        return self.send(
            platform.path, {**signed.headers, **more}, signed.body if isinstance(body, bytes) else signed.body.decode()
        )

    def forge(self, platform: Sender, body: bytes) -> int:
        """Send a delivery that is signed with a secret that was never issued; return the status."""
        signed = platform.forged(body)
        return self.send(platform.path, signed.headers, signed.body)

    def kept(self) -> list[bytes]:
        """Return the bytes of everything that was kept anywhere, and forget it."""
        return sorted(self._taken())

    def is_served(self, platform: Sender) -> bool:
        """Return whether the door serves an honest delivery normally; forgets it again."""
        body = platform.sample("text")
        answered = self.deliver(platform, body)
        return (answered, self.kept(), self.kept()) == (200, [self.sent], [])

    def assert_discreet(self, said: str) -> None:
        assert CANARY not in said

    def _taken(self) -> Iterator[bytes]:
        in_table = list(self._taken_from_table())
        yield from in_table
        if len(in_table) != 1:  # the usual case is the fast one; `is_served` ends with a look at all three
            yield from self._taken_from_elsewhere()

    def _taken_from_table(self) -> Iterator[bytes]:
        for item in self.door.dynamodb.scan(TableName=TABLE)["Items"]:
            assert _size(item) <= 400 * 1024, "an item holds 400 KB (DynamoDB limits)"
            if item["sk"]["S"].startswith(keys.EVENT_PREFIX):
                yield journal.entry(item).delivery.body
            elif item["sk"]["S"] == keys.DELIVERY:
                yield journal.delivery(item).body
            elif not item["sk"]["S"].startswith(keys.REPEATED_PREFIX):
                self.notes.append(item)
            self.door.dynamodb.delete_item(TableName=TABLE, Key={"pk": item["pk"], "sk": item["sk"]})

    def _taken_from_elsewhere(self) -> Iterator[bytes]:
        s3 = aws.client("s3")
        for found in s3.list_objects_v2(Bucket="deliveries").get("Contents", []):
            yield journal.Bucket(s3, "deliveries").get(found["Key"]).body
            s3.delete_object(Bucket="deliveries", Key=found["Key"])
        yield from (unspilled(message).body for message in self.door.spilled())


def _assert_gives_nothing_away(answer: Mapping[str, Any]) -> None:
    assert answer["statusCode"] in DOCUMENTED
    body = b64decode(answer["body"]).decode() if answer.get("isBase64Encoded") else answer.get("body", "")
    assert body in _BODIES
    assert set(answer.get("headers", ())) <= _HEADERS
    assert not [leak for leak in _LEAKS if leak in str(answer)]


def _size(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Return an item's size by the documented rules: names and values in bytes (all of ours are texts and bytes)."""
    return sum(
        len(name.encode()) + len(said.encode() if isinstance(said, str) else bytes(said))
        for name, value in item.items()
        for said in value.values()
    )
