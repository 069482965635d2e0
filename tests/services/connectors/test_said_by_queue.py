"""What a department says by its queue of acts is what it could say at the desk: another conversation, a template, in
private, a note, a commitment; kept once, and refused with the field, the end and what would be let through."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import orjson
import pytest

from shared.casework.commitments import commitment_id
from shared.casework.steps import Agent, Commitment, Note, ReplyAsked, Step
from shared.ids import escalation_id
from shared.models import Delivery, Message
from shared.notice import Against, Notice, Place
from shared.playbook import Playbook
from shared.replying import Template
from shared.store import journal, keys, steps
from tests.services.connectors.acts import BY, OPERATOR, QUEUE, act, notices, record, send
from tests.services.connectors.shop import ANA, CASE, DiesAt, Shop, working_in

BEA = {"channel": "whatsapp", "account": "106540352242922", "identity": "whatsapp:106540352242922:34600000007"}
EVA = {"channel": "facebook_comment", "account": "1001", "identity": "facebook_comment:1001:77", "thread": "1001_5"}
UNTIL = "2026-12-01T18:00:00+01:00"
PROMISE: dict[str, Any] = {
    "stance": "promise",
    "matter": "cobro duplicado",
    "text": "Se lo abonamos el lunes.",
    "until": UNTIL,
}


def says(shop: Shop, who: dict[str, str], text: str = "No reconozco este cobro duplicado", **more: Any) -> str:
    """Let somebody say something, and return the case that it makes."""
    message = Message(external_id="m1", occurred_at=shop.world.now(), text=text, **(who | more))
    shop.table.insert(journal.expanded_item(Delivery("meta", "tienda", b"", {}, shop.world.now()), message))
    shop.world.settle()
    return escalation_id(identity=who["identity"], external_id="m1", department="billing")


def told(shop: Shop, *acts: dict[str, Any]) -> Notice:
    send(shop, *acts)
    assert shop.take_acts() == []
    return notices(shop)[-1]


def kept(shop: Shop, whose: str = ANA) -> list[Step]:
    """What the company did about somebody, but for what was done with their cases."""
    found = steps.of(shop.table, keys.identity(whose))
    return [each for each in found if isinstance(each, Note | Commitment | ReplyAsked)]


def test_what_comes_too_late_says_so_with_its_end_and_the_template_that_is_let_through(shop: Shop) -> None:
    about = {"escalation_id": says(shop, BEA), "identity": BEA["identity"]}
    said_at = shop.world.now()
    shop.world.clock += timedelta(days=2)
    refused = told(shop, act("replied", text="Ya está devuelto.") | about)
    assert (refused.notice, refused.code, refused.field) == ("refused", "window_closed", None)
    assert (refused.until, refused.alternatives) == (said_at + timedelta(hours=24), ("template",))
    assert "24 hours" in refused.why
    template = {"template": "abono", "language": "es_ES", "parameters": ["Bea", "49,90 €"]}
    done = told(shop, act("replied", key="k2", why="acordado", **template) | about)
    (asked,) = kept(shop, BEA["identity"])
    assert isinstance(asked, ReplyAsked)
    assert asked.template == Template(name="abono", language="es_ES", parameters=("Bea", "49,90 €"))
    assert (asked.text, asked.why, asked.escalation_id) == ("", "acordado", about["escalation_id"])
    assert (done.notice, done.act) == ("done", "replied")


def test_where_else_a_text_is_let_through_is_told(shop: Shop) -> None:
    shop.says("¿Hola?", "2", thread="bc-1:5150001")
    refused = told(shop, act("replied", text="x" * 5000))
    assert (refused.code, refused.field, refused.alternatives) == ("too_long", "text", ("shorter",))
    assert refused.why.startswith("text: ")
    assert refused.elsewhere == (
        Place(identity=ANA, channel="telegram", account="tienda_bot", thread="bc-1:5150001"),
    )  # fmt: skip


def test_what_is_public_is_answered_in_private_once(shop: Shop) -> None:
    about = {"escalation_id": says(shop, EVA, visibility="public"), "identity": EVA["identity"]}
    in_private = act("replied", text="Le escribimos.", privately=True) | about
    assert told(shop, in_private, in_private).notice == "done"
    (asked,) = kept(shop, EVA["identity"])
    assert isinstance(asked, ReplyAsked)
    assert (asked.privately, asked.thread) == (True, "1001_5")
    shop.world.settle()
    again = told(shop, in_private | {"idempotency_key": "k2"})
    assert (again.notice, again.code) == ("refused", "answered_already")
    assert len(kept(shop, EVA["identity"])) == 1


def test_another_conversation_and_another_message_are_answered_when_they_are_named(shop: Shop) -> None:
    shop.says("¿Hola?", "2", thread="bc-1:5150001")
    (_, second) = journal_keys(shop)
    named = {"to_identity": ANA, "channel": "telegram", "thread": "bc-1:5150001", "reply_to": second}
    assert told(shop, act("replied", text="Aquí.", **named)).notice == "done"
    (asked,) = kept(shop)
    assert isinstance(asked, ReplyAsked)
    assert (asked.thread, asked.reply_to, asked.escalation_id) == ("bc-1:5150001", second, CASE)


def journal_keys(shop: Shop) -> list[str]:
    return [each["sk"]["S"] for each in shop.table.query(keys.identity(ANA), first="event#", last="event#:")]


@pytest.mark.parametrize(
    ("said", "field", "why"),
    [
        (act("replied"), "text", "is missing; write one, or name a template"),
        (act("replied", template="abono"), "language", "is missing; say in which language the template is approved"),
        (act("replied", text="x", language="es"), "language", "goes with template only; leave it out"),
        (act("replied", text="x", privately="yes"), "privately", "must be true or false"),
        (act("replied", text="x", thread="nowhere"), "thread", "this customer has no such conversation"),
        (act("replied", text="x", to_identity="x:1:2"), "to_identity", "this customer has no such conversation"),
        (act("replied", text="x", reply_to="event#x"), "reply_to", "there is no such message in this conversation"),
        (act("replied", template="t", language="es", parameters=["x"] * 21), "parameters", "at most 20"),
        (act("replied", template="abono", language="es"), "template", "no templates"),
        (act("replied", text="x", privately=True), "privately", "is private already"),
        (act("noted"), "text", "is missing; give it"),
        (act("noted", text=""), "text", "is empty; fill it in or leave it out"),
        (act("committed", **PROMISE | {"until": None}), "until", "is missing; say until when it is promised"),
        (act("committed", **PROMISE | {"stance": "refusal"}), "until", "goes with a promise only"),
        (act("committed", **PROMISE | {"until": "2020-01-01T00:00:00Z"}), "until", "has passed"),
        (act("committed", **PROMISE | {"until": "mañana"}), "until", "is no instant; write it like"),
        (act("committed", **PROMISE | {"stance": "maybe"}), "stance", "must be 'promise' or 'refusal'"),
        (act("exploded"), "act", "must be one of 'accepted', 'returned'"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_names_the_field_and_what_to_do(
    shop: Shop, said: dict[str, Any], field: str, why: str
) -> None:
    refused = told(shop, said)
    assert (refused.notice, refused.field) == ("refused", field)
    assert refused.why.startswith(f"{field}: ")
    assert why in refused.why
    assert kept(shop) == []
    assert shop.case.number == 0


def test_a_note_is_written_to_the_case_once_whoever_sends_it_anew(shop: Shop) -> None:
    note = act("noted", text="Ha llamado tres veces.", why="para quien siga")
    done = told(shop, note, note)
    assert shop.acting().take(record(note, SenderId=OPERATOR), "billing")
    assert {each.notice for each in notices(shop)} == {"done"}
    (step,) = kept(shop)
    assert step == Note(
        id=done.note or "", identity=ANA, at=shop.world.now(), by=BY, why="para quien siga",
        text="Ha llamado tres veces.", escalation_id=CASE,
    )  # fmt: skip
    other = told(shop, act("noted", text="otra cosa"))
    assert (other.notice, other.field) == ("refused", "idempotency_key")
    assert kept(shop) == [step]


def test_what_the_customer_was_told_is_a_commitment_and_what_speaks_against_it_is_told(shop: Shop) -> None:
    first = told(shop, act("committed", **PROMISE))
    shop.world.settle()
    second = told(shop, act("committed", key="k2", stance="refusal", matter="Cobro duplicado", text="No procede."))
    made, refusal = (each for each in kept(shop) if isinstance(each, Commitment))
    if made.stance == "refusal":
        made, refusal = refusal, made
    assert (made.by, made.escalation_id, made.text) == (BY, CASE, PROMISE["text"])
    assert (first.commitment, first.conflicts, first.why) == (commitment_id(made), (), "")
    assert second.commitment == commitment_id(refusal)
    assert second.conflicts == (
        Against(kind="contradiction", department="billing", commitment=commitment_id(made)),
    )  # fmt: skip
    assert "in the name of billing" in second.why


def test_a_department_notes_and_promises_about_no_case_of_others(shop: Shop) -> None:
    send(shop, act("handed_over", why="theirs", to="technical"), act("noted", key="k2", text="x"))
    refused = told(shop, act("committed", key="k3", **PROMISE))
    assert [each.notice for each in notices(shop)] == ["done", "refused", "refused"]
    assert "ask them to hand it over" in refused.why
    assert kept(shop) == []


def test_only_the_people_of_the_playbook_promise_where_it_names_any(shop: Shop) -> None:
    ida = {"subject": "ida", "name": "Ida", "departments": ["billing"], "may_promise": ["*"]}
    book = orjson.loads(working_in(6, billing=QUEUE).to_json()) | {"people": [ida]}
    shop.publish(Playbook.from_json(orjson.dumps(book).decode()))
    refused = told(shop, act("committed", **PROMISE))
    assert (refused.notice, refused.field) == ("refused", "matter")
    assert "only the people of the playbook may promise" in refused.why
    assert kept(shop) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (act("replied", text="uno"), act("replied", text="uno", privately=True)),
        (act("replied", text="uno"), act("replied", text="uno", why="otra")),
        (act("noted", text="uno"), act("replied", text="uno")),
        (act("replied", text="uno"), act("noted", text="uno")),
        (act(), act("noted", text="uno")),
        (act("committed", **PROMISE), act("committed", **PROMISE | {"text": "Otra."})),
    ],
)
def test_a_key_that_was_given_to_something_else_does_nothing(
    shop: Shop, first: dict[str, Any], second: dict[str, Any]
) -> None:
    told(shop, first)
    before = kept(shop)
    refused = told(shop, second)
    assert (refused.notice, refused.field) == ("refused", "idempotency_key")
    assert kept(shop) == before


@pytest.mark.parametrize("said", [act("noted", text="x"), act("committed", **PROMISE)], ids=["noted", "committed"])
@pytest.mark.parametrize("done", [False, True])
def test_wherever_the_process_dies_it_is_kept_once_and_told(said: dict[str, Any], done: bool) -> None:
    shop, deaths = Shop(QUEUE), 0
    send(shop, said)
    restore = shop.as_it_was()
    for number in range(10):
        restore()
        hook = DiesAt(number, done=done)
        shop.cloud.hooks.append(hook)
        with suppress(RuntimeError):
            shop.take_acts()
        shop.cloud.hooks.remove(hook)
        deaths += hook.died
        shop.world.clock += timedelta(minutes=5)
        shop.take_acts()
        assert len(kept(shop)) == 1
        assert {each.notice for each in notices(shop)} == {"done"}
        assert shop.still(shop.acts_url) == []
    assert deaths > 3


def test_one_role_is_one_department_in_each(shop: Shop) -> None:
    assert shop.acting().take(record(act("noted", text="x"), SenderId="AROASHARED:a"), "billing")
    (note,) = kept(shop)
    assert note.by == Agent(subject="aws:AROASHARED", department="billing")
