"""What the playbook's settings are made of."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from shared.models import Frozen
from shared.words import words

Priority = Literal["low", "normal", "high", "urgent"]
PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")

DepartmentName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Minutes = Annotated[int, Field(strict=True, ge=1, le=366 * 24 * 60)]

_LONGEST_PHRASE = 12


def _of_some_words(phrase: str) -> str:
    if not 1 <= len(words(phrase)) <= _LONGEST_PHRASE:
        raise ValueError(f"must have 1 to {_LONGEST_PHRASE} words; links, addresses and @handles are none")
    return phrase


Phrase = Annotated[Text, AfterValidator(_of_some_words)]


class Phrases(Frozen):
    """Phrases per language, as customers write them."""

    es: tuple[Phrase, ...] = ()
    en: tuple[Phrase, ...] = ()

    @property
    def every(self) -> tuple[str, ...]:
        return self.es + self.en


class Deadlines(Frozen):
    """How many minutes something may take, for each priority; never more for what is more pressing."""

    low: Minutes
    normal: Minutes
    high: Minutes
    urgent: Minutes

    def of(self, priority: Priority) -> timedelta:
        return timedelta(minutes=getattr(self, priority))

    @model_validator(mode="after")
    def _shorter_when_more_pressing(self) -> Self:
        if not self.low >= self.normal >= self.high >= self.urgent:
            raise ValueError("contradicts itself; low must be the longest, then normal, high and urgent")
        return self
