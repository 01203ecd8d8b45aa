"""The command line as a person calls it: help, refusals, exit statuses."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from busbar.cli.main import app

RUN = CliRunner()


def test_without_a_command_it_explains_itself() -> None:
    shown = RUN.invoke(app, []).output
    assert all(command in shown for command in ("serve", "station", "fleet", "demo", "doctor", "key"))


def test_a_sound_machine_passes_the_doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = RUN.invoke(app, ["doctor", "--ocpp-port", "0", "--api-port", "0"])
    assert (result.exit_code, "ok    database" in result.output) == (0, True)


def test_a_failing_check_fails_the_doctor(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["doctor", "--database-url", f"sqlite:///{tmp_path}/none/a.db"])
    assert (result.exit_code, "fail" in result.output) == (1, True)


def test_a_length_of_time_is_explained_where_it_is_wrong() -> None:
    result = RUN.invoke(app, ["demo", "--for", "soon"], env={"COLUMNS": "200"})
    assert (result.exit_code, "60s" in result.output) == (2, True)


def test_an_address_without_a_key_is_refused() -> None:
    result = RUN.invoke(
        app, ["fleet", "--url", "ws://127.0.0.1:1/ocpp", "--api", "http://127.0.0.1:1"], env={"BUSBAR_API_KEY": ""}
    )
    assert result.exit_code == 2


def test_a_key_is_made_in_the_database_of_the_settings(tmp_path: Path) -> None:
    flags = ["--database-url", f"sqlite:///{tmp_path / 'a.db'}", "--secret-key-file", str(tmp_path / "key")]
    first, second = (RUN.invoke(app, ["key", *flags]) for _ in range(2))
    assert first.exit_code == 0
    assert first.output.startswith("bbk_")
    assert first.output != second.output


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["station", "--url", "http://127.0.0.1:1", "--id", "CS-1"], "ws://"),
        (["station", "--url", "ws://127.0.0.1:1", "--id", "CS-1", "--json", "/none/such/a.json"], "/none/such"),
        (["station", "--url", "ws://127.0.0.1:1", "--id", "CS-1", "--state", "/none/such/a.db"], "/none/such"),
        (["demo", "--json", "/none/such/a.json"], "/none/such"),
        (["key", "--label", "x" * 101], "100"),
        (["key", "--label", ""], "100"),
    ],
)
def test_what_could_not_work_is_refused_before_anything_begins(words: list[str], named: str) -> None:
    result = RUN.invoke(app, words, env={"COLUMNS": "200"})
    assert (result.exit_code, named in result.output) == (2, True)
