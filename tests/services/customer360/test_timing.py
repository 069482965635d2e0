"""How long a customer was kept waiting, on every channel, under the rules of today and of any version."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from shared.casework.cases import Doing
from shared.casework.steps import OURSELVES, Agent, ReplyAsked, ReplyMove
from shared.ids import customer_id
from shared.models import Receipt
from shared.playbook import Deadlines, Target
from shared.store import playbooks
from tests.conftest import NOW
from tests.services.customer360.counter import ANA, ANA_ON_X, PLAYBOOK, Counter, ago, answered, said
from tests.services.customer360.rows import Rows

PATH = f"/customers/{customer_id(ANA)}/clocks"
LENA = Agent(subject="lena", department="billing")


PLAIN = PLAYBOOK.model_copy(
    update={
        "version": 7,
        "clocks": (),
        "calendars": (),
        "departments": tuple(each.model_copy(update={"calendar": None}) for each in PLAYBOOK.departments),
    }
)
"""Where everybody works around the clock, and answers are due after eight hours."""


@pytest.fixture
def counter() -> Counter:
    counter = Counter(Rows())
    playbooks.publish(counter.table, PLAIN)
    return counter


_requests = map(str, count())


def clocks(counter: Counter, query: str = "", **more: Any) -> list[dict[str, Any]]:
    query = "&".join(filter(None, (query, "playbook=7" if "playbook" not in query else "")))
    answer = counter.ask(PATH, query, request=next(_requests), **more)
    assert answer.status == 200, answer.json
    found: list[dict[str, Any]] = answer.json["clocks"]
    return found


def kinds(found: list[dict[str, Any]]) -> list[tuple[str, bool, bool]]:
    return [(clock["kind"], clock["stopped_at"] is not None, clock["late"]) for clock in found]


def test_a_first_answer_in_the_platform_s_own_app_stops_the_clock(counter: Counter) -> None:
    counter.hear(said("1", "Buenas, ¿la tarifa nueva entra este mes?", at=ago(hours=3)))
    assert kinds(clocks(counter)) == [("first_answer", False, False)]
    counter.hear(answered("2", "Sí, desde el día 1", at=ago(hours=2)))
    (clock,) = clocks(counter)
    assert (clock["ended"], clock["screen"], clock["spent_seconds"]) == ("answered", "native", 3600.0)
    assert (clock["identity"], clock["channel"], clock["thread"]) == (ANA, "telegram", "direct")


def test_what_came_late_counts_where_it_happened(counter: Counter) -> None:
    counter.hear(
        answered("2", "Sí, desde el día 1", at=ago(hours=1)),
        said("1", "¿Entra este mes?", at=ago(hours=3)),
        said("0", "Buenas", at=ago(hours=4)),
    )
    (clock,) = clocks(counter)
    assert clock["spent_seconds"] == 3 * 3600.0


def reply(counter: Counter, name: str, *, at: Any, automatic: bool, external_id: str) -> None:
    """Have something asked for and sent, as the desk and the sender do."""
    by = Agent(subject=OURSELVES) if automatic else LENA
    about: dict[str, Any] = {"channel": "telegram", "account": "tienda_bot", "text": "Le contestamos enseguida."}
    own = counter.take(ReplyAsked, ANA, at=at, by=by, key=name, automatic=automatic, **about)
    of = own.replace("stp_", "rpl_")
    sent: dict[str, Any] = {"reply_id": of, "number": 1, "act": "sent", "external_id": external_id}
    counter.take(ReplyMove, ANA, at=at, by=by, **sent)


@pytest.mark.parametrize("echoed", [False, True])
def test_what_nobody_wrote_stops_no_clock_whether_or_not_the_platform_tells_of_it(
    counter: Counter, echoed: bool
) -> None:
    counter.hear(said("1", "¿Hay alguien?", at=ago(hours=3)))
    reply(counter, "ack", at=ago(hours=2.9), automatic=True, external_id="7")
    if echoed:
        counter.hear(answered("7", "Le contestamos enseguida.", at=ago(hours=2.9)))
    assert kinds(clocks(counter)) == [("first_answer", False, False)]
    reply(counter, "real", at=ago(hours=2), automatic=False, external_id="8")
    if echoed:
        counter.hear(answered("8", "Ya está.", at=ago(hours=1.9)))
    (clock,) = clocks(counter)
    assert clock["screen"] == "ours"
    assert clock["spent_seconds"] == (3600.0 if not echoed else 3960.0)


@pytest.mark.parametrize("automatic", [False, True])
def test_a_receipt_that_has_our_own_id_stops_the_clock_when_the_answer_was_lost(
    counter: Counter, automatic: bool
) -> None:
    counter.hear(said("1", "¿Hay alguien?", at=ago(hours=3)))
    about: dict[str, Any] = {"channel": "telegram", "account": "tienda_bot", "text": "Aquí estamos."}
    own = counter.take(ReplyAsked, ANA, at=ago(hours=2), by=LENA, key="a", automatic=automatic, **about)
    of = own.replace("stp_", "rpl_")
    counter.take(ReplyMove, ANA, at=ago(hours=2), by=LENA, reply_id=of, number=1, act="attempted")
    where = {"identity": ANA, "account": "tienda_bot", "channel": "telegram", "occurred_at": ago(hours=1)}
    read = where | {"external_id": "7:read", "target": "7", "reply_id": of, "status": "read"}
    counter.hear(Receipt.model_validate(read))
    (clock,) = clocks(counter)
    assert (clock["ended"], clock["screen"]) == ((None, None) if automatic else ("answered", "ours"))
    assert clock["spent_seconds"] == (3 if automatic else 1) * 3600.0


@pytest.mark.parametrize("on_our_screen", [True, False])
def test_what_did_not_reach_the_customer_stops_no_clock_and_is_part_of_why_it_was_late(
    counter: Counter, on_our_screen: bool
) -> None:
    counter.hear(said("1", "¿Hay alguien?", at=ago(hours=9)))
    if on_our_screen:
        reply(counter, "a", at=ago(hours=7), automatic=False, external_id="8")
    else:
        counter.hear(answered("8", "Aquí estamos.", at=ago(hours=7)))
    assert kinds(clocks(counter)) == [("first_answer", True, False)]
    about = {"identity": ANA, "account": "tienda_bot", "channel": "telegram", "target": "8"}

    def hear(status: str, hours: float) -> None:
        when = {"external_id": f"8:{status}", "occurred_at": ago(hours=hours), "status": status}
        counter.hear(Receipt.model_validate(about | when))

    hear("failed", 6.9)
    (clock,) = clocks(counter)
    assert (clock["stopped_at"], clock["late"], len(clock["unreached"])) == (None, True, 1)
    assert "did not reach the customer" in clock["because"][0]["sentence"]
    hear("delivered", 6)
    (clock,) = clocks(counter)
    assert (clock["ended"], clock["late"], clock["unreached"]) == ("answered", False, [])


def test_a_case_s_offers_are_timed_each_until_somebody_has_it(counter: Counter) -> None:
    counter.hear(said("90", "No reconozco este cobro duplicado", at=ago(hours=8)))
    (case,) = counter.lookup.cards(customer_id(ANA))[0].escalations
    counter.do(ANA, case.id, Doing("handed_over", ago(hours=2), LENA, "Pide la baja.", to="care"))
    counter.do(ANA, case.id, Doing("accepted", ago(hours=1), Agent(subject="ida", department="care")))
    found = [clock for clock in clocks(counter) if clock["kind"] == "accept"]
    assert [(clock["department"], clock["ended"], clock["late"]) for clock in found] == [
        ("care", "accepted", False),
        ("billing", "handed_over", True),
    ]
    assert {clock["escalation_id"] for clock in found} == {case.id}
    (late,) = [clock for clock in found if clock["late"]]
    assert [part["over"] for part in late["because"]] == [False, True]
    assert "after it was due" in late["because"][1]["sentence"]


def test_the_past_is_computed_again_under_another_version(counter: Counter) -> None:
    counter.hear(said("1", "Buenas, ¿la tarifa nueva?", at=ago(hours=3)), answered("2", "Sí", at=ago(hours=2)))
    strict = Deadlines(low=30, normal=20, high=10, urgent=5)
    target = Target(kind="first_answer", within=strict)
    playbooks.publish(counter.table, PLAIN.model_copy(update={"version": 8, "clocks": (target,)}))
    assert kinds(clocks(counter, "playbook=7")) == [("first_answer", True, False)]
    (late,) = clocks(counter, "playbook=8")
    assert (late["late"], late["target_seconds"]) == (True, 1200.0)
    assert clocks(counter, "playbook=8&late=false") == []
    refused = counter.ask(PATH, "playbook=9", request="x")
    assert (refused.status, refused.json["field"]) == (422, "playbook")


def test_clocks_stand_as_they_stood(counter: Counter) -> None:
    counter.hear(said("1", "Hola, ¿la tarifa?", at=ago(hours=3)), answered("2", "Sí", at=ago(hours=1)))
    then = (NOW - timedelta(hours=2)).isoformat().replace("+00:00", "Z")
    (clock,) = clocks(counter, f"as_of={then}")
    assert (clock["stopped_at"], clock["spent_seconds"]) == (None, 3600.0)


def test_of_departments_out_of_reach_no_clock_is_shown(counter: Counter) -> None:
    counter.hear(said("90", "No reconozco este cobro duplicado", at=ago(hours=8)))
    counter.hear(said("91", "Buenas", at=ago(hours=8), who=ANA_ON_X))
    claims = {"sub": "tom", "scope": "customers/read department/technical"}
    assert clocks(counter, claims=claims) == []
    assert {clock["kind"] for clock in clocks(counter)} == {"first_answer", "accept"}
    assert clocks(counter, "playbook=7&late=true", claims=claims) == []


def test_linked_identities_have_their_clocks_together_and_the_last_begun_first(counter: Counter) -> None:
    counter.hear(said("1", "Hola", at=ago(hours=8)), said("2", "Hola", at=ago(hours=7), who=ANA_ON_X))
    counter.link(ANA, ANA_ON_X)
    assert [clock["identity"] for clock in clocks(counter)] == [ANA_ON_X, ANA]
    assert [clock["channel"] for clock in clocks(counter, "channel=telegram")] == ["telegram"]


def test_what_a_page_has_not_is_counted_and_gone_on_to(counter: Counter) -> None:
    for number in range(5):
        who = ANA_ON_X if number % 2 else ANA
        counter.hear(said(str(number), "Hola", at=ago(hours=9), who=who, thread=f"t{number}"))
    counter.link(ANA, ANA_ON_X)
    whole, found, cursor = clocks(counter), list[Any](), ""
    for left in (3, 1, 0):
        answer = counter.ask(PATH, f"playbook=7&limit=2{cursor}", request=next(_requests)).json
        assert answer["omitted"] == left
        found, cursor = found + answer["clocks"], f"&cursor={answer['next_cursor']}"
    assert found == whole
    assert len(found) == 5
    assert answer["next_cursor"] is None
    first = counter.ask(PATH, "playbook=7&limit=2", request="a").json["next_cursor"]
    refused = counter.ask(PATH, f"playbook=7&late=true&cursor={first}", request="b")
    assert (refused.status, refused.json["field"]) == (422, "cursor")


@pytest.mark.parametrize(("query", "field"), [("playbook=0", "playbook"), ("late=maybe", "late"), ("as_of=x", "as_of")])
def test_what_cannot_be_meant_is_refused_by_its_name(counter: Counter, query: str, field: str) -> None:
    counter.hear(said("1"))
    refused = counter.ask(PATH, query, request="y")
    assert (refused.status, refused.json["field"]) == (422, field)
