"""The artefacts, built as `sam build` builds them, for this machine: each starts alone, and ships its bytecode."""

import marshal
import os
import subprocess
import sys
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from types import CodeType

import pytest

from infra import build
from shared.platforms import windows
from tests.template import ROOT

FOLDERS = {path.parent.name for path in (ROOT / "shared" / "platforms").glob("*/signature.py")}

ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_METRICS_NAMESPACE": "Mostrador",
    "TABLE_NAME": "table",
    "SPILL_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/000000000000/spill",
    "DELIVERY_BUCKET": "bucket",
    "WEBHOOK_SECRETS_ID": "secrets",
    "API_TOKENS_ID": "tokens",
    "QUEUES": '{"spill": ["spill", "dead"]}',
    "CONNECTOR_SECRETS_ID": "tools",
    "TOOL_QUEUES": '{"care": "https://sqs.eu-west-1.amazonaws.com/000000000000/care-tool"}',
    "ACTS_QUEUES": '{"care": "https://sqs.eu-west-1.amazonaws.com/000000000000/care-acts.fifo"}',
    "MAIL_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/000000000000/mail",
    "MAIL_BUCKET": "mail",
    "MEDIA_BUCKET": "media",
    "MEDIA_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/000000000000/media",
    "REPLIES_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/000000000000/replies.fifo",
    "DEPARTMENT_QUEUES": '{"care": "https://sqs.eu-west-1.amazonaws.com/000000000000/care.fifo"}',
}

# The interpreter starts without site-packages and without the working directory; the artefact is all there is.
ALONE = """
import sys
standard = [place for place in sys.path if place]
sys.path[:] = [sys.argv[1], *standard]
"""


def run_alone(artefact: Path, code: str) -> str:
    """Run code in an interpreter that sees an artefact and the standard library; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", ALONE + code, artefact],
        env=ENVIRONMENT,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session", params=build.SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def artefact(service: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("artefacts") / service
    build.build(service, target, architecture="host", uv=str(Path(sys.executable).with_name("uv")))
    return target


def test_the_function_starts_with_nothing_but_its_own_files(service: str, artefact: Path) -> None:
    code = f"""
from services.{service}.app import handler
assert callable(handler)
stray = [module.__file__ for module in sys.modules.values()
         if (getattr(module, "__file__", None) or "").startswith(({str(ROOT)!r}, sys.prefix + "/lib/python3.13/site-packages"))]
assert not stray, stray
"""  # noqa: E501
    run_alone(artefact, code)


def test_every_module_of_ours_that_was_shipped_can_be_imported_there(service: str, artefact: Path) -> None:
    ours = [path.relative_to(artefact) for room in ("services", "shared") for path in (artefact / room).rglob("*.py")]
    modules = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in ours]
    assert f"services.{service}.app" in modules
    run_alone(artefact, f"import importlib\nfor name in {sorted(modules)!r}: importlib.import_module(name)\n")


def test_clients_of_the_services_it_calls_can_be_made(artefact: Path) -> None:
    run_alone(
        artefact,
        f"import boto3\nfor name in {sorted(build.BOTOCORE_SERVICES)!r}: boto3.client(name)\n",
    )


def test_every_platform_is_there_for_those_that_read_deliveries(service: str, artefact: Path) -> None:
    code = (
        "from shared import platforms\nfor name in platforms.names(): platforms.load(name)\nprint(*platforms.names())"
    )
    if service not in build.READ_FRONTS:
        expected = FOLDERS if service in build.READ_DELIVERIES else set()
        assert set(run_alone(artefact, code).split()) == expected


def test_the_fronts_and_no_more_of_the_platforms_are_there_for_those_that_read_them(
    service: str, artefact: Path
) -> None:
    code = "from shared import platforms\nprint(*platforms.names())\nprint(*platforms.windows())"
    room = artefact / "shared" / "platforms"
    if service in build.READ_FRONTS:
        folders, channels = run_alone(artefact, code).splitlines()
        assert set(folders.split()) == FOLDERS
        assert set(channels.split()) == set(windows())
        shipped = {str(path.relative_to(room)) for path in room.rglob("*.py")}
        assert shipped == {"__init__.py", *(f"{folder}/__init__.py" for folder in FOLDERS)}


def test_every_module_ships_bytecode_that_needs_no_source_check(artefact: Path) -> None:
    sources = list(artefact.rglob("*.py"))
    assert len(sources) > 100
    for source in sources:
        bytecode = Path(cache_from_source(source)).read_bytes()
        assert bytecode[:4] == MAGIC_NUMBER, source
        flags = int.from_bytes(bytecode[4:8], "little")
        assert flags == 0b01, f"{source}: hash-based and unchecked (PEP 552)"


def test_tracebacks_name_files_as_they_are_in_lambda(service: str, artefact: Path) -> None:
    bytecode = cache_from_source(artefact / "services" / service / "app.py")
    code = marshal.loads(Path(bytecode).read_bytes()[16:])  # noqa: S302 - made a moment ago
    assert isinstance(code, CodeType)
    assert code.co_filename == f"/var/task/services/{service}/app.py"


def test_no_other_service_and_no_test_is_in_it(service: str, artefact: Path) -> None:
    assert [path.name for path in (artefact / "services").iterdir()] == [service]
    assert not (artefact / "tests").exists()
    assert not (artefact / "infra").exists()


def test_it_is_well_under_lambdas_limit(artefact: Path) -> None:
    size = sum(path.stat().st_size for path in artefact.rglob("*") if path.is_file())
    assert size < 60 * 1024 * 1024, "Lambda allows 250 MB; what is loaded makes cold starts longer"


def test_a_second_build_is_the_same_to_the_byte(service: str, artefact: Path, tmp_path: Path) -> None:
    again = tmp_path / service
    build.build(service, again, architecture="host", uv="/nonexistent: dependencies come from the cache")
    for room in ("services", "shared"):
        assert _contents(again / room) == _contents(artefact / room)


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("architecture", build.PLATFORMS)
def test_wheels_for_lambda_are_to_be_had_for_every_locked_dependency(architecture: str) -> None:
    """Resolves only; building for both architectures is `sam build`'s work."""
    uv = Path(sys.executable).with_name("uv")
    for service in build.SERVICES:
        done = subprocess.run(
            [uv, "pip", "install", "--dry-run", "--quiet", "--require-hashes", "--no-deps", "--only-binary", ":all:",
             "--python", sys.executable, "--python-version", build.PYTHON_VERSION, "--target", "/nonexistent",
             "--python-platform", build.PLATFORMS[architecture], "-r", ROOT / "infra" / "locks" / f"{service}.txt"],
            env=os.environ, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


def test_a_service_that_reads_deliveries_can_load_platforms_and_no_other_does() -> None:
    for service in build.SERVICES:
        folders = {path.parent for path in build.sources(service) if path.name == "signature.py"}
        assert bool(folders) is (service in build.READ_DELIVERIES)


def test_no_service_reads_the_fronts_beside_the_whole() -> None:
    assert not build.READ_FRONTS & build.READ_DELIVERIES


def test_the_template_and_the_table_know_the_same_services() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/app.py")}
    assert set(build.SERVICES) == folders
