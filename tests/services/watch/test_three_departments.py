"""Three departments, one dead, one slow, one that hands everything back: whatever dies, every case is somebody's.

For some days, with hundreds of cases and two watches; each of the three is the last resort once.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

import pytest

from shared.casework.cases import OFFERING
from shared.casework.steps import OURSELVES
from shared.escalation import ENDED
from shared.playbook import Playbook
from shared.projection.cases import listing, urgency
from shared.projection.open_work import kind_of
from shared.projection.unanswered import LONG, STAGES, stage_due
from shared.store import keys
from tests.services.watch import figures
from tests.services.watch.company import TICK, Company, Department
from tests.world import playbook

DEAD, SLOW, RETURNING = "dead", "slow", "returning"
WORDS = {DEAD: "factura", SLOW: "router", RETURNING: "pedido"}
ACCEPT, ANSWER, CLOSE = timedelta(hours=1), timedelta(hours=3), timedelta(hours=8)
MOST_RETURNS = 3
MESSAGES, WRITING, DAYS = 400, timedelta(days=1.5), 3.5


def minutes(each: timedelta) -> dict[str, int]:
    return dict.fromkeys(("low", "normal", "high", "urgent"), each // timedelta(minutes=1))


def of_three(last_resort: str) -> Playbook:
    """Return a playbook of the three in which the slow one owns what is handed back again and again."""
    others = {name: last_resort for name in WORDS if name != last_resort}
    departments = [
        {
            "name": name,
            "title": name,
            "fallback": others.get(name),
            "time_zone": "Europe/Madrid",
            "calendar": "shop" if name == SLOW else None,
            "accept_within": minutes(ACCEPT),
            "phrases": {"es": [word]},
        }
        for name, word in WORDS.items()
    ]
    return Playbook.model_validate(
        {
            "version": 1,
            "company": "Teleprado",
            "default_language": playbook().default_language,
            "default_department": last_resort,
            "departments": departments,
            "calendars": [{"name": "shop", "time_zone": "Europe/Madrid", "hours": {"mon-sun": ["08:00-22:00"]}}],
            "priorities": {"answer_within": minutes(ANSWER)},
            "hand_offs": {
                "owner": SLOW,
                "most_returns": MOST_RETURNS,
                "close_after_minutes": CLOSE // timedelta(minutes=1),
            },
        }
    )


class Slow(Department):
    """Accepts whatever it is offered, and answers it when three times its time is over."""

    def __init__(self, company: Company) -> None:
        super().__init__(company, SLOW)
        self.holds: dict[str, tuple[dict[str, Any], datetime]] = {}

    def begin(self, told: dict[str, Any]) -> None:
        if self.do(told, "accepted", key="accept"):
            self.holds.setdefault(told["id"], (told, self.company.clock))

    def work(self) -> None:
        super().work()
        for name, (told, since) in list(self.holds.items()):
            if self.company.clock - since > 3 * ANSWER:
                if self.do(told, "answered", key="answer"):
                    person = told["identity"].rpartition(":")[2]
                    self.company.says(person, f"answer {told['claim']}", "Perdone la espera", direction="outbound")
                del self.holds[name]


class Returning(Department):
    """Hands everything back: to whoever stands behind, or to somebody by a guess."""

    def __init__(self, company: Company) -> None:
        super().__init__(company, RETURNING)

    def begin(self, told: dict[str, Any]) -> None:
        guess = Random(told["claim"])
        guesses = self.company.playbook.default_department == RETURNING or guess.random() < 0.5
        self.do(
            told, "returned", key="return", why="No es nuestro.", to=guess.choice([DEAD, SLOW]) if guesses else None
        )


class Run(NamedTuple):
    """A company whose departments are dead, slow and sending back, once all is over, and how often the two that work
    were brought something again."""

    company: Company
    again: int


def run(last_resort: str) -> Run:
    """Let people write for days to a company of which processes die."""
    company = Company(of_three(last_resort), Random(last_resort), dying=0.004)
    slow, returning = Slow(company), Returning(company)
    when = sorted(company.random.uniform(0, WRITING / TICK) for _ in range(MESSAGES))
    written = 0
    for tick in range(int(timedelta(days=DAYS) / TICK)):
        while written < MESSAGES and when[written] <= tick:
            word = company.random.choice([*WORDS.values(), *WORDS.values(), "hola"])
            company.says(f"p{company.random.randrange(MESSAGES // 2)}", str(written), f"{word}, {written}")
            written += 1
        company.tick(slow.work, returning.work)
    company.for_ever()
    company.settle()
    return Run(company, slow.counts["again"] + returning.counts["again"])


def unaccounted(company: Company) -> list[str]:
    """Return a sentence for each case that is nobody's, and for each person who waits and whom nobody sees."""
    return [*_nobodys(company), *_unseen(company)]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("last_resort", WORDS)
