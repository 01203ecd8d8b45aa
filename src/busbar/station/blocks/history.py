"""The readings of a transaction over time, for its end (J02 and E06 with 1.6 §3.16, §9.1: StopTxn…Data, TxEnded…).

It must not know how transactions begin and end. A power cut costs no reading.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

import msgspec

from busbar.model.values import Reading
from busbar.protocol.versions import Rules
from busbar.station.blocks import metering
from busbar.station.blocks.block import Block
from busbar.station.blocks.evse import Evse
from busbar.station.blocks.variables import Variables
from busbar.station.effects import SetTimer, StopTimer

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

LIMIT: Final = 100
TIMER: Final = "history"
_PREFIX: Final = "history/"


class Series(NamedTuple):
    """Which settings say how often and what is read, and in which context."""

    interval: str
    measurands: str
    context: str


_OF_16: Final = {
    "sampled": Series("MeterValueSampleInterval", "StopTxnSampledData", metering.PERIODIC),
    "aligned": Series("ClockAlignedDataInterval", "StopTxnAlignedData", metering.CLOCK),
}
_OF_2X: Final = {
    "sampled": Series("TxEndedInterval", "TxEndedMeasurands", metering.PERIODIC),
    "aligned": Series("AlignedTxEndedInterval", "AlignedTxEndedMeasurands", metering.CLOCK),
}


def series(rules: Rules) -> dict[str, Series]:
    """Return a version's series."""
    return _OF_2X if rules.transaction_events else _OF_16


def wanted(variables: Variables, rules: Rules) -> bool:
    """Whether the end of a transaction is to tell readings over time."""
    return any(variables.number(one.interval) and variables.text(one.measurands) for one in series(rules).values())


class History(Block):
    """What was read of the transactions that go on; kept, each reading for itself."""

    __slots__ = ("_board", "_evses", "_next", "_readings", "_series", "_variables")

    KEPT: ClassVar = _PREFIX

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        cabinet = fittings.cabinet
        self._board, self._variables, self._evses = cabinet.board, cabinet.variables, cabinet.evses
        self._series = series(self._board.rules)
        self._readings: dict[int, dict[str, Reading]] = {}
        self._next = 0
        for key, raw in self._board.saved(_PREFIX):
            _, number, count = key.split("/")
            self._readings.setdefault(int(number), {})[key] = msgspec.json.decode(raw, type=Reading)
            self._next = max(self._next, int(count) + 1)

    def power_on(self) -> None:
        """Let go what belongs to no transaction any more."""
        for number in list(self._readings):
            if number not in self._evses or self._evses[number].transaction is None:
                self._forget(number)

    def begin(self, evse: Evse) -> None:
        """Begin with a transaction."""
        self._forget(evse.number)
        self._add(evse, metering.BEGIN, self._series["sampled"].measurands)
        for name, one in self._series.items():
            if interval_s := self._variables.number(one.interval):
                self._schedule(evse, name, interval_s)

    def due(self, which: str) -> None:
        """Read what is due: `evse/series`."""
        number, _, name = which.partition("/")
        evse, one = self._evses[int(number)], self._series[name]
        interval_s = self._variables.number(one.interval)
        if evse.transaction is not None and interval_s:
            self._add(evse, one.context, one.measurands)
            self._schedule(evse, name, interval_s)

    def finish(self, evse: Evse) -> list[Reading]:
        """Return what was read since the beginning, and let it go."""
        readings = [*self._readings.get(evse.number, {}).values()]
        self._forget(evse.number)
        return readings

    def _add(self, evse: Evse, context: str, measurands: str) -> None:
        held = self._readings.setdefault(evse.number, {})
        for reading in metering.read(evse, self._board.now, context, self._variables.members(measurands)):
            key = f"{_PREFIX}{evse.number}/{self._next:09d}"
            self._next += 1
            held[key] = reading
            self._board.keep(key, reading)
        if len(held) > LIMIT:
            for key in [*held][1:-1:2]:  # E06.FR.13, J02.FR.20: from between, never the first or the last
                del held[key]
                self._board.forget(key)

    def _schedule(self, evse: Evse, name: str, interval_s: int) -> None:
        now = self._board.now
        aligned = name == "aligned"
        at = metering.next_mark(now, interval_s) if aligned else now + timedelta(seconds=interval_s)
        self._board.do(SetTimer(f"{TIMER}/{evse.number}/{name}", at))

    def _forget(self, number: int) -> None:
        for key in self._readings.pop(number, {}):
            self._board.forget(key)
        for name in self._series:
            self._board.do(StopTimer(f"{TIMER}/{number}/{name}"))

    TIMERS: ClassVar = {TIMER: due}
