"""The stand-ins beside the local engine: every platform that is spoken through leads to them, and to nobody else."""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from infra.local import samples, vendors
from infra.local.deploy import _quoted
from infra.local.engine import free_port
from infra.local.home import Home
from infra.local.standin import StandIn
from infra.local.standin.platforms import discourse
from shared import calling, platforms, secrets
from shared.casework.places import place_of
from shared.ports import Presence
from shared.replying import Draft, Reply, Sent
from tests.conftest import NOW

HOME = Home(Path("nowhere"), 4566)


def test_every_host_that_a_platform_is_spoken_through_is_on_this_machine() -> None:
    spoken = {host for name in platforms.names() if (port := platforms.reply(name)) for host in port.hosts}
    spoken |= discourse.HOSTS
    apis = json.loads(vendors.apis(HOME))
    assert all(any(fnmatchcase(host, name) for name in apis) for host in spoken)
    assert len(vendors.apis(Home(Path("nowhere"), 65534))) < 4096 / 2, "a parameter's value has at most 4096 characters"
    assert {(urlsplit(url).hostname, urlsplit(url).port) for url in apis.values()} == {("127.0.0.1", 4567)}
    calling.over_tls(stand_ins=apis).close()


def test_the_samples_accounts_have_tokens() -> None:
    spoken = [name for name in platforms.names() if (port := platforms.reply(name)) and not port.own_credentials]
    assert set(secrets.parse_tokens(vendors.tokens())) == {f"{name}/{samples.sender(name).ACCOUNT}" for name in spoken}


@pytest.mark.parametrize("value", ["plain", '{"api.example":"http://127.0.0.1:1/a"}'])
def test_a_parameter_is_what_the_sam_command_reads_back(value: str) -> None:
    quoted = _quoted(value)
    assert (quoted.strip('"').replace('\\"', '"') if quoted.startswith('"') else quoted) == value


def test_what_is_said_to_whoever_wrote_a_sample_arrives() -> None:
    home = Home(Path("nowhere"), free_port() - 1)
    answered = vendors.example()
    with vendors.serving(home) as standin, calling.over_tls(stand_ins=json.loads(vendors.apis(home))) as client:
        vendors.introduce(standin, samples.every())
        assert isinstance(standin, StandIn)
        port = platforms.reply(answered.channel)
        assert port is not None
        token = secrets.parse_tokens(vendors.tokens())[f"telegram/{answered.account}"].token
        where = place_of(vendors._as_known(answered), answered)
        reply = Reply(id="rpl_abcdefghijklmnopqrstuvwxyz", place=where, draft=Draft(text="Hola."))
        presence = Presence("telegram", answered.account, token)
        found = calling.do(port.send(reply, presence, NOW), client, hosts=port.hosts)
        assert isinstance(found, Sent)
        assert [each.text for each in standin.sent] == ["Hola."]


def test_the_example_is_what_the_desk_is_asked_for() -> None:
    said = json.loads(vendors.example_answer())
    assert set(said) == {"channel", "thread", "text"}
    assert said["channel"] == "telegram"
