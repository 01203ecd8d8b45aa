"""An EV's battery and what flows into it: the physics of charging, with time and energy as arguments.

It must not know of contactors, drivers or messages.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from busbar.energy.rates import Line
from busbar.model.charging import ChargingSchedule, RateUnit
from busbar.station.virtual.contracts import Contract

_FLOOR: Final = 0.1
_DC_EMPTY_V: Final = 350.0
_DC_NOMINAL_V: Final = 400.0
_DC_SWING_V: Final = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What an EVSE can give: AC by phases and current, DC by power.

    With `discharge_w` above 0 it takes that from an EV that can give it, and gives nothing.
    """

    dc: bool = False
    voltage_v: float = 230.0
    phases: int = 3
    max_current_a: float = 32.0
    max_power_w: float = 50_000.0
    discharge_w: float = 0.0

    @property
    def line(self) -> Line:
        """Return what the station's controller is built to know of it."""
        if self.dc:
            most = self.max_power_w / _DC_NOMINAL_V
            return Line(dc=True, voltage_v=_DC_NOMINAL_V, phases=1, max_current_a=most, least_a=0.0)
        return Line(voltage_v=self.voltage_v, phases=self.phases, max_current_a=self.max_current_a)

    def limited(self, current_a: float, power_w: float, phases: int, discharge_w: float = 0.0) -> "Supply":
        """Return it with a limit: of each phase and their number for AC, of power for DC; and with what it takes."""
        taken_w = min(self.most_w, discharge_w)
        if self.dc:
            return replace(self, max_power_w=min(self.max_power_w, power_w), discharge_w=taken_w)
        return replace(
            self,
            max_current_a=min(self.max_current_a, current_a),
            phases=max(1, min(self.phases, phases)),
            discharge_w=taken_w,
        )

    @property
    def most_w(self) -> float:
        """Return the greatest power that this can give."""
        return self.max_power_w if self.dc else self.phases * self.voltage_v * self.max_current_a


@dataclass(frozen=True, slots=True)
class Flow:
    """What flows at one instant; the power is `voltage_v * current_a * phases`, `current_a` that of each phase.

    Below 0 it flows from the EV to the grid.
    """

    voltage_v: float
    current_a: float
    phases: int

    @property
    def power_w(self) -> float:
        """Return the active power."""
        return self.voltage_v * self.current_a * self.phases


