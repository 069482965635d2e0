"""What a run came to, as far as it must be the same with every fault and in every order.

The whole table, every attribute, but for:

- `projected_at`, and on what cannot be read yet `open_at` and `attempts`: they say when, and at which try, something
  was last written, and a faulty run writes at other times and more often;
- the number of the try in a request's id, which also ends the name of an object in the bucket: a platform that was not
  answered sends the same again under a new id. Which arrivals brought what a partition holds must be the same; at which
  try they did so need not. A note that an arrival has brought the same again is left out where it is the arrival itself
  that came again after a try that failed.

- at which try a tool of a department's took what it was given, and when a file was copied, but for the day;

- the hours of what we do by ourselves, which is when a round comes: instants of the escalations that the watch moved or
  made, and of the steps that did so, are told to the day.

The departments' hand-offs, each body once, without what else was open when it was sent: a queue may deliver twice, and
a department claims by id. Whether one was still sent of what is withdrawn in the end need not be the same. That no
dead-letter queue has anything, and that what the code under test logged as failed was done to it, is part of every
picture.

Each account's ledger: what is journalled, ignored, refused and pending. What is a duplicate may differ, since a
platform that is not answered sends again; but the ledger must balance, count every request that the table knows, and
miss none that was acknowledged.
"""

import re
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from shared.casework.steps import OURSELVES
from shared.errors import StoreUnavailable
from shared.projection.answering import ELSEWHERE, SOLVED
from shared.store.claims import CLAIM_PREFIX
from shared.store.journal import Bucket
from shared.store.keys import ESCALATION_PREFIX, MEDIA_PREFIX, REPEATED_PREFIX
from shared.store.ledger import Span, balance_of
from shared.store.table import Table
from tests.conftest import NOW
from tests.faults.arrivals import Arrival, ContactEvent, ContactRecord
from tests.faults.stories import AGAIN
from tests.faults.world import World

type Item = dict[str, Any]
type Picture = dict[str, Any]

BROUGHT_ABOUT = (ClientError, BotoCoreError, StoreUnavailable)
"""The kinds of errors that a fault brings about; any other is a bug that a fault has brought to light."""


def picture(world: World) -> Picture:
    """Return what a world came to, once nothing is left to do in it."""
    surprises = [error for error in world.complaints.errors if not isinstance(error, BROUGHT_ABOUT)]
    if surprises:
        raise AssertionError("a fault made something else fail as well") from surprises[0]
    stack, stores = world.stack, world.stores
    items = stores.items(stack.table)
    _all_acknowledged(world, items)
    over = _withdrawn(items)
    return {
        "table": lasting(items),
        "brought by": brought_by(items),
        "departments": {
            name: frozenset(_hand_off(body) for body in stores.hand_offs(url) if orjson.loads(body)["id"] not in over)
            for name, url in stack.department_queues.items()
        },
        "dead letters": {name: stores.is_empty(url) for name, url in stack.dead_letters.items()},
        "ledger": {
            f"{platform}/{account}": _ledger(world, platform, account) for platform, account in _accounts(world)
        },
    }


def _accounts(world: World) -> set[tuple[str, str]]:
    return {(arrival.platform, arrival.account) for arrival in _deliveries(world)}


def _deliveries(world: World) -> list[Arrival | ContactEvent | ContactRecord]:
    return [each for each in world.arrivals if isinstance(each, Arrival | ContactEvent | ContactRecord)]


def _ledger(world: World, platform: str, account: str) -> Picture:
    """Return an account's balance, as far as it must be the same; check that it is one."""
    last = max(arrival.at for arrival in world.arrivals)
    span = Span(platform, account, NOW - timedelta(days=1), NOW + last + timedelta(days=3))
    table = Table(world.stores.client("dynamodb"), world.stack.table)
    (bucket,) = world.stack.announcements
    found = balance_of(span, table=table, bucket=Bucket(world.stores.client("s3"), bucket))
    assert found.balances, f"the ledger does not balance: {found}"
    named = [arrival for arrival in _deliveries(world) if (arrival.platform, arrival.account) == (platform, account)]
    assert found.deliveries >= len(named), f"{len(named)} requests were acknowledged, {found.deliveries} are known"
    return found.model_dump(include={"journalled", "ignored", "refused", "pending"})


def lasting(items: list[Item]) -> dict[tuple[str, str], Item]:
    """Return the items by their keys, without what says at which try they were written."""
    forms = ((item, lasting_form(item)) for item in items)
    return {(item["pk"]["S"], item["sk"]["S"]): form for item, form in forms if form is not None}


