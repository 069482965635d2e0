"""Replies to customers: what may be said is known before it is kept, it is kept once, and somebody decides what nobody
knows."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.desk import asked_replies as asked
from services.desk.replying import Replying
from shared.accounts import Account
from shared.casework.cases import BY_OURSELVES, Doing
from shared.casework.steps import Agent, ReplyAsked, ReplyMove
from shared.casework.undelivered import raised
from shared.escalation import Escalation
from shared.ids import customer_id
from shared.models import Message, Receipt
from shared.projection import replies
from shared.projection.cases import offer
from shared.store import keys, steps
from tests.conftest import TABLE
from tests.services.customer360.counter import ANA, ANA_ON_X, LUIS, PLAYBOOK, Answer
from tests.services.desk.office import BILLING, CARE, EVERYTHING, HERS, HIS, Office
from tests.services.desk.test_cases import OTHER_BILLING, do, moves, path
from tests.services.desk.test_cases_once import writer
from tests.services.desk.test_desk import case as only_case

TEXT = {"text": "Se lo abonamos el lunes."}
TEMPLATE = {"template": "abono", "language": "es", "parameters": ["lunes"]}

NUMBER = "106540352242922"
ANA_ON_WHATSAPP = f"whatsapp:{NUMBER}:34600000001"
ANA_BY_MAIL = "email:help@shop.example.com:ana@example.com"
ANA_ON_FACEBOOK = "facebook:100000000000001:1511000001"


def heard(office: Office, external_id: str, *, identity: str, channel: str, at: datetime, **said: Any) -> str:
    """Let somebody write, and return the key of that."""
    account = identity.split(":")[1]
    known: dict[str, Any] = {"text": "Me han cobrado la factura dos veces", "thread": "direct"} | said
    message = Message(
        **known, external_id=external_id, identity=identity, account=account, channel=channel, occurred_at=at
    )
    office.customers.hear(message)
    return keys.event(message).sk


def on_whatsapp(office: Office, **passed: float) -> str:
    at = office.clock - timedelta(**passed)
    return heard(office, "wamid.1", identity=ANA_ON_WHATSAPP, channel="whatsapp", at=at)


def on_facebook(office: Office, number: int = 1, **passed: float) -> str:
    at, post = office.clock - timedelta(**passed), "100000000000001_500"
    where: dict[str, Any] = {"identity": ANA_ON_FACEBOOK, "channel": "facebook_comment", "thread": post}
    return heard(office, f"500_{number}", at=at, visibility="public", **where)


def of(identity: str) -> str:
    return f"/customers/{customer_id(identity)}"


def case_of(office: Office, identity: str) -> str:
    """Return somebody's case, once billing has accepted it."""
    prefix = keys.escalation(identity_name=identity, escalation_id="")
    (key,) = [key for key in office.items() if key.pk == prefix.pk and key.sk.startswith(prefix.sk)]
    case = key.sk.removeprefix(prefix.sk)
    accepted = office.ask(f"{of(identity)}/escalations/{case}/accepted", {}, claims=BILLING)
    assert accepted.status == 201, accepted.text
    return f"{of(identity)}/escalations/{case}"


def say(office: Office, body: object = TEXT, *, on: str | None = None, claims: object = BILLING, **rest: Any) -> Answer:
    return office.ask(f"{on or path(office)}/replies", body, claims=claims, **rest)


def replies_in(office: Office) -> list[ReplyAsked]:
    return [step for step in office.steps() if isinstance(step, ReplyAsked)]


def became(office: Office, reply: str, *acts: Any, identity: str = ANA) -> None:
    """Let the replies' service have done this with a reply, by the projector."""
    done = len(steps.moves(office.table, identity=identity, of=reply))
    for number, (act, rest) in enumerate(acts, start=done + 1):
        office.customers.take(
            ReplyMove,
            identity,
            at=office.clock,
            key=f"{reply} {number}",
            by=BY_OURSELVES,
            reply_id=reply,
            number=number,
            act=act,
            **rest,
        )


# --- about a case


def test_a_reply_about_a_case_is_kept_in_one_step_and_waits_to_be_sent(office: Office) -> None:
    do(office, "accepted")
    answer = say(office, TEXT | {"why": "Lo ha confirmado contabilidad."})
    shown = answer.json
    assert answer.status == 201, answer.text
    assert shown.pop("id").startswith("rpl_")
    assert shown == {
        "identity": ANA,
        "at": "2026-11-22T12:00:00Z",
        "by": {"subject": "bill", "department": "billing"},
        "why": "Lo ha confirmado contabilidad.",
        "channel": "telegram",
        "account": "tienda_bot",
        "thread": "direct",
        "text": "Se lo abonamos el lunes.",
        **{"template": None, "language": None, "parameters": [], "privately": False, "reply_to": None},
        "escalation_id": only_case(office),
        **{"state": "queued", "sent_at": None, "code": None, "sentence": "", "next_at": None, "may": ["give_up"]},
    }
    (step,) = replies_in(office)
    assert (step.escalation_id, step.automatic) == (only_case(office), False)


