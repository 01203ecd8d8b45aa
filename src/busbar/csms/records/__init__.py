"""The records of all functional blocks: typed rows whose tables are made from this registry."""

from types import MappingProxyType
from typing import Final

from busbar.csms.records import (
    authorization,
    availability,
    batteries,
    campaigns,
    certificates,
    charging,
    customers,
    der,
    device_model,
    displays,
    files,
    firmware,
    leases,
    local_list,
    logs,
    monitoring,
    payments,
    provisioning,
    remote_starts,
    replays,
    reports,
    reservations,
    security,
    sessions,
    templates,
    topology,
    vendors,
    webhooks,
)
from busbar.csms.records.kind import Kind, Record

KINDS: Final[MappingProxyType[type[Record], Kind]] = MappingProxyType(
    {
        **charging.KINDS,
        **leases.KINDS,
        **certificates.KINDS,
        **replays.KINDS,
        **security.KINDS,
        **sessions.KINDS,
        **batteries.KINDS,
        **der.KINDS,
        **displays.KINDS,
        **payments.KINDS,
        **vendors.KINDS,
        **firmware.KINDS,
        **logs.KINDS,
        **files.KINDS,
        **campaigns.KINDS,
        **device_model.KINDS,
        **reports.KINDS,
        **monitoring.KINDS,
        **customers.KINDS,
        **provisioning.KINDS,
        **templates.KINDS,
        **webhooks.KINDS,
        **authorization.KINDS,
        **availability.KINDS,
        **local_list.KINDS,
        **remote_starts.KINDS,
        **reservations.KINDS,
        **topology.KINDS,
    }
)
