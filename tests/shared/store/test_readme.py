"""The store's page says what the code writes, no less and no more."""

import random
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import boto3
import pytest

from shared.accounts import Account
from shared.casework.cases import Doing
from shared.casework.commitments import commitment_id
from shared.casework.seen import Seen as Look
from shared.casework.steps import Agent, Commitment, CommitmentEnd, Note, ReplyAsked, ReplyMove, Step, reply_id
from shared.channels import Facts, Reason, judge
from shared.escalation import Escalation
from shared.media.copies import Copy
from shared.models import (
    Attachment,
    Author,
    Call,
    ContactPoint,
    Deletion,
    Delivery,
    Edit,
    Ignored,
    Message,
    ProfileChange,
    Reaction,
    Receipt,
)
from shared.playbook import Playbook, parse
from shared.polling import Polled
from shared.projection.projector import Projector
from shared.projection.unanswered import LONG
from shared.queues import Departments
from shared.repair.difference import digest
from shared.repair.redrive import Refusal, refuse
from shared.replying import Rate
from shared.store import choices, health, journal, keys, media, polls, rates, steps
from shared.store import seen as looks
from shared.store.choices import Choice
from shared.store.journal import Bucket, Journal, Object, record
from shared.store.keys import Key
from shared.store.playbooks import CurrentPlaybook, publish
from shared.store.rates import Sending
from shared.store.refusals import RefusalNotes
from shared.store.revisions import REVISION_PREFIX
from shared.store.table import Item, Table, key_of
from tests import counter
from tests.conftest import NOW, TABLE
from tests.template import ROOT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

README = Path(journal.__file__).with_name("README.md").read_text()
PLAYBOOK: Playbook = parse((ROOT / "infra" / "playbook.example.toml").read_text())

HISTORY = (
    *(keys.EVENT_PREFIX, keys.MEDIA_PREFIX, keys.REPEATED_PREFIX, keys.REPLY_PREFIX),
    *(REVISION_PREFIX, keys.SEEN_PREFIX, keys.SENT_PREFIX, keys.STEP_PREFIX),
)

PLACEHOLDERS = {
    "instant": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z",
    "kind": "phone|email|handle",
    "version": r"\d{10}",
    "platform": r"[a-z_]+",
    "account": r"[^#]+",
    "reason": "signature|handshake",
    "case": "(?:esc|rpl)_[^#]+",
    "number": r"\d{6}",
    "step": "stp_[^#]+",
}

