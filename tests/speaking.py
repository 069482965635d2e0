"""Every platform that can be spoken through, as tests speak through it: its twin's `replying.py`, found by its name. A
newcomer inherits all suites about answering.

A `replying.py` has `CHANNELS`, a `Spoken` (`tests/spoken.py`) for each channel that has rules. The rest has defaults:

- `NAME`: what an account is called in its webhook's URL, where the playbook has to list it;
- `THINGS`: what the playbook names for it;
- `USER`: what stands before the secret in a token; or `token(secret)`, the token that has it;
- `lets_in(call, token)`: whether a call is let in by a token, where it signs with that and does not show it;
- `TEMPLATE`: the name of a template, in the platform's form;
- `SILENT`: the channels on which nobody can be answered;
- `WORDS`: the names of what its port reads in answers, so that they are tried with whatever stands there;
- `before(place, token)`: what is answered to the call by which its port reads before it says something; where it signs
  in, with the token that it is given;
- `said(call)`: what a call says to a customer as they will read it, where that is not its body or its form.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from urllib.parse import parse_qs

from shared.platforms import names
from shared.ports import Call, Thing
from shared.replying import Place
from tests.spoken import Spoken
from tests.template import ROOT

_TWINS = ROOT / "tests" / "shared" / "platforms"


@dataclass(frozen=True, slots=True)
class Speaker:
    """A twin's `replying.py` behind one face."""

    channels: Mapping[str, Spoken]
    name: str | None
    things: tuple[Thing, ...]
    token: Callable[[str], str]
    lets_in: Callable[[Call, str], bool]
    template: str
    silent: tuple[str, ...]
    words: tuple[str, ...]
    before: Callable[[Place, str], object]
    said: Callable[[Call], str]


def _speaker(module: ModuleType) -> Speaker:
    return Speaker(
        channels=module.CHANNELS,
        name=getattr(module, "NAME", None),
        things=getattr(module, "THINGS", ()),
        token=getattr(module, "token", lambda secret: f"{getattr(module, 'USER', '')}{secret}"),
        lets_in=getattr(module, "lets_in", _shows),
        template=getattr(module, "TEMPLATE", "aviso"),
        silent=getattr(module, "SILENT", ()),
        words=getattr(module, "WORDS", ()),
        before=getattr(module, "before", lambda _, __: {}),
        said=getattr(module, "said", _said),
    )


def _shows(call: Call, token: str) -> bool:
    """Return whether a call shows a token, or the secret that stands in it after a user."""
    shown = call.url + "".join(call.headers.values())
    return b64encode(token.encode()).decode() in shown or token.rpartition(":")[2] in shown


def _said(call: Call) -> str:
    body = call.body.decode()
    if "form" not in call.headers.get("content-type", ""):
        return body
    return "\n".join(said for values in parse_qs(body).values() for said in values)


SPEAKERS = {
    name: _speaker(import_module(f"tests.shared.platforms.{name}.replying"))
    for name in names()
    if (_TWINS / name / "replying.py").exists()
}
"""By the names of their platforms. One that lacks its twin fails its own test (`tests/architecture/test_rooms.py`), and
not everybody's."""

SPOKEN = {channel: spoken for speaker in SPEAKERS.values() for channel, spoken in speaker.channels.items()}
"""The channels, by their names."""
