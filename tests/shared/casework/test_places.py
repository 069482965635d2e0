"""What may be said where is known before anybody writes: until when, how long, at which cost, and what else."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import platforms
from shared.accounts import Account, AccountThing
from shared.casework.places import may_say, options, place_of
from shared.models import Message
from shared.projection.conversation import Conversation
from shared.replying import Draft, Place
from tests.conftest import NOW
from tests.likely_replies import places
from tests.replying import CHANNELS, PAGE
from tests.replying import place as place_on

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
TICK = timedelta(microseconds=1)


def conversation(where: Place) -> Conversation:
    return Conversation(
        identity=where.identity,
        account=where.account,
        channel=where.channel,
        thread=where.thread,
        visibility=where.visibility,
        opened_at=NOW - DAY,
        last_inbound_at=where.last_inbound_at,
    )


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_place_is_what_is_known_of_a_conversation_and_of_what_is_answered(channel: str) -> None:
    where = place_on(channel)
    assert where.reply_to is not None
    assert where.reply_to_at is not None
    answered = Message(
        external_id=where.reply_to,
        occurred_at=where.reply_to_at,
        identity=where.identity,
        account=where.account,
        channel=channel,
        thread=where.thread,
        visibility=where.visibility,
        summons=where.summoned,
        title=where.title,
    )
    assert place_of(conversation(where), answered) == where
    assert place_of(conversation(where), answered, answered_privately=True).answered_privately
    alone = place_of(conversation(where))
    assert (alone.reply_to, alone.reply_to_at, alone.title, alone.summoned) == (None, None, None, None)
    assert alone.visibility == where.visibility


def open_ways(where: Place, now: datetime = NOW) -> dict[str, datetime | None]:
    return {option.way: option.until for option in options(where, now) if option.open}


def test_whatsapp_is_open_for_a_day_and_then_for_templates_alone() -> None:
    where = place_on("whatsapp", "34600000001")
    assert where.last_inbound_at is not None
    closes = where.last_inbound_at + DAY
    assert open_ways(where) == {"text": closes, "template": None}
    assert open_ways(where, closes - TICK) == {"text": closes, "template": None}
    assert open_ways(where, closes) == {"template": None}
    text, template = options(where, closes)
    assert text.refusal is not None
    assert (text.refusal.code, text.refusal.expired_at, text.refusal.alternatives) == (
        "window_closed",
        closes,
        ("template",),
    )
    assert (text.longest, text.unit, template.longest) == (4096, "characters", None)
    assert "templates" in template.cost


MINE = Account(platform="meta", account="shop", things=(AccountThing(kind="page", id=PAGE),), rights=("human_agent",))
ANOTHERS = Account(platform="meta", account="other", things=(AccountThing(kind="page", id="7"),))


@pytest.mark.parametrize(
    ("channel", "accounts", "rights"),
    [
        ("messenger", (), ()),
        ("messenger", (MINE,), ("human_agent",)),
        ("messenger", (ANOTHERS, MINE), ("human_agent",)),
        ("messenger", (ANOTHERS,), ()),
        ("messenger", (Account(platform="meta", account="any", rights=("human_agent",)),), ("human_agent",)),
        ("instagram_dm", (ANOTHERS, MINE), ()),
        ("telegram", (Account(platform="meta", account="any", rights=("human_agent",)),), ()),
        ("no such channel", (MINE,), ()),
    ],
)
def test_what_was_granted_the_account_in_whose_name_it_is_said_holds_there(
    channel: str, accounts: tuple[Account, ...], rights: tuple[str, ...]
) -> None:
    known = channel if channel in CHANNELS else "telegram"
    there = conversation(place_on(known)).model_copy(update={"channel": channel})
    assert place_of(there, accounts=accounts).rights == rights


def test_messenger_is_open_for_a_day_by_default() -> None:
    where = place_on("messenger")
    assert where.last_inbound_at is not None
    closes = where.last_inbound_at + DAY
    assert open_ways(where) == {"text": closes}
    (text,) = options(where, closes)
    assert text.refusal is not None
    assert (text.refusal.code, text.refusal.expired_at, text.refusal.alternatives) == ("window_closed", closes, ())
    assert 'rights = ["human_agent"]' in text.refusal.sentence


def test_messenger_is_open_for_seven_days_for_what_a_person_writes_by_whoever_has_the_right() -> None:
    where = place_on("messenger", rights=("human_agent",))
    assert where.last_inbound_at is not None
    assert open_ways(where) == {"text": where.last_inbound_at + 7 * DAY}
    assert may_say(Draft(text="Hola"), where, NOW + 2 * DAY) is None
    refused = may_say(Draft(text="Hola", by_a_person=False), where, NOW + 2 * DAY)
    assert refused is not None
    assert (refused.code, refused.alternatives) == ("window_closed", ("by_a_person",))


def test_a_comment_may_be_answered_in_private_once_within_a_week() -> None:
    where = place_on("instagram_comment")
    assert where.reply_to_at is not None
    assert open_ways(where) == {"text": None, "privately": where.reply_to_at + 7 * DAY}
    own = {option.way: (option.longest, option.unit) for option in options(where, NOW)}
    assert own == {"text": (2200, "characters"), "privately": (1000, "bytes")}
    assert open_ways(where.model_copy(update={"answered_privately": True})) == {"text": None}


def test_a_business_chat_of_telegrams_has_an_end_that_its_channel_has_not() -> None:
    where = place_on("telegram", thread="bc-1:1511000001", reply_to="bc-1:1511000001:70")
    assert where.last_inbound_at is not None
    assert open_ways(where) == {"text": where.last_inbound_at + DAY}
    assert open_ways(place_on("telegram")) == {"text": None}


def test_x_lets_nobody_answer_who_was_not_summoned_and_says_what_it_bills() -> None:
    assert open_ways(place_on("x_mention")) == {"text": None, "privately": None}
    text, privately = options(place_on("x_mention", summoned=False), NOW)
    assert text.refusal is not None
    assert (privately.open, privately.longest) == (True, 10_000)
    assert (text.open, text.refusal.code, text.unit) == (False, "not_summoned", "weighted")
    assert "0.010 USD" in text.cost


@pytest.mark.parametrize("channel", ["blog", "no such channel"])
def test_where_nobody_can_speak_it_says_so(channel: str) -> None:
    where = place_on("telegram").model_copy(update={"channel": channel})
    (text,) = options(where, NOW)
    assert text.refusal is not None
    assert (text.open, text.refusal.code) == (False, "unknown_channel")
    assert may_say(Draft(text="Hola"), where, NOW) == text.refusal


@settings(max_examples=200)
@given(st.sampled_from(CHANNELS).flatmap(places), st.sampled_from(["text", "template", "privately"]))
def test_an_option_says_what_the_platform_would(where: Place, way: str) -> None:
    """A way is open exactly while something of its length is let through, and not for an instant longer."""
    found = {option.way: option for option in options(where, NOW)}.get(way)  # type: ignore[call-overload]
    if found is None or way == "template":
        return
    assert found.longest is not None
    assert found.unit is not None
    longest = Draft(text="z" * found.longest, privately=way == "privately")
    unit = platforms.rules()[where.channel].limits_of(longest).unit
    assert (unit.name, unit.count(longest.text)) == (found.unit, found.longest)
    assert may_say(longest, where, NOW) == found.refusal
    assert (found.refusal is None) is found.open
    if found.open:
        too_long = may_say(longest.model_copy(update={"text": longest.text + "z"}), where, NOW)
        assert too_long is not None
        assert too_long.code == "too_long"
    if found.until is not None:
        assert may_say(longest, where, found.until - TICK) is None
        assert may_say(longest, where, found.until) is not None


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_that_can_be_spoken_through_has_options(channel: str) -> None:
    rules = platforms.rules()[channel]
    ways = [option.way for option in options(place_on(channel), NOW)]
    assert ("template" in ways) is rules.templates
    assert ("privately" in ways) is (rules.private_answer is not None)
    assert ways[0] == "text"
