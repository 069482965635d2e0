"""Whom we tell at once that somebody will answer, and in which words: the nasty cases first, which are told nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.acknowledging import ANYWHERE, LATE, acknowledge, acknowledgement_id
from shared.casework.steps import OURSELVES, Agent, ReplyAsked
from shared.models import Attachment, Author, Message
from shared.playbook import Playbook, parse
from shared.projection.conversation import Conversation, acknowledged, fold
from shared.projection.known import Known
from tests.shared.test_playbook import GOOD

SETTINGS = """
[[calendars]]
name = "office"
time_zone = "Europe/Madrid"
hours = { mon-fri = ["09:00-19:00"] }

[acknowledgement]
again_after_days = 7
public_channels = ["facebook_comment", "x_mention"]

[acknowledgement.outside_hours.texts."*"]
es = "{company} abre {opens_at}."
en = "{company} opens {opens_at}."
pt-BR = "{company} abre {opens_at}!"

[acknowledgement.outside_hours.texts.app]
es = "En la app: {opens_at}."

[acknowledgement.when_queue_is_long.texts."*"]
es = "Hay quien lleva {waiting}."
en = "Some wait for {waiting}."
"""
CRISIS = """
[crisis]
active = true
since = 2026-11-21T10:00:00+01:00

[crisis.texts."*"]
es = "{company}: avería general."
"""


def playbook(more: str = "", *, settings: str = SETTINGS) -> Playbook:
    """Everybody works in the office, but for the technical department, which is always there."""
    good = GOOD.replace('phrases = { es = ["factura"', 'calendar = "office"\nphrases = { es = ["factura"')
    good = good.replace('time_zone = "UTC"\n', 'time_zone = "UTC"\ncalendar = "office"\n')
    return parse(good + settings + more)


PLAYBOOK = playbook()


def at(text: str) -> datetime:
    """An instant in November 2026 as Madrid's clock shows it, like `22T12:00`."""
    return datetime.fromisoformat(f"2026-11-{text}:00+01:00")


SUNDAY = at("22T12:00")
MONDAY_NOON = at("23T12:00")


def message(text: str = "Hola, tengo una pregunta", *, when: datetime = SUNDAY, **more: Any) -> Message:
    fields = {
        "external_id": f"{when.timestamp()}",
        "occurred_at": when,
        "identity": "whatsapp:34910000001:34600000001",
        "account": "34910000001",
        "channel": "whatsapp",
        "text": text,
    }
    return Message.model_validate(fields | more)


def head(*messages: Message, **known: Any) -> Conversation:
    """The head of a conversation of these messages, by the fold that makes it."""
    inbound = sorted(each.occurred_at for each in messages if each.direction == "inbound")

    def first_inbound_after(when: datetime) -> datetime | None:
        return next((found for found in inbound if found > when), None)

    found: Conversation | None = None
    for each in messages:
        found = fold(found, each, first_inbound_after)
    assert found is not None
    return found.model_copy(update=known)


def never(_: str | None) -> timedelta | None:
    raise AssertionError("nobody had to be asked how long people wait")


def unasked(_: datetime) -> datetime | None:
    raise AssertionError("the journal had not to be asked")


def said(
    what: Message,
    *others: Message,
    now: datetime | None = None,
    by: Playbook = PLAYBOOK,
    wait: Any = never,
    first: Any = unasked,
    anywhere: datetime | None = None,
    **known: Any,
) -> ReplyAsked | None:
    return acknowledge(
        what,
        head(what, *others, **known),
        by,
        now or what.occurred_at + timedelta(seconds=3),
        event_key="event#1",
        told_anywhere=anywhere,
        longest_wait=wait,
        first_inbound_after=first,
    )


# ------------------------------------------------------------------------------------------------ who is told nothing


@pytest.mark.parametrize(
    "what",
    [
        message(direction="outbound"),  # our own answer, or its echo
        message("Hola, ¿en qué puedo ayudarte?", direction="outbound"),
        message("gracias"),
        message("ok, muchas gracias 👍"),
        message("Thanks a lot!"),
        message("Respuesta automática: estoy fuera de la oficina hasta el lunes"),
        message("This is an automated message. Please do not reply."),
        message("AUTO-REPLY: I am out of the office"),
        message("Otra vez una respuesta automática, qué vergüenza"),
        message(visibility="public"),
        message(channel="facebook_review", visibility="public"),
        message(channel="x_mention", visibility="public", summons=False),
        message(channel="x_mention", visibility="public", overheard=True),
    ],
)
def test_who_is_told_nothing(what: Message) -> None:
    assert said(what) is None


