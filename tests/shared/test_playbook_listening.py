"""What the playbook listens for: read exactly, or refused with the setting named and what to do."""

from datetime import timedelta

import pytest

from shared.errors import ConfigurationError
from shared.playbook import Playbook, parse
from shared.playbook.listening import words_for
from tests.shared.test_playbook import EXAMPLE, GOOD

LISTENING = """
[[listening]]
name = "brand"
words = ["Teleprado", "Tele Prado", "ConectaMás"]
without = ["Museo del Prado", "Fibranova"]
languages = ["es", "en-GB"]
channels = ["x_mention", "blog"]
accounts = ["x/2244000001", "mastodon/latienda@vecinos.example.com"]
tones = ["angry"]
department = "billing"
answer = true
keep_for = 30

[[listening]]
name = "routers"
words = ["Prado 6"]
"""


def test_what_is_written_is_what_is_read() -> None:
    brand, routers = parse(GOOD + LISTENING).listening
    assert (brand.name, brand.words, brand.without) == (
        "brand",
        ("Teleprado", "Tele Prado", "ConectaMás"),
        ("Museo del Prado", "Fibranova"),
    )
    assert (brand.languages, brand.channels) == (("es", "en-GB"), ("x_mention", "blog"))
    assert (brand.tones, brand.department, brand.answer, brand.kept) == (
        ("angry",),
        "billing",
        True,
        timedelta(days=30),
    )
    assert (routers.tones, routers.department, routers.answer, routers.kept) == (
        ("angry", "unhappy"),
        None,
        False,
        None,
    )
    assert [brand.is_on(account) for account in ("x/2244000001", "x/1")] == [True, False]
    assert routers.is_on("x/1")


def test_without_any_nothing_is_listened_for_and_old_playbooks_are_read() -> None:
    playbook = parse(GOOD)
    assert playbook.listening == ()
    assert Playbook.from_json(playbook.to_json()) == playbook


def test_it_survives_being_kept() -> None:
    playbook = parse(GOOD + LISTENING)
    assert Playbook.from_json(playbook.to_json()) == playbook


def test_the_example_listens_for_its_own_company() -> None:
    (rule,) = parse(EXAMPLE.read_text(encoding="utf-8")).listening
    assert rule.kept == timedelta(days=30), "what X's terms make sensible"
    assert "Teleprado" in rule.words


def test_an_account_is_searched_for_the_words_of_all_that_listens_there_each_once() -> None:
    again = LISTENING.replace('words = ["Prado 6"]', 'words = ["Prado 6", "CONECTAMAS"]')
    playbook = parse(GOOD + again)
    assert words_for(playbook, "x/2244000001") == ("Teleprado", "Tele Prado", "ConectaMás", "Prado 6")
    assert words_for(playbook, "x/1") == ("Prado 6", "CONECTAMAS")


@pytest.mark.parametrize(
    ("written", "instead", "sentence"),
    [
        ('words = ["Prado 6"]', "", "listening[routers].words: is missing; add it"),
        ('words = ["Prado 6"]', "words = []", "listening[routers].words: must have at least 1"),
        ('words = ["Prado 6"]', 'words = ["@prado"]', "listening[routers].words[1]: must have 1 to 12 words"),
        ('words = ["Prado 6"]', 'words = ["Prado 6", "PRADO, 6"]', "listening[routers].words: 'PRADO, 6' stands there"),
        ('"Fibranova"', '"teleprado"', "listening[brand].without: 'teleprado' also stands in words; keep it in one"),
        ('"Fibranova"', '"Fibranova", "Fibranova"', "listening[brand].without: 'Fibranova' stands there twice"),
        ('name = "routers"', 'name = "brand"', "listening[brand].name: 2 listening have it; give each a name"),
        ('name = "routers"', 'name = "Los routers"', "listening[Los routers].name: must match"),
        ('"x_mention", "blog"', '"x"', "listening[brand].channels: there is no channel 'x'; name one of:"),
        ('"x/2244000001"', '"twitter/1"', "listening[brand].accounts: 'twitter/1' is on no platform; begin with"),
        ('"x/2244000001"', '"2244000001"', "listening[brand].accounts[1]: must match"),
        ('"es", "en-GB"', '"español"', "listening[brand].languages[1]: must be a language tag"),
        ('["angry"]', '["sad"]', "listening[brand].tones[1]: must be 'angry' or 'unhappy'"),
        ('"billing"\nanswer', '"sales"\nanswer', "listening[brand].department: there is no department 'sales'; name"),
        ("answer = true", 'answer = "yes"', "listening[brand].answer: "),
        ("keep_for = 30", "keep_for = 0", "listening[brand].keep_for: must be 1 or more"),
        ("keep_for = 30", "keep_for = 3661", "listening[brand].keep_for: must be 3660 or less"),
        ("keep_for = 30", "keep_days = 30", "listening[brand].keep_days: is no setting here"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(written: str, instead: str, sentence: str) -> None:
    toml = GOOD + LISTENING.replace(written, instead)
    assert toml != GOOD + LISTENING
    with pytest.raises(ConfigurationError) as refused:
        parse(toml)
    assert sentence in str(refused.value)
