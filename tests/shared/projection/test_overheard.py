"""What is only overheard, projected: shown apart, waited for by nobody, escalated when it complains, and deleted when
its time has come; whatever comes first, comes twice, or dies in between."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import cycle, permutations
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.clocks.happenings import of_event
from shared.escalation import Escalation, escalate
from shared.listening import hearing
from shared.models import Edit, Message, PersonalEvent
from shared.playbook import Playbook
from shared.projection import retention
from shared.projection.cases import offer
from shared.projection.computed import compute
from shared.projection.conversation import Conversation, asks
from shared.projection.grounds import EVENT_IS_GONE
from shared.projection.timing import talks
from shared.store import journal, keys
from shared.store.keys import Key
from shared.store.playbooks import publish
from shared.store.table import Item, Table
from tests import counter
from tests.conftest import NOW
from tests.shared.repair.house import PLAYBOOK, House, said

BRAND: dict[str, Any] = {"name": "brand", "words": ["Teleprado"], "without": ["Fibranova"], "keep_for": 30}
ANA = keys.identity("counter:shop:ana")
SILENT = PLAYBOOK.model_copy(update={"version": PLAYBOOK.version + 1, "listening": ()})
HEAD = Key(ANA, "conversation#counter#direct")
IN_A_MONTH = str(int((NOW + timedelta(days=30)).timestamp()))


def listening(**changes: Any) -> Playbook:
    rule = BRAND | changes
    written = PLAYBOOK.model_dump(mode="json") | {"version": PLAYBOOK.version + 1, "listening": [rule]}
    return Playbook.model_validate_json(orjson.dumps(written))


def overheard(number: int, text: str = "Hoy Teleprado", **more: Any) -> Message:
    return said(number, text, visibility="public", **({"overheard": True, "summons": False} | more))


def edited(number: int, text: str, target: int) -> Edit:
    told = overheard(number, text).model_dump(include=set(Edit.model_fields) - {"kind"})
    return Edit.model_validate(told | {"target": str(target)})


def house(playbook: Playbook) -> House:
    made = House()
    publish(made.table, playbook)
    return made


def head(made: House) -> Conversation:
    return Conversation.model_validate_json(made.items()[HEAD]["state"]["S"])


def cases(made: House) -> list[Key]:
    return [key for key in made.items() if key.sk.startswith(keys.ESCALATION_PREFIX)]


def expiry(made: House, event: PersonalEvent) -> str | None:
    found: str | None = made.items()[keys.event(event)].get("expires_at", {}).get("N")
    return found


def test_what_nobody_said_to_us_is_shown_apart_and_waited_for_by_nobody() -> None:
    made = house(listening())
    made.take(overheard(1))
    found = head(made)
    assert (found.heard, found.waiting_since, found.last_inbound_at) == ("listening", None, NOW.replace(minute=1))
    assert found.heard_by is not None
    assert (found.heard_by.by, found.heard_by.words, found.heard_by.without) == ("brand", ("Teleprado",), ())
    assert "open" not in made.items()[HEAD], "the watch does not look at it"
    assert cases(made) == []


def test_a_complaint_about_us_is_offered_and_still_nobody_waits() -> None:
    made = house(listening())
    made.take(overheard(1, "Teleprado, sois unos ladrones"))
    assert len(cases(made)) == 1
    (hand_off,) = made.handed("care")
    assert [reason["code"] for reason in hand_off["reasons"]] == ["overheard_complaint", "overheard"]
    found = head(made)
    assert (found.heard, found.waiting_since) == ("listening", None)
    assert found.heard_by is not None
    assert found.heard_by.taken_up


@pytest.mark.parametrize("text", ["Fibranova y Teleprado, sois unos ladrones", "La factura, sois unos ladrones"])
@pytest.mark.parametrize("answer", [False, True])
def test_what_an_excluded_word_stands_in_starts_and_raises_nothing(text: str, answer: bool) -> None:
    made = house(listening(answer=answer))
    made.take(overheard(1, text))
    assert (cases(made), head(made).waiting_since) == ([], None)
    assert happened(made, listening(answer=answer)) == []


def happened(made: House, playbook: Playbook) -> list[str]:
    found = talks([item for key, item in made.items().items() if key.pk == ANA], playbook)
    return [each.what for told in found.values() for each in told]


@pytest.mark.parametrize(("answer", "told"), [(False, []), (True, ["spoke", "offered"])])
def test_the_clock_of_the_answer_runs_only_if_the_playbook_says_so(answer: bool, told: list[str]) -> None:
    playbook = listening(answer=answer)
    made = house(playbook)
    made.take(overheard(1))
    assert head(made).waiting_since == (NOW.replace(minute=1) if answer else None)
    assert sorted(happened(made, playbook)) == sorted(told)


def test_clocks_and_heads_agree_on_what_asks() -> None:
    for answer in (False, True):
        hears = hearing(lambda answer=answer: listening(answer=answer))  # type: ignore[misc]
        for event in (overheard(1), overheard(2, "Fibranova"), overheard(3, "gracias"), said(4), edited(5, "x", 1)):
            told = of_event(event, hears=hears)
            assert asks(event, hears) == (told is not None and told.what == "spoke"), (answer, event)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_who_is_spoken_to_is_no_longer_overheard_in_whatever_order_it_is_told(order: Sequence[int]) -> None:
    told = [overheard(1), overheard(3, "Teleprado y Fibranova"), said(2, "@teleprado ¿hola?")]
    made = house(listening())
    for place in order:
        made.take(told[place])
        made.take(told[place])
    found = head(made)
    assert (found.heard, found.waiting_since) == ("addressed", NOW.replace(minute=2))
    assert found.heard_by is not None
    assert found.heard_by.at == NOW.replace(minute=3)


def test_what_we_answer_is_a_talk() -> None:
    made = house(listening())
    made.take(overheard(1))
    made.take(said(2, "Hola, te ayudamos", direction="outbound", visibility="public"))
    assert head(made).heard == "addressed"


def test_what_was_taken_up_is_what_it_was_heard_by() -> None:
    for order in permutations([overheard(1, "Teleprado, sois unos ladrones"), overheard(2), overheard(3, "Fibranova")]):
        made = house(listening())
        for each in order:
            made.take(each)
        heard = head(made).heard_by
        assert heard is not None
        assert (heard.at, heard.taken_up) == (NOW.replace(minute=1), True)


# ----------------------------------------------------------------------------------------------------- until it expires


def test_what_nobody_was_offered_expires_with_its_edits_and_its_head() -> None:
    made = house(listening())
    post, edit = overheard(1), edited(2, "Teleprado abre", 1)
    made.take(post)
    made.take(edit)
    assert expiry(made, post) == expiry(made, edit) == IN_A_MONTH
    until = NOW.replace(minute=1) + timedelta(days=30)
    assert made.items()[HEAD]["expires_at"]["N"] == str(int(until.timestamp()))


@pytest.mark.parametrize(
    "event", [overheard(1, "Teleprado, sois unos ladrones"), said(1, "Teleprado"), overheard(1, direction="outbound")]
)
def test_a_case_and_what_is_said_to_us_are_kept(event: Message) -> None:
    made = house(listening())
    made.take(event)
    assert expiry(made, event) is None
    assert "expires_at" not in made.items().get(HEAD, {})


@pytest.mark.parametrize("ours_or_theirs", ["inbound", "outbound"])
def test_who_talks_after_that_keeps_the_post_its_edits_and_the_head(ours_or_theirs: str) -> None:
    told: list[Message | Edit] = [overheard(1), edited(2, "Teleprado abre", 1)]
    told.append(said(3, "Hola", direction=ours_or_theirs))
    for order in permutations(told):
        made = house(listening())
        made.take(elsewhere := overheard(4, thread="another"))
        for each in (*order, *order):
            made.take(each)
        assert [expiry(made, each) for each in told] == [None, None, None], order
        assert expiry(made, elsewhere) == IN_A_MONTH
        assert "expires_at" not in made.items()[HEAD]


@pytest.mark.parametrize("ours_or_theirs", ["inbound", "outbound"])
def test_where_nothing_is_listened_for_it_is_not_kept_for_ever_either(ours_or_theirs: str) -> None:
    told: list[Message | Edit] = [overheard(1), edited(2, "Teleprado abre", 1)]
    made = house(SILENT)
    for each in (*told, *told):
        made.take(each)
    assert [expiry(made, each) for each in told] == [IN_A_MONTH, IN_A_MONTH]
    assert "expires_at" not in made.items()[HEAD], "nothing in it tells whether anybody was offered something of it"
    spoken: list[Message | Edit] = [*told, said(3, "Hola", direction=ours_or_theirs)]
    for order in permutations(spoken):
        made = house(SILENT)
        for each in (*order, *order):
            made.take(each)
        assert [expiry(made, each) for each in spoken] == [None, None, None], order


def test_where_nothing_is_listened_for_what_is_offered_is_kept() -> None:
    made = house(SILENT)
    made.take(post := overheard(1, "Teleprado, ¿y la factura?"))
    assert len(cases(made)) == 1
    assert expiry(made, post) is None


def test_a_head_that_is_computed_again_where_nothing_is_listened_for_still_lifts_the_limit() -> None:
    made = house(listening())
    made.take(post := overheard(1))
    publish(made.table, SILENT.model_copy(update={"version": 9}))
    made.playbook = SILENT
    made.reproject("ana", do=True)
    assert head(made).heard_by is None
    made.take(said(2, "Hola"))
    assert expiry(made, post) is None


def test_a_playbook_that_takes_it_up_keeps_it_and_one_that_no_longer_does_as_well() -> None:
    made = house(listening())
    made.take(post := overheard(1))
    assert expiry(made, post) == IN_A_MONTH
    for answer in (True, False):
        publish(made.table, listening(answer=answer).model_copy(update={"version": 9 + (not answer)}))
        made.take(post)
        made.projector().project([made.items()[keys.event(post)]])
        assert len(cases(made)) == 1
        assert expiry(made, post) is None, answer


def test_a_case_that_somebody_else_made_of_it_keeps_it() -> None:
    made = house(listening())
    made.take(post := overheard(1))
    other = made.table.get(keys.event(post))
    assert other is not None
    case = escalate_anew(post)
    offer(made.table, case)
    made.settle()
    assert expiry(made, post) is None
    made.projector().project([other])
    assert expiry(made, post) is None


def escalate_anew(post: Message) -> Escalation:
    found = escalate(post, received_at=NOW, event_key=keys.event(post).sk, playbook=listening(answer=True))
    assert found is not None
    return found


def test_a_case_whose_event_is_gone_is_taken_back_and_says_so() -> None:
    made = house(listening())
    made.take(post := overheard(1))
    made.forget(keys.event(post))
    case = escalate_anew(post)
    offer(made.table, case)
    made.settle()
    assert made.handed(case.department) == []
    stands = made.projector().cases.read(case.identity, case.id)
    assert stands.state == "withdrawn"
    assert stands.last is not None
    assert stands.last.why == EVENT_IS_GONE


@pytest.mark.parametrize("starts", [0, 1])
def test_one_playbook_decides_who_is_offered_it_and_how_long_it_is_kept(starts: int) -> None:
    """It is published anew between any two looks into it."""
    made = house(listening())
    made.table.insert(item := journal.expanded_item(counter.delivery(), post := overheard(1)))
    turns = cycle([listening(), listening(answer=True)][starts:] + [listening(), listening(answer=True)][:starts])
    replace(made.projector(), playbook=lambda: next(turns)).project([item])
    assert (expiry(made, post) is None) == bool(cases(made))


def test_of_a_delivery_of_several_each_expires_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.projection.projector.load", counter.load)
    made = house(listening())
    post, complaint = overheard(1), overheard(2, "Teleprado, sois unos ladrones")
    made.take(post, complaint)
    assert (expiry(made, post), expiry(made, complaint)) == (IN_A_MONTH, None)


class DiedError(Exception):
    """The process is gone."""


def test_whoever_dies_between_the_two_writes_leaves_nothing_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal's write is the door's, the limit is the projector's: between the two, before it and after it."""
    calm = house(listening())
    calm.take(overheard(1))
    wanted = calm.people()
    for dies in ("before", "after"):
        made = house(listening())
        own = Table.set

        def dying(self: Table, key: Key, attributes: Item, **rest: Any) -> None:
            if dies == "after":  # noqa: B023
                own(self, key, attributes, **rest)  # noqa: B023
            raise DiedError

        with monkeypatch.context() as patched:
            patched.setattr(Table, "set", dying)
            with pytest.raises(DiedError):
                made.take(overheard(1))
        assert (expiry(made, overheard(1)) is None) == (dies == "before")
        made.settle()
        assert made.people() == wanted
        made.take(overheard(1))  # and once more, from another delivery
        assert made.people() == wanted


