"""What the company says where the platform does not say to whom, and what is said in a call where it does not say whose
that is: it reaches whom it answers, or whose call it was, whatever comes first."""

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import Any

import orjson
import pytest

from shared.casework.steps import Agent, ReplyAsked, ReplyMove, reply_id
from shared.models import Call, Deletion, Delivery, Edit, Event, Message, PersonalEvent
from shared.platforms import load, unnamed_answers
from shared.projection.answering import ELSEWHERE
from shared.projection.conversation import Conversation
from shared.projection.timing import Talk
from shared.projection.unnamed import is_copy, tell_again
from shared.store import journal, keys, revisions
from shared.store.keys import Key
from shared.store.table import Item
from tests import waits
from tests.conftest import NOW
from tests.corpus import ABSENT
from tests.double import Answer
from tests.double.wire import Arguments
from tests.shared.repair.house import COMPLAINT, PLAYBOOK, House, said
from tests.template import ROOT, SHARED_PAYLOADS

CHANNEL = "facebook_comment"
LATER = NOW.replace(hour=13)
ANA, LUIS, US = (f"counter:shop:{person}" for person in ("ana", "luis", "shop"))


def asks(number: int = 1, text: str = COMPLAINT, person: str = "ana", **more: Any) -> Message:
    return said(number, text, person, **{"channel": CHANNEL, "thread": "post", "visibility": "public"} | more)


def answers(number: int = 9, of: str | None = "1", text: str = "Ya está, Ana.", **more: Any) -> Message:
    return asks(number, text, "shop", **{"direction": "outbound", "reply_to": of} | more)


def changed(model: type[Edit | Deletion], number: int, of: str = "9", **more: Any) -> PersonalEvent:
    common = answers(number).model_dump(
        include={"external_id", "occurred_at", "identity", "account", "channel", "thread", "direction"}
    )
    return model.model_validate(common | {"target": of} | more)


def orders(*events: PersonalEvent) -> list[tuple[PersonalEvent, ...]]:
    return list(permutations(events))


def head(house: House, identity: str = ANA, thread: str = "post") -> Conversation | None:
    item = house.table.get(keys.conversation_of(identity_name=identity, channel=CHANNEL, thread=thread))
    return Conversation.model_validate_json(item["state"]["S"]) if item else None


def waits_for_an_answer(house: House, identity: str = ANA, thread: str = "post") -> bool:
    found = head(house, identity, thread)
    assert found is not None
    return found.waiting_since is not None


def copies(house: House) -> list[PersonalEvent]:
    """Return what was kept once more, as it says."""
    items = [item for _, item in sorted(house.items().items()) if "packed" in item and is_copy(item)]
    return [journal.entry(item).event for item in items]


def told_to(identity: str, event: PersonalEvent) -> PersonalEvent:
    return event.model_copy(update={"identity": identity})


def lasting(house: House) -> dict[Key, Item]:
    """Return all that the table holds, but when it was projected and which request brought it."""
    passing = ("projected_at", "request", "received_at", "packed")
    return {key: {k: v for k, v in item.items() if k not in passing} for key, item in house.items().items()}


def heard(*events: PersonalEvent) -> House:
    house = House()
    for event in events:
        house.take(event)
    return house


# ------------------------------------------------------------------------------------------------------ whom it reaches


@pytest.mark.parametrize("told", orders(asks(), answers()))
@pytest.mark.parametrize("dated", [True, False])
def test_an_answer_reaches_whoever_is_answered_whichever_of_both_comes_first(
    told: Sequence[Message], dated: bool
) -> None:
    house = heard(*(event.model_copy(update={"dated": dated}) for event in told))
    (copy,) = copies(house)
    assert copy == told_to(ANA, answers(dated=dated))
    assert not waits_for_an_answer(house)
    assert house.table.get(keys.event(answers(dated=dated))), "as the platform told it, it stays where it was"


def test_a_clock_stops_and_the_answer_was_given_in_the_platforms_own_app() -> None:
    house = heard(asks(), answers())
    (run,) = waits.answers(list(house.table.query(keys.identity(ANA))), PLAYBOOK, LATER)[Talk(CHANNEL, "post")]
    assert (run.ended, run.screen, run.stopped_at) == ("answered", "native", answers().occurred_at)


