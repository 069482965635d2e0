"""Every platform's stand-in, found by its name: a module or a package of its own here, which is called like the
platform's folder (`shared/platforms/`). What begins with `_` is none.

A stand-in has

- `HOSTS`, the hosts that it plays;
- `know(state, place, now)`: learn of a place all that its platform knows, who wrote there, when, and what is answered;
- `block(state, place)`: have a place's customer take no more messages from the account;
- `answer(state, request, now)`: answer a request as the platform does;
- `limited(seconds, now)`: how the platform says to come again later;
- where it lets in by a token, `TOKEN`, or `token(account)` where each account has its own;
- where requests that are no `GET` only get a token, `SIGN_IN`, their path: they fail as those do that read;
- where the platform tells our door of what it has just taken, `ECHOES`, by channel: a function from something that
  arrived to the notices (`infra/local/standin/echoes.py`). Comments and mail are told of nowhere;
- where files are beside its API, `FILES`, by host as the platform's `media.py` has it: what their paths are like; and
  where a file is asked for by its id first, `located(request)`: where it is, or none for any other request.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from re import Pattern
from types import MappingProxyType, ModuleType

from infra.local.standin.echoes import Notice
from infra.local.standin.state import Arrived, Request, Response, State
from shared.replying import Place

type Echo = Callable[[Arrived], Iterator[Notice]]


@dataclass(frozen=True, slots=True)
class Vendor:
    """One platform's stand-in behind one face."""

    hosts: frozenset[str]
    know: Callable[[State, Place, datetime], None]
    block: Callable[[State, Place], None]
    answer: Callable[[State, Request, datetime], Response]
    limited: Callable[[int, datetime], Response]
    token: Callable[[str], str]
    sign_in: str | None
    echoes: Mapping[str, Echo]
    files: Mapping[str, Pattern[str]]
    located: Callable[[Request], Response | None]

    def told(self, arrived: Arrived) -> Iterator[Notice]:
        """Yield what is told of something that arrived, in its order."""
        if echo := self.echoes.get(arrived.channel):
            yield from echo(arrived)


@cache
def every() -> Mapping[str, Vendor]:
    """Return all stand-ins, by the names of their platforms."""
    names = sorted(found.name for found in iter_modules(__path__) if not found.name.startswith("_"))
    return MappingProxyType({name: _vendor(import_module(f"{__name__}.{name}")) for name in names})


def _vendor(module: ModuleType) -> Vendor:
    own = getattr(module, "TOKEN", "")
    return Vendor(
        hosts=module.HOSTS,
        know=module.know,
        block=module.block,
        answer=module.answer,
        limited=module.limited,
        token=getattr(module, "token", lambda _: own),
        sign_in=getattr(module, "SIGN_IN", None),
        echoes=getattr(module, "ECHOES", {}),
        files=getattr(module, "FILES", {}),
        located=getattr(module, "located", lambda _: None),
    )
