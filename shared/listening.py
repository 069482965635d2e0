"""What is heard although nobody said it to the company: whether it is about the company by the playbook's words, and
what becomes of it. Pure functions of what was said and the playbook."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from shared.languages import fitting, guess
from shared.models import Edit, Frozen, Message, PersonalEvent
from shared.playbook import Listening, Playbook, keeping
from shared.triage import Assessment, Reason, assess
from shared.triage.phrases import Lexicon
from shared.triage.tone import tone
from shared.words import words

_GAP = ""  # stands after each text, so that no phrase reaches from one into the next
_OURS, _EXCLUDED = 0, 1


class Heard(Frozen):
    """What is made of something that nobody said to the company: by which of the playbook's listenings, which of its
    `words` stand in it, and which of its `without`, for which it is not about the company.

    `taken_up` is whether it is offered to a department, and `asks` whether an answer is owed.
    """

    by: str
    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    taken_up: bool = False
    asks: bool = False

    @property
    def is_about_us(self) -> bool:
        return bool(self.words) and not self.without


type Hears = Callable[[PersonalEvent], Heard | None]
"""Say what is made of an event that nobody said to the company; none of any other event, and where the playbook listens
for nothing."""


class Route(NamedTuple):
    """Which department something is for, why, the deciding reason first, and whether whoever said it waits for an
    answer."""

    department: str
    reasons: tuple[Reason, ...]
    asks: bool = True


def deaf(_: PersonalEvent) -> None:
    """Say that nothing is listened for."""


def hearing(playbook: Callable[[], Playbook]) -> Hears:
    """Return how things are heard under the current playbook, which is read only where something is overheard."""
    return lambda event: hear(event, playbook()) if is_overheard(event) else None


def is_overheard(event: PersonalEvent) -> bool:
    """Return whether somebody said it, and not to the company."""
    return isinstance(event, Message | Edit) and event.direction == "inbound" and event.overheard


def hear(event: PersonalEvent, playbook: Playbook) -> Heard | None:
    """Return what is made of something that nobody said to the company; none of anything else, and where the playbook
    listens for nothing.

    Of several listenings the first counts by which it is about the company, else the first that excludes it.
    """
    if not isinstance(event, Message | Edit) or not is_overheard(event):
        return None
    said = [word for text in _texts(event) for word in (*words(text), _GAP)]
    found = [_matched(rule, event, said) for rule in playbook.listening if _is_for(rule, event)]
    heard = next((each for each in found if each.is_about_us), None)
    if heard is None:
        return next((each for each in found if each.without), found[0] if found else None)
    rule = _rule(playbook, heard.by)
    taken_up = rule.answer or _is_wanted(_assessed(event, playbook)) or _complaint(event, rule) is not None
    return heard.model_copy(update={"taken_up": taken_up, "asks": rule.answer})


def route_overheard(message: Message, assessment: Assessment, playbook: Playbook) -> Route | None:
    """Return which department is offered what nobody said to the company, or none; `assessment` is what triage makes of
    it.

    Where the playbook listens for nothing, whoever made the platform deliver it has decided that it is about the
    company.
    """
    heard = hear(message, playbook)
    why = _why(heard)
    if _is_wanted(assessment) and (heard is None or heard.is_about_us):
        department = assessment.department or playbook.default_department
        return Route(department, (*assessment.reasons, why), asks=heard is not None and heard.asks)
    if heard is None or not heard.taken_up:
        return None
    rule = _rule(playbook, heard.by)
    complaint = _complaint(message, rule)
    reasons = (*([complaint] if complaint else []), why)
    return Route(rule.department or playbook.default_department, reasons, asks=heard.asks)


def kept_until(event: PersonalEvent, playbook: Playbook, *, since: datetime) -> datetime | None:
    """Return until when something is kept that nobody said to the company and nobody was offered; none for ever.

    Where the playbook listens for nothing, it is kept as long as is usual for its platform.
    """
    if not isinstance(event, Message | Edit) or not is_overheard(event):
        return None
    heard = hear(event, playbook)
    if heard.taken_up if heard else _is_wanted(_assessed(event, playbook)):
        return None
    kept = _rule(playbook, heard.by).kept(event.identity) if heard else keeping.kept(_platform(event))
    return None if kept is None else since + kept


def _texts(event: Message | Edit) -> Iterator[str]:
    title = event.title if isinstance(event, Message) else None
    yield from filter(None, (title, event.text, *(attachment.text for attachment in event.attachments)))


def _platform(event: Message | Edit) -> str:
    return event.identity.partition(":")[0]


def _is_for(rule: Listening, event: Message | Edit) -> bool:
    return rule.is_on(f"{_platform(event)}/{event.account}") and event.channel in (rule.channels or (event.channel,))


def _is_in_a_language(rule: Listening, event: Message | Edit) -> bool:
    """Return whether something may be in one of the languages that are listened for: nobody can tell of a few words."""
    if not rule.languages:
        return True
    spoken = (event.author and event.author.language) or guess(event.text)
    return spoken is None or fitting(spoken, rule.languages) is not None


def _matched(rule: Listening, event: Message | Edit, said: list[str]) -> Heard:
    if not _is_in_a_language(rule, event):
        return Heard(by=rule.name)
    found = sorted(_lexicon(rule.words, rule.without).find(said), key=lambda match: match.start)
    ours, excluded = (
        tuple(dict.fromkeys(match.phrase for match in found if match.owner == owner)) for owner in (_OURS, _EXCLUDED)
    )
    return Heard(by=rule.name, words=ours, without=excluded)


@lru_cache(maxsize=32)
def _lexicon(ours: tuple[str, ...], excluded: tuple[str, ...]) -> Lexicon:
    return Lexicon((ours, excluded))


def _rule(playbook: Playbook, name: str) -> Listening:
    return next(rule for rule in playbook.listening if rule.name == name)


def _assessed(event: Message | Edit, playbook: Playbook) -> Assessment:
    if isinstance(event, Message):
        return assess(event, playbook)
    said = event.model_dump(include=set(Message.model_fields) & set(Edit.model_fields) - {"kind"})
    return assess(Message.model_validate(said), playbook)


def _is_wanted(assessment: Assessment) -> bool:
    return assessment.department is not None or assessment.priority in ("high", "urgent")


def _complaint(event: Message | Edit, rule: Listening) -> Reason | None:
    found = tone(event.text, event.rating)
    if found is None or found.name not in rule.tones:
        return None
    text = "Nobody spoke to us, and whoever speaks of us sounds {name}."
    return Reason(code="overheard_complaint", text=text.format(name=found.name), evidence=found.evidence[0])


def _why(heard: Heard | None) -> Reason:
    if heard is None:
        return Reason(code="overheard", text="Nobody spoke to us: the platform found it by what it listens for.")
    text = f'Nobody spoke to us: it was heard by the listening "{heard.by}".'
    return Reason(code="overheard", text=text, evidence=heard.words[0] if heard.words else None)
