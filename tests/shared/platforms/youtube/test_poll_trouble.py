"""Who asks YouTube, and what is done when it does not answer, or in a way that nobody expects."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from shared.errors import UnreadableDelivery
from shared.models import Delivery, Message
from shared.platforms import load
from shared.platforms import poll as port_of
from shared.platforms.youtube import api
from shared.platforms.youtube.reply import RULES
from shared.ports import Answer, Call, Found, Presence, Thing
from tests.conftest import NOW
from tests.shared.platforms.youtube.channel import API_KEY, MINUTE, Channel, error, names, ok, presence
from tests.shared.platforms.youtube.sender import ACCOUNT, CHANNEL

PORT = port_of("youtube")
PLATFORM = load("youtube")
assert PORT
DAY = timedelta(days=1)


def look(channel: Channel, cursor: str = "", who: Presence | None = None) -> Found:
    assert PORT
    return channel.poll(PORT.poll, cursor, who)


def known(channel: Channel) -> str:
    return look(channel).cursor


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(0), "does not answer"),
        (error(400, "keyInvalid"), "does not know the API key"),
        (
            Answer(400, b'{"error":{"errors":[{"reason":"badRequest"}],"details":[{"reason":"API_KEY_INVALID"}]}}'),
            "API key",
        ),
        (error(401, "authError"), "does not take the token"),
        (error(403, "quotaExceeded"), "quota of the day is spent"),
        (error(403, "dailyLimitExceeded"), "quota of the day is spent"),
        (error(403, "rateLimitExceeded"), "less often"),
        (error(403, "userRateLimitExceeded"), "less often"),
        (error(403, "accessNotConfigured"), "enable it"),
        (error(403, "commentsDisabled"), "switched off"),
        (error(403, "ipRefererBlocked"), "restrictions"),
        (error(403, "forbidden"), "nobody"),
        (error(404, "channelNotFound"), "no such channel"),
        (Answer(429), "less often"),
        (Answer(500, b"<html>"), "(500)"),
        (Answer(503), "(503)"),
        (Answer(200, b"{}"), "a shape that we do not know"),
        (Answer(200, b'{"items": {}}'), "a shape that we do not know"),
    ],
)
def test_a_refusal_says_what_to_do_and_takes_nothing_from_what_is_known(answer: Answer, says: str) -> None:
    channel = Channel()
    channel.write("a")
    cursor = known(channel)
    channel.fails = {1: answer}
    found = look(channel, cursor)
    assert (found.bodies, found.failing, found.cursor) == ((), True, cursor)
    assert says in found.sentence
    assert "anatorres" not in found.sentence


def test_a_first_look_that_fails_is_one_still() -> None:
    channel = Channel(fails={1: Answer(500)})
    channel.write("a", at=NOW - 2 * DAY)
    found = look(channel)
    channel.fails = {}
    assert names(look(channel, found.cursor)) == [("comment", "a")]


@pytest.mark.parametrize(
    ("now", "anew"),
    [
        ("2026-07-01T06:59:59", "2026-07-01T07:00:00"),
        ("2026-07-01T07:00:00", "2026-07-01T08:00:00"),
        ("2026-07-01T08:00:00", "2026-07-02T07:00:00"),
        ("2026-12-31T23:00:00", "2027-01-01T07:00:00"),
    ],
)
def test_a_spent_quota_is_waited_for_until_midnight_in_california(now: str, anew: str) -> None:
    channel = Channel(fails={1: error(403, "quotaExceeded")}, clock=datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert look(channel).not_before == datetime.fromisoformat(anew).replace(tzinfo=UTC)


def test_it_waits_as_long_as_it_is_asked_to() -> None:
    channel = Channel(fails={1: Answer(503, headers={"retry-after": "120"})})
    assert look(channel).not_before == NOW + 2 * MINUTE


def test_what_was_found_before_something_went_wrong_is_found_and_the_rest_later() -> None:
    channel = Channel(page=2)
    cursor = known(channel)
    for number in range(6):
        channel.write(f"t{number}", at=NOW + number * MINUTE)
    channel.fails = {2: Answer(500)}
    first = look(channel, cursor)
    assert (names(first), first.failing) == ([("comment", "t4"), ("comment", "t5")], True)
    channel.fails = {}
    assert [name for _, name in names(look(channel, first.cursor))] == ["t0", "t1", "t2", "t3"]


@pytest.mark.parametrize("item", [{}, {"id": "x"}, None, 7, {"id": "x", "snippet": {"topLevelComment": {"id": "x"}}}])
def test_a_thread_that_cannot_be_read_is_kept_once_for_somebody_to_see_and_hides_no_other(item: Any) -> None:
    channel = Channel()
    channel.write("a")
    whole = orjson.loads(channel.answer(_page()).body)["items"]
    channel.fails = {1: ok([item, *whole])}
    found = look(channel)
    assert len(found.bodies) == 2
    unread = next(body for body in found.bodies if b'"unread"' in body)
    with pytest.raises(UnreadableDelivery):
        PLATFORM.normalise(Delivery("youtube", ACCOUNT, unread, {}, NOW))
    again = look(channel, found.cursor)
    assert again.bodies == (() if isinstance(item, dict) and "id" in item else (unread,))


def test_a_reply_that_cannot_be_read_is_kept_once() -> None:
    channel = Channel(shows=1)
    channel.write("a")
    for number in range(3):
        channel.write(f"a.{number}", below="a", at=NOW + number * MINUTE)
    channel.fails = {2: ok([{"id": "a.0", "snippet": {}}, 7])}
    found = look(channel)
    assert sum(b'"unread"' in body for body in found.bodies) == 2
    channel.fails = {}
    assert names(look(channel, found.cursor)) == []


def _page() -> Call:
    url = f"https://{api.HOST}/youtube/v3/commentThreads?allThreadsRelatedToChannelId={CHANNEL}&maxResults=100"
    return Call("GET", url)


# --------------------------------------------------------------------------------------------------- who asks, and what


def test_a_key_is_shown_in_a_header_and_stands_in_no_url() -> None:
    channel = Channel()
    look(channel)
    assert [call.headers for call in channel.calls] == [{"x-goog-api-key": API_KEY}]
    assert API_KEY not in channel.calls[0].url


class SignedIn(Channel):
    said: bytes = b'{"access_token": "ya29.a-token"}'
    status: int = 200

    def answer(self, call: Call) -> Answer:
        if "oauth2" not in call.url:
            assert call.headers == {"authorization": "Bearer ya29.a-token"}
            return super().answer(call)
        assert (call.url, call.reads) == ("https://oauth2.googleapis.com/token", True)
        body = b"grant_type=refresh_token&client_id=an-id&client_secret=a-secret&refresh_token=1%2F%2Fa"
        assert call.body == body
        return Answer(self.status, self.said)


def test_a_refresh_token_signs_in_first() -> None:
    channel = SignedIn()
    channel.write("a")
    assert names(look(channel, who=presence("an-id:a-secret:1//a"))) == [("comment", "a")]


@pytest.mark.parametrize(
    ("status", "said", "says"),
    [
        (400, b'{"error": "invalid_grant"}', "refresh token"),
        (401, b'{"error": "invalid_client"}', "OAuth client"),
        (500, b"", "(500)"),
        (200, b'{"access_token": "a\\nb"}', "a shape"),
        (200, b'{"access_token": 7}', "a shape"),
    ],
)
def test_who_is_not_let_in_asks_nothing(status: int, said: bytes, says: str) -> None:
    channel = SignedIn()
    channel.status, channel.said = status, said
    found = look(channel, "as it was", presence("an-id:a-secret:1//a"))
    assert (found.failing, found.cursor, found.bodies) == (True, "as it was", ())
    assert says in found.sentence


@pytest.mark.parametrize("things", [(), (Thing("channel", "teleprado"),), (Thing("channel", "UC"),)])
def test_an_account_without_a_channel_says_so(things: tuple[Thing, ...]) -> None:
    found = look(Channel(), "as it was", Presence("youtube", ACCOUNT, API_KEY, things=things))
    assert (found.failing, found.cursor) == (True, "as it was")
    assert "names no channel" in found.sentence


def test_the_port_is_whole() -> None:
    assert PORT
    assert PORT.hosts(presence()) == {"www.googleapis.com", "oauth2.googleapis.com", "pubsubhubbub.appspot.com"}
    assert (PORT.every, PORT.things, PORT.needs_token) == (5 * MINUTE, ("channel", "topic"), True)
    assert PORT.calls_a_day is not None
    (rate,) = RULES["youtube_comment"].rates
    assert PORT.calls_a_day + 50 * rate.most <= 10_000, "what is read and what is answered share a day's quota"


def test_what_is_found_is_what_normalise_reads() -> None:
    channel = Channel()
    channel.write("a", "La cafetera gotea")
    (body,) = look(channel).bodies
    (event,) = PLATFORM.normalise(Delivery("youtube", ACCOUNT, body, {}, NOW))
    assert isinstance(event, Message)
    assert (event.text, event.external_id, event.occurred_at) == ("La cafetera gotea", "a", NOW)