def test_no_case_is_unaccounted_for(last_resort: str) -> None:
    company, again = run(last_resort)
    told, found = account(company), unaccounted(company)
    figures.tell(
        f"three departments, {last_resort} the last resort: {told}; {company.deaths} deaths, "
        f"{again} hand-offs came again under their claim, {len(found)} unaccounted for"
    )
    assert found == []
    _every_offer_has_one_claim(company)
    _what_went_to_and_fro_ended_with_the_owner(company)
    assert company.deaths > 100, "a run in which nobody dies proves nothing"
    assert len(company.cases()) > MESSAGES // 2
    assert again > 0, "what is delivered twice is seen by its claim"


def test_a_case_that_nobody_sees_to_is_counted_and_whoever_waits_unseen_is() -> None:
    company = Company(of_three(DEAD), Random(0), dying=0)
    company.says("p1", "1", "factura, 1")
    company.says("p2", "2", "hola")
    company.settle()
    assert unaccounted(company) == []
    company.clock += timedelta(days=DAYS)
    (case,) = (each for each in company.cases() if each.identity.endswith(":p1"))
    assert any(each.startswith(f"{case.id} was due at") for each in _nobodys(company))
    assert [each.partition(" ")[0] for each in _unseen(company)] == ["telegram:shop:p1", "telegram:shop:p2"]


def account(company: Company) -> str:
    """Return how all cases stand, and what was done with them, in words."""
    stand = Counter(
        case.state if case.state in ENDED else f"{case.state} with {case.department}" for case in company.cases()
    )
    done = Counter(move.act for moves in company.moves().values() for move in moves)
    cases = ", ".join(f"{number} {how}" for how, number in sorted(stand.items()))
    acts = ", ".join(f"{number} {act}" for act, number in sorted(done.items()))
    return f"{sum(stand.values())} cases ({cases}) after {acts}"


def _nobodys(company: Company) -> Iterator[str]:
    """Yield a sentence for each case that is not listed as it stands, or that nobody has to see to from here on."""
    names = {department.name for department in company.playbook.departments}
    items = {item["sk"]["S"]: item for item in company.items() if item["sk"]["S"].startswith(keys.ESCALATION_PREFIX)}
    for case in company.cases():
        key = keys.escalation(identity_name=case.identity, escalation_id=case.id)
        listed = {name: items[key.sk][name] for name in ("open", "open_at", "desk", "urgency") if name in items[key.sk]}
        is_over = case.state in ENDED
        if listed != listing(key, case):
            yield f"{case.id} is not listed as it stands"
        elif is_over != (case.due_by is None):
            yield f"{case.id} is {case.state}, and due at {case.due_by}"
        elif not is_over and case.department not in names:
            yield f"{case.id} is with {case.department}, which there is not"
        elif case.due_by and case.due_by < company.clock:
            yield f"{case.id} was due at {case.due_by}, and nobody saw to it"
        elif not is_over and listed["urgency"]["S"] != urgency(case):
            yield f"{case.id} is as urgent as it is not"


def _unseen(company: Company) -> Iterator[str]:
    """Yield a sentence for each who waits, is not looked at again and was not seen to at every stage that there is."""
    with_cases = {case.identity for case in company.cases()}
    for item, head in company.heads():
        if head.waiting_since is None:
            if "open" in item:
                yield f"{head.identity} is listed and does not wait"
        elif kind_of(item) == LONG:
            is_listed = item["open_at"]["S"] == keys.instant(head.waiting_since)
            is_at_the_end = stage_due(company.playbook, head, STAGES[-1]) < company.clock
            if not (is_listed and is_at_the_end and head.identity in with_cases):
                yield f"{head.identity} was put away before every stage was seen to"
        elif item["open_at"]["S"] < keys.instant(company.clock):
            yield f"{head.identity} waits, and nobody looked when it was time"


def _every_offer_has_one_claim(company: Company) -> None:
    """Nobody gets under one claim what another has, and each claim is of one offer that was made."""
    offers = {case.id: case.as_first_offered.department for case in company.cases()}
    of = {case.id: case.as_first_offered.department for case in company.cases()}
    for name, moves in company.moves().items():
        at = of[name]
        assert [move.number for move in moves] == list(range(1, len(moves) + 1)), "nothing was done twice or left out"
        for move in moves:
            at = move.to or at
            if move.act in OFFERING:
                offers[f"{name}-{move.number}"] = at
    for claim, departments in company.sent.items():
        assert departments == {offers[claim]}, f"{claim} went to {departments}"
    for case in company.cases():
        if case.state == "offered" and case.number:
            claim = f"{case.id}-{case.offer}" if case.offer else case.id
            assert claim in company.sent, "what is on offer now lies on a queue"


def _what_went_to_and_fro_ended_with_the_owner(company: Company) -> None:
    handed_back = 0
    for moves in company.moves().values():
        returned = [move for move in moves if move.act == "returned"]
        assert all(move.by.subject != OURSELVES for move in returned)
        if len(returned) >= MOST_RETURNS:
            handed_back += 1
            assert {move.to for move in returned[MOST_RETURNS - 1 :]} == {SLOW}, "the owner has the last word"
    assert handed_back or company.playbook.default_department != RETURNING
