"""What Twilio's stand-in refuses that the port does not ask for, and whom it lets in."""

from base64 import b64encode
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import twilio
from shared.ports import Answer, Call
from tests.conftest import NOW
from tests.replying import place

TWILIO = f"https://api.twilio.com/2010-04-01/Accounts/{twilio.ACCOUNT}/Messages.json"
BASIC = {"authorization": f"Basic {b64encode(twilio.TOKEN.encode()).decode()}"}
NUMBER, ANAS_NUMBER = "+34910000001", "+34600000001"
CONTENT = f"HX{'0' * 31}1"


def sms(**changed: Any) -> dict[str, str]:
    return {"To": ANAS_NUMBER, "From": NUMBER, "Body": "Sí"} | changed


def chat(**changed: Any) -> dict[str, str]:
    return sms(To=f"whatsapp:{ANAS_NUMBER}", From=f"whatsapp:{NUMBER}") | changed


def told_twilio(said: dict[str, str], url: str = TWILIO, headers: dict[str, str] = BASIC) -> tuple[StandIn, Answer]:
    standin = StandIn(lambda: NOW, templates={(CONTENT, "es"): 1})
    standin.spoke(place("sms"))
    standin.spoke(place("twilio_whatsapp", last_inbound_at=NOW - timedelta(hours=24)))
    return standin, standin.answer(Call("POST", url, headers, urlencode(said).encode()))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (sms(To=""), 21211),
        (sms(To="BANCO"), 21211),
        (sms(From="+34910000009"), 21659),
        (sms(To=NUMBER), 21266),
        (sms(Body=" "), 21602),
        (sms(Body="😀" * 801), 21617),
        (chat(From=NUMBER), 63007),
        (chat(), 63016),
        (chat(Body="", ContentSid="aviso"), 21655),
        (chat(ContentSid=f"HX{'0' * 31}2", ContentVariables='{"1":"Ana"}'), 21655),
        (chat(ContentSid=CONTENT), 21656),
        (chat(ContentSid=CONTENT, ContentVariables='{"1":" "}'), 21656),
    ],
)
def test_twilio_refuses_in_its_own_numbers(said: dict[str, str], code: int) -> None:
    standin, answer = told_twilio(said)
    assert (answer.status, answer.json()["code"]) == (400, code)
    assert standin.sent == ()


def test_twilio_takes_an_approved_template_at_any_time_and_counts_the_parts_of_a_text() -> None:
    standin, answer = told_twilio(chat(Body="", ContentSid=CONTENT, ContentVariables='{"1":"Ana"}'))
    assert (answer.status, standin.sent[0].template) == (201, CONTENT)
    _, answer = told_twilio(sms(Body="á" * 71))
    assert (answer.status, answer.json()["num_segments"], answer.json()["status"]) == (201, "2", "queued")


def test_twilio_lets_in_only_the_account_and_its_key() -> None:
    key = {"authorization": f"Basic {b64encode(f'{twilio.KEY}:standin'.encode()).decode()}"}
    assert told_twilio(sms(), headers=key)[1].status == 201
    assert told_twilio(sms(), headers={})[1].json()["code"] == 20003
    assert told_twilio(sms(), TWILIO.replace("Messages", "Calls"))[1].json()["code"] == 20404
