"""Customers are told at once, and once, through the projector on the strict double: whatever dies, comes again, or
overtakes what."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.acknowledging import LATE
from shared.casework.steps import ReplyAsked
from shared.models import Delivery, Message
from shared.platforms import load
from shared.playbook import Acknowledgement, Playbook, parse
from shared.projection import unanswered
from shared.projection.about import About
from shared.projection.conversation import Conversation
from shared.repair.reproject import reproject
from shared.store import journal, keys, steps
from shared.store.keys import Key
from shared.store.playbooks import publish
from shared.store.table import Item, key_of
from tests.conftest import NOW, TABLE
from tests.double import Answer
from tests.double.wire import Arguments
from tests.shared.platforms.meta import sender as meta
from tests.shared.platforms.ses import sender as ses
from tests.shared.platforms.ses.letters import mail, received
from tests.shared.platforms.standard_webhooks import sender as standard_webhooks
from tests.shared.platforms.telegram import sender as telegram
from tests.shared.platforms.x import sender as x
from tests.template import ROOT
from tests.world import World

IDENTITY = "telegram:shop:1"
SENDERS: dict[str, Any] = {"meta": meta, "standard_webhooks": standard_webhooks, "telegram": telegram, "x": x}
SECRETS = {f"{name}/{sender.ACCOUNT}": {"signing": list(sender.SECRETS)} for name, sender in SENDERS.items()}

SUNDAY = NOW
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""Nobody is in the office at NOW, a Sunday; on Monday at eleven, Madrid's time, everybody is."""


@cache
def playbook(office: str = "office") -> Playbook:
    """The example's, with everybody in an office, and both occasions."""
    toml = (ROOT / "infra" / "playbook.example.toml").read_text()
    toml = toml.replace('\ncalendar = "office"\n', "\n").replace(
        "accept_within = {", f'calendar = "{office}"\naccept_within = {{'
    )
    toml = toml.replace("#again_after_days", "again_after_days")
    toml = toml.replace("active = false\n\n[acknowledgement", "\n[acknowledgement")
    toml += '\n[[calendars]]\nname = "hardly_ever"\ntime_zone = "Europe/Madrid"\nhours = { sun = ["04:00-05:00"] }\n'
    found = parse(toml)
    assert found.acknowledgement.when_queue_is_long.active
    return found.model_copy(update={"version": found.version + 1})


@pytest.fixture
def world() -> World:
    return open_world()


def open_world(*, clock: datetime = SUNDAY, by: Playbook | None = None, **more: Any) -> World:
    world = World(SECRETS, **more)
    world.clock = clock
    publish(world.table, by or playbook())
    return world


def message(text: str = "Hola", *, at: datetime = SUNDAY, direction: Any = "inbound", **more: Any) -> Message:
    fields = {
        "external_id": f"1:{at.timestamp()}:{direction}",
        "occurred_at": at,
        "identity": IDENTITY,
        "account": "shop",
        "channel": "telegram",
        "text": text,
        "direction": direction,
    }
    return Message.model_validate(fields | more)


def journalled(world: World, *events: Message) -> None:
    for event in events:
        body = event.model_dump_json().encode()
        world.table.insert(journal.expanded_item(Delivery("telegram", "shop", body, {}, world.clock), event))


def asked(world: World) -> list[ReplyAsked]:
    """Everything that is to be said, by when it was asked for."""
    found = [steps.read(item) for item in world.scan() if item["sk"]["S"].startswith(keys.STEP_PREFIX)]
    return sorted((step for step in found if isinstance(step, ReplyAsked)), key=lambda step: step.at)


def told(world: World) -> list[str]:
    return [step.text for step in asked(world)]


def operations(world: World, since: int) -> list[str]:
    return [operation for operation, _ in world.calls[since:]]


def head(world: World, *, thread: str = "direct") -> Conversation:
    item = world.table.get(keys.conversation_of(identity_name=IDENTITY, channel="telegram", thread=thread))
    assert item is not None
    return Conversation.model_validate_json(item["state"]["S"])


