"""What it costs to see a whole customer: calls, units and processor time of the lookup's real handler.

The table is the tests' strict DynamoDB, in a process of its own: what is said of it really is in it, it finds a range
of sort keys as DynamoDB does, and it charges by the documented rules
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html: all items of one strongly
consistent query together, by 4 KB).
"""

import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from statistics import quantiles
from subprocess import Popen
from time import perf_counter
from typing import Any

import orjson

from bench.customers import TABLE, Person
from bench.figures import Comparison, Figure, by_turns
from bench.processes import ROOT, ask, process, tell

HISTORIES = (10, 1_000, 100_000)
IDENTITIES = (1, 10, 100)
_USUAL = 40
CARDS = (_USUAL, 300)
"""How many items an identity has besides its history: a busy customer's, and far more than most will ever have."""

_TURNS = 80
_FEWEST_TURNS = 10
_BATCH = 5
_WARM_UP = 20
_PUBLISHED_MS = 200

_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "POWERTOOLS_METRICS_NAMESPACE": "Bench",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "TABLE_NAME": TABLE,
}


def measure() -> Iterator[Figure]:
    """Yield what look-ups cost by the length of the history and the number of identities; then their processor time."""
    histories = [Person(f"said{count}", messages=count, items=_USUAL) for count in HISTORIES]
    crowds = [Person(f"with{count}", identities=count, items=_USUAL) for count in IDENTITIES]
    cards = [Person(f"has{count}", items=count) for count in CARDS]
    with opened([*histories, *crowds, *cards]) as shop:
        yield from by_history(shop, histories)
        yield from by_identities(shop, crowds)
        yield from _against_each_other(shop, histories, crowds)
        yield from _against_a_parse(shop, cards)
        yield from _on_the_wall(shop, [histories[-1], *crowds[1:]])


def by_history(shop: "Shop", people: Iterable[Person]) -> Iterator[Figure]:
    """Yield calls and units by the length of the history; the goal is what it takes with the first one's."""
    first: Cost | None = None
    for person in people:
        cost = shop.cost(person)
        first = first or cost
        what = f"lookup, {person.messages:,} messages"
        yield Figure(f"{what}: calls", cost.calls, "calls", _AS_SHORT, first.calls)
        yield Figure(f"{what}: read units", cost.read, "units", _AS_SHORT, first.read)
        yield Figure(f"{what}: write units", cost.write, "units", _AS_SHORT, first.write)


_AS_SHORT = "the same after the shortest history"


def by_identities(shop: "Shop", people: Iterable[Person]) -> Iterator[Figure]:
    """Yield calls and units by the number of identities."""
    for person in people:
        cost, count = shop.cost(person), person.identities
        what = f"lookup, {count} {'identity' if count == 1 else 'identities'}"
        yield Figure(f"{what}: queries", cost.queries, "calls", "one, and one for each identity", 1 + count)
        yield Figure(
            f"{what}: calls in all", cost.calls, "calls", "the same, and a call for each 25 notes of who looked"
        )
        yield Figure(f"{what}: read units", cost.read, "units", "the documented capacity rules")
        yield Figure(f"{what}: write units", cost.write, "units", "a note of who looked for each identity", count)


