"""The playbook's accounts: what is written is what is looked after, and what is wrong is named."""

from typing import Any

import pytest

from shared.accounts import LONGEST_SILENCE
from shared.errors import ConfigurationError
from shared.playbook import Playbook, parse
from tests.template import ROOT

EXAMPLE = (ROOT / "infra" / "playbook.example.toml").read_text()
WITHOUT = EXAMPLE.split("[[accounts]]")[0]


def playbook(*accounts: str, accounting: str = "") -> Playbook:
    return parse(WITHOUT + accounting + "".join(f"\n[[accounts]]\n{account}\n" for account in accounts))


def test_the_example_has_accounts_of_every_platform_that_can_be_asked() -> None:
    found = parse(EXAMPLE)
    assert [account.name for account in found.accounts] == ["telegram/tienda_bot", "meta/tienda", "x/2244000001"]
    assert [thing.kind for thing in found.accounts[1].things] == ["page", "instagram", "whatsapp"]
    assert found.accounting.pending_at_most_minutes == 15


def test_a_playbook_without_accounts_is_one_that_nobody_looks_after() -> None:
    found = playbook()
    assert (found.accounts, found.accounting.pending_at_most_minutes) == ((), 15)
    older = found.model_dump(exclude={"accounts", "accounting"}, mode="json")
    assert Playbook.model_validate(older) == found, "what was published before is read as before"


def test_what_is_written_is_what_is_read() -> None:
    found = playbook(
        'platform = "meta"\naccount = "shop.es"\nsilent_at_most_minutes = 90\napp = "200"\n'
        'things = [{ kind = "instagram", id = "17", through = "10" }]',
        accounting="[accounting]\npending_at_most_minutes = 5\n",
    )
    (account,) = found.accounts
    assert (account.name, account.silent_at_most_minutes, account.app) == ("meta/shop.es", 90, "200")
    assert (account.things[0].kind, account.things[0].id, account.things[0].through) == ("instagram", "17", "10")
    assert found.accounting.pending_at_most_minutes == 5
    assert Playbook.from_json(found.to_json()) == found


BOT = 'platform = "telegram"\naccount = "shop_bot"'


@pytest.mark.parametrize(
    ("account", "sentences"),
    [
        ('platform = "myspace"\naccount = "shop"', ["accounts[myspace/shop].platform: there is no such platform", "x"]),
        (BOT + "\nsilent_at_most_minutes = 4", ["silent_at_most_minutes: must be 5 or more"]),
        (BOT + "\nsilent_at_most_minutes = 20161", ["silent_at_most_minutes: must be 20160 or less"]),
        (BOT + '\nsilent_at_most_minutes = "60"', ["silent_at_most_minutes: must be a whole number"]),
        (BOT + "\nsilent_at_most = 60", ["accounts[1].silent_at_most: is no setting here"]),
        ('platform = "telegram"', ["accounts[1].account: is missing"]),
        ('account = "shop_bot"', ["accounts[1].platform: is missing"]),
        ('platform = "telegram"\naccount = "shop/bot"', ["accounts[1].account: must match"]),
        ('platform = "telegram"\naccount = "shop#2026-11-22"', ["accounts[1].account: must match"]),
        ('platform = "telegram"\naccount = "../meta"', ["accounts[1].account: must match"]),
        (BOT + '\nthings = [{ kind = "page", id = "1" }]', ["things[1].kind: there is no such kind", "needs none"]),
        (
            'platform = "meta"\naccount = "shop"\nthings = [{ kind = "group", id = "1" }]',
            ["accounts[meta/shop].things[1].kind: there is no such kind; name one of: page, instagram, whatsapp"],
        ),
        (
            'platform = "meta"\naccount = "shop"\nthings = [{ kind = "page", id = "1/../me" }]',
            ["accounts[1].things[1].id: must match"],
        ),
        (
            'platform = "meta"\naccount = "shop"\nthings = [{ kind = "page", id = "1" }, { kind = "page", id = "1" }]',
            ["accounts[meta/shop].things[1]: stands there 2 times"],
        ),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(account: str, sentences: list[str]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        playbook(account)
    assert all(sentence in str(refused.value) for sentence in sentences), str(refused.value)


def test_an_account_stands_there_once() -> None:
    with pytest.raises(ConfigurationError, match=r"accounts\[telegram/shop_bot\]: stands there 2 times"):
        playbook(BOT, BOT)


@pytest.mark.parametrize("minutes", [0, -1, 0.5, True, "15"])
def test_a_time_for_what_is_pending_is_a_whole_number_of_minutes(minutes: Any) -> None:
    written = str(minutes).lower() if not isinstance(minutes, str) else f'"{minutes}"'
    with pytest.raises(ConfigurationError, match="pending_at_most_minutes"):
        playbook(accounting=f"[accounting]\npending_at_most_minutes = {written}\n")


def test_the_longest_silence_is_as_far_back_as_is_looked() -> None:
    assert LONGEST_SILENCE.days == 14
