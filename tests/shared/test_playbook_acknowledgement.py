"""What is said by itself, in the playbook: read exactly, or refused with the setting named and what to do."""

import tomllib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from shared.advice import advice
from shared.errors import ConfigurationError
from shared.lengths import CHARACTERS, WEIGHTED
from shared.playbook import Acknowledgement, Crisis, Playbook, parse
from shared.playbook.acknowledgement import Words, filled_in, too_long
from shared.replying import Rules
from tests.shared.test_playbook import EXAMPLE, GOOD

SAID = """
[acknowledgement]
again_after_days = 10
queue_is_long_minutes = 45
public_channels = ["x_mention"]

[acknowledgement.outside_hours.texts."*"]
es = "Hola, {company} abre {opens_at}."
en = "Hello, {company} opens {opens_at}."

[acknowledgement.outside_hours.texts.x_mention]
es = "Abrimos {opens_at}."

[acknowledgement.when_queue_is_long]
active = false

[acknowledgement.when_queue_is_long.texts.whatsapp]
es = "Hay quien lleva {waiting}."

[crisis]
active = true
since = 2026-11-22T10:00:00+01:00

[crisis.texts."*"]
es = "{company}: lo sabemos."
"""
TOML = GOOD + SAID


def test_what_is_written_is_what_is_read() -> None:
    playbook = parse(f'default_language = "es-ES"\n{TOML}')
    settings = playbook.acknowledgement
    assert playbook.default_language == "es-ES"
    assert (settings.outside_hours.active, settings.when_queue_is_long.active) == (True, False)
    assert settings.outside_hours.texts == (
        Words(channel="*", language="es", text="Hola, {company} abre {opens_at}."),
        Words(channel="*", language="en", text="Hello, {company} opens {opens_at}."),
        Words(channel="x_mention", language="es", text="Abrimos {opens_at}."),
    )
    assert (settings.again_after, settings.queue_is_long_after) == (timedelta(days=10), timedelta(minutes=45))
    assert settings.public_channels == ("x_mention",)
    assert playbook.crisis.since == datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert playbook.crisis.texts == (Words(channel="*", language="es", text="{company}: lo sabemos."),)


def test_it_can_be_kept_and_read_again() -> None:
    for toml in (TOML, EXAMPLE.read_text(encoding="utf-8")):
        playbook = parse(toml)
        again = Playbook.from_json(playbook.to_json())
        assert again == playbook
        assert hash(again) == hash(playbook)


def test_where_nothing_is_said_nothing_is_said() -> None:
    playbook = parse(GOOD)
    assert playbook.acknowledgement == Acknowledgement()
    assert not playbook.acknowledgement.is_on
    assert playbook.crisis == Crisis()
    assert not playbook.crisis.holds(datetime(2026, 11, 22, tzinfo=UTC))


def test_the_example_says_nothing_that_would_surprise() -> None:
    playbook = parse(EXAMPLE.read_text(encoding="utf-8"))
    settings = playbook.acknowledgement
    assert (settings.outside_hours.active, settings.when_queue_is_long.active) == (True, False)
    assert not playbook.crisis.active
    assert {words.language for words in settings.outside_hours.texts} == {"es", "en", "ca"}
    assert playbook.default_language == "es"


def test_a_crisis_holds_from_its_instant_on_while_it_is_active() -> None:
    crisis = parse(TOML).crisis
    assert crisis.since is not None
    assert crisis.holds(crisis.since)
    assert not crisis.holds(crisis.since - timedelta(microseconds=1))
    assert not crisis.model_copy(update={"active": False}).holds(crisis.since)


def test_in_a_crisis_the_committee_may_say_nothing() -> None:
    assert parse(TOML.partition("[crisis.texts")[0]).crisis.active