def test_an_echo_of_what_we_say_by_ourselves_is_told_nothing() -> None:
    """It is no answer, so the head does not know of it."""
    assert said(message("Abrimos el lunes", direction="outbound"), last_outbound_at=None) is None


@pytest.mark.parametrize(
    ("minutes", "is_told"), [(0, True), (60, True), (60.01, False), (60 * 24 * 30, False), (-5, True)]
)
def test_what_comes_late_is_not_acknowledged_at_once(minutes: float, is_told: bool) -> None:
    """A backfill, a replay, a projector that was down: nobody is told days later that nobody is there."""
    answer = said(message(), now=SUNDAY + timedelta(minutes=minutes))
    assert (answer is not None) == is_told


@pytest.mark.parametrize(("seconds", "is_told"), [(-3600, True), (-3599, False), (0, False), (2, False)])
def test_whoever_was_answered_or_has_just_heard_from_us_is_told_nothing(seconds: int, is_told: bool) -> None:
    ours = message("Dígame", when=SUNDAY + timedelta(seconds=seconds), direction="outbound")
    assert (said(message(), ours) is not None) == is_told


def test_in_the_hours_nobody_is_told_that_nobody_is_there() -> None:
    assert said(message(when=MONDAY_NOON), wait=lambda _: None) is None


def test_what_counts_is_when_we_say_it() -> None:
    written = message(when=at("23T08:59"))
    assert said(written, now=at("23T08:59")) is not None
    assert said(written, now=at("23T09:00"), wait=lambda _: None) is None


def test_a_department_that_is_there_counts_and_not_the_default_one() -> None:
    assert said(message("no me va el router"), wait=lambda _: None) is None
    assert said(message("la factura está mal")) is not None


@pytest.mark.parametrize("settings", ["", SETTINGS.partition("[acknowledgement]")[0]])
def test_a_playbook_that_says_nothing_says_nothing(settings: str) -> None:
    by = playbook(settings=settings or SETTINGS.partition("[acknowledgement]")[0])
    assert said(message(), by=by) is None


def test_each_occasion_is_switched_off_by_itself() -> None:
    outside = "[acknowledgement.outside_hours]\nactive = false\n\n[acknowledgement.outside_hours.texts"
    by = playbook(settings=SETTINGS.replace("[acknowledgement.outside_hours.texts", outside, 1))
    assert said(message(), by=by) is None, "who writes at night is not told that the queue is long either"
    assert said(message(when=MONDAY_NOON), by=by, wait=lambda _: timedelta(hours=1)) is not None
    long = "[acknowledgement.when_queue_is_long]\nactive = false\n\n[acknowledgement.when_queue_is_long.texts"
    by = playbook(settings=SETTINGS.replace("[acknowledgement.when_queue_is_long.texts", long, 1))
    assert said(message(when=MONDAY_NOON), by=by) is None


def test_a_channel_without_words_is_told_nothing() -> None:
    only_app = SETTINGS.replace('texts."*"]', "texts.app]").replace(
        '[acknowledgement.outside_hours.texts.app]\nes = "En la app: {opens_at}."\n', ""
    )
    by = playbook(settings=only_app)
    assert said(message(), by=by) is None
    assert said(message(channel="app"), by=by) is not None


@pytest.mark.parametrize("channel", ["phone", "connect_phone", "blog", "no such channel"])
def test_where_nobody_can_speak_nothing_is_asked_for(channel: str) -> None:
    """A voicemail out of hours: nobody could send what would be asked for."""
    assert said(message(channel=channel)) is None
    assert said(message(channel=channel), by=playbook(CRISIS)) is None


# --------------------------------------------------------------------------------------------- in which words, to whom


def test_all_that_is_to_be_said_and_by_whom() -> None:
    what = message(thread="t1")
    answer = said(what)
    assert answer == ReplyAsked(
        id=acknowledgement_id(head(what), None),
        identity=what.identity,
        at=SUNDAY + timedelta(seconds=3),
        by=Agent(subject=OURSELVES),
        why="closed by the calendar 'office'",
        channel="whatsapp",
        account="34910000001",
        thread="t1",
        text="Teleprado abre el lunes 23 de noviembre a las 9:00.",
        reply_to="event#1",
        automatic=True,
    )


