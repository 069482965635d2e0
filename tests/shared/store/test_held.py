"""Nothing that is kept of a person is missed, whatever kind it is, and nothing of a stranger's alone is taken."""

import asyncio
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from random import Random
from typing import Any

import orjson
import pytest

from shared.casework.steps import Agent, ReplyAsked, ReplyMove, reply_id
from shared.errors import NotFound
from shared.ids import customer_id
from shared.media.copies import KEPT, Copy
from shared.models import Request
from shared.store import codec, journal, keys, media, steps
from shared.store.held import Held, held, unclaimed
from shared.store.keys import Key
from shared.store.ledger import Span
from shared.store.table import Item, Table, key_of
from shared.store.typed import typed
from tests.conftest import NOW, TABLE
from tests.faults.stories import SECRETS, one, signed, together, unit
from tests.faults.world import Arrival
from tests.services.customer360.counter import Counter
from tests.services.desk.office import Office
from tests.shared.platforms.telegram import sender as telegram
from tests.shared.repair.house import House, said
from tests.shared.store.test_readme import README, code, rows, section
from tests.template import ROOT, template
from tests.world import World, playbook

CANARY, FORMERLY = "canary-ana", "canary-former"
IN_APP, IN_APP_TOO = f"{CANARY}-app", f"{CANARY}-{'ñ' * 400}"
LEFT, LUIS = f"{FORMERLY}-{'x' * 600}", "canary-luis"
CROWD = [f"canary-crowd-{number}" for number in range(playbook().linking.most_identities_per_value)]

ON_TELEGRAM = f"telegram:{telegram.ACCOUNT}:5150777001"
ON_FACEBOOK = "facebook:104000000000001:7200777001"
ANA = (f"app:shop_app:{IN_APP}", f"app:shop_app:{IN_APP_TOO}", ON_TELEGRAM, ON_FACEBOOK)
FORMER = f"app:shop_app:{LEFT}"
OTHERS = (FORMER, *(f"app:shop_app:{name}" for name in (LUIS, *CROWD)))

EMAIL, SHOP, FLAT = f"{CANARY}@example.com", "+34911000222", "+34911000333"
PROVEN: dict[str, Any] = {"email": {"value": EMAIL, "verified": True}, "phone": {"value": SHOP, "verified": True}}

ABOUT_NOBODY = {
    ("account#<platform>/<account>", "health"): "It says how a channel of the company's is, and names no customer.",
    ("account#<platform>/<account>", "cursor#<thing>"): "It says how far something public was read, in digests.",
    ("account#<platform>/<account>", "refused#<reason>"): "What had no proof is not kept; only that it came.",
    (
        "account#<platform>/<account>",
        "rate#<channel>#<seconds>#<window>",
    ): "It counts what an account sends, to anybody.",
    ("account#<platform>/<account>", "pause#<channel>"): "It says until when an account sends nothing to anybody.",
    ("department#<name>", "choice#<step>"): "It names whose case somebody took, and ends by itself after 7 days.",
    ("playbook", "version#<version>"): "It is the company's own configuration.",
    ("playbook", "current"): "It is the company's own configuration.",
}
"""The rows of the page that no person's enumeration can reach, and why."""


def tokens(*identities: str) -> frozenset[str]:
    """Return by what a text can be known to tell of somebody: customer ids, and the names or their digests."""
    found = (text for name in identities for text in (customer_id(name), keys.identity(name)))
    return frozenset(text.removeprefix(keys.IDENTITY_PREFIX).lower() for text in found)


HERS = tokens(*ANA) | {CANARY, "canary_ana"}
THEIRS = tokens(*OTHERS) | {FORMERLY, LUIS, "canary-crowd"}


def told(item: Item) -> str:
    """Return all that an item says: its keys, every attribute, and what is packed in it."""
    packed = codec.unpack(bytes(item["packed"]["B"])) if "packed" in item else ()
    texts = (str(value) for attribute in item.values() for value in attribute.values())
    return "\n".join((*texts, *(part.decode(errors="replace") for part in packed))).lower()


