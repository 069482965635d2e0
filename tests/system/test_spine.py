"""The whole product on the local engine: a signed webhook becomes a record, a hand-off and a customer's answer."""

import json
import secrets
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from infra.local import samples, tour
from infra.local.deploy import deploy
from infra.local.samples import Sample
from shared.ids import escalation_id
from shared.models import Ignored
from shared.store import keys
from tests.system.conftest import House, eventually

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]

PLATFORMS = samples.calling()

MOVED_BY_THE_WATCH: dict[str, Any] = {"escalations": [], "next": None}
"""What may be different in a customer's answer a minute later, though nobody said or did anything."""


def answered_about(house: House, identity: str) -> dict[str, Any] | None:
    """Return the customer that the lookup finds by an identity, once there is one."""
    answer = house.get("/customers/lookup", identity=identity)
    if answer.status_code == 404:
        return None
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["customers"]
    customer: dict[str, Any] = found["customer"]
    return customer


def queued(house: House, department: str, identity: str) -> list[dict[str, Any]]:
    """Return the hand-offs about somebody that wait on a department's queue."""
    url = json.loads(house.outputs["DepartmentQueues"])[department]
    return [found for body in tour.waiting(house.home, url) if (found := json.loads(body))["identity"] == identity]


def handed_over(house: House, identity: str) -> set[tuple[str, str]]:
    """Return the hand-offs about somebody that wait, as the department's name and the hand-off's id."""
    return {(name, found["id"]) for name in ("billing", "care") for found in queued(house, name, identity)}


def timeline(house: House, customer_id: str) -> list[str]:
    """Return the texts of a customer's whole timeline, page after page."""
    texts, query = [], {"limit": "5"}
    while True:
        page = house.get(f"/customers/{customer_id}/timeline", **query).json()
        texts += [entry["event"].get("text") for entry in page["entries"] if entry["event"]]
        if not page["next_cursor"]:
            return texts
        query["cursor"] = page["next_cursor"]


def offers(customer: dict[str, Any] | None, department: str) -> list[str]:
    """Return the ids of a customer's open escalations to a department."""
    return [found["id"] for found in (customer or {}).get("escalations", []) if found["department"] == department]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_complaint_is_in_the_answer_and_on_the_departments_queue(house: House, platform: str) -> None:
    """It comes before all other samples: the company's answers in the platform's own app are among them, and take back
    what nobody has accepted yet."""
    sample = Sample(platform, "complaint")
    message = tour.complaint_of(sample)
    assert sample.send(house.home).status_code == 200

    offered = escalation_id(identity=message.identity, external_id=message.external_id, department="billing")
    assert eventually(lambda: offered in offers(answered_about(house, message.identity), "billing"))
    customer = answered_about(house, message.identity)
    assert customer is not None
    (conversation,) = [
        found
        for found in customer["conversations"]
        if (found["identity"], found["channel"], found["thread"]) == (message.identity, message.channel, message.thread)
    ]
    assert datetime.fromisoformat(conversation["last_inbound_at"]) >= message.occurred_at

    eventually(lambda: offered in [found["id"] for found in queued(house, "billing", message.identity)])
    (hand_off,) = [found for found in queued(house, "billing", message.identity) if found["id"] == offered]
    (own,) = [each["id"] for each in customer["identities"] if each["identity"] == message.identity]
    assert hand_off["customer"]["id"] == own, "any id of a customer's answers for all of them"
    assert house.get(f"/customers/{own}").json()["id"] == customer["id"]
    assert hand_off["message"]["text"] == message.text
    assert hand_off["reasons"]
    assert hand_off["links"]["customer"] == f"{house.home.api_url}/customers/{own}"
    assert hand_off["links"]["timeline"] == f"{hand_off['links']['customer']}/timeline"
    assert message.text in timeline(house, customer["id"])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_sample_of_a_platform_is_acknowledged_and_projected(house: House, platform: str) -> None:
    chosen = [sample for sample in samples.every() if sample.platform == platform]
    assert tour.send(house.home, chosen)[platform] == {200: len(chosen)}
    tour.wait_until_projected(house.home, house.outputs["TableName"], [found for found in chosen if found.events()])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_delivery_that_comes_twice_is_one_record(house: House, platform: str) -> None:
    sample = Sample(platform, "text")
    (event,) = (found for found in sample.events() if not isinstance(found, Ignored))
    for _ in range(2):
        assert sample.send(house.home).status_code == 200
    assert [key for key in house.items() if key == keys.event(event)] == [keys.event(event)]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_without_a_valid_proof_nothing_is_kept(house: House, platform: str) -> None:
    """What would be kept is there already, so it is taken away first; whatever else comes and goes is none of this."""
    sample = Sample(platform, "non_ascii")
    (event,) = (found for found in sample.events() if not isinstance(found, Ignored))
    key = keys.event(event)
    _take_away(house, key)
    current = samples.sender(platform).SECRETS[0]
    another = current[:12] + ("A" if current[12] != "A" else "B") + current[13:]
    url = f"{house.home.api_url}/webhooks/{platform}/{sample.account}"
    assert sample.send(house.home, secret=another).status_code == 401
    assert httpx.post(url, content=sample.body, timeout=60, trust_env=False).status_code == 401
    assert key not in house.items()
    assert sample.send(house.home).status_code == 200
    assert key in house.items()