def test_a_reply_that_is_sent_answers_its_case(office: Office) -> None:
    do(office, "accepted")
    first = say(office, key="k").json
    office.later(minutes=1)
    became(office, first["id"], ("attempted", {}), ("sent", {"external_id": "5150001:900", "sent_at": office.clock}))
    again = say(office, key="k").json
    assert (again["state"], again["sent_at"]) == ("sent", "2026-11-22T12:01:00Z")
    assert office.see(path(office)).json["state"] == "answered"
    assert say(office).status == 201, "and there may be more to say"


@pytest.mark.parametrize(
    ("acts", "told"), [((), "accept it first"), (("withdrawn",), "it is over"), (("accepted", "closed"), "it is over")]
)
def test_only_a_case_that_is_accepted_is_answered(office: Office, acts: tuple[str, ...], told: str) -> None:
    for act in acts:
        assert do(office, act).status == 201
    answer = say(office)
    assert (answer.status, answer.json["stands"]["number"]) == (409, len(acts))
    assert told in answer.json["detail"]
    assert replies_in(office) == []


def test_who_has_the_case_answers_it(office: Office) -> None:
    do(office, "accepted")
    assert say(office, claims=CARE).status == 404
    assert say(office, TEXT | {"number": 0}).json["field"] == "number"
    assert say(office, TEXT | {"number": 1}, claims=OTHER_BILLING).status == 201, "whoever of the department it is"
    do(office, "handed-over")
    gone = say(office)
    assert (gone.status, gone.json["stands"]["department"]) == (409, "technical")
    assert len(replies_in(office)) == 1


@pytest.mark.parametrize("act", ["closed", "handed-over", "withdrawn"])
def test_the_same_request_again_is_answered_again_whatever_became_of_the_case(office: Office, act: str) -> None:
    do(office, "accepted")
    first = say(office, TEXT | {"number": 1}, key="k")
    do(office, act)
    office.later(days=30)
    before = office.items()
    again = say(office, TEXT | {"number": 1}, key="k")
    assert (again.status, again.json) == (201, first.json)
    assert office.items() == before


@pytest.mark.parametrize(
    "other",
    [
        {"text": "Otra cosa."},
        TEXT | TEMPLATE,
        *(TEXT | each for each in ({"why": "x"}, {"privately": True}, {"thread": "other"}, {"reply_to": "event#x"})),
    ],
)
def test_a_key_that_was_given_to_something_else_is_refused(office: Office, other: dict[str, Any]) -> None:
    do(office, "accepted")
    say(office, key="k")
    answer = say(office, other, key="k")
    assert (answer.status, answer.json["field"]) == (422, "Idempotency-Key")
    assert len(replies_in(office)) == 1


