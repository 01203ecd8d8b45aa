"""`busbar station`: one station. Heavy modules are imported by the command that needs them."""

from pathlib import Path
from typing import Annotated

import typer

from busbar.cli import options as opt
from busbar.model.versions import Version


def station(
    *,
    url: opt.UrlOption = None,
    identity: Annotated[str | None, typer.Option("--id", help="The station's identity.")] = None,
    version: Annotated[Version, typer.Option(help="The OCPP version it speaks.")] = Version.V21,
    password: opt.PasswordOption = None,
    evses: Annotated[int, typer.Option(min=1, max=100, help="How many EVSEs it has.")] = 1,
    token: opt.TokenOption = None,
    state: opt.StateOption = None,
    seed: opt.SeedOption = 1,
    for_s: opt.ForOption = None,
    json: opt.JsonOption = None,
    faults: opt.FaultsOption = None,
    ledger: opt.LedgerOption = None,
    screen: Annotated[
        bool, typer.Option("--screen", help="Show a screen with its buttons; --token is then the card's.")
    ] = False,
    config: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="A TOML file that says what the station is, instead of options."
        ),
    ] = None,
) -> None:
    """Run one virtual charging station against any CSMS."""
    from busbar.cli import stations
    from busbar.station.scenario import StationSpec

    if config is not None:
        if url is not None or identity is not None:
            raise typer.BadParameter("--config says what the station is: give no --url and no --id")
        raise typer.Exit(_from_file(config, for_s, json, screen))
    if url is None or identity is None:
        raise typer.BadParameter("--url and --id are needed, or --config")
    options = stations.Options(
        url=url,
        token=token,
        seed=seed,
        state=state,
        for_s=for_s,
        json=json,
        faults=faults,
        ledger=ledger,
        screen=screen,
    )
    spec = StationSpec(identity=identity, version=version, password=password, evses=evses)
    raise typer.Exit(stations.run_station(spec, options))


def _from_file(path: Path, for_s: float | None, json: Path | None, screen: bool) -> int:
    """Run what a file says; return the exit status."""
    from busbar.cli import station_file, stations

    try:
        found = station_file.read(path)
        access = found.control
        control = None if access is None else (access.port, station_file.secret(access.token_file))
        spec = found.spec(path.parent)
    except (OSError, ValueError) as error:
        typer.echo(str(error), err=True)
        return 2
    options = stations.Options(
        url=found.url,
        token=found.token,
        seed=found.seed,
        state=found.state,
        for_s=for_s,
        json=json,
        script=found.script(),
        ledger=found.ledger,
        control=control,
        screen=screen,
        vehicle=found.ev.vehicle,
    )
    return stations.run_station(spec, options)
