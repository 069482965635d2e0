"""Twilio: text messages, telephone calls, and WhatsApp where it comes through Twilio's numbers."""

from collections.abc import Mapping
from datetime import timedelta

CHANNELS = ("sms", "phone", "twilio_whatsapp")
"""`whatsapp` is Meta's own. One customer may write to numbers of both, which are spoken through by different platforms
and so are different channels; their identities are of one namespace, `whatsapp`, since the ids are WhatsApp's."""

QUERY = ("reply", "From", "To", "Direction")
"""With what we send goes a URL to be told what became of it, and in there our own id of it. The URL to be told of what
was heard in a call may say whose call that is, by the names that a call's own requests have: Twilio does not."""

WINDOWS: Mapping[str, timedelta] = {"twilio_whatsapp": timedelta(hours=24)}
"""WhatsApp's own rule, which Twilio enforces (https://www.twilio.com/docs/whatsapp/key-concepts): beyond, it takes
approved templates only. Text messages and calls have no such end."""

ANSWER = ("text/xml", "<Response/>")
"""Twilio reads every answer as TwiML (https://www.twilio.com/docs/messaging/twiml): this is the one that does nothing.
Without a body of a type that it knows, it notes a warning against each message, and ends a call with an apology."""

RECEIVING = {
    "sms": "Twilio bills each part by the number's country: 0.0083 USD in the USA",
    "phone": "Twilio bills each minute by the number's country: 0.0085 USD in the USA",
    "twilio_whatsapp": "Twilio bills 0.005 USD for each message",
}
