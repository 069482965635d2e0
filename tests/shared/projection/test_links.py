"""Links and customers as the table keeps them: the same whatever came first, whoever died, and exactly undone."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import product
from random import Random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.casework.links import Link
from shared.casework.steps import Agent, LinkDecision, pair
from shared.models import Author, ContactKind, ContactPoint, Message, Proof
from shared.projection import links
from shared.store import keys, steps
from shared.store.keys import Key
from shared.store.table import Item
from tests.conftest import NOW
from tests.double import Answer
from tests.double.wire import Arguments
from tests.shared.repair.house import PLAYBOOK, House, said

A, B, C, D = PEOPLE = ("ana", "bea", "carla", "dora")
PHONE, SHOP = "+34600111222", "+34900111222"


def name(person: str) -> str:
    return f"counter:shop:{person}"


def writes(number: int, person: str, *contacts: tuple[ContactKind, str, Proof | None]) -> Message:
    points = tuple(ContactPoint(kind=kind, value=value, proof=proof) for kind, value, proof in contacts)
    return said(number, person=person, author=Author(contacts=points))


def phones(number: int, person: str, phone: str = PHONE) -> Message:
    return writes(number, person, ("phone", phone, "platform"))


def decided(decision: str, *of: tuple[str, str], step: str = "stp_1", minute: int = 0) -> LinkDecision:
    pairs = tuple(pair(name(one), name(other)) for one, other in of)
    return LinkDecision.model_validate(
        {
            "id": step,
            "identity": pairs[0][0],
            "at": NOW.replace(minute=minute),
            "by": Agent(subject="lena"),
            "why": "She told me.",
            "decision": decision,
            "pairs": pairs,
        }
    )


def tell(house: House, what: Message | LinkDecision) -> None:
    if isinstance(what, Message):
        house.take(what)
    else:
        steps.keep(house.table, what)
        house.settle()


def told(*what: Message | LinkDecision) -> House:
    house = House()
    for each in what:
        tell(house, each)
    return house


def members(house: House, person: str) -> list[str]:
    """Return who is one customer with somebody, as every member's list says."""
    listed = links.members(house.items().get(keys.members(name(person))))
    return [each.rpartition(":")[2] for each in listed] or [person]


def bond(house: House, one: str, other: str) -> str:
    """Return the bond of a pair, which both sides must have alike."""
    rows = [
        house.items().get(keys.link(of=name(mine), other=name(theirs))) for mine, theirs in ((one, other), (other, one))
    ]
    assert (rows[0] and rows[0]["state"]) == (rows[1] and rows[1]["state"])
    return Link.model_validate_json(rows[0]["state"]["S"]).bond if rows[0] else "apart"


def kept(house: House, *, but_links: bool = False) -> dict[Key, Item]:
    """Return everything that is kept of people, without when it was projected and by which request it came."""
    return {
        key: {field: value for field, value in item.items() if field != "projected_at"}
        for key, item in house.people().items()
        if not (but_links and key.sk.startswith((keys.LINK_PREFIX, keys.STEP_PREFIX)))
    }


def test_a_number_that_both_platforms_attest_makes_one_customer() -> None:
    house = told(phones(1, A), phones(2, B))
    assert members(house, A) == members(house, B) == [A, B]
    assert bond(house, A, B) == "linked"


def test_a_number_that_was_only_typed_is_a_question_and_joins_nobody() -> None:
    house = told(phones(1, A), writes(2, B, ("phone", PHONE, None)))
    assert members(house, A) == [A]
    assert bond(house, A, B) == "suggested"


def test_what_was_typed_first_and_proven_later_links_then() -> None:
    house = told(phones(1, A), writes(2, B, ("phone", PHONE, None)), phones(3, B))
    assert members(house, B) == [A, B]


def test_what_people_said_stays_whatever_evidence_comes() -> None:
    house = told(phones(1, A), phones(2, B), decided("unlinked", (A, B)))
    assert members(house, A) == [A]
    tell(house, writes(3, A, ("email", "ana@example.com", "dmarc")))
    tell(house, writes(4, B, ("email", "ana@example.com", "dmarc")))
    assert members(house, A) == [A]
    assert bond(house, A, B) == "apart"


