"""A fleet: what one of our virtual stations costs, in memory and CPU, and how many messages a fleet holds.

    python -m bench.fleet --stations 500 --seconds 20

The stations run in a process of their own against a Busbar CSMS on SQLite in another. Memory is the private memory
(USS) before the first and after the last connection. Stations idle first, for CPU per station-hour; then an EV charges
at each with a sample a second, for the messages (both ways) that station and CSMS hold on this machine together.
"""

import asyncio
import json
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

import psutil
import uvloop

from bench.gateway import cpu_s, line, server
from bench.load import identity, password
from bench.report import Report, arguments
from bench.servers import TOKEN, raise_file_limit
from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.station.fleet import Fleet, FleetConfig
from busbar.station.panel import Panel
from busbar.station.scenario import StationSpec

_SETTINGS = {"MeterValueSampleInterval": "1", "RetryBackOffWaitMinimum": "1"}
_READY_S = 120.0


def specs(count: int) -> list[StationSpec]:
    """Return the bench's stations, all versions in turn."""
    versions = list(Version)
    one = StationSpec(identity="", version=versions[0], settings=_SETTINGS)
    return [
        replace(one, identity=identity(n), version=versions[n % len(versions)], password=password(n))
        for n in range(count)
    ]


async def run(port: int, count: int, seconds: float) -> dict[str, float]:
    """Run the stations, idle and charging, and return the figures."""
    process = psutil.Process()
    config = FleetConfig(url=f"ws://127.0.0.1:{port}/ocpp")
    async with Fleet(config) as fleet:
        before = process.memory_full_info().uss
        for spec in specs(count):
            fleet.add(spec)
        async with asyncio.timeout(_READY_S):
            while any(  # noqa: ASYNC110
                not runner.station.online or not runner.idle for runner in fleet.stations.values()
            ):
                await asyncio.sleep(0.2)
        held = process.memory_full_info().uss - before
        idle = await _spent(process, seconds)
        for runner in fleet.stations.values():
            Panel(runner).plug_in(1)
            Panel(runner).present(IdToken(TOKEN, "ISO14443"), 1)
        await asyncio.sleep(seconds / 4)
        sent, began = fleet.summary().messages, time.monotonic()
        busy = await _spent(process, seconds)
        rate = (fleet.summary().messages - sent) / (time.monotonic() - began)
        waiting, charging = fleet.summary().waiting, fleet.summary().charging
        with suppress(TimeoutError):
            await fleet.stop(10.0)
    hours = count / 3600
    return {
        "stations": count,
        "kb_per_station": held / count / 1000,
        "idle_cpu_s_per_station_hour": idle / hours,
        "charging_cpu_s_per_station_hour": busy / hours,
        "messages_per_s": rate,
        "charging": charging,
        "waiting": waiting,
    }


async def _spent(process: psutil.Process, seconds: float) -> float:
    """Return the CPU seconds spent in each second."""
    before, began = cpu_s(process), time.monotonic()
    await asyncio.sleep(seconds)
    return (cpu_s(process) - before) / (time.monotonic() - began)


def main() -> None:
    """Run and print."""
    options = arguments(__doc__, stations=500, seconds=20.0)
    with server("busbar-sqlite", options.stations, "") as (_, port):
        command = [sys.executable, "-m", "bench.fleet", "child", str(port), str(options.stations), str(options.seconds)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            figures: dict[str, Any] = json.loads(line(child.stdout))
    report = Report(f"fleet: {options.stations} stations, {options.seconds:.0f} s each way", ["figure", "value"])
    report.figures = figures
    report.rows = [[name, f"{value:.2f}"] for name, value in figures.items()]
    report.finish(options.json)


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        raise_file_limit()
        print(json.dumps(uvloop.run(run(int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))), flush=True)
    else:
        main()
