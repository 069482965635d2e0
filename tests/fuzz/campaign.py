"""Runs fuzz targets: for a moment in the suite, for as long as one likes by `make fuzz minutes=N`."""

import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tests import corpus
from tests.abuse.proof import sign
from tests.contract.platforms import EVERY, PLATFORMS, Sender
from tests.fuzz.promises import written
from tests.template import ROOT

KEPT = ROOT / ".fuzz"
"""Where `make fuzz` keeps the inputs that reached something new, so that the next time goes on from there."""

LONGEST = 16_384
"""Bytes of an input."""

TARGETS = [
    *(("verify", platform) for platform in PLATFORMS),
    *(("normalise", platform) for platform in EVERY),
]


@dataclass(frozen=True, slots=True)
class Run:
    """How one target's run ended: with nothing found, or with what libFuzzer said of what it found."""

    executions: int
    found: str


def fuzz(what: str, platform: Sender, folder: Path, *, until: str, seed: int) -> Run:
    """Fuzz one target from its seeds, until libFuzzer's option says so; new inputs go into the folder, and so does one
    that breaks a promise."""
    inputs = folder / f"{what}-{platform.name}"
    inputs.mkdir(parents=True, exist_ok=True)
    for body in _bodies(platform):
        data = body if what == "normalise" else written(sign(platform, body))
        (inputs / sha256(data).hexdigest()[:16]).write_bytes(data)
    options = (
        f"-seed={seed}",
        until,
        f"-max_len={LONGEST}",
        "-timeout=20",
        f"-rss_limit_mb={_OWN_MEGABYTES + _megabytes_here()}",
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.target", what, platform.name, inputs, *options,
         f"-artifact_prefix={folder / f'found-{what}-{platform.name}-'}", "-print_final_stats=1", "-verbosity=1"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False,
    )  # fmt: skip
    said = (done.stdout + done.stderr).decode(errors="replace")
    executions = re.search(r"stat::number_of_executed_units: *([0-9]+)", said)
    return Run(int(executions[1]) if executions else 0, said[-4000:] if done.returncode else "")


_OWN_MEGABYTES = 2048


def _megabytes_here() -> int:
    """Return the most memory that this process has had: Linux counts it as a child's own, from before its exec on
    (getrusage(2), `ru_maxrss`)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _bodies(platform: Sender) -> Iterator[bytes]:
    yield from (platform.sample(name) for name in platform.samples())
    published = corpus.files(platform.sender.CORPUS)
    yield from (body for path in published if len(body := path.read_bytes()) <= LONGEST)
