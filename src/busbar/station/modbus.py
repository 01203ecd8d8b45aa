"""A station of real parts behind Modbus TCP: for each EVSE a meter, a control pilot, a contactor and a lock.

An example to be fitted to the parts at hand: what they say is in ten holding registers for each EVSE, from 0:

    +0, +1  energy in Wh, high word first, from 0 again after 2^32
    +2, +3  active power in W, high word first
    +4      state: 1 an EV is connected, 2 it draws (J1772 C), 4 the hardware is faulted
    +5      command, written by us: 1 contactor closed, 2 cable locked

The bus is read every `poll_s`; a reading is therefore at most that old, and one from before for as long as the bus is
silent. A silent bus is a fault of every EVSE (the hardware must open contactors by itself then). Cards come by
`present` from whatever reader there is, texts go to `show`. It must not know the core.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pymodbus import ModbusException
from pymodbus.client import AsyncModbusTcpClient

from busbar.model.values import IdToken, Sample
from busbar.station.counter import Counter
from busbar.station.effects import Effect, Lock, Show, SwitchContactor
from busbar.station.events import (
    CablePluggedIn,
    CableUnplugged,
    EvDemandChanged,
    Event,
    FaultCleared,
    FaultRaised,
    Metered,
    TokenRead,
)

_LOG: Final = logging.getLogger("busbar.station")
_REGISTERS: Final = 10
_COMMAND: Final = 5
_PLUGGED, _DRAWS, _FAULTED = 1, 2, 4
_CLOSED, _LOCKED = 1, 2
_RANGE_WH: Final = 1 << 32
_KEY: Final = "hardware.counter."


@dataclass(slots=True)
class Part:
    """One EVSE's parts as they were read last, and what they were told (`wanted` last, `told` what they took)."""

    counter: Counter = field(default_factory=Counter)
    register_wh: int = 0
    power_w: int = 0
    state: int = 0
    wanted: int = 0
    told: int | None = None