@pytest.mark.parametrize("told", orders(asks(), answers()))
def test_a_case_that_nobody_has_accepted_is_taken_back(told: Sequence[Message]) -> None:
    house = heard(*told)
    (case,) = [item for key, item in house.items().items() if key.sk.startswith(keys.ESCALATION_PREFIX)]
    assert '"state":"withdrawn"' in case["state"]["S"]
    assert ELSEWHERE in case["state"]["S"]


def test_it_is_said_in_the_conversation_of_what_it_answers() -> None:
    house = heard(asks(thread="her own"), answers(thread="another"))
    assert [copy.thread for copy in copies(house)] == ["her own"]
    found = head(house, thread="her own")
    assert found is not None
    assert found.waiting_since is None


@pytest.mark.parametrize("told", orders(asks(), answers(9), answers(12, text="Y el abono, mañana.")))
def test_each_of_two_answers_reaches_her(told: Sequence[Message]) -> None:
    assert copies(heard(*told)) == [told_to(ANA, answers(9)), told_to(ANA, answers(12, text="Y el abono, mañana."))]


@pytest.mark.parametrize("told", orders(asks(), asks(2, person="luis"), answers()))
def test_nobody_else_is_answered_by_it(told: Sequence[Message]) -> None:
    house = heard(*told)
    assert copies(house) == [told_to(ANA, answers())]
    assert (waits_for_an_answer(house), waits_for_an_answer(house, LUIS)) == (False, True)


def test_a_message_that_is_heard_with_its_author_and_without_is_answered_under_both_names() -> None:
    nameless = f"{CHANNEL}:shop:author-of-1"
    for order in orders(asks(identity=nameless), asks(), answers()):
        house = heard(*order)
        assert {copy.identity for copy in copies(house)} == {nameless, ANA}
        assert not waits_for_an_answer(house)
        assert not waits_for_an_answer(house, nameless)
        assert house.reproject("ana", "shop", do=False) == []


@pytest.mark.parametrize(
    "told",
    [
        [asks(), answers(of=None)],
        [asks(), answers(of="of nobody known")],
        [asks(), answers(account="another", identity="counter:another:another")],
        [asks(), answers(channel="instagram_comment")],
        [asks(), answers(9, "7"), answers(7, None)],
    ],
    ids=["nothing", "nobody known", "another account", "another channel", "the company's own"],
)
def test_what_answers_nobody_known_stays_where_it_is(told: Sequence[Message]) -> None:
    for order in permutations(told):
        house = heard(*order)
        assert copies(house) == []
        assert waits_for_an_answer(house)


def test_what_the_company_adds_to_its_own_answer_stays_where_it_is() -> None:
    told = (asks(), answers(), answers(12, "9", "Gracias a todos."))
    for order in permutations(told):
        assert copies(heard(*order)) == [told_to(ANA, answers())]


def test_another_channel_costs_not_one_call_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def calls(event: Message) -> list[str]:
        house, counted = heard(event), Calls()
        house.cloud.hooks.append(counted)
        house.projector().project([house.items()[keys.event(event)]])
        return counted.made

    ordinary, special = [asks(channel="telegram"), answers(channel="telegram")], [asks(), answers()]
    before = {event: calls(event) for event in (*ordinary, *special)}
    monkeypatch.setattr("shared.projection.projector.tell_again", lambda *_: None)
    assert [calls(event) for event in ordinary] == [before[event] for event in ordinary]
    more = [["UpdateItem"], ["GetItem", "UpdateItem"]]
    assert [calls(event) + own for event, own in zip(special, more, strict=True)] == [
        before[event] for event in special
    ]


# ------------------------------------------------------------------------------------------------------------- changes


@pytest.mark.parametrize("told", orders(asks(), answers(), changed(Edit, 12, text="Ya está todo, Ana.")))
def test_an_edit_of_an_answer_goes_where_the_answer_went(told: Sequence[PersonalEvent]) -> None:
    house = heard(*told)
    assert told_to(ANA, changed(Edit, 12, text="Ya está todo, Ana.")) in copies(house)
    assert revisions.key(partition=keys.identity(ANA), target="9") in house.items()


