"""Whose an event is, and what Telegram says of them."""

from typing import TypedDict

from shared.models import Author, ContactPoint
from shared.platforms import Unit
from shared.platforms.telegram.payload import Peer

CHANNEL = "telegram"


class Whose(TypedDict):
    """What every event says of the person it belongs to."""

    identity: str
    account: str
    channel: str


def whose(unit: Unit, person: Peer) -> Whose:
    return Whose(identity=f"{CHANNEL}:{unit.account}:{person.id}", account=unit.account, channel=CHANNEL)


def author_of(person: Peer, phones: tuple[ContactPoint, ...] = ()) -> Author:
    handles = (ContactPoint(kind="handle", value=person.username, proof="platform"),) if person.username else ()
    return Author(
        name=" ".join(filter(None, (person.first_name, person.last_name))) or person.title,
        handle=person.username,
        language=person.language_code,
        contacts=handles + phones,
    )
