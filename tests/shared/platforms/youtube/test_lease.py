"""How the hub is kept telling us of videos: asked again early, refused in words, told no secret but its own."""

from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from shared.models import Handshake, Request
from shared.platforms import load
from shared.platforms import poll as port_of
from shared.platforms.youtube import lease
from shared.ports import Answer, Call, Found, Presence, Thing
from tests.conftest import NOW
from tests.shared.platforms.youtube.channel import API_KEY
from tests.shared.platforms.youtube.sender import ACCOUNT, SECRETS, TOPIC

PORT = port_of("youtube")
DOOR = "api.shop.example"
DAY = timedelta(days=1)


def presence(
    secret: str | None = SECRETS[0], topic: str = TOPIC, through: str | None = DOOR, token: str = API_KEY
) -> Presence:
    tokens = {} if secret is None else {topic: secret}
    return Presence("youtube", ACCOUNT, token, tokens, (Thing("topic", topic, through),))


TAKEN = Answer(204)


def renewed(
    answer: Answer = TAKEN, cursor: str = "", after: timedelta = timedelta(0), who: Presence | None = None
) -> tuple[Found, list[Call]]:
    assert PORT
    asking = PORT.poll(who or presence(), cursor, NOW + after)
    calls: list[Call] = []
    try:
        calls.append(next(asking))
        asking.send(answer)
    except StopIteration as ended:
        found: Found = ended.value
        return found, calls
    raise AssertionError("it asks twice")


def test_the_first_poll_subscribes() -> None:
    found, (call,) = renewed()
    assert (found.bodies, found.failing, found.not_before) == ((), False, NOW + timedelta(hours=1))
    assert (call.method, call.url) == ("POST", "https://pubsubhubbub.appspot.com/subscribe")
    said = {name: value for name, (value,) in parse_qs(call.body.decode(), strict_parsing=True).items()}
    token = said.pop("hub.verify_token")
    assert said == {
        "hub.mode": "subscribe",
        "hub.callback": f"https://{DOOR}/webhooks/youtube/{ACCOUNT}",
        "hub.topic": TOPIC,
        "hub.secret": SECRETS[0],
        "hub.lease_seconds": "864000",
        "hub.verify": "sync",
    }
    asked = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "1", "hub.verify_token": token}
    handshake = load("youtube").handshake
    assert handshake is not None
    assert handshake(Request("GET", said["hub.callback"], {}, asked, b""), SECRETS) == Handshake("1")


def test_it_is_asked_again_long_before_five_days_and_not_before_two() -> None:
    cursor = renewed()[0].cursor
    for after, times in ((timedelta(minutes=5), 0), (2 * DAY - timedelta(seconds=1), 0), (2 * DAY, 1), (30 * DAY, 1)):
        found, calls = renewed(cursor=cursor, after=after)
        assert (len(calls), found.failing) == (times, False)
        assert (found.cursor != cursor) == bool(times)
        assert found.not_before is not None
        assert NOW + after < found.not_before <= NOW + after + timedelta(hours=1)
    assert 2 * lease.RENEWED_AFTER < 5 * DAY < lease.LEASE


def test_another_secret_or_another_door_is_told_to_the_hub_within_the_hour() -> None:
    cursor = renewed()[0].cursor
    for who in (presence(SECRETS[1]), presence(through="other.shop.example")):
        assert len(renewed(cursor=cursor, after=timedelta(hours=1), who=who)[1]) == 1


@pytest.mark.parametrize("status", [202, 204])
def test_it_is_taken_now_or_later(status: int) -> None:
    assert not renewed(Answer(status))[0].failing


@pytest.mark.parametrize(
    ("status", "says"),
    [(0, "TLS"), (200, "(200)"), (400, "(400)"), (409, "our door"), (429, "less often"), (503, "(503)")],
)
def test_a_refusal_says_what_to_do_and_keeps_the_lease_that_there_is(status: int, says: str) -> None:
    cursor = renewed()[0].cursor
    found, _ = renewed(Answer(status, b"secret", headers={"retry-after": "60"}), cursor, 3 * DAY)
    assert (found.failing, found.cursor, found.not_before) == (True, cursor, NOW + 3 * DAY + timedelta(minutes=1))
    assert says in found.sentence
    assert SECRETS[0] not in found.sentence


@pytest.mark.parametrize(
    "who",
    [
        presence(None),
        presence(""),
        presence("  "),
        presence("x" * 200),
        presence(through=None),
        presence(topic="https://www.youtube.com/feeds/videos.xml?user=teleprado"),
        presence(topic="https://evil.example/xml/feeds/videos.xml?channel_id=UCteleprado0000000000001"),
    ],
)
def test_what_is_missing_is_said_and_nobody_is_asked(who: Presence) -> None:
    found, calls = renewed(who=who)
    assert (found.failing, calls) == (True, [])
    assert "publish" in found.sentence or "playbook" in found.sentence


def test_the_hub_is_never_given_another_secret() -> None:
    """The token that reads is not what the hub signs with, where somebody has forgotten to publish that."""
    assert renewed(who=presence(None, token="a-secret-of-ours"))[1] == []


@pytest.mark.parametrize(
    "cursor", ["yesterday", "2026-11-22", f"{NOW.isoformat()}", f"{NOW.isoformat()} other", "\x00"]
)
def test_a_cursor_that_is_none_subscribes(cursor: str) -> None:
    assert len(renewed(cursor=cursor)[1]) == 1


def test_the_cursor_tells_of_no_secret() -> None:
    cursor = renewed()[0].cursor
    assert SECRETS[0] not in cursor
    assert DOOR not in cursor
