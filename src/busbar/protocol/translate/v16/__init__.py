"""OCPP 1.6 with its security extension: one part per functional block."""

from typing import Final

from busbar.model.versions import Version
from busbar.protocol.translate import security
from busbar.protocol.translate.part import Part, joined
from busbar.protocol.translate.translator import Translator
from busbar.protocol.translate.v16 import certificates, charging, firmware, local_list, logs, reservations
from busbar.protocol.translate.v16.orders import CALLS, ORDERS
from busbar.protocol.translate.v16.reports import FACTS, REPORTS
from busbar.protocol.wire import v16

PARTS: Final = (
    Part(REPORTS, FACTS, CALLS, ORDERS),
    firmware.PART,
    logs.PART,
    certificates.PART,
    reservations.PART,
    local_list.PART,
    security.part(v16),
    charging.PART,
)


def translator() -> Translator:
    """Make the translator."""
    return joined(Version.V16, PARTS)
