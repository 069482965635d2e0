"""Whether a customer is told at once that somebody will answer, and in which words. Pure functions.

Once in a conversation, and again only after a long silence; in a crisis what the committee wrote, once more. What is
asked for has an id made of the conversation and of when it was last acknowledged: two projectors that decide at once,
or one that decides again, ask for the same. It stops no clock, and is no answer.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.casework.places import rules_of
from shared.casework.steps import OURSELVES, Agent, ReplyAsked
from shared.clocks.calendar import is_open, next_opening
from shared.clocks.thanks import needs_no_answer
from shared.ids import step_id
from shared.languages import fitting, guess
from shared.models import Message
from shared.playbook import Playbook
from shared.playbook.acknowledgement import EVERYWHERE, Words, filled_in
from shared.projection.conversation import Conversation, FirstInboundAfter
from shared.spoken import moment, span
from shared.triage import assess
from shared.words import words

LATE = timedelta(hours=1)
"""What is older was told late, or is told again: whoever wrote it is not to hear now that they were heard at once. What
a customer writes within so long is one matter."""

type LongestWait = Callable[[], timedelta | None]
"""Ask for how long somebody has waited without an answer, if that makes the queue long; none while it is short."""


def acknowledge(
    message: Message,
    head: Conversation,
    playbook: Playbook,
    now: datetime,
    *,
    event_key: str,
    longest_wait: LongestWait,
    first_inbound_after: FirstInboundAfter,
) -> ReplyAsked | None:
    """Return what is to be said by itself to whoever wrote a message, or none; `head` is their conversation's, with the
    message in it, and `event_key` the message's in the journal.

    Both questions are put only when all else speaks for an answer: `longest_wait` while it is open,
    `first_inbound_after` for a conversation that was acknowledged a long time ago.
    """
    crisis = playbook.crisis if playbook.crisis.holds(now) else None
    if not (crisis or playbook.acknowledgement.is_on) or any(rule(message, head, playbook, now) for rule in _NEVER):
        return None
    last = head.acknowledged_at
    is_first = last is None or bool(crisis and crisis.since and last < crisis.since)
    silence = playbook.acknowledgement.again_after
    if not is_first and not _nothing_of_ours_for(silence, head, message):
        return None
    occasion = _occasion(message, playbook, now, longest_wait)
    said = occasion and _in_their_language(occasion.texts, message, head, playbook.default_language)
    if occasion is None or said is None:
        return None
    if not is_first and not _nothing_of_theirs_for(silence, message, first_inbound_after):
        return None
    return ReplyAsked(
        id=acknowledgement_id(head),
        identity=head.identity,
        at=now,
        by=Agent(subject=OURSELVES),
        why=occasion.why,
        channel=head.channel,
        account=head.account,
        thread=head.thread,
        text=filled_in(said.text, occasion.values(said.language)),
        reply_to=event_key,
        automatic=True,
    )


def acknowledgement_id(head: Conversation) -> str:
    """Return the id (`stp_` and 26 characters) of the next acknowledgement in a conversation."""
    last = head.acknowledged_at.isoformat() if head.acknowledged_at else "never"
    own = f"acknowledgement#{head.channel}#{last}#{head.thread}"
    return step_id(subject=OURSELVES, identity=head.identity, idempotency_key=own)


type _Rule = Callable[[Message, Conversation, Playbook, datetime], bool]


def _is_ours(message: Message, head: Conversation, playbook: Playbook, now: datetime) -> bool:  # noqa: ARG001
    return message.direction == "outbound"


def _is_late(message: Message, head: Conversation, playbook: Playbook, now: datetime) -> bool:  # noqa: ARG001
    return now - message.occurred_at > LATE


def _is_in_talk(message: Message, head: Conversation, playbook: Playbook, now: datetime) -> bool:  # noqa: ARG001
    """Whoever was answered since, or heard from us a moment before, knows that somebody is there."""
    return head.last_outbound_at is not None and head.last_outbound_at > message.occurred_at - LATE


def _is_uninvited(message: Message, head: Conversation, playbook: Playbook, now: datetime) -> bool:  # noqa: ARG001
    """In public it is said only where the playbook wants it, and on X only to whoever names the account or quotes it
    (https://docs.x.com/x-api/posts/manage-tweets/integrate)."""
    asked = message.summons is not False and not message.overheard
    allowed = asked and message.channel in playbook.acknowledgement.public_channels
    return message.visibility == "public" and not allowed


def _needs_no_answer(message: Message, head: Conversation, playbook: Playbook, now: datetime) -> bool:  # noqa: ARG001
    return needs_no_answer(message)


def _is_automatic(message: Message, head: Conversation, playbook: Playbook, now: datetime) -> bool:  # noqa: ARG001
    """Whoever writes of automatic answers themselves is no program, but wants none either."""
    said = f" {' '.join(words(message.text))} "
    return any(f" {phrase} " in said for phrase in _OF_PROGRAMS)


def _is_where_nobody_speaks(message: Message, head: Conversation, playbook: Playbook, now: datetime) -> bool:  # noqa: ARG001
    """Whoever has left a voicemail would have it asked for in vain."""
    return rules_of(message.channel) is None


_NEVER: Sequence[_Rule] = (
    *(_is_ours, _is_late, _is_in_talk, _is_uninvited, _needs_no_answer, _is_automatic),
    _is_where_nobody_speaks,
)

_OF_PROGRAMS = (
    *("respuesta automatica", "mensaje automatico", "contestador automatico", "fuera de la oficina"),
    *("automatic reply", "automatic response", "automated reply", "automated response", "automated message"),
    *("auto reply", "autoreply", "out of office", "out of the office"),
)


def _nothing_of_ours_for(silence: timedelta, head: Conversation, message: Message) -> bool:
    ours = (head.last_outbound_at, head.acknowledged_at)
    return all(at is None or at + silence <= message.occurred_at for at in ours)


def _nothing_of_theirs_for(silence: timedelta, message: Message, first_inbound_after: FirstInboundAfter) -> bool:
    first = first_inbound_after(message.occurred_at - silence)
    return first is None or first >= message.occurred_at - LATE


class _Occasion(NamedTuple):
    """Why something is said, in one of which texts, and what is filled into one in a language."""

    why: str
    texts: Sequence[Words]
    values: Callable[[str], Mapping[str, str]]


def _occasion(message: Message, playbook: Playbook, now: datetime, longest_wait: LongestWait) -> _Occasion | None:
    settings, company = playbook.acknowledgement, {"company": playbook.company}
    if playbook.crisis.holds(now):
        return _Occasion("the committee's text in a crisis", playbook.crisis.texts, lambda _: company)
    calendar = playbook.calendar(assess(message, playbook).department)
    if not is_open(calendar, now):
        if not settings.outside_hours.active:
            return None
        opens_at, zone = next_opening(calendar, now), calendar.time_zone
        return _Occasion(
            f"closed by the calendar {calendar.name!r}",
            settings.outside_hours.texts,
            lambda language: company | {"opens_at": moment(opens_at, zone, language)},
        )
    longest = longest_wait() if settings.when_queue_is_long.active else None
    if longest is None:
        return None
    return _Occasion(
        "the queue is long",
        settings.when_queue_is_long.texts,
        lambda language: company | {"waiting": span(longest, language)},
    )


def _in_their_language(texts: Sequence[Words], message: Message, head: Conversation, default: str) -> Words | None:
    """Return the text for a message's channel in the language that the platform says is the person's, else in the one
    that they seem to write in, else in the default one; none where there is no text for the channel."""
    general = {each.language: each for each in texts if each.channel == EVERYWHERE}
    own = {each.language: each for each in texts if each.channel == message.channel}
    available = general | own
    author, known = message.author, head.known.get("language")
    wanted = (author and author.language, known and known.value, guess(message.text), default)
    found = (fitting(language, available) for language in wanted if language)
    return next((available[language] for language in found if language), None)
