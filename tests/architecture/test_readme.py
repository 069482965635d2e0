"""The papers say what the code does: tables, links and commands."""

import re
from pathlib import Path

import pytest

from shared.platforms import load, names
from tests.template import ROOT

PAPERS = sorted(
    path for path in ROOT.rglob("*.md") if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def platform_rows() -> list[str]:
    """Return the README's rows of platforms as the code has them."""
    rows = []
    for name in names():
        channels = ", ".join(f"`{channel}`" for channel in load(name).channels)
        readme = f"[{name}](shared/platforms/{name}/README.md)"
        brought_by = load(name).delivered_by
        way = f"none: `services/{brought_by}`" if brought_by else f"`/webhooks/{name}/<account>`"
        rows.append(f"| `{name}` | {channels} | {way} | {readme} |")
    return rows


def test_the_table_of_platforms_is_the_code() -> None:
    text = (ROOT / "README.md").read_text()
    table = text.split("<!-- platforms:")[1].split("<!-- /platforms -->")[0]
    written = [line for line in table.splitlines() if line.startswith("| `")]
    assert written == platform_rows(), "paste these rows:\n" + "\n".join(platform_rows())


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(paper: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", paper.read_text()):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (paper.parent / target).exists(), target


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_exist(paper: Path) -> None:
    for target in re.findall(r"(?:^|`)make ([a-z-]+)", paper.read_text(), re.MULTILINE):
        assert target in TARGETS, f"make {target}"
    for script in re.findall(r"python (infra/[\w./]+\.py)", paper.read_text()):
        assert (ROOT / script).is_file(), script
    for module in re.findall(r"python -m ((?:infra|services|shared|bench)[\w.]*)", paper.read_text()):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module


def test_every_decision_names_what_holds_it() -> None:
    decisions = sorted((ROOT / "infra" / "decisions").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        held = path.read_text().split("## Held by")[1]
        for name in re.findall(r"`([\w./]+)`", held):
            assert (ROOT / name).exists() or name.count(".") > 1, f"{path.name}: {name}"
