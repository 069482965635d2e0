"""Makes the artefact of one function: its service, its part of `shared`, its locked dependencies, and bytecode.

    python infra/build.py webhooks ARTEFACT_FOLDER --architecture arm64

Bytecode is shipped because `/var/task` is read-only: without it every cold start compiles all source again. It is
marked unchecked, so that neither a time stamp nor a hash is compared. Dependencies come as wheels for the target, so
that any machine builds for any other, and are kept in a cache by their lock, so that a second build only copies.
"""

import argparse
import ast
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import mkdtemp

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".aws-sam" / "dependencies"

PYTHON_VERSION = "3.13"
TASK_ROOT = "/var/task"

SERVICES = (
    "calls",
    "channels",
    "connectors",
    "customer360",
    "desk",
    "greeting",
    "media",
    "operations",
    "poller",
    "projector",
    "replies",
    "watch",
    "webhooks",
)

READ_DELIVERIES = {
    "calls",
    "channels",
    "connectors",
    "desk",
    "media",
    "operations",
    "poller",
    "projector",
    "replies",
    "watch",
    "webhooks",
}
"""The services that need the platforms' folders, which are found and imported by name when they are needed."""

READ_FRONTS = {"customer360"}
"""The services that need only what the platforms' folders say of themselves, in their `__init__.py`."""

PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
"""What a wheel must be made for, by Lambda architecture (its Python 3.13 runs on Amazon Linux 2023)."""

BOTOCORE_SERVICES = {"dynamodb", "dynamodbstreams", "s3", "secretsmanager", "sesv2", "sqs"}
"""The services whose descriptions are kept; all of them together would be two thirds of the artefact."""

NOT_SHIPPED = ("*.md", "*.pyi", "*.pyx", "*.c", "*.h", "py.typed", "RECORD", "INSTALLER", "REQUESTED")


def build(service: str, artefact: Path, *, architecture: str, uv: str) -> None:
    """Fill the folder `artefact`; what was in it before is gone."""
    dependencies = _dependencies(service, architecture=architecture, uv=uv)
    shutil.rmtree(artefact, ignore_errors=True)
    shutil.copytree(dependencies, artefact, copy_function=_link)
    for source in sources(service):
        target = artefact / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    _compile(artefact / "services", artefact / "shared", below=artefact)


def sources(service: str) -> list[Path]:
    """Return the project's own files that belong into a service's artefact, sorted.

    They are the service's folder, what it needs of the platforms, what of `shared` can be reached from these by import
    statements, wherever they stand, and the data files beside those modules.
    """
    own = _files(ROOT / "services" / service)
    fronts = list((ROOT / "shared" / "platforms").glob("*/__init__.py"))
    if service in READ_DELIVERIES:
        own += [path for front in fronts for path in _files(front.parent)]
    if service in READ_FRONTS:
        own += fronts
    modules = _reachable(own)
    folders = {module.parent for module in modules if module.name == "__init__.py"}
    data = [
        path for folder in folders for path in folder.iterdir() if path.is_file() and path.suffix in (".json", ".txt")
    ]
    return sorted({*own, *modules, *data})


def _files(folder: Path) -> list[Path]:
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not _is_not_shipped(path)
    ]


def _reachable(start: Iterable[Path]) -> set[Path]:
    """Return the modules of `shared` that can be imported from these files, directly or not."""
    found: set[Path] = set()
    named: set[str] = set()
    pending = [path for path in start if path.suffix == ".py"]
    while pending:
        names = _named(pending.pop().read_bytes()) - named
        new = set(chain.from_iterable(map(_module, names))) - found
        named |= names
        found |= new
        pending += new
    return found


