"""Processor time of the door's imports, which every cold start pays: against no bytecode, and against the least."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.acknowledgement import ENVIRONMENT
from bench.artefact import built, without_bytecode
from bench.figures import Figure, by_turns

_TURNS = 11

_DOOR = "import services.webhooks.app"
_LEAST = "import fastapi, mangum, boto3; boto3.client('dynamodb')"

_TIMED = """
import sys, time
sys.path.insert(0, sys.argv[1])
started = time.process_time()
exec(sys.argv[2])
print(time.process_time() - started)
"""


def measure() -> Iterator[Figure]:
    """Yield what bytecode saves of the built door's imports, and what the door adds to its frameworks' imports."""
    compared = by_turns(_imports(_DOOR, built()), _imports(_DOOR, without_bytecode()), turns=_TURNS)
    yield Figure(
        "import CPU of the built door", round(compared.ratio, 3), "times", "the same artefact without bytecode", 0.45
    )
    compared = by_turns(_imports(_DOOR, built()), _imports(_LEAST, built()), turns=_TURNS)
    yield Figure(
        "imports of the door", round(compared.ratio, 3), "times", "fastapi, mangum and one boto3 client alone", 1.15
    )


def _imports(program: str, artefact: Path) -> Callable[[], float]:
    """Return what takes the processor seconds of a program's imports in a fresh interpreter that knows nothing else and
    writes no bytecode, as in Lambda."""
    command = [sys.executable, "-I", "-S", "-B", "-c", _TIMED, str(artefact), program]

    def once() -> float:
        done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=True)
        return float(done.stdout)

    return once
