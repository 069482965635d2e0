"""Posting a hand-off into the department's channel, and finding out whether it is there
(https://docs.slack.dev/reference/methods/chat.postMessage, .../conversations.history)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.connectors import Given, Giving, NotGiven, Outcome, Unsure
from shared.connectors.slack.api import REFUSALS, call, history, messages
from shared.connectors.slack.message import EVENT, message
from shared.playbook.connectors import Slack
from shared.ports import Answer, Asking

_CLOCKS_DIFFER_BY = timedelta(minutes=5)
_PAGE, _MOST_PAGES = 200, 3

_SAYS_NEITHER = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
)
"""Errors after which a part of what was asked may have been done, by Slack's own words."""


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


def found(tool: Slack, token: str, claim: str, since: datetime) -> Asking[Given | NotGiven | None]:
    """Return where in the channel a hand-off stands, of what was posted since an instant, or why Slack cannot say that
    now; none when it is not there, or the app may not search for it."""
    oldest = f"{(since - _CLOCKS_DIFFER_BY).timestamp():.6f}"
    cursor: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        page = yield from history(
            token, channel=tool.channel, oldest=oldest, limit=_PAGE, include_all_metadata="true", **cursor
        )
        if page is None or isinstance(page, NotGiven):
            return page
        for each in messages(page):
            if _claim_of(each) == claim:
                return Given(f"{tool.channel}:{each.get('ts')}")
        more = page.get("response_metadata")
        cursor = {"cursor": str(more["next_cursor"])} if isinstance(more, dict) and more.get("next_cursor") else {}
        if not cursor:
            break
    return None


def _claim_of(message: Mapping[str, Any]) -> Any:
    metadata = message.get("metadata")
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
    if answer.status == 429 or error in REFUSALS:
        return NotGiven(REFUSALS.get(error, REFUSALS["ratelimited"]))
    if answer.status != 200 or error in _SAYS_NEITHER or not error:
        return Unsure(f"Slack did not say whether it posted it ({error or answer.status})")
    return NotGiven(f"Slack refuses the message ({error})")
