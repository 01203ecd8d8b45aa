"""Boot and heartbeat. Whether a station is taken in is the operator's word; nothing here changes it."""

from datetime import datetime

from busbar.csms.changes import BootRecorded, StationSeen
from busbar.csms.happenings import StationBooted
from busbar.csms.services.view import Context, Decision, StationView
from busbar.model.facts import BootAnswer, Booted, HeartBeaten, TimeAnswer
from busbar.model.values import RegistrationStatus

RETRY_S = 60
RETRY_SPREAD_S = 30


def booted(fact: Booted, view: StationView, context: Context, at: datetime) -> Decision:
    """Record what a station says of itself and tell it whether it is taken in (B01, B02, B03)."""
    station = view.station
    station.vendor, station.model, station.serial = fact.vendor, fact.model, fact.serial
    station.firmware, station.boot_reason, station.booted_at = fact.firmware, fact.reason, at
    status = station.registration
    answer = BootAnswer(status=status, now=at, interval_s=_interval(station.id, status, context))
    boot = BootRecorded(station.id, fact.vendor, fact.model, fact.serial, fact.firmware, fact.reason, at)
    told = StationBooted(
        station=station.identity, at=at, vendor=fact.vendor, model=fact.model, registration=status.value
    )
    return Decision(answer, [boot], [told])


def _interval(station_id: int, status: RegistrationStatus, context: Context) -> int:
    if status == RegistrationStatus.ACCEPTED:
        return context.heartbeat_interval_s
    # Stations that wait together must not come back together; 0 would leave the wait to them (B02.FR.07, B03.FR.05).
    return RETRY_S + station_id * 7919 % RETRY_SPREAD_S


def heart_beaten(_fact: HeartBeaten, view: StationView, _context: Context, at: datetime) -> Decision:
    """Tell the time (G02)."""
    return Decision(TimeAnswer(now=at), [StationSeen(view.station.id, at)])
