"""What the stand-ins tell, as the platforms would: posted to the running door, signed, in its order, while whoever sent
something goes on."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue

import httpx

from infra.local import samples
from infra.local.home import Home
from infra.local.standin.echoes import Notice

_TRIES = 3
_PAUSE = 0.5
_LAST_WORDS = 5.0
"""Seconds for which what is left to be told is still told in the end."""


@contextmanager
def telling(home: Home, *, pause: float = _PAUSE) -> Iterator[Callable[[Notice], None]]:
    """Return what takes notices, which never waits, for as long as the context lasts.

    Each is tried three times, with `pause` seconds in between; a platform would go on for hours.
    """
    waiting: SimpleQueue[Notice | None] = SimpleQueue()

    def work() -> None:
        while (notice := waiting.get()) is not None:
            _told(home, notice, pause)

    thread = threading.Thread(target=work, name="telling", daemon=True)
    thread.start()
    try:
        yield waiting.put
    finally:
        waiting.put(None)
        thread.join(_LAST_WORDS)


def _told(home: Home, notice: Notice, pause: float) -> bool:
    """Post a notice to the door; return whether it was taken."""
    account = str(samples.sender(notice.platform).ACCOUNT)
    for number in range(_TRIES):
        if number:
            time.sleep(pause)
        try:
            answer = samples.deliver(home, notice.platform, notice.body, account=account, query=notice.query)
        except httpx.HTTPError:
            continue
        if answer.status_code == httpx.codes.OK:
            return True
    return False
