"""The charging station's core: events in, effects out, time as an argument.

It wires the functional blocks together and must not know sockets, timers, stores or hardware.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from busbar.model.facts import Answer, TransactionAnswer, TransactionStarted
from busbar.model.network import NetworkProfile
from busbar.model.orders import (
    ChangeAvailability,
    ClearCache,
    Order,
    Outcome,
    Reset,
    StartTransaction,
    StopTransaction,
    Trigger,
    Unlock,
)
from busbar.model.values import StopReason
from busbar.protocol.errors import ErrorCode, ProtocolViolation
from busbar.station import events as ev
from busbar.station.blocks import provisioning, queue, readings, registry, resetting
from busbar.station.blocks.access import PLAIN, Access, Way
from busbar.station.blocks.authorization import Authorization
from busbar.station.blocks.availability import Availability
from busbar.station.blocks.cabinet import Cabinet
from busbar.station.blocks.charging import Charging
from busbar.station.blocks.evse import Evse
from busbar.station.blocks.fittings import Fittings
from busbar.station.blocks.ledger import Account
from busbar.station.blocks.networks import Networks
from busbar.station.blocks.outbox import Registration
from busbar.station.blocks.provisioning import Provisioning
from busbar.station.blocks.queue import Entry
from busbar.station.blocks.readings import Readings
from busbar.station.blocks.remote import RemoteControl, Triggers
from busbar.station.blocks.resetting import Resetting
from busbar.station.blocks.security_events import SecurityEvents
from busbar.station.blocks.transactions import DEPARTED, DETECTED, PLUGGED_IN, STATE, UNPLUGGED, Cause, Transactions
from busbar.station.config import StationConfig
from busbar.station.effects import Effect, Ignore, Lock, Refuse, Reply, SwitchContactor

_FAULT_REASONS: Final = {
    "GroundFailure": StopReason.GROUND_FAULT,
    "OverCurrentFailure": StopReason.OVERCURRENT_FAULT,
    "PowerSwitchFailure": StopReason.POWER_QUALITY,
}


class Station:
    """One charging station.

    Args:
        config: what it is.
        saved: all that Keep effects ever kept, by key; empty for a new station.
        new_id: gives a transaction id that this station never used before (at most 36 characters; 2.x).
    """

    def __init__(
        self, config: StationConfig, saved: Mapping[str, bytes] | None = None, *, new_id: Callable[[], str]
    ) -> None:
        cabinet = self._cabinet = Cabinet(config, saved or {}, registry.features(config))
        self._board, self._outbox = cabinet.board, cabinet.outbox
        self._transactions = Transactions(cabinet, new_id)
        self._authorization = Authorization(cabinet, self._transactions)
        self._availability = Availability(cabinet)
        self._provisioning = Provisioning(cabinet, self._report)
        self._readings = Readings(cabinet, self._transactions)
        self._resetting = Resetting(cabinet, self._transactions, self._provisioning)
        self._remote = RemoteControl(cabinet, self._transactions, self._authorization)
        self._fittings = Fittings(
            cabinet,
            self._transactions,
            self._authorization,
            self._availability,
            self._provisioning,
            self._readings,
            self._resetting,
            self._remote,
        )
        self._authorization.fittings = self._transactions.fittings = self._fittings
        self._triggers = Triggers(self._fittings)
        self._outbox.on_delivered = self._delivered
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            ev.PoweredOn: self._powered_on,
            ev.Connected: self._connected,
            ev.Disconnected: lambda _: self._provisioning.disconnect(),
            ev.ConnectFailed: lambda _: None,
            ev.ContractShown: lambda _: None,
            ev.ContractAsked: lambda _: None,
            ev.Answered: lambda event: self._outbox.answer(event.call_id, event.answer),
            ev.CallFailed: lambda event: self._outbox.fail(event.call_id, event.code),
            ev.Ordered: self._ordered,
            ev.TokenRead: self._token_read,
            ev.CablePluggedIn: self._plugged_in,
            ev.CableUnplugged: self._unplugged,
            ev.BayChanged: self._bay_changed,
            ev.EvDemandChanged: self._demand_changed,
            ev.Metered: self._metered,
            ev.FaultRaised: self._fault_raised,
            ev.FaultCleared: self._fault_cleared,
            ev.TimerDue: self._timer_due,
            ev.Progressed: lambda event: self._board.progressed(event.number, event.result),
            ev.Done: lambda event: self._board.done(event.number, event.result),
        }
        self._orders: dict[type[Any], Callable[[Any], Outcome]] = {
            StartTransaction: self._start,
            StopTransaction: self._remote.stop,
            Unlock: self._remote.unlock,
            Reset: self._resetting.order,
            Trigger: self._triggers.order,
            ChangeAvailability: lambda order: Outcome(status=self._availability.change(order)),
            ClearCache: self._clear_cache,
        }

    def on_event(self, event: ev.Event, now: datetime) -> Iterator[Effect]:
        """Take in what happened at `now` (aware UTC) and yield what to do about it, in order.

        The event is taken in as a whole before the first effect is yielded. After Restart nothing is yielded any more.
        """
        if self._resetting.done:
            return
        self._board.now = now
        kind = type(event)
        if (handle := self._handlers.get(kind)) is not None:
            handle(event)
        for block, hear in registry.EVENTS.get(kind, ()):
            hear(self._fittings.get(block), event)
        if kind is not ev.Metered:
            for made in self._fittings.made():
                made.refresh()
            self._resetting.close()
            self._availability.refresh()
            self._outbox.pump()
            self._resetting.refresh()
        yield from self._board.take()

    @property
    def account(self) -> Account:
        """What the station counted as delivered."""
        return self._transactions.ledger.account

    @property
    def waiting(self) -> int:
        """How many transaction messages wait for delivery."""
        return len(self._cabinet.queue)

    @property
    def discarded(self) -> int:
        """How many transaction messages were given up after their last attempt."""
        return self._cabinet.queue.discarded

    @property
    def online(self) -> bool:
        """Whether the station is connected and accepted."""
        return self._outbox.online

    @property
    def evses(self) -> Mapping[int, Evse]:
        """What the station knows of its EVSEs, by number; to look at only."""
        return self._cabinet.evses

    def number(self, name: str) -> int:
        """Return a whole-number variable by its name in `blocks.device.table`, such as RetryBackOffWaitMinimum."""
        return self._cabinet.variables.number(name)

    @property
    def slots(self) -> list[int]:
        """Return the slots of the network profiles in the order in which to try them (B10.FR.04)."""
        return self._fittings.get(Networks).order

    def network(self, slot: int) -> NetworkProfile:
        """Return how to connect by a slot."""
        return self._fittings.get(Networks).to_connect(slot)

    def way(self, security_profile: int) -> Way:
        """Return by which certificates to connect; no block is made for a station without TLS."""
        return PLAIN if security_profile < 2 else self._fittings.get(Access).way(security_profile)

    def register_wh(self, evse: int) -> int:
        """Return the last known energy register of an EVSE."""
        return self._cabinet.evses[evse].register_wh

    def _powered_on(self, _: ev.PoweredOn) -> None:
        self._provisioning.power_on()
        for number in self._cabinet.evses:
            self._board.do(SwitchContactor(number, False))
            self._board.do(Lock(number, False))
        self._transactions.end_lost()
        self._readings.schedule()
        for block in registry.BLOCKS:
            if (block.KEPT and any(self._board.saved(block.KEPT))) or block.built_in(self._fittings):
                self._fittings.get(block).power_on()
        if self._board.config.tells_starts:
            self._fittings.get(SecurityEvents).note_start(self._provisioning.reason)

    def _connected(self, event: ev.Connected) -> None:
        self._fittings.get(Networks).connected(event)
        self._provisioning.connect()

    def _report(self, everything: bool) -> None:
        if everything:
            self._availability.report_all()
        else:
            self._availability.report_missed()
        for made in self._fittings.made():
            made.online()

    def _delivered(self, entry: Entry, answer: Answer) -> None:
        started = isinstance(entry.fact, TransactionStarted) and not self._board.rules.transaction_events
        if started and isinstance(answer, TransactionAnswer):
            self._cabinet.queue.learn(entry.transaction, answer.transaction_id)
        self._authorization.judge(entry, answer)

    def _ordered(self, event: ev.Ordered) -> None:
        rejected = self._outbox.registration is Registration.REJECTED
        if rejected and not self._board.rules.answers_while_rejected:
            self._board.do(Ignore(event.order_id))
        elif rejected:  # B03.FR.08
            self._board.do(Refuse(event.order_id, ErrorCode.SECURITY_ERROR, "Not accepted by this CSMS"))
        elif self._resetting.begun:
            self._board.do(Refuse(event.order_id, ErrorCode.GENERIC_ERROR, "The station restarts"))
        else:
            self._board.size = event.size
            try:
                outcome = self._obey(event.order)
            except ProtocolViolation as violation:
                self._board.do(Refuse(event.order_id, violation.code, violation.description))
            else:
                self._answer(event.order_id, outcome)

    def _answer(self, order_id: str, outcome: Outcome | None) -> None:
        if outcome is None:
            self._board.do(Refuse(order_id, ErrorCode.NOT_SUPPORTED, "not supported by this station"))
        else:
            self._board.do(Reply(order_id, outcome))

    def _obey(self, order: Order) -> Outcome | None:
        kind = type(order)
        if (own := self._orders.get(kind)) is not None:
            return own(order)
        if (found := registry.ORDERS.get(kind)) is None:
            return None
        block, obey = found
        if block.SWITCH and not self._cabinet.variables.flag(block.SWITCH):
            return None
        outcome: Outcome = obey(self._fittings.get(block), order)
        return outcome

    def _start(self, order: StartTransaction) -> Outcome:
        if order.profile is None or not self._cabinet.variables.flag(Charging.SWITCH):  # K05.FR.04
            return self._remote.start(order)
        return self._fittings.get(Charging).start(order)

    def _clear_cache(self, _: ClearCache) -> Outcome:
        if not self._cabinet.variables.flag("AuthorizationCacheEnabled"):  # C11.FR.04
            return Outcome(status="Rejected")
        self._authorization.cache.clear()
        return Outcome(status="Accepted")

    def _token_read(self, event: ev.TokenRead) -> None:
        if not self._resetting.begun:
            self._authorization.present(event.token, event.evse)

    def _plugged_in(self, event: ev.CablePluggedIn) -> None:
        evse = self._cabinet.evses[event.evse]
        if not evse.plugged:
            evse.plugged = True
            evse.drawing = evse.drawn = evse.finished = False
            self._authorization.plugged_in(evse)
            self._transactions.settle(evse, PLUGGED_IN)

    def _unplugged(self, event: ev.CableUnplugged) -> None:
        evse = self._cabinet.evses[event.evse]
        if evse.plugged:
            evse.plugged = evse.drawing = evse.finished = False
            if self._cabinet.variables.flag("StopTransactionOnEVSideDisconnect"):  # E09.FR.01
                evse.deauthorize()
            self._transactions.settle(evse, UNPLUGGED)
            self._authorization.unplugged(evse)

    def _bay_changed(self, event: ev.BayChanged) -> None:
        evse = self._cabinet.evses[event.evse]
        if evse.parked is not event.occupied:
            evse.parked = event.occupied
            self._transactions.settle(evse, DETECTED if event.occupied else DEPARTED)

    def _demand_changed(self, event: ev.EvDemandChanged) -> None:
        evse = self._cabinet.evses[event.evse]
        if evse.offered and (evse.drawing is not event.drawing or not evse.drawn):
            evse.drawing, evse.drawn = event.drawing, True
            self._transactions.settle(evse, STATE)

    def _metered(self, event: ev.Metered) -> None:
        evse = self._cabinet.evses[event.evse]
        evse.register_wh = max(evse.register_wh, event.register_wh)  # J02.FR.16
        evse.samples = event.samples

    def _fault_raised(self, event: ev.FaultRaised) -> None:
        evse = self._cabinet.evses[event.evse]
        evse.fault = event.code
        reason = _FAULT_REASONS.get(event.code, StopReason.OTHER)
        self._transactions.end(evse, Cause("AbnormalCondition", reason))  # E06.FR.16

    def _fault_cleared(self, event: ev.FaultCleared) -> None:
        self._cabinet.evses[event.evse].fault = None

    def _timer_due(self, event: ev.TimerDue) -> None:
        match event.name.split("/"):
            case [provisioning.BOOT_TIMER]:
                self._provisioning.boot_due()
            case [provisioning.HEARTBEAT_TIMER]:
                self._provisioning.heartbeat_due()
            case [readings.TIMER]:
                self._readings.mark()
            case [resetting.TIMER]:
                self._resetting.restart()
            case ["sample", number]:
                self._transactions.sample(self._cabinet.evses[int(number)])
            case ["connect", number]:
                self._authorization.time_out(self._cabinet.evses[int(number)])
            case [queue.TIMER]:
                pass  # what is due now is sent by the pump
            case [name, *rest] if name in registry.TIMERS:
                block, act = registry.TIMERS[name]
                act(self._fittings.get(block), "/".join(rest))
