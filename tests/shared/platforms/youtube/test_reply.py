"""The company's answer below a comment: to whom, what YouTube makes of it, and whether it is there."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import youtube
from shared.models import Delivery, Message
from shared.permitted import refused
from shared.platforms import load
from shared.platforms import poll as port_of
from shared.platforms.youtube.reply import check, failed
from shared.ports import Answer, Call
from shared.replying import Draft, Later, NotThere, Refused, Sent, Unknown
from tests.conftest import NOW
from tests.replying import ANA, ORDINARY, asked, found, place, port, presence, reply, said
from tests.shared.platforms.youtube.channel import error
from tests.shared.platforms.youtube.channel import presence as who

CHANNEL = "youtube_comment"
PLACE = place(CHANNEL)
TOP = PLACE.thread
BELOW = place(CHANNEL, "luis", reply_to=f"{TOP}.9L1")


def standin(*places: Any) -> StandIn:
    made = StandIn(lambda: NOW)
    for each in places or (PLACE, BELOW):
        made.spoke(each)
    return made


def sent(where: Any, *answers: Answer, text: str = ORDINARY, **who: Any) -> tuple[Any, list[Call]]:
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return answers[len(calls) - 1]

    own = port(CHANNEL)
    return asked(own.send(reply(where, text), presence(CHANNEL, **who), NOW), api, own.hosts), calls


def test_it_stands_below_the_comment_at_the_top_and_says_what_was_written() -> None:
    _, (call,) = sent(PLACE, Answer(0))
    assert call.url == "https://www.googleapis.com/youtube/v3/comments?part=snippet"
    assert orjson.loads(call.body) == {"snippet": {"parentId": TOP, "textOriginal": ORDINARY}}


def test_when_a_reply_is_answered_its_author_is_named_so_that_they_are_told() -> None:
    api = standin()
    outcome = said(BELOW, to=api)
    assert isinstance(outcome, Sent)
    assert [(each.text, each.reply_to) for each in api.sent] == [(f"@userluis {ORDINARY}", TOP)]
    assert found(BELOW, in_=api) == outcome
    assert said(BELOW, "@UserLuis ya está.", to=api)
    assert api.sent[-1].text == "@UserLuis ya está.", "named already"


@pytest.mark.parametrize("name", [None, "", "Luis Gómez", "@", "@" + "x" * 31])
def test_whoever_has_no_handle_is_not_named(name: str | None) -> None:
    snippet = {"authorDisplayName": name, "publishedAt": NOW.isoformat()}
    items = [{"id": "another", "snippet": snippet}, {"id": BELOW.reply_to, "snippet": snippet}]
    _, (read, call) = sent(BELOW, Answer(200, orjson.dumps({"items": items})), Answer(0))
    assert dict(parse_qsl(urlsplit(read.url).query))["id"] == BELOW.reply_to
    assert orjson.loads(call.body)["snippet"]["textOriginal"] == ORDINARY


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(200, b'{"items": []}'), Refused),
        (Answer(200, b'{"items": [{}]}'), Later),
        (Answer(500), Later),
        (Answer(0), Later),
        (error(403, "quotaExceeded"), Later),
        (error(404, "commentNotFound"), Refused),
    ],
)
def test_what_cannot_be_read_is_not_answered(answer: Answer, outcome: type) -> None:
    became, calls = sent(BELOW, answer)
    assert isinstance(became, outcome)
    assert len(calls) == 1


def test_a_refresh_token_signs_in_and_its_access_token_speaks() -> None:
    api = standin()
    assert isinstance(said(PLACE, to=api, token=youtube.REFRESH), Sent)
    assert isinstance(said(PLACE, to=api, token="key", tokens={youtube.CHANNEL: youtube.REFRESH}), Sent)
    client = youtube.REFRESH.rpartition(":")[0]
    became = said(PLACE, to=api, token=f"{client}:another")
    assert isinstance(became, Refused)
    assert "authorise anew" in became.sentence
    assert isinstance(said(PLACE, to=api, token="nobody:a-secret:another"), Refused)
    assert len(api.sent) == 2


def test_while_google_does_not_sign_in_nothing_was_said() -> None:
    became, calls = sent(PLACE, Answer(503), token=youtube.REFRESH)
    assert (became, len(calls)) == (Later(), 1)


@pytest.mark.parametrize(
    ("who", "code"), [({"token": youtube.API_KEY}, "not_signed_in"), ({"things": ()}, "no_channel")]
)
def test_who_cannot_speak_at_all_is_told_so_without_a_call(who: dict[str, Any], code: str) -> None:
    became, calls = sent(PLACE, **who)
    assert isinstance(became, Refused)
    assert (became.code, calls) == (code, [])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reply_to": None}, "nothing_to_answer"),
        ({"visibility": "private"}, "not_reachable"),
        ({"thread": "direct"}, "not_reachable"),
        ({"reply_to": "UgxAnother"}, "not_reachable"),
        ({"reply_to": f"{TOP}."}, "not_reachable"),
        ({"reply_to": f"{TOP}.a.b"}, "not_reachable"),
        ({"reply_to": f"{TOP}.a&part=id"}, "not_reachable"),
        ({"thread": "é", "reply_to": "é"}, "not_reachable"),
        ({"channel": "forum"}, "unknown_channel"),
    ],
)
def test_where_nothing_can_be_said(changed: dict[str, Any], code: str) -> None:
    where = PLACE.model_copy(update=changed)
    refusal = check(Draft(text=ORDINARY), where, NOW)
    assert refusal is not None
    assert refusal.code == code
    became, calls = sent(where)
    assert (became, calls) == (refused(refusal), [])


def test_a_text_leaves_room_for_the_name_of_whoever_is_answered() -> None:
    for where, most in ((PLACE, 10_000), (BELOW, 9_968)):
        assert check(Draft(text="ñ" * most), where, NOW) is None
        refusal = check(Draft(text="ñ" * (most + 1)), where, NOW)
        assert refusal is not None
        assert refusal.code == "too_long"
        api = standin()
        assert isinstance(said(where, "ñ" * most, to=api), Sent)


@pytest.mark.parametrize(
    ("answer", "outcome", "says"),
    [
        (error(400, "commentTextTooLong"), Refused, "10,000"),
        (error(400, "commentTextRequired"), Refused, "write one"),
        (error(400, "parentCommentIsPrivate"), Refused, "cannot be answered"),
        (error(400, "operationNotSupported"), Refused, "cannot be answered"),
        (error(400, "processingFailure"), Refused, "YouTube Studio"),
        (error(401, "authError"), Refused, "authorise anew"),
        (error(403, "commentsDisabled"), Refused, "cannot be answered"),
        (error(403, "ineligibleAccount"), Refused, "no channel that may comment"),
        (error(403, "insufficientPermissions"), Refused, "youtube.force-ssl"),
        (error(403, "forbidden"), Refused, "does not let"),
        (error(404, "parentCommentNotFound"), Refused, "no longer there"),
        (error(403, "rateLimitExceeded"), Later, ""),
        (error(403, "userRateLimitExceeded"), Later, ""),
        (error(503, "backendError"), Unknown, "look below the video"),
        (Answer(408), Unknown, "look below the video"),
    ],
)
def test_what_youtube_says_is_said_in_words_that_help(answer: Answer, outcome: type, says: str) -> None:
    became, _ = sent(PLACE, answer)
    assert isinstance(became, outcome)
    assert says in getattr(became, "sentence", "")


def test_a_spent_quota_is_waited_for() -> None:
    became = failed(error(403, "quotaExceeded"), NOW)
    assert isinstance(became, Later)
    assert became.seconds is not None
    assert NOW + timedelta(seconds=became.seconds) == NOW.replace(hour=7, minute=0, second=0) + timedelta(days=1)
    assert failed(error(403, "quotaExceeded"), None) == Later()


# ---------------------------------------------------------------------------------------------------------------- found


def comment(name: str = "c1", text: str = ORDINARY, by: str = youtube.CHANNEL, at: Any = NOW) -> dict[str, Any]:
    snippet = {"textDisplay": text, "authorChannelId": {"value": by}, "publishedAt": at.isoformat()}
    return {"id": name, "snippet": snippet}


def looked(*pages: list[Any] | Answer, where: Any = PLACE, others: tuple[str, ...] = ()) -> Any:
    left = list(enumerate(pages, 1))

    def api(call: Call) -> Answer:
        number, page = left.pop(0)
        assert dict(parse_qsl(urlsplit(call.url).query))["parentId"] == TOP
        if isinstance(page, Answer):
            return page
        more = {"nextPageToken": f"p{number}"} if left else {}
        return Answer(200, orjson.dumps({"items": page, **more}))

    own = port(CHANNEL)
    assert own.find is not None
    return asked(own.find(reply(where), presence(CHANNEL), NOW, NOW, others), api, own.hosts)


def test_its_words_tell_which_of_our_own_it_is() -> None:
    assert looked([comment()]) == Sent(external_id="c1", at=NOW)
    assert looked([comment(text=f"{ORDINARY}\n")]) == Sent(external_id="c1", at=NOW)
    assert looked([comment("c0", "Otra cosa")], [comment("c2")]) == Sent(external_id="c2", at=NOW)
    assert looked([comment("c1"), comment("c2")], others=("c1",)) == Sent(external_id="c2", at=NOW)


@pytest.mark.parametrize(
    "other",
    [
        comment(by="UCana_torres_00000000001"),
        comment(text="Otra cosa"),
        comment(at=NOW - timedelta(hours=1)),
        comment(text=f"@anatorres {ORDINARY}"),
        comment(text=f"¡Hola! {ORDINARY}"),
    ],
)
def test_what_is_another_is_not_it(other: dict[str, Any]) -> None:
    assert looked([other]) == NotThere()


def test_a_name_in_front_is_no_part_of_what_was_said_where_we_put_it_there() -> None:
    assert looked([comment(text=f"@luis {ORDINARY}")], where=BELOW) == Sent(external_id="c1", at=NOW)
    assert looked([comment(text=f"Luis {ORDINARY}")], where=BELOW) == NotThere()


@pytest.mark.parametrize("shown", [[[{}]], [[7]], [Answer(404)], [[comment("c0", "No")]] * 6])
def test_what_is_not_shown_whole_is_not_known(shown: list[Any]) -> None:
    assert isinstance(looked(*shown), Unknown)


def test_the_echo_is_the_customers_own_conversation() -> None:
    """What was said to whoever wrote the comment at the top comes back under their identity."""
    api = standin(PLACE)
    outcome = said(PLACE, to=api)
    poller = port_of("youtube")
    assert poller is not None
    heard = asked(poller.poll(who(youtube.API_KEY), "", NOW), api.answer, poller.hosts(who()))
    events = [load("youtube").normalise(Delivery("youtube", "canal", body, {}, NOW))[0] for body in heard.bodies]
    (echo,) = [event for event in events if isinstance(event, Message) and event.direction == "outbound"]
    assert isinstance(outcome, Sent)
    assert (echo.external_id, echo.identity, echo.thread) == (outcome.external_id, f"youtube:canal:{ANA}", TOP)
