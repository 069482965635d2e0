"""What customers whom nobody can answer yet are told at once, and in a crisis: when, where, and in which words."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, StringConstraints

from shared.languages import LanguageTag, fitting
from shared.lengths import is_blank
from shared.models import Frozen, Instant
from shared.playbook.parts import DepartmentName, Minutes
from shared.spoken import moment, span

if TYPE_CHECKING:
    from shared.playbook import Playbook
    from shared.replying import Rules

EVERYWHERE = "*"

_PLACEHOLDER = re.compile(r"{([^{}]*)}")


class Words(Frozen):
    """A text in one language, for one channel or for all that have none of their own in it."""

    channel: str
    language: LanguageTag
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]


def _listed(written: Any) -> Any:
    """Return texts by channel and language as a list: what is frozen can be compared and hashed."""
    if not isinstance(written, Mapping):
        return written
    for channel, texts in written.items():
        if not isinstance(texts, Mapping):
            raise ValueError(f"{channel} must be a table of texts by language")
        for language, text in texts.items():
            if not isinstance(text, str):
                raise ValueError(f"{channel}.{language} must be text in quotes")
    return [
        {"channel": channel, "language": language, "text": text}
        for channel, texts in written.items()
        for language, text in texts.items()
    ]


Texts = Annotated[tuple[Words, ...], BeforeValidator(_listed)]


class Occasion(Frozen):
    """Something to be said of it by itself, if it is `active`."""

    active: Annotated[bool, Field(strict=True)] = True
    texts: Texts = ()


_NEVER = Occasion(active=False)


class Acknowledgement(Frozen):
    """When a customer is told at once that somebody will answer: once in a conversation for ever, unless
    `again_after_days` says that they are told again when neither side has said anything in it for so many days. Over
    all conversations of which they can open any number, once in 24 hours.

    A department's queue is long when somebody has waited for its answer for `queue_is_long_minutes` of its open time,
    or else for longer than they should. In public it is said on `public_channels` only.
    """

    outside_hours: Occasion = _NEVER
    when_queue_is_long: Occasion = _NEVER
    queue_is_long_minutes: Minutes | None = None
    again_after_days: Annotated[int, Field(strict=True, ge=1, le=366)] | None = None
    public_channels: tuple[DepartmentName, ...] = ()

    @property
    def again_after(self) -> timedelta | None:
        """Return after how long a silence a customer is told again; none for never."""
        return None if self.again_after_days is None else timedelta(days=self.again_after_days)

    @property
    def queue_is_long_after(self) -> timedelta | None:
        return None if self.queue_is_long_minutes is None else timedelta(minutes=self.queue_is_long_minutes)

    @property
    def is_on(self) -> bool:
        return self.outside_hours.active or self.when_queue_is_long.active


def _instant(written: Any) -> Any:
    if isinstance(written, str):
        try:
            written = datetime.fromisoformat(written)
        except ValueError:
            written = None
    if not isinstance(written, datetime) or written.tzinfo is None:
        raise ValueError("must be an instant with its offset, like 2026-11-22T10:00:00+01:00")
    return written


class Crisis(Frozen):
    """While it is `active`, from `since` on, only what the committee wrote is said by itself, and nothing without."""

    active: Annotated[bool, Field(strict=True)] = False
    since: Annotated[Instant, BeforeValidator(_instant)] | None = None
    texts: Texts = ()

    def holds(self, at: datetime) -> bool:
        return self.active and self.since is not None and self.since <= at


class _Place(NamedTuple):
    """Where texts stand, whether there must be some, and what may be filled into them."""

    setting: str
    texts: Sequence[Words]
    needed: bool
    placeholders: Sequence[str]


def _places(playbook: "Playbook") -> list[_Place]:
    outside, long = playbook.acknowledgement.outside_hours, playbook.acknowledgement.when_queue_is_long
    return [
        _Place("acknowledgement.outside_hours", outside.texts, outside.active, ("company", "opens_at")),
        _Place("acknowledgement.when_queue_is_long", long.texts, long.active, ("company", "waiting")),
        _Place("crisis", playbook.crisis.texts, False, ("company",)),
    ]


def _texts(playbook: "Playbook") -> Iterator[str]:
    for place in _places(playbook):
        yield from (f"{place.setting}.texts.{problem}" for problem in _problems(place))
        yield from (f"{place.setting}.texts{problem}" for problem in _missing(place, playbook.default_language))


def _problems(place: _Place) -> Iterator[str]:
    known = ", ".join(f"{{{each}}}" for each in place.placeholders)
    seen: set[tuple[str, str]] = set()
    for words in place.texts:
        name = f"{words.channel}.{words.language}"
        if (own := (words.channel, words.language.lower())) in seen:
            yield f"{name}: stands there twice; keep one"
        seen.add(own)
        if is_blank(words.text):
            yield f"{name}: must not be empty"
        for placeholder in _PLACEHOLDER.findall(words.text):
            if placeholder not in place.placeholders:
                yield f"{name}: {{{placeholder}}} is nothing that is known here; there is {known}"
        if set("{}") & set(_PLACEHOLDER.sub("", words.text)):
            yield f"{name}: has a brace that is none of {known}; take it out"


def _missing(place: _Place, default: str) -> Iterator[str]:
    if place.needed and not place.texts:
        yield ": are missing; write some, or say active = false"
    in_default = {words.channel for words in place.texts if fitting(default, [words.language])}
    if EVERYWHERE not in in_default:
        for channel in dict.fromkeys(words.channel for words in place.texts):
            if channel not in in_default:
                yield f".{channel}.{default}: is missing; who writes in no language of the texts gets the default one"


def _since(playbook: "Playbook") -> Iterator[str]:
    if playbook.crisis.active and playbook.crisis.since is None:
        yield "crisis.since: is missing; say from when on the committee's texts are the only ones"


def unknown_channels(playbook: "Playbook", channels: Sequence[str], spoken: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each channel that is named and that no platform has, or on which nothing can be said."""
    named = {
        f"{place.setting}.texts.{words.channel}": words.channel
        for place in _places(playbook)
        for words in place.texts
        if words.channel != EVERYWHERE
    }
    for place, channel in enumerate(playbook.acknowledgement.public_channels, start=1):
        named[f"acknowledgement.public_channels[{place}]"] = channel
    for setting, channel in named.items():
        if channel not in channels:
            yield f"{setting}: there is no such channel; name one of: {', '.join(channels)}"
        elif channel not in spoken:
            yield f"{setting}: nothing can be said on this channel, which only brings what customers say; take it out"


