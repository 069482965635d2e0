"""How the vendor that does not exist is answered: a port with a header and a unit of its own, a stand-in, and what the
twin says of it."""

from collections.abc import Mapping

NAME = "bell"
_FOLDER, _TWIN = f"shared/platforms/{NAME}", f"tests/shared/platforms/{NAME}"

_REPLY = '''"""A ring is answered through Bell's intercom, which says in a header of its own when to come again."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import orjson

from shared.lengths import LengthUnit
from shared.permitted import check_by_rules, refused
from shared.ports import Answer, Asking, Call, Presence
from shared.replying import Draft, Later, NotThere, Place, Refusal, Refused, Reply, ReplyPort, Rules, Sent, Unknown

HOST = "api.bell.example"
DINGS = LengthUnit("dings", lambda text: sum(1 + (sign > "z") for sign in text), "dings (an accent is one more)")
RULES = {"bell_ring": Rules(longest=100, unit=DINGS, answers=True, echoes=True)}
_AGAIN = "x-bell-again"


def check(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    return check_by_rules(RULES.get(place.channel), draft, place, now)


def send(reply: Reply, presence: Presence, now: datetime | None = None) -> Asking[Sent | Refused | Later | Unknown]:
    if refusal := check(reply.draft, reply.place, now or datetime.now(UTC)):
        return refused(refusal)
    said = {"text": reply.draft.text, "reference": reply.id}
    headers = {"authorization": f"Bearer {presence.token}", "content-type": "application/json"}
    answer = yield Call("POST", _url(reply.place), headers, orjson.dumps(said), wants=(_AGAIN,))
    if answer.status == 429:
        again = answer.headers.get(_AGAIN, "")
        return Later(seconds=int(again) if again.isascii() and again.isdecimal() else None)
    if answer.refuses:
        return Refused(code=str(answer.status), sentence="Bell does not take it: look at the bell")
    sent = _sent(answer.json()) if answer.status in (200, 201) else None
    return sent or _UNKNOWN


def find(
    reply: Reply, presence: Presence, since: datetime, now: datetime | None = None, others: Collection[str] = ()
) -> Asking[Sent | NotThere | Unknown]:
    answer: Answer = yield Call("GET", _url(reply.place), {"authorization": f"Bearer {presence.token}"})
    shown = answer.json().get("answers")
    if answer.status != 200 or not isinstance(shown, list):
        return _UNKNOWN
    ours = (each for each in shown if isinstance(each, dict) and each.get("reference") == reply.id)
    return next((sent for each in ours if (sent := _sent(each))), NotThere())


_UNKNOWN = Unknown(sentence="Bell did not say whether it rang: look at the bell")


def _sent(said: Any) -> Sent | None:
    found = said.get("id")
    return Sent(external_id=found) if isinstance(found, str) and found else None


def _url(place: Place) -> str:
    return f"https://{HOST}/rings/{place.reply_to}/answers"


PORT = ReplyPort(frozenset({HOST}), RULES, check, send, find)
'''

_STAND_IN = '''"""Bell's intercom: one may answer whoever has rung."""

import re
from collections.abc import Iterator
from datetime import datetime

from infra.local.standin.echoes import Notice, notice
from infra.local.standin.state import Arrived, Public, Request, Response, State
from shared.lengths import is_blank
from shared.platforms.bell.reply import DINGS, HOST
from shared.replying import Place

HOSTS = frozenset({HOST})
TOKEN = "standin-key"


def know(state: State, place: Place, now: datetime) -> None:
    if place.reply_to:
        person = place.identity.rsplit(":", 1)[-1]
        state.public[place.reply_to] = Public("bell_ring", place.account, person, place.thread, now)


def block(state: State, place: Place) -> None:
    state.public.pop(place.reply_to or "", None)


def answer(state: State, request: Request, now: datetime) -> Response:
    if request.bearer != TOKEN:
        return Response(401, {})
    found = re.fullmatch("/rings/([^/]+)/answers", request.path)
    ring = state.public.get(found[1]) if found else None
    if found is None or ring is None:
        return Response(404, {})
    if request.method == "GET":
        ours = [each for each in state.of("bell_ring", ring.account) if each.reply_to == found[1]]
        return Response(200, {"answers": [{"id": each.external_id, "reference": each.reply_id} for each in ours]})
    said = request.json()
    if is_blank(said["text"]) or DINGS.count(said["text"]) > 100:
        return Response(422, {})
    arrived = Arrived(
        platform="bell",
        channel="bell_ring",
        account=ring.account,
        to=ring.author,
        external_id=f"answer-{state.number()}",
        at=now,
        text=said["text"],
        reply_to=found[1],
        reply_id=said["reference"],
    )
    state.arrived.append(arrived)
    return Response(201, {"id": arrived.external_id})


def limited(seconds: int, now: datetime) -> Response:
    return Response(429, {}, {"x-bell-again": str(seconds)})


def _told(arrived: Arrived) -> Iterator[Notice]:
    ring = {"what": "answered", "id": arrived.external_id, "at": int(arrived.at.timestamp()), "who": arrived.to}
    yield notice(arrived, {"rings": [ring | {"name": "Ana Torres", "text": arrived.text}]})


ECHOES = {"bell_ring": _told}
'''

_REPLYING = '''"""How tests speak through Bell."""

from tests.spoken import Spoken

CHANNELS = {
    "bell_ring": Spoken(account="door", person="7", answered="ring-1", says_when=True, keeps_our_id=True)
}
WORDS = ("answers", "reference")
'''

_REPLY_TEST = """from shared.ports import Answer
from shared.replying import Later
from tests.conftest import NOW
from tests.faults.street import Street
from tests.replying import asked, place, port, presence, reply


def test_bell_says_in_its_own_header_when_to_come_again() -> None:
    own, us = port("bell_ring"), presence("bell_ring")
    limited = Answer(429, headers={"x-bell-again": "60", "x-bell-mood": "sour"})
    assert asked(own.send(reply(place("bell_ring")), us, NOW), lambda _: limited, own.hosts_of(us)) == Later(seconds=60)


def test_an_agents_word_comes_to_whoever_rang() -> None:
    street = Street("bell_ring")
    said = street.ask("Ya abrimos.")
    street.run(5)
    assert (street.head(said).state, street.arrived("Ya abrimos.")) == ("sent", 1)


def test_what_is_too_long_is_told_in_dings() -> None:
    street = Street("bell_ring")
    said = street.ask("¡Ñ" * 60)
    street.run(5)
    assert "the text has 240 dings (an accent is one more)" in (street.head(said).moves[-1].why or "")
"""

README = """
## Answers

<!-- replies -->
| channel | at most | answered in private | an account sends | Bell tells of it |
|---|---|---|---|---|
| bell_ring | 100 dings (an accent is one more) | no | not documented | by its id |
"""

FILES: Mapping[str, str] = {
    f"{_FOLDER}/reply.py": _REPLY,
    f"infra/local/standin/platforms/{NAME}.py": _STAND_IN,
    f"{_TWIN}/replying.py": _REPLYING,
    f"{_TWIN}/test_reply.py": _REPLY_TEST,
}
