"""Generate docs/reference from the code: settings, command line, REST routes, messages and metrics.

python tools/gen_docs.py           write the pages
python tools/gen_docs.py --check   fail where a committed page differs
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import typer.main
from litestar.testing import TestClient
from pydantic_core import PydanticUndefined
from typer.core import TyperGroup, TyperOption

sys.path.insert(0, str(Path(__file__).parent.parent))

from tools import station_cases
from tools.message_table import markdown

from busbar.api.app import make_app, make_backend
from busbar.api.document import METHODS
from busbar.api.policy import POLICY
from busbar.cli.main import app
from busbar.cli.settings import ENV_PREFIX, Settings
from busbar.csms.bus.local import LocalBus
from busbar.csms.ports import Dispatcher
from busbar.csms.storage.memory import MemoryStore
from busbar.telemetry.catalogue import METRICS

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


def leaves(group: TyperGroup, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every command with its whole name."""
    for name, sub in group.commands.items():
        if isinstance(sub, TyperGroup):
            yield from leaves(sub, f"{above}{name} ")
        else:
            yield f"{above}{name}", sub


def command_line() -> Iterator[str]:
    """Every command with its own flags."""
    yield "# Command line"
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    for name, sub in sorted(leaves(command)):
        yield ""
        yield f"## busbar {name}"
        yield ""
        yield " ".join((sub.help or "").split())
        options = [p for p in sub.params if isinstance(p, TyperOption)]
        all_settings = set(Settings.model_fields) <= {p.name for p in options}
        own = [p for p in options if not (all_settings and p.name in Settings.model_fields)]
        if all_settings:
            yield ""
            yield "Takes every [setting](settings.md) as a flag."
        rows = [["`" + "`, `".join(p.opts) + "`", p.help or ""] for p in own if p.name != "help"]
        if rows:
            yield ""
            yield from table(["flag", "meaning"], rows)


def api() -> Iterator[str]:
    """Every REST route, from the OpenAPI document as a client gets it."""
    yield "# REST routes"
    yield ""
    yield "The whole description, with every field and bound, is at `/openapi.json` of a running server. A route that"
    yield "is not open wants an API key (`Authorization: Bearer bbk_...`) or a browser session, and the right that is"
    yield "named: `, whole` in the whole organisation, else at the sites where it is granted. Which role has which"
    yield "right is in the [guide to access](../guide/access.md)."
    rows: dict[str, list[list[str]]] = {}
    for path, operations in sorted(openapi()["paths"].items()):
        for method, operation in sorted((m, o) for m, o in operations.items() if m in METHODS):
            access = right_of(f"{method.upper()} {path}", is_open=operation.get("security") == [])
            row = [f"`{method.upper()}`", f"`{path}`", operation["summary"], access]
            rows.setdefault(", ".join(operation["tags"]), []).append(row)
    for tags in sorted(rows):
        yield ""
        yield f"## {tags}"
        yield ""
        yield from table(["method", "path", "summary", "access"], rows[tags])


def metrics() -> Iterator[str]:
    """Every metric with its labels."""
    yield "# Metrics"
    yield ""
    yield "What `/metrics` shows, beside the usual `process_*` and `python_gc_*`. Counts begin with the process and are"
    yield "this node's own; add them up over nodes. A histogram has `_bucket`, `_sum` and `_count`."
    yield ""
    rows = [[f"`{m.written}`", m.shape.value, ", ".join(f"`{label}`" for label in m.labels), m.help] for m in METRICS]
    yield from table(["metric", "type", "labels", "meaning"], rows)


def right_of(route: str, *, is_open: bool) -> str:
    """Return what a route needs, as the page says it."""
    needs = POLICY.get(route)
    if is_open or needs is None:
        return "open" if is_open else "key"
    return f"{needs.right}, whole" if needs.whole else str(needs.right)


def openapi() -> dict[str, Any]:
    """Return the OpenAPI document that the application serves."""
    dispatcher = cast("Dispatcher", object())  # nothing is sent
    with TestClient(make_app(make_backend(MemoryStore(), LocalBus(), dispatcher, bytes(32)))) as client:
        document: dict[str, Any] = client.get("/openapi.json").raise_for_status().json()
        return document


PAGES = {
    "settings.md": settings,
    "command-line.md": command_line,
    "api.md": api,
    "messages.md": markdown,
    "station-cases.md": station_cases.markdown,
    "metrics.md": metrics,
}


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
