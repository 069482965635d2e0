"""What began in public and was answered in private is one conversation in the record, whatever is heard of first."""

from itertools import count, permutations
from typing import Any

import pytest

from services.customer360.moved import Move, moves, one_with
from shared.casework.replies import Asked, ReplyHead
from shared.casework.replies import Move as Done
from shared.casework.steps import Agent, LinkDecision, ReplyAsked, ReplyMove, Talk
from shared.ids import customer_id
from tests.conftest import NOW
from tests.services.customer360.counter import ANA, ANA_ON_X, Counter, ago, answered, said
from tests.services.customer360.rows import Rows

BILLING = Agent(subject="marta", department="billing")
POST = {"identity": ANA_ON_X, "channel": "x_mention", "thread": "post-1"}
DIRECT = {"identity": ANA_ON_X, "channel": "x_dm", "thread": "dm-1"}
_requests = map(str, count())


def in_private(counter: Counter, post: str = "post-1", **read_in: str) -> None:
    """Let something public be answered in private, which can be read elsewhere."""
    where: dict[str, Any] = {"account": "900100", "channel": "x_mention", "thread": post, "privately": True}
    step = counter.take(ReplyAsked, ANA_ON_X, at=ago(minutes=30), by=BILLING, text="Le escribo por aquí.", **where)
    reply = f"rpl_{step.partition('_')[2]}"
    answer = {"external_id": "d1", "channel": "x_dm", "thread": "dm-1"} | read_in
    for number, (act, rest) in enumerate((("attempted", {}), ("sent", answer)), start=1):
        at, by = ago(minutes=30 - number), Agent(subject="mostrador")
        counter.take(ReplyMove, ANA_ON_X, at=at, by=by, reply_id=reply, number=number, act=act, **rest)


@pytest.fixture
def counter() -> Counter:
    counter = Counter(Rows())
    counter.hear(
        said("1", "No me va el router", who=ANA_ON_X, at=ago(hours=1), visibility="public"),
        said("9", "Otra cosa", who=ANA_ON_X, at=ago(hours=2), visibility="public", thread="post-2"),
    )
    in_private(counter)
    counter.hear(said("d2", "Gracias, va", who=ANA_ON_X, at=ago(minutes=20), channel="x_dm", thread="dm-1"))
    return counter


def talks(counter: Counter, whose: str = ANA_ON_X, query: str = "") -> dict[str, tuple[Any, Any]]:
    """What each conversation goes on from and in, by its thread."""
    found = counter.ask(f"/customers/{customer_id(whose)}", query, request=next(_requests))
    assert found.status == 200, found.json
    return {each["thread"]: (each["goes_on_from"], each["goes_on_in"]) for each in found.json["conversations"]}


def timeline(counter: Counter, query: str) -> Any:
    return counter.ask(f"/customers/{customer_id(ANA_ON_X)}/timeline", query, request=next(_requests))


def texts(counter: Counter, query: str) -> list[str]:
    found = timeline(counter, query)
    assert found.status == 200, found.json
    return [(each["event"] or each["step"])["text"] for each in found.json["entries"]]


def named(talk: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in talk.items())


def test_each_of_the_two_tells_of_the_other(counter: Counter) -> None:
    assert talks(counter) == {"post-1": ([], [DIRECT]), "dm-1": ([POST], []), "post-2": ([], [])}
    (found,) = counter.ask("/customers/lookup", f"identity={ANA_ON_X}").json["customers"]
    shown = {each["thread"]: each["goes_on_in"] for each in found["customer"]["conversations"]}
    assert shown == {"post-1": [DIRECT], "dm-1": [], "post-2": []}


def test_who_spoke_in_one_way_alone_is_asked_no_more_queries_for_it() -> None:
    def calls(*further: Any) -> int:
        rows = Rows()
        counter = Counter(rows)
        counter.hear(said("1", "No me va el router", who=ANA_ON_X, visibility="public"), *further)
        before = rows.calls
        assert talks(counter)
        return rows.calls - before

    in_public, in_private = calls(), calls(said("2", "Hola", who=ANA_ON_X, channel="x_dm", thread="dm-1"))
    assert in_private == in_public + 1 == 4, "the customer, the identity, who looked; and the identity's replies"


