"""Stations that lose power at any instant (issue 4): no transaction event and no reading is lost, and none comes twice.

Their store and their ledger are on a disk; the process is killed while they talk and charge, and started again.
"""

import asyncio
import json
import os
import sqlite3
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from busbar.cli.reconciling import Report, believed, compare
from busbar.csms.ports import Query
from busbar.csms.storage.opening import make_store
from busbar.station.journal import entries
from tests.system import powered
from tests.system.servers import SOURCE, served

KILLS = 12
DARK_S = 0.5  # 1.6 tells whole seconds: two starts within one would look like the same
DEADLINE_S = 110.0
LATE = timedelta(seconds=powered.INTERVAL_S + 1.0)  # the machine may be slow


class Stations:
    """The process with the stations, and when it was killed."""

    def __init__(self, url: str, folder: Path, passwords: Mapping[str, str]) -> None:
        self._url, self._folder, self._passwords = url, folder, passwords
        self._process: asyncio.subprocess.Process | None = None
        self.cuts: list[datetime] = []

    async def power(self, seed: int) -> None:
        """Start the process; other drivers come with each seed."""
        path = os.pathsep.join([str(SOURCE), str(SOURCE.parent)])
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, powered.__file__, self._url, str(self._folder), str(seed)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": path},
        )
        await self._say(json.dumps(self._passwords))
        assert self._process.stdout is not None
        assert await self._process.stdout.readline() == b"powered\n"

    async def cut(self) -> None:
        """Kill it."""
        assert self._process is not None
        self._process.kill()
        self.cuts.append(datetime.now(UTC))
        assert await self._process.wait() == -9, "it ended before"

    async def finish(self) -> int:
        """Let everybody leave; return the exit status, 0 where all was told."""
        assert self._process is not None
        await self._say("end")
        return await self._process.wait()

    async def _say(self, text: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode() + b"\n")
        await self._process.stdin.drain()


async def test_a_power_cut_at_any_instant_loses_no_event_and_no_reading(tmp_path: Path) -> None:
    url, chance = f"sqlite:///{tmp_path}/busbar.db", Random(4)
    async with asyncio.timeout(DEADLINE_S), served(tmp_path, url) as (server, interface):
        await interface.add_token(powered.TAG)
        passwords = {spec.identity: await interface.add_station(spec.identity) for spec in powered.plan()}
        stations = Stations(server.ocpp_url, tmp_path, passwords)
        for seed in range(KILLS):
            await stations.power(seed)
            await asyncio.sleep(chance.uniform(0.05, 1.6))
            await stations.cut()
            await asyncio.sleep(DARK_S)
        await stations.power(KILLS)
        await asyncio.sleep(1.0)
        assert await stations.finish() == 0, "the stations could not tell everything"
        sessions = {identity: await interface.every("/sessions", station=identity) for identity in passwords}
        assert await server.stop() == 0
    _verify_ledger(tmp_path, sessions)
    _verify_registers(tmp_path / "stations.db", sessions)
    _verify_ends([session for found in sessions.values() for session in found], stations.cuts)
    await _verify_events(url)


def _verify_ledger(folder: Path, sessions: Mapping[str, list[Any]]) -> None:
    """Hold the CSMS's sessions against what the stations believe, as `busbar fleet verify` does."""
    report = Report()
    for identity, belief in believed(entries(folder)).items():
        compare(identity, belief, sessions[identity], report)
    assert report.differences == []
    assert (report.running, report.waiting) == (0, 0)
    assert report.sessions >= KILLS
    assert {(s["complete"], s["active"], *s["flags"]) for found in sessions.values() for s in found} == {(True, False)}


def _verify_registers(path: Path, sessions: Mapping[str, list[Any]]) -> None:
    """Every Wh that a meter counted is in a session of its station."""
    query = "select identity, value from kept where key like 'hardware.meter.%'"
    counted: dict[str, int] = {}
    for identity, value in sqlite3.connect(path).execute(query):
        counted[identity] = counted.get(identity, 0) + int(bytes(value).split()[0])
    assert counted == {identity: sum(s["energy_wh"] for s in found) for identity, found in sessions.items()}
    assert sum(counted.values()) > 0


def _verify_ends(sessions: list[Any], cuts: list[datetime]) -> None:
    """Of a session that a cut ended no more than a sample interval is missing."""
    lost = [datetime.fromisoformat(s["ended_at"]) for s in sessions if s["stop_reason"] == "PowerLoss"]
    assert lost, "a cut that hit nobody proves nothing"
    for ended in lost:
        assert min(cut for cut in cuts if cut >= ended) - ended <= LATE


async def _verify_events(url: str) -> None:
    """The numbers of each 2.x session's events have no gap; a 1.6 session has its start and its end."""
    store = make_store(url)
    await store.open()
    try:
        rows = (await store.transactions(Query(limit=1000))).items
        assert len(rows) < 1000
        for row in rows:
            numbers = sorted(await store.sequence_numbers(row.id))
            assert numbers == list(range(len(numbers)))
            assert len(numbers) >= 2
    finally:
        await store.close()
