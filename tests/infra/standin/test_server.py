"""The stand-ins over HTTP: the same answers, the same failures, and doors to tell them things."""

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.server import server
from shared.calling import drive, over_tls
from shared.replying import Later, NotThere, Place, Refused, Sent, Unknown
from tests.conftest import NOW
from tests.replying import CHANNELS, ORDINARY, place, port, presence, reply
from tests.template import ROOT

DAY = 24 * 3600


class Network:
    """A running stand-in, as a port's calls reach it and as its own doors are asked."""

    def __init__(self, base: str) -> None:
        hosts = {host for channel in CHANNELS for host in port(channel).hosts_of(presence(channel))}
        self.client = over_tls(stand_ins={host: f"{base}/{host}" for host in hosts})
        self.base = base

    def tell(self, door: str, said: object = None) -> tuple[int, Any]:
        """Ask one of the stand-in's own doors."""
        method, body = ("GET", None) if said is None else ("POST", orjson.dumps(said))
        answer = self.client.request(method, f"{self.base}/_standin/{door}", content=body)
        return answer.status_code, answer.json()


@pytest.fixture(scope="module")
def served() -> Iterator[Network]:
    serving = server(StandIn(lambda: NOW))
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    made = Network(f"http://127.0.0.1:{serving.server_address[1]}")
    try:
        yield made
    finally:
        made.client.close()
        serving.shutdown()
        serving.server_close()
        thread.join()


@pytest.fixture
def network(served: Network) -> Network:
    """A stand-in that has forgotten what other tests told it."""
    assert served.tell("forget", {}) == (200, {})
    return served


def told(network: Network, channel: str) -> Place:
    where = place(channel)
    assert network.tell("spoke", where.model_dump(mode="json")) == (200, {})
    return where


def said(network: Network, where: Place) -> Any:
    own, us = port(where.channel), presence(where.channel)
    return drive(own.send(reply(where), us, NOW), network.client, hosts=own.hosts_of(us))


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_reply_arrives_and_can_be_seen(network: Network, channel: str) -> None:
    sent = said(network, told(network, channel))
    assert isinstance(sent, Sent)
    status, seen = network.tell("sent")
    assert status == 200
    (arrived,) = seen["sent"]
    assert (arrived["text"], arrived["external_id"]) == (ORDINARY, sent.external_id)
    assert arrived["at"].startswith("2026-11-22T12:00:00")


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(("how", "arrived"), [("unreachable", 0), ("cut", 1)])
def test_an_answer_that_does_not_come_is_none_over_a_network_as_well(
    network: Network, channel: str, how: str, arrived: int
) -> None:
    where = told(network, channel)
    assert network.tell("fail", {"how": how}) == (200, {})
    assert isinstance(said(network, where), Unknown)
    assert len(network.tell("sent")[1]["sent"]) == arrived


def test_a_limit_and_a_search_and_a_block_go_over_the_network(network: Network) -> None:
    where = told(network, "x_dm")
    assert network.tell("fail", {"how": "limited", "platform": "x", "times": 1, "seconds": 5}) == (200, {})
    assert isinstance(said(network, where), Later)
    own = port("x_dm")
    assert own.find is not None
    asking = own.find(reply(where), presence("x_dm"), NOW, NOW)
    assert drive(asking, network.client, hosts=own.hosts) == NotThere()
    assert network.tell("block", where.model_dump(mode="json")) == (200, {})
    assert isinstance(said(network, where), Refused)


def test_time_goes_on_when_it_is_told_to(network: Network) -> None:
    where = told(network, "messenger")
    assert isinstance(said(network, where), Sent)
    status, told_back = network.tell("forward", {"seconds": DAY})
    assert (status, told_back["now"][:10]) == (200, "2026-11-23")
    assert isinstance(said(network, where), Refused)


@pytest.mark.parametrize(
    ("door", "said_to_it", "word"),
    [
        ("spoke", {"channel": "telegram"}, "account"),
        ("fail", {"how": "explode"}, "unreachable"),
        ("fail", {}, "how"),
        ("fail", {"how": "cut", "colour": "red"}, "colour"),
        ("forward", {"seconds": "many"}, "seconds"),
        ("forward", {}, "seconds"),
        ("spoken", {}, "/spoke"),
    ],
)
def test_what_a_door_cannot_read_is_told_with_what_it_wants(
    network: Network, door: str, said_to_it: object, word: str
) -> None:
    status, answer = network.tell(door, said_to_it)
    assert status in (400, 404)
    assert word in answer["error"]


def test_a_host_that_is_no_platforms_is_told_as_such(network: Network) -> None:
    answer = network.client.get(f"{network.base}/api.example/2/tweets")
    assert answer.status_code == 404
    assert "api.example" in answer.json()["error"]


@contextmanager
def running(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-m", "infra.local.standin", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


def test_it_runs_by_itself_on_loopback_alone_and_ends_when_it_is_told_to() -> None:
    with running("--port", "0") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        port_number = int(line.rpartition(":")[2].partition("/")[0])
        network = Network(f"http://127.0.0.1:{port_number}")
        assert network.tell("sent") == (200, {"sent": []})
        network.client.close()
    assert process.returncode == 0
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port_number), timeout=1)
