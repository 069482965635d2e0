"""What Meta's errors mean for a reply: it was surely not sent, it may be tried later, or nobody can tell.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes/
https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

from collections.abc import Mapping

from shared.platforms.meta.replies.requests import HUMAN_AGENT
from shared.ports import Answer
from shared.replying import Later, Refused, Unknown

_OF_THE_ACCOUNT = frozenset({4, 17, 32, 341, 613, *range(80000, 80015), 130429, 131048, 131057})
_OF_THE_CONVERSATION = frozenset({1200, 131056})
"""Temporary, and of this one person: 131056 says that they were written to more often than every six seconds."""

_NOBODY_KNOWS = frozenset({-3, -2, -1, 1, 2, 131000, 131016, 133004})
"""Faults of Meta's own, of which it does not say how far it had come."""

_TOKEN = (
    "the token has expired or was withdrawn: make a new one, publish it with `python -m infra.publish tokens`, then "  # noqa: S105
    "send again"
)
_PERMISSION = (
    "the token may not write this: it needs pages_messaging (Messenger), pages_manage_engagement (comments), "
    "instagram_manage_messages and instagram_manage_comments (Instagram) or whatsapp_business_messaging (WhatsApp), "
    "and what a person writes after 24 hours the feature Human Agent: until Meta has granted it, the account in the "
    f"playbook must not have {HUMAN_AGENT} among its rights"
)
_WINDOW = "the time in which the customer may be written to is over: wait until they write again"
_GONE = "what is answered is not there any more, or the token cannot see it: it was deleted, or hidden"
_UNREACHABLE = "the customer takes no messages from the account: reach them where else they are known"
_TEMPLATE = "the template is not as it was approved: compare its name, language and parameters with WhatsApp Manager"
_RESTRICTED = "Meta has restricted the account: its support inbox in Business Suite tells why"

_SENTENCES: Mapping[int | tuple[int | None, int | None], str] = {
    **dict.fromkeys((0, 102, 190, 463, 467), _TOKEN),
    **dict.fromkeys((3, 10, *range(200, 300)), _PERMISSION),
    **dict.fromkeys(((10, 2018278), (10, 2534022)), _WINDOW),
    131047: "24 hours have passed since the customer last wrote: send an approved template",
    **dict.fromkeys(((10, 2018108), 551, (100, 2018001), 131026), _UNREACHABLE),
    **dict.fromkeys(((100, 33), 803), _GONE),
    10900: "this message has had its one private answer: wait until the customer writes back, or answer it in public",
    10903: "this message cannot be answered in private: answer it in public",
    **dict.fromkeys((368, 130497, 131031), _RESTRICTED),
    131042: "WhatsApp's bill is not paid, or there is no way to pay it: look at the payment settings",
    131049: "WhatsApp keeps the number of such messages to one person low: wait a day, or write something else",
    131062: "this template can be sent only to a number, and the customer has given none",
    **dict.fromkeys((132000, 132001, 132005, 132012), _TEMPLATE),
    **dict.fromkeys((132007, 132015, 132016), "Meta has paused or disabled the template: send another one"),
    100: "Meta does not accept it: the text may be too long or empty, or the address no longer right",
}
_LOOK_UP = (
    "Meta refused it: look up the code at "
    "https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes or "
    "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes/"
)


def verdict(answer: Answer) -> Refused | Later | Unknown:
    """Return what became of a reply whose answer has no id; the error's own code counts more than the HTTP status."""
    code, subcode = _codes(answer)
    if code in _NOBODY_KNOWS:
        return _unknown(f"error {code}")
    if answer.status == 429 or code in _OF_THE_ACCOUNT:
        return Later()
    if code in _OF_THE_CONVERSATION:
        return Later(account=False)
    sentence = _SENTENCES.get((code, subcode)) or _SENTENCES.get(code) if code is not None else None
    if sentence is None and not answer.refuses:
        return _unknown(f"status {answer.status}")
    named = "/".join(str(part) for part in (code, subcode) if part is not None)
    return Refused(code=named or str(answer.status), sentence=sentence or _BY_STATUS.get(answer.status, _LOOK_UP))


_BY_STATUS: Mapping[int, str] = {401: _TOKEN, 404: _GONE}


def _unknown(what: str) -> Unknown:
    return Unknown(
        sentence=f"Meta did not say whether it has it ({what}): look into Business Suite or WhatsApp Manager"
    )


def _codes(answer: Answer) -> tuple[int | None, int | None]:
    error = answer.json().get("error")
    if not isinstance(error, dict):
        return None, None
    code, subcode = (error.get(name) for name in ("code", "error_subcode"))
    return (code if isinstance(code, int) else None), (subcode if isinstance(subcode, int) else None)
