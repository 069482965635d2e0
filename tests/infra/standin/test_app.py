"""An app of the company's own, played: what it refuses, and that what comes twice is taken once."""

from datetime import timedelta

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import standard_webhooks
from shared.platforms.standard_webhooks.signature import proven
from shared.ports import Answer, Call
from shared.replying import Refused, Sent
from tests.conftest import NOW
from tests.replying import ANA, ORDINARY, REPLY_ID, place, said

URL = f"https://{standard_webhooks.HOST}{standard_webhooks.PATH}"


@pytest.fixture
def api() -> StandIn:
    api = StandIn(lambda: NOW)
    api.spoke(place("app"))
    return api


def event(**changed: object) -> dict[str, object]:
    return {"type": "message.sent", "data": {"id": REPLY_ID, "customer": {"id": ANA}, "text": ORDINARY} | changed}


def told(api: StandIn, what: object, *, url: str = URL, seconds: int = 0) -> Answer:
    body = orjson.dumps(what)
    signed = proven(body, standard_webhooks.TOKEN, REPLY_ID, NOW - timedelta(seconds=seconds))
    return api.answer(Call("POST", url, signed, body))


def test_what_comes_twice_under_one_id_is_taken_once_and_answered_alike(api: StandIn) -> None:
    first = said(place("app"), to=api)
    api.forward(timedelta(days=1))
    second = said(place("app"), to=api, now=NOW + timedelta(days=1))
    assert isinstance(first, Sent)
    assert first == second
    assert len(api.sent) == 1


def test_what_was_taken_once_is_taken_though_the_customer_has_left_since(api: StandIn) -> None:
    first = said(place("app"), to=api)
    api.block(place("app"))
    assert said(place("app"), to=api) == first


def test_who_has_left_is_not_there(api: StandIn) -> None:
    api.block(place("app"))
    outcome = said(place("app"), to=api)
    assert isinstance(outcome, Refused)
    assert (outcome.code, api.sent) == ("404", ())


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (300, 200), (-300, 200), (301, 401), (-301, 401)])
def test_a_proof_holds_for_five_minutes(api: StandIn, seconds: int, status: int) -> None:
    assert told(api, event(), seconds=seconds).status == status
    assert len(api.sent) == (status == 200)


@pytest.mark.parametrize(
    ("what", "status"),
    [
        (event() | {"type": "message.received"}, 422),
        (event(id="another"), 422),
        (event(text=" "), 422),
        (event(text=None), 422),
        (event(text="a" * 10_001), 413),
        (event(customer={"id": "nobody"}), 404),
        (event(customer={"id": ""}), 404),
        ({"type": "message.sent"}, 422),
        ([], 422),
    ],
)
def test_what_is_wrong_is_refused(api: StandIn, what: object, status: int) -> None:
    assert told(api, what).status == status
    assert api.sent == ()


def test_it_is_at_one_address(api: StandIn) -> None:
    assert told(api, event(), url=f"{URL}/more").status == 404


def test_what_is_unsigned_is_not_let_in(api: StandIn) -> None:
    assert api.answer(Call("POST", URL, {}, orjson.dumps(event()))).status == 401