class ModbusHardware:
    """The `Hardware` of a station whose parts are behind one Modbus TCP address.

    Args:
        saved: what `kept` once returned, among other things.
        show: takes a text and the EVSE (None: the station) at whose display it belongs.
    """

    def __init__(
        self,
        host: str,
        port: int,
        evses: int,
        saved: Mapping[str, bytes],
        *,
        poll_s: float = 0.5,
        show: Callable[[str, int | None], None] = lambda _text, _evse: None,
    ) -> None:
        self._client = AsyncModbusTcpClient(host, port=port, timeout=2, retries=0)
        self._parts = {number: Part(_counter(saved.get(f"{_KEY}{number}"))) for number in range(1, evses + 1)}
        for part in self._parts.values():
            part.register_wh = part.counter.before_wh + part.counter.last_wh
        self._poll_s = poll_s
        self._show = show
        self._events: list[Event] = []
        self._due = 0.0
        self._silent = False
        self._task: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Tell whether no contactor is closed."""
        return not any(part.wanted & _CLOSED for part in self._parts.values())

    def start(self, now: float) -> None:
        """Begin to read the bus."""
        self._due = now
        self._task = asyncio.get_running_loop().create_task(self._poll())

    async def stop(self) -> None:
        """Open all contactors, where the bus answers, and let go of it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        for part in self._parts.values():
            part.wanted = 0
        await self._exchange_all()
        self._client.close()

    def present(self, token: IdToken, evse: int | None = None) -> None:
        """Take in what a card reader read."""
        self._events.append(TokenRead(token, evse))

    def power_cycle(self, now: float) -> list[Event]:  # noqa: ARG002
        """Open all contactors: the controller begins anew. Return what it finds."""
        found: list[Event] = []
        for number, part in self._parts.items():
            part.wanted = 0
            found += _seen(number, 0, part.state & ~_DRAWS)
        return found

    def readings(self, now: float, *, all_evses: bool = False) -> list[Metered]:  # noqa: ARG002
        """Return what the meters of the EVSEs said last whose contactor is closed, or of all."""
        return [
            Metered(number, part.register_wh, (Sample("Power.Active.Import", part.power_w, "W"),))
            for number, part in self._parts.items()
            if all_evses or part.wanted & _CLOSED
        ]

    def perform(self, effect: Effect, now: float) -> list[Event]:  # noqa: ARG002
        """Move a contactor or a lock at the next look at the bus, or show a text at once."""
        match effect:
            case SwitchContactor(evse=evse, closed=on) if evse in self._parts:
                self._want(evse, _CLOSED, on)
            case Lock(evse=evse, locked=on) if evse in self._parts:
                self._want(evse, _LOCKED, on)
            case Show(text=text, evse=number):
                self._show(text, number)
            case _:
                pass
        return []

    def next_due(self) -> float:
        """Return when `on_due` wants to be called."""
        return self._due

    def on_due(self, now: float) -> list[Event]:
        """Return what was seen since the last time."""
        self._due = now + self._poll_s
        events, self._events = self._events, []
        return events

    def finish(self, now: float) -> None:
        """Do nothing: people leave when they like."""

    def kept(self) -> dict[str, bytes]:
        """Return what must outlast a power cut: how often the meters began again."""
        return {
            f"{_KEY}{number}": f"{part.counter.last_wh} {part.counter.before_wh}".encode()
            for number, part in self._parts.items()
        }

    def _want(self, evse: int, bit: int, on: bool) -> None:
        part = self._parts[evse]
        part.wanted = part.wanted | bit if on else part.wanted & ~bit

    async def _poll(self) -> None:
        while True:
            self._hear(silent=not await self._exchange_all())
            await asyncio.sleep(self._poll_s / 2)

    def _hear(self, *, silent: bool) -> None:
        """Turn a bus that falls silent, or speaks again, into faults and their end."""
        if silent is self._silent:
            return
        self._silent = silent
        _LOG.error("the Modbus devices %s", "do not answer" if silent else "answer again")
        for number, part in self._parts.items():
            if silent:
                self._events.append(FaultRaised(number, "InternalError"))
            elif not part.state & _FAULTED:
                self._events.append(FaultCleared(number))

    async def _exchange_all(self) -> bool:
        """Tell the parts what is wanted and read them; False where they do not answer."""
        try:
            if not self._client.connected and not await self._client.connect():
                return False
            for number, part in self._parts.items():
                await self._exchange(number, part)
        except (ModbusException, OSError, TimeoutError) as error:
            _LOG.debug("Modbus: %s", error)
            return False
        return True

    async def _exchange(self, number: int, part: Part) -> None:
        first, wanted = (number - 1) * _REGISTERS, part.wanted
        if part.told != wanted:
            written = await self._client.write_register(first + _COMMAND, wanted)
            if written.isError():
                raise ModbusException(str(written))
            part.told = wanted
        read = await self._client.read_holding_registers(first, count=_COMMAND)
        if read.isError():
            raise ModbusException(str(read))
        energy_high, energy_low, power_high, power_low, state = read.registers
        before_wh, part.register_wh = part.register_wh, part.counter.read(energy_high << 16 | energy_low, _RANGE_WH)
        part.power_w = power_high << 16 | power_low
        if before_wh != part.register_wh and not wanted & _CLOSED:  # nobody asks for these, and a start needs them
            self._events.append(Metered(number, part.register_wh))
        self._events += _seen(number, part.state, state)
        part.state = state


def _seen(number: int, before: int, now: int) -> list[Event]:
    """Return what a change of state means, in the order in which it must have happened."""
    changed = before ^ now
    found: list[Event] = []
    if changed & _PLUGGED and now & _PLUGGED:
        found.append(CablePluggedIn(number))
    if changed & _DRAWS:
        found.append(EvDemandChanged(number, drawing=bool(now & _DRAWS)))
    if changed & _PLUGGED and not now & _PLUGGED:
        found.append(CableUnplugged(number))
    if changed & _FAULTED:
        found.append(FaultRaised(number, "OtherError") if now & _FAULTED else FaultCleared(number))
    return found


def _counter(saved: bytes | None) -> Counter:
    if saved is None:
        return Counter()
    last, before = saved.split()
    return Counter(int(last), int(before))
