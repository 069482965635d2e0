"""What the stand-ins tell our door of what they took: read as the platforms' own, signed, in order, not for ever."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest

from infra.local import samples
from infra.local.engine import free_port
from infra.local.home import Home
from infra.local.standin import StandIn
from infra.local.standin.echoes import Notice
from infra.local.standin.platforms import every
from infra.local.telling import telling
from shared import platforms
from shared.models import Delivery, Event, Message, Receipt, Request
from shared.platforms import load
from shared.replying import Place, Sent
from tests.conftest import NOW
from tests.replying import BSUID, CHANNELS, ORDINARY, REPLY_ID, place, said
from tests.speaking import SPOKEN

TOLD = tuple(channel for vendor in every().values() for channel in vendor.echoes)
BY_RECEIPTS = tuple(channel for channel in TOLD if SPOKEN[channel].receipts)


def told(where: Place, what: str = ORDINARY) -> tuple[Sent, list[Notice]]:
    """Return what became of a reply, and what its platform tells of it."""
    notices: list[Notice] = []
    standin = StandIn(lambda: NOW, tell=notices.append)
    standin.spoke(where)
    sent = said(where, what, to=standin)
    assert isinstance(sent, Sent)
    return sent, notices


def events(notice: Notice) -> list[Event]:
    """Return what our code makes of a notice."""
    body = samples.written(notice.platform, notice.body)
    query = {f"?{name}": value for name, value in parse_qsl(notice.query)}
    account = str(samples.sender(notice.platform).ACCOUNT)
    return load(notice.platform).normalise(Delivery(notice.platform, account, body, query, NOW))


@pytest.mark.parametrize("channel", [channel for channel in TOLD if channel not in BY_RECEIPTS])
def test_an_echo_is_read_as_our_own_word_to_the_customer(channel: str) -> None:
    where = place(channel)
    sent, notices = told(where)
    (echo,) = (event for notice in notices for event in events(notice))
    assert isinstance(echo, Message)
    assert (echo.direction, echo.external_id, echo.channel) == ("outbound", sent.external_id, channel)
    assert (echo.identity, echo.thread, echo.account) == (where.identity, where.thread, where.account)
    assert ORDINARY in echo.text
    assert echo.reply_id == (REPLY_ID if platforms.rules()[channel].echo_has_id else None)


@pytest.mark.parametrize("channel", BY_RECEIPTS)
def test_how_far_a_message_got_is_told_one_after_the_other_with_our_own_id(channel: str) -> None:
    where = place(channel)
    sent, notices = told(where)
    receipts = [event for notice in notices for event in events(notice)]
    assert [event.status for event in receipts if isinstance(event, Receipt)] == list(SPOKEN[channel].receipts)
    for receipt in receipts:
        assert isinstance(receipt, Receipt)
        assert (receipt.target, receipt.reply_id) == (sent.external_id, REPLY_ID)
        assert (receipt.identity, receipt.account) == (where.identity, where.account)


def test_somebody_whose_number_whatsapp_hides_is_told_of_by_their_id() -> None:
    where = place("whatsapp", BSUID)
    _, notices = told(where)
    assert {event.identity for notice in notices for event in events(notice) if isinstance(event, Receipt)} == {
        where.identity
    }


def test_a_number_that_was_not_told_where_to_call_is_told_of_without_our_id() -> None:
    notices: list[Notice] = []
    standin = StandIn(lambda: NOW, tell=notices.append)
    standin.spoke(place("sms"))
    assert isinstance(said(place("sms"), to=standin, door=""), Sent)
    assert [notice.query for notice in notices] == ["", ""]


@pytest.mark.parametrize("channel", sorted(set(CHANNELS) - set(TOLD)))
def test_of_the_others_nothing_is_told(channel: str) -> None:
    assert told(place(channel))[1] == []


def test_what_is_refused_is_told_of_to_nobody() -> None:
    notices: list[Notice] = []
    standin = StandIn(lambda: NOW, tell=notices.append)
    standin.spoke(place("messenger"))
    standin.forward(timedelta(days=9))
    said(place("messenger"), to=standin)
    assert notices == []


def test_ids_begin_where_they_are_told_to_so_that_no_two_are_the_same() -> None:
    made = []
    for first in (0, 1_900_000_000):
        standin = StandIn(lambda: NOW, first=first)
        standin.spoke(place("messenger"))
        made += [said(place("messenger"), to=standin).external_id for _ in range(2)]
        standin.forget()
        assert standin.state.made == first
    assert len(set(made)) == 4


# ------------------------------------------------------------------------------------------------------------ the door


class Door:
    """A door of ours on loopback: it verifies what comes, and answers as it is told to."""

    def __init__(self, port: int) -> None:
        self.home = Home(Path("nowhere"), port)
        self.answers: list[int] = []
        self.verified: list[tuple[str, bytes]] = []
        self.asked = 0

    def take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        self.asked += 1
        _, _, platform, account = urlsplit(path).path.split("/")
        player = samples.sender(platform)
        assert account == player.ACCOUNT
        url = f"https://127.0.0.1:{self.home.port}{path}"
        request = Request("POST", url, headers, dict(parse_qsl(urlsplit(path).query)), body)
        load(platform).verify(request, player.SECRETS, datetime.now(UTC))
        self.verified.append((path, body))
        return self.answers.pop(0) if self.answers else 200


@contextmanager
def standing() -> Iterator[Door]:
    port = free_port()
    door = Door(port)
    prefix = door.home.api_url.removeprefix(door.home.endpoint)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = door.take(self.path.removeprefix(prefix), dict(self.headers.items()), body)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    serving = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield door
    finally:
        serving.shutdown()
        serving.server_close()
        thread.join()


def say(where: Place, home: Home, *, pause: float = 0.0) -> Sent:
    """Say something through a stand-in that tells this home's door of it; return when all is told."""
    with telling(home, pause=pause) as tell:
        standin = StandIn(lambda: datetime.now(UTC), tell=tell)
        standin.spoke(where.model_copy(update={"last_inbound_at": datetime.now(UTC)}))
        sent = said(where, to=standin)
    assert isinstance(sent, Sent)
    return sent