def project(world: World, *, new: bool = True) -> list[Item]:
    """Project what there is, as one process that does not see what it makes; return it."""
    found = world.undone() if new else [item for item in world.scan() if item["sk"]["S"].startswith(keys.EVENT_PREFIX)]
    for pk in dict.fromkeys(item["pk"]["S"] for item in found):
        world.projector().project([item for item in found if item["pk"]["S"] == pk])
    return found


# ------------------------------------------------------------------------------------------- what real platforms send

PAYLOADS = Path(__file__).parents[3].parent / "shared" / "payloads"
SPANISH, ENGLISH = "Hola, gracias por escribir a Teleprado.", "Hello, thank you for writing to Teleprado."


@pytest.mark.skipif(not PAYLOADS.exists(), reason="the published payloads are not beside this checkout")
@pytest.mark.parametrize(
    ("platform", "payload", "begins"),
    [
        # never to what we said ourselves, on whatever screen, nor in public
        ("meta", "messenger/vercelchat.replay.echoMessage", None),
        ("meta", "messenger/restfb.messaging-message-basic-echo", None),
        ("meta", "instagram/vercelchat.replay.echoMessage", None),
        ("meta", "whatsapp/pywa.outgoing_message.text", None),
        ("meta", "instagram/restfb.wh-comments", None),
        ("x", "x/captured.post.mention.create", None),
        # nor to what is no message
        ("meta", "whatsapp/vercelchat.replay.statusUpdate", None),
        ("meta", "whatsapp/pywa.message.reaction", None),
        ("meta", "whatsapp/pywa.edited_message.image", None),
        ("meta", "whatsapp/pywa.call_connect.user_initiated", None),
        ("meta", "whatsapp/pywa.system.identity_change", None),
        ("meta", "messenger/vercelchat.replay.readConfirmation", None),
        # to everybody else
        ("meta", "whatsapp/vercelchat.replay.firstMessage", ENGLISH),
        ("meta", "whatsapp/pywa.message.voice", SPANISH),
        ("meta", "whatsapp/pywa.message.current_location", SPANISH),
        ("meta", "messenger/vercelchat.replay.firstMessage", ENGLISH),
        ("meta", "instagram/vercelchat.replay.firstMessage", ENGLISH),
        ("telegram", "telegram/vercelchat.followUp", ENGLISH),
        ("x", "x/xaa.dm.received", ENGLISH),
    ],
)
def test_what_platforms_really_send(platform: str, payload: str, begins: str | None) -> None:
    """At an hour at which nobody is there, and again when the platform delivers it again."""
    body = (PAYLOADS / f"{payload}.json").read_bytes()
    sender = SENDERS[platform]
    events = load(platform).normalise(Delivery(platform, sender.ACCOUNT, body, {}, NOW))
    world = open_world(clock=max(event.occurred_at for event in events), by=playbook("hardly_ever"))
    for _ in range(2):
        world.clock += timedelta(seconds=5)
        headers = sender.sign(body, sender.SECRETS[0], world.clock)
        world.deliver(platform=platform, account=sender.ACCOUNT, headers=headers, body=body)
        world.settle()
    assert [text[: len(begins or "")] for text in told(world)] == ([begins] if begins else [])
    for step in asked(world):
        answered = world.table.get(Key(keys.identity(step.identity), step.reply_to or ""))
        assert answered is not None
        assert journal.entry(answered).event in events


def test_a_batch_of_many_people_tells_each_of_them_once(world: World) -> None:
    """One delivery of several messages, which the projector expands."""

    def said(name: str, customer: str) -> dict[str, Any]:
        at = SUNDAY.isoformat()
        data = {"id": name, "occurred_at": at, "customer": {"id": customer}, "text": "Hola"}
        return {"type": "message.received", "timestamp": at, "data": data}

    sender, several = standard_webhooks, [said("1", "ana"), said("2", "luis"), said("3", "ana")]
    body = orjson.dumps({"type": "batch", "data": {"events": several}})
    headers = sender.sign(body, sender.SECRETS[0], world.clock)
    world.deliver(platform="standard_webhooks", account=sender.ACCOUNT, headers=headers, body=body)
    world.settle()
    assert sorted(step.identity.rpartition(":")[2] for step in asked(world)) == ["ana", "luis"]


