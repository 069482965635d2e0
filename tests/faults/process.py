"""A Lambda function's process: a fresh execution of its app module, as a cold start makes one."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

from shared import aws, telemetry
from shared.playbook import Playbook
from tests.faults.stack import Function


@cache
def _code(path: Path) -> CodeType:
    return compile(path.read_bytes(), path, "exec")


@contextmanager
def environment(function: Function) -> Iterator[None]:
    """Give the process a function's environment, as Lambda does before anything runs."""
    before = {name: os.environ.get(name) for name in function.environment}
    os.environ.update(function.environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


class Processes:
    """The live processes, at most one of a function; `clock` is what they take for the time of day, and `sleep` lets so
    many seconds pass by it."""

    def __init__(self, clock: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
        self._live: dict[str, Callable[[Any, Any], Any]] = {}

        class Datetime(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> "Datetime":
                return cls.fromtimestamp(clock().timestamp(), tz)

        self._instead = {"datetime": Datetime, "sleep": sleep}

    def handler(self, function: Function) -> Callable[[Any, Any], Any]:
        """Return the handler of a function's live process, starting one where there is none."""
        if function.name not in self._live:
            self._live[function.name] = self._start(function)
        return self._live[function.name]

    def _start(self, function: Function) -> Callable[[Any, Any], Any]:
        module = ModuleType(function.module)
        module.__file__ = str(function.path)
        exec(_code(function.path), module.__dict__)  # noqa: S102 - what an import does, but afresh each time
        module.__dict__.update({name: ours for name, ours in self._instead.items() if hasattr(module, name)})
        handler: Callable[[Any, Any], Any] = getattr(module, function.attribute)
        return handler

    def end(self, function: Function) -> None:
        self._live.pop(function.name, None)

    def end_all(self) -> None:
        self._live.clear()


class Context:
    """What Lambda tells a handler of its invocation."""

    def __init__(self, function: Function, request: str, remaining: Callable[[], int]) -> None:
        self.function_name = function.name
        self.aws_request_id = request
        self.get_remaining_time_in_millis = remaining


class Complaints:
    """What the code under test logged as failed: the kinds of the errors, for whoever asks whether they were ours."""

    def __init__(self) -> None:
        self.errors: list[Exception] = []

    def failure(self, _what: str, error: Exception) -> None:
        self.errors.append(error)


@contextmanager
def installed(connect: Callable[[str], Any], session: Any) -> Iterator[Complaints]:
    """Give the code under test these clients and this session for AWS's; its logs and metrics go nowhere."""
    complaints = Complaints()
    loop = asyncio.new_event_loop()
    quiet = SimpleNamespace(warning=_nothing, error=_nothing, info=_nothing)
    with ExitStack() as stack:
        for place, name, value in (
            (aws, "client", lambda service, **_: connect(service)),
            (aws, "later", lambda service, **_: connect(service)),
            (aws, "session", lambda: session),
            (telemetry, "failure", complaints.failure),
            (telemetry, "count", _nothing),
            (telemetry, "flush", _nothing),
            (telemetry, "logger", lambda: quiet),
            (asyncio, "new_event_loop", lambda: loop),
            (ThreadPoolExecutor, "submit", _at_once),
            (logging.getLogger("mangum.http"), "exception", _let_through),
            (Playbook, "from_json", cache(Playbook.from_json)),  # a pure function, and the dearest of a cold start
        ):
            stack.enter_context(patch.object(place, name, value))
        try:
            yield complaints
        finally:
            asyncio.set_event_loop(None)
            loop.close()


def _at_once[T](_: ThreadPoolExecutor, work: Callable[..., T], /, *arguments: Any, **named: Any) -> Future[T]:
    """Do in turn what a pool's threads would do side by side: its calls come in the same order every time."""
    done: Future[T] = Future()
    try:
        done.set_result(work(*arguments, **named))
    except Exception as error:
        done.set_exception(error)
    return done


def _let_through(*_: Any, **__: Any) -> None:
    """Raise again what is no `Exception`: Mangum logs it, and answers 500. It is a death, or the end of a test, which
    pytest-timeout raises wherever the test is just then; a run that went on would only seem to be another one."""
    error = sys.exception()
    if error is not None and not isinstance(error, Exception):
        raise error


def _nothing(*_: Any, **__: Any) -> None:
    return None
