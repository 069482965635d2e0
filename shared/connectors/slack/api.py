"""How Slack is asked, and what its refusals mean (https://docs.slack.dev/reference/methods/conversations.history)."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from shared.connectors import NotGiven
from shared.ports import Asking, Call

HOST = "slack.com"

_TOKEN = "Slack does not accept the token: install the app again and publish its bot token"  # noqa: S105
_CHANNEL = "the app is not in the channel, or it is archived: invite the app, or correct `channel` in the playbook"
REFUSALS: Mapping[str, str] = {
    **dict.fromkeys(("not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"), _TOKEN),
    **dict.fromkeys(("channel_not_found", "not_in_channel", "is_archived"), _CHANNEL),
    "missing_scope": "the app lacks a scope: give it chat:write, install it again and publish its new token",
    "ratelimited": "Slack asks us to wait",
    "rate_limited": "Slack asks us to wait",
}
"""What to do about what Slack refuses, by its error."""

_MAY_NOT_READ = frozenset({"missing_scope"})
"""Errors of a reading that no later one will be without."""


def call(method: str, token: str, said: Mapping[str, Any]) -> Call:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json; charset=utf-8"}
    return Call("POST", f"https://{HOST}/api/{method}", headers, json.dumps(said).encode())


def history(token: str, **query: str | int) -> Asking[Mapping[str, Any] | NotGiven | None]:
    """Return a page of what stands in a channel, or why Slack cannot say that now; none when the app may not read it
    (the scope channels:history)."""
    url = f"https://{HOST}/api/conversations.history?{urlencode(query)}"
    said = (yield Call("GET", url, {"authorization": f"Bearer {token}"})).json()
    if said.get("ok") is True:
        return said
    error = str(said.get("error"))
    if error in _MAY_NOT_READ:
        return None
    return NotGiven(REFUSALS.get(error, "Slack cannot say now what is in the channel"))


def messages(page: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the messages of a page of a channel, each as Slack writes it."""
    found = page.get("messages")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
