"""Processes of the bench: each is told orders on lines of its standard input, and answers on lines of its output."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


@contextmanager
def process(
    arguments: list[str], environment: Mapping[str, str], *, python: str | Path = sys.executable
) -> Iterator[subprocess.Popen[str]]:
    """Run Python with nothing but these variables, and end it; `python` is the interpreter of which environment."""
    pipe: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([str(python), *arguments], cwd=ROOT, env=dict(environment), **pipe) as running:
        try:
            yield running
        finally:
            running.terminate()


def tell(running: subprocess.Popen[str], order: str) -> None:
    assert running.stdin is not None
    running.stdin.write(f"{order}\n")
    running.stdin.flush()


def ask(running: subprocess.Popen[str], order: str) -> str:
    """Return the line that answers an order; raises `RuntimeError` when the process has ended."""
    tell(running, order)
    assert running.stdout is not None
    answer = running.stdout.readline()
    if not answer:
        raise RuntimeError(f"a process of the bench ended: {running.args!r}")
    return answer.rstrip("\n")
