"""Resets (B11, B12; 1.6 §5.14): end what runs, let the end reach the CSMS if it will, restart.

It must not know what a restart does; what must survive it is kept by others.
"""

from typing import Final

from busbar.model.orders import Outcome, Reset, ResetKind
from busbar.model.values import StopReason
from busbar.station.blocks.cabinet import Cabinet
from busbar.station.blocks.provisioning import Provisioning
from busbar.station.blocks.transactions import Cause, Transactions
from busbar.station.effects import Restart

TIMER: Final = "restart"
GRACE_S: Final = 5

_OF_16: Final = {ResetKind.IMMEDIATE: StopReason.HARD_RESET, ResetKind.ON_IDLE: StopReason.SOFT_RESET}
_AT_ONCE: Final = "RemoteReset"
_LATER: Final = "ScheduledReset"


class Resetting:
    """Performs resets.

    Attributes:
        begun: a restart is under way: nothing new may start.
        done: Restart was yielded: this core is at its end.
    """

    def __init__(self, cabinet: Cabinet, transactions: Transactions, provisioning: Provisioning) -> None:
        self._board = cabinet.board
        self._outbox = cabinet.outbox
        self._evses = cabinet.evses
        self._transactions = transactions
        self._provisioning = provisioning
        self._waiting = False
        self.begun = False
        self.done = False

    @property
    def near(self) -> bool:
        """Whether a restart waits or is under way: EVSEs may be out of service for its sake alone."""
        return self._waiting or self.begun

    def order(self, reset: Reset) -> Outcome:
        """Take an order to reset the station or an EVSE."""
        if reset.kind not in _OF_16:
            # no transaction is resumed here, so 2.1's ImmediateAndResume cannot be promised
            return Outcome(status="Rejected", reason="UnsupportedRequest")
        if reset.evse is not None and reset.evse not in self._evses:
            return Outcome(status="Rejected", reason="UnknownEvse")
        concerned = [evse for evse in self._transactions.ongoing if reset.evse in (None, evse.number)]
        waits = reset.kind is ResetKind.ON_IDLE and self._board.rules.idle_reset_waits
        if concerned and waits:  # B12.FR.01; an EVSE is as after a reset once its transaction has ended
            self._waiting = self._waiting or reset.evse is None
            return Outcome(status="Scheduled")
        two = self._board.rules.transaction_events
        cause = Cause("ResetCommand", StopReason.IMMEDIATE_RESET if two else _OF_16[reset.kind])
        for evse in concerned if reset.evse is None else [self._evses[reset.evse]]:
            self._transactions.end(evse, cause)  # B12.FR.04, .08
        if reset.evse is None:
            self.begin(_AT_ONCE)
        return Outcome(status="Accepted")

    def close(self) -> None:
        """Take what is free out of service while a restart waits for the rest (B12)."""
        if self._waiting:
            for evse in self._evses.values():
                if evse.transaction is None and evse.operative:
                    evse.operative = False
                    evse.deauthorize()

    def refresh(self) -> None:
        """Go on with a reset as soon as the way is free: no transaction, nothing left to deliver."""
        if self._waiting and not self._transactions.ongoing:
            self.begin(_LATER)
        if self.begun and not self.done and (self._outbox.idle or not self._outbox.online):
            self.restart()

    def restart(self) -> None:
        """Restart now; what was not delivered waits in the queue (B12.FR.05)."""
        if self.begun and not self.done:
            self.done = True
            self._board.do(Restart())

    def begin(self, reason: str) -> None:
        """Restart for a BootReasonEnumType, as soon as what there is to tell is told; no transaction may run."""
        self._waiting = False
        self.begun = True
        for evse in self._evses.values():  # B11.FR.03; whoever is being authorised, or was to plug in, comes too late
            evse.operative = False
            evse.deauthorize()
        self._provisioning.note_restart(reason)
        self._board.set_timer(TIMER, GRACE_S)
