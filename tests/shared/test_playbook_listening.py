"""What the playbook listens for: read exactly, or refused with the setting named and what to do."""

from datetime import timedelta
from pathlib import Path

import pytest

from shared import platforms
from shared.errors import ConfigurationError
from shared.playbook import Playbook, keeping, parse
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
    assert (brand.tones, brand.department, brand.answer, brand.kept("x:2244000001:77")) == (
        ("angry",),
        "billing",
        True,
        timedelta(days=30),
    )
    assert (routers.tones, routers.department, routers.answer) == (("angry", "unhappy"), None, False)
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
    assert rule.kept("x:2244000001:77") == timedelta(days=30), "what X's terms make sensible"
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
        ("keep_for = 30", "keep_for = 30\nkeep_for_ever = true", "listening[brand].keep_for_ever: keep_for says that"),
        ("keep_for = 30", 'keep_for_ever = "yes"', "listening[brand].keep_for_ever: "),
        ("keep_for = 30", "keep_days = 30", "listening[brand].keep_days: is no setting here"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(written: str, instead: str, sentence: str) -> None:
    toml = GOOD + LISTENING.replace(written, instead)
    assert toml != GOOD + LISTENING
    with pytest.raises(ConfigurationError) as refused:
        parse(toml)
    assert sentence in str(refused.value)


# --------------------------------------------------------------------------------------------------------- for how long

YOUTUBE = """
[[accounts]]
platform = "youtube"
account = "UC2244000001"
"""


def rule(settings: str = "", more: str = "") -> Playbook:
    return parse(f'{GOOD}{more}\n[[listening]]\nname = "brand"\nwords = ["Teleprado"]\n{settings}\n')


@pytest.mark.parametrize(
    ("identity", "days"),
    [
        ("x:2244000001:77", 30),
        ("bluesky:did:plc:a:did:plc:b", 30),
        ("mastodon:latienda:7", 30),
        ("feeds:prensa:blog.example.com/ana", 90),
        ("youtube:UC2244000001:UC7", 30),
        ("bell:shop:ana", 30),
    ],
)
def test_nothing_is_kept_without_limit_unless_the_playbook_says_so(identity: str, days: int) -> None:
    assert rule().listening[0].kept(identity) == timedelta(days=days)
    assert rule("keep_for = 7").listening[0].kept(identity) == timedelta(days=7)


def test_for_ever_is_said_and_not_left_out() -> None:
    for_ever = rule("keep_for_ever = true").listening[0]
    assert for_ever.kept("x:2244000001:77") is None
    assert rule("keep_for_ever = false").listening[0].kept("x:2244000001:77") == timedelta(days=30)
    old = Playbook.from_json(rule().to_json().replace(',"keep_for_ever":false', ""))
    assert old.listening[0].kept("x:2244000001:77") == timedelta(days=30), "published before there was a limit"


@pytest.mark.parametrize(
    ("settings", "more"),
    [
        ('accounts = ["youtube/UC2244000001"]', ""),
        ('accounts = ["x/1", "youtube/UC2244000001"]', ""),
        ('channels = ["youtube_comment"]', ""),
        ("", YOUTUBE),
    ],
)
def test_longer_than_its_platform_allows_is_refused(settings: str, more: str) -> None:
    assert rule(f"{settings}\nkeep_for = 30", more).listening[0].keep_for == 30
    for written in ("keep_for = 31", "keep_for_ever = true"):
        with pytest.raises(ConfigurationError) as refused:
            rule(f"{settings}\n{written}", more)
        field = written.partition(" ")[0]
        said = (
            f"listening[brand].{field}: youtube lets nobody keep it for more than 30 days (YouTube's Developer Policies"
        )
        assert said in str(refused.value)
        assert "write keep_for = 30 or less, or name accounts of other platforms alone" in str(refused.value)


@pytest.mark.parametrize(
    ("settings", "more"),
    [
        ("", ""),
        ('accounts = ["x/1"]', YOUTUBE),
        ('channels = ["x_mention"]', YOUTUBE),
        ('accounts = ["x/1", "youtube/UC2244000001"]\nchannels = ["x_mention"]', YOUTUBE),
    ],
)
def test_what_is_heard_elsewhere_is_not_bound_by_it(settings: str, more: str) -> None:
    found = rule(f"{settings}\nkeep_for = 400", more).listening[0]
    assert found.kept("x:1:77") == timedelta(days=400)
    assert found.kept("youtube:UC2244000001:UC7") == timedelta(days=30), "whatever is published"


def test_every_platform_that_hears_has_a_term_and_the_example_tells_it() -> None:
    folders = {name for name in platforms.names() if _overhears(name)}
    assert folders <= set(keeping.TERMS) <= set(platforms.names())
    example = EXAMPLE.read_text(encoding="utf-8")
    for name, term in keeping.TERMS.items():
        assert f"#   {name:<9} {term.days:>3}" in example, name


def _overhears(platform: str) -> bool:
    texts = (platforms.__path__[0], platform)
    return any(
        "overheard=" in found.read_text() or '"overheard"' in found.read_text() for found in Path(*texts).glob("*.py")
    )
