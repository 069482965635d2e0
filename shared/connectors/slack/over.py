"""Telling the department's channel that a hand-off is over: its message loses its buttons, and says why
(https://docs.slack.dev/reference/methods/chat.update)."""

from typing import Any

from shared.connectors import Given, NotGiven, Outcome, Telling
from shared.connectors.slack.api import call, history, messages
from shared.connectors.slack.give import found, read
from shared.connectors.slack.message import escaped, settled
from shared.connectors.wording import shortened
from shared.playbook.connectors import Slack
from shared.ports import Asking

_TEXT = 3000
_GONE = frozenset({"message_not_found", "thread_not_found"})
"""Somebody deleted the message, so that it misleads nobody."""


def over(tool: Slack, telling: Telling) -> Asking[Outcome]:
    """Change the message, or where the channel may not be read (the scope channels:history) answer it in its thread:
    a message is changed as a whole, and we keep nothing of what it says."""
    known = Given(telling.place) if telling.place else None
    there = known or (yield from found(tool, telling.token, telling.claim, telling.since))
    if not isinstance(there, Given):
        return there or Given("")
    channel, _, ts = there.place.partition(":")
    line = shortened(escaped(telling.line), _TEXT)
    blocks = yield from _blocks(channel, ts, telling.token)
    if isinstance(blocks, NotGiven):
        return blocks
    if blocks:
        shown = settled(blocks, line, returnable=False)
        asked = call("chat.update", telling.token, {"channel": channel, "ts": ts, "text": line, "blocks": shown})
    else:
        asked = call("chat.postMessage", telling.token, {"channel": channel, "thread_ts": ts, "text": line})
    answer = yield asked
    return there if answer.json().get("error") in _GONE else read(answer)


def _blocks(channel: str, ts: str, token: str) -> Asking[list[dict[str, Any]] | NotGiven]:
    page = yield from history(token, channel=channel, oldest=ts, latest=ts, inclusive="true", limit=1)
    if page is None or isinstance(page, NotGiven):
        return page or []
    shown = next((each.get("blocks") for each in messages(page) if each.get("ts") == ts), None)
    return [block for block in shown if isinstance(block, dict)] if isinstance(shown, list) else []
