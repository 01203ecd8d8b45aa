"""Generate docs/reference from the code: settings, command line, REST routes and messages.

python tools/gen_docs.py           write the pages
python tools/gen_docs.py --check   fail where a committed page differs
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import typer.main
from pydantic_core import PydanticUndefined
from typer.core import TyperGroup, TyperOption

from busbar.cli.main import app
from busbar.cli.settings import ENV_PREFIX, Settings
from busbar.model.versions import Version
from busbar.protocol.actions import ACTIONS

TARGET = Path(__file__).parent.parent / "docs/reference"


def table(columns: list[str], rows: list[list[str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    yield "| " + " | ".join(columns) + " |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"


def settings() -> Iterator[str]:
    """Every setting of a server."""
    yield "# Settings"
    yield ""
    yield "A flag wins over the environment, the environment over a TOML file (`--config` or `BUSBAR_CONFIG`), the file"
    yield "over the default. In the file a setting stands under its own name."
    yield ""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, PydanticUndefined) else f"`{field.default}`"
        flag = f"`--{name.replace('_', '-')}`"
        rows.append([f"`{name}`", flag, f"`{ENV_PREFIX}{name.upper()}`", default, field.description or ""])
    yield from table(["setting", "flag", "environment", "default", "meaning"], rows)


def command_line() -> Iterator[str]:
    """Every command with its own flags."""
    yield "# Command line"
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    for name, sub in sorted(command.commands.items()):
        yield ""
        yield f"## busbar {name}"
        yield ""
        yield " ".join((sub.help or "").split())
        own = [p for p in sub.params if isinstance(p, TyperOption) and p.name not in Settings.model_fields]
        if len(own) < len(sub.params):
            yield ""
            yield "Takes every [setting](settings.md) as a flag."
        rows = [["`" + "`, `".join(p.opts) + "`", p.help or ""] for p in own if p.name != "help"]
        if rows:
            yield ""
            yield from table(["flag", "meaning"], rows)


def messages() -> Iterator[str]:
    """Every action of every version and who may call it."""
    yield "# Messages"
    yield ""
    yield "Who may call an action in each version of OCPP. All of them are decoded and validated; an operator can send"
    yield "every action of a CSMS through `POST /api/v1/stations/{identity}/calls/{action}`."
    yield ""
    names = sorted({name for actions in ACTIONS.values() for name in actions})
    rows = [[name, *(ACTIONS[v][name].origin.value if name in ACTIONS[v] else "–" for v in Version)] for name in names]
    yield from table(["action", *(v.value for v in Version)], rows)


PAGES = {"settings.md": settings, "command-line.md": command_line, "messages.md": messages}


def main() -> int:
    """Write the pages, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for name, page in PAGES.items():
        text, target = "\n".join(page()) + "\n", TARGET / name
        if check and (not target.exists() or target.read_text() != text):
            stale.append(name)
        elif not check:
            target.parent.mkdir(exist_ok=True)
            target.write_text(text)
    print(f"differs from the code: {', '.join(stale)}; run make gen" if stale else "reference pages are up to date")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