def _take_away(house: House, key: keys.Key) -> None:
    assert key in house.items()
    named = {"pk": {"S": key.pk}, "sk": {"S": key.sk}}
    house.home.client("dynamodb").delete_item(TableName=house.outputs["TableName"], Key=named)


def test_the_previous_secret_is_still_good(house: House) -> None:
    body = _telegram(text="firmado con el secreto anterior")
    previous = json.loads(samples.secrets())["telegram/tienda_bot"]["signing"][1]
    answer = samples.deliver(house.home, "telegram", body, account="tienda_bot", secret=previous)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/webhooks/telegram/nobodys_bot", "/webhooks/nothing/tienda_bot", "/webhooks/telegram", "/nothing"],
)
def test_what_is_nobodys_is_not_found(house: House, path: str) -> None:
    assert httpx.post(f"{house.home.api_url}{path}", content=b"{}", timeout=60, trust_env=False).status_code == 404


def test_a_delivery_that_our_code_cannot_read_is_acknowledged_and_kept_whole(house: House) -> None:
    sample = Sample("telegram", "unreadable")
    assert sample.send(house.home).status_code == 200
    kept = [item for (_, sort_key), item in house.items().items() if sort_key == keys.DELIVERY and "open" in item]
    assert any(item["platform"]["S"] == "telegram" for item in kept)


def test_a_delivery_that_no_item_can_hold_is_projected_like_any_other(house: House) -> None:
    """A megabyte that cannot be compressed goes to the bucket, and is announced on the spill queue."""
    body = _telegram(text="un mensaje dentro de una entrega enorme", padding=secrets.token_hex(2_000_000))
    assert samples.deliver(house.home, "telegram", body, account="tienda_bot").status_code == 200
    identity = f"telegram:tienda_bot:{json.loads(body)['message']['from']['id']}"
    assert eventually(lambda: answered_about(house, identity))
    (kept,) = [item for item in house.items().values() if "object" in item]
    stored = house.home.client("s3").get_object(Bucket=house.outputs["DeliveryBucketName"], Key=kept["object"]["S"])
    assert stored["Body"].read() == body


def _telegram(*, text: str, padding: str = "") -> bytes:
    """Return a message of a person of its own, as Telegram would send it."""
    update = json.loads(Sample("telegram", "text").body)
    number = secrets.randbelow(10**9) + 10**9
    update["update_id"] = number
    update["message"] |= {"message_id": number, "text": text, "date": int(datetime.now(UTC).timestamp())}
    update["message"]["from"]["id"] = update["message"]["chat"]["id"] = number
    return json.dumps(update | {"padding": padding}).encode()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_platforms_handshakes(house: House, platform: str) -> None:
    sender = samples.sender(platform)
    for query, status, body in sender.HANDSHAKES:
        if any("\ud800" <= character <= "\udfff" for character in "".join(query.values())):
            continue  # no URL can carry it
        url = f"{house.home.api_url}/webhooks/{platform}/{sender.ACCOUNT}"
        answer = httpx.get(url, params=query, timeout=60, trust_env=False)
        assert answer.status_code == status, query
        assert body is None or answer.text == body