# ------------------------------------------------------------------------------------------------------- what it costs


def projecting(world: World, *events: Message) -> list[str]:
    """Return the calls that it takes to project these events, but for the playbook, which a process reads once a
    minute."""
    journalled(world, *events)
    batch, before = world.undone(), len(world.calls)
    world.projector().project(batch)
    made = operations(world, before)
    made.remove("GetItem")
    world.settle()
    return made


def test_a_playbook_that_says_nothing_costs_nothing() -> None:
    silent = playbook().model_copy(update={"acknowledgement": Acknowledgement()})
    world, other = open_world(by=silent), open_world(clock=MONDAY)
    for minute in range(2):
        same = projecting(world, message(at=SUNDAY + timedelta(minutes=minute)))
        assert same == projecting(other, message("gracias", at=MONDAY + timedelta(minutes=minute)))
    assert same == ["BatchGetItem", "PutItem"]
    assert told(world) == []


THEIR_CASES = ["Query", "GetItem"]
"""What is looked at when a customer speaks after us: of a case of theirs that is open, the clock goes on."""


def test_an_acknowledgement_costs_one_write_and_what_follows_it_nothing(world: World) -> None:
    journalled(world, message(at=SUNDAY - timedelta(days=30), direction="outbound"))
    world.settle()
    assert projecting(world, message()) == ["BatchGetItem", "PutItem", *THEIR_CASES, "PutItem"]
    assert len(told(world)) == 1
    for minute in (1, 2):
        again = message("¿Hola?", at=SUNDAY + timedelta(minutes=minute))
        assert projecting(world, again) == ["BatchGetItem", "PutItem"]
    assert len(told(world)) == 1


def test_several_messages_together_are_answered_once_as_the_last_that_wants_it(world: World) -> None:
    words = ["Hola", "Hi, where are you when we need you", "gracias"]
    journalled(world, message(at=SUNDAY - timedelta(days=30), direction="outbound"))
    world.settle()
    burst = [message(text, at=SUNDAY + timedelta(seconds=place)) for place, text in enumerate(words)]
    assert projecting(world, *burst) == ["BatchGetItem", "PutItem", *THEIR_CASES, "PutItem"]
    (step,) = asked(world)
    assert step.text.startswith(ENGLISH)
    assert step.reply_to == keys.event(message(at=SUNDAY + timedelta(seconds=1))).sk


def test_each_conversation_of_a_person_is_one_but_those_of_many_are_one_together(world: World) -> None:
    threads = ("direct", "a", "b", "a#b", "a")
    journalled(world, *(message(thread=thread, external_id=thread) for thread in threads))
    world.settle()
    said = [step.thread for step in asked(world)]
    assert len(said) == 2
    assert "direct" in said


# ------------------------------------------------------------------------ whoever opens a conversation with every word

MAILBOX = "ayuda@example.com"


def letter(number: int, *, sender: str = "ana@example.org") -> Message:
    """A mail that answers none."""
    return message(
        at=SUNDAY + timedelta(seconds=number),
        external_id=f"<{number}@example.org>",
        thread=f"<{number}@example.org>",
        identity=f"email:{MAILBOX}:{sender}",
        account=MAILBOX,
        channel="email",
    )


def person(world: World, sender: str = "ana@example.org") -> About:
    item = world.table.get(keys.about(f"email:{MAILBOX}:{sender}"))
    assert item is not None
    return About.model_validate_json(item["state"]["S"])