def tells_of(text: str, of: frozenset[str]) -> bool:
    return any(token in text for token in of)


@dataclass
class Story:
    """Everything that can happen to a person, with strangers beside them."""

    world: World
    office: Office
    requests: int = 0
    brought_nothing: frozenset[str] = frozenset()

    def hear(self, *arrivals: Arrival) -> frozenset[str]:
        """Let deliveries come, each by a request of its own; return the ids of these requests."""
        before = self.requests
        for arrival in arrivals:
            self.requests += 1
            request = Request("POST", f"https://door.invalid{arrival.path}", arrival.headers, {}, arrival.body)
            answer = self.world.door().answer(
                platform=arrival.platform, account=arrival.account, request=request, request_id=f"r{self.requests}"
            )
            assert answer in ("event", "delivery", "object", "duplicate")
        self.world.settle()
        return frozenset(f"r{number}" for number in range(before + 1, self.requests + 1))

    def announce(self) -> None:
        """Journal what the bucket has, as the spill does."""
        for name in self.world.cloud.look().objects("deliveries"):
            found = journal.Journal(self.world.table, self.world.bucket)
            found.keep(journal.object_item(self.world.bucket.get(name)))
        self.world.settle()

    def copy(self) -> None:
        """Note that the one file which came is copied."""
        (event,) = (key for key, item in self.items().items() if "files" in item)
        copied = Copy(state="copied", at=NOW, object=FILE, verdict="not_scanned")
        assert media.keep(self.world.table, keys.media(event, 0), copied, before=None, for_days=0)

    def ask(self, whom: str, what: str, **said: Any) -> None:
        self.office.later(minutes=1)
        answer = self.office.ask(f"/customers/{customer_id(whom)}/{what}", said)
        assert answer.status == 201, answer.text
        self.world.settle()

    def reply(self, **said: Any) -> None:
        """Have her answered, once, under another address of hers."""
        asked = ReplyAsked(id="stp_reply", at=NOW, by=Agent(subject="u1"), account="shop_app", channel="app", **said)
        done = {"identity": asked.identity, "at": NOW, "by": asked.by, "reply_id": reply_id(asked)}
        sent = {"external_id": f"{CANARY}-sent", "address": ANA[1]}
        for step in (
            asked,
            ReplyMove(id="stp_attempted", number=1, act="attempted", **done),
            ReplyMove(id="stp_sent", number=2, act="sent", **done, **sent),
        ):
            steps.keep(self.world.table, step)
            self.world.settle()

    def held(self, identity: str = ANA[0]) -> list[Held]:
        return list(held(customer_id(identity), table=self.world.table, bucket=self.world.bucket))

    def items(self) -> dict[Key, Item]:
        return {key_of(item): item for item in self.world.scan()}

    def telling(self, of: frozenset[str]) -> set[Key | str]:
        """Return all items and objects that tell of somebody, found by looking through everything: with the notes and
        the objects of a delivery that does."""
        items, objects = self.items(), self.world.cloud.look().objects("deliveries")
        names = {name for name, stored in objects.items() if tells_of(stored.body.decode().lower(), of)}
        found = {key for key, item in items.items() if tells_of(told(item), of)}
        deliveries = {key.pk for key in found if key.pk.startswith(keys.DELIVERY_PREFIX)}
        deliveries |= {keys.delivery(journal.id_in(name)).pk for name in names}
        return names | found | {key for key in items if key.pk in deliveries}


def speaks(message: str, customer: str, text: str = "Hola", **known: Any) -> dict[str, Any]:
    return unit("message.received", message, customer=customer, text=text, known=known)


def by_telegram(sample: str) -> Arrival:
    """Return one of Telegram's samples as if this person had sent it."""
    body = (ROOT / "tests/shared/platforms/telegram/samples" / f"{sample}.json").read_text()
    for theirs, hers in (("5150001", "5150777001"), ("anatorres", "canary_ana"), ('"Ana"', f'"{CANARY}"')):
        body = body.replace(theirs, hers)
    return signed(f"telegram {sample}", "telegram", body.encode())


