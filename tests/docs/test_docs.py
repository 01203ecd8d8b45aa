"""The documents against the code: a complete map, a complete reference, no broken link, no stale page."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.core import TyperGroup

from busbar.cli.main import app
from busbar.cli.settings import Settings
from busbar.telemetry.catalogue import METRICS, Shape

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src/busbar"
REFERENCE = ROOT / "docs/reference"
MAP = ROOT / "docs/ARCHITECTURE.md"
HIDDEN = {".venv", "out", "node_modules"}

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def pages() -> list[Path]:
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    return sorted(path for path in found if not any(part in HIDDEN or part.startswith(".") for part in path.parts))


def packages() -> list[str]:
    return sorted(path.parent.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*/__init__.py"))


def leaves(group: TyperGroup, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every command with its whole name."""
    for name, sub in group.commands.items():
        if isinstance(sub, TyperGroup):
            yield from leaves(sub, f"{above}{name} ")
        else:
            yield f"{above}{name}", sub


def anchors(text: str) -> set[str]:
    """Return the fragments that a Markdown page's headings have."""
    titles = HEADING.findall(FENCE.sub("", text))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def broken(page: Path, text: str) -> Iterator[str]:
    """Yield the links of a page, by its path in the repository, that lead nowhere inside it."""
    for link in LINK.findall(FENCE.sub("", text)):
        target, _, fragment = link.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        path = (ROOT / page).parent / target if target else ROOT / page
        if not path.resolve().is_relative_to(ROOT) or not path.exists():
            yield link
            continue
        if fragment and fragment not in anchors(path.read_text() if target else text):
            yield link


def test_there_are_pages_and_packages_to_look_at() -> None:
    assert Path("README.md") in pages()
    assert Path("docs/ARCHITECTURE.md") in pages()
    assert {"model", "csms/gateway", "station/blocks", "protocol/translate/v16"} <= set(packages())


@pytest.mark.parametrize("package", packages())
def test_every_package_is_on_the_map(package: str) -> None:
    assert f"`{package}/`" in MAP.read_text()


def test_the_map_names_only_modules_that_exist() -> None:
    rows = re.findall(r"^\| `([a-z0-9_/]+)/`.*$", MAP.read_text(), re.MULTILINE)
    lines = [line for line in MAP.read_text().splitlines() if line.startswith("| `")]
    named = [
        f"{folder}/{name}"
        for folder, line in zip(rows, lines, strict=True)
        for name in re.findall(r"`(\w+\.py)`", line)
    ]
    assert len(named) > 40
    assert [name for name in named if not (SOURCE / name).exists()] == []


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_every_setting_is_in_the_reference(name: str) -> None:
    assert f"| `{name}` | `--{name.replace('_', '-')}` |" in (REFERENCE / "settings.md").read_text()


def test_every_command_and_its_flags_are_in_the_reference() -> None:
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    _, *parts = re.split(r"^## busbar ", (REFERENCE / "command-line.md").read_text(), flags=re.MULTILINE)
    sections = {part.splitlines()[0]: part for part in parts}
    commands = dict(leaves(command))
    assert sections.keys() == commands.keys()
    for name, sub in commands.items():
        settings = set(Settings.model_fields) if "settings.md" in sections[name] else set()
        flags = {p.opts[0] for p in sub.params if p.name not in settings | {"help"} and p.opts[0].startswith("-")}
        assert {flag for flag in flags if f"`{flag}`" not in sections[name]} == set()


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    assert list(broken(page, (ROOT / page).read_text())) == []


@pytest.mark.parametrize("link", ["gone.md", "docs/ARCHITECTURE.md#no-such-part", "#no-such-part", "../outside.md"])
def test_a_broken_link_is_seen(link: str) -> None:
    assert list(broken(Path("README.md"), f"# A title\n\n[text]({link}) and [good](#a-title)")) == [link]


def test_example_alerts_ask_for_metrics_that_there_are() -> None:
    fences = FENCE.findall((ROOT / "docs/guide/operator.md").read_text())
    rules = next(fence for fence in fences if "alert:" in fence)
    beside = {f"{m.name}{end}" for m in METRICS if m.shape is Shape.HISTOGRAM for end in ("_bucket", "_sum", "_count")}
    asked = set(re.findall(r"\b(?:ocpp|busbar)_\w+", rules))
    assert len(asked) > 8
    assert asked <= {metric.written for metric in METRICS} | beside


def test_the_generated_pages_are_fresh() -> None:
    script = ROOT / "tools/gen_docs.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
