"""Whether a customer is told at once that somebody will answer, and in which words. Pure functions.

Once in a conversation, or again after a long silence where the playbook wants that; in a crisis what the committee
wrote, once more. What is asked for has an id made of the conversation and of when it was last acknowledged: two
projectors that decide at once, or one that decides again, ask for the same. It stops no clock, and is no answer.

Where a person can open any number of conversations, as with every mail that answers none, they are told once in
`ANYWHERE` over all of these on a channel: else a program that answers each acknowledgement with a new mail, and does
not say that it is one, would be told for ever. The id is then made of when the person was last told in any of them. So
two projectors that decide at once for two conversations of one person ask for the same, and one of the two is
acknowledged; and what is projected before it is noted that they were told comes to the same id, and changes nothing. In
a crisis all this holds for the committee's text: only what was said before the crisis does not count, so that each
crisis adds one.
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
from shared.playbook.acknowledgement import EVERYWHERE, Crisis, Words, filled_in
from shared.projection.conversation import Conversation, FirstInboundAfter
from shared.spoken import moment, span
from shared.triage import assess
from shared.words import words

ANYWHERE = timedelta(hours=24)
"""For how long a person who was told in one of many conversations is told in none of them again. RFC 3834, section 2,
recommends seven days before the same response goes to the same sender again, but ours is mostly another one a day
later: it says when somebody is here next. Nor is it `again_after`, which is for silence within one matter: whoever
opens another conversation the day after next has another one."""

LATE = timedelta(hours=1)
"""What is older was told late, or is told again: whoever wrote it is not to hear now that they were heard at once. What
a customer writes within so long is one matter."""

type LongestWait = Callable[[str | None], timedelta | None]
"""Ask for how long somebody has waited for a department's answer, or without one for anybody's, if that makes the queue
long; none while it is short."""


def acknowledge(
    message: Message,
    head: Conversation,
    playbook: Playbook,
    now: datetime,
    *,
    event_key: str,
    told_anywhere: datetime | None,
    longest_wait: LongestWait,
    first_inbound_after: FirstInboundAfter,
) -> ReplyAsked | None:
    """Return what is to be said by itself to whoever wrote a message, or none; `head` is their conversation's, with the
    message in it, and `event_key` the message's in the journal. `told_anywhere` is when they were last told so on this
    channel in any conversation that is one of many (`is_one_of_many`).

    Both questions are put only when all else speaks for an answer: `longest_wait` while it is open,
    `first_inbound_after` for a conversation that was acknowledged a long time ago.
    """
    crisis = playbook.crisis if playbook.crisis.holds(now) else None
    if not (crisis or playbook.acknowledgement.is_on) or any(rule(message, head, playbook, now) for rule in _NEVER):
        return None
    if is_one_of_many(head.thread) and _was_told_lately(told_anywhere, crisis, now):
        return None
    last = head.acknowledged_at
    is_first = last is None or _is_before(crisis, last)
    silence = playbook.acknowledgement.again_after
    if not is_first and (silence is None or not _nothing_of_ours_for(silence, head, message)):
        return None
    occasion = _occasion(message, playbook, now, longest_wait)
    said = occasion and _in_their_language(occasion.texts, message, head, playbook.default_language)
    if occasion is None or said is None:
        return None
    if not is_first and silence is not None and not _nothing_of_theirs_for(silence, message, first_inbound_after):
        return None
    return ReplyAsked(
        id=acknowledgement_id(head, told_anywhere),
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


def acknowledgement_id(head: Conversation, told_anywhere: datetime | None) -> str:
    """Return the id (`stp_` and 26 characters) of the next acknowledgement in a conversation, or in any of those that
    it is one of."""
    if is_one_of_many(head.thread):
        own = f"acknowledgement-anywhere#{head.channel}#{_instant(told_anywhere)}"
    else:
        own = f"acknowledgement#{head.channel}#{_instant(head.acknowledged_at)}#{head.thread}"
    return step_id(subject=OURSELVES, identity=head.identity, idempotency_key=own)


def is_one_of_many(thread: str) -> bool:
    """Return whether a conversation is one of any number that a person can open on its channel: a mail's, a ticket's, a
    topic's, and not the one that they have in private with an account."""
    return thread != "direct"


def _instant(at: datetime | None) -> str:
    return at.isoformat() if at else "never"


def _was_told_lately(told: datetime | None, crisis: Crisis | None, now: datetime) -> bool:
    """By our own clock: a message may be dated ahead of it, as one that a program dates."""
    return told is not None and not _is_before(crisis, told) and now < told + ANYWHERE


def _is_before(crisis: Crisis | None, at: datetime) -> bool:
    return bool(crisis and crisis.since and at < crisis.since)


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
    department = assess(message, playbook).department
    calendar = playbook.calendar(department)
    if not is_open(calendar, now):
        if not settings.outside_hours.active:
            return None
        opens_at, zone = next_opening(calendar, now), calendar.time_zone
        return _Occasion(
            f"closed by the calendar {calendar.name!r}",
            settings.outside_hours.texts,
            lambda language: company | {"opens_at": moment(opens_at, zone, language)},
        )
    longest = longest_wait(department) if settings.when_queue_is_long.active else None
    if longest is None:
        return None
    return _Occasion(
        f"the queue of {department} is long" if department else "the queue is long",
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
