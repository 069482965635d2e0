"""How soon a lookup shows somebody who came through the door, and how fast the engine itself is at that moment."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Any

import httpx

from infra.local.home import Home
from infra.local.tokens import Issuer

_POLL_SECONDS = 0.1
_TOKEN_SECONDS = 1800
_SCRATCH = "soak-floor"


@dataclass(slots=True)
class Times:
    """Seconds: from the door to the lookup, and at the same moments a bare put and get of one item, and a request that
    the door's function answers without any call."""

    door_to_lookup: list[float] = field(default_factory=list)
    put_and_get: list[float] = field(default_factory=list)
    bare_request: list[float] = field(default_factory=list)


class Probes:
    """Looks newcomers up until they show. `still_unseen` are those who have not."""

    def __init__(self, home: Home, issuer: Issuer) -> None:
        self.times = Times()
        self._home = home
        self._issuer = issuer
        self._lock = Lock()
        self._waiting: dict[str, float] = {}
        self._over = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._dynamodb = home.client("dynamodb")

    def expect(self, identity: str, since: float) -> None:
        """Look for somebody from now on; `since` is the instant (monotonic) at which they came to the door."""
        with self._lock:
            self._waiting.setdefault(identity, since)

    @property
    def still_unseen(self) -> list[str]:
        with self._lock:
            return list(self._waiting)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        _make_scratch(self._dynamodb)
        self._thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._thread.join()

    def _run(self) -> None:
        token, since = self._issuer.token(self._home), time.monotonic()
        with httpx.Client(timeout=30, trust_env=False) as connection:
            while not self._over.wait(_POLL_SECONDS):
                if time.monotonic() - since > _TOKEN_SECONDS:
                    token, since = self._issuer.token(self._home), time.monotonic()
                for identity in self.still_unseen:
                    if self._shows(connection, token, identity):
                        self._seen(identity)
                        self._floor(connection)

    def _seen(self, identity: str) -> None:
        with self._lock:
            self.times.door_to_lookup.append(time.monotonic() - self._waiting.pop(identity))

    def _shows(self, connection: httpx.Client, token: str, identity: str) -> bool:
        url, headers = f"{self._home.api_url}/customers/lookup", {"authorization": f"Bearer {token}"}
        with suppress(httpx.TransportError):
            return connection.get(url, params={"identity": identity}, headers=headers).is_success
        return False

    def _floor(self, connection: httpx.Client) -> None:
        key = {"pk": {"S": "a"}}
        self.times.put_and_get.append(
            timed(
                lambda: self._dynamodb.put_item(TableName=_SCRATCH, Item=key | {"text": {"S": "x" * 500}}),
                lambda: self._dynamodb.get_item(TableName=_SCRATCH, Key=key, ConsistentRead=True),
            )
        )
        nobody = f"{self._home.api_url}/webhooks/nothing/nobody"
        with suppress(httpx.TransportError):
            self.times.bare_request.append(timed(lambda: connection.get(nobody)))


def _make_scratch(dynamodb: Any) -> None:
    with suppress(dynamodb.exceptions.ResourceInUseException):
        dynamodb.create_table(
            TableName=_SCRATCH,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )


def timed(*steps: Callable[[], object]) -> float:
    began = time.monotonic()
    for step in steps:
        step()
    return time.monotonic() - began
