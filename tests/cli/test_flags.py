"""Every setting is a flag of the commands that take settings."""

import typer
from typer.testing import CliRunner

from busbar.cli.flags import with_settings
from busbar.cli.settings import Settings


def app() -> typer.Typer:
    made = typer.Typer()

    @made.command()
    @with_settings
    def show(*, settings: Settings, times: int = 1) -> None:
        print([settings.ocpp_port, settings.strict_404] * times)

    return made


def test_every_setting_has_a_flag() -> None:
    shown = CliRunner().invoke(app(), ["--help"], env={"COLUMNS": "200"}).output
    assert all(f"--{name.replace('_', '-')}" in shown for name in Settings.model_fields)


def test_flags_reach_the_settings_beside_the_commands_own() -> None:
    result = CliRunner().invoke(app(), ["--ocpp-port", "7", "--strict-404", "--times", "2"])
    assert result.output.strip() == "[7, True, 7, True]"


def test_a_wrong_setting_ends_with_status_2_and_its_name() -> None:
    result = CliRunner().invoke(app(), ["--ocpp-port", "70000"])
    assert (result.exit_code, "ocpp_port" in result.output) == (2, True)
