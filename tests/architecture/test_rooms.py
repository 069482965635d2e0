"""The house is still the house: who may import whom, who may know what (DESIGN of the rooms in the README)."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.standin.platforms import every
from tests.template import ROOT

SERVICES = sorted(found.name for found in (ROOT / "services").iterdir() if (found / "app.py").exists())
PLATFORMS = sorted(found.parent.name for found in (ROOT / "shared" / "platforms").glob("*/signature.py"))
CODE = sorted(path for room in ("services", "shared") for path in (ROOT / room).rglob("*.py"))
MODULES = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in CODE]

AWS_ROOMS = ("shared.aws", "shared.store", "shared.queues", "shared.secrets", "shared.playbook", "services.")
PURE = (
    "shared.models",
    "shared.errors",
    "shared.casework",
    "shared.clocks",
    "shared.triage",
    "shared.ids",
    "shared.words",
    "shared.escalation",
    "shared.reminders",
    "shared.reasons",
    "shared.proofs",
    "shared.acknowledging",
    "shared.directory",
    "shared.languages",
    "shared.spoken",
    "shared.replying",
    "shared.lengths",
    "shared.letters",
    "shared.media.copies",
    "shared.media.places",
    "shared.media.scanning",
    "shared.media.types",
    "shared.ports",
    "shared.polling",
    "shared.channels",
    "shared.connectors",
)
PURE_FILES_OF_A_PLATFORM_EXCEPT = ("reply",)
IMPURE = (
    "boto3",
    "botocore",
    "fastapi",
    "mangum",
    "os",
    "time",
    "aws_lambda_powertools",
    "shared.aws",
    "shared.settings",
)


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted names that a file imports at run time; imports for type checkers alone do not count."""
    tree = ast.parse(path.read_text())
    for guarded in [
        node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
    ]:
        guarded.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


IMPORTS = {module: set(imports(path)) for module, path in zip(MODULES, CODE, strict=True)}


def test_there_is_a_house() -> None:
    assert len(SERVICES) >= 4
    assert len(PLATFORMS) >= 4
    assert len(MODULES) > 30


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_downwards_and_never_sideways(module: str) -> None:
    room, _, rest = module.partition(".")
    own = rest.partition(".")[0]
    for name in IMPORTS[module]:
        if name.startswith("services."):
            assert room == "services", f"{module}: shared code imports a service: {name}"
            assert name.split(".")[1] == own, f"{module}: a service imports another: {name}"
        assert not name.startswith(("tests.", "bench.", "infra.")), f"{module} imports {name}"


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("shared.platforms.")])
def test_no_platform_imports_another(module: str) -> None:
    own = module.split(".")[2]
    others = tuple(f"shared.platforms.{name}." for name in PLATFORMS if name != own)
    assert not [name for name in IMPORTS[module] if f"{name}.".startswith(others)]


def is_pure(module: str) -> bool:
    if module.startswith("shared.platforms."):
        return module.rsplit(".", 1)[-1] not in PURE_FILES_OF_A_PLATFORM_EXCEPT
    return module.startswith(PURE)


@pytest.mark.parametrize("module", [name for name in MODULES if is_pure(name)])
def test_pure_rooms_know_no_cloud_no_clock_and_no_environment(module: str) -> None:
    impure = [name for name in IMPORTS[module] if f"{name}.".startswith(tuple(f"{root}." for root in IMPURE))]
    assert not impure
    source = CODE[MODULES.index(module)].read_text()
    assert ".now(" not in source
    assert "utcnow" not in source


@pytest.mark.parametrize("module", MODULES)
def test_boto3_stays_in_its_rooms(module: str) -> None:
    if any(name.split(".")[0] in ("boto3", "botocore") for name in IMPORTS[module]):
        assert module.startswith(AWS_ROOMS)
    if any(name.split(".")[0] == "boto3" for name in IMPORTS[module]):
        assert module == "shared.aws", "one place makes clients"


@pytest.mark.parametrize("module", MODULES)
def test_the_environment_is_read_in_one_place(module: str) -> None:
    reads = (
        "os.environ" in CODE[MODULES.index(module)].read_text() or "getenv" in CODE[MODULES.index(module)].read_text()
    )
    assert not reads or module == "shared.settings"


@pytest.mark.parametrize("module", MODULES)
def test_what_is_kept_is_read_as_what_a_newer_version_may_have_written(module: str) -> None:
    of_others = module.startswith("shared.platforms.") or module in ("shared.models", "shared.notice")
    assert of_others or ".model_validate_json" not in CODE[MODULES.index(module)].read_text()


def test_everything_but_the_apps_imports_with_an_empty_environment_and_makes_no_client() -> None:
    names = [name for name in MODULES if not name.endswith(".app")]
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import importlib\n"
        "for name in sys.argv[2:]: importlib.import_module(name)\n"
        "import gc\n"
        "botocore = sys.modules.get('botocore.client')\n"
        "made = [found for found in gc.get_objects() if botocore and isinstance(found, botocore.BaseClient)]\n"
        "assert not made, made\n"
    )
    finished = subprocess.run(
        [sys.executable, "-I", "-c", program, str(ROOT), *names], env={}, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_no_garbage_is_looked_for_while_a_function_is_loaded(service: str) -> None:
    _docstring, first, *_, last = ast.parse((ROOT / "services" / service / "app.py").read_text()).body
    assert ast.unparse(first) == "from shared.cold_start import loaded"
    assert ast.unparse(last) == "loaded()"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_loads_alone(platform: str) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from shared.platforms import load\n"
        "assert not [name for name in sys.modules if name.startswith('shared.platforms.')]\n"
        "load(sys.argv[2])\n"
        "print(*{name.split('.')[2] for name in sys.modules if name.startswith('shared.platforms.')})\n"
    )
    finished = subprocess.run(
        [sys.executable, "-I", "-c", program, str(ROOT), platform], env={}, capture_output=True, text=True, check=True
    )
    assert finished.stdout.split() == [platform]


def test_services_are_a_namespace_and_shared_is_a_package() -> None:
    assert not list((ROOT / "services").rglob("__init__.py"))
    assert (ROOT / "shared" / "__init__.py").exists()


@pytest.mark.parametrize("path", CODE, ids=MODULES)
def test_files_stay_small_enough_to_be_read(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300


@pytest.mark.parametrize("path", [path for path in CODE if path.name != "__init__.py"], ids=lambda path: path.stem)
def test_names_say_what_is_inside(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_has_its_parts_and_its_twin(platform: str) -> None:
    folder, twin = ROOT / "shared" / "platforms" / platform, ROOT / "tests" / "shared" / "platforms" / platform
    for part in ("__init__.py", "signature.py", "payload.py", "normalise.py", "README.md"):
        assert (folder / part).is_file()
    for part in ("sender.py", "samples", "test_signature.py", "test_normalise.py"):
        assert (twin / part).exists()
    is_spoken_through = (folder / "reply.py").exists()
    assert (twin / "replying.py").exists() is is_spoken_through
    assert (platform in every()) is is_spoken_through, "one that is spoken through has a stand-in"
