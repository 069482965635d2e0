"""Whatever the platforms' samples bring can be looked up, and stands on a timeline exactly once."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest

from shared.errors import UnreadableDelivery
from shared.ids import customer_id
from shared.models import Deletion, Delivery, Edit, Message, PersonalEvent
from shared.platforms import load, names, unnamed_answers
from shared.store import keys
from tests.conftest import NOW
from tests.contract.platforms import EVERY
from tests.services.customer360.counter import Counter
from tests.services.customer360.rows import Rows
from tests.template import ROOT

_requests = map(str, count())


def _samples(platform: str) -> list[Path]:
    return sorted((ROOT / "tests" / "shared" / "platforms" / platform / "samples").glob("*.json"))


def _events(platform: str) -> dict[str, dict[str, PersonalEvent]]:
    """Return the events of a platform's samples, by identity and key."""
    found: dict[str, dict[str, PersonalEvent]] = defaultdict(dict)
    (sender,) = (each for each in EVERY if each.name == platform)
    for sample in _samples(platform):
        body = sender.written(sample.read_bytes())
        try:
            events = load(platform).normalise(Delivery(platform, sender.sender.ACCOUNT, body, {}, NOW))
        except UnreadableDelivery:
            continue
        for event in events:
            if event.kind != "ignored":
                found[event.identity].setdefault(keys.event(event).sk, event)
    return found


def _told_to(them: Iterable[PersonalEvent], us: Iterable[PersonalEvent]) -> list[str]:
    """Return the keys of what the company said to somebody where the platform names only the message that it answers,
    or its spot; `us` is all that it said so, and `them` all that they said."""
    own = list(us)
    said = {(e.channel, e.account, getattr(e, "spot", None) or e.external_id) for e in them if e.names_a_customer}
    answers = [e for e in own if isinstance(e, Message) and (e.channel, e.account, e.spot or e.reply_to) in said]
    again = {(event.channel, event.account, event.external_id) for event in answers}
    changes = [e for e in own if isinstance(e, Edit | Deletion) and (e.channel, e.account, e.target) in again]
    return [keys.event(event).sk for event in (*answers, *changes)]


def _history(counter: Counter, customer: str) -> list[str]:
    """Return the keys of a customer's whole timeline, page by page."""
    keys_read: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = f"limit=2&cursor={cursor}".removesuffix("&cursor=")
        page = counter.ask(f"/customers/{customer}/timeline", query, request=next(_requests)).json
        keys_read += [entry["event_key"] for entry in page["entries"] if entry["event"]]
        cursor = page["next_cursor"]
    return keys_read


@pytest.mark.parametrize("platform", [name for name in names() if _samples(name)])
def test_whoever_wrote_is_found_with_all_that_was_said(platform: str) -> None:
    people = _events(platform)
    assert people, "the samples bring somebody"
    counter = Counter(Rows())
    for events in people.values():
        counter.hear(*events.values(), received_at=NOW)
    ours = [
        event
        for events in people.values()
        for event in events.values()
        if (event.channel in unnamed_answers() or getattr(event, "spot", None)) and not event.names_a_customer
    ]
    for identity, events in people.items():
        answer = counter.ask("/customers/lookup", f"identity={quote(identity)}", request=identity)
        if not any(event.names_a_customer for event in events.values()):
            assert answer.status == 404, "the company is no customer of its own"
            continue
        (found,) = answer.json["customers"]
        customer = found["customer"]
        members = [each["identity"] for each in customer["identities"]]
        assert identity in members
        assert counter.ask(f"/customers/{customer_id(identity)}", request=f"id {identity}").json == customer
        every = [key for member in members for key in people[member]]
        every += _told_to((event for member in members for event in people[member].values()), ours)
        assert sorted(_history(counter, customer["id"])) == sorted(every)
        for point in customer["contacts"]:
            platform_too = f"&platform={point['platform']}" if point["platform"] else ""
            if point["kind"] == "platform_id":
                continue  # it proves who somebody is; nobody looks for it
            query = f"{point['kind']}={quote(point['value'])}{platform_too}"
            way = counter.ask("/customers/lookup", query, request=next(_requests))
            assert customer["id"] in [each["customer"]["id"] for each in way.json["customers"]]
