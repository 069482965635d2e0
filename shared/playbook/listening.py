"""What the company listens for where nobody speaks to it: its names, what else they may mean, and what becomes of what
is heard."""

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from shared.languages import LanguageTag
from shared.models import Frozen
from shared.playbook import keeping
from shared.playbook.parts import DepartmentName, Phrase
from shared.words import words

if TYPE_CHECKING:
    from shared.playbook import Playbook

Complaint = Literal["angry", "unhappy"]

_AccountPath = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,30}/[A-Za-z0-9][A-Za-z0-9._~@+-]{0,127}$")]
_Days = Annotated[int, Field(strict=True, ge=1, le=3660)]


class Listening(Frozen):
    """What is listened for, on all accounts and channels and in all languages unless some are named.

    What nobody said to the company is about it when one of the `words` stands in it and none of `without` does; both
    are phrases, read as departments' are. It is offered to a department when a phrase routes or presses it, or when it
    sounds like one of `tones`: then to `department`, the default one where none is named. With `answer` all of it is,
    and the clocks of an answer run. What nobody was offered is kept for `keep_for` days, without it as long as is usual
    for its platform (`shared/playbook/keeping.py`), and with `keep_for_ever` for ever.
    """

    name: DepartmentName
    words: Annotated[tuple[Phrase, ...], Field(min_length=1)]
    without: tuple[Phrase, ...] = ()
    languages: tuple[LanguageTag, ...] = ()
    channels: tuple[DepartmentName, ...] = ()
    accounts: tuple[_AccountPath, ...] = ()
    tones: tuple[Complaint, ...] = ("angry", "unhappy")
    department: DepartmentName | None = None
    answer: Annotated[bool, Field(strict=True)] = False
    keep_for: _Days | None = None
    keep_for_ever: Annotated[bool, Field(strict=True)] = False

    def kept(self, identity: str) -> timedelta | None:
        """Return for how long something is kept that an identity was heard to say; none for ever."""
        return keeping.kept(identity.partition(":")[0], self.keep_for, for_ever=self.keep_for_ever)

    def is_on(self, account: str) -> bool:
        """Return whether it is for an account, by `<platform>/<account>`."""
        return not self.accounts or account in self.accounts


def words_for(playbook: "Playbook", account: str) -> tuple[str, ...]:
    """Return all words that are listened for on an account, by `<platform>/<account>`, each once."""
    found: dict[tuple[str, ...], str] = {}
    for rule in playbook.listening:
        for word in rule.words if rule.is_on(account) else ():
            found.setdefault(tuple(words(word)), word)
    return tuple(found.values())


def _setting(rule: Listening, field: str) -> str:
    return f"listening[{rule.name}].{field}"


def unknown_places(playbook: "Playbook", channels: Collection[str], platforms: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each channel, and each account's platform, that there is not."""
    for rule in playbook.listening:
        for name in rule.channels:
            if name not in channels:
                known = ", ".join(sorted(channels))
                yield f"{_setting(rule, 'channels')}: there is no channel {name!r}; name one of: {known}"
        for account in rule.accounts:
            if account.partition("/")[0] not in platforms:
                known = ", ".join(sorted(platforms))
                yield f"{_setting(rule, 'accounts')}: {account!r} is on no platform; begin with one of: {known}"


def kept_too_long(playbook: "Playbook", platforms: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each setting by which something would be kept for longer than its platform allows;
    `platforms` are those of the channels."""
    for rule in playbook.listening:
        for platform in sorted(_listened_on(rule, playbook, platforms)):
            most, why = keeping.term(platform).at_most, keeping.term(platform).why
            if most is not None and (rule.keep_for_ever or (rule.keep_for or 0) > most):
                remedy = f"write keep_for = {most} or less, or name accounts of other platforms alone"
                setting = _setting(rule, "keep_for_ever" if rule.keep_for_ever else "keep_for")
                yield f"{setting}: {platform} lets nobody keep it for more than {most} days ({why}); {remedy}"


def _listened_on(rule: Listening, playbook: "Playbook", platforms: Mapping[str, str]) -> set[str]:
    """Return the platforms that something may be heard on by a listening, as far as the playbook tells."""
    by_account = {account.partition("/")[0] for account in rule.accounts}
    by_channel = {platforms[channel] for channel in rule.channels if channel in platforms}
    if by_account and by_channel:
        return by_account & by_channel
    return by_account or by_channel or {account.platform for account in playbook.accounts}


def _departments(playbook: "Playbook") -> Iterator[str]:
    names = [department.name for department in playbook.departments]
    for rule in playbook.listening:
        if rule.department is not None and rule.department not in names:
            remedy = f"name one of: {', '.join(names)}"
            yield f"{_setting(rule, 'department')}: there is no department {rule.department!r}; {remedy}"


def _written_twice(playbook: "Playbook") -> Iterator[str]:
    """Yield the words that one list has twice, and those that are in both, by what they are compared by."""
    for rule in playbook.listening:
        seen: dict[tuple[str, ...], str] = {}
        for field, phrases in (("words", rule.words), ("without", rule.without)):
            for phrase in phrases:
                key = tuple(words(phrase))
                if key not in seen:
                    seen[key] = field
                elif seen[key] == field:
                    yield f"{_setting(rule, field)}: {phrase!r} stands there twice (case and accents do not count)"
                else:
                    yield f"{_setting(rule, field)}: {phrase!r} also stands in {seen[key]}; keep it in one of the two"


def _kept_in_two_ways(playbook: "Playbook") -> Iterator[str]:
    for rule in playbook.listening:
        if rule.keep_for_ever and rule.keep_for is not None:
            yield f"{_setting(rule, 'keep_for_ever')}: keep_for says that it is not for ever; keep one of the two"


CHECKS = (_departments, _written_twice, _kept_in_two_ways)
"""What a playbook's listening is looked through for; each yields a sentence for each setting at fault."""