@pytest.mark.parametrize("told", orders(asks(), answers(), changed(Deletion, 12)))
def test_so_does_its_deletion(told: Sequence[PersonalEvent]) -> None:
    house = heard(*told)
    assert told_to(ANA, changed(Deletion, 12)) in copies(house)
    assert revisions.key(partition=keys.identity(ANA), target="9") in house.items()


def test_what_the_company_changes_of_a_message_of_hers_does_not_become_hers() -> None:
    for order in permutations((asks(), changed(Edit, 12, of="1", text="Cambiado"))):
        assert copies(heard(*order)) == []


# ------------------------------------------------------------------------------------------------- again, and by halves


@pytest.mark.parametrize("told", orders(asks(), answers()))
def test_doing_it_again_changes_nothing(told: Sequence[Message]) -> None:
    house = heard(*told)
    before = house.items()
    for item in before.values():
        if item["sk"]["S"].startswith(keys.EVENT_PREFIX):
            house.projector().project([item])
    assert house.items() == before


class Death(BaseException):
    """A process dies here."""


class Calls:
    """Counts the calls of AWS, and dies before or after one of them (a hook of the double)."""

    def __init__(self, last: int = 0, *, after: bool = False) -> None:
        self.made: list[str] = []
        self._last, self._after = last, after

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        self.made.append(operation)
        if len(self.made) == self._last and not self._after:
            raise Death

    def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None:
        if len(self.made) == self._last:
            raise Death


TOLD = (asks(), answers(), changed(Edit, 12, text="Ya está todo, Ana."))


@pytest.mark.parametrize("told", orders(*TOLD))
def test_whoever_dies_between_any_two_calls_leaves_nothing_undone(told: Sequence[PersonalEvent]) -> None:
    assert dies_at_each_of(told) > 40


def dies_at_each_of(told: Sequence[PersonalEvent]) -> int:
    """Let a process die before and after each of its calls, and another go on; return how often one died."""

    def dying(last: int, *, after: bool) -> tuple[House, bool]:
        house, met = House(), False
        for event in told:
            house.keep(event)
        hook = Calls(last, after=after)
        house.cloud.hooks.append(hook)
        try:
            house.settle()
        except Death:
            met = True
        house.cloud.hooks.remove(hook)
        house.settle()
        return house, met

    calm, points = lasting(dying(0, after=False)[0]), 0
    for after in (False, True):
        last, met = 1, True
        while met:
            house, met = dying(last, after=after)
            last += 1
            assert lasting(house) == calm
        points += last
    return points


@pytest.mark.parametrize("told", orders(asks(), answers()))
def test_two_processes_at_once_miss_nothing(told: Sequence[Message]) -> None:
    """Whatever the one has written when the other begins."""
    one, other = told

    def meanwhile(at: int) -> tuple[House, bool]:
        house = House()
        for event in told:
            house.keep(event)
        items = house.items()
        hook = Between(at, lambda: house.projector().project([items[keys.event(other)]]))
        house.cloud.hooks.append(hook)
        house.projector().project([items[keys.event(one)]])
        house.settle()
        return house, hook.met

    at, met = 1, True
    while met:
        house, met = meanwhile(at)
        at += 1
        if met:
            assert copies(house) == [told_to(ANA, answers())]
            assert not waits_for_an_answer(house)
    assert at > 4


class Between:
    """Has something done before one of the calls."""

    def __init__(self, at: int, then: Callable[[], None]) -> None:
        self._left, self._then, self.met = at, then, False

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        self._left -= 1
        if self._left == 0:
            self.met = True
            self._then()

    def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None: ...


# ------------------------------------------------------------------------------------------------ what else goes by it


def we_send(house: House, identity: str) -> None:
    """Say something to somebody, which the platform has under the id of `answers()`."""
    us = Agent(subject="colleague-1", department="care")
    where = {"identity": identity, "channel": CHANNEL, "account": "shop", "thread": "post"}
    asked = ReplyAsked(id="stp_a", at=NOW.replace(minute=8), by=us, text="Ya está, Ana.", **where)
    house.alone(asked)
    for number, act in enumerate(("attempted", "sent"), start=1):
        own = {"external_id": "9"} if act == "sent" else {}
        move = ReplyMove.model_validate(
            {"id": f"stp_a{number}", "identity": identity, "at": NOW.replace(minute=8 + number), "by": us}
            | {"reply_id": reply_id(asked), "number": number, "act": act}
            | own
        )
        house.alone(move)


