"""Transactions from their start point to their stop point (block E, 1.6 §4.8 and §4.10), and the energy they are given.

It must not know who asked for a start or a stop, nor how a message is delivered.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from busbar.model.facts import MeterRead, TransactionEnded, TransactionLimit, TransactionStarted, TransactionUpdated
from busbar.model.values import ChargingState, IdToken, Reading, StopReason
from busbar.station.blocks import history, metering
from busbar.station.blocks.cabinet import Cabinet
from busbar.station.blocks.costs import Costs, fallback
from busbar.station.blocks.evse import Evse, Transaction
from busbar.station.blocks.history import History
from busbar.station.blocks.ledger import Ledger
from busbar.station.blocks.queue import TransactionFact
from busbar.station.blocks.tariffs import Tariffs
from busbar.station.effects import Lock, SetTimer, Show, StopTimer, SwitchContactor

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

_PREFIX: Final = "transaction/"
BAY: Final = "ParkingBayOccupancy"


class Cause(NamedTuple):
    """Why something about a transaction changes: the 2.x trigger, and the reason where it ends one."""

    trigger: str
    reason: StopReason | None = None


PLUGGED_IN: Final = Cause("CablePluggedIn")
DETECTED: Final = Cause("EVDetected")
DEPARTED: Final = Cause("EVDeparted", StopReason.LOCAL)
AUTHORIZED: Final = Cause("Authorized")
REMOTE_START: Final = Cause("RemoteStart")
RATE: Final = Cause("ChargingRateChanged")
MODE: Final = Cause("OperationModeChanged")
STATE: Final = Cause("ChargingStateChanged")
TRIGGER: Final = Cause("Trigger")
PERIODIC: Final = Cause("MeterValuePeriodic")
LOCAL_STOP: Final = Cause("StopAuthorized", StopReason.LOCAL)
MASTER_PASS: Final = Cause("StopAuthorized", StopReason.MASTER_PASS)
LIMIT_SET: Final = Cause("LimitSet")
REMOTE_STOP: Final = Cause("RemoteStop", StopReason.REMOTE)
UNPLUGGED: Final = Cause("EVCommunicationLost", StopReason.EV_DISCONNECTED)
DEAUTHORIZED: Final = Cause("Deauthorized", StopReason.DE_AUTHORIZED)
NOT_PLUGGED_IN: Final = Cause("EVConnectTimeout", StopReason.TIMEOUT)
UNLOCKED: Final = Cause("UnlockCommand", StopReason.UNLOCK_COMMAND)
TARIFF_REFUSED: Final = Cause("TariffNotAccepted", StopReason.DE_AUTHORIZED)
POWER_LOSS: Final = Cause("AbnormalCondition", StopReason.POWER_LOSS)


def holding(evse: Evse) -> set[str]:
    """Return the start and stop points that hold now (E01.FR.01 to .06)."""
    authorized = evse.token is not None
    points = {
        BAY: evse.parked or evse.plugged,
        "EVConnected": evse.plugged,
        "Authorized": authorized,
        "PowerPathClosed": evse.plugged and authorized,
        "EnergyTransfer": evse.offered and evse.drawing,
    }
    return {point for point, holds in points.items() if holds}


def _trigger(evse: Evse, cause: Cause) -> str:
    # F02.FR.21: the first message after a remote start says so, whatever else happened
    return cause.trigger if evse.remote_start_id is None else REMOTE_START.trigger


def _last(state: ChargingState) -> ChargingState:
    # an EV that has enough is offered nothing any more once its transaction is over
    return ChargingState.EV_CONNECTED if state is ChargingState.SUSPENDED_EV else state


class Transactions:
    """The transactions of all EVSEs.

    Attributes:
        fittings: the other blocks, as soon as they are put together.
    """

    fittings: "Fittings"

    def __init__(self, cabinet: Cabinet, new_id: Callable[[], str]) -> None:
        board = self._board = cabinet.board
        self._variables = cabinet.variables
        self._outbox = cabinet.outbox
        self._queue = cabinet.queue
        evses = self._evses = cabinet.evses
        self._new_id = new_id
        self.ledger = Ledger(board)
        for _, raw in board.saved(_PREFIX):
            transaction = msgspec.json.decode(raw, type=Transaction)
            if transaction.evse in evses:
                evses[transaction.evse].transaction = transaction
                evses[transaction.evse].register_wh = transaction.last_wh

    @property
    def ongoing(self) -> list[Evse]:
        """The EVSEs with a transaction."""
        return [evse for evse in self._evses.values() if evse.transaction is not None]

    def find(self, transaction_id: str) -> Evse | None:
        """Return where a transaction goes on, by the id that the protocol uses for it."""
        by_station = self._board.rules.transaction_events
        for evse in self.ongoing:
            own = evse.transaction.id if evse.transaction else ""
            if transaction_id == (own if by_station else self._queue.csms_id(own)):
                return evse
        return None

    def end_lost(self) -> None:
        """End what went on when power was lost, at the last instant that is proven."""
        for evse in self.ongoing:
            if evse.transaction is not None:
                if self._board.rules.local_tariffs:
                    self.fittings.get(Costs)
                self._end(evse, evse.transaction, POWER_LOSS, None, at=evse.transaction.seen_at)

    def settle(self, evse: Evse, cause: Cause, token: IdToken | None = None) -> None:
        """Draw the consequences of a change at an EVSE: start, stop, report, give or withhold energy.

        `token` is what the driver presented, where that was the cause.
        """
        self._offer(evse)
        points = holding(evse)
        transaction = evse.transaction
        if transaction is None:
            if (
                evse.fault is None
                and evse.operative
                and points.intersection(self._points("TxStartPoint", "PowerPathClosed"))
            ):
                self._begin(evse, cause, points)
        else:
            transaction.reached |= points
            if evse.token is None and transaction.reason is None:
                transaction.reason = cause.reason
            if self._over(transaction, points):
                self._end(evse, transaction, cause, token)
            elif cause is not STATE or evse.charging_state is not evse.told:
                self._update(evse, transaction, cause, token)
        self._lock(evse)

    def sample(self, evse: Evse) -> None:
        """Report a periodic sample and set the timer for the next."""
        transaction = evse.transaction
        if transaction is None:
            return
        measurands = self._variables.members("MeterValuesSampledData")
        readings = metering.read(evse, self._board.now, metering.PERIODIC, measurands)
        if self._board.rules.transaction_events:
            self._say(evse, transaction, self._updated(evse, transaction, PERIODIC, None, readings))
        elif readings:
            self._say(evse, transaction, MeterRead(place=evse.place, readings=readings))
        self._schedule(evse, evse.sample_at)

    def reschedule(self) -> None:
        """Let a new sampling interval hold from now, for the transactions that run, too."""
        for evse in self.ongoing:
            self._board.do(StopTimer(f"sample/{evse.number}"))
            self._schedule(evse, self._board.now)

    def attach(self, evse: Evse, fact: MeterRead) -> None:
        """Queue a reading that belongs to the EVSE's transaction."""
        if evse.transaction is not None:
            self._say(evse, evse.transaction, fact)

    def trigger(self, evse: Evse) -> bool:
        """Report the present state of a transaction because the CSMS asked (F06.FR.07); False where there is none."""
        if evse.transaction is None:
            return False
        measurands = self._variables.members("MeterValuesSampledData")
        readings = metering.read(evse, self._board.now, metering.TRIGGER, measurands)
        self._say(evse, evse.transaction, self._updated(evse, evse.transaction, TRIGGER, None, readings))
        return True

    def tell_limit(self, evse: Evse, limit: TransactionLimit) -> None:
        """Confirm a limit (E16.FR.03)."""
        if evse.transaction is not None:
            fact = self._updated(evse, evse.transaction, LIMIT_SET, None, [])
            fact.limit = limit
            self._say(evse, evse.transaction, fact)

    def refuse_tariff(self, evse: Evse) -> None:
        """End an authorisation because the driver does not accept what it costs (I07.FR.30)."""
        evse.deauthorize()
        self.settle(evse, TARIFF_REFUSED)

    def report(self, evse: Evse, trigger: str) -> None:
        """Report a transaction for a reason of its own."""
        if evse.transaction is not None:
            self._say(evse, evse.transaction, self._updated(evse, evse.transaction, Cause(trigger), None, []))

    def end(self, evse: Evse, cause: Cause) -> None:
        """End an EVSE's transaction and authorisation whatever the stop points are."""
        evse.deauthorize()
        self._offer(evse)
        if evse.transaction is not None:
            self._end(evse, evse.transaction, cause, None)
        self._lock(evse)

    def _points(self, name: str, fixed: str) -> list[str]:
        return self._variables.members(name) if self._board.rules.transaction_events else [fixed]

    def _over(self, transaction: Transaction, points: set[str]) -> bool:
        # E06.FR.02, .03, .06; nobody authorised and no EV is the end whatever the points are
        stops = self._points("TxStopPoint", "Authorized")
        return not points - ({BAY} - set(stops)) or any(point in transaction.reached - points for point in stops)

    def _begin(self, evse: Evse, cause: Cause, points: set[str]) -> None:
        now = self._board.now
        transaction = evse.transaction = Transaction(
            id=self._new_id(),
            evse=evse.number,
            start_wh=evse.register_wh,
            last_wh=evse.register_wh,
            started_at=now,
            seen_at=now,
            token=evse.token,
            group=evse.group,
            reached=points,
        )
        evse.drawn = evse.finished = False
        evse.told = evse.charging_state
        fact = TransactionStarted(transaction_id=None, at=now, place=evse.place, token=evse.token)
        if self._board.rules.transaction_events:
            fact.transaction_id = transaction.id
            fact.seq_no = transaction.seq_no
            fact.trigger = _trigger(evse, cause)
            fact.charging_state = evse.told
            fact.readings = metering.read(evse, now, metering.BEGIN, self._variables.members("TxStartedMeasurands"))
            fact.remote_start_id, evse.remote_start_id = evse.remote_start_id, None  # F02.FR.01
        else:
            fact.meter_wh = float(evse.told_wh)
        fact.reservation_id, evse.reservation_id = evse.reservation_id, None  # H01.FR.15; 1.6 §5.13
        self._say(evse, transaction, fact)
        self._schedule(evse, now)
        if history.wanted(self._variables, self._board.rules):
            self.fittings.get(History).begin(evse)

    def _update(self, evse: Evse, transaction: Transaction, cause: Cause, token: IdToken | None) -> None:
        if cause in (AUTHORIZED, REMOTE_START):  # E02.FR.01
            token = transaction.token = evse.token
            transaction.group = evse.group
            transaction.reason = None
        if self._board.rules.transaction_events:
            self._say(evse, transaction, self._updated(evse, transaction, cause, token, []))

    def _updated(
        self, evse: Evse, transaction: Transaction, cause: Cause, token: IdToken | None, readings: list[Reading]
    ) -> TransactionUpdated:
        evse.told = evse.charging_state
        trigger = _trigger(evse, cause)
        remote_start_id, evse.remote_start_id = evse.remote_start_id, None
        reservation_id, evse.reservation_id = evse.reservation_id, None
        return TransactionUpdated(
            transaction_id=transaction.id,
            at=self._board.now,
            seq_no=transaction.seq_no,
            trigger=trigger,
            place=evse.place,
            token=token,
            readings=readings,
            charging_state=evse.told,
            remote_start_id=remote_start_id,
            operation_mode=evse.mode,
            reservation_id=reservation_id,
        )

    def _end(
        self, evse: Evse, transaction: Transaction, cause: Cause, token: IdToken | None, at: datetime | None = None
    ) -> None:
        at = at or self._board.now
        reason = transaction.reason or cause.reason
        if reason is None and cause is STATE:  # the flow of energy was the stop point (E06 S6)
            reason = StopReason.DE_AUTHORIZED if evse.suspended else StopReason.STOPPED_BY_EV
        fact = TransactionEnded(transaction_id=transaction.id, at=at, place=evse.place, token=token, reason=reason)
        if self._board.rules.transaction_events:
            fact.seq_no = transaction.seq_no
            fact.trigger = cause.trigger
            fact.charging_state = _last(evse.charging_state)
        else:
            fact.meter_wh = float(evse.told_wh)
        fact.readings = self._readings(evse, at)
        if not self._outbox.online and (text := fallback(self._variables, "TotalCostFallbackMessage")):
            self._board.do(Show(text, evse.number))  # I05.FR.02
        self._say(evse, transaction, fact)
        self._board.forget(f"{_PREFIX}{evse.number}")
        self._board.do(StopTimer(f"sample/{evse.number}"))
        self.ledger.book(transaction.id, evse.register_wh - transaction.start_wh)
        evse.transaction = evse.told = None
        evse.drawn = False
        evse.finished = evse.plugged
        evse.deauthorize()
        self._offer(evse)

    def _readings(self, evse: Evse, at: datetime) -> list[Reading]:
        rules, variables = self._board.rules, self._variables
        kept = history.wanted(variables, rules) or self.fittings.known(History) is not None
        past = self.fittings.get(History).finish(evse) if kept else []
        measurands = variables.members(history.series(rules)["sampled"].measurands)
        return past + metering.read(evse, at, metering.END, measurands)

    def _say(self, evse: Evse, transaction: Transaction, fact: TransactionFact) -> None:
        if self.fittings.known(Costs) is not None or self.fittings.known(Tariffs) is not None:
            self.fittings.get(Costs).tell(evse, transaction, fact)
        transaction.seq_no += not isinstance(fact, MeterRead)
        transaction.seen_at = self._board.now
        transaction.last_wh = evse.register_wh
        self._board.keep(f"{_PREFIX}{evse.number}", transaction)
        self._queue.put(transaction.id, fact, offline=not self._outbox.online)

    def _schedule(self, evse: Evse, last: datetime) -> None:
        # from the time that was set, not from now: a late timer must not shift all that follow; a clock set back must
        interval = timedelta(seconds=self._variables.number("MeterValueSampleInterval"))
        if interval:
            now = self._board.now
            evse.sample_at = last + interval if now < last + interval <= now + interval else now + interval
            self._board.do(SetTimer(f"sample/{evse.number}", evse.sample_at))

    def _offer(self, evse: Evse) -> None:
        offered = evse.plugged and evse.token is not None and evse.fault is None
        offered = offered and not (evse.suspended or evse.spent)
        if offered is not evse.offered:
            evse.offered = offered
            self._board.do(SwitchContactor(evse.number, offered))
        if not offered:
            evse.drawing, evse.limited, evse.mode, evse.offer = False, False, None, ()
            evse.samples = metering.at_rest(evse.samples, connected=evse.plugged)

    def _lock(self, evse: Evse) -> None:
        locked = evse.token is not None and (evse.plugged or evse.transaction is not None)
        if locked is not evse.locked:
            evse.locked = locked
            self._board.do(Lock(evse.number, locked))