def test_a_photo_a_sticker_and_thanks_with_a_photo_want_an_answer() -> None:
    photo = (Attachment(type="image", id="1"),)
    assert said(message("", attachments=photo)) is not None
    assert said(message("gracias", attachments=photo)) is not None
    assert said(message("")) is not None


def test_in_public_where_the_playbook_wants_it() -> None:
    assert said(message(channel="facebook_comment", visibility="public")) is not None
    assert said(message(channel="x_mention", visibility="public", summons=True)) is not None


@pytest.mark.parametrize(
    ("says", "platform", "before", "text"),
    [
        ("Hola", None, None, "Teleprado abre el lunes 23 de noviembre a las 9:00."),
        ("Hi, where is my invoice", None, None, "Teleprado opens on Monday 23 November at 09:00."),
        ("Hola", "en", None, "Teleprado opens on Monday 23 November at 09:00."),
        ("Hola", "en-GB", None, "Teleprado opens on Monday 23 November at 09:00."),
        ("Hola", "en_US", None, "Teleprado opens on Monday 23 November at 09:00."),
        ("Hola", "pt-BR", None, "Teleprado abre segunda-feira"),
        ("Hola", "pt", None, "Teleprado abre el lunes 23 de noviembre a las 9:00."),
        ("¿Dónde está mi pedido?", "en", None, "Teleprado opens on Monday 23 November at 09:00."),
        ("¿Dónde está mi pedido?", "fr", None, "Teleprado abre el lunes 23 de noviembre a las 9:00."),
        ("Where is my invoice, please", "fr", None, "Teleprado opens on Monday 23 November at 09:00."),
        ("Bonjour, je n'ai rien reçu", None, None, "Teleprado abre el lunes 23 de noviembre a las 9:00."),
        ("Hola", None, "en", "Teleprado opens on Monday 23 November at 09:00."),
        ("Hola", "es", "en", "Teleprado abre el lunes 23 de noviembre a las 9:00."),
    ],
)
def test_in_their_language(says: str, platform: str | None, before: str | None, text: str) -> None:
    """The platform's word first, then what they seem to write in, then the playbook's."""
    known: dict[str, Any] = (
        {"known": {"language": Known(at=SUNDAY - timedelta(days=9), value=before)}} if before else {}
    )
    author = Author(language=platform) if platform else None
    answer = said(message(says, author=author), **known)
    assert answer is not None
    assert answer.text == (text if text.endswith(".") else "Teleprado abre na segunda-feira, 23 de novembro, às 9:00!")


def test_a_channel_has_its_own_words_and_those_of_all_in_other_languages() -> None:
    spanish, english = (said(message(text, channel="app")) for text in ("Hola", "Hi, where is my invoice"))
    assert spanish is not None
    assert english is not None
    assert spanish.text == "En la app: el lunes 23 de noviembre a las 9:00."
    assert english.text == "Teleprado opens on Monday 23 November at 09:00."


def test_without_a_number_it_is_said_once_for_ever_but_for_a_crisis() -> None:
    once = playbook(settings=SETTINGS.replace("again_after_days = 7\n", ""))
    assert once.acknowledgement.again_after is None
    year = SUNDAY - timedelta(days=364)
    assert said(message(), by=once) is not None
    assert said(message(), by=once, acknowledged_at=year, last_inbound_at=year) is None
    in_a_crisis = playbook(CRISIS, settings=SETTINGS.replace("again_after_days = 7\n", ""))
    assert said(message(), by=in_a_crisis, acknowledged_at=year) is not None


def test_whose_queue_is_asked_about_is_whose_the_message_is() -> None:
    asked: list[str | None] = []

    def wait(department: str | None) -> timedelta:
        asked.append(department)
        return timedelta(minutes=52)

    billing = said(message("Un problema con la factura", when=MONDAY_NOON), wait=wait)
    nobodys = said(message(when=MONDAY_NOON), wait=wait)
    assert asked == ["billing", None]
    assert billing is not None
    assert nobodys is not None
    assert (billing.why, nobodys.why) == ("the queue of billing is long", "the queue is long")


def test_when_the_queue_is_long_it_is_said_for_how_long_others_wait() -> None:
    answer = said(message(when=MONDAY_NOON), wait=lambda _: timedelta(minutes=52))
    assert answer is not None
    assert (answer.text, answer.why) == ("Hay quien lleva 55 minutos.", "the queue is long")


# ------------------------------------------------------------------------------------------------------------- crisis


