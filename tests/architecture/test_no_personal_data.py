"""No word of a customer reaches a log line, a metric or an exception's text: canaries in every text of a whole run."""

import asyncio
import io
import logging
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from shared import telemetry
from shared.errors import MostradorError
from shared.ids import customer_id
from tests.contract.platforms import PLATFORMS, Sender
from tests.services.customer360.counter import Counter
from tests.services.desk.office import Office, ahead
from tests.world import World

WORDS = "canary-of-a-customer"
DIGITS = "34600999888"

_STRUCTURE = frozenset(
    {"type", "object", "field", "item", "verb", "event_type", "status", "action", "kind", "id", "mid", "timestamp"}
    | {"occurred_at", "created_at", "created_timestamp", "date", "event", "visibility", "direction", "reaction_type"}
    | {
        "language_code",
        "lang",
        "language",
        "message_id",
        "post_id",
        "comment_id",
        "parent_id",
        "event_uuid",
        "mime_type",
    }
    | {"Type", "notificationType", "eventType", "encoding", "bounceType", "bounceSubType", "sourceArn"}
    | {
        "SmsStatus",
        "MessageStatus",
        "OptOutType",
        "CallStatus",
        "DialCallStatus",
        "Direction",
        "CallDuration",
        "Timestamp",
    }
    | {
        "DialCallDuration",
        "RecordingStatus",
        "RecordingSource",
        "TranscriptionStatus",
        "EventType",
        "StatusCallbackEvent",
    }
    | {"time", "role", "message_type", "acct"}
    | {"as", "publishedAt", "updatedAt", "publishTime", "createTime", "updateTime"}
)


_PERSONAL = frozenset({"wa_id", "recipient_id", "from", "to", "phone_number", "author_id", "sender_id", "user_id"})
"""Ids that are or may be a person's number or name on the platform."""


def with_canaries(value: Any, name: str = "") -> Any:
    """Return a payload whose every text that is not structure is a canary; numbers in texts become a canary phone."""
    match value:
        case dict():
            return {key: with_canaries(found, key) for key, found in value.items()}
        case list():
            return [with_canaries(found, name) for found in value]
        case str() if name not in _PERSONAL and (name in _STRUCTURE or name.endswith(("_id", "_ids", "_at", "_time"))):
            return value
        case str() if value.startswith('{"'):
            return orjson.dumps(with_canaries(orjson.loads(value))).decode()
        case str() if value.lstrip("+").isdigit() and len(value) > 6:
            return DIGITS
        case str():
            return f"{value} {WORDS}"
        case _:
            return value


def broken(value: Any) -> Iterator[Any]:
    """Yield the payload with each of its deepest objects' values in turn made something that it never is."""
    if isinstance(value, dict):
        for key, found in value.items():
            if isinstance(found, dict | list):
                yield from ({**value, key: worse} for worse in broken(found))
            else:
                yield {**value, key: {WORDS: [DIGITS, found]}}
    elif isinstance(value, list):
        for place, found in enumerate(value):
            yield from ([*value[:place], worse, *value[place + 1 :]] for worse in broken(found))


class Listener(logging.Handler):
    """Keeps everything that any logger says, exceptions with their whole text."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said = io.StringIO()
        self.setFormatter(logging.Formatter("%(message)s %(__dict__)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.said.write(f"{record.getMessage()} {record.__dict__}\n")


@pytest.fixture
def overheard() -> Iterator[list[io.StringIO]]:
    """What is written to standard output and error, and to any logger, while the test runs."""
    out, listener = io.StringIO(), Listener()
    telemetry.logger.cache_clear()
    telemetry.metrics.cache_clear()
    names = ("", "mangum", "mangum.http", "shared", "services")
    for name in names:
        logging.getLogger(name).addHandler(listener)
    with redirect_stdout(out), redirect_stderr(out):
        yield [out, listener.said]
    for name in names:
        logging.getLogger(name).removeHandler(listener)
    telemetry.logger.cache_clear()


def deliver(world: World, platform: Sender, body: bytes) -> None:
    account = platform.sender.ACCOUNT
    try:
        given = platform.sign(body)
        world.deliver(platform=platform.name, account=account, headers=given.headers, body=given.body)
    except MostradorError as error:
        telemetry.failure("refused", error)


@pytest.fixture
def loop() -> Iterator[None]:
    """The thread's event loop, which Mangum runs the lookup on."""
    made = asyncio.new_event_loop()
    asyncio.set_event_loop(made)
    yield
    made.close()
    asyncio.set_event_loop(None)


