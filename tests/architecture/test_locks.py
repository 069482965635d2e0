"""The locks satisfy pyproject.toml, agree with one another, and say nothing of where they were made."""

import re
import tomllib
from functools import cache

import pytest

from tests.template import ROOT

LOCKS = ROOT / "infra" / "locks"
SERVICES = (
    "webhooks",
    "projector",
    "watch",
    "customer360",
    "desk",
    "channels",
    "poller",
    "media",
    "replies",
    "connectors",
    "operations",
    "calls",
    "greeting",
)
GROUPS = (*SERVICES, "dev", "engine", "peers")

_PIN = re.compile(r"^([a-z0-9-]+)==([^ ;]+)(?: ; (.+?))? \\$")
_HASH = re.compile(r"^ {4}--hash=sha256:[0-9a-f]{64}(?: \\)?$")


@cache
def lines(group: str) -> list[str]:
    return (LOCKS / f"{group}.txt").read_text().splitlines()


def pins(group: str) -> dict[tuple[str, str], str]:
    """Return a lock's versions by package and the marker under which it is installed."""
    found = [pin for line in lines(group) if (pin := _PIN.match(line))]
    return {(pin[1], pin[3] or ""): pin[2] for pin in found}


def required(group: str) -> set[str]:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    names: set[str] = set()
    for requirement in groups[group]:
        if isinstance(requirement, dict):
            names |= required(requirement["include-group"])
        else:
            name = re.match(r"[A-Za-z0-9._-]+", requirement)
            assert name
            names.add(re.sub(r"[-_.]+", "-", name[0]).lower())
    return names


@pytest.mark.parametrize("group", [*GROUPS, "bootstrap"])
def test_a_lock_is_only_pins_with_hashes(group: str) -> None:
    strangers = [line for line in lines(group) if not _PIN.match(line) and not _HASH.match(line)]
    assert strangers == []
    unhashed = [
        line for line, following in zip(lines(group), [*lines(group)[1:], ""], strict=True)
        if _PIN.match(line) and not _HASH.match(following)
    ]  # fmt: skip
    assert unhashed == []
    assert pins(group)


@pytest.mark.parametrize("group", GROUPS)
def test_every_requirement_of_a_group_is_in_its_lock(group: str) -> None:
    assert required(group) - {name for name, _ in pins(group)} == set()


def test_pins_of_pyproject_are_kept() -> None:
    assert {version for (name, _), version in pins("engine").items() if name == "ministack"} == {"1.5.33"}


@pytest.mark.parametrize("group", [*SERVICES, "bootstrap"])
def test_services_run_on_what_is_tested(group: str) -> None:
    tested = {name: version for (name, _), version in pins("dev").items()}
    assert {name: version for (name, _), version in pins(group).items() if tested.get(name) != version} == {}


def test_the_bootstrap_is_uv_alone() -> None:
    assert {name for name, _ in pins("bootstrap")} == {"uv"}
