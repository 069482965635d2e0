"""The stand-ins are found by their names: whoever is spoken through is played, and nobody else."""

from itertools import combinations

import pytest

from infra.local.standin import StandIn, token
from infra.local.standin.platforms import every
from infra.local.standin.standin import SIGN_INS
from infra.local.standin.state import Request
from shared import platforms
from tests.conftest import NOW
from tests.replying import CHANNELS, port, presence


def test_whoever_is_spoken_through_is_played_and_no_part_of_the_machine_is_taken_for_a_platform() -> None:
    assert every().keys() == {name for name in platforms.names() if platforms.reply(name)}


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_host_that_a_port_calls_is_played(channel: str) -> None:
    assert port(channel).hosts_of(presence(channel)) <= frozenset().union(*(each.hosts for each in every().values()))


def test_no_two_play_the_same_host_nor_tell_of_the_same_channel() -> None:
    for one, other in combinations(every().values(), 2):
        assert not one.hosts & other.hosts
        assert not one.echoes.keys() & other.echoes.keys()


@pytest.mark.parametrize("name", every())
def test_a_stand_in_tells_of_its_own_channels_alone(name: str) -> None:
    assert set(every()[name].echoes) <= set(platforms.load(name).channels)


def test_an_account_has_the_token_of_its_platform_or_its_own_and_where_that_is_signed_there_is_none() -> None:
    assert token("telegram", "shop_bot") == token("telegram", "another") != ""
    assert token("x", "1") != token("x", "2")
    assert token("ses", "help@shop.example.com") == token("nobody", "a") == ""


@pytest.mark.parametrize("path", sorted(SIGN_INS))
def test_a_request_that_only_gets_a_token_fails_as_those_do_that_read(path: str) -> None:
    (host,) = {host for vendor in every().values() if vendor.sign_in == path for host in sorted(vendor.hosts)[:1]}
    standin = StandIn(lambda: NOW)
    standin.fail("limited", method="GET")
    answers = [standin.respond(Request("POST", host, path, {}, {})) for _ in range(2)]
    assert standin.respond(Request("POST", host, path, {}, {})) == answers[1] != answers[0]
