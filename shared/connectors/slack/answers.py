"""What people are shown of what they did in Slack: the message without its buttons, a line for one of them, a modal.

https://docs.slack.dev/interactivity/handling-user-interaction, https://docs.slack.dev/reference/methods/views.open
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from shared.connectors.slack.api import HOST, call
from shared.connectors.slack.interactions import NOBODY, RESPONSES, TO, VIEW, WHY, Pressed
from shared.connectors.slack.message import escaped, settled
from shared.connectors.wording import LABELS, shortened
from shared.playbook.connectors import Language
from shared.ports import Asking, Call

HOSTS = frozenset({HOST, RESPONSES})

_TITLE, _OPTION, _OPTIONS = 24, 75, 100
_SUBJECT = re.compile(r"slack:T[A-Z0-9]+:([A-Z0-9]+)")


def replaced(response_url: str, blocks: list[dict[str, Any]], line: str, *, returnable: bool = False) -> Asking[bool]:
    """Put in the place of the message one without the button that accepts, with a line of what was done; return whether
    Slack took it. The button that returns it stays where that can still be done."""
    shown = settled(blocks, line, returnable=returnable)
    body = {"replace_original": True, "text": shortened(line, 3000), "blocks": shown}
    return (yield from _respond(response_url, body))


def whispered(response_url: str, line: str) -> Asking[bool]:
    """Tell a line to whoever pressed the button, and to nobody else."""
    body = {"response_type": "ephemeral", "replace_original": False, "text": shortened(line, 3000)}
    return (yield from _respond(response_url, body))


def _respond(url: str, said: Mapping[str, Any]) -> Asking[bool]:
    answer = yield Call("POST", url, {"content-type": "application/json"}, json.dumps(said).encode())
    return answer.status == 200


def asked_why(pressed: Pressed, token: str, language: Language, departments: Iterable[tuple[str, str]]) -> Asking[bool]:
    """Open the modal that asks why something is returned, and to whom: one of the departments (name, title), or nobody
    knows. Return whether Slack opened it; it does so for three seconds after the button was pressed."""
    labels = LABELS[language]
    about = {"claim": pressed.claim, "channel": pressed.who.channel, "response_url": pressed.response_url}
    known = [_option(labels.nobody_known, NOBODY), *(_option(title, name) for name, title in departments)]
    view = {
        "type": "modal",
        "callback_id": VIEW,
        "private_metadata": json.dumps(about),
        "title": _plain(shortened(labels.give_back, _TITLE)),
        "submit": _plain(labels.give_back),
        "close": _plain(labels.cancel),
        "blocks": [
            _input(WHY, labels.why_back, {"type": "plain_text_input", "multiline": True, "max_length": 1000}),
            _input(TO, labels.to_whom, _select(known[:_OPTIONS])),
        ],
    }
    answer = yield call("views.open", token, {"trigger_id": pressed.trigger, "view": view})
    return answer.json().get("ok") is True


def refused_view(sentence: str) -> dict[str, Any]:
    """Return the answer to a submitted modal that keeps it open and says why."""
    return {"response_action": "errors", "errors": {WHY: shortened(sentence, 2000)}}


def in_markup(sentence: str) -> str:
    """Return a sentence of ours in Slack's markup, with those mentioned whom Slack knows."""
    return _SUBJECT.sub(r"<@\1>", escaped(sentence))


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _option(label: str, value: str) -> dict[str, Any]:
    return {"text": _plain(shortened(label, _OPTION)), "value": value}


def _select(options: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "static_select", "options": options, "initial_option": options[0]}


def _input(name: str, label: str, element: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "input", "block_id": name, "label": _plain(label), "element": {"action_id": name, **element}}