def _against_each_other(shop: "Shop", histories: Sequence[Person], crowds: Sequence[Person]) -> Iterator[Figure]:
    short, *others = histories
    for person in others:
        compared = shop.compare(looking(person), looking(short))
        against = f"{short.messages} messages, {_spread(compared)}"
        yield Figure(f"lookup, {person.messages:,} messages: CPU", round(compared.ratio, 2), "times", against, 1.2)
    alone, *others = crowds
    for person in others:
        turns = max(_FEWEST_TURNS, _TURNS // person.identities)
        compared = shop.compare(looking(person), looking(alone), turns=turns)
        against = f"one identity, {_spread(compared)}"
        yield Figure(f"lookup, {person.identities} identities: CPU", round(compared.ratio, 1), "times", against)


def _against_a_parse(shop: "Shop", cards: Iterable[Person]) -> Iterator[Figure]:
    for person in cards:
        plain = reading("plain", person)
        ways = (
            ("the read", reading("ours", person), 3.5),
            ("the same by boto3 as it comes", reading("sdk", person), None),
            ("the whole answer", looking(person), None),
        )
        for name, order, own_goal in ways:
            compared = shop.compare(order, plain)
            what = f"a card of {person.items} items: CPU of {name}"
            against = f"a JSON parse of the same bytes, {_spread(compared)}"
            yield Figure(what, round(compared.ratio, 2), "times", against, own_goal)


def _on_the_wall(shop: "Shop", people: Iterable[Person]) -> Iterator[Figure]:
    for person in people:
        alone = person.identities == 1
        which = f"{person.messages:,} messages" if alone else f"{person.identities} identities"
        against = "what others publish for 50 traits; here the table is on the same machine"
        yield Figure(
            f"lookup, {which}: 95th percentile",
            round(shop.slowest(person), 1),
            "ms",
            against,
            _PUBLISHED_MS if alone else None,
        )


def _spread(compared: Comparison) -> str:
    low, high = compared.spread
    return f"one run by turns (quartiles {low:.2f} to {high:.2f})"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one look-up takes, of a function that is warm: calls, among them queries, and units."""

    calls: int
    queries: int
    read: float
    write: float


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker has to run: a handler, by its module, and what it is called with."""

    module: str
    invocation: dict[str, Any]


def looking(person: Person) -> Order:
    """Return the order to look somebody up, by the lookup's own handler."""
    return Order("services.customer360.app", _get(f"/customers/{person.id}"))


def reading(reader: str, person: Person) -> Order:
    """Return the order to read somebody's card in one of the ways of `bench/reader.py`."""
    return Order("bench.reader", {"reader": reader, "partition": person.partition, "items": person.items})


@dataclass(frozen=True, slots=True)
class Shop:
    """The table in its process, and workers that read from it."""

    table: "Popen[str]"
    port: str

    def cost(self, person: Person) -> Cost:
        """Return what one look-up takes; the playbook, read once a minute whoever is looked up, is not in it."""
        with self._worker(looking(person)) as worker:
            ask(worker, "1")
            ask(self.table, "")
            ask(worker, "1")
            found = orjson.loads(ask(self.table, ""))
        calls = found["calls"]
        return Cost(sum(calls.values()), calls.get("Query", 0), found["read"], found["write"])

    def compare(self, one: Order, other: Order, *, turns: int = _TURNS) -> Comparison:
        """Return the seconds of processor time that two workers take for one call, by turns."""
        with ExitStack() as stack:
            workers = [stack.enter_context(self._worker(order)) for order in (one, other)]
            for worker in workers:
                ask(worker, str(_WARM_UP))
            ours, theirs = ((lambda worker=worker: float(ask(worker, str(_BATCH)))) for worker in workers)
            return by_turns(ours, theirs, turns=turns)

    def slowest(self, person: Person, *, times: int = 100) -> float:
        """Return the 95th percentile of the milliseconds that a look-up takes on the wall."""
        with self._worker(looking(person)) as worker:
            ask(worker, str(_WARM_UP))
            return quantiles([_milliseconds(worker) for _ in range(times)], n=20)[-1]

    @contextmanager
    def _worker(self, order: Order) -> Iterator["Popen[str]"]:
        environment = _ENVIRONMENT | {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}"}
        folders = [str(ROOT), sysconfig.get_path("purelib")]
        with process(["-I", "-S", "bench/worker.py", order.module, *folders], environment) as worker:
            tell(worker, orjson.dumps(order.invocation).decode())
            yield worker


@contextmanager
def opened(people: Iterable[Person]) -> Iterator[Shop]:
    """Open a shop whose table has these customers in it."""
    with process(["-m", "bench.table"], _ENVIRONMENT) as table:
        yield Shop(table, ask(table, orjson.dumps([asdict(person) for person in people]).decode()))


def _milliseconds(worker: "Popen[str]") -> float:
    started = perf_counter()
    ask(worker, "1")
    return (perf_counter() - started) * 1000


def _get(path: str) -> dict[str, Any]:
    """Return an HTTP API's event (payload format 2.0) after its JWT authorizer."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "api.example.com", "authorization": "Bearer verified.by.gateway"},
        "requestContext": {
            "requestId": "JKJaXmPLvHcESHA=",
            "http": {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
            "stage": "$default",
            "authorizer": {"jwt": {"claims": {"sub": "marta", "scope": "customers/read"}, "scopes": None}},
        },
        "isBase64Encoded": False,
    }
