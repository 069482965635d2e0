from typing import Any

import pytest

from services.customer360 import folding
from services.customer360.access import Access
from shared.escalation import Escalation
from shared.models import Delivery, Message, PersonalEvent, Reaction
from shared.store import keys
from shared.store.journal import Entry
from tests.conftest import NOW
from tests.services.customer360.counter import ANA, LUIS, ago, deleted, edited, said

CARE = Access(frozenset({"care"}))
LONG = "ñ" * 400


def _entry(event: PersonalEvent) -> Entry:
    return Entry(keys.event(event), event, Delivery("telegram", event.account, b"", {}, NOW))


def _case(message: Message, department: str) -> Escalation:
    return Escalation.model_validate(
        {
            "id": f"esc_{department}",
            "state": "closed",
            "department": department,
            "priority": "high",
            "reasons": (),
            "offered_at": NOW,
            "accept_by": NOW,
            "identity": message.identity,
            "event_key": keys.event(message).sk,
            "customer_id": "cus_",
            "playbook_version": 1,
        }
    )


@pytest.mark.parametrize(
    ("departments", "access", "withheld"),
    [
        ([], CARE, False),
        (["billing"], CARE, True),
        (["care"], CARE, False),
        (["billing", "care"], CARE, False),
        (["billing", "technical"], CARE, True),
        (["billing"], Access(), False),
        (["billing"], Access(frozenset({""})), True),
    ],
)
@pytest.mark.parametrize("name", ["1", "sha256:1", "a#b#c", LONG])
@pytest.mark.parametrize("dated", [True, False])
def test_words_are_withheld_when_only_cases_out_of_reach_rest_on_them(
    departments: list[str], access: Access, withheld: bool, name: str, dated: bool
) -> None:
    message = said(name, "Hola", dated=dated)
    hidden = folding.out_of_reach([_case(message, department) for department in departments], access)
    others: list[PersonalEvent] = [said(f"{name}0", "Hola"), said(name, "Hola", who=LUIS), edited(f"{name}0", "Hola")]
    resting: list[PersonalEvent] = [message, edited(name, "Hola")]
    for event in resting:
        shown: Any = folding.folded(_entry(event), last={}, edits={}, hidden=hidden)
        assert (shown.withheld, shown.event.text) == (withheld, "" if withheld else "Hola")
    assert not any(folding.folded(_entry(event), last={}, edits={}, hidden=hidden).withheld for event in others)


def test_what_has_no_words_is_shown_as_it_is() -> None:
    message = said("1", "Hola")
    sign = Reaction(
        **message.model_dump(include={"identity", "account", "channel"}), external_id="r", occurred_at=NOW, target="1"
    )
    hidden = folding.out_of_reach([_case(message, "billing")], CARE)
    gone = folding.latest({}, [_entry(deleted("1"))])
    events: list[PersonalEvent] = [sign, deleted("1")]
    for event in events:
        shown = folding.folded(_entry(event), last=gone, edits={}, hidden=hidden)
        assert (shown.event, shown.deleted, shown.withheld, shown.revised_at) == (event, False, False, None)


def test_a_message_whose_edit_is_gone_keeps_its_words() -> None:
    edit = edited("1", "dos", at=ago(hours=1))
    last = folding.latest({}, [_entry(edit)])
    shown: Any = folding.folded(_entry(said("1", "uno", at=ago(hours=2))), last=last, edits={}, hidden=frozenset())
    assert (shown.event.text, shown.edited, shown.revised_at) == ("uno", True, ago(hours=1))


@pytest.mark.parametrize(("words", "stars", "changes"), [("uno", 2, False), ("uno", None, False), ("uno", 3, True)])
def test_an_edit_that_changes_nothing_is_none(words: str, stars: int | None, changes: bool) -> None:
    review = said("1", "uno", at=ago(hours=2)).model_copy(update={"rating": 2})
    edit = edited("1", words, at=ago(hours=1)).model_copy(update={"rating": stars})
    last = folding.latest({}, [_entry(edit)])
    edits = {keys.event(edit): _entry(edit)}
    shown: Any = folding.folded(_entry(review), last=last, edits=edits, hidden=frozenset())
    assert (shown.edited, shown.revised_at) == (changes, ago(hours=1) if changes else None)


def test_whose_words_an_entry_shows() -> None:
    partition = keys.identity(ANA)
    assert folding.target(_entry(said("1"))) == (partition, "1")
    assert folding.target(_entry(edited("1", "dos"))) == (partition, "1")
    assert folding.target(_entry(deleted("1"))) is None


@pytest.mark.parametrize(("now", "shown_as"), [(5, 5), (None, 2)])
def test_a_review_shows_the_stars_of_its_last_version(now: int | None, shown_as: int) -> None:
    review = said("1", "uno", at=ago(hours=2)).model_copy(update={"rating": 2})
    edit = edited("1", "dos", at=ago(hours=1)).model_copy(update={"rating": now})
    last = folding.latest({}, [_entry(edit)])
    key = folding.last_edit(_entry(review), last)
    assert key
    shown: Any = folding.folded(_entry(review), last=last, edits={key: _entry(edit)}, hidden=frozenset())
    assert (shown.event.text, shown.event.rating) == ("dos", shown_as)
    gone = folding.latest({}, [_entry(deleted("1"))])
    shown = folding.folded(_entry(review), last=gone, edits={}, hidden=frozenset())
    assert (shown.deleted, shown.event.text, shown.event.rating) == (True, "", None)