def look_everybody_up(world: World) -> int:
    """Ask the lookup for everyone in every way, and for nobody in a few; return how many answers were found."""
    lookup, found = Counter(world.table), 0
    people = [item["pk"]["S"].partition("#")[2] for item in world.scan() if item["sk"]["S"] == "about"]
    for identity in people:
        path = f"/customers/{customer_id(identity)}"
        asked = [
            ("/customers/lookup", urlencode({"identity": identity})),
            (path, ""),
            (f"{path}/timeline", "limit=100"),
        ]
        found += sum(lookup.ask(path, query).status == 200 for path, query in asked)
    for query in (f"phone={DIGITS}", f"email={WORDS}@example.com", f"identity={WORDS}", f"{WORDS}={WORDS}"):
        lookup.ask("/customers/lookup", query)
    lookup.ask(f"/customers/{WORDS}")
    lookup.ask(f"/customers/{customer_id(WORDS)}/timeline", f"cursor={WORDS}")
    return found


def write_about_everybody(world: World) -> int:
    """Write at the desk about everyone, in every way and with a canary in every text; return how much was kept."""
    desk, kept = Office(world.table), 0
    people = [item["pk"]["S"].partition("#")[2] for item in world.scan() if item["sk"]["S"] == "about"]
    for identity in people[:3]:
        path = f"/customers/{customer_id(identity)}"
        promise = {"stance": "promise", "matter": WORDS, "text": WORDS, "until": ahead(days=900), "department": "care"}
        asked: list[tuple[str, object]] = [
            ("notes", {"text": f"{WORDS} {DIGITS}", "why": WORDS}),
            ("needs", {"topic": WORDS, "text": DIGITS}),
            ("needs", {"topic": WORDS, "text": DIGITS, "event_key": f"event#{WORDS}"}),
            ("consents", {"purpose": "newsletter", "given": True, "evidence": WORDS}),
            ("commitments", promise),
            ("commitments", promise | {"until": WORDS}),
            (f"commitments/{WORDS}/kept", {}),
            ("links", {"identity": people[-1], "decision": "linked", "why": WORDS}),
            ("links", {"identity": WORDS, "decision": "linked", "why": WORDS}),
            ("unlinks", {"identity": identity, "why": WORDS}),
            ("unlinks", {"identity": WORDS, "from": DIGITS, "why": WORDS}),
            ("notes", {"text": "x", WORDS: DIGITS}),
            ("notes", {"text": "x", "identity": WORDS, "escalation_id": DIGITS}),
            ("notes", WORDS),
        ]
        kept += sum(
            desk.ask(f"{path}/{last}", body, key=WORDS + str(n)).status == 201 for n, (last, body) in enumerate(asked)
        )
    return kept


@pytest.mark.usefixtures("loop")
@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda found: found.name)
def test_no_canary_is_heard(platform: Sender, overheard: list[io.StringIO]) -> None:
    secrets = {f"{platform.name}/{platform.sender.ACCOUNT}": platform.secrets}
    deliveries = 0
    world = World(secrets, refused={"PutItem": {7, 28}, "UpdateItem": {2}})
    for name in platform.samples():
        payload = with_canaries(orjson.loads(platform.sample(name)))
        variants = [payload, *list(broken(payload))[:4]]
        for variant in variants:
            deliver(world, platform, orjson.dumps(variant))
            deliveries += 1
    world.settle()
    kept = str(world.scan())
    looked_up = look_everybody_up(world)
    written = write_about_everybody(world)
    hand_offs = str([world.hand_offs(department) for department in world.queues])
    telemetry.flush()
    said = "".join(found.getvalue() for found in overheard)
    assert deliveries > 20
    assert looked_up > 5
    assert written > 5
    assert kept
    assert hand_offs
    assert WORDS not in said
    assert DIGITS not in said


def test_the_listener_would_hear_a_canary(overheard: list[io.StringIO]) -> None:
    telemetry.logger().warning("x", extra={"text": WORDS})
    logging.getLogger("shared.anything").warning(DIGITS)
    try:
        raise ValueError(WORDS)
    except ValueError as error:
        telemetry.failure("y", error)
    said = "".join(found.getvalue() for found in overheard)
    assert said.count(WORDS) == 1, "the logger's own line is heard; the foreign error's text is not logged"
    assert DIGITS in said
    assert "ValueError" in said
    assert sys.stdout is not sys.__stdout__
