"""What was said in a call, as Contact Lens wrote it down after its end: a file in the company's own bucket.

https://docs.aws.amazon.com/connect/latest/adminguide/contact-lens-example-output-files.html

It names the contact, by the file's name, and nobody: whose call that was, the contact record tells. Of one contact
there may be two: what was said to a menu or a bot before, and what to an agent then.
"""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Annotated

from pydantic import AliasPath, BeforeValidator, Field

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

_DONE = "COMPLETED"
_TO_A_MACHINE = f"ivr.{ANALYSIS}"
_WORDS = {f"voice.{ANALYSIS}": ANALYSIS, _TO_A_MACHINE: f"ivr_{ANALYSIS}"}

type _Few[T] = Annotated[tuple[T, ...], BeforeValidator(lambda value: () if value is None else value)]
"""Null is none."""


def _summary(mode: str) -> AliasPath:
    return AliasPath("conversationcharacteristics", "contactsummary", mode, "content")


class _Job(Wire):
    """How far an analysis has got. What is not done may hold anything."""

    job_status: str


class _Participant(Wire):
    participant_id: Id
    participant_role: str | None = None


class _Turn(Wire):
    participant_id: str | None = None
    content: str | None = None
    begin_offset_millis: float | None = None


class _Analysis(Wire):
    """The summaries are one for each of Connect's modes, of which a flow may ask for two
    (https://docs.aws.amazon.com/connect/latest/APIReference/API_SummaryConfiguration.html)."""

    automated_interaction: str | None = Field(None, validation_alias=_summary("automatedinteractionsummary"))
    post_contact: str | None = Field(None, validation_alias=_summary("postcontactsummary"))
    contact_chain: str | None = Field(None, validation_alias=_summary("contactchainsummary"))
    participants: _Few[_Participant] = ()
    transcript: _Few[_Turn] = ()

    @property
    def summary(self) -> str:
        summaries = (self.automated_interaction, self.post_contact, self.contact_chain)
        return "\n".join(filter(None, ((each or "").strip() for each in summaries)))


def analysis(unit: Unit) -> list[Event]:
    """What was said, turn by turn, and what it came to, as a part of its call."""
    file: File = unit.context
    if _Job.model_validate(unit.value).job_status != _DONE:
        return [ignored(unit, NOT_DONE, file.contact)]
    found = _Analysis.model_validate(unit.value)
    words, summary = "\n".join(_lines(found)), found.summary
    if not words and not summary:
        return [ignored(unit, NO_WORDS, file.contact)]
    return [
        Call(
            identity=f"phone:{unit.account}:{unit.account}",
            account=unit.account,
            channel="connect_phone",
            external_id=f"{file.contact}:{_WORDS[unit.name]}:{_version(words, summary)}",
            occurred_at=file.taken_at or unit.at,
            dated=file.taken_at is not None,
            status="completed",
            transcript=words or None,
            summary=summary or None,
            by_machine=unit.name == _TO_A_MACHINE,
            call_id=file.contact,
        )
    ]


def _version(words: str, summary: str) -> str:
    """Return what is the same of the same words alone: a file may be written again, under its name too, and say other
    things then, or have a summary more."""
    return sha256(f"{words}\0{summary}".encode()).hexdigest()[:16]


def _lines(found: _Analysis) -> Iterator[str]:
    roles = {each.participant_id: each.participant_role or "" for each in found.participants}
    for turn in sorted(found.transcript, key=lambda turn: turn.begin_offset_millis or 0):
        # Most files name the participant by the role.
        role = roles.get(turn.participant_id or "") or turn.participant_id or ""
        if said := " ".join((turn.content or "").split()):
            yield f"{_SPEAKERS.get(role, 'somebody')}: {said}"


EVENTS: Mapping[str, Handler] = dict.fromkeys(_WORDS, analysis)