def too_long(playbook: "Playbook", rules: Mapping[str, "Rules"]) -> Iterator[str]:
    """Yield a sentence for each text that may be longer than what a channel lets through on which it is said, by the
    channels' rules."""
    public = playbook.acknowledgement.public_channels
    said_on = {channel: rule for channel, rule in rules.items() if channel in public or not rule.answers}
    for place in _places(playbook):
        own = {(words.channel, words.language) for words in place.texts}
        for words in place.texts:
            examples = {name: _EXAMPLES[name](playbook, words.language) for name in place.placeholders}
            text = filled_in(words.text, examples)
            for channel, rule in said_on.items():
                for_all = words.channel == EVERYWHERE and (channel, words.language) not in own
                has = rule.unit.count(text)
                if (for_all or words.channel == channel) and has > rule.longest:
                    setting = f"{place.setting}.texts.{words.channel}.{words.language}"
                    remedy = f"shorten it, or write another one for {channel}" if for_all else "shorten it"
                    yield f"{setting}: counts {has} on {channel}, which lets {rule.longest} through; {remedy}"


_EXAMPLES: Mapping[str, Callable[["Playbook", str], str]] = {
    "company": lambda playbook, _: playbook.company,
    "opens_at": lambda _, language: moment(datetime(2026, 9, 30, 23, 30, tzinfo=UTC), "UTC", language),
    "waiting": lambda _, language: span(timedelta(minutes=55), language),
}
"""What may be filled in, about as long as it can be: a Wednesday in September."""


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its placeholders filled in; one without a value stays."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


CHECKS = (_texts, _since)
"""What a playbook's automatic texts are looked through for; each yields a sentence for each setting at fault."""