def test_a_program_that_answers_each_acknowledgement_with_a_new_mail_is_told_once() -> None:
    """Five signed mails from Amazon SES, none of which says that a program wrote it."""
    world = World({f"ses/{ses.ACCOUNT}": {"signing": list(ses.SECRETS)}})
    publish(world.table, playbook())
    for number in range(5):
        world.clock = SUNDAY + timedelta(seconds=40 * number)
        raw = mail(
            "Hemos recibido su mensaje.",
            From="Robot <robot@example.org>",
            Message_ID=f"<{number}@robot.example.org>",
            Date=format_datetime(world.clock),
        )
        came = received(raw).replace(b"2026-09-21T10:00:01.000Z", world.clock.strftime("%Y-%m-%dT%TZ").encode())
        body = ses.enclose(came, ses.SECRETS[0], world.clock)
        headers = ses.sign(body, ses.SECRETS[0], world.clock)
        world.deliver(platform="ses", account=ses.ACCOUNT, headers=headers, body=body)
        world.settle()
    (step,) = asked(world)
    assert step.thread == "<0@robot.example.org>"
    heads = [item for item in world.scan() if item["sk"]["S"].startswith(keys.CONVERSATION_PREFIX)]
    assert len(heads) == 5
    assert person(world, "robot@example.org").acknowledged == {"email": step.at}


def test_somebody_else_in_the_same_minute_is_told_as_ever(world: World) -> None:
    for number, sender in enumerate(("ana@example.org", "luis@example.org", "ana@example.org")):
        journalled(world, letter(number, sender=sender))
        world.settle()
    assert [step.identity.rpartition(":")[2] for step in asked(world)] == ["ana@example.org", "luis@example.org"]


def test_whoever_writes_anew_two_days_later_is_told_again(world: World) -> None:
    found = []
    for hours in (0, 1, 23, 48, 49, 71):
        world.clock = SUNDAY.replace(hour=20) + timedelta(hours=hours)
        what = letter(int((world.clock - SUNDAY).total_seconds()))
        journalled(world, what)
        world.settle()
        found.append(len(told(world)))
    assert found == [1, 1, 1, 2, 2, 2]
    assert person(world).acknowledged == {"email": asked(world)[-1].at}


def test_in_a_crisis_a_program_hears_the_committee_once(world: World) -> None:
    journalled(world, letter(0))
    world.settle()
    crisis = playbook().crisis.model_copy(update={"active": True, "since": SUNDAY + timedelta(minutes=1)})
    publish(world.table, playbook().model_copy(update={"version": playbook().version + 1, "crisis": crisis}))
    for number in range(61, 66):
        world.clock = SUNDAY + timedelta(seconds=number)
        journalled(world, letter(number))
        world.settle()
    first, second = told(world)
    assert first.startswith(SPANISH)
    assert second.startswith("Sabemos que hay una avería")


def test_what_is_projected_before_the_person_is_known_to_be_told_is_told_nothing(world: World) -> None:
    """The step's record may come late, and each of these mails by itself."""
    for number in range(3):
        journalled(world, letter(number))
        project(world)
    assert len(told(world)) == 1
    world.settle()
    assert len(told(world)) == 1
    assert person(world).acknowledged == {"email": asked(world)[0].at}


def test_two_projectors_at_once_tell_one_person_once_in_one_of_two_conversations() -> None:
    number, came_in = 0, True
    while came_in:
        number += 1
        world = open_world()
        journalled(world, letter(0), letter(1))
        one, other = (item for item in world.undone() if item["sk"]["S"].startswith(keys.EVENT_PREFIX))
        interloper = Interloper(world, number, [other])
        world.cloud.hooks.append(interloper)
        world.projector().project([one])
        world.cloud.hooks.remove(interloper)
        came_in = interloper._left <= 0
        world.settle()
        (step,) = asked(world)
        assert person(world).acknowledged == {"email": step.at}
        assert len(world.cloud.look().messages(world.replies_url)) == 1


