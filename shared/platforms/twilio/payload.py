"""A request of Twilio's, which is one thing, told as a form (https://www.twilio.com/docs/usage/webhooks), or JSON.

Twilio has no word for what a form tells of: the parameters that are there show it.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Unit
from shared.platforms.twilio import streams
from shared.platforms.twilio.form import parameters

Id = Annotated[str, Field(min_length=1)]

_KINDS = (
    ("EventType", "conversation", "ConversationSid"),
    ("StatusCallbackEvent", "conference", "ConferenceSid"),
    ("TranscriptionEvent", "transcription", ""),
    ("TranscriptionStatus", "transcription", ""),
    ("DialCallStatus", "dial", ""),
    ("QueueResult", "queue", ""),
    ("RecordingStatus", "recording", ""),
)
"""What is told of, by the parameter that says how far it is; the third is one that has to be there as well. The first
that applies counts: what is told of a part of a call names the call too."""

_WORD = re.compile(r"[A-Za-z-]{1,40}")
_OTHERS = ("CallSid", "TaskSid", "ServiceSid")
"""By one of these what we do not know is named."""

_MESSAGE = ("MessageSid", "SmsMessageSid", "SmsSid")
_OF_THE_CALL = ("CallbackSource", "CallDuration")
"""Parameters that only a call's own status has; its recording may come along."""

_WHOSE = ("From", "To", "Direction")
"""What the URL may say of a call, by the names of the parameters that say it elsewhere."""


class Context(NamedTuple):
    """What is known of a thing besides itself: what the URL says that was called, our own id of a message and whose a
    call is, as parameters; and whether it came by Event Streams, which tell less than the number does."""

    reply: str | None
    is_streamed: bool
    whose: Mapping[str, str]


class Wire(BaseModel):
    """Some of a form's parameters. One that is blank is one that is not there; a NUL is nothing that anybody wrote."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, form: Any) -> Any:
        told = {name: text.replace("\0", "") if isinstance(text, str) else text for name, text in form.items()}
        return {name: text for name, text in told.items() if text}


def split(delivery: Delivery) -> list[Unit]:
    """Return the things that a request tells of, each named by what it is about and how far that is:
    `message.delivered`. Its context is a `Context`.

    A parameter that stands there with different values has all of them, as a tuple: the signature does not say which
    came first. Raises `UnreadableDelivery` for what is neither JSON nor a form of Twilio's.
    """
    if streams.is_json(delivery.body):
        return [_unit(delivery, each) for each in streams.told(delivery.body)]
    if not re.match(rb"[A-Za-z]", delivery.body):
        raise UnreadableDelivery("twilio: not a form")
    form = _form(delivery.body)
    if not form.get("AccountSid"):
        raise UnreadableDelivery("twilio: a form without an AccountSid")
    return [Unit(_name(form), form, delivery.account, delivery.received_at, _context(delivery))]


def _unit(delivery: Delivery, told: streams.Told) -> Unit:
    # What a clock says that is ahead of ours is no instant of anything.
    at = min(told.at, delivery.received_at) if told.at else delivery.received_at
    name = told.name or _name(told.parameters)
    return Unit(name, told.parameters, delivery.account, at, _context(delivery, is_streamed=told.is_streamed))


def _context(delivery: Delivery, *, is_streamed: bool = False) -> Context:
    said = {name: delivery.headers.get(f"?{name}") for name in _WHOSE}
    # In a query, the plus sign of a number that nobody has escaped is a space.
    whose = {name: re.sub("^ ", "+", text) for name, text in said.items() if text}
    return Context(delivery.headers.get("?reply"), is_streamed, whose)


def _form(body: bytes) -> dict[str, str | tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, value in parameters(body):
        values = found.setdefault(name.decode(errors="replace"), [])
        text = value.decode(errors="replace")
        if text not in values:
            values.append(text)
    return {name: values[0] if len(values) == 1 else tuple(sorted(values)) for name, values in found.items()}


def _name(form: Mapping[str, str | tuple[str, ...]]) -> str:
    for parameter, kind, too in _KINDS:
        if form.get(parameter) and (not too or form.get(too)):
            return f"{kind}.{_word(form[parameter])}"
    if form.get("RecordingUrl") and not any(form.get(name) for name in _OF_THE_CALL):
        return "recording.completed"  # what Record asks for when somebody has spoken has no status
    if form.get("CallStatus"):
        return f"call.{_word(form['CallStatus'])}"
    if any(form.get(name) for name in _MESSAGE):
        return f"message.{_word(form.get('MessageStatus') or form.get('SmsStatus') or 'received')}"
    return next((name for name in _OTHERS if form.get(name)), "callback")


def _word(status: str | tuple[str, ...]) -> str:
    # A name is shown to operators: nothing that a customer could have written gets into one.
    return status if isinstance(status, str) and _WORD.fullmatch(status) else "?"
