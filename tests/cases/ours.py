"""Our own station, connected to the CSMS of the cases."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from busbar.model.versions import Version
from busbar.station.runtime import Runner, Surroundings
from busbar.station.scenario import StationSpec
from busbar.station.store import MemoryStore
from busbar.station.virtual.hardware import VirtualHardware
from tests.cases.rig import PASSWORD, Csms

SETTINGS = {"RetryBackOffWaitMinimum": "1", "RetryBackOffRandomRange": "0"}


@asynccontextmanager
async def station(csms: Csms, version: Version, settings: Mapping[str, str] = SETTINGS) -> AsyncIterator[Runner]:
    """Run a new station with two EVSEs that nobody visits; it is online."""
    spec = StationSpec(
        identity=await csms.add_station(), version=version, password=PASSWORD, evses=2, settings=settings
    )
    async with connected(csms, spec, VirtualHardware(spec.supply, [iter(()), iter(())], {})) as runner:
        yield runner


@asynccontextmanager
async def connected(csms: Csms, spec: StationSpec, hardware: VirtualHardware) -> AsyncIterator[Runner]:
    """Run a station that the CSMS knows; it is online."""
    url = next(url for url in csms.running.ocpp_urls if url.startswith("ws:"))
    runner = Runner(spec.config(), spec.endpoint(url), hardware, Surroundings(MemoryStore()))
    task = asyncio.create_task(runner.run())
    await until(lambda: runner.station.online)
    yield runner
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def until(condition: Callable[[], object]) -> None:
    """Wait for something, and fail where it does not come."""
    async with asyncio.timeout(15):
        while not condition():
            await asyncio.sleep(0.02)


async def command(csms: Csms, runner: Runner, name: str, body: object) -> dict[str, Any]:
    """Give the station a command and return what the interface says of it."""
    found: dict[str, Any] = await csms.post(f"/stations/{runner.identity}/commands/{name}", body, wait=10)
    return found