def test_a_chain_comes_apart_where_it_is_cut() -> None:
    house = told(
        *(writes(number, person) for number, person in enumerate((A, B, C), start=1)),
        decided("linked", (A, B), step="stp_1"),
        decided("linked", (B, C), step="stp_2", minute=1),
    )
    assert members(house, A) == members(house, B) == members(house, C) == [A, B, C]
    tell(house, decided("unlinked", (A, B), (B, C), step="stp_3", minute=2))
    assert [members(house, person) for person in (A, B, C)] == [[A], [B], [C]]


def test_a_shops_number_stops_linking_when_too_many_have_it() -> None:
    few = PLAYBOOK.linking.most_identities_per_value
    people = [f"p{number}" for number in range(few + 2)]
    house = told(*(phones(number, person) for number, person in enumerate(people[:few], start=1)))
    assert members(house, people[0]) == sorted(people[:few])
    for number, person in enumerate(people[few:], start=few + 1):
        tell(house, phones(number, person))
        assert [members(house, each) for each in people[:number]] == [[each] for each in people[:number]]


def test_too_many_is_the_same_whoever_came_first() -> None:
    few = PLAYBOOK.linking.most_identities_per_value
    messages = [phones(number, f"p{number}") for number in range(1, few + 3)]
    messages.append(writes(40, "p1", ("email", "p@example.com", "dmarc")))
    messages.append(writes(41, "p2", ("email", "p@example.com", "dmarc")))
    calm = kept(told(*messages))
    for seed in range(6):
        shuffled = list(messages)
        Random(seed).shuffle(shuffled)
        assert kept(told(*shuffled)) == calm


def test_first_contact_asks_once_for_each_contact_point_and_a_known_person_costs_nothing_more() -> None:
    house = House()
    with counted(house) as calls:
        house.take(phones(1, A))
    assert calls.count("Query") == 1
    with counted(house) as calls:
        house.take(phones(2, A))
    assert "Query" not in calls


STORY: Sequence[Message | LinkDecision] = (
    phones(1, A),
    phones(2, B),
    writes(3, C, ("email", "c@example.com", "dmarc")),
    decided("linked", (B, C), step="stp_1", minute=4),
    writes(5, D, ("customer_number", "C-1", "app_session"), ("email", "c@example.com", "dmarc")),
    writes(6, A, ("customer_number", "C-2", "app_session")),
    decided("unlinked", (A, B), step="stp_2", minute=7),
)


@pytest.mark.parametrize("seed", range(8))
def test_any_order_ends_the_same(seed: int) -> None:
    shuffled = list(STORY)
    Random(seed).shuffle(shuffled)
    assert kept(told(*shuffled)) == kept(told(*STORY))


pairs = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)).filter(lambda two: two[0] < two[1])
POINTS: tuple[tuple[ContactKind, str, Proof | None], ...] = (
    ("phone", PHONE, "platform"),
    ("phone", PHONE, None),
    ("phone", SHOP, "contact_share"),
    ("email", "family@example.com", "dmarc"),
    ("customer_number", "C-1", "app_session"),
    ("customer_number", "C-2", "app_session"),
)
traffic = st.lists(st.tuples(st.sampled_from(PEOPLE), st.none() | st.sampled_from(POINTS)), max_size=4)
type Traffic = list[tuple[str, tuple[ContactKind, str, Proof | None] | None]]


def heard(one: Traffic, *others: Traffic) -> list[list[Message]]:
    """Return what is written, each message with a number of its own."""
    number = iter(range(10, 60))
    return [
        [writes(next(number), person, *([point] if point else [])) for person, point in part] for part in (one, *others)
    ]


def ways(of: Sequence[tuple[str, str]], decision: str, *, minute: int) -> list[LinkDecision]:
    return [decided(decision, each, step=f"stp_{decision}{place}", minute=minute) for place, each in enumerate(of)]


def without_words(house: House) -> dict[Key, Item]:
    """Return everything that is kept of people but what people said of pairs: the verdicts of the rules stay."""
    found = {}
    for key, item in kept(house).items():
        if key.sk.startswith(keys.LINK_PREFIX):
            verdict = Link.model_validate_json(item["state"]["S"]).verdict
            if verdict:
                found[key] = item | {"state": {"S": verdict.model_dump_json()}}
        elif not key.sk.startswith(keys.STEP_PREFIX):
            found[key] = item
    return found


FIRST = [writes(number, person) for number, person in enumerate(PEOPLE, start=1)]