@pytest.mark.parametrize("token", ["", "not-a-token", "a.b.c"])
def test_the_lookup_asks_for_a_token(house: House, token: str) -> None:
    assert house.get("/customers/lookup", token=token, identity="telegram:tienda_bot:1").status_code == 401


def test_a_token_of_another_issuer_is_refused(house: House) -> None:
    header, claims, signature = house.issuer.token(house.home).split(".")
    forged = f"{header}.{claims}.{signature[:-8]}AAAAAAAA"
    assert house.get("/customers/lookup", token=forged, identity="telegram:tienda_bot:1").status_code == 401


def test_operators_see_that_all_of_it_is_accounted_for(house: House) -> None:
    """By the gateway, with a token, under the function's own policies; an index may be a moment behind."""
    sample = Sample("telegram", "text")
    assert sample.send(house.home).status_code == 200
    whose = {"platform": "telegram", "account": sample.account}
    said = eventually(lambda: ledger if (ledger := house.get("/ledger", **whose).json())["received"] else {})
    assert said["balances"] is True
    assert said["received"] == said["journalled"] + said["duplicate"] + sum(said["ignored"].values()) + sum(
        found["units"] for found in said["pending"].values()
    )
    assert set(said["spill"]) == {"queue", "waiting", "in_flight", "dead_letters"}
    for path in ("/dead", "/channels"):
        assert house.get(path).status_code == 200
    limited = house.issuer.token(house.home, departments=["care"])
    assert house.get("/ledger", token=limited, **whose).status_code == 403
    assert house.get("/dead", token="").status_code == 401


def test_the_lookup_knows_what_it_does_not_know(house: House) -> None:
    assert house.get("/customers/lookup", identity="telegram:tienda_bot:1").status_code == 404
    assert house.get("/customers/cus_aaaaaaaaaaaaaaaaaaaaaaaaaa").status_code == 404
    refused = house.get("/customers/lookup", phone="not a phone")
    assert refused.status_code == 422
    assert "phone" in refused.text


def test_a_token_limited_to_a_department_does_not_see_another_departments_case(house: House) -> None:
    identity = tour.complaint_of(Sample("telegram", "complaint")).identity
    limited = house.issuer.token(house.home, departments=["technical"])
    (found,) = house.get("/customers/lookup", token=limited, identity=identity).json()["customers"]
    assert found["customer"]["escalations"] == []
    assert "billing" in {case["department"] for case in found["customer"]["other_cases"]}


def test_the_watch_drives_what_was_left_behind_without_being_asked(house: House) -> None:
    body = _telegram(text="esto se quedó atrás")
    assert samples.deliver(house.home, "telegram", body, account="tienda_bot").status_code == 200
    number = json.loads(body)["message"]["from"]["id"]
    identity = f"telegram:tienda_bot:{number}"
    eventually(lambda: answered_about(house, identity))
    key = next(key for key in house.items() if key[0] == keys.identity(identity) and key[1].startswith("event#"))
    left_behind = {
        "open": {"S": keys.shard("unprojected", key[0])},
        "open_at": {"S": keys.instant(datetime(2026, 1, 1, tzinfo=UTC))},
    }
    house.table.set(keys.Key(*key), left_behind)
    assert eventually(lambda: "open" not in house.items()[key], seconds=240)


def test_nothing_is_forgotten_or_deployed_again_when_the_engine_is_stopped_and_started(house: House) -> None:
    """All is there again. The watch goes on before and after, and whom nobody answered since the samples' day it offers
    to one more department: that may be new, and nothing else may be different."""
    identity = tour.complaint_of(Sample("telegram", "complaint")).identity
    before, customer, waiting = house.items(), answered_about(house, identity), handed_over(house, identity)
    assert customer
    assert waiting
    house.stop()
    house.start()
    assert deploy(house.home, house.issuer, print) is False
    assert house.items().keys() >= before.keys()
    again = answered_about(house, identity)
    assert again
    assert {case["id"] for case in again["escalations"]} >= {case["id"] for case in customer["escalations"]}
    assert again | MOVED_BY_THE_WATCH == customer | MOVED_BY_THE_WATCH
    assert handed_over(house, identity) >= waiting
    assert Sample("telegram", "text").send(house.home).status_code == 200
