"""A platform's port for files, asked as the copying asks it: with the answers that a test gives."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from shared import platforms
from shared.media.copies import attached, spoken_of
from shared.media.places import Located, MediaPort, Wanted
from shared.models import Attachment, Edit, Event, Message
from shared.models import Call as Talk
from shared.ports import Answer, Call, Presence, Thing
from tests.conftest import NOW


def port_of(name: str) -> MediaPort:
    found = platforms.media(name)
    assert found is not None
    return found


def wanted(channel: str = "c", account: str = "a", **attachment: Any) -> Wanted:
    return Wanted(Attachment(**attachment), channel, account)


def files(name: str, events: Iterable[Event]) -> list[Wanted]:
    """Return what a platform's port calls a file among the attachments of events."""
    port = port_of(name)
    sent = [event for event in events if isinstance(event, Message | Edit | Talk)]
    every = [
        Wanted(each, event.channel, event.account, event.thread, spoken_of(event))
        for event in sent
        for each in attached(event)
    ]
    return [each for each in every if port.has(each)]


def located(name: str, what: Wanted, *answers: Answer, **of: Any) -> tuple[Located, list[Call]]:
    """Return where a port finds a file, and which calls it asked for."""
    port, calls = port_of(name), []
    asking = port.locate(presence(name, **of), what, NOW)
    given = iter(answers)
    try:
        call = next(asking)
        while True:
            calls.append(call)
            assert call.url.startswith(tuple(f"https://{host}/" for host in port.hosts))
            call = asking.send(next(given))
    except StopIteration as found:
        place: Located = found.value
        return place, calls


def presence(
    name: str, token: str = "", tokens: Mapping[str, str] | None = None, hosts: Iterable[str] = ()
) -> Presence:
    return Presence(name, "a", token, tokens or {}, tuple(Thing("files", host) for host in hosts))


def answer(value: Any, status: int = 200) -> Answer:
    return Answer(status, orjson.dumps(value))
