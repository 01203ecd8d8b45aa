"""The `busbar` command. Heavy modules are imported by the command that needs them."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from busbar.cli import fleets, pki, single
from busbar.cli.flags import with_settings
from busbar.cli.options import ForOption, JsonOption, SeedOption
from busbar.csms.grants import Role

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


def _label(text: str) -> str:
    if not 1 <= len(text) <= MOST_LABEL:
        raise typer.BadParameter(f"takes 1 to {MOST_LABEL} characters")
    return text


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


app.add_typer(fleets.app, name="fleet")
app.command("station")(single.station)


if __name__ == "__main__":
    app()