def by_facebook(sample: str) -> Arrival:
    """Return one of Meta's samples as if it was about this person."""
    body = (ROOT / "tests/shared/platforms/meta/samples" / f"{sample}.json").read_text()
    for theirs, hers in (("7200000000000001", "7200777001"), ("Ana Torres", CANARY), ("Ana:", f"{CANARY}:")):
        body = body.replace(theirs, hers)
    return signed(f"facebook {sample}", "meta", body.encode())


COMPLAINT = speaks(
    "m-1", IN_APP, f"{CANARY}: me han cobrado dos veces la factura", name=CANARY, handle=CANARY, **PROVEN
)
BATCH = together("hers", speaks("m-10", IN_APP), speaks("m-11", IN_APP_TOO))
WITH_LUIS = together("shared", speaks("m-20", IN_APP), speaks("m-21", LUIS, phone={"value": FLAT}))
WITH_IGNORED = together("in part", speaks("m-23", IN_APP), unit("order.shipped", "o-2", customer=LUIS))
OVERLAPS = together("overlaps", COMPLAINT, speaks("m-22", LUIS))
IGNORED = one(unit("order.shipped", "o-1", customer=IN_APP))
UNREADABLE = one(unit("message.received", "m-30", customer=IN_APP, text={"no": CANARY}))
SAID_OTHERWISE = one(unit("message.received", "m-1", customer=IN_APP, text=f"{CANARY} says something else by that id"))
LARGE_ONE = signed(
    "large",
    "standard_webhooks",
    orjson.dumps(
        {
            "type": "batch",
            "data": {"events": [speaks("m-40", IN_APP), speaks("m-41", IN_APP, phone={"value": FLAT})]},
            "unread": Random(4).randbytes(450_000).hex(),
        }
    ),
)


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    world = World(SECRETS)
    yield _lived(Story(world, Office(world.table)))
    loop.close()
    asyncio.set_event_loop(None)


def _lived(story: Story) -> Story:
    hear, ask = story.hear, story.ask
    hear(one(COMPLAINT), one(COMPLAINT), *(one(speaks("m-2", name, **PROVEN | {"email": None})) for name in CROWD))
    hear(one(unit("message.edited", "e-1", customer=IN_APP, target="m-1", text=CANARY)))
    hear(one(unit("message.deleted", "d-1", customer=IN_APP, target="m-1")))
    hear(one(speaks("m-3", IN_APP_TOO, **PROVEN)), one(speaks("m-4", LEFT)), one(speaks("m-5", LUIS)))
    hear(by_telegram("callback_inline"), by_telegram("complaint"), by_telegram("photo_caption"))
    story.copy()
    hear(BATCH, BATCH, WITH_LUIS, WITH_LUIS, WITH_IGNORED, LARGE_ONE, LARGE_ONE)
    story.announce()
    hear(by_facebook("facebook_comment_ours"), by_facebook("facebook_comment"))
    ask(ANA[1], "links", identity=ON_FACEBOOK, decision="linked", why="He said so.")
    ask(ANA[1], "links", identity=ON_TELEGRAM, decision="linked", why="She wrote so.")
    ask(ANA[0], "links", identity=FORMER, decision="linked", why="He said so.")
    ask(FORMER, "unlinks", identity=FORMER, why="A brother.")
    ask(ANA[0], "links", identity=OTHERS[2], decision="dismissed", why="They share a shop.")
    story.reply(identity=ANA[0], text=CANARY, privately=True)
    ask(ANA[0], "notes", text=CANARY)
    ask(ANA[1], "needs", topic="eSIM", text=CANARY)
    until = (NOW + timedelta(days=3)).isoformat()
    ask(ON_TELEGRAM, "commitments", stance="promise", matter="la factura", text=CANARY, until=until, department="care")
    story.brought_nothing = hear(OVERLAPS, IGNORED, UNREADABLE, SAID_OTHERWISE)
    Counter(story.world.table).ask(f"/customers/{customer_id(ANA[0])}")
    return story


