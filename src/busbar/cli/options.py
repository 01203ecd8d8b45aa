"""Options that several commands share, and how people type their values."""

from pathlib import Path
from typing import Annotated

import typer

from busbar.cli.durations import seconds


def writable(path: Path | None) -> Path | None:
    """Refuse a file that could not be written at the end."""
    if path is not None and (path.is_dir() or not path.parent.is_dir()):
        raise typer.BadParameter(f"{path} cannot be written: name a file in a folder that exists")
    return path


def websocket(url: str | None) -> str | None:
    """Refuse an address that is none of a CSMS."""
    if url is not None and not url.startswith(("ws://", "wss://")):
        raise typer.BadParameter("begins with ws:// or wss://")
    return url


def weights(text: str) -> dict[str, float]:
    """Return weights by name of `a=2,b=1`; `a` alone counts 1. Raises ValueError that says what it takes."""
    found: dict[str, float] = {}
    for part in text.split(","):
        name, _, weight = part.strip().partition("=")
        try:
            found[name] = float(weight or 1)
        except ValueError:
            raise ValueError(f"{part!r} is not NAME=WEIGHT") from None
        if not 0 <= found[name] <= 1e6:
            raise ValueError(f"{part!r}: a weight is from 0 to a million")
    if not sum(found.values()):
        raise ValueError("at least one weight must be above 0")
    return found


JsonOption = Annotated[
    Path | None,
    typer.Option("--json", callback=writable, help="Also write the summary to this file, as JSON."),
]
SeedOption = Annotated[int, typer.Option(help="The scenario's seed: the same seed gives the same drivers.")]
ForOption = Annotated[
    float | None,
    typer.Option("--for", parser=seconds, metavar="TIME", help="End after this time (60s, 5m); without it on Ctrl-C."),
]
UrlOption = Annotated[
    str | None,
    typer.Option(callback=websocket, help="The CSMS without the identity, such as ws://127.0.0.1:9000/ocpp."),
]
PasswordOption = Annotated[str | None, typer.Option(envvar="BUSBAR_STATION_PASSWORD", help="The HTTP Basic password.")]
TokenOption = Annotated[
    str | None, typer.Option(help="Drivers come and charge with this token; without it nobody comes.")
]
StateOption = Annotated[
    Path | None,
    typer.Option(callback=writable, help="A SQLite file that keeps queues and settings through a restart."),
]
FaultsOption = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="A fault script, TOML or JSON: what goes wrong, when.")
]
LedgerOption = Annotated[
    Path | None,
    typer.Option(file_okay=False, help="A folder for the ledger: everything that the stations keep, as JSON lines."),
]
ApiOption = Annotated[str | None, typer.Option(help="REST address of a Busbar CSMS.")]
KeyOption = Annotated[
    str | None, typer.Option("--api-key", "--key", envvar="BUSBAR_API_KEY", help="API key for --api.")
]