@settings(max_examples=40)
@given(traffic, traffic, st.lists(pairs, min_size=1, max_size=3, unique=True), st.randoms(use_true_random=False))
def test_linked_and_parted_again_everything_is_as_it_would_have_been(
    before: Traffic, between: Traffic, of: list[tuple[str, str]], random: Random
) -> None:
    """Rules link and part in between as well. What people parted rules must not join, and that is all that stays."""
    earlier, later = heard(before, between)
    words, undone = ways(of, "linked", minute=1), ways(of, "unlinked", minute=2)
    arrivals: list[Message | LinkDecision] = [*earlier, *words, *later, *undone]
    calm = told(*FIRST, *earlier, *later)
    linked = without_words(told(*FIRST, *arrivals))
    assert linked == without_words(told(*FIRST, *earlier, *later, *undone))
    if not any(other in members(calm, one) for one, other in of):
        assert linked == without_words(calm)
    random.shuffle(arrivals)
    assert without_words(told(*FIRST, *arrivals)) == linked


@settings(max_examples=40)
@given(traffic, st.lists(pairs, max_size=3, unique=True), st.randoms(use_true_random=False))
def test_whatever_comes_ends_the_same_in_any_order(written: Traffic, of: list[tuple[str, str]], random: Random) -> None:
    """Evidence of rules and words of people, of which some are taken back; twice as much as it may come."""
    (messages,) = heard(written)
    words = [*ways(of, "linked", minute=1), *ways(of[1:], "unlinked", minute=2)]
    arrivals: list[Message | LinkDecision] = [*FIRST, *messages, *words]
    calm = kept(told(*arrivals))
    random.shuffle(arrivals)
    assert kept(told(*arrivals)) == calm


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("evidence", ["none", "of the ends", "of all three"])
def test_whoever_is_taken_out_of_a_chain_leaves_the_others_as_they_would_be(evidence: str, seed: int) -> None:
    """a-b and b-c by word, and perhaps by rule too: without b, a and c are one only where a rule says so."""
    sharing = {"none": (), "of the ends": (A, C), "of all three": (A, B, C)}[evidence]
    messages = [*FIRST, *(phones(number, person) for number, person in enumerate(sharing, start=10))]
    chained = [decided("linked", (A, B), step="stp_1", minute=1), decided("linked", (B, C), step="stp_2", minute=2)]
    without_b = decided("unlinked", (A, B), (B, C), step="stp_3", minute=3)
    assert members(told(*messages, *chained), B) == [A, B, C]
    arrivals: list[Message | LinkDecision] = [*messages, *chained, without_b, writes(20, B), phones(21, D, SHOP)]
    Random(seed).shuffle(arrivals)
    house = told(*arrivals)
    assert members(house, A) == ([A, C] if sharing else [A])
    assert (members(house, B), members(house, D)) == ([B], [D])
    others = [message for message in arrivals if isinstance(message, Message)]
    if evidence != "of all three":  # which would have joined b by rule
        assert without_words(house) == without_words(told(*others))
    again = decided("linked", (A, B), (B, C), step="stp_4", minute=4)
    tell(house, again)
    assert members(house, C) == [A, B, C]
    tell(house, decided("unlinked", (A, B), (B, C), step="stp_5", minute=5))
    assert without_words(house) == without_words(told(*others, without_b))


@pytest.mark.parametrize("seed", range(4))
def test_evidence_that_comes_while_they_are_linked_joins_them_by_itself_only_once_they_are_not_parted(
    seed: int,
) -> None:
    """The evidence stays when the word is taken back, and a word that was never said leaves it in force."""
    parted = [decided("linked", (A, B), minute=1), decided("unlinked", (A, B), step="stp_2", minute=2)]
    arrivals: list[Message | LinkDecision] = [*FIRST, *parted, phones(10, A), phones(11, B)]
    Random(seed).shuffle(arrivals)
    house = told(*arrivals)
    assert (members(house, A), bond(house, A, B)) == ([A], "apart")
    item = house.items()[keys.link(of=name(A), other=name(B))]
    verdict = Link.model_validate_json(item["state"]["S"]).verdict
    assert verdict is not None
    assert verdict.bond == "linked"
    assert members(told(*FIRST, phones(10, A), phones(11, B)), A) == [A, B]


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """Yield the names of the calls that are made to the table meanwhile."""
    counter = _Calls()
    house.cloud.hooks.append(counter)
    yield counter.made
    house.cloud.hooks.remove(counter)


