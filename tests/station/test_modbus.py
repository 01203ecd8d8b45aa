"""A whole session on hardware behind Modbus, which is pymodbus's own simulated device."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import pytest
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from busbar.model.values import IdToken
from busbar.model.versions import Version
from busbar.station.events import FaultRaised
from busbar.station.hardware import Hardware
from busbar.station.modbus import ModbusHardware
from busbar.station.runtime import Runner, Surroundings
from busbar.station.scenario import StationSpec
from busbar.station.store import MemoryStore

NEAR_THE_END = (1 << 32) - 10


def register(payload: dict[str, Any]) -> float:
    samples = [sample for value in payload["meterValue"] for sample in value["sampledValue"]]
    return next(s["value"] for s in samples if s["measurand"] == "Energy.Active.Import.Register")


class Meter:
    """The simulated device of two EVSEs."""

    def __init__(self) -> None:
        device = SimDevice(1, simdata=[SimData(0, values=[0] * 20, datatype=DataType.REGISTERS)])
        self.server = ModbusTcpServer(device, address=("127.0.0.1", 0))

    async def open(self) -> int:
        await self.server.serve_forever(background=True)
        transport: Any = self.server.transport
        return int(transport.sockets[0].getsockname()[1])

    async def say(self, *, energy_wh: int, power_w: int, state: int) -> None:
        values = [energy_wh >> 16, energy_wh & 0xFFFF, power_w >> 16, power_w & 0xFFFF, state]
        await self.server.async_setValues(1, 16, 0, values)

    async def command(self) -> int:
        (value,) = await self.server.async_getValues(1, 3, 5, 1)  # type: ignore[misc]
        return int(value)


@pytest.fixture
async def meter() -> AsyncIterator[Meter]:
    found = Meter()
    yield found
    await found.server.shutdown()


async def eventually(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.02)


async def told(meter: Meter, command: int) -> None:
    async with asyncio.timeout(10):
        while await meter.command() != command:
            await asyncio.sleep(0.02)


async def test_a_session_is_metered_to_the_wh_through_a_roll_over(csms: Any, meter: Meter) -> None:
    shown: list[str] = []
    port = await meter.open()
    await meter.say(energy_wh=NEAR_THE_END, power_w=0, state=0)
    hardware = ModbusHardware("127.0.0.1", port, 2, {}, poll_s=0.05, show=lambda text, _: shown.append(text))
    assert isinstance(hardware, Hardware)
    spec = StationSpec(identity="CS1", version=Version.V201, evses=2)
    runner = Runner(spec.config(), spec.endpoint(csms.url), hardware, Surroundings(MemoryStore()))
    task = asyncio.create_task(runner.run())
    await eventually(lambda: runner.station.online and runner.station.register_wh(1) == NEAR_THE_END)
    await meter.say(energy_wh=NEAR_THE_END, power_w=0, state=1)
    await eventually(lambda: runner.station.evses[1].plugged)
    hardware.present(IdToken("CARD", "ISO14443"), 1)
    await told(meter, 3)
    await meter.say(energy_wh=NEAR_THE_END, power_w=7000, state=3)
    await eventually(lambda: runner.station.evses[1].drawing)
    await meter.say(energy_wh=40, power_w=7000, state=3)
    await eventually(lambda: hardware.readings(0.0)[0].register_wh == NEAR_THE_END + 50)
    hardware.present(IdToken("CARD", "ISO14443"), 1)
    await told(meter, 0)
    await csms.until(lambda: runner.tally.ended)
    first, *_, last = csms.payloads("TransactionEvent")
    assert (first["eventType"], last["eventType"]) == ("Started", "Ended")
    assert (register(first), register(last)) == (NEAR_THE_END, NEAR_THE_END + 50)
    assert "Authorized" in shown
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await hardware.stop()


async def test_a_silent_bus_is_a_fault_of_every_evse_until_it_speaks(meter: Meter) -> None:
    port = await meter.open()
    hardware = ModbusHardware("127.0.0.1", port, 2, {}, poll_s=0.05)
    hardware.start(0.0)
    await asyncio.sleep(0.2)
    assert hardware.on_due(0.0) == []
    await meter.server.shutdown()
    seen: list[Any] = []
    await eventually(lambda: seen.extend(hardware.on_due(0.0)) or seen)
    assert seen == [FaultRaised(1, "InternalError"), FaultRaised(2, "InternalError")]
    await hardware.stop()


async def test_what_the_meters_counted_survives_a_power_cut(meter: Meter) -> None:
    hardware = ModbusHardware("127.0.0.1", 1, 1, {"hardware.counter.1": b"5 100"})
    assert hardware.readings(0.0, all_evses=True)[0].register_wh == 105
    assert hardware.kept() == {"hardware.counter.1": b"5 100"}
    assert hardware.idle
