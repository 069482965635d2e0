"""The playbook's accounts: what is written is what is looked after, and what is wrong is named."""

from typing import Any

import pytest

from shared import platforms
from shared.accounts import LONGEST_SILENCE
from shared.errors import ConfigurationError
from shared.playbook import Playbook, parse
from tests.template import ROOT

EXAMPLE = (ROOT / "infra" / "playbook.example.toml").read_text()
WITHOUT = EXAMPLE.split("[[accounts]]")[0].replace('\ncalendar = "office"\n', "\n")
"""The example before its accounts, and so without the calendars, which come after them."""


def playbook(*accounts: str, accounting: str = "") -> Playbook:
    return parse(WITHOUT + accounting + "".join(f"\n[[accounts]]\n{account}\n" for account in accounts))


def test_the_example_has_accounts_of_every_platform_that_can_be_asked_or_spoken_through() -> None:
    found = parse(EXAMPLE)
    names = [account.name for account in found.accounts]
    asked = ["telegram/tienda_bot", "meta/tienda", "x/2244000001", "ses/correo", "twilio/tienda", "discourse/foro"]
    asked += ["mastodon/latienda", "chatwoot/buzon", "zendesk/ayuda", "linkedin/pagina", "tiktok/videos"]
    asked += ["standard_webhooks/tienda_app"]
    assert names == asked
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


def test_a_feed_is_a_thing_of_an_account_by_its_address_and_may_be_asked_more_often() -> None:
    address = "https://blog.example.com/comments/feed/?lang=es"
    (account,) = playbook(
        'platform = "feeds"\naccount = "press"\npoll_every_minutes = 5\n'
        f'things = [{{ kind = "feed", id = "{address}" }}]'
    ).accounts
    assert ([thing.id for thing in account.things], account.poll_every_minutes) == ([address], 5)


def test_one_feed_of_an_account_may_be_asked_more_often_than_the_others() -> None:
    found = playbook(
        'platform = "feeds"\naccount = "press"\n'
        'things = [{ kind = "feed", id = "https://a.example.com/feed", every_minutes = 5 },'
        ' { kind = "listening", id = "https://b.example.com/feed" }]'
    )
    assert [thing.every_minutes for thing in found.accounts[0].things] == [5, None]
    assert Playbook.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    "address",
    [
        "http://blog.example.com/feed",
        "https://blog.example.com",
        "https://blog.example.com:8443/feed",
        "https://user:secret@blog.example.com/feed",
        "https://127.0.0.1/feed",
        "https://169.254.169.254/latest",
        "https://[::1]/feed",
        "https://localhost/feed",
        "https://Blog.example.com/feed",
        "https://blog.example.com/a feed",
        "https://blog.example.com/feed#top",
        "file:///etc/hostname",
        "https://blog.example.com/" + "a" * 401,
    ],
)
def test_what_is_no_address_over_tls_of_a_host_by_its_name_is_named(address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"things\[1\].id: must match"):
        playbook(f'platform = "feeds"\naccount = "press"\nthings = [{{ kind = "feed", id = "{address}" }}]')


def test_what_the_platform_granted_after_a_review_is_said_of_an_account_and_of_none_by_itself() -> None:
    found = playbook('platform = "meta"\naccount = "shop"\nrights = ["human_agent"]', BOT)
    assert [account.rights for account in found.accounts] == [("human_agent",), ()]
    assert Playbook.from_json(found.to_json()) == found


def test_every_right_that_a_platform_grants_is_one_that_its_account_may_have() -> None:
    every = {name: port.rights for name in platforms.names() if (port := platforms.reply(name)) and port.rights}
    assert every == {"meta": {"human_agent"}}
    for name, rights in every.items():
        (account,) = playbook(f'platform = "{name}"\naccount = "a"\nrights = {sorted(rights)}').accounts
        assert set(account.rights) == rights


BOT = 'platform = "telegram"\naccount = "shop_bot"'


def test_a_mailbox_is_a_thing_of_an_account_with_where_its_mail_is_sent_from() -> None:
    things = '[{ kind = "mailbox", id = "help+es@shop.example.com" }, { kind = "region", id = "eu-south-2" }]'
    (account,) = playbook(f'platform = "ses"\naccount = "help"\nthings = {things}').accounts
    assert [(thing.kind, thing.id) for thing in account.things] == [
        ("mailbox", "help+es@shop.example.com"),
        ("region", "eu-south-2"),
    ]


