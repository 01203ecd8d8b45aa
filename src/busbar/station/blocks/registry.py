"""The blocks beyond the core, and who of them obeys what. A new block is one line here."""

from collections.abc import Callable
from typing import Any, Final

from busbar.model.batteries import RequestSwap
from busbar.model.charging import AllowEnergyTransfer, SetChargingProfile
from busbar.model.der import SetControl
from busbar.model.display import ShowMessage
from busbar.model.firmware import UpdateFirmware
from busbar.model.local_list import SendLocalList
from busbar.model.monitoring import SetMonitors
from busbar.model.orders import Order
from busbar.model.payment import NotifyWebPayment
from busbar.model.reservations import ReserveNow
from busbar.model.tariffs import SetDefaultTariff, UpdateCost
from busbar.station.blocks.access import Access
from busbar.station.blocks.block import Block
from busbar.station.blocks.charging import Charging
from busbar.station.blocks.costs import Costs
from busbar.station.blocks.customers import Customers
from busbar.station.blocks.der import Der
from busbar.station.blocks.device_model import DeviceModel
from busbar.station.blocks.display import Display
from busbar.station.blocks.external_limits import ExternalLimits
from busbar.station.blocks.firmware import Firmware
from busbar.station.blocks.history import History
from busbar.station.blocks.limits import Limits
from busbar.station.blocks.local_list import LocalList
from busbar.station.blocks.logs import Logs
from busbar.station.blocks.monitoring import Monitoring
from busbar.station.blocks.needs import Needs
from busbar.station.blocks.networks import Networks
from busbar.station.blocks.payments import Payments
from busbar.station.blocks.plug_and_charge import PlugAndCharge
from busbar.station.blocks.priority import Priority
from busbar.station.blocks.publishing import Publishing
from busbar.station.blocks.reports import Reports
from busbar.station.blocks.reservations import Reservations
from busbar.station.blocks.security_events import SecurityEvents
from busbar.station.blocks.sessions import Sessions
from busbar.station.blocks.signing import Signing
from busbar.station.blocks.swaps import Swaps
from busbar.station.blocks.tariffs import Tariffs
from busbar.station.blocks.trust_store import TrustStore
from busbar.station.blocks.vendors import Vendors
from busbar.station.config import StationConfig

BLOCKS: Final[tuple[type[Block], ...]] = (
    DeviceModel,
    Networks,
    Access,
    TrustStore,
    Signing,
    SecurityEvents,
    PlugAndCharge,
    Reports,
    Charging,
    ExternalLimits,
    Priority,
    Needs,
    LocalList,
    Reservations,
    Limits,
    Sessions,
    History,
    Firmware,
    Logs,
    Monitoring,
    Customers,
    Display,
    Tariffs,
    Costs,
    Der,
    Swaps,
    Payments,
    Publishing,
    Vendors,
)


def _joined(name: str) -> dict[Any, tuple[type[Block], Callable[..., Any]]]:
    return {key: (block, act) for block in BLOCKS for key, act in getattr(block, name).items()}


ORDERS: Final = _joined("ORDERS")
TRIGGERS: Final = _joined("TRIGGERS")
TIMERS: Final = _joined("TIMERS")
VALUES: Final = _joined("VALUES")
CHECKS: Final = _joined("CHECKS")
WRITES: Final = _joined("WRITES")

# by which order it shows that the station is able to do it
SIGNS: Final[dict[str, type[Order]]] = {
    "AcDer": SetControl,
    "Cost": UpdateCost,
    "DcDer": SetControl,
    "Display": ShowMessage,
    "Firmware": UpdateFirmware,
    "LocalAuthList": SendLocalList,
    "Monitoring": SetMonitors,
    "Reservation": ReserveNow,
    "SmartCharging": SetChargingProfile,
    "Swap": RequestSwap,
    "Tariff": SetDefaultTariff,
    "V2X": AllowEnergyTransfer,
    "WebPayments": NotifyWebPayment,
}
FEATURES: Final = frozenset(feature for feature, order in SIGNS.items() if order in ORDERS)
_DC, _AC = FEATURES - {"AcDer"}, FEATURES - {"DcDer"}


def features(config: StationConfig) -> frozenset[str]:
    """Return what a station is able to do as it is built."""
    return _AC if config.phases else _DC


def hearers() -> dict[Any, list[tuple[type[Block], Callable[..., Any]]]]:
    """Return who hears an event: more than one may."""
    found: dict[Any, list[tuple[type[Block], Callable[..., Any]]]] = {}
    for block in BLOCKS:
        for kind, act in block.EVENTS.items():
            found.setdefault(kind, []).append((block, act))
    return found


EVENTS: Final = hearers()
