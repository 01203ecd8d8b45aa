"""Grid controls (2.1 block R): what a station holds, by what it accepted, cleared, superseded and reported."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from busbar.csms.changes import Change, RowAdded, RowGone, RowPut
from busbar.csms.happenings import GridAlarmRaised
from busbar.csms.records.der import DerControl, DerInquiry, DerRun, DerSupersession, DerWipe, GridAlarm
from busbar.csms.rows import Command
from busbar.csms.services.view import Conclusion, Context, Decision, Need, RowNeed, StationView, Tokens
from busbar.model.der import (
    DEFAULT_ONLY,
    AskControls,
    ClearControls,
    Control,
    ControlSet,
    ControlsReported,
    ControlSwitched,
    GridAlarmed,
    SetControl,
)
from busbar.model.facts import Acknowledged
from busbar.model.orders import Outcome


def improper(control: Control) -> str | None:
    """Return why a control must not be sent, None where it may (R04.FR.12, R04.FR.14)."""
    if control.default and ("startTime" in control.settings or "duration" in control.settings):
        return "a default control has no start and no duration"
    if not control.default and control.type in DEFAULT_ONLY:
        return "a control of this type is a default one"
    return None


def was_set(order: SetControl, _: Command, outcome: Outcome | None, view: StationView, at: datetime) -> Conclusion:
    """Keep a control that a station took, and what it superseded (R04.FR.02 to FR.08); or that it was refused."""
    if outcome is None:
        return Conclusion()
    row = _row(view, order.control, outcome.status, at, held=outcome.accepted)
    if not outcome.accepted:
        return Conclusion([RowAdded(row)])
    station_id, control_id = view.station.id, order.control.id
    changes: list[Change] = [RowPut(row), RowGone(DerSupersession, (station_id, control_id))]
    superseded = outcome.superseded if isinstance(outcome, ControlSet) else []
    changes += _superseded(station_id, superseded, control_id, at)
    return Conclusion(changes)


def cleared(order: ClearControls, _: Command, outcome: Outcome | None, view: StationView, at: datetime) -> Conclusion:
    """Forget what a station cleared, or does not have (R04.FR.41 to FR.46)."""
    if outcome is None or outcome.status not in ("Accepted", "NotFound"):
        return Conclusion()
    station_id = view.station.id
    if order.id is not None:
        return Conclusion([RowGone(DerControl, (station_id, order.id))])
    return Conclusion([_wipe(station_id, order.type or "", at, default=order.default)])


def asked(order: AskControls, _: Command, outcome: Outcome | None, view: StationView, at: datetime) -> Conclusion:
    """Await a report, or know that there is nothing (R04.FR.30)."""
    if outcome is None:
        return Conclusion()
    station_id = view.station.id
    if outcome.status == "NotFound":
        if order.id is not None:
            return Conclusion([RowGone(DerControl, (station_id, order.id))])
        return Conclusion(_wipes(station_id, order.default, order.type or "", at))
    if not outcome.accepted or order.id is not None:
        return Conclusion()
    inquiry = DerInquiry(
        station_id=station_id,
        request_id=order.request_id,
        default=order.default,
        control_type=order.type or "",
        asked_at=at,
    )
    return Conclusion([RowPut(inquiry)])


def reported_needs(fact: ControlsReported, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return what a report lacks: what was asked for."""
    need = _inquiry(fact, view)
    return () if need in view.found else (need,)


def reported(fact: ControlsReported, view: StationView, _context: Context, at: datetime) -> Decision:
    """Take in a part of a report; its last part ends what it did not name (R04.FR.31, R04.FR.32)."""
    station_id = view.station.id
    changes: list[Change] = []
    for control in fact.controls:
        changes.append(RowPut(_row(view, control, "Accepted", at, held=True)))
        if not control.superseded:
            changes.append(RowGone(DerSupersession, (station_id, control.id)))
    for inquiry in view.found.get(_inquiry(fact, view), ()):
        if not fact.more:
            changes += _wipes(station_id, inquiry.default, inquiry.control_type, inquiry.asked_at)
            changes.append(RowGone(DerInquiry, (station_id, fact.request_id)))
    return Decision(Acknowledged(), changes)


