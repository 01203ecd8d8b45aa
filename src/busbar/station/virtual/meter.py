"""A virtual energy meter: a register in whole Wh that loses no fraction, and samples that agree with each other.

It must not know what is charged or why.
"""

from dataclasses import dataclass
from typing import Final, Self

from busbar.model.values import Sample
from busbar.station.counter import Counter
from busbar.station.virtual.vehicle import Flow

_DIAL_WH: Final = 10_000_000
_LINES: Final = ("L1", "L2", "L3")


@dataclass(slots=True)
class Ledger:
    """The energy import register: whole Wh that never fall, and the fraction (0 to 1) that is not counted yet."""

    register_wh: int = 0
    fraction_wh: float = 0.0

    def add(self, energy_wh: float) -> None:
        """Count energy. Raises ValueError for less than nothing."""
        if energy_wh < 0:
            raise ValueError("a register never falls")
        total = self.fraction_wh + energy_wh
        self.register_wh += int(total)
        self.fraction_wh = total - int(total)

    def dump(self) -> bytes:
        """Return what `load` makes the same ledger of."""
        return f"{self.register_wh} {self.fraction_wh!r}".encode()

    @classmethod
    def load(cls, saved: bytes) -> Self:
        """Make a ledger of what `dump` gave. Raises ValueError for anything else."""
        register, fraction = saved.split()
        return cls(int(register), float(fraction))


class Dial:
    """A counter with seven digits that is at its last, and what makes the register of it again (see `counter`)."""

    __slots__ = ("_counter", "_zero_wh")

    def __init__(self, register_wh: int) -> None:
        self._zero_wh = register_wh - (_DIAL_WH - 1)
        self._counter = Counter(_DIAL_WH - 1, self._zero_wh)

    def shows(self, register_wh: int) -> int:
        """Return what the digits say."""
        return (register_wh - self._zero_wh) % _DIAL_WH

    def read(self, register_wh: int) -> int:
        """Return the register, by nothing but the digits."""
        return self._counter.read(self.shows(register_wh), _DIAL_WH)


def samples(flow: Flow, soc: float | None = None, exported_wh: int | None = None) -> tuple[Sample, ...]:
    """Return what a meter shows besides its register: W, A and V (per phase for more than one), % from the EV (DC).

    With `exported_wh`, the other register, also what flows back.
    """
    found = [Sample("Power.Active.Import", round(max(0.0, flow.power_w), 1), "W")]
    if exported_wh is not None:
        found.append(Sample("Power.Active.Export", round(max(0.0, -flow.power_w), 1), "W"))
        found.append(Sample("Energy.Active.Export.Register", float(exported_wh), "Wh"))
    current, voltage = round(max(0.0, flow.current_a), 3), round(flow.voltage_v, 1)
    if soc is not None:
        found.append(Sample("Current.Import", current, "A"))
        found.append(Sample("Voltage", voltage, "V"))
        found.append(Sample("SoC", round(soc * 100, 1), "Percent", location="EV"))
        return tuple(found)
    for line in _LINES[: flow.phases]:
        found.append(Sample("Current.Import", current, "A", phase=line))
        found.append(Sample("Voltage", voltage, "V", phase=f"{line}-N"))
    return tuple(found)
