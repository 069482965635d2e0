"""Who is calling, as far as a contact flow may know it; a caller never waits for it.

What a flow is given it can speak, and keeps in the contact's attributes. And a caller's number is only claimed: whoever
reaches the telephone network may set any
(https://docs.aws.amazon.com/connect/latest/adminguide/connect-attrib-list.html, Customer Number). So

- of whom nobody has vouched that the number is theirs, the flow learns that they are known, an id, which says nothing
  to whoever has no token, and the language to be greeted in;
- of whom somebody has, also what helps to pass the call on: the name, since when they wait, how many cases are open,
  and until when something is promised. Never what about: the agent who takes the call sees that by their own
  token.

None of it proves who is on the line, and none of it is to be spoken.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from shared import telemetry
from shared.casework import links
from shared.casework.seen import Seen
from shared.contacts import canonical, found_under
from shared.escalation import ENDED
from shared.ids import customer_id
from shared.projection.known import join
from shared.store import cards, seen
from shared.store.cards import Card, shown_id
from shared.store.customers import Customers
from shared.store.table import Table

type Answer = dict[str, str]
"""What a flow can read: a flat map of texts (https://docs.aws.amazon.com/connect/latest/adminguide/connect-lambda-functions.html)."""

UNKNOWN: Mapping[str, str] = {"known": "no"}

LONGEST = 100
"""Characters of a value; all of an answer may have 32 KB."""

MOST_HOLDERS = 10
"""A number of more identities than these is a switchboard's, and nobody's."""

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Greeting:
    """Answers flows. `now` returns an aware instant."""

    table: Table
    customers: Customers
    now: Callable[[], datetime]

    def answer(self, event: Mapping[str, Any], *, request_id: str) -> Answer:
        """Return what a flow may know of its caller; `known` is `no` for whom nobody knows, who shows no number, and
        whenever anything fails. Whoever is shown is noted before."""
        try:
            return self._known(event, request_id) or dict(UNKNOWN)
        except Exception as error:
            telemetry.failure("caller not looked up", error)
            return dict(UNKNOWN)

    def _known(self, event: Mapping[str, Any], request_id: str) -> Answer | None:
        number, instance = _caller(event)
        if number is None:
            return None
        found = self._who(number, instance)
        if found is None:
            return None
        people, verified = found
        now = self.now()
        look = Seen(id=request_id, at=now, by=f"connect:{instance}", what="lookup", why="somebody is calling")
        seen.keep(self.table, sorted(card.partition for card in people), look)
        told = _said(people, now, verified=verified).items()
        return {name: bounded for name, said in told if (bounded := _bounded(said))}

    def _who(self, number: str, instance: str) -> tuple[list[Card], bool] | None:
        """Return the one customer who has a number now and whether it is verified as theirs, or none.

        Those of whom it is verified come first. Of several who only claim it, it is the one whose calls to this
        instance are kept under it; beside them it is nobody. Whoever has given it up has it no more: it may be
        somebody else's by now.
        """
        value = found_under(kind="phone", value=number)
        holders = self.customers.holders(kind="phone", value=value)
        if not holders or len(holders) > MOST_HOLDERS:
            return None
        having = [(found, proven) for found in self._people(holders) if (proven := _proven(found, value)) is not None]
        vouched = [found for found, proven in having if proven]
        people = vouched or [found for found, _ in having]
        if len(people) > 1 and not vouched:
            own = f"phone:{instance}:{number}"
            people = [found for found in people if any(card.identity == own for card in found)]
        return (people[0], bool(vouched)) if len(people) == 1 else None

    def _people(self, partitions: Iterable[str]) -> list[list[Card]]:
        """Return the customers to whom identities belong, each with all their cards."""
        there = {card.partition: card for card in self._cards(partitions)}
        groups = self.customers.members(customer_id(card.identity) for card in there.values())
        others = sorted(set(chain.from_iterable(groups)) - there.keys())
        there |= {card.partition: card for card in self._cards(others)}
        return [
            [there[each] for each in group if each in there] for group in dict.fromkeys(map(tuple, groups)) if group
        ]

    def _cards(self, partitions: Iterable[str]) -> list[Card]:
        return [found for items in self.customers.cards(partitions) if (found := cards.read(items))]


def _proven(found: Iterable[Card], value: str) -> bool | None:
    """Return whether a number is verified as a customer's, or `None` when none of their identities has it now."""
    points = (links.points(card.about).get(("phone", value)) for card in found)
    standing = [point for point in points if point and point.until is None]
    return any(point.verified for point in standing) if standing else None


def _caller(event: Mapping[str, Any]) -> tuple[str | None, str]:
    """Return the caller's number, in E.164 or none, and the instance that asks."""
    contact = event["Details"]["ContactData"]
    customer = contact.get("CustomerEndpoint") or {}
    address = customer.get("Address") if customer.get("Type") == "TELEPHONE_NUMBER" else None
    instance = str(contact.get("InstanceARN") or "").rpartition("/")[2] or "unknown"
    return canonical(kind="phone", value=address) if isinstance(address, str) else None, instance


def _said(people: Sequence[Card], now: datetime, *, verified: bool) -> dict[str, str]:
    known = join(*(card.known for card in people))
    told = {name: known[name].value for name in ("name", "language") if name in known}
    claimed = {
        "known": "yes",
        "verified": "yes" if verified else "no",
        "customer_id": shown_id(card.about for card in people),
        "language": told.get("language", ""),
    }
    return claimed | {"name": told.get("name", ""), **_open(people, now)} if verified else claimed


def _open(people: Sequence[Card], now: datetime) -> dict[str, str]:
    waiting = [head.waiting_since for card in people for head in card.conversations if head.waiting_since]
    cases = [case for card in people for case in card.escalations if case.state not in ENDED]
    heads = [head for card in people for head in card.commitments if head.made and head.made.stance == "promise"]
    promised = [head.until for head in heads if head.until and head.state(now) in ("open", "broken")]
    return {
        "waiting_since": _instant(waiting),
        "open_cases": str(len(cases)),
        "promised_until": _instant(promised),
    }


def _instant(found: Iterable[datetime]) -> str:
    first = min(found, default=None)
    return first.isoformat(timespec="seconds").replace("+00:00", "Z") if first else ""


def _bounded(said: str) -> str:
    return _SPACES.sub(" ", "".join(letter if letter.isprintable() else " " for letter in said)).strip()[:LONGEST]
