"""A complaint, from the customer's words to the answer on their screen, through the deployed product alone."""

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from infra.local import samples, tour, vendors
from infra.local.samples import Sample
from infra.local.standin import StandIn
from shared.casework.places import place_of
from shared.models import Delivery, Message
from shared.platforms import load
from shared.projection.conversation import Conversation
from tests.system.conftest import House, eventually

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]


class Colleague:
    """Somebody of a department, with a token that reaches no other."""

    def __init__(self, house: House, department: str) -> None:
        self._house = house
        self._token = house.issuer.token(house.home, departments=[department])
        self.department = department

    def get(self, path: str) -> httpx.Response:
        return self._house.get(path, token=self._token)

    def post(self, path: str, *, key: str | None = None, **body: Any) -> httpx.Response:
        return httpx.post(
            f"{self._house.home.api_url}{path}",
            json=body,
            headers={"authorization": f"Bearer {self._token}", "idempotency-key": key or secrets.token_hex(8)},
            timeout=60,
            trust_env=False,
        )

    def queue(self) -> list[dict[str, Any]]:
        answer = self.get(f"/departments/{self.department}/escalations")
        assert answer.status_code == 200, answer.text
        cases: list[dict[str, Any]] = answer.json()["cases"]
        return cases

    def waits_for(self, identity: str) -> dict[str, Any] | None:
        return next((case for case in self.queue() if case["identity"] == identity), None)


@pytest.fixture
def standin(house: House) -> Iterator[StandIn]:
    with vendors.serving(house.home) as standin:
        yield standin


def complains(house: House, standin: StandIn, text: str) -> Message:
    """Deliver what a person of their own writes, and let their platform know them."""
    update = json.loads(Sample("telegram", "text").body)
    number = secrets.randbelow(10**9) + 10**9
    update["update_id"] = number
    update["message"] |= {"message_id": number, "text": text, "date": int(datetime.now(UTC).timestamp())}
    update["message"]["from"]["id"] = update["message"]["chat"]["id"] = number
    body, account = json.dumps(update).encode(), str(samples.sender("telegram").ACCOUNT)
    (message,) = load("telegram").normalise(Delivery("telegram", account, body, {}, datetime.now(UTC)))
    assert isinstance(message, Message)
    of = {name: getattr(message, name) for name in ("identity", "account", "channel", "thread", "visibility")}
    talk = Conversation(**of, opened_at=message.occurred_at, last_inbound_at=message.occurred_at)
    standin.spoke(place_of(talk, message))
    assert samples.deliver(house.home, "telegram", body, account=account).status_code == 200
    return message


def test_a_complaint_goes_where_it_is_solved_and_the_customer_is_answered_once(house: House, standin: StandIn) -> None:
    message = complains(house, standin, "No reconozco este cobro duplicado en mi factura")
    billing, care = Colleague(house, "billing"), Colleague(house, "care")
    case = eventually(lambda: billing.waits_for(message.identity))
    assert case is not None
    path = f"/customers/{case['customer_id']}/escalations/{case['id']}"

    accepted = billing.post(f"{path}/accepted", number=0, key="mine")
    assert accepted.status_code == 201, accepted.text
    assert billing.post(f"{path}/accepted", number=0, key="mine").json() == accepted.json(), "once, however often asked"
    late = billing.post(f"{path}/accepted", number=0)
    assert (late.status_code, late.json()["stands"]["state"]) == (409, "accepted")

    returned = billing.post(f"{path}/returned", why="El cliente pide la baja.", to="care")
    assert returned.status_code == 201, returned.text
    again = eventually(lambda: care.waits_for(message.identity))
    assert again is not None
    assert [stop["department"] for stop in again["path"]] == ["billing"]
    assert billing.waits_for(message.identity) is None
    url = json.loads(house.outputs["DepartmentQueues"])["care"]
    mine = eventually(lambda: [body for body in tour.waiting(house.home, url) if case["id"] in body])
    assert [json.loads(body)["offer"] for body in mine] == [returned.json()["number"]]

    assert care.post(f"{path}/accepted").status_code == 201
    text = "Hola: le devolvemos el cargo el lunes."
    first, second = (care.post(f"{path}/replies", key="one-answer", text=text) for _ in range(2))
    assert (first.status_code, second.json()["id"]) == (201, first.json()["id"]), first.text

    def answered() -> bool:
        return bool(care.get(path).json()["state"] == "answered")

    assert eventually(answered)
    assert [(sent.channel, sent.text) for sent in standin.sent if sent.text == text] == [("telegram", text)]
    shown = care.get(f"/customers/{case['customer_id']}/timeline").json()["entries"]
    (said,) = [entry for entry in shown if entry["kind"] == "reply"]
    assert (said["reply"]["state"], said["step"]["text"]) == ("sent", text)
    acts = [entry["step"]["act"] for entry in shown if entry["kind"] == "case"]
    assert acts == ["answered", "accepted", "returned", "accepted"]


def test_of_two_who_take_the_next_case_each_gets_another_one(house: House, standin: StandIn) -> None:
    people = {complains(house, standin, "Sin internet desde ayer, es urgente").identity for _ in range(2)}
    technical = Colleague(house, "technical")
    eventually(lambda: people <= {case["identity"] for case in technical.queue()})
    taken = [technical.post("/departments/technical/claims").json()["case"]["id"] for _ in range(2)]
    assert len(set(taken)) == 2
