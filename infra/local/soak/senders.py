"""The platforms, as a soak plays them: several connections, a bounded rate, and each delivery until it is answered."""

import heapq
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Condition

import httpx

from infra.local.home import Home, Trouble
from infra.local.samples import signed
from infra.local.soak.plan import Original, Sending

_PATIENCE = 15
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0
_MOST_ATTEMPTS = 200

type Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Sent:
    """What came of the sendings: how often each delivery was sent and how often answered 200, the statuses of the other
    attempts (0 for no answer), and the seconds it took."""

    attempts: Counter[Original] = field(default_factory=Counter)
    answered: Counter[Original] = field(default_factory=Counter)
    refusals: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def retries(self) -> int:
        return self.refusals.total()


@dataclass(order=True, slots=True)
class _Due:
    at: float
    number: int
    sending: Sending = field(compare=False)
    attempt: int = field(default=0, compare=False)


class Senders:
    """Sends a plan. `door_opened` is told of each newcomer's identity and the instant (monotonic) of its first try."""

    def __init__(self, home: Home, *, connections: int, door_opened: Callable[[str, float], None]) -> None:
        self.sent = Sent()
        self._home = home
        self._connections = connections
        self._door_opened = door_opened
        self._changed = Condition()
        self._left = 0
        self._due: list[_Due] = []

    def send(self, plan: Iterable[Sending], *, progress: Progress) -> Sent:
        """Return when every delivery has been answered 200; raises `Trouble` when one never is."""
        began = time.monotonic()
        self._due = [_Due(began + sending.due, number, sending) for number, sending in enumerate(plan)]
        self._left = total = len(self._due)
        with ThreadPoolExecutor(self._connections) as connections:
            working = [connections.submit(self._work) for _ in range(self._connections)]
            while not all(each.done() for each in working):
                progress(total - self._left, total)
                time.sleep(1)
        for each in working:
            each.result()
        self.sent.seconds = time.monotonic() - began
        return self.sent

    def _work(self) -> None:
        with httpx.Client(timeout=_PATIENCE, trust_env=False) as connection:
            while (due := self._next()) is not None:
                self._attempt(connection, due)

    def _next(self) -> _Due | None:
        with self._changed:
            while self._left > 0:
                wait = self._due[0].at - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)
                self._changed.wait(wait)
            return None

    def _attempt(self, connection: httpx.Client, due: _Due) -> None:
        if due.attempt == 0 and due.sending.newcomer:
            self._door_opened(due.sending.newcomer, time.monotonic())
        status = _status(connection, self._home, due.sending.original)
        with self._changed:
            self.sent.attempts[due.sending.original] += 1
            if status == httpx.codes.OK:
                self.sent.answered[due.sending.original] += 1
                self._left -= 1
            elif due.attempt < _MOST_ATTEMPTS:
                self.sent.refusals[status] += 1
                pause = min(_FIRST_PAUSE * 2**due.attempt, _LONGEST_PAUSE)
                heapq.heappush(self._due, _Due(time.monotonic() + pause, due.number, due.sending, due.attempt + 1))
            else:
                self._left = 0
                self._changed.notify_all()
                raise Trouble(
                    f"a delivery of {due.sending.original.platform} was never answered 200: the last was {status}"
                )
            self._changed.notify_all()


def _status(connection: httpx.Client, home: Home, original: Original) -> int:
    """Return what one attempt is answered with, signed anew; 0 for no answer."""
    headers, body = signed(original.platform, original.body)
    url = f"{home.api_url}/webhooks/{original.platform}/{original.account}"
    try:
        return connection.post(url, content=body, headers=headers).status_code
    except httpx.TransportError:
        return 0
