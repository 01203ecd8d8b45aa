"""OCPP 1.6 with its security extension."""

from busbar.model.versions import Version
from busbar.protocol.translate.translator import Translator, noted
from busbar.protocol.translate.v16.orders import CALLS, ORDERS
from busbar.protocol.translate.v16.reports import FACTS, REPORTS


def translator() -> Translator:
    """Make the translator."""
    return Translator(noted(Version.V16, REPORTS), FACTS, CALLS, ORDERS)
