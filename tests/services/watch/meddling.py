"""What may come in between: somebody who is faster, another watch at the same time, a death at any call."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.double import Answer, Cloud
from tests.double.wire import Arguments


@contextmanager
def just_before(cloud: Cloud, call: Callable[[str, Arguments], bool], happens: Callable[[], None]) -> Iterator[None]:
    """Let something happen just before the first call of a kind."""
    done = False

    class Meddler:
        def before(self, _service: str, operation: str, arguments: Arguments) -> None:
            nonlocal done
            if not done and call(operation, arguments):
                done = True
                happens()

        def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None: ...

    meddler = Meddler()
    cloud.hooks.append(meddler)
    yield
    cloud.hooks.remove(meddler)
    assert done


class Death(BaseException):
    """The process is gone."""


@contextmanager
def dying(cloud: Cloud, number: int, moment: str) -> Iterator[None]:
    made = 0

    class Killer:
        def before(self, service: str, operation: str, arguments: Arguments) -> None:
            nonlocal made
            made += 1
            if made == number and moment == "before":
                raise Death

        def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None:
            if made == number and moment == "after":
                raise Death

    killer = Killer()
    cloud.hooks.append(killer)
    yield
    cloud.hooks.remove(killer)


@contextmanager
def beside(cloud: Cloud, other: Callable[[], object]) -> Iterator[None]:
    """Let another watch make its whole round between any two calls of this one's."""
    within = False

    class Other:
        def before(self, service: str, operation: str, arguments: Arguments) -> None:
            nonlocal within
            if not within:
                within = True
                other()
                within = False

        def after(self, service: str, operation: str, arguments: Arguments, answer: Answer) -> None: ...

    hook = Other()
    cloud.hooks.append(hook)
    yield
    cloud.hooks.remove(hook)
