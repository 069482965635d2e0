"""What is asked of an instance beside its webhook, and what is made of its answers: the port alone, played."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.models import Delivery, Event, Message
from shared.platforms import load
from shared.platforms import poll as port_of
from shared.platforms.mastodon.poll import OVERLAP, Cursor, Walk
from shared.ports import Answer, Call, Found, Presence, Thing
from shared.store import keys
from tests.shared.platforms.mastodon.cases import SAMPLES, events
from tests.shared.platforms.mastodon.sender import ACCOUNT

HOST = "vecinos.example.com"
NOW = datetime(2026, 9, 21, 15, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MASTODON = load("mastodon")
PORT = port_of("mastodon")
assert PORT


def presence(*words: str, host: str = HOST) -> Presence:
    things = (*([Thing("host", host)] if host else []), *(Thing("query", word) for word in words))
    return Presence("mastodon", ACCOUNT, "a-token", things=things)


def number(at: datetime) -> str:
    return str(int(at.timestamp() * 1000) << 16)


def status(sample: str = "from_another_server", at: datetime = NOW - MINUTE, **change: Any) -> dict[str, Any]:
    said: dict[str, Any] = orjson.loads(SAMPLES[sample])["object"]
    return {**said, "id": number(at), "created_at": at.isoformat(), "favourited": False} | change


class Instance:
    """An instance with notifications and statuses; `refuses` is what it answers to a path instead."""

    def __init__(self, mentions: Sequence[dict[str, Any]] = (), statuses: Sequence[dict[str, Any]] = ()) -> None:
        self.mentions: list[dict[str, Any]] = [
            {"id": str(1000 + place), "status": said} for place, said in enumerate(mentions)
        ]
        self.statuses = list(statuses)
        self.refuses: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(self, call: Call) -> Answer:
        target = urlsplit(call.url)
        query = dict(parse_qsl(target.query))
        assert (call.method, target.netloc) == ("GET", HOST)
        assert call.headers == {"authorization": "Bearer a-token"}
        self.asked.append((target.path, query))
        if target.path in self.refuses:
            return self.refuses[target.path]
        if target.path == "/api/v1/notifications":
            assert query["types[]"] == "mention"
            return Answer(200, orjson.dumps(self._notifications(query)))
        assert query["type"] == "statuses"
        return Answer(200, orjson.dumps({"accounts": [], "hashtags": [], "statuses": self._search(query)}))

    def searched(self, parameter: str) -> list[str]:
        """Return what was asked for in each search."""
        return [query[parameter] for path, query in self.asked if path == "/api/v2/search"]

    def _notifications(self, query: dict[str, str]) -> list[dict[str, Any]]:
        limit = int(query["limit"])
        if "min_id" not in query:
            return self.mentions[::-1][:limit]
        return [each for each in self.mentions if int(each["id"]) > int(query["min_id"])][:limit][::-1]

    def _search(self, query: dict[str, str]) -> list[dict[str, Any]]:
        least, most = int(query["min_id"]), int(query.get("max_id", 1 << 70))
        word = query["q"].strip('"').casefold()
        found = [
            each for each in self.statuses if word in each["content"].casefold() and least < int(each["id"]) < most
        ]
        return sorted(found, key=lambda each: -int(each["id"]))[: int(query["limit"])]


def polled(instance: Callable[[Call], Answer], cursor: str = "", *words: str, now: datetime = NOW) -> Found:
    assert PORT
    asking = PORT.poll(presence(*words), cursor, now)
    try:
        call = next(asking)
        while True:
            call = asking.send(instance(call))
    except StopIteration as ended:
        found: Found = ended.value
        return found


def read(found: Found) -> list[Event]:
    return [
        event for body in found.bodies for event in MASTODON.normalise(Delivery("mastodon", ACCOUNT, body, {}, NOW))
    ]


def texts(found: Found) -> list[str]:
    return [event.text for event in read(found) if isinstance(event, Message)]


def test_who_speaks_to_us_from_another_server_has_the_key_that_the_webhook_would_give() -> None:
    (by_webhook,) = events(SAMPLES["from_another_server"])
    said = orjson.loads(SAMPLES["from_another_server"])["object"]
    (by_poll,) = read(polled(Instance([{**said, "created_at": "2026-09-21T14:13:20.118Z", "favourited": True}])))
    assert by_poll == by_webhook
    assert isinstance(by_poll, Message)
    assert isinstance(by_webhook, Message)
    assert keys.event(by_poll) == keys.event(by_webhook)


def test_at_the_first_look_what_is_old_is_history_and_then_it_goes_on_from_there() -> None:
    old, young = status(at=NOW - timedelta(days=4)), status("direct", at=NOW - HOUR)
    instance = Instance([old, young])
    first = polled(instance)
    assert texts(first) == ["@latienda Mi pedido es el 12-345."]
    assert (first.failing, first.sentence) == (False, "")
    assert polled(instance, first.cursor).bodies == ()
    instance.mentions.append({"id": "2000", "status": status(at=NOW - timedelta(days=9))})
    assert len(polled(instance, first.cursor).bodies) == 1, "it was told later, whenever it was written"


def test_after_silence_nothing_is_missed_however_much_there_is() -> None:
    instance = Instance()
    quiet = polled(instance)
    instance.mentions = [
        {"id": str(place), "status": status(at=NOW + place * MINUTE / 1000)} for place in range(1, 301)
    ]
    found = polled(instance, quiet.cursor)
    assert len(found.bodies) == 300
    assert [int(orjson.loads(body)["object"]["id"]) for body in found.bodies] == sorted(
        int(each["status"]["id"]) for each in instance.mentions
    ), "in the order in which it was said"
    assert polled(instance, found.cursor).bodies == ()


def test_a_poll_has_an_end_and_says_that_more_is_there() -> None:
    instance = Instance()
    quiet = polled(instance)
    instance.mentions = [{"id": str(n), "status": status(at=NOW + n * MINUTE / 1000)} for n in range(1, 1001)]
    found = polled(instance, quiet.cursor)
    assert len(found.bodies) == 800
    assert "set poll_every_minutes lower" in found.sentence
    assert not found.failing
    assert len(polled(instance, found.cursor).bodies) == 200


def test_who_uses_one_of_our_words_is_overheard_and_found_once() -> None:
    complaint = status("found", at=NOW - MINUTE)
    instance = Instance(statuses=[complaint])
    found = polled(instance, "", "tienda", "factura")
    (heard,) = read(found)
    assert isinstance(heard, Message)
    assert (heard.overheard, heard.summons, heard.thread) == (True, False, "mentions")
    assert list(dict.fromkeys(instance.searched("q"))) == ["factura", "tienda"]
    assert polled(instance, found.cursor, "tienda", now=NOW + MINUTE).bodies == ()


def test_words_that_belong_together_are_searched_for_together() -> None:
    instance = Instance()
    polled(instance, "", "tele prado")
    assert [query["q"] for path, query in instance.asked if path == "/api/v2/search"] == ['"tele prado"']


def test_what_comes_late_from_another_server_is_found_within_an_hour() -> None:
    instance = Instance(statuses=[status("found", at=NOW - MINUTE)])
    first = polled(instance, "", "tienda")
    instance.statuses.append(status("found", at=NOW - OVERLAP + MINUTE))
    second = polled(instance, first.cursor, "tienda", now=NOW + MINUTE / 2)
    assert len(second.bodies) == 1
    third = polled(instance, second.cursor, "tienda", now=NOW + HOUR)
    assert third.bodies == ()


def test_who_names_us_and_uses_our_words_is_taken_for_naming_us() -> None:
    said = status("found_naming_us", at=NOW - MINUTE)
    (heard,) = read(polled(Instance([said], [said]), "", "tienda"))
    assert isinstance(heard, Message)
    assert (heard.summons, heard.overheard) == (True, False)


def test_many_finds_are_read_page_by_page() -> None:
    many = [status("found", at=NOW - MINUTE - timedelta(seconds=place)) for place in range(95)]
    found = polled(Instance(statuses=many), "", "tienda")
    assert len(found.bodies) == 95
    assert len(polled(Instance(statuses=many), found.cursor, "tienda", now=NOW + MINUTE).bodies) == 0


def test_a_page_from_which_something_was_taken_out_is_not_the_last() -> None:
    """What the account has muted or filtered is left out of a page after it is cut (`StatusFilter`)."""
    many = [status("found", at=NOW - MINUTE - timedelta(seconds=place)) for place in range(60)]
    instance, muted = Instance(statuses=many), {each["id"] for each in many[::2]}

    def muting(call: Call) -> Answer:
        said = instance(call).json()
        left = [each for each in said.get("statuses", ()) if each["id"] not in muted]
        return Answer(200, orjson.dumps({"statuses": left})) if said else instance(call)

    assert len(polled(muting, "", "tienda").bodies) == 30


def test_finds_that_are_more_than_is_read_at_a_time_are_read_on_at_the_next_polls() -> None:
    instance, now = Instance(), NOW
    cursor, taken = polled(instance, "", "tienda", now=NOW - HOUR / 2).cursor, list[str]()
    instance.statuses = [status("found", at=NOW - timedelta(seconds=place)) for place in range(1, 1001)]
    for size in (400, 400, 202, *[0] * 20):
        instance.asked.clear()
        found = polled(instance, cursor, "tienda", now=now)
        assert (len(found.bodies), found.failing) == (size, False)
        assert "more was said" in found.sentence or not size
        assert len(instance.asked) <= 11
        taken += [orjson.loads(body)["object"]["id"] for body in found.bodies]
        cursor = found.cursor
        if size == 400:
            instance.statuses.append(status("found", at=now + MINUTE))
        now += 5 * MINUTE
    assert sorted(taken) == sorted(each["id"] for each in instance.statuses), "all of it, and once"
    assert found.sentence == "", "once the hour is over that is read again each time"


def _searches_for(call: Call) -> str | None:
    return dict(parse_qsl(urlsplit(call.url).query)).get("q")


@pytest.mark.parametrize("refusal", [Answer(0), Answer(422, b"{}"), Answer(500), Answer(200, b"{}")])
def test_a_word_that_is_refused_holds_up_no_other_word(refusal: Answer) -> None:
    instance = Instance(statuses=[status("found", at=NOW - MINUTE)])

    def refusing(call: Call) -> Answer:
        return refusal if _searches_for(call) in ("aviso", '"una tienda"') else instance(call)

    words = ("aviso", "tienda", "una tienda")
    found = polled(refusing, "", *words)
    assert (len(found.bodies), found.failing) == (1, True)
    assert "'aviso', 'una tienda'" in found.sentence
    assert "'tienda'" not in found.sentence

    instance.statuses.append(status("found", at=NOW + MINUTE))
    instance.statuses.append(status("found", at=NOW - 2 * 24 * HOUR, content="<p>Un aviso</p>"))
    instance.asked.clear()
    second = polled(refusing, found.cursor, *words, now=NOW + 2 * MINUTE)
    assert len(second.bodies) == 1, "what the other word found is not told again, and what is new of it is"
    assert {*instance.searched("min_id")} == {number(NOW - OVERLAP)}
    healed = polled(instance, second.cursor, *words, now=NOW + 3 * MINUTE)
    assert (len(healed.bodies), healed.failing, healed.sentence) == (1, False, "")


def test_a_search_that_is_cut_off_goes_on_from_there_and_anew_where_that_is_refused_again() -> None:
    many = [status("found", at=NOW - MINUTE - timedelta(seconds=place)) for place in range(95)]
    instance = Instance(statuses=many)
    least = many[39]["id"]

    def cutting(call: Call) -> Answer:
        return Answer(500) if f"max_id={least}" in call.url else instance(call)

    first = polled(cutting, "", "tienda")
    assert (len(first.bodies), first.failing) == (40, True)
    assert len(polled(instance, first.cursor, "tienda").bodies) == 55

    instance.statuses.append(status("found", at=NOW + MINUTE))
    second = polled(cutting, first.cursor, "tienda", now=NOW + 2 * MINUTE)
    third = polled(instance, second.cursor, "tienda", now=NOW + 3 * MINUTE)
    assert (len(second.bodies), len(third.bodies), third.failing) == (0, 56, False)


def test_whoever_is_to_come_less_often_asks_first_next_time_for_what_waits_longest() -> None:
    instance, limited = Instance(), Answer(429, headers={"retry-after": "120"})

    def limiting(call: Call) -> Answer:
        return limited if _searches_for(call) == "bb" else instance(call)

    first = polled(limiting, "", "aa", "bb", "cc")
    assert (first.failing, first.not_before) == (True, NOW + 2 * MINUTE)
    assert [query["q"] for path, query in instance.asked if path == "/api/v2/search"] == ["aa"]
    instance.asked.clear()
    polled(instance, first.cursor, "aa", "bb", "cc", now=NOW + 2 * MINUTE)
    assert [query["q"] for path, query in instance.asked if path == "/api/v2/search"] == ["bb", "cc", "aa"]


def test_a_word_that_nobody_listens_for_any_more_is_forgotten() -> None:
    instance = Instance()
    found = polled(instance, polled(instance, "", "tienda", "factura").cursor, "factura")
    assert set(Cursor.of(found.cursor).searched) == {"factura"}


def test_the_same_find_is_the_same_bytes_whatever_others_think_of_it() -> None:
    said = status("found")
    once = polled(Instance(statuses=[said]), "", "tienda")
    liked = said | {"favourites_count": 7, "reblogs_count": 2, "bookmarked": True, "card": {"title": "x"}}
    assert polled(Instance(statuses=[liked]), "", "tienda").bodies == once.bodies


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(0), "does not answer over TLS"),
        (Answer(401, b'{"error":"The access token is invalid"}'), "does not accept the token"),
        (Answer(403, b"{}"), "needs the scopes read:notifications and read:search"),
        (Answer(422, b"{}"), "older than 3.5"),
        (Answer(500), "cannot be asked now (500)"),
        (Answer(200, b'{"error":"strange"}'), "a shape that we do not know"),
        (Answer(200, b"<html>"), "a shape that we do not know"),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/notifications", "/api/v2/search"])
def test_what_cannot_be_had_fails_with_what_to_do_and_holds_up_nothing_else(
    path: str, answer: Answer, sentence: str
) -> None:
    instance = Instance([status(at=NOW - MINUTE)], [status("found", at=NOW - HOUR)])
    instance.refuses = {path: answer}
    found = polled(instance, "", "tienda")
    assert (found.failing, len(found.bodies)) == (True, 1)
    assert sentence in found.sentence
    assert "a-token" not in found.sentence
    instance.refuses = {}
    assert len(polled(instance, found.cursor, "tienda").bodies) == 1, "it goes on from where it was"


def test_an_instance_that_asks_for_time_is_given_it() -> None:
    instance = Instance()
    instance.refuses = {"/api/v1/notifications": Answer(429, headers={"retry-after": "120"})}
    assert polled(instance).not_before == NOW + 2 * MINUTE


@pytest.mark.parametrize("host", ["", "localhost", "127.0.0.1", "vecinos.example.com:8443", "vecinos.example.com/x"])
def test_without_a_host_of_the_playbooks_nobody_is_asked(host: str) -> None:
    assert PORT
    who = presence(host=host)
    assert PORT.hosts(who) == frozenset()
    with pytest.raises(StopIteration) as ended:
        next(PORT.poll(who, "a cursor", NOW))
    found: Found = ended.value.value
    assert (found.failing, found.cursor, found.bodies) == (True, "a cursor", ())
    assert '{ kind = "host"' in found.sentence


def test_only_the_accounts_own_instance_is_called() -> None:
    assert PORT
    assert PORT.hosts(presence()) == {HOST}
    assert set(PORT.also) == {"host", "query"}
    assert PORT.needs_token


@given(st.text(max_size=80) | st.binary(max_size=40).map(lambda found: found.decode("latin-1")))
def test_a_cursor_that_cannot_be_read_is_that_of_a_first_look(text: str) -> None:
    assert Cursor.of(text) == Cursor()


_ids = st.integers(0, 1 << 62).map(str)
_instants = st.datetimes(timezones=st.just(UTC))


@given(
    _ids,
    st.dictionaries(st.text(max_size=5), _instants, max_size=3),
    st.lists(_ids).map(tuple),
    st.dictionaries(st.text(max_size=5), st.builds(Walk, _ids | st.just(""), _instants, _instants), max_size=3),
)
def test_a_cursor_survives_being_kept(
    told: str, searched: dict[str, datetime], seen: tuple[str, ...], rest: dict[str, Walk]
) -> None:
    cursor = Cursor(told, searched, seen, rest)
    assert Cursor.of(cursor.to_json()) == cursor


_names = st.sampled_from(["id", "status", "statuses", "created_at", "x"])
_anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(_names, inner),
    max_leaves=8,
)


@settings(max_examples=50)
@given(_anything)
def test_whatever_an_instance_says_a_poll_ends(said: Any) -> None:
    answer = Answer(200, orjson.dumps(said))
    assert isinstance(polled(lambda _: answer, "", "tienda"), Found)
