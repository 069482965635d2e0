"""Answers through Twilio: from whom to whom, what comes back, what it refuses, and what its list tells."""

from base64 import b64encode
from datetime import UTC, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import orjson
import pytest

from infra.local.standin import StandIn
from infra.local.standin.platforms import twilio
from shared import platforms
from shared.casework.places import may_say, options
from shared.models import Delivery, Receipt
from shared.platforms.twilio import refusals
from shared.ports import Answer, Call
from shared.replying import Draft, Later, NotThere, Place, Refused, Sent, Template, Unknown
from tests.conftest import NOW
from tests.replying import BSUID, REPLY_ID, asked, found, place, port, presence, reply, said, template_of
from tests.shared.platforms.twilio.cases import TWILIO, form
from tests.shared.platforms.twilio.sender import ACCOUNT

PORT = port("sms")
OURS, ANA = "+34910000001", "+34600000001"
HX = template_of("twilio_whatsapp")
BOTH = pytest.mark.parametrize("channel", ["sms", "twilio_whatsapp"])


def call_of(where: Place, what: Draft | str = "Sí", answer: Answer | None = None, **who: Any) -> tuple[Any, Call]:
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return answer or Answer(0)

    became = asked(PORT.send(reply(where, what), presence("sms", **who), NOW), api, PORT.hosts)
    (call,) = calls
    return became, call


def form_of(where: Place, what: Draft | str = "Sí", **who: Any) -> dict[str, str]:
    return dict(parse_qsl(call_of(where, what, **who)[1].body.decode(), strict_parsing=True))


def became(status: int, /, **said_back: Any) -> Any:
    return call_of(place("sms"), answer=Answer(status, orjson.dumps(said_back)))[0]


# -------------------------------------------------------------------------------------------------------- the request


def test_a_text_message_goes_from_the_number_that_was_written_to() -> None:
    assert form_of(place("sms"), "Sí & no: 50 % + IVA\n👍") == {
        "To": ANA,
        "From": OURS,
        "Body": "Sí & no: 50 % + IVA\n👍",
        "StatusCallback": f"https://door.example/webhooks/twilio/tienda?reply={REPLY_ID}",
    }
    _, call = call_of(place("sms"))
    assert (call.method, call.url) == (
        "POST",
        f"https://api.twilio.com/2010-04-01/Accounts/{twilio.ACCOUNT}/Messages.json",
    )
    assert call.headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("person", [ANA, BSUID])
def test_whatsapp_is_written_to_as_twilio_addresses_it(person: str) -> None:
    told = form_of(place("twilio_whatsapp", person))
    assert (told["To"], told["From"]) == (f"whatsapp:{person}", f"whatsapp:{OURS}")


def test_a_template_is_named_by_its_content_and_numbered() -> None:
    draft = Draft(text="Hola, Ana", template=Template(name=HX, language="es", parameters=("Ana", '24 "h"')))
    told = form_of(place("twilio_whatsapp"), draft)
    assert (told["ContentSid"], orjson.loads(told["ContentVariables"])) == (HX, {"1": "Ana", "2": '24 "h"'})
    assert "Body" not in told
    bare = form_of(place("twilio_whatsapp"), Draft(template=Template(name=HX, language="es")))
    assert "ContentVariables" not in bare


def test_a_template_of_another_form_is_refused_before_anybody_is_asked() -> None:
    draft = Draft(template=Template(name="aviso", language="es"))
    refused = said(place("twilio_whatsapp"), draft, to=StandIn(lambda: NOW))
    assert isinstance(refused, Refused)
    assert "Content SID" in refused.sentence


@pytest.mark.parametrize("door", ["", "http://127.0.0.1:4566"])
def test_where_twilio_cannot_call_us_it_is_told_nothing(door: str) -> None:
    assert "StatusCallback" not in form_of(place("sms"), door=door)


SID, KEY = twilio.ACCOUNT, twilio.KEY


@pytest.mark.parametrize(
    ("token", "basic"), [(f"{SID}:auth-token", f"{SID}:auth-token"), (f"{SID}:{KEY}:secret", f"{KEY}:secret")]
)
def test_an_auth_token_or_an_api_key_lets_in(token: str, basic: str) -> None:
    _, call = call_of(place("sms"), token=token)
    assert call.headers["authorization"] == f"Basic {b64encode(basic.encode()).decode()}"
    assert f"/Accounts/{SID}/" in call.url


@pytest.mark.parametrize(
    "token", ["", "auth-token", SID, f"{SID}:", f"{SID}:a:b:c", f"{KEY}:secret", f"{SID}/../x:a", f"{SID}::b"]
)
def test_a_token_in_another_form_is_not_even_shown_to_twilio(token: str) -> None:
    refused = said(place("sms"), to=StandIn(lambda: NOW), token=token)
    assert isinstance(refused, Refused)
    assert "AccountSid" in refused.sentence
    assert token == "" or token not in refused.sentence
    own = PORT.find
    assert own is not None
    asking = own(reply(place("sms")), presence("sms", token=token), NOW)
    assert isinstance(asked(asking, StandIn(lambda: NOW).answer, PORT.hosts), Unknown)