def test_of_two_at_once_under_one_key_one_is_kept(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    do(office, "accepted")
    keep, first = steps.keep, iter([True])

    def slow(table: Any, step: Any) -> Any:
        if next(first, False):
            desk = office.part(Replying)
            said = asked.CaseReply(text=TEXT["text"])
            desk.reply_on_case(customer_id(ANA), only_case(office), said, writer("bill", "k", "billing"))
            office.later(seconds=1)
        return keep(table, step)

    monkeypatch.setattr("services.desk.keeping.steps.keep", slow)
    answer = say(office, key="k")
    assert (answer.status, answer.json["at"]) == (201, "2026-11-22T12:00:00Z")
    assert len(replies_in(office)) == 1


def test_dying_between_journal_and_projection_loses_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    do(office, "accepted")

    class Died(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr("shared.projection.replies.take", die)
        assert say(office, key="k").status == 500
    (step,) = replies_in(office)
    head = keys.reply(identity_name=ANA, reply_id=f"rpl_{step.id[4:]}")
    assert head not in office.items()
    assert say(office, key="k").json["state"] == "queued"
    assert head in office.items()
    assert replies_in(office) == [step]


# --- what may not be said


def test_outside_the_window_the_reason_its_end_and_the_alternatives_are_told(office: Office) -> None:
    on_whatsapp(office, hours=30)
    office.ask(f"{HERS}/links", {"identity": ANA_ON_WHATSAPP, "decision": "linked", "why": "Lo dijo"})
    on = case_of(office, ANA_ON_WHATSAPP)
    answer = say(office, on=on)
    assert (answer.status, answer.json["code"], answer.json["field"]) == (409, "conflict", None)
    assert "send an approved template" in answer.json["detail"]
    assert answer.json["refusal"] == {
        "code": "window_closed",
        "sentence": answer.json["detail"],
        "expired_at": "2026-11-22T06:00:00Z",
        "alternatives": ["template"],
    }
    assert answer.json["elsewhere"] == [
        {"identity": ANA, "channel": "telegram", "account": "tienda_bot", "thread": "direct"}
    ]
    assert replies_in(office) == []
    template = say(office, TEMPLATE, on=on)
    assert (template.status, template.json["template"], template.json["parameters"]) == (201, "abono", ["lunes"])
    other = say(office, TEXT | {"channel": "telegram"}, on=on)
    assert (other.status, other.json["identity"]) == (201, ANA)
    assert other.json["escalation_id"] == on.rpartition("/")[2], "the case goes with it"


ON_MESSENGER = "messenger:100000000000001:1511000001"


@pytest.mark.parametrize("rights", [(), ("human_agent",)])
def test_what_the_platform_has_granted_is_offered_and_taken_and_nothing_else_is(rights: tuple[str, ...]) -> None:
    own = Account(platform="meta", account="tienda", rights=rights)
    office = Office(playbook=PLAYBOOK.model_copy(update={"accounts": (own,)})).with_people()
    heard(office, "m_1", identity=ON_MESSENGER, channel="messenger", at=office.clock - timedelta(days=2))
    on_whatsapp(office, hours=30)
    on = case_of(office, ON_MESSENGER)
    (place,) = office.ask(f"{of(ON_MESSENGER)}/reply-options", method="GET", claims=BILLING).json["places"]
    (way,) = place["ways"]
    closes = {(): None, ("human_agent",): "2026-11-27T12:00:00Z"}[rights]
    assert (way["open"], way["until"]) == (bool(rights), closes)
    answer = say(office, on=on)
    assert answer.status == (201 if rights else 409)
    office.ask(f"{of(ON_MESSENGER)}/links", {"identity": ANA_ON_WHATSAPP, "decision": "linked", "why": "Lo dijo"})
    refused = say(office, TEXT | {"channel": "whatsapp"}, on=on)
    assert [each["channel"] for each in refused.json["elsewhere"]] == ["messenger"] * bool(rights)
    if not rights:
        assert answer.json["refusal"] == {
            "code": "window_closed",
            "sentence": answer.json["detail"],
            "expired_at": "2026-11-21T12:00:00Z",
            "alternatives": [],
        }
        assert 'rights = ["human_agent"]' in answer.json["detail"]


def test_a_window_that_closes_later_does_not_change_what_was_asked(office: Office) -> None:
    on_whatsapp(office, hours=23)
    on = case_of(office, ANA_ON_WHATSAPP)
    first = say(office, on=on, key="k")
    office.later(hours=2)
    assert say(office, on=on, key="k").json == first.json
    assert say(office, on=on).status == 409


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"text": "a" * 4097}, "text", "too_long"),
        ({"text": "\u200b\u2060"}, "text", "empty"),
        (TEMPLATE, "template", "no_templates"),
        (TEXT | {"privately": True}, "privately", "no_private_answer"),
    ],
)
def test_what_would_have_to_be_written_otherwise_is_named(
    office: Office, body: dict[str, Any], field: str, code: str
) -> None:
    do(office, "accepted")
    answer = say(office, body)
    assert (answer.status, answer.json["field"]) == (422, field)
    assert answer.json["refusal"]["code"] == code
    assert replies_in(office) == []


def test_the_longest_text_is_the_platform_s_own(office: Office) -> None:
    do(office, "accepted")
    assert say(office, {"text": "😀" * 4096}).status == 201


def test_in_public_the_message_that_the_case_is_about_is_answered_unless_another_is_named(office: Office) -> None:
    first = on_facebook(office, days=2)
    on = case_of(office, ANA_ON_FACEBOOK)
    other = heard(
        office,
        "500_2",
        identity=ANA_ON_FACEBOOK,
        channel="facebook_comment",
        at=office.clock,
        thread="100000000000001_500",
        visibility="public",
        text="¿Hola?",
    )
    told = [say(office, body, on=on).json["reply_to"] for body in (TEXT, TEXT | {"reply_to": other})]
    assert told == [first, other]


def by_mail(office: Office, number: int = 1, **passed: float) -> str:
    at = office.clock - timedelta(**passed)
    where: dict[str, Any] = {"identity": ANA_BY_MAIL, "channel": "email", "thread": "<1@mail.example.com>"}
    return heard(office, f"<{number}@mail.example.com>", at=at, title="Factura 4711", **where)


def test_by_mail_the_message_that_the_case_is_about_is_answered_unless_another_is_named(office: Office) -> None:
    first = by_mail(office, days=2)
    on = case_of(office, ANA_BY_MAIL)
    other = by_mail(office, 2, days=1)
    told = [say(office, body, on=on).json["reply_to"] for body in (TEXT, TEXT | {"reply_to": other})]
    assert told == [first, other]


def test_by_mail_the_last_message_is_answered_unless_another_is_named(office: Office) -> None:
    first, last = by_mail(office, days=2), by_mail(office, 2, days=1)
    (place,) = options(office, of(ANA_BY_MAIL))
    assert (place["reply_to"], [way["open"] for way in place["ways"]]) == (last, [True])
    told = [say(office, body, on=of(ANA_BY_MAIL)).json["reply_to"] for body in (TEXT, TEXT | {"reply_to": first})]
    assert told == [last, first]