MARK = keys.crowded("phone", SHOP)
FILE = f"{KEPT}a/b/0"
"""A copy of a file, whose name tells nobody whose it is."""


def brought_nothing(story: Story) -> set[Key | str]:
    """Return the deliveries that only repeat what she said, or that nobody can read, or is to."""
    found = {key: item for key, item in story.items().items() if key.sk == keys.DELIVERY}
    return {key for key, item in found.items() if item["request"]["S"] in story.brought_nothing}


def test_everything_that_tells_of_a_person_is_held_of_them_and_nothing_else_is(story: Story) -> None:
    found = {each.where for each in story.held()}
    beyond = brought_nothing(story)
    assert len(beyond) == 4
    assert not found & beyond
    assert found == (story.telling(HERS) - beyond) | {MARK, FILE}


def test_each_thing_is_held_once_with_the_item_that_it_is(story: Story) -> None:
    found = story.held()
    assert len({each.where for each in found}) == len(found)
    items = story.items()
    assert all(each.item == items[each.where] for each in found if isinstance(each.where, Key))


def test_what_tells_of_others_is_told_from_what_is_this_persons_alone(story: Story) -> None:
    found = {each.where for each in story.held() if each.shared} - {MARK}
    assert found == {each.where for each in story.held()} & story.telling(THEIRS)
    assert {each.kind for each in story.held() if each.shared} == {
        "contact/crowded",
        "customer/link",
        "delivery/delivery",
        "delivery/repeated",
        "identity/step",
    }


@pytest.mark.parametrize("identity", ANA)
def test_any_id_of_a_customer_leads_to_the_same(story: Story, identity: str) -> None:
    wanted = [(each.where, each.shared) for each in story.held()]
    found = [(each.where, each.shared) for each in story.held(identity)]
    assert sorted(found, key=str) == sorted(wanted, key=str)


def test_of_who_was_parted_nothing_is_held_but_what_was_said_of_the_two(story: Story) -> None:
    found = story.held(FORMER)
    hers = {each.where for each in story.held()}
    both = {each.where for each in found} & hers
    assert {each.kind for each in found if each.where in both} == {"customer/link", "identity/step"}
    assert all(each.shared for each in found if each.where in both)
    assert "identity/event" in {each.kind for each in found if each.where not in hers}


def test_what_no_key_of_a_person_leads_to_is_among_the_unclaimed_deliveries_of_the_account(story: Story) -> None:
    span = Span("standard_webhooks", "shop_app", NOW - timedelta(days=1), NOW + timedelta(days=1))
    found = set(unclaimed(span, story.world.table))
    in_part = {each.where for each in story.held() if each.where in found}
    assert found == brought_nothing(story) | in_part
    assert len(in_part) == 1


