"""Text as Jira's document format, and back (https://developer.atlassian.com/cloud/jira/platform/apis/document/)."""

from collections.abc import Iterable, Iterator
from typing import Any

_BLOCKS = frozenset({"paragraph", "heading", "listItem", "blockquote", "codeBlock", "rule", "panel", "tableRow"})


def document(lines: Iterable[str]) -> dict[str, Any]:
    """Return a document with a paragraph for each line; nothing in a line is taken for markup."""
    return {"type": "doc", "version": 1, "content": [_paragraph(line) for line in lines]}


def _paragraph(line: str) -> dict[str, Any]:
    return {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []}


def text(found: Any) -> str:
    """Return what a person reads in a document, a line for each of its blocks."""
    return "".join(_texts(found)).strip()


def _texts(node: Any) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    match node.get("type"):
        case "text":
            yield str(node.get("text", ""))
        case "hardBreak":
            yield "\n"
        case "mention" | "emoji" | "inlineCard" | "date":
            attributes = node.get("attrs") or {}
            yield str(attributes.get("text") or attributes.get("url") or "")
        case kind:
            content = node.get("content")
            for inner in content if isinstance(content, list) else []:
                yield from _texts(inner)
            if str(kind) in _BLOCKS:
                yield "\n"
