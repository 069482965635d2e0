"""The samples, and an event as a line that can be read and compared."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.models import Attachment, Delivery, Event, Ignored
from shared.platforms import load
from tests.shared.platforms.meta.sender import ACCOUNT

SAMPLES = {path.stem: path.read_bytes() for path in sorted((Path(__file__).parent / "samples").glob("*.json"))}
META = load("meta")

SENT = datetime(2026, 11, 3, 10, tzinfo=UTC)
RECEIVED = SENT + timedelta(hours=1)

NAMES = {
    "104000000000001": "page",
    "104000000000002": "page2",
    "17841400000000042": "gallery",
    "109000000000001": "number",
    "6100000000000001": "ana",
    "6100000000000002": "luis",
    "7200000000000001": "ana",
    "8300000000000001": "ana",
    "ES.ENT.2000000001": "ana-parent",
    "ES.1000000001": "ana-user",
    "34600000001": "ana-phone",
    "34600000002": "luis-phone",
}

_PLAIN = (
    *("thread", "visibility", "status", "error", "duration"),
    *("field", "previous", "current", "emoji", "removed"),
)
_MARKED = {"target": "={}", "reply_to": "->{}", "permalink": "^{}", "text": '"{}"'}


def delivered(body: bytes, *, at: datetime = RECEIVED) -> Delivery:
    return Delivery("meta", ACCOUNT, body, {}, at)


def events(body: bytes, *, at: datetime = RECEIVED) -> list[Event]:
    return META.normalise(delivered(body, at=at))


def told(event: Event) -> str:
    """Return an event as a line: whatever is not there, or is as usual, is left out.

    The kind with `>` for outbound; the channel; the identity; `#` external id, with `*` for a digest; the time in
    seconds after SENT, with `~` if undated; `=` target; `->` what it answers; `^` permalink; `"` text; `+` attachments;
    `by` name, handle and contacts, with `?` before what is only claimed; the rest as `name:value`.
    """
    fields = event.model_dump(exclude_defaults=True)
    kind = event.kind + (">" if fields.get("direction") == "outbound" else "")
    at = f"{'' if event.dated else '~'}{(event.occurred_at - SENT).total_seconds():.10g}s"
    if isinstance(event, Ignored):
        return f"{kind} {at}: {event.reason}"
    external_id = re.sub(r":[0-9a-f]{16}$", ":*", event.external_id)
    line = [kind, event.channel, event.identity, f"#{external_id}", at]
    line += [f"{name}:{fields[name]}" for name in _PLAIN if name in fields]
    line += [mark.format(fields[name]) for name, mark in _MARKED.items() if fields.get(name)]
    line += [_attached(each) for each in getattr(event, "attachments", ())]
    if event.author:
        contacts = [("" if each.verified else "?") + each.value for each in event.author.contacts]
        line.append(" ".join(["by", event.author.name or "-", event.author.handle or "-", *contacts]))
    return _short(" | ".join(line))


def _attached(attachment: Attachment) -> str:
    return "+" + " ".join(f"{name}={value}" for name, value in attachment.model_dump(exclude_defaults=True).items())


def _short(line: str) -> str:
    for number, name in NAMES.items():
        line = line.replace(number, name)
    return line