def test_an_event_that_is_gone_by_then_is_not_made_again() -> None:
    made = house(listening())
    made.take(overheard(1))
    entry = journal.entry(made.items()[keys.event(overheard(1))])
    made.forget(entry.key)
    retention.limit(made.table, entry, listening)
    assert entry.key not in made.items()


def test_computed_again_after_it_expired_nothing_of_it_is_left() -> None:
    made = house(listening())
    made.take(overheard(1))
    made.forget(keys.event(overheard(1)))
    assert {found.what for found in made.reproject("ana", do=True)} == {"about", "conversation", "customer"}
    assert [key for key in made.items() if key.pk == ANA] == []


some: st.SearchStrategy[Message] = st.builds(
    lambda number, text, kind: {"overheard": overheard, "to us": said, "ours": ours}[kind](number, text),
    st.integers(1, 5),
    st.sampled_from(
        ["Teleprado", "Fibranova y Teleprado", "gracias", "Teleprado, sois unos ladrones", "¿Y la factura?"]
    ),
    st.sampled_from(["overheard", "overheard", "to us", "ours"]),
)


def ours(number: int, text: str) -> Message:
    return said(number, text, direction="outbound", visibility="public")


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(some, max_size=5, unique_by=lambda event: event.external_id), st.booleans(), st.randoms())
def test_the_projector_comes_to_what_the_journal_says(events: list[Message], answer: bool, random: Any) -> None:
    playbook = listening(answer=answer)
    made = house(playbook)
    for event in events:
        made.table.insert(journal.expanded_item(counter.delivery(), event))
    kept = [item for key, item in made.items().items() if key.sk.startswith(keys.EVENT_PREFIX)]
    told = [*kept, *random.sample(kept, len(kept) // 2)]
    random.shuffle(told)
    while told:
        size = random.randint(1, 3)
        made.projector().project(told[:size])
        del told[:size]
    items = made.items()
    own = {key: _lasting(item) for key, item in items.items() if key.sk.startswith(keys.CONVERSATION_PREFIX)}
    computed = compute([journal.entry(item) for item in kept], lambda: playbook).items
    assert own == {key: item for key, item in computed.items() if key.sk.startswith(keys.CONVERSATION_PREFIX)}
    offered = {Key(ANA, _event_key(item)) for key, item in items.items() if key.sk.startswith(keys.ESCALATION_PREFIX)}
    for item in kept:
        entry = journal.entry(item)
        may_go = "expires_at" in items[entry.key]
        listened = isinstance(entry.event, Message) and entry.event.overheard
        assert may_go == (listened and head(made).overheard and entry.key not in offered)


def _event_key(item: Item) -> str:
    found: str = orjson.loads(item["state"]["S"])["event_key"]
    return found


def _lasting(item: Item) -> Item:
    return {name: value for name, value in item.items() if name != "projected_at"}
