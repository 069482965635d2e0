"""Departments with nothing but an AWS principal: what they say on their queue of acts is done once, whoever dies, and
they are told on the other queue what became of it."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import orjson
import pytest

from shared.accounts import Account
from shared.casework.cases import BY_OURSELVES, Doing
from shared.casework.steps import Agent, ReplyAsked, Talk, reply_id
from shared.ids import escalation_id
from shared.models import Delivery, Message
from shared.notice import Notice
from shared.store import journal, keys, steps
from tests.services.connectors.acts import ALONE, BY, GROUP, OPERATOR, QUEUE, act, notices, record, send
from tests.services.connectors.shop import ANA, CASE, SLACK, DiesAt, Meanwhile, Shop, working_in


def told(shop: Shop) -> list[tuple[str, str | None]]:
    return [(each.notice, each.idempotency_key) for each in notices(shop)]


def replies(shop: Shop) -> list[ReplyAsked]:
    return [step for step in steps.of(shop.table, keys.identity(ANA)) if isinstance(step, ReplyAsked)]


def test_a_department_accepts_with_its_principal_alone_and_is_told_so(shop: Shop) -> None:
    send(shop, act())
    assert shop.take_acts() == []
    assert (shop.case.state, shop.case.held_by) == ("accepted", BY)
    (notice,) = notices(shop)
    assert notice == Notice(
        notice="done",
        notice_id=notice.notice_id,
        id=CASE,
        department="billing",
        at=shop.world.now(),
        why="",
        act="accepted",
        idempotency_key="k1",
    )
    assert shop.still(shop.acts_url) == []


def test_the_same_act_again_is_done_once_and_told_again(shop: Shop) -> None:
    send(shop, act(), act())
    shop.take_acts()
    shop.world.clock += timedelta(minutes=6)  # the queue has forgotten what it told by then
    send(shop, act())
    shop.take_acts()
    assert shop.case.number == 1
    assert told(shop) == [("done", "k1")] * 2
    assert len({each.notice_id for each in notices(shop)}) == 1, "the department may pass over the second"


def test_no_two_acts_are_told_under_one_id_nor_a_refusal_with_what_is_done_after_it(shop: Shop) -> None:
    send(shop, act("closed"), act(key="k2"), act("closed", key="k3"), act("exploded", key="k4"))
    shop.take_acts()
    assert told(shop) == [("refused", "k1"), ("done", "k2"), ("done", "k3"), ("refused", "k4")]
    assert len({each.notice_id for each in notices(shop)}) == 4


@pytest.mark.parametrize(
    ("first", "said", "state"),
    [
        ([], act("returned", why="not ours", to="technical"), "offered"),
        ([], act("handed_over", why="theirs", to="technical"), "offered"),
        ([act(key="a")], act("answered", how="by phone", why="she called"), "answered"),
        ([act(key="a")], act("closed"), "closed"),
        ([], act("withdrawn", why="she says it is solved"), "withdrawn"),
        ([], act("corrected", why="calm", priority="urgent", tone="neutral", speaker="agitator"), "offered"),
    ],
)
def test_each_act_is_what_it_is_at_the_desk(shop: Shop, first: list[Any], said: dict[str, Any], state: str) -> None:
    send(shop, *first, said)
    shop.take_acts()
    assert shop.case.state == state
    assert shop.case.last is not None
    assert (shop.case.last.act, shop.case.last.by) == (said["act"], BY)
    assert told(shop)[-1] == ("done", "k1")
    if said["act"] == "corrected":
        assert {(each.part, each.value) for each in shop.case.corrections} == {
            ("priority", "urgent"), ("tone", "neutral"), ("speaker", "agitator"),
        }  # fmt: skip


def test_an_answer_goes_to_the_customer_and_accepts_what_was_only_offered(shop: Shop) -> None:
    send(shop, act("replied", text="  Ya está devuelto.  "))
    shop.take_acts()
    (asked,) = replies(shop)
    assert (asked.text, asked.by, asked.escalation_id, asked.channel) == ("Ya está devuelto.", BY, CASE, "telegram")
    assert shop.case.state == "accepted"
    assert told(shop) == [("done", "k1")]


@pytest.mark.parametrize(("rights", "notice"), [((), "refused"), (("human_agent",), "done")])
def test_what_the_platform_has_granted_the_account_may_be_said(
    shop: Shop, rights: tuple[str, ...], notice: str
) -> None:
    own = Account(platform="meta", account="tienda", rights=rights)
    shop.publish(working_in(6, billing=QUEUE).model_copy(update={"accounts": (own,)}))
    bea = "messenger:100000000000001:1511000001"
    message = Message(
        external_id="m_1", occurred_at=shop.world.now(), identity=bea, account="100000000000001", channel="messenger",
        text="No reconozco este cobro duplicado",
    )  # fmt: skip
    shop.table.insert(journal.expanded_item(Delivery("meta", "tienda", b"", {}, shop.world.now()), message))
    shop.world.settle()
    case = escalation_id(identity=bea, external_id="m_1", department="billing")
    shop.world.clock += timedelta(days=2)
    send(shop, act("replied", text="Ya está devuelto.") | {"identity": bea, "escalation_id": case})
    shop.take_acts()
    (told,) = notices(shop)
    assert told.notice == notice
    assert notice == "done" or 'rights = ["human_agent"]' in told.why


def test_what_the_channel_does_not_let_through_is_told_with_what_would_be(shop: Shop) -> None:
    send(shop, act("replied", text="x" * 5000))
    shop.take_acts()
    (notice,) = notices(shop)
    assert (notice.notice, notice.alternatives, notice.until) == ("refused", ("shorter",), None)
    assert "shorten it" in notice.why
    assert replies(shop) == []
    assert shop.case.number == 0


@pytest.mark.parametrize("what", ["expired", "accepted"])
def test_whoever_comes_second_is_told_who_was_first(shop: Shop, what: Any) -> None:
    doing = Doing(
        what, shop.world.now(), BY_OURSELVES if what == "expired" else Agent(subject="ida", department="billing")
    )
    shop.cases.do(ANA, CASE, doing)
    send(shop, act())
    shop.take_acts()
    (notice,) = notices(shop)
    assert notice.notice == "refused"
    assert ("expired by mostrador" if what == "expired" else "accepted by ida of billing") in notice.why
    assert shop.case.number == 1


def test_a_key_that_was_given_to_another_act_does_nothing(shop: Shop) -> None:
    send(
        shop,
        act(),
        act("replied", text="uno", key="k2"),
        act("returned", why="x"),
        act("replied", text="dos", key="k2"),
    )
    shop.take_acts()
    assert told(shop) == [("done", "k1"), ("done", "k2"), ("refused", "k1"), ("refused", "k2")]
    assert {each.why for each in notices(shop)[2:]} == {
        "idempotency_key: was given to another act; give each one a key of its own"
    }
    assert [each.text for each in replies(shop)] == ["uno"]
    assert shop.case.number == 1


def test_a_department_reaches_its_own_cases_alone(shop: Shop) -> None:
    shop.says("El router no funciona y hay una avería", number="2")
    other = escalation_id(identity=ANA, external_id="2", department="technical")
    before = shop.cases.read(ANA, other)
    send(shop, act() | {"escalation_id": other}, act(key="k2") | {"escalation_id": "esc_" + "a" * 26})
    shop.take_acts()
    first, second = notices(shop)
    assert (first.notice, first.id) == ("refused", other)
    assert first.why == second.why, "whether there is such a case is none of their business"
    assert "has no such case" in first.why
    assert shop.cases.read(ANA, other) == before


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (act("returned"), "why"),
        (act("returned", why="x", too="technical"), "too"),
        (act("handed_over", why="x"), "to"),
        (act("corrected", why="x"), "priority"),
        (act("exploded"), "act"),
        (act(version="2"), "version"),
        (act("replied", text=""), "text"),
        (act() | {"identity": ""}, "identity"),
    ],
)
def test_what_cannot_be_meant_is_told_with_the_field_at_fault(shop: Shop, said: dict[str, Any], field: str) -> None:
    send(shop, said)
    assert shop.take_acts() == []
    (notice,) = notices(shop)
    assert (notice.notice, notice.id, notice.idempotency_key) == ("refused", CASE, "k1")
    assert notice.why.startswith(f"{field}: ")
    assert shop.case.number == 0


@pytest.mark.parametrize("nonsense", ["{", "[]", "7", "{}", '{"act": "accepted"}'])
def test_what_says_not_even_of_which_case_it_is_stays_and_the_rest_of_its_group_too(shop: Shop, nonsense: str) -> None:
    send(shop, nonsense, act())
    assert len(shop.take_acts()) == 2
    assert notices(shop) == []
    assert shop.case.number == 0


@pytest.mark.parametrize("tool", [None, SLACK])
def test_a_department_that_does_not_say_that_it_works_so_acts_by_no_queue(tool: dict[str, Any] | None) -> None:
    shop = Shop(tool)
    send(shop, act())
    assert len(shop.take_acts()) == 1
    assert shop.case.number == 0


def test_its_hand_offs_are_for_whoever_reads_its_queue(shop: Shop) -> None:
    assert len(shop.hand_over()) == 1
    assert shop.tools.asked == []


@pytest.mark.parametrize("said", [act("replied", text="Ya está."), act("returned", why="x")])
@pytest.mark.parametrize("done", [False, True])
def test_wherever_the_process_dies_it_is_done_once_and_told(said: dict[str, Any], done: bool) -> None:
    shop, deaths = Shop(QUEUE), 0
    send(shop, said)
    restore = shop.as_it_was()
    shop.take_acts()
    calm = (shop.case.state, shop.case.number, [each.text for each in replies(shop)], set(told(shop)))
    for number in range(12):
        restore()
        hook = DiesAt(number, done=done)
        shop.cloud.hooks.append(hook)
        with suppress(RuntimeError):
            shop.take_acts()
        shop.cloud.hooks.remove(hook)
        deaths += hook.died
        shop.world.clock += timedelta(minutes=5)
        shop.take_acts()
        assert (shop.case.state, shop.case.number, [each.text for each in replies(shop)], set(told(shop))) == calm
        assert shop.still(shop.acts_url) == []
    assert deaths > 3


def test_nothing_of_the_customer_is_logged(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    send(
        shop, act("replied", text="x" * 5000), act("returned", key="k2"), act("replied", text="canario", key="k3"), "{"
    )
    shop.take_acts()
    for secret in ("canario", "5150001", "xxxx"):
        assert secret not in caplog.text


def test_the_departments_come_and_go_with_the_playbook(shop: Shop) -> None:
    shop.publish(working_in(6, care=QUEUE))
    send(shop, act())
    assert len(shop.take_acts()) == 1


# --- what may come by another sender, at once, or in another form


def dies() -> None:
    raise RuntimeError("the process dies")


@pytest.mark.parametrize("said", [act("replied", text="Ya está."), act("returned", why="x", to="technical"), act()])
def test_an_act_that_was_done_is_not_done_again_by_whoever_sends_its_dead_letter_anew(
    shop: Shop, said: dict[str, Any]
) -> None:
    shop.cloud.hooks.append(Meanwhile("SendMessage", dies))
    with pytest.raises(RuntimeError, match="dies"):
        shop.acting().take(record(said, SenderId="AIDAEXAMPLE"), "billing")
    number, asked = shop.case.number, replies(shop)
    assert shop.acting().take(record(said, SenderId=OPERATOR), "billing")
    assert (shop.case.number, replies(shop)) == (number, asked)
    assert told(shop) == [("done", "k1")]
    assert shop.case.last is not None
    assert shop.case.last.by == BY, "in the name of whoever did it"


def test_one_role_with_one_key_in_two_departments_does_what_each_of_them_says(shop: Shop) -> None:
    shop.publish(working_in(6, billing=QUEUE, technical=QUEUE))
    acting = shop.acting()
    acting.take(record(act("handed_over", why="theirs", to="technical"), SenderId="AROASHARED:a"), "billing")
    acting.take(record(act(), SenderId="AROASHARED:b"), "technical")
    assert shop.case.held_by == Agent(subject="aws:AROASHARED", department="technical")


@pytest.mark.parametrize("attributes", [{}, {"SenderId": ""}, {"SenderId": ":session"}])
def test_what_nobody_is_known_to_have_sent_is_not_done(shop: Shop, attributes: dict[str, str]) -> None:
    assert shop.acting().take(record(act(), **attributes), "billing")
    assert shop.case.number == 0
    (notice,) = notices(shop)
    assert (notice.notice, notice.idempotency_key) == ("refused", "k1")
    assert "who sent it" in notice.why


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (act("replied", text="uno"), act("withdrawn", why="x")),
        (act("withdrawn", why="x"), act("replied", text="uno")),
        (act(), act("replied", text="uno")),
    ],
)
def test_a_key_is_one_for_answers_and_for_all_else(shop: Shop, first: dict[str, Any], second: dict[str, Any]) -> None:
    send(shop, first)
    shop.take_acts()
    number, asked = shop.case.number, replies(shop)
    send(shop, second)
    shop.take_acts()
    assert (shop.case.number, replies(shop)) == (number, asked)
    assert [each.notice for each in notices(shop)] == ["done", "refused"]
    assert notices(shop)[-1].why == "idempotency_key: was given to another act; give each one a key of its own"


@pytest.mark.parametrize("said", [act(), act("returned", why="x", to="technical"), act("replied", text="Ya está.")])
def test_what_others_do_at_the_same_time_is_no_reason_to_refuse(shop: Shop, said: dict[str, Any]) -> None:
    corrected = Doing("corrected", shop.world.now(), Agent(subject="ida", department="billing"), "x", priority="urgent")
    # Two acts on one case from different groups, or somebody at the desk.
    shop.cloud.hooks.append(Meanwhile("PutItem", lambda: shop.cases.do(ANA, CASE, corrected)))
    shop.acting().take(record(said, SenderId="AIDAEXAMPLE"), "billing")
    assert told(shop) == [("done", "k1")]
    assert (shop.case.number, shop.case.priority) == (2, "urgent")


def test_who_answers_while_a_colleague_accepts_is_heard(shop: Shop) -> None:
    accepted = Doing("accepted", shop.world.now(), Agent(subject="ida", department="billing"))
    shop.cloud.hooks.append(Meanwhile("PutItem", lambda: shop.cases.do(ANA, CASE, accepted)))
    shop.acting().take(record(act("replied", text="Ya está."), SenderId="AIDAEXAMPLE"), "billing")
    assert told(shop) == [("done", "k1")]
    assert [each.text for each in replies(shop)] == ["Ya está."]


def test_it_is_refused_when_it_went_elsewhere_at_the_same_time(shop: Shop) -> None:
    gone = Doing("expired", shop.world.now(), BY_OURSELVES, "nobody accepted it")
    shop.cloud.hooks.append(Meanwhile("PutItem", lambda: shop.cases.do(ANA, CASE, gone)))
    shop.acting().take(record(act(), SenderId="AIDAEXAMPLE"), "billing")
    (notice,) = notices(shop)
    assert (notice.notice, shop.case.number) == ("refused", 1)
    assert "expired by mostrador" in notice.why


@pytest.mark.parametrize("named", ["esc una", "esc_ñ", "x" * 200, f"{CASE}\n.", 7, None])
def test_what_names_no_case_in_its_form_becomes_a_dead_letter(shop: Shop, named: object) -> None:
    send(shop, act("exploded") | {"escalation_id": named})
    assert len(shop.take_acts()) == 1
    assert notices(shop) == []


def test_what_is_told_of_something_unreadable_is_short_however_long_that_was(shop: Shop) -> None:
    send(shop, act("ñ" * 100_000))
    assert shop.take_acts() == []
    (body,) = [each for each in shop.still(shop.world.queues["billing"]) if "notice" in orjson.loads(each)]
    assert len(body) < 10_000


def test_of_two_answers_with_one_key_at_once_the_second_is_not_told_that_it_is_done(shop: Shop) -> None:
    send(shop, act(key="a"))
    shop.take_acts()
    first = record(act("replied", text="uno"), SenderId="AIDAEXAMPLE")
    shop.cloud.hooks.append(Meanwhile("PutItem", lambda: shop.acting().take(first, "billing")))
    shop.acting().take(record(act("replied", text="dos"), SenderId="AIDAEXAMPLE"), "billing")
    assert [each.text for each in replies(shop)] == ["uno"]
    assert [each.notice for each in notices(shop)] == ["done", "done", "refused"]


def test_an_answer_that_is_asked_for_is_not_said_to_be_sent(shop: Shop) -> None:
    send(shop, act("replied", text="Ya está."))
    shop.take_acts()
    (notice,) = notices(shop)
    assert (notice.notice, notice.why) == ("done", "it is asked for; once it is sent, the case is answered")
    (asked,) = replies(shop)
    assert notice.reply == reply_id(asked), "by which what becomes of it is told"


@pytest.mark.parametrize(
    ("writes_in", "said_in"), [(None, None), (ALONE, ALONE), (GROUP, GROUP)], ids=["nowhere", "in private", "in public"]
)
def test_what_was_answered_in_private_is_not_published_unless_the_customer_writes_there(
    writes_in: str | None, said_in: str | None
) -> None:
    shop = Shop(QUEUE, thread=GROUP, visibility="public")
    send(shop, act())
    shop.take_acts()
    there = Talk(identity=ANA, channel="telegram", thread=ALONE)
    shop.cases.take(shop.cases.do(ANA, CASE, Doing("answered", shop.world.now(), BY, answered_in=there)))
    shop.world.clock += timedelta(minutes=5)
    if writes_in is not None:
        public = {"visibility": "public"} if writes_in == GROUP else {}
        shop.says("¿Y el IBAN?", "2", thread=writes_in, **public)
    send(shop, act("replied", key="k2", text="El de siempre."))
    shop.take_acts()
    assert [asked.thread for asked in replies(shop)] == ([said_in] if said_in else [])
    if said_in is None:
        assert "answered in private" in notices(shop)[-1].why


def test_what_is_told_of_acts_is_grouped_by_their_case(shop: Shop) -> None:
    send(shop, act(), act("exploded", key="k2"))
    shop.take_acts()
    seen = shop.cloud.look().messages(shop.world.queues["billing"])
    assert [each.group for each in seen if "notice" in orjson.loads(each.body)] == [CASE, CASE]