# ------------------------------------------------------------------------------------------------------- what may be


@pytest.mark.parametrize(
    ("channel", "person"),
    [
        ("sms", "BANCO"),
        ("sms", "+266696687"),
        ("sms", OURS),
        ("sms", BSUID),
        ("sms", f"{ANA}&To=+1"),
        ("twilio_whatsapp", "34600000001"),
        ("twilio_whatsapp", OURS),
        ("twilio_whatsapp", "217100"),
    ],
)
def test_what_is_no_address_is_refused_before_anybody_writes(channel: str, person: str) -> None:
    where = place(channel, person)
    refusal = may_say(Draft(text="Sí"), where, NOW)
    assert refusal is not None
    assert refusal.code == "not_reachable"
    assert said(where, to=StandIn(lambda: NOW)) == Refused(code="not_reachable", sentence=refusal.sentence)


def test_a_call_has_no_answer_in_writing_and_says_what_to_do() -> None:
    called = place("sms").model_copy(update={"channel": "phone", "identity": f"phone:{OURS}:{ANA}"})
    assert "phone" not in platforms.rules()
    (text,) = options(called, NOW)
    assert text.refusal is not None
    assert (text.open, text.refusal.code) == (False, "not_reachable")
    assert "calling back" in text.refusal.sentence
    assert PORT.find is not None
    assert asked(PORT.send(reply(called), presence("sms")), _never, PORT.hosts).outcome == "refused"
    assert asked(PORT.find(reply(called), presence("sms"), NOW), _never, PORT.hosts).outcome == "unknown"


def _never(call: Call) -> Answer:
    raise AssertionError(call)


def test_what_a_text_message_costs_is_said_beforehand() -> None:
    (text,) = options(place("sms"), NOW)
    assert "160" in text.cost
    assert "70" in text.cost
    assert "24 parts" in text.cost


# --------------------------------------------------------------------------------------------------- what comes back


def test_what_twilio_took_has_its_id_and_its_instant() -> None:
    made = {"sid": "SM5e1f", "status": "queued", "error_code": None, "date_created": "Sun, 22 Nov 2026 12:00:05 +0000"}
    assert became(201, **made) == Sent(external_id="SM5e1f", at=NOW + timedelta(seconds=5))


@pytest.mark.parametrize(
    "said_at", [None, 7, "", "yesterday", "Sun, 22 Nov 2026 12:00:05 -0000", "Sun, 22 Nov 0 0:0 +9999"]
)
def test_an_instant_that_cannot_be_read_is_none(said_at: object) -> None:
    assert became(201, sid="SM1", date_created=said_at) == Sent(external_id="SM1", at=None)


@pytest.mark.parametrize("number", [None, 7, "", "../1", "SM 1", "a" * 65])
def test_without_an_id_nobody_knows(number: object) -> None:
    assert isinstance(became(201, sid=number), Unknown)


def test_what_failed_at_once_is_refused() -> None:
    refused = became(201, sid="SM1", status="failed", error_code=21610)
    assert isinstance(refused, Refused)
    assert refused.code == "21610"


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (21610, "STOP"),
        (21211, "no number that Twilio can send to"),
        (21408, "Geo permissions"),
        (21608, "trial"),
        (21614, "no number"),
        (21617, "shorten"),
        (21659, "number of the company's"),
        (63016, "24 hours"),
        (63007, "number of the company's"),
        (21656, "parameters"),
        (20003, "infra.publish tokens"),
        (30007, "spam"),
        (30034, "register"),
        (99999, "docs/api/errors"),
    ],
)
def test_a_refusal_says_what_to_do(number: int, word: str) -> None:
    refused = became(400, code=number, message=f"about {ANA}", status=400)
    assert isinstance(refused, Refused)
    assert refused.code == str(number)
    assert word in refused.sentence
    assert ANA not in refused.sentence


@pytest.mark.parametrize("number", sorted(refusals.LATER))
def test_too_much_at_once_is_for_later(number: int) -> None:
    assert became(400, code=number) == Later()


@pytest.mark.parametrize(("status", "word"), [(401, "credentials"), (403, "API key"), (404, "AccountSid")])
def test_without_a_number_the_status_says_what_to_do(status: int, word: str) -> None:
    refused = became(status, code="x")
    assert isinstance(refused, Refused)
    assert (refused.code, word in refused.sentence) == (str(status), True)


@BOTH
def test_who_wrote_stop_is_refused_in_words(channel: str) -> None:
    standin = StandIn(lambda: NOW)
    standin.spoke(place(channel))
    standin.block(place(channel))
    refused = said(place(channel), to=standin)
    assert isinstance(refused, Refused)
    assert (refused.code, "START" in refused.sentence) == ("21610", True)


# -------------------------------------------------------------------------------------------------- our own id returns


