"""A hand-off on its way to a tool, for tests of what becomes of it there."""

from typing import Any

import orjson

from shared.connectors import Giving
from shared.handoff import HandOff
from tests.conftest import NOW
from tests.template import ROOT

EXAMPLE = orjson.loads((ROOT / "shared" / "contracts" / "handoff-1.example.json").read_bytes())


def giving(*, since: Any = None, signing: tuple[str, ...] = ("current", "previous"), **changes: Any) -> Giving:
    """Return the contract's example, with some of it changed."""
    hand_off = HandOff.model_validate(EXAMPLE | changes)
    return Giving(hand_off, NOW, "Europe/Madrid", signing, "token", since)
