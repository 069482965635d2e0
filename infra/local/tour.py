"""What the samples became: sent, waited for, and shown as the table, the lookup and a department's queue hold it."""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from infra.local.home import Home, Trouble
from infra.local.samples import Sample
from infra.local.tokens import Issuer
from shared.casework.steps import ReplyAsked
from shared.ledger import Outcomes
from shared.models import Ignored, Message
from shared.playbook import Calendar, Playbook
from shared.store import journal, keys, steps
from shared.store.keys import Key
from shared.store.table import Item, Table
from shared.triage import assess

_LAST = "9999"


@dataclass(slots=True)
class Tally:
    """What the table holds: per platform, what its deliveries became; and what was computed from them."""

    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    projections: Counter[str] = field(default_factory=Counter)
    open_work: int = 0


def send(home: Home, samples: Iterable[Sample]) -> dict[str, Counter[int]]:
    """Deliver samples through the HTTP endpoint; return how often each platform was answered with which status."""
    answers: dict[str, Counter[int]] = defaultdict(Counter)
    for sample in samples:
        answers[sample.platform][sample.send(home).status_code] += 1
    return answers


def wait_until_projected(home: Home, table_name: str, samples: Iterable[Sample], *, seconds: float = 120) -> None:
    """Return when everyone in the samples is known and no delivery waits to be expanded.

    Raises `Trouble` when that takes longer than `seconds`.
    """
    table = Table(home.client("dynamodb"), table_name)
    people = {
        keys.about(event.identity)
        for sample in samples
        for event in sample.events()
        if not isinstance(event, Ignored) and event.names_a_customer
    }
    deadline = time.monotonic() + seconds
    while missing := people - table.get_many(people).keys() or set(_waiting(table)):
        if time.monotonic() > deadline:
            named = ", ".join(sorted("/".join(key) for key in missing)[:3])
            raise Trouble(f"after {seconds:.0f} s {len(missing)} are not projected, such as {named}; see engine.log")
        time.sleep(0.3)


def _waiting(table: Table) -> Iterator[Key]:
    for kind in ("delivery", "unprojected"):
        for shard in keys.shards(kind):
            yield from table.open_work(shard, until=_LAST)


def hours_for(playbook: Playbook, message: Message) -> Calendar:
    """Return the calendar by which it is known whether somebody is there for a message: that of the department which
    the playbook finds for it, as whoever acknowledges it goes by."""
    return playbook.calendar(assess(message, playbook).department)


def told_by_itself(home: Home, table_name: str, message: Message, *, seconds: float = 20) -> str | None:
    """Return what a customer is told at once, by itself, of their message; none when nothing is within `seconds`."""
    table, deadline = Table(home.client("dynamodb"), table_name), time.monotonic() + seconds
    wanted = keys.event(message).sk
    while time.monotonic() < deadline:
        for step in steps.of(table, keys.identity(message.identity)):
            if isinstance(step, ReplyAsked) and step.automatic and step.reply_to == wanted:
                return step.text
        time.sleep(0.3)
    return None


def tally(home: Home, table_name: str) -> Tally:
    """Count all that the table holds."""
    found = Tally()
    for item in _every_item(home, table_name):
        found.open_work += "open" in item
        sort_key = item["sk"]["S"]
        if sort_key.startswith(keys.EVENT_PREFIX):
            entry = journal.entry(item)
            found.outcomes[entry.delivery.platform][entry.event.kind] += 1
        elif sort_key == keys.DELIVERY:
            found.projections["delivery kept whole"] += 1
            found.outcomes[item["platform"]["S"]].update(_beside_events(item))
        else:
            found.projections[_name(item)] += 1
    return found


def _name(item: Item) -> str:
    partition, sort_key = (str(item[name]["S"]).partition("#")[0] for name in ("pk", "sk"))
    if partition == "identity":
        return "identity" if sort_key == keys.ABOUT else sort_key
    return {"contact": "contact point", "customer": "customer's identity"}.get(partition, partition)


def _beside_events(delivery: Item) -> Counter[str]:
    """Return the outcomes of a kept delivery's units that are no events of the journal."""
    if "outcomes" not in delivery:
        return Counter(unreadable=1)
    outcomes = Outcomes.stored(delivery["outcomes"]["S"])
    return Counter(ignored=sum(outcomes.ignored.values()), unreadable=sum(outcomes.unreadable.values()))


def _every_item(home: Home, table_name: str) -> Iterator[Item]:
    for page in home.client("dynamodb").get_paginator("scan").paginate(TableName=table_name):
        yield from page["Items"]


def look_up(home: Home, issuer: Issuer, identity: str) -> Any:
    """Return what the lookup answers about an identity; raises `Trouble` for anything but an answer."""
    answer = httpx.get(
        f"{home.api_url}/customers/lookup",
        params={"identity": identity},
        headers={"authorization": f"Bearer {issuer.token(home)}"},
        timeout=30,
        trust_env=False,
    )
    if not answer.is_success:
        raise Trouble(f"the lookup answered {answer.status_code}; see .local/engine.log")
    return answer.json()


def hand_offs(home: Home) -> dict[str, list[dict[str, Any]]]:
    """Return the hand-offs that wait on each department's queue; looked at, not taken."""
    queues: dict[str, str] = json.loads(home.outputs()["DepartmentQueues"])
    return {department: [json.loads(body) for body in waiting(home, url)] for department, url in queues.items()}


def waiting(home: Home, queue_url: str) -> list[str]:
    """Return the bodies of a queue's messages through the engine's own window, which counts no receive."""
    answer = httpx.get(f"{home.endpoint}/_ministack/sqs/messages", params={"QueueUrl": queue_url}, trust_env=False)
    answer.raise_for_status()
    accounts: dict[str, dict[str, dict[str, list[dict[str, str]]]]] = answer.json()["messages"]
    queues = [queue for regions in accounts.values() for found in regions.values() for queue in found.values()]
    return [message["Body"] for queue in queues for message in queue]


def complaint_of(sample: Sample) -> Message:
    """Return the message that a complaint's sample carries."""
    (message,) = (event for event in sample.events() if isinstance(event, Message))
    return message
