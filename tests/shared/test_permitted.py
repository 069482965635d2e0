"""What a channel's rules let through: every reason, its edges, and which of several counts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.lengths import BYTES, CHARACTERS, WEIGHTED
from shared.permitted import check_by_rules, no_way_to_say
from shared.replying import EVER, Draft, Place, PrivateAnswer, Refusal, Rules, Template
from tests.conftest import NOW

DAY, WEEK, MOMENT = timedelta(hours=24), timedelta(days=7), timedelta(microseconds=1)

OPEN = Rules(longest=10, unit=CHARACTERS)
WINDOWED = Rules(longest=10, unit=CHARACTERS, window=DAY, by_a_person=WEEK)
GRANTED = replace(WINDOWED, right="written_by_hand")
TEMPLATES = Rules(longest=10, unit=CHARACTERS, window=DAY, templates=True)
ONCE = PrivateAnswer("d", 5, BYTES, within=WEEK, once=True)
PUBLIC = Rules(longest=10, unit=WEIGHTED, answers=True, only_summoned=True, private_answer=ONCE)
TEMPLATE = Template(name="aviso", language="es", parameters=("Ana",))


def where(**changed: Any) -> Place:
    known = {"channel": "c", "account": "a", "identity": "c:a:1", "thread": "direct", "visibility": "private"}
    return Place(**(known | {"last_inbound_at": NOW - timedelta(hours=1)} | changed))


def public(**changed: Any) -> Place:
    return where(**({"visibility": "public", "reply_to": "1", "reply_to_at": NOW, "summoned": True} | changed))


def refusal(rules: Rules | None, draft: Draft, place: Place) -> Refusal:
    found = check_by_rules(rules, draft, place, NOW)
    assert found is not None
    assert found.sentence
    return found


def test_what_nothing_stands_against_may_be_said() -> None:
    for rules in (OPEN, WINDOWED, TEMPLATES):
        assert check_by_rules(rules, Draft(text="Sí"), where(), NOW) is None
    assert check_by_rules(PUBLIC, Draft(text="Sí"), public(), NOW) is None
    assert check_by_rules(PUBLIC, Draft(text="Sí", privately=True), public(), NOW) is None
    assert check_by_rules(TEMPLATES, Draft(template=TEMPLATE), where(last_inbound_at=None), NOW) is None


def test_a_channel_without_rules_is_unknown_before_anything_else() -> None:
    assert refusal(None, Draft(), where()).code == "unknown_channel"


@pytest.mark.parametrize("draft", [Draft(), Draft(text=" \n"), Draft(text="\u200b")])
def test_nothing_is_not_said(draft: Draft) -> None:
    assert refusal(WINDOWED, draft, where(last_inbound_at=None)).code == "empty"


def test_a_templates_parameters_are_filled_in() -> None:
    draft = Draft(template=TEMPLATE.model_copy(update={"parameters": ("Ana", " ")}))
    assert refusal(TEMPLATES, draft, where()).code == "empty"


def test_templates_are_for_channels_that_have_them() -> None:
    assert refusal(WINDOWED, Draft(template=TEMPLATE), where(last_inbound_at=None)).code == "no_templates"


@pytest.mark.parametrize(
    ("rules", "by_a_person", "ago", "alternatives"),
    [
        (WINDOWED, False, DAY, ("by_a_person",)),
        (WINDOWED, False, WEEK - MOMENT, ("by_a_person",)),
        (WINDOWED, False, WEEK, ()),
        (WINDOWED, True, WEEK, ()),
        (GRANTED, True, DAY, ()),
        (GRANTED, False, DAY, ()),
        (TEMPLATES, True, DAY, ("template",)),
        (TEMPLATES, False, DAY, ("template",)),
    ],
)
def test_a_window_closes_at_the_instant(
    rules: Rules, by_a_person: bool, ago: timedelta, alternatives: tuple[str, ...]
) -> None:
    draft, lasts = Draft(text="Sí", by_a_person=by_a_person), WEEK if by_a_person and rules is WINDOWED else DAY
    last = NOW - ago
    found = refusal(rules, draft, where(last_inbound_at=last))
    assert (found.code, found.alternatives, found.expired_at) == ("window_closed", alternatives, last + lasts)
    assert check_by_rules(rules, draft, where(last_inbound_at=last), last + lasts - MOMENT) is None
    assert check_by_rules(rules, draft, where(last_inbound_at=NOW + DAY), NOW) is None, "their clock is ahead of ours"


def test_what_needs_a_right_holds_only_where_that_was_granted_and_the_refusal_names_it() -> None:
    draft, granted = Draft(text="Sí"), where(rights=("written_by_hand",), last_inbound_at=NOW - WEEK + MOMENT)
    assert check_by_rules(GRANTED, draft, granted, NOW) is None
    for rights in ((), ("another",)):
        found = refusal(GRANTED, draft, granted.model_copy(update={"rights": rights}))
        assert (found.code, found.expired_at) == ("window_closed", NOW - WEEK + MOMENT + DAY)
        assert "wait until they write again, or write to them where else they are known" in found.sentence
        assert "for 7 days once the platform has granted that" in found.sentence
        assert 'rights = ["written_by_hand"]' in found.sentence
    by_a_machine = refusal(GRANTED, Draft(text="Sí", by_a_person=False), granted)
    assert by_a_machine.alternatives == ("by_a_person",)
    for late in (granted, where()):
        over = refusal(GRANTED, draft, late.model_copy(update={"last_inbound_at": NOW - WEEK}))
        assert "rights" not in over.sentence, "nobody could send it any more"


def test_whoever_never_wrote_has_no_window_and_no_end_of_it() -> None:
    found = refusal(WINDOWED, Draft(text="Sí", by_a_person=False), where(last_inbound_at=None))
    assert (found.code, found.alternatives, found.expired_at) == ("window_closed", (), None)
    assert "has written none" in found.sentence
    assert refusal(TEMPLATES, Draft(text="Sí"), where(last_inbound_at=None)).alternatives == ("template",)


def test_in_public_there_is_always_something_that_is_answered() -> None:
    assert refusal(PUBLIC, Draft(text="Sí"), public(reply_to=None)).code == "nothing_to_answer"
    assert refusal(PUBLIC, Draft(text="Sí", privately=True), public(reply_to=None)).code == "nothing_to_answer"


@pytest.mark.parametrize(("summoned", "code"), [(True, None), (None, None), (False, "not_summoned")])
def test_only_who_is_known_not_to_have_called_is_not_answered(summoned: bool | None, code: str | None) -> None:
    found = check_by_rules(PUBLIC, Draft(text="Sí"), public(summoned=summoned), NOW)
    assert (found and found.code) == code


def test_a_private_answer_is_one_and_within_its_time() -> None:
    draft = Draft(text="Sí", privately=True)
    assert refusal(PUBLIC, draft, public(answered_privately=True)).code == "answered_already"
    late = refusal(PUBLIC, draft, public(reply_to_at=NOW - WEEK))
    assert (late.code, late.expired_at, late.alternatives) == ("window_closed", NOW, ("publicly",))
    assert check_by_rules(PUBLIC, draft, public(reply_to_at=NOW - WEEK + MOMENT), NOW) is None
    assert check_by_rules(PUBLIC, draft, public(reply_to_at=None), NOW) is None, "the platform knows when"


def test_where_nothing_says_once_a_message_is_answered_in_private_as_often_as_need_be() -> None:
    often = replace(PUBLIC, private_answer=replace(ONCE, once=False, within=EVER))
    place = public(answered_privately=True, reply_to_at=NOW - 100 * WEEK)
    assert check_by_rules(often, Draft(text="Sí", privately=True), place, NOW) is None


def test_what_is_private_needs_no_private_answer_and_not_all_that_is_public_can_have_one() -> None:
    draft = Draft(text="Sí", privately=True)
    assert refusal(WINDOWED, draft, where(last_inbound_at=None)).code == "no_private_answer"
    found = refusal(OPEN, draft, public())
    assert (found.code, found.alternatives) == ("no_private_answer", ("publicly",))


def test_a_text_that_is_too_long_is_told_by_how_much() -> None:
    found = refusal(OPEN, Draft(text="x" * 13), where())
    assert (found.code, found.alternatives) == ("too_long", ("shorter",))
    assert "13 characters, and 10 are let through: shorten it by 3" in found.sentence
    assert check_by_rules(OPEN, Draft(text="x" * 10), where(), NOW) is None


def test_in_private_another_length_counts() -> None:
    assert check_by_rules(PUBLIC, Draft(text="ñandú"), public(), NOW) is None
    assert "7 bytes" in refusal(PUBLIC, Draft(text="ñandú", privately=True), public()).sentence


@pytest.mark.parametrize("private_answer", [ONCE, None])
def test_whoever_did_not_summon_us_is_answered_in_private_where_that_may_be(
    private_answer: PrivateAnswer | None,
) -> None:
    rules = replace(PUBLIC, private_answer=private_answer)
    found = refusal(rules, Draft(text="Sí"), public(summoned=False))
    assert (found.code, found.alternatives) == ("not_summoned", ("privately",) if private_answer else ())
    assert ("in private" in found.sentence) is (private_answer is not None)
    privately = check_by_rules(rules, Draft(text="Sí", privately=True), public(summoned=False), NOW)
    assert (privately is None) is (private_answer is not None)


def test_the_first_reason_counts_and_each_is_met_after_the_one_before_is_mended() -> None:
    place = public(last_inbound_at=None, summoned=False, reply_to=None, answered_privately=True)
    rules = Rules(longest=3, unit=CHARACTERS, window=DAY, answers=True, only_summoned=True, private_answer=ONCE)
    steps: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("empty", {"text": ""}, {}),
        ("no_templates", {"text": "demasiado", "template": TEMPLATE}, {}),
        ("window_closed", {"text": "demasiado"}, {}),
        ("nothing_to_answer", {"text": "demasiado"}, {"last_inbound_at": NOW}),
        ("not_summoned", {"text": "demasiado"}, {"last_inbound_at": NOW, "reply_to": "1"}),
        (
            "answered_already",
            {"text": "demasiado", "privately": True},
            {"last_inbound_at": NOW, "reply_to": "1"},
        ),
        (
            "too_long",
            {"text": "demasiado", "privately": True},
            {"last_inbound_at": NOW, "reply_to": "1", "answered_privately": False},
        ),
    ]
    for code, draft, mended in steps:
        assert refusal(rules, Draft(**draft), place.model_copy(update=mended)).code == code


@pytest.mark.parametrize(
    ("rules", "draft", "place", "code"),
    [
        (None, Draft(text="Sí"), where(), "unknown_channel"),
        (OPEN, Draft(template=TEMPLATE), where(), "no_templates"),
        (PUBLIC, Draft(text="Sí"), public(reply_to=None), "nothing_to_answer"),
        (OPEN, Draft(text="Sí", privately=True), public(), "no_private_answer"),
    ],
)
def test_what_would_become_something_else_is_not_sent(
    rules: Rules | None, draft: Draft, place: Place, code: str
) -> None:
    found = no_way_to_say(rules, draft, place)
    assert found is not None
    assert found.code == code


def test_what_the_platform_refuses_itself_is_sent_to_it() -> None:
    place = public(last_inbound_at=None, summoned=False, answered_privately=True, reply_to_at=NOW - WEEK)
    for text in ("", "x" * 99):
        assert no_way_to_say(PUBLIC, Draft(text=text), place) is None
        assert no_way_to_say(PUBLIC, Draft(text=text, privately=True), place) is None