def test_who_dies_while_it_is_noted_that_somebody_was_told_notes_it_the_next_time() -> None:
    number, died = 0, True
    while died:
        number += 1
        world = open_world()
        journalled(world, letter(0))
        world._done |= {key_of(item) for item in project(world)}
        (record,) = (item for item in world.undone() if item["sk"]["S"].startswith(keys.STEP_PREFIX))
        made = [name for name, _ in world.calls].count("PutItem")
        world._refused = {"PutItem": (made + number,)}
        died = False
        try:
            world.projector().project([record])
        except ClientError:
            died = True
        world._refused = {}
        world.clock += timedelta(seconds=5)
        journalled(world, letter(5))
        world.settle()
        (step,) = asked(world)
        assert person(world).acknowledged == {"email": step.at}
    assert number > 3, "the reply's head, the conversation's and the person's are written"


def test_that_the_person_was_told_is_computed_again_from_the_journal(world: World) -> None:
    for number in (0, 1):
        journalled(world, letter(number))
        world.settle()
    partition, before = keys.identity(letter(0).identity), world.scan()
    assert list(reproject([partition], table=world.table, playbook=playbook, now=world.now, do=True)) == []
    assert world.scan() == before
    key, known = keys.about(letter(0).identity), person(world)
    world.cloud.client("dynamodb").delete_item(TableName=TABLE, Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}})
    list(reproject([partition], table=world.table, playbook=playbook, now=world.now, do=True))
    assert person(world) == known
    assert known.acknowledged


def test_an_ordinary_mail_costs_no_call_more(world: World) -> None:
    def costs(number: int) -> list[str]:
        return projecting(world, letter(number))

    first = costs(0)
    assert len(told(world)) == 1
    without = open_world(by=playbook().model_copy(update={"acknowledgement": Acknowledgement()}))
    assert first == [*projecting(without, letter(0)), "PutItem"]
    assert costs(1) == projecting(without, letter(1))


# ------------------------------------------------------------------------------------------------ what it leaves behind


def test_it_is_no_answer_and_stops_nobody_from_waiting(world: World) -> None:
    journalled(world, message())
    world.settle()
    (step,) = asked(world)
    found = head(world)
    assert (found.waiting_since, found.last_outbound_at, found.acknowledged_at) == (SUNDAY, None, step.at)
    item = world.table.get(keys.conversation(message()))
    assert item is not None
    assert item["open"]["S"].startswith("waiting#")


def test_repairing_finds_nothing_to_repair(world: World) -> None:
    journalled(world, message())
    world.settle()
    before = world.scan()
    partitions = [keys.identity(IDENTITY)]
    assert list(reproject(partitions, table=world.table, playbook=playbook, now=world.now, do=True)) == []
    assert world.scan() == before


def test_what_was_forgotten_is_computed_again(world: World) -> None:
    journalled(world, message())
    world.settle()
    before = head(world)
    key = keys.conversation(message())
    world.cloud.client("dynamodb").delete_item(TableName=TABLE, Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}})
    list(reproject([key.pk], table=world.table, playbook=playbook, now=world.now, do=True))
    assert head(world) == before
    journalled(world, message(at=SUNDAY + timedelta(minutes=1)))
    world.settle()
    assert len(told(world)) == 1


def test_what_is_told_late_or_again_is_not_acknowledged(world: World) -> None:
    journalled(world, message(at=SUNDAY - timedelta(hours=2)))
    journalled(world, message(at=SUNDAY - timedelta(days=2), external_id="old"))
    world.settle()
    assert told(world) == []


def test_after_a_long_silence_once_more_and_after_a_short_one_not(world: World) -> None:
    sunday = SUNDAY
    for days, times in ((0, 1), (1, 1), (7, 1), (13.9, 1), (20.9, 2), (21, 2), (35, 3)):
        world.clock = sunday + timedelta(days=days)
        if world.clock.hour in range(7, 18) and world.clock.weekday() < 5:
            world.clock += timedelta(hours=10)
        journalled(world, message(at=world.clock))
        world.settle()
        assert len(told(world)) == times, days


