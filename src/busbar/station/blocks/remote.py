"""What the CSMS does from afar (block F; 1.6 §5.11, §5.12, §5.17, §5.18): start, stop, unlock, trigger.

It must not know how an order arrived; it returns what to answer.
"""

from typing import TYPE_CHECKING, Final

from busbar.model.orders import Outcome, StartTransaction, StopTransaction, Trigger, Unlock
from busbar.station.blocks.authorization import Authorization
from busbar.station.blocks.cabinet import Cabinet
from busbar.station.blocks.evse import Evse, exists
from busbar.station.blocks.outbox import Registration
from busbar.station.blocks.registry import TRIGGERS
from busbar.station.blocks.transactions import REMOTE_STOP, UNLOCKED, Transactions
from busbar.station.effects import Lock

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

_ACCEPTED: Final = "Accepted"
_REJECTED: Final = "Rejected"


class RemoteControl:
    """Starts, stops and unlocks for the CSMS."""

    def __init__(self, cabinet: Cabinet, transactions: Transactions, authorization: Authorization) -> None:
        self._board = cabinet.board
        self._outbox = cabinet.outbox
        self._evses = cabinet.evses
        self._transactions = transactions
        self._authorization = authorization

    def start(self, order: StartTransaction) -> Outcome:
        """Authorise an EVSE for a token; the transaction starts at its start point (F01, F02)."""
        evse = self.choose(order)
        if self._outbox.registration is not Registration.ACCEPTED:  # B02.FR.05
            return Outcome(status=_REJECTED)
        if evse is None or not evse.free or not self._authorization.open_to(evse, order.token, order.group):
            # F02.FR.25, .26, H01.FR.07
            return Outcome(status=_REJECTED)
        ongoing = evse.transaction.id if evse.transaction is not None else None
        self._authorization.start_remotely(evse, order.token, order.remote_start_id, order.group)
        return Outcome(status=_ACCEPTED, transaction_id=ongoing)

    def choose(self, order: StartTransaction) -> Evse | None:
        """Return the EVSE that an order to start is for: the one it names, else a free one."""
        return self._evses.get(order.evse) if order.evse is not None else self._select(order)

    def stop(self, order: StopTransaction) -> Outcome:
        """End the authorisation of a transaction (F03)."""
        evse = self._transactions.find(order.transaction_id)
        if evse is None or self._outbox.registration is not Registration.ACCEPTED:  # F03.FR.08, B02.FR.05
            return Outcome(status=_REJECTED)
        evse.deauthorize()
        self._transactions.settle(evse, REMOTE_STOP)
        return Outcome(status=_ACCEPTED)

    def unlock(self, order: Unlock) -> Outcome:
        """Release a cable (F05; 1.6 §5.18)."""
        ends = self._board.rules.unlock_ends_transaction
        evse = self._evses.get(order.place.evse or 0)
        if evse is None or not exists(order.place, self._evses):  # F05.FR.03
            return Outcome(status="NotSupported" if ends else "UnknownConnector")
        if evse.transaction is not None and evse.token is not None and not ends:
            return Outcome(status="OngoingAuthorizedTransaction")
        if ends:
            self._transactions.end(evse, UNLOCKED)
        evse.locked = False
        self._board.do(Lock(evse.number, False))  # F05.FR.06
        return Outcome(status="Unlocked")

    def _select(self, order: StartTransaction) -> Evse | None:
        return self._authorization.find_free(order.token, order.group)


class Triggers:
    """Sends the messages that the CSMS asks for (F06; 1.6 §5.17)."""

    def __init__(self, fittings: "Fittings") -> None:
        self._fittings = fittings
        self._board = fittings.cabinet.board
        self._outbox = fittings.cabinet.outbox
        self._evses = fittings.cabinet.evses
        self._provisioning = fittings.provisioning
        self._availability = fittings.availability
        self._transactions = fittings.transactions
        self._readings = fittings.readings

    def order(self, trigger: Trigger) -> Outcome:
        """Send a message, for one EVSE or for all (F06.FR.11)."""
        number = trigger.place.evse
        if not exists(trigger.place, self._evses):
            return Outcome(status=_REJECTED)
        return Outcome(status=self._send(trigger.message, number))

    def _send(self, message: str, number: int | None) -> str:
        evses = [*self._evses.values()] if number is None else [self._evses[number]]
        match message:
            case "BootNotification":
                return self._boot()
            case "Heartbeat":
                self._provisioning.beat(solicited=True)
            case "StatusNotification":
                if number is None:
                    self._availability.report_station(solicited=True)
                for evse in evses:
                    self._availability.report(evse, solicited=True)
            case "MeterValues":
                told = [self._readings.tell(evse) for evse in evses]
                return _ACCEPTED if any(told) else _REJECTED
            case "TransactionEvent" if self._board.rules.transaction_events:
                told = [self._transactions.trigger(evse) for evse in evses]
                return _ACCEPTED if any(told) else _REJECTED  # F06.FR.10: what is accepted has to be sent
            case _ if message in TRIGGERS:
                block, send = TRIGGERS[message]
                return str(send(self._fittings.get(block), number))
            case _:
                return "NotImplemented"  # F06.FR.08
        return _ACCEPTED

    def _boot(self) -> str:
        if self._outbox.registration is Registration.ACCEPTED:  # F06.FR.17
            return _REJECTED
        self._provisioning.boot("Triggered")
        return _ACCEPTED
