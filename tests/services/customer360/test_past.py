"""What was known at a past instant is what somebody who asked then was answered."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.casework.cases import Doing
from shared.casework.steps import (
    OURSELVES,
    Agent,
    Commitment,
    CommitmentEnd,
    CommitmentMove,
    Consent,
    LinkDecision,
    Need,
    Note,
    ReplyAsked,
    ReplyMove,
    pair,
)
from shared.casework.steps import Act as CaseAct
from shared.ids import customer_id, escalation_id
from shared.models import Author, Call, ContactPoint
from shared.store import keys
from tests.conftest import NOW
from tests.services.customer360.counter import ANA, ANA_ON_X, LUIS, Counter, answered, deleted, edited, said
from tests.services.customer360.rows import Rows

type Act = Callable[[Counter, datetime], object]

PHONE = ContactPoint(kind="phone", value="+34600111222", proof="platform")
BILLING = Agent(subject="bill", department="billing")
PROMISE = {"by": BILLING, "matter": "la tarifa", "text": "En un mes.", "until": NOW + timedelta(days=9)}

_requests = map(str, count())


def hears(make: Callable[..., Any], *args: Any, late: int = 0, **said: Any) -> Act:
    """Return an act: something comes to our door, so many minutes after it happened."""

    def act(counter: Counter, at: datetime) -> None:
        counter.hear(make(*args, **said, at=at - timedelta(minutes=late)), received_at=at)

    return act


def takes(kind: Any, identity: str = ANA, **content: Any) -> Act:
    return lambda counter, at: counter.take(kind, identity, at=at, **content)


def decides(decision: str, *of: tuple[str, str]) -> Act:
    pairs = tuple(sorted(pair(*each) for each in of))
    return takes(LinkDecision, pairs[0][0], decision=decision, pairs=pairs, why="")


def rings(counter: Counter, at: datetime) -> None:
    common = {"identity": ANA, "account": "tienda_bot", "channel": "telegram"}
    counter.hear(Call.model_validate(common | {"external_id": "c-1", "occurred_at": at, "status": "missed"}))


def promises(counter: Counter, at: datetime) -> None:
    counter.take(Commitment, ANA, at=at, key="promise", **PROMISE)


def then(kind: Any, **content: Any) -> Act:
    """Return an act: something becomes of the promise, whether or not it was made."""

    def act(counter: Counter, at: datetime) -> None:
        name = Counter(Rows()).take(Commitment, ANA, at=at, key="promise", **PROMISE)
        counter.take(kind, ANA, at=at, by=BILLING, commitment_id=name.replace("stp_", "com_"), **content)

    return act


CASE = escalation_id(identity=ANA, external_id="2", department="billing")


def does(act: CaseAct, **what: Any) -> Act:
    """Return an act: something is done with the case of the double charge, if it may be done as it stands."""
    return lambda counter, at: counter.do(ANA, CASE, Doing(act, at, BILLING, **what))


HERE: dict[str, Any] = {"account": "tienda_bot", "channel": "telegram", "by": BILLING}


def says(counter: Counter, at: datetime) -> None:
    counter.take(ReplyAsked, ANA, at=at, key="reply", text="Le llamamos.", escalation_id=CASE, **HERE)


def sends(counter: Counter, at: datetime) -> None:
    """Send the reply, if it was asked for."""
    name = Counter(Rows()).take(ReplyAsked, ANA, at=at, key="reply", text="", **HERE)
    if counter.table.get(keys.step(identity_name=ANA, step_id=name)) is None:
        return
    of: dict[str, Any] = {"by": Agent(subject=OURSELVES), "reply_id": name.replace("stp_", "rpl_")}
    counter.take(ReplyMove, ANA, at=at, **of, number=1, act="attempted")
    counter.take(ReplyMove, ANA, at=at, **of, number=2, act="sent", external_id="7", sent_at=at)


ACTS: Sequence[Act] = (
    hears(said, "1", "Hola"),
    hears(said, "2", "No reconozco este cobro duplicado", late=30),
    hears(answered, "3", "Lo miramos", late=90),
    hears(edited, "1", "Hola, buenas", late=20),
    hears(deleted, "2"),
    hears(said, "4", "¿Hay alguien?", who=ANA_ON_X),
    hears(said, "5", "Hola", who=LUIS, author=Author(name="Luis", contacts=(PHONE,))),
    hears(said, "6", "¡Qué vergüenza!", thread="otro", late=200),
    rings,
    says,
    sends,
    takes(ReplyAsked, text="Le leemos mañana.", automatic=True, **HERE | {"by": Agent(subject=OURSELVES)}),
    does("accepted"),
    does("handed_over", to="care", why="Pide la baja."),
    does("corrected", priority="urgent"),
    does("answered"),
    does("closed"),
    promises,
    then(CommitmentMove, until=NOW + timedelta(days=20)),
    then(CommitmentEnd, outcome="kept"),
    takes(Commitment, by=Agent(subject="c", department="care"), stance="refusal", matter="La TARIFA", text="No."),
    takes(Note, text="Llama por las tardes."),
    takes(Need, topic="eSIM", text="¿Hay eSIM?"),
    takes(Consent, purpose="news", given=False, evidence="Escribió BAJA."),
    decides("linked", (ANA, ANA_ON_X)),
    decides("unlinked", (ANA, ANA_ON_X)),
    decides("dismissed", (ANA, LUIS)),
    decides("linked", (ANA_ON_X, LUIS)),
)


def after(acts: Sequence[Act], now: datetime = NOW) -> Counter:
    """Return the counter after acts of which each came ten minutes after the one before."""
    counter = Counter(Rows(), now=lambda: now)
    for number, act in enumerate(acts):
        act(replace(counter, now=partial(_instant, number)), _instant(number))
    return counter


def _instant(number: int) -> datetime:
    return NOW - timedelta(days=2) + timedelta(minutes=10 * number)


def asked(counter: Counter, query: str = "") -> dict[str, Any]:
    """Return what is answered about everybody, by id and by every way to find them."""
    ways = [f"identity={who}" for who in (ANA, ANA_ON_X, LUIS)] + ["phone=34600111222", "handle=ana_t&platform=x"]
    paths = [(f"/customers/{customer_id(who)}", "") for who in (ANA, ANA_ON_X, LUIS)]
    found = {}
    for path, way in (*paths, *(("/customers/lookup", way) for way in ways)):
        answer = counter.ask(path, "&".join(filter(None, (way, query))), request=next(_requests))
        assert answer.status in (200, 404)
        found[f"{path}?{way}"] = answer.json if answer.status == 200 else None
    return found


@settings(max_examples=60, deadline=None)
@given(st.permutations(ACTS), st.integers(0, len(ACTS)))
@example(ACTS, len(ACTS) - 3)
@example(ACTS, 0)
def test_what_was_known_then_is_what_was_answered_then(acts: list[Act], known: int) -> None:
    then = _instant(known) - timedelta(minutes=5)
    written = then.isoformat().replace("+00:00", "Z")
    assert asked(after(acts), f"as_of={written}") == asked(after(acts[:known], now=then))


def test_before_anything_was_known_there_was_nobody() -> None:
    counter = after(ACTS)
    answers = asked(counter, "as_of=2026-01-01T00:00Z")
    assert set(answers.values()) == {None}


def test_the_present_as_a_past_instant_is_the_present() -> None:
    counter = after(ACTS)
    assert asked(counter, f"as_of={NOW.isoformat().replace('+00:00', 'Z')}") == asked(counter)


def test_a_promise_that_was_broken_since_was_open_then() -> None:
    counter = after([hears(said, "1", "Hola"), promises])
    at = NOW + timedelta(days=10)
    late = replace(counter, now=lambda: at)
    path = f"/customers/{customer_id(ANA)}"
    (now,), (then,) = (
        late.ask(path, query, request=next(_requests)).json["commitments"] for query in ("", "as_of=2026-11-22T12:00Z")
    )
    assert (then["state"], now["state"]) == ("open", "broken")


@pytest.mark.parametrize("fields", ["identities", "next,notes"])
def test_fields_choose_of_the_past_as_well(fields: str) -> None:
    answer = after(ACTS).ask(f"/customers/{customer_id(ANA)}", f"as_of=2026-11-22T11:59Z&fields={fields}")
    assert set(answer.json) == {"id", *fields.split(",")}