@dataclass(slots=True, kw_only=True)
class Vehicle:
    """An EV.

    Attributes:
        stored_wh: what the battery holds; it falls only where the EV is bidirectional.
        target: the share of the capacity at which the EV stops drawing.
        taper_from: the share above which the battery takes less and less, linearly, down to a tenth when full.
        efficiency: how much of what flows in is stored, and how much of what is taken out flows back.
        contract: for Plug & Charge; None for an EV that does not do that.
        iso15118: it says what it needs, and plans within what it is offered.
        bidirectional: it gives energy back where it is told to, down to `reserve`, a share of the capacity.
    """

    capacity_wh: float = 60_000.0
    stored_wh: float = 15_000.0
    target: float = 1.0
    phases: int = 3
    max_current_a: float = 16.0
    max_power_w: float = 100_000.0
    taper_from: float = 0.8
    efficiency: float = 0.92
    contract: Contract | None = None
    iso15118: bool = False
    bidirectional: bool = False
    reserve: float = 0.2

    @property
    def soc(self) -> float:
        """Return the state of charge, 0 to 1."""
        return self.stored_wh / self.capacity_wh

    @property
    def wanted_wh(self) -> float:
        """Return what must still flow in until the target; 0.0 when it is reached."""
        return max(0.0, self.target * self.capacity_wh - self.stored_wh) / self.efficiency

    @property
    def spare_wh(self) -> float:
        """Return what can still flow back."""
        left = self.stored_wh - self.reserve * self.capacity_wh
        return max(0.0, left) * self.efficiency if self.bidirectional else 0.0

    def gives(self, supply: Supply) -> bool:
        """Tell whether it gives energy to what wants to take it."""
        return supply.discharge_w > 0 and self.spare_wh > 0.001

    @property
    def full(self) -> bool:
        """Tell whether the target is reached, to a thousandth of a Wh."""
        return self.wanted_wh < 0.001

    def acceptance(self) -> float:
        """Return the share of its maximum that the battery takes at this state of charge."""
        if self.soc <= self.taper_from:
            return 1.0
        return max(_FLOOR, 1.0 - (1.0 - _FLOOR) * (self.soc - self.taper_from) / (1.0 - self.taper_from))

    def needs(self, supply: Supply) -> dict[str, Any]:
        """Return what it needs in OCPP's words (ChargingNeedsType); both ways is ISO 15118-20, in 2.1 only."""
        wanted = round(self.wanted_wh)
        if self.bidirectional:
            most = min(self.max_power_w, supply.most_w)
            both = {"maxChargePower": most, "maxDischargePower": most, "evTargetEnergyRequest": float(wanted)}
            way = "DC_BPT" if supply.dc else "AC_BPT"
            return {"requestedEnergyTransfer": way, "controlMode": "ScheduledControl", "v2xChargingParameters": both}
        if supply.dc:
            return {
                "requestedEnergyTransfer": "DC",
                "dcChargingParameters": {
                    "evMaxCurrent": round(self.max_power_w / _DC_NOMINAL_V),
                    "evMaxVoltage": round(_DC_EMPTY_V + _DC_SWING_V),
                    "evMaxPower": round(self.max_power_w),
                    "energyAmount": wanted,
                    "evEnergyCapacity": round(self.capacity_wh),
                    "stateOfCharge": min(100, int(self.soc * 100)),
                },
            }
        phases = min(self.phases, supply.phases)
        return {
            "requestedEnergyTransfer": "AC_single_phase" if phases == 1 else "AC_three_phase",
            "acChargingParameters": {
                "energyAmount": wanted,
                "evMinCurrent": 6,
                "evMaxCurrent": round(self.max_current_a),
                "evMaxVoltage": round(supply.voltage_v),
            },
        }

    def plan(self, offered: ChargingSchedule, supply: Supply) -> ChargingSchedule:
        """Return how it will charge within a schedule: as much as it can in each period."""
        most = self._most(offered.unit, supply)
        periods = [
            replace(period, limit=None if period.limit is None else min(period.limit, most))
            for period in offered.periods
        ]
        return replace(offered, periods=periods)

    def _most(self, unit: RateUnit, supply: Supply) -> float:
        phases = min(self.phases, supply.phases)
        if unit is RateUnit.A:
            return self.max_power_w / _DC_NOMINAL_V if supply.dc else self.max_current_a
        return self.max_power_w if supply.dc else self.max_current_a * supply.voltage_v * phases

    def draw(self, supply: Supply, ramp: float = 1.0) -> Flow:
        """Return what the EV draws from `supply`; `ramp` (0 to 1) scales it while the EV starts up."""
        voltage = _DC_EMPTY_V + _DC_SWING_V * self.soc
        if self.gives(supply):
            return self._give(supply, voltage, ramp)
        share = 0.0 if self.full else self.acceptance() * ramp
        if supply.dc:
            return Flow(voltage, min(self.max_power_w, supply.max_power_w) * share / voltage, 1)
        current = min(self.max_current_a, supply.max_current_a) * share
        return Flow(supply.voltage_v, current, min(self.phases, supply.phases))

    def take(self, flow: Flow, seconds: float) -> float:
        """Store what `flow` brings in `seconds`, at most up to the target; return what flowed in, in Wh.

        Below 0 it is what flowed back, at most down to the reserve.
        """
        energy_wh = min(flow.power_w * seconds / 3600.0, self.wanted_wh)
        if energy_wh < 0:
            energy_wh = max(energy_wh, -self.spare_wh)
            self.stored_wh += energy_wh / self.efficiency
        else:
            self.stored_wh += energy_wh * self.efficiency
        return energy_wh

    def _give(self, supply: Supply, voltage: float, ramp: float) -> Flow:
        power_w = min(self.max_power_w, supply.discharge_w) * ramp
        if supply.dc:
            return Flow(voltage, -power_w / voltage, 1)
        phases = min(self.phases, supply.phases)
        current = min(self.max_current_a * ramp, power_w / supply.voltage_v / phases)
        return Flow(supply.voltage_v, -current, phases)