def test_by_mail_nothing_is_said_where_what_would_be_answered_is_no_longer_known(office: Office) -> None:
    key = by_mail(office, days=1)
    office.cloud.client("dynamodb").delete_item(
        TableName=TABLE, Key={"pk": {"S": keys.identity(ANA_BY_MAIL)}, "sk": {"S": key}}
    )
    answer = say(office, on=of(ANA_BY_MAIL))
    assert (answer.status, answer.json["refusal"]["code"]) == (422, "nothing_to_answer")


def test_mail_is_named_as_the_way_out_of_a_window_that_is_closed(office: Office) -> None:
    on_whatsapp(office, days=3)
    by_mail(office, days=9)
    for other in (ANA_ON_WHATSAPP, ANA_BY_MAIL):
        office.ask(f"{HERS}/links", {"identity": other, "decision": "linked", "why": "Lo dijo"})
    answer = say(office, TEXT | {"identity": ANA_ON_WHATSAPP}, on=HERS)
    assert answer.status == 409
    assert "email" in [talk["channel"] for talk in answer.json["elsewhere"]]


def test_a_public_message_is_answered_in_private_once(office: Office) -> None:
    key = on_facebook(office, days=1)
    on = case_of(office, ANA_ON_FACEBOOK)
    body = TEXT | {"privately": True}
    first = say(office, body, on=on, key="k")
    assert (first.status, first.json["privately"], first.json["reply_to"]) == (201, True, key)
    assert say(office, body, on=on, key="k").json == first.json
    second = say(office, body, on=on)
    assert (second.status, second.json["refusal"]["code"]) == (409, "answered_already")
    assert second.json["refusal"]["alternatives"] == ["publicly"]
    became(office, first.json["id"], ("attempted", {}), ("refused", {"code": "10"}), identity=ANA_ON_FACEBOOK)
    assert say(office, body, on=on).status == 201, "the platform did not take the first"


def test_a_case_that_was_answered_in_private_goes_on_there(office: Office) -> None:
    comment = on_facebook(office, days=1)
    on, direct = case_of(office, ANA_ON_FACEBOOK), "messenger:100000000000001:7001"
    first = say(office, TEXT | {"privately": True}, on=on)
    read_in = {"address": direct, "channel": "messenger", "external_id": "m_1"}
    became(office, first.json["id"], ("attempted", {}), ("sent", read_in), identity=ANA_ON_FACEBOOK)
    office.settle()
    shown = office.ask(on, method="GET", claims=BILLING).json
    assert (shown["state"], shown["answered_in"]["channel"]) == ("answered", "messenger")
    guessed = say(office, TEXT, on=on)
    assert (guessed.status, guessed.json["field"]) == (422, "channel"), "what was meant for her alone is not published"
    heard(office, "m_2", identity=direct, channel="messenger", at=office.clock, text="¿Y el abono?")
    places = office.ask(f"{on}/reply-options", method="GET", claims=BILLING).json["places"]
    assert places[0]["channel"] == "messenger"
    second = say(office, TEXT, on=on)
    assert (second.status, second.json["channel"], second.json["identity"]) == (201, "messenger", direct)
    publicly = say(office, TEXT | {"channel": "facebook_comment", "reply_to": comment}, on=on)
    assert (publicly.status, publicly.json["channel"]) == (201, "facebook_comment"), "unless another place is named"


def test_on_a_channel_through_which_nobody_speaks_nothing_is_said(office: Office) -> None:
    heard(office, "1", identity="blog:shop:77", channel="blog", at=office.clock)
    on = case_of(office, "blog:shop:77")
    answer = say(office, on=on)
    assert (answer.status, answer.json["field"]) == (422, "channel")
    assert answer.json["refusal"]["code"] == "unknown_channel"


# --- about no case


def test_a_reply_about_no_case_names_its_conversation(office: Office) -> None:
    on_whatsapp(office, hours=1)
    office.ask(f"{HERS}/links", {"identity": ANA_ON_WHATSAPP, "decision": "linked", "why": "Lo dijo"})
    ways: list[dict[str, str]] = [
        *({"channel": "telegram"}, {"identity": ANA}, {"channel": "telegram", "thread": "direct"}),
        {"identity": ANA, "channel": "telegram", "thread": "direct"},
    ]
    for way in ways:
        answer = say(office, TEXT | way, on=HERS, claims=EVERYTHING)
        assert (answer.status, answer.json["identity"], answer.json["escalation_id"]) == (201, ANA, None)
    assert say(office, TEXT | {"channel": "whatsapp"}, on=HERS).json["identity"] == ANA_ON_WHATSAPP
    assert say(office, on=HIS, claims=EVERYTHING).json["identity"] == LUIS, "there is only one"


