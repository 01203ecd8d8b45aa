"""`busbar station` as it is typed."""

import asyncio
import sys
from pathlib import Path

import httpx2
from typer.testing import CliRunner

from busbar.cli.main import app
from tests.station.conftest import ForeignCsms


def test_a_station_needs_an_address_and_an_identity() -> None:
    for words in ([], ["--url", "ws://x"], ["--id", "A"]):
        done = CliRunner().invoke(app, ["station", *words])
        assert done.exit_code == 2
        assert "are needed" in done.output


async def test_a_station_from_a_file_charges_by_its_control_interface(tmp_path: Path) -> None:
    csms = ForeignCsms()
    await csms.open()
    (tmp_path / "control.txt").write_text("the-secret")
    config = tmp_path / "station.toml"
    config.write_text(
        f'url = "{csms.url}"\nidentity = "CS-9"\nversion = "1.6"\nstate = "s.db"\nmodel = "Two-way"\n'
        '[control]\ntoken_file = "control.txt"\n'
    )
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "busbar.cli.main", "station", "--config", str(config), "--for", "6s"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    while not (line := (await child.stdout.readline()).decode()).startswith("Control interface"):
        assert line
    headers = {"Authorization": "Bearer the-secret"}
    async with httpx2.AsyncClient(base_url=line.split()[-1], headers=headers) as client:
        await csms.until(lambda: "BootNotification" in csms.actions())
        await client.post("/plug-in", json={})
        await client.post("/token", json={"token": "CARD"})
        await csms.until(lambda: "StartTransaction" in csms.actions())
    await child.communicate()
    assert child.returncode == 0
    assert csms.payloads("BootNotification")[0]["chargePointModel"] == "Two-way"
    assert "StopTransaction" in csms.actions()
    assert (tmp_path / "s.db").exists()
    await csms.close()


def test_a_file_that_is_wrong_and_options_beside_a_file_are_refused(tmp_path: Path) -> None:
    config = tmp_path / "a.toml"
    config.write_text("identity = 3")
    assert CliRunner().invoke(app, ["station", "--config", str(config)]).exit_code == 2
    assert "no --url" in CliRunner().invoke(app, ["station", "--config", str(config), "--id", "A"]).output
