"""A hand-off on its way to a tool, for tests of what becomes of it there."""

from typing import Any

import orjson

from shared.connectors import Giving, Telling
from shared.handoff import HandOff
from shared.notice import Notice
from tests.conftest import NOW
from tests.template import ROOT

_CONTRACTS = ROOT / "shared" / "contracts"
EXAMPLE = orjson.loads((_CONTRACTS / "handoff-1.example.json").read_bytes())
_OVER = orjson.loads((_CONTRACTS / "notice-1.examples.json").read_bytes())[0]


def giving(*, since: Any = None, signing: tuple[str, ...] = ("current", "previous"), **changes: Any) -> Giving:
    """Return the contract's example, with some of it changed."""
    hand_off = HandOff.model_validate(EXAMPLE | changes)
    return Giving(hand_off, NOW, "Europe/Madrid", signing, "token", since)


def telling(*, place: str | None) -> Telling:
    """Return the contract's first example of news, on its way to the tool that knows its hand-off by this place."""
    notice = Notice.model_validate(_OVER)
    return Telling(notice, str(notice.claim), place, NOW, notice.why, NOW, ("current", "previous"), "token")