@pytest.mark.parametrize("when", [SUNDAY, MONDAY_NOON])
def test_in_a_crisis_only_the_committee_speaks(when: datetime) -> None:
    answer = said(message("Hi, where is my invoice", when=when), by=playbook(CRISIS))
    assert answer is not None
    assert (answer.text, answer.why) == ("Teleprado: avería general.", "the committee's text in a crisis")


def test_where_the_committee_has_written_nothing_nothing_is_said() -> None:
    assert said(message(), by=playbook(CRISIS.partition("[crisis.texts")[0])) is None


def test_before_it_begins_and_after_it_all_is_as_ever() -> None:
    later = playbook(CRISIS.replace("2026-11-21T10", "2026-11-22T13"))
    over = playbook(CRISIS.replace("active = true", "active = false"))
    for by in (later, over):
        answer = said(message(), by=by)
        assert answer is not None
        assert answer.text.startswith("Teleprado abre")


def test_the_committee_speaks_without_any_other_setting_too() -> None:
    by = playbook(CRISIS, settings=SETTINGS.partition("[acknowledgement]")[0])
    assert said(message(), by=by) is not None
    assert said(message(visibility="public"), by=by) is None


def test_who_was_told_something_before_the_crisis_hears_the_committee_once() -> None:
    by = playbook(CRISIS)
    before, during = at("21T09:00"), at("22T11:00")
    assert said(message(), by=by, acknowledged_at=before) is not None
    assert said(message(), by=by, acknowledged_at=during) is None


# --------------------------------------------------------------------------------------------------------------- once


@pytest.mark.parametrize("days", [0, 1, 6.9])
def test_who_was_told_is_not_told_again_and_nobody_has_to_be_asked(days: float) -> None:
    assert said(message(), acknowledged_at=SUNDAY - timedelta(days=days)) is None
    assert (
        said(message(when=MONDAY_NOON), acknowledged_at=MONDAY_NOON - timedelta(days=days), wait=lambda _: None) is None
    )


@pytest.mark.parametrize(
    ("first_word", "is_told"),
    [
        (timedelta(0), True),  # only this one
        (-LATE, True),  # what they wrote within the hour is one matter
        (-LATE - timedelta(seconds=1), False),
        (-timedelta(days=6.99), False),
    ],
)
def test_again_only_when_they_had_not_said_a_word_for_so_long(first_word: timedelta, is_told: bool) -> None:
    asked = []

    def first(since: datetime) -> datetime:
        asked.append(since)
        return SUNDAY + first_word

    answer = said(message(), acknowledged_at=SUNDAY - timedelta(days=7), first=first)
    assert (answer is not None) == is_told
    assert asked == [SUNDAY - timedelta(days=7)]


@pytest.mark.parametrize(("days", "is_told"), [(7, True), (6.99, False), (0.001, False)])
def test_again_only_when_we_had_not_said_a_word_for_so_long(days: float, is_told: bool) -> None:
    ours = message("Dígame", when=SUNDAY - timedelta(days=days), direction="outbound")
    answer = said(message(), ours, acknowledged_at=SUNDAY - timedelta(days=40), first=lambda _: SUNDAY)
    assert (answer is not None) == is_told


def test_each_conversation_and_each_silence_has_an_id_of_its_own() -> None:
    first = head(message())
    ids = [
        acknowledgement_id(each, None)
        for each in (
            first,
            head(message(thread="other")),
            head(message(channel="app")),
            head(message(identity="whatsapp:34910000001:34600000002")),
            acknowledged(first, SUNDAY),
            acknowledged(first, SUNDAY + timedelta(microseconds=1)),
        )
    ]
    assert len({*ids}) == len(ids)
    again = head(message(when=MONDAY_NOON), message())
    assert acknowledgement_id(again, None) == acknowledgement_id(again, SUNDAY) == acknowledgement_id(first, None)


# ------------------------------------------------------------------------- once over any number of conversations


@pytest.mark.parametrize(
    ("since", "is_told"),
    [
        (timedelta(0), False),
        (timedelta(seconds=3), False),
        (ANYWHERE - timedelta(microseconds=1), False),
        (ANYWHERE, True),
        (timedelta(days=2), True),
    ],
)
def test_who_opens_another_conversation_was_told_already_for_a_day(since: timedelta, is_told: bool) -> None:
    what = message(channel="email", thread="<2@example.org>")
    now = what.occurred_at + timedelta(seconds=3)
    assert (said(what, now=now, anywhere=now - since) is not None) == is_told