ANA = "counter:shop:ana"
COMMON = {"occurred_at": NOW, "identity": ANA, "account": "shop", "channel": "counter"}
AUTHOR = Author(
    name="Ana Torres",
    handle="anatorres",
    contacts=(
        ContactPoint(kind="email", value="ana@example.com"),
        ContactPoint(kind="phone", value="+34600000000", proof="platform"),
    ),
)
COMPLAINT = Message.model_validate(
    COMMON | {"external_id": "1", "text": "Me han cobrado la factura dos veces", "author": AUTHOR}
)
PHOTO = Attachment(type="photo", id="p")
EVENTS = (
    COMPLAINT,
    Message.model_validate(COMMON | {"external_id": "2", "text": "Hola", "dated": False}),
    Message.model_validate(COMMON | {"external_id": "3", "text": "Buenos días", "direction": "outbound"}),
    Call.model_validate(COMMON | {"external_id": "4", "status": "missed", "thread": "calls"}),
    ProfileChange.model_validate(COMMON | {"external_id": "5", "field": "handle", "current": "ana.torres"}),
    Edit.model_validate(COMMON | {"external_id": "6", "target": "1", "text": "Me han cobrado tres veces"}),
    Deletion.model_validate(COMMON | {"external_id": "7", "target": "2"}),
    Reaction.model_validate(COMMON | {"external_id": "8", "target": "3", "emoji": "👍"}),
    Receipt.model_validate(COMMON | {"external_id": "9", "target": "3", "status": "read"}),
    Message.model_validate(COMMON | {"external_id": "12", "attachments": (PHOTO,)}),
    Message.model_validate(COMMON | {"external_id": "13", "attachments": (PHOTO,), "dated": False}),
)
OVERHEARD = tuple(
    Message.model_validate(
        COMMON
        | {"external_id": number, "text": "Hoy Teleprado", "visibility": "public", "overheard": True, "dated": dated}
        | {"identity": "counter:shop:luis"}
    )
    for number, dated in (("10", True), ("11", False))
)
"""What nobody said to the company, and nobody was offered."""
ANSWER = {"channel": "facebook_comment", "identity": "counter:shop:shop", "direction": "outbound"}
UNNAMED = (
    Message.model_validate(COMMON | {"external_id": "14", "channel": "facebook_comment"}),
    Message.model_validate(COMMON | ANSWER | {"external_id": "15", "reply_to": "14"}),
    Message.model_validate(COMMON | ANSWER | {"external_id": "16", "reply_to": "of nobody known"}),
)
"""What the company answers where the platform names only the message, and an answer to nobody who is known."""
LATER = tuple(event.model_copy(update={"external_id": f"later {event.external_id}"}) for event in EVENTS)
CROWD = tuple(
    COMPLAINT.model_copy(
        update={
            "external_id": phone,
            "identity": f"counter:shop:{number}",
            "author": Author(contacts=(ContactPoint(kind="phone", value=phone, proof="platform"),)),
        }
    )
    for phone, people in (("+34600000000", 1), ("+34911000222", PLAYBOOK.linking.most_identities_per_value + 1))
    for number in range(people)
)
"""Somebody who has the same number as she, and more people with another one than it can prove anything for."""
IGNORED = Ignored(external_id="6", occurred_at=NOW, reason="a sticker")
BY = Agent(subject="colleague-1", department="care")
PROMISE = Commitment(id="stp_a", identity=ANA, at=NOW, by=BY, matter="la factura", text="La miramos.", until=NOW)
KEPT = CommitmentEnd(id="stp_b", identity=ANA, at=NOW, by=BY, commitment_id=commitment_id(PROMISE), outcome="kept")
ASKED = ReplyAsked(
    id="stp_r", identity=ANA, at=NOW, by=BY, channel="counter", account="shop", text="Le escribo.", privately=True
)
"""What is answered in private, under an address that is only known once it is sent; and what nobody can confirm."""
BECAME = tuple(
    ReplyMove(
        id=f"stp_r{number}", identity=ANA, at=NOW, by=BY, reply_id=reply_id(ASKED), number=number, act=act, **more
    )
    for number, act, more in (
        (1, "attempted", {}),
        (2, "unknown", {}),
        (3, "not_there", {}),
        (4, "attempted", {}),
        (5, "sent", {"external_id": "m-1", "address": f"{ANA}-in-private"}),
    )
)
LOOK = Look(id="request-9", at=NOW, by="colleague-1", what="customer")
STEPS = (PROMISE, Note(id="stp_c", identity=ANA, at=NOW, by=BY, text="Prefiere que le llamen."))
STRANGE = {"kind": "message", "from": "a version of the platform that is yet to come"}


@dataclass(frozen=True)
class Row:
    """One row of the page's first table."""

    pk: str
    sk: str
    always: frozenset[str]
    sometimes: frozenset[str]

    def describes(self, item: Item) -> bool:
        return bool(_pattern(self.pk).fullmatch(item["pk"]["S"]) and _pattern(self.sk).fullmatch(item["sk"]["S"]))


def _pattern(shape: str) -> re.Pattern[str]:
    parts = re.split(r"<(\w+)>", shape)
    literal = [
        f"(?:{PLACEHOLDERS.get(part, '.+')})" if place % 2 else re.escape(part) for place, part in enumerate(parts)
    ]
    return re.compile("".join(literal), re.DOTALL)


def section(title: str) -> list[list[str]]:
    """Return the cells of the rows of a section's table."""
    text = README.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def code(cell: str) -> list[str]:
    return re.findall("`([^`]+)`", cell)


