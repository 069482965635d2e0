"""Every way to speak to a customer, and which is open now; pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from services.customer360.contract import Contact, Way
from shared.projection.conversation import Conversation

type Windows = Mapping[str, timedelta | None]
"""For how long after the customer's last word something may be written freely, by channel; none where for ever."""


def ways(
    conversations: Iterable[Conversation], contacts: Iterable[Contact], windows: Windows, now: datetime
) -> tuple[Way, ...]:
    """Return the channels of all conversations, the open ones first, the last used before the others; then the phones
    and e-mail addresses that were not given up, in the order of the contacts: calls and mails know no window."""
    spoken = [_channel(heads, windows, now) for heads in _by_channel(conversations).values()]
    spoken.sort(key=lambda found: (not found[1].open, -found[0].timestamp(), found[1].channel, found[1].identity))
    return (*(way for _, way in spoken), *map(_value, filter(_is_open, contacts)))


def _by_channel(conversations: Iterable[Conversation]) -> dict[tuple[str, str], list[Conversation]]:
    found: dict[tuple[str, str], list[Conversation]] = {}
    for head in conversations:
        found.setdefault((head.identity, head.channel), []).append(head)
    return found


def _channel(heads: list[Conversation], windows: Windows, now: datetime) -> tuple[datetime, Way]:
    head, window = heads[0], windows.get(heads[0].channel)
    last = max((each.last_inbound_at for each in heads if each.last_inbound_at), default=None)
    until = last + window if last and window else None
    code: Literal["always", "within_window", "window_closed", "never_wrote", "not_served"] = "always"
    if head.channel not in windows:
        code = "not_served"
    elif window is not None:
        code = "never_wrote" if until is None else "within_window" if now < until else "window_closed"
    way = Way(
        channel=head.channel,
        identity=head.identity,
        account=head.account,
        value=None,
        verified=True,
        open=code in ("always", "within_window"),
        open_until=until,
        code=code,
    )
    return max(last_spoken(each) for each in heads), way


def last_spoken(head: Conversation) -> datetime:
    """Return when anybody last spoke in a conversation."""
    return max(at for at in (head.opened_at, head.last_inbound_at, head.last_outbound_at) if at)


def _is_open(contact: Contact) -> bool:
    return contact.kind in ("phone", "email") and contact.until is None


def _value(contact: Contact) -> Way:
    return Way(
        channel=contact.kind,
        identity=None,
        account=None,
        value=contact.value,
        verified=contact.verified,
        open=True,
        open_until=None,
        code="always",
    )
