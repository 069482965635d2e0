"""What is asked for: the comments below a channel's videos, and that news of its videos goes on coming.

A channel and the topic of its videos are two things of an account, each with a row and a cursor of its own: a hub that
is down makes no comment late.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from shared.platforms.youtube import api, lease
from shared.platforms.youtube.comments import look
from shared.ports import Asking, Found, PollPort, Presence, Thing

_NO_CHANNEL = (
    'the playbook names no channel: `things = [{ kind = "channel", id = "UC..." }]`, where the id has 24 characters'
)


def hosts(presence: Presence) -> frozenset[str]:  # noqa: ARG001 - YouTube is the same for everybody
    return api.HOSTS | {lease.HOST}


def poll(presence: Presence, cursor: str, now: datetime) -> Asking[Found]:
    """Ask about the one thing of a presence."""
    asks = next((_ABOUT[thing.kind](presence, thing, cursor, now) for thing in presence.things), None)
    if asks is None:
        return Found((), cursor, _NO_CHANNEL, failing=True)
    return (yield from asks)


def _comments(presence: Presence, thing: Thing, cursor: str, now: datetime) -> Asking[Found]:  # noqa: ARG001
    if (channel := api.channel(presence)) is None:
        return Found((), cursor, _NO_CHANNEL, failing=True)
    door = yield from api.let_in(presence.token)
    if not isinstance(door, api.Door):
        why = api.trouble(door, now)
        return Found((), cursor, why.sentence, failing=True, not_before=why.not_before)
    return (yield from look(door, channel, cursor, now))


_ABOUT: Mapping[str, Callable[[Presence, Thing, str, datetime], Asking[Found]]] = {
    api.CHANNEL_KIND: _comments,
    lease.KIND: lease.renew,
}

PORT = PollPort(hosts, poll, every=timedelta(minutes=5), things=tuple(_ABOUT), calls_a_day=4_500)
"""Of the 10,000 units that a project has in a day, reading costs one a call; what is left over answers
(`reply.py`)."""
