"""How the vendor that does not exist is asked for what is new, and what the twin says of it."""

from collections.abc import Mapping

NAME = "bell"
_FOLDER, _TWIN = f"shared/platforms/{NAME}", f"tests/shared/platforms/{NAME}"

_POLL = '''"""Who has rung since: Bell keeps its last rings, in their order."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

import orjson

from shared.platforms.bell.reply import HOST
from shared.ports import Asking, Call, Found, PollPort, Presence

_REFUSED = "Bell does not tell who has rung: look at the bell"


def hosts(presence: Presence) -> frozenset[str]:
    return frozenset({HOST})


def poll(presence: Presence, cursor: str, now: datetime) -> Asking[Found]:
    asked = urlencode({"account": presence.account, "after": cursor})
    answer = yield Call("GET", f"https://{HOST}/rings?{asked}", {"authorization": f"Bearer {presence.token}"})
    rings = answer.json().get("rings") if answer.status == 200 else None
    if not isinstance(rings, list):
        return Found((), cursor, _REFUSED, failing=True)
    if not rings:
        return Found((), cursor)
    return Found((orjson.dumps({"rings": rings}),), rings[-1]["id"])


PORT = PollPort(hosts, poll, every=timedelta(minutes=5))
'''

_POLL_TEST = """import orjson
import pytest

from infra.local.samples import Sample
from shared.platforms.bell.poll import PORT
from shared.ports import Answer, Call, Found
from tests.conftest import NOW
from tests.replying import asked, presence

RINGS = Sample("bell", "text").body


def polled(answer: Answer, cursor: str = "") -> tuple[Found, list[Call]]:
    us, calls = presence("bell_ring"), list[Call]()

    def api(call: Call) -> Answer:
        calls.append(call)
        return answer

    return asked(PORT.poll(us, cursor, NOW), api, PORT.hosts(us)), calls


def test_what_has_rung_is_a_body_as_bell_posts_it_and_the_last_is_gone_on_from() -> None:
    found, (call,) = polled(Answer(200, RINGS), cursor="ring-0")
    assert [orjson.loads(body) for body in found.bodies] == [orjson.loads(RINGS)]
    assert (found.cursor, found.failing, "after=ring-0" in call.url) == ("ring-1", False, True)


def test_nothing_new_moves_nothing() -> None:
    assert polled(Answer(200, b'{"rings": []}'), cursor="ring-1")[0] == Found((), "ring-1")


@pytest.mark.parametrize("answer", [Answer(0), Answer(401), Answer(500), Answer(200, b"x"), Answer(200, b"{}")])
def test_who_does_not_answer_is_asked_again_from_where_it_was(answer: Answer) -> None:
    found, _ = polled(answer, cursor="ring-1")
    assert (found.bodies, found.cursor, found.failing) == ((), "ring-1", True)
"""

FILES: Mapping[str, str] = {
    f"{_FOLDER}/poll.py": _POLL,
    f"{_TWIN}/test_poll.py": _POLL_TEST,
}
