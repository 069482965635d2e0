"""What each thing that Twilio tells of means.

The words are Twilio's own for how far something is, after what it is: a form has no other name. Events of Event Streams
that are no messages have theirs.
"""

from collections.abc import Mapping

from shared.errors import UnreadableDelivery
from shared.models import Event
from shared.platforms import Handler, Unit, ignored
from shared.platforms.twilio import calls, messages, spoken


def _said_in_conversations(unit: Unit) -> list[Event]:  # noqa: ARG001 - nothing in it is read yet
    raise UnreadableDelivery("what is said in Twilio Conversations is not read: let the number tell us itself")


def _nothing(reason: str) -> Handler:
    return lambda unit: [ignored(unit, reason)]


def _of_no_known_shape(unit: Unit) -> list[Event]:  # noqa: ARG001 - nothing in it is read yet
    raise UnreadableDelivery("JSON of no known shape, in which there may be a customer's words")


EVENTS: Mapping[str, Handler] = {
    **messages.EVENTS,
    **calls.EVENTS,
    **spoken.EVENTS,
    "conference.*": _nothing("who is in a conference: each of its calls has its own events"),
    "conversation.onMessageAdded": _said_in_conversations,
    "conversation.*": _nothing("who is in a conversation of Twilio's Conversations"),
    "com.twilio.conversations.message.added": _nothing(
        "what is said in Twilio Conversations is not read: let the number tell us itself"
    ),
    "com.*": _nothing("an event of Event Streams that is no message: what there is of a call, its number tells"),
    "json.words": _of_no_known_shape,
    "json": _nothing("JSON that is neither an event of Event Streams nor the parameters of a form"),
}