def test_an_answer_of_ours_ends_a_silence_as_well(world: World) -> None:
    journalled(world, message())
    world.settle()
    journalled(world, message(at=SUNDAY + timedelta(days=10), direction="outbound"))
    world.clock = SUNDAY + timedelta(days=14)
    journalled(world, message(at=world.clock))
    world.settle()
    assert len(told(world)) == 1


def test_in_a_crisis_the_committee_is_heard_once_by_everybody(world: World) -> None:
    journalled(world, message())
    world.settle()
    since = SUNDAY + timedelta(hours=1)
    crisis = playbook().crisis.model_copy(update={"active": True, "since": since})
    publish(world.table, playbook().model_copy(update={"version": playbook().version + 1, "crisis": crisis}))
    for minute in (59, 61, 62):
        world.clock = SUNDAY + timedelta(minutes=minute)
        journalled(world, message(at=world.clock))
        world.settle()
    first, second = told(world)
    assert first.startswith(SPANISH)
    assert second.startswith("Sabemos que hay una avería")


# ----------------------------------------------------------------------------------------------- when the queue is long


def waiting(world: World, number: int, *, since: datetime) -> None:
    """Let so many people have waited since an instant."""
    now, world.clock = world.clock, since
    for place in range(number):
        journalled(world, message(at=since, identity=f"telegram:shop:w{place}", external_id=f"w{place}"))
    project(world)
    world._done |= {key_of(item) for item in world.undone()}
    world.clock = now


def test_when_somebody_has_waited_for_too_long_others_are_told() -> None:
    world = open_world(clock=MONDAY)
    waiting(world, 1, since=MONDAY - timedelta(minutes=44))
    journalled(world, message(at=MONDAY, external_id="short"))
    world.settle()
    assert told(world) == []
    world.clock = MONDAY + timedelta(minutes=3)
    journalled(world, message("¿Hola?", at=world.clock, external_id="long"))
    world.settle()
    (text,) = told(world)
    assert "hay quien lleva 50 minutos esperando" in text


def test_a_queue_is_long_for_those_whose_department_keeps_people_waiting() -> None:
    world = open_world(clock=MONDAY - timedelta(minutes=50))
    journalled(world, message("Una factura", at=world.clock, identity="telegram:shop:w", external_id="w"))
    project(world)
    world._done |= {key_of(item) for item in world.undone()}
    world.clock = MONDAY
    for place, text in enumerate(("El router va lento", "La factura, por favor", "¿Hola?")):
        journalled(world, message(text, at=MONDAY, identity=f"telegram:shop:{place}", external_id=f"{place}"))
    world.settle()
    asked_for = {step.identity: step.why for step in asked(world)}
    assert asked_for == {"telegram:shop:1": "the queue of billing is long", "telegram:shop:2": "the queue is long"}


def listed_as(world: World, identity: str, listing: str, **changes: Any) -> None:
    """Let a conversation be listed as one that was seen to at a stage, with these changes of its head."""
    key = keys.conversation(message(identity=identity))
    item = world.table.get(key)
    assert item is not None
    found = Conversation.model_validate_json(item["state"]["S"]).model_copy(update=changes)
    extra = unanswered.waiting(key, found, playbook(), seen_to=listing or None)  # type: ignore[arg-type]
    state = found.model_dump_json(exclude_defaults=True)
    assert world.table.replace(key, state=state, seen=item["state"]["S"], extra=extra)


def test_whoever_was_seen_to_at_every_stage_and_waits_on_has_waited_longest() -> None:
    world = open_world(clock=MONDAY)
    waiting(world, 60, since=MONDAY - timedelta(minutes=50))
    long = message(at=MONDAY - timedelta(days=4), identity="telegram:shop:long", external_id="long ago")
    journalled(world, long)
    project(world)
    world._done |= {key_of(item) for item in world.undone()}
    listed_as(world, "telegram:shop:long", "long_overdue")
    journalled(world, message(at=MONDAY))
    world.settle()
    assert any("hay quien lleva 96 horas esperando" in text for text in told(world)), told(world)