def test_the_url_that_twilio_calls_gives_our_own_id_back() -> None:
    url = form_of(place("sms"))["StatusCallback"]
    (own,) = parse_qs(urlsplit(url).query)["reply"]
    assert urlsplit(url).path == f"/webhooks/twilio/{ACCOUNT}"
    (receipt,) = TWILIO.normalise(_status({"?reply": own}))
    assert isinstance(receipt, Receipt)
    assert receipt.reply_id == REPLY_ID


@pytest.mark.parametrize("given", [None, "", "rpl_short", f"{REPLY_ID}x", "<script>"])
def test_what_is_no_id_of_ours_is_none(given: str | None) -> None:
    (receipt,) = TWILIO.normalise(_status({} if given is None else {"?reply": given}))
    assert isinstance(receipt, Receipt)
    assert receipt.reply_id is None


def _status(kept: dict[str, str]) -> Delivery:
    return Delivery("twilio", ACCOUNT, form("delivered"), kept, NOW)


# ---------------------------------------------------------------------------------------------------------- the search

TEMPLATE = Draft(text="Hola", template=Template(name=HX, language="es"))


def listed(*messages: dict[str, Any], more: str | None = None, status: int = 200) -> Answer:
    return Answer(status, orjson.dumps({"messages": messages, "next_page_uri": more}))


def message(body: str = "Sí, hasta las 2", seconds: int = 5, **changed: Any) -> dict[str, Any]:
    at = format_datetime((NOW + timedelta(seconds=seconds)).astimezone(UTC))
    return {"sid": "SM7", "body": body, "direction": "outbound-api", "date_created": at} | changed


def looked(answer: Answer, what: Draft | str = "Sí, hasta las 2") -> Any:
    assert PORT.find is not None
    asking = PORT.find(reply(place("sms"), what), presence("sms"), NOW, NOW + timedelta(minutes=5))
    return asked(asking, lambda _: answer, PORT.hosts)


def test_what_is_asked_for_is_what_went_from_here_to_them() -> None:
    calls: list[Call] = []

    def api(call: Call) -> Answer:
        calls.append(call)
        return listed()

    assert PORT.find is not None
    assert asked(PORT.find(reply(place("sms")), presence("sms"), NOW), api, PORT.hosts) == NotThere()
    (call,) = calls
    assert dict(parse_qsl(urlsplit(call.url).query)) == {"To": ANA, "From": OURS, "PageSize": "1000"}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        pytest.param(listed(message()), Sent, id="it"),
        pytest.param(listed(message("Otra"), message()), Sent, id="among others"),
        pytest.param(listed(message("Sent from your Twilio trial account - Sí, hasta las 2")), Sent, id="on trial"),
        pytest.param(listed(message("Sí \u2014 hasta las “2”")), Sent, id="other signs"),
        pytest.param(listed(message(date_created=None)), Sent, id="without an instant"),
        pytest.param(listed(message(seconds=-300)), NotThere, id="before"),
        pytest.param(listed(message("Otra")), NotThere, id="other words"),
        pytest.param(listed(message(direction="inbound")), NotThere, id="the customer's own"),
        pytest.param(listed(message(sid=None)), NotThere, id="without an id"),
        pytest.param(listed(), NotThere, id="nothing"),
        pytest.param(listed(message("Otra"), more="/2010-04-01/x"), Unknown, id="more than is shown"),
        pytest.param(listed(message(), more="/2010-04-01/x"), Sent, id="it, and more"),
        pytest.param(listed(status=401), Unknown, id="not let in"),
        pytest.param(Answer(200, b"[]"), Unknown, id="another shape"),
    ],
)
def test_a_lost_answer_is_looked_for(answer: Answer, outcome: type) -> None:
    assert isinstance(looked(answer), outcome)


def test_what_is_another_replys_is_not_this_one() -> None:
    assert PORT.find is not None
    for what, answer in (("Sí, hasta las 2", listed(message())), (TEMPLATE, listed(message("Hola")))):
        asking = PORT.find(reply(place("sms"), what), presence("sms"), NOW, others={"SM7"})
        assert asked(asking, lambda _, said=answer: said, PORT.hosts) == NotThere()  # type: ignore[misc]


@pytest.mark.parametrize(("body", "outcome"), [("👍 👍", Sent), ("👍👍", NotThere)])
def test_what_has_no_letters_is_compared_as_it_is(body: str, outcome: type) -> None:
    assert isinstance(looked(listed(message(body)), "👍  👍"), outcome)


def test_a_template_is_never_taken_for_another_message_nor_sent_again_beside_one() -> None:
    assert isinstance(looked(listed(message("Hola")), TEMPLATE), Unknown)
    assert looked(listed(message("Hola", seconds=-300)), TEMPLATE) == NotThere()


@BOTH
def test_in_the_stand_in_it_is_found_by_its_words(channel: str) -> None:
    standin = StandIn(lambda: NOW)
    standin.spoke(place(channel))
    assert found(place(channel), in_=standin) == NotThere()
    sent = said(place(channel), to=standin)
    assert isinstance(sent, Sent)
    assert found(place(channel), in_=standin).external_id == sent.external_id
