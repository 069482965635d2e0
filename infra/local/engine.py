"""The embedded AWS engine (MiniStack): started on 127.0.0.1 only, stopped so that it saves its state."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress

import httpx

from infra.local.home import ROOT, Home, Trouble

EXECUTABLE = ROOT / ".engine" / "bin" / "ministack"

_START_SECONDS = 180
_STOP_SECONDS = 30


def start(home: Home, *, functions_call: str | None = None) -> "subprocess.Popen[bytes]":
    """Start the engine on its state and return when it answers; `stop` must follow.

    `functions_call` is the URL at which the functions find AWS, where that is not the engine itself.

    Raises `Trouble` when it is not installed, runs already, finds its port taken or does not come up.
    """
    if not EXECUTABLE.exists():
        raise Trouble("the local engine is not installed: run 'make engine-env'")
    if (pid := running(home)) is not None:
        raise Trouble(f"it runs already (process {pid}): use it, or stop it with 'make stop'")
    if not _is_free(home.port):
        raise Trouble(f"port {home.port} is in use: free it, or choose another with 'make run PORT={home.port + 1}'")
    _is_for_this_port(home)
    scratch = home.folder / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    _read_streams_from_the_start(home)
    with (home.folder / "engine.log").open("wb") as log:
        # In a session of its own: Ctrl-C reaches only us, and we stop it in our order.
        process = subprocess.Popen(
            [EXECUTABLE],
            env=_environment(home) | ({"AWS_ENDPOINT_URL": functions_call} if functions_call else {}),
            cwd=scratch,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    home.remember("running", {"pid": process.pid, "port": home.port})
    home.remember("made", {"port": home.port})
    _wait_until_up(home, process)
    return process


def stop(home: Home, process: "subprocess.Popen[bytes] | None" = None) -> bool:
    """Stop the engine and return whether it ran; its state is saved when this returns."""
    pid = running(home) if process is None else process.pid
    if pid is None:
        return False
    _signal(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while _is_alive(pid, process):
        if time.monotonic() > deadline:
            _signal(pid, signal.SIGKILL)
            raise Trouble(f"the engine did not stop within {_STOP_SECONDS} s and was killed: this session is not saved")
        time.sleep(0.1)
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # functions that were still running
    home.forget("running")
    shutil.rmtree(home.folder / "scratch", ignore_errors=True)
    return True


def running(home: Home) -> int | None:
    """Return the process that serves this installation, or `None`."""
    facts = home.recall("running")
    if not facts or not _is_alive(facts["pid"]):
        return None
    return int(facts["pid"]) if _answers(Home(home.folder, facts["port"])) else None


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_for_this_port(home: Home) -> None:
    """Refuse a state that was made on another port: the engine knows queues by their URLs, and would read none of
    them."""
    port = home.recall("made").get("port", home.port)
    if (home.folder / "engine").exists() and port != home.port:
        raise Trouble(f"the kept state was made on port {port}: 'make run PORT={port}', or forget it with 'make wipe'")


def _read_streams_from_the_start(home: Home) -> None:
    """Forget how far the engine had read the table's stream.

    It saves that (MiniStack 1.5.33) but not the stream, which starts empty: as many new records as there had been would
    never reach the projector.
    """
    saved = home.folder / "engine" / "lambda.json"
    if saved.exists():
        state = json.loads(saved.read_text())
        state["payload"].pop("dynamodb_stream_positions", None)
        saved.write_text(json.dumps(state))


def _environment(home: Home) -> dict[str, str]:
    return {
        **{name: value for name, value in home.environment.items() if name != "AWS_ENDPOINT_URL"},
        "GATEWAY_PORT": str(home.port),
        "BIND_HOST": "127.0.0.1",
        "AUTH": "true",  # policies are enforced, so what a role may not do fails here as in AWS
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home.folder / "engine"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home.folder / "s3"),
        "TMPDIR": str(home.folder / "scratch"),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _wait_until_up(home: Home, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(home):
        if process.poll() is not None or time.monotonic() > deadline:
            _signal(process.pid, signal.SIGKILL)
            home.forget("running")
            raise Trouble(f"the engine did not start; its last words are in {home.folder / 'engine.log'}")
        time.sleep(0.1)


def _answers(home: Home) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(f"{home.endpoint}/_ministack/ready", timeout=2, trust_env=False).is_success
    return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _is_alive(pid: int, process: "subprocess.Popen[bytes] | None" = None) -> bool:
    if process is not None:
        return process.poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