def test_where_another_department_is_at_work_nobody_else_says_anything(office: Office) -> None:
    do(office, "accepted")
    answer = say(office, on=HERS, claims=CARE)
    assert (answer.status, answer.json["stands"]["department"]) == (409, "billing")
    assert "they answer the customer there" in answer.json["detail"]
    assert replies_in(office) == []
    assert say(office, on=HERS, claims=BILLING).status == 201
    assert say(office, on=HERS, claims=EVERYTHING).status == 201


def test_where_another_department_has_only_been_asked_whoever_can_says_something(office: Office) -> None:
    assert say(office, on=HERS, claims=CARE).status == 201


def test_another_conversation_of_the_same_customer_is_nobody_elses(office: Office) -> None:
    do(office, "accepted")
    there = {"channel": "facebook_comment", "reply_to": on_facebook(office, hours=1)}
    office.customers.link(ANA, ANA_ON_FACEBOOK)
    assert say(office, TEXT | there, on=HERS, claims=CARE).status == 201


@pytest.mark.parametrize(
    ("where", "field", "told"),
    [
        ({}, "channel", "several"),
        ({"thread": "direct"}, "thread", "several"),
        ({"channel": "messenger"}, "channel", "no such conversation"),
        ({"identity": LUIS}, "identity", "no such conversation"),
        ({"channel": "telegram", "thread": "post-1"}, "thread", "no such conversation"),
        ({"identity": ANA, "reply_to": "event#x"}, "reply_to", "no such message"),
        ({"identity": ANA, "reply_to": "about"}, "reply_to", "no such message"),
        ({"identity": ANA, "reply_to": "event#" + "ñ" * 600}, "reply_to", "no such message"),
    ],
)
def test_a_conversation_that_cannot_be_told(office: Office, where: dict[str, str], field: str, told: str) -> None:
    on_whatsapp(office, hours=1)
    office.ask(f"{HERS}/links", {"identity": ANA_ON_WHATSAPP, "decision": "linked", "why": "Lo dijo"})
    answer = say(office, TEXT | where, on=HERS)
    assert (answer.status, answer.json["field"]) == (422, field)
    assert told in answer.json["detail"]
    assert replies_in(office) == []


def test_a_message_of_another_conversation_is_not_answered_in_this_one(office: Office) -> None:
    key = on_facebook(office, days=1)
    other = heard(
        office,
        "900_1",
        identity=ANA_ON_FACEBOOK,
        channel="facebook_comment",
        at=office.clock,
        thread="100000000000001_900",
        visibility="public",
    )
    body = TEXT | {"thread": "100000000000001_900"}
    assert say(office, body | {"reply_to": key}, on=of(ANA_ON_FACEBOOK)).json["field"] == "reply_to"
    assert say(office, body | {"reply_to": other}, on=of(ANA_ON_FACEBOOK)).status == 201
    unnamed = say(office, body, on=of(ANA_ON_FACEBOOK))
    assert (unnamed.json["field"], unnamed.json["refusal"]["code"]) == ("reply_to", "nothing_to_answer")


def test_the_same_key_is_one_reply_though_the_identity_was_parted(office: Office) -> None:
    on_whatsapp(office, hours=1)
    office.ask(f"{HERS}/links", {"identity": ANA_ON_WHATSAPP, "decision": "linked", "why": "Lo dijo"})
    body = TEXT | {"identity": ANA_ON_WHATSAPP}
    first = say(office, body, on=HERS, key="k")
    office.later(minutes=1)
    assert office.ask(f"{HERS}/unlinks", {"identity": ANA_ON_WHATSAPP, "why": "Eran dos."}).status == 201
    again = say(office, body, on=HERS, key="k")
    assert (again.status, again.json) == (201, first.json)
    assert say(office, body, on=HERS).json["field"] == "identity"
    assert len(replies_in(office)) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": "\0"}, "text"),
        ({"text": 7}, "text"),
        ({"text": "a" * 10_001}, "text"),
        (TEXT | {"language": "es"}, "language"),
        (TEXT | {"parameters": ["x"]}, "parameters"),
        ({"template": "abono"}, "language"),
        (TEMPLATE | {"parameters": ["x"] * 21}, "parameters"),
        (TEMPLATE | {"parameters": "x"}, "parameters"),
        (TEMPLATE | {"parameters": [7]}, None),
        (TEXT | {"privately": "yes"}, "privately"),
        (TEXT | {"channel": ""}, "channel"),
        (TEXT | {"escalation_id": "esc_x"}, "escalation_id"),
        (TEXT | {"automatic": True}, "automatic"),
    ],
)
def test_a_body_that_cannot_be_meant(office: Office, body: dict[str, Any], field: str | None) -> None:
    do(office, "accepted")
    for on in (path(office), HERS):
        answer = say(office, body, on=on)
        assert answer.status == 422, answer.text
        assert field is None or answer.json["field"] == field
    assert replies_in(office) == []


# --- what may be said


def options(office: Office, on: str, query: str = "", claims: object = BILLING) -> list[dict[str, Any]]:
    answer = office.see(f"{on}/reply-options", query, claims=claims)
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = answer.json["places"]
    return found


