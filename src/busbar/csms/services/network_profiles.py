"""Network profiles of stations: what is in which slot, as far as it was set from here (B09). Keeps no secret."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from busbar.csms.changes import RowPut
from busbar.csms.records.device_model import ModelValue
from busbar.csms.records.provisioning import NetworkSlot
from busbar.csms.rows import Command
from busbar.csms.services.device_model import path
from busbar.csms.services.view import Conclusion, StationView
from busbar.model.network import SetNetworkProfile
from busbar.model.orders import Outcome, VariableName

PRIORITY: Final = path(VariableName(component="OCPPCommCtrlr", variable="NetworkConfigurationPriority"))
_COMPONENT: Final = "networkconfiguration"


def in_use(names: Iterable[VariableName], values: Iterable[ModelValue]) -> list[VariableName]:
    """Return the variables of slots that a station connects by: they are not to be set one by one (B09.FR.21)."""
    slots = {
        slot.strip()
        for row in values
        if row.path == PRIORITY and row.attribute == "Actual"
        for slot in (row.value or "").split(",")
    }
    return [
        name
        for name in names
        if (name.component or "").casefold() == _COMPONENT and (name.component_instance or "") in slots
    ]


def was_set(
    order: SetNetworkProfile, command: Command, outcome: Outcome | None, view: StationView, at: datetime
) -> Conclusion:
    """Remember a profile that a station accepted, without its secrets."""
    if outcome is None or outcome.status != "Accepted":
        return Conclusion()
    profile = order.profile
    row = NetworkSlot(
        station_id=view.station.id,
        slot=order.slot,
        url=profile.url,
        version=profile.version,
        interface=profile.interface,
        transport=profile.transport,
        message_timeout_s=profile.message_timeout_s,
        security_profile=profile.security_profile,
        identity=profile.identity,
        has_password=profile.password is not None,
        apn=None if profile.access_point is None else profile.access_point.apn,
        vpn=None if profile.private_network is None else profile.private_network.server,
        command_id=command.id,
        at=at,
    )
    return Conclusion([RowPut(row)])
