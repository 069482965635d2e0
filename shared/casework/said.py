"""What somebody of the company says about a customer: the same fields with the same limits at the desk and on a
department's queue of acts; pure."""

from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, WithJsonSchema

from shared.errors import InvalidParameter
from shared.replying import Draft, Template
from shared.spans import instant
from shared.texts import LINE, LINES, Line, Text, Words

Name = Annotated[str, StringConstraints(min_length=1, max_length=2048, pattern=LINE)]

_Parameter = Annotated[str, StringConstraints(min_length=1, max_length=1024, pattern=LINES)]


def _until(written: object) -> object:
    """Return the instant that is written as text: a number, which pydantic would take for one, is none."""
    return written if written is None else instant("until", written if isinstance(written, str) else "")


Until = Annotated[datetime, BeforeValidator(_until), WithJsonSchema({"type": "string", "format": "date-time"})]

Channel = Annotated[
    Line | None, Field(description="On which channel, such as whatsapp or x_mention; needed where several fit.")
]
Thread = Annotated[
    Name | None, Field(description="Which conversation there, as the lookup names it; needed where several fit.")
]
ReplyTo = Annotated[
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
    def names_nothing(self) -> bool:
        return not self.names_a_conversation and self.reply_to is None

    @property
    def field(self) -> str:
        """Return the field that is at fault when there is no such conversation, or more than one."""
        return next((name for name in ("thread", "channel", "identity") if getattr(self, name) is not None), "channel")


class ToCustomer(BaseModel):
    """What a customer is told, and where: a text, or a template that the platform approved."""

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
    channel: Channel = None
    thread: Thread = None
    reply_to: ReplyTo = None

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


class ToColleagues(BaseModel):
    """Something that colleagues should know."""

    text: Text


class Committing(BaseModel):
    """Something that the company told the customer: that it will do a thing until an instant, or that it will not."""

    stance: Literal["promise", "refusal"]
    matter: Line = Field(description="What it is about, in the same few words for all that concerns the same thing.")
    text: Text = Field(description="What the customer was told.")
    until: Until | None = Field(
        None, description="RFC 3339 with an offset, in the future; of a promise, and needed there."
    )

    def check(self, now: datetime) -> None:
        """Raise `InvalidParameter` for a promise without an instant in the future, and for a refusal with one."""
        if self.stance == "refusal" and self.until is not None:
            raise InvalidParameter("until", "goes with a promise only; a refusal stands until it is withdrawn")
        if self.stance == "promise" and self.until is None:
            raise InvalidParameter("until", "is missing; say until when it is promised")
        if self.until is not None:
            must_be_ahead(self.until, now)


def must_be_ahead(until: datetime, now: datetime) -> None:
    """Raise `InvalidParameter` when an instant has passed."""
    if until <= now:
        raise InvalidParameter("until", "has passed; name an instant in the future")