def rows() -> list[Row]:
    found = []
    for pk, sk, attributes, *_ in section("Items"):
        sometimes = {name.removesuffix("?") for name in code(attributes) if name.endswith("?")}
        always = set(code(attributes)) - {f"{name}?" for name in sometimes}
        found.append(Row(code(pk)[0], code(sk)[0], frozenset(always), frozenset(sometimes)))
    return found


def is_a_case(item: Item) -> bool:
    return str(item["sk"]["S"]).startswith(keys.ESCALATION_PREFIX)


@dataclass
class Seen:
    """What a run has written: the sets of attributes of each row's items, the types, and the kinds of open work."""

    attributes: dict[Row, list[frozenset[str]]] = field(default_factory=lambda: defaultdict(list))
    types: set[tuple[str, str]] = field(default_factory=set)
    open_work: set[tuple[str, str]] = field(default_factory=set)

    def note(self, items: list[Item]) -> None:
        for item in items:
            names = item.keys() - {"pk", "sk"}
            found = [row for row in rows() if row.describes(item)]
            assert len(found) == 1, f"{len(found)} rows of the page describe {item['pk']['S']} {item['sk']['S']}"
            (row,) = found
            self.attributes[row].append(frozenset(names))
            self.types |= {(name, kind) for name in names for kind in item[name]}
            if "open" in item:
                kind = item["open"]["S"].partition("#")[0]
                prefix, separator, _ = item["sk"]["S"].partition("#")
                self.open_work.add((kind, prefix + separator))


@pytest.fixture
def projector(table: Table, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Projector:
    monkeypatch.setattr("shared.projection.projector.load", counter.load)
    publish(table, PLAYBOOK)
    sqs = boto3.client("sqs")
    urls = {
        name: sqs.create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
        for name in (department.name for department in PLAYBOOK.departments)
    }
    return Projector(table, bucket, Departments(sqs, urls), CurrentPlaybook(table), lambda: NOW)


def read_all(dynamodb: "DynamoDBClient") -> list[Item]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True)
    return [dict(item) for page in pages for item in page["Items"]]


def streamed(items: list[Item]) -> list[Item]:
    prefixes = (keys.EVENT_PREFIX, keys.STEP_PREFIX, keys.ESCALATION_PREFIX, keys.DELIVERY)
    return [item for item in items if item["sk"]["S"].startswith(prefixes)]


