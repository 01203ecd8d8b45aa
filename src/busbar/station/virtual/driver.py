"""A driver at a virtual EVSE: arrives, plugs in, presents a token, waits, ends, leaves. Sans-IO, seconds as argument.

It must not know the charging station's rules: a driver sees the cable, the contactor and the clock.
"""

from collections.abc import Iterator
from enum import Enum, auto
from itertools import chain

from busbar.station.events import Event, TokenRead
from busbar.station.virtual.evse import VirtualEvse
from busbar.station.virtual.visits import Visit


class Step(Enum):
    """What the driver does when the time has come."""

    ARRIVE = auto()
    PRESENT = auto()
    PLUG_IN = auto()
    FINISH = auto()
    LEAVE = auto()
    STAY_AWAY = auto()


class Driver:
    """The drivers of one EVSE, one after another.

    Attributes:
        due: when `on_due` wants to be called; None while the driver waits for the EV, or nobody will come.
        arrived: how many drivers came.
    """

    __slots__ = ("_evse", "_step", "_visit", "_visits", "arrived", "due")

    def __init__(self, evse: VirtualEvse, visits: Iterator[Visit]) -> None:
        self._evse = evse
        self._visits = visits
        self._visit = Visit()
        self._step = Step.STAY_AWAY
        self.arrived = 0
        self.due: float | None = None

    @property
    def away(self) -> bool:
        """Tell whether nobody is at the EVSE."""
        return self._step in (Step.ARRIVE, Step.STAY_AWAY)

    def await_next(self, now: float) -> None:
        """Let the next driver be on the way."""
        visit = next(self._visits, None)
        if visit is None:
            self._step, self.due = Step.STAY_AWAY, None
        else:
            self._visit = visit
            self._next(Step.ARRIVE, now + visit.after_s)

    def invite(self, visit: Visit, now: float) -> None:
        """Let one more driver come, before those who would come anyway."""
        self._visits = chain((visit,), self._visits)
        if self._step is Step.STAY_AWAY:
            self.await_next(now)

    def on_due(self, now: float) -> list[Event]:
        """Act, where it is time."""
        if self.due is None or now < self.due:
            return []
        return _ACTS[self._step](self, now)

    def on_switched(self, closed: bool, now: float) -> None:
        """See the contactor move."""
        if self.away:
            return
        if closed:
            wait = self._visit.charge_s
            self._next(Step.FINISH, None if wait is None else now + wait)
        else:
            self._next(Step.LEAVE, now + self._visit.pause_s)

    def on_full(self, now: float) -> None:
        """Learn from the EV that it has had enough."""
        if self._step is Step.FINISH and not (self._visit.stays_when_full and self._visit.charge_s is not None):
            self._next(Step.FINISH, now + self._visit.pause_s)

    def finish(self, now: float) -> None:
        """End the visit now and let nobody come after."""
        self._visits = iter(())
        if self.away and self._evse.vehicle is not None:  # somebody else plugged it in
            self._next(Step.LEAVE, now)
        elif self.away:
            self.await_next(now)
        elif self._step is Step.LEAVE and self.due is not None:
            self.due = min(self.due, now + self._visit.pause_s)
        else:
            self._next(Step.FINISH if self._step is Step.FINISH else Step.LEAVE, now)

    def _next(self, step: Step, due: float | None) -> None:
        self._step, self.due = step, due

    def _arrive(self, now: float) -> list[Event]:
        self.arrived += 1
        return self._plug_in(now) if self._visit.plugs_first else self._present(now)

    def _plug_in(self, now: float) -> list[Event]:
        more = self._step is Step.ARRIVE and self._visit.token is not None
        self._wait(Step.PRESENT if more else Step.LEAVE, now)
        return self._evse.plug_in(self._visit.vehicle, now)

    def _present(self, now: float) -> list[Event]:
        self._wait(Step.PLUG_IN if self._evse.vehicle is None else Step.LEAVE, now)
        return self._hold_token()

    def _finish(self, now: float) -> list[Event]:
        if not self._visit.ends_with_token or self._visit.token is None:
            return self._leave(now)
        self._wait(Step.LEAVE, now)
        return self._hold_token()

    def _leave(self, now: float) -> list[Event]:
        events = self._evse.unplug(now)
        self.await_next(now)
        return events

    def _hold_token(self) -> list[Event]:
        return [] if self._visit.token is None else [TokenRead(self._visit.token, self._evse.number)]

    def _wait(self, step: Step, now: float) -> None:
        """Set the next step: what the driver does comes soon, leaving only when the patience is over."""
        self._next(step, now + (self._visit.patience_s if step is Step.LEAVE else self._visit.pause_s))


_ACTS = {
    Step.ARRIVE: Driver._arrive,
    Step.PRESENT: Driver._present,
    Step.PLUG_IN: Driver._plug_in,
    Step.FINISH: Driver._finish,
    Step.LEAVE: Driver._leave,
}