def test_what_a_program_dates_ahead_is_told_no_sooner() -> None:
    what = message(channel="app", thread="2", when=SUNDAY + ANYWHERE)
    assert said(what, now=SUNDAY + timedelta(minutes=1), anywhere=SUNDAY) is None


def test_in_the_one_conversation_that_they_have_what_was_said_in_others_does_not_count() -> None:
    assert said(message(), anywhere=SUNDAY) is not None


def test_it_holds_in_public_too_where_a_program_would_go_on_before_everybody() -> None:
    what = message(channel="x_mention", visibility="public", summons=True, thread="2")
    assert said(what, anywhere=SUNDAY - timedelta(hours=1)) is None


def test_a_conversation_keeps_to_its_own_silence_beside_that() -> None:
    what = message(channel="email", thread="<2@example.org>")
    assert said(what, anywhere=SUNDAY - timedelta(days=2), acknowledged_at=SUNDAY - timedelta(days=2)) is None


@pytest.mark.parametrize(("last", "is_told"), [("22T09:59", True), ("22T10:00", False), ("22T11:59", False)])
def test_the_committee_is_heard_once_more_and_then_like_anything_else(last: str, is_told: bool) -> None:
    by = playbook(CRISIS.replace("2026-11-21T10", "2026-11-22T10"))
    what = message(channel="email", thread="<2@example.org>")
    assert (said(what, by=by, anywhere=at(last)) is not None) == is_told


def test_of_many_conversations_all_together_have_one_id_for_each_time() -> None:
    one, other = (message(channel="email", thread=thread) for thread in ("<1@example.org>", "<2@example.org>"))
    for last in (None, SUNDAY):
        assert acknowledgement_id(head(one), last) == acknowledgement_id(head(other), last)
        assert acknowledgement_id(acknowledged(head(one), SUNDAY), last) == acknowledgement_id(head(other), last)
    apart = [
        acknowledgement_id(head(one), None),
        acknowledgement_id(head(one), SUNDAY),
        acknowledgement_id(head(one), SUNDAY + timedelta(microseconds=1)),
        acknowledgement_id(head(one.model_copy(update={"channel": "app"})), None),
        acknowledgement_id(head(one.model_copy(update={"identity": "email:a:luis@example.org"})), None),
        acknowledgement_id(head(one.model_copy(update={"thread": "direct"})), None),
    ]
    assert len({*apart}) == len(apart)


instants = st.integers(-20, 20).map(lambda hours: SUNDAY + timedelta(hours=hours))


@given(st.permutations([0, 1, 2]), st.lists(instants, min_size=3, max_size=3))
def test_the_head_knows_the_last_one_in_whatever_order_it_is_told(order: list[int], told: list[datetime]) -> None:
    found = head(message())
    for place in (*order, *order):
        found = acknowledged(found, told[place])
    assert found.acknowledged_at == max(told)


words = st.sampled_from(["Hola", "gracias", "la factura", "Hi, where is my invoice", "out of office", ""])


@given(
    text=words,
    when=instants,
    delay=st.integers(0, 120),
    ours=st.none() | instants,
    last=st.none() | st.integers(0, 400).map(lambda hours: SUNDAY - timedelta(hours=hours)),
    in_crisis=st.booleans(),
    wait=st.none() | st.just(timedelta(minutes=90)),
    inbound=st.booleans(),
)
def test_whatever_is_said_is_said_where_it_may_be(
    *,
    text: str,
    when: datetime,
    delay: int,
    ours: datetime | None,
    last: datetime | None,
    in_crisis: bool,
    wait: timedelta | None,
    inbound: bool,
) -> None:
    by = playbook(CRISIS) if in_crisis else PLAYBOOK
    what = message(text, when=when, direction="inbound" if inbound else "outbound")
    others = [message("Dígame", when=ours, direction="outbound")] if ours else []
    now = when + timedelta(minutes=delay)
    answer = said(what, *others, by=by, now=now, wait=lambda _: wait, first=lambda _: when, acknowledged_at=last)
    if answer is None:
        return
    assert inbound
    assert delay <= 60
    assert text not in ("gracias", "out of office")
    assert ours is None or ours <= when - LATE
    assert (answer.automatic, answer.by.subject, answer.identity) == (True, OURSELVES, what.identity)
    assert "{" not in answer.text
    since = by.crisis.since
    if last is not None and not (in_crisis and since and since <= now and last < since):
        assert last + timedelta(days=7) <= when
    if in_crisis and since and since <= now:
        assert answer.text == "Teleprado: avería general."
