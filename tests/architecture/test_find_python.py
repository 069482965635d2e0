"""`infra/find-python` on machines made up of fake interpreters: stubs that fail, old ones, none at all."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.template import ROOT

REAL = Path(getattr(sys, "_base_executable", sys.executable))

FAILS = "#!/bin/sh\necho 'python3.13: command not found' >&2\nexit 127\n"
OLD = "#!/bin/sh\nexit 1\n"  # what a Python that is not 3.13 answers to the question
HANGS_ON_INPUT = f'#!/bin/sh\nread -r line\nexec {REAL} "$@"\n'
WORKS = f'#!/bin/sh\necho "$0" >>"$RAN"\nexec {REAL} "$@"\n'


class Machine:
    """A machine with nothing on it but the interpreters that a test puts there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / "path"
        self.path.mkdir()

    def put(self, where: str, script: str) -> Path:
        target = self.root / where
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(script)
        target.chmod(0o755)
        return target

    def find(self, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["/bin/sh", ROOT / "infra" / "find-python"],
            env={
                "PATH": str(self.path),
                "HOME": str(self.root / "home"),
                "FIND_PYTHON_ROOT": str(self.root),
                "RAN": str(self.root / "ran"),
            }
            | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    @property
    def ran(self) -> list[str]:
        """The working interpreters that were tried, each once, in order."""
        log = self.root / "ran"
        return list(dict.fromkeys(log.read_text().split())) if log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_version_managers_stub_that_fails_is_passed_over(machine: Machine) -> None:
    machine.put("path/python3.13", FAILS)
    installed = machine.put("home/.pyenv/versions/3.13.0/bin/python", WORKS)
    found = machine.find()
    assert (found.returncode, found.stdout) == (0, f"{REAL}\n")
    assert machine.ran == [str(installed)]


def test_an_older_python_is_passed_over_for_the_next_on_the_path(machine: Machine) -> None:
    machine.put("path/python3.13", OLD)
    machine.put("path/python3", OLD)
    right = machine.put("path/python", WORKS)
    assert machine.find().returncode == 0
    assert machine.ran == [str(right)]


@pytest.mark.parametrize(
    "where",
    [
        "path/python3.13",
        "path/python3",
        "path/python",
        "home/.pyenv/versions/3.13.9/bin/python",
        "home/.asdf/installs/python/3.13.1/bin/python",
        "home/.local/share/mise/installs/python/3.13.2/bin/python",
        "home/.local/share/uv/python/cpython-3.13.3-linux-x86_64-gnu/bin/python3.13",
        "home/miniconda3/bin/python",
        "home/miniforge3/envs/any/bin/python",
        "opt/homebrew/bin/python3.13",
        "usr/local/bin/python3.13",
        "opt/python-3.13/bin/python3.13",
    ],
)
def test_it_is_found_wherever_it_is_kept(machine: Machine, where: str) -> None:
    there = machine.put(where, WORKS)
    found = machine.find()
    assert (found.returncode, found.stderr) == (0, "")
    assert machine.ran == [str(there)]


def test_where_there_is_none_one_sentence_says_what_to_install(machine: Machine) -> None:
    machine.put("path/python3.13", FAILS)
    machine.put("path/python3", OLD)
    found = machine.find()
    assert (found.returncode, found.stdout) == (1, "")
    (sentence,) = found.stderr.splitlines()
    assert sentence.startswith("No working Python 3.13 was found: install one")
    assert "make PYTHON=" in sentence


def test_the_callers_own_choice_goes_first(machine: Machine) -> None:
    machine.put("path/python3.13", WORKS)
    chosen = machine.put("elsewhere/py", WORKS)
    assert machine.find(PYTHON=str(chosen)).returncode == 0
    assert machine.ran == [str(chosen)]


@pytest.mark.parametrize("script", [OLD, FAILS])
def test_a_choice_that_does_not_work_is_refused_and_not_replaced(machine: Machine, script: str) -> None:
    machine.put("path/python3.13", WORKS)
    chosen = machine.put("elsewhere/py", script)
    found = machine.find(PYTHON=str(chosen))
    assert (found.returncode, found.stdout) == (1, "")
    assert f"PYTHON={chosen} is not a working Python 3.13" in found.stderr


def test_an_interpreter_that_reads_its_input_does_not_hang(machine: Machine) -> None:
    machine.put("path/python3.13", HANGS_ON_INPUT)
    assert machine.find().returncode == 0


def test_the_python_that_runs_these_tests_answers_the_question(machine: Machine) -> None:
    assert machine.find(PYTHON=sys.executable).stdout == f"{REAL}\n"