@pytest.fixture
def seen(projector: Projector, bucket: Bucket, dynamodb: "DynamoDBClient") -> Seen:
    """A run in which everything happens that makes an item look different."""
    found = Seen()
    journalled = Journal(projector.table, bucket)
    for event in EVENTS:
        journalled.keep(record(counter.delivery(event), counter.COUNTER))
    for delivery in (
        *map(counter.delivery, (*CROWD, *OVERHEARD, *UNNAMED)),
        counter.delivery(*LATER),
        counter.delivery(*EVENTS, STRANGE),
        counter.delivery(IGNORED),
    ):
        journalled.keep(record(delivery, counter.COUNTER))
    large = record(Delivery(counter.NAME, counter.ACCOUNT, random.randbytes(500_000), {}, NOW), counter.COUNTER)
    assert isinstance(large, Object)
    journalled.keep(large)
    journalled.keep(journal.object_item(bucket.get(large.name)))
    for again in (counter.delivery(COMPLAINT), counter.delivery(*LATER)):
        journalled.keep(record(replace(again, request_id="another"), counter.COUNTER))
    looked_after = Account(platform=counter.NAME, account=counter.ACCOUNT)
    judged = judge("counter/shop", Facts(known_since=NOW), before=None, now=NOW)
    assert health.keep(projector.table, looked_after, judged, before=None)
    assert polls.move(
        projector.table, polls.key(looked_after, "https://a.example.com/feed"), Polled(at=NOW), before=None
    )
    for reason in get_args(Reason):
        RefusalNotes(projector.table).note(platform=counter.NAME, account=counter.ACCOUNT, reason=reason, at=NOW)
    for step in STEPS:
        steps.keep(projector.table, step)
    other = ASKED.model_copy(update={"id": "stp_s", "privately": False})
    refused = BECAME[0].model_copy(update={"reply_id": reply_id(other), "act": "refused"})
    spoken_of: tuple[Step, ...] = (ASKED, *BECAME, other, refused)
    for spoken in spoken_of:
        steps.keep(projector.table, spoken)
        projector.take(spoken)
        found.note(read_all(dynamodb))
    sending = Sending(counter.NAME, counter.ACCOUNT, counter.NAME)
    assert rates.take(projector.table, sending, [Rate(1, timedelta(seconds=1))], NOW) is None
    rates.pause(projector.table, sending, NOW)
    looks.keep(projector.table, [keys.identity(ANA)], LOOK)
    for event, days in zip(EVENTS[-2:], (0, 30), strict=True):
        copy = Copy(state="later", at=NOW, since=NOW)
        assert media.keep(projector.table, keys.media(keys.event(event), 0), copy, before=None, for_days=days)
    chosen = Choice(identity=ANA, escalation_id="esc_a", number=0)
    choices.keep(projector.table, "care", "stp_d", chosen, instead_of=None, now=NOW)
    found.note(read_all(dynamodb))
    for _ in ("the journal", "what came out of deliveries", "what was offered"):
        for item in streamed(read_all(dynamodb)):
            projector.project([item])
        found.note(read_all(dynamodb))
    unreadable = [item for shard in keys.shards("unreadable") for item in projector.table.listed(shard)]
    refuse(digest(key_of(unreadable[0])), Refusal("a test", "night shift", NOW), projector.table, do=True)
    found.note(read_all(dynamodb))
    for item in streamed(read_all(dynamodb)):
        projector.postpone(Key(item["pk"]["S"], item["sk"]["S"]), kind="unprojected", attempts=0)
    promised = keys.commitment(identity_name=ANA, commitment_id=commitment_id(PROMISE))
    projector.postpone(promised, kind="promised", attempts=0)
    found.note(read_all(dynamodb))
    projector.take(KEPT)
    for item in filter(is_a_case, read_all(dynamodb)):
        kept = Escalation.model_validate_json(item["state"]["S"])
        for act in ("accepted", "answered", "closed"):
            done = projector.cases.do(kept.identity, kept.id, Doing(act, NOW, BY))
            projector.take(done)
            found.note(read_all(dynamodb))
            projector.postpone(steps.key(done), kind="unprojected", attempts=0)
    for kind in ("waiting", LONG):
        projector.postpone(keys.conversation(COMPLAINT), kind=kind, attempts=0)
        found.note(read_all(dynamodb))
    return found


def test_the_page_has_every_item_attribute_and_kind_of_open_work_and_no_other(seen: Seen) -> None:
    for row in rows():
        found = seen.attributes[row]
        assert found, f"nothing writes {row.pk} {row.sk}"
        everywhere, anywhere = frozenset.intersection(*found), frozenset.union(*found)
        assert (row.sk, everywhere, anywhere - everywhere) == (row.sk, row.always, row.sometimes)
    assert {(code(name)[0], kind) for name, kind, _ in section("Attributes")} == seen.types
    assert {(code(kind)[0], name) for kind, where, _ in section("Open work") for name in code(where)} == seen.open_work


def test_the_card_of_a_person_is_all_that_sorts_before_the_journal(
    seen: Seen, projector: Projector, dynamodb: "DynamoDBClient"
) -> None:
    own = [item["sk"]["S"] for item in read_all(dynamodb) if item["pk"]["S"] == keys.identity(ANA)]
    card = [item["sk"]["S"] for item in projector.table.query(keys.identity(ANA), last=keys.EVENT_PREFIX)]
    assert set(card) == {name for name in own if not name.startswith(HISTORY)}
    assert {name.partition("#")[0] for name in card} == {
        "about",
        "brief",
        "commitment",
        "conversation",
        "escalation",
    }


def test_everything_that_the_page_puts_on_a_card_sorts_before_the_journal() -> None:
    names = [row.sk for row in rows() if row.pk == "identity#<identity>" and not row.sk.startswith(HISTORY)]
    assert names
    assert all(name < keys.EVENT_PREFIX for name in names)