def test_what_may_be_said_where_is_told_before_anybody_writes(office: Office) -> None:
    key = on_facebook(office, days=1)
    on_whatsapp(office, hours=2)
    for other in (ANA_ON_WHATSAPP, ANA_ON_FACEBOOK):
        office.ask(f"{HERS}/links", {"identity": other, "decision": "linked", "why": "Lo dijo"})
    on = case_of(office, ANA_ON_FACEBOOK)
    first, *others = options(office, on)
    assert (first["identity"], first["visibility"], first["reply_to"]) == (ANA_ON_FACEBOOK, "public", key)
    ways = {way["way"]: way for way in first["ways"]}
    assert (ways["text"]["open"], ways["privately"]["open"]) == (True, True)
    assert ways["privately"]["until"] == "2026-11-28T12:00:00Z"
    assert [place["channel"] for place in others] == ["whatsapp", "telegram"], "the one where she wrote last first"
    (text, _) = others[0]["ways"]
    assert (text["way"], text["open"], text["until"]) == ("text", True, "2026-11-23T10:00:00Z")
    assert (text["longest"], text["refusal"]) == (4096, None)
    office.later(days=3)
    (late,) = options(office, of(ANA_ON_WHATSAPP), "channel=whatsapp")
    closed, template = late["ways"]
    assert (closed["open"], closed["refusal"]["expired_at"]) == (False, "2026-11-23T10:00:00Z")
    assert (closed["refusal"]["alternatives"], template["open"]) == (["template"], True)


@pytest.mark.parametrize("on", [HERS, "case"])
def test_more_conversations_than_a_page_has_are_counted_and_gone_on_to(office: Office, on: str) -> None:
    """The first message of the story is one conversation, and 25 threads are the others."""
    case = path(office)
    on, another = (case, HERS) if on == "case" else (HERS, case)
    for number in range(25):
        where: dict[str, Any] = {"identity": ANA, "channel": "telegram", "thread": f"t{number:02}"}
        heard(office, f"t{number}", at=office.clock + timedelta(seconds=number), **where)
    first = office.see(f"{on}/reply-options").json
    assert (len(first["places"]), first["omitted"]) == (20, 6)
    following = f"cursor={first['next_cursor']}"
    second = office.see(f"{on}/reply-options", following).json
    assert (len(second["places"]), second["omitted"], second["next_cursor"]) == (6, 0, None)
    threads = [each["thread"] for page in (first, second) for each in page["places"]]
    assert sorted(threads) == sorted(["direct", *(f"t{number:02}" for number in range(25))])
    if on == HERS:
        assert threads == ["direct", *(f"t{number:02}" for number in range(25))][::-1]
    else:
        assert threads[0] == "direct", "the case's own first, and once"
    for listed, query in ((on, "cursor=x"), (another, following)):
        refused = office.see(f"{listed}/reply-options", query)
        assert (refused.status, refused.json["field"]) == (422, "cursor")


def test_places_of_a_case_are_shown_to_whom_it_is_shown(office: Office) -> None:
    assert office.see(f"{path(office)}/reply-options", claims=CARE).status == 404
    assert [place["channel"] for place in options(office, path(office))] == ["telegram"]
    assert options(office, path(office), "channel=telegram") == options(office, HERS)
    answer = office.see(f"{path(office)}/reply-options", "channel=messenger")
    assert (answer.status, answer.json["field"]) == (422, "channel")
    twice = office.see(f"{HERS}/reply-options", "channel=telegram&channel=telegram")
    assert (twice.status, twice.json["field"]) == (422, "channel")


def test_what_stays_the_same_is_not_sent_again(office: Office) -> None:
    first = office.see(f"{HERS}/reply-options")
    assert office.see(f"{HERS}/reply-options", headers={"if-none-match": first.headers["etag"]}).status == 304


def test_a_token_for_a_purpose_says_nothing_unless_the_playbook_names_reach(office: Office) -> None:
    do(office, "accepted")
    claims = {"sub": "m", "scope": "desk/write purpose/delivery"}
    told = [say(office, claims=claims), office.see(f"{HERS}/reply-options", claims=claims)]
    assert {(answer.status, "reach" in answer.json["detail"]) for answer in told} == {(403, True)}


