"""The electrical side of a virtual EVSE: cable, contactor, EV and meter. Sans-IO, time in seconds as an argument.

It must not know the driver, nor what the charging station makes of what happens.
"""

from typing import Final

from busbar.model.charging import ChargingSchedule
from busbar.station.effects import GiveContract
from busbar.station.events import (
    CablePluggedIn,
    CableUnplugged,
    EvDemandChanged,
    Event,
    EvNeeds,
    EvScheduled,
    Metered,
)
from busbar.station.virtual.meter import Dial, Ledger, samples
from busbar.station.virtual.vehicle import Flow, Supply, Vehicle

RAMP_S: Final = 3.0
MOST_PERIODS: Final = 12
_STEP_S: Final = 1.0
_MOST_STEPS: Final = 3600


class VirtualEvse:
    """An EVSE with one connector.

    Attributes:
        number: its EVSE number, from 1.
        ledger: what its meter counted; it only moves while an EV draws through a closed contactor.
        exported: what flowed back from EVs; None where nothing ever did.
        supply: what it gives at most, as it is limited now.
        vehicle: the EV that is plugged in; `locked`: its cable is held.
        dial: what turns a meter that was rolled over into the register; None while it shows the register itself.
    """

    __slots__ = (
        "_at",
        "_built",
        "_closed_at",
        "_drawing",
        "dial",
        "exported",
        "ledger",
        "locked",
        "number",
        "supply",
        "vehicle",
    )

    def __init__(self, number: int, supply: Supply, ledger: Ledger, exported: Ledger | None = None) -> None:
        self.number = number
        self.supply = self._built = supply
        self.ledger = ledger
        self.exported = exported
        self.vehicle: Vehicle | None = None
        self.locked = False
        self.dial: Dial | None = None
        self._drawing = False
        self._closed_at: float | None = None
        self._at = 0.0

    @property
    def closed(self) -> bool:
        """Tell whether the contactor is closed."""
        return self._closed_at is not None

    @property
    def drawing(self) -> bool:
        """Tell whether the EV asked for energy and has not had enough yet."""
        return self._drawing

    def plug_in(self, vehicle: Vehicle, now: float) -> list[Event]:
        """Connect an EV. It asks for energy once the contactor is closed."""
        self._advance(now)
        self.vehicle, self._drawing = vehicle, False
        return [*self._found(vehicle), *self._demand()]

    def unplug(self, now: float) -> list[Event]:
        """Disconnect the EV."""
        self._advance(now)
        if self.vehicle is None:
            return []
        self.vehicle, self._drawing = None, False
        return [CableUnplugged(self.number)]

    def switch(self, closed: bool, now: float) -> list[Event]:
        """Close or open the contactor."""
        self._advance(now)
        if closed is self.closed:
            return []
        self._closed_at = now if closed else None
        return [*self._needs(), *self._demand()]

    def limit(self, current_a: float, power_w: float, phases: int, now: float, discharge_w: float = 0.0) -> list[Event]:
        """Give no more than this from `now` on, or take so much."""
        self._advance(now)
        self.supply = self._built.limited(current_a, power_w, phases, discharge_w)
        return self._demand()

    def plan(self, offered: ChargingSchedule) -> list[Event]:
        """Let an EV that speaks ISO 15118 plan within a schedule."""
        if self.vehicle is None or not self.vehicle.iso15118:
            return []
        return [EvScheduled(self.number, self.vehicle.plan(offered, self._built))]

    def settle(self, now: float) -> list[Event]:
        """Let the EV cease to draw where it has had enough."""
        self._advance(now)
        if not self._drawing or self.vehicle is None or not self.vehicle.full or self.vehicle.gives(self.supply):
            return []
        self._drawing = False
        return [EvDemandChanged(self.number, drawing=False)]

    def power_cycle(self, now: float) -> list[Event]:
        """Lose power and get it back: the contactor falls open. Return what the restarted station finds here."""
        self._advance(now)
        self._closed_at, self._drawing, self.supply = None, False, self._built
        return [] if self.vehicle is None else self._found(self.vehicle)

    def give(self, effect: GiveContract) -> list[Event]:
        """Hand the EV the answer to what it asked for."""
        vehicle = self.vehicle
        if vehicle is None or vehicle.contract is None:
            return []
        vehicle.contract, events = vehicle.contract.given(effect)
        return events

    def roll_over(self, now: float) -> None:
        """Let the counter in the meter begin again at zero with the next Wh."""
        self._advance(now)
        self.dial = Dial(self.ledger.register_wh)

    def settles_at(self) -> float | None:
        """Return a time not after the moment when the EV has had enough, and not before a second from now.

        None where it never comes: nobody draws, or the limit is 0.
        """
        if not self._drawing or self.vehicle is None or not self.closed:
            return None
        power_w = self.vehicle.draw(self.supply).power_w
        if power_w < 0 or (power_w == 0 and not self.vehicle.full):
            return None
        return self._at + max(_STEP_S, self.vehicle.wanted_wh * 3600 / power_w if power_w else 0.0)

    def metered(self, now: float) -> Metered:
        """Read the meter at `now`."""
        self._advance(now)
        soc = self.vehicle.soc if self.vehicle is not None and self.supply.dc else None
        true_wh = self.ledger.register_wh
        register_wh = true_wh if self.dial is None else self.dial.read(true_wh)
        exported_wh = None if self.exported is None else self.exported.register_wh
        return Metered(self.number, register_wh, samples(self.flow(now), soc, exported_wh))

    def flow(self, at: float) -> Flow:
        """Return what flows at `at`: nothing without a closed contactor; an EV starts up within RAMP_S."""
        if self.vehicle is None or self._closed_at is None:
            return Flow(self.supply.voltage_v, 0.0, 1 if self.supply.dc else self.supply.phases)
        return self.vehicle.draw(self.supply, min(1.0, (at - self._closed_at) / RAMP_S))

    def _needs(self) -> list[Event]:
        """Let an EV that speaks ISO 15118 say what it needs, as soon as it may have energy."""
        vehicle = self.vehicle
        if vehicle is None or not vehicle.iso15118 or not self.closed:
            return []
        needs = vehicle.needs(self._built)
        control = "ScheduledControl" if vehicle.bidirectional else None
        return [EvNeeds(self.number, needs, needs["requestedEnergyTransfer"], control, most_periods=MOST_PERIODS)]

    def _found(self, vehicle: Vehicle) -> list[Event]:
        """Tell what the station finds at the cable."""
        contract = vehicle.contract
        return [CablePluggedIn(self.number), *([] if contract is None else contract.begin(self.number))]

    def _demand(self) -> list[Event]:
        """Let an EV that can have energy ask for it, or say that it has enough."""
        if self._drawing or not self.closed or self.vehicle is None:
            return []
        self._drawing = not self.vehicle.full or self.vehicle.gives(self.supply)
        return [EvDemandChanged(self.number, self._drawing)]

    def _advance(self, now: float) -> None:
        """Let energy flow until `now`, in steps of a second (longer ones after an hour), each at its middle power."""
        if self._drawing and self.vehicle is not None and self.closed:
            step = max(_STEP_S, (now - self._at) / _MOST_STEPS)
            while self._at < now:
                seconds = min(step, now - self._at)
                self._count(self.vehicle.take(self.flow(self._at + seconds / 2), seconds))
                self._at += seconds
        self._at = max(self._at, now)

    def _count(self, energy_wh: float) -> None:
        if energy_wh >= 0:
            self.ledger.add(energy_wh)
            return
        self.exported = self.exported or Ledger()
        self.exported.add(-energy_wh)
