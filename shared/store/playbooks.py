"""The published playbooks: every version for ever, and which one is current."""

from collections.abc import Callable
from time import monotonic

from shared.errors import ConfigurationError
from shared.playbook import Playbook
from shared.store.keys import PLAYBOOK, Key
from shared.store.table import Table, state_of

_CURRENT = Key(PLAYBOOK, "current")
_REFRESH_SECONDS = 60.0


def publish(table: Table, playbook: Playbook) -> None:
    """Make a playbook the current one.

    The version is written first and never changed; then the pointer moves, never backwards. Dying in between leaves the
    older one current, and publishing again finishes it. Raises `ConfigurationError` when the version exists with
    another content or is older than the current one.
    """
    state = playbook.to_json()
    own = _version(playbook.version)
    if not table.replace(own, state=state, seen=None) and state_of(table.get(own)) != state:
        raise ConfigurationError(f"version {playbook.version} was published with another content; raise the version")
    if not table.raise_to(_CURRENT, rank=playbook.version, state=state) and state_of(table.get(_CURRENT)) != state:
        raise ConfigurationError(f"a version newer than {playbook.version} is current; raise the version")


def version(table: Table, number: int) -> Playbook:
    """Return a published version; raises `ConfigurationError` when there is none of that number."""
    state = state_of(table.get(_version(number)))
    if state is None:
        raise ConfigurationError(f"playbook version {number} was never published")
    return Playbook.from_json(state)


def _version(number: int) -> Key:
    return Key(PLAYBOOK, f"version#{number:010}")


class CurrentPlaybook:
    """The company's current playbook, read again when it is a minute old."""

    def __init__(self, table: Table, *, clock: Callable[[], float] = monotonic) -> None:
        self._table = table
        self._clock = clock
        self._read: tuple[float, Playbook] | None = None

    def __call__(self) -> Playbook:
        """Return the playbook; raises `ConfigurationError` when none was ever published."""
        now = self._clock()
        if self._read is None or now - self._read[0] >= _REFRESH_SECONDS:
            state = state_of(self._table.get(_CURRENT))
            if state is None:
                raise ConfigurationError("no playbook is published; publish one")
            self._read = (now, Playbook.from_json(state))
        return self._read[1]
