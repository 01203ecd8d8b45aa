"""Monitors of variables and the events they cause (N02 to N08), and which of them stream (N11 to N15).

It must not know what a variable means: `Inventory` finds it and tells its value.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, Final

from busbar.model.device import ReportPart
from busbar.model.facts import Answer
from busbar.model.monitoring import (
    AdjustStream,
    ClearMonitors,
    Event,
    EventsNotified,
    GetMonitoringReport,
    GetStreams,
    MonitorCleared,
    MonitorsCleared,
    MonitorSet,
    MonitorSetting,
    MonitorsReported,
    MonitorsSet,
    SetMonitoringBase,
    SetMonitoringLevel,
    SetMonitors,
    StreamsHeld,
)
from busbar.model.orders import Outcome, VariableName
from busbar.station.blocks.block import Block
from busbar.station.blocks.device.variable import Variable, Where
from busbar.station.blocks.device_model import DeviceModel
from busbar.station.blocks.inventory import Inventory
from busbar.station.blocks.monitor import (
    HARD_WIRED,
    KINDS,
    LONGEST_S,
    PERIODS,
    PRECONFIGURED,
    THRESHOLDS,
    Monitor,
    monitor_of,
)
from busbar.station.blocks.notices import Notices
from busbar.station.blocks.outbox import Call
from busbar.station.blocks.reports import selects
from busbar.station.blocks.streams import Streams
from busbar.station.effects import SetTimer

if TYPE_CHECKING:
    from busbar.station.blocks.fittings import Fittings

LIMIT: Final = 100
PAGE: Final = 20
ALERT: Final = 5
LOOK_S: Final = 5
_KEY: Final = "monitors/all"
_TIMER: Final = "monitors"
_ACCEPTED: Final = "Accepted"
_REJECTED: Final = "Rejected"
_CRITERIA: Final = {
    "ThresholdMonitoring": THRESHOLDS,
    "DeltaMonitoring": ("Delta",),
    "PeriodicMonitoring": PERIODS,
}
_NUMERIC: Final = ("integer", "decimal")


@dataclass(slots=True, kw_only=True)
class Kept:
    """What outlasts a power cut (N07.FR.13): the monitors that are not hard-wired, and how they are used."""

    base: str = "All"
    level: int = 9
    following: int = 1
    monitors: list[Monitor] = field(default_factory=list)


class Monitoring(Block):
    """The monitors of one station."""

    __slots__ = ("_events", "_hard", "_kept", "_look_at", "_notices", "_streams")

    KEPT: ClassVar = "monitors/"

    def __init__(self, fittings: "Fittings") -> None:
        super().__init__(fittings)
        board = fittings.cabinet.board
        config = board.config
        self._hard = [
            monitor_of(setting, number, HARD_WIRED)
            for number, setting in enumerate(config.hard_wired_monitors, start=1)
        ]
        first = Kept(following=len(self._hard) + 1)
        self._kept: Kept = board.load(_KEY, Kept, first)
        if self._kept is first:
            self._preconfigure()
        self._notices = Notices(fittings.cabinet, "monitors/events", EventsNotified)
        self._streams = Streams(fittings.cabinet)
        self._events = 0
        self._look_at: datetime | None = None

    @classmethod
    def built_in(cls, fittings: "Fittings") -> bool:
        """Whether the station's maker put in monitors, so that it watches from the start."""
        config = fittings.cabinet.board.config
        return bool(config.hard_wired_monitors or config.preconfigured_monitors)

    def power_on(self) -> None:
        """Watch what was watched; what is not kept begins anew."""
        for monitor in self._all():
            self._begin(monitor)

    def online(self) -> None:
        """Tell what is to be told later (N07.FR.04), and open the streams."""
        self._notices.flush()
        for monitor in self._all():
            self._streams.open(monitor)

    def due(self, rest: str) -> None:
        """Let time pass: what is due is seen by `refresh`, which follows."""
        if rest == "events":
            self._notices.flush()
        elif rest:
            self._streams.due(int(rest))
        else:
            self._look_at = None

    def alert(self, name: VariableName, value: str, tech_code: str | None = None) -> None:
        """Tell of a variable what the station's maker wants told, unless a monitor of its changes does (I08.FR.31)."""
        if any(monitor.name == name and monitor.kind == "Delta" for monitor in self._all()):
            return
        self._events += 1
        event = Event(
            id=self._events,
            at=self.fittings.cabinet.board.now,
            trigger="Alerting",
            origin="HardWiredNotification",
            name=name,
            value=value,
            tech_code=tech_code,
            severity=ALERT,
        )
        self._notify([event])

    # orders

    def set_monitors(self, order: SetMonitors) -> Outcome:
        """Set each monitor that can be (N04)."""
        self.fittings.get(DeviceModel).check_size("SetVariableMonitoring", len(order.monitors))
        results = [self._set_one(setting) for setting in order.monitors]
        self._keep()
        refused = next((result.status for result in results if result.status != _ACCEPTED), _ACCEPTED)
        return MonitorsSet(status=refused, monitors=results)

    def clear(self, order: ClearMonitors) -> Outcome:
        """Remove monitors (N06)."""
        self.fittings.get(DeviceModel).check_size("ClearVariableMonitoring", len(order.ids))
        results = [MonitorCleared(id=number, status=self._clear_one(number)) for number in order.ids]
        self._keep()
        refused = next((result.status for result in results if result.status != _ACCEPTED), _ACCEPTED)
        return MonitorsCleared(status=refused, monitors=results)

    def set_base(self, order: SetMonitoringBase) -> Outcome:
        """Choose what is watched to begin with (N03)."""
        kept = self._kept
        if order.base not in ("All", "FactoryDefault", "HardWiredOnly"):
            return Outcome(status="NotSupported")
        kept.base = order.base
        if order.base != "All":
            self._remove(list(kept.monitors))
        if order.base != "HardWiredOnly":
            self._preconfigure()
        self._keep()
        return Outcome(status=_ACCEPTED)

    def set_level(self, order: SetMonitoringLevel) -> Outcome:
        """Tell only what is at least that grave (N05)."""
        if not 0 <= order.severity <= 9:
            return Outcome(status=_REJECTED)
        self._kept.level = order.severity
        self._keep()
        return Outcome(status=_ACCEPTED)

    def report(self, order: GetMonitoringReport) -> Outcome:
        """Begin a report of monitors (N02)."""
        if any(criterion not in _CRITERIA for criterion in order.criteria):
            return Outcome(status="NotSupported")
        kinds = {kind for criterion in order.criteria for kind in _CRITERIA[criterion]} or set(KINDS)
        found = [monitor for monitor in self._all() if monitor.kind in kinds]
        if order.selections:
            placed = ((monitor, self._place(monitor)) for monitor in found)
            found = [
                monitor
                for monitor, place in placed
                if place is not None and any(selects(selection, *place) for selection in order.selections)
            ]
        if not found:
            return Outcome(status="EmptyResultSet")
        found.sort(key=lambda monitor: (str(monitor.name), monitor.id))
        self._send_report(order.request_id, 0, found)
        return Outcome(status=_ACCEPTED)

    def adjust(self, order: AdjustStream) -> Outcome:
        """Change how often a stream sends (N14)."""
        return Outcome(status=_ACCEPTED if self._streams.adjust(order.id, order.rate) else _REJECTED)

    def streams(self, _: GetStreams) -> Outcome:
        """Tell which streams are open (N12)."""
        return StreamsHeld(status=_ACCEPTED, streams=self._streams.held())

    # watching

    def refresh(self) -> None:
        """Look at everything that is watched, and tell what there is to tell."""
        now, events, changed = self.fittings.cabinet.board.now, [], False
        inventory = Inventory(self.fittings)
        for monitor in self._all():
            place = self._place(monitor)
            if place is None or (monitor.transaction and not self._transaction(monitor)):
                continue
            value = inventory.value(*place)
            fired = monitor.check(value, now, numeric=place[0].data_type in _NUMERIC)
            if fired is None:
                continue
            changed = changed or monitor.kind in THRESHOLDS
            told = "" if place[0].secret else value  # that it changed may be told, what it is may not
            if fired.trigger == "Periodic" and self._streams.take(monitor.id, told):
                continue
            self._events += 1
            events.append(self._event(monitor, told, fired.trigger, fired.cleared))
        if changed:
            self._keep()
        self._notify(events)
        self._schedule()

    def _notify(self, events: list[Event]) -> None:
        cabinet = self.fittings.cabinet
        worst = self._kept.level
        if not cabinet.outbox.online:  # N07.FR.04
            worst = min(worst, cabinet.variables.number("OfflineQueuingSeverity"))
        told = [event for event in events if event.severity is not None and event.severity <= worst]  # N07.FR.15
        if not cabinet.variables.flag("MonitoringEnabled"):
            told = []
        for start in range(0, len(told), PAGE):
            more = len(told) > start + PAGE
            page = told[start : start + PAGE]
            fact = EventsNotified(generated_at=cabinet.board.now, seq_no=start // PAGE, more=more, events=page)
            self._notices.tell(fact)

    def _event(self, monitor: Monitor, value: str, trigger: str, cleared: bool) -> Event:
        return Event(
            id=self._events,
            at=self.fittings.cabinet.board.now,
            trigger=trigger,
            origin=monitor.origin,
            name=monitor.name,
            value=value[:2500],
            cleared=cleared,
            transaction_id=self._transaction(monitor),
            monitor_id=monitor.id,
            severity=monitor.severity,
        )

    def _transaction(self, monitor: Monitor) -> str | None:
        evses = self.fittings.transactions.ongoing
        ids = [evse.transaction.id for evse in evses if evse.transaction and monitor.name.evse in (None, evse.number)]
        return ids[0] if ids else None

    def _schedule(self) -> None:
        """Look again when something periodic is due; at what the meter says, every few seconds."""
        board = self.fittings.cabinet.board
        times = [monitor.due for monitor in self._all() if monitor.due is not None]
        if any(monitor.kind not in PERIODS for monitor in self._all()):
            times.append(board.now + timedelta(seconds=LOOK_S))
        at = min(times, default=None)
        if at is not None and (self._look_at is None or at < self._look_at or self._look_at <= board.now):
            self._look_at = at
            board.do(SetTimer(_TIMER, at))

    # what there is

    def _all(self) -> list[Monitor]:
        return [*self._hard, *self._kept.monitors]

    def _place(self, monitor: Monitor) -> tuple[Variable, Where] | None:
        found = Inventory(self.fittings).find(monitor.name)
        return None if isinstance(found, str) else found

    def _begin(self, monitor: Monitor) -> None:
        place = self._place(monitor)
        if place is not None:
            monitor.begin(Inventory(self.fittings).value(*place), self.fittings.cabinet.board.now)

    def _preconfigure(self) -> None:
        """Put in what the maker set, where it is not there already, changed or not (N03.FR.03)."""
        kept = self._kept
        first = len(self._hard) + 1
        there = {monitor.id for monitor in kept.monitors}
        for number, setting in enumerate(self.fittings.cabinet.board.config.preconfigured_monitors, start=first):
            kept.following = max(kept.following, number + 1)
            if number not in there:
                monitor = monitor_of(setting, number, PRECONFIGURED)
                kept.monitors.append(monitor)
                self._begin(monitor)

    def _set_one(self, setting: MonitorSetting) -> MonitorSet:
        status, old = self._judge(setting)
        result = MonitorSet(
            name=setting.name, kind=setting.kind, severity=setting.severity, status=status, id=setting.id
        )
        if status != _ACCEPTED:
            return result
        kept = self._kept
        if old is None:
            result.id, kept.following = kept.following, kept.following + 1  # N04.FR.11
        else:
            result.id = old.id
            kept.monitors.remove(old)
        monitor = monitor_of(setting, result.id)  # N04.FR.15
        if old is not None and old.kind == monitor.kind:
            monitor.over = old.over  # N07.FR.11
        kept.monitors.append(monitor)
        self._begin(monitor)
        self._streams.follow(monitor)
        return result

    def _judge(self, setting: MonitorSetting) -> tuple[str, Monitor | None]:
        inventory = Inventory(self.fittings)
        found = inventory.find(setting.name)
        if isinstance(found, str):  # N04.FR.03, .04
            return found, None
        row = found[0]
        if setting.kind not in KINDS or (setting.kind in THRESHOLDS and row.data_type not in _NUMERIC):  # N04.FR.05
            return "UnsupportedMonitorType", None
        if not row.monitored or not _fits(setting, row.low, inventory.high(row)):  # N04.FR.06, .14
            return _REJECTED, None
        old = None
        if setting.id is not None:
            old = next((monitor for monitor in self._all() if monitor.id == setting.id), None)
            if old is None or old.origin == HARD_WIRED or self._place(old) != found:  # N04.FR.13, .16, .18
                return _REJECTED, None
        same = (
            monitor.kind == setting.kind and monitor.severity == setting.severity and self._place(monitor) == found
            for monitor in self._all()
            if monitor is not old
        )
        if any(same):  # N04.FR.10
            return "Duplicate", None
        return (_REJECTED if old is None and len(self._kept.monitors) >= LIMIT else _ACCEPTED), old

    def _clear_one(self, number: int) -> str:
        monitor = next((monitor for monitor in self._all() if monitor.id == number), None)
        if monitor is None:
            return "NotFound"
        if monitor.origin == HARD_WIRED:  # N06.FR.03
            return _REJECTED
        self._remove([monitor])
        return _ACCEPTED

    def _remove(self, monitors: Iterable[Monitor]) -> None:
        for monitor in monitors:
            self._kept.monitors.remove(monitor)
            self._streams.close(monitor.id)  # N13.FR.05

    def _keep(self) -> None:
        plain = [replace(monitor, due=None, reference=None) for monitor in self._kept.monitors]
        self.fittings.cabinet.board.keep(_KEY, replace(self._kept, monitors=plain))

    def _send_report(self, request_id: int, seq_no: int, monitors: list[Monitor]) -> None:
        start = seq_no * PAGE
        page = [monitor.reported() for monitor in islice(monitors, start, start + PAGE)]
        more = len(monitors) > start + PAGE
        now = self.fittings.cabinet.board.now
        part = ReportPart(request_id=request_id, seq_no=seq_no, more=more, generated_at=now)

        def answered(_: Answer) -> None:
            if more:
                self._send_report(request_id, seq_no + 1, monitors)

        fact = MonitorsReported(part=part, monitors=page)
        self.fittings.cabinet.outbox.say(Call(fact, answered, solicited=True))

    def _base(self, _: Where) -> str:
        return self._kept.base

    def _level(self, _: Where) -> str:
        return str(self._kept.level)

    ORDERS: ClassVar = {
        SetMonitors: set_monitors,
        ClearMonitors: clear,
        SetMonitoringBase: set_base,
        SetMonitoringLevel: set_level,
        GetMonitoringReport: report,
        AdjustStream: adjust,
        GetStreams: streams,
    }
    TIMERS: ClassVar = {_TIMER: due}
    VALUES: ClassVar = {"ActiveMonitoringBase": _base, "ActiveMonitoringLevel": _level}


def _fits(setting: MonitorSetting, low: float | None, high: float | None) -> bool:
    if setting.severity not in range(10):
        return False
    if setting.kind in THRESHOLDS:
        return (low is None or setting.value >= low) and (high is None or setting.value <= high)
    if setting.kind == "Delta":
        return setting.value >= 0
    return 1 <= setting.value <= LONGEST_S