@pytest.mark.parametrize("on", ["case", "customer"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    hours=st.integers(0, 200),
    body=st.sampled_from([TEXT, TEMPLATE, {"text": "😀" * 4096}, {"text": "a" * 4097}, TEXT | {"privately": True}]),
)
def test_what_is_offered_is_taken_and_what_is_not_is_refused(on: str, hours: int, body: dict[str, Any]) -> None:
    office = Office().with_people()
    on_whatsapp(office, hours=hours)
    case = case_of(office, ANA_ON_WHATSAPP)
    where = case if on == "case" else of(ANA_ON_WHATSAPP)
    (place,) = options(office, where)
    way = "privately" if body.get("privately") else "template" if "template" in body else "text"
    offered = next((each for each in place["ways"] if each["way"] == way), None)
    answer = say(office, body, on=where)
    fits = len(body.get("text", "")) <= (offered or {}).get("longest", 0) if way == "text" else True
    assert (answer.status == 201) is bool(offered and offered["open"] and fits), answer.text
    assert len(replies_in(office)) == (answer.status == 201)


# --- what nobody knows


def unconfirmed(office: Office) -> str:
    do(office, "accepted")
    reply = str(say(office).json["id"])
    became(office, reply, ("attempted", {}), ("unknown", {"why": "no answer came"}))
    return reply


def decide(office: Office, reply: str, what: str, *, claims: object = BILLING, on: str = HERS, **rest: Any) -> Answer:
    said = rest.pop("said", {})
    return office.ask(f"{on}/replies/{reply}/{what}", said, claims=claims, **rest)


@pytest.mark.parametrize(
    ("what", "state", "act"), [("again", "queued", "not_there"), ("given-up", "given_up", "given_up")]
)
def test_somebody_decides_about_a_reply_that_nobody_can_confirm(
    office: Office, what: str, state: str, act: str
) -> None:
    reply = unconfirmed(office)
    answer = decide(office, reply, what, said={"why": "Dice que no le ha llegado."}, key="k")
    assert (answer.status, answer.json["id"], answer.json["state"]) == (201, reply, state)
    *_, move = steps.moves(office.table, identity=ANA, of=reply)
    assert isinstance(move, ReplyMove)
    assert (move.act, move.number, move.by) == (act, 3, Agent(subject="bill", department="billing"))
    before = office.items()
    again = decide(office, reply, what, said={"why": "Dice que no le ha llegado."}, key="k")
    assert (again.status, again.json, office.items()) == (201, answer.json, before)


def look(office: Office, reply: str, *, on: str = HERS, **rest: Any) -> Answer:
    return office.see(f"{on}/replies/{reply}", **rest)


@pytest.mark.parametrize(
    ("acts", "shown"),
    [
        ([], {"state": "queued", "may": ["give_up"]}),
        ([("attempted", {})], {"state": "sending", "may": []}),
        ([("attempted", {}), ("later", {"code": "put_off", "why": "not now", "next_at": 9})],
         {"state": "queued", "code": "put_off", "sentence": "not now", "next_at": 9, "may": ["give_up"]}),
        ([("attempted", {}), ("later", {"code": "put_off", "why": "not now", "next_at": -1})],
         {"state": "queued", "code": "put_off", "sentence": "not now", "may": ["give_up"]}),
        ([("attempted", {}), ("unknown", {"why": "no answer came", "next_at": 5})],
         {"state": "unconfirmed", "sentence": "no answer came", "next_at": 5, "may": ["again", "give_up"]}),
        ([("attempted", {}), ("refused", {"code": "403", "why": "the bot was blocked"})],
         {"state": "refused", "code": "403", "sentence": "the bot was blocked", "may": ["again", "give_up"]}),
        ([("attempted", {}), ("sent", {"external_id": "5150001:900"})], {"state": "sent", "may": []}),
        ([("attempted", {}), ("later", {"next_at": 9}), ("given_up", {})], {"state": "given_up", "may": []}),
    ],
    ids=lambda given: given.get("state", "") if isinstance(given, dict) else "-".join(act for act, _ in given),
)  # fmt: skip
def test_a_reply_is_looked_at_as_it_stands(office: Office, acts: list[Any], shown: dict[str, Any]) -> None:
    do(office, "accepted")
    asked = say(office).json

    def at(minutes: int) -> datetime:
        return office.clock + timedelta(minutes=minutes)

    dated = [(act, said | ({"next_at": at(said["next_at"])} if "next_at" in said else {})) for act, said in acts]
    became(office, asked["id"], *dated)
    answer = look(office, asked["id"], claims=BILLING)
    nothing = {"code": None, "sentence": "", "next_at": None}
    told = {name: answer.json[name] for name in ("state", "may", *nothing)}
    due = {"next_at": f"{at(shown['next_at']):%Y-%m-%dT%H:%M:%SZ}"} if "next_at" in shown else {}
    assert (answer.status, told) == (200, nothing | shown | due)
    assert {name: answer.json[name] for name in ("id", "text", "by", "at", "escalation_id")} == {
        name: asked[name] for name in ("id", "text", "by", "at", "escalation_id")
    }
    unchanged = look(office, asked["id"], claims=BILLING, headers={"if-none-match": answer.headers["etag"]})
    assert unchanged.status == 304


def test_what_did_not_reach_the_customer_is_looked_at_with_the_platform_s_words(office: Office) -> None:
    do(office, "accepted")
    reply = say(office).json["id"]
    became(office, reply, ("attempted", {}), ("sent", {"external_id": "5150001:900"}))
    failed = {"external_id": "r", "occurred_at": office.clock, "target": "5150001:900", "status": "failed"}
    where = {"identity": ANA, "account": "tienda_bot", "channel": "telegram", "error": "blocked by the user"}
    office.customers.hear(Receipt.model_validate(where | failed))
    shown = look(office, reply).json
    assert (shown["state"], shown["code"], shown["may"]) == ("failed", "blocked by the user", ["give_up"])


def test_a_reply_of_another_customer_s_or_out_of_reach_is_not_looked_at(office: Office) -> None:
    reply = unconfirmed(office)
    told = [look(office, reply, claims=CARE), look(office, reply, on=HIS), look(office, "rpl_" + "a" * 26)]
    assert {(answer.status, answer.json["detail"]) for answer in told} == {(404, told[0].json["detail"])}
    assert look(office, "rpl_x").json["field"] == "reply_id"
    assert look(office, reply, claims={"sub": "m", "scope": "customers/read"}).status == 403


@pytest.mark.parametrize("what", ["again", "given-up"])
def test_whoever_has_the_case_now_sees_to_its_reply_as_whoever_wrote_it(office: Office, what: str) -> None:
    """They are told that it needs somebody."""
    reply = unconfirmed(office)
    assert look(office, reply, claims=CARE).status == 404
    assert do(office, "handed-over", to="care", why="Pide la baja.").status == 201
    assert {look(office, reply, claims=claims).status for claims in (CARE, BILLING)} == {200}
    answer = decide(office, reply, what, claims=CARE)
    assert (answer.status, answer.json["may"]) == (201, ["give_up"] if what == "again" else [])


def test_whoever_is_asked_to_look_at_a_reply_sees_it(office: Office) -> None:
    """The watch makes a case of one whose own is closed; that one may be handed on."""
    reply = unconfirmed(office)
    head = replies.read(office.table, ANA, reply)
    assert head is not None
    asks = raised(head, event_key=on_whatsapp(office), playbook=PLAYBOOK, now=office.clock)
    assert offer(office.table, asks.model_copy(update={"department": "care"}))
    assert look(office, reply, claims=CARE).status == 200


def test_it_is_said_what_is_in_the_way(office: Office) -> None:
    do(office, "accepted")
    first = say(office, key="k").json
    became(office, first["id"], ("attempted", {}), ("refused", {"code": "403", "why": "the bot was blocked"}))
    shown = say(office, key="k").json
    assert (shown["state"], shown["code"], shown["sentence"]) == ("refused", "403", "the bot was blocked")
    assert office.see(path(office)).json["state"] == "accepted"


@pytest.mark.parametrize("what", ["again", "given-up"])
def test_about_a_reply_that_is_sent_there_is_nothing_to_decide(office: Office, what: str) -> None:
    reply = unconfirmed(office)
    became(office, reply, ("sent", {"external_id": "5150001:900"}))
    answer = decide(office, reply, what)
    assert (answer.status, answer.json["code"]) == (409, "conflict")
    assert "sent" in answer.json["detail"]


def test_of_two_who_decide_the_second_is_told(office: Office) -> None:
    reply = unconfirmed(office)
    assert decide(office, reply, "again").status == 201
    assert decide(office, reply, "again", claims=OTHER_BILLING).status == 409
    assert [step.act for step in steps.moves(office.table, identity=ANA, of=reply) if isinstance(step, ReplyMove)] == [
        *("attempted", "unknown", "not_there")
    ]


@pytest.mark.parametrize(("what", "said"), [("given-up", {}), ("again", {"why": "Otra cosa."})])
def test_a_key_that_was_given_to_another_decision_is_refused(office: Office, what: str, said: dict[str, str]) -> None:
    reply = unconfirmed(office)
    decide(office, reply, "again", key="k")
    answer = decide(office, reply, what, said=said, key="k")
    assert (answer.status, answer.json["field"]) == (422, "Idempotency-Key")


@pytest.mark.parametrize("what", ["again", "given-up"])
def test_a_reply_of_somebody_else_or_out_of_reach_is_none(office: Office, what: str) -> None:
    reply = unconfirmed(office)
    told = [
        decide(office, reply, what, claims=CARE),
        decide(office, reply, what, on=HIS),
        decide(office, "rpl_" + "a" * 26, what),
    ]
    assert {(answer.status, answer.json["detail"]) for answer in told} == {(404, told[0].json["detail"])}
    assert decide(office, "rpl_x", what).json["field"] == "reply_id"
    assert len(steps.moves(office.table, identity=ANA, of=reply)) == 2


def test_replies_change_no_case_by_themselves(office: Office) -> None:
    do(office, "accepted")
    say(office)
    assert [move.act for move in moves(office)] == ["accepted"]
    kept = office.cases.read(ANA, only_case(office))
    assert isinstance(kept, Escalation)
    assert kept.state == "accepted"
    office.cases.take(office.cases.do(ANA, kept.id, Doing("closed", office.clock, kept.held_by or BY_OURSELVES)))
    assert ANA_ON_X not in [step.identity for step in replies_in(office)]