def lasting_form(item: Item) -> Item | None:
    """Return what of an item must be the same however often it was tried, or `None` for a note that something came
    again."""
    if is_note(item):
        return None
    transient = {"projected_at", "request", "object"}
    if _is_ours(item.get("state", {}).get("S", "")):
        item = {name: {kind: to_the_day(value) for kind, value in of.items()} for name, of in item.items()}
    if item["pk"]["S"].startswith(CLAIM_PREFIX):
        item = item | {"state": {"S": _TRIES.sub("", item["state"]["S"])}}
        transient |= {"expires_at"}
    if item["sk"]["S"].startswith(MEDIA_PREFIX):
        item = item | {"state": {"S": to_the_day(item["state"]["S"])}}
        transient |= {"expires_at"}
    if item.get("open", {}).get("S", "").startswith("unreadable"):
        transient |= {"open_at", "attempts"}
    where = {"object": item["object"]["S"].rpartition("/")[0]} if "object" in item else {}
    return {name: value for name, value in item.items() if name not in transient} | where


def _is_ours(said: str) -> bool:
    """Return whether something was done or made by ourselves at a time of our own: it says so in its author, or in the
    code of a reason."""
    return any(word in said for word in (f'"subject":"{OURSELVES}"', '"answer_overdue"', '"commitment_'))


def to_the_day(said: Any) -> Any:
    """Return a text in which each instant is told to the day; anything else as it is."""
    return _INSTANT.sub(_day, said) if isinstance(said, str) else said


def _day(found: re.Match[str]) -> str:
    """Return the day of an instant as a number, counted from the instant at which the world began."""
    return f"day {(datetime.fromisoformat(found[0]) - NOW) // timedelta(days=1)}"


_TRIES = re.compile(r'"tries":\d+,?')
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")


def _hand_off(body: str) -> str:
    """Return what a department was told, but for what else was open at that moment."""
    told = orjson.loads(body)
    told.pop("others", None)
    text = orjson.dumps(told).decode()
    ours = any(word in text for word in ('"expired"', '"reminded"', '"answer_overdue"', '"commitment_'))
    return str(to_the_day(text)) if ours else text


def _withdrawn(items: list[Item]) -> set[str]:
    cases = (orjson.loads(item["state"]["S"]) for item in items if item["sk"]["S"].startswith(ESCALATION_PREFIX))
    return {case["id"] for case in cases if case.get("state") == "withdrawn"}


def brought_by(items: list[Item]) -> dict[str, frozenset[str]]:
    """Return which arrivals brought what each partition holds."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for item in items:
        if request := request_of(item):
            found[item["pk"]["S"]].add(arrival_of(request))
    return {pk: frozenset(names) for pk, names in found.items()}


def whoever_was_first(found: Picture) -> Picture:
    """Return a picture that does not tell a delivery from the same made once more: one that is put aside is kept after
    the one that comes meanwhile. Nor does it tell by which of a customer's thanks and the company's answers a case was
    taken back: any of them does it, and the first that is read is kept as the evidence."""
    brought = {pk: {name.removesuffix(AGAIN) for name in names} for pk, names in found["brought by"].items()}
    table = {key: _taken_back(item) if "esc_" in key[1] else item for key, item in found["table"].items()}
    return found | {"brought by": brought, "table": table}


def _taken_back(item: Item) -> Item:
    said = orjson.loads(item["state"]["S"])
    for done in (said, said.get("last") or {}):
        if done.get("why") in (ELSEWHERE, SOLVED):
            done |= {"why": "", "evidence": ""}
    return item | {"state": {"S": orjson.dumps(said).decode()}}


def request_of(item: Item) -> str:
    """Return the id of the request that an item keeps, or that it notes to have brought the same again."""
    return str(item["sk"]["S"].split("#", 2)[2] if is_note(item) else item.get("request", {}).get("S", ""))


def is_note(item: Item) -> bool:
    """Return whether an item notes that something came again."""
    return str(item["sk"]["S"]).startswith(REPEATED_PREFIX)


def arrival_of(request: str) -> str:
    return request.rpartition(".")[0]


def _all_acknowledged(world: World, items: list[Item]) -> None:
    """Check that the table knows every request that was acknowledged, by its own id, and none that never came, and
    that none is said to have brought something and to have brought it again."""
    notes = {request_of(item) for item in items if is_note(item)}
    brought = {request_of(item) for item in items if not is_note(item)} - {""}
    assert brought | notes >= set(world.progress.acknowledged), "a request was acknowledged, and nothing tells of it"
    assert {arrival_of(request) for request in brought | notes} <= {arrival.name for arrival in world.arrivals}
    assert not notes & brought, "what a request brought is said to be there already, by the same request"