@cache
def _named(source: bytes) -> frozenset[str]:
    """Return the dotted names of `shared` that a source may import; most sources belong to many services, and parsing
    them is what takes time."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module), names=names, level=0):
                found |= {f"{module}.{alias.name}" for alias in names}
    return frozenset(name for name in found if name.split(".")[0] == "shared")


def _module(name: str) -> Iterator[Path]:
    """Yield the files that importing a dotted name of `shared` runs: its packages' and its own."""
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        place = ROOT.joinpath(*parts[:length])
        yield from (found for found in (place / "__init__.py", place.with_suffix(".py")) if found.is_file())


def _dependencies(service: str, *, architecture: str, uv: str) -> Path:
    """Return the folder with a service's installed, trimmed and compiled dependencies; made once for each lock."""
    made = CACHE / _cached_name(service, architecture)
    if not made.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        current = {_cached_name(other, architecture) for other in SERVICES}
        for stale in set(CACHE.glob(f"{architecture}-*")) - {CACHE / name for name in current}:
            shutil.rmtree(stale)
        making = Path(mkdtemp(prefix="making-", dir=CACHE))
        _install(ROOT / "infra" / "locks" / f"{service}.txt", making, architecture=architecture, uv=uv)
        _trim(making)
        _compile(making, below=making)
        making.chmod(0o755)
        try:
            making.rename(made)
        except OSError:
            if not made.exists():
                raise
            shutil.rmtree(making)  # another build was faster, with the same
    return made


def _cached_name(service: str, architecture: str) -> str:
    """Return a name for all that decides what is installed; services with equal locks share it."""
    lock = (ROOT / "infra" / "locks" / f"{service}.txt").read_bytes()
    made_from = (lock, Path(__file__).read_bytes(), sys.version.encode(), platform.machine().encode())
    return f"{architecture}-{hashlib.sha256(b'\0'.join(made_from)).hexdigest()[:16]}"


def _install(lock: Path, target: Path, *, architecture: str, uv: str) -> None:
    for_target = () if architecture == "host" else ("--python-platform", PLATFORMS[architecture])
    what = ("--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirement", str(lock))
    how = ("--python", sys.executable, "--no-compile", "--link-mode", "copy", "--quiet", "--target", str(target))
    subprocess.run([uv, "pip", "install", "--python-version", PYTHON_VERSION, *for_target, *what, *how], check=True)


def _trim(root: Path) -> None:
    """Remove what no function reads: other services' descriptions, tests, headers, type stubs, installers' notes."""
    data = root / "botocore" / "data"
    for folder in data.iterdir():
        if folder.is_dir() and folder.name not in BOTOCORE_SERVICES:
            shutil.rmtree(folder)
    for name in ("bin", "boto3/examples", "boto3/data"):
        shutil.rmtree(root / name, ignore_errors=True)
    for folder in [found for found in root.glob("*/**/tests") if found.is_dir()]:
        shutil.rmtree(folder)
    for path in [found for found in root.rglob("*") if found.is_file() and _is_not_shipped(found)]:
        path.unlink()


def _is_not_shipped(path: Path) -> bool:
    return any(path.match(pattern) for pattern in NOT_SHIPPED)


def _compile(*folders: Path, below: Path) -> None:
    """Compile folders as they will be found in Lambda; raises when a module does not compile.

    In a fresh interpreter each time, since what one has compiled before shows in the bytes.
    """
    how = ("-q", "-f", "--invalidation-mode", "unchecked-hash", "-s", str(below), "-p", TASK_ROOT)
    subprocess.run(
        [sys.executable, "-S", "-m", "compileall", *how, *map(str, folders)],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        check=True,
    )


def _link(source: str, target: str) -> str:
    """Share the cache's file where the file system can; nothing writes to it afterwards."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the artefact of one function.")
    parser.add_argument("service", choices=SERVICES)
    parser.add_argument("artefact", type=Path)
    parser.add_argument("--architecture", choices=[*PLATFORMS, "host"], default="arm64")
    parser.add_argument("--uv", default=str(Path(sys.executable).with_name("uv")))
    given = parser.parse_args()
    build(given.service, given.artefact, architecture=given.architecture, uv=given.uv)


if __name__ == "__main__":
    main()
