"""A hand-off as a message of Slack's: blocks, within what each may hold (https://docs.slack.dev/reference/block-kit)."""

from typing import Any

from shared.connectors import Giving
from shared.connectors.wording import LABELS, Fact, brief, shortened
from shared.playbook.connectors import Language

ACCEPT, RETURN = "mostrador_accept", "mostrador_return"
EVENT = "mostrador_hand_off"

_HEADER, _TEXT, _FIELD, _FIELDS = 150, 3000, 2000, 10
_OFFER = "mostrador_offer"


def message(giving: Giving, language: Language) -> dict[str, Any]:
    """Return what `chat.postMessage` is to post, but for the channel.

    The customer's words are plain text, in which Slack reads no markup: nobody calls the channel from outside. The
    claim rides in the message's metadata, by which it is found again.
    """
    told, labels, claim = brief(giving, language), LABELS[language], giving.hand_off.claim
    fields = [_field(fact) for fact in told.facts if fact.label != labels.accept_by][: _FIELDS - 1]
    reasons = "\n".join(f"• {escaped(reason)}" for reason in told.reasons)
    links = " · ".join(f"<{_url(link.value)}|{escaped(link.label)}>" for link in told.links)
    remarks = [escaped(remark) for remark in told.remarks]
    blocks = [
        {"type": "header", "text": _plain(shortened(told.title, _HEADER))},
        {"type": "section", "fields": [*fields, _due(giving, labels.accept_by)]},
        *([_words(told.words)] if told.words.strip() else []),
        *([_section(f"*{labels.why}*\n{reasons}")] if reasons else []),
        _context([links, *remarks]),
        {
            "type": "actions",
            "block_id": _OFFER,
            "elements": [
                _button(ACCEPT, labels.accept, claim) | {"style": "primary"},
                _button(RETURN, labels.give_back, claim),
            ],
        },
    ]
    return {
        "text": shortened(escaped(told.title), _TEXT),
        "blocks": blocks,
        "metadata": {"event_type": EVENT, "event_payload": {"claim": claim}},
        "unfurl_links": False,
        "unfurl_media": False,
    }


def settled(blocks: list[dict[str, Any]], line: str, *, returnable: bool) -> list[dict[str, Any]]:
    """Return a message's blocks with a line of our markup, and of its buttons none but, where that can still be done,
    the one that returns it."""
    kept = (_without_accepting(block, returnable=returnable) for block in blocks)
    return [*filter(None, kept), _context([line])]


def _without_accepting(block: dict[str, Any], *, returnable: bool) -> dict[str, Any] | None:
    if block.get("block_id") != _OFFER:
        return block
    buttons = [each for each in block.get("elements", []) if each.get("action_id") == RETURN]
    return {**block, "elements": buttons} if returnable and buttons else None


def escaped(text: str) -> str:
    """Return text in which Slack's markup finds no control sequence, link or mention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _url(url: str) -> str:
    return escaped(url).replace("|", "%7C")


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": shortened(text, _TEXT), "verbatim": True}}


def _words(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _plain(shortened(text, _TEXT))}


def _field(fact: Fact) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": shortened(f"*{fact.label}*\n{escaped(fact.value)}", _FIELD), "verbatim": True}


def _due(giving: Giving, label: str) -> dict[str, Any]:
    """Everybody reads the deadline in their own time zone; the fallback is for those whose app shows none."""
    at = giving.hand_off.accept_by
    date = f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"
    return {"type": "mrkdwn", "text": f"*{label}*\n{date}"}


def _context(lines: list[str]) -> dict[str, Any]:
    elements = [{"type": "mrkdwn", "text": shortened(line, _FIELD), "verbatim": True} for line in lines if line]
    return {"type": "context", "elements": elements[:_FIELDS]}


def _button(action: str, label: str, claim: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action, "text": _plain(label), "value": claim}
