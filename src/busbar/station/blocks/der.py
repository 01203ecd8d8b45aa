"""Grid controls (2.1 block R): set, superseded, begun and ended in their time, reported; alarms of the inverter.

It must not know how an inverter follows a control: the hardware is told by nobody else, and says when it deviates.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from busbar.model.der import (
    DEFAULT_ONLY,
    AskControls,
    ClearControls,
    Control,
    ControlSet,
    ControlsReported,
    ControlSwitched,
    ControlType,
    GridAlarmed,
    SendSignal,
    SetControl,
)
from busbar.model.facts import Answer
from busbar.model.orders import Outcome
from busbar.station import events as ev
from busbar.station.blocks.block import Block
from busbar.station.blocks.notices import Notices
from busbar.station.blocks.outbox import Call
from busbar.station.effects import SetTimer

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

LIMIT: Final = 100
PAGE: Final = 24
_KEY: Final = "der/controls"
_TIMER: Final = "der"
_ACCEPTED: Final = "Accepted"


class Held(msgspec.Struct):
    """A control that is held. `begun`: it is scheduled, and it was told that it began."""

    id: str
    type: ControlType
    default: bool
    priority: int
    settings: dict[str, object]
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    superseded: bool = False
    begun: bool = False

    @property
    def control(self) -> Control:
        """Return it as reports tell it."""
        return Control(
            id=self.id, type=self.type, default=self.default, settings=self.settings, superseded=self.superseded
        )


class Der(Block):
    """The grid controls of one station; kept (R01.FR.03)."""

    __slots__ = ("_alarm", "_board", "_held", "_notices", "_switches")

    KEPT: ClassVar = "der/"

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        board = self._board = fittings.cabinet.board
        self._held: list[Held] = board.load(_KEY, list[Held], [])
        self._switches = Notices(fittings.cabinet, "der/switches", ControlSwitched)
        self._notices = Notices(fittings.cabinet, "der/alarms", GridAlarmed)
        self._alarm: tuple[ControlType, str] | None = None

    def online(self) -> None:
        """Tell what nobody could be told."""
        self._switches.flush()
        self._notices.flush()

    def set_control(self, order: SetControl) -> ControlSet:
        """Take a control, or keep it beside one that goes before it (R04.FR.01 to .09)."""
        if order.control.type not in self._supported:  # R04.FR.01
            return ControlSet(status="NotSupported")
        new = _held(order.control)
        others = [one for one in self._held if one.id != order.control.id]
        if new is None:
            return ControlSet(status="Rejected", reason="InvalidValue")
        if len(others) >= LIMIT:
            return ControlSet(status="Rejected", reason="OutOfMemory")
        rivals = [one for one in others if one.type is new.type and one.default is new.default and not one.superseded]
        weaker = [one for one in rivals if one.priority >= new.priority]
        new.superseded = len(weaker) < len(rivals)  # R04.FR.08
        superseded = [new] if new.superseded else [one for one in weaker if not one.begun]  # R04.FR.03, .06, .07
        for one in superseded:
            one.superseded = True
        self._held = [*others, new]
        self._keep()
        self._advance()
        return ControlSet(status=_ACCEPTED, superseded=[one.id for one in superseded])

    def ask(self, order: AskControls) -> Outcome:
        """Report controls (R04.FR.30 to .36)."""
        if order.id is None and order.type is not None and order.type not in self._supported:
            return Outcome(status="NotSupported")
        found = list(self._matching(order.default, order.type, order.id))
        if not found:
            return Outcome(status="NotFound")
        self._report(order.request_id, [one.control for one in found])
        return Outcome(status=_ACCEPTED)

    def clear(self, order: ClearControls) -> Outcome:
        """Take controls away (R04.FR.41 to .45)."""
        if order.id is None and order.type is not None and order.type not in self._supported:
            return Outcome(status="NotSupported")
        gone = list(self._matching(order.default, order.type, order.id))
        if not gone and (order.id is not None or order.type is not None):
            return Outcome(status="NotFound")
        self._held = [one for one in self._held if one not in gone]
        self._keep()
        return Outcome(status=_ACCEPTED)

    def signal(self, _: SendSignal) -> Outcome:
        """Refuse the signal of the reserve: no profile here follows one (Q07)."""
        return Outcome(status="Rejected", reason="UnsupportedRequest")

    def in_force(self, kind: ControlType) -> Control | None:
        """Return the control of a type that holds now (R04.FR.09, .11)."""
        found = [one for one in self._held if one.type is kind and not one.superseded and (one.default or one.begun)]
        return min(found, key=lambda one: one.default).control if found else None

    def alarm(self, event: ev.GridFaulted) -> None:
        """Tell that a control makes the inverter deviate, once (R05.FR.01, .03)."""
        if self._board.rules.grid_controls and self._alarm != (event.control, event.fault):
            self._alarm = (event.control, event.fault)
            self._notices.tell(GridAlarmed(type=event.control, at=self._board.now, fault=event.fault))

    def clear_alarm(self, _: ev.GridRestored) -> None:
        """Tell that it does not any more (R05.FR.02)."""
        if self._alarm is not None:
            kind, fault = self._alarm
            self._alarm = None
            self._notices.tell(GridAlarmed(type=kind, at=self._board.now, fault=fault, ended=True))

    def due(self, what: str) -> None:
        """Begin and end what is to begin and end now, or tell once more what nobody answered."""
        if what:
            self.online()
        else:
            self._advance()

    def power_on(self) -> None:
        """Go on with what is scheduled."""
        self._advance()

    @property
    def _supported(self) -> list[str]:
        return self.fittings.cabinet.variables.members("DerModes")

    def _matching(self, default: bool | None, kind: ControlType | None, name: str | None) -> Iterator[Held]:
        for one in self._held:
            if default in (None, one.default) and kind in (None, one.type) and name in (None, one.id):
                yield one

    def _advance(self) -> None:
        now, changed = self._board.now, False
        for one in sorted((one for one in self._held if one.ends_at is not None), key=lambda one: one.priority):
            assert one.starts_at is not None
            assert one.ends_at is not None
            if one.ends_at <= now:  # R04.FR.10, .22
                self._held.remove(one)
                if one.begun and not one.superseded:
                    self._tell(one, started=False)
            elif one.starts_at <= now and not one.begun and not one.superseded:  # R04.FR.20, .21
                one.begun = True
                self._tell(one, started=True, superseded=self._overtake(one))
            else:
                continue
            changed = True
        if changed:
            self._keep()
        times = [at for one in self._held for at in (one.starts_at, one.ends_at) if at is not None and at > now]
        if times:
            self._board.do(SetTimer(_TIMER, min(times)))

    def _overtake(self, new: Held) -> list[str]:
        running = [
            one for one in self._held if one is not new and one.type is new.type and one.begun and not one.superseded
        ]
        for one in running:
            one.superseded = True
        return [one.id for one in running]

    def _tell(self, one: Held, *, started: bool, superseded: list[str] | None = None) -> None:
        fact = ControlSwitched(id=one.id, started=started, at=self._board.now, superseded=superseded or [])
        self._switches.tell(fact)

    def _report(self, request_id: int, controls: list[Control]) -> None:
        page, rest = controls[:PAGE], controls[PAGE:]

        def answered(_: Answer) -> None:
            if rest:
                self._report(request_id, rest)

        fact = ControlsReported(request_id=request_id, controls=page, more=bool(rest))  # R04.FR.32
        self.fittings.cabinet.outbox.say(Call(fact, answered, solicited=True))

    def _keep(self) -> None:
        if self._held:
            self._board.keep(_KEY, self._held)
        else:
            self._board.forget(_KEY)

    ORDERS: ClassVar = {SetControl: set_control, AskControls: ask, ClearControls: clear, SendSignal: signal}
    EVENTS: ClassVar = {ev.GridFaulted: alarm, ev.GridRestored: clear_alarm}
    TIMERS: ClassVar = {_TIMER: due}


def _held(control: Control) -> Held | None:
    """Return a control as it is held; None where it lacks what its kind needs (R04.FR.14)."""
    settings = control.settings
    held = Held(control.id, control.type, control.default, int(settings.get("priority", 0)), settings)
    if control.default:
        return held
    start, duration = settings.get("startTime"), settings.get("duration")
    if control.type in DEFAULT_ONLY or not isinstance(start, str) or not isinstance(duration, int | float):
        return None
    try:
        held.starts_at = datetime.fromisoformat(start)
        held.ends_at = held.starts_at + timedelta(seconds=duration)
    except (ValueError, OverflowError):
        return None
    return held if duration > 0 and held.starts_at.tzinfo is not None else None
