"""The door's artefact as it is shipped, built for this machine, and the same without its bytecode."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
_FOLDER = ROOT / ".aws-sam" / "bench"


@cache
def built() -> Path:
    """Return the folder of the door's artefact, made by the same build as the one for AWS."""
    target = _FOLDER / "webhooks"
    program = [sys.executable, str(ROOT / "infra" / "build.py"), "webhooks", str(target), "--architecture", "host"]
    subprocess.run(program, check=True)
    return target


@cache
def without_bytecode() -> Path:
    """Return a copy of the artefact as `sam build` makes it by itself: source alone."""
    target = _FOLDER / "webhooks-source"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(built(), target, ignore=shutil.ignore_patterns("__pycache__"))
    return target
