"""One person on two channels and with two departments, through the deployed product alone: HTTP in, HTTP out."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from infra.local import samples
from tests.system.conftest import House, eventually

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]

MATTER = "Fibra 600 al precio de alta nueva"


class Counter:
    """Somebody at a screen, with a token of a department, or of none."""

    def __init__(self, house: House, *scopes: str) -> None:
        self._house = house
        self._token = house.issuer.token(house.home, scopes=scopes)

    def get(self, path: str, **query: str) -> httpx.Response:
        return self._house.get(path, token=self._token, **query)

    def post(self, path: str, body: dict[str, Any], *, key: str | None = None) -> httpx.Response:
        return httpx.post(
            f"{self._house.home.api_url}{path}",
            json=body,
            headers={"authorization": f"Bearer {self._token}", "idempotency-key": key or secrets.token_hex(8)},
            timeout=60,
            trust_env=False,
        )


def writes_in_the_app(house: House, *, who: str, phone: str, text: str) -> str:
    """Deliver what somebody writes in the company's own app, signed in; return their identity."""
    at = datetime.now(UTC).isoformat()
    event = {
        "type": "message.received",
        "timestamp": at,
        "data": {
            "id": f"m-{secrets.token_hex(6)}",
            "occurred_at": at,
            "customer": {"id": who, "name": "Inés", "phone": {"value": phone, "verified": True}},
            "text": text,
        },
    }
    account = samples.sender("standard_webhooks").ACCOUNT
    body = json.dumps(event).encode()
    answer = samples.deliver(house.home, "standard_webhooks", body, account=account)
    assert answer.status_code == 200, answer.text
    return f"app:{account}:{who}"


def writes_on_whatsapp(house: House, *, phone: str, text: str) -> None:
    sample = samples.find("meta", "whatsapp_text")
    written = json.loads(sample.body)
    value = written["entry"][0]["changes"][0]["value"]
    value["contacts"] = [{"profile": {"name": "Inés G."}, "wa_id": phone.removeprefix("+")}]
    value["messages"] = [
        {
            "from": phone.removeprefix("+"),
            "id": f"wamid.{secrets.token_hex(6)}",
            "timestamp": str(int(datetime.now(UTC).timestamp())),
            "type": "text",
            "text": {"body": text},
        }
    ]
    answer = samples.deliver(house.home, "meta", json.dumps(written).encode(), account=sample.account)
    assert answer.status_code == 200, answer.text


def heard_on(all_seeing: Counter, identity: str, *channels: str) -> dict[str, Any] | None:
    """Return the customer of this identity once there is a conversation of theirs on each of these channels."""
    answer = all_seeing.get("/customers/lookup", identity=identity)
    if answer.status_code == 404:
        return None
    customer: dict[str, Any] = answer.json()["customers"][0]["customer"]
    return customer if {each["channel"] for each in customer["conversations"]} == {*channels} else None


@pytest.mark.timeout(1800)
def test_two_channels_are_one_person_and_two_departments_cannot_say_two_things_unseen(house: House) -> None:
    phone = f"+346{secrets.randbelow(10**8):08}"
    in_app = writes_in_the_app(house, who=f"u-{secrets.token_hex(4)}", phone=phone, text="¿Hay una oferta para mí?")
    writes_on_whatsapp(house, phone=phone, text="Me han cobrado dos veces la factura")
    all_seeing = Counter(house, "customers/read", "customers/link", "customers/audit", "desk/write", "operations/read")
    customer = eventually(lambda: heard_on(all_seeing, in_app, "app", "whatsapp"))
    assert customer is not None
    assert len(customer["identities"]) == 2
    by_phone = all_seeing.get("/customers/lookup", phone=phone).json()["customers"]
    assert [found["customer"]["id"] for found in by_phone] == [customer["id"]]
    (case,) = [each for each in customer["escalations"] if each["department"] == "billing"]

    here = f"/customers/{customer['id']}"
    billing = Counter(house, "customers/read", "desk/write", "department/billing")
    care = Counter(house, "customers/read", "desk/write", "department/care")
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    promise = {
        "stance": "promise",
        "matter": MATTER,
        "text": "La tendrá en un mes.",
        "until": until,
        "escalation_id": case["id"],
    }
    made = billing.post(f"{here}/commitments", promise, key="promised-once")
    assert made.status_code == 201, made.text
    again = billing.post(f"{here}/commitments", promise, key="promised-once")
    assert again.json() == made.json()
    refused = care.post(f"{here}/commitments", {"stance": "refusal", "matter": MATTER, "text": "No es posible."})
    assert [found["kind"] for found in refused.json()["conflicts"]] == ["contradiction"]

    shown = all_seeing.get(here).json()
    assert len(shown["commitments"]) == 2
    assert [found["kind"] for found in shown["conflicts"]] == ["contradiction"]
    assert MATTER not in care.get(here).text.replace("No es posible.", "").replace(
        json.dumps(MATTER, ensure_ascii=False), "", 1
    )

    courier = Counter(house, "customers/read", "department/delivery_and_orders", "purpose/delivery").get(here)
    assert courier.status_code == 200
    assert "factura" not in courier.text
    assert MATTER not in courier.text

    parted = all_seeing.post(f"{here}/unlinks", {"identity": in_app, "why": "Es el teléfono de su madre."})
    assert parted.status_code == 201, parted.text
    alone = all_seeing.get("/customers/lookup", identity=in_app).json()["customers"][0]["customer"]
    assert [each["identity"] for each in alone["identities"]] == [in_app]
    assert all_seeing.get("/customers/lookup", identity=in_app).headers["etag"]

    done = all_seeing.get(f"/customers/{alone['id']}/audit").json()["entries"]
    assert {entry["kind"] for entry in done} >= {"read", "change"}
