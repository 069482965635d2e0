"""The local AWS engine as a fixture: started once, in its own environment, on a free port of this machine only."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.template import ROOT

EXECUTABLE = ROOT / ".engine" / "bin" / "ministack"

_START_SECONDS = 60
_STOP_SECONDS = 20


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the engine's endpoint; the test is skipped where the engine's environment was not made."""
    if not EXECUTABLE.exists():
        pytest.skip("the local engine is not installed: make engine-env")
    endpoint = f"http://127.0.0.1:{_free_port()}"
    log = tmp_path_factory.mktemp("ministack") / "log"
    process = _start(endpoint, log)
    try:
        _wait_until_up(endpoint, process, log)
        yield endpoint
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def reset(endpoint: str) -> None:
    """Make the engine forget everything."""
    httpx.post(f"{endpoint}/_ministack/reset", timeout=10, trust_env=False).raise_for_status()


def _start(endpoint: str, log: Path) -> "subprocess.Popen[bytes]":
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(log.parent),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": endpoint.rpartition(":")[2],
        "IOT_MTLS_ENABLED": "0",
    }
    with log.open("wb") as output:
        return subprocess.Popen([EXECUTABLE], env=environment, cwd=log.parent, stdout=output, stderr=output)


def _wait_until_up(endpoint: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx.HTTPError):
            httpx.get(f"{endpoint}/_ministack/health", timeout=2, trust_env=False).raise_for_status()
            return
        time.sleep(0.1)
    raise RuntimeError(f"the local engine did not start:\n{log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