@pytest.mark.parametrize("ana_comes_last", [False, True])
def test_what_we_send_to_somebody_below_anothers_comment_answers_them_alone(ana_comes_last: bool) -> None:
    """A platform that knows two levels names the comment at the top in the echo, whoever was answered."""
    house = House()
    for event in (asks(2, person="luis", reply_to="1"), *(() if ana_comes_last else (asks(),))):
        house.take(event)
    we_send(house, LUIS)
    house.take(answers())
    house.take(asks())
    house.take(changed(Edit, 12, text="Ya está todo, Luis."))
    assert {copy.identity for copy in copies(house)} == {LUIS}
    assert len(copies(house)) == 2
    assert (waits_for_an_answer(house), waits_for_an_answer(house, LUIS)) == (True, False)
    (case,) = [
        item
        for key, item in house.items().items()
        if key.sk.startswith(keys.ESCALATION_PREFIX) and key.pk == keys.identity(ANA)
    ]
    assert '"state"' not in case["state"]["S"], "it is still offered"
    assert house.reproject("ana", "luis", "shop", do=False) == []


def test_our_own_replys_echo_is_taken_for_that_and_answers_no_case_of_itself() -> None:
    house = House()
    house.take(asks())
    we_send(house, ANA)
    house.take(answers())
    (run,) = waits.answers(list(house.table.query(keys.identity(ANA))), PLAYBOOK, LATER)[Talk(CHANNEL, "post")]
    assert (run.ended, run.screen) == ("answered", "ours")
    (case,) = [item for key, item in house.items().items() if key.sk.startswith(keys.ESCALATION_PREFIX)]
    assert ELSEWHERE not in case["state"]["S"]


@pytest.mark.parametrize("told", orders(*TOLD))
def test_projected_again_it_is_the_same(told: Sequence[PersonalEvent]) -> None:
    house = heard(*told)
    assert house.reproject("ana", "luis", "shop", do=False) == []


def test_a_copy_has_neither_bytes_nor_a_delivery_of_its_own() -> None:
    house = heard(asks(), answers())
    (item,) = [item for item in house.items().values() if "packed" in item and is_copy(item)]
    entry = journal.entry(item)
    assert (entry.delivery.body, entry.delivery_id) == (b"", None)
    assert (entry.delivery.platform, entry.delivery.account) == ("counter", "shop")


# ------------------------------------------------------------------------------------------------------- by their spot

ROOM: dict[str, Any] = {"spot": "room", "thread": "room"}


@pytest.mark.parametrize("told", orders(asks(**ROOM), answers(of=None, **ROOM), asks(2, person="luis", **ROOM)))
def test_what_is_said_at_a_spot_answers_all_who_spoke_there(told: Sequence[Message]) -> None:
    house = heard(*told)
    assert copies(house) == [told_to(each, answers(of=None, **ROOM)) for each in (ANA, LUIS)]
    assert not waits_for_an_answer(house, ANA, "room")
    assert house.reproject("ana", "luis", "shop", do=False) == []


@pytest.mark.parametrize("told", orders(asks(**ROOM), answers(spot="another")))
def test_a_spot_counts_before_what_else_is_answered(told: Sequence[Message]) -> None:
    assert copies(heard(*told)) == []


@pytest.mark.parametrize("told", orders(asks(**ROOM), answers(**ROOM), changed(Edit, 12, text="Ya está todo, Ana.")))
def test_an_edit_of_what_was_said_at_a_spot_follows_it(told: Sequence[PersonalEvent]) -> None:
    edit = changed(Edit, 12, text="Ya está todo, Ana.").model_copy(update={"identity": ANA, "thread": "room"})
    assert edit in copies(heard(*told))


def test_what_is_said_on_at_a_spot_writes_no_copy_in_vain() -> None:
    house, counted = heard(asks(**ROOM), answers(**ROOM), answers(12, **ROOM)), Calls()
    house.keep(asks(2, **ROOM))
    house.cloud.hooks.append(counted)
    tell_again([journal.entry(house.items()[keys.event(asks(2, **ROOM))])], house.table)
    assert counted.made == ["UpdateItem", "BatchGetItem"]


