"""Posting a hand-off into the department's channel, and finding out whether it is there
(https://docs.slack.dev/reference/methods/chat.postMessage, .../conversations.history)."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from shared.connectors import Given, Giving, NotGiven, Outcome, Unsure
from shared.connectors.slack.message import EVENT, message
from shared.playbook.connectors import Slack
from shared.ports import Answer, Asking, Call

HOST = "slack.com"

_CLOCKS_DIFFER_BY = timedelta(minutes=5)
_PAGE, _MOST_PAGES = 200, 3

_TOKEN = "Slack does not accept the token: install the app again and publish its bot token"  # noqa: S105
_CHANNEL = "the app is not in the channel, or it is archived: invite the app, or correct `channel` in the playbook"
_REFUSALS: Mapping[str, str] = {
    **dict.fromkeys(("not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired"), _TOKEN),
    **dict.fromkeys(("channel_not_found", "not_in_channel", "is_archived"), _CHANNEL),
    "missing_scope": "the app lacks a scope: give it chat:write, install it again and publish its new token",
    "ratelimited": "Slack asks us to wait",
    "rate_limited": "Slack asks us to wait",
}
_SAYS_NEITHER = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
)
"""Errors after which a part of what was asked may have been done, by Slack's own words."""

_MAY_NOT_SEARCH = frozenset({"missing_scope"})
"""Errors of a search that no later one will be without: it is done without a search then."""


def give(tool: Slack, giving: Giving) -> Asking[Outcome]:
    """Post a hand-off, unless it is found in the channel.

    Slack has no key by which it would post only once. Where an earlier attempt may have worked, the channel is searched
    for the claim; where that cannot be done (the scope channels:history), it is posted again and says so itself.
    """
    if giving.since is not None:
        there = yield from found(tool, giving.token, giving.hand_off.claim, giving.since)
        if there is not None:
            return there
    said = message(giving, tool.language) | {"channel": tool.channel}
    answer = yield call("chat.postMessage", giving.token, said)
    return read(answer)


def call(method: str, token: str, said: Mapping[str, Any]) -> Call:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json; charset=utf-8"}
    return Call("POST", f"https://{HOST}/api/{method}", headers, json.dumps(said).encode())


def found(tool: Slack, token: str, claim: str, since: datetime) -> Asking[Given | NotGiven | None]:
    """Return where in the channel a hand-off stands, of what was posted since an instant, or why Slack cannot say that
    now; none when it is not there, or the app may not search for it."""
    oldest = f"{(since - _CLOCKS_DIFFER_BY).timestamp():.6f}"
    cursor = ""
    for _ in range(_MOST_PAGES):
        query = {"channel": tool.channel, "oldest": oldest, "limit": _PAGE, "include_all_metadata": "true"}
        url = f"https://{HOST}/api/conversations.history?{urlencode(query | ({'cursor': cursor} if cursor else {}))}"
        said = (yield Call("GET", url, {"authorization": f"Bearer {token}"})).json()
        if said.get("ok") is not True and (error := said.get("error")) not in _MAY_NOT_SEARCH:
            return NotGiven(_REFUSALS.get(str(error), "Slack cannot say now what is in the channel"))
        messages = said.get("messages")
        for each in messages if isinstance(messages, list) else []:
            if _claim_of(each) == claim:
                return Given(f"{tool.channel}:{each.get('ts')}")
        more = said.get("response_metadata")
        cursor = str(more.get("next_cursor") or "") if isinstance(more, dict) else ""
        if not cursor:
            break
    return None


def _claim_of(found: Any) -> Any:
    metadata = found.get("metadata") if isinstance(found, dict) else None
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT:
        return None
    payload = metadata.get("event_payload")
    return payload.get("claim") if isinstance(payload, dict) else None


def read(answer: Answer) -> Outcome:
    """Return what Slack says of a message that it was to post or to change."""
    said = answer.json()
    if answer.status == 200 and said.get("ok") is True:
        return Given(f"{said.get('channel')}:{said.get('ts')}")
    error = str(said.get("error", ""))
    if answer.status == 429 or error in _REFUSALS:
        return NotGiven(_REFUSALS.get(error, _REFUSALS["ratelimited"]))
    if answer.status != 200 or error in _SAYS_NEITHER or not error:
        return Unsure(f"Slack did not say whether it posted it ({error or answer.status})")
    return NotGiven(f"Slack refuses the message ({error})")
