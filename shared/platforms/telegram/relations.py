"""How people stand to the company: who lets the bot write, who joins, who subscribes."""

from datetime import datetime

from shared.models import Event, ProfileChange
from shared.platforms import Unit, ignored
from shared.platforms.telegram import payload as wire
from shared.platforms.telegram.person import author_of, whose


def my_chat_member(unit: Unit) -> list[Event]:
    """A person who blocks the bot makes it `kicked`, and `member` again when they unblock it."""
    change = wire.ChatMemberUpdated.model_validate(unit.value)
    if not change.chat.is_person:
        return [ignored(unit, "the bot's own place in a group or channel")]
    return [_membership(unit, change, change.chat, field="opt_in")]


def chat_member(unit: Unit) -> list[Event]:
    change = wire.ChatMemberUpdated.model_validate(unit.value)
    person = change.new_chat_member.user
    if person.is_bot:
        return [ignored(unit, "a bot, not a customer")]
    return [_membership(unit, change, person, field="follow")]


def chat_join_request(unit: Unit) -> list[Event]:
    request = wire.ChatJoinRequest.model_validate(unit.value)
    person = request.from_user
    return [_change(unit, person, field="follow", current="requested", date=request.date, thread=request.thread)]


def subscription(unit: Unit) -> list[Event]:
    change = wire.BotSubscriptionUpdated.model_validate(unit.value)
    return [_change(unit, change.user, field="subscription", current=change.state)]


def _membership(unit: Unit, change: wire.ChatMemberUpdated, person: wire.Peer, *, field: str) -> ProfileChange:
    before, after = change.old_chat_member.status, change.new_chat_member.status
    return _change(unit, person, field=field, previous=before, current=after, date=change.date, thread=change.thread)


def _change(
    unit: Unit,
    person: wire.Peer,
    *,
    field: str,
    current: str,
    previous: str | None = None,
    date: datetime | None = None,
    thread: str = "direct",
) -> ProfileChange:
    return ProfileChange(
        **whose(unit, person),
        external_id=f"update:{unit.context}",
        occurred_at=date or unit.at,
        dated=date is not None,
        thread=thread,
        author=author_of(person),
        field=field,
        previous=previous,
        current=current,
    )
