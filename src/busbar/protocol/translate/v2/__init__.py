"""OCPP 2.0.1 and 2.1: nothing of the former is missing in the latter, so one source serves both.

One part per functional block; what only 2.1 has is in parts of its own.
"""

from collections.abc import Callable
from typing import Any, Final

from busbar.model.versions import Version
from busbar.protocol.translate import security
from busbar.protocol.translate.part import Part, joined
from busbar.protocol.translate.translator import Translator
from busbar.protocol.translate.v2 import (
    batteries,
    certificates,
    charging,
    customer,
    der,
    device,
    display,
    firmware,
    local_list,
    logs,
    monitoring,
    network,
    payment,
    reservations,
    sessions,
    standings,
    streams,
    tariffs,
)
from busbar.protocol.translate.v2.orders import Orders
from busbar.protocol.translate.v2.reports import Reports

Parts = tuple[Callable[[Any], Part], ...]


def core(wire: Any) -> Part:
    """Return what every station needs: boot, status, authorisation, transactions, meters and plain orders."""
    reports, orders = Reports(wire), Orders(wire)
    return Part(reports.reports(), reports.writers(), orders.calls(), orders.writers())


PARTS: Final[Parts] = (
    core,
    security.part,
    sessions.part,
    tariffs.part,
    display.part,
    firmware.part,
    logs.part,
    device.part,
    network.part,
    monitoring.part,
    customer.part,
    certificates.part,
    standings.part,
    reservations.part,
    local_list.part,
    charging.part,
)
PARTS_21: Final[Parts] = (
    tariffs.part_21,
    batteries.part_21,
    der.part_21,
    payment.part_21,
    streams.part_21,
    standings.part_21,
    charging.part_21,
)


def translator(version: Version, wire: Any, newer: Parts = ()) -> Translator:
    """Make the translator of a version from its module of wire types; `newer` is what 2.0.1 does not have."""
    return joined(version, [part(wire) for part in (*PARTS, *newer)])
