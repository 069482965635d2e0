"""What may be asked of replies to customers; pure."""

from typing import Annotated

from pydantic import Field

from services.desk.asked import Asked
from services.desk.asked_cases import Number
from shared.casework.said import Channel, Name, ReplyTo, Thread, ToCustomer, Where
from shared.http.cursor import LONGEST
from shared.http.query import Query
from shared.http.writing import Body
from shared.texts import Why

_Identity = Annotated[Name | None, Field(description="Whose conversation; needed where several fit.")]


class PlacesQuery(Query):
    """Where something is to be said; all conversations of the customer without any."""

    identity: _Identity = None
    channel: Channel = None
    thread: Thread = None
    reply_to: ReplyTo = None
    cursor: Annotated[str | None, Field(min_length=1, max_length=LONGEST)] = Field(
        None, description="The next_cursor of the page before; where they wrote last without one."
    )

    @property
    def where(self) -> Where:
        return Where(self.identity, self.channel, self.thread, self.reply_to)


class Said(ToCustomer, Body):
    """What is said, and where: a text, or a template that the platform approved."""

    identity: _Identity = None
    why: Why | None = Field(None, description="The reason, for whoever asks one day.")

    @property
    def where(self) -> Where:
        return Where(self.identity, self.channel, self.thread, self.reply_to)


class CaseReply(Said):
    """Something is said to the customer about a case, which it answers once it is sent.

    Without a conversation it is said in the one that the case is about: where it was answered last or where it began,
    whichever the customer spoke in last. While they are silent after a private answer to something public, name it.
    """

    number: Number = None


class Reply(Said, Asked):
    """Something is said to the customer in one of their conversations, about no case."""


class Decided(Asked):
    """Somebody decides about a reply of which nobody knows whether it was sent, or that was refused."""
