"""OCPP 2.0.1 and 2.1: nothing of the former is missing in the latter, so one source serves both."""

from typing import Any

from busbar.model.versions import Version
from busbar.protocol.translate.translator import Translator, noted
from busbar.protocol.translate.v2.orders import Orders
from busbar.protocol.translate.v2.reports import Reports


def translator(version: Version, wire: Any) -> Translator:
    """Make the translator of a version from its module of wire types."""
    reports, orders = Reports(wire), Orders(wire)
    return Translator(noted(version, reports.reports()), reports.writers(), orders.calls(), orders.writers())