def test_a_delivery_that_is_not_expanded_yet_is_unclaimed() -> None:
    world = World(SECRETS)
    story = Story(world, Office(world.table))
    world.settle = lambda: None  # type: ignore[method-assign]
    story.hear(WITH_LUIS)
    span = Span("standard_webhooks", "shop_app", NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert len(list(unclaimed(span, world.table))) == 1


def test_every_row_of_the_stores_page_is_held_of_somebody_or_is_about_nobody(story: Story) -> None:
    items = [each.item for each in story.held() if each.item]
    reached = {(row.pk, row.sk) for row in rows() if any(map(row.describes, items))}
    assert reached.isdisjoint(ABOUT_NOBODY)
    assert reached | set(ABOUT_NOBODY) == {(row.pk, row.sk) for row in rows()}


def test_the_page_names_the_kinds_that_are_held(story: Story) -> None:
    kinds = {kind for cells in section("What is held of a person") for kind in code(cells[0])}
    assert kinds == {each.kind for each in story.held()}


def test_the_page_says_how_long_queues_keep_what_no_key_leads_to() -> None:
    found = {name: said["Properties"] for name, said in template()["Resources"].items() if said["Type"] == _QUEUE}
    days = {name: timedelta(seconds=said["MessageRetentionPeriod"]).days for name, said in found.items()}
    departments = {days[name] for name, said in found.items() if said.get("FifoQueue")}
    page = README.split("## What is held of a person")[1]
    assert departments == {14}
    assert "| a hand-off on a department's queue; its dead letters | 14 days |" in page
    spill = days["SpillQueue"], days["SpillDeadLetterQueue"]
    assert f"on the spill queue; its dead letters | {spill[0]} days; {spill[1]} days |" in page


_QUEUE = "AWS::SQS::Queue"


def test_nobody_is_not_found() -> None:
    house = House()
    with pytest.raises(NotFound, match="nobody"):
        held(customer_id("counter:shop:nobody"), table=house.table, bucket=house.bucket)


def test_what_a_process_that_died_has_half_written_is_held_where_a_step_or_an_event_tells_of_it() -> None:
    """The rows that find a person are there and what says so is not; and of a pair the other side alone."""
    house = House()
    house.take(said(1, person="ana", author={"contacts": [{"kind": "email", "value": EMAIL}]}))
    house.take(said(2, person="bea"))
    ana, bea = "counter:shop:ana", "counter:shop:bea"
    counter = Counter(house.table)
    counter.link(bea, ana)
    for key in (keys.about(bea), keys.link(of=bea, other=ana), keys.members(bea), keys.about(ana)):
        house.forget(key)
    of_bea = {each.where for each in held(customer_id(bea), table=house.table, bucket=house.bucket)}
    assert {keys.link(of=ana, other=bea), keys.members(ana)} <= of_bea
    of_ana = {each.where for each in held(customer_id(ana), table=house.table, bucket=house.bucket)}
    assert keys.contact(kind="email", value=EMAIL, identity_name=ana) in of_ana


class Endless(Table):
    """A table in whose identity partition each event stands so many times."""

    drawn = 0
    times = 5_000

    def query(self, pk: str, **span: Any) -> Iterator[Item]:
        for item in super().query(pk, **span):
            events = item["sk"]["S"].startswith(keys.EVENT_PREFIX)
            for number in range(self.times if events else 1):
                self.drawn += 1
                yield {**item, "sk": {"S": f"{item['sk']['S']}{number or ''}"}}


def test_a_long_history_is_read_as_far_as_the_caller_goes_on_and_not_kept_in_memory() -> None:
    house = House()
    house.take(said(1, "x" * 1000))
    table = Endless(house.cloud.client("dynamodb"), TABLE)
    hers = held(customer_id("counter:shop:ana"), table=table, bucket=house.bucket)
    assert len(list(islice(hers, 10))) == 10
    assert table.drawn <= 10
    tracemalloc.start()
    try:
        assert sum(1 for _ in hers) > table.times - 10
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000  # bytes, of which one event with its bytes takes two thousand


def test_a_file_of_what_the_company_answered_under_its_own_identity_is_held() -> None:
    """Of the company's own item, too; and once, though the message was heard under two identities."""
    house = House()
    common = {"channel": "facebook_comment", "visibility": "public"}
    file = {"type": "image", "url": "https://files.example/1"}
    answer = said(9, person="shop", direction="outbound", reply_to="1", attachments=[file], **common)
    ana, bea, us = ("counter:shop:ana", "counter:shop:bea", keys.event(answer))
    for event in (said(1, person="ana", **common), said(1, person="bea", **common), answer):
        house.take(event)
    copied = Copy(state="copied", at=NOW, object=f"{KEPT}a/b/0")
    house.table.insert(typed(keys.media(us, 0), copied.model_dump_json(exclude_defaults=True), None))
    wanted = {us, keys.media(us, 0), f"{KEPT}a/b/0"}

    def found() -> list[Held]:
        of_ana = held(customer_id(ana), table=house.table, bucket=house.bucket)
        return [each for each in of_ana if each.where in wanted or each.kind == "said/said"]

    assert wanted < {each.where for each in found()}
    assert all(each.shared for each in found()), "it is kept of somebody else, too"
    Counter(house.table).link(ana, bea)
    assert len({each.where for each in found()}) == len(found()) == 5
    assert not any(each.shared for each in found())
