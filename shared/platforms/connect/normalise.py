"""What each thing that Amazon Connect tells of means: calls are read, the rest is put aside with its reason."""

from collections.abc import Mapping

from shared.platforms import Handler, ignored
from shared.platforms.connect import analysis, calls


def _nothing(reason: str) -> Handler:
    return lambda unit: [ignored(unit, reason, str(unit.value.get("contactid") or ""))]


EVENTS: Mapping[str, Handler] = {
    **calls.EVENTS,
    **analysis.EVENTS,
    "voice.CONTACT_DATA_UPDATED": _nothing("what was written beside a call, or how it is to be routed"),
    "voice.AMD_DISABLED": _nothing("whether answering machines are looked for"),
    "chat.*": _nothing("a chat: its words are not among what Connect tells here"),
    "task.*": _nothing("a task of the company's own"),
    "email.*": _nothing("a mail: its words are not among what Connect tells here"),
    "agent.*": _nothing("what an agent is doing"),
    "file.*": _nothing("a file in which Contact Lens wrote nothing down"),
}
