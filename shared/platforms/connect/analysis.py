"""What was said in a call, as Contact Lens wrote it down after its end: a file in the company's own bucket.

https://docs.aws.amazon.com/connect/latest/adminguide/contact-lens-example-output-files.html

It names the contact, by the file's name, and nobody: whose call that was, the contact record tells.
"""

from collections.abc import Iterator, Mapping

from pydantic import AliasPath, Field

from shared.models import Call, Event
from shared.platforms import Handler, Unit, ignored
from shared.platforms.connect.files import File
from shared.platforms.connect.payload import ANALYSIS, Id, Wire

NOT_DONE = "an analysis that was not completed"
NO_WORDS = "an analysis without a word of what was said"

_SPEAKERS = {
    "CUSTOMER": "customer",
    "AGENT": "company",
    "SUPERVISOR": "company",
    "SYSTEM": "machine",
    "CUSTOM_BOT": "machine",
}
"""By `ParticipantRole`
(https://docs.aws.amazon.com/connect/latest/APIReference/API_RealTimeContactAnalysisSegmentTranscript.html)."""

_SUMMARY = ("conversationcharacteristics", "contactsummary", "postcontactsummary", "content")


class _Participant(Wire):
    participant_id: Id
    participant_role: str | None = None


class _Turn(Wire):
    participant_id: str = ""
    content: str = ""
    begin_offset_millis: float = 0


class _Analysis(Wire):
    job_status: str
    summary: str | None = Field(None, validation_alias=AliasPath(*_SUMMARY))
    participants: tuple[_Participant, ...] = ()
    transcript: tuple[_Turn, ...] = ()


def analysis(unit: Unit) -> list[Event]:
    """What was said, turn by turn, and what it came to, as a part of its call."""
    file: File = unit.context
    found = _Analysis.model_validate(unit.value)
    words, summary = "\n".join(_lines(found)), (found.summary or "").strip()
    if found.job_status != "COMPLETED":
        return [ignored(unit, NOT_DONE, file.contact)]
    if not words and not summary:
        return [ignored(unit, NO_WORDS, file.contact)]
    return [
        Call(
            identity=f"phone:{unit.account}:{unit.account}",
            account=unit.account,
            channel="connect_phone",
            # The same of the redacted file and of the original: it is told once, whichever of both is read.
            external_id=f"{file.contact}:{ANALYSIS}",
            occurred_at=file.taken_at or unit.at,
            dated=file.taken_at is not None,
            status="completed",
            transcript=words or None,
            summary=summary or None,
            call_id=file.contact,
        )
    ]


def _lines(found: _Analysis) -> Iterator[str]:
    roles = {each.participant_id: each.participant_role or "" for each in found.participants}
    for turn in sorted(found.transcript, key=lambda turn: turn.begin_offset_millis):
        # Most files name the participant by the role.
        role = roles.get(turn.participant_id) or turn.participant_id
        if said := " ".join(turn.content.split()):
            yield f"{_SPEAKERS.get(role, 'somebody')}: {said}"


EVENTS: Mapping[str, Handler] = {f"voice.{ANALYSIS}": analysis}
