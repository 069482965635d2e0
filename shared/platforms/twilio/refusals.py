"""What Twilio's errors mean for a message that was to be sent: their numbers, and what to do.

https://www.twilio.com/docs/api/errors
"""

from shared.ports import Answer
from shared.replying import Later, Refused, Unknown

LATER = frozenset({14107, 20429, 21611, 30001, 63018})
"""Too many at once: for a number, for the account, or for a queue that is full."""

_STOPPED = (
    "the customer wrote STOP to this number, and Twilio sends them nothing until they write START: reach them where "
    "else they are known"
)
_ADDRESS = "this is no number that Twilio can send to: reach the customer where else they are known"
_SENDER = (
    "Twilio does not have this number of the company's, or it cannot send such messages: look at it in Twilio's console"
)
_TOKEN = (
    "Twilio does not accept the account's credentials: publish `<AccountSid>:<AuthToken>`, or an API key "  # noqa: S105
    "(`<AccountSid>:<key's SID>:<its secret>`), with `python -m infra.publish tokens`, then send again"
)
_OUTSIDE = (
    "the customer wrote more than 24 hours ago, and WhatsApp takes nothing but approved templates: send one, or wait "
    "until they write again"
)
_TEMPLATE = (
    "Twilio does not accept the template: name it by its Content SID (`HX...`), and give as many parameters as it has"
)
_FILTERED = "the network took it for spam: look at the number's registration in Twilio's console before anything else"
_UNREGISTERED = "the number is not registered for what it sends: register it in Twilio's console, then send again"

_SENTENCES: dict[int, str] = {
    **dict.fromkeys((21610, 63032), _STOPPED),
    **dict.fromkeys((21211, 21214, 21217, 21266, 21614, 30003, 30005, 30006, 63003, 63024), _ADDRESS),
    **dict.fromkeys((21212, 21603, 21606, 21607, 21659, 21660, 21703, 63007), _SENDER),
    **dict.fromkeys((20003, 20005, 20006, 20008), _TOKEN),
    **dict.fromkeys((63016, 63051), _OUTSIDE),
    **dict.fromkeys((21655, 21656, 63005, 63013, 63027, 63028, 63040, 63041), _TEMPLATE),
    **dict.fromkeys((30004, 30007, 30008), _FILTERED),
    21408: "the account may not send to this country: allow it in Twilio's console under Geo permissions, then send "
    "again",
    21608: "a trial account of Twilio's sends to verified numbers only: upgrade it, then send again",
    21612: "Twilio has no way from this number to the customer's: answer from another one, or elsewhere",
    21617: "the text is too long for Twilio: shorten it to 1600 characters",
    **dict.fromkeys((21602, 21619), "there is nothing in the text that Twilio sends: write one"),
    30002: "Twilio has suspended the account: look into its console, and answer elsewhere",
    **dict.fromkeys((30032, 30034), _UNREGISTERED),
}
_BY_STATUS = {
    401: _TOKEN,
    403: "Twilio does not let these credentials send: look at the account and the API key in its console",
    404: "Twilio has no such account: begin the token with the AccountSid (`AC...`), and publish it again",
}


def failed(answer: Answer) -> Refused | Later | Unknown:
    """Return what an answer means that does not say that the message was taken."""
    code = answer.json().get("code")
    number = code if isinstance(code, int) and not isinstance(code, bool) else 0
    if not answer.refuses:
        return Unknown(
            sentence=f"Twilio did not say whether it has it (status {answer.status}): look into its Messaging logs"
        )
    if answer.status == 429 or number in LATER:
        return Later()
    return refused(number, answer.status)


def refused(number: int, status: int = 0) -> Refused:
    """Return what to do about one of Twilio's errors."""
    sentence = _SENTENCES.get(number) or _BY_STATUS.get(status)
    return Refused(
        code=str(number or status),
        sentence=sentence or "Twilio refused it: look up the number at https://www.twilio.com/docs/api/errors",
    )