@pytest.mark.parametrize("listing", ["", "long_overdue"])
def test_whoever_only_thanked_makes_no_queue_long(listing: str) -> None:
    world = open_world(clock=MONDAY)
    since = MONDAY - timedelta(days=1)
    journalled(world, message("Gracias Ana", at=since, identity="telegram:shop:w", external_id="w"))
    project(world)
    world._done |= {key_of(item) for item in world.undone()}
    listed_as(world, "telegram:shop:w", listing, waiting_since=since)  # as heads were before
    journalled(world, message(at=MONDAY))
    world.settle()
    assert told(world) == []


def test_what_was_closed_is_no_waiting() -> None:
    """From Friday afternoon to Monday morning nobody waits for us."""
    world = open_world(clock=MONDAY.replace(hour=8, minute=10))
    waiting(world, 1, since=datetime(2026, 11, 20, 13, 50, tzinfo=UTC))
    journalled(world, message(at=world.clock))
    world.settle()
    assert told(world) == []


def test_without_a_number_the_clocks_say_who_waits_for_too_long() -> None:
    settings = playbook().acknowledgement.model_copy(update={"queue_is_long_minutes": None})
    by = playbook().model_copy(update={"acknowledgement": settings})
    for hours, is_long in ((2, False), (7, True)):
        world = open_world(clock=MONDAY + timedelta(hours=6), by=by)  # due after four hours of open time
        waiting(world, 1, since=world.clock - timedelta(hours=hours))
        journalled(world, message(at=world.clock))
        world.settle()
        assert any(step.identity == IDENTITY for step in asked(world)) == is_long


def test_how_long_people_wait_is_asked_once_a_minute_whatever_their_number() -> None:
    world = open_world(clock=MONDAY)
    waiting(world, 120, since=MONDAY - timedelta(minutes=5))
    questions = []
    for second in (0, 20, 50, 70):
        world.clock = MONDAY + timedelta(seconds=second)
        found = projecting(world, message(at=world.clock, identity=f"telegram:shop:{second}"))
        questions.append([operation for operation in found if operation in ("Query", "BatchGetItem")])
    # The first read of each is that of the person.
    asked_anew = ["BatchGetItem", *["Query"] * 8, "BatchGetItem"]
    assert questions == [asked_anew, ["BatchGetItem"], ["BatchGetItem"], asked_anew]
    limits = {arguments["Limit"] for operation, arguments in world.calls if arguments.get("IndexName") == "open"}
    assert 12 in limits


# ------------------------------------------------------------------------------------ whatever dies, repeats, overtakes


def test_who_dies_before_the_write_is_made_up_for_and_who_dies_after_it_finds_it() -> None:
    """Whichever write of the projection fails, what the next process does comes to the same."""
    calm = open_world()
    journalled(calm, message())
    calm.settle()
    writes = [name for name, _ in calm.calls].count("PutItem")
    for number in range(1, writes + 2):
        world = open_world()
        journalled(world, message())
        made = [name for name, _ in world.calls].count("PutItem")
        world._refused = {"PutItem": (made + number,)}
        try:
            project(world)
        except ClientError:
            project(world)
        world._refused = {}
        world.settle()
        assert told(world) == told(calm)
        assert head(world) == head(calm)


class Interloper:
    """Another process that projects something in the midst of a call of the first one: the so-manieth after it came."""

    def __init__(self, world: World, number: int, items: list[Item]) -> None:
        self._world, self._left, self._items = world, number, items

    def before(self, service: str, operation: str, arguments: Arguments) -> None:
        self._left -= 1
        if self._left == 0:
            self._world.projector().project(self._items)

    def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None: ...


@pytest.mark.parametrize("same", [True, False], ids=["the same message", "the next message"])
def test_two_projectors_at_once_ask_for_one(same: bool) -> None:
    """At every call of the one, all of the other comes in between."""
    number, came_in = 0, True
    while came_in:
        number += 1
        world = open_world()
        journalled(world, message(), *([] if same else [message("¿Hola?", at=SUNDAY + timedelta(seconds=1))]))
        one, *rest = world.undone()
        interloper = Interloper(world, number, rest or [one])
        world.cloud.hooks.append(interloper)
        world.projector().project([one])
        world.cloud.hooks.remove(interloper)
        came_in = interloper._left <= 0
        world.settle()
        assert len(told(world)) == 1
        assert head(world).acknowledged_at is not None


