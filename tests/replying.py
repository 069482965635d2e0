"""Places of every channel that can be spoken through, and a driver that asks a stand-in."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson

from infra.local.standin import StandIn, token
from shared import platforms
from shared.calling import shown
from shared.ports import Answer, Asking, Call, Presence
from shared.replying import Draft, Place, Reply, ReplyPort
from tests.conftest import NOW
from tests.shared.platforms.meta.replying import INSTAGRAM, PAGE
from tests.speaking import SPEAKERS, SPOKEN
from tests.spoken import ANA, BSUID

__all__ = ["ANA", "BSUID", "INSTAGRAM", "PAGE"]

REPLY_ID = "rpl_abcdefghijklmnopqrstuvwxyz"
CHANNELS = tuple(channel for channel in platforms.rules() if channel in SPOKEN)
FOLDERS = {channel: name for name, speaker in SPEAKERS.items() for channel in speaker.channels}
NAMES = {name: speaker.name for name, speaker in SPEAKERS.items() if speaker.name}
"""What an account is called in its webhook's URL, where the playbook has to list it."""
THINGS = {name: speaker.things for name, speaker in SPEAKERS.items() if speaker.things}
ANAS = {channel: spoken.person for channel, spoken in SPOKEN.items() if spoken.person != ANA}
"""What Ana is called where she has another name than `ANA`."""
REVIEWS = tuple(channel for channel, spoken in SPOKEN.items() if spoken.one_answer)
"""The channels on which a message has one answer, which is not replaced before the customer has written again."""
READ_FIRST = tuple(channel for channel, spoken in SPOKEN.items() if spoken.reads_first)
"""The channels whose ports read what is answered before they answer it."""

DOOR = "https://door.example"
ORDINARY = "Sí, hasta las dos de la tarde."

DAY, WEEK = timedelta(hours=24), timedelta(days=7)


def account(channel: str) -> str:
    return SPOKEN[channel].account


def port(channel: str) -> ReplyPort:
    found = platforms.reply(channel)
    assert found is not None
    return found


def presence(channel: str, **changed: Any) -> Presence:
    own = account(channel)
    things = THINGS.get(FOLDERS[channel], ())
    known: dict[str, Any] = {"token": token(FOLDERS[channel], own), "things": things, "company": "Teleprado"}
    return Presence(FOLDERS[channel], NAMES.get(FOLDERS[channel], own), **({"door": DOOR} | known | changed))


def with_secret(channel: str, secret: str) -> str:
    """Return a token of a channel's platform, in its form, that has this secret."""
    return SPEAKERS[FOLDERS[channel]].token(secret)


def has_secret(channel: str, call: Call, secret: str) -> bool:
    """Return whether a call is let in by a token that has this secret."""
    return SPEAKERS[FOLDERS[channel]].lets_in(call, with_secret(channel, secret))


def before(channel: str, signed_in_with: str = "token") -> Answer:
    """Return what is answered to the call by which a port reads before it says something; where it signs in, the token
    that it is given is what it has signed in with."""
    return Answer(200, orjson.dumps(SPEAKERS[FOLDERS[channel]].before(place(channel), signed_in_with)))


def namespace(channel: str) -> str:
    """Return what stands before the account in the identities of a channel."""
    return SPOKEN[channel].namespace or FOLDERS[channel]


def place(channel: str, person: str | None = None, **changed: Any) -> Place:
    """A place of a channel, in which the customer wrote an hour ago and is answered."""
    own = SPOKEN[channel]
    known: dict[str, Any] = {
        "channel": channel,
        "account": own.account,
        "identity": f"{namespace(channel)}:{own.account}:{person or own.person}",
        "thread": own.thread,
        "visibility": own.visibility,
        "reply_to": own.answered,
        "reply_to_at": NOW - timedelta(hours=1),
        "last_inbound_at": NOW - timedelta(hours=1),
        "title": own.title,
        "summoned": own.summoned,
    }
    return Place(**(known | changed))


def words_of(channel: str, call: Call) -> str:
    """Return what a call says to a customer, as they will read it, and all else that is in it."""
    return SPEAKERS[FOLDERS[channel]].said(call)


def template_of(channel: str) -> str:
    """Return the name of a template, in the form of the channel's platform."""
    return SPEAKERS[FOLDERS[channel]].template


def reply(where: Place, what: Draft | str = ORDINARY) -> Reply:
    return Reply(id=REPLY_ID, place=where, draft=what if isinstance(what, Draft) else Draft(text=what))


def asked[T](asking: Asking[T], api: Callable[[Call], Answer], hosts: frozenset[str]) -> T:
    """Answer a port until it has a finding; it asks its own hosts alone, over TLS, and is shown the headers that it
    wants."""
    try:
        call = next(asking)
        while True:
            target = urlsplit(call.url)
            assert (target.scheme, target.netloc in hosts) == ("https", True)
            answer = api(call)
            call = asking.send(replace(answer, headers=shown(call, answer.headers)))
    except StopIteration as found:
        finding: T = found.value
        return finding


def said(where: Place, what: Draft | str = ORDINARY, *, to: StandIn, now: datetime = NOW, **who: Any) -> Any:
    """Say something through a place's port to a stand-in; return what became of it."""
    own = port(where.channel)
    us = presence(where.channel, **who)
    return asked(own.send(reply(where, what), us, now), to.answer, own.hosts_of(us))


def found(
    where: Place, what: Draft | str = ORDINARY, *, in_: StandIn, since: datetime = NOW, others: Collection[str] = ()
) -> Any:
    own = port(where.channel)
    assert own.find is not None
    us = presence(where.channel)
    asking = own.find(reply(where, what), us, since, NOW + timedelta(minutes=5), others)
    return asked(asking, in_.answer, own.hosts_of(us))
