"""`busbar fleet` with mixes, faults and a ledger, and `busbar fleet verify` on what came of it."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from busbar.cli.bootstrap import running
from busbar.cli.main import app
from busbar.cli.settings import Settings


async def command(*words: str) -> tuple[int, str]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "busbar.cli.main",
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(child.communicate(), 90)
    assert child.returncode is not None
    return child.returncode, out.decode()


async def test_a_day_of_a_mixed_fleet_in_seconds_agrees_with_the_csms_to_the_wh(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'a.db'}", secret_key_file=tmp_path / "key", ocpp_port=0, api_port=0
    )
    faults = tmp_path / "faults.toml"
    faults.write_text('[[faults]]\nkind = "cut"\nat_s = 3\nfor_s = 1\n[[faults]]\nkind = "power"\nat_s = 6\n')
    ledger, out = str(tmp_path / "ledger"), tmp_path / "out.json"
    async with running(settings) as server:
        access = ("--api", server.api_url, "--key", await server.make_key("me"))
        mix = ("--places", "work=1,public=2", "--quirks", "hasty", "--versions", "1.6,2.0.1,2.1", "--pace", "3600")
        status, said = await command(
            "fleet", "--url", server.ocpp_url, "--count", "4", *access, "--token", "CARD", *mix,
            "--faults", str(faults), "--ledger", ledger, "--for", "12s",
        )  # fmt: skip
        assert "sessions" in said, said
        status, said = await command("fleet", "verify", "--ledger", ledger, *access, "--json", str(out))
        report = json.loads(out.read_text())
        assert (status, report["differences"]) == (0, []), said
        assert report["stations"] == 4
        assert report["sessions"] > 0
        assert report["station_wh"] == report["csms_wh"] > 0
        key = access[3]
        async with server_session(server.api_url, key) as client:
            (first,) = (await client.get("/api/v1/sessions?limit=1")).json()["items"]
        with (tmp_path / "ledger" / "stations.jsonl").open("a") as file:
            kept = {"ledger": {"sessions": 1, "energy_wh": 1, "transactions": {"nobody": 1}}}
            file.write(json.dumps({"at": "2026-01-01T00:00:00Z", "station": first["station"], "kept": kept}) + "\n")
        status, said = await command("fleet", "verify", "--ledger", ledger, *access)
        assert status == 1
        assert "nobody: the CSMS does not know it (station 1 Wh, CSMS none)" in said


def server_session(url: str, key: str):  # type: ignore[no-untyped-def]
    import httpx2

    return httpx2.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"})


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "--url is needed"),
        (["--url", "ws://x", "--places", "moon"], "moon"),
        (["--url", "ws://x", "--versions", "1.5"], "1.5"),
        (["--url", "ws://x", "--quirks", "odd"], "odd"),
        (["--url", "ws://x", "--api", "http://x"], "go together"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: list[str], reason: str) -> None:
    done = CliRunner().invoke(app, ["fleet", *words])
    assert done.exit_code == 2
    assert reason in done.output


def test_a_ledger_without_a_csms_cannot_be_verified(tmp_path: Path) -> None:
    words = ["fleet", "verify", "--ledger", str(tmp_path), "--api", "http://127.0.0.1:9", "--key", "k"]
    assert CliRunner().invoke(app, words).exit_code == 2
