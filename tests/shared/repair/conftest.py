"""The house that repairs are tried in."""

import pytest

from tests.shared.repair.house import House

LOADERS = ("shared.projection.projector.load", "shared.repair.replay.load", "shared.store.ledger.load")


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    found = House()
    for place in LOADERS:
        monkeypatch.setattr(place, found.platform)
    return found
