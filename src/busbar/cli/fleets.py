"""`busbar fleet`, and `busbar fleet verify`. Heavy modules are imported by the command that needs them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from busbar.cli import options as opt
from busbar.model.versions import Version

app = typer.Typer(help="Many virtual stations from one seeded scenario.", invoke_without_command=True)

WeightsOf = dict[str, float] | None


@app.callback()
def fleet(
    context: typer.Context,
    *,
    url: opt.UrlOption = None,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many stations.")] = 20,
    password: opt.PasswordOption = None,
    api: opt.ApiOption = None,
    api_key: opt.KeyOption = None,
    token: opt.TokenOption = None,
    state: opt.StateOption = None,
    seed: opt.SeedOption = 1,
    for_s: opt.ForOption = None,
    json: opt.JsonOption = None,
    versions: Annotated[
        WeightsOf, typer.Option(parser=opt.weights, metavar="NAME=WEIGHT,…", help="OCPP versions: 1.6=2,2.0.1=1,2.1=1.")
    ] = None,
    places: Annotated[
        WeightsOf,
        typer.Option(
            parser=opt.weights,
            metavar="NAME=WEIGHT,…",
            help="Where stations stand: home, work, public; rules arrivals.",
        ),
    ] = None,
    quirks: Annotated[
        WeightsOf,
        typer.Option(
            parser=opt.weights,
            metavar="NAME=WEIGHT,…",
            help="Ways of retrying: libocpp-like, microocpp-like, hasty, careless.",
        ),
    ] = None,
    dc_share: Annotated[float, typer.Option(min=0, max=1, help="How many of the stations are DC chargers.")] = 0.2,
    pace: Annotated[
        float, typer.Option(min=1, max=3600, help="How fast time goes; with --for it ends at present.")
    ] = 1,
    faults: opt.FaultsOption = None,
    ledger: opt.LedgerOption = None,
) -> None:
    """Run many virtual stations of all versions from one seeded scenario."""
    if context.invoked_subcommand is not None:
        return
    from busbar.cli import stations
    from busbar.station.scenario import Scenario

    if url is None:
        raise typer.BadParameter("--url is needed")
    if (api is None) is not (api_key is None):
        raise typer.BadParameter("--api and --api-key go together")
    mix = _mix(versions, places, quirks)
    plan = Scenario(count=count, seed=seed, dc_share=dc_share, **mix)
    options = stations.Options(
        url=url, token=token, seed=seed, state=state, for_s=for_s, json=json, pace=pace, faults=faults, ledger=ledger
    )
    login = None if api is None or api_key is None else (api, api_key)
    raise typer.Exit(stations.run_fleet(plan, password, login, options))


@app.command()
def verify(
    *,
    ledger: Annotated[Path, typer.Option(exists=True, file_okay=False, help="The folder with the stations' ledgers.")],
    api: Annotated[str, typer.Option(help="REST address of the Busbar CSMS.")],
    api_key: Annotated[str, typer.Option("--api-key", "--key", envvar="BUSBAR_API_KEY", help="API key for --api.")],
    json: opt.JsonOption = None,
) -> None:
    """Compare what stations believe with a CSMS's sessions, to the Wh. Exit status 1 where they differ."""
    from busbar.cli import reconciling

    raise typer.Exit(reconciling.run(ledger, (api, api_key), json))


def _mix(versions: WeightsOf, places: WeightsOf, quirks: WeightsOf) -> dict[str, Any]:
    """Return the parts of a scenario that were asked for; exit where a name is unknown."""
    from busbar.station.quirks import QUIRKS
    from busbar.station.virtual.populations import Place

    found: dict[str, Any] = {}
    try:
        if versions is not None:
            found["versions"] = {Version(name): weight for name, weight in versions.items() if weight}
        if places is not None:
            found["places"] = {Place(name): weight for name, weight in places.items()}
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if quirks is not None:
        found["quirks"] = quirks
        if unknown := set(quirks) - set(QUIRKS):
            raise typer.BadParameter(f"no way of retrying is called {', '.join(sorted(unknown))}")
    return found
