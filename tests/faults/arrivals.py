"""What comes to a world from outside, and when: so long after its start, and once all before it is settled or not. A
name is an arrival's own among those of a world."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request of a platform, and when it comes: so long after the start, and once all before it is settled or
    not. Its name is its own among the arrivals of a world."""

    name: str
    platform: str
    account: str
    headers: Mapping[str, str] = field(hash=False)
    body: bytes
    at: timedelta = timedelta(0)
    settled: bool = False

    @property
    def path(self) -> str:
        return f"/webhooks/{self.platform}/{self.account}"

    @property
    def claims(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of a colleague, who repeats it under its key until it is answered; the name is its own, as is the
    key unless it is the same request made once more."""

    name: str
    path: str
    body: bytes
    key: str
    at: timedelta = timedelta(0)
    settled: bool = True

    @property
    def headers(self) -> Mapping[str, str]:
        return {"content-type": "application/json", "idempotency-key": self.key}

    @property
    def claims(self) -> Mapping[str, str]:
        return {"sub": SUBJECT, "scope": "desk/write customers/link"}


SUBJECT = "colleague-1"
"""Who asks at the desk."""


@dataclass(frozen=True, slots=True)
class Acted:
    """What somebody of a department does with a case, repeated under its key until it is done, or they are told that it
    cannot be done any more."""

    name: str
    identity: str
    case: str
    act: str
    who: str
    department: str
    to: str | None = None
    at: timedelta = timedelta(0)
    settled: bool = True

    @property
    def path(self) -> str:
        return f"{self.who} who {self.act}"

    @property
    def body(self) -> str:
        said = {name: getattr(self, name) for name in ("identity", "case", "act", "who", "department", "to")}
        return orjson.dumps(said | {"key": self.name}).decode()


@dataclass(frozen=True, slots=True)
class Told:
    """One request by which a department's tool tells what somebody did there, which it repeats until it is answered."""

    name: str
    path: str
    headers: Mapping[str, str] = field(hash=False)
    body: bytes
    at: timedelta = timedelta(0)
    settled: bool = True

    @property
    def claims(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Left:
    """What somebody outside leaves with AWS by themselves, and no function of ours answers: a message on a queue, an
    object in a bucket. `leave` is given the stack on which that is done."""

    name: str
    leave: Callable[[Any], None] = field(compare=False)
    at: timedelta = timedelta(0)
    settled: bool = True


@dataclass(frozen=True, slots=True)
class _OfConnect:
    """What Amazon Connect tells; the account is the instance's id, where it says one."""

    name: str
    account: str
    body: bytes
    at: timedelta = timedelta(0)
    settled: bool = False

    @property
    def platform(self) -> str:
        return "connect"

    @property
    def path(self) -> str:
        return self.name


class ContactEvent(_OfConnect):
    """One event by EventBridge, which invokes its function and, when that fails, twice again."""


class ContactRecord(_OfConnect):
    """One record in a Kinesis stream; those that come one after another at one time are a batch."""


type OverHttp = Arrival | Asked | Told
type Arriving = OverHttp | Acted | Left | ContactEvent | ContactRecord