@pytest.mark.parametrize("talk", [POST, DIRECT])
def test_the_timeline_of_either_is_that_of_both_and_of_one_alone_where_that_is_asked_for(
    counter: Counter, talk: dict[str, str]
) -> None:
    whole = ["Gracias, va", "Le escribo por aquí.", "No me va el router"]
    assert texts(counter, named(talk)) == whole
    left_out = whole[0] if talk is POST else whole[-1]
    assert texts(counter, f"{named(talk)}&whole=false") == [text for text in whole if text != left_out]


def test_an_echo_of_the_private_answer_is_there_once(counter: Counter) -> None:
    counter.hear(
        answered("d1", "Le escribo por aquí.", who=ANA_ON_X, at=ago(minutes=28), channel="x_dm", thread="dm-1")
    )
    assert texts(counter, named(POST)).count("Le escribo por aquí.") == 1


def test_pages_of_it_go_on_where_they_ended_and_nowhere_else(counter: Counter) -> None:
    first = timeline(counter, f"{named(POST)}&limit=2").json
    cursor = f"cursor={first['next_cursor']}"
    second = timeline(counter, f"{named(POST)}&limit=2&{cursor}").json
    assert [len(page["entries"]) for page in (first, second)] == [2, 1]
    refused = timeline(counter, f"{named(DIRECT)}&{cursor}")
    assert (refused.status, refused.json["field"]) == (422, "cursor")


def test_an_address_that_the_answer_made_known_is_one_while_it_is_the_customers(counter: Counter) -> None:
    counter.hear(said("1", "Hola", at=ago(minutes=10)))
    counter.link(ANA_ON_X, ANA, at=ago(minutes=5))
    in_private(counter, "post-2", address=ANA, channel="telegram", thread="direct")
    there = {"identity": ANA, "channel": "telegram", "thread": "direct"}
    assert talks(counter)["post-2"] == ([], [there])
    pair = (min(ANA, ANA_ON_X), max(ANA, ANA_ON_X))
    counter.take(LinkDecision, ANA_ON_X, at=NOW, decision="unlinked", pairs=(pair,))
    assert talks(counter)["post-2"] == ([], [])
    assert talks(counter, ANA)["direct"] == ([], [])


def test_of_a_past_instant_it_is_told_what_had_been_answered_by_then(counter: Counter) -> None:
    then = ago(minutes=40).isoformat().replace("+00:00", "Z")
    assert talks(counter, query=f"as_of={then}") == {"post-1": ([], []), "post-2": ([], [])}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("thread=post-1&channel=x_mention", "identity"),
        (f"thread=post-1&identity={ANA_ON_X}", "channel"),
        (f"identity={ANA_ON_X}", "identity"),
        ("identity=telegram:tienda_bot:1&channel=telegram&thread=direct", "identity"),
    ],
)
def test_half_a_name_or_a_strangers_is_refused(counter: Counter, query: str, field: str) -> None:
    refused = timeline(counter, query)
    assert (refused.status, refused.json["field"]) == (422, field)


def test_what_was_not_sent_or_not_privately_moves_nothing_and_no_order_counts() -> None:
    asked = Asked(at=NOW, by=BILLING, channel="x_mention", account="1", thread="post-1", privately=True)
    sent = Done(number=2, act="sent", at=NOW, by=BILLING, channel="x_dm", thread="dm-1")
    heads = [
        ReplyHead(id="a", identity=ANA_ON_X, asked=asked, moves=(sent,)),
        ReplyHead(id="b", identity=ANA_ON_X, asked=asked, moves=(sent,)),
        ReplyHead(id="c", identity=ANA_ON_X, asked=asked),
        ReplyHead(id="d", identity=ANA_ON_X, asked=asked.model_copy(update={"privately": False}), moves=(sent,)),
        ReplyHead(id="e", identity=ANA_ON_X, moves=(sent,)),
    ]
    public, private = Talk(**POST), Talk(**DIRECT)
    for order in permutations(heads):
        assert moves(order) == {Move(public, private)}
    further = Move(Talk(identity=ANA_ON_X, channel="x_mention", thread="post-2"), private)
    assert one_with(public, [Move(public, private), further]) == {public, private, further.public}