# ------------------------------------------------------------------------------------------------- as platforms tell it


SAMPLES = ROOT / "tests" / "shared" / "platforms"
TOLD_BY = {
    "facebook_comment": ("meta", ("facebook_comment", "facebook_comment_ours"), "500_600", "500_601"),
    "facebook_review": ("meta", ("facebook_review", "facebook_review_later"), "800000000000001", "800000000000001_1"),
    "instagram_comment": (
        *("meta", ("instagram_comment", "instagram_comments")),
        *("17900000000000010", "17900000000000012"),
    ),
    "linkedin_comment": (
        *("linkedin", ("text", "own")),
        "urn:li:comment:(urn:li:activity:7230000000000000001,7230000000000000101)",
        "urn:li:comment:(urn:li:activity:7230000000000000001,7230000000000000110)",
    ),
    "tiktok_comment": ("tiktok", ("comment", "comment_own"), "7230000000000000201", "7230000000000000203"),
    "forum": ("discourse", ("text", "own"), "880101", "880110"),
    "youtube_comment": (
        *("youtube", ("reply", "own_reply_to_another")),
        *("Ugx4711AaAaAaAaAaAaAaAaAaA.9R1", "Ugx4711AaAaAaAaAaAaAaAaAaA.9R4"),
    ),
    "zendesk_ticket": ("zendesk", ("chat", "chat_own"), "msg-201", "msg-202"),
}
"""By channel: the platform, its samples, what a customer says in them, and what the company answers."""


def test_every_such_channel_has_samples() -> None:
    live = {"zendesk_ticket"}  # its tickets name who asks, its live conversations do not
    assert set(TOLD_BY) == unnamed_answers() | live


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("channel", TOLD_BY)
def test_who_is_answered_in_a_platforms_own_app_waits_no_longer(channel: str, backwards: bool) -> None:
    platform, samples, asked, answered = TOLD_BY[channel]
    told = [event for sample in samples for event in read(platform, sample) if isinstance(event, Message)]
    (question,) = [event for event in told if event.external_id == asked]
    (answer,) = [event for event in told if event.external_id == answered]
    named = (question.spot, answer.spot) if answer.spot else (asked, answer.reply_to)
    assert (question.names_a_customer, answer.names_a_customer, *named) == (True, False, named[1], named[0])
    both = (answer, question) if backwards else (question, answer)
    house = heard(*both)
    of = {"identity_name": question.identity, "channel": channel, "thread": question.thread}
    item = house.table.get(keys.conversation_of(**of))
    assert item is not None
    found = Conversation.model_validate_json(item["state"]["S"])
    assert (found.waiting_since, found.last_outbound_at) == (None, answer.occurred_at)


def read(platform: str, sample: str) -> list[Event]:
    body = (SAMPLES / platform / "samples" / f"{sample}.json").read_bytes()
    return load(platform).normalise(Delivery(platform, "shop", body, {}, NOW))


# ------------------------------------------------------------------------------------------- as a forum really tells it


def post(name: str, **more: Any) -> Message:
    told = orjson.loads((SHARED_PAYLOADS / "discourse" / f"{name}.json").read_bytes())
    body = orjson.dumps({"post": told.get("body", told)["post"] | more})
    (event,) = load("discourse").normalise(Delivery("discourse", "foro", body, {}, NOW))
    assert isinstance(event, Message)
    return event


STAFF = {"id": 99, "user_id": 5, "staff": True, "created_at": "2023-02-09T11:00:00.000Z"}


@pytest.mark.skipif(not SHARED_PAYLOADS.is_dir(), reason=ABSENT)
@pytest.mark.parametrize(
    ("customer", "staff"),
    [
        ({}, {"post_number": 4, "reply_to_post_number": 3}),
        ({"post_number": 1}, {"post_number": 4, "reply_to_post_number": None}),
        ({"topic_archetype": "private_message"}, {"topic_archetype": "private_message", "post_number": 4}),
    ],
    ids=["a post", "the topic", "in private"],
)
@pytest.mark.parametrize("backwards", [False, True])
def test_staff_answer_in_the_forum(customer: dict[str, Any], staff: dict[str, Any], backwards: bool) -> None:
    asked = post("fedora.post_created", raw="¿Alguien sabe cuándo llega?", **customer)
    answered = post("fedora.post_created", **STAFF, **staff)
    house = heard(*((answered, asked) if backwards else (asked, answered)))
    assert copies(house) == [told_to(asked.identity, answered)]


