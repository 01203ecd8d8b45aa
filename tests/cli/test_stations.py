"""`busbar station` and `busbar fleet` against a CSMS of ours, and against none."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from busbar.cli.bootstrap import running
from busbar.cli.settings import Settings


async def command(*words: str) -> int:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "busbar.cli.main", *words, stdout=asyncio.subprocess.DEVNULL
    )
    return await asyncio.wait_for(child.wait(), 90)


async def test_a_fleet_enters_itself_and_charges(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'a.db'}", secret_key_file=tmp_path / "key", ocpp_port=0, api_port=0
    )
    out = tmp_path / "out.json"
    async with running(settings) as server:
        key = await server.make_key("me")
        access = ("--api", server.api_url, "--api-key", key, "--token", "CARD")
        status = await command(
            "fleet", "--url", server.ocpp_url, "--count", "3", *access, "--for", "8s", "--json", str(out)
        )
        totals = await server.store.totals()
    summary: dict[str, Any] = json.loads(out.read_text())
    assert (status, summary["errors"], summary["stations"]) == (0, 0, 0)
    assert summary["tally"]["connected"] == 3
    assert totals["energy_wh"] == summary["energy_station_wh"]


async def test_a_station_that_is_refused_goes_on_trying_and_says_so(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'a.db'}", secret_key_file=tmp_path / "key", ocpp_port=0, api_port=0
    )
    out = tmp_path / "out.json"
    async with running(settings) as server:
        words = ("station", "--url", server.ocpp_url, "--id", "CS-1", "--version", "1.6", "--password", "wrong")
        assert await command(*words, "--for", "2s", "--json", str(out)) == 1
    assert json.loads(out.read_text())["tally"]["denied"] >= 1
