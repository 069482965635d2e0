"""What YouTube's stand-in refuses that the port does not ask for, and what it shows of what it took."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import youtube
from shared.ports import Answer, Call
from tests.conftest import NOW
from tests.replying import place

API = "https://www.googleapis.com/youtube/v3"
OURS = {"authorization": f"Bearer {youtube.TOKEN}"}
KEY = {"x-goog-api-key": youtube.API_KEY}
WHERE = place("youtube_comment")
TOP = WHERE.thread


def told(said: Any, headers: dict[str, str] = OURS, path: str = "comments?part=snippet") -> tuple[StandIn, Answer]:
    standin = StandIn(lambda: NOW)
    standin.spoke(WHERE)
    return standin, standin.answer(Call("POST", f"{API}/{path}", headers, orjson.dumps(said)))


def comment(**changed: Any) -> dict[str, Any]:
    return {"snippet": {"parentId": TOP, "textOriginal": "Sí"} | changed}


def reason(answer: Answer) -> str:
    return str(answer.json()["error"]["errors"][0]["reason"])


@pytest.mark.parametrize(
    ("said", "status", "word"),
    [
        ({}, 400, "parentIdMissing"),
        ([], 400, "parentIdMissing"),
        ({"snippet": []}, 400, "parentIdMissing"),
        (comment(parentId=""), 400, "parentIdMissing"),
        (comment(parentId="UgxNobodys"), 404, "parentCommentNotFound"),
        (comment(textOriginal=" "), 400, "commentTextRequired"),
        (comment(textOriginal=None), 400, "commentTextRequired"),
        (comment(textOriginal="x" * 10_001), 400, "commentTextTooLong"),
    ],
)
def test_what_is_no_answer_is_refused_in_its_own_words(said: Any, status: int, word: str) -> None:
    standin, answer = told(said)
    assert (answer.status, reason(answer)) == (status, word)
    assert standin.sent == ()


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), (KEY, 401), ({"x-goog-api-key": "AIza"}, 400), ({"authorization": "Bearer x"}, 401)],
)
def test_only_the_channels_own_token_writes(headers: dict[str, str], status: int) -> None:
    standin, answer = told(comment(), headers)
    assert (answer.status, standin.sent) == (status, ())


def test_a_part_has_to_be_named_and_there_is_no_other_door() -> None:
    assert reason(told(comment(), path="comments")[1]) == "missingRequiredParameter"
    assert told(comment(), path="videos?part=snippet")[1].status == 404


def test_with_a_key_one_reads_what_is_there() -> None:
    standin, made = told(comment())
    whole = standin.answer(Call("GET", f"{API}/comments?part=snippet&parentId={TOP}&maxResults=100", KEY))
    assert [each["id"] for each in whole.json()["items"]] == [made.json()["id"]]
    threads = f"{API}/commentThreads?part=snippet&allThreadsRelatedToChannelId="
    (thread,) = standin.answer(Call("GET", f"{threads}{youtube.CHANNEL}", KEY)).json()["items"]
    assert (thread["id"], thread["snippet"]["totalReplyCount"]) == (TOP, 1)
    assert reason(standin.answer(Call("GET", f"{threads}UCnobody", KEY))) == "channelNotFound"
    assert reason(standin.answer(Call("GET", f"{threads}{youtube.CHANNEL}&pageToken=x", KEY))) == "invalidPageToken"
    for what in ("comments", "commentThreads"):
        listed = standin.answer(Call("GET", f"{API}/{what}?part=snippet&id={TOP},UgxNobodys", KEY)).json()["items"]
        assert [each["id"] for each in listed] == [TOP]
    standin.block(WHERE)
    assert reason(standin.answer(Call("GET", f"{API}/comments?parentId={TOP}", KEY))) == "commentNotFound"


def test_a_day_has_ten_thousand_units_and_an_answer_costs_fifty() -> None:
    standin, _ = told(comment())
    call = Call("POST", f"{API}/comments?part=snippet", OURS, orjson.dumps(comment()))
    answers = [standin.answer(call) for _ in range(200)]
    assert [answer.status for answer in answers] == [200] * 199 + [403]
    assert reason(answers[-1]) == "quotaExceeded"
    standin.forward(timedelta(hours=19, minutes=59))
    assert standin.answer(call).status == 403
    standin.forward(timedelta(minutes=1))
    assert standin.answer(call).status == 200


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        (b"", 400, "unsupported_grant_type"),
        (b"grant_type=refresh_token", 401, "invalid_client"),
        (b"grant_type=refresh_token&client_id=standin-client&client_secret=standin-secret", 400, "invalid_grant"),
    ],
)
def test_google_signs_in_whoever_has_all_three(body: bytes, status: int, word: str) -> None:
    answer = StandIn(lambda: NOW).answer(Call("POST", "https://oauth2.googleapis.com/token", {}, body))
    assert (answer.status, answer.json()["error"]) == (status, word)
