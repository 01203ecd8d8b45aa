"""Connector states and who may change them (block G, 1.6 §4.9 and §5.2).

It must not know why an EVSE is in use.
"""

from collections.abc import Iterable
from typing import Final

from busbar.model.facts import Answer, StatusChanged
from busbar.model.orders import ChangeAvailability
from busbar.model.values import STATION, ConnectorStatus
from busbar.station.blocks.cabinet import Cabinet
from busbar.station.blocks.evse import Evse, exists
from busbar.station.blocks.outbox import Call

S = ConnectorStatus
_IN_USE: Final = {S.CHARGING, S.SUSPENDED_EV, S.SUSPENDED_EVSE}

# 1.6 §4.9, with erratum 3.20 (Preparing to Finishing); OCCUPIED is what 2.x says for all phases of use (G01).
# From Faulted a connector returns to what it would be without the fault.
MOVES: Final[dict[ConnectorStatus, set[ConnectorStatus]]] = {
    S.AVAILABLE: {S.PREPARING, *_IN_USE, S.OCCUPIED, S.RESERVED, S.UNAVAILABLE, S.FAULTED},
    S.OCCUPIED: {S.AVAILABLE, S.UNAVAILABLE, S.FAULTED},
    S.PREPARING: {S.AVAILABLE, *_IN_USE, S.FINISHING, S.FAULTED},
    S.CHARGING: {S.AVAILABLE, S.SUSPENDED_EV, S.SUSPENDED_EVSE, S.FINISHING, S.UNAVAILABLE, S.FAULTED},
    S.SUSPENDED_EV: {S.AVAILABLE, S.CHARGING, S.SUSPENDED_EVSE, S.FINISHING, S.UNAVAILABLE, S.FAULTED},
    S.SUSPENDED_EVSE: {S.AVAILABLE, S.CHARGING, S.SUSPENDED_EV, S.FINISHING, S.UNAVAILABLE, S.FAULTED},
    S.FINISHING: {S.AVAILABLE, S.PREPARING, S.UNAVAILABLE, S.FAULTED},
    S.RESERVED: {S.AVAILABLE, S.PREPARING, S.OCCUPIED, S.UNAVAILABLE, S.FAULTED},
    S.UNAVAILABLE: {S.AVAILABLE, S.PREPARING, *_IN_USE, S.OCCUPIED, S.FAULTED},
    S.FAULTED: set(S) - {S.FAULTED},
}


def route(old: ConnectorStatus, new: ConnectorStatus) -> list[ConnectorStatus]:
    """Return the legal way from one status to another, without the start: [new], or by one status between."""
    if new in MOVES[old]:
        return [new]
    return [next(middle for middle in (S.PREPARING, S.AVAILABLE) if middle in MOVES[old] and new in MOVES[middle]), new]


def status_of(evse: Evse, *, phases: bool) -> ConnectorStatus:
    """Derive a connector's status from what goes on at its EVSE; `phases` tells them apart as 1.6 does."""
    if evse.fault is not None:
        return S.FAULTED
    if evse.transaction is None and not evse.operative:
        return S.UNAVAILABLE
    reserved = evse.reserved and evse.token is None and evse.transaction is None
    if not phases:
        free = S.RESERVED if reserved else S.AVAILABLE  # H01.FR.23, H03.FR.10
        return S.OCCUPIED if evse.plugged else free
    if evse.transaction is not None:
        if evse.suspended or evse.limited or evse.spent:
            return S.SUSPENDED_EVSE
        return S.CHARGING if evse.drawing else S.SUSPENDED_EV
    if evse.token is None and evse.finished:
        return S.FINISHING
    if reserved:
        return S.RESERVED
    return S.PREPARING if evse.plugged or evse.token is not None else S.AVAILABLE


class Availability:
    """Keeps who is in service, and reports every change of status."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._board = cabinet.board
        self._outbox = cabinet.outbox
        self._evses = cabinet.evses
        self._reported: ConnectorStatus | None = None  # of connector 0
        self._held: set[int] = set()
        self._operative: dict[int, bool] = self._board.load("operative", dict[int, bool], {})
        self._apply()

    def change(self, order: ChangeAvailability) -> str:
        """Set the wish of the CSMS and return the status to answer with.

        It holds at once where no transaction runs, else when the transaction ends (G03.FR.05, G04.FR.06).
        """
        number = order.place.evse or 0
        if not exists(order.place, self._evses):
            return "Rejected"
        concerned = [self._evses[number]] if number else list(self._evses.values())
        self._operative[number] = order.operative
        if number == 0 and self._board.rules.connector_zero:
            self._operative.update(dict.fromkeys(self._evses, order.operative))
        self._board.keep("operative", self._operative)  # G03.FR.08, G04.FR.09
        self._apply()
        for evse in concerned:
            if not evse.operative and evse.transaction is None:
                evse.deauthorize()  # who was to plug in must not charge any more
        waits = not order.operative and any(evse.transaction is not None for evse in concerned)
        return "Scheduled" if waits else "Accepted"

    def hold(self, numbers: Iterable[int]) -> None:
        """Take exactly these EVSEs out of service for the station's own reasons; nothing of it outlasts a restart."""
        self._held = set(numbers)
        self._apply()

    def refresh(self) -> None:
        """Derive every connector's status anew and report what changed."""
        if self._outbox.online and self._reported not in (None, self.station_status()):
            self.report_station()
        for evse in self._evses.values():
            status = self._status(evse)
            if evse.status is None or not self._outbox.online:
                evse.status = status
            elif status is not evse.status:
                for step in route(evse.status, status):
                    evse.status = step
                    self.report(evse)

    def report_all(self) -> None:
        """Report every status (B01.FR.05)."""
        self.report_station()
        for evse in self._evses.values():
            self.report(evse)

    def report_missed(self) -> None:
        """Report what changed while nobody could be told (B04.FR.02)."""
        for evse in self._evses.values():
            if evse.status is not evse.reported:
                self.report(evse)

    def report_station(self, *, solicited: bool = False) -> None:
        """Report connector 0, where the version has it (1.6 §5.2: the change applies to the charge point, too)."""
        if self._board.rules.connector_zero:
            self._reported = self.station_status()
            fact = StatusChanged(place=STATION, status=self._reported, at=self._board.now)
            self._outbox.say(Call(fact, solicited=solicited))

    def report(self, evse: Evse, *, solicited: bool = False) -> None:
        """Report one connector."""
        status = evse.status or self._status(evse)

        def answered(_: Answer) -> None:
            evse.reported = status

        fault = evse.fault if status is S.FAULTED and self._board.rules.connector_phases else None
        fact = StatusChanged(place=evse.place, status=status, at=self._board.now, error=fault)
        self._outbox.say(Call(fact, answered, solicited=solicited))

    def _status(self, evse: Evse) -> ConnectorStatus:
        return status_of(evse, phases=self._board.rules.connector_phases)

    def station_status(self) -> ConnectorStatus:
        """Return the status of the station as a whole."""
        waits = any(evse.transaction is not None for evse in self._evses.values())
        return S.AVAILABLE if self._operative.get(0, True) or waits else S.UNAVAILABLE

    def _apply(self) -> None:
        for number, evse in self._evses.items():
            wished = self._operative.get(0, True) and self._operative.get(number, True)
            evse.operative = wished and number not in self._held