class _Calls:
    def __init__(self) -> None:
        self.made: list[str] = []

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        if service == "dynamodb":
            self.made.append(operation)

    def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None: ...


class Died(Exception):
    """The process is gone."""


class _Dies:
    """A hook by which the process dies just before or after its call of that number, once."""

    def __init__(self, number: int, *, after: bool) -> None:
        self.number, self.dies_after, self.count = number, after, 0

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        self.count += 1
        if self.count == self.number and not self.dies_after:
            raise Died

    def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None:
        if self.count == self.number and self.dies_after:
            raise Died


class _Meanwhile:
    """A hook that lets somebody else do something whole just before a call of that number, once."""

    def __init__(self, number: int, what: Callable[[], None]) -> None:
        self.number, self.what, self.count, self.done = number, what, 0, False

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        self.count += 1
        if self.count == self.number and not self.done:
            self.done = True
            self.what()

    def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None: ...


def _calls_of(work: Callable[[House], None], prepared: Callable[[], House]) -> int:
    house = prepared()
    with counted(house) as calls:
        work(house)
    return len(calls)


LAST: dict[str, tuple[Sequence[Message | LinkDecision], Message | LinkDecision]] = {
    "evidence": ((phones(1, A), writes(2, C), decided("linked", (A, C), minute=3)), phones(4, B)),
    "a word that joins": ((phones(1, A), phones(2, B), writes(3, C)), decided("linked", (B, C), minute=4)),
    "a word that parts": ((phones(1, A), phones(2, B)), decided("unlinked", (A, B), minute=4)),
    "one too many": (tuple(phones(number, f"p{number}") for number in range(1, 6)), phones(6, "p6")),
}


def _project(house: House, last: Message | LinkDecision) -> None:
    tell(house, last)


@pytest.mark.parametrize("case", LAST)
def test_whoever_dies_when_doing_it_again_ends_the_same(case: str) -> None:
    first, last = LAST[case]
    calm = kept(told(*first, last))
    number_of_calls = _calls_of(partial(_project, last=last), lambda: told(*first))
    for number in range(1, number_of_calls + 1):
        for after in (False, True):
            house = told(*first)
            hook = _Dies(number, after=after)
            house.cloud.hooks.append(hook)
            with pytest.raises(Died):
                tell(house, last)
            house.cloud.hooks.remove(hook)
            tell(house, last)  # the sender, and the stream, come again
            assert kept(house) == calm, (case, number, after)


_TOGETHER = [
    (case, other)
    for case, other in product(LAST, LAST)
    if (case != other and "one too many" not in (case, other)) or {case, other} <= {"evidence", "one too many"}
]


@pytest.mark.parametrize(("case", "other"), _TOGETHER)
def test_two_at_once_lose_nothing(case: str, other: str) -> None:
    first = {
        each.id if isinstance(each, LinkDecision) else (each.identity, each.external_id): each
        for each in (*LAST[other][0], *LAST[case][0])
    }
    last = LAST[case][1]
    another = LAST[other][1]
    if isinstance(another, LinkDecision):
        another = another.model_copy(update={"id": "stp_other", "at": NOW.replace(minute=9)})
    elif case == other:
        another = phones(8, "eva")
    opening = list(first.values())
    calm = kept(told(*opening, last, another))
    number_of_calls = _calls_of(partial(_project, last=last), lambda: told(*opening))
    for number in range(1, number_of_calls + 1):
        house = told(*opening)
        hook = _Meanwhile(number, partial(house.alone, another))
        house.cloud.hooks.append(hook)
        tell(house, last)
        house.cloud.hooks.remove(hook)
        assert hook.done
        assert kept(house) == calm, (case, other, number)


def test_what_of_links_is_gone_or_wrong_is_put_back() -> None:
    house = told(*STORY)
    before = kept(house)
    gone = [key for key in before if key.sk.startswith(keys.LINK_PREFIX) or key.sk == keys.MEMBERS]
    for key in gone:
        house.forget(key)
    house.table.replace(
        keys.members(name(A)), state=orjson.dumps({"identities": [name(A), name(D)]}).decode(), seen=None
    )
    assert house.reproject(*PEOPLE, do=False)
    house.reproject(*PEOPLE, do=True)
    assert kept(house) == before
    assert house.reproject(*PEOPLE, do=False) == []
