"""What may be asked of replies to customers; pure."""

from typing import Annotated, NamedTuple

from pydantic import Field, StringConstraints

from services.desk.asked import Asked, Name
from services.desk.asked_cases import Number
from shared.errors import InvalidParameter
from shared.http.query import Query
from shared.http.writing import Body
from shared.replying import Draft, Template
from shared.texts import LINES, Line, Why, Words

_Parameter = Annotated[str, StringConstraints(min_length=1, max_length=1024, pattern=LINES)]

_Identity = Annotated[Name | None, Field(description="Whose conversation; needed where several fit.")]
_Channel = Annotated[
    Line | None, Field(description="On which channel, such as whatsapp or x_mention; needed where several fit.")
]
_Thread = Annotated[
    Name | None, Field(description="Which conversation there, as the lookup names it; needed where several fit.")
]
_ReplyTo = Annotated[
    Name | None,
    Field(
        description="The event_key of the message in that conversation that is answered; in public there has to be "
        "one, and by mail it is the customer's last one unless another is named."
    ),
]


class Where(NamedTuple):
    """Which of a customer's conversations, and which message there; what is not said may be anything."""

    identity: str | None = None
    channel: str | None = None
    thread: str | None = None
    reply_to: str | None = None

    @property
    def names_a_conversation(self) -> bool:
        return any(name is not None for name in (self.identity, self.channel, self.thread))

    @property
    def field(self) -> str:
        """Return the field that is at fault when there is no such conversation, or more than one."""
        return next((name for name in ("thread", "channel", "identity") if getattr(self, name) is not None), "channel")


class PlacesQuery(Query):
    """Where something is to be said; all conversations of the customer without any."""

    identity: _Identity = None
    channel: _Channel = None
    thread: _Thread = None
    reply_to: _ReplyTo = None

    @property
    def where(self) -> Where:
        return Where(self.identity, self.channel, self.thread, self.reply_to)


class Said(Body):
    """What is said, and where: a text, or a template that the platform approved."""

    text: Words | None = Field(
        None, description="What is said; with a template what it will read as, for our own record."
    )
    template: Line | None = Field(None, description="The name of a template, on channels that have such.")
    language: Line | None = Field(None, description="The template's, as the platform writes it, such as es or es_ES.")
    parameters: Annotated[tuple[_Parameter, ...], Field(max_length=20)] = Field(
        (), description="What is put into the template, in order."
    )
    privately: Annotated[bool, Field(strict=True)] = Field(
        False, description="Answer something public in private, where the channel lets that through."
    )
    identity: _Identity = None
    channel: _Channel = None
    thread: _Thread = None
    reply_to: _ReplyTo = None
    why: Why | None = Field(None, description="The reason, for whoever asks one day.")

    @property
    def where(self) -> Where:
        return Where(self.identity, self.channel, self.thread, self.reply_to)

    def draft(self) -> Draft:
        """Return what is said; raises `InvalidParameter` for nothing, and for half a template."""
        if self.template is None:
            for field, said in (("language", self.language), ("parameters", self.parameters)):
                if said:
                    raise InvalidParameter(field, "goes with template only; leave it out")
            if self.text is None:
                raise InvalidParameter("text", "is missing; write one, or name a template")
            return Draft(text=self.text, privately=self.privately)
        if self.language is None:
            raise InvalidParameter("language", "is missing; say in which language the template is approved")
        template = Template(name=self.template, language=self.language, parameters=self.parameters)
        return Draft(text=self.text or "", template=template, privately=self.privately)


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
