"""The words of the playbook as rules of X's filtered stream, and how X's are brought to them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calling import drive
from shared.platforms.x import stream_rules
from shared.platforms.x.stream_rules import LONGEST, Changes, Refused, Rule, wanted
from shared.playbook import Listening
from shared.ports import Presence
from shared.words import words
from tests.apis.server import serving
from tests.apis.x import BEARER
from tests.apis.x_stream import Stream

US = "2244000001"
PRESENCE = Presence("x", US, BEARER)
NOT_OURS = {"id": "900", "value": "cat has:media", "tag": "cats"}
OTHER_ACCOUNT = {"id": "901", "value": '("gata")', "tag": "mostrador:77:brand"}


def listening(**changes: Any) -> Listening:
    return Listening.model_validate({"name": "brand", "words": ["Teleprado"]} | changes)


def values(*rules: Listening) -> list[str]:
    return [rule.value for rule in wanted(rules, US)]


def test_a_word_is_found_as_it_is_written_without_accents_and_as_a_hashtag() -> None:
    assert values(listening(words=["ConectaMás", "Tele Prado"])) == [
        '("conectamás" OR #conectamás OR "conectamas" OR #conectamas OR "tele prado") -is:retweet -from:2244000001'
    ]


def test_what_excludes_is_excluded_and_languages_have_xs_own_codes() -> None:
    rule = listening(without=["Museo del Prado", "Añil"], languages=["es", "he", "en-GB", "en"])
    assert values(rule) == [
        '("teleprado" OR #teleprado) -is:retweet -from:2244000001 (lang:es OR lang:iw OR lang:en) '
        '-"museo del prado" -"añil"'
    ]


def test_a_phrase_cannot_bring_operators_of_its_own() -> None:
    assert values(listening(words=['prado" OR from:somebody (lang:xx) -is:reply'])) == [
        '("prado or from somebody lang xx is reply") -is:retweet -from:2244000001'
    ]


def test_only_what_is_listened_for_there_is_a_rule_there() -> None:
    here = listening(accounts=[f"x/{US}", "feeds/foros"])
    assert [rule.tag for rule in wanted([here, listening(name="other")], US)] == [
        "mostrador:2244000001:brand",
        "mostrador:2244000001:other",
    ]
    assert values(listening(accounts=["x/1"]), listening(channels=["blog"])) == []


@given(
    st.lists(
        st.text("abcdefgáéñ", min_size=1, max_size=40), min_size=1, max_size=60, unique_by=lambda w: tuple(words(w))
    ),
    st.lists(st.text("hijklm", min_size=1, max_size=60), max_size=40, unique=True),
)
def test_whatever_the_words_no_rule_is_too_long_and_none_is_left_out(ours: list[str], excluded: list[str]) -> None:
    found = values(listening(words=ours, without=excluded))
    assert all(len(value) <= LONGEST for value in found)
    terms = {term for value in found for term in value[1 : value.index(")")].split(" OR ")}
    assert {f'"{word}"' for word in ours} <= terms
    assert len({value.partition(")")[2] for value in found}) == 1, "each excludes the same"


def compared(api: Stream, *rules: Rule, who: Presence = PRESENCE) -> Changes | Refused:
    with serving(api) as pool:
        found = drive(stream_rules.compare(who, rules), pool, hosts=stream_rules.HOSTS)
    assert isinstance(found, Changes | Refused)
    return found


def carried_out(api: Stream, changes: Changes) -> str:
    with serving(api) as pool:
        found = drive(stream_rules.carry_out(PRESENCE, changes), pool, hosts=stream_rules.HOSTS)
    assert found is None or isinstance(found, Refused)
    return found.sentence if found else ""


def test_what_is_there_is_left_what_is_new_added_and_what_is_gone_taken_away() -> None:
    old, new = wanted([listening(words=["Prado"])], US), wanted([listening(words=["Prado 6"])], US)
    api = Stream(rules=[NOT_OURS, OTHER_ACCOUNT])
    first = compared(api, *old)
    assert first == Changes(tuple(old), ())
    assert isinstance(first, Changes)
    assert carried_out(api, first) == ""
    assert compared(api, *old) == Changes((), ())
    second = compared(api, *new)
    assert isinstance(second, Changes)
    assert [rule.said for rule in second.remove] == [rule.said for rule in old]
    assert carried_out(api, second) == ""
    assert [(rule["value"], rule["tag"]) for rule in api.rules] == [
        (NOT_OURS["value"], "cats"),
        (OTHER_ACCOUNT["value"], OTHER_ACCOUNT["tag"]),
        new[0].said,
    ]
    assert api.asked == [("add", True), ("add", False), ("add", True), ("add", False), ("delete", False)]


def test_many_rules_are_read_page_by_page_and_changed_some_at_a_time() -> None:
    rules = [rule for number in range(60) for rule in wanted([listening(name=f"n{number}", words=[f"w{number}"])], US)]
    api = Stream(page=7)
    changes = compared(api, *rules)
    assert isinstance(changes, Changes)
    assert carried_out(api, changes) == ""
    assert len(api.rules) == 60
    assert compared(api, *rules) == Changes((), ())
    changes = compared(api)
    assert isinstance(changes, Changes)
    assert carried_out(api, changes) == ""
    assert api.rules == []


def test_a_rule_that_somebody_has_made_already_is_not_made_again() -> None:
    (rule,) = wanted([listening()], US)
    api = Stream(rules=[{"id": "1", "value": rule.value, "tag": "by hand"}])
    assert compared(api, rule) == Changes((), ())
    assert carried_out(api, Changes((rule,), ())) == "", "nor is it a problem when somebody was faster"


def test_what_x_does_not_take_changes_nothing_and_is_named() -> None:
    (old,), (new,) = wanted([listening(words=["Prado"])], US), wanted([listening(words=["Malo"])], US)
    api = Stream(rules=[{"id": "1", "value": old.value, "tag": old.tag}], refuses="malo")
    changes = compared(api, new)
    assert isinstance(changes, Changes)
    assert carried_out(api, changes) == f"X does not take {new.value}: It is too long, or wrong."
    assert [rule["value"] for rule in api.rules] == [old.value]
    assert api.asked == [("add", True)]


@pytest.mark.parametrize("done", [0, 1])
def test_what_was_broken_off_is_found_by_the_next_comparison(done: int) -> None:
    (old,), (new,) = wanted([listening(words=["Prado"])], US), wanted([listening(words=["Prado 6"])], US)
    api = Stream(rules=[{"id": "9", "value": old.value, "tag": old.tag}], gives_up_after=done)
    changes = compared(api, new)
    assert isinstance(changes, Changes)
    assert carried_out(api, changes) == "X's API answered 503; try again later"
    assert old.value in [rule["value"] for rule in api.rules], "nothing is unheard meanwhile"
    api.gives_up_after = 10
    changes = compared(api, new)
    assert isinstance(changes, Changes)
    assert carried_out(api, changes) == ""
    assert [rule["value"] for rule in api.rules] == [new.value]


def test_who_is_not_let_in_is_told_what_to_do() -> None:
    found = compared(Stream(), who=Presence("x", US, "not-the-token"))
    assert isinstance(found, Refused)
    assert "X does not accept this token" in found.sentence
    assert "not-the-token" not in found.sentence
