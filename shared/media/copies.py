"""What became of a file that came with a message: our copy of it, or why there is none; pure."""

from hashlib import sha256
from typing import Any, Literal

from shared.media.scanning import Verdict
from shared.models import Attachment, Call, Count, Edit, Frozen, Identifier, Instant, Message, PersonalEvent

State = Literal["copied", "refused", "gone", "later"]
"""`copied`: we have it. `refused`: it was not to be kept, or is kept apart. `gone`: the platform no longer has it for
us. `later`: it is being tried again."""

KEPT, APART = "media/", "refused/"
"""What the names of objects begin with: of files that people may have, and of those that are kept apart."""


class Copy(Frozen):
    """How a file stands since `at`; `since` is when it was first tried in vain.

    `reason` says why it is not `copied`, without a value of a payload. `type` is the media type by its bytes, `object`
    its name in the bucket, where it is there.
    """

    state: State
    at: Instant
    since: Instant | None = None
    reason: str = ""
    type: str | None = None
    size: Count | None = None
    sha256: str | None = None
    object: Identifier | None = None
    verdict: Verdict | None = None

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will become of it."""
        return self.state != "later" and self.verdict != "awaited"


def object_name(prefix: str, *, partition: str, event_key: str, number: int) -> str:
    """Return the name of an attachment's object: always the same, and it tells nobody whose it is."""
    return f"{prefix}{_digest(partition)}/{_digest(event_key)}/{number}"


def _digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:40]


def attached(event: PersonalEvent) -> tuple[Attachment, ...]:
    """Return what came with an event, by whose places copies are numbered: with a call, its recording."""
    if isinstance(event, Call):
        return (Attachment(type="recording", url=event.recording),) if event.recording else ()
    return event.attachments if isinstance(event, Message | Edit) else ()


def spoken_of(event: PersonalEvent) -> str:
    """Return the platform's id of the message that an event's attachments are of: of an edit, that of what it edits."""
    return event.target if isinstance(event, Edit) else event.external_id


def files(event: PersonalEvent) -> dict[str, Any]:
    """Return the attribute by which the journal's item of an event says that it has attachments, and how many: none
    where nothing of them leads anywhere. The table's stream is filtered by it (`template.yaml`)."""
    attachments = attached(event)
    leads_somewhere = any(each.id or each.url for each in attachments)
    return {"files": {"N": str(len(attachments))}} if leads_somewhere else {}
