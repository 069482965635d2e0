"""The company's accounts, as its playbook lists them for being looked after."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from shared import platforms
from shared.models import Frozen

_Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
_AccountName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$")]
_ID = (
    r"[A-Za-z0-9_-]{1,128}(\.[A-Za-z0-9_-]{1,63}){0,7}|\+[1-9][0-9]{6,14}"
    r"|[a-z0-9._+-]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,7}"
)
"""A platform's id or a user's name there, a host, a telephone number (E.164), or a mail address in small letters."""

_URL = r"https://([a-z0-9-]{1,63}\.){1,7}[a-z][a-z0-9-]{0,62}/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,400}"
"""A URL: over TLS, of a host by its name in small letters, at the usual port, with no password in it."""

_Id = Annotated[str, StringConstraints(pattern=f"^({_ID})$")]
_ThingId = Annotated[str, StringConstraints(pattern=f"^({_ID}|{_URL})$")]

LONGEST_SILENCE = timedelta(days=14)
"""No longer silence can be told from none at all: that far back is looked for an account's last delivery."""

_Cadence = Annotated[int, Field(strict=True, ge=1, le=timedelta(days=1) // timedelta(minutes=1))]
_Silence = Annotated[int, Field(strict=True, ge=5, le=LONGEST_SILENCE // timedelta(minutes=1))]


class AccountThing(Frozen):
    """Something of the company's at a platform that has to be named to ask about it, or to speak through it: a Page, a
    WhatsApp account, a mailbox.

    `through` is the id of another one by which it is reached: an Instagram account's Page. `every_minutes` is how often
    to ask it for what is new, where each is asked by itself; without it, as often as its account.
    """

    kind: _Word
    id: _ThingId
    through: _Id | None = None
    every_minutes: _Cadence | None = None


class Account(Frozen):
    """One of the company's accounts, as its webhook's URL names it, and what is expected of it.

    Without `silent_at_most_minutes`, silence is no cause for alarm. `app` is the id of the app that must be subscribed.
    `rights` are what the platform grants only after a review, and has granted, by its names for them (`Rules.right`).
    `poll_every_minutes` is how often to ask for what is new where nobody tells us; without it, as often as fits the
    platform.
    """

    platform: _Word
    account: _AccountName
    silent_at_most_minutes: _Silence | None = None
    things: tuple[AccountThing, ...] = ()
    app: _Id | None = None
    poll_every_minutes: _Cadence | None = None
    rights: tuple[_Word, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.platform}/{self.account}"


def _things(account: Account) -> Collection[str]:
    return {thing.id for thing in account.things}


def known_as(
    accounts: Iterable[Account], name: str, things: Callable[[Account], Collection[str]] = _things
) -> Account | None:
    """Return which of a platform's accounts is meant by a name that messages have for it: the account of that name,
    else the one that has a thing of that id, else the only one; none where it cannot be told."""
    every = list(accounts)
    fitting = (
        [each for each in every if each.account == name],
        [each for each in every if name in things(each)],
        every,
    )
    found = next((some for some in fitting if some), [])
    return found[0] if len(found) == 1 else None


def unknown_to_platforms(accounts: Iterable[Account]) -> Iterator[str]:
    """Yield a sentence for each platform, and each kind of thing of one, that there is not."""
    for account in accounts:
        if account.platform not in platforms.names():
            known = ", ".join(platforms.names())
            yield f"accounts[{account.name}].platform: there is no such platform; name one of: {known}"
            continue
        finders = (platforms.subscription, platforms.poll, platforms.reply, platforms.media)
        ports = [found(account.platform) for found in finders]
        named = [kind for port in ports if port for kind in (*port.things, *getattr(port, "also", ()))]
        kinds = list(dict.fromkeys(named))
        for thing in account.things:
            if thing.kind not in kinds:
                remedy = f"name one of: {', '.join(kinds)}" if kinds else "this platform needs none; remove it"
                yield f"accounts[{account.name}].things[{thing.id}].kind: there is no such kind; {remedy}"


def never_granted(accounts: Iterable[Account]) -> Iterator[str]:
    """Yield a sentence for each right that an account has and its platform grants nobody."""
    for account in accounts:
        port = platforms.reply(account.platform) if account.platform in platforms.names() else None
        granted = sorted(port.rights) if port else []
        remedy = f"name one of: {', '.join(granted)}" if granted else "this platform grants none; remove it"
        for right in account.rights:
            if right not in granted:
                yield f"accounts[{account.name}].rights: there is no right {right!r} there; {remedy}"


def never_asked_by_themselves(accounts: Iterable[Account]) -> Iterator[str]:
    """Yield a sentence for each thing that is to be asked every so often, and is not asked by itself."""
    for account in accounts:
        port = platforms.poll(account.platform) if account.platform in platforms.names() else None
        asked = port.things if port else ()
        for thing in account.things:
            if thing.every_minutes is not None and thing.kind not in asked:
                remedy = (
                    "set poll_every_minutes of the account" if port else "its platform tells us by itself; remove it"
                )
                yield f"accounts[{account.name}].things[{thing.id}].every_minutes: it is not asked by itself; {remedy}"


def named_twice(accounts: Sequence[Account]) -> Iterator[str]:
    """Yield a sentence for each account, and each thing and right of one, that stands there more than once."""
    for name, uses in Counter(account.name for account in accounts).items():
        if uses > 1:
            yield f"accounts[{name}]: stands there {uses} times; keep one"
    for account in accounts:
        for (_, thing_id), uses in Counter((thing.kind, thing.id) for thing in account.things).items():
            if uses > 1:
                yield f"accounts[{account.name}].things[{thing_id}]: stands there {uses} times; keep one"
        for right, uses in Counter(account.rights).items():
            if uses > 1:
                yield f"accounts[{account.name}].rights: {right!r} stands there {uses} times; keep one"
