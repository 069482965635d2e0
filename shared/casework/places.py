"""Where something may be said, what of it may be said now, and until when: asked before anybody writes."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from shared import platforms
from shared.accounts import Account, known_as
from shared.errors import UnknownPlatform
from shared.models import Frozen, Instant, Message
from shared.projection.conversation import Conversation
from shared.replying import Draft, Place, Refusal, ReplyPort, Rules, Template

Way = Literal["text", "template", "privately"]

_LONG_ENOUGH = "Un texto de prueba, ni corto ni largo."
_PROBES: dict[Way, Draft] = {
    "text": Draft(text=_LONG_ENOUGH),
    "template": Draft(template=Template(name="any", language="es")),
    "privately": Draft(text=_LONG_ENOUGH, privately=True),
}

_EVER = timedelta(days=3650)
"""No platform's window is that long."""


class Option(Frozen):
    """One way of saying something in a place: whether it is open, until when where that ends, how long a text may be
    and in which unit that is counted, by its name, and what is billed for it. `refusal` says why it is not open, and
    what to do."""

    way: Way
    open: bool
    until: Instant | None = None
    longest: int | None = None
    unit: str | None = None
    cost: str = ""
    refusal: Refusal | None = None


def place_of(
    conversation: Conversation,
    answered: Message | None = None,
    *,
    accounts: Iterable[Account] = (),
    answered_privately: bool = False,
) -> Place:
    """Return the place that a conversation is, with the message that is answered there, if one is.

    `accounts` are the playbook's: what the platform has granted one of them holds there. `answered_privately` is
    whether that message has had a private answer.
    """
    return Place(
        channel=conversation.channel,
        account=conversation.account,
        identity=conversation.identity,
        thread=conversation.thread,
        visibility=answered.visibility if answered else conversation.visibility,
        reply_to=answered.external_id if answered else None,
        reply_to_at=answered.occurred_at if answered else None,
        title=answered.title if answered else None,
        last_inbound_at=conversation.last_inbound_at,
        summoned=answered.summons if answered else None,
        answered_privately=answered_privately,
        rights=_rights(conversation, accounts),
    )


def _rights(conversation: Conversation, accounts: Iterable[Account]) -> tuple[str, ...]:
    port = port_of(conversation.channel)
    if port is None or not port.rights:
        return ()
    platform = platforms.folder_of(conversation.channel)
    own = known_as((each for each in accounts if each.platform == platform), conversation.account)
    return own.rights if own else ()


def port_of(channel: str) -> ReplyPort | None:
    """Return how a channel is spoken through; none for one that nobody speaks through."""
    try:
        return platforms.reply(channel)
    except UnknownPlatform:
        return None


def rules_of(channel: str) -> Rules | None:
    """Return what a channel lets through; none for one that nobody speaks through. Loads its platform's port alone."""
    port = port_of(channel)
    return port.rules.get(channel) if port else None


def said_on(channel: str, *, privately: bool) -> str:
    """Return the channel on which can be read what is said on a channel: for a private answer that of the messages
    which it is one of."""
    rules = rules_of(channel) if privately else None
    return rules.private_answer.channel if rules and rules.private_answer else channel


def must_answer(channel: str) -> bool:
    """Return whether whatever is said on a channel answers a message there."""
    rules = rules_of(channel)
    return rules is not None and rules.answers


def may_say(draft: Draft, place: Place, now: datetime) -> Refusal | None:
    """Return why a draft may not be said in a place at an instant, with what to do and what else is let through; none
    when it may."""
    port = port_of(place.channel)
    return _NOBODY_SPEAKS if port is None else port.check(draft, place, now)


_NOBODY_SPEAKS = Refusal(
    code="unknown_channel",
    sentence="nothing can be sent through this channel: answer where the message was written, or on another channel "
    "on which the customer is known",
)


AT_FAULT: Mapping[str, str] = {
    "too_long": "text",
    "too_short": "text",
    "empty": "text",
    "no_templates": "template",
    "no_private_answer": "privately",
    "nothing_to_answer": "reply_to",
    "unknown_channel": "channel",
}
"""What of a request is to be mended, by what is in the way; of everything else, time or the place is."""


def options(place: Place, now: datetime) -> tuple[Option, ...]:
    """Return the ways of saying something in a place, each with whether it is open at an instant, as a person writes
    it; a way that the channel never has is left out, unless there is no other."""
    rules = rules_of(place.channel)
    if rules is None:
        return (Option(way="text", open=False, refusal=may_say(_PROBES["text"], place, now)),)
    offered: dict[Way, bool] = {
        "text": True,
        "template": rules.templates,
        "privately": rules.private_answer is not None and place.visibility == "public",
    }
    return tuple(_option(way, place, now) for way, is_offered in offered.items() if is_offered)


def _option(way: Way, place: Place, now: datetime) -> Option:
    port = port_of(place.channel)
    assert port is not None, "only a channel that is spoken through has ways"
    rules, draft = port.rules[place.channel], _PROBES[way]
    refusal = port.check(draft, place, now)
    in_the_end = port.check(draft, place, now + _EVER)
    limits = rules.limits_of(draft)
    return Option(
        way=way,
        open=refusal is None,
        until=in_the_end.expired_at if refusal is None and in_the_end else None,
        longest=None if way == "template" else limits.longest,
        unit=None if way == "template" else limits.unit.name,
        cost=rules.cost,
        refusal=refusal,
    )