@pytest.mark.skipif(not SHARED_PAYLOADS.is_dir(), reason=ABSENT)
def test_staff_who_answer_another_post_of_the_topic_leave_whoever_wrote_this_one_waiting() -> None:
    asked = post("fedora.post_created", raw="¿Alguien sabe cuándo llega?")
    assert copies(heard(asked, post("fedora.post_created", **STAFF, post_number=4))) == []


# -------------------------------------------------------------------------------------------- what was said in a call


def called(number: int = 1, person: str = "ana", of: str | None = "c-1", **more: Any) -> Call:
    """Return the end of a call: who took it, and when."""
    where = {"identity": f"counter:shop:{person}", "account": "shop", "channel": "connect_phone"}
    at = NOW.replace(minute=number)
    return Call.model_validate(
        {**where, "external_id": f"{of}:{number}", "occurred_at": at, "status": "completed", "call_id": of, **more}
    )


def written_down(of: str = "c-1", **more: Any) -> Call:
    return called(2, "shop", of, **{"transcript": "customer: Hola", "summary": "Saluda."} | more)


@pytest.mark.parametrize("told", orders(called(), written_down()))
@pytest.mark.parametrize("dated", [True, False])
def test_what_was_said_in_a_call_reaches_whose_it_was_whichever_comes_first(told: Sequence[Call], dated: bool) -> None:
    house = heard(*(event.model_copy(update={"dated": dated}) for event in told))
    assert copies(house) == [told_to(ANA, written_down(dated=dated))]
    assert house.table.get(keys.event(written_down(dated=dated))), "as the platform told it, it stays where it was"


@pytest.mark.parametrize("told", orders(called(direction="outbound", thread="hers"), written_down()))
def test_it_goes_the_way_of_the_call_and_is_in_its_conversation(told: Sequence[Call]) -> None:
    (copy,) = copies(heard(*told))
    assert isinstance(copy, Call)
    assert (copy.direction, copy.thread) == ("outbound", "hers")


@pytest.mark.parametrize(
    "told",
    orders(called(), called(1, "luis", "c-2"), written_down())
    + orders(called(of=None), written_down())
    + orders(called(account="another", identity="counter:another:ana"), written_down()),
)
def test_nobody_elses_call_gets_it(told: Sequence[Call]) -> None:
    found = copies(heard(*told))
    assert {copy.identity for copy in found} <= {ANA}
    assert len(found) == any(event.call_id == "c-1" and event.identity == ANA for event in told)


@pytest.mark.parametrize("told", orders(called(status="missed", waited=30), written_down()))
def test_whoever_gave_up_in_a_queue_waits_whatever_was_said_there(told: Sequence[Call]) -> None:
    alone, house = heard(called(status="missed", waited=30)), heard(*told)
    key = keys.conversation(called())
    (found, before) = (each.table.get(key) for each in (house, alone))
    assert found is not None
    assert before is not None
    assert found["state"] == before["state"]
    assert Conversation.model_validate_json(found["state"]["S"]).waiting_since


CALLED = (called(), called(3, direction="inbound", status="missed"), written_down())


@pytest.mark.parametrize("told", orders(*CALLED))
def test_whoever_dies_meanwhile_leaves_no_words_behind_and_tells_none_twice(told: Sequence[PersonalEvent]) -> None:
    assert dies_at_each_of(told) > 20
    assert len(copies(heard(*told))) == 1


def test_a_call_whose_id_nobody_goes_by_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def calls(event: Call) -> int:
        house, counted = heard(event), Calls()
        house.cloud.hooks.append(counted)
        house.projector().project([house.items()[keys.event(event)]])
        return len(counted.made)

    before = [calls(called(of=of)) for of in (None, "c-1")]
    monkeypatch.setattr("shared.projection.projector.tell_again", lambda *_: None)
    without = [calls(called(of=of)) for of in (None, "c-1")]
    assert [one - other for one, other in zip(before, without, strict=True)] == [0, 1]
