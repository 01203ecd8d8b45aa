"""What is known, and wanted, of how stations start: boot settings, modems and meters, resets, network profiles."""

from datetime import datetime
from typing import Final

from busbar.csms.records.kind import Kind, Record


class BootSetting(Record, kw_only=True):
    """What one station is told at boot in place of what all are told; None leaves that."""

    station_id: int
    heartbeat_interval_s: int | None = None
    retry_interval_s: int | None = None


class BootDetail(Record, kw_only=True):
    """What a station said of its modem and its meter when it last booted."""

    station_id: int
    iccid: str | None
    imsi: str | None
    meter_type: str | None
    meter_serial: str | None
    at: datetime


class PendingReset(Record, kw_only=True):
    """A reset that a station took and has not shown yet; `evse` 0 is the station as a whole."""

    station_id: int
    evse: int
    kind: str
    status: str
    command_id: str
    since: datetime


class NetworkSlot(Record, kw_only=True):
    """The network profile that a station accepted for one of its slots; without its secrets."""

    station_id: int
    slot: int
    url: str
    version: str | None
    interface: str
    transport: str
    message_timeout_s: int
    security_profile: int
    identity: str | None
    has_password: bool
    apn: str | None
    vpn: str | None
    command_id: str
    at: datetime


KINDS: Final[dict[type[Record], Kind]] = {
    BootSetting: Kind("boot_settings", key=("station_id",)),
    BootDetail: Kind("boot_details", key=("station_id",)),
    PendingReset: Kind("pending_resets", key=("station_id", "evse")),
    NetworkSlot: Kind("network_slots", key=("station_id", "slot")),
}
