"""Boot and heartbeat. Whether a station is taken in is the operator's word; nothing here changes it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from busbar.csms.changes import BootRecorded, Change, RowGone, RowPut, StationSeen
from busbar.csms.happenings import StationBooted
from busbar.csms.records.device_model import PendingValue
from busbar.csms.records.provisioning import BootDetail, BootSetting, PendingReset
from busbar.csms.rows import Command
from busbar.csms.services import device_model, templates
from busbar.csms.services.certificates import trigger_name
from busbar.csms.services.view import Conclusion, Context, Decision, Errand, Need, RowNeed, StationView, Tokens
from busbar.model.certificates import SigningUse
from busbar.model.device import ModelReported
from busbar.model.facts import (
    BootAnswer,
    Booted,
    Fact,
    HeartBeaten,
    MeterRead,
    StatusChanged,
    TimeAnswer,
    TransactionEnded,
    TransactionStarted,
    TransactionUpdated,
)
from busbar.model.orders import Outcome, Reset, Trigger
from busbar.model.values import RegistrationStatus

RETRY_S: Final = 60
RETRY_SPREAD_S: Final = 30
OTHER: Final = "other"
_TRIGGERED: Final[dict[type, str]] = {
    HeartBeaten: "Heartbeat",
    MeterRead: "MeterValues",
    StatusChanged: "StatusNotification",
    TransactionStarted: "TransactionEvent",
    TransactionUpdated: "TransactionEvent",
    TransactionEnded: "TransactionEvent",
}


def boot_needs(fact: Booted, view: StationView, _tokens: Tokens) -> Sequence[Need]:
    """Return what waits for a boot, how this station is to be answered, and which templates it is to have."""
    waiting = [need for need in _boot_needs(view) if need not in view.found]
    return waiting or templates.boot_needs(view, replace(view.station, vendor=fact.vendor, model=fact.model))


def _boot_needs(view: StationView) -> tuple[RowNeed, RowNeed, RowNeed]:
    station = (("station_id", view.station.id),)
    return RowNeed(BootSetting, station), RowNeed(PendingReset, station), RowNeed(PendingValue, station)


def booted(fact: Booted, view: StationView, context: Context, at: datetime) -> Decision:
    """Record what a station says of itself and tell it whether it is taken in (B01, B02, B03).

    What waited for a boot has come true by it. A template that is to be applied on boot is, where the station differs.
    """
    station = view.station
    station.vendor, station.model, station.serial = fact.vendor, fact.model, fact.serial
    station.firmware, station.boot_reason, station.booted_at = fact.firmware, fact.reason, at
    settings, resets, values = (view.found.get(need, ()) for need in _boot_needs(view))
    status = registration(view)
    if status == RegistrationStatus.ACCEPTED:
        view.invited.clear()
    answer = BootAnswer(status=status, now=at, interval_s=_interval(view, context, next(iter(settings), None)))
    changes: list[Change] = [
        BootRecorded(station.id, fact.vendor, fact.model, fact.serial, fact.firmware, fact.reason, at)
    ]
    changes += _detail(fact, station.id, at)
    changes += [RowGone(PendingReset, (row.station_id, row.evse)) for row in resets]
    changes += device_model.rebooted(values, at)
    told = StationBooted(
        station=station.identity, at=at, vendor=fact.vendor, model=fact.model, registration=status.value
    )
    errands = [] if status == RegistrationStatus.REJECTED else templates.boot_errands(view, values)  # B03.FR.03
    if view.must_renew and status != RegistrationStatus.REJECTED:
        errands.append(Errand(Trigger(message=trigger_name(SigningUse.STATION))))  # A00.FR.429
    return Decision(answer, changes, [told], errands)


def registration(view: StationView) -> RegistrationStatus:
    """Tell whether a station is taken in; one with an expired certificate waits for another one (A00.FR.429)."""
    known = view.station.registration
    return RegistrationStatus.PENDING if view.must_renew and known == RegistrationStatus.ACCEPTED else known


def _detail(fact: Booted, station_id: int, at: datetime) -> list[Change]:
    said = (fact.iccid, fact.imsi, fact.meter_type, fact.meter_serial)
    if not any(said):
        return []
    iccid, imsi, meter_type, meter_serial = said
    return [
        RowPut(
            BootDetail(
                station_id=station_id,
                iccid=iccid,
                imsi=imsi,
                meter_type=meter_type,
                meter_serial=meter_serial,
                at=at,
            )
        )
    ]


def _interval(view: StationView, context: Context, setting: BootSetting | None) -> int:
    station = view.station
    if registration(view) == RegistrationStatus.ACCEPTED:
        own = None if setting is None else setting.heartbeat_interval_s
        return context.heartbeat_interval_s if own is None else own
    if setting is not None and setting.retry_interval_s is not None:
        return setting.retry_interval_s
    # Stations that wait together must not come back together; 0 would leave the wait to them (B02.FR.07, B03.FR.05).
    return RETRY_S + station.id * 7919 % RETRY_SPREAD_S


def heart_beaten(_fact: HeartBeaten, view: StationView, _context: Context, at: datetime) -> Decision:
    """Tell the time (G02)."""
    return Decision(TimeAnswer(now=at), [StationSeen(view.station.id, at)])


def invited(fact: Fact, view: StationView) -> bool:
    """Tell whether a pending station was asked for this: by a trigger, or by a call for a report (B02.FR.09)."""
    return isinstance(fact, ModelReported) or _TRIGGERED.get(type(fact), OTHER) in view.invited


def triggered(
    order: Trigger, _command: Command, outcome: Outcome | None, view: StationView, _at: datetime
) -> Conclusion:
    """Remember, while a station is pending, for what it was asked and said yes."""
    if outcome is not None and outcome.accepted and registration(view) == RegistrationStatus.PENDING:
        view.invited.add(order.message if order.message in _TRIGGERED.values() else OTHER)
    return Conclusion()


def was_reset(order: Reset, command: Command, outcome: Outcome | None, view: StationView, at: datetime) -> Conclusion:
    """Remember a reset that a station took until it boots; one EVSE's only where it is put off (B11, B12)."""
    if outcome is None or not outcome.accepted or (order.evse is not None and outcome.status != "Scheduled"):
        return Conclusion()
    row = PendingReset(
        station_id=view.station.id,
        evse=order.evse or 0,
        kind=order.kind.value,
        status=outcome.status,
        command_id=command.id,
        since=at,
    )
    return Conclusion([RowPut(row)])
