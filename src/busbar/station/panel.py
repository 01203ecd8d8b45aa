"""What a person can do at a virtual station, and what can happen to it: the verbs of scripts, screens and faults.

It must not know who pushes the buttons.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from random import random
from typing import Any, Final

from busbar.model.batteries import Battery
from busbar.model.der import ControlType
from busbar.model.facts import TransactionLimit
from busbar.model.values import IdToken
from busbar.station.events import (
    BatteryInserted,
    BatteryRemoved,
    CardAuthorized,
    Event,
    FaultCleared,
    FaultRaised,
    GridFaulted,
    GridRestored,
    LimitsChosen,
    TariffRefused,
    TokenRead,
    VatNumberEntered,
)
from busbar.station.line import Line, Weather
from busbar.station.runtime import Runner
from busbar.station.virtual.contracts import Contract
from busbar.station.virtual.hardware import VirtualHardware
from busbar.station.virtual.vehicle import Vehicle

_CLEAR: Final = Weather()


class Impossible(ValueError):
    """What was wanted cannot be done now, or there is no such thing; the message says why."""


@dataclass(frozen=True, slots=True)
class Panel:
    """The buttons of one station. Those that name an EVSE raise Impossible where there is none of this number.

    Attributes:
        vehicle: makes the EV that comes where nobody says which.
    """

    runner: Runner
    vehicle: Callable[[], Vehicle] = Vehicle

    def plug_in(self, evse: int, vehicle: Vehicle | None = None, contract: str = "") -> None:
        """Connect an EV, with a contract (PEM, leaf first) for Plug & Charge.

        Raises Impossible where one is connected, or where the contract is none.
        """
        runner, coming = self.runner, vehicle or self.vehicle()
        with _possible():
            if contract:
                coming.contract = Contract(chain=contract)
            runner.feed_all(self._hardware(evse).plug_in(evse, coming, runner.now))

    def unplug(self, evse: int) -> None:
        """Disconnect the EV. Raises Impossible where the lock holds the cable."""
        with _possible():
            self.runner.feed_all(self._hardware(evse).unplug(evse, self.runner.now))

    def present(self, token: IdToken, evse: int | None = None) -> None:
        """Hold a card to the reader of an EVSE, or of the station."""
        self._feed(1 if evse is None else evse, TokenRead(token, evse))

    def fault(self, evse: int, code: str) -> None:
        """Let the hardware report a fault."""
        self._feed(evse, FaultRaised(evse, code))

    def clear_fault(self, evse: int) -> None:
        """Let the fault be gone."""
        self._feed(evse, FaultCleared(evse))

    def roll_over(self, evse: int) -> None:
        """Let the meter's counter begin again at zero, as it does when all its digits are used."""
        self._hardware(evse).roll_over(evse, self.runner.now)

    def pay(self, evse: int, psp_ref: str, details: tuple[tuple[str, str], ...] = ()) -> None:
        """Pay with a card that the terminal authorised (2.1)."""
        self._feed(evse, CardAuthorized(evse, psp_ref, details))

    def enter_vat(self, evse: int, number: str) -> None:
        """Enter a VAT number for the receipt (2.1)."""
        self._feed(evse, VatNumberEntered(evse, number))

    def choose(self, evse: int, limit: TransactionLimit) -> None:
        """Choose how far to charge (2.1)."""
        self._feed(evse, LimitsChosen(evse, limit))

    def refuse_tariff(self, evse: int) -> None:
        """Refuse the tariff that is shown (2.1)."""
        self._feed(evse, TariffRefused(evse))

    def insert_battery(self, battery: Battery) -> None:
        """Put a battery into a slot (2.1)."""
        self._feed(battery.evse, BatteryInserted(battery))

    def remove_battery(self, evse: int) -> None:
        """Take the battery of a slot (2.1)."""
        self._feed(evse, BatteryRemoved(evse))

    def grid_fault(self, control: ControlType, fault: str) -> None:
        """Let a grid control make the inverter deviate (2.1)."""
        self._feed(1, GridFaulted(control, fault))

    def grid_restored(self) -> None:
        """Let it follow again what it is told (2.1)."""
        self._feed(1, GridRestored())

    def cut(self, for_s: float = 0.0) -> None:
        """Cut the line; 0 is until `restore`."""
        self.runner.cut()
        self._later(for_s, self.runner.restore)

    def restore(self) -> None:
        """Mend the line, whatever was wrong with it."""
        if self.runner.line is not None:
            self.runner.line.weather = _CLEAR
        self.runner.deafen(False)
        self.runner.restore()

    def spoil(self, for_s: float = 0.0, **weather: Any) -> None:
        """Make the line worse in what is named (see Weather), for a time; 0 is until `restore`."""
        runner = self.runner
        if runner.line is None:
            runner.line = Line(_CLEAR, random)
        line = runner.line
        before = {name: getattr(_CLEAR, name) for name in weather}
        line.weather = replace(line.weather, **weather)
        runner.deafen(line.weather.silent)

        def heal() -> None:
            line.weather = replace(line.weather, **before)
            runner.deafen(line.weather.silent)

        self._later(for_s, heal)

    def power_cut(self, for_s: float = 0.1) -> None:
        """Cut the power; it comes back after `for_s`."""
        self.runner.power_cut()
        asyncio.get_running_loop().call_later(for_s, self.runner.power_up)

    def shift_clock(self, by_s: float) -> None:
        """Set the clock wrong by so much more."""
        self.runner.shift_clock(timedelta(seconds=by_s))

    def display(self, evse: int | None = None) -> str:
        """Return what the display of an EVSE (None: the station's) shows last; "" for nothing."""
        return self._hardware(1 if evse is None else evse).shown(evse)

    def state(self) -> dict[str, Any]:
        """Return how the station is, as JSON has it."""
        runner = self.runner
        hardware = self._hardware(1)
        return {
            "identity": runner.identity,
            "version": runner.version.value,
            "powered": runner.powered,
            "connected": runner.connected,
            "online": runner.station.online,
            "refusal": runner.refusal,
            "waiting": runner.station.waiting,
            "clock": runner.clock.isoformat(),
            "display": hardware.shown(None),
            "evses": [self._evse(number) for number in runner.station.evses],
        }

    def _evse(self, number: int) -> dict[str, Any]:
        """What the core believes, and beside it what the hardware does."""
        hardware, evse = self._hardware(number), self.runner.station.evses[number]
        there = hardware.evse(number)
        return {
            "evse": number,
            "status": evse.status,
            "plugged": there.vehicle is not None,
            "closed": there.closed,
            "locked": evse.locked,
            "drawing": there.drawing,
            "power_w": round(there.flow(self.runner.now).power_w, 1) if there.drawing else 0.0,
            "soc": None if there.vehicle is None else round(there.vehicle.soc, 4),
            "register_wh": there.metered(self.runner.now).register_wh,
            "fault": evse.fault,
            "transaction": None if evse.transaction is None else evse.transaction.id,
            "token": None if evse.token is None else evse.token.value,
            "display": hardware.shown(number),
        }

    def _feed(self, evse: int, event: Event) -> None:
        self._hardware(evse)
        self.runner.feed(event)

    def _hardware(self, evse: int) -> VirtualHardware:
        hardware = self.runner.hardware
        if not isinstance(hardware, VirtualHardware):
            raise Impossible("this station has real hardware")
        with _possible():
            hardware.evse(evse)
        return hardware

    def _later(self, for_s: float, act: Any) -> None:
        if for_s > 0:
            asyncio.get_running_loop().call_later(for_s, act)


@contextmanager
def _possible() -> Iterator[None]:
    """Say what the hardware refuses as what cannot be done."""
    try:
        yield
    except ValueError as error:
        raise Impossible(str(error)) from None
