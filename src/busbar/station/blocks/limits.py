"""How far transactions may go: 2.1's limits in cost, energy, time and charge (E16), and what an invalid token may have.

It must not know who set a limit, nor what anything costs.
"""

from dataclasses import dataclass, fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final

from busbar.model.facts import TransactionLimit
from busbar.model.values import StopReason
from busbar.station.blocks.block import Block
from busbar.station.blocks.costs import Costs
from busbar.station.blocks.evse import Evse, Transaction
from busbar.station.blocks.transactions import STATE, Cause

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

TIMER: Final = "limit"
LOOK_S: Final = 10.0
_COST: Final = Cause("CostLimitReached", StopReason.LOCAL_OUT_OF_CREDIT)
_ENERGY: Final = Cause("EnergyLimitReached", StopReason.ENERGY_LIMIT_REACHED)
_TIME: Final = Cause("TimeLimitReached", StopReason.TIME_LIMIT_REACHED)
_SOC: Final = Cause("SoCLimitReached", StopReason.SOC_LIMIT_REACHED)
_NONE: Final = TransactionLimit()


@dataclass(slots=True)
class Watch:
    """A transaction that is watched: its limit, and the register that an invalid token may reach.

    `ordered`: what of the limit the CSMS said. `soc`: the last that was measured, since nothing is while energy is
    withheld.
    """

    transaction: Transaction
    limit: TransactionLimit = _NONE
    ordered: TransactionLimit = _NONE
    register_wh: int | None = None
    soc: float | None = None


class Limits(Block):
    """Withholds energy from, or ends, what reached its limit. Made for the first limit of a station."""

    __slots__ = ("_board", "_evses", "_transactions", "_variables", "_watches")

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        cabinet = fittings.cabinet
        self._board, self._variables, self._evses = cabinet.board, cabinet.variables, cabinet.evses
        self._transactions = fittings.transactions
        self._watches: dict[int, Watch] = {}

    def take(self, evse: Evse, limit: TransactionLimit) -> None:
        """Take a limit from the CSMS and confirm it (E16.FR.03); what it leaves out stays (E16.FR.17)."""
        watch = self._watch(evse)
        watch.ordered = replace(watch.ordered, **_given(limit))
        self._take(evse, watch, limit)

    def choose(self, evse: Evse, limit: TransactionLimit) -> None:
        """Take a limit from the driver or a payment and tell it; never above the CSMS's (E16.FR.01, .04)."""
        watch = self._watch(evse)
        ordered = _given(watch.ordered)
        own = {name: min(value, ordered.get(name, value)) for name, value in _given(limit).items()}
        self._take(evse, watch, TransactionLimit(**own))

    def _take(self, evse: Evse, watch: Watch, limit: TransactionLimit) -> None:
        merged = replace(watch.limit, **_given(limit))
        if merged != watch.limit:
            watch.limit = merged
            self._transactions.tell_limit(evse, limit)

    def allow(self, evse: Evse, energy_wh: int) -> None:
        """Let a token that was found invalid have so much energy from now on (C15.FR.07)."""
        watch = self._watch(evse)
        if watch.register_wh is None:
            watch.register_wh = evse.register_wh + energy_wh

    def look(self, _: str) -> None:
        """Wake up: what there is to do about limits is done after every event."""

    def refresh(self) -> None:
        """Act on limits that are reached, or that are not any more (E16.FR.05, .06, .10, .14)."""
        for number, watch in list(self._watches.items()):
            evse = self._evses[number]
            if evse.transaction is not watch.transaction:
                del self._watches[number]
                continue
            self._act(evse, watch)
            if evse.transaction is watch.transaction:
                self._board.set_timer(f"{TIMER}/{number}", self._wait_s(evse, watch))

    def _act(self, evse: Evse, watch: Watch) -> None:
        if watch.register_wh is not None and evse.register_wh >= watch.register_wh and not evse.suspended:
            evse.suspended = True
            self._transactions.settle(evse, STATE)
        reached = self._reached(evse, watch)
        if reached is None:
            if evse.spent:
                evse.spent = False
                self._transactions.settle(evse, STATE)
        elif "EnergyTransfer" in self._variables.members("TxStopPoint"):
            self._transactions.end(evse, reached)
        elif not evse.spent:
            evse.spent = True
            self._transactions.settle(evse, reached)

    def _reached(self, evse: Evse, watch: Watch) -> Cause | None:
        limit, began = watch.limit, watch.transaction
        watch.soc = next((sample.value for sample in evse.samples if sample.measurand == "SoC"), watch.soc)
        seconds = (self._board.now - began.started_at).total_seconds()  # E16.FR.09
        if limit.max_energy_wh is not None and evse.register_wh - began.start_wh >= limit.max_energy_wh:
            return _ENERGY
        if limit.max_time_s is not None and seconds >= limit.max_time_s:
            return _TIME
        if limit.max_cost is not None:
            total = self.fittings.get(Costs).total(evse)  # E16.FR.15, .16
            if total is not None and total >= Decimal(str(limit.max_cost)):
                return _COST
        if limit.max_soc_pct is not None and watch.soc is not None and watch.soc >= limit.max_soc_pct:
            return _SOC
        return None

    def _wait_s(self, evse: Evse, watch: Watch) -> float:
        waits = [LOOK_S] if evse.offered else [3600.0]
        if watch.limit.max_time_s is not None:
            end = watch.transaction.started_at + timedelta(seconds=watch.limit.max_time_s)
            waits.append((end - self._board.now).total_seconds())
        return max(1.0, min(waits))

    def _watch(self, evse: Evse) -> Watch:
        transaction = evse.transaction
        assert transaction is not None
        watch = self._watches.get(evse.number)
        if watch is None or watch.transaction is not transaction:
            watch = self._watches[evse.number] = Watch(transaction)
        return watch

    TIMERS: ClassVar = {TIMER: look}


def _given(limit: TransactionLimit) -> dict[str, Any]:
    return {field.name: value for field in fields(limit) if (value := getattr(limit, field.name)) is not None}
