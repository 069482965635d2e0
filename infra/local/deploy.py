"""`template.yaml`, built for this machine and deployed to the local engine; nothing is done twice for equal sources."""

import hashlib
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import chain

from botocore.exceptions import ClientError

from infra import build
from infra.local import certificates, vendors
from infra.local.home import API_ID, ROOT, STACK, Home, Trouble
from infra.local.tokens import Issuer

SAM = ROOT / ".engine" / "bin" / "sam"

_SETTLED = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
_BROKEN = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}
_ARCHITECTURES = {"aarch64": "arm64", "arm64": "arm64", "AMD64": "x86_64", "x86_64": "x86_64"}

type Progress = Callable[[str], None]
type Notable = Callable[[str], str | None]


def deploy(home: Home, issuer: Issuer, progress: Progress) -> bool:
    """Bring the engine up to the sources; return whether anything had to be done.

    Raises `Trouble` when building or deploying fails, with the file that says why.
    """
    parameters = {
        "StageName": "local",
        "Architecture": _ARCHITECTURES[platform.machine()],
        "JwtIssuer": issuer.url,
        "JwtAudience": issuer.audience,
        "PublicUrl": home.api_url,
        "WebhooksConcurrency": "0",
        "OnlyTls": "false",
        "PlatformApis": certificates.with_hosts(vendors.apis(home), home),
    }
    digest = _digest(parameters)
    status = _status(home)
    if status in _SETTLED and home.recall("deployed").get("digest") == digest:
        return False
    if status in _BROKEN:
        home.client("cloudformation").delete_stack(StackName=STACK)
    overrides = ["--parameter-overrides", *(f"{name}={_quoted(value)}" for name, value in parameters.items())]
    built = home.folder / "build"
    _sam(home, "build", ["--build-in-source", "--build-dir", str(built), *overrides], _artefact, progress)
    progress("deploying template.yaml")
    deployment = ["--template-file", str(built / "template.yaml"), "--stack-name", STACK, "--resolve-s3"]
    answers = ["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--capabilities", "CAPABILITY_IAM"]
    # The engine takes an API's id from this tag, so that its URLs are the same after every wipe.
    tags = ["--tags", f"ms-custom-id={API_ID}"]
    _sam(home, "deploy", [*deployment, *answers, *tags, *overrides], _Resources(), progress)
    home.remember("deployed", {"digest": digest})
    return True


def _quoted(value: str) -> str:
    """Return a parameter's value as the SAM command reads it back, whatever is in it."""
    return f'"{value.replace('"', '\\"')}"' if '"' in value else value


def _status(home: Home) -> str | None:
    try:
        (stack,) = home.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    except ClientError:
        return None
    return str(stack["StackStatus"])


def _digest(parameters: dict[str, str]) -> str:
    """Return a digest of all that decides what is deployed."""
    digest = hashlib.sha256(repr((sorted(parameters.items()), sys.version)).encode())
    locks = [ROOT / "infra" / "locks" / f"{service}.txt" for service in build.SERVICES]
    made_by = [ROOT / "template.yaml", ROOT / "Makefile", ROOT / "infra" / "build.py", *locks]
    for path in sorted({*made_by, *chain.from_iterable(map(build.sources, build.SERVICES))}):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _sam(home: Home, command: str, options: list[str], notable: Notable, progress: Progress) -> None:
    log = home.folder / f"{command}.log"
    # A section of samconfig.toml that is not there: what was answered for AWS is not meant for here.
    arguments = [str(SAM), command, "--config-env", "local", *options]
    environment = home.environment | {"ARCHITECTURE": "host", "MAKEFLAGS": "", "COLUMNS": "200"}
    with log.open("w") as kept, subprocess.Popen(
        arguments, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            kept.write(line)
            if (note := notable(line)) is not None:
                progress(note)
    if process.returncode != 0:
        raise Trouble(f"'sam {command}' failed; {os.path.relpath(log)} says why")


def _artefact(line: str) -> str | None:
    found = re.match(r"\S*python\S* infra/build\.py (\w+)", line)
    return f"building {found[1]}" if found else None


class _Resources:
    """Counts the resources that are there, and speaks up at every twentieth."""

    def __init__(self) -> None:
        self._complete = 0

    def __call__(self, line: str) -> str | None:
        if re.match(r"(CREATE|UPDATE)_COMPLETE +AWS::(?!CloudFormation::Stack)", line):
            self._complete += 1
            if self._complete % 20 == 0:
                return f"deploying: {self._complete} resources"
        return None