def alarmed(fact: GridAlarmed, view: StationView, _context: Context, at: datetime) -> Decision:
    """Keep a grid alarm or its end, and tell of it (R05)."""
    row = GridAlarm(
        station_id=view.station.id,
        control_type=fact.type,
        at=fact.at,
        received_at=at,
        fault=fact.fault,
        ended=fact.ended,
        info=fact.info,
    )
    told = GridAlarmRaised(
        station=view.station.identity, at=at, control_type=fact.type, fault=fact.fault, ended=fact.ended
    )
    return Decision(Acknowledged(), [RowAdded(row)], [told])


def switched(fact: ControlSwitched, view: StationView, _context: Context, at: datetime) -> Decision:
    """Keep that a scheduled control began or ended, and what it superseded (R04.FR.20 to FR.22)."""
    station_id = view.station.id
    changes: list[Change] = [
        RowPut(DerRun(station_id=station_id, control_id=fact.id, started=fact.started, at=fact.at))
    ]
    changes += _superseded(station_id, fact.superseded, fact.id, at)
    return Decision(Acknowledged(), changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A control as it stands at a station; `running` is None where the station told nothing of it."""

    row: DerControl
    superseded_by: str | None
    running: bool | None


def standing(
    rows: Iterable[DerControl],
    wipes: Iterable[DerWipe],
    supersessions: Iterable[DerSupersession],
    runs: Iterable[DerRun],
    now: datetime,
) -> list[Standing]:
    """Return the controls that a station holds, and those it refused; what is over is deleted there (R04.FR.10)."""
    gone = [*wipes]
    by = {row.control_id: row.by for row in supersessions}
    running = {row.control_id: row.started for row in runs}
    found = []
    for row in rows:
        if any(_wiped(row, wipe) for wipe in gone) or _over(row.control, now):
            continue
        superseded_by = by.get(row.control_id, "" if row.control.superseded else None)
        found.append(Standing(row=row, superseded_by=superseded_by, running=running.get(row.control_id)))
    return found


def _wiped(row: DerControl, wipe: DerWipe) -> bool:
    return row.default == wipe.default and wipe.control_type in ("", row.control_type) and row.at < wipe.at


def _over(control: Control, now: datetime) -> bool:
    start, duration = control.settings.get("startTime"), control.settings.get("duration")
    if not isinstance(start, str) or not isinstance(duration, int | float):
        return False
    try:
        return datetime.fromisoformat(start) + timedelta(seconds=duration) <= now
    except (ValueError, OverflowError, TypeError):
        return False


def _superseded(station_id: int, ids: Iterable[str], by: str, at: datetime) -> list[RowPut]:
    return [RowPut(DerSupersession(station_id=station_id, control_id=each, by=by, at=at)) for each in ids]


def _wipes(station_id: int, default: bool | None, control_type: str, at: datetime) -> list[Change]:
    kinds = (True, False) if default is None else (default,)
    return [_wipe(station_id, control_type, at, default=kind) for kind in kinds]


def _wipe(station_id: int, control_type: str, at: datetime, *, default: bool) -> RowPut:
    return RowPut(DerWipe(station_id=station_id, default=default, control_type=control_type, at=at))


def _inquiry(fact: ControlsReported, view: StationView) -> RowNeed:
    return RowNeed(DerInquiry, (("station_id", view.station.id), ("request_id", fact.request_id)))


def _row(view: StationView, control: Control, status: str, at: datetime, *, held: bool) -> DerControl:
    return DerControl(
        station_id=view.station.id,
        control_id=control.id,
        control_type=control.type,
        default=control.default,
        held=held,
        status=status,
        at=at,
        control=control,
    )