@pytest.mark.parametrize("channel", ["whatsapp", "x_dm", "sms", "chatwoot_conversation", "tiktok_dm", "mastodon_dm"])
def test_what_is_told_comes_to_our_door_signed_and_in_its_order(channel: str) -> None:
    where = place(channel)
    _, notices = told(where)
    with standing() as door:
        say(where, door.home)
    assert len(door.verified) == len(notices)
    assert all(path.endswith(f"?reply={REPLY_ID}") is (channel == "sms") for path, _ in door.verified)
    if channel == "whatsapp":
        values = [orjson.loads(body)["entry"][0]["changes"][0]["value"] for _, body in door.verified]
        assert [value["statuses"][0]["status"] for value in values] == ["sent", "delivered", "read"]


def test_what_the_door_does_not_take_is_told_three_times_and_what_is_behind_it_still_comes() -> None:
    with standing() as door:
        door.answers = [500, 503, 500, 500, 200]
        say(place("whatsapp"), door.home)
    assert door.asked == 3 + 2 + 1, "the first is given up, the second is taken at last, the third at once"
    statuses = [orjson.loads(body)["entry"][0]["changes"][0]["value"]["statuses"][0] for _, body in door.verified]
    assert [each["status"] for each in statuses] == ["sent"] * 3 + ["delivered"] * 2 + ["read"]


def test_nobody_waits_for_a_door_that_is_not_there() -> None:
    began = time.monotonic()
    with telling(Home(Path("nowhere"), free_port()), pause=0.01) as tell:
        for notice in told(place("whatsapp"))[1]:
            tell(notice)
        assert time.monotonic() - began < 2
