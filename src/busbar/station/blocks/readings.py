"""Meter readings beside the periodic samples: at clock marks (J01, 1.6 §9.1.3) and when the CSMS asks (F06.FR.06).

It must not know how transactions begin and end.
"""

from typing import Final

from busbar.model.facts import MeterRead
from busbar.station.blocks import metering
from busbar.station.blocks.cabinet import Cabinet
from busbar.station.blocks.evse import Evse
from busbar.station.blocks.outbox import Call
from busbar.station.blocks.transactions import Transactions
from busbar.station.effects import SetTimer, StopTimer

TIMER: Final = "aligned"


class Readings:
    """Reports readings of EVSEs in and out of transactions."""

    def __init__(self, cabinet: Cabinet, transactions: Transactions) -> None:
        self._board = cabinet.board
        self._variables = cabinet.variables
        self._outbox = cabinet.outbox
        self._queue = cabinet.queue
        self._evses = cabinet.evses
        self._transactions = transactions
        self._scheduled = False

    def schedule(self) -> None:
        """Set the timer for the next clock mark; an interval of 0 means none."""
        interval_s = self._variables.number("ClockAlignedDataInterval")
        if interval_s:
            self._scheduled = True
            self._board.do(SetTimer(TIMER, metering.next_mark(self._board.now, interval_s)))
        elif self._scheduled:
            self._scheduled = False
            self._board.do(StopTimer(TIMER))

    def mark(self) -> None:
        """Report every EVSE at a clock mark: with its transaction where there is one (J01.FR.14, .22)."""
        idle = self._variables.flag("AlignedDataSendDuringIdle")
        for evse in () if idle and self._transactions.ongoing else self._evses.values():  # J01.FR.20
            fact = self._read(evse, metering.CLOCK, "MeterValuesAlignedData")
            if fact is not None and evse.transaction is not None:
                self._transactions.attach(evse, fact)
            elif fact is not None:
                self._outbox.say(Call(fact))
        self.schedule()

    def tell(self, evse: Evse) -> bool:
        """Report an EVSE's present reading because the CSMS asked; False where there is nothing to read."""
        two = self._board.rules.transaction_events
        # 1.6 §5.17 and F06.FR.06 want different measurands
        fact = self._read(evse, metering.TRIGGER, "MeterValuesAlignedData" if two else "MeterValuesSampledData")
        if fact is None:
            return False
        if evse.transaction is not None and not two:
            fact.transaction_id = self._queue.csms_id(evse.transaction.id)
        self._outbox.say(Call(fact, solicited=True))
        return True

    def _read(self, evse: Evse, context: str, measurands: str) -> MeterRead | None:
        readings = metering.read(evse, self._board.now, context, self._variables.members(measurands))
        return MeterRead(place=evse.place, readings=readings) if readings else None