@pytest.mark.parametrize("number", ["+34910000001", "217100"])
def test_a_number_of_the_companys_is_a_thing_of_an_account(number: str) -> None:
    things = f'[{{ kind = "number", id = "{number}" }}]'
    (account,) = playbook(f'platform = "twilio"\naccount = "tienda"\nthings = {things}').accounts
    assert [thing.id for thing in account.things] == [number]


def test_a_forum_is_named_with_whose_name_is_spoken_in() -> None:
    things = '[{ kind = "host", id = "foro.teleprado.example" }, { kind = "user", id = "la.tienda-2" }]'
    (account,) = playbook(f'platform = "discourse"\naccount = "foro"\nthings = {things}').accounts
    assert [thing.id for thing in account.things] == ["foro.teleprado.example", "la.tienda-2"]


@pytest.mark.parametrize(
    "host", ["foro.example.com/x", "foro..example", ".example", "foro.example:8443", "a@foro", "+34"]
)
def test_what_is_no_host_is_named(host: str) -> None:
    with pytest.raises(ConfigurationError, match=r"things\[1\].id: must match"):
        playbook(f'platform = "discourse"\naccount = "foro"\nthings = [{{ kind = "host", id = "{host}" }}]')


@pytest.mark.parametrize(
    "address", ["Help@shop.example.com", "help@shop", "a@b@c.example", "help@shop.example.com/x", "@x.y"]
)
def test_what_is_no_mailbox_in_small_letters_is_named(address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"things\[1\].id: must match"):
        playbook(f'platform = "ses"\naccount = "help"\nthings = [{{ kind = "mailbox", id = "{address}" }}]')


@pytest.mark.parametrize(
    ("account", "sentences"),
    [
        ('platform = "myspace"\naccount = "shop"', ["accounts[myspace/shop].platform: there is no such platform", "x"]),
        (BOT + "\nsilent_at_most_minutes = 4", ["silent_at_most_minutes: must be 5 or more"]),
        (BOT + "\nsilent_at_most_minutes = 20161", ["silent_at_most_minutes: must be 20160 or less"]),
        (BOT + '\nsilent_at_most_minutes = "60"', ["silent_at_most_minutes: must be a whole number"]),
        (BOT + "\npoll_every_minutes = 0", ["poll_every_minutes: must be 1 or more"]),
        (BOT + "\npoll_every_minutes = 1441", ["poll_every_minutes: must be 1440 or less"]),
        *(
            (
                f'platform = "feeds"\naccount = "press"\n'
                f'things = [{{ kind = "feed", id = "https://a.example.com/feed", every_minutes = {minutes} }}]',
                [f"accounts[1].things[1].every_minutes: {said}"],
            )
            for minutes, said in (
                ("0", "must be 1 or more"),
                ("1441", "must be 1440 or less"),
                ("0.5", "must be a whole number"),
                ('"5"', "must be a whole number"),
                ("true", "must be a whole number"),
            )
        ),
        (
            'platform = "meta"\naccount = "shop"\nthings = [{ kind = "page", id = "1", every_minutes = 5 }]',
            ["accounts[meta/shop].things[1].every_minutes: it is not asked by itself; its platform tells us by itself"],
        ),
        (
            'platform = "wordpress"\naccount = "blog"\n'
            'things = [{ kind = "host", id = "blog.example.com", every_minutes = 5 }]',
            ["things[blog.example.com].every_minutes: it is not asked by itself; set poll_every_minutes of"],
        ),
        (
            BOT + '\nrights = ["human_agent"]',
            ["accounts[telegram/shop_bot].rights: there is no right 'human_agent' there; this platform grants none"],
        ),
        (
            'platform = "meta"\naccount = "shop"\nrights = ["human"]',
            ["accounts[meta/shop].rights: there is no right 'human' there; name one of: human_agent"],
        ),
        (
            'platform = "meta"\naccount = "shop"\nrights = ["human_agent", "human_agent"]',
            ["accounts[meta/shop].rights: 'human_agent' stands there 2 times; keep one"],
        ),
        (BOT + '\nrights = "human_agent"', ["accounts[1].rights: must be a list in square brackets"]),
        (BOT + '\nrights = ["HUMAN AGENT"]', ["accounts[1].rights[1]: must match"]),
        ('platform = "myspace"\naccount = "shop"\nrights = ["any"]', ["accounts[myspace/shop].platform: there is no"]),
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