minutes = st.integers(0, 60 * 24 * 40)
kinds = st.tuples(st.sampled_from(["inbound", "inbound", "outbound"]), st.sampled_from(["Hola", "gracias", "factura"]))


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(minutes, kinds, st.sampled_from(["direct", "other"])),
        min_size=1,
        max_size=10,
        unique_by=lambda found: (found[0], found[2]),
    ),
    st.randoms(use_true_random=False),
    st.lists(st.integers(1, 12), max_size=4),
)
def test_in_any_order_and_however_often_each_silence_is_acknowledged_once(
    said: list[tuple[int, tuple[str, str], str]], random: Any, interlopers: list[int]
) -> None:
    """Messages of six weeks come when they are said, late, and again, to processes that come in between each other."""
    world = open_world()
    events = [
        message(
            text, at=SUNDAY + timedelta(minutes=at), direction=direction, thread=thread, external_id=f"{at}{thread}"
        )
        for at, (direction, text), thread in said
    ]
    comes = [(event.occurred_at + timedelta(minutes=random.choice([0, 0, 1, 50, 3000])), event) for event in events]
    comes += random.sample(comes, len(comes) // 2)
    comes.sort(key=lambda found: (found[0], found[1].external_id))
    for when, event in comes:
        world.clock = max(world.clock, when)
        journalled(world, event)
        batch = project(world, new=random.random() < 0.7)
        if random.random() < 0.6:
            world.settle()
        if interlopers and batch:
            interloper = Interloper(world, interlopers.pop(), batch)
            world.cloud.hooks.append(interloper)
            project(world)
            world.cloud.hooks.remove(interloper)
    world.settle()
    _each_is_right(world, events)


def _each_is_right(world: World, events: list[Message]) -> None:
    by_key = {keys.event(event).sk: event for event in events}
    for thread in ("direct", "other"):
        own = [step for step in asked(world) if step.thread == thread]
        for step in own:
            answered = by_key[step.reply_to or ""]
            assert (answered.direction, answered.thread) == ("inbound", thread)
            assert answered.text != "gracias"
            assert timedelta(0) <= step.at - answered.occurred_at <= LATE
        for one, other in pairwise(own):
            assert by_key[other.reply_to or ""].occurred_at - one.at >= timedelta(days=7)
        if own:
            assert head(world, thread=thread).acknowledged_at == own[-1].at


@settings(max_examples=25)
@given(
    st.lists(st.tuples(minutes, kinds), min_size=1, max_size=8, unique_by=lambda found: found[0]),
    st.lists(st.tuples(st.integers(1, 10), st.booleans()), min_size=8, max_size=8),
)
def test_as_much_is_said_as_in_a_calm_run(
    said: list[tuple[int, tuple[str, str]]], faults: list[tuple[int, bool]]
) -> None:
    """Of what is told in time nothing is left out, though every message is projected by two processes, one in the midst
    of the other, and one of them may die at any write."""
    calm, wild = open_world(), open_world()
    for (at, (direction, text)), (number, dies) in zip(sorted(said), faults, strict=False):
        event = message(text, at=SUNDAY + timedelta(minutes=at), direction=direction)
        for world in (calm, wild):
            world.clock = event.occurred_at
            journalled(world, event)
        made = [name for name, _ in wild.calls].count("PutItem")
        wild._refused = {"PutItem": (made + number,)} if dies else {}
        interloper = Interloper(wild, number, wild.undone())
        wild.cloud.hooks.append(interloper)
        with suppress(ClientError):
            project(wild)
        wild.cloud.hooks.remove(interloper)
        wild._refused = {}
        wild.settle()
        calm.settle()
    assert asked(wild) == asked(calm)