@pytest.mark.parametrize(
    ("written", "instead", "complaint"),
    [
        # wrong types
        ("again_after_days = 10", "again_after_days = 0", "acknowledgement.again_after_days: must be 1 or more"),
        ("again_after_days = 10", "again_after_days = 367", "acknowledgement.again_after_days: must be 366 or less"),
        ("again_after_days = 10", 'again_after = "10"', "acknowledgement.again_after: is no setting here"),
        ("queue_is_long_minutes = 45", "queue_is_long_minutes = true", "queue_is_long_minutes: must be a whole number"),
        ("active = false", 'active = "no"', "acknowledgement.when_queue_is_long.active: Input should be a valid bool"),
        ('es = "Abrimos {opens_at}."', "es = 5", "outside_hours.texts: x_mention.es must be text in quotes"),
        ('texts.x_mention]\nes = "Abrimos {opens_at}."', 'texts]\nx_mention = "Hola"', "x_mention must be a table of"),
        ('es = "Abrimos {opens_at}."', '"¡" = "Hola"', "texts[3].language: must be a language tag (BCP 47)"),
        ("2026-11-22T10:00:00+01:00", "2026-11-22T10:00:00", "crisis.since: must be an instant with its offset"),
        ("2026-11-22T10:00:00+01:00", "2026-11-22", "crisis.since: must be an instant with its offset"),
        ("2026-11-22T10:00:00+01:00", "1795348800", "crisis.since: must be an instant with its offset"),
        ("2026-11-22T10:00:00+01:00", '"yesterday"', "crisis.since: must be an instant with its offset"),
        # what is missing
        ("since = 2026-11-22T10:00:00+01:00", "", "crisis.since: is missing; say from when on"),
        (
            'active = false\n\n[acknowledgement.when_queue_is_long.texts.whatsapp]\nes = "Hay quien lleva {waiting}."',
            "",
            "acknowledgement.when_queue_is_long.texts: are missing; write some, or say active = false",
        ),
        ('es = "Hola, {company} abre {opens_at}."', "", "acknowledgement.outside_hours.texts.*.es: is missing"),
        ('es = "Hay quien lleva {waiting}."', 'en = "Wait."', "when_queue_is_long.texts.whatsapp.es: is missing"),
        (
            'es = "{company}: lo sabemos."',
            'en = "We know."',
            "crisis.texts.*.es: is missing; who writes in no language",
        ),
        # what cannot be filled in
        (
            "abre {opens_at}",
            "abre {opens}",
            "outside_hours.texts.*.es: {opens} is nothing that is known here; there is",
        ),
        ("abre {opens_at}", "abre {}", "outside_hours.texts.*.es: {} is nothing that is known here"),
        ("abre {opens_at}", "abre {opens_at", "outside_hours.texts.*.es: has a brace that is none of {company}"),
        ("abre {opens_at}", "tarda {waiting}", "outside_hours.texts.*.es: {waiting} is nothing that is known here"),
        ("lleva {waiting}", "abre {opens_at}", "when_queue_is_long.texts.whatsapp.es: {opens_at} is nothing that"),
        ("lo sabemos", "volvemos {opens_at}", "crisis.texts.*.es: {opens_at} is nothing that is known here"),
        ('es = "Abrimos {opens_at}."', 'es = " "', "outside_hours.texts.x_mention.es: must not be empty"),
        ('es = "Abrimos {opens_at}."', 'es = "\\u200b"', "outside_hours.texts.x_mention.es: must not be empty"),
        ('en = "Hello, ', 'ES = "Hola"\nen = "Hello, ', "outside_hours.texts.*.ES: stands there twice; keep one"),
        # what no platform takes
        (
            "Abrimos {opens_at}.",
            "ñ" * 250 + " {opens_at}",
            "x_mention.es: counts 292 on x_mention, which lets 280 through",
        ),
        ("{company}: lo sabemos.", "ñ" * 3000, "crisis.texts.*.es: counts 3000 on messenger, which lets 2000 through"),
        # channels
        (
            "texts.x_mention",
            "texts.x_mentions",
            "outside_hours.texts.x_mentions: there is no such channel; name one of:",
        ),
        (
            "texts.x_mention",
            "texts.phone",
            "outside_hours.texts.phone: nothing can be said on this channel, which only brings what customers say",
        ),
        ('["x_mention"]', '["blog"]', "acknowledgement.public_channels[1]: nothing can be said on this channel"),
        ('["x_mention"]', '["x"]', "acknowledgement.public_channels[1]: there is no such channel; name one of: app, "),
    ],
)
def test_what_is_wrong_is_named(written: str, instead: str, complaint: str) -> None:
    assert written in SAID
    with pytest.raises(ConfigurationError) as refused:
        parse(GOOD + SAID.replace(written, instead, 1))
    assert complaint in str(refused.value)


def test_what_is_off_needs_no_texts_and_what_is_on_may_have_some_for_one_channel_only() -> None:
    only = '[acknowledgement.when_queue_is_long.texts.whatsapp]\nes = "Hay quien lleva {waiting}."'
    assert only in SAID
    assert parse(TOML.replace(only, "")).acknowledgement.when_queue_is_long.texts == ()
    on = parse(TOML.replace("active = false", "")).acknowledgement.when_queue_is_long
    assert (on.active, [words.channel for words in on.texts]) == (True, ["whatsapp"])


RULES = {
    "x_mention": Rules(280, WEIGHTED, answers=True),
    "facebook_comment": Rules(8, CHARACTERS, answers=True),
    "whatsapp": Rules(4096, CHARACTERS),
    "x_dm": Rules(30, CHARACTERS),
}


def test_no_text_is_longer_than_where_it_is_said() -> None:
    """With what is filled in; on a channel that is public only where it is said there."""
    playbook = parse(TOML)
    assert list(too_long(playbook, RULES)) == [
        "acknowledgement.outside_hours.texts.*.es: counts 63 on x_dm, which lets 30 through; shorten it, or write "
        "another one for x_dm",
        "acknowledgement.outside_hours.texts.*.en: counts 58 on x_dm, which lets 30 through; shorten it, or write "
        "another one for x_dm",
    ]


def test_a_text_for_one_channel_is_held_against_that_one() -> None:
    long = "Perdón. " * 40
    written = TOML.replace("Abrimos {opens_at}.", long + "{opens_at}")
    playbook = Playbook.model_validate(tomllib.loads(written))
    others = {name: rule for name, rule in RULES.items() if name != "x_dm"}
    assert list(too_long(playbook, others)) == [
        "acknowledgement.outside_hours.texts.x_mention.es: counts 361 on x_mention, which lets 280 through; shorten it"
    ]


def test_what_has_no_value_stays_and_values_are_not_looked_into() -> None:
    assert filled_in("{a} {b}", {"a": "{b}"}) == "{b} {b}"


def _places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for step, inner in items for place in _places(inner, (*path, step)))]


WRITTEN = tomllib.loads(TOML)
PLACES = [(name, *place) for name in ("acknowledgement", "crisis") for place in _places(WRITTEN[name])]


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("junk", [-1, [[]], {"x": {"y": 1}}], ids=repr)
def test_junk_in_any_place_is_refused_in_words(place: tuple[Any, ...], junk: object) -> None:
    tables = tomllib.loads(TOML)
    inner: Any = tables
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = junk
    with pytest.raises(ValidationError) as refused:
        Playbook.model_validate(tables)
    sentences = list(advice(refused.value, tables))
    assert sentences
    assert all(sentence.startswith(place[0]) for sentence in sentences)
