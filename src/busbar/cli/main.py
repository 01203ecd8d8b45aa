"""The `busbar` command. Heavy modules are imported by the command that needs them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from busbar.cli import pki
from busbar.cli.durations import seconds
from busbar.cli.flags import with_settings
from busbar.csms.grants import Role
from busbar.model.versions import Version

if TYPE_CHECKING:
    from busbar.cli.settings import Settings

MOST_LABEL: Final = 100

app = typer.Typer(
    help="Busbar: charging stations and their management system, OCPP 1.6J, 2.0.1 and 2.1.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(pki.app, name="pki")


def _writable(path: Path | None) -> Path | None:
    """Refuse a file that could not be written at the end."""
    if path is not None and (path.is_dir() or not path.parent.is_dir()):
        raise typer.BadParameter(f"{path} cannot be written: name a file in a folder that exists")
    return path


def _websocket(url: str) -> str:
    if not url.startswith(("ws://", "wss://")):
        raise typer.BadParameter("begins with ws:// or wss://")
    return url


def _label(text: str) -> str:
    if not 1 <= len(text) <= MOST_LABEL:
        raise typer.BadParameter(f"takes 1 to {MOST_LABEL} characters")
    return text


JsonOption = Annotated[
    Path | None,
    typer.Option("--json", callback=_writable, help="Also write the summary to this file, as JSON."),
]
SeedOption = Annotated[int, typer.Option(help="The scenario's seed: the same seed gives the same drivers.")]
ForOption = Annotated[
    float | None,
    typer.Option("--for", parser=seconds, metavar="TIME", help="End after this time (60s, 5m); without it on Ctrl-C."),
]
UrlOption = Annotated[
    str, typer.Option(callback=_websocket, help="The CSMS without the identity, such as ws://127.0.0.1:9000/ocpp.")
]
PasswordOption = Annotated[str | None, typer.Option(envvar="BUSBAR_STATION_PASSWORD", help="The HTTP Basic password.")]
TokenOption = Annotated[
    str | None, typer.Option(help="Drivers come and charge with this token; without it nobody comes.")
]
StateOption = Annotated[
    Path | None,
    typer.Option(callback=_writable, help="A SQLite file that keeps queues and settings through a restart."),
]


@app.command()
@with_settings
def serve(*, settings: "Settings") -> None:
    """Run the CSMS until it is told to stop (Ctrl-C, SIGTERM)."""
    from busbar.cli import serving

    raise typer.Exit(serving.run(settings))


@app.command()
@with_settings
def key(
    *,
    settings: "Settings",
    label: Annotated[str, typer.Option(callback=_label, help="Whose key it is, shown in lists.")] = "operator",
) -> None:
    """Make an API key in the database of the settings and print it. It is not shown again."""
    from busbar.cli import serving

    raise typer.Exit(serving.print_new_key(settings, label))


user = typer.Typer(help="The people who may use the interface.", no_args_is_help=True)
app.add_typer(user, name="user")


@user.command("add")
@with_settings
def add_user(
    *,
    settings: "Settings",
    email: Annotated[str, typer.Option(help="The person's e-mail.")],
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.ADMIN,
    organisation: Annotated[
        int, typer.Option(min=0, help="Their organisation's number; 0 lets them manage organisations, too.")
    ] = 0,
) -> None:
    """Add a person to the database of the settings and print the ticket with which they set a password."""
    from busbar.cli import users

    raise typer.Exit(users.print_new_user(settings, email, role, organisation))


@app.command()
@with_settings
def doctor(*, settings: "Settings") -> None:
    """Say what is wrong with this machine and its settings, and how to mend it. Exit status 1 where something fails."""
    from busbar.cli import doctor as examination

    findings = examination.run(settings)
    for finding in findings:
        typer.echo(f"{finding.verdict.value:5} {finding.check:10} {finding.text}")
    raise typer.Exit(int(any(f.verdict is examination.Verdict.FAIL for f in findings)))


@app.command()
def demo(
    *,
    for_s: ForOption = None,
    json: JsonOption = None,
    stations: Annotated[int, typer.Option(min=3, max=500, help="How many virtual stations.")] = 20,
    seed: SeedOption = 1,
    ocpp_port: Annotated[int, typer.Option(min=0, max=65535, help="Port for stations; 0 takes a free one.")] = 0,
    api_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of pages and REST; 0 takes a free one.")] = 0,
) -> None:
    """Run a CSMS, two sites and virtual stations of three OCPP versions on this machine, and reconcile their energy."""
    from busbar.cli import demo as show

    options = show.Options(for_s=for_s, json=json, stations=stations, seed=seed, ocpp_port=ocpp_port, api_port=api_port)
    raise typer.Exit(show.run(options))


@app.command()
def station(
    *,
    url: UrlOption,
    identity: Annotated[str, typer.Option("--id", help="The station's identity.")],
    version: Annotated[Version, typer.Option(help="The OCPP version it speaks.")] = Version.V21,
    password: PasswordOption = None,
    evses: Annotated[int, typer.Option(min=1, max=100, help="How many EVSEs it has.")] = 1,
    token: TokenOption = None,
    state: StateOption = None,
    seed: SeedOption = 1,
    for_s: ForOption = None,
    json: JsonOption = None,
) -> None:
    """Run one virtual charging station against any CSMS."""
    from busbar.cli import stations
    from busbar.station.scenario import StationSpec

    options = stations.Options(url=url, token=token, seed=seed, state=state, for_s=for_s, json=json)
    spec = StationSpec(identity=identity, version=version, password=password, evses=evses)
    raise typer.Exit(stations.run_station(spec, options))


@app.command()
def fleet(
    *,
    url: UrlOption,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many stations.")] = 20,
    password: PasswordOption = None,
    api: Annotated[
        str | None, typer.Option(help="REST address of a Busbar CSMS where the stations are entered first.")
    ] = None,
    api_key: Annotated[str | None, typer.Option(envvar="BUSBAR_API_KEY", help="API key for --api.")] = None,
    token: TokenOption = None,
    state: StateOption = None,
    seed: SeedOption = 1,
    for_s: ForOption = None,
    json: JsonOption = None,
) -> None:
    """Run many virtual stations of all versions from one seeded scenario."""
    from busbar.cli import stations

    if (api is None) is not (api_key is None):
        raise typer.BadParameter("--api and --api-key go together")
    options = stations.Options(url=url, token=token, seed=seed, state=state, for_s=for_s, json=json)
    login = None if api is None or api_key is None else (api, api_key)
    raise typer.Exit(stations.run_fleet(count, password, login, options))


if __name__ == "__main__":
    app()
