"""Whether Telegram delivers to our webhook (https://core.telegram.org/bots/api#getwebhookinfo)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from shared.ports import Answer, Asking, Call, Presence, Subscription, SubscriptionPort

HOST = "api.telegram.org"

_RECENT = timedelta(hours=1)
"""Telegram keeps the last error for ever; one that is older, with nothing tried again since, is history."""

_REFUSED: Mapping[int, str] = {
    0: "Telegram's API did not answer; it is asked again in five minutes",
    401: "Telegram does not know this token: make one with /token at @BotFather and publish it with "
    "`python -m infra.publish tokens`",
    404: "Telegram does not know this token: copy all of it, `<bot id>:<secret>`, and publish it with "
    "`python -m infra.publish tokens`",
    429: "Telegram asks us to wait; it is asked again in five minutes",
}

_FAULTS = (
    (r"\b40[13]\b", "our door refuses them: the secret token was changed on one side; see Rotate a webhook secret in "
     "infra/README.md, then call setWebhook with the new one"),
    (r"\b404\b", "our door does not know the account: publish its secret with `python -m infra.publish secrets`"),
    (r"\b5\d\d\b", "our door answers with an error: look at the log of the webhooks function"),
    (r"SSL|certificate", "Telegram does not accept our certificate: look at the domain of the API"),
    (r"timed? ?out|Timeout", "our door answers too late: look at the webhooks function's duration and throttles"),
    (r"", "Telegram cannot reach our door: look at the domain of the API and at what getWebhookInfo says"),
)  # fmt: skip
"""What `last_error_message` is about, by the words that Telegram is known to use; the first that fits counts."""

_SET = "call setWebhook with our URL and the secret token (shared/platforms/telegram/README.md)"


def ask(presence: Presence, now: datetime) -> Asking[Subscription]:
    """Find out whether Telegram has our URL, and whether its deliveries arrive."""
    answer = yield Call("GET", f"https://{HOST}/bot{presence.token}/getWebhookInfo")
    info = answer.json().get("result")
    if answer.status != 200 or not isinstance(info, dict) or not isinstance(info.get("url"), str):
        return Subscription("unknown", _refusal(answer))
    if not info["url"]:
        return Subscription("inactive", f"no webhook is set, or something called deleteWebhook or getUpdates: {_SET}")
    if urlsplit(info["url"]).path.endswith(presence.path):
        return _arriving(info, now)
    return Subscription("inactive", f"the bot's webhook is another URL than ours: {_SET}")


def _arriving(info: Mapping[str, Any], now: datetime) -> Subscription:
    waiting, error_date = info.get("pending_update_count"), info.get("last_error_date")
    if waiting and isinstance(error_date, int):
        since = datetime.fromtimestamp(error_date, UTC)
        if now - since <= _RECENT:
            said = str(info.get("last_error_message", ""))
            fault = next(fault for pattern, fault in _FAULTS if re.search(pattern, said, re.IGNORECASE))
            return Subscription("failing", f"{waiting} updates wait at Telegram for up to 24 hours: {fault}", since)
    return Subscription("active", "")


def _refusal(answer: Answer) -> str:
    return _REFUSED.get(answer.status, f"Telegram's API answered {answer.status}; it is asked again in five minutes")


PORT = SubscriptionPort(frozenset({HOST}), ask)
